//! Reports, decisions, lists, reminders, history.

use crate::world::{World, count, usual, world};
use kernel::BodyId;
use programme::Error;
use programme::follow::{
    Decision, Evidence, Filter, NewReport, Period, State, decide, history, late, measured, owed, period, release,
    remind, remind_by_hand, report, reports, set_measure, soon, standing, waiting,
};
use sqlx::PgConnection;
use time::macros::date;
use uuid::Uuid;

const HEALTH: &str = "ministry-health";

fn done() -> NewReport {
    let file = Evidence::File { name: "Báo cáo.pdf".into(), hash: "ab".repeat(32), size: 1024 };
    let figure =
        Evidence::Figure { name: "Số sách".into(), figure: 12.5, unit: None, as_of: Some(date!(2024 - 03 - 20)) };
    NewReport { progress: 100, says_done: true, note: "Xong".into(), evidence: vec![file, figure] }
}

/// The task that the Ministry of Health leads, due by the end of March.
async fn begun() -> (World, Uuid, Uuid) {
    let world = world(date!(2024 - 03 - 06)).await;
    let mut conn = world.conn().await;
    let directive = world.import(&mut conn, &usual()).await.directive;
    let task = owed(&mut conn, date!(2024 - 03 - 06), &HEALTH.into()).await.unwrap()[0].task;
    (world, task, directive)
}

async fn state(conn: &mut PgConnection, body: &str, task: Uuid) -> String {
    let find = "select state from programme.obligor where body = $1 and task_id = $2";
    sqlx::query_scalar(find).bind(body).bind(task).fetch_one(conn).await.unwrap()
}

#[tokio::test]
async fn a_task_is_reported_sent_back_reported_and_approved() {
    let (world, task, _) = begun().await;
    let mut conn = world.conn().await;
    let (ministry, steering) = (world.reporter(HEALTH), world.coordinator());
    let half = NewReport { progress: 50, note: "Một nửa".into(), ..NewReport::default() };
    report(&mut conn, &ministry, task, &half).await.unwrap();
    assert_eq!(state(&mut conn, HEALTH, task).await, "assigned");
    let bare = NewReport { progress: 100, says_done: true, ..NewReport::default() };
    assert!(matches!(report(&mut conn, &ministry, task, &bare).await.unwrap_err(), Error::NoEvidence));
    world.day(date!(2024 - 03 - 20));
    let first = report(&mut conn, &ministry, task, &done()).await.unwrap();
    assert!(matches!(report(&mut conn, &ministry, task, &done()).await.unwrap_err(), Error::State("reported")));
    let lines = waiting(&mut conn, date!(2024 - 03 - 20), &world.steering).await.unwrap();
    assert_eq!(lines.iter().map(|line| (line.task, line.waiting)).collect::<Vec<_>>(), [(task, Some(first))]);
    let body = BodyId::from(HEALTH);
    let decision = |report, approved, reason| Decision { body: &body, report, approved, reason };
    let silent = decide(&mut conn, &steering, &decision(first, false, " ")).await.unwrap_err();
    assert!(matches!(silent, Error::Malformed("reason")));
    let own = decide(&mut conn, &world.coordinator_of(HEALTH), &decision(first, true, "")).await.unwrap_err();
    assert!(matches!(own, Error::NotAllowed));
    decide(&mut conn, &steering, &decision(first, false, "Thiếu số liệu")).await.unwrap();
    assert_eq!(state(&mut conn, HEALTH, task).await, "returned");
    world.day(date!(2024 - 03 - 30));
    let second = report(&mut conn, &ministry, task, &done()).await.unwrap();
    assert!(matches!(
        decide(&mut conn, &steering, &decision(first, true, "")).await.unwrap_err(),
        Error::State("decided")
    ));
    // Decided on after the last day, and still in time: the report counts.
    world.day(date!(2024 - 04 - 10));
    assert_eq!(late(&mut conn, date!(2024 - 04 - 10), &Filter::default()).await.unwrap(), []);
    decide(&mut conn, &steering, &decision(second, true, "")).await.unwrap();
    let made = reports(&mut conn, task, &body).await.unwrap();
    let decided: Vec<_> =
        made.iter().map(|report| (report.progress, report.approved, report.reason.as_deref())).collect();
    assert_eq!(decided, [(50, None, None), (100, Some(false), Some("Thiếu số liệu")), (100, Some(true), None)]);
    assert_eq!(made[2].evidence, done().evidence);
    let ended = "select ended_on::text from programme.obligor where state = 'done'";
    assert_eq!(sqlx::query_scalar::<_, String>(ended).fetch_one(&mut *conn).await.unwrap(), "2024-03-30");
    assert!(matches!(report(&mut conn, &ministry, task, &half).await.unwrap_err(), Error::State("ended")));
}

#[tokio::test]
async fn history_and_ledger_say_the_same() {
    let (world, task, _) = begun().await;
    let mut conn = world.conn().await;
    world.day(date!(2024 - 03 - 07));
    report(&mut conn, &world.reporter(HEALTH), task, &done()).await.unwrap();
    world.day(date!(2024 - 03 - 08));
    remind_by_hand(&mut conn, &world.coordinator(), task, &HEALTH.into()).await.unwrap();
    let events = history(&mut conn, task).await.unwrap();
    let kinds: Vec<_> = events.iter().map(|event| (event.kind.as_str(), event.acted_as.as_str())).collect();
    assert_eq!(kinds, [("imported", "government-office"), ("reported", HEALTH), ("reminded", "government-office")]);
    for event in &events {
        let opening = "select convert_from(content, 'utf8') from ledger.opening where entry_id = $1";
        let text: String = sqlx::query_scalar(opening).bind(event.entry_id).fetch_one(&mut *conn).await.unwrap();
        let content: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (&content["body"]["programme"], &content["body"]["detail"]),
            (&event.kind.as_str().into(), &event.detail)
        );
        // The body's own words are not in the log.
        assert!(!text.contains("Xong"));
    }
    // Nobody rewrites what was said, reported, decided or done.
    for table in ["task_version", "report", "evidence", "decision", "event", "reminder", "reading"] {
        for change in
            [format!("delete from programme.{table}"), format!("update programme.{table} set {} = {0}", column(table))]
        {
            let refused = sqlx::query(sqlx::AssertSqlSafe(change.clone())).execute(&mut *conn).await.unwrap_err();
            assert!(refused.to_string().contains("permission denied"), "{change}: {refused}");
        }
    }
}

fn column(table: &str) -> &'static str {
    match table {
        "task_version" | "event" => "task_id",
        "reading" => "directive_id",
        _ => "body",
    }
}

#[tokio::test]
async fn late_soon_and_reminded_once() {
    let (world, task, _) = begun().await;
    let mut conn = world.conn().await;
    let program = world.program("government-office");
    let all = Filter::default();
    assert_eq!(remind(&mut conn, &program, 7).await.unwrap(), []);
    world.day(date!(2024 - 03 - 25));
    let lines = soon(&mut conn, date!(2024 - 03 - 25), 7, &all).await.unwrap();
    assert_eq!(lines.iter().map(|line| (line.task, line.days_late)).collect::<Vec<_>>(), [(task, None)]);
    let sent = remind(&mut conn, &program, 7).await.unwrap();
    assert_eq!(sent.iter().map(|r| (r.body.as_str(), r.kind.as_str())).collect::<Vec<_>>(), [(HEALTH, "soon")]);
    world.day(date!(2024 - 03 - 31));
    assert_eq!(remind(&mut conn, &program, 7).await.unwrap(), []);
    assert_eq!(late(&mut conn, date!(2024 - 03 - 31), &all).await.unwrap(), []);
    // Monday 1 April: late since today; reminded once a week.
    world.day(date!(2024 - 04 - 01));
    let lines = late(&mut conn, date!(2024 - 04 - 01), &all).await.unwrap();
    assert_eq!(lines.iter().map(|line| (line.task, line.days_late)).collect::<Vec<_>>(), [(task, Some(1))]);
    assert_eq!(remind(&mut conn, &program, 7).await.unwrap()[0].kind, "late");
    world.day(date!(2024 - 04 - 07));
    assert_eq!(remind(&mut conn, &program, 7).await.unwrap(), []);
    world.day(date!(2024 - 04 - 08));
    assert_eq!(remind(&mut conn, &program, 7).await.unwrap().len(), 1);
    let coordinator = world.coordinator();
    remind_by_hand(&mut conn, &coordinator, task, &HEALTH.into()).await.unwrap();
    let twice = remind_by_hand(&mut conn, &coordinator, task, &HEALTH.into()).await.unwrap_err();
    assert!(matches!(twice, Error::State("reminded")));
    // A report in time would not be late, one after the last day is until it is approved.
    report(&mut conn, &world.reporter(HEALTH), task, &done()).await.unwrap();
    assert_eq!(late(&mut conn, date!(2024 - 04 - 09), &all).await.unwrap()[0].state, State::Reported);
    let other = Filter { body: Some("ministry-finance".into()), ..Filter::default() };
    assert_eq!(late(&mut conn, date!(2024 - 04 - 09), &other).await.unwrap(), []);
}

#[tokio::test]
async fn the_month_of_each_body_adds_up() {
    let (world, task, directive) = begun().await;
    let mut conn = world.conn().await;
    let steering = world.coordinator();
    world.day(date!(2024 - 04 - 02));
    let id = report(&mut conn, &world.reporter(HEALTH), task, &done()).await.unwrap();
    let body = BodyId::from(HEALTH);
    decide(&mut conn, &steering, &Decision { body: &body, report: id, approved: true, reason: "" }).await.unwrap();
    let april = Period::month_of(date!(2024 - 04 - 15));
    let rows = period(&mut conn, april, Some(directive)).await.unwrap();
    let health = rows.iter().find(|row| row.body.0 == body).unwrap();
    assert_eq!((health.owed, health.done, health.done_late, health.open, health.reports), (1, 1, 1, 0, 1));
    let march = period(&mut conn, Period::month_of(date!(2024 - 03 - 15)), None).await.unwrap();
    let health = march.iter().find(|row| row.body.0 == body).unwrap();
    assert_eq!((health.owed, health.new, health.done, health.open, health.late, health.in_time), (1, 1, 0, 1, 0, 1));
    for row in rows.iter().chain(&march) {
        assert_eq!(row.owed, row.done_before + row.done + row.open, "{row:?}");
        assert_eq!(row.open, row.late + row.in_time + row.undated, "{row:?}");
    }
    assert_eq!((rows.len(), rows.iter().map(|row| row.owed).sum::<i64>()), (66, 66));
    let standing = standing(&mut conn, directive, date!(2024 - 07 - 01)).await.unwrap();
    let figures: Vec<_> = standing.tasks.iter().map(|t| (t.number.as_str(), t.leads, t.done, t.late)).collect();
    assert_eq!(figures, [("1", 1, 1, 0), ("2", 2, 0, 2), ("3", 63, 0, 0), ("4", 0, 0, 0)]);
}

#[tokio::test]
async fn what_the_platform_measures_it_reports_itself() {
    let (world, task, _) = begun().await;
    let mut conn = world.conn().await;
    let body = BodyId::from(HEALTH);
    set_measure(&mut conn, &world.coordinator(), task, &body, "online-share", 80.0).await.unwrap();
    let program = world.program("government-office");
    let day = date!(2024 - 03 - 10);
    assert_eq!(measured(&mut conn, &program, &body, "online-share", 40.0, day).await.unwrap(), [task]);
    assert_eq!(state(&mut conn, HEALTH, task).await, "assigned");
    assert_eq!(measured(&mut conn, &program, &body, "online-share", 40.0, day).await.unwrap(), Vec::<Uuid>::new());
    assert_eq!(measured(&mut conn, &program, &body, "another", 90.0, day).await.unwrap(), Vec::<Uuid>::new());
    assert_eq!(measured(&mut conn, &program, &body, "online-share", 81.5, day).await.unwrap(), [task]);
    assert_eq!(state(&mut conn, HEALTH, task).await, "reported");
    assert_eq!(measured(&mut conn, &program, &body, "online-share", 90.0, day).await.unwrap(), Vec::<Uuid>::new());
    let made = reports(&mut conn, task, &body).await.unwrap();
    assert_eq!(
        made.iter().map(|report| (report.progress, report.made_by)).collect::<Vec<_>>(),
        [(50, None), (100, None)]
    );
    // Sent back, it is not reported again with the figure that did not convince.
    let [.., last] = &made[..] else { panic!("no report") };
    let back = Decision { body: &body, report: last.id, approved: false, reason: "Đếm lại" };
    decide(&mut conn, &world.coordinator(), &back).await.unwrap();
    assert_eq!(measured(&mut conn, &program, &body, "online-share", 81.5, day).await.unwrap(), Vec::<Uuid>::new());
    assert_eq!(measured(&mut conn, &program, &body, "online-share", 82.0, day).await.unwrap(), [task]);
    // A body cannot pass its own figure off as a measured one.
    let forged = NewReport {
        evidence: vec![Evidence::Measured { name: "online-share".into(), figure: 99.0, as_of: None }],
        ..done()
    };
    let refused = report(&mut conn, &world.reporter(HEALTH), task, &forged).await.unwrap_err();
    assert!(matches!(refused, Error::Malformed("evidence")));
}

#[tokio::test]
async fn strangers_and_malformed_reports_are_refused() {
    let (world, task, _) = begun().await;
    let mut conn = world.conn().await;
    let ministry = world.reporter(HEALTH);
    assert!(matches!(
        report(&mut conn, &world.reporter("ministry-justice"), task, &done()).await.unwrap_err(),
        Error::NotFound
    ));
    assert!(matches!(
        report(&mut conn, &world.coordinator_of(HEALTH), task, &done()).await.unwrap_err(),
        Error::NotAllowed
    ));
    // Who supports does not report.
    let support = world.reporter("ministry-public-security");
    assert!(matches!(report(&mut conn, &support, task, &done()).await.unwrap_err(), Error::NotFound));
    for evidence in [
        Evidence::File { name: "a".into(), hash: "xyz".into(), size: 1 },
        Evidence::File { name: String::new(), hash: "ab".repeat(32), size: 1 },
        Evidence::Figure { name: "a".into(), figure: f64::NAN, unit: None, as_of: None },
        Evidence::Link { name: "a".into(), link: "javascript:alert(1)".into() },
    ] {
        let new = NewReport { evidence: vec![evidence], ..done() };
        assert!(matches!(report(&mut conn, &ministry, task, &new).await.unwrap_err(), Error::Malformed("evidence")));
    }
    let over = NewReport { progress: 101, ..done() };
    assert!(matches!(report(&mut conn, &ministry, task, &over).await.unwrap_err(), Error::Malformed("progress")));
    assert_eq!(count(&mut conn, "select count(*) from programme.report").await, 0);
    release(&mut conn, &world.coordinator(), task, &HEALTH.into(), "Giao lại").await.unwrap();
    assert!(matches!(report(&mut conn, &ministry, task, &done()).await.unwrap_err(), Error::State("ended")));
}
