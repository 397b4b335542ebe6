//! Bad input is refused at its field, with the rule and its legal basis; the same key files once.

use crate::world::{GROUP, NOTICE, OTHER_COMMUNE, World, engine};
use kernel::Problem;
use serde_json::{Value, json};
use std::collections::HashSet;

/// What is wrong with the usual filing after `change`: pointer and code of each problem.
async fn wrong(world: &World, change: impl FnOnce(&mut Value)) -> Vec<(String, String)> {
    let mut values = world.values().await;
    change(&mut values);
    let problem: Problem = world.file(values).await.expect_err("a refusal");
    assert_eq!(problem.code, "PRO0006", "{problem}");
    for field in &problem.fields {
        assert!(field.legal_basis.is_some() || field.code.starts_with("PRO01"), "{} has no legal basis", field.code);
    }
    problem.fields.into_iter().map(|field| (field.pointer, field.code.into_owned())).collect()
}

fn one(pointer: &str, code: &str) -> Vec<(String, String)> {
    vec![(pointer.to_owned(), code.to_owned())]
}

#[tokio::test]
async fn wrong_values_are_refused_at_their_field() {
    let world = World::new().await;
    type Case = (&'static str, fn(&mut Value), &'static str, &'static str);
    let cases: [Case; 17] = [
        ("digits", |v| v["father"]["personal_number"] = json!("12345"), "/father/personal_number", "KER0001"),
        ("not his", |v| v["father"]["personal_number"] = json!("001094999999"), "/father/personal_number", "KS0023"),
        ("future", |v| v["children"][0]["birth_date"] = json!("2027-01-01"), "/children/0/birth_date", "PRO0104"),
        ("no date", |v| v["children"][0]["birth_date"] = json!("2026-02-30"), "/children/0/birth_date", "KER0022"),
        ("mother of 9", |v| v["mother"]["birth_date"] = json!("2017-03-08"), "/mother/birth_date", "KS0003"),
        (
            "script",
            |v| v["children"][0]["full_name"] = json!("<script>alert(1)</script>"),
            "/children/0/full_name",
            "KER0013",
        ),
        ("digit", |v| v["children"][0]["full_name"] = json!("Trần R2D2"), "/children/0/full_name", "KER0013"),
        ("object", |v| v["children"][0]["full_name"] = json!({"a": 1}), "/children/0/full_name", "PRO0102"),
        ("missing", |v| v["children"][0]["full_name"] = json!(" "), "/children/0/full_name", "PRO0101"),
        ("notice form", |v| v["children"][0]["notice_number"] = json!("1"), "/children/0/notice_number", "PRO0113"),
        (
            "no notice",
            |v| v["children"][0]["notice_number"] = json!("99999.GCS.01D01.26"),
            "/children/0/notice_number",
            "KS0011",
        ),
        ("other sex", |v| v["children"][0]["sex"] = json!("female"), "/children/0/sex", "KS0015"),
        ("no option", |v| v["children"][0]["ethnicity"] = json!("Kinh"), "/children/0/ethnicity", "PRO0107"),
        ("elsewhere", |v| v["residence"]["commune_code"] = json!(OTHER_COMMUNE), "/residence/commune_code", "KS0031"),
        ("text for a list", |v| v["members"] = json!("residence"), "/members", "PRO0102"),
        ("hidden", |v| v["applicant"]["full_name"] = json!(["x"]), "/applicant/full_name", "PRO0102"),
        ("no child", |v| v["children"] = json!([]), "/children", "PRO0101"),
    ];
    for (name, change, pointer, code) in cases {
        assert_eq!(wrong(&world, change).await, one(pointer, code), "{name}");
    }
    let stored: i64 =
        sqlx::query_scalar("SELECT count(*) FROM procedure.dossier").fetch_one(&world.test.owner).await.unwrap();
    assert_eq!(stored, 0, "nothing is stored");
}

#[tokio::test]
async fn an_ended_commune_is_refused_with_its_successor() {
    let world = World::new().await;
    // Phường Phúc Xá went into phường Hồng Hà on 1 July 2025.
    let mut values = world.values().await;
    values["registration"]["commune_code"] = json!("00001");
    let problem = world.file(values).await.unwrap_err();
    assert_eq!(problem.fields.len(), 1);
    let field = &problem.fields[0];
    assert_eq!(field.pointer, "/registration/commune_code");
    assert!(field.legal_basis.is_some() && field.args.values().any(|value| value.contains("00097")), "{field:?}");
}

#[tokio::test]
async fn a_used_notice_and_a_dead_father_are_refused() {
    let world = World::new().await;
    world.known.lock().unwrap().claims.insert(NOTICE.to_owned(), "G22.99.08-261101-0000009".to_owned());
    assert_eq!(wrong(&world, |_| {}).await, one("/children/0/notice_number", "KS0012"));
    world.known.lock().unwrap().claims.clear();
    world.known.lock().unwrap().people.get_mut(&world.father).unwrap()["death_date"] = json!("2020-01-01");
    assert_eq!(wrong(&world, |_| {}).await, one("/father/personal_number", "KS0025"));
    // Within 300 days before the birth he is still the father.
    world.known.lock().unwrap().people.get_mut(&world.father).unwrap()["death_date"] = json!("2026-06-01");
    world.file(world.values().await).await.unwrap();
}

#[tokio::test]
async fn an_unmarried_mother_files_without_a_father() {
    let world = World::new().await;
    let mut values = world.values().await;
    values["situation"] = json!("unmarried-mother");
    values.as_object_mut().unwrap().remove("father");
    world.file(values).await.unwrap();
    world.work().await;
    world.approve("birth").await;
    let known = world.known.lock().unwrap();
    assert_eq!(known.done["civil-status.register-birth"], 1);
}

#[tokio::test]
async fn the_same_key_files_once() {
    let world = World::new().await;
    let (values, mother) = (world.values().await, world.citizen(world.mother));
    let (a, b) = tokio::join!(
        world.engine.file(&mother, GROUP, values.clone(), "one"),
        world.engine.file(&mother, GROUP, values.clone(), "one"),
    );
    let (a, b) = (a.unwrap(), b.unwrap());
    assert_eq!(a, b);
    world.work().await;
    // Also after the notice has been used by this very dossier.
    world.approve("birth").await;
    let again = world.engine.file(&mother, GROUP, values.clone(), "one").await.unwrap();
    assert_eq!(json!(again).to_string(), json!(a).to_string(), "the first answer, byte for byte");
    assert!(json!(a)["due_at"].as_str().unwrap().ends_with('Z'), "{a:?}");
    let mut other = values;
    other["copies"] = json!(3);
    assert_eq!(world.engine.file(&mother, GROUP, other, "one").await.unwrap_err().code, "PRO0007");
    assert_eq!(world.engine.my_dossiers(&mother).await.unwrap().len(), 1);
}

#[tokio::test]
async fn two_processes_never_give_one_code_twice() {
    let world = World::new().await;
    let other = engine(&world.test, &world.known);
    let (values, mother) = (world.values().await, world.citizen(world.mother));
    let mut codes = HashSet::new();
    for round in 0..8 {
        let filings = (0..6).map(|n| {
            let engine = if n % 2 == 0 { world.engine.clone() } else { other.clone() };
            let (values, mother) = (values.clone(), mother.clone());
            tokio::spawn(async move { engine.file(&mother, GROUP, values, &format!("{round}/{n}")).await })
        });
        for filing in filings.collect::<Vec<_>>() {
            let code = filing.await.unwrap().unwrap().code;
            assert!(code.starts_with("G22.99.08-261123-"));
            assert!(codes.insert(code), "one code twice");
        }
    }
    assert_eq!(codes.len(), 48);
}

#[tokio::test]
async fn drafts_are_kept_and_are_ones_own() {
    let world = World::new().await;
    let mother = world.citizen(world.mother);
    let id = world.engine.save_draft(&mother, None, GROUP, json!({"situation": "married"})).await.unwrap();
    world.engine.save_draft(&mother, Some(id), GROUP, json!({"situation": "abandoned"})).await.unwrap();
    assert_eq!(world.engine.draft(&mother, id).await.unwrap().values["situation"], "abandoned");
    let father = world.citizen(world.father);
    assert_eq!(world.engine.draft(&father, id).await.unwrap_err().code, "PRO0012");
    let stolen = world.engine.save_draft(&father, Some(id), GROUP, json!({})).await;
    assert_eq!(stolen.unwrap_err().code, "PRO0012");
    world.engine.discard_draft(&mother, id).await.unwrap();
    assert!(world.engine.drafts(&mother).await.unwrap().is_empty());
    let large = json!({"x": "y".repeat(procedure::VALUES_BYTES_MAX)});
    assert_eq!(world.engine.save_draft(&mother, None, GROUP, large).await.unwrap_err().code, "PRO0016");
}

#[tokio::test]
async fn a_child_found_abandoned_has_no_parents_and_lives_with_its_carer() {
    let world = World::new().await;
    let mut values = world.values().await;
    for parent in ["mother", "father"] {
        values.as_object_mut().unwrap().remove(parent);
    }
    values["situation"] = json!("abandoned");
    values["applicant"]["relation"] = json!("finder");
    values["residence"]["with"] = json!("carer");
    values["children"][0]["finding_record"] = json!("12/BB-UBND");
    values["children"][0].as_object_mut().unwrap().remove("notice_number");
    world.file(values).await.unwrap();
    world.work().await;
    let (officer, task) = world.task("birth").await;
    let data = world.engine.task(&officer, task.id).await.unwrap().data;
    assert!(data.get("mother").is_none() && data.get("father").is_none() && data.get("notice_number").is_none());
    world.approve("birth").await;
    world.approve("residence").await;
    assert_eq!((world.done("birth-notice.claim"), world.done("residence.register")), (0, 1));
}

#[tokio::test]
async fn parents_in_two_communes_choose_one() {
    let world = World::new().await;
    world.known.lock().unwrap().homes.get_mut(&world.father).unwrap()["commune_code"] = json!(OTHER_COMMUNE);
    let mut values = world.values().await;
    values["residence"] = json!({"with": "father", "commune_code": OTHER_COMMUNE, "relation": "child"});
    world.file(values).await.unwrap();
    world.work().await;
    world.approve("birth").await;
    let police = world.officer("commune-police/00008", "residence-officer");
    assert_eq!(world.inbox(&police, "residence").await.len(), 1);
    assert!(world.inbox(&world.clerk("residence"), "residence").await.is_empty());
}

#[tokio::test]
async fn what_the_form_does_not_ask_for_goes_no_further() {
    let world = World::new().await;
    let mut values = world.values().await;
    // The father filled in first, the situation changed after; and a field that no form has.
    values["situation"] = json!("unmarried-mother");
    values["father"] =
        json!({"full_name": "Lê Văn Khác", "personal_number": "001090000009", "birth_date": "1990-01-01"});
    values["smuggled"] = json!("x");
    values["children"][0]["smuggled"] = json!("x");
    let filed = world.file(values).await.unwrap();
    world.work().await;
    let kept = world.dossier(filed.dossier).await.values;
    assert_eq!((&kept["father"], &kept["smuggled"]), (&Value::Null, &Value::Null));
    assert_eq!(kept["children"][0]["smuggled"], Value::Null);
    assert_eq!(kept["children"][0]["full_name"], "Trần Minh An");
    let (officer, task) = world.task("birth").await;
    let data = world.engine.task(&officer, task.id).await.unwrap().data;
    assert_eq!(data["father"], Value::Null, "no man whom nobody checked stands in the certificate");
}

#[tokio::test]
async fn the_requester_is_named_as_the_registers_do() {
    let world = World::new().await;
    let mut values = world.values().await;
    values["applicant"]["full_name"] = json!("Ai Đó Khác");
    world.file(values).await.unwrap();
    world.work().await;
    let (officer, task) = world.task("birth").await;
    let data = world.engine.task(&officer, task.id).await.unwrap().data;
    assert_eq!(data["requester"]["full_name"], "Nguyễn Thị Hoà");
}

#[tokio::test]
async fn a_list_far_too_long_is_refused() {
    let world = World::new().await;
    let mut values = world.values().await;
    values["children"] = Value::Array(vec![json!({}); 20_000]);
    let problem = world.file(values).await.unwrap_err();
    assert!(problem.fields.iter().any(|field| field.pointer == "/children" && field.code == "PRO0115"));
}

#[tokio::test]
async fn a_citizen_of_level_1_learns_nothing_from_a_check() {
    let world = World::new().await;
    let values = world.values().await;
    let low = world.ctx.act_as(kernel::Actor::Citizen {
        account: kernel::AccountId(world.mother.0),
        subject: world.mother,
        level: 1,
    });
    for refused in [
        world.engine.check(&low, GROUP, &values).await.map(drop),
        world.engine.file(&low, GROUP, values.clone(), "low").await.map(drop),
    ] {
        assert_eq!(refused.unwrap_err().code, "EXC0007");
    }
    let mother = world.citizen(world.mother);
    for key in ["", "a\u{0}b", &"k".repeat(201)] {
        assert_eq!(world.engine.file(&mother, GROUP, values.clone(), key).await.unwrap_err().code, "PRO0022");
    }
    // Of another citizen a key is another key.
    let mut other = values.clone();
    other["applicant"]["relation"] = json!("father");
    let mine = world.engine.file(&mother, GROUP, values.clone(), "same").await.unwrap();
    let his = world.engine.file(&world.citizen(world.father), GROUP, other, "same").await.unwrap();
    assert_ne!(mine.dossier, his.dossier);
}
