//! What is done without anybody asking, and that doing it again does nothing.

use crate::world::{usual, world};
use kernel::{BodyId, Ctx};
use programme::Desk;
use programme::desk::{About, Side, Which};
use programme::follow::{Evidence, State, history, reports};
use programme::jobs::{Figures, MEASURE, MOVE_MERGED, REMIND};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use store::jobs::Handler;
use time::macros::date;

const HEALTH: &str = "ministry-health";

async fn run(jobs: &HashMap<String, Arc<dyn Handler>>, ctx: &Ctx, kind: &str) {
    jobs[kind].run(ctx, &json!({})).await.unwrap();
}

fn none() -> Figures {
    Arc::new(|_, _| None)
}

async fn ordered(conn: &mut sqlx::PgConnection, kind: &str) -> i64 {
    let count = "select count(*) from store.job where kind = $1";
    sqlx::query_scalar(count).bind(kind).fetch_one(conn).await.unwrap()
}

#[tokio::test]
async fn starting_twice_orders_each_job_once_and_each_run_orders_the_next() {
    let world = world(date!(2024 - 04 - 10)).await;
    let desk = Desk::new(world.test.db.clone(), world.bodies.clone());
    let program = world.program("national-portal");
    desk.start(&program).await.unwrap();
    desk.start(&program).await.unwrap();
    let mut conn = world.conn().await;
    for kind in [REMIND, MOVE_MERGED, MEASURE] {
        assert_eq!(ordered(&mut conn, kind).await, 1, "{kind}");
    }
    let jobs: HashMap<_, _> = desk.jobs(none()).into_iter().collect();
    run(&jobs, &program, REMIND).await;
    assert_eq!(ordered(&mut conn, REMIND).await, 2);
}

#[tokio::test]
async fn bodies_are_reminded_once_of_each_last_day() {
    let world = world(date!(2024 - 04 - 10)).await;
    let mut conn = world.conn().await;
    world.import(&mut conn, &usual()).await;
    let desk = Desk::new(world.test.db.clone(), world.bodies.clone());
    let late = desk.lines(&world.coordinator(), Side::Given, Which::Late, &About::default()).await.unwrap();
    let task = late.first().unwrap();
    let jobs: HashMap<_, _> = desk.jobs(none()).into_iter().collect();
    let program = world.program("national-portal");
    for _ in 0..2 {
        run(&jobs, &program, REMIND).await;
    }
    let events = history(&mut conn, task.task).await.unwrap();
    let reminded = events.iter().filter(|e| e.kind == "reminded" && e.body.as_deref() == Some(task.body.as_str()));
    assert_eq!(reminded.count(), 1);
    // A week later it is late still.
    world.day(date!(2024 - 04 - 17));
    run(&jobs, &program, REMIND).await;
    let events = history(&mut conn, task.task).await.unwrap();
    let reminded = events.iter().filter(|e| e.kind == "reminded" && e.body.as_deref() == Some(task.body.as_str()));
    assert_eq!(reminded.count(), 2);
}

#[tokio::test]
async fn what_is_tied_to_a_figure_is_reported_when_the_figure_moves() {
    let world = world(date!(2024 - 04 - 10)).await;
    let mut conn = world.conn().await;
    world.import(&mut conn, &usual()).await;
    let desk = Desk::new(world.test.db.clone(), world.bodies.clone());
    let body = BodyId::from(HEALTH);
    let led = desk.lines(&world.reporter(HEALTH), Side::Owed, Which::Open, &About::default()).await.unwrap();
    let task = led.iter().find(|line| line.part == programme::follow::Part::Lead).unwrap().task;
    desk.set_measure(&world.coordinator(), task, &body, "index/6.5", 90.0).await.unwrap();
    let figure = Arc::new(AtomicU32::new(0));
    let read = Arc::clone(&figure);
    // Nothing is measured yet, then 45, then 92.
    let figures: Figures = Arc::new(move |asked, measure| {
        let now = read.load(Ordering::SeqCst);
        (asked.as_str() == HEALTH && measure == "index/6.5" && now > 0).then(|| f64::from(now))
    });
    let jobs: HashMap<_, _> = desk.jobs(figures).into_iter().collect();
    let program = world.program("national-portal");
    run(&jobs, &program, MEASURE).await;
    assert!(reports(&mut conn, task, &body).await.unwrap().is_empty());
    for (now, count, done) in [(45, 1, false), (45, 1, false), (92, 2, true), (95, 2, true)] {
        figure.store(now, Ordering::SeqCst);
        run(&jobs, &program, MEASURE).await;
        let made = reports(&mut conn, task, &body).await.unwrap();
        assert_eq!(made.len(), count, "at {now}");
        assert_eq!(made.last().map(|report| report.says_done), Some(done), "at {now}");
    }
    let made = reports(&mut conn, task, &body).await.unwrap();
    assert!(
        matches!(&made[1].evidence[0], Evidence::Measured { name, figure, .. } if name == "index/6.5" && *figure == 92.0)
    );
    let view = desk.task(&world.coordinator(), task).await.unwrap();
    let part = view.parts.iter().find(|part| part.body == body).unwrap();
    assert_eq!(part.state, State::Reported, "who gave the task decides, also on what was measured");
}

#[tokio::test]
async fn what_a_merged_body_owes_is_its_successors_the_morning_after() {
    let world = world(date!(2025 - 02 - 20)).await;
    let mut conn = world.conn().await;
    world.import(&mut conn, &usual()).await;
    let desk = Desk::new(world.test.db.clone(), world.bodies.clone());
    let about = About { body: Some(BodyId::from("ministry-planning")), ..About::default() };
    let owed = desk.lines(&world.coordinator(), Side::Given, Which::Open, &about).await.unwrap();
    assert!(!owed.is_empty(), "the ministry that merges owes something");
    world.day(date!(2025 - 03 - 01));
    let jobs: HashMap<_, _> = desk.jobs(none()).into_iter().collect();
    let program = world.program("national-portal");
    for _ in 0..2 {
        run(&jobs, &program, MOVE_MERGED).await;
    }
    assert!(desk.lines(&world.coordinator(), Side::Given, Which::Open, &about).await.unwrap().is_empty());
    let events = history(&mut conn, owed[0].task).await.unwrap();
    let moved: Vec<_> = events.iter().filter(|event| event.kind == "moved").collect();
    assert!(moved.iter().any(|event| event.detail["from"] == "ministry-planning"));
    let from: Vec<_> = moved.iter().map(|event| event.detail["from"].to_string()).collect();
    let mut once = from.clone();
    once.dedup();
    assert_eq!(from, once, "each body moves once");
}
