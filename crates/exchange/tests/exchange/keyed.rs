//! Keyed calls: one effect, one reply.

use crate::country::{Country, count_request, school_request};
use exchange::{Error, Purpose, Request, Scope};
use futures::future::join_all;
use serde_json::json;
use std::sync::atomic::Ordering;

#[tokio::test]
async fn a_retry_gets_the_first_reply_and_does_nothing() {
    let country = Country::found().await;
    let ctx = country.teacher();
    let request = || count_request().once("d/1");
    let first = country.exchange.call(&ctx, request(), json!({"a": 1, "b": 2})).await.unwrap();
    // The order of members does not make another request.
    let again = country.exchange.call(&ctx, request(), json!({"b": 2, "a": 1})).await.unwrap();
    assert_eq!(first, again);
    assert_eq!((country.effects().await, country.library.handled.load(Ordering::SeqCst)), (1, 1));
    assert_eq!(country.lines(None).await.len(), 1);
}

#[tokio::test]
async fn twins_have_one_effect() {
    let country = Country::found().await;
    let subject = country.subject();
    let case = country.open_case("school/north", vec![subject.into()], vec![]).await;
    let ctx = country.teacher();
    let calls = (0..8)
        .map(|_| country.exchange.call(&ctx, school_request(case, subject).once("d/2"), json!({"touch": [subject]})));
    let replies = join_all(calls).await;
    for reply in &replies {
        assert_eq!(reply.as_ref().unwrap(), replies[0].as_ref().unwrap());
    }
    assert_eq!(country.effects().await, 1);
    assert_eq!(country.lines(Some(subject)).await.len(), 1);
}

#[tokio::test]
async fn a_refused_effect_may_be_sent_again() {
    let country = Country::found().await;
    let ctx = country.teacher();
    let request = || count_request().once("d/3");
    for _ in 0..2 {
        let problem = country.exchange.call(&ctx, request(), json!({"fail": "LIB0001"})).await.unwrap_err();
        assert_eq!(problem.code, "LIB0001");
    }
    country.exchange.call(&ctx, request(), json!({})).await.unwrap();
    assert_eq!(country.effects().await, 1);
}

#[tokio::test]
async fn a_retry_is_answered_after_the_case_was_closed() {
    let country = Country::found().await;
    let (subject, ctx) = (country.subject(), country.teacher());
    let case = country.open_case("school/north", vec![subject.into()], vec![]).await;
    let request = || school_request(case, subject).once("d/4");
    let first = country.exchange.call(&ctx, request(), json!({})).await.unwrap();
    let mut tx = country.test.db.begin().await.unwrap();
    exchange::close_grants(&mut tx, &ctx, case, None).await.unwrap();
    tx.commit().await.unwrap();
    // The effect happened while the case was open; without its reply the caller could never go on.
    assert_eq!(country.exchange.call(&ctx, request(), json!({})).await.unwrap(), first);
    let other = school_request(case, subject).once("d/5");
    assert_eq!(country.exchange.call(&ctx, other, json!({})).await.unwrap_err().code, "EXC0003");
}

#[tokio::test]
async fn two_citizens_may_use_the_same_key() {
    let country = Country::found().await;
    let mut replies = Vec::new();
    for _ in 0..2 {
        let subject = country.subject();
        let request = Request::new("desk", "city-library", "reader.get", Purpose::SELF_SERVICE)
            .about(Scope::of(subject))
            .once("form-1");
        replies.push(country.exchange.call(&country.citizen(subject), request, json!({})).await.unwrap());
    }
    assert_eq!(country.effects().await, 2);
}

#[tokio::test]
async fn typed_work_is_remembered_too() {
    let country = Country::found().await;
    let subject = country.subject();
    let ctx = country.citizen(subject);
    let request =
        || Request::new("desk", "desk", "access-log.own", Purpose::SELF_SERVICE).about(Scope::of(subject)).once("k");
    let input = json!({"input": 1});
    let mut replies = Vec::new();
    for drawn in [7_u32, 8] {
        let reply = country.exchange.open_once(&ctx, request(), &input, move |_, _| {
            Box::pin(async move { Ok::<(u32, String), Error>((drawn, "x".to_owned())) })
        });
        replies.push(reply.await.unwrap());
    }
    assert_eq!(replies, [(7, "x".to_owned()), (7, "x".to_owned())]);
    let forgetful = country.exchange.open(&ctx, request(), |_, _| Box::pin(async { Ok::<(), Error>(()) }));
    assert_eq!(forgetful.await.unwrap_err().code, "EXC0014");
}
