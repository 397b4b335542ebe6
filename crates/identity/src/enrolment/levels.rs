//! Who may have which account: data of the pack (`accounts/`), since the ages and the terms are the decree's.

use crate::{Course, Trainings};
use pack::{Pack, Report};
use serde::Deserialize;
use time::Date;

/// Ages the wrong way round.
const BACKWARD: &str = "PAC0010";

/// Who asks for an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApplicantKind {
    /// A citizen with an identity card.
    Citizen,
    /// A foreigner with a residence card.
    Foreigner,
    /// An organisation.
    Organisation,
}

impl ApplicantKind {
    /// As the pack and the table write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Citizen => "citizen",
            Self::Foreigner => "foreigner",
            Self::Organisation => "organisation",
        }
    }

    /// From what the pack and the table write.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        [Self::Citizen, Self::Foreigner, Self::Organisation].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Who must ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AskedBy {
    /// The person.
    #[serde(rename = "self")]
    Own,
    /// A parent or guardian.
    Guardian,
}

/// One account that somebody may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Allowed {
    #[serde(default)]
    level: Option<u8>,
    #[serde(default)]
    age_from: u16,
    #[serde(default = "everybody")]
    age_to: u16,
    asked_by: AskedBy,
}

const fn everybody() -> u16 {
    u16::MAX
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Applicant {
    kind: ApplicantKind,
    name: pack::Text,
    levels: Vec<Allowed>,
}

/// Working days until a decision.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Terms {
    level_1: u16,
    level_2: u16,
    level_2_without_card: u16,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Officers {
    idle_days: i64,
    #[serde(default)]
    courses: Vec<Course>,
}

/// The rules of accounts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Levels {
    #[serde(deserialize_with = "pack::date::deserialize")]
    from: Date,
    legal_basis: Vec<String>,
    #[expect(dead_code, reason = "read so that the pack may say it; shown by no page yet")]
    confidence: String,
    applicants: Vec<Applicant>,
    terms: Terms,
    officers: Officers,
}

impl Levels {
    /// Reads `accounts/` of the pack; what is wrong is reported. None where the pack says nothing of accounts.
    #[must_use]
    pub fn read(pack: &Pack, report: &mut Report) -> Option<Self> {
        let doc = pack.documents("accounts").first()?;
        let levels: Self = doc.parse(None, report)?;
        if levels.legal_basis.is_empty() {
            report.add(doc, "/legal_basis", "EXC0101", "the rules of accounts name no law");
        }
        for (at, applicant) in levels.applicants.iter().enumerate() {
            for (place, allowed) in applicant.levels.iter().enumerate() {
                if allowed.age_to < allowed.age_from {
                    let pointer = format!("/applicants/{at}/levels/{place}");
                    report.add(doc, &pointer, BACKWARD, "the last age comes before the first");
                }
            }
        }
        Some(levels)
    }

    /// Who must ask for an account of this level for somebody of this age; none where nobody may have it.
    #[must_use]
    pub fn asked_by(&self, kind: ApplicantKind, level: Option<u8>, age: u16) -> Option<AskedBy> {
        let of_kind = self.applicants.iter().filter(|applicant| applicant.kind == kind);
        let mut allowed = of_kind.flat_map(|applicant| &applicant.levels);
        let fits = |one: &&Allowed| one.level == level && (one.age_from..=one.age_to).contains(&age);
        allowed.find(fits).map(|one| one.asked_by)
    }

    /// The kinds of applicants, with their names.
    pub fn kinds(&self) -> impl Iterator<Item = (ApplicantKind, &pack::Text)> {
        self.applicants.iter().map(|applicant| (applicant.kind, &applicant.name))
    }

    /// Working days until a decision.
    #[must_use]
    pub fn term(&self, kind: ApplicantKind, level: Option<u8>) -> u16 {
        match (kind, level) {
            (ApplicantKind::Citizen, Some(1)) => self.terms.level_1,
            (ApplicantKind::Citizen, _) => self.terms.level_2,
            (ApplicantKind::Foreigner | ApplicantKind::Organisation, _) => self.terms.level_2_without_card,
        }
    }

    /// Days without a sign-in after which an officer's account is locked.
    #[must_use]
    pub const fn idle_days(&self) -> i64 {
        self.officers.idle_days
    }

    /// The courses that officers' roles demand.
    #[must_use]
    pub fn trainings(&self) -> Trainings {
        Trainings::new(self.officers.courses.clone())
    }

    /// The first day of these rules.
    #[must_use]
    pub const fn from(&self) -> Date {
        self.from
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_and_levels_are_those_of_the_decree() {
        let mut report = Report::new();
        let pack = Pack::embedded("vn").unwrap();
        let levels = Levels::read(&pack, &mut report).unwrap();
        assert!(report.is_clean(), "{:?}", report.problems());
        let citizen = |level, age| levels.asked_by(ApplicantKind::Citizen, Some(level), age);
        assert_eq!(citizen(1, 14), Some(AskedBy::Own));
        assert_eq!(citizen(2, 14), Some(AskedBy::Own));
        assert_eq!(citizen(1, 13), Some(AskedBy::Guardian));
        assert_eq!(citizen(2, 6), Some(AskedBy::Guardian));
        assert_eq!(citizen(2, 5), None);
        assert_eq!(levels.asked_by(ApplicantKind::Foreigner, Some(2), 5), None);
        assert_eq!(levels.asked_by(ApplicantKind::Organisation, None, 0), Some(AskedBy::Own));
        assert_eq!(levels.asked_by(ApplicantKind::Organisation, Some(2), 0), None);
        assert_eq!(levels.idle_days(), 45);
    }
}
