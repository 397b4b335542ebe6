//! What the nightly sweep takes away, and what it must leave.

use crate::country::{Country, count_request};
use exchange::{QUOTAS_KEPT, REPLIES_KEPT, SWEEP};
use kernel::{Actor, BodyId, Ctx};
use serde_json::{Value, json};
use store::jobs::Worker;
use time::Duration;

fn worker(country: &Country) -> (Ctx, Worker) {
    let ctx = country.ctx(Actor::System { body: BodyId::new("desk"), on_decision_of: None });
    let worker = Worker::new(country.test.db.clone(), ctx.clone(), country.exchange.jobs().into_iter().collect(), 1);
    (ctx, worker)
}

#[tokio::test]
async fn an_old_reply_goes_and_its_key_has_no_second_effect() {
    let country = Country::found().await;
    let ctx = country.teacher();
    let (system, worker) = worker(&country);
    let old = || count_request().once("d/old");
    let young = || count_request().once("d/young");
    country.exchange.call(&ctx, old(), json!({})).await.unwrap();
    country.clock.set(country.clock.now() + Duration::hours(2));
    let kept = country.exchange.call(&ctx, young(), json!({})).await.unwrap();
    // Between the two, to the minute.
    country.clock.set(country.clock.now() + REPLIES_KEPT - Duration::minutes(1));
    country.exchange.start(&system).await.unwrap();
    country.exchange.start(&system).await.unwrap();
    assert_eq!(worker.run_until_idle().await.unwrap(), 1, "started twice, it runs once");

    let replies = "SELECT count(*) FROM exchange.call WHERE reply IS NOT NULL";
    assert_eq!((country.count(replies).await, country.count("SELECT count(*) FROM exchange.call").await), (1, 2));
    let again = country.exchange.call(&ctx, old(), json!({})).await.unwrap_err();
    assert_eq!((again.code.as_ref(), again.kind.retryable()), ("EXC0018", false));
    assert_eq!(country.effects().await, 2);
    assert_eq!(country.exchange.call(&ctx, young(), json!({})).await.unwrap(), kept);
    // The key still belongs to its request.
    let other = country.exchange.call(&ctx, old(), json!({"other": 1})).await.unwrap_err();
    assert_eq!(other.code, "EXC0010");

    // It has ordered itself anew, and the next night goes on where this one ended.
    country.clock.set(country.clock.now() + Duration::days(2));
    assert_eq!(worker.run_until_idle().await.unwrap(), 1);
    assert_eq!(country.count(replies).await, 0);
    let next: Vec<Value> = sqlx::query_scalar("SELECT payload FROM store.job WHERE kind = $1")
        .bind(SWEEP)
        .fetch_all(&country.test.owner)
        .await
        .unwrap();
    assert_eq!(next.len(), 1);
    assert!(next[0]["swept_until"].is_string(), "{next:?}");
}

#[tokio::test]
async fn more_than_one_batch_is_swept() {
    let country = Country::found().await;
    let (system, worker) = worker(&country);
    sqlx::query(
        "INSERT INTO exchange.call (key, consumer, actor, request, reply, called_at) \
         SELECT 'k' || n, 'desk', '', '\\x00'::bytea, '1'::jsonb, $1 + n * interval '3 seconds' \
         FROM generate_series(1, 2500) n",
    )
    .bind(country.clock.now())
    .execute(&country.test.owner)
    .await
    .unwrap();
    country.clock.set(country.clock.now() + REPLIES_KEPT + Duration::days(1));
    country.exchange.start(&system).await.unwrap();
    worker.run_until_idle().await.unwrap();
    assert_eq!(country.count("SELECT count(*) FROM exchange.call WHERE reply IS NOT NULL").await, 0);
}

#[tokio::test]
async fn quotas_of_long_ago_go() {
    let country = Country::found().await;
    let (system, worker) = worker(&country);
    country.exchange.call(&country.teacher(), count_request(), json!({})).await.unwrap();
    let quotas = "SELECT count(*) FROM exchange.quota";
    for (later, left) in [(QUOTAS_KEPT, 1), (Duration::days(2), 0)] {
        country.clock.set(country.clock.now() + later);
        country.exchange.start(&system).await.unwrap();
        worker.run_until_idle().await.unwrap();
        assert_eq!(country.count(quotas).await, left);
    }
}
