//! The pause after failures. It grows, it ends, and it is the same for names that nobody has.

use crate::{Error, kept};
use kernel::Ctx;
use sqlx::PgConnection;
use store::Db;
use time::{Duration, OffsetDateTime};

/// Failures without a pause: people mistype.
const FREE_FAILURES: i32 = 5;
/// First pause; it doubles with each further failure.
const PAUSE_FIRST: Duration = Duration::seconds(30);
/// Longest pause, so that nobody can be kept out for long by strangers.
const PAUSE_MAX: Duration = Duration::minutes(15);
/// Failures are forgotten after so long without one.
const FORGET_AFTER: Duration = Duration::days(1);

/// An attempt that counts as failed until it is taken back.
#[derive(Debug)]
pub(crate) struct Attempt {
    login_hash: Vec<u8>,
    /// How it was before.
    before: (i32, Option<OffsetDateTime>),
}

/// Counts an attempt under this name, and commits: from now on it is a failure.
///
/// # Errors
/// `Locked` while the pause lasts; then it does not count.
pub(crate) async fn begin(db: &Db, ctx: &Ctx, normal_login: &str) -> Result<Attempt, Error> {
    begin_under(db, ctx, kept::hash(normal_login)).await
}

/// The same under another key: of a browser that the name's owner has signed in with before.
///
/// # Errors
/// As [`begin`].
pub(crate) async fn begin_under(db: &Db, ctx: &Ctx, login_hash: Vec<u8>) -> Result<Attempt, Error> {
    let now = ctx.now();
    let mut tx = db.begin().await?;
    sqlx::query(
        "insert into identity.failure (login_hash, failures, last_at) values ($1, 0, $2) on conflict do nothing",
    )
    .bind(&login_hash)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    let read = "select failures, locked_until, last_at from identity.failure where login_hash = $1 for update";
    let (failures, locked_until, last_at): (i32, Option<OffsetDateTime>, OffsetDateTime) =
        sqlx::query_as(read).bind(&login_hash).fetch_one(&mut *tx).await?;
    if let Some(until) = locked_until.filter(|until| *until > now) {
        return Err(Error::Locked((until - now).whole_seconds().max(1)));
    }
    let failures = if now - last_at > FORGET_AFTER { 0 } else { failures };
    let counted = failures.saturating_add(1);
    sqlx::query("update identity.failure set failures = $2, last_at = $3, locked_until = $4 where login_hash = $1")
        .bind(&login_hash)
        .bind(counted)
        .bind(now)
        .bind(pause(counted).map(|pause| now + pause))
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(Attempt { login_hash, before: (failures, locked_until) })
}

/// It succeeded: all failures are forgotten.
pub(crate) async fn succeeded(conn: &mut PgConnection, attempt: &Attempt) -> Result<(), Error> {
    let forget = sqlx::query("delete from identity.failure where login_hash = $1");
    forget.bind(&attempt.login_hash).execute(conn).await?;
    Ok(())
}

/// It failed: it stays counted as it is, from now.
pub(crate) async fn failed(conn: &mut PgConnection, ctx: &Ctx, attempt: &Attempt) -> Result<(), Error> {
    let noted = sqlx::query("update identity.failure set last_at = $2 where login_hash = $1");
    noted.bind(&attempt.login_hash).bind(ctx.now()).execute(conn).await?;
    Ok(())
}

/// It was neither a success nor a failure: this one is taken back, earlier ones stay. Otherwise a right password could be
/// used to guess codes without end.
pub(crate) async fn undecided(conn: &mut PgConnection, attempt: &Attempt) -> Result<(), Error> {
    let (failures, locked_until) = attempt.before;
    // Only if nobody else has tried in between; else it stays counted.
    sqlx::query(
        "update identity.failure set failures = $2, locked_until = $3 where login_hash = $1 and failures = $2 + 1",
    )
    .bind(&attempt.login_hash)
    .bind(failures)
    .bind(locked_until)
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets old failures. For the daily housekeeping.
pub(crate) async fn sweep(conn: &mut PgConnection, ctx: &Ctx) -> Result<u64, Error> {
    let old = sqlx::query("delete from identity.failure where last_at < $1").bind(ctx.now() - FORGET_AFTER);
    Ok(old.execute(conn).await?.rows_affected())
}

fn pause(failures: i32) -> Option<Duration> {
    let over = u32::try_from(failures - FREE_FAILURES).ok()?;
    Some((PAUSE_FIRST * 2_i32.pow(over.min(10))).min(PAUSE_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_grows_to_its_limit() {
        let check = |failures: i32, seconds: Option<i64>| {
            assert_eq!(pause(failures).map(Duration::whole_seconds), seconds, "{failures}");
        };
        check(0, None);
        check(4, None);
        check(5, Some(30));
        check(6, Some(60));
        check(9, Some(480));
        check(10, Some(900));
        check(i32::MAX, Some(900));
    }
}
