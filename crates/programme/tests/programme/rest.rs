//! Money, legal documents under review, coverage of villages, task forces.

use crate::units;
use crate::world::{usual, world};
use kernel::BodyId;
use programme::Error;
use programme::coverage::{Taken, by_commune, by_province, take, villages};
use programme::follow::NewFile;
use programme::follow::owed;
use programme::legal_review::{Addition, Stage, Which, add, counts, document, documents, draft, list};
use programme::money::{self, About, By, Kind, NewLine, enter, lines, totals};
use programme::task_force::{Led, NewTaskForce, led, record};
use time::macros::date;

#[tokio::test]
async fn money_adds_up_whichever_way_it_is_summed() {
    let world = world(date!(2024 - 03 - 06)).await;
    let mut conn = world.conn().await;
    world.import(&mut conn, &usual()).await;
    let task = owed(&mut conn, date!(2024 - 03 - 06), &"ministry-health".into()).await.unwrap()[0].task;
    let line = |task, year, kind, amount| NewLine { id: None, task, year, kind, amount, basis: "QĐ 1/QĐ-BTC" };
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
        let rows = totals(&mut conn, &world.coordinator(), by, &About::default()).await.unwrap();
        let sum = rows.iter().fold((0, 0, 0), |(p, a, s), row| (p + row.planned, a + row.allotted, s + row.spent));
        sums.push(sum);
    }
    assert_eq!(sums, [(3_000_000_001_070, 3_000_000_000_799, 400); 4]);
    let health = BodyId::from("ministry-health");
    let years = totals(
        &mut conn,
        &world.reporter("ministry-health"),
        By::Year,
        &About { body: Some(health), ..About::default() },
    )
    .await
    .unwrap();
    let years: Vec<_> = years.iter().map(|total| (total.key.as_str(), total.planned, total.spent)).collect();
    assert_eq!(years, [("2025", 70, 0), ("2024", 1_000, 400)]);
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
    // Who does not follow the programme sees the own body's money only.
    let finance = world.reporter("ministry-finance");
    let own = totals(&mut conn, &finance, By::Body, &About::default()).await.unwrap();
    assert_eq!(own.iter().map(|total| total.key.as_str()).collect::<Vec<_>>(), ["ministry-finance"]);
    let other = About { body: Some("ministry-health".into()), take: 10, ..About::default() };
    assert!(matches!(lines(&mut conn, &finance, &other).await.unwrap_err(), Error::NotAllowed));
    assert_eq!(lines(&mut conn, &world.coordinator(), &other).await.unwrap().len(), 5);
    let clerk = world.officer("government-office", "civil-status-officer");
    assert!(matches!(totals(&mut conn, &clerk, By::All, &About::default()).await.unwrap_err(), Error::NotAllowed));
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
    let draft_file = NewFile { name: "dự thảo.docx".to_owned(), bytes: b"PK".to_vec() };
    add(&mut conn, &finance, id, &Addition::Draft(&draft_file, "Bản 1")).await.unwrap();
    add(&mut conn, &finance, id, &Addition::Move(Stage::Consulting, "")).await.unwrap();
    add(&mut conn, &justice, id, &Addition::Opinion("Nên sửa Điều 2")).await.unwrap();
    let foreign = add(&mut conn, &justice, id, &Addition::Move(Stage::Submitted, "")).await.unwrap_err();
    assert!(matches!(foreign, Error::NotAllowed));
    add(&mut conn, &finance, id, &Addition::Move(Stage::Submitted, "")).await.unwrap();
    add(&mut conn, &finance, id, &Addition::Move(Stage::Issued, "TT 9/2024/TT-BTC")).await.unwrap();
    let over = add(&mut conn, &finance, id, &Addition::Move(Stage::Dropped, "")).await.unwrap_err();
    assert!(matches!(over, Error::State("stage")));
    let (found, steps) = document(&mut conn, &justice, id).await.unwrap();
    assert_eq!(found.stage, Stage::Issued);
    let hash: [u8; 32] = steps[3].file_hash.clone().unwrap().try_into().unwrap();
    let kept = draft(&mut conn, &justice, id, &hash).await.unwrap();
    assert_eq!(kept, ("dự thảo.docx".to_owned(), b"PK".to_vec()), "who is asked can read what the draft says");
    assert!(matches!(draft(&mut conn, &justice, id, &[0; 32]).await.unwrap_err(), Error::NotFound));
    let blind = draft(&mut conn, &world.reporter("ministry-health"), id, &hash).await.unwrap_err();
    assert!(matches!(blind, Error::NotFound));
    let kinds: Vec<_> = steps.into_iter().map(|step| step.kind).collect();
    assert_eq!(kinds, ["listed", "moved", "moved", "draft", "moved", "opinion", "moved", "moved"]);
    // Who neither leads it, nor is asked, nor said something of it does not know that there is one.
    let health = world.reporter("ministry-health");
    assert!(matches!(document(&mut conn, &health, id).await.unwrap_err(), Error::NotFound));
    assert!(counts(&mut conn, &health).await.unwrap().is_empty());
    let clerk = world.officer("ministry-finance", "civil-status-officer");
    assert!(matches!(document(&mut conn, &clerk, id).await.unwrap_err(), Error::NotAllowed));
    let local = world.coordinator_of("ministry-finance");
    assert!(matches!(list(&mut conn, &local, "2", "Hai", &lead, "…").await.unwrap_err(), Error::NotAllowed));
}

#[tokio::test]
async fn documents_are_leafed_through() {
    let world = world(date!(2024 - 03 - 06)).await;
    let mut conn = world.conn().await;
    let (ctx, lead) = (world.coordinator(), BodyId::from("ministry-finance"));
    for number in 0..25 {
        list(&mut conn, &ctx, &format!("{number:02}/2020/TT"), "Thông tư", &lead, "Sửa").await.unwrap();
    }
    let mut seen = Vec::new();
    for skip in [0, 10, 20, 30] {
        let which = Which { skip, take: 10, ..Which::default() };
        seen.extend(documents(&mut conn, &ctx, &which).await.unwrap().into_iter().map(|found| found.number));
    }
    assert_eq!(seen, (0..25).map(|number| format!("{number:02}/2020/TT")).collect::<Vec<_>>());
    let none = Which { stage: Some(Stage::Issued), take: 10, ..Which::default() };
    assert!(documents(&mut conn, &ctx, &none).await.unwrap().is_empty());
    assert_eq!(counts(&mut conn, &ctx).await.unwrap()["listed"], 25);
}

#[tokio::test]
async fn a_file_of_money_is_entered_whole_or_not_at_all() {
    let world = world(date!(2024 - 03 - 06)).await;
    let mut conn = world.conn().await;
    world.import(&mut conn, &usual()).await;
    let ctx = world.reporter("ministry-health");
    let head = "directive,section,task,year,kind,amount,basis\n";
    let bad = format!(
        "{head}07/CT-TTg,A,1,2024,plan,1.000.000,QĐ 1\n,,,2024,gift,5,QĐ 1\n07/CT-TTg,A,99,2024,plan,5,QĐ 1\n,,,2024,plan,1.5,QĐ 1\n,,,1999,plan,5,QĐ 1\n,,,2024,plan,5,\n"
    );
    let taken = money::take(&mut conn, &ctx, bad.as_bytes()).await.unwrap();
    let faults: Vec<_> = taken.faults.iter().map(|f| (f.line, f.column, f.why)).collect();
    let wrong = [
        (3, "kind", "unreadable"),
        (4, "task", "unknown"),
        (5, "amount", "unreadable"),
        (6, "year", "unreadable"),
        (7, "basis", "unreadable"),
    ];
    assert_eq!((taken.entered, faults.as_slice()), (0, wrong.as_slice()));
    // The last line does not hold: those before it are not entered either.
    let over = format!("{head}07/CT-TTg,A,1,2024,kế hoạch,1.000,QĐ 1\n07/CT-TTg,A,1,2024,chi,1,QĐ 1\n");
    let taken = money::take(&mut conn, &ctx, over.as_bytes()).await.unwrap();
    assert_eq!((taken.entered, taken.faults[0].line, taken.faults[0].why), (0, 3, "over"));
    assert!(totals(&mut conn, &ctx, By::All, &About::default()).await.unwrap().is_empty());
    let good = format!("{head}07/CT-TTg,A,1,2024,kế hoạch,1.000.000,QĐ 1\n,,,2024,plan,70,QĐ 2\n");
    assert_eq!(money::take(&mut conn, &ctx, good.as_bytes()).await.unwrap().entered, 2);
    assert!(money::take(&mut conn, &ctx, good.as_bytes()).await.unwrap().again);
    let all = totals(&mut conn, &ctx, By::All, &About::default()).await.unwrap();
    assert_eq!((all[0].planned, all[0].allotted, all[0].spent), (1_000_070, 0, 0));
}

#[tokio::test]
async fn many_villages_are_taken_in_few_statements() {
    let world = world(date!(2024 - 07 - 01)).await;
    let mut conn = world.conn().await;
    let units = units();
    let on = date!(2024 - 06 - 30);
    let commune = units.communes("02", on)[0].code.clone();
    let mut csv = "commune,village,as_of,fibre,signal,power\n".to_owned();
    for number in 0..12_000 {
        csv.push_str(&format!("{commune},Thôn {number},2024-06-30,1,{},\n", number % 2));
    }
    csv.push_str(&format!("{commune},Thôn 0,2024-06-30,1,0,\n{commune},Thôn 1,2024-06-30,0,0,\n"));
    let ctx = world.coordinator();
    let taken = take(&mut conn, &ctx, &units, csv.as_bytes()).await.unwrap();
    assert_eq!((taken.new, taken.unchanged, taken.refused), (12_000, 1, 1));
    assert_eq!((taken.faults[0].line, taken.faults[0].why), (12_003, "repeated"));
    assert_eq!(take(&mut conn, &ctx, &units, csv.as_bytes()).await.unwrap().new, 0);
    let covered = by_commune(&mut conn, &ctx, &units, "02", on).await.unwrap()[&commune];
    assert_eq!(
        (covered.villages, covered.fibre, covered.signal, covered.power),
        (12_000, (12_000, 0), (6_000, 6_000), (0, 0))
    );
    let page = villages(&mut conn, &ctx, &units, commune.as_str(), on, (11_990, 100)).await.unwrap();
    assert_eq!(page.len(), 10);
    // A province says how its own villages stand, a ministry none; a clerk does not even look.
    let foreign =
        take(&mut conn, &world.coordinator_of("province-committee/01"), &units, csv.as_bytes()).await.unwrap();
    assert_eq!((foreign.new, foreign.refused, foreign.faults[0].why), (0, 12_002, "foreign"));
    let ministry = take(&mut conn, &world.coordinator_of("ministry-health"), &units, csv.as_bytes()).await;
    assert!(matches!(ministry.unwrap_err(), Error::NotAllowed));
    let clerk = world.officer("government-office", "civil-status-officer");
    assert!(matches!(by_province(&mut conn, &clerk, &units, on).await.unwrap_err(), Error::NotAllowed));
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
    let then = by_province(&mut conn, &ctx, &units, date!(2024 - 07 - 01)).await.unwrap();
    let covered = &then[&"02".parse().unwrap()];
    assert_eq!((covered.villages, covered.fibre, covered.signal, covered.power), (2, (2, 0), (1, 1), (0, 1)));
    // Hà Giang went into Tuyên Quang (08).
    let now = by_province(&mut conn, &ctx, &units, date!(2026 - 01 - 01)).await.unwrap();
    assert_eq!(now.keys().map(kernel::UnitCode::as_str).collect::<Vec<_>>(), ["08"]);
    assert_eq!(now.values().next(), Some(covered));
    // A correction of the same day counts, and the day before nothing was known.
    let fixed = format!("commune,village,as_of,fibre,signal,power\n{ha_giang},Thôn Một,2024-06-30,có,có,có\n");
    world.day(date!(2024 - 07 - 02));
    assert_eq!(take(&mut conn, &ctx, &units, fixed.as_bytes()).await.unwrap(), Taken { new: 1, ..Taken::default() });
    let then = by_province(&mut conn, &ctx, &units, date!(2024 - 07 - 02)).await.unwrap();
    assert_eq!(then[&"02".parse().unwrap()].signal, (2, 0));
    assert!(by_province(&mut conn, &ctx, &units, date!(2024 - 06 - 29)).await.unwrap().is_empty());
    let bare = take(&mut conn, &ctx, &units, b"commune,village\n").await.unwrap_err();
    assert!(matches!(bare, Error::Unreadable(_)));
}

#[tokio::test]
async fn a_task_force_is_its_bodys_and_is_seen_from_above_with_what_is_late() {
    let world = world(date!(2024 - 03 - 06)).await;
    let mut conn = world.conn().await;
    world.import(&mut conn, &usual()).await;
    let hanoi = BodyId::from("province-committee/01");
    let new = NewTaskForce {
        decision: "12/QĐ-UBND",
        founded_on: date!(2024 - 01 - 15),
        head: Some("Chủ tịch Ủy ban nhân dân"),
        standing: "Công an thành phố",
    };
    for ctx in [world.reporter(hanoi.as_str()), world.officer(hanoi.as_str(), "civil-status-officer")] {
        assert!(matches!(record(&mut conn, &ctx, &new).await.unwrap_err(), Error::NotAllowed));
    }
    let own = world.coordinator_of(hanoi.as_str());
    for (wrong, field) in [
        (NewTaskForce { decision: " ", ..new }, "decision"),
        (NewTaskForce { head: Some(""), ..new }, "head"),
        (NewTaskForce { founded_on: date!(2024 - 03 - 07), ..new }, "founded_on"),
    ] {
        let refused = record(&mut conn, &own, &wrong).await.unwrap_err();
        assert!(matches!(refused, Error::Malformed(said) if said == field), "{refused}");
    }
    let nothing = record(&mut conn, &own, &NewTaskForce { head: None, ..new }).await.unwrap_err();
    assert!(matches!(nothing, Error::State(_)), "none to dissolve");
    record(&mut conn, &own, &new).await.unwrap();

    world.day(date!(2024 - 12 - 31));
    let looked = async |conn: &mut _, ctx: &_, body: Option<&BodyId>| led(conn, ctx, &world.bodies, body, 30).await;
    let of = |lines: &[Led], body: &BodyId| lines.iter().find(|one| one.body == *body).unwrap().clone();
    let country = looked(&mut conn, &world.coordinator(), None).await.unwrap();
    assert_eq!(country[0].body, world.steering, "the own body first");
    let seen = of(&country, &hanoi);
    assert_eq!(seen.force.as_ref().map(|force| force.head.as_str()), Some("Chủ tịch Ủy ban nhân dân"));
    assert!(of(&country, &"province-committee/46".into()).force.is_none());
    let late = owed(&mut conn, date!(2024 - 12 - 31), &"ministry-health".into()).await.unwrap();
    let late =
        late.iter().filter(|line| line.part == programme::follow::Part::Lead && line.days_late.is_some()).count();
    assert_eq!(of(&country, &"ministry-health".into()).tasks.late, i64::try_from(late).unwrap());
    assert!(late > 0);
    // The centre looks into a province, a province at itself and its communes, a reporter of it too, nobody at others.
    let below = looked(&mut conn, &world.coordinator(), Some(&hanoi)).await.unwrap();
    assert_eq!(below, looked(&mut conn, &world.reporter(hanoi.as_str()), None).await.unwrap());
    assert!(below.len() > 2 && below[1..].iter().all(|one| one.body.kind() == "commune-committee"));
    let strangers = looked(&mut conn, &world.coordinator_of("province-committee/46"), Some(&hanoi)).await;
    assert!(matches!(strangers.unwrap_err(), Error::NotAllowed));

    let own = world.coordinator_of(hanoi.as_str());
    let newer =
        NewTaskForce {
            decision: "99/QĐ-UBND", founded_on: date!(2024 - 12 - 01), head: Some("Phó Chủ tịch"), ..new
        };
    record(&mut conn, &own, &newer).await.unwrap();
    let head = of(&looked(&mut conn, &own, None).await.unwrap(), &hanoi).force.unwrap().head;
    assert_eq!(head, "Phó Chủ tịch", "the newest decision counts");
    let end = NewTaskForce { decision: "100/QĐ-UBND", founded_on: date!(2024 - 12 - 30), head: None, standing: "" };
    record(&mut conn, &own, &end).await.unwrap();
    assert!(of(&looked(&mut conn, &own, None).await.unwrap(), &hanoi).force.is_none(), "dissolved");
}
