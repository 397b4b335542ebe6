//! What a value of the vocabulary can be refused for.

use crate::{Kind, Messages, Problem};

/// Why a text or a number is not the value it was taken for. Carries nothing of the refused value: it may be personal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Error {
    /// Not twelve digits.
    #[error("a personal number has twelve digits")]
    PersonalNumberShape,
    /// The first three digits are no province or country: `000`.
    #[error("the first three digits of a personal number name a province or a country")]
    PersonalNumberPrefix,
    /// The fourth digit says the other sex.
    #[error("the personal number is one of the other sex")]
    PersonalNumberSex,
    /// The fourth to sixth digit say another year of birth.
    #[error("the personal number is one of another year of birth")]
    PersonalNumberYear,
    /// A personal number can say the years 1900 to 2399 only.
    #[error("a personal number can be made for the years 1900 to 2399")]
    PersonalNumberCentury,
    /// The random part has six digits.
    #[error("the random part of a personal number has six digits")]
    PersonalNumberRandom,
    /// Nothing but spaces.
    #[error("the name is empty")]
    NameEmpty,
    /// Longer than [`crate::Name::LENGTH_MAX`] characters.
    #[error("the name is longer than 255 characters")]
    NameLong,
    /// A digit, a sign or a letter of another script (Bộ luật Dân sự 91/2015, Điều 26 khoản 3).
    #[error("the name holds a character that is no letter")]
    NameCharacter,
    /// Neither `YYYY-MM-DD` nor `YYYY-MM` nor `YYYY`.
    #[error("a date is written YYYY-MM-DD, YYYY-MM or YYYY")]
    DateShape,
    /// Written like a date, and not in the calendar.
    #[error("there is no such date")]
    DateUnknown,
    /// Neither `male` nor `female`.
    #[error("sex is male or female")]
    SexShape,
    /// Not two, three or five digits.
    #[error("a unit code has two, three or five digits")]
    UnitShape,
    /// Not whole đồng, or beyond what 64 bits hold.
    #[error("an amount is whole đồng")]
    MoneyShape,
    /// Not one of the ways a term is written.
    #[error("a term is written `same-day`, `2 working days`, `15 days` or `8 working hours`")]
    TermShape,
    /// Longer than [`crate::calendar::TERM_DAYS_MAX`] days.
    #[error("the term is longer than ten years")]
    TermLong,
    /// The periods of a working day overlap, run backwards or are none.
    #[error("the periods of a working day follow each other and none is empty")]
    HoursShape,
}

impl Error {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PersonalNumberShape => "KER0001",
            Self::PersonalNumberPrefix => "KER0002",
            Self::PersonalNumberSex => "KER0003",
            Self::PersonalNumberYear => "KER0004",
            Self::PersonalNumberCentury => "KER0005",
            Self::PersonalNumberRandom => "KER0006",
            Self::NameEmpty => "KER0011",
            Self::NameLong => "KER0012",
            Self::NameCharacter => "KER0013",
            Self::DateShape => "KER0021",
            Self::DateUnknown => "KER0022",
            Self::SexShape => "KER0031",
            Self::UnitShape => "KER0041",
            Self::MoneyShape => "KER0051",
            Self::TermShape => "KER0061",
            Self::TermLong => "KER0062",
            Self::HoursShape => "KER0063",
        }
    }

    /// The article behind the rule, where one is known.
    #[must_use]
    pub const fn legal_basis(self) -> Option<&'static str> {
        match self {
            Self::PersonalNumberShape
            | Self::PersonalNumberPrefix
            | Self::PersonalNumberSex
            | Self::PersonalNumberYear
            | Self::PersonalNumberCentury
            | Self::PersonalNumberRandom => Some("Luật Căn cước 26/2023/QH15, Điều 12"),
            Self::NameEmpty | Self::NameLong | Self::NameCharacter => {
                Some("Bộ luật Dân sự 91/2015/QH13, Điều 26 khoản 3")
            }
            _ => None,
        }
    }

    /// Every variant, for the test that each code has its sentence, and for `docs/errors.md`.
    pub const ALL: &'static [Self] = &[
        Self::PersonalNumberShape,
        Self::PersonalNumberPrefix,
        Self::PersonalNumberSex,
        Self::PersonalNumberYear,
        Self::PersonalNumberCentury,
        Self::PersonalNumberRandom,
        Self::NameEmpty,
        Self::NameLong,
        Self::NameCharacter,
        Self::DateShape,
        Self::DateUnknown,
        Self::SexShape,
        Self::UnitShape,
        Self::MoneyShape,
        Self::TermShape,
        Self::TermLong,
        Self::HoursShape,
    ];
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::new(Kind::Invalid, error.code())
    }
}

/// The sentences of this crate.
pub const MESSAGES: Messages =
    Messages { vi: include_str!("../messages/vi.ftl"), en: include_str!("../messages/en.ftl") };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_its_own_and_has_a_sentence_in_both_languages() {
        let mut codes: Vec<_> = Error::ALL.iter().map(|error| error.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Error::ALL.len());
        for code in codes {
            let id = format!("\n{} = ", code.to_lowercase());
            assert!(MESSAGES.vi.contains(&id), "vi lacks {code}");
            assert!(MESSAGES.en.contains(&id), "en lacks {code}");
        }
    }
}
