//! Quotas: never exceeded by all callers together, and free for retries.

use crate::country::{Country, count_request};
use futures::future::join_all;
use kernel::Kind;
use serde_json::json;
use std::sync::{Arc, atomic::Ordering};
use time::macros::datetime;

const LIMIT: usize = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_callers_in_two_processes_never_pass_the_limit() {
    let country = Arc::new(Country::found().await);
    let doors = [country.exchange.clone(), Country::door(&country.test, &country.library)];
    let calls = (0..150).map(|i| {
        let (country, door) = (Arc::clone(&country), doors[i % 2].clone());
        tokio::spawn(async move { door.call(&country.teacher(), count_request(), json!({})).await })
    });
    let replies: Vec<_> = join_all(calls).await.into_iter().map(Result::unwrap).collect();
    let (done, refused): (Vec<_>, Vec<_>) = replies.into_iter().partition(Result::is_ok);
    // Both processes are alive and hungry, so nothing of a leased block is left over either.
    assert_eq!(done.len(), LIMIT);
    assert!(refused.iter().all(|reply| {
        let problem = reply.as_ref().unwrap_err();
        problem.code == "EXC0004" && problem.kind == Kind::TooMany
    }));
    assert_eq!(country.effects().await, 60);
    assert_eq!(country.library.handled.load(Ordering::SeqCst), 60);
    let logged = country.count("SELECT count(*) FROM exchange.refusal WHERE code = 'EXC0004'").await;
    assert_eq!(logged, 90);
}

#[tokio::test]
async fn a_new_day_in_vietnam_begins_anew() {
    let country = Country::found().await;
    let call = || async { country.exchange.call(&country.teacher(), count_request(), json!({})).await };
    for _ in 0..LIMIT {
        call().await.unwrap();
    }
    assert_eq!(call().await.unwrap_err().code, "EXC0004");
    country.clock.set(datetime!(2026-11-22 16:59:59 UTC));
    assert_eq!(call().await.unwrap_err().code, "EXC0004");
    country.clock.set(datetime!(2026-11-22 17:00 UTC));
    call().await.unwrap();
}

#[tokio::test]
async fn a_retry_costs_nothing_and_is_answered_when_the_quota_is_used_up() {
    let country = Country::found().await;
    let ctx = country.teacher();
    let keyed = || count_request().once("k");
    let first = country.exchange.call(&ctx, keyed(), json!({})).await.unwrap();
    for _ in 0..100 {
        assert_eq!(country.exchange.call(&ctx, keyed(), json!({})).await.unwrap(), first);
    }
    for _ in 1..LIMIT {
        country.exchange.call(&ctx, count_request(), json!({})).await.unwrap();
    }
    assert_eq!(country.exchange.call(&ctx, count_request(), json!({})).await.unwrap_err().code, "EXC0004");
    assert_eq!(country.exchange.call(&ctx, keyed(), json!({})).await.unwrap(), first);
    let other = count_request().once("l");
    assert_eq!(country.exchange.call(&ctx, other, json!({})).await.unwrap_err().code, "EXC0004");
}

#[tokio::test]
async fn each_body_counts_for_itself() {
    let country = Country::found().await;
    for _ in 0..LIMIT {
        country.exchange.call(&country.teacher(), count_request(), json!({})).await.unwrap();
    }
    let account = kernel::AccountId(country.teacher().uuid());
    let actor = kernel::Actor::Officer { account, body: "school/south".into(), roles: vec!["teacher".into()] };
    let mut request = count_request();
    request.consumer = "school/south".into();
    country.exchange.call(&country.ctx(actor), request, json!({})).await.unwrap();
}
