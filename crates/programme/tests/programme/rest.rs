//! Money, legal documents under review, coverage of villages.

use crate::units;
use crate::world::{usual, world};
use kernel::BodyId;
use programme::Error;
use programme::coverage::{Taken, by_province, take};
use programme::follow::owed;
use programme::legal_review::{Addition, Stage, add, documents, list, steps};
use programme::money::{By, Kind, NewLine, enter, totals};
use time::macros::date;

#[tokio::test]
async fn money_adds_up_whichever_way_it_is_summed() {
    let world = world(date!(2024 - 03 - 06)).await;
    let mut conn = world.conn().await;
    world.import(&mut conn, &usual()).await;
    let task = owed(&mut conn, date!(2024 - 03 - 06), &"ministry-health".into()).await.unwrap()[0].task;
    let line = |task, year, kind, amount| NewLine { task, year, kind, amount, basis: "QĐ 1/QĐ-BTC" };
    for (body, task, year, kind, amount) in [
        ("ministry-health", Some(task), 2024, Kind::Plan, 1_000),
        ("ministry-health", Some(task), 2024, Kind::Allotment, 800),
        ("ministry-health", Some(task), 2024, Kind::Spending, 500),
        ("ministry-health", Some(task), 2024, Kind::Spending, -100),
        ("ministry-health", None, 2025, Kind::Plan, 70),
        ("ministry-finance", Some(task), 2025, Kind::Plan, 3_000_000_000_000),
        ("ministry-finance", Some(task), 2025, Kind::Allotment, 2_999_999_999_999),
    ] {
        enter(&mut conn, &world.reporter(body), &line(task, year, kind, amount)).await.unwrap();
    }
    let mut sums = Vec::new();
    for by in [By::All, By::Body, By::Task, By::Year] {
        let rows = totals(&mut conn, by, None).await.unwrap();
        let sum = rows.iter().fold((0, 0, 0), |(p, a, s), row| (p + row.planned, a + row.allotted, s + row.spent));
        sums.push(sum);
    }
    assert_eq!(sums, [(3_000_000_001_070, 3_000_000_000_799, 400); 4]);
    let health = BodyId::from("ministry-health");
    let years = totals(&mut conn, By::Year, Some(&health)).await.unwrap();
    let years: Vec<_> = years.iter().map(|total| (total.key.as_str(), total.planned, total.spent)).collect();
    assert_eq!(years, [("2024", 1_000, 400), ("2025", 70, 0)]);
    // Nothing more is spent than allotted, allotted than planned, taken back than there is.
    for (kind, amount, field) in [
        (Kind::Spending, 401, "spending"),
        (Kind::Allotment, 201, "allotment"),
        (Kind::Spending, -401, "spending"),
        (Kind::Plan, -201, "allotment"),
    ] {
        let mut tx = world.test.db.begin().await.unwrap();
        let refused = enter(&mut tx, &world.reporter("ministry-health"), &line(Some(task), 2024, kind, amount))
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::Over(over) if over == field), "{refused}");
    }
    let stranger = enter(&mut conn, &world.coordinator_of("ministry-health"), &line(None, 2024, Kind::Plan, 1)).await;
    assert!(matches!(stranger.unwrap_err(), Error::NotAllowed));
}

#[tokio::test]
async fn a_document_goes_its_way_step_by_step() {
    let world = world(date!(2024 - 03 - 06)).await;
    let mut conn = world.conn().await;
    let lead = BodyId::from("ministry-finance");
    let coordinator = world.coordinator();
    let id = list(&mut conn, &coordinator, "1/2020/TT-BTC", "Thông tư thử", &lead, "Thay mã số thuế").await.unwrap();
    let twice = list(&mut conn, &coordinator, "1/2020/TT-BTC", "Thông tư thử", &lead, "…").await.unwrap_err();
    assert!(matches!(twice, Error::State("listed")));
    let (finance, justice) = (world.reporter("ministry-finance"), world.reporter("ministry-justice"));
    let skipped = add(&mut conn, &finance, id, &Addition::Move(Stage::Issued, "")).await.unwrap_err();
    assert!(matches!(skipped, Error::State("stage")));
    let early = add(&mut conn, &justice, id, &Addition::Opinion("Nên sửa")).await.unwrap_err();
    assert!(matches!(early, Error::State("consulting")));
    add(&mut conn, &finance, id, &Addition::Move(Stage::Reviewing, "")).await.unwrap();
    add(&mut conn, &finance, id, &Addition::Move(Stage::Drafting, "")).await.unwrap();
    add(&mut conn, &finance, id, &Addition::Draft([3; 32], "Bản 1")).await.unwrap();
    add(&mut conn, &finance, id, &Addition::Move(Stage::Consulting, "")).await.unwrap();
    add(&mut conn, &justice, id, &Addition::Opinion("Nên sửa Điều 2")).await.unwrap();
    let foreign = add(&mut conn, &justice, id, &Addition::Move(Stage::Submitted, "")).await.unwrap_err();
    assert!(matches!(foreign, Error::NotAllowed));
    add(&mut conn, &finance, id, &Addition::Move(Stage::Submitted, "")).await.unwrap();
    add(&mut conn, &finance, id, &Addition::Move(Stage::Issued, "TT 9/2024/TT-BTC")).await.unwrap();
    let over = add(&mut conn, &finance, id, &Addition::Move(Stage::Dropped, "")).await.unwrap_err();
    assert!(matches!(over, Error::State("stage")));
    let kinds: Vec<_> = steps(&mut conn, id).await.unwrap().into_iter().map(|step| step.kind).collect();
    assert_eq!(kinds, ["listed", "moved", "moved", "draft", "moved", "opinion", "moved", "moved"]);
    assert_eq!(documents(&mut conn, Some(&lead)).await.unwrap()[0].stage, Stage::Issued);
    assert_eq!(documents(&mut conn, Some(&"ministry-health".into())).await.unwrap(), []);
}

#[tokio::test]
async fn villages_are_counted_by_the_provinces_of_the_day() {
    let world = world(date!(2024 - 07 - 01)).await;
    let mut conn = world.conn().await;
    let units = units();
    let ha_giang = units.communes("02", date!(2024 - 06 - 30))[0].code.clone();
    let csv = format!(
        "commune,village,as_of,fibre,signal,power,latitude,longitude\n\
         {ha_giang},Thôn Một,2024-06-30,có,không,,22.8,104.9\n\
         {ha_giang},Thôn Hai,30/06/2024,yes,yes,no,,\n\
         {ha_giang},Thôn Ba,2024-06-30,maybe,,,,\n\
         99999,Thôn Lạ,2024-06-30,1,1,1,,\n\
         {ha_giang},Thôn Bốn,2024-02-30,1,1,1,,\n\
         {ha_giang},Thôn Năm,2024-06-30,1,1,1,91,0\n"
    );
    let ctx = world.coordinator();
    let taken = take(&mut conn, &ctx, &units, csv.as_bytes()).await.unwrap();
    let faults: Vec<_> = taken.faults.iter().map(|f| (f.line, f.column, f.text.as_str())).collect();
    assert_eq!(
        faults,
        [(4, "fibre", "maybe"), (5, "commune", "99999"), (6, "as_of", "2024-02-30"), (7, "latitude", "91")]
    );
    assert_eq!((taken.new, taken.unchanged), (2, 0));
    let again = take(&mut conn, &ctx, &units, csv.as_bytes()).await.unwrap();
    assert_eq!((again.new, again.unchanged), (0, 2));
    let then = by_province(&mut conn, &units, date!(2024 - 07 - 01)).await.unwrap();
    let covered = &then[&"02".parse().unwrap()];
    assert_eq!((covered.villages, covered.fibre, covered.signal, covered.power), (2, (2, 0), (1, 1), (0, 1)));
    // Hà Giang went into Tuyên Quang (08).
    let now = by_province(&mut conn, &units, date!(2026 - 01 - 01)).await.unwrap();
    assert_eq!(now.keys().map(kernel::UnitCode::as_str).collect::<Vec<_>>(), ["08"]);
    assert_eq!(now.values().next(), Some(covered));
    // A correction of the same day counts, and the day before nothing was known.
    let fixed = format!("commune,village,as_of,fibre,signal,power\n{ha_giang},Thôn Một,2024-06-30,có,có,có\n");
    world.day(date!(2024 - 07 - 02));
    assert_eq!(take(&mut conn, &ctx, &units, fixed.as_bytes()).await.unwrap(), Taken { new: 1, ..Taken::default() });
    let then = by_province(&mut conn, &units, date!(2024 - 07 - 02)).await.unwrap();
    assert_eq!(then[&"02".parse().unwrap()].signal, (2, 0));
    assert!(by_province(&mut conn, &units, date!(2024 - 06 - 29)).await.unwrap().is_empty());
    let bare = take(&mut conn, &ctx, &units, b"commune,village\n").await.unwrap_err();
    assert!(matches!(bare, Error::Unreadable(_)));
}
