//! Pushed and signed requests, and the strict profiles of FAPI 2.0.

use crate::front::{by_uri, led, led_away, pairs, request};
use crate::house::{House, ISSUER, VERIFIER, house, key};
use jose::SigningKey;
use serde_json::{Map, Value, json};
use time::Duration;

#[tokio::test]
async fn a_pushed_request_is_used_once_in_its_time_by_its_own_client() {
    let house = house().await;
    let push = || async {
        let fields = request("bank", json!({}));
        let fields = pairs(&fields);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let fields: Vec<(&str, &str)> = fields.into_iter().filter(|(name, _)| *name != "client_id").collect();
        house.post("bank", "/openid/par", &fields).await
    };
    let pushed = push().await;
    assert_eq!(pushed.status, 201, "{}", pushed.text);
    assert!(pushed.body["expires_in"].as_i64().unwrap() < 600);
    house.client("shop", "openid", json!({})).await;
    let uri = pushed.text("request_uri");
    let theirs = json!({"client_id": "shop", "request_uri": uri}).as_object().unwrap().clone();
    house.ask(&theirs).await.stays("IDN0113");
    // What stands beside it does not count.
    let mut beside = by_uri("bank", &pushed);
    beside.insert("redirect_uri".to_owned(), json!("https://evil.test/cb"));
    beside.insert("scope".to_owned(), json!("openid email"));
    let (id, browser) = house.ask(&beside).await.page();
    assert_eq!(house.seen(id, &browser).await.origin, "https://bank.test");
    house.ask(&by_uri("bank", &pushed)).await.stays("IDN0113");
    let late = push().await;
    house.later(Duration::seconds(90));
    house.ask(&by_uri("bank", &late)).await.stays("IDN0113");
    let unknown = json!({"client_id": "bank", "request_uri": "urn:ietf:params:oauth:request_uri:x"});
    house.ask(unknown.as_object().unwrap()).await.stays("IDN0113");
    // Kept as a hash.
    let rows: Vec<String> =
        sqlx::query_scalar("select p::text from identity.pushed_request p").fetch_all(&house.test.owner).await.unwrap();
    assert!(rows.iter().all(|row| !row.contains(uri.rsplit(':').next().unwrap())));
}

#[tokio::test]
async fn a_push_is_held_to_every_rule_and_needs_the_client_itself() {
    let house = house().await;
    for (over, error, code) in [
        (json!({"redirect_uri": "https://evil.test/cb"}), "invalid_request", "IDN0102"),
        (json!({"code_challenge": null}), "invalid_request", "IDN0111"),
        (json!({"scope": "openid root"}), "invalid_scope", "IDN0109"),
        (json!({"request_uri": "urn:x"}), "invalid_request", "IDN0100"),
        (json!({"client_secret": "wrong wrong wrong"}), "invalid_client", "IDN0103"),
    ] {
        let mut fields = request("bank", json!({"client_secret": crate::house::SECRET}));
        fields.extend(over.as_object().unwrap().clone());
        fields.retain(|_, value| !value.is_null());
        let fields = pairs(&fields);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let answer = house.post_with("/openid/par", &fields, &[]).await;
        assert_eq!((answer.error(), answer.body["sen_code"].as_str()), (error, Some(code)), "{over} {}", answer.text);
    }
}

fn object(house: &House, key: &SigningKey, client: &str, over: Value) -> String {
    let now = house.clock.now().unix_timestamp();
    let mut claims = request(client, json!({}));
    claims.extend(json!({"iss": client, "aud": ISSUER, "nbf": now, "exp": now + 300}).as_object().unwrap().clone());
    claims.extend(over.as_object().unwrap().clone());
    claims.retain(|_, value| !value.is_null());
    key.sign("oauth-authz-req+jwt", &claims).unwrap()
}

#[tokio::test]
async fn only_what_a_signed_request_holds_counts_and_only_as_its_client_signed_it() {
    let house = house().await;
    let own = key();
    house
        .client("signer", "openid", json!({"jwks": {"keys": [own.public()]}, "require_signed_request_object": true}))
        .await;
    let with = |object: String| {
        let mut outer = request("signer", json!({"scope": "openid email phone", "state": "outer"}));
        outer.insert("request".to_owned(), json!(object));
        outer
    };
    let (id, browser) = house.ask(&with(object(&house, &own, "signer", json!({"state": "inner"})))).await.page();
    let seen = house.seen(id, &browser).await;
    let identity::openid::Needs::Consent { scopes, .. } = seen.needs else { panic!() };
    assert_eq!(scopes, ["openid"]);
    let away = house.provider.refuse(&house.citizen(), id, &browser).await.unwrap();
    assert_eq!(led_away(&away).text("state"), "inner");
    let now = house.clock.now().unix_timestamp();
    let unsigned = {
        let signed = object(&house, &own, "signer", json!({}));
        let payload = signed.split('.').nth(1).unwrap().to_owned();
        format!("{}.{payload}.", jose::encode(br#"{"alg":"none"}"#))
    };
    for wrong in [
        object(&house, &key(), "signer", json!({})),
        object(&house, &own, "signer", json!({"iss": "bank"})),
        object(&house, &own, "signer", json!({"aud": "https://evil.test"})),
        object(&house, &own, "signer", json!({"exp": now - 11})),
        object(&house, &own, "signer", json!({"nbf": now + 60})),
        object(&house, &own, "signer", json!({"client_id": "bank"})),
        object(&house, &own, "signer", json!({"request_uri": "urn:x"})),
        unsigned,
    ] {
        let told = led(&house.ask(&with(wrong.clone())).await.location());
        assert_eq!(told.error(), ("invalid_request_object", "IDN0112"), "{wrong}");
    }
    // Not signed at all.
    let told = led(&house.ask(&request("signer", json!({}))).await.location());
    assert_eq!(told.error(), ("invalid_request", "IDN0112"));
    // An unregistered address within a good signature stays with us.
    let evil = object(&house, &own, "signer", json!({"redirect_uri": "https://evil.test/cb"}));
    house.ask(&with(evil)).await.stays("IDN0102");
}

#[tokio::test]
async fn a_client_of_fapi_2_gets_a_code_by_a_push_and_tokens_by_its_key_only() {
    let house = house().await;
    let own = house.fapi("fapi", "fapi-2").await;
    let told = led(&house.ask(&request("fapi", json!({}))).await.location());
    assert_eq!(told.error(), ("invalid_request", "IDN0114"));
    let pushed = house.push(&own, "fapi", &request("fapi", json!({}))).await;
    assert_eq!(pushed.status, 201, "{}", pushed.text);
    let led = house.agree(&by_uri("fapi", &pushed), &[]).await;
    assert_eq!(led.text("iss"), ISSUER);
    let fields: Vec<(String, String)> = [
        ("grant_type", "authorization_code"),
        ("code", led.text("code")),
        ("redirect_uri", "https://fapi.test/cb"),
        ("code_verifier", VERIFIER),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    let bare = house.post_asserted("/openid/token", &fields, &house.assertion(&own, "fapi", json!({})), &[]).await;
    assert_eq!(bare.error(), "invalid_dpop_proof", "{}", bare.text);
    let proof = house.proof(&key(), "POST", "/openid/token", json!({}));
    let assertion = house.assertion(&own, "fapi", json!({}));
    let bound = house.post_asserted("/openid/token", &fields, &assertion, &[("dpop", &proof)]).await.good();
    assert_eq!(bound.body["token_type"], "DPoP");
}

#[tokio::test]
async fn a_code_is_bound_to_the_key_whose_proof_came_with_the_push() {
    let house = house().await;
    let own = house.fapi("fapi", "fapi-2").await;
    let (right, wrong) = (key(), key());
    let proof = house.proof(&right, "POST", "/openid/par", json!({}));
    let fields = pairs(&request("fapi", json!({})));
    let pushed = house
        .post_asserted("/openid/par", &fields, &house.assertion(&own, "fapi", json!({})), &[("dpop", &proof)])
        .await;
    let led = house.agree(&by_uri("fapi", &pushed), &[]).await;
    let fields: Vec<(String, String)> = [
        ("grant_type", "authorization_code"),
        ("code", led.text("code")),
        ("redirect_uri", "https://fapi.test/cb"),
        ("code_verifier", VERIFIER),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    for (key, taken) in [(&wrong, false), (&right, true)] {
        let proof = house.proof(key, "POST", "/openid/token", json!({}));
        let assertion = house.assertion(&own, "fapi", json!({}));
        let answer = house.post_asserted("/openid/token", &fields, &assertion, &[("dpop", &proof)]).await;
        assert_eq!(answer.status.is_success(), taken, "{}", answer.text);
    }
    // A named key must be the proven one.
    let proof = house.proof(&right, "POST", "/openid/par", json!({}));
    let fields = pairs(&request("fapi", json!({"dpop_jkt": wrong.kid()})));
    let pushed = house
        .post_asserted("/openid/par", &fields, &house.assertion(&own, "fapi", json!({})), &[("dpop", &proof)])
        .await;
    pushed.refused("invalid_dpop_proof", "IDN0120");
}

#[tokio::test]
async fn message_signing_takes_signed_requests_and_gives_signed_answers() {
    let house = house().await;
    let own = house.fapi("signs", "fapi-2-message-signing").await;
    let plain = house.push(&own, "signs", &request("signs", json!({}))).await;
    plain.refused("invalid_request", "IDN0112");
    let push = |object: String| {
        let fields: Map<String, Value> = json!({"request": object}).as_object().unwrap().clone();
        let (house, own) = (&house, &own);
        async move { house.push(own, "signs", &fields).await }
    };
    let now = house.clock.now().unix_timestamp();
    for over in [
        json!({"nbf": null}),
        json!({"exp": null}),
        json!({"aud": null}),
        json!({"iss": null}),
        json!({"nbf": now - 3700}),
        json!({"exp": now + 3700}),
        json!({"exp": now - 11}),
    ] {
        let answer = push(object(&house, &own, "signs", over.clone())).await;
        assert_eq!(answer.error(), "invalid_request_object", "{over}");
    }
    push(object(&house, &own, "signs", json!({"response_mode": "query"}))).await.refused("invalid_request", "IDN0110");
    let pushed = push(object(&house, &own, "signs", json!({"response_mode": "jwt", "aud": ["x", ISSUER]}))).await;
    assert_eq!(pushed.status, 201, "{}", pushed.text);
    let led = house.agree(&by_uri("signs", &pushed), &[]).await;
    assert_eq!(led.fields.keys().collect::<Vec<_>>(), ["response"]);
}
