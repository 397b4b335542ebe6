//! What an operator sees of the queue, and may do.

use crate::{Error, wake};
use kernel::Ctx;
use sqlx::{Acquire, FromRow, PgConnection};
use time::OffsetDateTime;
use uuid::Uuid;

/// Dead letters on one page at most.
const PAGE_MAX: i64 = 200;

/// A job that failed for good. Its payload is not shown.
#[derive(Clone, Debug, FromRow, serde::Serialize)]
pub struct DeadLetter {
    /// The job.
    pub id: Uuid,
    /// Where it stands: the page after this one begins before it.
    pub seq: i64,
    /// Kind of job.
    pub kind: String,
    /// Its key, where it has one.
    pub key: Option<String>,
    /// Runs.
    pub attempts: i32,
    /// When it was ordered.
    #[serde(with = "time::serde::rfc3339")]
    pub enqueued_at: OffsetDateTime,
    /// When it failed for the last time.
    #[serde(with = "time::serde::rfc3339")]
    pub failed_at: OffsetDateTime,
    /// Stable code of that failure.
    pub problem: String,
}

/// How full the queue is.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, serde::Serialize)]
pub struct Counts {
    /// Not due yet, or waiting after a failure.
    pub waiting: i64,
    /// Due and not taken.
    pub due: i64,
    /// Being worked on.
    pub running: i64,
    /// Failed for good.
    pub dead: i64,
}

/// The dead letters, newest first, those before position `before` where one is given.
///
/// # Errors
/// When PostgreSQL fails.
pub async fn dead_letters(conn: &mut PgConnection, before: Option<i64>, limit: i64) -> Result<Vec<DeadLetter>, Error> {
    let letters = sqlx::query_as(
        "select id, seq, kind, key, attempts, enqueued_at, failed_at, problem from store.dead_job
         where seq < $1 order by seq desc limit $2",
    );
    Ok(letters.bind(before.unwrap_or(i64::MAX)).bind(limit.clamp(1, PAGE_MAX)).fetch_all(conn).await?)
}

/// Puts a dead letter back into the queue, due now, with its attempts forgotten. Where an unfinished job has its key
/// meanwhile, that one stands for it.
///
/// # Errors
/// `NoSuchJob` when there is no such dead letter.
pub async fn retry(conn: &mut PgConnection, ctx: &Ctx, id: Uuid) -> Result<(), Error> {
    let mut tx = conn.begin().await?;
    let found = sqlx::query_scalar::<_, i64>(
        "with dead as (delete from store.dead_job where id = $1 returning *),
         back as (
            insert into store.job (id, kind, key, payload, enqueued_at, due_at)
            select id, kind, key, payload, enqueued_at, $2 from dead
            on conflict (kind, key) where key is not null do nothing)
         select count(*) from dead",
    );
    if found.bind(id).bind(ctx.now()).fetch_one(&mut *tx).await? == 0 {
        return Err(Error::NoSuchJob);
    }
    wake::JOBS.nudge(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Makes every job that somebody holds due now. For the start of a program that knows to be alone (it has just started
/// the private cluster): whoever held them is dead, and their leases need not be waited for. Says how many.
///
/// # Errors
/// When PostgreSQL fails.
pub async fn take_back_all(conn: &mut PgConnection, ctx: &Ctx) -> Result<u64, Error> {
    let held = sqlx::query("update store.job set lease = null, due_at = $1 where lease is not null");
    Ok(held.bind(ctx.now()).execute(conn).await?.rows_affected())
}

/// Counts the queue.
///
/// # Errors
/// When PostgreSQL fails.
pub async fn counts(conn: &mut PgConnection, ctx: &Ctx) -> Result<Counts, Error> {
    let counts = sqlx::query_as(
        "select count(*) filter (where due_at > $1 and lease is null) as waiting,
                count(*) filter (where due_at <= $1) as due,
                count(*) filter (where due_at > $1 and lease is not null) as running,
                (select count(*) from store.dead_job) as dead
         from store.job",
    );
    Ok(counts.bind(ctx.now()).fetch_one(conn).await?)
}
