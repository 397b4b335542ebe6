//! Directives in the database: read in once, read in again, amended, merged bodies.

use crate::world::{count, directive, usual, world};
use crate::{bodies, options, seed};
use kernel::BodyId;
use programme::Error;
use programme::follow::{
    Amendment, Assignment, Import, Part, State, amend, assign, history, import, late, move_merged, owed, set_measure,
    standing, versions,
};
use time::macros::date;

#[tokio::test]
async fn the_same_directive_twice_changes_nothing() {
    let world = world(date!(2024 - 03 - 06)).await;
    let mut conn = world.conn().await;
    let first = world.import(&mut conn, &usual()).await;
    assert_eq!((first.again, first.new.len(), first.unchanged, first.unassigned.len()), (false, 4, 0, 1));
    let obligors = "select count(*) from programme.obligor where part = 'lead'";
    assert_eq!(count(&mut conn, obligors).await, 1 + 2 + 63);
    let events = count(&mut conn, "select count(*) from programme.event").await;
    let again = world.import(&mut conn, &usual()).await;
    assert_eq!((again.again, again.directive, again.new.len(), again.unchanged), (true, first.directive, 0, 4));
    // Another file that says the same.
    let same = world.import(&mut conn, &format!("{}\n", usual())).await;
    assert_eq!((same.again, same.new.len(), same.changed.len(), same.unchanged), (false, 0, 0, 4));
    assert_eq!(count(&mut conn, "select count(*) from programme.event").await, events);
    assert_eq!(count(&mut conn, "select count(*) from programme.task_version").await, 4);
    assert_eq!(count(&mut conn, "select count(*) from programme.reading").await, 2);
}

#[tokio::test]
async fn what_changed_is_a_new_version_and_what_is_missing_stays() {
    let world = world(date!(2024 - 03 - 06)).await;
    let mut conn = world.conn().await;
    let first = world.import(&mut conn, &usual()).await;
    let text = directive(&[
        ("1", "Đếm sách", "Bộ Nội vụ", "Tháng 4/2024"),
        ("2", "Lau kính", "Các Bộ: Tài chính, Kế hoạch và Đầu tư", "Quý II/2024"),
        ("5", "Trồng cây", "Bộ Xây dựng", "Năm 2024"),
    ]);
    let second = world.import(&mut conn, &text).await;
    assert_eq!((second.new.len(), second.changed.len(), second.unchanged, second.missing.len()), (1, 1, 1, 2));
    let task = second.changed[0];
    let kept = versions(&mut conn, task).await.unwrap();
    let deadlines: Vec<_> = kept.iter().map(|v| (v.version, v.said.deadline.text.as_str())).collect();
    assert_eq!(deadlines, [(1, "Tháng 3/2024"), (2, "Tháng 4/2024")]);
    // Who led before no longer owes it; who leads now does.
    assert!(owed(&mut conn, date!(2024 - 03 - 06), &"ministry-health".into()).await.unwrap().is_empty());
    let lines = owed(&mut conn, date!(2024 - 03 - 06), &"ministry-home-affairs".into()).await.unwrap();
    assert_eq!(
        lines.iter().map(|l| (l.number.as_str(), l.due_until)).collect::<Vec<_>>(),
        [("1", Some(date!(2024 - 04 - 30)))]
    );
    let standing = standing(&mut conn, first.directive, date!(2024 - 03 - 06)).await.unwrap();
    assert_eq!(standing.tasks.len(), 5);
    let kinds: Vec<_> = history(&mut conn, task).await.unwrap().into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds, ["imported", "amended"]);
}

#[tokio::test]
async fn an_amending_document_changes_only_what_it_names() {
    let world = world(date!(2024 - 03 - 06)).await;
    let mut conn = world.conn().await;
    let first = world.import(&mut conn, &usual()).await;
    let text = directive(&[("1", "Đếm sách", "Bộ Y tế", "Tháng 5/2024")]).replace("07/CT-TTg", "09/CT-TTg");
    let reading = world.read("b.md", &text);
    let new =
        Import { reading: &reading, file_hash: [9; 32], steering: &world.steering, amends: Some(first.directive) };
    let done = import(&mut conn, &world.coordinator(), &world.bodies, new).await.unwrap();
    assert_eq!((done.changed.len(), done.missing.len(), done.new.len()), (1, 0, 0));
    assert_eq!(versions(&mut conn, done.changed[0]).await.unwrap()[1].basis, "09/CT-TTg");
    // By hand.
    let by_hand =
        Amendment { basis: "Công văn 5".into(), deadline: Some("Lúc nào đó".into()), ..Amendment::default() };
    let coordinator = world.coordinator();
    assert_eq!(amend(&mut conn, &coordinator, &world.bodies, done.changed[0], &by_hand).await.unwrap(), 3);
    let last = versions(&mut conn, done.changed[0]).await.unwrap().pop().unwrap();
    // A deadline that means nothing is kept and flagged; then nothing is late.
    assert_eq!((last.said.deadline.text.as_str(), last.said.deadline.until), ("Lúc nào đó", None));
    assert_eq!(last.said.doubts[0].code, programme::doubt::DEADLINE_UNCLEAR);
    assert!(
        late(&mut conn, date!(2030 - 01 - 01), &Default::default())
            .await
            .unwrap()
            .iter()
            .all(|line| line.number == "2")
    );
    let again = amend(&mut conn, &coordinator, &world.bodies, done.changed[0], &by_hand).await.unwrap_err();
    assert!(matches!(again, Error::State("same")), "{again}");
}

#[tokio::test]
async fn only_the_steering_body_reads_in_and_only_with_number_and_day() {
    let world = world(date!(2024 - 03 - 06)).await;
    let mut conn = world.conn().await;
    let reading = world.read("a.md", &usual());
    let with = |steering| Import { reading: &reading, file_hash: [1; 32], steering, amends: None };
    let health = BodyId::from("ministry-health");
    let cases = [(world.reporter("government-office"), &world.steering), (world.coordinator(), &health)];
    for (ctx, steering) in cases {
        let refused = import(&mut conn, &ctx, &world.bodies, with(steering)).await.unwrap_err();
        assert!(matches!(refused, Error::NotAllowed), "{refused}");
    }
    world.import(&mut conn, &usual()).await;
    // Another body cannot take the directive over.
    let taken = import(&mut conn, &world.coordinator_of("ministry-health"), &world.bodies, with(&health)).await;
    assert!(matches!(taken.unwrap_err(), Error::NotAllowed));
    let headless = world.read("a.csv", "STT,Nội dung,Đơn vị chủ trì\n1,Đếm sách,Bộ Y tế\n");
    let new = Import { reading: &headless, ..with(&world.steering) };
    assert!(matches!(import(&mut conn, &world.coordinator(), &world.bodies, new).await.unwrap_err(), Error::NoHead));
}

#[tokio::test]
async fn a_merged_body_hands_its_tasks_to_its_successor() {
    let world = world(date!(2024 - 03 - 06)).await;
    let mut conn = world.conn().await;
    world.import(&mut conn, &usual()).await;
    let program = world.program("government-office");
    assert_eq!(move_merged(&mut conn, &program, &world.bodies).await.unwrap(), []);
    world.day(date!(2025 - 03 - 01));
    let moved = move_merged(&mut conn, &program, &world.bodies).await.unwrap();
    // The Ministry of Planning went into that of Finance, which leads the task already.
    let planning: Vec<_> = moved.iter().map(|moved| (moved.from.as_str(), moved.to.as_str())).collect();
    assert_eq!(planning, [("ministry-planning", "ministry-finance")]);
    assert_eq!(move_merged(&mut conn, &program, &world.bodies).await.unwrap(), []);
    world.day(date!(2025 - 07 - 01));
    let moved = move_merged(&mut conn, &program, &world.bodies).await.unwrap();
    let open = "select count(*) from programme.obligor o join programme.task t on t.task_id = o.task_id
        where t.number = '3' and o.part = 'lead' and o.ended_at is null";
    assert_eq!((moved.len(), count(&mut conn, open).await), (63 - 34, 34));
    let [from] = &moved.iter().filter(|m| m.to.as_str() == "province-committee/10").collect::<Vec<_>>()[..] else {
        // Yên Bái (15) took in Lào Cai (10), not the other way round.
        return assert!(
            moved
                .iter()
                .any(|m| (m.from.as_str(), m.to.as_str()) == ("province-committee/10", "province-committee/15"))
        );
    };
    panic!("{from:?}");
}

#[tokio::test]
async fn what_a_merged_body_steers_its_successor_decides() {
    let mut world = world(date!(2024 - 03 - 06)).await;
    world.steering = "ministry-planning".into();
    let mut conn = world.conn().await;
    world.import(&mut conn, &usual()).await;
    let program = world.program("government-office");
    let steered = "select count(*) from programme.event where kind = 'steering-moved'";
    move_merged(&mut conn, &program, &world.bodies).await.unwrap();
    assert_eq!(count(&mut conn, steered).await, 0);
    world.day(date!(2025 - 03 - 01));
    for _ in 0..2 {
        move_merged(&mut conn, &program, &world.bodies).await.unwrap();
        assert_eq!(count(&mut conn, steered).await, 4, "an event for each task, once");
    }
    let left = "select count(*) from programme.obligor where given_by = 'ministry-planning' and ended_at is null";
    assert_eq!(count(&mut conn, left).await, 0);
}

#[tokio::test]
async fn a_measure_goes_on_with_the_successor() {
    let world = world(date!(2024 - 03 - 06)).await;
    let mut conn = world.conn().await;
    world.import(&mut conn, &usual()).await;
    let planning = BodyId::from("ministry-planning");
    let owed = owed(&mut conn, date!(2024 - 03 - 06), &planning).await.unwrap();
    set_measure(&mut conn, &world.coordinator(), owed[0].task, &planning, "online-share", 80.0).await.unwrap();
    world.day(date!(2025 - 03 - 01));
    move_merged(&mut conn, &world.program("government-office"), &world.bodies).await.unwrap();
    let measured = "select count(*) from programme.obligor
        where body = 'ministry-finance' and measure = 'online-share' and target = 80 and ended_at is null";
    assert_eq!(count(&mut conn, measured).await, 1);
}

#[tokio::test]
async fn a_directive_read_in_after_the_merger_falls_to_the_successors_at_once() {
    let world = world(date!(2026 - 11 - 22)).await;
    let mut conn = world.conn().await;
    world.import(&mut conn, &usual()).await;
    let lines = owed(&mut conn, date!(2026 - 11 - 22), &"province-committee/91".into()).await.unwrap();
    assert_eq!(lines.len(), 1);
    let open = "select count(*) from programme.obligor where part = 'lead' and ended_at is null";
    assert_eq!(count(&mut conn, open).await, 1 + 1 + 34);
    let moved = "select count(*) from programme.obligor where state = 'moved'";
    assert_eq!(count(&mut conn, moved).await, 1 + 63 - 34);
}

#[tokio::test]
async fn a_province_hands_a_task_down_and_a_person_assigns_what_nobody_leads() {
    let world = world(date!(2024 - 03 - 06)).await;
    let mut conn = world.conn().await;
    let done = world.import(&mut conn, &usual()).await;
    let unassigned = done.unassigned[0];
    let to = |body: &str| Assignment { body: body.into(), part: Part::Lead, due_until: Some(date!(2024 - 05 - 01)) };
    let coordinator = world.coordinator();
    assign(&mut conn, &coordinator, &world.bodies, unassigned, &to("ministry-health")).await.unwrap();
    let twice = assign(&mut conn, &coordinator, &world.bodies, unassigned, &to("ministry-health")).await.unwrap_err();
    assert!(matches!(twice, Error::State("assigned")));
    for nobody in ["ministry-of-silly-walks", "ministry-agriculture-environment"] {
        let refused = assign(&mut conn, &coordinator, &world.bodies, unassigned, &to(nobody)).await.unwrap_err();
        assert!(matches!(refused, Error::Malformed("body")), "{nobody}");
    }
    let task = owed(&mut conn, date!(2024 - 03 - 06), &"province-committee/01".into()).await.unwrap()[0].task;
    let hanoi = world.coordinator_of("province-committee/01");
    assign(&mut conn, &hanoi, &world.bodies, task, &to("commune-committee/00004")).await.unwrap();
    let line = owed(&mut conn, date!(2024 - 03 - 06), &"commune-committee/00004".into()).await.unwrap().remove(0);
    assert_eq!((line.given_by.as_str(), line.state), ("province-committee/01", State::Assigned));
    let stranger = world.coordinator_of("ministry-justice");
    let refused = assign(&mut conn, &stranger, &world.bodies, task, &to("commune-committee/00007")).await.unwrap_err();
    assert!(matches!(refused, Error::NotAllowed));
}

#[tokio::test]
async fn the_real_directive_gives_every_task_to_those_it_names() {
    let Some((name, bytes)) = seed("001_") else {
        return println!("left out: ../shared/seeds/001_* is not there");
    };
    let world = world(date!(2024 - 02 - 12)).await;
    let mut conn = world.conn().await;
    let reading = programme::read::read(&name, &bytes, &bodies(), &options()).unwrap();
    let new = Import { reading: &reading, file_hash: [4; 32], steering: &world.steering, amends: None };
    let done = import(&mut conn, &world.coordinator(), &world.bodies, new).await.unwrap();
    assert_eq!((done.new.len(), done.unassigned.len()), (101, 0));
    let leads = "select count(*) from programme.obligor where part = 'lead'";
    // 17 tasks for 93 bodies each; 9 for 63 provinces; A3, A4, A6, B45, B60, B69, C2, C7, C12; 65 for one body.
    let named = 17 * 93 + 9 * 63 + (9 + 7 + 12 + 2 + 3 + 4 + 10 + 5 + 4) + 66;
    assert_eq!(count(&mut conn, leads).await, named);
}

#[tokio::test]
async fn the_tables_keep_the_rules_of_the_house() {
    let world = world(date!(2024 - 03 - 06)).await;
    assert_eq!(store::lint::catalogue(&world.test.owner).await.unwrap(), Vec::<String>::new());
}
