//! Pushed authorization requests (RFC 9126): the client sends its request itself and the browser only carries a name.

use super::form::Fields;
use super::router::Endpoints;
use super::{AuthorizationRequest, Client, OAuthError, Provider, client_auth, dpop, read};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::{Actor, Ctx};
use serde_json::{Value, json};
use time::Duration;

/// How a pushed request is named.
pub(crate) const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";
/// How long it may wait (FAPI 2.0 Security Profile, section 5.3.2.2, item 12: less than ten minutes).
const LIFE: Duration = Duration::seconds(90);
pub(crate) const PATH: &str = "/openid/par";

/// `POST /openid/par`.
pub(crate) async fn push(
    State(endpoints): State<Endpoints>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, OAuthError> {
    let ctx = endpoints.web.ctx(Actor::Anonymous);
    let provider = &endpoints.provider;
    let fields = Fields::of_post(&headers, &body)?;
    let by = client_auth::authenticate(provider, &ctx, &headers, &fields).await?;
    if fields.get("request_uri").is_some() {
        return Err(OAuthError::request("request_uri is not pushed"));
    }
    let jkt = dpop::proof(provider, &ctx, &headers, &Method::POST, PATH, None)?;
    let read = read::read(provider, &ctx, &by.client, &fields, jkt.as_deref()).await;
    let request = read.map_err(|rejected| rejected.error)?;
    let name = jose::encode(ctx.random.bytes::<32>());
    let value = serde_json::to_value(&request).map_err(|_| OAuthError::fault("a request does not write"))?;
    sqlx::query(
        "insert into identity.pushed_request (request_hash, client_id, request, dpop_jkt, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&jose::sha256(&name)[..])
    .bind(by.client.id.as_str())
    .bind(value)
    .bind(jkt)
    .bind(ctx.now())
    .bind(ctx.now() + LIFE)
    .execute(provider.db().pool())
    .await?;
    let answer = json!({"request_uri": format!("{PREFIX}{name}"), "expires_in": LIFE.whole_seconds()});
    let no_store = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok((StatusCode::CREATED, [no_store], Json(answer)).into_response())
}

/// Takes a pushed request: once, in its time, by the client that pushed it.
pub(crate) async fn take(
    provider: &Provider,
    ctx: &Ctx,
    client: &Client,
    request_uri: &str,
) -> Result<AuthorizationRequest, OAuthError> {
    let gone = || OAuthError::bad("invalid_request_uri", "IDN0113", "request_uri is unknown, used or expired");
    let name = request_uri.strip_prefix(PREFIX).filter(|name| name.len() <= 64).ok_or_else(gone)?;
    let value: Option<Value> = sqlx::query_scalar(
        "update identity.pushed_request set used_at = $3
         where request_hash = $1 and client_id = $2 and used_at is null and expires_at > $3 returning request",
    )
    .bind(&jose::sha256(name)[..])
    .bind(client.id.as_str())
    .bind(ctx.now())
    .fetch_optional(provider.db().pool())
    .await?;
    serde_json::from_value(value.ok_or_else(gone)?).map_err(|_| OAuthError::fault("a request does not read"))
}
