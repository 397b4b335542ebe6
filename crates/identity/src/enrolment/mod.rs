//! How an account comes to be and ends (NĐ 69/2024/NĐ-CP): asked for, checked against the population register, confirmed face
//! to face for level 2, activated with a one-time word, locked, recovered at a counter, closed, and closed at death.
//!
//! Always true here:
//! - nobody has an account whose number, name and birth date the register does not know together;
//! - no word that opens an account goes to a phone only because somebody typed it: the register knows the phone as the person's,
//!   or an officer heard its number from the person at the counter;
//! - an account that there is already is never given away by a message alone;
//! - who asks learns nothing from the answer about whether the register knows the person: that is told at the counter;
//! - level 2 is given only after an officer confirmed the person and, where a picture was taken, a matcher agreed;
//! - an account that is locked or closed has no session left.

mod activation;
mod application;
mod counter;
mod levels;
mod matcher;
mod state;
mod watch;

pub use activation::{Activation, Handed};
pub use application::{Applied, NewApplication};
pub use counter::{ApplicationShown, FaceToFace, Found, Heard};
pub use levels::{ApplicantKind, AskedBy, Levels};
pub use matcher::{BiometricMatcher, FileMatcher, Likeness};
pub(crate) use state::may_keep;
pub use state::{AccountShown, AccountState};
pub use watch::{DEATHS, IDLE_OFFICERS};

use crate::openid::authority;
use crate::{Error, Identity, Phone};
use exchange::{Exchange, Request, Scope, SubjectRef};
use kernel::calendar::Calendar;
use kernel::{BodyId, Ctx, Kind, PersonalNumber, SubjectId};
use serde_json::{Value, json};
use std::sync::Arc;

/// The body that provides electronic identification (NĐ 69/2024, Điều 4).
pub(crate) const PROVIDER: &str = "ministry-public-security";
/// Why the population register is asked.
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
    matcher: Arc<dyn BiometricMatcher>,
}

impl std::fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Enrolment(…)")
    }
}

impl Enrolment {
    /// Accounts by the rules of the pack.
    #[must_use]
    pub fn new(
        identity: Identity,
        exchange: Exchange,
        levels: Levels,
        calendar: Calendar,
        matcher: Arc<dyn BiometricMatcher>,
    ) -> Self {
        Self { identity, exchange, levels: Arc::new(levels), calendar: Arc::new(calendar), matcher }
    }

    /// The rules.
    #[must_use]
    pub fn levels(&self) -> &Levels {
        &self.levels
    }

    /// Whom the population register knows by number, name and birth date together, alive.
    async fn known(&self, ctx: &Ctx, said: &Said<'_>) -> Result<Option<SubjectId>, Error> {
        let Ok(number) = said.number.parse::<PersonalNumber>() else { return Ok(None) };
        let request = Request::new(BodyId::new(PROVIDER), BodyId::new(PROVIDER), "population.lookup", PURPOSE)
            .about(Scope::Subjects(vec![SubjectRef::Number(number)]))
            .only(["subject", "death_date"]);
        let asked = json!({"personal_number": said.number, "full_name": said.full_name, "birth_date": said.birth_date});
        let found = match self.exchange.call(&system(ctx), request, asked).await {
            Ok(found) => found,
            Err(problem) if matches!(problem.kind, Kind::NotFound | Kind::Invalid) => return Ok(None),
            Err(problem) => return Err(Error::Door(problem)),
        };
        if found.get("death_date").is_some_and(|date| !date.is_null()) {
            return Ok(None);
        }
        Ok(found.get("subject").and_then(Value::as_str).and_then(|id| id.parse().ok()).map(SubjectId))
    }

    /// The phone that the register has as the person's own.
    async fn phone_of(&self, ctx: &Ctx, subject: SubjectId) -> Result<Option<Phone>, Error> {
        let request = Request::new(BodyId::new(PROVIDER), BodyId::new(PROVIDER), "population.get", PURPOSE)
            .about(Scope::of(subject))
            .only(["phone"]);
        let found =
            self.exchange.call(&system(ctx), request, json!({"subject": subject})).await.map_err(Error::Door)?;
        Ok(found.get("phone").and_then(Value::as_str).and_then(|text| Phone::parse(text).ok()))
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

    /// Whether the register says that the person has died.
    async fn is_dead(&self, ctx: &Ctx, subject: SubjectId) -> Result<bool, Error> {
        let request = Request::new(BodyId::new(PROVIDER), BodyId::new(PROVIDER), "population.get", PURPOSE)
            .about(Scope::of(subject))
            .only(["death_date"]);
        match self.exchange.call(&system(ctx), request, json!({"subject": subject})).await {
            Ok(found) => Ok(found.get("death_date").is_some_and(|date| !date.is_null())),
            Err(problem) if problem.kind == Kind::NotFound => Ok(false),
            Err(problem) => Err(Error::Door(problem)),
        }
    }
}

/// What an applicant says of the person.
struct Said<'a> {
    number: &'a str,
    full_name: &'a str,
    birth_date: &'a str,
}

/// The provider's own program: an applicant has not signed in.
fn system(ctx: &Ctx) -> Ctx {
    let mut system = ctx.clone();
    system.actor = kernel::Actor::System { body: BodyId::new(PROVIDER), on_decision_of: None };
    system
}
