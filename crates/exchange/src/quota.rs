//! Quotas that no caller waits for. Each process leases blocks of a day's quota in a short transaction of its own and
//! counts in memory; blocks get smaller towards the limit. All processes together never pass the limit. A process that
//! dies takes the rest of its block with it.

use crate::{Error, catalogue::Agreement};
use kernel::{BodyId, Ctx};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use store::Db;
use time::Date;

/// A first block is this part of the limit …
const BLOCK_PART: i64 = 50;
/// … and at most this many passages.
const BLOCK_MAX: i64 = 1_000;
/// Near the limit a block is at most this part of what is left, so that little is stranded in another process.
const REST_PART: i64 = 8;
/// How many counters are kept before those of past days are thrown away.
const COUNTERS_MAX: usize = 20_000;

pub(crate) struct Quotas {
    db: Db,
    counters: Mutex<HashMap<Key, Counter>>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    agreement: String,
    consumer: BodyId,
    day: Date,
}

#[derive(Default)]
struct Counter {
    left: i64,
    /// Nothing more is to be leased today.
    exhausted: bool,
    /// Held while a block is being leased, so that one lease serves everybody in the process.
    leasing: Arc<tokio::sync::Mutex<()>>,
}

/// Leave for one passage. Dropped unspent, it goes back.
pub(crate) struct Ticket {
    /// None: the agreement has no limit.
    from: Option<(Arc<Quotas>, Key)>,
}

impl Ticket {
    pub(crate) fn spend(mut self) {
        self.from = None;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if let Some((quotas, key)) = self.from.take() {
            quotas.counter(&key, |counter| counter.left += 1);
        }
    }
}

impl Quotas {
    pub(crate) fn new(db: Db) -> Self {
        Self { db, counters: Mutex::default() }
    }

    /// Takes one passage of today's quota; none when it is used up.
    pub(crate) async fn take(
        self: &Arc<Self>,
        ctx: &Ctx,
        agreement: &Agreement,
        consumer: &BodyId,
    ) -> Result<Option<Ticket>, Error> {
        let Some(limit) = agreement.daily_quota.map(i64::from) else { return Ok(Some(Ticket { from: None })) };
        let key = Key { agreement: agreement.id.clone(), consumer: consumer.clone(), day: ctx.today() };
        if let Some(answer) = self.take_leased(&key) {
            return Ok(answer);
        }
        let leasing = self.counter(&key, |counter| Arc::clone(&counter.leasing));
        let _one_at_a_time = leasing.lock().await;
        if let Some(answer) = self.take_leased(&key) {
            return Ok(answer);
        }
        let block = self.lease(&key, limit).await?;
        self.counter(&key, |counter| match block {
            Some(block) => counter.left += block,
            None => counter.exhausted = true,
        });
        Ok(self.take_leased(&key).flatten())
    }

    /// From what this process has leased already. `None`: it must lease; `Some(None)`: the day's quota is used up.
    fn take_leased(self: &Arc<Self>, key: &Key) -> Option<Option<Ticket>> {
        let taken = self.counter(key, |counter| {
            if counter.left > 0 {
                counter.left -= 1;
                return Some(true);
            }
            counter.exhausted.then_some(false)
        })?;
        Some(taken.then(|| Ticket { from: Some((Arc::clone(self), key.clone())) }))
    }

    /// One statement, committed by itself. None when nothing is left to lease.
    async fn lease(&self, key: &Key, limit: i64) -> Result<Option<i64>, Error> {
        if limit == 0 {
            return Ok(None);
        }
        let block = (limit / BLOCK_PART).clamp(1, BLOCK_MAX);
        let leased = sqlx::query_scalar(
            "INSERT INTO exchange.quota AS q (consumer, agreement, day, leased, block) VALUES ($1, $2, $3, $4, $4) \
             ON CONFLICT ON CONSTRAINT quota_pk DO UPDATE SET \
             block = least($4, greatest(1, ($5 - q.leased) / $6)), \
             leased = q.leased + least($4, greatest(1, ($5 - q.leased) / $6)) \
             WHERE q.leased < $5 RETURNING block",
        )
        .bind(key.consumer.as_str())
        .bind(&key.agreement)
        .bind(key.day)
        .bind(block)
        .bind(limit)
        .bind(REST_PART)
        .fetch_optional(self.db.pool())
        .await?;
        Ok(leased)
    }

    fn counter<T>(&self, key: &Key, with: impl FnOnce(&mut Counter) -> T) -> T {
        let mut counters = self.lock();
        if let Some(counter) = counters.get_mut(key) {
            return with(counter);
        }
        if counters.len() >= COUNTERS_MAX {
            counters.retain(|other, _| other.day >= key.day);
        }
        with(counters.entry(key.clone()).or_default())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Counter>> {
        self.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
