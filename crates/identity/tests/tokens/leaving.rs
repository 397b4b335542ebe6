//! Leaving: logging out from a relying party, telling relying parties, taking consent back, and what the night sweeps.

use crate::house::{House, house, redeeming, said};
use async_trait::async_trait;
use axum::http::StatusCode;
use identity::openid::{LOGOUT, LogoutSender, SWEEP};
use kernel::{Kind, Problem};
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use store::jobs::Worker;
use time::Duration;
use uuid::Uuid;

/// A relying party's end of the line: notes what it hears and answers as it is told.
#[derive(Default)]
struct Line {
    heard: Mutex<Vec<(String, String)>>,
    answers: Mutex<Vec<Result<u16, Problem>>>,
}

#[async_trait]
impl LogoutSender for Line {
    async fn send(&self, url: &str, logout_token: &str) -> Result<u16, Problem> {
        self.heard.lock().unwrap().push((url.to_owned(), logout_token.to_owned()));
        self.answers.lock().unwrap().pop().unwrap_or(Ok(200))
    }
}

async fn listening() -> (House, Arc<Line>) {
    let house = house().await;
    house.client("shop", "openid", json!({"backchannel_logout_uri": "https://shop.test/logout"})).await;
    (house, Arc::default())
}

async fn work(house: &House, line: &Arc<Line>) -> usize {
    let handlers: HashMap<_, _> = house.provider.jobs(line.clone()).into_iter().collect();
    Worker::new(house.test.db.clone(), house.system.clone(), handlers, 1).run_until_idle().await.unwrap()
}

/// Tokens of the mother at the shop.
async fn at_shop(house: &House) -> crate::house::Answer {
    let code = house.code_for("shop", json!({}), &[]).await;
    let mut fields = redeeming(&code);
    fields[2].1 = "https://shop.test/cb";
    house.token("shop", &fields).await.good()
}

fn location(answer: &crate::house::Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.headers["location"].to_str().unwrap().to_owned()
}

async fn end(house: &House, query: &str, cookie: bool) -> crate::house::Answer {
    let cookie_header = format!("__Host-sen={}", house.cookie);
    let headers: &[(&str, &str)] = if cookie { &[("cookie", cookie_header.as_str())] } else { &[] };
    house.get(&format!("/openid/end-session?{query}"), headers).await
}

async fn has_session(house: &House) -> bool {
    let mut conn = house.test.db.pool().acquire().await.unwrap();
    web::find(&mut conn, &house.system, &house.cookie, false).await.unwrap().is_some()
}

#[tokio::test]
async fn with_the_sessions_own_id_token_logging_out_is_done_and_everybody_is_told() {
    let (house, line) = listening().await;
    let shop = at_shop(&house).await;
    let bank = house.redeem(&house.code().await).await.good();
    let query = format!(
        "id_token_hint={}&post_logout_redirect_uri=https%3A%2F%2Fbank.test%2Fbye&state=a%26b",
        bank.text("id_token")
    );
    let answer = end(&house, &query, true).await;
    assert_eq!(location(&answer), "https://bank.test/bye?state=a%26b");
    assert!(answer.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert!(!has_session(&house).await);
    assert_eq!(work(&house, &line).await, 1);
    let heard = line.heard.lock().unwrap().clone();
    let (url, token) = &heard[0];
    assert_eq!(url, "https://shop.test/logout");
    assert_eq!(crate::house::header_of(token)["typ"], "logout+jwt");
    let (says, id) = (said(token), said(&shop.text("id_token")));
    assert_eq!((&says["aud"], &says["sub"], &says["sid"]), (&json!("shop"), &id["sub"], &id["sid"]));
    assert_eq!(says["events"], json!({"http://schemas.openid.net/event/backchannel-logout": {}}));
    assert!(says.get("nonce").is_none() && says["jti"].is_string());
    assert_eq!(says["exp"].as_i64().unwrap() - says["iat"].as_i64().unwrap(), 120);
}

#[tokio::test]
async fn without_a_fitting_hint_the_person_is_asked_first() {
    let house = house().await;
    let id = house.redeem(&house.code().await).await.good().text("id_token");
    assert_eq!(location(&end(&house, "", true).await), "/dang-xuat/hoi");
    let query = "client_id=bank&post_logout_redirect_uri=https%3A%2F%2Fbank.test%2Fbye&state=s";
    assert_eq!(location(&end(&house, query, true).await), format!("/dang-xuat/hoi?{query}"));
    // An ID token of a session that is another browser's.
    sqlx::query("update web.session set session_id = $1").bind(Uuid::nil()).execute(&house.test.owner).await.unwrap();
    let asked = location(&end(&house, &format!("id_token_hint={id}"), true).await);
    assert!(asked.starts_with("/dang-xuat/hoi?id_token_hint="), "{asked}");
    assert!(has_session(&house).await);
    let cookie = format!("__Host-sen={}", house.cookie);
    let headers = [("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin")];
    let forged = house.post_with("/openid/end-session", &[("_csrf", "guessed")], &headers).await;
    assert_eq!(location(&forged), "/dang-xuat/hoi");
    assert!(has_session(&house).await);
    let stay = [("_csrf", house.session.csrf.as_str()), ("_lam", "o-lai")];
    assert_eq!(location(&house.post_with("/openid/end-session", &stay, &headers).await), "/");
    assert!(has_session(&house).await);
    let yes = [
        ("_csrf", house.session.csrf.as_str()),
        ("client_id", "bank"),
        ("post_logout_redirect_uri", "https://bank.test/bye"),
    ];
    assert_eq!(location(&house.post_with("/openid/end-session", &yes, &headers).await), "https://bank.test/bye");
    assert!(!has_session(&house).await);
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_is_not_registered() {
    let house = house().await;
    let id = house.redeem(&house.code().await).await.good().text("id_token");
    let to = |uri: &str| format!("id_token_hint={id}&post_logout_redirect_uri={uri}");
    for uri in ["https://evil.test/", "https://bank.test/bye/", "https://bank.test/bye%3Fx=1", "https://bank.test/cb"] {
        let answer = end(&house, &to(uri), true).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{uri}");
        assert!(has_session(&house).await, "{uri}");
    }
    let nobodys = end(&house, "post_logout_redirect_uri=https%3A%2F%2Fbank.test%2Fbye", true).await;
    assert_eq!(nobodys.status, StatusCode::UNPROCESSABLE_ENTITY);
    let another = format!("id_token_hint={id}&client_id=shop");
    assert_eq!(end(&house, &another, true).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(end(&house, "id_token_hint=x.y.z", true).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Whoever is not signed in is sent back where they came from.
    assert_eq!(location(&end(&house, &to("https://bank.test/bye"), false).await), "https://bank.test/bye");
}

#[tokio::test]
async fn a_relying_party_that_is_away_is_told_again_and_one_that_refuses_is_not() {
    let (house, line) = listening().await;
    for (answers, runs, dead) in
        [(vec![Ok(204), Err(Problem::new(Kind::Unavailable, "IDN0157")), Ok(503)], 3, 0), (vec![Ok(400)], 1, 1)]
    {
        at_shop(&house).await;
        *line.answers.lock().unwrap() = answers;
        let mut conn = house.test.db.pool().acquire().await.unwrap();
        house.provider.session_ended(&mut conn, &house.system, house.session.id).await.unwrap();
        line.heard.lock().unwrap().clear();
        let mut done = 0;
        for _ in 0..10 {
            done += work(&house, &line).await;
            house.later(Duration::minutes(1));
        }
        assert_eq!((done, line.heard.lock().unwrap().len()), (runs, runs));
        let letters = store::jobs::dead_letters(&mut conn, None, 10).await.unwrap();
        assert_eq!(letters.iter().filter(|letter| letter.kind == LOGOUT).count(), dead);
    }
}

#[tokio::test]
async fn a_consent_taken_back_ends_every_token_of_it() {
    let (house, line) = listening().await;
    let bank = house.redeem(&house.code_for("bank", json!({}), &["name"]).await).await.good();
    let shop = at_shop(&house).await;
    let shown = house.provider.grants_of(&house.citizen(), house.mother.0).await.unwrap();
    assert_eq!(shown.len(), 2);
    let grant = shown.iter().find(|grant| grant.claims.is_empty()).unwrap();
    assert!(grant.used_at.is_some());
    let stranger = kernel::AccountId(house.system.uuid());
    let refused = house.provider.withdraw(&house.citizen(), stranger, grant.id).await.unwrap_err();
    assert_eq!(Problem::from(refused).code, "IDN0151");
    house.provider.withdraw(&house.citizen(), house.mother.0, grant.id).await.unwrap();
    assert_eq!(house.userinfo(&shop.text("access_token")).await.status, StatusCode::UNAUTHORIZED);
    let token = shop.text("refresh_token");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    house.token("shop", &fields).await.refused("invalid_grant", "IDN0160");
    assert_eq!(work(&house, &line).await, 1, "the shop is told");
    house.userinfo(&bank.text("access_token")).await.good();
    assert_eq!(house.provider.grants_of(&house.citizen(), house.mother.0).await.unwrap().len(), 1);
    assert!(house.provider.withdraw(&house.citizen(), house.mother.0, grant.id).await.is_err());
    assert!(house.events(house.mother.1).await.contains(&"consent-withdrawn".to_owned()));
}

#[tokio::test]
async fn a_closed_account_has_no_tokens() {
    let house = house().await;
    let tokens = house.redeem(&house.code().await).await.good();
    let code = house.code().await;
    sqlx::query("update identity.account set disabled_at = now()").execute(&house.test.owner).await.unwrap();
    assert_eq!(house.userinfo(&tokens.text("access_token")).await.status, StatusCode::UNAUTHORIZED);
    house.refresh(&tokens.text("refresh_token")).await.refused("invalid_grant", "IDN0160");
    house.redeem(&code).await.refused("invalid_grant", "IDN0160");
}

#[tokio::test]
async fn the_night_sweeps_what_has_expired_and_nothing_that_lives() {
    let (house, line) = listening().await;
    let online = house.code_for("bank", json!({"offline": false, "scope": ["openid"]}), &[]).await;
    house.redeem(&online).await.good();
    let offline = house.redeem(&house.code().await).await.good().text("refresh_token");
    house.post("bank", "/openid/device", &[]).await.good();
    house.later(Duration::days(2));
    house.provider.start(&house.system).await.unwrap();
    house.provider.start(&house.system).await.unwrap();
    assert_eq!(work(&house, &line).await, 1, "one sweep, and the next one tomorrow");
    let left = |table: &'static str| {
        let owner = house.test.owner.clone();
        async move {
            let count = sqlx::AssertSqlSafe(format!("select count(*) from identity.{table}"));
            sqlx::query_scalar::<_, i64>(count).fetch_one(&owner).await.unwrap()
        }
    };
    assert_eq!(left("asking").await, 0);
    assert_eq!(left("authorization_code").await, 0);
    assert_eq!(left("refresh_token").await, 1);
    assert_eq!(left("oauth_grant").await, 1);
    house.refresh(&offline).await.good();
    house.later(Duration::days(2));
    assert_eq!(work(&house, &line).await, 1, "{SWEEP} orders itself");
}
