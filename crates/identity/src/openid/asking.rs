//! What is asked on one device and answered on another: written by the device and CIBA end-points, shown to the person on
//! their own page, answered there, and redeemed once by whoever asked.

use super::consent::{self, ClaimShown, Holder};
use super::interaction::ClientShown;
use super::token::poll::Kind;
use super::token::{Asked, device};
use super::{AuthorizationRequest, ClaimsRequest, OAuthError, Provider};
use crate::{Assurance, Authentication, Error, kept};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{AccountId, Ctx};
use ledger::Entry;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Something to be answered.
#[derive(Clone, Debug)]
pub struct Asking {
    /// Names it.
    pub id: Uuid,
    /// `device` or `ciba`.
    pub kind: &'static str,
    /// Who asks.
    pub client: ClientShown,
    /// What the person at the counter sees too, so that both know that it is this request.
    pub message: Option<String>,
    /// Scopes asked for.
    pub scopes: Vec<String>,
    /// What would be told.
    pub claims: Vec<ClaimShown>,
    /// The level of assurance that an answer needs.
    pub wanted: Option<Assurance>,
    /// Until when it can be answered.
    pub expires_at: OffsetDateTime,
}

/// An asking to be written.
pub(crate) struct NewAsking<'a> {
    pub(crate) kind: Kind,
    pub(crate) user_code: Option<&'a str>,
    pub(crate) account: Option<AccountId>,
    pub(crate) message: Option<&'a str>,
    pub(crate) good_for: Duration,
    pub(crate) interval_s: i32,
    pub(crate) request: &'a AuthorizationRequest,
}

/// Reads what a device or a counter asks for, under the same rules as an authorization request.
pub(crate) fn requested(
    provider: &Provider,
    asked: &Asked,
    grant_type: &str,
) -> Result<AuthorizationRequest, OAuthError> {
    let metadata = &asked.by.client.metadata;
    if !metadata.grants(grant_type) {
        return Err(OAuthError::bad("unauthorized_client", "IDN0108", "the client may not use this grant"));
    }
    let wanted = asked.form.get("scope").unwrap_or("openid");
    let scope: Vec<String> = wanted.split_ascii_whitespace().map(str::to_owned).collect();
    if scope.is_empty() || scope.iter().any(|scope| !metadata.scopes().any(|allowed| allowed == scope)) {
        return Err(OAuthError::bad("invalid_scope", "IDN0109", "a scope that the client may not ask for"));
    }
    let resource: Vec<String> = asked.form.all("resource").map(str::to_owned).collect();
    let known = |wanted: &String| metadata.resource_indicators.contains(wanted) || wanted == provider.issuer();
    if !resource.iter().all(known) {
        return Err(OAuthError::bad("invalid_target", "IDN0115", "a resource that the client may not ask for"));
    }
    let acr_values: Vec<String> = match asked.form.get("acr_values") {
        Some(text) => text.split_ascii_whitespace().map(str::to_owned).collect(),
        None => metadata.default_acr_values.clone(),
    };
    Ok(AuthorizationRequest {
        client_id: asked.by.client.id.as_str().to_owned(),
        offline: scope.iter().any(|scope| scope == "offline_access"),
        scope,
        claims: asked.form.get("claims").map(ClaimsRequest::read).transpose()?.unwrap_or_default(),
        acr_values,
        resource,
        ..AuthorizationRequest::default()
    })
}

/// Writes an asking and gives its secret, which only who asked learns.
pub(crate) async fn write(provider: &Provider, ctx: &Ctx, new: &NewAsking<'_>) -> Result<String, OAuthError> {
    let secret = URL_SAFE_NO_PAD.encode(ctx.random.bytes::<32>());
    let request = serde_json::to_value(new.request).map_err(|_| OAuthError::fault("an asking"))?;
    sqlx::query(
        "insert into identity.asking (asking_hash, asking_id, kind, user_code_hash, client_id, request, account_id,
             message, state, created_at, expires_at, interval_s)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', $9, $10, $11)",
    )
    .bind(kept::hash(&secret))
    .bind(ctx.uuid())
    .bind(new.kind.as_str())
    .bind(new.user_code.map(kept::hash))
    .bind(&new.request.client_id)
    .bind(request)
    .bind(new.account.map(|account| account.0))
    .bind(new.message)
    .bind(ctx.now())
    .bind(ctx.now() + new.good_for)
    .bind(new.interval_s)
    .execute(provider.db().pool())
    .await?;
    Ok(secret)
}

#[derive(sqlx::FromRow)]
struct Row {
    asking_id: Uuid,
    kind: String,
    client_id: String,
    request: Value,
    account_id: Option<Uuid>,
    message: Option<String>,
    expires_at: OffsetDateTime,
}

const COLUMNS: &str = "asking_id, kind, client_id, request, account_id, message, expires_at";

impl Provider {
    /// What the device with this user code asks; nothing for a code that nobody shows, or not any more.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn device_ask(&self, ctx: &Ctx, user_code: &str) -> Result<Option<Asking>, Error> {
        let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "select {COLUMNS} from identity.asking
             where user_code_hash = $1 and state = 'waiting' and expires_at > $2"
        )))
        .bind(kept::hash(&device::normal(user_code)))
        .bind(ctx.now())
        .fetch_optional(self.db().pool())
        .await?;
        match row {
            Some(row) => self.asking_shown(ctx, row).await,
            None => Ok(None),
        }
    }

    /// What counters and call centres ask of the holder of this account now, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn asked_of(&self, ctx: &Ctx, account: AccountId) -> Result<Vec<Asking>, Error> {
        let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "select {COLUMNS} from identity.asking
             where account_id = $1 and state = 'waiting' and expires_at > $2 order by created_at, asking_id"
        )))
        .bind(account.0)
        .bind(ctx.now())
        .fetch_all(self.db().pool())
        .await?;
        let mut shown = Vec::with_capacity(rows.len());
        for row in rows {
            shown.extend(self.asking_shown(ctx, row).await?);
        }
        Ok(shown)
    }

    /// Allows or refuses what is asked, for the person of this session. An answer is given once. To allow is to consent to
    /// the scopes and claims shown.
    ///
    /// # Errors
    /// `NoSuchAsking` for one that is unknown, of somebody else, expired or answered; `StrongerNeeded` when the session is
    /// less sure than the relying party needs.
    pub async fn answer_asking(
        &self,
        ctx: &Ctx,
        session: &web::Session,
        asking: Uuid,
        allow: bool,
    ) -> Result<(), Error> {
        let mut tx = self.db().begin().await?;
        let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "select {COLUMNS} from identity.asking
             where asking_id = $1 and state = 'waiting' and expires_at > $2 for update"
        )))
        .bind(asking)
        .bind(ctx.now())
        .fetch_optional(&mut *tx)
        .await?;
        let own = |row: &Row| row.account_id.is_none_or(|account| account == session.account.0);
        let row = row.filter(own).ok_or(Error::NoSuchAsking)?;
        let request = request(row.request)?;
        let client = self.approved(ctx, &row.client_id).await?.ok_or(Error::NoSuchAsking)?;
        let subject = crate::account::must_exist(&mut tx, session.account).await?;
        let mut grant = None;
        let mut authentication = None;
        if allow {
            let proven = proven(session)?;
            if wanted(&request).is_some_and(|wanted| proven.assurance < wanted) {
                return Err(Error::StrongerNeeded);
            }
            let chosen: Vec<String> = consent::asked(&request, None).into_iter().map(|claim| claim.name).collect();
            let holder = Holder { account: session.account, subject };
            grant = Some(consent::give(&mut tx, ctx, &client, holder, &request, &chosen).await?);
            authentication = Some(serde_json::to_value(proven).map_err(|_| Error::Fault("an authentication"))?);
        }
        sqlx::query(
            "update identity.asking set state = $2, account_id = $3, grant_id = $4, authentication = $5
             where asking_id = $1",
        )
        .bind(asking)
        .bind(if allow { "approved" } else { "refused" })
        .bind(session.account.0)
        .bind(grant)
        .bind(authentication)
        .execute(&mut *tx)
        .await?;
        if !allow {
            let body = json!({"event": "consent-refused", "client": row.client_id, "by": row.kind});
            ledger::append(&mut tx, ctx, Entry { subject, kind: "change", body }).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn asking_shown(&self, ctx: &Ctx, row: Row) -> Result<Option<Asking>, Error> {
        let Some(client) = self.shown(ctx, &row.client_id).await? else { return Ok(None) };
        let request = request(row.request)?;
        let before = match row.account_id {
            Some(account) => {
                let mut conn = self.db().pool().acquire().await?;
                consent::open(&mut conn, AccountId(account), &row.client_id).await?
            }
            None => None,
        };
        Ok(Some(Asking {
            id: row.asking_id,
            kind: Kind::of(&row.kind).as_str(),
            client,
            message: row.message,
            claims: consent::asked(&request, before.as_ref()),
            wanted: wanted(&request),
            scopes: request.scope,
            expires_at: row.expires_at,
        }))
    }
}

/// How the person of a session signed in.
fn proven(session: &web::Session) -> Result<Authentication, Error> {
    serde_json::from_value(session.authentication.clone()).map_err(|_| Error::Fault("a session's authentication"))
}

fn request(column: Value) -> Result<AuthorizationRequest, Error> {
    serde_json::from_value(column).map_err(|_| Error::Fault("what is asked does not read"))
}

/// The lowest level that the client takes; none for any.
fn wanted(request: &AuthorizationRequest) -> Option<Assurance> {
    request.acr_values.iter().filter_map(|acr| Assurance::of_acr(acr)).min()
}
