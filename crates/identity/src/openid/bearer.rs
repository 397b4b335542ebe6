//! Access tokens coming back: is it ours, is it good, and does whoever brings it hold the key that it is bound to.

use super::access_token::{self, AccessToken};
use super::router::Endpoints;
use super::token::family::{self, Family};
use super::{Binding, Client, ClientState, OAuthError, Provider, client_auth, dpop};
use crate::kept;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use kernel::Ctx;
use std::sync::Arc;

/// A token that was brought, and everything that is known of it.
pub(crate) struct Brought {
    pub(crate) token: AccessToken<'static>,
    pub(crate) client: Arc<Client>,
    /// Of a person's token.
    pub(crate) family: Option<Family>,
}

/// A token as it stands now; nothing for one that is not ours, expired, revoked, of a family that has ended, or of a client
/// that may not ask any more.
pub(crate) async fn standing(provider: &Provider, ctx: &Ctx, text: &str) -> Result<Option<Brought>, OAuthError> {
    let Some(token) = access_token::read(provider, ctx, text).await? else { return Ok(None) };
    let Some(client) =
        provider.client(ctx, &token.client_id).await?.filter(|client| client.state == ClientState::Approved)
    else {
        return Ok(None);
    };
    let jti_hash = kept::hash(&token.jti);
    let mut conn = provider.db().pool().acquire().await?;
    let family = match token.fid {
        Some(id) => {
            let found = family::find(&mut conn, ctx, id, Some(&jti_hash)).await?;
            let Some(alive) = found.filter(|family| family.alive) else { return Ok(None) };
            Some(alive)
        }
        None => {
            let revoked = "select exists (select from identity.revoked_token where jti_hash = $1)";
            if sqlx::query_scalar(revoked).bind(&jti_hash).fetch_one(&mut *conn).await? {
                return Ok(None);
            }
            None
        }
    };
    Ok(Some(Brought { token, client, family }))
}

/// The token of a request to a resource of ours, with its proof of possession checked (RFC 6750, RFC 9449 section 7,
/// RFC 8705 section 3).
pub(crate) async fn brought(
    endpoints: &Endpoints,
    ctx: &Ctx,
    headers: &HeaderMap,
    in_form: Option<&str>,
    method: &Method,
    path: &str,
) -> Result<Brought, OAuthError> {
    let provider = &endpoints.provider;
    let (text, by_dpop) = presented(headers, in_form)?;
    let brought = standing(provider, ctx, text).await?;
    let brought =
        brought.ok_or_else(|| invalid(by_dpop, "IDN0131", "the access token is not good, or not any more"))?;
    match (&brought.token.binding(), by_dpop) {
        (Some(Binding::Bearer), false) => {}
        (Some(Binding::Dpop(jkt)), true) => {
            let proof = dpop::proof(provider, ctx, headers, method, path, Some(text))?;
            if proof.as_deref() != Some(jkt.as_str()) {
                return Err(invalid(true, "IDN0131", "the token is bound to another key"));
            }
        }
        (Some(Binding::Mtls(x5t)), false) => {
            if client_auth::certificate(provider, headers)?.as_deref() != Some(x5t.as_str()) {
                return Err(invalid(false, "IDN0131", "the token is bound to another certificate"));
            }
        }
        (Some(Binding::Dpop(_)), false) => {
            return Err(invalid(true, "IDN0131", "the token is bound to a key: use the DPoP scheme with a proof"));
        }
        _ => return Err(invalid(by_dpop, "IDN0131", "the token is not bound as it is used")),
    }
    Ok(brought)
}

/// Where the token is: in the header or, of a form that was posted, in the body; never in the address, and never twice.
fn presented<'a>(headers: &'a HeaderMap, in_form: Option<&'a str>) -> Result<(&'a str, bool), OAuthError> {
    let mut found = headers.get_all(header::AUTHORIZATION).iter();
    let in_header = found.next().map(|value| value.to_str().unwrap_or_default());
    if found.next().is_some() || (in_header.is_some() && in_form.is_some()) {
        return Err(OAuthError::request("the access token was sent more than once"));
    }
    let missing = || {
        // RFC 6750, section 3.1: who sent no token at all is told no error.
        let mut error = OAuthError::new(StatusCode::UNAUTHORIZED, "invalid_token", "IDN0131", "no access token");
        error.headers.push((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"sen\"")));
        error.headers.push((header::WWW_AUTHENTICATE, HeaderValue::from_static("DPoP algs=\"ES256 EdDSA Ed25519\"")));
        error
    };
    let Some(value) = in_header else { return in_form.map(|token| (token, false)).ok_or_else(missing) };
    let (scheme, token) = value.split_once(' ').ok_or_else(missing)?;
    let token = token.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        Ok((token, false))
    } else if scheme.eq_ignore_ascii_case("dpop") {
        Ok((token, true))
    } else {
        Err(missing())
    }
}

/// 401 with the challenge of the scheme.
pub(crate) fn invalid(by_dpop: bool, code: &'static str, why: &'static str) -> OAuthError {
    challenge(StatusCode::UNAUTHORIZED, by_dpop, "invalid_token", code, why)
}

/// 403: a good token that is not for this.
pub(crate) fn insufficient(code: &'static str, why: &'static str) -> OAuthError {
    challenge(StatusCode::FORBIDDEN, false, "insufficient_scope", code, why)
}

fn challenge(
    status: StatusCode,
    by_dpop: bool,
    error: &'static str,
    code: &'static str,
    why: &'static str,
) -> OAuthError {
    let scheme = if by_dpop { "DPoP algs=\"ES256 EdDSA Ed25519\", " } else { "Bearer realm=\"sen\", " };
    let text = format!("{scheme}error=\"{error}\", error_description=\"{why}\"");
    let refused = OAuthError::new(status, error, code, why);
    match HeaderValue::from_str(&text) {
        Ok(value) => refused.with(header::WWW_AUTHENTICATE, value),
        Err(_) => refused,
    }
}
