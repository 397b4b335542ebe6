//! A child that may be recorded already.

use crate::vietnam::{Vietnam, child, subject_in};
use futures::future::join;
use kernel::{Kind, PersonalNumber, Sex};
use register::load::{LoadPerson, Loader};
use serde_json::{Value, json};
use std::sync::Arc;
use time::macros::date;

fn called(name: &str, born: &str) -> Value {
    let mut child = child();
    child["full_name"] = json!(name);
    child["birth_date"] = json!(born);
    child
}

#[tokio::test]
async fn the_same_child_is_not_recorded_twice_unless_an_officer_says_why() {
    let vietnam = Vietnam::found().await;
    let first = subject_in(&vietnam.newborn(child()).await.unwrap());
    let (records, before) = (vietnam.count("record").await, vietnam.lines(first).await);
    for again in [
        child(),
        called("TRẦN THỊ AN", "2026-11-20"),
        called("Tran Thi An", "2026-11-20"),
        called("Trần Thị An", "2026-11-02"),
    ] {
        let problem = vietnam.newborn(again.clone()).await.unwrap_err();
        assert_eq!((problem.code.as_ref(), problem.kind), ("REG0012", Kind::Conflict), "{again}");
        assert_eq!((problem.fields[0].pointer.as_str(), problem.args["people"].as_str()), ("/child/full_name", "1"));
        assert!(!problem.to_string().contains("An"), "nobody is named");
    }
    assert_eq!(vietnam.count("record").await, records, "nothing was written, nobody merged");
    assert_eq!(vietnam.lines(first).await, before + 4, "whoever looked alike sees each question");

    for reason in ["", "  "] {
        let unsaid = json!({"another_person": {"reason": reason}});
        let problem = vietnam.newborn_with(child(), unsaid).await.unwrap_err();
        assert_eq!(problem.fields[0].pointer, "/another_person/reason");
    }
    let said = json!({"another_person": {"reason": "a cousin who lives in the family"}});
    let second = subject_in(&vietnam.newborn_with(child(), said).await.unwrap());
    assert_ne!(first, second);
    assert_eq!(vietnam.lines(second).await, 1);
    let mut conn = vietnam.country.db.db.pool().acquire().await.unwrap();
    let opened = ledger::openings(&mut conn, first, None, 50).await.unwrap();
    let noted: Vec<_> = opened.iter().filter_map(|line| line.body["notes"]["another_person"].as_str()).collect();
    assert_eq!(noted, ["a cousin who lives in the family"]);
}

#[tokio::test]
async fn twins_and_brothers_and_sisters_are_others() {
    let vietnam = Vietnam::found().await;
    for (name, born) in [
        ("Trần Minh Anh", "2026-11-20"),
        ("Trần Minh Ánh", "2026-11-20"),
        ("Trần Minh Khang", "2026-11-20"),
        ("Trần Thị An Nhiên", "2026-11-20"),
        // An elder brother who died was called the same.
        ("Trần Minh Khang", "2024-01-02"),
    ] {
        vietnam.newborn(called(name, born)).await.unwrap_or_else(|problem| panic!("{name}: {problem}"));
    }
}

#[tokio::test]
async fn of_two_who_come_at_once_one_is_asked() {
    let vietnam = Vietnam::found().await;
    let (one, other) = join(vietnam.newborn(child()), vietnam.newborn(child())).await;
    let refused = match (one, other) {
        (Ok(_), Err(problem)) | (Err(problem), Ok(_)) => problem,
        (one, other) => panic!("{} and {}", one.is_ok(), other.is_ok()),
    };
    assert_eq!(refused.code, "REG0012");
}

#[tokio::test]
async fn without_a_mother_the_name_and_the_day_are_looked_at() {
    let vietnam = Vietnam::found().await;
    let found = |name: &str| json!({"child": called(name, "2026-11-20"), "mother": {}, "father": {}, "registration_province": "00004"});
    let register = async |payload: Value| {
        let provider = "ministry-public-security";
        vietnam.committee(provider, "population.register-newborn", &[vietnam.mother], payload).await
    };
    // A namesake of the same day who has a mother is nobody's double.
    vietnam.newborn(child()).await.unwrap();
    register(found("Trần Thị An")).await.unwrap();
    let problem = register(found("Tran Thi An")).await.unwrap_err();
    assert_eq!(problem.code, "REG0012");
    register(found("Trần Thị Bình")).await.unwrap();
    // A mother who is in no register: she is told by her name.
    let of = |mother: &str| {
        let mut payload = found("Trần Thị Chi");
        payload["mother"] = json!({"full_name": mother, "nationality": "FRA"});
        payload
    };
    register(of("Marie Dupont")).await.unwrap();
    assert_eq!(register(of("MARIE DUPONT")).await.unwrap_err().code, "REG0012");
    register(of("Claire Dupont")).await.unwrap();
}

#[tokio::test]
async fn a_common_name_does_not_make_strangers_alike() {
    let vietnam = Vietnam::found().await;
    let owner = vietnam.country.db.owner.clone();
    let loader = Loader::new(owner, Arc::clone(&vietnam.country.registers), "ministry-public-security", "Test");
    let people = (100..200).map(|n| LoadPerson {
        subject: vietnam.country.subject(),
        born: date!(2026 - 11 - 20),
        body: json!({
            "personal_number": PersonalNumber::new("001", Sex::Female, 2026, n).unwrap(), "full_name": "Trần Thị An",
            "birth_date": "2026-11-20", "sex": "female",
        }),
        relatives: vec![json!({"relation": "mother", "subject": vietnam.country.subject()})],
        residence: None,
        marital_status: None,
    });
    loader.people(&vietnam.country.base, people.collect()).await.unwrap();
    vietnam.newborn(child()).await.unwrap();
}
