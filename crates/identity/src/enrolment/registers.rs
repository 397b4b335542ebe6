//! Which register knows an applicant, and what accounts ask of it: whether number, name and birth date go together, which
//! phone is the person's, whether the person may still have an account.

use super::{ApplicantKind, Enrolment, PROVIDER, PURPOSE, system};
use crate::{Error, Phone};
use exchange::{Request, Scope, SubjectRef};
use kernel::{BodyId, Ctx, Kind, PersonalNumber, SubjectId};
use serde_json::{Value, json};

/// A register of people who may have accounts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum People {
    /// The population register: citizens.
    Population,
    /// Foreigners with a residence card.
    ForeignResidents,
}

/// What an applicant says of the person.
pub(super) struct Said<'a> {
    pub(super) number: &'a str,
    pub(super) full_name: &'a str,
    pub(super) birth_date: &'a str,
}

impl People {
    /// The register of this kind of applicant; none for organisations, which have no birth date and no phone.
    pub(super) fn of(kind: ApplicantKind) -> Option<Self> {
        match kind {
            ApplicantKind::Citizen => Some(Self::Population),
            ApplicantKind::Foreigner => Some(Self::ForeignResidents),
            ApplicantKind::Organisation => None,
        }
    }

    const fn get(self) -> &'static str {
        match self {
            Self::Population => "population.get",
            Self::ForeignResidents => "foreign-residents.get",
        }
    }

    /// The field of the replies that says how the person stands.
    const fn standing(self) -> &'static str {
        match self {
            Self::Population => "death_date",
            Self::ForeignResidents => "standing",
        }
    }

    /// Whether an account may be opened by what the register says.
    fn may_open(self, found: &Value) -> bool {
        match self {
            Self::Population => !self.ended(found),
            Self::ForeignResidents => found.get("standing").and_then(Value::as_str) == Some("resident"),
        }
    }

    /// Whether there can be no account any more. A residence card that has only run out may be renewed.
    fn ended(self, found: &Value) -> bool {
        let said = found.get(self.standing());
        match self {
            Self::Population => said.is_some_and(|date| !date.is_null()),
            Self::ForeignResidents => matches!(said.and_then(Value::as_str), Some("dead" | "ended")),
        }
    }
}

impl Enrolment {
    /// Whom a register knows by number, name and birth date together, alive and resident.
    pub(super) async fn known(&self, ctx: &Ctx, people: People, said: &Said<'_>) -> Result<Option<SubjectId>, Error> {
        let ask = |service: &str| Request::new(BodyId::new(PROVIDER), BodyId::new(PROVIDER), service, PURPOSE);
        let mut asked = json!({"full_name": said.full_name, "birth_date": said.birth_date});
        let request = match people {
            People::Population => {
                let Ok(number) = said.number.parse::<PersonalNumber>() else { return Ok(None) };
                asked["personal_number"] = json!(said.number);
                ask("population.lookup").about(Scope::Subjects(vec![SubjectRef::Number(number)]))
            }
            People::ForeignResidents => {
                asked["identification_number"] = json!(said.number);
                ask("foreign-residents.lookup").about(Scope::Search { limit: 1 })
            }
        };
        let found = match self.exchange.call(&system(ctx), request.only(["subject", people.standing()]), asked).await {
            Ok(found) => found,
            Err(problem) if matches!(problem.kind, Kind::NotFound | Kind::Invalid) => return Ok(None),
            Err(problem) => return Err(Error::Door(problem)),
        };
        if !people.may_open(&found) {
            return Ok(None);
        }
        Ok(found.get("subject").and_then(Value::as_str).and_then(|id| id.parse().ok()).map(SubjectId))
    }

    /// The phone that the register has as the person's own.
    pub(super) async fn phone_of(&self, ctx: &Ctx, people: People, subject: SubjectId) -> Result<Option<Phone>, Error> {
        let found = self.read(ctx, people, subject, "phone").await.map_err(Error::Door)?;
        Ok(found.get("phone").and_then(Value::as_str).and_then(|text| Phone::parse(text).ok()))
    }

    /// Whether the register says that the person has died, or resides here no more.
    pub(super) async fn has_ended(&self, ctx: &Ctx, people: People, subject: SubjectId) -> Result<bool, Error> {
        match self.read(ctx, people, subject, people.standing()).await {
            Ok(found) => Ok(people.ended(&found)),
            Err(problem) if problem.kind == Kind::NotFound => Ok(false),
            Err(problem) => Err(Error::Door(problem)),
        }
    }

    async fn read(&self, ctx: &Ctx, people: People, subject: SubjectId, field: &str) -> Result<Value, kernel::Problem> {
        let request = Request::new(BodyId::new(PROVIDER), BodyId::new(PROVIDER), people.get(), PURPOSE)
            .about(Scope::of(subject))
            .only([field]);
        self.exchange.call(&system(ctx), request, json!({"subject": subject})).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_that_ran_out_opens_nothing_and_closes_nothing() {
        let check =
            [("resident", true, false), ("expired", false, false), ("ended", false, true), ("dead", false, true)];
        for (standing, opens, ends) in check {
            let found = json!({ "standing": standing });
            let people = People::ForeignResidents;
            assert_eq!((people.may_open(&found), people.ended(&found)), (opens, ends), "{standing}");
        }
        assert!(!People::ForeignResidents.may_open(&json!({})), "silence opens nothing");
        assert!(People::Population.ended(&json!({"death_date": "2026-01-01"})));
        assert!(People::Population.may_open(&json!({"death_date": null})));
    }
}
