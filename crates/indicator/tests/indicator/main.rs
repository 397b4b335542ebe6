//! The facts in PostgreSQL: taken in once, followed, exported, recomputed.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod petitions;

use indicator::facts::{Given, PetitionFacts, ProcedureFacts};
use indicator::live::{Bodies, COUNTRY};
use indicator::stored::{
    Desk, FEED, Figured, Nature, Natures, NewAssignment, SOURCE, Settings, answer_assignment, assign, assigned_about,
    assigned_to, follow, keep_given, keep_petition, keep_procedure, rate, record,
};
use indicator::{Event, Indicators, Level, Period, What, evidence};
use kernel::calendar::Calendar;
use kernel::{Actor, BodyId, Clock, Ctx, DossierId, Random, SubjectId};
use pack::{Pack, Report};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use store::feed::{self, NewItem, READ_MAX, Sequencer};
use store::testing::{TestDb, database};
use time::macros::{date, datetime};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

const MORNING: OffsetDateTime = datetime!(2026-03-02 08:00 +7);

struct World {
    test: TestDb,
    ctx: Ctx,
    indicators: Indicators,
    calendar: Arc<Calendar>,
}

impl World {
    async fn new() -> Self {
        let test = database("indicator", &[&ledger::MIGRATOR, &indicator::MIGRATOR]).await;
        let mut report = Report::new();
        let pack =
            Pack::open_with(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../packs/vn"), &mut report).unwrap();
        let calendar = Arc::new(pack::calendar::read(&pack, &mut report));
        let indicators = Indicators::read(&pack, &mut report);
        let ctx = Ctx::new(
            Actor::System { body: BodyId::from("national-portal"), on_decision_of: None },
            Clock::fixed(MORNING),
            Random::seeded(1),
        );
        Self { test, ctx, indicators, calendar }
    }

    fn bodies() -> Bodies {
        let mut bodies = Bodies::new();
        bodies.add(&BodyId::from("province-committee/01"), Level::Province, &BodyId::from(COUNTRY)).unwrap();
        let province = BodyId::from("province-committee/01");
        bodies.add(&BodyId::from("commune-committee/00004"), Level::Commune, &province).unwrap();
        bodies
    }

    async fn figured(&self, snapshot: Option<&std::path::Path>) -> Figured {
        let definition = self.indicators.on("766", date!(2026 - 03 - 31)).unwrap().clone();
        let calendar = Arc::clone(&self.calendar);
        let bodies = (Self::bodies(), Arc::from([packed()]));
        Figured::open(&self.test.db, &self.ctx, definition, calendar, bodies, snapshot).await.unwrap()
    }

    fn desk(&self) -> Desk {
        let settings = Settings {
            indicators: self.indicators.clone(),
            indicator: "766".to_owned(),
            calendar: Arc::clone(&self.calendar),
            bodies: Self::bodies(),
            tiles: indicator::Tiles::default(),
            natures: natures(),
            procedures: Arc::default(),
            snapshot: None,
        };
        Desk::new(self.test.db.clone(), settings)
    }

    fn later(&self, time: Duration) {
        self.ctx.clock.set(self.ctx.now() + time);
    }

    async fn sequence(&self) {
        let sequencer = Sequencer::new(self.test.db.clone(), self.ctx.clone());
        while sequencer.run_once().await.unwrap() > 0 {}
    }

    /// What the main job would publish.
    async fn publish(&self, dossier: u128, status: u8, due_at: OffsetDateTime) {
        let due = due_at.format(&time::format_description::well_known::Rfc3339).unwrap();
        let payload = json!({
            "dossier": Uuid::from_u128(dossier), "code": "x", "procedure": "1.001193",
            "origin": "commune-committee/00004", "status": status, "due_at": due,
        });
        let mut tx = self.test.db.begin().await.unwrap();
        feed::append(&mut tx, &self.ctx, SOURCE, SubjectId(Uuid::from_u128(9)), "status", &payload).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Follows everything there is, as the processes do.
    async fn settle(&self, figured: &Figured) {
        self.sequence().await;
        while follow(&self.test.db, &self.ctx, &natures()).await.unwrap() > 0 {}
        self.sequence().await;
        figured.catch_up(&self.ctx).await.unwrap();
    }
}

/// What the pack says of one procedure.
fn packed() -> ProcedureFacts {
    serde_json::from_value(json!({
        "body": "commune-committee/00004", "procedure": "1.001193", "online": "partial", "public": true, "complete": true,
    }))
    .unwrap()
}

/// A group of procedures that asks registers and gives papers; of others nothing is known.
fn natures() -> Natures {
    Natures::new(|code, _| {
        let group = Nature { paper_result: true, fee_bearing: true, files: 2, reused: 1, citizen_data: true };
        (code == "3.000722").then_some(group)
    })
}

fn count(figured: &Figured, name: &str) -> i64 {
    let march: Period = "2026-03".parse().unwrap();
    figured.read().figures(0, march, None).unwrap().get(name)
}

#[tokio::test]
async fn a_change_of_a_dossier_is_in_the_score_and_time_makes_it_late() {
    let world = World::new().await;
    let figured = world.figured(None).await;
    let due = MORNING + Duration::days(4);
    world.publish(1, 1, due).await;
    world.settle(&figured).await;
    assert_eq!(count(&figured, "received"), 0, "filed, and nobody has received it");
    world.later(Duration::hours(1));
    world.publish(1, 4, due).await;
    world.publish(2, 4, due).await;
    world.settle(&figured).await;
    assert_eq!((count(&figured, "received"), count(&figured, "on_time"), count(&figured, "open")), (2, 2, 2));
    world.later(Duration::days(1));
    world.publish(1, 9, due).await;
    world.settle(&figured).await;
    assert_eq!((count(&figured, "finished"), count(&figured, "on_time")), (1, 2));
    // Nothing happens, and the second is late.
    world.later(Duration::days(4));
    figured.catch_up(&world.ctx).await.unwrap();
    assert_eq!((count(&figured, "on_time"), count(&figured, "overdue")), (1, 1));
    // A question and its answer: the new day counts.
    world.publish(3, 4, world.ctx.now() + Duration::days(1)).await;
    world.later(Duration::hours(1));
    world.publish(3, 5, world.ctx.now() + Duration::days(1)).await;
    world.later(Duration::days(5));
    world.publish(3, 4, world.ctx.now() + Duration::days(1)).await;
    world.later(Duration::hours(12));
    world.publish(3, 9, world.ctx.now()).await;
    world.settle(&figured).await;
    assert_eq!((count(&figured, "finished"), count(&figured, "on_time")), (2, 2));
}

/// Events that never stop coming must not keep the figures from moving.
#[tokio::test]
async fn figures_move_between_the_batches_of_a_long_stream() {
    let world = World::new().await;
    let desk = world.desk();
    assert!(!desk.step(&world.ctx, true).await.unwrap(), "nothing yet");
    let dossiers: Vec<Value> = (0..READ_MAX as u128 + 10)
        .map(|n| {
            json!({"dossier": Uuid::from_u128(n), "code": "x", "procedure": "1.001193",
                   "origin": "commune-committee/00004", "status": 2})
        })
        .collect();
    let item = |payload: Value| NewItem {
        feed: SOURCE.to_owned(),
        subject: SubjectId(Uuid::from_u128(9)),
        kind: "status".to_owned(),
        payload,
    };
    let items: Vec<NewItem> = dossiers.into_iter().map(item).collect();
    let mut tx = world.test.db.begin().await.unwrap();
    feed::append_all(&mut tx, &world.ctx, &items).await.unwrap();
    tx.commit().await.unwrap();
    let mut seen = Vec::new();
    for _ in 0..3 {
        world.sequence().await;
        let more = desk.step(&world.ctx, true).await.unwrap();
        seen.push((count(desk.figured().unwrap(), "received"), more));
    }
    assert_eq!(seen, [(0, true), (READ_MAX, true), (READ_MAX + 10, false)], "one batch at a time");
}

#[tokio::test]
async fn a_new_start_counts_the_same_from_facts_and_from_a_snapshot() {
    let world = World::new().await;
    let figured = world.figured(None).await;
    for n in 1..=5 {
        world.publish(n, 4, MORNING + Duration::days(n as i64)).await;
    }
    let petition: PetitionFacts = serde_json::from_value(json!({
        "petition": Uuid::from_u128(1), "body": "commune-committee/00004", "received_at": "2026-03-02T08:00:00+07:00",
    }))
    .unwrap();
    let procedure: ProcedureFacts = serde_json::from_value(json!({
        "body": "commune-committee/00004", "procedure": "1.001193", "online": "full", "service": "public",
    }))
    .unwrap();
    let given: Given = serde_json::from_value(json!({
        "body": "commune-committee/00004", "month": "2026-03", "counter": "reported_dossiers", "value": 7,
    }))
    .unwrap();
    let mut tx = world.test.db.begin().await.unwrap();
    keep_petition(&mut tx, &world.ctx, &petition).await.unwrap();
    keep_procedure(&mut tx, &world.ctx, &procedure).await.unwrap();
    keep_given(&mut tx, &world.ctx, &given).await.unwrap();
    tx.commit().await.unwrap();
    world.settle(&figured).await;
    assert_eq!(
        (count(&figured, "petitions"), count(&figured, "services"), count(&figured, "reported_dossiers")),
        (1, 1, 7)
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("snapshot");
    figured.save(&file).await.unwrap();
    world.later(Duration::days(3));
    world.publish(6, 4, MORNING + Duration::days(9)).await;
    world.publish(1, 9, MORNING + Duration::days(1)).await;
    world.settle(&figured).await;
    let march: Period = "2026-03".parse().unwrap();
    let expected = figured.read().score(2, march).unwrap();
    for snapshot in [None, Some(file.as_path())] {
        let again = world.figured(snapshot).await;
        assert_eq!(again.read().score(2, march).unwrap(), expected);
        assert_eq!(again.read().audit(), vec![]);
    }
    std::fs::write(&file, b"no snapshot").unwrap();
    assert_eq!(world.figured(Some(&file)).await.read().score(2, march).unwrap(), expected);
}

#[tokio::test]
async fn a_snapshot_of_another_database_is_not_used() {
    let (one, other) = (World::new().await, World::new().await);
    // Both draw from the same seed; databases that are not copies of each other draw other ids.
    let _ = other.ctx.uuid();
    let (here, there) = (one.figured(None).await, other.figured(None).await);
    for n in 1..=3 {
        one.publish(n, 4, MORNING).await;
    }
    for n in 11..=12 {
        other.publish(n, 2, MORNING).await;
        other.publish(n, 4, MORNING).await;
    }
    one.settle(&here).await;
    other.settle(&there).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("snapshot");
    here.save(&file).await.unwrap();
    assert_eq!(count(&one.figured(Some(&file)).await, "received"), 3);
    assert_eq!(count(&other.figured(Some(&file)).await, "received"), 2);
}

#[tokio::test]
async fn the_evidence_gives_the_same_score_to_the_last_digit() {
    let world = World::new().await;
    let figured = world.figured(None).await;
    for n in 1..=7 {
        world.publish(n, 4, MORNING + Duration::days(n as i64)).await;
    }
    world.later(Duration::days(3));
    world.settle(&figured).await;
    let (body, march) = (BodyId::from("province-committee/01"), "2026-03".parse().unwrap());
    let file = figured.export(&world.ctx, ("766", &world.calendar), &body, march, Vec::new()).await.unwrap();
    let again = evidence::recompute(file.as_slice(), &world.indicators, &world.calendar).unwrap();
    let live = figured.read().score(1, march).unwrap();
    assert!(again.same && again.facts[0] == 7);
    assert_eq!(again.score, live);
    assert_eq!(live.component("2.1").unwrap().exact.as_deref(), Some("100/7"));
    let unknown =
        figured.export(&world.ctx, ("766", &world.calendar), &BodyId::from("nobody"), march, Vec::new()).await;
    assert_eq!(unknown.unwrap_err().code(), "IND0005");
}

#[tokio::test]
async fn events_heard_twice_or_at_once_change_nothing() {
    let world = World::new().await;
    let events: Vec<Event> = (0..20)
        .map(|n| Event {
            dossier: Uuid::from_u128(n % 4),
            at: MORNING + Duration::hours(n as i64),
            what: What::Status { status: 4 + (n % 6) as u8 },
        })
        .chain((0..4).map(|n| Event {
            dossier: Uuid::from_u128(n),
            at: MORNING,
            what: What::Received { due_at: None },
        }))
        .chain((0..4).map(|n| Event {
            dossier: Uuid::from_u128(n),
            at: MORNING,
            what: What::Opened {
                code: String::new(),
                body: BodyId::from("commune-committee/00004"),
                procedure: "1.001193".to_owned(),
                channel: Some(2),
                limit_hours: None,
                paper_result: false,
                fee_bearing: false,
            },
        }))
        .collect();
    let forward = events.clone();
    let backward: Vec<_> = events.iter().rev().cloned().collect();
    let write = |events: Vec<Event>| {
        let (db, ctx) = (world.test.db.clone(), world.ctx.clone());
        async move {
            let mut tx = db.begin().await.unwrap();
            let changed = record(&mut tx, &ctx, &events).await.unwrap();
            tx.commit().await.unwrap();
            changed
        }
    };
    tokio::join!(write(forward.clone()), write(backward.clone()));
    assert!(write(backward).await.is_empty() && write(forward).await.is_empty());
    world.sequence().await;
    let mut conn = world.test.db.pool().acquire().await.unwrap();
    assert_eq!(feed::mark(&mut conn, FEED).await.unwrap(), 4, "each dossier is named once");
    let figured = world.figured(None).await;
    assert_eq!(figured.read().size().dossiers, 4);
}

#[tokio::test]
async fn a_result_is_rated_once_after_its_end() {
    let world = World::new().await;
    let figured = world.figured(None).await;
    world.publish(1, 4, MORNING + Duration::days(9)).await;
    world.settle(&figured).await;
    let rated = |liked: bool, comment: &'static str| {
        let (db, ctx) = (world.test.db.clone(), world.ctx.clone());
        async move {
            let mut tx = db.begin().await.unwrap();
            let result = rate(&mut tx, &ctx, DossierId(Uuid::from_u128(1)), liked, Some(comment)).await;
            tx.commit().await.unwrap();
            result.map_err(|error| error.code())
        }
    };
    assert_eq!(rated(false, "chậm").await, Err("IND0009"), "not ended");
    world.publish(1, 9, MORNING + Duration::days(9)).await;
    world.settle(&figured).await;
    assert_eq!(count(&figured, "satisfied"), 1);
    let long: &'static str = Box::leak("x".repeat(2001).into_boxed_str());
    assert_eq!(rated(false, long).await, Err("IND0012"));
    assert_eq!(rated(false, " phải chờ lâu ").await, Ok(()));
    assert_eq!(rated(true, "").await, Err("IND0009"), "a second time");
    world.settle(&figured).await;
    assert_eq!((count(&figured, "satisfied"), count(&figured, "disliked"), count(&figured, "rated")), (0, 1, 1));
}

#[tokio::test]
async fn a_change_is_in_the_score_within_a_second() {
    let world = World::new().await;
    let desk = world.desk();
    assert_eq!(desk.figured().unwrap_err().code(), "IND0015", "nothing is counted yet");
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let sequencer = Sequencer::new(world.test.db.clone(), world.ctx.clone());
    let (of_feeds, of_desk) = (stopped.clone(), stopped);
    let feeds = tokio::spawn(async move { sequencer.run(of_feeds).await });
    let (running, ctx) = (desk.clone(), world.ctx.clone());
    let looking = tokio::spawn(async move { running.run(&ctx, true, of_desk).await });
    let received = || desk.figured().map_or(-1, |figured| count(figured, "received"));
    let until = async |wanted: i64| {
        let began = std::time::Instant::now();
        while received() != wanted {
            assert!(began.elapsed().as_secs() < 30, "it has {} and not {wanted}", received());
            tokio::task::yield_now().await;
        }
        began.elapsed()
    };
    until(0).await;
    let mut slowest = std::time::Duration::ZERO;
    for n in 1..=5 {
        world.publish(n, 4, MORNING + Duration::days(9)).await;
        slowest = slowest.max(until(n as i64).await);
    }
    assert!(slowest.as_millis() < 1000, "{slowest:?}");
    stop.send(true).unwrap();
    looking.await.unwrap();
    feeds.await.unwrap();
}

#[tokio::test]
async fn the_body_of_the_first_step_answers_for_a_dossier() {
    let world = World::new().await;
    let figured = world.figured(None).await;
    let payload = json!({
        "dossier": Uuid::from_u128(1), "code": "x", "procedure": "3.000722", "origin": "national-portal",
        "body": "commune-committee/00004", "channel": 2, "status": 4, "due_at": "2026-03-20T17:00:00+07:00",
    });
    let mut tx = world.test.db.begin().await.unwrap();
    feed::append(&mut tx, &world.ctx, SOURCE, SubjectId(Uuid::from_u128(9)), "status", &payload).await.unwrap();
    tx.commit().await.unwrap();
    world.settle(&figured).await;
    let march: Period = "2026-03".parse().unwrap();
    let commune = figured.read().figures(2, march, None).unwrap();
    assert_eq!(["received", "online", "synced"].map(|name| commune.get(name)), [1, 1, 1]);
    // What the pack says of the procedure is counted with it; that the result has a file, nobody has said.
    let of_the_pack = ["paper_result", "fee_due", "reused", "citizen_data", "e_result", "digitised", "paid_online"];
    assert_eq!(of_the_pack.map(|name| commune.get(name)), [1, 1, 1, 1, 0, 0, 0]);
}

#[tokio::test]
async fn an_assignment_is_kept_and_answered_once_by_the_body() {
    let world = World::new().await;
    let (body, other) = (BodyId::from("commune-committee/00004"), BodyId::from("commune-committee/00008"));
    let leader = BodyId::from("national-portal");
    let by = kernel::AccountId(Uuid::from_u128(7));
    let dossier = Some(Uuid::from_u128(1));
    let mut conn = world.test.db.pool().acquire().await.unwrap();
    let new = |note| NewAssignment { body: &body, dossier, by_body: &leader, by, note, due_on: None };
    let long = "x".repeat(2001);
    for note in ["", "  ", &long] {
        assert_eq!(assign(&mut conn, &world.ctx, &new(note)).await.unwrap_err().code(), "IND0012");
    }
    let id = assign(&mut conn, &world.ctx, &new(" trả kết quả ngay ")).await.unwrap();
    let answer = async |conn: &mut sqlx::PgConnection, body: &BodyId| {
        answer_assignment(conn, &world.ctx, (body, by), id, "đã trả").await.map_err(|error| error.code())
    };
    assert_eq!(answer(&mut conn, &other).await, Err("IND0016"), "it was not asked");
    assert_eq!(answer(&mut conn, &body).await, Ok(()));
    assert_eq!(answer(&mut conn, &body).await, Err("IND0016"), "a second time");
    let kept = assigned_to(&mut conn, &body).await.unwrap();
    assert_eq!((kept[0].note.as_str(), kept[0].answer.as_deref()), ("trả kết quả ngay", Some("đã trả")));
    assert_eq!(assigned_about(&mut conn, &body, Uuid::from_u128(1)).await.unwrap(), kept);
    assert!(assigned_to(&mut conn, &other).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_tables_keep_the_rules_of_the_house() {
    let world = World::new().await;
    let faults = store::lint::catalogue(&world.test.owner).await.unwrap();
    assert!(faults.is_empty(), "{faults:?}");
}
