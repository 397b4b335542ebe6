//! Grant `refresh_token`.

use crate::house::{House, house, key, redeeming, said};
use axum::http::StatusCode;
use serde_json::json;
use time::Duration;

async fn first(house: &House) -> String {
    house.redeem(&house.code().await).await.good().text("refresh_token")
}

#[tokio::test]
async fn a_refresh_token_is_used_once_and_a_second_use_ends_the_family() {
    let house = house().await;
    let one = first(&house).await;
    let answer = house.refresh(&one).await.good();
    let two = answer.text("refresh_token");
    assert_ne!(one, two);
    assert!(said(&answer.text("id_token")).get("nonce").is_none());
    let three = house.refresh(&two).await.good();
    house.refresh(&two).await.refused("invalid_grant", "IDN0170");
    house.refresh(&three.text("refresh_token")).await.refused("invalid_grant", "IDN0160");
    assert_eq!(house.userinfo(&three.text("access_token")).await.status, StatusCode::UNAUTHORIZED);
    let events = house.events(house.mother.1).await;
    assert_eq!(events.iter().filter(|event| *event == "token-issued").count(), 3);
    assert_eq!(events.iter().filter(|event| *event == "tokens-revoked").count(), 1);
}

#[tokio::test]
async fn of_two_uses_at_once_one_wins_and_the_family_ends() {
    let house = house().await;
    let token = first(&house).await;
    let (one, two) = tokio::join!(house.refresh(&token), house.refresh(&token));
    assert_eq!([&one, &two].iter().filter(|answer| answer.status == StatusCode::OK).count(), 1);
    let good = if one.status == StatusCode::OK { one } else { two };
    house.refresh(&good.text("refresh_token")).await.refused("invalid_grant", "IDN0160");
}

#[tokio::test]
async fn scopes_can_be_narrowed_and_never_widened() {
    let house = house().await;
    let refresh = |token: String, scope: &'static str| {
        let house = &house;
        async move {
            let fields = [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("scope", scope)];
            house.token("bank", &fields).await
        }
    };
    let token = first(&house).await;
    refresh(token.clone(), "openid profile").await.refused("invalid_scope", "IDN0109");
    let narrowed = refresh(token, "offline_access").await.good();
    assert_eq!(narrowed.text("scope"), "offline_access");
    assert!(narrowed.body.get("id_token").is_none());
    assert_eq!(house.userinfo(&narrowed.text("access_token")).await.status, StatusCode::FORBIDDEN);
    let whole = refresh(narrowed.text("refresh_token"), "offline_access openid").await.good();
    assert!(whole.body.get("id_token").is_some(), "what was left out once is not lost");
}

#[tokio::test]
async fn nobody_else_uses_it_and_it_does_not_live_for_ever() {
    let house = house().await;
    house.client("shop", "openid", json!({})).await;
    let token = first(&house).await;
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    house.token("shop", &fields).await.refused("invalid_grant", "IDN0169");
    house.refresh("guessed").await.refused("invalid_grant", "IDN0169");
    house.later(Duration::days(29));
    let next = house.refresh(&token).await.good().text("refresh_token");
    house.later(Duration::days(30));
    house.refresh(&next).await.refused("invalid_grant", "IDN0169");
}

#[tokio::test]
async fn without_offline_access_it_ends_with_the_session() {
    let house = house().await;
    let code = house.code_for("bank", json!({"offline": false, "scope": ["openid"]}), &[]).await;
    let online = house.redeem(&code).await.good().text("refresh_token");
    let offline = first(&house).await;
    let mut conn = house.test.db.pool().acquire().await.unwrap();
    identity::openid::session_ended(&mut conn, &house.system, house.session.id).await.unwrap();
    house.refresh(&online).await.refused("invalid_grant", "IDN0160");
    house.refresh(&offline).await.good();
}

#[tokio::test]
async fn a_public_clients_token_works_only_with_its_key() {
    let house = house().await;
    let public = json!({"token_endpoint_auth_method": "none", "dpop_bound_access_tokens": true});
    house.client("phone", "openid", public).await;
    let (own, other) = (key(), key());
    let code = house.code_for("phone", json!({}), &[]).await;
    let ask = |fields: Vec<(&'static str, String)>, by: Option<&jose::SigningKey>| {
        let proof = by.map(|key| house.proof(key, "POST", "/openid/token", json!({})));
        let house = &house;
        async move {
            let mut all = vec![("client_id", "phone")];
            all.extend(fields.iter().map(|(name, value)| (*name, value.as_str())));
            let headers: Vec<(&str, &str)> = proof.iter().map(|proof| ("dpop", proof.as_str())).collect();
            house.post_with("/openid/token", &all, &headers).await
        }
    };
    let mut fields: Vec<(&'static str, String)> = redeeming(&code)
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()))
        .collect::<Vec<_>>()
        .into_iter()
        .map(|(name, value)| match name {
            "grant_type" => ("grant_type", value),
            "code" => ("code", value),
            "redirect_uri" => ("redirect_uri", "https://phone.test/cb".to_owned()),
            _ => ("code_verifier", value),
        })
        .collect();
    let answer = ask(std::mem::take(&mut fields), Some(&own)).await.good();
    let refresh = |token: String| vec![("grant_type", "refresh_token".to_owned()), ("refresh_token", token)];
    let token = answer.text("refresh_token");
    ask(refresh(token.clone()), Some(&other)).await.refused("invalid_grant", "IDN0171");
    assert_eq!(ask(refresh(token.clone()), None).await.body["sen_code"], "IDN0127");
    ask(refresh(token), Some(&own)).await.good();
}

#[tokio::test]
async fn what_began_bound_to_a_key_never_becomes_a_bearer_token() {
    let house = house().await;
    let own = key();
    let answer = house.token_with("bank", &redeeming(&house.code().await), &own).await.good();
    let token = answer.text("refresh_token");
    house.refresh(&token).await.refused("invalid_grant", "IDN0171");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    let again = house.token_with("bank", &fields, &own).await.good();
    assert_eq!(again.text("token_type"), "DPoP");
}

#[tokio::test]
async fn a_fapi_client_keeps_its_refresh_token() {
    let house = house().await;
    house.client("fapi", "fapi-2", json!({})).await;
    let own = key();
    let code = house.code_for("fapi", json!({}), &[]).await;
    let mut fields = redeeming(&code);
    fields[2].1 = "https://fapi.test/cb";
    let token = house.token_with("fapi", &fields, &own).await.good().text("refresh_token");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    for _ in 0..3 {
        let answer = house.token_with("fapi", &fields, &own).await.good();
        assert!(answer.body.get("refresh_token").is_none(), "the old one stays");
    }
}
