//! Grant `authorization_code`: what a code becomes, for whom, and how often.

use crate::house::{BACK, VERIFIER, form, header_of, house, key, redeeming, said};
use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::FutureExt;
use serde_json::json;
use time::Duration;
use tower::ServiceExt;

#[tokio::test]
async fn a_code_becomes_tokens_that_say_who_signed_in_and_how() {
    let house = house().await;
    let answer = house.redeem(&house.code().await).await.good();
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.text("token_type"), "Bearer");
    assert_eq!(answer.text("scope"), "openid offline_access");
    assert_eq!(answer.body["expires_in"], 300);
    let access = answer.text("access_token");
    assert_eq!((&header_of(&access)["typ"], &header_of(&access)["alg"]), (&json!("at+jwt"), &json!("ES256")));
    let (id, access_says) = (said(&answer.text("id_token")), said(&access));
    let now = house.clock.now().unix_timestamp();
    assert_eq!(id["iss"], "https://op.test");
    assert_eq!(id["aud"], "bank");
    assert_eq!(id["nonce"], "n-1");
    assert_eq!(id["acr"], "urn:sen:assurance:2");
    assert_eq!(id["amr"], json!(["pwd", "otp", "mfa"]));
    assert_eq!(id["auth_time"], now);
    assert_eq!(id["iat"], now);
    let half = &jose::sha256(&access)[..16];
    assert_eq!(id["at_hash"], URL_SAFE_NO_PAD.encode(half));
    assert_eq!(id["sub"], access_says["sub"]);
    assert_eq!(access_says["aud"], "https://op.test");
    assert_eq!(access_says["client_id"], "bank");
    assert_eq!(access_says["exp"], now + 300);
    assert!(access_says.get("cnf").is_none());
    let session = house.session.id.to_string();
    for surrogate in [house.mother.1.to_string(), house.mother.0.to_string(), session] {
        assert!(!format!("{id}{access_says}").contains(&surrogate), "no surrogate leaves");
    }
    assert_eq!(house.events(house.mother.1).await, ["account-created", "token-issued"]);
}

#[tokio::test]
async fn a_second_use_of_a_code_is_refused_and_ends_what_the_first_gave() {
    let house = house().await;
    let code = house.code().await;
    let first = house.redeem(&code).await.good();
    house.userinfo(&first.text("access_token")).await.good();
    house.redeem(&code).await.refused("invalid_grant", "IDN0162");
    assert_eq!(house.userinfo(&first.text("access_token")).await.status, StatusCode::UNAUTHORIZED);
    house.refresh(&first.text("refresh_token")).await.refused("invalid_grant", "IDN0160");
    assert_eq!(house.events(house.mother.1).await, ["account-created", "token-issued", "tokens-revoked"]);
}

#[tokio::test]
async fn of_two_uses_at_once_one_wins_and_both_lose_in_the_end() {
    let house = house().await;
    let code = house.code().await;
    let (one, two) = tokio::join!(house.redeem(&code), house.redeem(&code));
    let good: Vec<_> = [one, two].into_iter().filter(|answer| answer.status == StatusCode::OK).collect();
    assert_eq!(good.len(), 1);
    house.refresh(&good[0].text("refresh_token")).await.refused("invalid_grant", "IDN0160");
}

#[tokio::test]
async fn killed_anywhere_in_the_middle_a_code_never_gives_tokens_twice() {
    let house = house().await;
    // One request is polled a few times and dropped, as when the process dies or the client goes away; then it is tried
    // again. Whatever was committed before decides.
    let mut outcomes = std::collections::BTreeSet::new();
    for polls in 0..40 {
        let code = house.code().await;
        let mut fields = vec![("client_id", "bank"), ("client_secret", crate::house::SECRET)];
        fields.extend(redeeming(&code));
        let mut request = Box::pin(house.router.clone().oneshot(form("/openid/token", &fields, &[])));
        for _ in 0..polls {
            if request.as_mut().now_or_never().is_some() {
                break;
            }
            // A round trip of another connection, in which the request's own may have been answered.
            sqlx::query("select 1").execute(&house.test.owner).await.unwrap();
        }
        drop(request);
        let again = house.redeem(&code).await;
        outcomes.insert(again.status == StatusCode::OK);
        let spent: i64 = sqlx::query_scalar(
            "select count(*) from identity.refresh_token where family_id =
                 (select family_id from identity.authorization_code where code_hash = $1)",
        )
        .bind(&jose::sha256(&code)[..])
        .fetch_one(&house.test.owner)
        .await
        .unwrap();
        assert!(spent <= 1, "{spent} refresh tokens for one code, dropped after {polls} polls");
        if again.status != StatusCode::OK {
            again.refused("invalid_grant", "IDN0162");
        }
    }
    let both = [false, true].into_iter().collect();
    assert_eq!(outcomes, both, "some were dropped before the commit and some behind it, or the test tries nothing");
}

#[tokio::test]
async fn only_who_got_the_code_redeems_it_and_a_thief_does_not_spend_it() {
    let house = house().await;
    house.client("shop", "openid", json!({"redirect_uris": [BACK]})).await;
    let code = house.code().await;
    let with = |name: &'static str, value: &'static str| {
        redeeming(&code).map(|(known, old)| if known == name { (known, value) } else { (known, old) })
    };
    house.token("shop", &redeeming(&code)).await.refused("invalid_grant", "IDN0164");
    let elsewhere = with("redirect_uri", "https://bank.test/cb/");
    house.token("bank", &elsewhere).await.refused("invalid_grant", "IDN0165");
    house.token("bank", &with("redirect_uri", "")).await.refused("invalid_grant", "IDN0165");
    let other = with("code_verifier", "another-verifier-that-is-long-enough-for-the-rules");
    house.token("bank", &other).await.refused("invalid_grant", "IDN0111");
    house.token("bank", &with("code_verifier", "")).await.refused("invalid_request", "IDN0100");
    house.token("bank", &with("code", "guessed")).await.refused("invalid_grant", "IDN0163");
    house.token("bank", &with("grant_type", "password")).await.refused("unsupported_grant_type", "IDN0184");
    house.redeem(&code).await.good();
}

#[tokio::test]
async fn a_code_is_good_for_a_minute() {
    let house = house().await;
    let (early, late) = (house.code().await, house.code().await);
    house.later(Duration::seconds(59));
    house.redeem(&early).await.good();
    house.later(Duration::seconds(1));
    house.redeem(&late).await.refused("invalid_grant", "IDN0163");
}

#[tokio::test]
async fn a_code_bound_to_a_key_is_redeemed_with_a_proof_of_that_key_only() {
    let house = house().await;
    let (own, other) = (key(), key());
    let code = house.code_for("bank", json!({"dpop_jkt": own.public().thumbprint()}), &[]).await;
    house.redeem(&code).await.refused("invalid_grant", "IDN0167");
    house.token_with("bank", &redeeming(&code), &other).await.refused("invalid_grant", "IDN0167");
    let answer = house.token_with("bank", &redeeming(&code), &own).await.good();
    assert_eq!(answer.text("token_type"), "DPoP");
    assert_eq!(said(&answer.text("access_token"))["cnf"]["jkt"], own.public().thumbprint());
}

#[tokio::test]
async fn where_a_proof_is_required_there_is_no_token_without_one() {
    let house = house().await;
    house.client("strict", "openid", json!({"dpop_bound_access_tokens": true})).await;
    house.client("fapi", "fapi-2", json!({})).await;
    for client in ["strict", "fapi"] {
        let back = format!("https://{client}.test/cb");
        let code = house.code_for(client, json!({}), &[]).await;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", back.as_str()),
            ("code_verifier", VERIFIER),
        ];
        let answer = house.token(client, &fields).await;
        assert_eq!(answer.body["sen_code"], "IDN0127", "{}", answer.text);
        let answer = house.token(client, &[("grant_type", "client_credentials")]).await;
        assert_eq!(answer.body["sen_code"], "IDN0127", "{}", answer.text);
    }
}

#[tokio::test]
async fn a_suspended_client_is_out_within_five_seconds() {
    let house = house().await;
    let first = house.redeem(&house.code().await).await.good();
    let code = house.code().await;
    house.suspend("bank").await;
    house.later(Duration::seconds(6));
    assert_eq!(house.redeem(&code).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(house.refresh(&first.text("refresh_token")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(house.userinfo(&first.text("access_token")).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_client_that_wants_ed25519_gets_its_id_tokens_so() {
    let house = house().await;
    house.client("edi", "openid", json!({"id_token_signed_response_alg": "EdDSA"})).await;
    let code = house.code_for("edi", json!({}), &[]).await;
    let mut fields = redeeming(&code);
    fields[2].1 = "https://edi.test/cb";
    let answer = house.token("edi", &fields).await.good();
    let (id, access) = (answer.text("id_token"), answer.text("access_token"));
    assert_eq!(header_of(&id)["alg"], "EdDSA");
    assert_eq!(header_of(&access)["alg"], "ES256");
    assert_eq!(said(&id)["at_hash"].as_str().unwrap().len(), 43);
}

#[tokio::test]
async fn two_relying_parties_cannot_join_their_users() {
    let house = house().await;
    house.client("shop", "openid", json!({})).await;
    house
        .client(
            "twin",
            "openid",
            json!({"redirect_uris": ["https://twin.test/cb"],
        "sector_identifier_uri": "https://bank.test/sector.json"}),
        )
        .await;
    let mut seen = Vec::new();
    for client in ["bank", "shop", "twin"] {
        let code = house.code_for(client, json!({}), &[]).await;
        let back = format!("https://{client}.test/cb");
        let mut fields = redeeming(&code);
        fields[2].1 = &back;
        seen.push(said(&house.token(client, &fields).await.good().text("id_token")));
    }
    assert_ne!(seen[0]["sub"], seen[1]["sub"]);
    assert_ne!(seen[0]["sid"], seen[1]["sid"]);
    assert_eq!(seen[0]["sub"], seen[2]["sub"], "one sector, one name");
    assert_ne!(seen[0]["sid"], seen[2]["sid"]);
}

#[tokio::test]
async fn a_resource_is_the_audience_and_only_what_was_granted() {
    let house = house().await;
    let request = json!({"resource": ["https://api.test/a", "https://api.test/b"]});
    let code = house.code_for("bank", request.clone(), &[]).await;
    let mut fields = redeeming(&code).to_vec();
    fields.push(("resource", "https://api.test/c"));
    house.token("bank", &fields).await.refused("invalid_target", "IDN0115");
    fields.pop();
    fields.push(("resource", "https://api.test/a"));
    let answer = house.token("bank", &fields).await.good();
    assert_eq!(said(&answer.text("access_token"))["aud"], "https://api.test/a");
    let refused = house.userinfo(&answer.text("access_token")).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "a token for others is not for userinfo");
    let refresh = answer.text("refresh_token");
    let answer = house.refresh(&refresh).await.good();
    assert_eq!(said(&answer.text("access_token"))["aud"], json!(["https://api.test/a", "https://api.test/b"]));
}
