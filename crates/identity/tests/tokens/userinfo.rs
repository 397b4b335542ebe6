//! `/openid/userinfo`: what is told, to whom, with which proof.

use crate::house::{House, house, key, redeeming, said};
use axum::http::StatusCode;
use kernel::SubjectId;
use serde_json::{Value, json};

async fn token(house: &House, request: Value, claims: &[&str]) -> String {
    let code = house.code_for("bank", request, claims).await;
    house.redeem(&code).await.good().text("access_token")
}

#[tokio::test]
async fn only_what_was_asked_and_consented_to_is_told() {
    let house = house().await;
    let scope = json!({"scope": ["openid", "profile", "phone", "email", "address"]});
    let all = ["name", "birthdate", "gender", "phone_number", "email", "address", "personal_number"];
    let told = house.userinfo(&token(&house, scope.clone(), &all).await).await.good().body;
    let sub = told["sub"].clone();
    assert_eq!(
        told,
        json!({
            "name": "Nguyễn Thị Hoa", "birthdate": "1995-03-02", "gender": "female", "phone_number": "+84912345678",
            "email": "hoa@example.vn",
            "address": {"formatted": "12 Hàng Bài", "commune_code": "00004", "country": "VN"}, "sub": sub,
        }),
        "personal_number was consented to once and not asked for now"
    );
    let told = house.userinfo(&token(&house, scope, &["name"]).await).await.good().body;
    assert_eq!(told, json!({"name": "Nguyễn Thị Hoa", "sub": sub}), "the rest was asked for and not consented to");
    let told = house.userinfo(&token(&house, json!({"scope": ["openid"]}), &all).await).await.good().body;
    assert_eq!(told, json!({"sub": sub}));
}

#[tokio::test]
async fn each_reading_is_in_the_persons_access_log_with_the_relying_party_and_the_fields() {
    let house = house().await;
    let access = token(&house, json!({"scope": ["openid", "profile"]}), &["name", "birthdate"]).await;
    house.userinfo(&access).await.good();
    let contents: Vec<Vec<u8>> =
        sqlx::query_scalar("select content from ledger.opening").fetch_all(&house.test.owner).await.unwrap();
    let contents = contents.iter().map(|bytes| serde_json::from_slice::<ledger::Content>(bytes).unwrap());
    let lines: Vec<_> =
        contents.filter(|content| content.kind == "access" && content.subject == Some(house.mother.1)).collect();
    assert_eq!(lines.len(), 1);
    let line = &lines[0].body;
    assert_eq!(line["decision"], "openid:bank");
    assert_eq!(line["purpose"], "electronic-authentication");
    assert_eq!(line["consumer"], "ministry-public-security");
    assert_eq!(line["fields"], json!(["birth_date", "full_name"]));
}

#[tokio::test]
async fn claims_asked_by_name_come_with_their_values_or_not_at_all() {
    let house = house().await;
    let claims = json!({"userinfo": {
        "personal_number": {"essential": true, "purpose": "mở tài khoản"},
        "gender": {"value": "male"},
        "birthdate": {"values": ["1995-03-02", "1995-03-03"]},
        "account_level": null,
        "favourite_colour": null,
    }});
    let request = json!({"scope": ["openid"], "claims": claims});
    let consented = ["personal_number", "gender", "birthdate", "account_level"];
    let told = house.userinfo(&token(&house, request, &consented).await).await.good().body;
    let sub = told["sub"].clone();
    let expected =
        json!({"personal_number": "001195000002", "birthdate": "1995-03-02", "account_level": 2, "sub": sub});
    assert_eq!(told, expected);
}

#[tokio::test]
async fn claims_can_be_asked_for_in_the_id_token() {
    let house = house().await;
    let request = json!({"claims": {"id_token": {"name": null, "email": null}}});
    let code = house.code_for("bank", request, &["name"]).await;
    let id = said(&house.redeem(&code).await.good().text("id_token"));
    assert_eq!((&id["name"], id.get("email")), (&json!("Nguyễn Thị Hoa"), None));
}

#[tokio::test]
async fn verified_claims_say_by_what_they_were_verified_or_are_left_out() {
    let house = house().await;
    let ask = |verification: Value| {
        json!({"scope": ["openid"], "claims": {"userinfo": {"verified_claims": {
            "verification": verification, "claims": {"name": null, "birthdate": null},
        }}}})
    };
    let consented = ["name", "birthdate"];
    let tell = |verification: Value| {
        let house = &house;
        async move {
            let access = token(house, ask(verification), &consented).await;
            house.userinfo(&access).await.good().body.get("verified_claims").cloned()
        }
    };
    let told = tell(json!({"trust_framework": null, "assurance_level": null, "evidence": null})).await.unwrap();
    assert_eq!(told["claims"], json!({"name": "Nguyễn Thị Hoa", "birthdate": "1995-03-02"}));
    assert_eq!(told["verification"]["trust_framework"], "vn_nd69_2024");
    assert_eq!(told["verification"]["assurance_level"], "2");
    assert_eq!(told["verification"]["evidence"][0]["type"], "electronic_record");
    let least = tell(json!({"trust_framework": {"value": "vn_nd69_2024"}})).await.unwrap();
    assert_eq!(least["verification"], json!({"trust_framework": "vn_nd69_2024"}), "only what was asked for");
    for wrong in [
        json!({"trust_framework": {"value": "de_aml"}}),
        json!({"trust_framework": null, "assurance_level": {"value": "3"}}),
        json!({"trust_framework": null, "evidence": [{"type": {"value": "document"}}]}),
        json!({"trust_framework": null, "time": {"essential": true}}),
    ] {
        assert_eq!(tell(wrong.clone()).await, None, "{wrong}");
    }
}

#[tokio::test]
async fn of_a_foreigner_the_register_of_foreigners_tells_and_is_named_as_evidence() {
    let mut house = house().await;
    house.mother.1 = SubjectId(house.system.uuid());
    let ask = |record: &str| {
        let evidence = json!([{"type": {"value": "electronic_record"}, "record": {"type": {"value": record}}}]);
        json!({"scope": ["openid", "profile", "email"], "claims": {"userinfo": {
            "personal_number": null, "nationality": null, "verified_claims": {
                "verification": {"trust_framework": null, "evidence": evidence}, "claims": {"birthdate": null},
            },
        }}})
    };
    let consented = ["name", "birthdate", "email", "personal_number", "nationality"];
    let access = token(&house, ask("foreign_residents_register"), &consented).await;
    let told = house.userinfo(&access).await.good().body;
    assert_eq!((&told["name"], &told["nationality"]), (&json!("Maria Garcia Lopez"), &json!("Tây Ban Nha")));
    assert_eq!(told["verified_claims"]["claims"], json!({"birthdate": "1988-05-14"}));
    let evidence = &told["verified_claims"]["verification"]["evidence"][0];
    assert_eq!(evidence["record"]["type"], "foreign_residents_register");
    assert!(told.get("personal_number").is_none() && told.get("email").is_none());
    let access = token(&house, ask("population_register"), &consented).await;
    assert!(house.userinfo(&access).await.good().body.get("verified_claims").is_none(), "not as asked");
}

#[tokio::test]
async fn a_client_that_registered_so_gets_a_signed_answer() {
    let house = house().await;
    house.client("signed", "openid", json!({"userinfo_signed_response_alg": "EdDSA"})).await;
    let code = house.code_for("signed", json!({}), &[]).await;
    let mut fields = redeeming(&code);
    fields[2].1 = "https://signed.test/cb";
    let access = house.token("signed", &fields).await.good().text("access_token");
    let answer = house.userinfo(&access).await;
    assert_eq!(answer.headers["content-type"], "application/jwt");
    let says = said(&answer.text);
    assert_eq!((&says["iss"], &says["aud"]), (&json!("https://op.test"), &json!("signed")));
    assert!(says["sub"].is_string());
}

#[tokio::test]
async fn a_token_bound_to_a_key_needs_a_proof_of_this_key_for_this_token() {
    let house = house().await;
    let (own, other) = (key(), key());
    let answer = house.token_with("bank", &redeeming(&house.code().await), &own).await.good();
    let access = answer.text("access_token");
    let ath = json!({"ath": jose::access_token_hash(&access)});
    let ask = |proof: String| {
        let (house, access) = (&house, &access);
        async move {
            let authorization = format!("DPoP {access}");
            house.get("/openid/userinfo", &[("authorization", &authorization), ("dpop", &proof)]).await
        }
    };
    let refused = |answer: &crate::house::Answer, what: &str| {
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}: {}", answer.text);
        let challenge = answer.headers["www-authenticate"].to_str().unwrap();
        assert!(challenge.starts_with("DPoP ") && challenge.contains("error="), "{what}: {challenge}");
    };
    let proof = house.proof(&own, "GET", "/openid/userinfo", ath.clone());
    ask(proof.clone()).await.good();
    refused(&ask(proof).await, "replayed");
    refused(&ask(house.proof(&own, "GET", "/openid/userinfo", json!({}))).await, "no ath");
    let wrong = json!({"ath": jose::access_token_hash("another")});
    refused(&ask(house.proof(&own, "GET", "/openid/userinfo", wrong)).await, "another token's ath");
    refused(&ask(house.proof(&other, "GET", "/openid/userinfo", ath.clone())).await, "another key");
    refused(&ask(house.proof(&own, "POST", "/openid/userinfo", ath)).await, "another method");
    refused(&house.userinfo(&access).await, "as a bearer token");
    let authorization = format!("DPoP {access}");
    refused(&house.get("/openid/userinfo", &[("authorization", &authorization)]).await, "without a proof");
}

#[tokio::test]
async fn where_the_token_may_stand() {
    let house = house().await;
    let access = token(&house, json!({}), &[]).await;
    let none = house.get("/openid/userinfo", &[]).await;
    assert_eq!(none.status, StatusCode::UNAUTHORIZED);
    assert!(none.headers.contains_key("www-authenticate"));
    let in_address = house.get(&format!("/openid/userinfo?access_token={access}"), &[]).await;
    assert_eq!(in_address.status, StatusCode::UNAUTHORIZED, "never in the address");
    house.post_with("/openid/userinfo", &[("access_token", &access)], &[]).await.good();
    let authorization = format!("Bearer {access}");
    let twice =
        house.post_with("/openid/userinfo", &[("access_token", &access)], &[("authorization", &authorization)]).await;
    assert_eq!(twice.status, StatusCode::BAD_REQUEST);
    house.later(time::Duration::minutes(5));
    assert_eq!(house.userinfo(&access).await.status, StatusCode::UNAUTHORIZED, "five minutes");
}
