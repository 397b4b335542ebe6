//! Ordering a job, in the transaction of the change that asks for it.

use super::PAYLOAD_BYTES_MAX;
use crate::{Error, wake};
use kernel::Ctx;
use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Another transaction may finish the job we found just before we look at it.
const TRIES: u32 = 5;

/// A job to be done.
#[derive(Clone, Debug)]
pub struct NewJob<'a> {
    /// Which handler does it, 1 to 100 characters.
    pub kind: &'a str,
    /// At most one unfinished job of a kind has this key; a second order is the first one. 1 to 200 characters.
    pub key: Option<&'a str>,
    /// What the handler needs: identifiers, nothing personal.
    pub payload: Value,
    /// Not before this time.
    pub run_at: OffsetDateTime,
}

/// Orders a job. It exists when the transaction of `conn` commits. Returns its id, or that of the unfinished job with
/// the same key.
///
/// # Errors
/// `TooLarge` for an oversized payload; otherwise what PostgreSQL says.
pub async fn enqueue(conn: &mut PgConnection, ctx: &Ctx, job: NewJob<'_>) -> Result<Uuid, Error> {
    let payload = job.payload.to_string();
    if payload.len() > PAYLOAD_BYTES_MAX {
        return Err(Error::TooLarge("payload of a job"));
    }
    let id = ctx.uuid();
    for _ in 0..TRIES {
        let inserted: Option<Uuid> = sqlx::query_scalar(
            "insert into store.job (id, kind, key, payload, enqueued_at, due_at) values ($1, $2, $3, $4::jsonb, $5, $6)
             on conflict (kind, key) where key is not null do nothing returning id",
        )
        .bind(id)
        .bind(job.kind)
        .bind(job.key)
        .bind(&payload)
        .bind(ctx.now())
        .bind(job.run_at)
        .fetch_optional(&mut *conn)
        .await?;
        if let Some(id) = inserted {
            if job.run_at <= ctx.now() {
                wake::JOBS.nudge(conn).await?;
            }
            return Ok(id);
        }
        let unfinished = sqlx::query_scalar("select id from store.job where kind = $1 and key = $2");
        if let Some(id) = unfinished.bind(job.kind).bind(job.key).fetch_optional(&mut *conn).await? {
            return Ok(id);
        }
    }
    Err(Error::Unavailable(sqlx::Error::RowNotFound))
}
