//! Acting for somebody else with recorded authority.

use crate::house::{House, house, said};
use axum::http::StatusCode;
use kernel::{Actor, Problem, SubjectId};
use serde_json::json;
use time::Duration;

async fn tokens(house: &House, delegation: uuid::Uuid) -> crate::house::Answer {
    let request = json!({"scope": ["openid", "profile"], "acting_for": delegation});
    let code = house.code_for("bank", request, &["name", "birthdate"]).await;
    house.redeem(&code).await
}

#[tokio::test]
async fn a_parents_tokens_speak_of_the_child_and_say_who_acts() {
    let house = house().await;
    let own = said(&house.redeem(&house.code().await).await.good().text("id_token"));
    let delegation = house.provider.delegate_kin(&house.citizen(), house.child).await.unwrap();
    assert_eq!(house.provider.delegate_kin(&house.citizen(), house.child).await.unwrap(), delegation, "once");
    let shown = house.provider.delegations_of(&house.citizen(), house.mother.0).await.unwrap();
    assert_eq!(shown.len(), 1);
    assert_eq!((shown[0].id, shown[0].kind, shown[0].name.as_str()), (delegation, "parent", "Nguyễn An"));
    assert_eq!(shown[0].until, Some(time::macros::date!(2038 - 04 - 30)));
    let answer = tokens(&house, delegation).await.good();
    let (id, access) = (said(&answer.text("id_token")), said(&answer.text("access_token")));
    for says in [&id, &access] {
        assert_ne!(says["sub"], own["sub"]);
        assert_eq!(says["act"]["sub"], own["sub"]);
    }
    let told = house.userinfo(&answer.text("access_token")).await.good().body;
    assert_eq!((&told["name"], &told["birthdate"]), (&json!("Nguyễn An"), &json!("2020")));
    assert_eq!(told["act"]["sub"], own["sub"]);
    for person in [house.mother.1, house.child] {
        let events = house.events(person).await;
        assert!(events.contains(&"token-issued".to_owned()), "{events:?}");
        assert!(events.contains(&"delegation-recorded".to_owned()), "{events:?}");
    }
    house.provider.end_delegation(&house.citizen(), delegation).await.unwrap();
    assert_eq!(house.userinfo(&answer.text("access_token")).await.status, StatusCode::UNAUTHORIZED);
    tokens(&house, delegation).await.refused("invalid_grant", "IDN0160");
    assert!(house.provider.delegations_of(&house.citizen(), house.mother.0).await.unwrap().is_empty());
}

#[tokio::test]
async fn only_whom_the_register_knows_as_ones_child_or_ward() {
    let house = house().await;
    let code = |error: identity::Error| Problem::from(error).code.into_owned();
    let stranger = SubjectId(house.system.uuid());
    let refused = house.provider.delegate_kin(&house.citizen(), stranger).await.unwrap_err();
    assert_eq!(code(refused), "IDN0152");
    let level_1 = Actor::Citizen { account: house.mother.0, subject: house.mother.1, level: 1 };
    for ctx in [house.system.clone(), house.system.act_as(level_1), house.system.act_as(Actor::Anonymous)] {
        assert_eq!(code(house.provider.delegate_kin(&ctx, house.child).await.unwrap_err()), "IDN0007");
    }
    // Authority ends the day before the child comes of age.
    let delegation = house.provider.delegate_kin(&house.citizen(), house.child).await.unwrap();
    let answer = tokens(&house, delegation).await.good();
    house.later(Duration::days(365 * 12));
    let refresh = answer.text("refresh_token");
    assert_ne!(house.refresh(&refresh).await.status, StatusCode::OK);
    tokens(&house, delegation).await.refused("invalid_grant", "IDN0160");
}

/// Authority of the mother over an organisation, as the counter or its representative records it.
async fn recorded(house: &House, kind: &str, until: Option<time::Date>) -> uuid::Uuid {
    let id = house.system.uuid();
    sqlx::query(
        "insert into identity.delegation (delegation_id, organisation, organisation_name, organisation_subject, agent_account,
            kind, evidence, from_day, until_day, created_at) values ($1, '0101234567', 'Hoa Sen', $2, $3, $4, 'paper', $5, $6, $7)",
    )
    .bind(id)
    .bind(house.system.uuid())
    .bind(house.mother.0.0)
    .bind(kind)
    .bind(house.system.today())
    .bind(until)
    .bind(house.system.now())
    .execute(&house.test.owner)
    .await
    .unwrap();
    id
}

#[tokio::test]
async fn an_agent_speaks_for_an_organisation() {
    let house = house().await;
    let delegation = recorded(&house, "agent", Some(time::macros::date!(2026 - 11 - 30))).await;
    let shown = house.provider.delegations_of(&house.citizen(), house.mother.0).await.unwrap();
    assert_eq!((shown[0].kind, shown[0].name.as_str()), ("agent", "Hoa Sen (0101234567)"));
    let answer = tokens(&house, delegation).await.good();
    let told = house.userinfo(&answer.text("access_token")).await.good().body;
    assert_eq!(told["organisation"], json!({"code": "0101234567"}));
    assert!(told.get("name").is_none(), "nothing of the agent is told");
    house.later(Duration::days(9));
    tokens(&house, delegation).await.refused("invalid_grant", "IDN0160");
}

#[tokio::test]
async fn nobody_uses_anothers_authority() {
    let house = house().await;
    let delegation = house.provider.delegate_kin(&house.citizen(), house.child).await.unwrap();
    let thief = kernel::AccountId(house.system.uuid());
    sqlx::query("update identity.delegation set agent_account = $1")
        .bind(thief.0)
        .execute(&house.test.owner)
        .await
        .unwrap();
    tokens(&house, delegation).await.refused("invalid_grant", "IDN0160");
    let refused = house.provider.end_delegation(&house.citizen(), delegation).await.unwrap_err();
    assert_eq!(Problem::from(refused).code, "IDN0007");
}

#[tokio::test]
async fn a_parent_sees_for_whom_they_could_act_and_what_has_ended() {
    let house = house().await;
    let citizen = house.citizen();
    let wards = house.provider.wards(&citizen).await.unwrap();
    assert_eq!(wards.len(), 1, "a spouse is nobody's ward");
    assert_eq!((wards[0].subject, wards[0].kind, wards[0].name.as_str()), (house.child, "parent", "Nguyễn An"));
    assert!(house.provider.past_delegations(&citizen).await.unwrap().is_empty());

    let delegation = house.provider.delegate_kin(&citizen, house.child).await.unwrap();
    assert!(house.provider.wards(&citizen).await.unwrap().is_empty(), "it is recorded already");
    house.provider.end_delegation(&citizen, delegation).await.unwrap();
    assert_eq!(house.provider.wards(&citizen).await.unwrap().len(), 1, "and can be recorded again");
    let past = house.provider.past_delegations(&citizen).await.unwrap();
    assert_eq!((past.len(), past[0].kind, past[0].name.as_deref()), (1, "parent", Some("Nguyễn An")));
    assert_eq!(past[0].ended_at, Some(house.system.now()));

    let level_1 = house.system.act_as(Actor::Citizen { account: house.mother.0, subject: house.mother.1, level: 1 });
    assert!(house.provider.wards(&level_1).await.is_err());
    assert!(house.provider.past_delegations(&level_1).await.is_err());
}

#[tokio::test]
async fn a_representatives_tokens_speak_of_the_organisation_and_end_with_the_authority() {
    let house = house().await;
    let own = said(&house.redeem(&house.code().await).await.good().text("id_token"));
    let delegation = recorded(&house, "representative", None).await;
    let shown = house.provider.delegations_of(&house.citizen(), house.mother.0).await.unwrap();
    assert_eq!((shown[0].kind, shown[0].name.as_str()), ("representative", "Hoa Sen (0101234567)"));
    let answer = tokens(&house, delegation).await.good();
    let access = answer.text("access_token");
    for says in [said(&answer.text("id_token")), said(&access)] {
        assert_ne!(says["sub"], own["sub"]);
        assert_eq!(says["act"]["sub"], own["sub"]);
    }
    let told = house.userinfo(&access).await.good().body;
    assert_eq!(told["organisation"], json!({"code": "0101234567"}));
    house.provider.end_delegation(&house.citizen(), delegation).await.unwrap();
    assert_eq!(house.userinfo(&access).await.status, StatusCode::UNAUTHORIZED);
    tokens(&house, delegation).await.refused("invalid_grant", "IDN0160");
}
