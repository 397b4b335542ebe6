//! Signing in: two factors, no code twice, the growing pause, and nothing told to strangers.

use crate::{OFFICER, PASSWORD, START, house, number};
use kernel::{Actor, BodyId, Role};
use time::Duration;

#[tokio::test]
async fn a_citizen_of_level_1_needs_a_password_only() {
    let house = house().await;
    let signed_in = house.try_in(&number(1), PASSWORD, None).await.unwrap();
    assert!(matches!(signed_in.choices[..], [Actor::Citizen { level: 1, .. }]));
    assert_eq!(signed_in.label, "Hoa");
    assert!(!format!("{signed_in:?}").contains("Hoa"));
}

#[tokio::test]
async fn a_citizen_of_level_2_needs_the_code_too() {
    let house = house().await;
    let login = number(2);
    assert_eq!(house.try_in(&login, PASSWORD, None).await.unwrap_err(), "IDN0003");
    assert_eq!(house.try_in(&login, PASSWORD, Some("  ")).await.unwrap_err(), "IDN0003");
    assert_eq!(house.try_in(&login, PASSWORD, Some("000000")).await.unwrap_err(), "IDN0001");
    let (account, subject) = house.mother;
    let signed_in = house.try_in(&format!(" {login} "), PASSWORD, Some(&house.code())).await.unwrap();
    assert_eq!(signed_in.choices, [Actor::Citizen { account, subject, level: 2 }]);
    assert_eq!(
        house.logged(Some(subject)).await,
        ["change account-created", "refusal sign-in-refused", "system signed-in"]
    );
}

#[tokio::test]
async fn an_officer_may_choose_among_the_bodies_where_a_role_is_in_force() {
    let house = house().await;
    let signed_in = house.try_in("Can.Bo.Ho.Tich", PASSWORD, Some(&house.code())).await.unwrap();
    let officer = |body: &str, roles: &[&str]| Actor::Officer {
        account: house.officer,
        body: BodyId::from(body),
        roles: roles.iter().map(|role| Role::from(*role)).collect(),
    };
    let expected = [
        officer("commune-committee/00004", &["civil-status-officer", "leader"]),
        officer("commune-police/00004", &["residence-officer"]),
    ];
    assert_eq!(signed_in.choices, expected);
    assert_eq!(house.identity.choices(&house.visitor, house.officer).await.unwrap(), expected);
    // The day after, one role has ended and another has begun.
    house.clock.set(START + Duration::DAY);
    let next = house.identity.choices(&house.visitor, house.officer).await.unwrap();
    let expected = [
        officer("commune-committee/00004", &["civil-status-officer"]),
        officer("commune-police/00004", &["residence-officer"]),
        officer("ministry-justice", &["leader"]),
    ];
    assert_eq!(next, expected);
}

#[tokio::test]
async fn a_code_works_once_also_when_two_come_at_once() {
    let house = house().await;
    let (login, code) = (number(2), house.code());
    let (one, two) =
        tokio::join!(house.try_in(&login, PASSWORD, Some(&code)), house.try_in(&login, PASSWORD, Some(&code)));
    let mut outcomes = [one.map(|_| ()), two.map(|_| ())];
    outcomes.sort();
    assert_eq!(outcomes, [Ok(()), Err("IDN0001".to_owned())]);
    assert_eq!(house.try_in(&login, PASSWORD, Some(&code)).await.unwrap_err(), "IDN0001");
    house.clock.set(START + Duration::seconds(30));
    assert_eq!(house.try_in(&login, PASSWORD, Some(&code)).await.unwrap_err(), "IDN0001", "still within the skew");
    house.try_in(&login, PASSWORD, Some(&house.code())).await.unwrap();
}

#[tokio::test]
async fn failures_bring_a_pause_that_grows_ends_and_is_forgotten_on_success() {
    let house = house().await;
    let login = number(1);
    for _ in 0..5 {
        assert_eq!(house.try_in(&login, "wrong", None).await.unwrap_err(), "IDN0001");
    }
    assert_eq!(house.try_in(&login, PASSWORD, None).await.unwrap_err(), "IDN0002", "not even the right one");
    house.clock.set(START + Duration::seconds(29));
    assert_eq!(house.try_in(&login, PASSWORD, None).await.unwrap_err(), "IDN0002");
    house.clock.set(START + Duration::seconds(30));
    assert_eq!(house.try_in(&login, "wrong", None).await.unwrap_err(), "IDN0001");
    house.clock.set(START + Duration::seconds(60));
    assert_eq!(house.try_in(&login, PASSWORD, None).await.unwrap_err(), "IDN0002", "twice as long now");
    house.clock.set(START + Duration::seconds(90));
    house.try_in(&login, PASSWORD, None).await.unwrap();
    for _ in 0..4 {
        assert_eq!(house.try_in(&login, "wrong", None).await.unwrap_err(), "IDN0001");
    }
    house.try_in(&login, PASSWORD, None).await.unwrap();
}

#[tokio::test]
async fn a_right_password_does_not_let_anybody_guess_codes_without_end() {
    let house = house().await;
    let login = number(2);
    let mut answers = Vec::new();
    for _ in 0..8 {
        answers.push(house.try_in(&login, PASSWORD, None).await.unwrap_err());
        answers.push(house.try_in(&login, PASSWORD, Some("000000")).await.unwrap_err());
    }
    let wrong = answers.iter().filter(|answer| *answer == "IDN0001").count();
    assert_eq!(wrong, 5, "{answers:?}");
    assert_eq!(answers.last().unwrap(), "IDN0002");
}

#[tokio::test]
async fn attempts_side_by_side_are_counted_before_they_are_looked_at() {
    let house = house().await;
    let login = number(1);
    let attempts = (0..20).map(|_| house.try_in(&login, "wrong", None));
    let answers = futures::future::join_all(attempts).await;
    let looked_at = answers.iter().filter(|answer| answer.as_ref().unwrap_err() == "IDN0001").count();
    assert_eq!(looked_at, 5);
}

#[tokio::test]
async fn a_stranger_gets_the_same_answers_for_a_name_that_nobody_has() {
    let house = house().await;
    let mut answers = Vec::new();
    for login in [&number(1), &number(777)] {
        let mut of_login = Vec::new();
        for _ in 0..7 {
            of_login.push(house.try_in(login, "wrong", None).await.unwrap_err());
        }
        answers.push(of_login);
    }
    assert_eq!(answers[0], answers[1]);
    // What a stranger tries with nobody's name does not fill the ledger (accounts and roles made by the house are in it).
    assert!(house.logged(None).await.iter().all(|line| line.starts_with("change ")));
    let unusual = ["", "' or 1=1 --", &"x".repeat(10_000), "\u{0}"];
    for login in unusual {
        assert_eq!(house.try_in(login, "wrong", None).await.unwrap_err(), "IDN0001", "{}", login.len());
    }
}

#[tokio::test]
async fn an_account_without_a_role_in_force_is_told_so() {
    let house = house().await;
    sqlx::query("update identity.officer_role set until_day = from_day - 1").execute(&house.test.owner).await.unwrap();
    assert_eq!(house.try_in(OFFICER, PASSWORD, Some(&house.code())).await.unwrap_err(), "IDN0013");
}

#[tokio::test]
async fn the_database_alone_gives_nobody_a_code() {
    let house = house().await;
    let sealed: Vec<Vec<u8>> =
        sqlx::query_scalar("select sealed from identity.totp").fetch_all(&house.test.owner).await.unwrap();
    assert_eq!(sealed.len(), 2);
    assert_ne!(sealed[0], sealed[1], "the same secret, sealed apart");
    // One account's sealed secret in another's row opens nothing.
    sqlx::query("update identity.totp set sealed = $1").bind(&sealed[0]).execute(&house.test.owner).await.unwrap();
    let answers = [
        house.try_in(&number(2), PASSWORD, Some(&house.code())).await.map(|_| ()),
        house.try_in(OFFICER, PASSWORD, Some(&house.code())).await.map(|_| ()),
    ];
    assert_eq!(answers.iter().filter(|answer| **answer == Err("IDN0012".to_owned())).count(), 1, "{answers:?}");
}
