//! Grant `refresh_token` (RFC 6749, section 6). A refresh token is used once and the next one comes with the answer; using
//! one twice ends the family (RFC 9700, section 4.14.2). A client of a FAPI 2.0 profile keeps its token instead (FAPI 2.0
//! Security Profile 5.3.2.1: no rotation), since there it is worth nothing without the client's key.

use super::family;
use super::issue::{self, Issue};
use super::{Asked, Binding, TokenResponse, proven, scope};
use crate::kept::hash;
use crate::openid::OAuthError;
use crate::openid::Provider;
use crate::openid::{AuthMethod, Client};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::Ctx;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// A refresh token that nobody uses for so long is dead.
const OFFLINE: Duration = Duration::days(30);
/// One that lives with a session can live no longer than that.
const ONLINE: Duration = Duration::hours(web::ABSOLUTE_HOURS);

/// What is kept beside a refresh token.
#[derive(Serialize, Deserialize)]
struct Detail {
    /// Of a public client: the key that this token is bound to (RFC 9449, section 5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    jkt: Option<String>,
}

/// A refresh token that is about to be: its text goes to the client, the rest into the table.
pub(crate) struct Fresh {
    pub(crate) token: String,
    pub(crate) hash: Vec<u8>,
    pub(crate) detail: Value,
    pub(crate) expires_at: OffsetDateTime,
}

/// The first refresh token of a family, for a client that may have one.
pub(crate) fn first(ctx: &Ctx, client: &Client, offline: bool, binding: &Binding) -> Result<Option<Fresh>, OAuthError> {
    if !client.metadata.grants("refresh_token") {
        return Ok(None);
    }
    let public = client.metadata.token_endpoint_auth_method == AuthMethod::None;
    let jkt = if public { proven(binding).map(str::to_owned) } else { None };
    draw(ctx, offline, &Detail { jkt }).map(Some)
}

fn draw(ctx: &Ctx, offline: bool, detail: &Detail) -> Result<Fresh, OAuthError> {
    let token = URL_SAFE_NO_PAD.encode(ctx.random.bytes::<32>());
    let detail = serde_json::to_value(detail).map_err(|_| OAuthError::fault("what is kept beside a refresh token"))?;
    let expires_at = ctx.now() + if offline { OFFLINE } else { ONLINE };
    Ok(Fresh { hash: hash(&token), token, detail, expires_at })
}

/// Uses a refresh token and writes the one in its place.
async fn replace(
    conn: &mut PgConnection,
    ctx: &Ctx,
    used: &[u8],
    family: Uuid,
    client: &Client,
    fresh: &Fresh,
) -> Result<(), OAuthError> {
    sqlx::query(
        "with used as (update identity.refresh_token set used_at = $6 where token_hash = $1)
         insert into identity.refresh_token (token_hash, family_id, client_id, detail, issued_at, expires_at)
         values ($2, $3, $4, $5, $6, $7)",
    )
    .bind(used)
    .bind(&fresh.hash)
    .bind(family)
    .bind(client.id.as_str())
    .bind(&fresh.detail)
    .bind(ctx.now())
    .bind(fresh.expires_at)
    .execute(conn)
    .await?;
    Ok(())
}

/// A refresh token as it is kept.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Kept {
    pub(crate) family_id: Uuid,
    pub(crate) client_id: String,
    detail: Value,
    pub(crate) issued_at: OffsetDateTime,
    pub(crate) expires_at: OffsetDateTime,
    pub(crate) used_at: Option<OffsetDateTime>,
}

/// Looks a refresh token up; `locked` until the transaction ends, so that of two uses at once one is the second.
pub(crate) async fn find(conn: &mut PgConnection, token: &str, locked: bool) -> Result<Option<Kept>, sqlx::Error> {
    const FIND: &str = "select family_id, client_id, detail, issued_at, expires_at, used_at
                        from identity.refresh_token where token_hash = $1";
    const LOCK: &str = "select family_id, client_id, detail, issued_at, expires_at, used_at
                        from identity.refresh_token where token_hash = $1 for update";
    sqlx::query_as(if locked { LOCK } else { FIND }).bind(hash(token)).fetch_optional(conn).await
}

pub(super) async fn grant(provider: &Provider, ctx: &Ctx, asked: &Asked) -> Result<TokenResponse, OAuthError> {
    let client = &asked.by.client;
    let token = asked.required("refresh_token")?;
    let unknown = || OAuthError::bad("invalid_grant", "IDN0169", "no such refresh token, or it has expired");
    let mut tx = provider.db().begin().await?;
    let kept = find(&mut tx, token, true).await?.filter(|kept| kept.client_id == client.id.as_str());
    let kept = kept.ok_or_else(unknown)?;
    if kept.used_at.is_some() {
        family::revoke(&mut tx, ctx, kept.family_id, "refresh-token-reused").await?;
        tx.commit().await?;
        return Err(OAuthError::bad(
            "invalid_grant",
            "IDN0170",
            "the refresh token was used before; its family is revoked",
        ));
    }
    if kept.expires_at <= ctx.now() {
        return Err(unknown());
    }
    let family = family::living(family::find(&mut tx, ctx, kept.family_id, None).await?)?;
    let detail: Detail =
        serde_json::from_value(kept.detail).map_err(|_| OAuthError::fault("what is kept beside a refresh token"))?;
    bound(&detail, family.begun.cnf.is_some(), &asked.binding)?;
    let scope = scope::narrowed(asked, &family.begun.scope)?;
    let resource = scope::resources(asked, &family.begun.resource)?;
    let keeps = client.profile.is_fapi();
    let mut next = None;
    if !keeps {
        let fresh = draw(ctx, family.offline, &detail)?;
        replace(&mut tx, ctx, &hash(token), family.id, client, &fresh).await?;
        next = Some(fresh.token);
    }
    family::note(&mut tx, ctx, &family.begun, "token-issued", client.id.as_str(), family.id, Some("refresh_token"))
        .await?;
    tx.commit().await?;
    let issue = Issue {
        client,
        family: family.id,
        begun: &family.begun,
        scope: &scope,
        resource: &resource,
        binding: &asked.binding,
        // Core 12.2: the nonce of the first request is not repeated.
        nonce: None,
        session: family.session,
        consented: &family.consented,
    };
    let mut response = issue::person(provider, ctx, &issue).await?;
    response.refresh_token = next;
    Ok(response)
}

/// A public client's token works only with its key; and tokens that began bound to a key never become bearer tokens.
fn bound(detail: &Detail, began_bound: bool, now: &Binding) -> Result<(), OAuthError> {
    let same_key = detail.jkt.is_none() || detail.jkt.as_deref() == proven(now);
    let weaker = began_bound && *now == Binding::Bearer;
    if same_key && !weaker {
        return Ok(());
    }
    Err(OAuthError::bad("invalid_grant", "IDN0171", "the refresh token is bound to a key that was not proven"))
}
