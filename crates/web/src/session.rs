//! Sessions: who signed in, in which browser, until when. The program keeps the hash of the token, never the token.

use crate::Error;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{AccountId, Actor, Ctx};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// A session that nobody used for so long is over.
pub const IDLE_MINUTES: i64 = 30;
/// A session is over after so long in any case.
pub const ABSOLUTE_HOURS: i64 = 12;
/// Its use is noted at most this often, so that reading pages does not write.
const SEEN_EVERY_S: i64 = 60;
/// A device's name is cut after so many characters.
const DEVICE_CHARS_MAX: usize = 80;
/// Sessions that a list shows: more than anybody has.
const SESSIONS_SHOWN_MAX: i64 = 100;

/// Who signed in.
#[derive(Clone, Debug)]
pub struct Session {
    /// Names the session: public, unlike its token.
    pub id: Uuid,
    /// The account.
    pub account: AccountId,
    /// Who acts in requests of this session.
    pub actor: Actor,
    /// What pages show of the person: how to address them, the body they act for. Personal: never logged.
    pub facts: Facts,
    /// How strongly and by what they were authenticated: identity's value, which nobody else looks into.
    pub authentication: Value,
    /// Browser and system in words; may be empty.
    pub device: String,
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
    /// How they were authenticated.
    pub authentication: Value,
    /// Browser and system in words: [`crate::device_name`].
    pub device: String,
}

/// A session of an account, as its owner sees it in a list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SessionShown {
    /// Names it.
    #[sqlx(rename = "session_id")]
    pub id: Uuid,
    /// Browser and system in words; may be empty.
    pub device: String,
    /// How they were authenticated.
    pub authentication: Value,
    /// Since when.
    pub created_at: OffsetDateTime,
    /// Last used, give or take a minute.
    pub seen_at: OffsetDateTime,
}

/// A session that has begun: the token goes to the browser and nowhere else.
pub struct Opened {
    /// Names it.
    pub id: Uuid,
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
    let (id, now) = (ctx.uuid(), ctx.now());
    let ends_at = now + Duration::hours(ABSOLUTE_HOURS);
    sqlx::query(
        "INSERT INTO web.session
             (token_hash, account_id, actor, facts, csrf, created_at, seen_at, ends_at, session_id, authentication, device)
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10)",
    )
    .bind(hash(&token))
    .bind(new.account.0)
    .bind(serde_json::to_value(&new.actor)?)
    .bind(&new.facts)
    .bind(&csrf)
    .bind(now)
    .bind(ends_at)
    .bind(id)
    .bind(&new.authentication)
    .bind(new.device.chars().take(DEVICE_CHARS_MAX).collect::<String>())
    .execute(conn)
    .await?;
    Ok(Opened { id, token, ends_at })
}

#[derive(sqlx::FromRow)]
struct Row {
    session_id: Uuid,
    account_id: Uuid,
    actor: Value,
    facts: Value,
    authentication: Value,
    device: String,
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
        "SELECT session_id, account_id, actor, facts, authentication, device, csrf, seen_at, ends_at FROM web.session
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
        id: row.session_id,
        authentication: row.authentication,
        device: row.device,
        account: AccountId(row.account_id),
        actor: serde_json::from_value(row.actor)?,
        facts: Facts(row.facts),
        csrf: row.csrf,
        by_bearer,
        ends_at: row.ends_at,
    }))
}

/// The sessions of an account that are not over, newest first.
///
/// # Errors
/// When the table cannot be read.
pub async fn sessions_of(conn: &mut PgConnection, ctx: &Ctx, account: AccountId) -> Result<Vec<SessionShown>, Error> {
    let now = ctx.now();
    let sessions = sqlx::query_as(
        "SELECT session_id, device, authentication, created_at, seen_at FROM web.session
         WHERE account_id = $1 AND ends_at > $2 AND seen_at > $3 ORDER BY created_at DESC, session_id LIMIT $4",
    )
    .bind(account.0)
    .bind(now)
    .bind(now - Duration::minutes(IDLE_MINUTES))
    .bind(SESSIONS_SHOWN_MAX)
    .fetch_all(conn)
    .await?;
    Ok(sessions)
}

/// Notes that the owner of a session was authenticated again, and gives it a new token: whoever had the old one does not
/// get what was proved since. Its id stays. Nothing when there is no such session any more.
///
/// # Errors
/// When the table cannot be written.
pub async fn strengthen(
    conn: &mut PgConnection,
    ctx: &Ctx,
    session: Uuid,
    authentication: &Value,
) -> Result<Option<String>, Error> {
    let token = URL_SAFE_NO_PAD.encode(ctx.random.bytes::<32>());
    let csrf = URL_SAFE_NO_PAD.encode(ctx.random.bytes::<24>());
    let done = sqlx::query(
        "UPDATE web.session SET token_hash = $2, csrf = $3, authentication = $4, seen_at = $5
         WHERE session_id = $1 AND ends_at > $5",
    )
    .bind(session)
    .bind(hash(&token))
    .bind(csrf)
    .bind(authentication)
    .bind(ctx.now())
    .execute(conn)
    .await?;
    Ok((done.rows_affected() > 0).then_some(token))
}

/// Ends the session of this token. Gives its id, if there was one.
///
/// # Errors
/// When the table cannot be written.
pub async fn end(conn: &mut PgConnection, token: &str) -> Result<Option<Uuid>, Error> {
    let ended = sqlx::query_scalar("DELETE FROM web.session WHERE token_hash = $1 RETURNING session_id");
    Ok(ended.bind(hash(token)).fetch_optional(conn).await?)
}

/// Ends the account's session of this id. Says whether there was one.
///
/// # Errors
/// When the table cannot be written.
pub async fn end_session(conn: &mut PgConnection, account: AccountId, session: Uuid) -> Result<bool, Error> {
    let done = sqlx::query("DELETE FROM web.session WHERE account_id = $1 AND session_id = $2");
    Ok(done.bind(account.0).bind(session).execute(conn).await?.rows_affected() > 0)
}

/// Ends every session of the account, on every device. Gives their ids.
///
/// # Errors
/// When the table cannot be written.
pub async fn end_all(conn: &mut PgConnection, account: AccountId) -> Result<Vec<Uuid>, Error> {
    let ended = sqlx::query_scalar("DELETE FROM web.session WHERE account_id = $1 RETURNING session_id");
    Ok(ended.bind(account.0).fetch_all(conn).await?)
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
