//! Tokens, proofs, assertions and request objects: what is taken, and everything near it that is not.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly")]

use jose::{
    Alg, AssertionRules, Error, Jwk, Jwks, ProofRules, RequestRules, Rules, SigningKey, Typ, client_assertion, encode,
    json, normal_uri, proof, request_object, verify,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;
use time::{Duration, OffsetDateTime, macros::datetime};

const NOW: OffsetDateTime = datetime!(2026-11-22 08:00 UTC);
const ISSUER: &str = "https://op.test";

static KEYS: LazyLock<[SigningKey; 3]> =
    LazyLock::new(|| [Alg::Es256, Alg::EdDsa, Alg::Es256].map(|alg| SigningKey::generate(alg).unwrap()));

fn seconds() -> i64 {
    NOW.unix_timestamp()
}

fn keys() -> Vec<Jwk> {
    vec![KEYS[0].public().clone(), KEYS[1].public().clone()]
}

fn rules() -> Rules<'static> {
    Rules { issuer: Some("me"), audience: Some(&["you"]), required: &["exp"], ..Rules::new(NOW, Typ::Is("x+jwt")) }
}

fn claims() -> Value {
    json!({"iss": "me", "aud": "you", "exp": seconds() + 60, "iat": seconds()})
}

/// The good claims with these over them; `null` takes one away.
fn with(base: Value, over: Value) -> Value {
    let mut claims = base;
    for (name, value) in over.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().shift_remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

fn judged(claims: &Value) -> Result<(), Error> {
    verify(&KEYS[0].sign("x+jwt", claims).unwrap(), &keys(), &rules()).map(drop)
}

#[test]
fn a_token_of_each_algorithm_reads_back() {
    for key in &KEYS[..2] {
        let token = verify(&key.sign("x+jwt", &claims()).unwrap(), &keys(), &rules()).unwrap();
        assert_eq!(token.alg, key.alg());
        assert_eq!(token.text("iss"), Some("me"));
        assert_eq!(token.seconds("exp"), Some(seconds() + 60));
        assert_eq!(token.thumbprint, key.kid());
        let again = SigningKey::from_pkcs8(key.alg(), key.pkcs8()).unwrap();
        assert_eq!(again.public(), key.public());
    }
}

#[test]
fn a_signature_with_ed25519_is_the_same_every_time_and_the_example_of_the_rfc_verifies() {
    let sign = || KEYS[1].sign("x+jwt", &claims()).unwrap();
    assert_eq!(sign(), sign());
    // RFC 8037, appendix A.
    let key = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let key = Jwk::read(&key).unwrap();
    assert_eq!(key.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    let message = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    let signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assert_eq!(key.verify(Alg::EdDsa, message, signature), Ok(()));
    assert_eq!(key.verify(Alg::EdDsa, b"another", signature), Err(Error::Signature));
    assert_eq!(key.verify(Alg::Es256, message, signature), Err(Error::Key), "an algorithm of another sort of key");
}

#[test]
fn the_thumbprint_is_the_one_of_rfc_7638() {
    let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3okn\
             jhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6q\
             MQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJ\
             zKnqDKgw";
    let key = Jwk::read(&json!({"kty": "RSA", "n": n, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"})).unwrap();
    assert_eq!(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    assert!(key.fits(Alg::Rs256) && !key.fits(Alg::Ps256), "its own word holds");
}

#[test]
fn no_algorithm_but_that_of_the_key_is_taken() {
    let payload = serde_json::to_vec(&claims()).unwrap();
    let token = |header: Value| KEYS[0].sign_bytes(header.to_string().as_bytes(), &payload).unwrap();
    let judged = |token: &str, algs: &'static [Alg]| verify(token, &keys(), &Rules { algs, ..rules() }).map(drop);
    for alg in ["none", "None", "NONE", "nOnE", "", "HS256", "ES384", "RSA-OAEP", "es256"] {
        let token = token(json!({"alg": alg, "typ": "x+jwt"}));
        assert_eq!(judged(&token, Alg::ALL), Err(Error::Algorithm), "{alg}");
        let unsigned = format!("{}.", token.rsplit_once('.').unwrap().0);
        assert_eq!(judged(&unsigned, Alg::ALL), Err(Error::Algorithm), "{alg} without a signature");
    }
    assert_eq!(judged(&token(json!({"typ": "x+jwt"})), Alg::ALL), Err(Error::Algorithm));
    assert_eq!(judged(&token(json!({"alg": ["ES256"], "typ": "x+jwt"})), Alg::ALL), Err(Error::Algorithm));
    // Another sort of key is never tried.
    assert_eq!(judged(&token(json!({"alg": "RS256", "typ": "x+jwt"})), Alg::ALL), Err(Error::UnknownKey));
    assert_eq!(judged(&token(json!({"alg": "EdDSA", "typ": "x+jwt"})), Alg::ALL), Err(Error::Signature));
    assert_eq!(judged(&token(json!({"alg": "ES256", "typ": "x+jwt"})), &[Alg::EdDsa]), Err(Error::Algorithm));
    assert_eq!(judged(&token(json!({"alg": "ES256", "typ": "x+jwt"})), Alg::FAPI), Ok(()));
}

#[test]
fn a_key_in_the_token_itself_is_not_believed() {
    let header = json!({"alg": "ES256", "typ": "x+jwt", "jwk": KEYS[2].public(), "jku": "https://evil.test/jwks"});
    let token = KEYS[2].sign_bytes(header.to_string().as_bytes(), claims().to_string().as_bytes()).unwrap();
    assert_eq!(verify(&token, &keys(), &rules()).map(drop), Err(Error::Signature));
}

#[test]
fn a_key_that_is_named_must_be_there() {
    let named = |kid: Value| {
        let header = json!({"alg": "ES256", "typ": "x+jwt", "kid": kid});
        KEYS[0].sign_bytes(header.to_string().as_bytes(), claims().to_string().as_bytes()).unwrap()
    };
    assert!(verify(&named(json!(KEYS[0].kid())), &keys(), &rules()).is_ok());
    assert_eq!(verify(&named(json!("another")), &keys(), &rules()).map(drop), Err(Error::UnknownKey));
    assert_eq!(verify(&named(json!(1)), &keys(), &rules()).map(drop), Err(Error::UnknownKey));
    assert_eq!(verify(&named(json!(KEYS[0].kid())), &[], &rules()).map(drop), Err(Error::UnknownKey));
}

#[test]
fn what_could_be_read_in_two_ways_is_refused() {
    let signed = |header: &str, payload: &str| KEYS[0].sign_bytes(header.as_bytes(), payload.as_bytes()).unwrap();
    let header = r#"{"alg":"ES256","typ":"x+jwt"}"#;
    let good = claims().to_string();
    let judged = |token: &str| verify(token, &keys(), &rules()).map(drop);
    assert_eq!(judged(&signed(header, &good)), Ok(()));
    let twice = format!(r#"{{"iss":"you",{}"#, &good[1..]);
    assert_eq!(judged(&signed(header, &twice)), Err(Error::Json));
    assert_eq!(judged(&signed(r#"{"alg":"none","alg":"ES256","typ":"x+jwt"}"#, &good)), Err(Error::Json));
    assert_eq!(judged(&signed(header, &format!("{good} x"))), Err(Error::Json));
    assert_eq!(judged(&signed(header, "[]")), Err(Error::Json));
    assert_eq!(judged(&signed(r#"{"alg":"ES256","typ":"x+jwt","crit":["x"],"x":1}"#, &good)), Err(Error::Critical));
    assert_eq!(judged(&signed(r#"{"alg":"ES256","typ":"x+jwt","b64":false}"#, &good)), Err(Error::Critical));
    let token = signed(header, &good);
    for wrong in [format!("{token}="), format!("{token}."), format!(".{token}"), token.replace('.', ". ")] {
        assert!(judged(&wrong).is_err(), "{wrong}");
    }
    assert_eq!(judged(&"a".repeat(20_000)), Err(Error::TooLong));
    for wrong in ["", ".", "..", "...", "a.b", "a.b.c.d.e"] {
        assert!(judged(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn one_type_of_token_does_not_pass_for_another() {
    for (typ, taken) in
        [("x+jwt", true), ("X+JWT", true), ("application/x+jwt", true), ("jwt", false), ("at+jwt", false)]
    {
        let token = KEYS[0].sign(typ, &claims()).unwrap();
        let outcome = verify(&token, &keys(), &rules()).map(drop);
        assert_eq!(outcome, if taken { Ok(()) } else { Err(Error::Typ) }, "{typ}");
    }
    let bare = KEYS[0].sign_bytes(br#"{"alg":"ES256"}"#, claims().to_string().as_bytes()).unwrap();
    assert_eq!(verify(&bare, &keys(), &rules()).map(drop), Err(Error::Typ));
    let lenient = Rules { typ: Typ::AnyOf(&["jwt"]), ..rules() };
    assert!(verify(&bare, &keys(), &lenient).is_ok());
}

#[test]
fn issuer_audience_and_times_are_held_to() {
    let cases = [
        (json!({}), Ok(())),
        (json!({"iss": "you"}), Err(Error::Issuer)),
        (json!({"iss": null}), Err(Error::Issuer)),
        (json!({"aud": ["x", "you"]}), Ok(())),
        (json!({"aud": ["x"]}), Err(Error::Audience)),
        (json!({"aud": []}), Err(Error::Audience)),
        (json!({"aud": ["you", 1]}), Err(Error::Claim("aud"))),
        (json!({"aud": "yo"}), Err(Error::Audience)),
        (json!({"aud": null}), Err(Error::Audience)),
        (json!({"exp": seconds()}), Err(Error::Expired)),
        (json!({"exp": seconds() + 1}), Ok(())),
        (json!({"exp": null}), Err(Error::Claim("exp"))),
        (json!({"exp": "9999999999"}), Err(Error::Claim("exp"))),
        (json!({"exp": -1}), Err(Error::Claim("exp"))),
        (json!({"exp": 1e300}), Err(Error::Claim("exp"))),
        (json!({"exp": u64::MAX}), Err(Error::Claim("exp"))),
        (json!({"nbf": seconds()}), Ok(())),
        (json!({"nbf": seconds() + 1}), Err(Error::NotYet)),
        (json!({"iat": seconds() + 1}), Err(Error::NotYet)),
        (json!({"iat": (seconds() as f64) - 0.5}), Ok(())),
    ];
    for (over, expected) in cases {
        assert_eq!(judged(&with(claims(), over.clone())), expected, "{over}");
    }
    let skewed = Rules { leeway: 10, ..rules() };
    let late = KEYS[0].sign("x+jwt", &with(claims(), json!({"exp": seconds() - 9, "iat": seconds() + 10}))).unwrap();
    assert!(verify(&late, &keys(), &skewed).is_ok(), "clocks may differ");
    let aged = Rules { max_age: Some(30), max_life: Some(60), ..rules() };
    let token = |over| KEYS[0].sign("x+jwt", &with(claims(), over)).unwrap();
    assert!(verify(&token(json!({"iat": seconds() - 30})), &keys(), &aged).is_ok());
    assert_eq!(verify(&token(json!({"iat": seconds() - 31})), &keys(), &aged).map(drop), Err(Error::TooOld));
    assert_eq!(verify(&token(json!({"iat": null})), &keys(), &aged).map(drop), Err(Error::TooOld));
    assert_eq!(verify(&token(json!({"exp": seconds() + 61})), &keys(), &aged).map(drop), Err(Error::TooOld));
}

#[test]
fn keys_that_are_private_weak_or_for_something_else_are_not_read() {
    let good = KEYS[0].public().to_value();
    assert!(Jwk::read(&good).is_ok());
    let over = [
        json!({"d": "AA"}),
        json!({"k": "AA"}),
        json!({"use": "enc"}),
        json!({"key_ops": ["sign"]}),
        json!({"crv": "P-384"}),
        json!({"kty": "oct"}),
        json!({"alg": "EdDSA"}),
        json!({"alg": "HS256"}),
        json!({"x": "AA"}),
        json!({"x": null}),
        json!({"kid": 1}),
    ];
    for over in over {
        assert_eq!(Jwk::read(&with(good.clone(), over.clone())), Err(Error::Key), "{over}");
    }
    let rsa = |bits: usize, e: &str| json!({"kty": "RSA", "n": encode(vec![0xff; bits / 8]), "e": e});
    for (key, taken) in [
        (rsa(2048, "AQAB"), true),
        (rsa(1024, "AQAB"), false),
        (rsa(16384, "AQAB"), false),
        (rsa(2048, "AQ"), false),
        (rsa(2048, "AA"), false),
        (rsa(2048, "Ag"), false),
    ] {
        assert_eq!(Jwk::read(&key).is_ok(), taken, "{key}");
    }
    // A set leaves out what it cannot use, and is spoiled by a secret.
    let set = json!({"keys": [good, {"kty": "EC", "crv": "P-521"}, rsa(1024, "AQAB")]});
    assert_eq!(serde_json::from_value::<Jwks>(set).unwrap().keys.len(), 1);
    let spoiled = json!({"keys": [good, {"kty": "oct", "k": "AAAA"}]});
    assert!(serde_json::from_value::<Jwks>(spoiled).is_err());
    assert!(serde_json::from_value::<Jwks>(json!({"keys": vec![good; 21]})).is_err());
}

fn proof_rules() -> ProofRules<'static> {
    ProofRules {
        algs: Alg::FAPI,
        method: "POST",
        uri: "https://op.test/openid/token",
        now: NOW,
        max_age: 60,
        leeway: 10,
        access_token: None,
    }
}

fn proof_of(header: Value, over: Value) -> String {
    let header = with(json!({"typ": "dpop+jwt", "jwk": KEYS[0].public()}), header);
    let claims = json!({"jti": "1", "htm": "POST", "htu": "https://op.test/openid/token", "iat": seconds()});
    let header: Map<String, Value> = header.as_object().unwrap().clone();
    KEYS[0].sign_with(&header, &with(claims, over)).unwrap()
}

#[test]
fn a_proof_is_for_one_request_by_the_key_it_shows() {
    let taken = proof(&proof_of(json!({}), json!({"nonce": "n"})), &proof_rules()).unwrap();
    assert_eq!((taken.jkt.as_str(), taken.jti.as_str(), taken.nonce.as_deref()), (KEYS[0].kid(), "1", Some("n")));
    let cases = [
        (json!({"typ": "jwt"}), json!({}), Error::Typ),
        (json!({"typ": null}), json!({}), Error::Typ),
        (json!({"jwk": null}), json!({}), Error::Key),
        (json!({"jwk": with(KEYS[0].public().to_value(), json!({"d": "AA"}))}), json!({}), Error::Key),
        (json!({"jwk": KEYS[2].public()}), json!({}), Error::Signature),
        (json!({"alg": "none"}), json!({}), Error::Algorithm),
        (json!({}), json!({"jti": null}), Error::Claim("jti")),
        (json!({}), json!({"jti": ""}), Error::Claim("jti")),
        (json!({}), json!({"jti": "x".repeat(256)}), Error::Claim("jti")),
        (json!({}), json!({"htm": "GET"}), Error::Request),
        (json!({}), json!({"htm": "post"}), Error::Request),
        (json!({}), json!({"htu": "https://op.test/openid/par"}), Error::Request),
        (json!({}), json!({"htu": "https://evil.test/openid/token"}), Error::Request),
        (json!({}), json!({"htu": "http://op.test/openid/token"}), Error::Request),
        (json!({}), json!({"htu": null}), Error::Claim("htu")),
        (json!({}), json!({"iat": null}), Error::Claim("iat")),
        (json!({}), json!({"iat": seconds() - 61}), Error::TooOld),
        (json!({}), json!({"iat": seconds() + 11}), Error::NotYet),
        (json!({}), json!({"exp": seconds() - 11}), Error::Expired),
        (json!({}), json!({"nonce": 1}), Error::Claim("nonce")),
    ];
    for (header, over, expected) in cases {
        assert_eq!(
            proof(&proof_of(header.clone(), over.clone()), &proof_rules()).unwrap_err(),
            expected,
            "{header} {over}"
        );
    }
    for over in [
        json!({"iat": seconds() - 60}),
        json!({"iat": seconds() + 10}),
        json!({"htu": "HTTPS://OP.test:443/openid/token?x#y"}),
    ] {
        assert!(proof(&proof_of(json!({}), over.clone()), &proof_rules()).is_ok(), "{over}");
    }
    let with_token = ProofRules { access_token: Some("at"), ..proof_rules() };
    let ath = jose::access_token_hash("at");
    assert!(proof(&proof_of(json!({}), json!({"ath": ath})), &with_token).is_ok());
    for over in [json!({}), json!({"ath": jose::access_token_hash("other")}), json!({"ath": 1})] {
        assert!(proof(&proof_of(json!({}), over.clone()), &with_token).is_err(), "{over}");
    }
}

#[test]
fn addresses_are_compared_as_the_rfc_has_it() {
    let same = [
        ("https://a.test/x", "HTTPS://A.TEST/x?q#f"),
        ("https://a.test", "https://a.test:443/"),
        ("http://a.test:80/", "http://a.test"),
        ("https://a.test/%7Ex", "https://a.test/~x"),
        ("https://a.test/%2f", "https://a.test/%2F"),
    ];
    for (one, other) in same {
        assert!(normal_uri(one).is_some());
        assert_eq!(normal_uri(one), normal_uri(other), "{one} {other}");
    }
    for (one, other) in [
        ("https://a.test/x", "https://a.test/X"),
        ("https://a.test/", "https://a.test//"),
        ("https://a.test", "http://a.test"),
    ] {
        assert_ne!(normal_uri(one), normal_uri(other), "{one} {other}");
    }
    for none in
        ["", "a.test", "ftp://a.test/", "https://", "https://u@a.test/", "https://a.test/%", "https://a.test/%+1"]
    {
        assert_eq!(normal_uri(none), None, "{none}");
    }
}

fn assertion(over: Value) -> Result<(), Error> {
    let claims = json!({"iss": "c", "sub": "c", "aud": ISSUER, "exp": seconds() + 60, "iat": seconds(), "jti": "1"});
    let token = KEYS[0].sign("JWT", &with(claims, over)).unwrap();
    let wanted = AssertionRules {
        algs: Alg::FAPI,
        client_id: "c",
        audience: &[ISSUER],
        single_audience: true,
        now: NOW,
        leeway: 10,
        max_life: 600,
    };
    client_assertion(&token, &keys(), &wanted).map(drop)
}

#[test]
fn an_assertion_is_by_the_client_about_itself_for_us_and_short() {
    let cases = [
        (json!({}), Ok(())),
        (json!({"iat": null}), Ok(())),
        (json!({"iss": "x"}), Err(Error::Issuer)),
        (json!({"sub": "x"}), Err(Error::Issuer)),
        (json!({"sub": null}), Err(Error::Claim("sub"))),
        (json!({"jti": null}), Err(Error::Claim("jti"))),
        (json!({"jti": 1}), Err(Error::Claim("jti"))),
        (json!({"aud": [ISSUER]}), Err(Error::Audience)),
        (json!({"aud": "https://op.test/openid/token"}), Err(Error::Audience)),
        (json!({"exp": null}), Err(Error::Claim("exp"))),
        (json!({"exp": seconds() - 11}), Err(Error::Expired)),
        (json!({"exp": seconds() + 611}), Err(Error::TooOld)),
        (json!({"nbf": seconds() + 11}), Err(Error::NotYet)),
        (json!({"nbf": seconds() + 10, "iat": seconds() + 10}), Ok(())),
    ];
    for (over, expected) in cases {
        assert_eq!(assertion(over.clone()), expected, "{over}");
    }
}

fn object(typ: &str, over: Value, strict: bool) -> Result<Map<String, Value>, Error> {
    let claims = json!({
        "iss": "c", "aud": ISSUER, "nbf": seconds(), "exp": seconds() + 300, "client_id": "c", "scope": "openid",
    });
    let token = KEYS[0].sign(typ, &with(claims, over)).unwrap();
    let wanted = RequestRules { algs: Alg::FAPI, client_id: "c", audience: ISSUER, now: NOW, leeway: 10, strict };
    request_object(&token, &keys(), &wanted)
}

#[test]
fn a_request_object_is_by_the_client_for_us_and_of_this_hour() {
    let read = object("oauth-authz-req+jwt", json!({}), true).unwrap();
    assert_eq!(Value::Object(read), json!({"client_id": "c", "scope": "openid"}));
    let cases = [
        (json!({"iss": "x"}), Error::Issuer),
        (json!({"iss": null}), Error::Claim("iss")),
        (json!({"aud": "https://evil.test"}), Error::Audience),
        (json!({"nbf": null}), Error::Claim("nbf")),
        (json!({"exp": null}), Error::Claim("exp")),
        (json!({"nbf": seconds() - 3700}), Error::TooOld),
        (json!({"nbf": seconds() - 3000, "exp": seconds() + 700}), Error::TooOld),
        (json!({"exp": seconds() - 11}), Error::Expired),
        (json!({"nbf": seconds() + 11}), Error::NotYet),
        (json!({"client_id": "x"}), Error::Issuer),
        (json!({"sub": "c"}), Error::Claim("sub")),
        (json!({"request": "x"}), Error::Claim("request")),
        (json!({"request_uri": "x"}), Error::Claim("request_uri")),
    ];
    for (over, expected) in cases {
        assert_eq!(object("JWT", over.clone(), true).unwrap_err(), expected, "{over}");
    }
    assert!(object("JWT", json!({"aud": ["x", ISSUER]}), true).is_ok());
    assert_eq!(object("dpop+jwt", json!({}), true).unwrap_err(), Error::Typ);
    let bare = json!({"iss": null, "aud": null, "nbf": null, "exp": null});
    assert!(object("JWT", bare, false).is_ok(), "OpenID Connect Core asks for none of them");
    assert_eq!(object("JWT", json!({"aud": "x"}), false).unwrap_err(), Error::Audience);
}

#[test]
fn a_peek_reads_what_nobody_has_verified_and_nothing_more() {
    let token = KEYS[0].sign("JWT", &json!({"sub": "c", "n": 1})).unwrap();
    assert_eq!(jose::peek_claim(&token, "sub").as_deref(), Some("c"));
    for (text, name) in [(token.as_str(), "n"), (token.as_str(), "x"), ("", "sub"), ("a.b.c", "sub")] {
        assert_eq!(jose::peek_claim(text, name), None, "{name}");
    }
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(text in ".{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = verify(&text, &keys(), &rules());
        let _ = proof(&text, &proof_rules());
        let _ = jose::peek_claim(&text, "sub");
        let _ = normal_uri(&text);
        let _ = json(&bytes);
        let _ = json(text.as_bytes());
        let encoded = format!("{}.{}.{}", encode(br#"{"alg":"ES256","typ":"x+jwt"}"#), encode(&bytes), encode(&bytes));
        prop_assert!(verify(&encoded, &keys(), &rules()).is_err());
        let signed = KEYS[0].sign_bytes(br#"{"alg":"ES256","typ":"x+jwt"}"#, &bytes).unwrap();
        let _ = verify(&signed, &keys(), &rules());
        if let Ok(value) = serde_json::from_slice::<Value>(&bytes) {
            let _ = Jwk::read(&value);
        }
    }

    #[test]
    fn a_changed_bit_never_verifies(at in any::<prop::sample::Index>(), bit in 0..7_u8, which in 0..2_usize) {
        let token = KEYS[which].sign("x+jwt", &claims()).unwrap();
        let mut bytes = token.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let changed = String::from_utf8(bytes).unwrap();
        prop_assert!(verify(&changed, &keys(), &rules()).is_err(), "byte {} of {}", at, token);
    }

    #[test]
    fn what_is_signed_reads_back(name in "[a-z]{1,8}", text in ".{0,50}", number in any::<i32>()) {
        let wanted = with(claims(), json!({format!("x_{name}"): text, "x": number}));
        let token = KEYS[1].sign("x+jwt", &wanted).unwrap();
        let read = verify(&token, &keys(), &rules()).unwrap();
        prop_assert_eq!(Value::Object(read.claims), wanted);
    }

    #[test]
    fn times_around_now_are_judged_by_their_order(exp in -100_i64..100, leeway in 0_i64..30) {
        let token = KEYS[1].sign("x+jwt", &with(claims(), json!({"exp": seconds() + exp}))).unwrap();
        let outcome = verify(&token, &keys(), &Rules { leeway, ..rules() });
        prop_assert_eq!(outcome.is_ok(), exp + leeway > 0);
        let later = Rules { now: NOW + Duration::hours(1), leeway, ..rules() };
        prop_assert!(verify(&token, &keys(), &later).is_err());
    }
}
