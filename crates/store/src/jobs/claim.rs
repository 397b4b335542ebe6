//! Taking jobs that are due.

use super::{CLAIM_MAX, LEASE};
use crate::Error;
use kernel::Ctx;
use serde_json::Value;
use sqlx::{FromRow, PgConnection};
use time::OffsetDateTime;
use uuid::Uuid;

/// A job taken, for as long as the lease holds.
#[derive(Clone, Debug, FromRow)]
pub(super) struct Claimed {
    pub(super) id: Uuid,
    pub(super) kind: String,
    pub(super) payload: Value,
    /// Runs, this one included.
    pub(super) attempts: i32,
    pub(super) lease: Uuid,
}

/// Takes up to `limit` due jobs of `kinds`, the longest due first. Those another worker is taking are skipped.
pub(super) async fn claim(
    conn: &mut PgConnection,
    ctx: &Ctx,
    kinds: &[String],
    limit: usize,
) -> Result<Vec<Claimed>, Error> {
    let now = ctx.now();
    let mut claimed: Vec<(i64, Claimed)> = sqlx::query_as::<_, Taken>(
        "update store.job set lease = $1, due_at = $2, attempts = attempts + 1
         where id in (
            select id from store.job where due_at <= $3 and kind = any($4)
            order by due_at, seq limit $5 for update skip locked)
         returning id, seq, kind, payload, attempts, lease",
    )
    .bind(ctx.uuid())
    .bind(now + LEASE)
    .bind(now)
    .bind(kinds)
    .bind(i64::try_from(limit.min(CLAIM_MAX)).unwrap_or(1))
    .fetch_all(conn)
    .await?
    .into_iter()
    .map(|taken| (taken.seq, taken.job))
    .collect();
    claimed.sort_by_key(|(seq, _)| *seq);
    Ok(claimed.into_iter().map(|(_, job)| job).collect())
}

#[derive(FromRow)]
struct Taken {
    seq: i64,
    #[sqlx(flatten)]
    job: Claimed,
}

/// Says that these jobs are still being worked on.
pub(super) async fn renew(conn: &mut PgConnection, ctx: &Ctx, held: &[(Uuid, Uuid)]) -> Result<(), Error> {
    let (ids, leases): (Vec<Uuid>, Vec<Uuid>) = held.iter().copied().unzip();
    sqlx::query(
        "update store.job set due_at = $1
         from unnest($2::uuid[], $3::uuid[]) as held (id, lease)
         where job.id = held.id and job.lease = held.lease",
    )
    .bind(ctx.now() + LEASE)
    .bind(ids)
    .bind(leases)
    .execute(conn)
    .await?;
    Ok(())
}

/// When the next job of `kinds` is due.
pub(super) async fn next_due(conn: &mut PgConnection, kinds: &[String]) -> Result<Option<OffsetDateTime>, Error> {
    let next = sqlx::query_scalar("select due_at from store.job where kind = any($1) order by due_at, seq limit 1");
    Ok(next.bind(kinds).fetch_optional(conn).await?)
}
