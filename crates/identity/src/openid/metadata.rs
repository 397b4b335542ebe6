//! What registered metadata must be (RFC 7591, section 2; FAPI 2.0 for clients of its profiles).

use super::{AuthMethod, ClientMetadata, Profile, redirect};
use crate::{Assurance, Error};
use jose::Alg;

/// Grants that there are.
pub(crate) const GRANTS: [&str; 5] = [
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:openid:params:grant-type:ciba",
];
/// What we sign with.
pub(crate) const SIGNED_WITH: [&str; 2] = ["ES256", "EdDSA"];
const NAME_CHARS: std::ops::RangeInclusive<usize> = 1..=100;
const SEVERAL_MAX: usize = 20;
const SCOPES_MAX: usize = 50;

/// Sets what a profile demands anyway, so that the metadata say what holds.
pub(crate) fn complete(metadata: &mut ClientMetadata, profile: Profile) {
    if profile.is_fapi() {
        metadata.require_pushed_authorization_requests = true;
        if !metadata.tls_client_certificate_bound_access_tokens {
            metadata.dpop_bound_access_tokens = true;
        }
    }
    if profile.signs_messages() {
        metadata.require_signed_request_object = true;
        metadata.authorization_signed_response_alg.get_or_insert_with(|| "ES256".to_owned());
    }
    if metadata.grants("authorization_code") && metadata.response_types.is_empty() {
        metadata.response_types = vec!["code".to_owned()];
    }
}

/// Holds metadata to the rules.
pub(crate) fn check(metadata: &ClientMetadata, profile: Profile) -> Result<(), Error> {
    names(metadata)?;
    addresses(metadata)?;
    grants(metadata)?;
    authentication(metadata, profile)?;
    algorithms(metadata, profile)?;
    rest(metadata)
}

fn names(metadata: &ClientMetadata) -> Result<(), Error> {
    let tongues = [metadata.client_name_vi.as_ref(), metadata.client_name_en.as_ref()];
    for name in std::iter::once(&metadata.client_name).chain(tongues.into_iter().flatten()) {
        let trimmed = name.trim();
        if trimmed != name || !NAME_CHARS.contains(&name.chars().count()) || name.chars().any(is_hidden) {
            return Err(Error::Metadata("client_name has 1 to 100 characters, none of them hidden"));
        }
    }
    Ok(())
}

/// Control characters, and those that turn or hide text on a consent page.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn addresses(metadata: &ClientMetadata) -> Result<(), Error> {
    let native = match metadata.application_type.as_deref() {
        None | Some("web") => false,
        Some("native") => true,
        Some(_) => return Err(Error::Metadata("application_type is web or native")),
    };
    let uris = metadata.redirect_uris.iter().chain(&metadata.post_logout_redirect_uris);
    if uris.clone().count() > SEVERAL_MAX || !uris.clone().all(|uri| redirect::may_register(uri, native)) {
        return Err(Error::RedirectUri);
    }
    if metadata.grants("authorization_code") && metadata.redirect_uris.is_empty() {
        return Err(Error::RedirectUri);
    }
    let others = [&metadata.backchannel_logout_uri, &metadata.client_uri, &metadata.sector_identifier_uri];
    if !others.into_iter().flatten().all(|uri| redirect::may_register(uri, false)) {
        return Err(Error::Metadata("an address is not https (nor loopback), or has a fragment or credentials"));
    }
    Ok(())
}

fn grants(metadata: &ClientMetadata) -> Result<(), Error> {
    if !metadata.grant_types.iter().all(|grant| GRANTS.contains(&grant.as_str())) {
        return Err(Error::Metadata("a grant type is not served"));
    }
    if metadata.response_types.iter().any(|kind| kind != "code")
        || (!metadata.response_types.is_empty() && !metadata.grants("authorization_code"))
    {
        return Err(Error::Metadata("response_types is code, with the authorization_code grant"));
    }
    let public = metadata.token_endpoint_auth_method == AuthMethod::None;
    let ciba = metadata.grants("urn:openid:params:grant-type:ciba");
    if public && (metadata.grants("client_credentials") || ciba || metadata.resource_server) {
        return Err(Error::Metadata("a client without authentication may not use this grant"));
    }
    if metadata.backchannel_token_delivery_mode.as_deref().is_some_and(|mode| mode != "poll") {
        return Err(Error::Metadata("backchannel_token_delivery_mode is poll"));
    }
    Ok(())
}

fn authentication(metadata: &ClientMetadata, profile: Profile) -> Result<(), Error> {
    let method = metadata.token_endpoint_auth_method;
    let has_keys = metadata.jwks.as_ref().is_some_and(|jwks| !jwks.keys.is_empty());
    if profile.is_fapi() && method != AuthMethod::PrivateKeyJwt && !method.is_tls() {
        return Err(Error::Metadata("FAPI 2.0 takes private_key_jwt and mutual TLS only"));
    }
    if matches!(method, AuthMethod::PrivateKeyJwt | AuthMethod::SelfSignedTlsClientAuth) && !has_keys {
        return Err(Error::Metadata("jwks holds no public key that can be used"));
    }
    if metadata.require_signed_request_object && !has_keys {
        return Err(Error::Metadata("signed requests need jwks"));
    }
    if method == AuthMethod::TlsClientAuth && metadata.tls_client_auth_subject_dn.as_deref().is_none_or(str::is_empty) {
        return Err(Error::Metadata("tls_client_auth needs tls_client_auth_subject_dn"));
    }
    Ok(())
}

fn algorithms(metadata: &ClientMetadata, profile: Profile) -> Result<(), Error> {
    let ours = [
        &metadata.id_token_signed_response_alg,
        &metadata.userinfo_signed_response_alg,
        &metadata.introspection_signed_response_alg,
        &metadata.authorization_signed_response_alg,
    ];
    if !ours.into_iter().flatten().all(|alg| SIGNED_WITH.contains(&alg.as_str())) {
        return Err(Error::Metadata("answers are signed with ES256 or EdDSA"));
    }
    let allowed = if profile.is_fapi() { Alg::FAPI } else { Alg::ALL };
    let theirs = [&metadata.token_endpoint_auth_signing_alg, &metadata.request_object_signing_alg];
    if !theirs.into_iter().flatten().all(|alg| Alg::of(alg).is_some_and(|alg| allowed.contains(&alg))) {
        return Err(Error::Metadata("a signing algorithm of the client is not taken"));
    }
    Ok(())
}

fn rest(metadata: &ClientMetadata) -> Result<(), Error> {
    // RFC 6749, section 3.3.
    let token = |b: u8| b == 0x21 || (0x23..=0x5b).contains(&b) || (0x5d..=0x7e).contains(&b);
    if metadata.scopes().count() > SCOPES_MAX
        || !metadata.scopes().all(|scope| scope.len() <= 100 && scope.bytes().all(token))
    {
        return Err(Error::Metadata("a scope is malformed"));
    }
    if metadata.default_acr_values.iter().any(|acr| Assurance::of_acr(acr).is_none()) {
        return Err(Error::Metadata("default_acr_values names a level that there is not"));
    }
    if metadata.resource_indicators.len() > SEVERAL_MAX
        || !metadata.resource_indicators.iter().all(|uri| is_resource(uri))
    {
        return Err(Error::Metadata("resource_indicators are absolute URIs without a fragment"));
    }
    if metadata.contacts.len() > SEVERAL_MAX || metadata.contacts.iter().any(|contact| contact.len() > 255) {
        return Err(Error::Metadata("contacts are too many or too long"));
    }
    if metadata.body.as_ref().is_some_and(|body| body.is_empty() || body.len() > 100) {
        return Err(Error::Metadata("body is no id of a body"));
    }
    let hosts = metadata.redirect_uris.iter().filter_map(|uri| super::client::own_host(uri));
    let one = hosts.clone().zip(hosts.skip(1)).all(|(one, other)| one == other);
    let pairwise = metadata.subject_type == super::SubjectType::Pairwise;
    if pairwise && !one && metadata.sector_identifier_uri.is_none() {
        return Err(Error::Metadata("several redirect hosts need a sector_identifier_uri for pairwise subjects"));
    }
    Ok(())
}

/// A value of `resource`: an absolute URI without a fragment (RFC 8707, section 2).
pub(crate) fn is_resource(uri: &str) -> bool {
    let scheme = uri.split_once(':').map(|(scheme, _)| scheme).unwrap_or_default();
    let known = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    known && uri.len() <= 500 && uri.bytes().all(|b| b.is_ascii_graphic()) && !uri.contains('#')
}
