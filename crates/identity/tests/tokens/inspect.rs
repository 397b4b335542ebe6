//! Introspection and revocation.

use crate::house::{Answer, House, SECRET, house, said};
use axum::http::StatusCode;
use serde_json::json;

async fn look(house: &House, client: &str, token: &str) -> Answer {
    house.post(client, "/openid/introspect", &[("token", token)]).await.good()
}

#[tokio::test]
async fn a_token_is_told_of_only_to_whom_it_is_for_and_to_whom_it_was_given() {
    let house = house().await;
    house.client("shop", "openid", json!({"resource_indicators": ["https://api.test/"]})).await;
    let server = json!({"resource_indicators": ["https://api.test/"], "resource_server": true});
    house.client("api", "openid", server).await;
    let code = house.code_for("bank", json!({"resource": ["https://api.test/"]}), &[]).await;
    let tokens = house.redeem(&code).await.good();
    let access = tokens.text("access_token");
    for client in ["bank", "api"] {
        let told = look(&house, client, &access).await.body;
        let says = said(&access);
        assert_eq!(told["active"], true, "{client}");
        for member in ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "acr", "auth_time"] {
            assert_eq!(told[member], says[member], "{client} {member}");
        }
        assert_eq!(told["token_type"], "Bearer");
    }
    assert_eq!(look(&house, "shop", &access).await.body, json!({"active": false}));
    let refresh = tokens.text("refresh_token");
    assert_eq!(look(&house, "bank", &refresh).await.body["active"], true);
    for client in ["api", "shop"] {
        assert_eq!(look(&house, client, &refresh).await.body, json!({"active": false}), "{client}");
    }
    for nothing in ["x", "x.y.z"] {
        assert_eq!(look(&house, "bank", nothing).await.body, json!({"active": false}));
    }
    house.later(time::Duration::minutes(5));
    assert_eq!(look(&house, "bank", &access).await.body, json!({"active": false}));
    let wrong = [("client_id", "bank"), ("client_secret", "wrong"), ("token", access.as_str())];
    assert_eq!(house.post_with("/openid/introspect", &wrong, &[]).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_answer_can_be_signed_for_who_asked() {
    let house = house().await;
    let access = house.redeem(&house.code().await).await.good().text("access_token");
    let fields = [("client_id", "bank"), ("client_secret", SECRET), ("token", access.as_str())];
    let kind = "application/token-introspection+jwt";
    let answer = house.post_with("/openid/introspect", &fields, &[("accept", kind)]).await;
    assert_eq!((answer.status, &answer.headers["content-type"]), (StatusCode::OK, &kind.parse().unwrap()));
    let says = said(&answer.text);
    assert_eq!((&says["iss"], &says["aud"]), (&json!("https://op.test"), &json!("bank")));
    assert_eq!(says["token_introspection"]["active"], true);
    assert!(says.get("sub").is_none() && says.get("exp").is_none(), "it cannot pass for the token itself");
    assert_eq!(crate::house::header_of(&answer.text)["typ"], "token-introspection+jwt");
}

#[tokio::test]
async fn a_refresh_token_given_back_takes_its_family_with_it() {
    let house = house().await;
    let tokens = house.redeem(&house.code().await).await.good();
    let (access, refresh) = (tokens.text("access_token"), tokens.text("refresh_token"));
    for _ in 0..2 {
        let done = house.post("bank", "/openid/revoke", &[("token", &refresh), ("token_type_hint", "x")]).await;
        assert_eq!((done.status, done.text.as_str()), (StatusCode::OK, ""));
    }
    assert_eq!(look(&house, "bank", &access).await.body, json!({"active": false}));
    house.refresh(&refresh).await.refused("invalid_grant", "IDN0160");
}

#[tokio::test]
async fn an_access_token_given_back_ends_alone() {
    let house = house().await;
    let tokens = house.redeem(&house.code().await).await.good();
    let access = tokens.text("access_token");
    assert_eq!(house.post("bank", "/openid/revoke", &[("token", &access)]).await.status, StatusCode::OK);
    assert_eq!(house.userinfo(&access).await.status, StatusCode::UNAUTHORIZED);
    house.refresh(&tokens.text("refresh_token")).await.good();
}

#[tokio::test]
async fn nobody_gives_back_what_is_anothers() {
    let house = house().await;
    house.client("shop", "openid", json!({})).await;
    let tokens = house.redeem(&house.code().await).await.good();
    for token in [tokens.text("access_token"), tokens.text("refresh_token")] {
        let done = house.post("shop", "/openid/revoke", &[("token", &token)]).await;
        assert_eq!((done.status, done.text.as_str()), (StatusCode::OK, ""), "as for a token that nobody has");
    }
    house.userinfo(&tokens.text("access_token")).await.good();
    house.refresh(&tokens.text("refresh_token")).await.good();
    assert_eq!(house.post("bank", "/openid/revoke", &[("token", "unknown")]).await.status, StatusCode::OK);
}
