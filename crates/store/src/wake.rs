//! Waking whoever waits for work: `NOTIFY` from the transaction that made the work, and polling beside it.
//!
//! A transaction with a `NOTIFY` commits alone: PostgreSQL holds one lock over it until the commit is on disk. So a
//! process sends one only now and then, enough to wake a sleeper; a worker that is awake looks again by itself every
//! few milliseconds, and a sleeper at least once a second. A lost notice costs a second, never a job.

use crate::{Error, describe};
use sqlx::postgres::PgListener;
use sqlx::{PgConnection, PgPool};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// A process notifies at most this often on one channel.
const NOTIFY_EVERY: Duration = Duration::from_millis(50);
/// How often one who is awake looks for work.
const LOOK_AWAKE: Duration = Duration::from_millis(10);
/// How long one stays awake after the last work or notice.
const AWAKE_FOR: Duration = Duration::from_millis(500);
/// How often one who is asleep looks for work.
const LOOK_ASLEEP: Duration = Duration::from_secs(1);

/// Something that is waited for.
pub(crate) struct Channel {
    name: &'static str,
    /// Milliseconds since the start of the process of the last notice; 0 for none.
    notified_ms: AtomicU64,
}

pub(crate) static JOBS: Channel = Channel { name: "sen_jobs", notified_ms: AtomicU64::new(0) };
pub(crate) static FEED: Channel = Channel { name: "sen_feed", notified_ms: AtomicU64::new(0) };

impl Channel {
    /// Wakes who waits, when the transaction of `conn` commits; or not, when somebody was woken a moment ago.
    pub(crate) async fn nudge(&self, conn: &mut PgConnection) -> Result<(), Error> {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        let now = u64::try_from(START.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1);
        let last = self.notified_ms.load(Ordering::Relaxed);
        let recently = last > 0 && now.saturating_sub(last) < NOTIFY_EVERY.as_millis() as u64;
        if recently || self.notified_ms.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return Ok(());
        }
        sqlx::query("select pg_notify($1, '')").bind(self.name).execute(conn).await?;
        Ok(())
    }
}

/// Waits without being woken.
pub(crate) async fn idle(limit: Duration) {
    let _ = tokio::time::timeout(limit, std::future::pending::<()>()).await;
}

/// One who waits for work on a channel.
pub(crate) struct Sleeper {
    notice: Arc<Notify>,
    listening: JoinHandle<()>,
    awake_until: Instant,
}

impl Sleeper {
    pub(crate) fn new(pool: PgPool, channel: &'static Channel) -> Self {
        let notice = Arc::new(Notify::new());
        let listening = tokio::spawn(listen(pool, channel.name, notice.clone()));
        Self { notice, listening, awake_until: Instant::now() + AWAKE_FOR }
    }

    /// There was work: there may soon be more.
    pub(crate) fn stay_awake(&mut self) {
        self.awake_until = Instant::now() + AWAKE_FOR;
    }

    /// Returns when it is time to look for work: on a notice, or by itself; at the latest after `limit`.
    /// May be dropped half-way without losing a notice.
    pub(crate) async fn rest(&mut self, limit: Duration) {
        let pause = if Instant::now() < self.awake_until { LOOK_AWAKE } else { LOOK_ASLEEP };
        if tokio::time::timeout(pause.min(limit.max(LOOK_AWAKE)), self.notice.notified()).await.is_ok() {
            self.stay_awake();
        }
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// Listens for ever; a lost connection is made again.
async fn listen(pool: PgPool, channel: &'static str, notice: Arc<Notify>) {
    while !pool.is_closed() {
        if let Err(error) = listen_once(&pool, channel, &notice).await {
            tracing::debug!(channel, error = describe(&error), "not listening; polling goes on");
        }
        notice.notify_one();
        idle(LOOK_ASLEEP).await;
    }
}

async fn listen_once(pool: &PgPool, channel: &str, notice: &Notify) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(channel).await?;
    while listener.try_recv().await?.is_some() {
        notice.notify_one();
    }
    Ok(())
}
