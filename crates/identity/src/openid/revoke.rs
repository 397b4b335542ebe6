//! `/openid/revoke` (RFC 7009): a client gives a token back. A refresh token takes its family with it; an access token ends
//! alone. A token that is unknown or dead is no error: it is revoked already. Another client's is treated like an unknown one:
//! nothing happens, and nothing is told of it.

use super::access_token;
use super::router::Endpoints;
use super::token::{self, family, refresh};
use super::{OAuthError, Provider};
use crate::kept;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::{Actor, Ctx};
use time::OffsetDateTime;

pub(crate) async fn revoke(
    State(endpoints): State<Endpoints>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, OAuthError> {
    let ctx = endpoints.web.ctx(Actor::Anonymous);
    let provider = &endpoints.provider;
    let asked = token::asked(provider, &ctx, &headers, &body).await?;
    let text = asked.required("token")?;
    let client = asked.by.client.id.as_str();
    if !revoke_refresh(provider, &ctx, client, text).await? {
        revoke_access(provider, &ctx, client, text).await?;
    }
    Ok((StatusCode::OK, [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))]).into_response())
}

/// Whether it was a refresh token.
async fn revoke_refresh(provider: &Provider, ctx: &Ctx, client: &str, text: &str) -> Result<bool, OAuthError> {
    let mut tx = provider.db().begin().await?;
    let Some(kept) = refresh::find(&mut tx, text, true).await? else { return Ok(false) };
    if kept.client_id != client {
        return Ok(true);
    }
    family::revoke(&mut tx, ctx, kept.family_id, "given-back").await?;
    tx.commit().await?;
    Ok(true)
}

async fn revoke_access(provider: &Provider, ctx: &Ctx, client: &str, text: &str) -> Result<(), OAuthError> {
    let Some(token) = access_token::read(provider, ctx, text).await? else { return Ok(()) };
    if token.client_id != client {
        return Ok(());
    }
    let expires = OffsetDateTime::from_unix_timestamp(token.exp).unwrap_or_else(|_| ctx.now());
    sqlx::query("insert into identity.revoked_token (jti_hash, expires_at) values ($1, $2) on conflict do nothing")
        .bind(kept::hash(&token.jti))
        .bind(expires)
        .execute(provider.db().pool())
        .await?;
    Ok(())
}
