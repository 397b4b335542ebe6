//! The server is killed again and again while jobs run that publish events: nothing acknowledged is lost, no effect is
//! doubled, and no reader's cursor skips anything.

use crate::cluster::{folder, options};
use async_trait::async_trait;
use kernel::{Actor, Clock, Ctx, Kind, Problem, Random, SubjectId};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use sqlx::postgres::PgPoolOptions;
use std::collections::HashMap;
use std::sync::Arc;
use store::feed::{self, Sequencer};
use store::jobs::{self, Handler, NewJob, Worker};
use store::{Cluster, Db, ROLE_APP, ROLE_OWNER};
use tokio::sync::watch;
use uuid::Uuid;

const JOBS: u32 = 300;
const KILLS: u32 = 4;

/// Publishes one event for each job, whichever run of it succeeds: the job's number is the idempotency key.
struct Publish(Db);

#[async_trait]
impl Handler for Publish {
    async fn run(&self, ctx: &Ctx, payload: &Value) -> Result<(), Problem> {
        let number = payload.as_i64().unwrap();
        let mut tx = self.0.begin().await?;
        let failed = |error: sqlx::Error| Problem::from(store::Error::from(error));
        let once = sqlx::query("insert into public.done (number) values ($1) on conflict do nothing");
        if once.bind(number).execute(&mut *tx).await.map_err(failed)?.rows_affected() == 1 {
            feed::append(&mut tx, ctx, "done", SubjectId(Uuid::from_u128(1)), "done", payload).await?;
        }
        tx.commit().await.map_err(failed)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_and_events_survive_a_server_that_is_killed() {
    let folder = folder();
    let cluster = Cluster::start(folder.path(), options()).unwrap();
    cluster.prepare("sen").await.unwrap();
    let owner = PgPoolOptions::new().max_connections(1).connect_with(cluster.options(ROLE_OWNER, "sen")).await.unwrap();
    store::migrate(&owner, &[&store::MIGRATOR]).await.unwrap();
    let table = "create table public.done (number bigint constraint done_pk primary key);
                 grant usage on schema public to sen_app; grant select, insert on public.done to sen_app";
    sqlx::raw_sql(table).execute(&owner).await.unwrap();
    owner.close().await;
    let db = Db::connect(cluster.options(ROLE_APP, "sen"), 8).await.unwrap();
    let ctx = Ctx::new(Actor::Anonymous, Clock::System, Random::System);
    let (stop, shutdown) = watch::channel(false);
    let handlers: HashMap<String, Arc<dyn Handler>> =
        HashMap::from([("publish".to_owned(), Arc::new(Publish(db.clone())) as _)]);
    let worker = Worker::new(db.clone(), ctx.clone(), handlers, 4);
    let sequencer = Sequencer::new(db.clone(), ctx.clone());
    let tasks = [
        tokio::spawn({
            let shutdown = shutdown.clone();
            async move { worker.run(shutdown).await }
        }),
        tokio::spawn(async move { sequencer.run(shutdown).await }),
    ];

    let mut acknowledged = 0;
    let mut kills = 0;
    while acknowledged < JOBS {
        if kills < KILLS
            && acknowledged >= kills * JOBS / KILLS + 10
            && let Some(pid) = cluster.pid()
        {
            kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
            kills += 1;
        }
        // As a caller would: what was not acknowledged is asked for again.
        if order(&db, &ctx, acknowledged).await.is_ok() {
            acknowledged += 1;
        }
    }
    assert_eq!(kills, KILLS);

    let mut seen: Vec<i64> = Vec::new();
    while seen.len() < JOBS as usize {
        let Ok(mut conn) = db.pool().acquire().await else { continue };
        let after = i64::try_from(seen.len()).unwrap();
        let Ok(items) = feed::read(&mut conn, "done", after, 100).await else { continue };
        for item in items {
            assert_eq!(item.pos, i64::try_from(seen.len()).unwrap() + 1);
            seen.push(item.payload.as_i64().unwrap());
        }
    }
    stop.send(true).unwrap();
    for task in tasks {
        task.await.unwrap();
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..i64::from(JOBS)).collect::<Vec<_>>());
    let mut conn = db.pool().acquire().await.unwrap();
    let counts = jobs::counts(&mut conn, &ctx).await.unwrap();
    assert_eq!((counts.dead, counts.running, counts.due), (0, 0, 0));
}

async fn order(db: &Db, ctx: &Ctx, number: u32) -> Result<(), Problem> {
    let key = number.to_string();
    let mut tx = db.begin().await?;
    let job = NewJob { kind: "publish", key: Some(&key), payload: json!(number), run_at: ctx.now() };
    jobs::enqueue(&mut tx, ctx, job).await?;
    tx.commit().await.map_err(|error| Problem::new(Kind::Unavailable, "STO0002").with("why", store::describe(&error)))
}
