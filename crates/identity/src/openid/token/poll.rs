//! Polling for the answer to what was asked on another device: the same rules for the device grant (RFC 8628, section 3.5)
//! and for CIBA in poll mode (Core, section 11).

use super::family::{self, Begun, New};
use super::issue::{self, Issue};
use super::{Asked, TokenResponse, refresh, scope};
use crate::openid::subject::Principal;
use crate::openid::{AuthorizationRequest, OAuthError, Provider, grants};
use crate::{Authentication, kept};
use kernel::{AccountId, Ctx};
use serde_json::Value;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Each poll that comes too early adds so much to the interval (RFC 8628, section 3.5).
const SLOWER_BY_S: i32 = 5;

/// How it was asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// By a device that shows a code.
    Device,
    /// By a counter or a call centre.
    Ciba,
}

impl Kind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Ciba => "ciba",
        }
    }

    pub(crate) fn of(text: &str) -> Self {
        if text == "ciba" { Self::Ciba } else { Self::Device }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    kind: String,
    client_id: String,
    request: Value,
    account_id: Option<Uuid>,
    state: String,
    grant_id: Option<Uuid>,
    family_id: Option<Uuid>,
    authentication: Option<Value>,
    expires_at: OffsetDateTime,
    interval_s: i32,
    polled_at: Option<OffsetDateTime>,
}

pub(super) async fn grant(
    provider: &Provider,
    ctx: &Ctx,
    asked: &Asked,
    kind: Kind,
    secret: &str,
) -> Result<TokenResponse, OAuthError> {
    let client = &asked.by.client;
    let hash = kept::hash(secret);
    let mut tx = provider.db().begin().await?;
    let row: Option<Row> = sqlx::query_as(
        "select kind, client_id, request, account_id, state, grant_id, family_id, authentication, expires_at,
                interval_s, polled_at
         from identity.asking where asking_hash = $1 for update",
    )
    .bind(&hash)
    .fetch_optional(&mut *tx)
    .await?;
    let row = row.filter(|row| row.kind == kind.as_str() && row.client_id == client.id.as_str());
    let row = row.ok_or_else(|| OAuthError::bad("invalid_grant", "IDN0163", "no such code"))?;
    if let Some(answer) = not_yet(&mut tx, ctx, &hash, &row).await? {
        tx.commit().await?;
        return Err(answer);
    }
    let (Some(account), Some(grant), Some(authentication)) = (row.account_id, row.grant_id, row.authentication) else {
        return Err(OAuthError::fault("an approved asking"));
    };
    let request: AuthorizationRequest =
        serde_json::from_value(row.request).map_err(|_| OAuthError::fault("an asking"))?;
    let authentication: Authentication =
        serde_json::from_value(authentication).map_err(|_| OAuthError::fault("an asking"))?;
    let begun = begun(&mut tx, asked, AccountId(account), request, authentication).await?;
    let resource = scope::resources(asked, &begun.resource)?;
    let sub = provider.sub(client, &begun.principal);
    let family = ctx.uuid();
    // No session of this device: what is given lives on its own, as long as its refresh token is used.
    let offline = begun.scope.iter().any(|scope| scope == "offline_access");
    let by = kind.as_str();
    let new =
        New { id: family, grant, client_id: client.id.as_str(), session: None, offline, begun: &begun, sub: &sub, by };
    let refresh = refresh::first(ctx, client, offline, &asked.binding)?;
    let consented = family::begin(&mut tx, ctx, &new, refresh.as_ref()).await?;
    sqlx::query("update identity.asking set state = 'redeemed', family_id = $2 where asking_hash = $1")
        .bind(&hash)
        .bind(family)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    let issue = Issue {
        client,
        family,
        begun: &begun,
        scope: &begun.scope,
        resource: &resource,
        binding: &asked.binding,
        nonce: None,
        session: None,
        consented: &consented,
    };
    let mut response = issue::person(provider, ctx, &issue).await?;
    response.refresh_token = refresh.map(|refresh| refresh.token);
    Ok(response)
}

/// The refusal that this poll gets, unless the person has allowed it. What it changes is to be committed.
async fn not_yet(conn: &mut PgConnection, ctx: &Ctx, hash: &[u8], row: &Row) -> Result<Option<OAuthError>, OAuthError> {
    if row.state == "redeemed" {
        if let Some(family) = row.family_id {
            family::revoke(conn, ctx, family, "code-reused").await?;
        }
        return Ok(Some(OAuthError::bad("invalid_grant", "IDN0162", "it was used before; its tokens are revoked")));
    }
    if row.expires_at <= ctx.now() {
        return Ok(Some(OAuthError::bad("expired_token", "IDN0176", "nobody answered in time")));
    }
    let early = |polled: OffsetDateTime| ctx.now() < polled + Duration::seconds(i64::from(row.interval_s));
    if row.polled_at.is_some_and(early) {
        let slower = "update identity.asking set polled_at = $2, interval_s = interval_s + $3 where asking_hash = $1";
        sqlx::query(slower).bind(hash).bind(ctx.now()).bind(SLOWER_BY_S).execute(conn).await?;
        return Ok(Some(OAuthError::bad("slow_down", "IDN0177", "ask less often")));
    }
    sqlx::query("update identity.asking set polled_at = $2 where asking_hash = $1")
        .bind(hash)
        .bind(ctx.now())
        .execute(conn)
        .await?;
    Ok(match row.state.as_str() {
        "approved" => None,
        "refused" => Some(OAuthError::bad("access_denied", "IDN0178", "the person refused")),
        _ => Some(OAuthError::bad("authorization_pending", "IDN0179", "the person has not answered yet")),
    })
}

async fn begun(
    conn: &mut PgConnection,
    asked: &Asked,
    account: AccountId,
    request: AuthorizationRequest,
    authentication: Authentication,
) -> Result<Begun, OAuthError> {
    let holder = grants::holder(conn, account).await?;
    let holder = holder.ok_or_else(|| OAuthError::bad("invalid_grant", "IDN0160", "the account has been closed"))?;
    Ok(Begun {
        account,
        subject: holder.subject,
        level: holder.level,
        principal: Principal::of(account, holder.subject),
        delegation: None,
        scope: request.scope,
        claims: request.claims,
        resource: request.resource,
        authentication,
        cnf: asked.binding.cnf(),
    })
}
