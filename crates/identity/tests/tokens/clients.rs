//! Who asks: every way of proving it, and that none passes for another.

use crate::house::{Answer, ISSUER, SECRET, house, house_with, key};
use base64::{Engine, engine::general_purpose::STANDARD};
use identity::openid::Settings;
use jose::{Alg, SigningKey};
use serde_json::{Value, json};
use time::Duration;

const PROGRAM: [(&str, &str); 2] = [("grant_type", "client_credentials"), ("scope", "api")];

fn program() -> Vec<(String, String)> {
    PROGRAM.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

#[tokio::test]
async fn a_secret_is_taken_in_the_way_that_was_registered_and_in_no_other() {
    let house = house().await;
    house.client("basic", "openid", json!({"token_endpoint_auth_method": "client_secret_basic"})).await;
    let encoded = SECRET.replace(' ', "+");
    let by_header = |id: &str, secret: &str| vec![("authorization".to_owned(), basic(id, secret))];
    let ask = |fields: Vec<(&'static str, String)>, headers: Vec<(String, String)>| {
        let house = &house;
        async move {
            let mut all = PROGRAM.to_vec();
            all.extend(fields.iter().map(|(name, value)| (*name, value.as_str())));
            let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            house.post_with("/openid/token", &all, &headers).await
        }
    };
    ask(vec![], by_header("basic", &encoded)).await.good();
    ask(vec![("client_id", "basic".to_owned())], by_header("basic", &encoded)).await.good();
    ask(vec![("client_id", "bank".to_owned()), ("client_secret", SECRET.to_owned())], vec![]).await.good();
    let wrong = ask(vec![], by_header("basic", "wrong")).await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.headers.contains_key("www-authenticate"));
    let cases = [
        (vec![], by_header("nobody", &encoded), "IDN0103"),
        (vec![], by_header("basic", ""), "IDN0103"),
        (vec![], vec![("authorization".to_owned(), "Basic !".to_owned())], "IDN0103"),
        (vec![], vec![("authorization".to_owned(), "Bearer x".to_owned())], "IDN0103"),
        (vec![("client_id", "bank".to_owned())], by_header("basic", &encoded), "IDN0103"),
        (vec![("client_id", "basic".to_owned()), ("client_secret", SECRET.to_owned())], vec![], "IDN0104"),
        (vec![("client_id", "bank".to_owned())], vec![], "IDN0104"),
        (vec![], by_header("bank", &encoded), "IDN0104"),
        (vec![], vec![], "IDN0103"),
    ];
    for (fields, headers, code) in cases {
        let answer = ask(fields.clone(), headers.clone()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body["sen_code"].as_str()),
            (401, Some(code)),
            "{fields:?} {headers:?}"
        );
    }
    // The same answer whether the client exists or not.
    let (known, unknown) = (ask(vec![], by_header("basic", "x")).await, ask(vec![], by_header("nobody", "x")).await);
    assert_eq!(known.body, unknown.body);
    let both = ask(vec![("client_secret", SECRET.to_owned())], by_header("basic", &encoded)).await;
    both.refused("invalid_request", "IDN0100");
}

#[tokio::test]
async fn a_client_without_a_secret_proves_nothing_and_gets_nothing_of_its_own() {
    let house = house().await;
    let app = json!({"token_endpoint_auth_method": "none", "grant_types": ["authorization_code"]});
    house.client("app", "openid", app).await;
    let code = house.code_for("app", json!({"scope": ["openid"], "offline": false}), &[]).await;
    let fields = |client_id| {
        let mut fields = crate::house::redeeming(&code).to_vec();
        fields[2] = ("redirect_uri", "https://app.test/cb");
        fields.push(("client_id", client_id));
        fields
    };
    house.post_with("/openid/token", &fields("app"), &[]).await.good();
    let mut own = PROGRAM.to_vec();
    own.push(("client_id", "app"));
    assert_eq!(house.post_with("/openid/token", &own, &[]).await.error(), "unauthorized_client");
    // A secret where none is registered is another method.
    own.push(("client_secret", SECRET));
    house.post_with("/openid/token", &own, &[]).await.refused("invalid_client", "IDN0104");
}

#[tokio::test]
async fn an_assertion_is_taken_once_from_the_right_key_for_us() {
    let house = house().await;
    let own = key();
    let more = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [own.public()]}});
    house.client("signer", "openid", more).await;
    let now = house.clock.now().unix_timestamp();
    let ask = |assertion: String| {
        let house = &house;
        async move { house.post_asserted("/openid/token", &program(), &assertion, &[]).await }
    };
    let good = [
        json!({}),
        json!({"aud": [ISSUER, "https://other.test"]}),
        json!({"aud": format!("{ISSUER}/openid/token")}),
        json!({"exp": now + 3600}),
        json!({"nbf": now, "iat": now + 10}),
    ];
    for over in good {
        ask(house.assertion(&own, "signer", over)).await.good();
    }
    let wrong = [
        json!({"iss": "bank"}),
        json!({"aud": "https://evil.test"}),
        json!({"aud": null}),
        json!({"exp": now - 11}),
        json!({"exp": now + 3700}),
        json!({"exp": null}),
        json!({"jti": null}),
        json!({"iat": now + 60}),
        json!({"nbf": now + 60}),
    ];
    for over in wrong {
        let answer = ask(house.assertion(&own, "signer", over.clone())).await;
        assert_eq!((answer.status.as_u16(), answer.error()), (401, "invalid_client"), "{over} {}", answer.text);
    }
    ask(house.assertion(&key(), "signer", json!({}))).await.refused("invalid_client", "IDN0105");
    let assertion = house.assertion(&own, "signer", json!({}));
    ask(assertion.clone()).await.good();
    ask(assertion).await.refused("invalid_client", "IDN0106");
    // Made before this process listened: it may have been used before it forgot.
    let old = house.assertion(&own, "signer", json!({"iat": now - 1}));
    ask(old).await.refused("invalid_client", "IDN0106");
    // One that does not say when it was made: its use is a row, which another process sees.
    let timeless = house.assertion(&own, "signer", json!({"iat": null}));
    ask(timeless.clone()).await.good();
    let another = house.another();
    let all = [
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", timeless.as_str()),
        ("grant_type", "client_credentials"),
        ("scope", "api"),
    ];
    let answer = house.send_to(&another, crate::house::form("/openid/token", &all, &[])).await;
    answer.refused("invalid_client", "IDN0106");
}

#[tokio::test]
async fn fapi_takes_its_own_algorithms_and_our_name_as_one_text_only() {
    let house = house().await;
    let own = house.fapi("fapi", "fapi-2").await;
    let now = house.clock.now().unix_timestamp();
    let ask = |assertion: String| {
        let house = &house;
        async move {
            let proof = house.proof(&key(), "POST", "/openid/token", json!({}));
            house.post_asserted("/openid/token", &program(), &assertion, &[("dpop", &proof)]).await
        }
    };
    ask(house.assertion(&own, "fapi", json!({}))).await.good();
    for over in [
        json!({"aud": [ISSUER]}),
        json!({"aud": format!("{ISSUER}/openid/token")}),
        json!({"aud": format!("{ISSUER}/openid/par")}),
        json!({"exp": now + 3600}),
    ] {
        let answer = ask(house.assertion(&own, "fapi", over.clone())).await;
        assert_eq!(answer.error(), "invalid_client", "{over}");
    }
    // Ed25519 under both of its names.
    let edwards = SigningKey::generate(Alg::EdDsa).unwrap();
    let more = json!({
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": {"keys": [edwards.public()]},
        "dpop_bound_access_tokens": true,
    });
    house.client("edwards", "fapi-2", more).await;
    ask(house.assertion(&edwards, "edwards", json!({}))).await.good();
    let claims = json!({"iss": "edwards", "sub": "edwards", "aud": ISSUER, "iat": now, "exp": now + 60, "jti": "full"});
    let full = edwards.sign_bytes(br#"{"alg":"Ed25519"}"#, claims.to_string().as_bytes()).unwrap();
    ask(full).await.good();
}

#[tokio::test]
async fn guessing_a_secret_is_slowed_and_the_client_itself_is_not() {
    let house = house().await;
    let guess = || house.post_with("/openid/token", &[("client_id", "bank"), ("client_secret", "x"), PROGRAM[0]], &[]);
    let mut slowed: Option<Answer> = None;
    for _ in 0..130 {
        let answer = guess().await;
        if answer.status == 429 {
            slowed = Some(answer);
            break;
        }
    }
    assert!(slowed.unwrap().headers.contains_key("retry-after"));
    house.token("bank", &PROGRAM).await.good();
}

/// The least certificate that has a subject and a key.
fn certificate(subject: &[(&[u8], &str)], public_key: &[u8]) -> Vec<u8> {
    let value = |tag: u8, inner: &[u8]| {
        let mut bytes = vec![tag];
        match inner.len() {
            0..=0x7f => bytes.push(u8::try_from(inner.len()).unwrap()),
            0x80..=0xff => bytes.extend([0x81, u8::try_from(inner.len()).unwrap()]),
            long => bytes.extend([0x82, u8::try_from(long / 256).unwrap(), u8::try_from(long % 256).unwrap()]),
        }
        bytes.extend_from_slice(inner);
        bytes
    };
    let names: Vec<u8> = subject
        .iter()
        .flat_map(|(oid, text)| {
            let pair = [value(6, oid), value(0x0c, text.as_bytes())].concat();
            value(0x31, &value(0x30, &pair))
        })
        .collect();
    let parts = [
        value(0xa0, &value(2, &[2])),
        value(2, &[1]),
        value(0x30, &[]),
        value(0x30, &[]),
        value(0x30, &[]),
        value(0x30, &names),
        value(0x30, &value(3, &[&[0], public_key].concat())),
    ];
    let tbs = value(0x30, &parts.concat());
    value(0x30, &[tbs, value(0x30, &[]), value(3, &[0])].concat())
}

fn point(key: &SigningKey) -> Vec<u8> {
    let value = key.public().to_value();
    let half = |name: &str| jose::decode(value[name].as_str().unwrap()).unwrap();
    [vec![4], half("x"), half("y")].concat()
}

#[tokio::test]
async fn a_certificate_counts_only_from_the_proxy_that_is_named() {
    let mut settings = Settings::new(ISSUER);
    settings.certificate_header = Some("x-client-cert".to_owned());
    settings.certificate_verified_header = Some("x-client-verified".to_owned());
    let house = house_with(settings).await;
    let own = key();
    let common: &[u8] = &[0x55, 0x04, 0x03];
    let organisation: &[u8] = &[0x55, 0x04, 0x0a];
    let bound = json!({"tls_client_certificate_bound_access_tokens": true});
    let with = |more: Value| {
        let mut all = bound.clone();
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let by_key = json!({"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": {"keys": [own.public()]}});
    house.client("self", "openid", with(by_key)).await;
    let by_name = json!({"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "CN=bank.test, O=Ngân hàng"});
    house.client("named", "openid", with(by_name)).await;
    let name = [(organisation, "Ngân hàng"), (common, "bank.test")];
    let good = certificate(&name, &point(&own));
    let ask = |client: &'static str, der: &[u8], verified: &'static str| {
        let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der));
        let header: String = pem.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let house = &house;
        async move {
            let mut all = PROGRAM.to_vec();
            all.push(("client_id", client));
            let headers = [("x-client-cert", header.as_str()), ("x-client-verified", verified)];
            house.post_with("/openid/token", &all, &headers).await
        }
    };
    for client in ["self", "named"] {
        let answer = ask(client, &good, "SUCCESS").await.good();
        let said = crate::house::said(&answer.text("access_token"));
        assert_eq!(said["cnf"]["x5t#S256"], jose::encode(jose::sha256(&good)), "{client}");
    }
    ask("self", &good, "NONE").await.good();
    ask("named", &good, "NONE").await.refused("invalid_client", "IDN0107");
    ask("named", &good, "FAILED:expired").await.refused("invalid_client", "IDN0107");
    ask("self", &certificate(&name, &point(&key())), "SUCCESS").await.refused("invalid_client", "IDN0107");
    ask("named", &certificate(&name[1..], &point(&own)), "SUCCESS").await.refused("invalid_client", "IDN0107");
    let longer = [(organisation, "Ngân hàng"), (common, "bank.test,O=x")];
    ask("named", &certificate(&longer, &point(&own)), "SUCCESS").await.refused("invalid_client", "IDN0107");
    for length in 0..good.len() {
        let answer = ask("named", &good[..length], "SUCCESS").await;
        assert_eq!(answer.error(), if answer.status == 429 { "temporarily_unavailable" } else { "invalid_client" });
    }
    // Without a proxy that is named, the same header is nobody's word.
    let plain = crate::house::house().await;
    let by_key = json!({"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": {"keys": [own.public()]}});
    plain.client("self", "openid", by_key).await;
    let mut all = PROGRAM.to_vec();
    all.push(("client_id", "self"));
    let header = STANDARD.encode(&good);
    let answer = plain.post_with("/openid/token", &all, &[("x-client-cert", &header)]).await;
    answer.refused("invalid_client", "IDN0107");
}

#[tokio::test]
async fn a_nonce_of_ours_is_demanded_where_several_processes_listen() {
    let mut settings = Settings::new(ISSUER);
    settings.dpop_nonce = true;
    let house = house_with(settings).await;
    let own = key();
    let ask = |claims: Value| {
        let proof = house.proof(&own, "POST", "/openid/token", claims);
        let house = &house;
        async move {
            let fields = [("client_id", "bank"), ("client_secret", SECRET), PROGRAM[0], PROGRAM[1]];
            house.post_with("/openid/token", &fields, &[("dpop", &proof)]).await
        }
    };
    let refused = ask(json!({})).await.refused("use_dpop_nonce", "IDN0121");
    let nonce = refused.headers["dpop-nonce"].to_str().unwrap().to_owned();
    ask(json!({"nonce": nonce})).await.good();
    ask(json!({"nonce": format!("{nonce}x")})).await.refused("use_dpop_nonce", "IDN0121");
    house.later(Duration::seconds(240));
    ask(json!({"nonce": nonce})).await.refused("use_dpop_nonce", "IDN0121");
}

#[tokio::test]
async fn a_proof_is_taken_once_and_only_if_made_since_we_listen() {
    let house = house().await;
    let own = key();
    let ask = |proofs: Vec<String>| {
        let house = &house;
        async move {
            let fields = [("client_id", "bank"), ("client_secret", SECRET), PROGRAM[0], PROGRAM[1]];
            let headers: Vec<(&str, &str)> = proofs.iter().map(|proof| ("dpop", proof.as_str())).collect();
            house.post_with("/openid/token", &fields, &headers).await
        }
    };
    let proof = |over: Value| house.proof(&own, "POST", "/openid/token", over);
    let once = proof(json!({}));
    ask(vec![once.clone()]).await.good();
    ask(vec![once]).await.refused("invalid_dpop_proof", "IDN0106");
    ask(vec![proof(json!({})), proof(json!({}))]).await.refused("invalid_dpop_proof", "IDN0120");
    let before = house.clock.now().unix_timestamp() - 1;
    ask(vec![proof(json!({"iat": before}))]).await.refused("invalid_dpop_proof", "IDN0120");
    house.later(Duration::seconds(100));
    let now = house.clock.now().unix_timestamp();
    for (iat, taken) in [(now - 60, true), (now - 61, false), (now + 10, true), (now + 11, false)] {
        let answer = ask(vec![proof(json!({"iat": iat}))]).await;
        assert_eq!(answer.status.is_success(), taken, "{}", iat - now);
    }
    for over in [
        json!({"htm": "GET"}),
        json!({"htu": "https://evil.test/openid/token"}),
        json!({"htu": format!("{ISSUER}/openid/par")}),
    ] {
        ask(vec![proof(over)]).await.refused("invalid_dpop_proof", "IDN0120");
    }
}
