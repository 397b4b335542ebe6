//! Tests of identity against real PostgreSQL.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod accounts;
mod attacks;
mod authenticators;
mod enrolment;
mod officers;
mod organisations;
mod sign_in;
mod training;

use identity::{Identity, Keys, NewAccount, NewRole, TotpSecret};
use kernel::{AccountId, Actor, BodyId, Clock, Ctx, PersonalNumber, Random, Role, Sex, SubjectId};
use store::testing::{self, TestDb};
use time::{OffsetDateTime, macros::datetime};

pub(crate) const START: OffsetDateTime = datetime!(2026-11-22 08:00 UTC);
pub(crate) const PASSWORD: &str = "một con đường dài";
pub(crate) const OFFICER: &str = "can.bo.ho.tich";

/// A system with a citizen of level 1, one of level 2, and an officer of two bodies.
pub(crate) struct House {
    pub(crate) test: TestDb,
    pub(crate) identity: Identity,
    /// The program itself.
    pub(crate) system: Ctx,
    /// Somebody who has not signed in.
    pub(crate) visitor: Ctx,
    pub(crate) clock: Clock,
    pub(crate) secret: TotpSecret,
    pub(crate) mother: (AccountId, SubjectId),
    pub(crate) officer: AccountId,
}

pub(crate) fn number(n: u32) -> String {
    PersonalNumber::new("001", Sex::Female, 1995, n).unwrap().as_str().to_owned()
}

pub(crate) fn role(body: &str, role: &str, from: time::Date, until: Option<time::Date>) -> NewRole {
    NewRole { body: BodyId::from(body), role: Role::from(role), from, until }
}

pub(crate) async fn house() -> House {
    let test =
        testing::database("identity", &[&web::MIGRATOR, &ledger::MIGRATOR, &exchange::MIGRATOR, &identity::MIGRATOR])
            .await;
    let clock = Clock::fixed(START);
    let system = Actor::System { body: BodyId::from("national-portal"), on_decision_of: None };
    let system = Ctx::new(system, clock.clone(), Random::seeded(5));
    let identity = Identity::new(test.db.clone(), Keys::from_bytes([9; 32])).unwrap();
    let secret = TotpSecret::draw(&system.random);
    let mut conn = test.db.pool().acquire().await.unwrap();
    let hash = identity.hash_password(&system, PASSWORD).await.unwrap();
    let base = NewAccount { login: "", password: "", citizen: None, roles: &[], totp: None, label: "Hoa" };
    let child = SubjectId(system.uuid());
    let level_1 = NewAccount { login: &number(1), citizen: Some((child, 1)), ..base.clone() };
    identity.create_hashed(&mut conn, &system, &level_1, &hash).await.unwrap();
    let subject = SubjectId(system.uuid());
    let level_2 = NewAccount { login: &number(2), citizen: Some((subject, 2)), totp: Some(&secret), ..base.clone() };
    let mother = identity.create_hashed(&mut conn, &system, &level_2, &hash).await.unwrap();
    let today = system.today();
    let roles = [
        role("commune-committee/00004", "civil-status-officer", today, None),
        role("commune-committee/00004", "leader", today, Some(today)),
        role("commune-police/00004", "residence-officer", today, None),
        role("ministry-justice", "leader", today.next_day().unwrap(), None),
        role("ministry-health", "leader", today.previous_day().unwrap(), today.previous_day()),
    ];
    let officer = NewAccount { login: OFFICER, roles: &roles, totp: Some(&secret), ..base };
    let officer = identity.create_hashed(&mut conn, &system, &officer, &hash).await.unwrap();
    let visitor = system.act_as(Actor::Anonymous);
    drop(conn);
    House { test, identity, visitor, system, clock, secret, mother: (mother, subject), officer }
}

impl House {
    /// The code that the app shows now.
    pub(crate) fn code(&self) -> String {
        identity::totp_now(&self.secret, self.visitor.now())
    }

    /// The citizen of level 2.
    pub(crate) fn owner(&self) -> Ctx {
        let (account, subject) = self.mother;
        self.system.act_as(Actor::Citizen { account, subject, level: 2 })
    }

    pub(crate) async fn try_in(
        &self,
        login: &str,
        password: &str,
        code: Option<&str>,
    ) -> Result<identity::SignedIn, String> {
        let tried = self.identity.sign_in(&self.visitor, login, password, code).await;
        tried.map_err(|error| kernel::Problem::from(error).code.into_owned())
    }

    /// What the ledger says about a person (or about nobody), in order, as kind and event.
    pub(crate) async fn logged(&self, subject: Option<SubjectId>) -> Vec<String> {
        let openings: Vec<Vec<u8>> = sqlx::query_scalar("select content from ledger.opening order by entry_id")
            .fetch_all(&self.test.owner)
            .await
            .unwrap();
        let contents = openings.iter().map(|bytes| serde_json::from_slice::<ledger::Content>(bytes).unwrap());
        let about = contents.filter(|content| content.subject == subject);
        let mut lines: Vec<String> =
            about.map(|content| format!("{} {}", content.kind, content.body["event"].as_str().unwrap_or(""))).collect();
        // Entries of one millisecond have no order.
        lines.sort();
        lines
    }
}
