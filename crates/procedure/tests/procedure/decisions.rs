//! Officers' decisions: two at once, questions, refusals, withdrawal, lateness.

use crate::world::{GROUP, World};
use kernel::{AccountId, Kind};
use procedure::{Decision, NextAction, Status, StepState, SupplementItem, TaskState, Urgency};
use serde_json::json;
use time::macros::datetime;

fn ask(again_because: Option<&str>) -> Decision {
    let item = SupplementItem { pointer: Some("/children/0/full_name".into()), what: "Tên chưa rõ".into() };
    Decision::AskSupplement { items: vec![item], note: String::new(), again_because: again_because.map(str::to_owned) }
}

fn refuse() -> Decision {
    Decision::Refuse { reason: "Trẻ ở nơi khác".into() }
}

fn state(view: &procedure::DossierView, member: &str) -> StepState {
    view.steps.iter().find(|step| step.member == member).unwrap().state
}

#[tokio::test]
async fn of_two_officers_at_once_one_wins() {
    let world = World::new().await;
    world.filed().await;
    let (officer, task) = world.task("birth").await;
    let colleague = world.clerk("birth");
    let approve = || Decision::Approve { note: None };
    let (a, b) = tokio::join!(
        world.engine.decide(&officer, task.id, task.version, approve()),
        world.engine.decide(&colleague, task.id, task.version, approve()),
    );
    let lost = match (a, b) {
        (Ok(_), Err(lost)) | (Err(lost), Ok(_)) => lost,
        other => panic!("{other:?}"),
    };
    assert_eq!((lost.code.as_ref(), lost.kind), ("PRO0004", Kind::Conflict));
    world.work().await;
    assert_eq!(world.done("population.register-newborn"), 1);
}

#[tokio::test]
async fn only_the_right_officer_of_the_right_body_decides() {
    let world = World::new().await;
    world.filed().await;
    let (_, task) = world.task("birth").await;
    let elsewhere = world.officer("commune-committee/00008", "civil-status-officer");
    assert_eq!(world.engine.task(&elsewhere, task.id).await.unwrap_err().code, "PRO0003");
    let policeman = world.officer("commune-committee/00004", "residence-officer");
    let refused = world.engine.decide(&policeman, task.id, task.version, Decision::Accept).await.unwrap_err();
    assert_eq!(refused.code, "PRO0010");
    let citizen = world.citizen(world.mother);
    assert_eq!(world.engine.inbox(&citizen, &Default::default()).await.unwrap_err().code, "PRO0010");
}

#[tokio::test]
async fn a_question_stops_the_clock_and_its_answer_opens_another_round() {
    let world = World::new().await;
    let filed = world.filed().await;
    world.decide("birth", Decision::Accept).await;
    assert_eq!(world.dossier(filed.dossier).await.head.status, Status::Received);
    world.decide("birth", ask(None)).await;
    let view = world.dossier(filed.dossier).await;
    assert_eq!(view.head.status, Status::Supplement);
    let NextAction::Supplement { questions, until } = &view.head.next_action else { panic!("{:?}", view.head) };
    assert_eq!(questions[0].items[0].what, "Tên chưa rõ");
    assert_eq!(until.unwrap(), datetime!(2026-12-03 17:00 +7)); // seven working days, Culture Day left out

    // Two days later the citizen answers: the dates move by as much.
    world.ctx.clock.set(datetime!(2026-11-26 10:00 +7));
    let mother = world.citizen(world.mother);
    let empty = world.engine.answer_supplement(&mother, filed.dossier, json!({"children": [{"full_name": ""}]})).await;
    assert_eq!(empty.unwrap_err().fields[0].pointer, "/children/0/full_name");
    let answer = json!({"children": [{"full_name": "Trần Minh Ân"}]});
    world.engine.answer_supplement(&mother, filed.dossier, answer.clone()).await.unwrap();
    assert_eq!(world.engine.answer_supplement(&mother, filed.dossier, answer).await.unwrap_err().code, "PRO0005");
    world.work().await;
    let view = world.dossier(filed.dossier).await;
    assert_eq!((view.head.status, view.head.due_at), (Status::Processing, datetime!(2026-12-01 17:00 +7)));

    let (officer, task) = world.task("birth").await;
    assert_eq!((task.round, task.state, task.due_at), (2, TaskState::Accepted, datetime!(2026-11-26 17:00 +7)));
    assert_eq!(world.engine.task(&officer, task.id).await.unwrap().data["child"]["full_name"], "Trần Minh Ân");
    let again = world.engine.decide(&officer, task.id, task.version, ask(None)).await.unwrap_err();
    assert_eq!(again.code, "PRO0008");
    world.engine.decide(&officer, task.id, task.version, ask(Some("Ảnh vẫn mờ"))).await.unwrap();
    world.work().await;
    world
        .engine
        .answer_supplement(&mother, filed.dossier, json!({"children": [{"full_name": "Trần Minh Ân"}]}))
        .await
        .unwrap();
    world.work().await;
    for member in ["birth", "residence", "insurance", "identity-card"] {
        world.approve(member).await;
    }
    assert_eq!(world.dossier(filed.dossier).await.head.status, Status::Returned);
    let figures = world.engine.figures(&world.ctx, None).await.unwrap();
    assert_eq!(figures.bodies.iter().map(|body| body.asked_twice).sum::<i64>(), 1);
}

#[tokio::test]
async fn a_refused_member_ends_and_the_group_goes_on() {
    let world = World::new().await;
    let filed = world.filed().await;
    world.approve("birth").await;
    world.decide("residence", refuse()).await;
    let view = world.dossier(filed.dossier).await;
    let residence = view.steps.iter().find(|step| step.member == "residence").unwrap();
    assert_eq!((residence.status, residence.reason.as_deref()), (Status::Stopped, Some("Trẻ ở nơi khác")));
    assert_eq!(view.head.status, Status::Processing);
    world.approve("insurance").await;
    world.approve("identity-card").await;
    let view = world.dossier(filed.dossier).await;
    assert_eq!((view.head.status, view.results.len()), (Status::Returned, 3));
}

#[tokio::test]
async fn a_refused_birth_ends_the_dossier() {
    let world = World::new().await;
    let filed = world.filed().await;
    world.decide("birth", refuse()).await;
    let view = world.dossier(filed.dossier).await;
    assert_eq!(view.head.status, Status::NotReceived);
    assert_eq!(view.head.next_action, NextAction::SeeReason { reason: Some("Trẻ ở nơi khác".into()) });
    assert!(["residence", "insurance", "identity-card"].iter().all(|m| state(&view, m) == StepState::Dropped));
    assert!(!view.can_withdraw);

    let filed = world.file(world.values().await).await.unwrap();
    world.work().await;
    world.decide("birth", Decision::Accept).await;
    world.decide("birth", refuse()).await;
    assert_eq!(world.dossier(filed.dossier).await.head.status, Status::Stopped);
}

#[tokio::test]
async fn a_withdrawal_cancels_what_is_open() {
    let world = World::new().await;
    let filed = world.filed().await;
    world.approve("birth").await;
    let mother = world.citizen(world.mother);
    let stranger = world.engine.withdraw(&world.citizen(world.father), filed.dossier, "").await.unwrap_err();
    assert_eq!(stranger.code, "PRO0002");
    world.engine.withdraw(&mother, filed.dossier, "Nộp nhầm").await.unwrap();
    world.work().await;
    let view = world.dossier(filed.dossier).await;
    assert_eq!(view.head.status, Status::Withdrawn);
    assert_eq!((state(&view, "birth"), state(&view, "residence")), (StepState::Done, StepState::Cancelled));
    assert_eq!(view.results.len(), 1, "what is done stays done");
    for member in ["residence", "insurance", "identity-card"] {
        assert!(world.inbox(&world.clerk(member), member).await.is_empty(), "{member}");
    }
    assert_eq!(world.engine.withdraw(&mother, filed.dossier, "").await.unwrap_err().code, "PRO0005");
    assert_eq!(world.dead_letters().await, 0);
}

#[tokio::test]
async fn a_withdrawal_before_the_step_arrives_leaves_nothing_open() {
    let world = World::new().await;
    let filed = world.file(world.values().await).await.unwrap();
    let mother = world.citizen(world.mother);
    world.engine.withdraw(&mother, filed.dossier, "").await.unwrap();
    world.work().await;
    assert!(world.inbox(&world.clerk("birth"), "birth").await.is_empty());
    assert_eq!(world.dead_letters().await, 0);
}

#[tokio::test]
async fn lateness_is_flagged_before_it_happens() {
    let world = World::new().await;
    world.filed().await;
    world.approve("birth").await;
    world.engine.start(&world.ctx).await.unwrap();
    let (_, task) = world.task("residence").await;
    assert_eq!((task.urgency, task.due_at), (Urgency::Fine, datetime!(2026-11-26 17:00 +7)));
    for (now, urgency, event) in [
        (datetime!(2026-11-25 17:00 +7), Urgency::Soon, "soon-late"),
        (datetime!(2026-11-26 17:01 +7), Urgency::Late, "late"),
    ] {
        world.ctx.clock.set(now);
        world.work().await;
        let (officer, task) = world.task("residence").await;
        let view = world.engine.task(&officer, task.id).await.unwrap();
        assert_eq!(task.urgency, urgency);
        assert_eq!(view.history.last().unwrap().kind, event);
    }
    let late = world.engine.figures(&world.ctx, None).await.unwrap();
    assert_eq!(late.bodies.iter().map(|body| body.late).sum::<i64>(), 2);

    let (officer, task) = world.task("residence").await;
    let apologise = |new_due| Decision::Apologise { reason: "Hệ thống gián đoạn".into(), new_due };
    let back = world.engine.decide(&officer, task.id, task.version, apologise(datetime!(2026-11-20 17:00 +7))).await;
    assert_eq!(back.unwrap_err().code, "PRO0020");
    let decided =
        world.engine.decide(&officer, task.id, task.version, apologise(datetime!(2026-11-30 17:00 +7))).await.unwrap();
    let twice =
        world.engine.decide(&officer, task.id, decided.version, apologise(datetime!(2026-12-30 17:00 +7))).await;
    assert_eq!(twice.unwrap_err().code, "PRO0009");
    world.work().await;
    let told = world.engine.notifications(&world.citizen(world.mother)).await.unwrap();
    assert!(told.iter().any(|message| message.kind == "delayed"));
}

#[tokio::test]
async fn a_task_is_handed_over() {
    let world = World::new().await;
    world.filed().await;
    let colleague = AccountId(world.ctx.uuid());
    world.decide("birth", Decision::HandOver { to: colleague }).await;
    let (officer, task) = world.task("birth").await;
    assert_eq!(task.assignee, Some(colleague));
    let mine = procedure::InboxFilter { mine: true, ..Default::default() };
    assert!(world.engine.inbox(&officer, &mine).await.unwrap().is_empty());
}

#[tokio::test]
async fn nobody_sees_another_persons_dossier() {
    let world = World::new().await;
    let filed = world.filed().await;
    let father = world.citizen(world.father);
    assert_eq!(world.engine.dossier(&father, filed.dossier).await.unwrap_err().code, "PRO0002");
    assert!(world.engine.my_dossiers(&father).await.unwrap().is_empty());
    let nobody = world.ctx.act_as(kernel::Actor::Anonymous);
    assert_eq!(world.engine.check(&nobody, GROUP, &json!({})).await.unwrap_err().code, "PRO0011");
}

#[tokio::test]
async fn a_question_that_is_never_answered_stops_the_dossier() {
    let world = World::new().await;
    let filed = world.filed().await;
    world.decide("birth", ask(None)).await;
    world.ctx.clock.set(datetime!(2026-12-03 16:59 +7));
    world.watch().await;
    assert_eq!(world.dossier(filed.dossier).await.head.status, Status::Supplement, "there is a minute left");

    world.ctx.clock.set(datetime!(2026-12-03 17:11 +7));
    world.watch().await;
    world.watch().await;
    let view = world.dossier(filed.dossier).await;
    assert_eq!((view.head.status, state(&view, "birth")), (Status::Stopped, StepState::Lapsed));
    assert!(["residence", "insurance", "identity-card"].iter().all(|m| state(&view, m) == StepState::Dropped));
    let birth = view.steps.iter().find(|step| step.member == "birth").unwrap();
    assert_eq!(birth.status, Status::Stopped);
    assert!(!view.can_withdraw);
    let mother = world.citizen(world.mother);
    let told: Vec<_> = world.engine.notifications(&mother).await.unwrap().into_iter().map(|n| n.kind).collect();
    assert!(["lapsed", "stopped"].iter().all(|kind| told.iter().filter(|one| one == kind).count() == 1), "{told:?}");
    let answer = json!({"children": [{"full_name": "Trần Minh Ân"}]});
    assert_eq!(world.engine.answer_supplement(&mother, filed.dossier, answer).await.unwrap_err().code, "PRO0005");

    // The body has it back, its case is closed, and the officer sees why.
    let officer = world.clerk("birth");
    let all = procedure::InboxFilter { states: vec![TaskState::Cancelled], ..Default::default() };
    let tasks = world.engine.inbox(&officer, &all).await.unwrap();
    assert_eq!(tasks.len(), 1);
    assert_eq!(world.engine.task(&officer, tasks[0].id).await.unwrap_err().code, "EXC0003");
    let kinds: Vec<String> = sqlx::query_scalar("SELECT kind FROM procedure.task_event ORDER BY event_id")
        .fetch_all(&world.test.owner)
        .await
        .unwrap();
    assert_eq!(kinds.last().map(String::as_str), Some("lapsed"));
    assert_eq!(world.dead_letters().await, 0);
}

#[tokio::test]
async fn only_the_member_that_asked_is_stopped_and_the_group_goes_on() {
    let world = World::new().await;
    let filed = world.filed().await;
    world.approve("birth").await;
    world.decide("residence", ask(None)).await;
    let due = world.dossier(filed.dossier).await.head.due_at;
    world.ctx.clock.set(datetime!(2026-12-04 09:00 +7));
    world.watch().await;
    let view = world.dossier(filed.dossier).await;
    assert_eq!((view.head.status, state(&view, "residence")), (Status::Processing, StepState::Lapsed));
    assert!(view.head.due_at > due, "the clock stood");
    world.approve("insurance").await;
    // The card comes after the residence, whatever became of it.
    world.approve("identity-card").await;
    let view = world.dossier(filed.dossier).await;
    assert_eq!((view.head.status, view.results.len()), (Status::Returned, 3));
}

#[tokio::test]
async fn an_answer_changes_what_was_asked_and_nothing_else() {
    let world = World::new().await;
    let filed = world.filed().await;
    world.approve("birth").await;
    // The birth is registered; the police ask about the commune, and something in words.
    let item =
        |pointer: Option<&str>, what: &str| SupplementItem { pointer: pointer.map(str::to_owned), what: what.into() };
    let items = vec![item(Some("/residence/commune_code"), "Nơi ở"), item(None, "Giấy tờ")];
    world.decide("residence", Decision::AskSupplement { items, note: String::new(), again_because: None }).await;
    let mother = world.citizen(world.mother);
    let answer = json!({
        "children": [{"full_name": "Tên Khác"}, {"full_name": "Con Thứ Hai"}], "mother": {"personal_number": "001094000002"},
        "situation": "abandoned", "answers": {"residence.1": {"Giấy tờ": "Có", "Khác": "x"}, "insurance.1": {"a": "b"}},
    });
    world.engine.answer_supplement(&mother, filed.dossier, answer).await.unwrap();
    world.work().await;
    let before = world.values().await;
    let after = world.dossier(filed.dossier).await.values;
    for pointer in ["/children", "/mother", "/situation"] {
        assert_eq!(after.pointer(pointer), before.pointer(pointer), "{pointer}");
    }
    assert_eq!(after["answers"], json!({"residence.1": {"Giấy tờ": "Có"}}));
}

#[tokio::test]
async fn an_appointment_is_within_a_year() {
    let world = World::new().await;
    world.filed().await;
    let (officer, task) = world.task("birth").await;
    let late = Decision::Apologise { reason: "Mất điện".into(), new_due: datetime!(9999-12-31 17:00 +7) };
    let refused = world.engine.decide(&officer, task.id, task.version, late).await.unwrap_err();
    assert_eq!(refused.code, "PRO0020");
}
