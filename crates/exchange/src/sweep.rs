//! Job `exchange.sweep`: once a night it empties the replies of keyed calls that nobody sends again any more, and
//! throws away quotas of long ago.
//!
//! The row of a call stays: its key has had its effect, and a retry after the sweep is told so (`EXC0018`) instead of
//! having another.

use crate::{Error, Exchange};
use async_trait::async_trait;
use kernel::{Ctx, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::sync::Arc;
use store::Db;
use store::jobs::{Handler, NewJob, enqueue};
use time::{Date, Duration, OffsetDateTime, Time, UtcOffset};

/// The kind of the job.
pub const SWEEP: &str = "exchange.sweep";
/// How long a reply is kept: a caller's retries, and an operator's with a dead letter, have to come before.
pub const REPLIES_KEPT: Duration = Duration::days(30);
/// How long it can be seen how much of a quota was used: a year and a month, for the year's report.
pub const QUOTAS_KEPT: Duration = Duration::days(400);
/// How much of the past is looked at in one go.
const SLICE: Duration = Duration::hours(1);
/// Rows changed in one transaction.
const BATCH: i64 = 1_000;
/// When the sweep runs: three in the morning in Vietnam.
const HOUR_UTC: u8 = 20;

/// What the last sweep leaves for the next.
#[derive(Default, Serialize, Deserialize)]
struct Progress {
    /// Replies of calls before this instant are empty.
    #[serde(default, with = "time::serde::rfc3339::option")]
    swept_until: Option<OffsetDateTime>,
}

impl Exchange {
    /// The handlers of this context's jobs, by kind.
    #[must_use]
    pub fn jobs(&self) -> Vec<(String, Arc<dyn Handler>)> {
        vec![(SWEEP.to_owned(), Arc::new(Sweep(self.db().clone())))]
    }

    /// Makes sure that the sweep runs. Called when a node starts; calling it again changes nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn start(&self, ctx: &Ctx) -> Result<(), Problem> {
        let mut tx = self.db().begin().await.map_err(Error::from)?;
        next(&mut tx, ctx, ctx.now(), &Progress::default()).await?;
        tx.commit().await.map_err(Error::from)?;
        Ok(())
    }
}

struct Sweep(Db);

#[async_trait]
impl Handler for Sweep {
    async fn run(&self, ctx: &Ctx, payload: &Value) -> Result<(), Problem> {
        let last = Progress::deserialize(payload).map_err(Error::from)?;
        let horizon = ctx.now() - REPLIES_KEPT;
        sweep_replies(&self.0, last.swept_until, horizon).await?;
        sweep_quotas(&self.0, ctx.today().saturating_sub(QUOTAS_KEPT)).await?;
        let mut tx = self.0.begin().await.map_err(Error::from)?;
        next(&mut tx, ctx, next_night(ctx.now()), &Progress { swept_until: Some(horizon) }).await?;
        tx.commit().await.map_err(Error::from)?;
        Ok(())
    }
}

/// One sweep for each day: whoever orders it second finds it there.
async fn next(conn: &mut PgConnection, ctx: &Ctx, run_at: OffsetDateTime, progress: &Progress) -> Result<(), Error> {
    let key = format!("sweep-{}", kernel::iso_date::text(run_at.to_offset(UtcOffset::UTC).date()));
    let payload = json!(progress);
    enqueue(conn, ctx, NewJob { kind: SWEEP, key: Some(&key), payload, run_at }).await?;
    Ok(())
}

fn next_night(now: OffsetDateTime) -> OffsetDateTime {
    let tomorrow: Date = now.to_offset(UtcOffset::UTC).date().saturating_add(Duration::DAY);
    tomorrow.with_time(Time::from_hms(HOUR_UTC, 0, 0).unwrap_or(Time::MIDNIGHT)).assume_utc()
}

/// Empties the replies of calls before `horizon`, slice by slice from where the last sweep ended.
async fn sweep_replies(db: &Db, from: Option<OffsetDateTime>, horizon: OffsetDateTime) -> Result<(), Error> {
    let oldest: Option<OffsetDateTime> = sqlx::query_scalar(
        "SELECT min(called_at) FROM exchange.call \
         WHERE called_at >= coalesce($1, '-infinity'::timestamptz) AND called_at < $2 AND reply IS NOT NULL",
    )
    .bind(from)
    .bind(horizon)
    .fetch_one(db.pool())
    .await?;
    let Some(mut begins) = oldest else { return Ok(()) };
    while begins < horizon {
        let ends = horizon.min(begins + SLICE);
        loop {
            let swept = sqlx::query(
                "UPDATE exchange.call SET reply = NULL WHERE ctid = ANY (ARRAY(SELECT ctid FROM exchange.call \
                 WHERE called_at >= $1 AND called_at < $2 AND reply IS NOT NULL LIMIT $3 FOR UPDATE SKIP LOCKED))",
            )
            .bind(begins)
            .bind(ends)
            .bind(BATCH)
            .execute(db.pool())
            .await?;
            if swept.rows_affected() == 0 {
                break;
            }
        }
        begins = ends;
    }
    Ok(())
}

async fn sweep_quotas(db: &Db, before: Date) -> Result<(), Error> {
    loop {
        let gone = sqlx::query(
            "DELETE FROM exchange.quota WHERE ctid = ANY (ARRAY(SELECT ctid FROM exchange.quota WHERE day < $1 \
             LIMIT $2 FOR UPDATE SKIP LOCKED))",
        )
        .bind(before)
        .bind(BATCH)
        .execute(db.pool())
        .await?;
        if gone.rows_affected() == 0 {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn the_next_night_is_always_ahead() {
        let check = |now: OffsetDateTime, expected: OffsetDateTime| assert_eq!(next_night(now), expected);
        check(datetime!(2026-11-22 03:00 UTC), datetime!(2026-11-23 20:00 UTC));
        check(datetime!(2026-11-22 20:00 UTC), datetime!(2026-11-23 20:00 UTC));
        check(datetime!(2026-11-23 03:30 +7), datetime!(2026-11-23 20:00 UTC));
    }
}
