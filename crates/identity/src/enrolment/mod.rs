//! How an account comes to be and ends (NĐ 69/2024/NĐ-CP): asked for, checked against the register of citizens or of foreigners, confirmed face
//! to face for level 2, activated with a one-time word, locked, recovered at a counter, closed, and closed at death.
//!
//! Always true here:
//! - nobody has an account whose number, name and birth date the register does not know together;
//! - no word that opens an account goes to a phone only because somebody typed it: the register knows the phone as the person's,
//!   or an officer heard its number from the person at the counter;
//! - an account that there is already is never given away by a message alone;
//! - who asks learns nothing from the answer about whether the register knows the person: that is told at the counter;
//! - level 2 is given only after an officer confirmed the person and, where a picture was taken, a matcher agreed;
//! - an account that is locked or closed has no session left;
//! - officers' accounts are issued, and their roles given, by who administers the accounts of their body, and that one by the body
//!   above; nobody changes the own account.

mod activation;
mod agents;
mod application;
mod counter;
mod levels;
mod officers;
mod organisation;
mod registers;
mod state;
mod watch;

pub use activation::{Activation, Handed};
pub use agents::{Agent, NewAgent, Represented};
pub use application::{Applied, NewApplication};
pub use counter::{ApplicationShown, FaceToFace, Found, Heard};
pub use levels::{ApplicantKind, AskedBy, Levels};
pub use officers::{NewOfficer, OfficerShown};
pub use organisation::NewOrganisation;
pub use state::{AccountShown, AccountState};
pub use watch::{DEATHS, IDLE_OFFICERS, ORGANISATIONS, RESIDENCES};

use crate::openid::authority;
use crate::{Error, Identity};
use exchange::{Exchange, Request, Scope};
use kernel::calendar::Calendar;
use kernel::{BodyId, Ctx, SubjectId};
use registers::{People, Said};
use serde_json::{Value, json};
use std::sync::Arc;

/// The body that provides electronic identification (NĐ 69/2024, Điều 4).
pub(crate) const PROVIDER: &str = "ministry-public-security";
/// Why the registers are asked.
const PURPOSE: &str = "electronic-identification";
/// The officer who opens accounts of level 2.
pub const ENROLMENT_OFFICER: &str = "identity-card-officer";

/// Opens, keeps and closes accounts. Cloning is cheap.
#[derive(Clone)]
pub struct Enrolment {
    identity: Identity,
    exchange: Exchange,
    levels: Arc<Levels>,
    calendar: Arc<Calendar>,
}

impl std::fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Enrolment(…)")
    }
}

impl Enrolment {
    /// Accounts by the rules of the pack.
    #[must_use]
    pub fn new(identity: Identity, exchange: Exchange, levels: Levels, calendar: Calendar) -> Self {
        Self { identity, exchange, levels: Arc::new(levels), calendar: Arc::new(calendar) }
    }

    /// The rules.
    #[must_use]
    pub fn levels(&self) -> &Levels {
        &self.levels
    }

    /// Whether the person of this number is under age and a child or ward of the citizen who asks. Only the asker's own kin is
    /// read, in the asker's name.
    async fn has_ward(&self, ctx: &Ctx, guardian: SubjectId, number: &str) -> Result<bool, Error> {
        let request = Request::new("national-portal", PROVIDER, "population.get", "self-service")
            .about(Scope::of(guardian))
            .only(["kin"]);
        let found = self.exchange.call(ctx, request, json!({"subject": guardian})).await.map_err(Error::Door)?;
        let kin = found.get("kin").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let is = |kin: &&Value| kin.get("personal_number").and_then(Value::as_str) == Some(number);
        let child = kin.iter().find(is);
        Ok(child.is_some_and(|kin| {
            let subject = kin.get("subject").and_then(Value::as_str).and_then(|id| id.parse().ok()).map(SubjectId);
            subject.is_some_and(|subject| authority(kin, subject, ctx.today()).is_some())
        }))
    }
}

/// The provider's own program: an applicant has not signed in.
fn system(ctx: &Ctx) -> Ctx {
    let mut system = ctx.clone();
    system.actor = kernel::Actor::System { body: BodyId::new(PROVIDER), on_decision_of: None };
    system
}
