//! What a passage leaves behind, and what it lets through.

use crate::country::{Country, school_request};
use exchange::{Error, Purpose, Request, Scope};
use kernel::{Kind, Problem};
use serde_json::json;

#[tokio::test]
async fn only_the_fields_of_the_pass_come_back() {
    let country = Country::found().await;
    let (subject, ctx) = (country.subject(), country.teacher());
    let case = country.open_case("school/north", vec![subject.into()], vec![]).await;
    let reply = country.exchange.call(&ctx, school_request(case, subject), json!({})).await.unwrap();
    assert_eq!(reply, json!({"subject": "s", "name": "Nam", "address": "1 Street"}));
    let reply = country.exchange.call(&ctx, school_request(case, subject).only(["name"]), json!({})).await.unwrap();
    assert_eq!(reply, json!({"name": "Nam"}));
}

#[tokio::test]
async fn everybody_touched_has_a_line_in_the_ledger() {
    let country = Country::found().await;
    let (a, b, ctx) = (country.subject(), country.subject(), country.teacher());
    let case = country.open_case("school/north", vec![a.into(), b.into()], vec![]).await;
    let mut request = school_request(case, a);
    request.scope = Scope::Subjects(vec![a.into(), b.into()]);
    country.exchange.call(&ctx, request, json!({"touch": [a, b, a]})).await.unwrap();
    for subject in [a, b] {
        let lines = country.lines(Some(subject)).await;
        let [line] = lines.as_slice() else { panic!("one line, not {}", lines.len()) };
        let account = match &ctx.actor {
            kernel::Actor::Officer { account, .. } => account.to_string(),
            _ => unreachable!(),
        };
        let expected = json!({
            "v": 1, "kind": "access", "at": "2026-11-22T03:00:00Z",
            "consumer": "school/north", "provider": "city-library", "service": "reader.get", "purpose": "dossier",
            "legal_basis": "Library Act art. 7", "agreement": "school/reader.get", "case": case,
            "actor": {"kind": "officer", "role": "teacher", "account": account, "body": "school/north"},
            "fields": ["address", "name", "subject"], "subject": subject, "outcome": "ok",
            "request": ctx.request, "pass": line["pass"],
        });
        assert_eq!(line, &expected);
    }
    assert!(country.lines(None).await.is_empty());
}

#[tokio::test]
async fn a_passage_that_touched_nobody_has_one_line() {
    let country = Country::found().await;
    country.exchange.call(&country.teacher(), crate::country::count_request(), json!({})).await.unwrap();
    let lines = country.lines(None).await;
    assert_eq!(lines.len(), 1);
    assert_eq!((&lines[0]["kind"], &lines[0]["outcome"]), (&json!("access"), &json!("ok")));
}

#[tokio::test]
async fn a_failed_passage_changes_nothing_and_is_logged() {
    let country = Country::found().await;
    let (subject, child, ctx) = (country.subject(), country.subject(), country.teacher());
    let case = country.open_case("school/north", vec![subject.into()], vec![]).await;
    for (code, kind) in [("LIB0001", Kind::Invalid), ("LIB0002", Kind::Unavailable)] {
        let payload = json!({"touch": [subject], "new": child, "fail": code});
        country.tick();
        let problem = country.exchange.call(&ctx, school_request(case, subject), payload).await.unwrap_err();
        assert_eq!((problem.code.as_ref(), problem.kind), (code, kind));
        let line = country.lines(Some(subject)).await.pop().unwrap();
        assert_eq!((&line["kind"], &line["outcome"]), (&json!("access"), &json!(code)));
    }
    assert_eq!(country.effects().await, 0);
    assert!(country.lines(Some(child)).await.is_empty(), "who was to begin to exist never did");
}

#[tokio::test]
async fn what_a_failed_statement_broke_is_a_problem_and_not_a_loss() {
    let country = Country::found().await;
    let subject = country.subject();
    let request = Request::new("desk", "desk", "access-log.own", Purpose::SELF_SERVICE).about(Scope::of(subject));
    let ctx = country.citizen(subject);
    let work = country.exchange.open(&ctx, request, move |tx, pass| {
        Box::pin(async move {
            pass.admit(subject, None)?;
            sqlx::query("SELECT * FROM there_is_no_such_table").execute(tx).await.map_err(Error::from)?;
            Ok::<_, Error>(())
        })
    });
    let problem = work.await.unwrap_err();
    assert_eq!((problem.code.as_ref(), problem.kind), ("EXC0012", Kind::Internal));
    assert_eq!(country.lines(Some(subject)).await[0]["outcome"], json!("EXC0012"));
}

#[tokio::test]
async fn a_lost_connection_is_worth_another_try() {
    let country = Country::found().await;
    let subject = country.subject();
    let request = Request::new("desk", "desk", "access-log.own", Purpose::SELF_SERVICE).about(Scope::of(subject));
    let (ctx, db) = (country.citizen(subject), country.test.db.clone());
    let work = country.exchange.open(&ctx, request, move |tx, pass| {
        Box::pin(async move {
            pass.admit(subject, None)?;
            let backend: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut *tx).await?;
            sqlx::query("SELECT pg_terminate_backend($1)").bind(backend).execute(db.pool()).await?;
            sqlx::query("SELECT 1").execute(tx).await?;
            Ok::<_, Error>(())
        })
    });
    let problem = work.await.unwrap_err();
    assert_eq!((problem.code.as_ref(), problem.kind), ("EXC0012", Kind::Unavailable));
    // The line is written on another connection.
    assert_eq!(country.lines(Some(subject)).await[0]["outcome"], json!("EXC0012"));
}

#[tokio::test]
async fn a_caller_who_goes_away_leaves_nothing_behind() {
    let country = Country::found().await;
    let ctx = country.teacher();
    for _ in 0..70 {
        let call = country.exchange.call(&ctx, crate::country::count_request().once("k"), json!({"hang": true}));
        tokio::select! {
            _ = call => unreachable!("it hangs"),
            () = country.library.hanging.notified() => {}
        }
    }
    assert!(country.lines(None).await.is_empty());
    // The quota of 60 is whole again, and the key is free.
    for n in 0..60 {
        let request = crate::country::count_request().once(if n == 0 { "k".to_owned() } else { format!("k{n}") });
        country.exchange.call(&ctx, request, json!({})).await.unwrap();
    }
    assert_eq!(country.effects().await, 60);
}

#[tokio::test]
async fn a_service_nobody_serves_here_is_unavailable() {
    let country = Country::found().await;
    let subject = country.subject();
    let request = Request::new("desk", "desk", "access-log.own", Purpose::SELF_SERVICE).about(Scope::of(subject));
    let problem = country.exchange.call(&country.citizen(subject), request, json!({})).await.unwrap_err();
    assert_eq!(problem, Problem::new(Kind::Unavailable, "EXC0015"));
}

#[tokio::test]
async fn a_case_grows_by_the_child_that_got_a_number() {
    let country = Country::found().await;
    let (mother, child, ctx) = (country.subject(), country.subject(), country.teacher());
    let case = country.open_case("school/north", vec![mother.into()], vec![]).await;
    let born = json!({"touch": [mother], "new": child});
    country.exchange.call(&ctx, school_request(case, mother), born).await.unwrap();
    assert_eq!(country.lines(Some(child)).await.len(), 1);
    let about_child = || school_request(case, child);
    assert_eq!(country.exchange.call(&ctx, about_child(), json!({})).await.unwrap_err().code, "EXC0008");
    let mut tx = country.test.db.begin().await.unwrap();
    exchange::extend_grant(&mut tx, &ctx, case, &"school/north".into(), &[child.into(), mother.into()]).await.unwrap();
    tx.commit().await.unwrap();
    country.exchange.call(&ctx, about_child(), json!({"touch": [child]})).await.unwrap();
}

#[tokio::test]
async fn a_case_can_be_opened_again() {
    let country = Country::found().await;
    let (subject, ctx) = (country.subject(), country.teacher());
    let case = country.open_case("school/north", vec![subject.into()], vec![]).await;
    let mut tx = country.test.db.begin().await.unwrap();
    exchange::close_grants(&mut tx, &ctx, case, Some(&"school/south".into())).await.unwrap();
    tx.commit().await.unwrap();
    country.exchange.call(&ctx, school_request(case, subject), json!({})).await.unwrap();
    let mut tx = country.test.db.begin().await.unwrap();
    exchange::close_grants(&mut tx, &ctx, case, Some(&"school/north".into())).await.unwrap();
    let again = exchange::CaseGrant {
        case,
        body: "school/north".into(),
        officers: vec![],
        subjects: vec![],
        purposes: vec![Purpose::dossier()],
        until: ctx.now() + time::Duration::days(1),
    };
    exchange::grant(&mut tx, &ctx, again).await.unwrap();
    tx.commit().await.unwrap();
    country.exchange.call(&ctx, school_request(case, subject), json!({})).await.unwrap();
}

#[tokio::test]
async fn every_table_keeps_to_the_rules_of_growth() {
    let country = Country::found().await;
    let findings = store::lint::catalogue(&country.test.owner).await.unwrap();
    let ours: Vec<_> = findings.iter().filter(|finding| format!("{finding:?}").contains("exchange")).collect();
    assert!(ours.is_empty(), "{ours:?}");
}
