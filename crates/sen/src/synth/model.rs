//! What is made: households of people who are somebody's child, husband, grandmother.

use kernel::{Name, PartialDate, PersonalNumber, Sex, SubjectId};
use time::Date;

/// Who else somebody is: a parent or a husband or wife. The number is absent for those who died or are unknown here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kin {
    /// Full name.
    pub name: Name,
    /// Personal number, where the person is in the same made-up population.
    pub number: Option<PersonalNumber>,
    /// Who it is there.
    pub subject: Option<SubjectId>,
}

/// Marital status, by the identifiers of the pack's code set `marital-statuses`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Marital {
    /// Never married.
    Single,
    /// Married.
    Married,
    /// Divorced.
    Divorced,
    /// The husband or wife died.
    Widowed,
}

impl Marital {
    /// The identifier in data.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Married => "married",
            Self::Divorced => "divorced",
            Self::Widowed => "widowed",
        }
    }
}

/// Relation to the head of the household, by the identifiers of the pack's code set `relations`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Relation {
    /// Chủ hộ.
    Head,
    /// Husband or wife.
    Spouse,
    /// Child of the head, or of the head's husband or wife.
    Child,
    /// Father of the head.
    Father,
    /// Mother of the head.
    Mother,
    /// Grandparent.
    Grandparent,
    /// Grandchild.
    Grandchild,
    /// Brother or sister.
    Sibling,
    /// Daughter- or son-in-law.
    ChildInLaw,
    /// Father- or mother-in-law.
    ParentInLaw,
    /// Anybody else of the family.
    OtherRelative,
}

impl Relation {
    /// The identifier in data.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Spouse => "spouse",
            Self::Child => "child",
            Self::Father => "father",
            Self::Mother => "mother",
            Self::Grandparent => "grandparent",
            Self::Grandchild => "grandchild",
            Self::Sibling => "sibling",
            Self::ChildInLaw => "child-in-law",
            Self::ParentInLaw => "parent-in-law",
            Self::OtherRelative => "other-relative",
        }
    }
}

/// A made-up person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    /// Surrogate key, for the registers.
    pub subject: SubjectId,
    /// The number, true to sex, year of birth and the province where the birth was registered.
    pub personal_number: PersonalNumber,
    /// Full name.
    pub full_name: Name,
    /// Birth date; of some old people only the year.
    pub birth: PartialDate,
    /// Sex.
    pub sex: Sex,
    /// Number of the old identity paper (nine digits) of those who had one.
    pub old_id: Option<String>,
    /// Their own phone, where the register has one. Only of the cast of the demo.
    pub phone: Option<String>,
    /// Code of the commune where the birth was registered, as it is called today.
    pub birth_commune: String,
    /// Code in the pack's code set `ethnic-groups`.
    pub ethnicity: String,
    /// Father, where known.
    pub father: Option<Kin>,
    /// Mother, where known.
    pub mother: Option<Kin>,
    /// Husband or wife; of the widowed the one who died.
    pub spouse: Option<Kin>,
    /// Children in the same made-up population.
    pub children: Vec<SubjectId>,
    /// Marital status.
    pub marital: Marital,
    /// Relation to the head of the household.
    pub relation: Relation,
    /// When the person died. Only the cast of the demo has dead people.
    pub died: Option<Date>,
}

/// A made-up household.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Household {
    /// Surrogate key, for the registers.
    pub subject: SubjectId,
    /// A number of its own, unlike any real residence file.
    pub number: String,
    /// Where it lives: commune.
    pub commune_code: String,
    /// Where it lives: province.
    pub province_code: String,
    /// House and street, or hamlet.
    pub address: String,
    /// The head comes first.
    pub members: Vec<Person>,
}
