//! The queue: what runs when, again, or never again.

use async_trait::async_trait;
use kernel::{Actor, Clock, Ctx, Kind, Problem, Random};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use store::jobs::{self, Counts, Handler, NewJob, Worker};
use store::testing::{self, TestDb};
use time::{Duration, OffsetDateTime, macros::datetime};
use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

const START: OffsetDateTime = datetime!(2026-11-22 08:00 UTC);

fn fixed() -> (Ctx, Clock) {
    let clock = Clock::fixed(START);
    (Ctx::new(Actor::Anonymous, clock.clone(), Random::seeded(7)), clock)
}

/// Notes what it was given and answers what it was told to.
#[derive(Default)]
struct Recorder {
    seen: Mutex<Vec<Value>>,
    answers: Mutex<Vec<Result<(), Problem>>>,
    ran: Option<Arc<Semaphore>>,
}

#[async_trait]
impl Handler for Recorder {
    async fn run(&self, _: &Ctx, payload: &Value) -> Result<(), Problem> {
        self.seen.lock().unwrap().push(payload.clone());
        if let Some(ran) = &self.ran {
            ran.add_permits(1);
        }
        self.answers.lock().unwrap().pop().unwrap_or(Ok(()))
    }
}

fn handlers(handler: &Arc<Recorder>) -> HashMap<String, Arc<dyn Handler>> {
    HashMap::from([("note".to_owned(), handler.clone() as Arc<dyn Handler>)])
}

async fn enqueue(test: &TestDb, ctx: &Ctx, key: Option<&str>, payload: Value, run_at: OffsetDateTime) -> Uuid {
    let mut conn = test.db.pool().acquire().await.unwrap();
    jobs::enqueue(&mut conn, ctx, NewJob { kind: "note", key, payload, run_at }).await.unwrap()
}

async fn counts(test: &TestDb, ctx: &Ctx) -> Counts {
    let mut conn = test.db.pool().acquire().await.unwrap();
    jobs::counts(&mut conn, ctx).await.unwrap()
}

#[tokio::test]
async fn runs_what_is_due_in_order_and_forgets_what_is_done() {
    let test = testing::database("store", &[]).await;
    let (ctx, clock) = fixed();
    enqueue(&test, &ctx, None, json!("later"), START + Duration::HOUR).await;
    enqueue(&test, &ctx, None, json!(1), START).await;
    enqueue(&test, &ctx, None, json!(2), START).await;
    let recorder = Arc::new(Recorder::default());
    let worker = Worker::new(test.db.clone(), ctx.clone(), handlers(&recorder), 4);
    assert_eq!(worker.run_until_idle().await.unwrap(), 2);
    assert_eq!(counts(&test, &ctx).await, Counts { waiting: 1, due: 0, running: 0, dead: 0 });
    clock.set(START + Duration::HOUR);
    assert_eq!(worker.run_until_idle().await.unwrap(), 1);
    assert_eq!(*recorder.seen.lock().unwrap(), [json!(1), json!(2), json!("later")]);
    assert_eq!(counts(&test, &ctx).await, Counts { waiting: 0, due: 0, running: 0, dead: 0 });
}

#[tokio::test]
async fn a_job_exists_only_when_its_transaction_committed() {
    let test = testing::database("store", &[]).await;
    let (ctx, _) = fixed();
    let mut tx = test.db.begin().await.unwrap();
    let job = NewJob { kind: "note", key: None, payload: json!(1), run_at: START };
    jobs::enqueue(&mut tx, &ctx, job).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(counts(&test, &ctx).await.due, 0);
}

#[tokio::test]
async fn a_key_is_unique_while_its_job_is_unfinished() {
    let test = testing::database("store", &[]).await;
    let (ctx, _) = fixed();
    let first = enqueue(&test, &ctx, Some("k"), json!(1), START).await;
    assert_eq!(enqueue(&test, &ctx, Some("k"), json!(2), START).await, first);
    let recorder = Arc::new(Recorder::default());
    let worker = Worker::new(test.db.clone(), ctx.clone(), handlers(&recorder), 1);
    worker.run_until_idle().await.unwrap();
    assert_ne!(enqueue(&test, &ctx, Some("k"), json!(3), START).await, first);
    worker.run_until_idle().await.unwrap();
    assert_eq!(*recorder.seen.lock().unwrap(), [json!(1), json!(3)]);
}

#[tokio::test]
async fn what_may_pass_is_tried_again_after_a_growing_pause() {
    let test = testing::database("store", &[]).await;
    let (ctx, clock) = fixed();
    enqueue(&test, &ctx, None, json!(1), START).await;
    let recorder = Arc::new(Recorder::default());
    let passing = || Err(Problem::new(Kind::Unavailable, "EXC9999"));
    recorder.answers.lock().unwrap().extend([passing(), passing()]);
    let worker = Worker::new(test.db.clone(), ctx.clone(), handlers(&recorder), 1);
    assert_eq!(worker.run_until_idle().await.unwrap(), 1);
    assert_eq!(worker.run_until_idle().await.unwrap(), 0, "not before the pause is over");
    assert_eq!(counts(&test, &ctx).await.waiting, 1);
    clock.set(START + Duration::seconds(1));
    assert_eq!(worker.run_until_idle().await.unwrap(), 1);
    clock.set(START + Duration::seconds(1) + Duration::milliseconds(999));
    assert_eq!(worker.run_until_idle().await.unwrap(), 0, "the second pause is longer");
    clock.set(START + Duration::seconds(3));
    assert_eq!(worker.run_until_idle().await.unwrap(), 1);
    assert_eq!(counts(&test, &ctx).await, Counts { waiting: 0, due: 0, running: 0, dead: 0 });
}

#[tokio::test]
async fn what_cannot_pass_is_a_dead_letter_that_an_operator_sees_and_puts_back() {
    let test = testing::database("store", &[]).await;
    let (ctx, _) = fixed();
    let id = enqueue(&test, &ctx, Some("k"), json!({"dossier": 1}), START).await;
    let recorder = Arc::new(Recorder::default());
    recorder.answers.lock().unwrap().push(Err(Problem::new(Kind::Forbidden, "EXC0001")));
    let worker = Worker::new(test.db.clone(), ctx.clone(), handlers(&recorder), 1);
    worker.run_until_idle().await.unwrap();
    let mut conn = test.db.pool().acquire().await.unwrap();
    let dead = jobs::dead_letters(&mut conn, None, 10).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!((dead[0].id, dead[0].problem.as_str(), dead[0].attempts), (id, "EXC0001", 1));
    assert!(jobs::dead_letters(&mut conn, Some(dead[0].seq), 10).await.unwrap().is_empty());

    jobs::retry(&mut conn, &ctx, id).await.unwrap();
    assert!(matches!(jobs::retry(&mut conn, &ctx, id).await, Err(store::Error::NoSuchJob)));
    assert_eq!(worker.run_until_idle().await.unwrap(), 1);
    assert_eq!(counts(&test, &ctx).await, Counts { waiting: 0, due: 0, running: 0, dead: 0 });
}

#[tokio::test]
async fn gives_up_after_the_last_attempt() {
    let test = testing::database("store", &[]).await;
    let (ctx, clock) = fixed();
    enqueue(&test, &ctx, None, json!(1), START).await;
    let recorder = Arc::new(Recorder::default());
    let always = (0..jobs::ATTEMPTS_MAX + 5).map(|_| Err(Problem::new(Kind::Internal, "PRO9999")));
    recorder.answers.lock().unwrap().extend(always);
    let worker = Worker::new(test.db.clone(), ctx.clone(), handlers(&recorder), 1);
    for hour in 0..i64::from(jobs::ATTEMPTS_MAX) + 3 {
        clock.set(START + Duration::hours(hour));
        worker.run_until_idle().await.unwrap();
    }
    assert_eq!(recorder.seen.lock().unwrap().len(), jobs::ATTEMPTS_MAX as usize);
    assert_eq!(counts(&test, &ctx).await.dead, 1);
}

/// Takes a job and dies with it: the run never ends.
struct Dying(Arc<Semaphore>);

#[async_trait]
impl Handler for Dying {
    async fn run(&self, _: &Ctx, _: &Value) -> Result<(), Problem> {
        self.0.add_permits(1);
        std::future::pending().await
    }
}

#[tokio::test]
async fn the_job_of_a_dead_worker_is_taken_again_when_its_lease_is_over() {
    let test = testing::database("store", &[]).await;
    let (ctx, clock) = fixed();
    enqueue(&test, &ctx, None, json!(1), START).await;
    let begun = Arc::new(Semaphore::new(0));
    let dying: HashMap<String, Arc<dyn Handler>> =
        HashMap::from([("note".into(), Arc::new(Dying(begun.clone())) as _)]);
    let victim = Worker::new(test.db.clone(), ctx.clone(), dying, 1);
    let (_stop, shutdown) = watch::channel(false);
    let task = tokio::spawn(async move { victim.run(shutdown).await });
    begun.acquire().await.unwrap().forget();
    task.abort();
    let _ = task.await;

    let recorder = Arc::new(Recorder::default());
    let worker = Worker::new(test.db.clone(), ctx.clone(), handlers(&recorder), 1);
    assert_eq!(worker.run_until_idle().await.unwrap(), 0, "the lease still holds");
    assert_eq!(counts(&test, &ctx).await.running, 1);
    clock.set(START + Duration::MINUTE);
    assert_eq!(worker.run_until_idle().await.unwrap(), 1);
    assert_eq!(recorder.seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_program_that_starts_alone_takes_back_what_the_dead_held() {
    let test = testing::database("store", &[]).await;
    let (ctx, _) = fixed();
    enqueue(&test, &ctx, None, json!(1), START).await;
    enqueue(&test, &ctx, None, json!("later"), START + Duration::HOUR).await;
    sqlx::query("update store.job set lease = id, due_at = $1 where due_at = $2")
        .bind(START + Duration::seconds(9))
        .bind(START)
        .execute(&test.owner)
        .await
        .unwrap();
    let recorder = Arc::new(Recorder::default());
    let worker = Worker::new(test.db.clone(), ctx.clone(), handlers(&recorder), 1);
    assert_eq!(worker.run_until_idle().await.unwrap(), 0);
    let mut conn = test.db.pool().acquire().await.unwrap();
    assert_eq!(jobs::take_back_all(&mut conn, &ctx).await.unwrap(), 1);
    assert_eq!(worker.run_until_idle().await.unwrap(), 1);
    assert_eq!(*recorder.seen.lock().unwrap(), [json!(1)]);
}

/// While it runs, its lease ends and another worker does the job.
struct Slow {
    clock: Clock,
    other: Worker,
}

#[async_trait]
impl Handler for Slow {
    async fn run(&self, _: &Ctx, _: &Value) -> Result<(), Problem> {
        self.clock.set(START + Duration::MINUTE);
        self.other.run_until_idle().await.unwrap();
        Err(Problem::new(Kind::Invalid, "PRO0001"))
    }
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_changes_nothing() {
    let test = testing::database("store", &[]).await;
    let (ctx, clock) = fixed();
    enqueue(&test, &ctx, None, json!(1), START).await;
    let recorder = Arc::new(Recorder::default());
    let other = Worker::new(test.db.clone(), ctx.clone(), handlers(&recorder), 1);
    let slow: HashMap<String, Arc<dyn Handler>> =
        HashMap::from([("note".into(), Arc::new(Slow { clock, other }) as _)]);
    let worker = Worker::new(test.db.clone(), ctx.clone(), slow, 1);
    worker.run_until_idle().await.unwrap();
    assert_eq!(recorder.seen.lock().unwrap().len(), 1);
    assert_eq!(counts(&test, &ctx).await.dead, 0, "the refusal of the one without a lease does not count");
}

struct Panics;

#[async_trait]
impl Handler for Panics {
    async fn run(&self, _: &Ctx, _: &Value) -> Result<(), Problem> {
        panic!("a fault in a handler");
    }
}

#[tokio::test]
async fn a_panic_is_a_failure_that_may_pass() {
    let test = testing::database("store", &[]).await;
    let (ctx, _) = fixed();
    enqueue(&test, &ctx, None, json!(1), START).await;
    let panics: HashMap<String, Arc<dyn Handler>> = HashMap::from([("note".into(), Arc::new(Panics) as _)]);
    Worker::new(test.db.clone(), ctx.clone(), panics, 1).run_until_idle().await.unwrap();
    assert_eq!(counts(&test, &ctx).await.waiting, 1);
}

#[tokio::test]
async fn two_workers_share_the_work_and_do_each_job_once() {
    const JOBS: u32 = 500;
    let test = testing::database("store", &[]).await;
    let ctx = Ctx::new(Actor::Anonymous, Clock::System, Random::System);
    let ran = Arc::new(Semaphore::new(0));
    let recorder = Arc::new(Recorder { ran: Some(ran.clone()), ..Recorder::default() });
    let (stop, shutdown) = watch::channel(false);
    let workers: Vec<_> = (0..2)
        .map(|_| {
            let worker = Worker::new(test.db.clone(), ctx.clone(), handlers(&recorder), 16);
            let shutdown = shutdown.clone();
            tokio::spawn(async move { worker.run(shutdown).await })
        })
        .collect();
    for number in 0..JOBS {
        enqueue(&test, &ctx, None, json!(number), ctx.now()).await;
    }
    ran.acquire_many(JOBS).await.unwrap().forget();
    stop.send(true).unwrap();
    for worker in workers {
        worker.await.unwrap();
    }
    let mut seen: Vec<u64> = recorder.seen.lock().unwrap().iter().filter_map(Value::as_u64).collect();
    seen.sort_unstable();
    assert_eq!(seen, (0..u64::from(JOBS)).collect::<Vec<_>>());
    assert_eq!(counts(&test, &ctx).await, Counts { waiting: 0, due: 0, running: 0, dead: 0 });
}

#[tokio::test]
async fn an_oversized_payload_is_refused() {
    let test = testing::database("store", &[]).await;
    let (ctx, _) = fixed();
    let mut conn = test.db.pool().acquire().await.unwrap();
    let job = NewJob { kind: "note", key: None, payload: json!("x".repeat(jobs::PAYLOAD_BYTES_MAX)), run_at: START };
    assert!(matches!(jobs::enqueue(&mut conn, &ctx, job).await, Err(store::Error::TooLarge(_))));
}
