//! Making, changing and closing accounts.

use crate::{PASSWORD, house, number, role};
use identity::{Error, NewAccount};
use kernel::{Actor, SubjectId};
use web::NewSession;

/// A session of the account, as the portal would begin one.
pub(crate) async fn begin_session(house: &crate::House, account: kernel::AccountId) -> String {
    let mut conn = house.test.db.pool().acquire().await.unwrap();
    let none = serde_json::json!({});
    let new = NewSession {
        account,
        actor: Actor::Anonymous,
        facts: none.clone(),
        authentication: none,
        device: String::new(),
    };
    web::open(&mut conn, &house.visitor, &new).await.unwrap().token
}

pub(crate) async fn has_session(house: &crate::House, token: &str) -> bool {
    let mut conn = house.test.db.pool().acquire().await.unwrap();
    web::find(&mut conn, &house.visitor, token, false).await.unwrap().is_some()
}

#[tokio::test]
async fn what_an_account_must_have() {
    let house = house().await;
    let mut conn = house.test.db.pool().acquire().await.unwrap();
    let citizen = |level: u8| Some((SubjectId(house.system.uuid()), level));
    let today = house.system.today();
    let roles = [role("ministry-justice", "leader", today, None)];
    let (free, taken, secret) = (number(9), number(1), house.secret.clone());
    let base = NewAccount { login: &free, password: PASSWORD, citizen: citizen(1), roles: &[], totp: None, label: "X" };
    let check = [
        (NewAccount { login: "somebody", ..base.clone() }, "IDN0009"),
        (NewAccount { citizen: None, totp: Some(&secret), ..base.clone() }, "IDN0009"),
        (NewAccount { login: &taken, ..base.clone() }, "IDN0006"),
        (NewAccount { login: "CAN BO", citizen: None, totp: Some(&secret), ..base.clone() }, "IDN0009"),
        (NewAccount { citizen: citizen(2), ..base.clone() }, "IDN0005"),
        (NewAccount { roles: &roles, ..base.clone() }, "IDN0005"),
        (NewAccount { login: "somebody", citizen: None, ..base.clone() }, "IDN0005"),
        (NewAccount { password: "short", ..base.clone() }, "IDN0004"),
        (NewAccount { password: "only-12-long", ..base.clone() }, "IDN0004"),
        (NewAccount { label: " ", ..base.clone() }, "IDN0015"),
    ];
    for (new, code) in check {
        let refused = house.identity.create_account(&mut conn, &house.system, &new).await.unwrap_err();
        assert_eq!(kernel::Problem::from(refused).code, code, "{new:?}");
    }
    let created = house.identity.create_account(&mut conn, &house.system, &base).await.unwrap();
    assert_eq!(house.try_in(&free, PASSWORD, None).await.unwrap().account, created);
    assert!(!format!("{base:?}").contains(&free));
}

#[tokio::test]
async fn only_the_program_makes_accounts_by_hand() {
    let house = house().await;
    let mut conn = house.test.db.pool().acquire().await.unwrap();
    let (account, subject) = house.mother;
    let citizen = Actor::Citizen { account, subject, level: 2 };
    let officer = Actor::Officer {
        account: house.officer,
        body: "national-portal".into(),
        roles: vec!["administrator".into(), "account-administrator".into()],
    };
    for actor in [Actor::Anonymous, citizen, officer] {
        let new = NewAccount {
            login: &number(9),
            password: PASSWORD,
            citizen: Some((subject, 1)),
            roles: &[],
            totp: None,
            label: "X",
        };
        let answer = house.identity.create_account(&mut conn, &house.system.act_as(actor), &new).await;
        assert!(matches!(answer, Err(Error::NotAllowed)), "{answer:?}");
    }
}

#[tokio::test]
async fn a_changed_password_ends_sessions_and_the_old_one_no_longer_works() {
    let house = house().await;
    let (mother, subject) = house.mother;
    let token = begin_session(&house, mother).await;
    let new = "hoa sen trắng";
    let weak = house.identity.change_password(&house.visitor, mother, PASSWORD, "short").await;
    assert!(matches!(weak, Err(Error::WeakPassword(8))));
    let wrong = house.identity.change_password(&house.visitor, mother, "wrong", new).await;
    assert!(matches!(wrong, Err(Error::Refused)));
    assert!(has_session(&house, &token).await);
    house.identity.change_password(&house.visitor, mother, PASSWORD, new).await.unwrap();
    assert!(!has_session(&house, &token).await);
    assert_eq!(house.try_in(&number(2), PASSWORD, Some(&house.code())).await.unwrap_err(), "IDN0001");
    house.try_in(&number(2), new, Some(&house.code())).await.unwrap();
    assert!(house.logged(Some(subject)).await.contains(&"change password-changed".to_owned()));
}

#[tokio::test]
async fn guessing_at_the_present_password_is_locked_out_too() {
    let house = house().await;
    let mut codes = Vec::new();
    for _ in 0..7 {
        let answer = house.identity.change_password(&house.visitor, house.mother.0, "wrong", "hoa sen trắng").await;
        codes.push(kernel::Problem::from(answer.unwrap_err()).code);
    }
    assert_eq!(codes, ["IDN0001", "IDN0001", "IDN0001", "IDN0001", "IDN0001", "IDN0002", "IDN0002"]);
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_session_of_this_account_only() {
    let house = house().await;
    let (mother, _) = house.mother;
    let (one, two) = (begin_session(&house, mother).await, begin_session(&house, mother).await);
    let other = begin_session(&house, house.officer).await;
    assert_eq!(house.identity.sign_out_everywhere(&house.visitor, mother).await.unwrap(), 2);
    assert!(!has_session(&house, &one).await && !has_session(&house, &two).await);
    assert!(has_session(&house, &other).await);
}

#[tokio::test]
async fn old_failures_are_swept() {
    let house = house().await;
    house.try_in("nobody", "wrong", None).await.unwrap_err();
    assert_eq!(house.identity.sweep(&house.system).await.unwrap(), 0);
    house.clock.set(crate::START + time::Duration::days(2));
    assert_eq!(house.identity.sweep(&house.system).await.unwrap(), 1);
}

#[tokio::test]
async fn the_tables_keep_the_rules_and_codes_have_messages() {
    let house = house().await;
    let findings = store::lint::catalogue(&house.test.owner).await.unwrap();
    let mine: Vec<_> = findings.iter().filter(|finding| finding.starts_with("identity.")).collect();
    assert!(mine.is_empty(), "{mine:?}");
    for text in [identity::MESSAGES.vi, identity::MESSAGES.en] {
        for number in 1..=15 {
            assert!(text.contains(&format!("\nidn{number:04} = ")), "idn{number:04}");
        }
    }
}
