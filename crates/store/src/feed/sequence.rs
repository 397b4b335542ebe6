//! Giving positions to what has committed.

use super::BATCH_MAX;
use crate::wake::{self, Sleeper};
use crate::{Db, Error};
use kernel::Ctx;
use sqlx::{PgConnection, Row};
use std::time::Duration;
use tokio::sync::watch;

/// Held in the transaction that gives positions, so that there is one at a time among all processes; it ends with the
/// transaction, whatever becomes of the process. ("senfeed" as a number.)
const LEADER: i64 = 0x73_656e_6665_6564;
/// Pause after the database did not answer.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(200);

/// Gives positions. Every process may run one; they take turns.
pub struct Sequencer {
    db: Db,
    ctx: Ctx,
}

impl Sequencer {
    /// A sequencer on the clock of `ctx`.
    #[must_use]
    pub fn new(db: Db, ctx: Ctx) -> Self {
        Self { db, ctx }
    }

    /// Works until `shutdown` turns true or its sender is gone. A database that is away is waited for.
    pub async fn run(&self, mut shutdown: watch::Receiver<bool>) {
        let mut sleeper = Sleeper::new(self.db.pool().clone(), &wake::FEED);
        while !*shutdown.borrow() {
            match self.run_once().await {
                Ok(0) => {}
                Ok(_) => {
                    sleeper.stay_awake();
                    continue;
                }
                Err(error) => {
                    tracing::warn!(%error, "no positions given");
                    wake::idle(PAUSE_AFTER_ERROR).await;
                }
            }
            tokio::select! {
                changed = shutdown.changed() => if changed.is_err() { break },
                () = sleeper.rest(Duration::MAX) => {}
            }
        }
    }

    /// Gives positions to one batch of what has committed. Returns how many; 0 also when another process is at it.
    ///
    /// # Errors
    /// When PostgreSQL fails; then nothing got a position.
    pub async fn run_once(&self) -> Result<u64, Error> {
        let mut tx = self.db.begin().await?;
        let leads = sqlx::query_scalar("select pg_try_advisory_xact_lock($1)").bind(LEADER);
        if !leads.fetch_one(&mut *tx).await? {
            return Ok(0);
        }
        let given = give(&mut tx, &self.ctx).await?;
        tx.commit().await?;
        Ok(given)
    }
}

// `materialized`: inlined, the last position would be looked up anew for each row, behind all rows just inserted.
/// The caller holds the lock, so nobody else adds items: the last position stands still.
async fn give(conn: &mut PgConnection, ctx: &Ctx) -> Result<u64, Error> {
    let batch = sqlx::query(
        "with taken as (
            delete from store.feed_pending
            where id in (select id from store.feed_pending order by seq limit $1)
            returning *),
         last as materialized (
            select feed, (select coalesce(max(pos), 0) from store.feed_item as item where item.feed = taken.feed) as pos
            from (select distinct feed from taken) as taken)
         insert into store.feed_item (feed, pos, id, subject, kind, payload, recorded_at)
         select taken.feed, last.pos + row_number() over (partition by taken.feed order by taken.seq),
                taken.id, taken.subject, taken.kind, taken.payload, taken.recorded_at
         from taken join last on last.feed = taken.feed
         returning feed, pos",
    )
    .bind(BATCH_MAX)
    .fetch_all(&mut *conn)
    .await?;
    if batch.is_empty() {
        return Ok(0);
    }
    let mut last: std::collections::BTreeMap<String, i64> = std::collections::BTreeMap::new();
    for row in &batch {
        let (feed, pos): (String, i64) = (row.try_get("feed")?, row.try_get("pos")?);
        let highest = last.entry(feed).or_insert(pos);
        *highest = pos.max(*highest);
    }
    let (feeds, positions): (Vec<String>, Vec<i64>) = last.into_iter().unzip();
    // A clock that was set back must not make an older batch look newer.
    sqlx::query(
        "insert into store.feed_batch (feed, last_pos, sequenced_at)
         select batch.feed, batch.last_pos, greatest($3, (
            select max(earlier.sequenced_at) from store.feed_batch as earlier where earlier.feed = batch.feed))
         from unnest($1::text[], $2::bigint[]) as batch (feed, last_pos)",
    )
    .bind(feeds)
    .bind(positions)
    .bind(ctx.now())
    .execute(conn)
    .await?;
    Ok(batch.len() as u64)
}
