//! What goes wrong on the way: registers that fail, processes that stop, jobs that run twice.

use crate::world::{World, engine};
use kernel::{Kind, Problem};
use procedure::{Decision, Status};
use serde_json::json;
use std::collections::HashMap;
use store::jobs::Worker;

/// The effects of one birth.
pub(crate) const EFFECTS: [&str; 6] = [
    "birth-notice.claim",
    "population.register-newborn",
    "civil-status.register-birth",
    "residence.register",
    "insurance.issue-card",
    "identity-card.issue",
];

fn fail(world: &World, service: &'static str, problem: Problem) {
    world.known.lock().unwrap().trouble.entry(service).or_default().push(problem);
}

#[tokio::test]
async fn a_refused_effect_brings_the_task_back_and_repeats_nothing() {
    let world = World::new().await;
    let filed = world.filed().await;
    fail(&world, "civil-status.register-birth", Problem::new(Kind::Invalid, "REG1001"));
    world.approve("birth").await;
    let (officer, task) = world.task("birth").await;
    assert_eq!(world.engine.task(&officer, task.id).await.unwrap().fault.as_deref(), Some("REG1001"));
    // Another round in between: the newborn is registered once all the same.
    let items = vec![procedure::SupplementItem { pointer: None, what: "Nơi sinh".into() }];
    world.decide("birth", Decision::AskSupplement { items, note: String::new(), again_because: None }).await;
    let mother = world.citizen(world.mother);
    let answer = json!({"children": [{"birth_place": "Bệnh viện Phụ sản Hà Nội, Hà Nội"}]});
    world.engine.answer_supplement(&mother, filed.dossier, answer).await.unwrap();
    world.work().await;
    for member in ["birth", "residence", "insurance", "identity-card"] {
        world.approve(member).await;
    }
    assert_eq!(world.dossier(filed.dossier).await.head.status, Status::Returned);
    for service in EFFECTS {
        assert_eq!(world.done(service), 1, "{service}");
    }
}

#[tokio::test]
async fn an_officer_answers_a_register_that_asks_about_a_look_alike() {
    for (note, told) in [(Some("a cousin"), Some(json!({"reason": "a cousin"}))), (Some(" "), None), (None, None)] {
        let world = World::new().await;
        world.filed().await;
        fail(&world, "population.register-newborn", Problem::new(Kind::Conflict, "REG0012"));
        // What is noted with a plain approval answers nothing: nothing was asked.
        world.decide("birth", Decision::Approve { note: Some("all compared".to_owned()) }).await;
        let (officer, task) = world.task("birth").await;
        assert_eq!(world.engine.task(&officer, task.id).await.unwrap().fault.as_deref(), Some("REG0012"));
        world.decide("birth", Decision::Approve { note: note.map(str::to_owned) }).await;
        assert_eq!(world.known.lock().unwrap().another_person, told, "{note:?}");
    }
}

#[tokio::test]
async fn a_register_that_is_away_delays_only_its_own_step() {
    let world = World::new().await;
    let filed = world.filed().await;
    world.approve("birth").await;
    for _ in 0..3 {
        fail(&world, "residence.register", Problem::new(Kind::Unavailable, "STO0002"));
    }
    world.approve("residence").await;
    world.approve("insurance").await;
    assert_eq!((world.done("residence.register"), world.done("insurance.issue-card")), (0, 1));
    for _ in 0..8 {
        world.ctx.clock.set(world.ctx.now() + time::Duration::hours(1));
        world.work().await;
    }
    world.approve("identity-card").await;
    assert_eq!(world.dossier(filed.dossier).await.head.status, Status::Returned);
    assert_eq!(world.done("residence.register"), 1);
}

#[tokio::test]
async fn every_job_may_run_twice() {
    let world = World::new().await;
    let filed = world.filed().await;
    let twice = engine(&world.test, &world.known);
    let again: HashMap<_, _> = twice.jobs().into_iter().collect();
    for member in ["birth", "residence", "insurance", "identity-card"] {
        let (officer, task) = world.task(member).await;
        let approve = Decision::Approve { note: None };
        world.engine.decide(&officer, task.id, task.version, approve).await.unwrap();
        let step = json!({"dossier": filed.dossier, "member": member, "child": 1, "round": 1});
        // As if a process had been killed after its calls and before its job was settled.
        let (a, b) = tokio::join!(
            again[procedure::PERFORM].run(&world.ctx, &step),
            again[procedure::PERFORM].run(&world.ctx, &step),
        );
        // Run side by side one may be told to come again; neither does harm.
        for result in [a, b] {
            assert!(result.as_ref().err().is_none_or(|problem| problem.kind.retryable()), "{result:?}");
        }
        again[procedure::ADVANCE].run(&world.ctx, &step).await.unwrap();
        world.work().await;
        again[procedure::PERFORM].run(&world.ctx, &step).await.unwrap();
    }
    assert_eq!(world.dossier(filed.dossier).await.head.status, Status::Returned);
    for service in EFFECTS {
        assert_eq!(world.done(service), 1, "{service}");
    }
    let results = world.dossier(filed.dossier).await.results.len();
    assert_eq!((results, world.dead_letters().await), (4, 0));
}

#[tokio::test]
async fn many_births_at_once_are_each_complete() {
    let world = World::new().await;
    let values = world.values().await;
    let mother = world.citizen(world.mother);
    let mut filed = Vec::new();
    for n in 0..10 {
        let number = format!("{n:05}.GCS.01D02.26");
        world.notice(&number, "male");
        let mut values = values.clone();
        values["children"][0]["notice_number"] = json!(number);
        filed.push(world.engine.file(&mother, "3.000722", values, &number).await.unwrap());
    }
    let other = engine(&world.test, &world.known);
    let second = Worker::new(world.test.db.clone(), world.ctx.clone(), other.jobs().into_iter().collect(), 4);
    for member in ["birth", "residence", "insurance", "identity-card"] {
        let (a, b) = tokio::join!(world.work(), second.run_until_idle());
        assert!(a + b.unwrap() > 0);
        world.settle().await;
        let officer = world.clerk(member);
        for task in world.inbox(&officer, member).await {
            let approve = Decision::Approve { note: None };
            world.engine.decide(&officer, task.id, task.version, approve).await.unwrap();
        }
    }
    let (_, last) = tokio::join!(world.work(), second.run_until_idle());
    last.unwrap();
    world.settle().await;
    for one in filed {
        assert_eq!(world.dossier(one.dossier).await.head.status, Status::Returned);
    }
    for service in EFFECTS {
        assert_eq!(world.done(service), 10, "{service}");
    }
}
