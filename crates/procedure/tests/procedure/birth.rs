//! The main job: a birth, filed once, reaches every agency.

use crate::world::{MONDAY, NOTICE, World};
use procedure::{NextAction, Status, StepState, TaskState, Verdict};
use time::macros::datetime;

#[tokio::test]
async fn nothing_is_typed_that_is_known() {
    let world = World::new().await;
    let prefilled = world.engine.prefill(&world.citizen(world.mother), "3.000722").await.unwrap();
    insta::assert_json_snapshot!("prefilled", prefilled.values);
    assert!(prefilled.silent.is_empty());
    let fixed: Vec<_> = prefilled.sources.iter().filter(|source| source.fixed).map(|s| s.pointer.as_str()).collect();
    assert!(fixed.contains(&"/mother/personal_number") && fixed.contains(&"/children/0/notice_number"), "{fixed:?}");
    let father = prefilled.sources.iter().find(|source| source.pointer == "/father/full_name").unwrap();
    assert_eq!((father.service.as_str(), father.fixed), ("population.get", false));
}

#[tokio::test]
async fn a_birth_reaches_every_agency_once() {
    let world = World::new().await;
    let filed = world.file(world.values().await).await.unwrap();
    assert_eq!(filed.code, "G22.99.08-261123-0000001");
    assert_eq!(filed.due_at, datetime!(2026-11-27 17:00 +7)); // 24 November is Culture Day.
    world.work().await;

    let (officer, task) = world.task("birth").await;
    assert_eq!(task.due_at, datetime!(2026-11-23 17:00 +7));
    let view = world.engine.task(&officer, task.id).await.unwrap();
    assert!(view.sources.iter().all(|source| source.problem.is_none()), "{:?}", view.sources);
    let different: Vec<_> = view.compared.iter().filter(|one| one.verdict != Verdict::Same).collect();
    assert_eq!(different.len(), 1, "the made-up register names no spouse: {different:?}");
    let waits = world.dossier(filed.dossier).await;
    assert_eq!((waits.head.status, waits.steps.len()), (Status::Filed, 4));
    assert_eq!(waits.head.title.en, "A new baby: birth certificate, residence, insurance card, identity card");
    assert_eq!((&waits.head.title, &waits.head.name), (&task.title, &task.procedure_name));
    assert!(matches!(waits.head.next_action, NextAction::Wait { .. }));

    world.approve("birth").await;
    assert_eq!(world.dossier(filed.dossier).await.head.status, Status::Processing);
    assert!(world.inbox(&world.clerk("identity-card"), "identity-card").await.is_empty(), "its turn has not come");
    world.approve("insurance").await;
    world.approve("residence").await;
    world.approve("identity-card").await;

    let view = world.dossier(filed.dossier).await;
    assert_eq!(view.head.status, Status::Returned);
    assert!(matches!(view.head.next_action, NextAction::SeeResults));
    assert!(view.steps.iter().all(|step| step.state == StepState::Done));
    let results: Vec<_> =
        view.results.iter().map(|r| (r.code.as_deref().unwrap(), r.number.as_deref().unwrap())).collect();
    let expected = [
        ("KQ.G15.000031", "1/2026"),
        ("KQ.G18.000047", "TE1010000000001"),
        ("KQ.G01.000065", "00004.26.000001"),
        ("KQ.G01.000023", "001226000001"),
    ];
    for one in expected {
        assert!(results.contains(&one), "{one:?} {results:?}");
    }
    let kinds: Vec<_> = view.timeline.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["filed", "done", "done", "done", "done", "finished"]);
    let sent = serde_json::json!(view);
    assert_eq!((&sent["version"], &sent["results"][0]["issued_on"]), (&"2026-09-01".into(), &"2026-11-23".into()));
    for service in crate::trouble::EFFECTS {
        assert_eq!(world.done(service), 1, "{service}");
    }
    assert_eq!(world.dead_letters().await, 0);
    let told = world.engine.notifications(&world.citizen(world.mother)).await.unwrap();
    assert_eq!(told.len(), 6);
    assert!(told.iter().all(|message| !message.text.vi.is_empty() && !message.text.en.is_empty()));
    let certificate = view.results.iter().find(|r| r.member == "birth").unwrap();
    let shown = world.engine.result(&world.citizen(world.mother), filed.dossier, certificate.id).await.unwrap();
    assert_eq!(shown.data["full_name"], "Trần Minh An");
}

#[tokio::test]
async fn the_case_closes_with_the_work() {
    let world = World::new().await;
    world.filed().await;
    let (officer, task) = world.task("birth").await;
    world.engine.task(&officer, task.id).await.unwrap();
    world.approve("birth").await;
    let refused = world.engine.task(&officer, task.id).await.unwrap_err();
    assert_eq!(refused.code, "EXC0003", "nobody reads on in a finished file");
}

#[tokio::test]
async fn twins_are_one_filing_with_two_of_everything() {
    let world = World::new().await;
    world.notice("00002.GCS.01D01.26", "female");
    let values = world.values().await;
    assert_eq!(values["children"].as_array().unwrap().len(), 2);
    let filed = world.file(values).await.unwrap();
    world.work().await;
    for member in ["birth", "residence", "insurance", "identity-card"] {
        let officer = world.clerk(member);
        let tasks = world.inbox(&officer, member).await;
        assert_eq!(tasks.len(), 2, "{member}");
        for task in tasks {
            let approve = procedure::Decision::Approve { note: None };
            world.engine.decide(&officer, task.id, task.version, approve).await.unwrap();
            world.work().await;
        }
    }
    let view = world.dossier(filed.dossier).await;
    assert_eq!((view.head.status, view.results.len()), (Status::Returned, 8));
    let mut numbers: Vec<_> =
        view.results.iter().filter(|r| r.member == "birth").map(|r| r.data["personal_number"].clone()).collect();
    numbers.dedup();
    assert_eq!(numbers.len(), 2);
    assert_eq!(world.known.lock().unwrap().claims.len(), 2);
}

#[tokio::test]
async fn a_dossier_keeps_the_version_of_its_filing() {
    let world = World::new().await;
    world.ctx.clock.set(datetime!(2026-08-31 09:00 +7));
    for notice in world.known.lock().unwrap().notices.values_mut() {
        notice["birth_date"] = serde_json::json!("2026-08-28");
    }
    let mut values = world.engine.prefill(&world.citizen(world.mother), "2.002621").await.unwrap().values;
    values["children"][0]["full_name"] = serde_json::json!("Trần Minh An");
    assert_eq!(values["members"], serde_json::json!(["residence", "insurance"]));
    let mother = world.citizen(world.mother);
    let early = world.engine.file(&mother, "3.000722", values.clone(), "early").await.unwrap_err();
    assert_eq!(early.code, "PRO0001");
    let filed = world.engine.file(&mother, "2.002621", values.clone(), "k").await.unwrap();
    world.ctx.clock.set(MONDAY);
    world.work().await;
    for member in ["birth", "residence", "insurance"] {
        world.approve(member).await;
    }
    let view = world.dossier(filed.dossier).await;
    assert_eq!((view.head.status, view.head.procedure.as_str()), (Status::Returned, "2.002621"));
    assert_eq!(view.version, time::macros::date!(2024 - 07 - 01));
    assert!(world.known.lock().unwrap().claims.contains_key(NOTICE));
    let done = procedure::InboxFilter { states: vec![TaskState::Done], ..Default::default() };
    assert_eq!(world.engine.inbox(&world.clerk("birth"), &done).await.unwrap().len(), 1);
}
