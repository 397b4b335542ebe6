//! The token end-point (RFC 6749, section 3.2) and what uses tokens. Who asks is authenticated, the proof of possession is
//! checked, then the grant decides. One file for each grant.
//!
//! Always true here: what may be used once is spent, and what comes of it is written, in one transaction that is over
//! before a token is signed. Killed between, nothing can be used twice; at worst the person signs in again.

pub(crate) mod ciba;
mod client_credentials;
mod code;
pub(crate) mod device;
pub(crate) mod family;
pub(crate) mod hint;
pub(crate) mod issue;
pub(crate) mod poll;
pub(crate) mod refresh;
mod scope;

use super::client_auth::{self, Authenticated};
use super::form::Fields;
use super::router::Endpoints;
use super::{Binding, OAuthError, Provider, dpop, end_session, introspect, revoke, userinfo};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use kernel::{Actor, Ctx};
use serde::Serialize;
use serde_json::Value;

const TOKEN: &str = "/openid/token";
const DEVICE: &str = "/openid/device";
const CIBA: &str = "/openid/ciba";

/// The routes of tokens: `/openid/token`, `/openid/userinfo`, `/openid/introspect`, `/openid/revoke`, `/openid/device`,
/// `/openid/ciba`, `/openid/end-session`.
pub(crate) fn routes() -> Router<Endpoints> {
    Router::new()
        .route(TOKEN, post(token))
        .route(DEVICE, post(device_authorization))
        .route(CIBA, post(backchannel_authentication))
        .route(userinfo::PATH, get(userinfo::userinfo).post(userinfo::userinfo))
        .route("/openid/introspect", post(introspect::introspect))
        .route("/openid/revoke", post(revoke::revoke))
        .route("/openid/end-session", get(end_session::by_get).post(end_session::by_post))
}

/// What the token end-point answers (RFC 6749, section 5.1).
#[derive(Default, Serialize)]
pub(crate) struct TokenResponse {
    pub(crate) access_token: String,
    pub(crate) token_type: &'static str,
    pub(crate) expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id_token: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) scope: String,
}

/// A client that has proven who it is, with what it sent.
pub(crate) struct Asked {
    pub(crate) by: Authenticated,
    pub(crate) form: Fields,
    /// What the tokens of this answer are bound to.
    pub(crate) binding: Binding,
}

impl Asked {
    /// A parameter that must be there.
    pub(crate) fn required(&self, name: &'static str) -> Result<&str, OAuthError> {
        self.form.get(name).ok_or_else(|| OAuthError::request(format!("{name} is missing")))
    }
}

/// Who asks, and what. The tokens are bound to nothing yet.
pub(crate) async fn asked(
    provider: &Provider,
    ctx: &Ctx,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Asked, OAuthError> {
    let form = Fields::of_post(headers, body)?;
    let by = client_auth::authenticate(provider, ctx, headers, &form).await?;
    Ok(Asked { by, form, binding: Binding::Bearer })
}

async fn token(State(endpoints): State<Endpoints>, headers: HeaderMap, body: Bytes) -> Result<Response, OAuthError> {
    let ctx = endpoints.web.ctx(Actor::Anonymous);
    let provider = &endpoints.provider;
    let mut asked = asked(provider, &ctx, &headers, &body).await?;
    asked.binding = bound(provider, &ctx, &headers, &asked.by)?;
    let grant_type = asked.required("grant_type")?;
    if !asked.by.client.metadata.grants(grant_type) && known(grant_type) {
        return Err(OAuthError::bad("unauthorized_client", "IDN0108", "the client may not use this grant"));
    }
    let response = match grant_type {
        "client_credentials" => client_credentials::grant(provider, &ctx, &asked).await?,
        "authorization_code" => code::grant(provider, &ctx, &asked).await?,
        "refresh_token" => refresh::grant(provider, &ctx, &asked).await?,
        device::GRANT => device::grant(provider, &ctx, &asked).await?,
        ciba::GRANT => ciba::grant(provider, &ctx, &asked).await?,
        _ => return Err(OAuthError::bad("unsupported_grant_type", "IDN0184", "no such grant_type")),
    };
    answer(&response)
}

fn known(grant_type: &str) -> bool {
    ["client_credentials", "authorization_code", "refresh_token", device::GRANT, ciba::GRANT].contains(&grant_type)
}

/// What the answer's tokens are bound to: the proof or the certificate of this request. A client whose tokens must be bound
/// gets none that are not.
fn bound(provider: &Provider, ctx: &Ctx, headers: &HeaderMap, by: &Authenticated) -> Result<Binding, OAuthError> {
    if let Some(jkt) = dpop::proof(provider, ctx, headers, &Method::POST, TOKEN, None)? {
        return Ok(Binding::Dpop(jkt));
    }
    let metadata = &by.client.metadata;
    let by_certificate = metadata.tls_client_certificate_bound_access_tokens;
    match &by.x5t_s256 {
        Some(x5t) if by_certificate && !metadata.dpop_bound_access_tokens => Ok(Binding::Mtls(x5t.clone())),
        _ if by.client.must_bind() || by_certificate => Err(OAuthError::bad(
            "invalid_dpop_proof",
            "IDN0127",
            "tokens of this client are bound to a key: send a proof",
        )),
        _ => Ok(Binding::Bearer),
    }
}

async fn device_authorization(
    State(endpoints): State<Endpoints>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, OAuthError> {
    let ctx = endpoints.web.ctx(Actor::Anonymous);
    let asked = asked(&endpoints.provider, &ctx, &headers, &body).await?;
    answer::<Value>(&device::authorize(&endpoints.provider, &ctx, &asked).await?)
}

async fn backchannel_authentication(
    State(endpoints): State<Endpoints>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, OAuthError> {
    let ctx = endpoints.web.ctx(Actor::Anonymous);
    let asked = asked(&endpoints.provider, &ctx, &headers, &body).await?;
    answer::<Value>(&ciba::authorize(&endpoints.provider, &ctx, &asked).await?)
}

/// The DPoP key that was proven.
pub(crate) fn proven(binding: &Binding) -> Option<&str> {
    match binding {
        Binding::Dpop(jkt) => Some(jkt),
        Binding::Bearer | Binding::Mtls(_) => None,
    }
}

/// JSON that no cache keeps (RFC 6749, section 5.1).
fn answer<T: Serialize>(body: &T) -> Result<Response, OAuthError> {
    let json = serde_json::to_vec(body).map_err(|_| OAuthError::fault("an answer"))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::PRAGMA, HeaderValue::from_static("no-cache")),
    ];
    Ok((headers, json).into_response())
}
