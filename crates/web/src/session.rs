//! Sessions: who signed in, in which browser, until when. The program keeps the hash of the token, never the token.

use crate::Error;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{AccountId, Actor, Ctx};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

/// A session that nobody used for so long is over.
pub const IDLE_MINUTES: i64 = 30;
/// A session is over after so long in any case.
pub const ABSOLUTE_HOURS: i64 = 12;
/// Its use is noted at most this often, so that reading pages does not write.
const SEEN_EVERY_S: i64 = 60;

/// Who signed in.
#[derive(Clone, Debug)]
pub struct Session {
    /// The account.
    pub account: AccountId,
    /// Who acts in requests of this session.
    pub actor: Actor,
    /// What pages show of the person: how to address them, the body they act for. Personal: never logged.
    pub facts: Facts,
    /// Token that each form of this session must carry.
    pub csrf: String,
    /// Whether it came as a bearer token instead of a cookie, and so cannot be forged by another website.
    pub by_bearer: bool,
    /// When it is over in any case.
    pub ends_at: OffsetDateTime,
}

/// What pages show of the signed-in person. Masked in `Debug`.
#[derive(Clone, Default)]
pub struct Facts(pub Value);

impl std::fmt::Debug for Facts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Facts(…)")
    }
}

/// A session about to begin.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The account that proved itself.
    pub account: AccountId,
    /// Who acts.
    pub actor: Actor,
    /// What pages show of the person.
    pub facts: Value,
}

/// A session that has begun: the token goes to the browser and nowhere else.
pub struct Opened {
    /// The secret of the browser.
    pub token: String,
    /// When it is over in any case.
    pub ends_at: OffsetDateTime,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened").field("ends_at", &self.ends_at).finish_non_exhaustive()
    }
}

/// Begins a session.
///
/// # Errors
/// When the table cannot be written.
pub async fn open(conn: &mut PgConnection, ctx: &Ctx, new: &NewSession) -> Result<Opened, Error> {
    let token = URL_SAFE_NO_PAD.encode(ctx.random.bytes::<32>());
    let csrf = URL_SAFE_NO_PAD.encode(ctx.random.bytes::<24>());
    let now = ctx.now();
    let ends_at = now + Duration::hours(ABSOLUTE_HOURS);
    sqlx::query(
        "INSERT INTO web.session (token_hash, account_id, actor, facts, csrf, created_at, seen_at, ends_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
    )
    .bind(hash(&token))
    .bind(new.account.0)
    .bind(serde_json::to_value(&new.actor)?)
    .bind(&new.facts)
    .bind(&csrf)
    .bind(now)
    .bind(ends_at)
    .execute(conn)
    .await?;
    Ok(Opened { token, ends_at })
}

#[derive(sqlx::FromRow)]
struct Row {
    account_id: uuid::Uuid,
    actor: Value,
    facts: Value,
    csrf: String,
    seen_at: OffsetDateTime,
    ends_at: OffsetDateTime,
}

/// The session of this token, unless it is over. Notes that it was used.
///
/// # Errors
/// When the table cannot be read.
pub async fn find(conn: &mut PgConnection, ctx: &Ctx, token: &str, by_bearer: bool) -> Result<Option<Session>, Error> {
    let now = ctx.now();
    let idle_since = now - Duration::minutes(IDLE_MINUTES);
    let row: Option<Row> = sqlx::query_as(
        "SELECT account_id, actor, facts, csrf, seen_at, ends_at FROM web.session
         WHERE token_hash = $1 AND ends_at > $2 AND seen_at > $3",
    )
    .bind(hash(token))
    .bind(now)
    .bind(idle_since)
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if now - row.seen_at > Duration::seconds(SEEN_EVERY_S) {
        sqlx::query("UPDATE web.session SET seen_at = $2 WHERE token_hash = $1")
            .bind(hash(token))
            .bind(now)
            .execute(conn)
            .await?;
    }
    Ok(Some(Session {
        account: AccountId(row.account_id),
        actor: serde_json::from_value(row.actor)?,
        facts: Facts(row.facts),
        csrf: row.csrf,
        by_bearer,
        ends_at: row.ends_at,
    }))
}

/// Ends the session of this token.
///
/// # Errors
/// When the table cannot be written.
pub async fn end(conn: &mut PgConnection, token: &str) -> Result<(), Error> {
    sqlx::query("DELETE FROM web.session WHERE token_hash = $1").bind(hash(token)).execute(conn).await?;
    Ok(())
}

/// Ends every session of the account, on every device. Says how many there were.
///
/// # Errors
/// When the table cannot be written.
pub async fn end_all(conn: &mut PgConnection, account: AccountId) -> Result<u64, Error> {
    let done = sqlx::query("DELETE FROM web.session WHERE account_id = $1").bind(account.0).execute(conn).await?;
    Ok(done.rows_affected())
}

/// Deletes sessions that are over. Says how many.
///
/// # Errors
/// When the table cannot be written.
pub async fn sweep(conn: &mut PgConnection, ctx: &Ctx) -> Result<u64, Error> {
    let done = sqlx::query("DELETE FROM web.session WHERE ends_at <= $1 OR seen_at <= $2")
        .bind(ctx.now())
        .bind(ctx.now() - Duration::minutes(IDLE_MINUTES))
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
