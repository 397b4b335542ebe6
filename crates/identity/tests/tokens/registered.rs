//! Registration, signing keys and what we say of ourselves.

use crate::house::{Answer, House, ISSUER, house, said};
use axum::body::Body;
use axum::http::Request;
use identity::openid::{ClientMetadata, ClientState, Profile};
use identity::{ADMINISTRATOR, Error};
use kernel::{AccountId, Actor, BodyId, Ctx, Role};
use serde_json::{Value, json};
use time::Duration;

impl House {
    async fn register(&self, body: &Value) -> Answer {
        let request = Request::post("/openid/register").header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    fn administrator(&self) -> Ctx {
        let (account, body) = (AccountId(self.system.uuid()), BodyId::from("national-portal"));
        self.system.act_as(Actor::Officer { account, body, roles: vec![Role::from(ADMINISTRATOR)] })
    }
}

fn metadata(over: Value) -> Value {
    let mut whole = json!({"client_name": "Hiệu sách", "redirect_uris": ["https://books.test/cb"]});
    whole.as_object_mut().unwrap().extend(over.as_object().unwrap().clone());
    whole
}

#[tokio::test]
async fn whoever_registers_waits_until_an_administrator_decides() {
    let house = house().await;
    let made = house.register(&metadata(json!({"scope": "openid", "sen_profile": "openid"}))).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.body["sen_state"], "pending");
    let (id, secret) = (made.text("client_id"), made.text("client_secret"));
    let credentials = [("grant_type", "authorization_code"), ("code", "x"), ("code_verifier", "x")];
    let header = format!("Basic {}", {
        use base64::{Engine, engine::general_purpose::STANDARD};
        STANDARD.encode(format!("{id}:{secret}"))
    });
    let header = [("authorization", header.as_str())];
    let ask = || house.post_with("/openid/token", &credentials, &header);
    ask().await.refused("invalid_client", "IDN0103");
    let stranger = house.citizen();
    assert!(matches!(house.provider.decide_client(&stranger, &id, true).await, Err(Error::NotAllowed)));
    assert!(matches!(house.provider.clients(&stranger).await, Err(Error::NotAllowed)));
    let administrator = house.administrator();
    let listed = house.provider.clients(&administrator).await.unwrap();
    assert_eq!((listed[0].id.as_str(), listed[0].state), (id.as_str(), ClientState::Pending), "those that wait first");
    house.provider.decide_client(&administrator, &id, true).await.unwrap();
    assert_eq!(ask().await.error(), "invalid_grant", "known now");
    house.provider.decide_client(&administrator, &id, false).await.unwrap();
    ask().await.refused("invalid_client", "IDN0103");
    assert!(matches!(house.provider.decide_client(&administrator, "nobody", true).await, Err(Error::NoSuchClient)));
    let rows: String = sqlx::query_scalar("select string_agg(c::text, '') from identity.client c")
        .fetch_one(&house.test.owner)
        .await
        .unwrap();
    assert!(!rows.contains(&secret));
}

#[tokio::test]
async fn metadata_that_break_a_rule_are_refused_with_the_rule() {
    let house = house().await;
    let address = "invalid_redirect_uri";
    let other = "invalid_client_metadata";
    let cases = [
        (json!({"redirect_uris": []}), address),
        (json!({"redirect_uris": ["http://books.test/cb"]}), address),
        (json!({"redirect_uris": ["https://books.test/cb#x"]}), address),
        (json!({"redirect_uris": ["https://*.books.test/cb"]}), address),
        (json!({"redirect_uris": ["https://u@books.test/cb"]}), address),
        (json!({"redirect_uris": ["javascript:alert(1)"]}), address),
        (json!({"redirect_uris": ["vn.books:/cb"]}), address),
        (json!({"post_logout_redirect_uris": ["http://books.test/"]}), address),
        (json!({"client_name": ""}), other),
        (json!({"client_name": "x".repeat(101)}), other),
        (json!({"client_name": "Bank\u{202e}knaB"}), other),
        (json!({"grant_types": ["implicit"]}), other),
        (json!({"grant_types": ["password"]}), other),
        (json!({"response_types": ["token"]}), other),
        (json!({"token_endpoint_auth_method": "client_secret_jwt"}), other),
        (json!({"token_endpoint_auth_method": "private_key_jwt"}), other),
        (
            json!({"token_endpoint_auth_method": "none", "grant_types": ["authorization_code", "client_credentials"]}),
            other,
        ),
        (json!({"id_token_signed_response_alg": "none"}), other),
        (json!({"id_token_signed_response_alg": "RS256"}), other),
        (json!({"jwks_uri": "https://books.test/jwks"}), other),
        (json!({"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}}), other),
        (json!({"backchannel_logout_uri": "http://books.test/out"}), other),
        (json!({"scope": "open\"id"}), other),
        (json!({"resource_indicators": ["api"]}), other),
        (json!({"default_acr_values": ["urn:other"]}), other),
        (json!({"redirect_uris": ["https://a.test/cb", "https://b.test/cb"]}), other),
        (json!({"sen_profile": "fapi-1"}), other),
        (json!({"sen_profile": "fapi-2"}), other),
        (json!({"redirect_uris": "https://books.test/cb"}), other),
        (json!({"software_statement": "x"}), "unapproved_software_statement"),
    ];
    for (over, error) in cases {
        let answer = house.register(&metadata(over.clone())).await;
        assert_eq!((answer.status.as_u16(), answer.error()), (400, error), "{over} {}", answer.text);
    }
    for good in [
        json!({"redirect_uris": ["http://127.0.0.1:3000/cb"]}),
        json!({"application_type": "native", "redirect_uris": ["vn.books.app:/cb", "http://127.0.0.1/cb"], "token_endpoint_auth_method": "none", "sector_identifier_uri": "https://books.test/sector"}),
        // An app has no host to name its sector by: it is its own.
        json!({"application_type": "native", "redirect_uris": ["vn.books.app:/cb", "http://127.0.0.1/cb"], "token_endpoint_auth_method": "none"}),
        json!({"redirect_uris": ["https://a.test/cb", "https://b.test/cb"], "sector_identifier_uri": "https://a.test/sector"}),
    ] {
        let answer = house.register(&metadata(good.clone())).await;
        assert_eq!(answer.status, 201, "{good} {}", answer.text);
    }
    let request =
        Request::post("/openid/register").body(Body::from(r#"{"client_name":"a","client_name":"b"}"#)).unwrap();
    assert_eq!(house.send(request).await.error(), other);
}

#[tokio::test]
async fn a_client_from_a_file_keeps_its_id_and_takes_new_metadata() {
    let house = house().await;
    let of = |uri: &str| ClientMetadata {
        client_name: "Operator".to_owned(),
        redirect_uris: vec![uri.to_owned()],
        ..ClientMetadata::default()
    };
    let citizen = house.citizen();
    let register = |ctx, uri, secret| {
        house.provider.register_with_secret(ctx, of(uri), Profile::Openid, ClientState::Approved, Some("op"), secret)
    };
    let made = register(&house.system, "http://127.0.0.1:1000/cb", Some("a secret of the file")).await.unwrap();
    assert_eq!((made.id.as_str(), made.secret.as_deref()), ("op", Some("a secret of the file")));
    register(&house.system, "http://127.0.0.1:2000/cb", Some("a secret of the file")).await.unwrap();
    let request = crate::front::request("op", json!({"redirect_uri": "http://127.0.0.1:2000/cb"}));
    house.ask(&request).await.page();
    let old = crate::front::request("op", json!({"redirect_uri": "http://127.0.0.1:1000/cb"}));
    house.ask(&old).await.stays("IDN0102");
    assert!(matches!(register(&citizen, "https://x.test/cb", None).await, Err(Error::NotAllowed)));
    assert!(matches!(register(&house.system, "https://x.test/cb", Some("short")).await, Err(Error::Metadata(_))));
}

#[tokio::test]
async fn a_key_is_published_before_it_signs_and_until_its_last_token_is_dead() {
    let house = house().await;
    let kids = || async {
        let keys = house.get("/openid/jwks", &[]).await.good();
        let keys = keys.body["keys"].as_array().unwrap().clone();
        for key in &keys {
            assert!(key.get("d").is_none() && key["use"] == "sig", "{key}");
        }
        keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let signer = || async {
        let answer = house.token("bank", &[("grant_type", "client_credentials"), ("scope", "api")]).await.good();
        (crate::house::header_of(&answer.text("access_token"))["kid"].as_str().unwrap().to_owned(), answer)
    };
    let first = kids().await;
    assert_eq!(first.len(), 2, "ES256 and EdDSA");
    let (old, token) = signer().await;
    assert!(matches!(house.provider.rotate_keys(&house.citizen()).await, Err(Error::NotAllowed)));
    house.provider.rotate_keys(&house.system).await.unwrap();
    house.provider.rotate_keys(&house.system).await.unwrap();
    let both = kids().await;
    assert_eq!(both.len(), 4, "the next ones, once");
    assert_eq!(signer().await.0, old, "published, and not signing yet");
    house.later(Duration::hours(1));
    let (new, _) = signer().await;
    assert!(new != old && both.contains(&new));
    assert!(kids().await.contains(&old), "its tokens are still alive");
    assert!(said(&token.text("access_token"))["exp"].as_i64().unwrap() <= house.clock.now().unix_timestamp());
    house.later(Duration::hours(24));
    assert_eq!(kids().await.len(), 2);
    // The daily job leaves young keys alone and follows old ones.
    house.provider.tend_keys(&house.system).await.unwrap();
    assert_eq!(kids().await.len(), 2);
    house.later(Duration::days(30));
    house.provider.tend_keys(&house.system).await.unwrap();
    assert_eq!(kids().await.len(), 4);
}

#[tokio::test]
async fn the_database_alone_signs_nothing() {
    let house = house().await;
    house.get("/openid/jwks", &[]).await.good();
    // A sealed key in another's row does not open.
    sqlx::query(
        "update identity.signing_key set sealed = (select sealed from identity.signing_key order by kid limit 1)",
    )
    .execute(&house.test.owner)
    .await
    .unwrap();
    house.later(Duration::minutes(1));
    assert_eq!(house.get("/openid/jwks", &[]).await.status, 500);
    assert_eq!(house.token("bank", &[("grant_type", "client_credentials"), ("scope", "api")]).await.status, 500);
}

#[tokio::test]
async fn what_we_say_of_ourselves_is_so() {
    let house = house().await;
    let document = house.get("/.well-known/openid-configuration", &[]).await.good();
    assert_eq!(document.body, house.get("/.well-known/oauth-authorization-server", &[]).await.good().body);
    assert_eq!(document.headers["access-control-allow-origin"], "*");
    assert_eq!(document.body["issuer"], ISSUER);
    let addresses = document
        .body
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri");
    let mut checked = 0;
    for (name, address) in addresses {
        let path = address.as_str().unwrap().strip_prefix(ISSUER).unwrap();
        let (get, post) = (house.get(path, &[]).await, house.post_with(path, &[], &[]).await);
        assert!(get.status != 404 && post.status != 404, "{name}");
        assert!(get.status.as_u16() < 500 && post.status.as_u16() < 500, "{name} {} {}", get.text, post.text);
        checked += 1;
    }
    assert_eq!(checked, 11);
    for (name, absent) in [
        ("response_types_supported", "token"),
        ("code_challenge_methods_supported", "plain"),
        ("token_endpoint_auth_methods_supported", "tls_client_auth"),
        ("id_token_signing_alg_values_supported", "none"),
        ("request_object_signing_alg_values_supported", "none"),
    ] {
        assert!(!document.body[name].as_array().unwrap().iter().any(|value| value == absent), "{name}");
    }
    assert_eq!(document.body["authorization_response_iss_parameter_supported"], true);
}
