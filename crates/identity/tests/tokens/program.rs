//! Grant `client_credentials`, and keys that change.

use crate::house::{SECRET, header_of, house, key, redeeming, said};
use axum::http::StatusCode;
use serde_json::json;
use time::Duration;

const GRANT: [(&str, &str); 1] = [("grant_type", "client_credentials")];

#[tokio::test]
async fn a_program_gets_a_token_in_its_own_name() {
    let house = house().await;
    house.client("robot", "openid", json!({"resource_indicators": ["https://api.test/"]})).await;
    let answer = house.token("robot", &GRANT).await.good();
    let says = said(&answer.text("access_token"));
    assert_eq!(
        (&says["sub"], &says["client_id"], &says["aud"]),
        (&json!("robot"), &json!("robot"), &json!("https://op.test"))
    );
    assert_eq!(says["exp"].as_i64().unwrap() - says["iat"].as_i64().unwrap(), 600);
    assert_eq!(answer.text("scope"), "api", "no scope that speaks of people");
    for member in ["refresh_token", "id_token"] {
        assert!(answer.body.get(member).is_none(), "{member}");
    }
    let with = |name: &'static str, value: &'static str| [GRANT[0], (name, value)];
    for scope in ["openid", "profile", "unknown", "api openid"] {
        house.token("robot", &with("scope", scope)).await.refused("invalid_scope", "IDN0109");
    }
    let for_api = house.token("robot", &with("resource", "https://api.test/")).await.good();
    assert_eq!(said(&for_api.text("access_token"))["aud"], "https://api.test/");
    house.token("robot", &with("resource", "https://other.test/")).await.refused("invalid_target", "IDN0115");
    assert_eq!(house.userinfo(&answer.text("access_token")).await.status, StatusCode::FORBIDDEN);
    let again = house.token("robot", &GRANT).await.good();
    assert_ne!(said(&again.text("access_token"))["jti"], says["jti"]);
}

#[tokio::test]
async fn once_the_client_is_known_no_database_is_needed() {
    let house = house().await;
    let own = key();
    house.token_with("bank", &GRANT, &own).await.good();
    house.test.db.pool().close().await;
    let answer = house.token_with("bank", &GRANT, &own).await.good();
    assert_eq!(said(&answer.text("access_token"))["cnf"]["jkt"], own.public().thumbprint());
}

#[tokio::test]
async fn a_proof_is_used_once_and_belongs_to_this_request_and_time() {
    let house = house().await;
    let own = key();
    let ask = |proof: String| {
        let house = &house;
        async move {
            let fields = [("client_id", "bank"), ("client_secret", SECRET), GRANT[0]];
            house.post_with("/openid/token", &fields, &[("dpop", &proof)]).await
        }
    };
    let proof = house.proof(&own, "POST", "/openid/token", json!({}));
    ask(proof.clone()).await.good();
    assert_eq!(ask(proof).await.error(), "invalid_dpop_proof", "replayed");
    let now = house.clock.now().unix_timestamp();
    let wrong = [
        ("another method", house.proof(&own, "GET", "/openid/token", json!({}))),
        ("another address", house.proof(&own, "POST", "/openid/userinfo", json!({}))),
        ("old", house.proof(&own, "POST", "/openid/token", json!({"iat": now - 3600}))),
        ("from the future", house.proof(&own, "POST", "/openid/token", json!({"iat": now + 3600}))),
        ("no jti", house.proof(&own, "POST", "/openid/token", json!({"jti": ""}))),
        ("nothing", "x.y.z".to_owned()),
    ];
    for (what, proof) in wrong {
        assert_eq!(ask(proof).await.error(), "invalid_dpop_proof", "{what}");
    }
}

#[tokio::test]
async fn a_suspended_program_is_out_within_five_seconds() {
    let house = house().await;
    house.token("bank", &GRANT).await.good();
    house.suspend("bank").await;
    house.later(Duration::seconds(6));
    assert_eq!(house.token("bank", &GRANT).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn when_keys_change_what_the_old_one_signed_stays_good() {
    let house = house().await;
    let before = house.redeem(&house.code().await).await.good();
    let code = house.code().await;
    house.provider.rotate_keys(&house.system).await.unwrap();
    house.userinfo(&before.text("access_token")).await.good();
    let during = house.token("bank", &redeeming(&code)).await.good();
    house.userinfo(&during.text("access_token")).await.good();
    // The next key signs after it has been published for a while.
    house.later(Duration::days(2));
    house.provider.rotate_keys(&house.system).await.unwrap();
    let after = house.token("bank", &GRANT).await.good();
    assert_ne!(header_of(&after.text("access_token"))["kid"], header_of(&before.text("access_token"))["kid"]);
    let next = house.refresh(&before.text("refresh_token")).await.good();
    house.userinfo(&next.text("access_token")).await.good();
}

#[tokio::test]
async fn a_token_that_we_did_not_sign_is_nobodys() {
    let house = house().await;
    let good = house.redeem(&house.code().await).await.good().text("access_token");
    let says = said(&good);
    let mut forged = vec![
        key().sign("at+jwt", &says).unwrap(),
        format!("{}{}", jose::encode(br#"{"alg":"none","typ":"at+jwt"}"#), &good[good.find('.').unwrap()..]),
    ];
    let mut none = jose::encode(br#"{"alg":"none","typ":"at+jwt"}"#);
    none.push('.');
    none.push_str(good.split('.').nth(1).unwrap());
    none.push('.');
    forged.push(none);
    let mut parts: Vec<String> = good.split('.').map(str::to_owned).collect();
    parts[1] = jose::encode(says.to_string().replace("\"bank\"", "\"shop\""));
    forged.push(parts.join("."));
    for token in forged {
        let answer = house.userinfo(&token).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{token}");
        assert!(answer.headers["www-authenticate"].to_str().unwrap().contains("invalid_token"));
    }
}
