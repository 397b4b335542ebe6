//! Who asks: authentication of clients (RFC 6749, section 2.3; RFC 7523; RFC 8705). One method for each client, the one
//! it registered, and one in each request.

use super::certificate::{self, Certificate};
use super::form::Fields;
use super::{AuthMethod, Client, OAuthError, Profile, Provider};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use base64::{Engine, engine::general_purpose::STANDARD};
use jose::{Alg, AssertionRules};
use kernel::Ctx;
use std::sync::Arc;
use subtle::ConstantTimeEq;
use time::OffsetDateTime;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Longest life of an assertion: an hour; ten minutes under FAPI 2.0.
const LIFE_S: i64 = 3600;
const LIFE_FAPI_S: i64 = 600;
/// How much clocks may differ, in seconds (FAPI 2.0 Security Profile, section 5.3.2.1, item 13).
pub(crate) const LEEWAY_S: i64 = 10;
/// Longest secret that is looked at.
const SECRET_CHARS_MAX: usize = 255;

/// A client that has proven who it is.
#[derive(Clone, Debug)]
pub(crate) struct Authenticated {
    /// The client, approved.
    pub(crate) client: Arc<Client>,
    /// Thumbprint of the TLS certificate that came along.
    pub(crate) x5t_s256: Option<String>,
}

/// What a request says about who asks.
struct Claimed {
    id: String,
    secret: Option<String>,
    assertion: Option<String>,
    method: Option<AuthMethod>,
}

/// Authenticates the client of a request.
pub(crate) async fn authenticate(
    provider: &Provider,
    ctx: &Ctx,
    headers: &HeaderMap,
    form: &Fields,
) -> Result<Authenticated, OAuthError> {
    let claimed = claimed(headers, form)?;
    let certificate = Certificate::of(provider, headers)?;
    let client = provider.approved(ctx, &claimed.id).await?;
    let Some(client) = client else {
        slowed(provider, &claimed.id)?;
        return Err(refused());
    };
    let method = client.metadata.token_endpoint_auth_method;
    let proven = match (method, claimed.method) {
        (AuthMethod::None, None) => Ok(()),
        (AuthMethod::TlsClientAuth | AuthMethod::SelfSignedTlsClientAuth, None) => {
            by_certificate(&client, method, certificate.as_ref())
        }
        (registered, Some(used)) if registered == used => match (&claimed.secret, &claimed.assertion) {
            (Some(secret), None) => by_secret(&client, secret),
            (None, Some(assertion)) => by_assertion(provider, ctx, &client, assertion).await,
            _ => Err(refused()),
        },
        _ => Err(OAuthError::client("IDN0104", "the client is registered with another method")),
    };
    if let Err(error) = proven {
        slowed(provider, &claimed.id)?;
        return Err(error);
    }
    Ok(Authenticated { client, x5t_s256: certificate.map(|certificate| certificate.thumbprint()) })
}

/// Thumbprint of the TLS certificate of a request.
pub(crate) fn certificate(provider: &Provider, headers: &HeaderMap) -> Result<Option<String>, OAuthError> {
    Ok(Certificate::of(provider, headers)?.map(|certificate| certificate.thumbprint()))
}

/// The same for every wrong proof and for a client that does not exist.
fn refused() -> OAuthError {
    OAuthError::client("IDN0103", "client authentication failed")
}

/// Counts a failure of this client. Guessing is slowed; those who prove themselves are not.
fn slowed(provider: &Provider, id: &str) -> Result<(), OAuthError> {
    provider.failures().attempt(id).map_err(|problem| {
        let seconds = problem.args.get("seconds").map_or("60", String::as_str);
        let wait = HeaderValue::from_str(seconds).unwrap_or(HeaderValue::from_static("60"));
        OAuthError::new(StatusCode::TOO_MANY_REQUESTS, "temporarily_unavailable", "IDN0125", "too many failures")
            .with(header::RETRY_AFTER, wait)
    })
}

fn claimed(headers: &HeaderMap, form: &Fields) -> Result<Claimed, OAuthError> {
    let several = || OAuthError::request("one method of client authentication is taken");
    let in_form = form.get("client_id").map(str::to_owned);
    let mut claimed = Claimed { id: String::new(), secret: None, assertion: None, method: None };
    let mut named: Option<String> = None;
    let mut authorizations = headers.get_all(header::AUTHORIZATION).iter();
    if let Some(value) = authorizations.next() {
        if authorizations.next().is_some() {
            return Err(several());
        }
        let (id, secret) = basic(value).ok_or_else(refused)?;
        named = Some(id);
        claimed.secret = Some(secret);
        claimed.method = Some(AuthMethod::ClientSecretBasic);
    }
    if let Some(secret) = form.get("client_secret") {
        if claimed.method.is_some() {
            return Err(several());
        }
        claimed.secret = Some(secret.to_owned());
        claimed.method = Some(AuthMethod::ClientSecretPost);
    }
    match (form.get("client_assertion_type"), form.get("client_assertion")) {
        (None, None) => {}
        (Some(ASSERTION_TYPE), Some(assertion)) => {
            if claimed.method.is_some() {
                return Err(several());
            }
            named = jose::peek_claim(assertion, "sub");
            claimed.assertion = Some(assertion.to_owned());
            claimed.method = Some(AuthMethod::PrivateKeyJwt);
        }
        _ => return Err(OAuthError::client("IDN0105", "client_assertion_type is not the JWT bearer type")),
    }
    claimed.id = match (named, in_form) {
        (Some(named), Some(in_form)) if named != in_form => return Err(refused()),
        (Some(id), _) | (None, Some(id)) => id,
        (None, None) => return Err(OAuthError::client("IDN0103", "the client is not named")),
    };
    Ok(claimed)
}

/// Id and secret of an `Authorization: Basic` header, both form-encoded (RFC 6749, section 2.3.1).
fn basic(value: &HeaderValue) -> Option<(String, String)> {
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    // One pair of a form, so that percent signs and pluses mean the same as there.
    let decoded = |text: &str| {
        let fields = Fields::of(format!("v={}", text.replace('&', "%26")).as_bytes()).ok()?;
        fields.get("v").map(str::to_owned)
    };
    Some((decoded(id)?, decoded(secret)?))
}

fn by_secret(client: &Client, secret: &str) -> Result<(), OAuthError> {
    let given = jose::sha256(secret);
    match &client.secret_hash {
        Some(hash) if secret.len() <= SECRET_CHARS_MAX && bool::from(hash.ct_eq(&given)) => Ok(()),
        _ => Err(refused()),
    }
}

/// Algorithms that a client may sign with.
pub(crate) fn algs(profile: Profile, registered: Option<&str>) -> Vec<Alg> {
    let allowed = if profile.is_fapi() { Alg::FAPI } else { Alg::ALL };
    match registered {
        None => allowed.to_vec(),
        Some(name) => Alg::of(name).filter(|alg| allowed.contains(alg)).into_iter().collect(),
    }
}

async fn by_assertion(provider: &Provider, ctx: &Ctx, client: &Client, assertion: &str) -> Result<(), OAuthError> {
    let fapi = client.profile.is_fapi();
    let token_endpoint = format!("{}/openid/token", provider.issuer());
    // FAPI 2.0 Security Profile, section 5.3.2.1, item 8: our issuer, as one text, and no end-point. Others may name the token
    // end-point too, as OpenID Connect Core, section 9, has it.
    let audience: &[&str] = if fapi { &[provider.issuer()] } else { &[provider.issuer(), &token_endpoint] };
    let keys = client.metadata.jwks.as_ref().map(|jwks| jwks.keys.as_slice()).unwrap_or_default();
    let now = ctx.now();
    let rules = AssertionRules {
        algs: &algs(client.profile, client.metadata.token_endpoint_auth_signing_alg.as_deref()),
        client_id: client.id.as_str(),
        audience,
        single_audience: fapi,
        now,
        leeway: LEEWAY_S,
        max_life: if fapi { LIFE_FAPI_S } else { LIFE_S },
    };
    let read = jose::client_assertion(assertion, keys, &rules);
    let read = read.map_err(|_| OAuthError::client("IDN0105", "the client assertion is not valid"))?;
    if !first_use(provider, ctx, client, &read, now).await? {
        return Err(OAuthError::client("IDN0106", "the client assertion was used before"));
    }
    Ok(())
}

/// Whether an assertion comes for the first time. One that says when it was made is remembered in memory; one that does not
/// could have been used before this process began, so its use is a row.
async fn first_use(
    provider: &Provider,
    ctx: &Ctx,
    client: &Client,
    assertion: &jose::Assertion,
    now: OffsetDateTime,
) -> Result<bool, OAuthError> {
    let until = assertion.exp + LEEWAY_S;
    let id = client.id.as_str();
    if !provider.replay().first("assertion", id, &assertion.jti, now.unix_timestamp(), until)? {
        return Ok(false);
    }
    if assertion.iat.is_some_and(|iat| !provider.replay().is_forgotten(iat)) {
        return Ok(true);
    }
    let hash = jose::sha256(["assertion\0", id, "\0", &assertion.jti].concat());
    let expires_at = OffsetDateTime::from_unix_timestamp(until).unwrap_or(ctx.now());
    let written = sqlx::query(
        "insert into identity.revoked_token (jti_hash, expires_at) values ($1, $2) on conflict (jti_hash) do nothing",
    )
    .bind(&hash[..])
    .bind(expires_at)
    .execute(provider.db().pool())
    .await?;
    Ok(written.rows_affected() == 1 && assertion.iat.is_none())
}

fn by_certificate(client: &Client, method: AuthMethod, sent: Option<&Certificate>) -> Result<(), OAuthError> {
    let missing = || OAuthError::client("IDN0107", "the certificate is missing or another");
    let sent = sent.ok_or_else(missing)?;
    let fits = if method == AuthMethod::TlsClientAuth {
        let registered = client.metadata.tls_client_auth_subject_dn.as_deref().unwrap_or_default();
        sent.verified && sent.subject().is_some_and(|subject| certificate::same_subject(&subject, registered))
    } else {
        let keys = client.metadata.jwks.as_ref().map(|jwks| jwks.keys.as_slice()).unwrap_or_default();
        sent.public_key().is_some_and(|key| keys.iter().any(|known| known.is_in_der(key)))
    };
    if fits { Ok(()) } else { Err(missing()) }
}
