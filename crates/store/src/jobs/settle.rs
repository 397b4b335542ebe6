//! What becomes of a job after a run: gone, again later, or a dead letter. Only the holder of the lease settles.

use super::claim::Claimed;
use super::{ATTEMPTS_MAX, BACKOFF_FIRST, BACKOFF_MAX};
use crate::Error;
use kernel::{Ctx, Problem};
use sqlx::{Acquire, PgConnection};
use std::time::Duration;
use uuid::Uuid;

/// A run that ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) job: Claimed,
    pub(super) outcome: Result<(), Problem>,
}

/// Settles runs, in one transaction. Returns how many were still ours.
pub(super) async fn settle(conn: &mut PgConnection, ctx: &Ctx, ended: &[Ended]) -> Result<u64, Error> {
    let done: (Vec<Uuid>, Vec<Uuid>) =
        ended.iter().filter(|run| run.outcome.is_ok()).map(|run| (run.job.id, run.job.lease)).unzip();
    let mut tx = conn.begin().await?;
    let mut settled = 0;
    if !done.0.is_empty() {
        settled += sqlx::query(
            "delete from store.job using unnest($1::uuid[], $2::uuid[]) as done (id, lease)
             where job.id = done.id and job.lease = done.lease",
        )
        .bind(&done.0)
        .bind(&done.1)
        .execute(&mut *tx)
        .await?
        .rows_affected();
    }
    for run in ended {
        if let Err(problem) = &run.outcome {
            settled += fail(&mut tx, ctx, &run.job, problem).await?;
        }
    }
    tx.commit().await?;
    Ok(settled)
}

async fn fail(conn: &mut PgConnection, ctx: &Ctx, job: &Claimed, problem: &Problem) -> Result<u64, Error> {
    let again = problem.kind.retryable() && job.attempts < ATTEMPTS_MAX;
    let rows = if again {
        sqlx::query("update store.job set due_at = $1, lease = null where id = $2 and lease = $3")
            .bind(ctx.now() + backoff(ctx, job.attempts))
            .bind(job.id)
            .bind(job.lease)
            .execute(conn)
            .await?
    } else {
        sqlx::query(
            "with dead as (delete from store.job where id = $1 and lease = $2 returning *)
             insert into store.dead_job (id, kind, key, payload, enqueued_at, attempts, failed_at, problem)
             select id, kind, key, payload, enqueued_at, attempts, $3, $4 from dead",
        )
        .bind(job.id)
        .bind(job.lease)
        .bind(ctx.now())
        .bind(problem.code.as_ref())
        .execute(conn)
        .await?
    };
    tracing::warn!(job = %job.id, kind = job.kind, attempts = job.attempts, problem = %problem, again, "job failed");
    Ok(rows.rows_affected())
}

/// Half of the doubled pause is fixed, half is drawn, so that jobs that failed together do not come back together.
fn backoff(ctx: &Ctx, attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(20);
    let full = (BACKOFF_FIRST * 2_u32.pow(doublings)).min(BACKOFF_MAX);
    let half = full / 2;
    let drawn = ctx.random.below(u64::try_from(half.as_millis()).unwrap_or(0) + 1);
    half + Duration::from_millis(drawn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Actor, Clock, Random};

    #[test]
    fn pauses_double_up_to_the_limit_and_are_drawn_within_the_upper_half() {
        let ctx = Ctx::new(Actor::Anonymous, Clock::System, Random::seeded(1));
        let check = |attempts: i32, full: Duration| {
            for _ in 0..100 {
                let pause = backoff(&ctx, attempts);
                assert!(pause >= full / 2 && pause <= full, "{attempts}: {pause:?}");
            }
        };
        check(1, BACKOFF_FIRST);
        check(2, BACKOFF_FIRST * 2);
        check(5, BACKOFF_FIRST * 16);
        check(19, BACKOFF_MAX);
        check(i32::MAX, BACKOFF_MAX);
    }
}
