//! "Who looked at my data."

use crate::country::{Country, school_request};
use exchange::{Error, Purpose, Request, Scope, access_log};
use kernel::{Ctx, Problem, SubjectId};
use serde_json::json;

async fn read(
    country: &Country,
    ctx: &Ctx,
    subject: SubjectId,
    page: access_log::Page,
) -> Result<Vec<access_log::Line>, Problem> {
    let request = Request::new("desk", "desk", "access-log.own", Purpose::SELF_SERVICE);
    let Some(own) = (match ctx.actor {
        kernel::Actor::Citizen { subject, .. } => Some(subject),
        _ => None,
    }) else {
        panic!("a citizen reads")
    };
    let work = country.exchange.open(ctx, request.about(Scope::of(own)), move |tx, pass| {
        Box::pin(async move { access_log::of_subject(tx, pass, subject, page).await })
    });
    work.await
}

#[tokio::test]
async fn a_person_sees_body_role_purpose_and_outcome_and_no_name() {
    let country = Country::found().await;
    let (subject, teacher) = (country.subject(), country.teacher());
    let citizen = country.citizen(subject);
    let case = country.open_case("school/north", vec![subject.into()], vec![]).await;
    country.exchange.call(&teacher, school_request(case, subject), json!({"touch": [subject]})).await.unwrap();
    let mut nosy = school_request(case, subject);
    nosy.case = None;
    country.tick();
    country.exchange.call(&teacher, nosy, json!({})).await.unwrap_err();

    country.tick();
    let lines = read(&country, &citizen, subject, access_log::Page::default()).await.unwrap();
    let [refused, looked] = lines.as_slice() else { panic!("two lines, not {}", lines.len()) };
    assert_eq!((refused.outcome.as_str(), refused.is_ok(), refused.own), ("EXC0003", false, false));
    assert!(looked.is_ok() && !looked.own);
    assert_eq!((looked.body.as_str(), looked.provider.as_str()), ("school/north", "city-library"));
    assert_eq!(looked.role.as_ref().map(kernel::Role::as_str), Some("teacher"));
    assert_eq!((&looked.purpose, looked.case), (&Purpose::dossier(), Some(case)));
    assert_eq!(looked.fields, ["address", "name", "subject"]);
    assert_eq!(looked.legal_basis.as_deref(), Some("Library Act art. 7"));
    let kernel::Actor::Officer { account, .. } = teacher.actor else { unreachable!() };
    assert!(!serde_json::to_string(&lines).unwrap().contains(&account.to_string()));

    country.tick();
    // Reading the log is itself in the log.
    let lines = read(&country, &citizen, subject, access_log::Page::default()).await.unwrap();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].own && lines[0].service.as_str() == "access-log.own");
    let others = access_log::Page { whose: access_log::Whose::Others, ..access_log::Page::default() };
    assert_eq!(read(&country, &citizen, subject, others).await.unwrap().len(), 2);
}

#[tokio::test]
async fn to_a_relative_a_citizen_is_somebody_else() {
    let country = Country::found().await;
    let (mother, child) = (country.subject(), country.subject());
    let citizen = country.citizen(mother);
    let request = Request::new("desk", "desk", "access-log.own", Purpose::SELF_SERVICE).about(Scope::of(child));
    assert_eq!(
        country
            .exchange
            .open(&citizen, request, |_, _| Box::pin(async { Ok::<_, Problem>(()) }))
            .await
            .unwrap_err()
            .code,
        "EXC0008"
    );
    country.tick();
    let others = access_log::Page { whose: access_log::Whose::Others, ..access_log::Page::default() };
    let lines = read(&country, &country.citizen(child), child, others).await.unwrap();
    assert_eq!(lines.len(), 1, "the child sees that somebody tried");
    assert!(!lines[0].own && !lines[0].is_ok());
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let country = Country::found().await;
    let subject = country.subject();
    let case = country.open_case("school/north", vec![subject.into()], vec![]).await;
    for _ in 0..7 {
        country.tick();
        let call = school_request(case, subject);
        country.exchange.call(&country.teacher(), call, json!({"touch": [subject]})).await.unwrap();
    }
    let citizen = country.citizen(subject);
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = access_log::Page { after, limit: 3, whose: access_log::Whose::Others };
        let lines = read(&country, &citizen, subject, page).await.unwrap();
        let Some(last) = lines.last() else { break };
        after = Some(last.entry);
        seen.extend(lines.into_iter().map(|line| line.entry));
    }
    assert_eq!(seen.len(), 7);
    seen.dedup();
    assert_eq!(seen.len(), 7);
}

#[tokio::test]
async fn nobody_reads_anothers_log() {
    let country = Country::found().await;
    let (own, other) = (country.subject(), country.subject());
    let citizen = country.citizen(own);
    let problem = read(&country, &citizen, other, access_log::Page::default()).await.unwrap_err();
    assert_eq!(
        problem,
        Problem::from(Error::Refused(exchange::Refusal::SubjectOutsideScope)).with("service", "access-log.own")
    );
}
