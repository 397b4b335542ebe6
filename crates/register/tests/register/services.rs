//! The words of `operation` blocks, called through the door.

use crate::{
    country::{Country, REGISTERS, SERVICES, read},
    engine::{amend, put},
};
use exchange::{Request, Scope};
use kernel::{Problem, SubjectId};
use serde_json::{Value, json};

async fn call(country: &Country, body: &str, service: &str, scope: Scope, payload: Value) -> Result<Value, Problem> {
    call_as(country, body, "librarian", service, scope, payload).await
}

async fn call_as(
    country: &Country,
    body: &str,
    role: &str,
    service: &str,
    scope: Scope,
    payload: Value,
) -> Result<Value, Problem> {
    let request = Request::new(body, "city-library", service, "operation").about(scope);
    country.exchange.call(&country.officer(body, role), request, payload).await
}

fn of(subject: SubjectId) -> Scope {
    Scope::Subjects(vec![subject.into()])
}

#[tokio::test]
async fn get_gathers_what_other_registers_say() {
    let country = Country::found().await;
    let subject = country.subject();
    put(&country, "reader", subject, json!({"name": "Đỗ An", "birth_date": "1990-05-01"})).await.unwrap();
    put(&country, "loan", subject, json!({"books": ["A", "B"]})).await.unwrap();
    put(&country, "loan", subject, json!({"books": ["C"]})).await.unwrap();
    put(&country, "membership", subject, json!({"branch": "north", "number": "1"})).await.unwrap();
    let mut reply = call(&country, "archive", "reader.get", of(subject), json!({"subject": subject})).await.unwrap();
    let loans = reply["loans"].as_array_mut().unwrap();
    loans.sort_by_key(ToString::to_string);
    assert_eq!(reply, json!({"subject": subject, "name": "Đỗ An", "loans": ["A", "B", "C"], "branch": "north"}));
    let nobody = country.subject();
    let missing = call(&country, "archive", "reader.get", of(nobody), json!({"subject": nobody})).await;
    assert_eq!(missing.unwrap_err().code, "REG0001");
    let malformed = call(&country, "archive", "reader.get", of(nobody), json!({"subject": "x"})).await.unwrap_err();
    assert_eq!(malformed.fields[0].pointer, "/subject");
}

#[tokio::test]
async fn find_and_verify_want_everything_to_agree() {
    let country = Country::found().await;
    let subject = country.subject();
    let body = json!({"name": "Hoà An", "birth_date": "1990-05-01", "card": "C1"});
    put(&country, "reader", subject, body).await.unwrap();
    for (card, name, birth, exists, matches) in [
        ("C1", "hòa  an", "1990-05-01", true, true),
        ("C1", "Hoa An", "1990-05-01", true, false),
        ("C1", "Hoà An", "1990-05-02", true, false),
        ("C1", "Hoà An", "1990", true, false),
        ("C2", "Hoà An", "1990-05-01", false, false),
    ] {
        let payload = json!({"card": card, "name": name, "birth_date": birth});
        let verified = call(&country, "archive", "reader.verify", Scope::Search { limit: 1 }, payload.clone()).await;
        assert_eq!(verified.unwrap(), json!({"exists": exists, "matches": matches}), "{payload}");
        let found = call(&country, "archive", "reader.find", Scope::Search { limit: 1 }, payload.clone()).await;
        match found {
            Ok(found) => assert_eq!((matches, found), (true, json!({"subject": subject, "name": "Hoà An"}))),
            Err(problem) => assert_eq!((matches, problem.code.as_ref()), (false, "REG0001"), "{payload}"),
        }
    }
    let partial = json!({"card": "C1", "name": "Hoà An"});
    let refused = call(&country, "archive", "reader.verify", Scope::Search { limit: 1 }, partial).await.unwrap_err();
    assert_eq!(refused.fields[0].pointer, "/birth_date");
}

#[tokio::test]
async fn search_brings_back_as_many_as_the_pass_allows() {
    let country = Country::found().await;
    for _ in 0..4 {
        put(&country, "reader", country.subject(), json!({"name": "Đỗ An", "birth_date": "1990"})).await.unwrap();
    }
    let payload = json!({"full_name": "do an", "birth": "1990"});
    let reply = call(&country, "archive", "reader.search", Scope::Search { limit: 2 }, payload).await.unwrap();
    let results = reply["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    assert!(results.iter().all(|hit| hit.get("birth_date").is_none()), "the agreement does not name it");
    let alone = json!({"full_name": "do an"});
    let refused = call(&country, "archive", "reader.search", Scope::Search { limit: 2 }, alone.clone()).await;
    assert_eq!(refused.unwrap_err().code, "REG0005");
    let allowed = call_as(&country, "archive", "inspector", "reader.search", Scope::Search { limit: 2 }, alone).await;
    assert_eq!(allowed.unwrap()["results"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn put_derives_counts_draws_and_obeys() {
    let country = Country::found().await;
    let mut numbers = Vec::new();
    let mut tickets = std::collections::BTreeSet::new();
    for _ in 0..7 {
        let subject = country.subject();
        put(&country, "reader", subject, json!({"name": "A", "birth_date": "1990"})).await.unwrap();
        let payload = json!({"subject": subject, "branch": "N", "number": "mine"});
        let reply = call(&country, "city-library", "membership.begin", of(subject), payload).await.unwrap();
        assert_eq!(reply["ends"], "2028-11-22");
        numbers.push(reply["number"].as_str().unwrap().to_owned());
        assert!(tickets.insert(reply["ticket"].to_string()), "one of ten tickets was given twice");
    }
    assert_eq!(numbers[..2], ["N-0001/2026", "N-0002/2026"]);
    assert_eq!(numbers[6], "N-0007/2026");

    let child = country.subject();
    let reader = put(&country, "reader", child, json!({"name": "B", "birth_date": "2021-01-01"})).await.unwrap();
    let payload = json!({"subject": child, "branch": "N"});
    let refused = call(&country, "city-library", "membership.begin", of(child), payload.clone()).await.unwrap_err();
    assert_eq!((refused.fields[0].code.as_ref(), refused.fields[0].pointer.as_str()), ("LIB0001", "/subject"));
    assert_eq!(refused.fields[0].legal_basis.as_deref(), Some("Library Act art. 3"));
    amend(&country, &reader, 1, json!({"name": "B", "birth_date": "2011-01-01"})).await.unwrap();
    call(&country, "city-library", "membership.begin", of(child), payload).await.unwrap();
}

#[test]
fn faults_of_definitions_are_found_with_their_line() {
    let registers = REGISTERS.replace("pointer: /slot", "pointer: /slit").replace("owner: city-library", "owner: moon");
    let (_, _, _, report) = read("", &registers);
    let codes: Vec<_> =
        report.problems().iter().map(|finding| finding.code).filter(|code| code.starts_with("REG")).collect();
    assert!(codes.contains(&"REG0105") && codes.contains(&"REG0102"), "{report}");

    let services = SERVICES
        .replace("key: card", "key: cord")
        .replace("register: membership\n  facts", "register: mombership\n  facts")
        .replace("word: search", "word: seek");
    let (pack, _, registers, mut report) = read(&services, REGISTERS);
    let before = report.problems().len();
    let _ = register::definitions(&pack, &registers, &mut report);
    let found: Vec<_> = report.problems()[before..].iter().map(|finding| finding.code).collect();
    assert_eq!(found, ["REG0107", "REG0107", "REG0109", "REG0103"], "{report}");
    assert!(report.problems()[before..].iter().all(|finding| finding.line > 1), "{report}");
}
