//! Authorization codes: given once, redeemed once, within a minute.

use super::{AuthorizationRequest, OAuthError};
use crate::{Authentication, Error};
use kernel::{AccountId, Ctx, SubjectId};
use serde_json::Value;
use sqlx::{FromRow, PgConnection};
use time::Duration;
use uuid::Uuid;

/// How long a code is good (FAPI 2.0 Security Profile, section 5.3.2.1, item 11: at most a minute).
pub(crate) const LIFE: Duration = Duration::seconds(60);
/// Bytes of randomness in a code.
const CODE_BYTES: usize = 32;
/// Longest text that is looked up.
const CODE_CHARS_MAX: usize = 128;

/// What a code stands for.
#[derive(Clone, Debug)]
pub(crate) struct CodeRow {
    /// The family that its tokens will be of. Its row is made by the redemption.
    pub(crate) family: Uuid,
    /// The consent.
    pub(crate) grant: Uuid,
    /// The client that it was given to.
    pub(crate) client_id: String,
    /// What was asked.
    pub(crate) request: AuthorizationRequest,
    /// How the person had signed in.
    pub(crate) authentication: Authentication,
    /// Who signed in.
    pub(crate) account: AccountId,
    /// The person.
    pub(crate) subject: Option<SubjectId>,
    /// The session, `sid` of tokens.
    pub(crate) session_id: Uuid,
}

/// What came of trying a code.
#[derive(Clone, Debug)]
pub(crate) enum Redeemed {
    /// It is used now, and was not before.
    Fresh(Box<CodeRow>),
    /// It was used before: whoever has it may have stolen it, so everything of this family ends.
    Reused(Uuid),
    /// There is none, or its time is over.
    Unknown,
}

/// Makes a code. The text goes to the client and nowhere else.
pub(crate) async fn give(conn: &mut PgConnection, ctx: &Ctx, row: &CodeRow) -> Result<String, Error> {
    let code = jose::encode(ctx.random.bytes::<CODE_BYTES>());
    let request = serde_json::to_value(&row.request).map_err(|_| Error::Fault("a request does not write"))?;
    let how =
        serde_json::to_value(&row.authentication).map_err(|_| Error::Fault("an authentication does not write"))?;
    let now = ctx.now();
    sqlx::query(
        "insert into identity.authorization_code
             (code_hash, family_id, grant_id, client_id, account_id, subject_id, session_id, request, authentication,
              created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(&jose::sha256(&code)[..])
    .bind(row.family)
    .bind(row.grant)
    .bind(&row.client_id)
    .bind(row.account.0)
    .bind(row.subject.map(|subject| subject.0))
    .bind(row.session_id)
    .bind(request)
    .bind(how)
    .bind(now)
    .bind(now + LIFE)
    .execute(conn)
    .await?;
    Ok(code)
}

#[derive(FromRow)]
struct Row {
    family_id: Uuid,
    grant_id: Uuid,
    client_id: String,
    account_id: Uuid,
    subject_id: Option<Uuid>,
    session_id: Uuid,
    request: Value,
    authentication: Value,
}

/// Uses a code. The row lock of the update lets one of several at once win; who comes second learns of it after the first
/// has committed. Rolled back, the code is as it was.
pub(crate) async fn redeem(conn: &mut PgConnection, ctx: &Ctx, code: &str) -> Result<Redeemed, OAuthError> {
    if code.len() > CODE_CHARS_MAX {
        return Ok(Redeemed::Unknown);
    }
    let hash = jose::sha256(code);
    let row: Option<Row> = sqlx::query_as(
        "update identity.authorization_code set used_at = $2
         where code_hash = $1 and used_at is null and expires_at > $2
         returning family_id, grant_id, client_id, account_id, subject_id, session_id, request, authentication",
    )
    .bind(&hash[..])
    .bind(ctx.now())
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else {
        // Used ones stay until the sweep, so that a second use is seen.
        let family: Option<Uuid> = sqlx::query_scalar(
            "select family_id from identity.authorization_code where code_hash = $1 and used_at is not null",
        )
        .bind(&hash[..])
        .fetch_optional(conn)
        .await?;
        return Ok(family.map_or(Redeemed::Unknown, Redeemed::Reused));
    };
    let broken = || OAuthError::fault("a code does not read");
    Ok(Redeemed::Fresh(Box::new(CodeRow {
        family: row.family_id,
        grant: row.grant_id,
        client_id: row.client_id,
        request: serde_json::from_value(row.request).map_err(|_| broken())?,
        authentication: serde_json::from_value(row.authentication).map_err(|_| broken())?,
        account: AccountId(row.account_id),
        subject: row.subject_id.map(SubjectId),
        session_id: row.session_id,
    })))
}
