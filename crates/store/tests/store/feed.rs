//! The feed: a reader never misses what committed late.

use kernel::{Actor, Clock, Ctx, Random, SubjectId};
use serde_json::json;
use sqlx::PgConnection;
use store::feed::{self, Sequencer};
use store::testing;
use time::{Duration, OffsetDateTime, macros::datetime};
use tokio::sync::watch;

const START: OffsetDateTime = datetime!(2026-11-22 08:00 UTC);

fn fixed() -> (Ctx, Clock) {
    let clock = Clock::fixed(START);
    (Ctx::new(Actor::Anonymous, clock.clone(), Random::seeded(7)), clock)
}

async fn say(conn: &mut PgConnection, ctx: &Ctx, feed: &str, kind: &str) {
    feed::append(conn, ctx, feed, SubjectId(ctx.uuid()), kind, &json!({})).await.unwrap();
}

async fn kinds(conn: &mut PgConnection, feed: &str, after: i64) -> Vec<(i64, String)> {
    let items = feed::read(conn, feed, after, 100).await.unwrap();
    items.into_iter().map(|item| (item.pos, item.kind)).collect()
}

#[tokio::test]
async fn a_late_commit_comes_after_what_was_read() {
    let test = testing::database("store", &[]).await;
    let (ctx, _) = fixed();
    let sequencer = Sequencer::new(test.db.clone(), ctx.clone());
    let mut early = test.db.begin().await.unwrap();
    let mut late = test.db.begin().await.unwrap();
    // The one that commits last writes first.
    say(&mut late, &ctx, "f", "late").await;
    say(&mut early, &ctx, "f", "early").await;
    early.commit().await.unwrap();
    assert_eq!(sequencer.run_once().await.unwrap(), 1);
    let mut conn = test.db.pool().acquire().await.unwrap();
    assert_eq!(kinds(&mut conn, "f", 0).await, [(1, "early".to_owned())]);
    late.commit().await.unwrap();
    assert_eq!(sequencer.run_once().await.unwrap(), 1);
    assert_eq!(kinds(&mut conn, "f", 1).await, [(2, "late".to_owned())]);
    assert_eq!(feed::mark(&mut conn, "f").await.unwrap(), 2);
}

#[tokio::test]
async fn each_feed_counts_by_itself_without_gaps_and_a_rollback_leaves_none() {
    let test = testing::database("store", &[]).await;
    let (ctx, _) = fixed();
    let sequencer = Sequencer::new(test.db.clone(), ctx.clone());
    for round in 0..3 {
        let mut undone = test.db.begin().await.unwrap();
        say(&mut undone, &ctx, "a", "undone").await;
        undone.rollback().await.unwrap();
        let mut tx = test.db.begin().await.unwrap();
        say(&mut tx, &ctx, "a", &format!("a{round}")).await;
        say(&mut tx, &ctx, "b", &format!("b{round}")).await;
        tx.commit().await.unwrap();
        assert_eq!(sequencer.run_once().await.unwrap(), 2);
    }
    assert_eq!(sequencer.run_once().await.unwrap(), 0);
    let mut conn = test.db.pool().acquire().await.unwrap();
    let expected = |name: &str| (0..3).map(|n| (n + 1, format!("{name}{n}"))).collect::<Vec<_>>();
    assert_eq!(kinds(&mut conn, "a", 0).await, expected("a"));
    assert_eq!(kinds(&mut conn, "b", 0).await, expected("b"));
    assert_eq!(feed::mark(&mut conn, "none").await.unwrap(), 0);
}

#[tokio::test]
async fn a_time_has_a_position_even_when_the_clock_goes_back() {
    let test = testing::database("store", &[]).await;
    let (ctx, clock) = fixed();
    let sequencer = Sequencer::new(test.db.clone(), ctx.clone());
    let mut conn = test.db.pool().acquire().await.unwrap();
    for minute in [0, 10, 5, 20] {
        clock.set(START + Duration::minutes(minute));
        say(&mut conn, &ctx, "f", "x").await;
        sequencer.run_once().await.unwrap();
    }
    // The third was sequenced by a clock that had gone back to 5: it counts as of 10.
    for (minute, pos) in [(-1, 0), (0, 1), (9, 1), (10, 3), (19, 3), (20, 4), (99, 4)] {
        let at = START + Duration::minutes(minute);
        assert_eq!(feed::position_at(&mut conn, "f", at).await.unwrap(), pos, "minute {minute}");
    }
}

#[tokio::test]
async fn positions_are_found_by_event() {
    let test = testing::database("store", &[]).await;
    let (ctx, _) = fixed();
    let mut conn = test.db.pool().acquire().await.unwrap();
    let subject = SubjectId(ctx.uuid());
    let one = feed::append(&mut conn, &ctx, "f", subject, "x", &json!({"n": 1})).await.unwrap();
    Sequencer::new(test.db.clone(), ctx.clone()).run_once().await.unwrap();
    let two = feed::append(&mut conn, &ctx, "f", subject, "x", &json!({"n": 2})).await.unwrap();
    let found = feed::positions(&mut conn, &[one, two]).await.unwrap();
    assert_eq!(found.into_iter().collect::<Vec<_>>(), [(one, 1)]);
    let item = feed::read(&mut conn, "f", 0, 1).await.unwrap().remove(0);
    assert_eq!((item.id, item.subject, item.payload, item.recorded_at), (one, subject, json!({"n": 1}), START));
}

#[tokio::test]
async fn a_cursor_moves_with_the_effect_and_never_back() {
    let test = testing::database("store", &[]).await;
    let mut tx = test.db.begin().await.unwrap();
    assert_eq!(feed::cursor(&mut tx, "index", "f").await.unwrap(), 0);
    feed::advance(&mut tx, "index", "f", 5).await.unwrap();
    tx.rollback().await.unwrap();
    let mut tx = test.db.begin().await.unwrap();
    assert_eq!(feed::cursor(&mut tx, "index", "f").await.unwrap(), 0);
    feed::advance(&mut tx, "index", "f", 5).await.unwrap();
    feed::advance(&mut tx, "index", "f", 3).await.unwrap();
    tx.commit().await.unwrap();
    let mut conn = test.db.pool().acquire().await.unwrap();
    assert_eq!(feed::cursor(&mut conn, "index", "f").await.unwrap(), 5);
    assert_eq!(feed::cursor(&mut conn, "other", "f").await.unwrap(), 0);
}

#[tokio::test]
async fn one_sequencer_at_a_time() {
    let test = testing::database("store", &[]).await;
    let (ctx, _) = fixed();
    let mut conn = test.db.pool().acquire().await.unwrap();
    say(&mut conn, &ctx, "f", "x").await;
    // Another process is at it: it holds the lock of the sequencer.
    let mut other = test.db.begin().await.unwrap();
    sqlx::query("select pg_advisory_xact_lock($1)").bind(0x73_656e_6665_6564_i64).execute(&mut *other).await.unwrap();
    let sequencer = Sequencer::new(test.db.clone(), ctx);
    assert_eq!(sequencer.run_once().await.unwrap(), 0);
    drop(other);
    assert_eq!(sequencer.run_once().await.unwrap(), 1);
}

/// Eight writers, two sequencers, a reader that follows its cursor: it sees each event exactly once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_beside_many_writers_misses_nothing() {
    const WRITERS: usize = 8;
    const EACH: usize = 40;
    let test = testing::database("store", &[]).await;
    let ctx = Ctx::new(Actor::Anonymous, Clock::System, Random::System);
    let (stop, shutdown) = watch::channel(false);
    let mut tasks = Vec::new();
    for _ in 0..2 {
        let (sequencer, shutdown) = (Sequencer::new(test.db.clone(), ctx.clone()), shutdown.clone());
        tasks.push(tokio::spawn(async move { sequencer.run(shutdown).await }));
    }
    for writer in 0..WRITERS {
        let (db, ctx) = (test.db.clone(), ctx.clone());
        tasks.push(tokio::spawn(async move {
            for number in 0..EACH {
                let mut tx = db.begin().await.unwrap();
                say(&mut tx, &ctx, "f", &format!("{writer}-{number}")).await;
                tx.commit().await.unwrap();
            }
        }));
    }
    let mut seen = Vec::new();
    while seen.len() < WRITERS * EACH {
        let mut conn = test.db.pool().acquire().await.unwrap();
        let after = i64::try_from(seen.len()).unwrap();
        for (pos, kind) in kinds(&mut conn, "f", after).await {
            assert_eq!(pos, i64::try_from(seen.len()).unwrap() + 1, "no gap");
            seen.push(kind);
        }
    }
    stop.send(true).unwrap();
    for task in tasks {
        task.await.unwrap();
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), WRITERS * EACH);
}
