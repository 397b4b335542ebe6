//! Opening, locking, recovering and closing accounts, against a register that knows two people.

use crate::{House, PASSWORD, house, number, role};
use async_trait::async_trait;
use exchange::{Exchange, Pass, Service};
use identity::enrolment::{AccountState, ApplicantKind, FaceToFace, Handed, Heard, NewApplication};
use identity::{BiometricMatcher, Enrolment, Error, KeptMessages, Likeness, NewAccount, TotpSecret, totp_now};
use kernel::{AccountId, Actor, BodyId, Ctx, Kind, PersonalNumber, Problem, Role, ServiceName, SubjectId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::sync::{Arc, Mutex};
use time::Duration;

pub(crate) type People = Arc<Mutex<Vec<(SubjectId, Value)>>>;

/// The population register, as far as accounts ask it.
struct Register(&'static str, People);

#[async_trait]
impl Service for Register {
    async fn handle(&self, _: &Ctx, _: &mut PgConnection, pass: &Pass, payload: Value) -> Result<Value, Problem> {
        let people = self.1.lock().unwrap().clone();
        let missing = || Problem::new(Kind::NotFound, "REG0001");
        if self.0.ends_with(".get") {
            let subject: SubjectId = payload["subject"].as_str().unwrap().parse().unwrap();
            pass.admit(subject, None)?;
            return people.into_iter().find(|(id, _)| *id == subject).map(|(_, person)| person).ok_or_else(missing);
        }
        let (key, others) = match self.0 {
            "population.lookup" => ("personal_number", ["full_name", "birth_date"]),
            "organisations.lookup" => ("code", ["name", "representative_number"]),
            _ => ("identification_number", ["full_name", "birth_date"]),
        };
        let found = people.into_iter().find(|(_, person)| person[key] == payload[key]);
        let (subject, mut person) = found.ok_or_else(missing)?;
        let number: Option<PersonalNumber> = payload[key].as_str().unwrap().parse().ok();
        pass.admit(subject, number.as_ref().filter(|_| key == "personal_number"))?;
        person["subject"] = json!(subject);
        let agrees = others.iter().all(|field| person[*field] == payload[*field]);
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

pub(crate) struct Desk {
    pub(crate) house: House,
    pub(crate) enrolment: Enrolment,
    pub(crate) people: People,
    pub(crate) officer: Ctx,
    pub(crate) lan: SubjectId,
    messages: Arc<KeptMessages>,
}

pub(crate) const LAN: u32 = 77;
/// The child of the mother of the house.
const CHILD: u32 = 78;
const PHONE: &str = "0912 345 678";
const SEEN: FaceToFace<'static> = FaceToFace { document: "001195000077", image: None };

/// What the officer hears of the person's phone.
fn heard(phone: &str) -> Heard<'_, impl FnOnce(&str) -> String + Send> {
    Heard { phone, sentence: |word: &str| word.to_owned() }
}

pub(crate) async fn desk() -> Desk {
    let mut house = house().await;
    let messages = Arc::new(KeptMessages::default());
    house.identity = house.identity.clone().with_gateway(messages.clone()).with_matcher(Arc::new(Matcher));
    let lan = SubjectId(house.system.uuid());
    let person = json!({"personal_number": number(LAN), "full_name": "Nguyễn Thị Lan", "birth_date": "1995-03-04",
        "phone": "+84 912 345 678"});
    let child = json!({"personal_number": number(CHILD), "subject": house.system.uuid(), "relation": "child",
        "birth_date": "2017-01-01"});
    let people = vec![(lan, person), (house.mother.1, json!({"kin": [child], "personal_number": number(2)}))];
    let people: People = Arc::new(Mutex::new(people));
    let pack = pack::Pack::embedded("vn").unwrap();
    let mut report = pack::Report::new();
    let units = pack::units::Units::read(&pack, &mut report);
    let bodies = Arc::new(exchange::Catalogue::read(&pack, &units, &mut report));
    let levels = identity::enrolment::Levels::read(&pack, &mut report).unwrap();
    let calendar = pack::calendar::read(&pack, &mut report);
    let mut door = Exchange::builder(house.test.db.clone(), bodies);
    let served = ["population", "foreign-residents", "organisations"];
    for name in served.iter().flat_map(|of| [format!("{of}.get").leak(), format!("{of}.lookup").leak()]) {
        let name: &'static str = name;
        door = door.serve(ServiceName::from(name), Arc::new(Register(name, Arc::clone(&people))));
    }
    let enrolment = Enrolment::new(house.identity.clone(), door.build(), levels, calendar);
    let officer = Actor::Officer {
        account: house.officer,
        body: BodyId::from("commune-police/00004"),
        roles: vec![Role::from("identity-card-officer")],
    };
    let officer = house.system.act_as(officer);
    Desk { house, enrolment, people, officer, lan, messages }
}

impl Desk {
    pub(crate) async fn apply(&self, level: u8) -> Result<identity::enrolment::Applied, Error> {
        let number = number(LAN);
        let new = NewApplication {
            kind: ApplicantKind::Citizen,
            level: Some(level),
            number: &number,
            full_name: "Nguyễn Thị Lan",
            birth_date: "1995-03-04",
            phone: PHONE,
        };
        self.enrolment.apply(&self.house.visitor, &new, str::to_owned).await
    }

    /// The messages that were sent, newest first. They leave beside the answer.
    async fn messages(&self) -> Vec<(String, String)> {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        self.messages.shown()
    }

    /// The word in the last message.
    pub(crate) async fn word(&self) -> String {
        self.messages().await.remove(0).1
    }

    /// An account of level 2, opened at the counter.
    pub(crate) async fn opened(&self) -> (AccountId, TotpSecret) {
        let applied = self.apply(2).await.unwrap();
        self.enrolment.call_up(&self.officer, &applied.code).await.unwrap();
        let seen = FaceToFace { document: "001195000077", image: Some(b"lan") };
        let handed = self.enrolment.confirm(&self.officer, applied.id, seen, heard("+84912345678")).await.unwrap();
        assert!(matches!(handed, Handed::Sent { ending } if ending == "678"), "the officer does not see the word");
        self.activated().await
    }

    /// The word in the last message makes an account with a password and an authenticator.
    async fn activated(&self) -> (AccountId, TotpSecret) {
        let word = self.word().await;
        let secret = TotpSecret::draw(&self.house.visitor.random);
        let code = totp_now(&secret, self.house.visitor.now());
        let visitor = &self.house.visitor;
        let account = self.enrolment.activate(visitor, &word, PASSWORD, Some((&secret, code.as_str()))).await.unwrap();
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
    desk.apply(1).await.unwrap();
    let word = desk.word().await.to_lowercase();
    let long = "một con đường rất dài về làng";
    let visitor = &desk.house.visitor;
    let account = desk.enrolment.activate(visitor, &word, long, None).await.unwrap();
    let known = desk.house.identity.sign_in(visitor, &number(LAN), long, None).await.unwrap();
    assert_eq!(known.choices, [Actor::Citizen { account, subject: desk.lan, level: 1 }]);
    let again = desk.enrolment.activate(visitor, &word, long, None).await;
    assert!(matches!(again, Err(Error::ActivationUnusable)), "the word works once");
    // Codes go to that phone from now on.
    desk.house.identity.send_code(visitor, &number(LAN), str::to_owned, &identity::Origin::default()).await.unwrap();
    let code = desk.word().await;
    let known = desk.house.identity.sign_in(visitor, &number(LAN), long, Some(&code)).await.unwrap();
    assert_eq!(known.authentication.assurance, identity::Assurance::Two);
}

#[tokio::test]
async fn level_1_is_opened_by_no_phone_but_the_one_in_the_register() {
    let desk = desk().await;
    for phone in [json!("0987654321"), Value::Null] {
        desk.people.lock().unwrap()[0].1["phone"] = phone;
        let applied = desk.apply(1).await.unwrap();
        assert!(desk.messages().await.is_empty());
        // The counter opens it.
        let found = desk.enrolment.call_up(&desk.officer, &applied.code).await.unwrap();
        assert_eq!(found.applications[0].state, "waiting");
    }
    let found = desk.enrolment.call_up(&desk.officer, &number(LAN)).await.unwrap();
    let id = found.applications[0].application_id;
    desk.enrolment.confirm(&desk.officer, id, SEEN, heard(PHONE)).await.unwrap();
    assert_eq!(desk.messages().await.len(), 1);
}

#[tokio::test]
async fn no_message_gives_an_account_away_that_there_is() {
    let desk = desk().await;
    // Asked for twice, while there was none.
    desk.apply(1).await.unwrap();
    let early = desk.word().await;
    let (account, secret) = desk.opened().await;
    let sent = desk.messages().await.len();
    desk.apply(1).await.unwrap();
    assert_eq!(desk.messages().await.len(), sent, "it waits for a counter");
    let mine = TotpSecret::draw(&desk.house.visitor.random);
    let code = totp_now(&mine, desk.house.visitor.now());
    let taken = desk.enrolment.activate(&desk.house.visitor, &early, PASSWORD, Some((&mine, code.as_str()))).await;
    assert!(matches!(taken, Err(Error::ActivationUnusable)));
    assert_eq!(desk.signs_in(&secret).await.unwrap().account, account);
}

#[tokio::test]
async fn messages_about_one_person_are_few() {
    let desk = desk().await;
    for _ in 0..3 {
        desk.apply(1).await.unwrap();
    }
    assert!(matches!(desk.apply(1).await, Err(Error::TooManyApplications)));
    assert_eq!(desk.messages().await.len(), 3);
    desk.house.clock.set(desk.house.system.now() + Duration::days(2));
    desk.apply(1).await.unwrap();
}

#[tokio::test]
async fn an_application_that_somebody_else_filed_is_found_out_by_its_phone() {
    let desk = desk().await;
    let number = number(LAN);
    let theirs = NewApplication {
        kind: ApplicantKind::Citizen,
        level: Some(2),
        number: &number,
        full_name: "Nguyễn Thị Lan",
        birth_date: "1995-03-04",
        phone: "0987 654 321",
    };
    let applied = desk.enrolment.apply(&desk.house.visitor, &theirs, str::to_owned).await.unwrap();
    desk.enrolment.call_up(&desk.officer, &number).await.unwrap();
    for said in [PHONE, "", "không nhớ"] {
        let tried = desk.enrolment.confirm(&desk.officer, applied.id, SEEN, heard(said)).await;
        assert!(matches!(tried, Err(Error::PhoneDiffers)), "{said}");
    }
    assert!(desk.messages().await.is_empty());
}

#[tokio::test]
async fn a_word_that_did_not_arrive_is_given_again_and_the_first_one_is_dead() {
    let desk = desk().await;
    let applied = desk.apply(2).await.unwrap();
    desk.enrolment.call_up(&desk.officer, &applied.code).await.unwrap();
    let early = desk.enrolment.send_again(&desk.officer, applied.id, heard(PHONE)).await;
    assert!(matches!(early, Err(Error::WrongState)), "nobody was confirmed yet");
    desk.enrolment.confirm(&desk.officer, applied.id, SEEN, heard(PHONE)).await.unwrap();
    let first = desk.word().await;
    let other = desk.enrolment.send_again(&desk.officer, applied.id, heard("0987654321")).await;
    assert!(matches!(other, Err(Error::PhoneDiffers)));
    desk.enrolment.send_again(&desk.officer, applied.id, heard(PHONE)).await.unwrap();
    let second = desk.word().await;
    let secret = TotpSecret::draw(&desk.house.visitor.random);
    let code = totp_now(&secret, desk.house.visitor.now());
    let visitor = &desk.house.visitor;
    let dead = desk.enrolment.activate(visitor, &first, PASSWORD, Some((&secret, code.as_str()))).await;
    assert!(matches!(dead, Err(Error::ActivationUnusable)));
    let leaked = desk.enrolment.activate(visitor, &second, "password12345", Some((&secret, code.as_str()))).await;
    assert!(matches!(leaked, Err(Error::WeakPassword(_) | Error::PasswordBreached)));
    desk.enrolment.activate(visitor, &second, PASSWORD, Some((&secret, code.as_str()))).await.unwrap();
}

#[tokio::test]
async fn what_the_counter_looks_at_is_in_the_owners_history() {
    let desk = desk().await;
    let (account, _) = desk.opened().await;
    desk.enrolment.call_up(&desk.officer, &number(LAN)).await.unwrap();
    let owner = desk.house.system.act_as(Actor::Citizen { account, subject: desk.lan, level: 2 });
    let events = desk.enrolment.history(&owner, account).await.unwrap();
    assert!(events.iter().any(|event| event.what == "account-called-up"));
    let (other, subject) = desk.house.mother;
    let stranger = desk.house.system.act_as(Actor::Citizen { account: other, subject, level: 2 });
    assert!(matches!(desk.enrolment.history(&stranger, account).await, Err(Error::NotAllowed)));
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
    let applied = desk.enrolment.apply(&desk.house.visitor, &new, str::to_owned).await.unwrap();
    assert!(applied.code.starts_with("TK"));
    let found = desk.enrolment.call_up(&desk.officer, &applied.code).await.unwrap();
    assert!(!found.applications[0].agrees, "the officer sees it");
    let refused = desk.enrolment.confirm(&desk.officer, applied.id, SEEN, heard(PHONE)).await;
    assert!(matches!(refused, Err(Error::NotInRegister)));
}

#[tokio::test]
async fn another_face_opens_nothing_and_of_two_officers_one_decides() {
    let desk = desk().await;
    let applied = desk.apply(2).await.unwrap();
    desk.enrolment.call_up(&desk.officer, &applied.code).await.unwrap();
    let other = FaceToFace { document: "001195000077", image: Some(b"hoa") };
    assert!(matches!(
        desk.enrolment.confirm(&desk.officer, applied.id, other, heard(PHONE)).await,
        Err(Error::FaceDiffers)
    ));
    let (one, two) = tokio::join!(
        desk.enrolment.confirm(&desk.officer, applied.id, SEEN, heard(PHONE)),
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
    let number = number(CHILD);
    let new = NewApplication {
        kind: ApplicantKind::Citizen,
        level: Some(2),
        number: &number,
        full_name: "Nguyễn Văn Bé",
        birth_date: "2017-01-01",
        phone: "0912345678",
    };
    assert!(matches!(desk.enrolment.apply(&desk.house.visitor, &new, str::to_owned).await, Err(Error::NotEligible)));
    let (account, subject) = desk.house.mother;
    let mother = desk.house.system.act_as(Actor::Citizen { account, subject, level: 2 });
    let others = crate::number(79);
    let stolen = NewApplication { number: &others, ..new };
    let stolen = desk.enrolment.apply(&mother, &stolen, str::to_owned).await;
    assert!(matches!(stolen, Err(Error::NoAuthority)), "somebody else's child");
    let applied = desk.enrolment.apply(&mother, &new, str::to_owned).await.unwrap();
    let found = desk.enrolment.call_up(&desk.officer, &applied.code).await.unwrap();
    assert_eq!(found.applications[0].guardian_account, Some(account.0));
    let young = NewApplication { birth_date: "2023-01-01", ..new };
    assert!(
        matches!(desk.enrolment.apply(&mother, &young, str::to_owned).await, Err(Error::NotEligible)),
        "no level 2 below six"
    );
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

    let lost = desk.enrolment.recover(&desk.officer, account, SEEN).await.unwrap();
    let word = desk.enrolment.recover(&desk.officer, account, SEEN).await.unwrap();
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
async fn an_account_given_back_at_the_counter_has_no_passkey_and_no_recovery_code_of_before() {
    let desk = desk().await;
    let (account, _) = desk.opened().await;
    let (identity, visitor) = (&desk.house.identity, &desk.house.visitor);
    let codes = identity.make_recovery_codes(visitor, account).await.unwrap();
    let keep = "insert into identity.passkey (account_id, credential_id, name, credential, added_at)
        values ($1, '\\x01', 'Điện thoại bị mất', '{}', now())";
    sqlx::query(keep).bind(account.0).execute(&desk.house.test.owner).await.unwrap();

    let word = desk.enrolment.recover(&desk.officer, account, SEEN).await.unwrap();
    let left = "select (select count(*) from identity.passkey where account_id = $1),
        (select count(*) from identity.recovery_code where account_id = $1)";
    let left = sqlx::query_as::<_, (i64, i64)>(left).bind(account.0);
    assert_eq!(left.fetch_one(&desk.house.test.owner).await.unwrap(), (1, 10), "until the owner takes it back");
    let fresh = TotpSecret::draw(&visitor.random);
    let code = totp_now(&fresh, visitor.now());
    desk.enrolment.activate(visitor, &word.token, PASSWORD, Some((&fresh, &code))).await.unwrap();

    let left = "select (select count(*) from identity.passkey where account_id = $1),
        (select count(*) from identity.recovery_code where account_id = $1)";
    let left = sqlx::query_as::<_, (i64, i64)>(left).bind(account.0);
    assert_eq!(left.fetch_one(&desk.house.test.owner).await.unwrap(), (0, 0));
    let attempt = desk.house.identity.sign_in(visitor, &number(LAN), PASSWORD, Some(&codes[0])).await;
    assert!(matches!(attempt, Err(Error::Refused)), "a recovery code of before opens nothing");
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
    assert!(matches!(desk.enrolment.recover(&desk.officer, account, SEEN).await, Err(Error::WrongState)));
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
    assert_eq!(desk.enrolment.officer(&house.system, house.officer).await.unwrap().state, AccountState::Locked);
    assert_eq!(desk.enrolment.officer(&house.system, busy).await.unwrap().state, AccountState::Active);
}

pub(crate) const MARIA: NewApplication<'static> = NewApplication {
    kind: ApplicantKind::Foreigner,
    level: Some(2),
    number: "NN2600000017",
    full_name: "Maria Garcia Lopez",
    birth_date: "1988-05-14",
    phone: PHONE,
};

impl Desk {
    /// A foreigner with a residence card.
    fn maria(&self) -> SubjectId {
        let subject = SubjectId(self.house.system.uuid());
        let record = json!({"identification_number": MARIA.number, "full_name": MARIA.full_name,
            "birth_date": MARIA.birth_date, "standing": "resident", "phone": "+84912345678"});
        self.people.lock().unwrap().push((subject, record));
        subject
    }

    fn stands(&self, subject: SubjectId, standing: &str) {
        let mut people = self.people.lock().unwrap();
        let (_, record) = people.iter_mut().find(|(id, _)| *id == subject).unwrap();
        record["standing"] = json!(standing);
    }

    /// Her account of level 2, opened at the counter.
    async fn maria_opened(&self) -> (AccountId, TotpSecret) {
        let applied = self.enrolment.apply(&self.house.visitor, &MARIA, str::to_owned).await.unwrap();
        let found = self.enrolment.call_up(&self.officer, "nn2600000017").await.unwrap();
        assert!(found.applications[0].agrees);
        self.enrolment.confirm(&self.officer, applied.id, SEEN, heard(PHONE)).await.unwrap();
        self.activated().await
    }
}

#[tokio::test]
async fn a_foreigner_with_residence_signs_in_by_the_number_that_the_system_gave() {
    let desk = desk().await;
    let maria = desk.maria();
    let (account, secret) = desk.maria_opened().await;
    desk.house.clock.set(desk.house.visitor.now() + Duration::seconds(60));
    let code = totp_now(&secret, desk.house.visitor.now());
    let visitor = &desk.house.visitor;
    let known = desk.house.identity.sign_in(visitor, "nn2600000017 ", PASSWORD, Some(&code)).await.unwrap();
    assert_eq!(known.choices, [Actor::Citizen { account, subject: maria, level: 2 }]);
    let found = desk.enrolment.call_up(&desk.officer, MARIA.number).await.unwrap();
    assert_eq!(found.account, Some(account), "the counter finds it by the number as it is printed");
}

#[tokio::test]
async fn a_foreigners_level_1_is_opened_once_and_never_given_away() {
    let desk = desk().await;
    desk.maria();
    let online = NewApplication { level: Some(1), ..MARIA };
    desk.enrolment.apply(&desk.house.visitor, &online, str::to_owned).await.unwrap();
    let early = desk.word().await;
    desk.maria_opened().await;
    let sent = desk.messages().await.len();
    desk.enrolment.apply(&desk.house.visitor, &online, str::to_owned).await.unwrap();
    assert_eq!(desk.messages().await.len(), sent, "there is an account: it waits for a counter");
    let taken = desk.enrolment.activate(&desk.house.visitor, &early, "một con đường rất dài về làng", None).await;
    assert!(matches!(taken, Err(Error::ActivationUnusable)));
}

#[tokio::test]
async fn no_account_without_a_card_in_force_and_none_when_residence_has_ended() {
    let desk = desk().await;
    let maria = desk.maria();
    let applied = desk.enrolment.apply(&desk.house.visitor, &MARIA, str::to_owned).await.unwrap();
    desk.enrolment.call_up(&desk.officer, &applied.code).await.unwrap();
    for standing in ["expired", "ended", "dead"] {
        desk.stands(maria, standing);
        let refused = desk.enrolment.confirm(&desk.officer, applied.id, SEEN, heard(PHONE)).await;
        assert!(matches!(refused, Err(Error::NotInRegister)), "{standing}");
    }
    desk.stands(maria, "resident");
    desk.enrolment.refuse(&desk.officer, applied.id, "nộp lại").await.unwrap();
    let (account, _) = desk.maria_opened().await;

    let system = &desk.house.system;
    for (standing, state) in [("expired", AccountState::Active), ("ended", AccountState::Closed)] {
        desk.stands(maria, standing);
        let mut conn = desk.house.test.db.pool().acquire().await.unwrap();
        store::feed::append(&mut conn, system, "register.foreign-residents", maria, "amended", &json!({}))
            .await
            .unwrap();
        store::feed::Sequencer::new(desk.house.test.db.clone(), system.clone()).run_once().await.unwrap();
        assert_eq!(desk.enrolment.close_the_dead(system).await.unwrap(), 0, "another register's feed");
        assert_eq!(desk.enrolment.close_the_departed(system).await.unwrap(), 1);
        assert_eq!(desk.enrolment.account(&desk.officer, account).await.unwrap().state, state, "{standing}");
    }
}
