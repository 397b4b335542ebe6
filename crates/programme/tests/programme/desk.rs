//! What pages ask: who sees what, files of evidence, counts that are those of the lists.

use crate::world::{World, usual, world};
use kernel::{BodyId, Ctx};
use programme::desk::{About, NewDirective, Side, Which};
use programme::follow::{FILE_BYTES_MAX, NewFile, NewReport, Period};
use programme::{Desk, Error};
use time::macros::date;
use uuid::Uuid;

const HEALTH: &str = "ministry-health";
const FINANCE: &str = "ministry-finance";

async fn begun() -> (World, Desk, Uuid) {
    let world = world(date!(2024 - 04 - 10)).await;
    let mut conn = world.conn().await;
    world.import(&mut conn, &usual()).await;
    drop(conn);
    let desk = Desk::new(world.test.db.clone(), world.bodies.clone());
    let owed = desk.lines(&world.reporter(HEALTH), Side::Owed, Which::Open, &About::default()).await.unwrap();
    let task = owed[0].task;
    (world, desk, task)
}

fn file(bytes: &[u8]) -> NewFile {
    NewFile { name: "Báo cáo.pdf".to_owned(), bytes: bytes.to_vec() }
}

fn done() -> NewReport {
    NewReport { progress: 100, says_done: true, note: "Xong".to_owned(), evidence: Vec::new() }
}

#[tokio::test]
async fn a_file_comes_back_to_the_body_and_to_who_gave_the_task_and_to_nobody_else() {
    let (world, desk, task) = begun().await;
    let (body, steering) = (BodyId::from(HEALTH), world.coordinator());
    let report = desk.report(&world.reporter(HEALTH), task, done(), &[file(b"%PDF")]).await.unwrap();
    for may in [&world.reporter(HEALTH), &steering] {
        let kept = desk.file(may, &body, report, 0).await.unwrap();
        assert_eq!(kept, ("Báo cáo.pdf".to_owned(), b"%PDF".to_vec()));
        let view = desk.task(may, task).await.unwrap();
        assert_eq!(view.reports.len(), 1);
    }
    let other = world.reporter(FINANCE);
    assert!(matches!(desk.file(&other, &body, report, 0).await.unwrap_err(), Error::NotFound));
    // What a ministry wrote is not another's to read; that it owes the task, and how far it is, is.
    let view = desk.task(&other, task).await.unwrap();
    assert!(view.reports.is_empty() && view.parts.iter().any(|part| part.body == body && part.progress == 100));
    assert!(!view.may_report && !view.may_assign);
    assert!(matches!(desk.file(&steering, &body, report, 1).await.unwrap_err(), Error::NotFound));
}

#[tokio::test]
async fn nobody_without_a_role_of_the_programme_reads_or_writes() {
    let (world, desk, task) = begun().await;
    let stranger: Ctx = world.officer(HEALTH, "insurance-officer");
    let about = About::default();
    assert!(matches!(desk.directives(&stranger).await.unwrap_err(), Error::NotAllowed));
    assert!(matches!(desk.task(&stranger, task).await.unwrap_err(), Error::NotAllowed));
    assert!(matches!(desk.lines(&stranger, Side::Owed, Which::All, &about).await.unwrap_err(), Error::NotAllowed));
    assert!(matches!(desk.report(&stranger, task, done(), &[file(b"x")]).await.unwrap_err(), Error::NotAllowed));
    // Who reports gives no tasks, and sees the own body's figures only.
    let reporter = world.reporter(HEALTH);
    assert!(matches!(desk.counts(&reporter, Side::Given, &about).await.unwrap_err(), Error::NotAllowed));
    let month = Period::month_of(date!(2024 - 04 - 10));
    let lines = desk.period(&reporter, month, None).await.unwrap();
    assert!(lines.iter().all(|line| line.body.0.as_str() == HEALTH) && lines.len() == 1);
    assert!(desk.period(&world.coordinator(), month, None).await.unwrap().len() > 60);
}

#[tokio::test]
async fn a_refused_report_leaves_no_file() {
    let (world, desk, task) = begun().await;
    let other = world.reporter(FINANCE);
    assert!(matches!(desk.report(&other, task, done(), &[file(b"x")]).await.unwrap_err(), Error::NotFound));
    let large = file(&vec![0; FILE_BYTES_MAX + 1]);
    let own = world.reporter(HEALTH);
    assert!(matches!(desk.report(&own, task, done(), &[large]).await.unwrap_err(), Error::TooLarge(FILE_BYTES_MAX)));
    assert!(matches!(desk.report(&own, task, done(), &[]).await.unwrap_err(), Error::NoEvidence));
    let kept = crate::world::count(&mut *world.conn().await, "select count(*) from programme.evidence_file").await;
    assert_eq!(kept, 0);
}

#[tokio::test]
async fn counts_are_those_of_the_lists() {
    let (world, desk, task) = begun().await;
    desk.report(&world.reporter(FINANCE), other_task(&world, &desk).await, done(), &[file(b"x")]).await.unwrap();
    let steering = world.coordinator();
    let all = About::default();
    for about in [all.clone(), About { body: Some(HEALTH.into()), ..all.clone() }] {
        let counts = desk.counts(&steering, Side::Given, &about).await.unwrap();
        let of = async |which| desk.lines(&steering, Side::Given, which, &about).await.unwrap().len() as i64;
        let listed = [of(Which::Late).await, of(Which::Soon).await, of(Which::Waiting).await, of(Which::Open).await];
        assert_eq!([counts.late, counts.soon, counts.waiting, counts.open], listed);
        assert_eq!(counts.total, of(Which::All).await);
        assert!(counts.late > 0);
    }
    let first = desk.lines(&steering, Side::Given, Which::All, &About { take: Some(2), ..all.clone() }).await.unwrap();
    let next = About { skip: 1, take: Some(1), ..all };
    let second = desk.lines(&steering, Side::Given, Which::All, &next).await.unwrap();
    assert_eq!((first.len(), first[1].task, &first[1].body), (2, second[0].task, &second[0].body));
    assert_eq!(first[0].task, task);
}

/// The task that the Ministry of Finance leads.
async fn other_task(world: &World, desk: &Desk) -> Uuid {
    desk.lines(&world.reporter(FINANCE), Side::Owed, Which::Open, &About::default()).await.unwrap()[0].task
}

fn new(text: &str) -> NewDirective {
    NewDirective { name: "a.md".to_owned(), bytes: text.as_bytes().to_vec(), number: None, date: None, amends: None }
}

#[tokio::test]
async fn a_coordinator_reads_in_what_gives_work_to_bodies_below_and_the_same_again_changes_nothing() {
    let world = world(date!(2024 - 04 - 10)).await;
    let desk = Desk::new(world.test.db.clone(), world.bodies.clone());
    let kept = desk.import(&world.coordinator(), new(&usual())).await.unwrap();
    assert_eq!((kept.new.len(), kept.again), (4, false));
    let again = desk.import(&world.coordinator(), new(&usual())).await.unwrap();
    assert!(again.again && again.directive == kept.directive && again.new.is_empty());
    // Neither who only reports, nor a province to ministries, nor a commune to anybody.
    let reporter = world.reporter(HEALTH);
    assert!(matches!(desk.import(&reporter, new(&usual())).await.unwrap_err(), Error::NotAllowed));
    for body in ["province-committee/01", "commune-committee/00008"] {
        let refused = desk.import(&world.coordinator_of(body), new(&usual())).await.unwrap_err();
        assert!(matches!(refused, Error::NotAllowed), "{body}");
    }
    // A number that another body steers is not taken over.
    let other = desk.import(&world.coordinator_of("ministry-justice"), new(&usual())).await.unwrap_err();
    assert!(matches!(other, Error::NotAllowed));
    assert_eq!(desk.directives(&world.coordinator()).await.unwrap().len(), 1);
    assert_eq!(desk.doubts(&world.coordinator(), kept.directive).await.unwrap().len(), 1);
    assert!(!desk.owing(&world.coordinator()).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_due_later_this_month_is_not_late_in_its_report_yet() {
    let (world, desk, _) = begun().await;
    world.day(date!(2024 - 06 - 10));
    let june = Period::month_of(date!(2024 - 06 - 10));
    let line = |lines: Vec<programme::follow::BodyPeriod>| {
        lines.into_iter().find(|line| line.body.0.as_str() == FINANCE).unwrap()
    };
    // Its task is due on 30 June.
    let now = line(desk.period(&world.coordinator(), june, None).await.unwrap());
    assert_eq!((now.open, now.late, now.in_time), (1, 0, 1));
    world.day(date!(2024 - 07 - 02));
    let july = Period::month_of(date!(2024 - 07 - 02));
    let then = line(desk.period(&world.coordinator(), july, None).await.unwrap());
    assert_eq!((then.open, then.late, then.in_time), (1, 1, 0));
}
