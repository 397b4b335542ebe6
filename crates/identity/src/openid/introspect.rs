//! `/openid/introspect` (RFC 7662): what a token stands for, told to whom it is for and to whom it was issued; to everybody
//! else it is a token that is not active. As a signed answer (RFC 9701) for clients that registered so or ask for it.

use super::bearer;
use super::router::Endpoints;
use super::token::family::{self, Family};
use super::token::{self, refresh};
use super::{Client, OAuthError, Provider};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use kernel::{Actor, Ctx};
use serde_json::{Map, Value, json};

const SIGNED: &str = "application/token-introspection+jwt";
const TYP: &str = "token-introspection+jwt";

pub(crate) async fn introspect(
    State(endpoints): State<Endpoints>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, OAuthError> {
    let ctx = endpoints.web.ctx(Actor::Anonymous);
    let provider = &endpoints.provider;
    let asked = token::asked(provider, &ctx, &headers, &body).await?;
    let text = asked.required("token")?;
    let client = &asked.by.client;
    let mut told = match of_access_token(provider, &ctx, client, text).await? {
        Some(told) => Some(told),
        None => of_refresh_token(provider, &ctx, client, text).await?,
    };
    let told = told.take().unwrap_or_else(|| {
        let mut inactive = Map::new();
        inactive.insert("active".to_owned(), json!(false));
        inactive
    });
    answer(provider, &ctx, client, &headers, told).await
}

/// Whether a token with this audience is this client's to look at: it is the audience itself, or a resource server whose
/// resources are.
fn is_for(client: &Client, has: impl Fn(&str) -> bool) -> bool {
    has(client.id.as_str())
        || (client.metadata.resource_server && client.metadata.resource_indicators.iter().any(|resource| has(resource)))
}

async fn of_access_token(
    provider: &Provider,
    ctx: &Ctx,
    client: &Client,
    text: &str,
) -> Result<Option<Map<String, Value>>, OAuthError> {
    let Some(brought) = bearer::standing(provider, ctx, text).await? else { return Ok(None) };
    let token = brought.token;
    let own = token.client_id == client.id.as_str();
    if !own && !is_for(client, |name| token.aud.has(name)) {
        return Ok(None);
    }
    let token_type = match token.cnf.as_ref().and_then(|cnf| cnf.jkt.as_ref()) {
        Some(_) => "DPoP",
        None => "Bearer",
    };
    let Ok(Value::Object(mut told)) = serde_json::to_value(&token) else {
        return Err(OAuthError::fault("an access token"));
    };
    told.insert("active".to_owned(), json!(true));
    told.insert("token_type".to_owned(), json!(token_type));
    Ok(Some(told))
}

async fn of_refresh_token(
    provider: &Provider,
    ctx: &Ctx,
    client: &Client,
    text: &str,
) -> Result<Option<Map<String, Value>>, OAuthError> {
    let mut conn = provider.db().pool().acquire().await?;
    let kept = refresh::find(&mut conn, text, false).await?.filter(|kept| kept.client_id == client.id.as_str());
    let Some(kept) = kept.filter(|kept| kept.used_at.is_none() && kept.expires_at > ctx.now()) else {
        return Ok(None);
    };
    let family: Option<Family> = family::find(&mut conn, ctx, kept.family_id, None).await?;
    let Some(family) = family.filter(|family| family.alive) else { return Ok(None) };
    let told = json!({
        "active": true,
        "iss": provider.issuer(),
        "client_id": client.id,
        "sub": provider.sub(client, &family.begun.principal),
        "scope": family.begun.scope.join(" "),
        "iat": kept.issued_at.unix_timestamp(),
        "exp": kept.expires_at.unix_timestamp(),
    });
    match told {
        Value::Object(told) => Ok(Some(told)),
        _ => Ok(None),
    }
}

async fn answer(
    provider: &Provider,
    ctx: &Ctx,
    client: &Client,
    headers: &HeaderMap,
    told: Map<String, Value>,
) -> Result<Response, OAuthError> {
    let no_store = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let wanted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let registered = client.metadata.introspection_signed_response_alg.as_deref();
    let alg = registered.or_else(|| wanted.contains(SIGNED).then_some("ES256"));
    let Some(alg) = alg else {
        let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        return Ok(([kind, no_store], Value::Object(told).to_string()).into_response());
    };
    let payload = json!({
        "iss": provider.issuer(),
        "aud": client.id,
        "iat": ctx.now().unix_timestamp(),
        "token_introspection": told,
    });
    let token = provider.sign(ctx, jose::Alg::of(alg).unwrap_or(jose::Alg::Es256), TYP, &payload).await?;
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static(SIGNED));
    Ok(([kind, no_store], token).into_response())
}
