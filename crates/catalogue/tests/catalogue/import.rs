//! Importing, on a real PostgreSQL.

use crate::{export, read_file, rules, small};
use catalogue::db::{self, Imported, Source};
use catalogue::read::{self, Reading};
use catalogue::{Code, Error, Library, Snapshot};
use kernel::{Actor, BodyId, Clock, Ctx, Random};
use std::sync::Arc;
use store::testing::{self, TestDb};
use time::Date;
use time::macros::{date, datetime};

async fn database() -> (TestDb, Ctx) {
    let test = testing::database("catalogue", &[&catalogue::MIGRATOR]).await;
    let system = Actor::System { body: BodyId::from("national-portal"), on_decision_of: None };
    (test, Ctx::new(system, Clock::fixed(datetime!(2026-11-23 08:00 UTC)), Random::seeded(7)))
}

fn csv(rows: &[&str]) -> Reading {
    let text = format!("code,name,level,subjects,papers\n{}\n", rows.join("\n"));
    read::read(text.as_bytes(), &rules().vocabulary).unwrap()
}

fn source(mark: u8, as_of: Date, complete: bool) -> Source<'static> {
    Source { file: "x.csv", sha256: [mark; 32], as_of, complete }
}

async fn import(test: &TestDb, ctx: &Ctx, reading: &Reading, source: &Source<'_>) -> Result<Imported, Error> {
    let mut conn = test.db.pool().acquire().await.unwrap();
    db::import(&mut conn, ctx, reading, source).await
}

async fn load(test: &TestDb) -> Snapshot {
    let mut conn = test.db.pool().acquire().await.unwrap();
    db::load(&mut conn).await.unwrap()
}

fn counts(imported: &Imported) -> (usize, usize, usize, usize) {
    (imported.added, imported.changed, imported.ended, imported.same)
}

#[tokio::test]
async fn versions_are_added_and_nothing_is_lost() {
    let (test, ctx) = database().await;
    let july = csv(&["1.000001,Một,Cấp xã,,3", "1.000002,Hai,Cấp xã,,2", "1.000003,Ba,Cấp tỉnh,,"]);
    let september = csv(&["1.000003,Ba,Cấp tỉnh,,", "1.000001,Một,Cấp xã,,1", "1.000004,Bốn,Cấp xã,,"]);
    let first = import(&test, &ctx, &july, &source(1, date!(2026 - 07 - 31), false)).await.unwrap();
    assert_eq!(counts(&first), (3, 0, 0, 0));
    // The very file again does nothing; the same entries in another file make no version.
    let again = import(&test, &ctx, &july, &source(1, date!(2026 - 07 - 31), false)).await.unwrap();
    assert!(again.again);
    let other = import(&test, &ctx, &july, &source(2, date!(2026 - 08 - 15), true)).await.unwrap();
    assert_eq!(counts(&other), (0, 0, 0, 3));
    assert_eq!(load(&test).await.imports.len(), 2);

    // What is missing ends only when the file is complete.
    let part = import(&test, &ctx, &september, &source(3, date!(2026 - 09 - 01), false)).await.unwrap();
    assert_eq!(counts(&part), (1, 1, 0, 1));
    let whole = import(&test, &ctx, &september, &source(3, date!(2026 - 09 - 01), true)).await.unwrap();
    assert_eq!(counts(&whole), (0, 0, 1, 3));
    // It can come back.
    let back = import(&test, &ctx, &july, &source(4, date!(2026 - 10 - 01), false)).await.unwrap();
    assert_eq!(counts(&back), (1, 1, 0, 1));

    let snapshot = load(&test).await;
    let papers = |day: Date| {
        let one = Code::read("1.000001").unwrap();
        snapshot.version_on(&one, day).and_then(|version| version.entry.burden.papers)
    };
    assert_eq!(papers(date!(2026 - 07 - 30)), None);
    assert_eq!(papers(date!(2026 - 08 - 31)), Some(3));
    assert_eq!(papers(date!(2026 - 09 - 01)), Some(1));
    assert_eq!(papers(date!(2026 - 12 - 01)), Some(3));
    let codes = |day: Date| snapshot.entries_on(day).map(|entry| entry.code.to_string()).collect::<Vec<_>>();
    assert_eq!(codes(date!(2026 - 08 - 31)), ["1.000001", "1.000002", "1.000003"]);
    assert_eq!(codes(date!(2026 - 09 - 15)), ["1.000001", "1.000003", "1.000004"]);
    assert_eq!(codes(date!(2026 - 10 - 01)), ["1.000001", "1.000002", "1.000003", "1.000004"]);
}

#[tokio::test]
async fn what_cannot_be_imported_changes_nothing() {
    let (test, ctx) = database().await;
    let reading = csv(&["1.000001,Một,Cấp xã,,"]);
    import(&test, &ctx, &reading, &source(1, date!(2026 - 07 - 31), false)).await.unwrap();
    let older = import(&test, &ctx, &reading, &source(2, date!(2026 - 07 - 30), false)).await.unwrap_err();
    assert_eq!(kernel::Problem::from(older).code, "CAT0010");
    let faulty = csv(&["1.000001,Một,Cấp xã,,", "x,Hai,Cấp xã,,"]);
    let refused = import(&test, &ctx, &faulty, &source(3, date!(2026 - 08 - 01), true)).await.unwrap_err();
    assert_eq!(kernel::Problem::from(refused).code, "CAT0011");
    assert_eq!(load(&test).await.imports.len(), 1);
    // Neither version nor import can be changed or taken away by the program.
    for statement in ["update catalogue.version set ended = true", "delete from catalogue.import"] {
        let error = sqlx::query(statement).execute(test.db.pool()).await.unwrap_err();
        assert!(error.to_string().contains("permission denied"), "{error}");
    }
}

#[tokio::test]
async fn two_imports_at_once_do_not_mix() {
    let (test, ctx) = database().await;
    let one = csv(&["1.000001,Một,Cấp xã,,"]);
    let two = csv(&["1.000001,Hai,Cấp xã,,"]);
    let (a, b) = (source(1, date!(2026 - 07 - 31), false), source(2, date!(2026 - 07 - 31), false));
    let (first, second) = tokio::join!(import(&test, &ctx, &one, &a), import(&test, &ctx, &two, &b));
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!((first.added + second.added, first.changed + second.changed), (1, 1));
    assert_eq!(load(&test).await.versions(&Code::read("1.000001").unwrap()).len(), 2);
}

#[tokio::test]
async fn the_running_program_sees_an_import() {
    let (test, ctx) = database().await;
    let library = Library::new(test.db.clone(), Arc::new(rules()), Arc::new(|_| Vec::new()));
    assert!(library.today(&ctx).await.unwrap().index.is_empty());
    let reading = read_file(&small(), &rules());
    import(&test, &ctx, &reading, &source(1, date!(2026 - 07 - 31), false)).await.unwrap();
    let later = Ctx::new(ctx.actor.clone(), Clock::fixed(datetime!(2026-11-23 08:01 UTC)), ctx.random.clone());
    let shelf = library.today(&later).await.unwrap();
    assert!(shelf.known("1.001193").is_some_and(|known| !known.ended));
    // The same day again: the same one, without looking.
    assert!(Arc::ptr_eq(&shelf, &library.today(&later).await.unwrap()));
}

#[tokio::test]
async fn the_export_goes_in_and_comes_out_the_same() {
    let Some(path) = export() else { return };
    let (test, ctx) = database().await;
    let reading = read_file(&path, &rules());
    let imported = import(&test, &ctx, &reading, &source(1, date!(2026 - 07 - 31), true)).await.unwrap();
    assert_eq!(counts(&imported), (2642, 0, 0, 0));
    let snapshot = load(&test).await;
    let mut expected = reading.entries;
    expected.sort_by(|a, b| a.code.cmp(&b.code));
    assert_eq!(snapshot.entries_on(date!(2026 - 11 - 23)).cloned().collect::<Vec<_>>(), expected);
}
