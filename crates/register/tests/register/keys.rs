//! Values that one record bears, and personal numbers.

use crate::{
    country::Country,
    engine::{amend, put},
};
use kernel::{Kind, RecordId, Sex, SubjectId};
use register::{
    Annulment,
    population::{DRAWS_MAX, NumberRequest, NumberSpace, issue_number},
};
use serde_json::json;
use std::collections::BTreeSet;
use time::macros::date;

#[tokio::test]
async fn a_value_has_one_bearer_and_its_own_code() {
    let country = Country::found().await;
    let body = |card: &str| json!({"name": "A", "birth_date": "1990", "card": card});
    let (one, two) = tokio::join!(
        put(&country, "reader", country.subject(), body("C1")),
        put(&country, "reader", country.subject(), body("C1"))
    );
    let outcomes = [one, two];
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let lost = outcomes.iter().find_map(|outcome| outcome.as_ref().err()).unwrap();
    assert_eq!((lost.code.as_ref(), lost.kind), ("LIB0010", Kind::Conflict));
    assert_eq!(lost.fields[0].pointer, "/card");
    assert_eq!(lost.fields[0].legal_basis.as_deref(), Some("Library Act art. 2"));

    // The bearer keeps its value over amendments; a value it gave up stays taken.
    let bearer = outcomes.into_iter().find_map(Result::ok).unwrap();
    amend(&country, &bearer, 1, body("C1")).await.unwrap();
    amend(&country, &bearer, 2, body("C2")).await.unwrap();
    let late = put(&country, "reader", country.subject(), body("C1")).await.unwrap_err();
    assert_eq!(late.code, "LIB0010");
    for (value, found) in [("C2", true), ("C1", false), ("C9", false)] {
        let (reader, ctx, subject) = (country.register("reader"), country.base.clone(), bearer.subject);
        let hit = country
            .with_pass(&[subject], move |conn, pass| {
                Box::pin(async move {
                    register::find(conn, &ctx, pass, &reader, "card", value, date!(2026 - 11 - 22)).await
                })
            })
            .await
            .unwrap();
        assert_eq!(hit.is_some(), found, "{value}");
    }
}

#[tokio::test]
async fn an_annulled_bearer_gives_back_only_what_its_key_allows() {
    let country = Country::found().await;
    let first = put(&country, "loan", country.subject(), json!({"slot": "S"})).await.unwrap();
    assert_eq!(put(&country, "loan", country.subject(), json!({"slot": "S"})).await.unwrap_err().code, "LIB0011");
    let (loan, ctx) = (country.register("loan"), country.base.clone());
    let annulment =
        Annulment { subject: first.subject, record: first.record, expected_version: 1, from: None, until: None };
    country
        .with_pass(&[first.subject], move |conn, pass| {
            Box::pin(async move { register::annul(conn, &ctx, pass, &loan, annulment).await })
        })
        .await
        .unwrap();
    let (one, two) = tokio::join!(
        put(&country, "loan", country.subject(), json!({"slot": "S"})),
        put(&country, "loan", country.subject(), json!({"slot": "S"}))
    );
    assert_eq!([one, two].iter().filter(|outcome| outcome.is_ok()).count(), 1);
}

/// A pack whose key is named as the population's is.
async fn numbered() -> Country {
    let registers =
        crate::country::REGISTERS.replace("name: card, pointer: /card", "name: personal-number, pointer: /card");
    let services = crate::country::SERVICES.replace("key: card", "key: personal-number");
    let (pack, catalogue, registers, mut report) = crate::country::read(&services, &registers);
    let country = Country::over(pack, catalogue, registers, &mut report).await;
    assert!(report.is_clean(), "{report}");
    country
}

#[tokio::test]
async fn numbers_collide_in_a_small_space_and_are_never_given_twice() {
    let country = numbered().await;
    let register = country.register("reader");
    let issue = async |space: u32| {
        let mut conn = country.db.db.pool().acquire().await.unwrap();
        let subject = SubjectId(country.base.uuid());
        let request =
            NumberRequest { subject, record: RecordId(subject.0), prefix: "001", sex: Sex::Female, birth_year: 2026 };
        issue_number(&mut conn, &country.base, &register, NumberSpace(space), request).await
    };
    let mut given = BTreeSet::new();
    for _ in 0..10 {
        let number = issue(12).await.unwrap();
        assert!(number.as_str().starts_with("001326"), "prefix, century and sex, year");
        assert!(given.insert(number.as_str().to_owned()), "given twice");
    }
    // Two at a time for the last two.
    let (one, two) = tokio::join!(issue(12), issue(12));
    given.extend([one, two].into_iter().map(|number| number.unwrap().as_str().to_owned()));
    assert_eq!(given.len(), 12);
    let full = issue(12).await.unwrap_err();
    assert!(matches!(full, register::Error::NoFreeNumber), "{full} after {DRAWS_MAX} draws");
}
