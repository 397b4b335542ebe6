//! The worker: takes jobs, runs their handlers side by side, settles them.

use super::LEASE;
use super::claim::{Claimed, claim, next_due, renew};
use super::settle::{Ended, settle};
use crate::wake::{self, Sleeper};
use crate::{Db, Error};
use async_trait::async_trait;
use kernel::{Ctx, Kind, Problem};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Interval, MissedTickBehavior, interval};

/// Pause after the database did not answer.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(200);

/// Does the jobs of one kind.
#[async_trait]
pub trait Handler: Send + Sync {
    /// Does it. May be called twice for one job.
    ///
    /// # Errors
    /// A problem of a retryable kind is tried again later; any other makes the job a dead letter at once.
    async fn run(&self, ctx: &Ctx, payload: &Value) -> Result<(), Problem>;
}

/// Takes and runs the jobs of some kinds.
pub struct Worker {
    db: Db,
    ctx: Ctx,
    handlers: HashMap<String, Arc<dyn Handler>>,
    kinds: Vec<String>,
    concurrency: usize,
}

/// Jobs that run now.
#[derive(Default)]
struct Running {
    tasks: JoinSet<Result<(), Problem>>,
    jobs: HashMap<Id, Claimed>,
    /// Ended and not yet settled, because the database did not answer.
    ended: Vec<Ended>,
}

impl Worker {
    /// A worker for these kinds that runs at most `concurrency` jobs at once. Each run gets `ctx` with a request of
    /// its own.
    #[must_use]
    pub fn new(db: Db, ctx: Ctx, handlers: HashMap<String, Arc<dyn Handler>>, concurrency: usize) -> Self {
        let mut kinds: Vec<String> = handlers.keys().cloned().collect();
        kinds.sort();
        Self { db, ctx, handlers, kinds, concurrency: concurrency.max(1) }
    }

    /// Works until `shutdown` turns true (or its sender is gone), then finishes what runs. A database that is away is
    /// waited for.
    pub async fn run(&self, mut shutdown: watch::Receiver<bool>) {
        let mut sleeper = Sleeper::new(self.db.pool().clone(), &wake::JOBS);
        let mut heartbeat = heartbeat();
        let mut running = Running::default();
        // Whether to look for jobs now, rather than when something happens.
        let mut look = true;
        let mut rest = Duration::ZERO;
        while !*shutdown.borrow() {
            let free = self.concurrency.saturating_sub(running.tasks.len());
            if look && free > 0 {
                match self.take(&mut running, free).await {
                    Ok((taken, until_next)) => {
                        if taken > 0 {
                            sleeper.stay_awake();
                        }
                        look = taken == free;
                        rest = until_next;
                    }
                    Err(error) => {
                        tracing::warn!(%error, "no jobs to be had");
                        wake::idle(PAUSE_AFTER_ERROR).await;
                        continue;
                    }
                }
            }
            tokio::select! {
                changed = shutdown.changed() => if changed.is_err() { break },
                () = running.one_ends() => { self.settle(&mut running).await; }
                () = sleeper.rest(rest), if !look || free == 0 => look = true,
                _ = heartbeat.tick() => self.renew(&mut running).await,
            }
        }
        while !running.tasks.is_empty() {
            tokio::select! {
                () = running.one_ends() => { self.settle(&mut running).await; }
                _ = heartbeat.tick() => self.renew(&mut running).await,
            }
        }
        self.settle(&mut running).await;
    }

    /// Runs everything that is due, one after the other in order, until nothing is. For tests: with a fixed clock and
    /// a seeded source this always does the same. Returns how many runs there were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_until_idle(&self) -> Result<usize, Error> {
        let mut runs = 0;
        loop {
            let mut conn = self.db.pool().acquire().await?;
            let Some(job) = claim(&mut conn, &self.ctx, &self.kinds, 1).await?.pop() else { return Ok(runs) };
            drop(conn);
            let mut running = Running::default();
            self.spawn(&mut running, job);
            running.one_ends().await;
            let mut conn = self.db.pool().acquire().await?;
            settle(&mut conn, &self.ctx, &running.ended).await?;
            runs += 1;
        }
    }

    /// Takes up to `free` jobs and starts them. Also says how long one may rest when nothing happens.
    async fn take(&self, running: &mut Running, free: usize) -> Result<(usize, Duration), Error> {
        let mut conn = self.db.pool().acquire().await?;
        let jobs = claim(&mut conn, &self.ctx, &self.kinds, free).await?;
        let taken = jobs.len();
        let mut rest = Duration::MAX;
        if taken == 0
            && let Some(due) = next_due(&mut conn, &self.kinds).await?
        {
            rest = Duration::try_from(due - self.ctx.now()).unwrap_or(Duration::ZERO);
        }
        for job in jobs {
            self.spawn(running, job);
        }
        Ok((taken, rest))
    }

    fn spawn(&self, running: &mut Running, job: Claimed) {
        // Only kinds with a handler are taken.
        let Some(handler) = self.handlers.get(&job.kind).cloned() else { return };
        let ctx = self.ctx.act_as(self.ctx.actor.clone());
        let payload = job.payload.clone();
        let task = running.tasks.spawn(async move { handler.run(&ctx, &payload).await });
        running.jobs.insert(task.id(), job);
    }

    /// Settles what ended. What cannot be settled now is kept; should we die before, its lease runs out.
    async fn settle(&self, running: &mut Running) {
        if running.ended.is_empty() {
            return;
        }
        let settled = async {
            let mut conn = self.db.pool().acquire().await?;
            settle(&mut conn, &self.ctx, &running.ended).await
        };
        match settled.await {
            Ok(settled) => {
                let lost = running.ended.len() as u64 - settled;
                if lost > 0 {
                    tracing::warn!(lost, "jobs whose lease had run out; another run settles them");
                }
                running.ended.clear();
            }
            Err(error) => {
                tracing::warn!(%error, waiting = running.ended.len(), "jobs not settled yet");
                wake::idle(PAUSE_AFTER_ERROR).await;
            }
        }
    }

    async fn renew(&self, running: &mut Running) {
        self.settle(running).await;
        let ended = running.ended.iter().map(|run| &run.job);
        let held: Vec<_> = running.jobs.values().chain(ended).map(|job| (job.id, job.lease)).collect();
        if held.is_empty() {
            return;
        }
        let renewed = async {
            let mut conn = self.db.pool().acquire().await?;
            renew(&mut conn, &self.ctx, &held).await
        };
        if let Err(error) = renewed.await {
            tracing::warn!(%error, held = held.len(), "leases not renewed");
        }
    }
}

impl Running {
    /// Waits for the end of one run and collects all that have ended. For ever when nothing runs. May be dropped
    /// half-way: an end that was not collected is collected next time.
    async fn one_ends(&mut self) {
        match self.tasks.join_next_with_id().await {
            Some(ended) => self.collect(ended),
            None => std::future::pending().await,
        }
        while let Some(ended) = self.tasks.try_join_next_with_id() {
            self.collect(ended);
        }
    }

    fn collect(&mut self, ended: Result<(Id, Result<(), Problem>), JoinError>) {
        let (id, outcome) = match ended {
            Ok(ended) => ended,
            // A panic is our fault and may pass; its message went to the process log of the run time.
            Err(error) => (error.id(), Err(Problem::new(Kind::Internal, "STO0010"))),
        };
        if let Some(job) = self.jobs.remove(&id) {
            self.ended.push(Ended { job, outcome });
        }
    }
}

fn heartbeat() -> Interval {
    let mut heartbeat = interval(LEASE / 3);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    heartbeat
}
