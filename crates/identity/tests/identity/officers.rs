//! Officers' accounts: who issues them, who gives which role where, and what an officer does with the word.

use crate::accounts::{begin_session, has_session};
use crate::enrolment::{Desk, desk};
use crate::{PASSWORD, START};
use identity::enrolment::{AccountState, Activation, Handed, NewOfficer};
use identity::{Error, TotpSecret, totp_now};
use kernel::{AccountId, Actor, BodyId, Ctx, Role};
use time::Duration;

/// A commune of Ha Noi, its police, the province.
const COMMUNE: &str = "commune-committee/00004";
const POLICE: &str = "commune-police/00004";
const PROVINCE: &str = "province-committee/01";

impl Desk {
    /// Somebody with these roles in a body, whose own account is nobody's here.
    fn as_officer(&self, body: &str, roles: &[&str]) -> Ctx {
        let account = AccountId(self.house.system.uuid());
        self.acting(account, body, roles)
    }

    fn acting(&self, account: AccountId, body: &str, roles: &[&str]) -> Ctx {
        let roles = roles.iter().map(|role| Role::from(*role)).collect();
        self.house.system.act_as(Actor::Officer { account, body: BodyId::from(body), roles })
    }

    async fn issue(&self, by: &Ctx, body: &str, login: &str, roles: &[&str]) -> Result<(AccountId, Activation), Error> {
        let roles: Vec<Role> = roles.iter().map(|role| Role::from(*role)).collect();
        let body = BodyId::from(body);
        let new = NewOfficer { body: &body, login, label: "Nguyễn Văn Ba", roles: &roles, until: None };
        let (account, handed) = self.enrolment.issue(by, &new, "", str::to_owned).await?;
        let Handed::Word(activation) = handed else { unreachable!("no phone was named") };
        Ok((account, activation))
    }

    /// Sets a password and an app with the word.
    async fn opens(&self, word: &str) -> Result<TotpSecret, Error> {
        let secret = TotpSecret::draw(&self.house.system.random);
        let code = totp_now(&secret, self.house.visitor.now());
        self.enrolment.activate(&self.house.visitor, word, PASSWORD, Some((&secret, &code))).await.map(|_| secret)
    }

    async fn enters(&self, login: &str, secret: &TotpSecret) -> Result<Vec<Actor>, String> {
        // A code works once: each sign-in is a minute later.
        self.house.clock.set(self.house.clock.now() + Duration::MINUTE);
        let code = totp_now(secret, self.house.visitor.now());
        self.house.try_in(login, PASSWORD, Some(&code)).await.map(|signed_in| signed_in.choices)
    }
}

#[tokio::test]
async fn an_officer_sets_password_and_second_factor_with_the_word_and_acts_in_the_roles_given() {
    let desk = desk().await;
    let administrator = desk.as_officer(COMMUNE, &["account-administrator"]);
    let (account, word) = desk.issue(&administrator, COMMUNE, "ba.nguyen", &["civil-status-officer"]).await.unwrap();
    let shown = desk.enrolment.officer(&administrator, account).await.unwrap();
    assert!(shown.waiting && shown.state == AccountState::Active && shown.signed_in_at.is_none());
    assert_eq!(
        desk.house.try_in("ba.nguyen", PASSWORD, None).await.unwrap_err(),
        "IDN0001",
        "nobody knows a password yet"
    );
    let alone = desk.enrolment.activate(&desk.house.visitor, &word.token, PASSWORD, None).await;
    assert!(matches!(alone, Err(Error::SecondFactorMissing)), "{alone:?}");
    let secret = desk.opens(&word.token).await.unwrap();
    assert!(matches!(desk.opens(&word.token).await, Err(Error::ActivationUnusable)), "once");
    let choices = desk.enters("ba.nguyen", &secret).await.unwrap();
    let roles = vec![Role::from("civil-status-officer")];
    assert_eq!(choices, [Actor::Officer { account, body: BodyId::from(COMMUNE), roles }]);
    let shown = desk.enrolment.officer(&administrator, account).await.unwrap();
    assert!(!shown.waiting && shown.signed_in_at.is_some());
    let events = desk.enrolment.history_of_officer(&administrator, account).await.unwrap();
    let events: Vec<&str> = events.iter().map(|event| event.what.as_str()).collect();
    assert_eq!(events[0], "signed-in");
    for what in ["account-issued", "role-granted", "account-activated"] {
        assert!(events.contains(&what), "{what}");
    }
}

#[tokio::test]
async fn a_word_goes_to_the_phone_that_is_named_and_who_issues_does_not_see_it() {
    let desk = desk().await;
    let administrator = desk.as_officer(COMMUNE, &["account-administrator"]);
    let (body, roles) = (BodyId::from(COMMUNE), [Role::from("leader")]);
    let new = NewOfficer { body: &body, login: "ba.nguyen", label: "Ba", roles: &roles, until: None };
    let wrong = desk.enrolment.issue(&administrator, &new, "12", str::to_owned).await;
    assert!(matches!(wrong, Err(Error::PhoneMalformed)));
    let (_, handed) = desk.enrolment.issue(&administrator, &new, "0912 345 678", str::to_owned).await.unwrap();
    assert!(matches!(handed, Handed::Sent { ending } if ending == "678"));
    desk.opens(&desk.word().await).await.unwrap();
}

#[tokio::test]
async fn who_may_issue_which_account_where() {
    let desk = desk().await;
    let may = [
        // In one's own body: its officers, and not who administers accounts.
        (COMMUNE, "account-administrator", COMMUNE, "civil-status-officer", true),
        (COMMUNE, "account-administrator", COMMUNE, "leader", true),
        (COMMUNE, "account-administrator", COMMUNE, "account-administrator", false),
        // Only what such a body has, and only there.
        (COMMUNE, "account-administrator", COMMUNE, "identity-card-officer", false),
        (COMMUNE, "account-administrator", COMMUNE, "administrator", false),
        (COMMUNE, "account-administrator", COMMUNE, "citizen-level-2", false),
        (COMMUNE, "account-administrator", POLICE, "residence-officer", false),
        (COMMUNE, "account-administrator", "commune-committee/00008", "leader", false),
        // Below: who administers accounts there, and nobody else.
        (PROVINCE, "account-administrator", COMMUNE, "account-administrator", true),
        (PROVINCE, "account-administrator", COMMUNE, "civil-status-officer", false),
        (PROVINCE, "account-administrator", POLICE, "account-administrator", false),
        (PROVINCE, "account-administrator", "commune-committee/26740", "account-administrator", false),
        ("province-police/01", "account-administrator", POLICE, "account-administrator", true),
        ("ministry-public-security", "account-administrator", "province-police/01", "account-administrator", true),
        ("ministry-public-security", "account-administrator", POLICE, "account-administrator", false),
        ("ministry-health", "account-administrator", "hospital/01D01", "account-administrator", true),
        // The operator appoints everywhere; other roles only as the body's own administrator of accounts.
        ("national-portal", "administrator", COMMUNE, "account-administrator", true),
        ("national-portal", "administrator", "national-portal", "account-administrator", true),
        ("national-portal", "administrator", "national-portal", "administrator", false),
        ("national-portal", "account-administrator", "national-portal", "administrator", true),
        ("national-portal", "administrator", COMMUNE, "leader", false),
        ("national-portal", "administrator", "commune-committee/99999", "account-administrator", false),
        // Nobody else.
        (COMMUNE, "leader", COMMUNE, "leader", false),
        (POLICE, "identity-card-officer", POLICE, "residence-officer", false),
    ];
    for (n, (of, role, body, given, allowed)) in may.into_iter().enumerate() {
        let by = desk.as_officer(of, &[role]);
        let issued = desk.issue(&by, body, &format!("can.bo.{n}"), &[given]).await;
        let right = if allowed { issued.is_ok() } else { matches!(issued, Err(Error::NotAllowed)) };
        assert!(right, "{role} of {of} gives {given} in {body}: {:?}", issued.map(|(account, _)| account));
    }
    for ctx in [desk.house.visitor.clone(), desk.house.owner()] {
        assert!(matches!(desk.issue(&ctx, COMMUNE, "can.bo", &["leader"]).await, Err(Error::NotAllowed)));
    }
}

#[tokio::test]
async fn what_an_officers_account_must_have() {
    let desk = desk().await;
    let by = desk.as_officer(COMMUNE, &["account-administrator"]);
    assert!(matches!(desk.issue(&by, COMMUNE, "ba.nguyen", &[]).await, Err(Error::RoleMissing)));
    for login in ["", "ba", "Bá Nguyễn", "001195000077"] {
        assert!(matches!(desk.issue(&by, COMMUNE, login, &["leader"]).await, Err(Error::LoginMalformed)), "{login}");
    }
    desk.issue(&by, COMMUNE, " ba.nguyen ", &["leader"]).await.unwrap();
    assert!(matches!(desk.issue(&by, COMMUNE, "ba.nguyen", &["leader"]).await, Err(Error::LoginTaken)));
    let body = BodyId::from(COMMUNE);
    let roles = [Role::from("leader")];
    let new = NewOfficer { body: &body, login: "bon.tran", label: "  ", roles: &roles, until: None };
    assert!(matches!(desk.enrolment.issue(&by, &new, "", str::to_owned).await, Err(Error::LabelMalformed)));
    assert_eq!(desk.enrolment.officers(&by, &body).await.unwrap().len(), 2, "the officer of the house, and one");
}

#[tokio::test]
async fn roles_are_given_and_ended_and_an_ended_one_works_no_more() {
    let desk = desk().await;
    let by = desk.as_officer(COMMUNE, &["account-administrator"]);
    let (account, word) = desk.issue(&by, COMMUNE, "ba.nguyen", &["leader"]).await.unwrap();
    let secret = desk.opens(&word.token).await.unwrap();
    let civil = Role::from("civil-status-officer");
    let tomorrow = START.date().next_day();
    desk.enrolment.give_role(&by, account, &civil, tomorrow).await.unwrap();
    let twice = desk.enrolment.give_role(&by, account, &civil, None).await;
    assert!(matches!(twice, Err(Error::RoleHeld)));
    let not_there = desk.enrolment.give_role(&by, account, &Role::from("residence-officer"), None).await;
    assert!(matches!(not_there, Err(Error::NotAllowed)));
    let roles = |actor: &Actor| match actor {
        Actor::Officer { roles, .. } => roles.iter().map(ToString::to_string).collect::<Vec<_>>(),
        _ => Vec::new(),
    };
    assert_eq!(roles(&desk.enters("ba.nguyen", &secret).await.unwrap()[0]), ["civil-status-officer", "leader"]);

    let session = begin_session(&desk.house, account).await;
    let shown = desk.enrolment.officer(&by, account).await.unwrap();
    let leader = shown.roles.iter().find(|held| held.role.role.as_str() == "leader").unwrap().id;
    desk.enrolment.end_role(&by, account, leader).await.unwrap();
    assert!(!has_session(&desk.house, &session).await, "at once");
    assert!(matches!(desk.enrolment.end_role(&by, account, leader).await, Err(Error::RoleMissing)), "once");
    assert_eq!(roles(&desk.enters("ba.nguyen", &secret).await.unwrap()[0]), ["civil-status-officer"]);
    desk.house.clock.set(START + Duration::days(2));
    assert_eq!(desk.enters("ba.nguyen", &secret).await.unwrap_err(), "IDN0013", "its last day has passed");
    desk.enrolment.give_role(&by, account, &civil, None).await.unwrap();
}

#[tokio::test]
async fn a_lost_phone_a_lock_and_the_end() {
    let desk = desk().await;
    let by = desk.as_officer(COMMUNE, &["account-administrator"]);
    let (account, word) = desk.issue(&by, COMMUNE, "ba.nguyen", &["leader"]).await.unwrap();
    let lost = desk.opens(&word.token).await.unwrap();
    let Handed::Word(again) = desk.enrolment.renew(&by, account, "", str::to_owned).await.unwrap() else {
        unreachable!("no phone was named")
    };
    desk.enters("ba.nguyen", &lost).await.unwrap();
    let secret = desk.opens(&again.token).await.unwrap();
    assert_eq!(desk.enters("ba.nguyen", &lost).await.unwrap_err(), "IDN0001");
    desk.enters("ba.nguyen", &secret).await.unwrap();

    let set = |to, why| desk.enrolment.set_officer(&by, account, to, why);
    assert!(matches!(set(AccountState::Locked, " ").await, Err(Error::ReasonMissing)));
    assert!(matches!(set(AccountState::Active, "…").await, Err(Error::WrongState)));
    set(AccountState::Locked, "nghỉ dài ngày").await.unwrap();
    assert_eq!(desk.enters("ba.nguyen", &secret).await.unwrap_err(), "IDN0001");
    set(AccountState::Active, "đã trở lại").await.unwrap();
    desk.enters("ba.nguyen", &secret).await.unwrap();
    set(AccountState::Closed, "chuyển công tác").await.unwrap();
    assert_eq!(desk.enters("ba.nguyen", &secret).await.unwrap_err(), "IDN0001");
    assert!(matches!(set(AccountState::Active, "…").await, Err(Error::WrongState)), "for good");
    assert!(matches!(desk.enrolment.renew(&by, account, "", str::to_owned).await, Err(Error::WrongState)));
    assert!(matches!(desk.enrolment.give_role(&by, account, &"leader".into(), None).await, Err(Error::WrongState)));
}

#[tokio::test]
async fn nobody_changes_the_own_account_nor_that_of_a_colleague_who_administers_nor_one_of_another_body() {
    let desk = desk().await;
    let above = desk.as_officer(PROVINCE, &["account-administrator"]);
    let (colleague, _) = desk.issue(&above, COMMUNE, "quan.tri", &["account-administrator"]).await.unwrap();
    let by = desk.as_officer(COMMUNE, &["account-administrator"]);
    let (officer, _) = desk.issue(&by, COMMUNE, "ba.nguyen", &["leader"]).await.unwrap();
    let own = desk.acting(officer, COMMUNE, &["account-administrator"]);
    let elsewhere = desk.as_officer("commune-committee/00008", &["account-administrator"]);
    let counter = desk.officer.clone();
    let person = desk.house.mother.0;
    // Of all that is tried: whether a role may be given, and whether the account may be locked as one's own.
    for (ctx, account, gives, locks) in [
        (&own, officer, false, true),
        (&by, colleague, true, false),
        (&above, officer, false, false),
        (&elsewhere, officer, false, false),
        (&counter, officer, false, false),
        (&desk.house.owner(), officer, false, false),
        (&desk.house.visitor, officer, false, false),
    ] {
        let tried = [
            desk.enrolment.set_officer(ctx, account, AccountState::Locked, "thử").await,
            desk.enrolment.renew(ctx, account, "", str::to_owned).await.map(drop),
            desk.enrolment.record_training(ctx, account, "information-security", ctx.today()).await,
            desk.enrolment.give_role(ctx, account, &"civil-status-officer".into(), None).await,
            desk.enrolment.lock(ctx, account, "thử").await,
        ];
        let allowed = [false, false, false, gives, locks];
        for (n, (tried, allowed)) in tried.into_iter().zip(allowed).enumerate() {
            assert_eq!(tried.is_ok(), allowed, "{n} of {:?}: {tried:?}", ctx.actor);
        }
    }
    // A person's account is the counter's, not the body's.
    assert!(matches!(desk.enrolment.officer(&by, person).await, Err(Error::NoSuchAccount)));
    // Who appoints keeps whom they appointed, and sees nobody else of that body.
    let seen = desk.enrolment.officers(&above, &BodyId::from(COMMUNE)).await.unwrap();
    assert_eq!(seen.iter().map(|one| one.login.as_str()).collect::<Vec<_>>(), ["quan.tri"]);
    assert!(matches!(desk.enrolment.officer(&above, officer).await, Err(Error::NotAllowed)));
    desk.enrolment.set_officer(&above, colleague, AccountState::Locked, "nghỉ").await.unwrap();
}
