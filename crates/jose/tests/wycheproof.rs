//! Project Wycheproof's vectors for what we verify. Their data are not ours to keep: `SEN_WYCHEPROOF` names a copy of
//! <https://github.com/C2SP/wycheproof>; without it the tests say that they were skipped.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on may stop; a skip is told")]

use jose::{Alg, Error, Jwk, Rules, Typ};
use serde_json::Value;
use std::path::PathBuf;
use time::OffsetDateTime;

/// The test groups of one file.
fn groups(name: &str) -> Option<Vec<Value>> {
    let Some(folder) = std::env::var_os("SEN_WYCHEPROOF") else {
        eprintln!("skipped {name}: SEN_WYCHEPROOF names no copy of Project Wycheproof");
        return None;
    };
    let path = PathBuf::from(folder).join("testvectors_v1").join(name);
    let read: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    Some(read["testGroups"].as_array().unwrap().clone())
}

fn tests(group: &Value) -> &Vec<Value> {
    group["tests"].as_array().unwrap()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// Every signature of a file is judged as its authors judge it. Gives how many were.
fn signatures(name: &str, alg: Alg) -> usize {
    let Some(groups) = groups(name) else { return 0 };
    let mut judged = 0;
    for group in &groups {
        let jwk = [&group["publicKeyJwk"], &group["keyJwk"]].into_iter().find(|jwk| jwk.is_object());
        // Groups without one have a key that no JWK can spell.
        let Some(key) = jwk.map(|jwk| Jwk::read(jwk).unwrap()) else { continue };
        for test in tests(group) {
            let (message, signature) = (bytes(text(test, "msg")), jose::encode(bytes(text(test, "sig"))));
            let taken = key.verify(alg, &message, &signature).is_ok();
            match text(test, "result") {
                "acceptable" => {}
                wanted => assert_eq!(taken, wanted == "valid", "{name} {}: {}", test["tcId"], test["comment"]),
            }
            judged += 1;
        }
    }
    assert!(judged > 90, "{name}: {judged}");
    judged
}

#[test]
fn ecdsa_signatures() {
    signatures("ecdsa_secp256r1_sha256_p1363_test.json", Alg::Es256);
}

#[test]
fn eddsa_signatures() {
    signatures("ed25519_test.json", Alg::EdDsa);
}

#[test]
fn rsa_pss_signatures() {
    signatures("rsa_pss_2048_sha256_mgf1_32_test.json", Alg::Ps256);
}

#[test]
fn rsa_pkcs1_signatures() {
    signatures("rsa_signature_2048_sha256_test.json", Alg::Rs256);
}

/// The public part of a key as it stands in the file: what a client would register.
fn public(group: &Value) -> Value {
    let mut jwk = if group["public"].is_object() { group["public"].clone() } else { group["private"].clone() };
    if jwk["kty"] != "oct"
        && let Some(members) = jwk.as_object_mut()
    {
        for private in ["d", "p", "q", "dp", "dq", "qi"] {
            members.remove(private);
        }
    }
    jwk
}

/// Whether the header says an algorithm that we take at all.
fn is_ours(token: &str) -> bool {
    let head = token.split('.').next().unwrap_or_default();
    let header = jose::decode(head).ok().and_then(|bytes| jose::json(&bytes).ok());
    header.as_ref().and_then(|header| header["alg"].as_str()).and_then(Alg::of).is_some()
}

/// A token's payload here is no JSON, so one whose signature is right is refused for its claims and nothing else.
fn signature_is_right(token: &str, keys: &[Jwk]) -> bool {
    let rules = Rules::new(OffsetDateTime::UNIX_EPOCH, Typ::AnyOf(&["jwt", "jose"]));
    is_ours(token) && matches!(jose::verify(token, keys, &rules), Err(Error::Json) | Ok(_))
}

fn tokens(name: &str, at_least: usize) {
    let Some(groups) = groups(name) else { return };
    let (mut taken, mut refused, mut faults) = (0, 0, Vec::new());
    for group in &groups {
        let keys: Vec<Jwk> = Jwk::read(&public(group)).into_iter().collect();
        for test in tests(group).iter().filter(|test| test["jws"].is_string()) {
            let token = text(test, "jws");
            let right = signature_is_right(token, &keys);
            if text(test, "result") != "valid" {
                refused += 1;
                if right {
                    faults.push(format!("{} is taken: {}", test["tcId"], test["comment"]));
                }
            } else if is_ours(token) && !keys.is_empty() {
                taken += 1;
                if !right {
                    faults.push(format!("{} is refused: {}", test["tcId"], test["comment"]));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{name}: {faults:#?}");
    assert!(taken >= at_least && refused > 20, "{name}: {taken} taken, {refused} refused");
}

#[test]
fn compact_signatures() {
    tokens("json_web_signature_test.json", 10);
}

#[test]
fn compact_signatures_and_weak_keys() {
    tokens("json_web_crypto_test.json", 2);
}
