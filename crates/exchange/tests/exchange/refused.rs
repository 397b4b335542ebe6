//! Every refusal: its code, its count, its line in the ledger; and that nothing was done.

use crate::country::{Country, count_request, school_request};
use exchange::{Purpose, Request, Scope, SubjectRef};
use kernel::{AccountId, Ctx, Kind, PersonalNumber};
use serde_json::{Value, json};
use time::macros::datetime;

/// The call is refused with this code, counted and logged, and has no effect.
async fn refused(country: &Country, ctx: &Ctx, request: Request, payload: Value, code: &str) {
    let before = country.count("SELECT count(*) FROM exchange.refusal").await;
    let effects = country.effects().await;
    let subject = match &request.scope {
        Scope::Subjects(subjects) if subjects.len() == 1 => match &subjects[0] {
            SubjectRef::Id(id) => Some(*id),
            SubjectRef::Number(_) => None,
        },
        _ => None,
    };
    country.tick();
    let problem = country.exchange.call(ctx, request.clone(), payload).await.unwrap_err();
    assert_eq!(problem.code, code);
    assert_eq!(country.count("SELECT count(*) FROM exchange.refusal").await, before + 1, "{code} is counted");
    let line = country.lines(subject).await.pop().unwrap();
    assert_eq!((&line["kind"], &line["outcome"]), (&json!("refusal"), &json!(code)), "{code} is in the ledger");
    assert_eq!(line["consumer"], json!(request.consumer));
    assert_eq!(country.effects().await, effects, "{code} did nothing");
}

#[tokio::test]
async fn without_an_agreement() {
    let country = Country::found().await;
    let request = Request::new("school/north", "desk", "access-log.own", Purpose::SELF_SERVICE);
    refused(&country, &country.teacher(), request, json!({}), "EXC0001").await;
}

#[tokio::test]
async fn after_the_agreements_end() {
    let country = Country::found().await;
    let request = || Request::new("school/north", "city-library", "reader.old", Purpose::DOSSIER);
    refused(&country, &country.teacher(), request(), json!({}), "EXC0002").await;
    // The last day in Vietnam ends at 17:00 UTC.
    country.clock.set(datetime!(2026-11-21 16:59:59 UTC));
    country.exchange.call(&country.teacher(), request(), json!({})).await.unwrap();
    country.clock.set(datetime!(2026-11-21 17:00 UTC));
    refused(&country, &country.teacher(), request(), json!({}), "EXC0002").await;
}

#[tokio::test]
async fn without_an_open_case() {
    let country = Country::found().await;
    let (subject, ctx) = (country.subject(), country.teacher());
    let request = Request::new("school/north", "city-library", "reader.get", Purpose::DOSSIER);
    refused(&country, &ctx, request.about(Scope::of(subject)), json!({}), "EXC0003").await;

    let elsewhere = country.open_case("school/south", vec![subject.into()], vec![]).await;
    refused(&country, &ctx, school_request(elsewhere, subject), json!({}), "EXC0003").await;

    let of_another = country.open_case("school/north", vec![subject.into()], vec![AccountId(ctx.uuid())]).await;
    refused(&country, &ctx, school_request(of_another, subject), json!({}), "EXC0003").await;

    let case = country.open_case("school/north", vec![subject.into()], vec![]).await;
    country.exchange.call(&ctx, school_request(case, subject), json!({})).await.unwrap();
    let mut tx = country.test.db.begin().await.unwrap();
    exchange::close_grants(&mut tx, &ctx, case, None).await.unwrap();
    tx.commit().await.unwrap();
    refused(&country, &ctx, school_request(case, subject), json!({}), "EXC0003").await;

    let ended = country.open_case("school/north", vec![subject.into()], vec![]).await;
    country.clock.set(datetime!(2026-12-31 17:00 UTC));
    refused(&country, &ctx, school_request(ended, subject), json!({}), "EXC0003").await;
}

#[tokio::test]
async fn for_a_field_that_is_not_named() {
    let country = Country::found().await;
    let (subject, ctx) = (country.subject(), country.teacher());
    let case = country.open_case("school/north", vec![subject.into()], vec![]).await;
    refused(&country, &ctx, school_request(case, subject).only(["name", "fines"]), json!({}), "EXC0005").await;
}

#[tokio::test]
async fn for_another_purpose_or_in_another_role() {
    let country = Country::found().await;
    let (subject, ctx) = (country.subject(), country.teacher());
    let case = country.open_case("school/north", vec![subject.into()], vec![]).await;
    let mut request = school_request(case, subject);
    request.purpose = Purpose::supervision();
    refused(&country, &ctx, request, json!({}), "EXC0006").await;
    // A librarian of the archive asks in the school's name.
    refused(&country, &country.librarian(), school_request(case, subject), json!({}), "EXC0007").await;
    let system = Ctx::system("school/north".into());
    refused(&country, &system, school_request(case, subject), json!({}), "EXC0007").await;
}

#[tokio::test]
async fn about_somebody_outside_the_case_or_the_scope() {
    let country = Country::found().await;
    let (subject, other, ctx) = (country.subject(), country.subject(), country.teacher());
    let case = country.open_case("school/north", vec![subject.into()], vec![]).await;
    refused(&country, &ctx, school_request(case, other), json!({}), "EXC0008").await;
    // Asked about one, the provider touches another.
    refused(&country, &ctx, school_request(case, subject), json!({"touch": [subject, other]}), "EXC0008").await;
    // … even when it disregards the refusal.
    refused(&country, &ctx, school_request(case, subject), json!({"ignore": other}), "EXC0008").await;
    // By number: the case knows one number, the provider finds another person's.
    let number: PersonalNumber = "001186000123".parse().unwrap();
    let case = country.open_case("school/north", vec![SubjectRef::Number(number)], vec![]).await;
    let by_id = school_request(case, subject);
    let found = json!({"touch_number": [subject, "001186000123"]});
    country.exchange.call(&ctx, by_id.clone(), found).await.unwrap();
    refused(&country, &ctx, by_id, json!({"touch_number": [subject, "001186000124"]}), "EXC0008").await;
}

#[tokio::test]
async fn a_citizen_about_somebody_else() {
    let country = Country::found().await;
    let (own, other) = (country.subject(), country.subject());
    let ctx = country.citizen(own);
    let request = |scope| Request::new("desk", "city-library", "reader.get", Purpose::SELF_SERVICE).about(scope);
    country.exchange.call(&ctx, request(Scope::of(own)), json!({"touch": [own]})).await.unwrap();
    // The service admits children, so the door lets the name through, and the provider must vouch for it.
    country.exchange.call(&ctx, request(Scope::of(other)), json!({"child": other})).await.unwrap();
    refused(&country, &ctx, request(Scope::of(other)), json!({"touch": [other]}), "EXC0008").await;
    refused(&country, &ctx, request(Scope::Bulk), json!({}), "EXC0008").await;
    refused(&country, &ctx, request(Scope::Search { limit: 1 }), json!({}), "EXC0008").await;
    // Through an officer's desk a citizen does not get at all.
    let mut through_school = request(Scope::of(own));
    through_school.consumer = "school/north".into();
    through_school.purpose = Purpose::dossier();
    refused(&country, &ctx, through_school, json!({}), "EXC0007").await;
}

#[tokio::test]
async fn a_search_past_its_limit() {
    let country = Country::found().await;
    let ctx = country.librarian();
    let search = |limit| {
        Request::new("archive", "city-library", "reader.get", Purpose::SUPERVISION).about(Scope::Search { limit })
    };
    let (a, b, c) = (country.subject(), country.subject(), country.subject());
    country.exchange.call(&ctx, search(2), json!({"touch": [a, b, a]})).await.unwrap();
    refused(&country, &ctx, search(2), json!({"touch": [a, b, c]}), "EXC0008").await;
    refused(&country, &ctx, search(3), json!({}), "EXC0008").await;
    let bulk = Request::new("archive", "city-library", "reader.get", Purpose::SUPERVISION).about(Scope::Bulk);
    refused(&country, &ctx, bulk, json!({}), "EXC0008").await;
}

#[tokio::test]
async fn without_consent() {
    let country = Country::found().await;
    let subject = country.subject();
    let ask = || Request::new("archive", "city-library", "reader.count", Purpose::DOSSIER).about(Scope::of(subject));
    let (librarian, citizen) = (country.librarian(), country.citizen(subject));
    refused(&country, &librarian, ask(), json!({}), "EXC0009").await;

    let own = || Request::new("desk", "desk", "access-log.own", Purpose::SELF_SERVICE).about(Scope::of(subject));
    let by = citizen.clone();
    let give = country.exchange.open(&citizen, own(), move |tx, pass| {
        Box::pin(async move {
            let consent = exchange::consent::Consent {
                consumer: "archive".into(),
                service: "reader.count".into(),
                purpose: Purpose::dossier(),
                until: None,
            };
            exchange::consent::give(tx, &by, pass, subject, &consent).await
        })
    });
    let consent = give.await.unwrap();
    country.exchange.call(&librarian, ask(), json!({})).await.unwrap();

    let by = citizen.clone();
    let withdraw = country.exchange.open(&citizen, own(), move |tx, pass| {
        Box::pin(async move { exchange::consent::withdraw(tx, &by, pass, subject, consent).await })
    });
    assert!(withdraw.await.unwrap());
    refused(&country, &librarian, ask(), json!({}), "EXC0009").await;
}

#[tokio::test]
async fn a_key_with_another_request() {
    let country = Country::found().await;
    let ctx = country.teacher();
    country.exchange.call(&ctx, count_request().once("k"), json!({"a": 1})).await.unwrap();
    refused(&country, &ctx, count_request().once("k"), json!({"a": 2}), "EXC0010").await;
}

#[tokio::test]
async fn what_there_is_not() {
    let country = Country::found().await;
    let ctx = country.teacher();
    let ask = |provider: &str, service: &str| Request::new("school/north", provider, service, Purpose::DOSSIER);
    refused(&country, &ctx, ask("city-library", "reader.sell"), json!({}), "EXC0011").await;
    refused(&country, &ctx, ask("museum", "reader.get"), json!({}), "EXC0011").await;
    // The archive is a body, but does not offer this.
    refused(&country, &ctx, ask("archive", "reader.get"), json!({}), "EXC0011").await;
    let mut nobody = ask("city-library", "reader.get");
    nobody.consumer = "school/west".into();
    refused(&country, &ctx, nobody, json!({}), "EXC0011").await;
}

#[tokio::test]
async fn refusals_are_counted_by_code_and_body() {
    let country = Country::found().await;
    let ctx = country.teacher();
    let ask = || Request::new("school/north", "city-library", "reader.old", Purpose::DOSSIER);
    for _ in 0..3 {
        country.exchange.call(&ctx, ask(), json!({})).await.unwrap_err();
    }
    let problem = country.exchange.call(&ctx, ask().only(["x"]), json!({})).await.unwrap_err();
    assert_eq!(problem.kind, Kind::Forbidden);
    let mut conn = country.test.db.pool().acquire().await.unwrap();
    let counts = exchange::refusals(&mut conn, datetime!(2026-11-22 00:00 UTC)).await.unwrap();
    let seen: Vec<_> = counts.iter().map(|c| (c.code.as_str(), c.consumer.as_str(), c.count)).collect();
    assert_eq!(seen, [("EXC0002", "school/north", 4)]);
    assert!(exchange::refusals(&mut conn, datetime!(2026-11-23 00:00 UTC)).await.unwrap().is_empty());
}
