//! Asked on one device, answered on another: the device grant and CIBA.

use crate::house::{Answer, House, MOTHER, house, key, said};
use axum::http::StatusCode;
use serde_json::json;
use time::Duration;

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const CIBA: &str = "urn:openid:params:grant-type:ciba";

async fn device(house: &House) -> Answer {
    house.post("bank", "/openid/device", &[("scope", "openid profile")]).await.good()
}

async fn poll(house: &House, code: &str) -> Answer {
    house.token("bank", &[("grant_type", DEVICE), ("device_code", code)]).await
}

async fn ciba(house: &House, more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("scope", "openid profile")];
    fields.extend_from_slice(more);
    house.post("bank", "/openid/ciba", &fields).await
}

async fn poll_ciba(house: &House, id: &str) -> Answer {
    house.token("bank", &[("grant_type", CIBA), ("auth_req_id", id)]).await
}

async fn answer(house: &House, asking: &identity::openid::Asking, allow: bool) -> Result<(), String> {
    let answered = house.provider.answer_asking(&house.citizen(), &house.session, asking.id, allow).await;
    answered.map_err(|error| kernel::Problem::from(error).code.into_owned())
}

#[tokio::test]
async fn a_kiosk_gets_tokens_when_the_person_allows_it_on_their_phone() {
    let house = house().await;
    let begun = device(&house).await;
    let (code, shown) = (begun.text("device_code"), begun.text("user_code"));
    assert_eq!(begun.text("verification_uri"), "https://op.test/ma-thiet-bi");
    assert_eq!((&begun.body["interval"], &begun.body["expires_in"]), (&json!(5), &json!(600)));
    poll(&house, &code).await.refused("authorization_pending", "IDN0179");
    poll(&house, &code).await.refused("slow_down", "IDN0177");
    house.later(Duration::seconds(9));
    poll(&house, &code).await.refused("slow_down", "IDN0177");
    house.later(Duration::seconds(15));
    poll(&house, &code).await.refused("authorization_pending", "IDN0179");
    // As people write it.
    let written = shown.to_lowercase().replace('-', " ");
    let asking = house.provider.device_ask(&house.citizen(), &written).await.unwrap().unwrap();
    assert_eq!(asking.kind, "device");
    let names: Vec<&str> = asking.claims.iter().map(|claim| claim.name.as_str()).collect();
    assert_eq!(names, ["name", "birthdate", "gender"]);
    answer(&house, &asking, true).await.unwrap();
    assert_eq!(answer(&house, &asking, false).await, Err("IDN0150".to_owned()), "an answer is given once");
    assert!(house.provider.device_ask(&house.citizen(), &shown).await.unwrap().is_none());
    house.later(Duration::seconds(20));
    let tokens = poll(&house, &code).await.good();
    let id = said(&tokens.text("id_token"));
    assert_eq!(id["acr"], "urn:sen:assurance:2");
    assert!(id.get("sid").is_none(), "the kiosk has no session");
    let told = house.userinfo(&tokens.text("access_token")).await.good();
    assert_eq!(told.body["name"], "Nguyễn Thị Hoa");
    poll(&house, &code).await.refused("invalid_grant", "IDN0162");
    assert_eq!(house.userinfo(&tokens.text("access_token")).await.status, StatusCode::UNAUTHORIZED);
    let events = house.events(house.mother.1).await;
    assert_eq!(events, ["account-created", "consent-given", "token-issued", "tokens-revoked"]);
}

#[tokio::test]
async fn refused_expired_and_others_codes() {
    let house = house().await;
    house.client("shop", "openid", json!({})).await;
    let begun = device(&house).await;
    let code = begun.text("device_code");
    house.token("shop", &[("grant_type", DEVICE), ("device_code", &code)]).await.refused("invalid_grant", "IDN0163");
    poll_ciba(&house, &code).await.refused("invalid_grant", "IDN0163");
    let asking = house.provider.device_ask(&house.citizen(), &begun.text("user_code")).await.unwrap().unwrap();
    answer(&house, &asking, false).await.unwrap();
    poll(&house, &code).await.refused("access_denied", "IDN0178");
    let begun = device(&house).await;
    house.later(Duration::minutes(10));
    poll(&house, &begun.text("device_code")).await.refused("expired_token", "IDN0176");
    assert!(house.provider.device_ask(&house.citizen(), &begun.text("user_code")).await.unwrap().is_none());
    assert!(house.provider.device_ask(&house.citizen(), "BCDF-GHJK").await.unwrap().is_none());
    house.client("plain", "openid", json!({"grant_types": ["authorization_code"]})).await;
    house.post("plain", "/openid/device", &[]).await.refused("unauthorized_client", "IDN0108");
    house.post("bank", "/openid/device", &[("scope", "openid other")]).await.refused("invalid_scope", "IDN0109");
}

#[tokio::test]
async fn a_call_centre_asks_the_person_on_their_own_phone() {
    let house = house().await;
    let begun = ciba(&house, &[("login_hint", MOTHER), ("binding_message", "Quầy 3 - 4711")]).await.good();
    let id = begun.text("auth_req_id");
    poll_ciba(&house, &id).await.refused("authorization_pending", "IDN0179");
    let asked = house.provider.asked_of(&house.citizen(), house.mother.0).await.unwrap();
    assert_eq!(asked.len(), 1);
    assert_eq!((asked[0].kind, asked[0].message.as_deref()), ("ciba", Some("Quầy 3 - 4711")));
    answer(&house, &asked[0], true).await.unwrap();
    house.later(Duration::seconds(5));
    let tokens = poll_ciba(&house, &id).await.good();
    house.userinfo(&tokens.text("access_token")).await.good();
    assert!(house.provider.asked_of(&house.citizen(), house.mother.0).await.unwrap().is_empty());
    // The next time the client may say whom it means by what it knows.
    let again = ciba(&house, &[("id_token_hint", &tokens.text("id_token"))]).await.good();
    let asked = house.provider.asked_of(&house.citizen(), house.mother.0).await.unwrap();
    assert_eq!(asked.len(), 1);
    answer(&house, &asked[0], false).await.unwrap();
    poll_ciba(&house, &again.text("auth_req_id")).await.refused("access_denied", "IDN0178");
}

#[tokio::test]
async fn a_counter_does_not_learn_who_has_an_account() {
    let house = house().await;
    let known = ciba(&house, &[("login_hint", MOTHER)]).await.good();
    let stranger = ciba(&house, &[("login_hint", "001195000009")]).await.good();
    assert_eq!(known.body["expires_in"], stranger.body["expires_in"]);
    for begun in [&known, &stranger] {
        poll_ciba(&house, &begun.text("auth_req_id")).await.refused("authorization_pending", "IDN0179");
    }
    house.later(Duration::minutes(5));
    for begun in [&known, &stranger] {
        poll_ciba(&house, &begun.text("auth_req_id")).await.refused("expired_token", "IDN0176");
    }
}

#[tokio::test]
async fn what_a_counter_may_ask() {
    let house = house().await;
    ciba(&house, &[]).await.refused("invalid_request", "IDN0100");
    let own = house.redeem(&house.code().await).await.good().text("id_token");
    ciba(&house, &[("login_hint", MOTHER), ("id_token_hint", &own)]).await.refused("invalid_request", "IDN0100");
    ciba(&house, &[("login_hint", "?")]).await.refused("unknown_user_id", "IDN0174");
    ciba(&house, &[("id_token_hint", "x.y.z")]).await.refused("invalid_request", "IDN0174");
    let long = "x".repeat(101);
    for message in ["a\nb", &long] {
        let fields = [("login_hint", MOTHER), ("binding_message", message)];
        ciba(&house, &fields).await.refused("invalid_binding_message", "IDN0173");
    }
    let fields = [("login_hint", MOTHER), ("requested_expiry", "-1")];
    ciba(&house, &fields).await.refused("invalid_request", "IDN0100");
    let begun = ciba(&house, &[("login_hint", MOTHER), ("requested_expiry", "60")]).await.good();
    assert_eq!(begun.body["expires_in"], 60);
    house.client("shop", "openid", json!({})).await;
    let fields = [("scope", "openid"), ("id_token_hint", own.as_str())];
    house.post("shop", "/openid/ciba", &fields).await.refused("unknown_user_id", "IDN0174");
}

#[tokio::test]
async fn only_who_was_asked_answers_and_only_as_surely_as_is_wanted() {
    let house = house().await;
    ciba(&house, &[("login_hint", MOTHER), ("acr_values", "urn:sen:assurance:3")]).await.good();
    let asked = house.provider.asked_of(&house.citizen(), house.mother.0).await.unwrap().remove(0);
    assert_eq!(asked.wanted, Some(identity::Assurance::Three));
    let mut other = house.session.clone();
    other.account = kernel::AccountId(house.system.uuid());
    let refused = house.provider.answer_asking(&house.citizen(), &other, asked.id, true).await.unwrap_err();
    assert_eq!(kernel::Problem::from(refused).code, "IDN0150");
    assert_eq!(answer(&house, &asked, true).await, Err("IDN0153".to_owned()));
    let mut stronger = house.session.clone();
    stronger.authentication["assurance"] = json!("urn:sen:assurance:3");
    house.provider.answer_asking(&house.citizen(), &stronger, asked.id, true).await.unwrap();
}

#[tokio::test]
async fn a_client_may_sign_a_hint_at_somebody_it_knows() {
    let house = house().await;
    let (own, other) = (key(), key());
    house.client("centre", "openid", json!({"jwks": {"keys": [own.public()]}})).await;
    let code = house.code_for("centre", json!({}), &[]).await;
    let mut fields = crate::house::redeeming(&code);
    fields[2].1 = "https://centre.test/cb";
    let sub = said(&house.token("centre", &fields).await.good().text("id_token"))["sub"].clone();
    let now = house.clock.now().unix_timestamp();
    let hint = |key: &jose::SigningKey, exp: i64| {
        let says = json!({"iss": "centre", "aud": crate::house::ISSUER, "sub": sub, "iat": now - 60, "exp": exp});
        key.sign("login-hint+jwt", &says).unwrap()
    };
    let ask = |hint: String| {
        let house = &house;
        async move { house.post("centre", "/openid/ciba", &[("scope", "openid"), ("login_hint_token", &hint)]).await }
    };
    ask(hint(&other, now + 60)).await.refused("invalid_request", "IDN0174");
    ask(hint(&own, now - 31)).await.refused("expired_login_hint_token", "IDN0174");
    ask(hint(&own, now + 86_400)).await.refused("invalid_request", "IDN0174");
    ask(hint(&own, now + 60)).await.good();
    assert_eq!(house.provider.asked_of(&house.citizen(), house.mother.0).await.unwrap().len(), 1);
}
