//! Consecutive numbers (registration numbers of a commune and year), leased in blocks so that two officers of one
//! commune never wait for each other's transaction. A process that dies, and a transaction that is undone, leave gaps.

use crate::Error;
use kernel::Ctx;
use sqlx::{PgPool, postgres::PgPoolOptions};
use std::{
    collections::HashMap,
    ops::Range,
    sync::{Mutex, PoisonError},
};
use store::Db;

/// How often a lease is tried again when another process took the block first.
const LEASE_TRIES_MAX: u32 = 50;
/// Connections kept for leases. Leasing happens inside a business transaction, so it must never wait for the pool that
/// business transactions come from.
const LEASE_CONNECTIONS: u32 = 2;

/// The leased numbers of this process.
#[derive(Debug)]
pub(crate) struct Series {
    pool: PgPool,
    leased: Mutex<HashMap<String, Range<i64>>>,
}

impl Series {
    pub(crate) fn new(db: &Db) -> Self {
        let options = db.pool().connect_options().as_ref().clone();
        let pool = PgPoolOptions::new().max_connections(LEASE_CONNECTIONS).connect_lazy_with(options);
        Self { pool, leased: Mutex::default() }
    }

    /// The next number of a series, whose blocks hold `size` numbers.
    ///
    /// # Errors
    /// [`Error::NoFreeNumber`] when others were first too often, a database failure.
    pub(crate) async fn next(&self, ctx: &Ctx, series: &str, size: u32) -> Result<i64, Error> {
        if let Some(number) = self.leased_number(series) {
            return Ok(number);
        }
        let size = i64::from(size.max(1));
        for _ in 0..LEASE_TRIES_MAX {
            let leased: Option<i32> = sqlx::query_scalar(
                "INSERT INTO register.series_block (series, block, leased_at)
                 SELECT $1, coalesce(max(block) + 1, 0), $2 FROM register.series_block WHERE series = $1
                 ON CONFLICT ON CONSTRAINT series_block_pk DO NOTHING
                 RETURNING block",
            )
            .bind(series)
            .bind(ctx.now())
            .fetch_optional(&self.pool)
            .await?;
            if let Some(block) = leased {
                let first = i64::from(block) * size + 1;
                let mut all = self.leased.lock().unwrap_or_else(PoisonError::into_inner);
                // Of two leases taken at the same time in this process the later one's rest becomes a gap.
                all.insert(series.to_owned(), first + 1..first + size);
                return Ok(first);
            }
        }
        Err(Error::NoFreeNumber)
    }

    fn leased_number(&self, series: &str) -> Option<i64> {
        self.leased.lock().unwrap_or_else(PoisonError::into_inner).get_mut(series)?.next()
    }
}
