//! Opening, locking, recovering and closing accounts, against a register that knows two people.

use crate::{House, PASSWORD, house, number, role};
use async_trait::async_trait;
use exchange::{Exchange, Pass, Service};
use identity::enrolment::{AccountState, ApplicantKind, BiometricMatcher, FaceToFace, Likeness, NewApplication};
use identity::{Enrolment, Error, NewAccount, TotpSecret, totp_now};
use kernel::{AccountId, Actor, BodyId, Ctx, Kind, PersonalNumber, Problem, Role, ServiceName, SubjectId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::sync::{Arc, Mutex};
use time::Duration;

type People = Arc<Mutex<Vec<(SubjectId, Value)>>>;

/// The population register, as far as accounts ask it.
struct Register(&'static str, People);

#[async_trait]
impl Service for Register {
    async fn handle(&self, _: &Ctx, _: &mut PgConnection, pass: &Pass, payload: Value) -> Result<Value, Problem> {
        let people = self.1.lock().unwrap().clone();
        let missing = || Problem::new(Kind::NotFound, "REG0001");
        if self.0 == "population.get" {
            let subject: SubjectId = payload["subject"].as_str().unwrap().parse().unwrap();
            pass.admit(subject, None)?;
            return people.into_iter().find(|(id, _)| *id == subject).map(|(_, person)| person).ok_or_else(missing);
        }
        let found = people.into_iter().find(|(_, person)| person["personal_number"] == payload["personal_number"]);
        let (subject, mut person) = found.ok_or_else(missing)?;
        let number: PersonalNumber = payload["personal_number"].as_str().unwrap().parse().unwrap();
        pass.admit(subject, Some(&number))?;
        person["subject"] = json!(subject);
        let agrees = ["full_name", "birth_date"].iter().all(|field| person[*field] == payload[*field]);
        if agrees { Ok(person) } else { Err(missing()) }
    }
}

/// Takes the picture `lan` for the person and every other for somebody else.
struct Matcher;

#[async_trait]
impl BiometricMatcher for Matcher {
    async fn matches(&self, _: SubjectId, image: &[u8]) -> Result<Likeness, Error> {
        Ok(if image == b"lan" { Likeness::Same } else { Likeness::Different })
    }
}

struct Desk {
    house: House,
    enrolment: Enrolment,
    people: People,
    officer: Ctx,
    lan: SubjectId,
}

const LAN: u32 = 77;

async fn desk() -> Desk {
    let house = house().await;
    let lan = SubjectId(house.system.uuid());
    let person = json!({"personal_number": number(LAN), "full_name": "Nguyễn Thị Lan", "birth_date": "1995-03-04"});
    let people: People = Arc::new(Mutex::new(vec![(lan, person)]));
    let pack = pack::Pack::embedded("vn").unwrap();
    let mut report = pack::Report::new();
    let units = pack::units::Units::read(&pack, &mut report);
    let bodies = Arc::new(exchange::Catalogue::read(&pack, &units, &mut report));
    let levels = identity::enrolment::Levels::read(&pack, &mut report).unwrap();
    let calendar = pack::calendar::read(&pack, &mut report);
    let mut door = Exchange::builder(house.test.db.clone(), bodies);
    for name in ["population.get", "population.lookup"] {
        door = door.serve(ServiceName::from(name), Arc::new(Register(name, Arc::clone(&people))));
    }
    let enrolment = Enrolment::new(house.identity.clone(), door.build(), levels, calendar, Arc::new(Matcher));
    let officer = Actor::Officer {
        account: house.officer,
        body: BodyId::from("commune-police/00004"),
        roles: vec![Role::from("identity-card-officer")],
    };
    let officer = house.system.act_as(officer);
    Desk { house, enrolment, people, officer, lan }
}

impl Desk {
    async fn apply(&self, level: u8) -> Result<identity::enrolment::Applied, Error> {
        let number = number(LAN);
        let new = NewApplication {
            kind: ApplicantKind::Citizen,
            level: Some(level),
            number: &number,
            full_name: "Nguyễn Thị Lan",
            birth_date: "1995-03-04",
            phone: "0912 345 678",
        };
        self.enrolment.apply(&self.house.visitor, &new).await
    }

    /// An account of level 2, opened at the counter.
    async fn opened(&self) -> (AccountId, TotpSecret) {
        let applied = self.apply(2).await.unwrap();
        self.enrolment.call_up(&self.officer, &applied.code).await.unwrap();
        let seen = FaceToFace { document: "001195000077", image: Some(b"lan") };
        let word = self.enrolment.confirm(&self.officer, applied.id, seen).await.unwrap();
        let secret = TotpSecret::draw(&self.house.visitor.random);
        let code = totp_now(&secret, self.house.visitor.now());
        let visitor = &self.house.visitor;
        let account =
            self.enrolment.activate(visitor, &word.token, PASSWORD, Some((&secret, code.as_str()))).await.unwrap();
        (account, secret)
    }

    async fn signs_in(&self, secret: &TotpSecret) -> Result<identity::SignedIn, Error> {
        self.house.clock.set(self.house.visitor.now() + Duration::seconds(60));
        let code = totp_now(secret, self.house.visitor.now());
        self.house.identity.sign_in(&self.house.visitor, &number(LAN), PASSWORD, Some(&code)).await
    }
}

#[tokio::test]
async fn level_2_is_opened_at_the_counter_and_signs_in() {
    let desk = desk().await;
    let (account, secret) = desk.opened().await;
    let known = desk.signs_in(&secret).await.unwrap();
    assert_eq!(known.account, account);
    assert_eq!(known.choices, [Actor::Citizen { account, subject: desk.lan, level: 2 }]);
}

#[tokio::test]
async fn level_1_needs_no_counter_where_the_register_agrees() {
    let desk = desk().await;
    let applied = desk.apply(1).await.unwrap();
    let word = applied.activation.expect("a word for the phone").token.to_lowercase();
    let long = "một con đường rất dài về làng";
    let visitor = &desk.house.visitor;
    let account = desk.enrolment.activate(visitor, &word, long, None).await.unwrap();
    let known = desk.house.identity.sign_in(visitor, &number(LAN), long, None).await.unwrap();
    assert_eq!(known.choices, [Actor::Citizen { account, subject: desk.lan, level: 1 }]);
    let again = desk.enrolment.activate(visitor, &word, long, None).await;
    assert!(matches!(again, Err(Error::ActivationUnusable)), "the word works once");
}

#[tokio::test]
async fn who_the_register_does_not_know_so_gets_an_answer_that_tells_nothing_and_no_account() {
    let desk = desk().await;
    let number = number(LAN);
    let new = NewApplication {
        kind: ApplicantKind::Citizen,
        level: Some(2),
        number: &number,
        full_name: "Nguyễn Thị Lan",
        birth_date: "1995-04-03",
        phone: "0912345678",
    };
    let applied = desk.enrolment.apply(&desk.house.visitor, &new).await.unwrap();
    assert!(applied.code.starts_with("TK"));
    let found = desk.enrolment.call_up(&desk.officer, &applied.code).await.unwrap();
    assert!(!found.applications[0].agrees, "the officer sees it");
    let seen = FaceToFace { document: "001195000077", image: None };
    let refused = desk.enrolment.confirm(&desk.officer, applied.id, seen).await;
    assert!(matches!(refused, Err(Error::NotInRegister)));
}

#[tokio::test]
async fn another_face_opens_nothing_and_of_two_officers_one_decides() {
    let desk = desk().await;
    let applied = desk.apply(2).await.unwrap();
    desk.enrolment.call_up(&desk.officer, &applied.code).await.unwrap();
    let other = FaceToFace { document: "001195000077", image: Some(b"hoa") };
    assert!(matches!(desk.enrolment.confirm(&desk.officer, applied.id, other).await, Err(Error::FaceDiffers)));
    let seen = FaceToFace { document: "001195000077", image: None };
    let (one, two) = tokio::join!(
        desk.enrolment.confirm(&desk.officer, applied.id, seen),
        desk.enrolment.refuse(&desk.officer, applied.id, "nghi ngờ"),
    );
    assert!(one.is_ok() != two.is_ok(), "of two who decide at once one is told");
    let late = [one.err(), two.err()].into_iter().flatten().next().unwrap();
    assert!(matches!(late, Error::AlreadyDecided));
}

#[tokio::test]
async fn only_the_counter_that_called_it_up_sees_an_application() {
    let desk = desk().await;
    let applied = desk.apply(2).await.unwrap();
    let unseen = desk.enrolment.application(&desk.officer, applied.id).await;
    assert!(matches!(unseen, Err(Error::NoSuchApplication)), "nobody browses applications");
    desk.enrolment.call_up(&desk.officer, &number(LAN)).await.unwrap();
    assert_eq!(desk.enrolment.called_up(&desk.officer).await.unwrap().len(), 1);
    let Actor::Officer { account, roles, .. } = desk.officer.actor.clone() else { unreachable!() };
    let elsewhere = Actor::Officer { account, body: BodyId::from("commune-police/00007"), roles };
    let elsewhere = desk.house.system.act_as(elsewhere);
    assert!(desk.enrolment.called_up(&elsewhere).await.unwrap().is_empty());
    assert!(matches!(desk.enrolment.application(&elsewhere, applied.id).await, Err(Error::NoSuchApplication)));
    let citizen = desk.house.system.act_as(Actor::Anonymous);
    assert!(matches!(desk.enrolment.call_up(&citizen, &applied.code).await, Err(Error::NotAllowed)));
}

#[tokio::test]
async fn children_need_a_guardian_of_level_2() {
    let desk = desk().await;
    let number = number(78);
    let new = NewApplication {
        kind: ApplicantKind::Citizen,
        level: Some(2),
        number: &number,
        full_name: "Nguyễn Văn Bé",
        birth_date: "2017-01-01",
        phone: "0912345678",
    };
    assert!(matches!(desk.enrolment.apply(&desk.house.visitor, &new).await, Err(Error::NotEligible)));
    let (account, subject) = desk.house.mother;
    let mother = desk.house.system.act_as(Actor::Citizen { account, subject, level: 2 });
    let applied = desk.enrolment.apply(&mother, &new).await.unwrap();
    let found = desk.enrolment.call_up(&desk.officer, &applied.code).await.unwrap();
    assert_eq!(found.applications[0].guardian_account, Some(account.0));
    let young = NewApplication { birth_date: "2023-01-01", ..new };
    assert!(matches!(desk.enrolment.apply(&mother, &young).await, Err(Error::NotEligible)), "no level 2 below six");
}

#[tokio::test]
async fn a_lock_ends_sessions_and_the_counter_gives_the_account_back() {
    let desk = desk().await;
    let (account, secret) = desk.opened().await;
    let owner = desk.house.system.act_as(Actor::Citizen { account, subject: desk.lan, level: 2 });
    let mut conn = desk.house.test.db.pool().acquire().await.unwrap();
    let (facts, authentication) = (json!({}), json!({}));
    let new = web::NewSession { account, actor: owner.actor.clone(), facts, authentication, device: String::new() };
    let opened = web::open(&mut conn, &owner, &new).await.unwrap();

    desk.enrolment.lock(&owner, account, "mất điện thoại").await.unwrap();
    assert!(web::find(&mut conn, &owner, &opened.token, false).await.unwrap().is_none());
    assert!(matches!(desk.signs_in(&secret).await, Err(Error::Refused)), "nobody learns that it is locked");
    assert!(matches!(desk.enrolment.lock(&owner, account, "lần nữa").await, Err(Error::WrongState)));
    let found = desk.enrolment.call_up(&desk.officer, &number(LAN)).await.unwrap();
    assert_eq!(found.account, Some(account));

    let seen = FaceToFace { document: "001195000077", image: None };
    let lost = desk.enrolment.recover(&desk.officer, account, seen).await.unwrap();
    let word = desk.enrolment.recover(&desk.officer, account, seen).await.unwrap();
    let fresh = TotpSecret::draw(&desk.house.visitor.random);
    let code = totp_now(&fresh, desk.house.visitor.now());
    let visitor = &desk.house.visitor;
    let second = Some((&fresh, code.as_str()));
    let old = desk.enrolment.activate(visitor, &lost.token, PASSWORD, second).await;
    assert!(matches!(old, Err(Error::ActivationUnusable)), "an earlier word works no more");
    desk.enrolment.activate(visitor, &word.token, PASSWORD, second).await.unwrap();
    assert!(matches!(desk.signs_in(&secret).await, Err(Error::Refused)), "the lost phone opens nothing");
    assert!(desk.signs_in(&fresh).await.is_ok());
}

#[tokio::test]
async fn a_death_in_the_register_closes_the_account_once() {
    let desk = desk().await;
    let (account, secret) = desk.opened().await;
    assert!(desk.signs_in(&secret).await.is_ok());
    desk.people.lock().unwrap()[0].1["death_date"] = json!("2026-11-20");
    let mut conn = desk.house.test.db.pool().acquire().await.unwrap();
    let system = &desk.house.system;
    store::feed::append(&mut conn, system, "register.population", desk.lan, "amended", &json!({})).await.unwrap();
    store::feed::Sequencer::new(desk.house.test.db.clone(), system.clone()).run_once().await.unwrap();
    assert_eq!(desk.enrolment.close_the_dead(system).await.unwrap(), 1);
    assert_eq!(desk.enrolment.account(&desk.officer, account).await.unwrap().state, AccountState::Closed);
    assert!(matches!(desk.signs_in(&secret).await, Err(Error::Refused)));
    assert_eq!(desk.enrolment.close_the_dead(system).await.unwrap(), 0, "each change is looked at once");
    let seen = FaceToFace { document: "001195000077", image: None };
    assert!(matches!(desk.enrolment.recover(&desk.officer, account, seen).await, Err(Error::WrongState)));
}

#[tokio::test]
async fn officers_who_do_not_come_for_45_days_are_locked() {
    let desk = desk().await;
    let house = &desk.house;
    let mut conn = house.test.db.pool().acquire().await.unwrap();
    let today = house.system.today();
    let roles = [role("commune-police/00007", "leader", today, None)];
    let base = NewAccount {
        login: "di.lam",
        password: PASSWORD,
        citizen: None,
        roles: &roles,
        totp: Some(&house.secret),
        label: "Minh",
    };
    let busy = house.identity.create_account(&mut conn, &house.system, &base).await.unwrap();
    house.clock.set(house.system.now() + Duration::days(40));
    house.identity.sign_in(&house.visitor, "di.lam", PASSWORD, Some(&house.code())).await.unwrap();
    assert_eq!(desk.enrolment.lock_idle_officers(&house.system).await.unwrap(), 0);
    house.clock.set(house.system.now() + Duration::days(6));
    assert_eq!(desk.enrolment.lock_idle_officers(&house.system).await.unwrap(), 1);
    assert_eq!(desk.enrolment.account(&desk.officer, house.officer).await.unwrap().state, AccountState::Locked);
    assert_eq!(desk.enrolment.account(&desk.officer, busy).await.unwrap().state, AccountState::Active);
}
