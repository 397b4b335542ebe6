//! Extracts and other passages about many people at once.

use crate::country::Country;
use exchange::{Purpose, Request, Scope, access_log};
use kernel::{Actor, Ctx, EntryId, SubjectId};
use serde_json::json;

fn extract() -> Request {
    Request::new("archive", "city-library", "reader.extract", Purpose::SUPERVISION).about(Scope::Bulk)
}

async fn log_of(country: &Country, subject: SubjectId) -> Vec<access_log::Line> {
    let request = Request::new("desk", "desk", "access-log.own", Purpose::SELF_SERVICE).about(Scope::of(subject));
    let others = access_log::Page { whose: access_log::Whose::Others, ..access_log::Page::default() };
    let citizen = country.citizen(subject);
    let work = country.exchange.open(&citizen, request, move |tx, pass| {
        Box::pin(async move { access_log::of_subject(tx, pass, subject, others).await })
    });
    work.await.unwrap()
}

async fn was_among(country: &Country, subject: SubjectId, entry: EntryId) -> bool {
    let request = Request::new("desk", "desk", "access-log.own", Purpose::SELF_SERVICE).about(Scope::of(subject));
    let citizen = country.citizen(subject);
    let work = country.exchange.open(&citizen, request, move |tx, pass| {
        Box::pin(async move { access_log::was_among(tx, pass, subject, entry).await })
    });
    work.await.unwrap()
}

#[tokio::test]
async fn an_extract_has_one_line_that_everybody_in_it_finds() {
    let country = Country::found().await;
    let (there, named) = (country.subject(), country.subject());
    country.tick();
    let payload = json!({"extract": 20_000, "touch": [named]});
    let decided = extract().decided_in("12/QĐ");
    country.exchange.call(&country.librarian(), decided, payload).await.unwrap();
    let lines = country.lines(None).await;
    let [line] = lines.as_slice() else { panic!("one line, not {}", lines.len()) };
    assert_eq!((&line["people"], &line["decision"]), (&json!(20_001), &json!("12/QĐ")));
    assert_eq!((&line["fields"], &line["notes"]), (&json!(["name"]), &json!({"rows": 20_000})));
    assert_eq!(line["agreement"], "archive/reader.extract");

    let seen = log_of(&country, there).await;
    let [extract] = seen.as_slice() else { panic!("one line, not {}", seen.len()) };
    assert_eq!((extract.people, extract.decision.as_deref()), (Some(20_001), Some("12/QĐ")));
    assert!(was_among(&country, there, extract.entry).await);
    assert_eq!(log_of(&country, named).await.len(), 2, "named beside, with a line of one's own");

    country.tick();
    let later = country.subject();
    assert!(log_of(&country, later).await.is_empty(), "whoever came later was not in it");
    assert!(!was_among(&country, later, extract.entry).await);
    assert!(!was_among(&country, there, EntryId(country.subject().0)).await);
}

#[tokio::test]
async fn upkeep_of_ones_own_register_is_in_the_ledger_only() {
    let country = Country::found().await;
    let subject = country.subject();
    let account = kernel::AccountId(country.subject().0);
    let librarian: Ctx =
        country.ctx(Actor::Officer { account, body: "city-library".into(), roles: vec!["librarian".into()] });
    let own = Request::new("city-library", "city-library", "reader.extract", Purpose::OPERATION).about(Scope::Bulk);
    country.exchange.call(&librarian, own, json!({"extract": 7})).await.unwrap();
    assert_eq!(country.lines(None).await[0]["people"], json!(7));
    assert!(log_of(&country, subject).await.is_empty());
}

#[tokio::test]
async fn nothing_is_taken_out_without_an_agreement_for_it() {
    let country = Country::found().await;
    let search = extract().about(Scope::Search { limit: 1 });
    let problem = country.exchange.call(&country.librarian(), search, json!({"extract": 5})).await.unwrap_err();
    assert_eq!(problem.code, "EXC0008");
    // Asked about nobody, the provider takes people out all the same.
    let nobody = extract().about(Scope::None);
    let problem = country.exchange.call(&country.librarian(), nobody, json!({"extract": 5})).await.unwrap_err();
    assert_eq!(problem.code, "EXC0008");
    let lines = country.lines(None).await;
    assert!(lines.iter().all(|line| line["kind"] == "refusal"), "{lines:?}");
}

#[tokio::test]
async fn pages_of_a_log_with_extracts_follow_each_other() {
    let country = Country::found().await;
    let subject = country.subject();
    for n in 0..7 {
        country.tick();
        let payload = if n % 2 == 0 { json!({"extract": 10}) } else { json!({"touch": [subject]}) };
        country.exchange.call(&country.librarian(), extract(), payload).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = access_log::Page { after, limit: 2, whose: access_log::Whose::Others };
        let request = Request::new("desk", "desk", "access-log.own", Purpose::SELF_SERVICE).about(Scope::of(subject));
        let citizen = country.citizen(subject);
        let work = country.exchange.open(&citizen, request, move |tx, pass| {
            Box::pin(async move { access_log::of_subject(tx, pass, subject, page).await })
        });
        let lines = work.await.unwrap();
        let Some(last) = lines.last() else { break };
        after = Some(last.entry);
        seen.extend(lines.into_iter().map(|line| line.entry));
    }
    assert_eq!(seen.len(), 7);
    assert!(seen.is_sorted_by(|a, b| a > b), "newest first, none twice");
}
