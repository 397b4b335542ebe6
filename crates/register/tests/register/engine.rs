//! Writing and reading through a pass.

use crate::country::Country;
use kernel::{Kind, Problem, SubjectId};
use register::{Amendment, AsOf, Criteria, NameAlone, NewRecord, Version};
use serde_json::{Value, json};
use std::sync::Arc;
use time::macros::date;

pub(crate) async fn put(
    country: &Country,
    register: &str,
    subject: SubjectId,
    body: Value,
) -> Result<Version, Problem> {
    let register = country.register(register);
    let registers = Arc::clone(&country.registers);
    let ctx = country.base.clone();
    country
        .with_pass(&[subject], move |conn, pass| {
            Box::pin(async move {
                let new =
                    NewRecord { subject, record: None, valid_from: date!(2026 - 01 - 01), valid_until: None, body };
                register::put(conn, &ctx, pass, &registers, &register, new).await
            })
        })
        .await
}

pub(crate) async fn amend(country: &Country, of: &Version, expected: i32, body: Value) -> Result<Version, Problem> {
    let register = country.register(&of.register);
    let registers = Arc::clone(&country.registers);
    let ctx = country.base.clone();
    let amendment = Amendment {
        subject: of.subject,
        record: of.record,
        expected_version: expected,
        valid_from: date!(2026 - 02 - 01),
        valid_until: None,
        body,
    };
    country
        .with_pass(&[of.subject], move |conn, pass| {
            Box::pin(async move { register::amend(conn, &ctx, pass, &registers, &register, amendment).await })
        })
        .await
}

#[tokio::test]
async fn only_the_fields_of_the_pass_come_back() {
    let country = Country::found().await;
    let subject = country.subject();
    let body = json!({"name": "Đỗ An", "birth_date": "1990-05-01", "note": "not for the agreement"});
    let written = put(&country, "reader", subject, body).await.unwrap();
    assert_eq!(written.body, json!({"name": "Đỗ An", "birth_date": "1990-05-01"}));
    assert!(!format!("{written:?}").contains("An"));
    let history = country
        .with_pass(&[subject], {
            let (register, ctx) = (country.register("reader"), country.base.clone());
            move |conn, pass| {
                Box::pin(async move { register::history(conn, &ctx, pass, &register, subject, None).await })
            }
        })
        .await
        .unwrap();
    assert_eq!(history, [written]);
}

#[tokio::test]
async fn somebody_outside_the_pass_is_not_read() {
    let country = Country::found().await;
    let (own, other) = (country.subject(), country.subject());
    put(&country, "reader", other, json!({"name": "Kín", "birth_date": "1990"})).await.unwrap();
    let (register, ctx) = (country.register("reader"), country.base.clone());
    let problem = country
        .with_pass(&[own], move |conn, pass| {
            Box::pin(async move {
                let as_of = AsOf::valid_on(date!(2026 - 11 - 22));
                register::get(conn, &ctx, pass, &register, other, as_of).await
            })
        })
        .await
        .unwrap_err();
    assert_eq!(problem.code, "EXC0008");
}

#[tokio::test]
async fn shape_and_rules_name_the_field_and_the_law() {
    let country = Country::found().await;
    let bad = put(&country, "reader", country.subject(), json!({"name": "", "birth_date": "soon", "x": 1})).await;
    let problem = bad.unwrap_err();
    assert_eq!((problem.code.as_ref(), problem.kind), ("REG0003", Kind::Invalid));
    let mut pointers: Vec<_> = problem.fields.iter().map(|field| field.pointer.as_str()).collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/birth_date", "/name", "/x"]);

    let unborn = put(&country, "reader", country.subject(), json!({"name": "A", "birth_date": "2027-01-01"})).await;
    let problem = unborn.unwrap_err();
    let [field] = problem.fields.as_slice() else { panic!("one field: {problem}") };
    assert_eq!((field.code.as_ref(), field.pointer.as_str()), ("LIB0002", "/birth_date"));
    assert_eq!(field.legal_basis.as_deref(), Some("Library Act art. 1"));
    let stored: i64 =
        sqlx::query_scalar("SELECT count(*) FROM register.record").fetch_one(&country.db.owner).await.unwrap();
    assert_eq!(stored, 0);
}

#[tokio::test]
async fn of_two_amendments_one_wins() {
    let country = Country::found().await;
    let body = |name: &str| json!({"name": name, "birth_date": "1990"});
    let first = put(&country, "reader", country.subject(), body("A")).await.unwrap();
    let (one, two) = tokio::join!(amend(&country, &first, 1, body("B")), amend(&country, &first, 1, body("C")));
    let outcomes = [one, two];
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let lost = outcomes.into_iter().find_map(Result::err).unwrap();
    assert_eq!((lost.code.as_ref(), lost.kind), ("REG0002", Kind::Conflict));
    assert_eq!(amend(&country, &first, 2, body("D")).await.unwrap().version, 3);
    assert_eq!(amend(&country, &first, 2, body("E")).await.unwrap_err().code, "REG0002");
}

#[tokio::test]
async fn a_single_register_holds_one_record_of_a_subject() {
    let country = Country::found().await;
    let subject = country.subject();
    let body = json!({"name": "A", "birth_date": "1990"});
    let (one, two) =
        tokio::join!(put(&country, "reader", subject, body.clone()), put(&country, "reader", subject, body.clone()));
    let lost = [one, two].into_iter().find_map(Result::err).unwrap();
    assert_eq!(lost.code, "REG0007");
}

#[tokio::test]
async fn search_wants_more_than_a_name_and_forgets_former_ones() {
    let country = Country::found().await;
    let body = |name: &str, birth: &str| json!({"name": name, "birth_date": birth});
    let an = put(&country, "reader", country.subject(), body("Đỗ An", "1990-05-01")).await.unwrap();
    let other = put(&country, "reader", country.subject(), body("ĐỖ ÀN", "1990-07-09")).await.unwrap();
    let year = put(&country, "reader", country.subject(), body("Đỗ An", "1990")).await.unwrap();
    put(&country, "reader", country.subject(), body("Đỗ An", "1991-05-01")).await.unwrap();
    let renamed = put(&country, "reader", country.subject(), body("Do An", "1990-05-01")).await.unwrap();
    amend(&country, &renamed, 1, body("Lê An", "1990-05-01")).await.unwrap();
    put(&country, "membership", an.subject, json!({"branch": "north", "number": "1"})).await.unwrap();

    let search = async |birth: Option<&str>, unit: Option<&str>, name_alone| {
        let criteria = Criteria {
            name: "do an".to_owned(),
            birth: birth.map(|birth| birth.parse().unwrap()),
            unit: unit.map(str::to_owned),
            limit: 10,
        };
        let (register, ctx) = (country.register("reader"), country.base.clone());
        let request = exchange::Request::new("city-library", "city-library", "reader.work", "operation")
            .about(exchange::Scope::Search { limit: 50 });
        let officer = country.officer("city-library", "librarian");
        let found = country.exchange.open(&officer, request, move |conn, pass| {
            Box::pin(async move {
                let day = date!(2026 - 11 - 22);
                register::search(conn, &ctx, pass, &register, &criteria, name_alone, day).await
            })
        });
        let mut found: Vec<_> = found.await?.into_iter().map(|version| version.subject).collect();
        found.sort();
        Ok::<_, Problem>(found)
    };
    let sorted = |versions: &[&Version]| {
        let mut subjects: Vec<_> = versions.iter().map(|version| version.subject).collect();
        subjects.sort();
        subjects
    };
    let refused = NameAlone::Refused;
    assert_eq!(search(Some("1990"), None, refused).await.unwrap(), sorted(&[&an, &other, &year]));
    assert_eq!(search(Some("1990-05-01"), None, refused).await.unwrap(), sorted(&[&an, &year]));
    assert_eq!(search(Some("1990"), Some("north"), refused).await.unwrap(), sorted(&[&an]));
    assert_eq!(search(Some("1990"), Some("south"), refused).await.unwrap(), []);
    assert_eq!(search(None, Some("north"), refused).await.unwrap_err().code, "REG0005");
    assert_eq!(search(None, None, NameAlone::Allowed).await.unwrap().len(), 4);
}

#[tokio::test]
async fn a_cursor_never_skips_a_late_commit() {
    let country = Country::found().await;
    let loan = country.register("loan");
    // A transaction that appends first and commits last.
    let mut late = country.db.db.begin().await.unwrap();
    let item = store::feed::NewItem {
        feed: loan.feed(),
        subject: country.subject(),
        kind: "put".to_owned(),
        payload: json!({"late": true}),
    };
    store::feed::append_all(&mut late, &country.base, &[item]).await.unwrap();
    for _ in 0..3 {
        put(&country, "loan", country.subject(), json!({"x": 1})).await.unwrap();
    }
    assert_eq!(country.sequence("loan").await, 3);
    let mut conn = country.db.db.pool().acquire().await.unwrap();
    let read = register::changes(&mut conn, &loan, 0, 100).await.unwrap();
    assert_eq!(read.iter().map(|item| item.pos).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(read.iter().all(|item| item.payload.get("x").is_none()), "the feed says nothing of the content");
    late.commit().await.unwrap();
    assert_eq!(country.sequence("loan").await, 4);
    let rest = register::changes(&mut conn, &loan, 3, 100).await.unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].payload, json!({"late": true}));
}

#[tokio::test]
async fn the_application_cannot_rewrite_history() {
    let country = Country::found().await;
    put(&country, "loan", country.subject(), json!({"x": 1})).await.unwrap();
    for statement in [
        "UPDATE register.record SET version = 2",
        "DELETE FROM register.record",
        "DELETE FROM register.unique_value",
        "TRUNCATE register.link",
        "UPDATE register.name_index SET birth_year = 1",
    ] {
        let refused = sqlx::query(statement).execute(country.db.db.pool()).await.unwrap_err();
        assert_eq!(refused.as_database_error().and_then(|error| error.code()).as_deref(), Some("42501"), "{statement}");
    }
}

#[tokio::test]
async fn the_catalogue_keeps_the_rules_of_growth() {
    let country = Country::found().await;
    let found = store::lint::catalogue(&country.db.owner).await.unwrap();
    let ours: Vec<_> = found.into_iter().filter(|finding| finding.starts_with("register.")).collect();
    assert_eq!(ours, [] as [String; 0]);
}
