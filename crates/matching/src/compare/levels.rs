//! How far two values agree: the levels of each kind of field, best first.

use crate::{Agreement, Kind};

/// One way in which two values agree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Level {
    /// Its stable name, such as `slip`.
    pub id: &'static str,
    /// What a clerk is told first.
    pub agreement: Agreement,
}

const fn same(id: &'static str) -> Level {
    Level { id, agreement: Agreement::Same }
}

const fn similar(id: &'static str) -> Level {
    Level { id, agreement: Agreement::Similar }
}

const fn differs(id: &'static str) -> Level {
    Level { id, agreement: Agreement::Differs }
}

/// Levels of names.
pub(crate) mod name {
    pub(crate) const SAME: u8 = 0;
    pub(crate) const TYPED: u8 = 1;
    pub(crate) const UNMARKED: u8 = 2;
    pub(crate) const MARKS: u8 = 3;
    pub(crate) const SLIP: u8 = 4;
    pub(crate) const ORDER: u8 = 5;
    pub(crate) const PART: u8 = 6;
    pub(crate) const INITIALS: u8 = 7;
    pub(crate) const SLIPS: u8 = 8;
    pub(crate) const MIDDLE: u8 = 9;
    pub(crate) const SURNAME: u8 = 10;
    pub(crate) const GIVEN: u8 = 11;
    pub(crate) const DIFFERS: u8 = 12;
}

/// Levels of dates.
pub(crate) mod date {
    pub(crate) const SAME: u8 = 0;
    pub(crate) const PART: u8 = 1;
    pub(crate) const SWAPPED: u8 = 2;
    pub(crate) const FIRST_JANUARY: u8 = 3;
    pub(crate) const DIGIT: u8 = 4;
    pub(crate) const TWO_OF_THREE: u8 = 5;
    pub(crate) const YEAR: u8 = 6;
    pub(crate) const DIFFERS: u8 = 7;
}

/// Levels of numbers.
pub(crate) mod number {
    pub(crate) const SAME: u8 = 0;
    pub(crate) const SLIP: u8 = 1;
    pub(crate) const TAIL: u8 = 2;
    pub(crate) const DIFFERS: u8 = 3;
}

/// Levels of sex.
pub(crate) mod sex {
    pub(crate) const SAME: u8 = 0;
    pub(crate) const INFERRED: u8 = 1;
    pub(crate) const INFERRED_DIFFERS: u8 = 2;
    pub(crate) const DIFFERS: u8 = 3;
}

/// Levels of communes.
pub(crate) mod commune {
    pub(crate) const SAME: u8 = 0;
    pub(crate) const SUCCEEDED: u8 = 1;
    pub(crate) const PROVINCE: u8 = 2;
    pub(crate) const DIFFERS: u8 = 3;
}

/// Levels of a few words.
pub(crate) mod text {
    pub(crate) const SAME: u8 = 0;
    pub(crate) const CLOSE: u8 = 1;
    pub(crate) const NEAR: u8 = 2;
    pub(crate) const PART: u8 = 3;
    pub(crate) const DIFFERS: u8 = 4;
}

const NAME: [Level; 13] = [
    same("same"),
    same("typed"),
    similar("unmarked"),
    similar("marks"),
    similar("slip"),
    similar("order"),
    similar("part"),
    similar("initials"),
    similar("slips"),
    differs("middle"),
    differs("surname"),
    differs("given"),
    differs("differs"),
];
const DATE: [Level; 8] = [
    same("same"),
    similar("part"),
    similar("swapped"),
    similar("first-january"),
    similar("digit"),
    similar("two-of-three"),
    differs("year"),
    differs("differs"),
];
const NUMBER: [Level; 4] = [same("same"), similar("slip"), similar("tail"), differs("differs")];
const SEX: [Level; 4] = [same("same"), similar("inferred"), similar("inferred-differs"), differs("differs")];
const COMMUNE: [Level; 4] = [same("same"), similar("succeeded"), differs("province"), differs("differs")];
const TEXT: [Level; 5] = [same("same"), similar("close"), similar("near"), similar("part"), differs("differs")];
const CODE: [Level; 2] = [same("same"), differs("differs")];

/// Most levels of a kind.
pub(crate) const LEVELS_MAX: usize = 13;

impl Kind {
    /// The levels of this kind, best first; [`crate::Decision::levels`] points into them.
    #[must_use]
    pub const fn levels(self) -> &'static [Level] {
        match self {
            Self::FullName | Self::KinName => &NAME,
            Self::Date => &DATE,
            Self::PersonalNumber | Self::OldId | Self::Number => &NUMBER,
            Self::Sex => &SEX,
            Self::Commune => &COMMUNE,
            Self::Text => &TEXT,
            Self::Province | Self::Code => &CODE,
        }
    }

    /// How often each level is expected of a person's own record, before a file has said anything: from the kinds of
    /// error that the domain notes name, not from a measured file.
    #[must_use]
    pub(crate) const fn usual(self) -> &'static [f64] {
        match self {
            Self::FullName => &[0.72, 0.02, 0.08, 0.04, 0.04, 0.01, 0.03, 0.01, 0.01, 0.02, 0.01, 0.005, 0.005],
            Self::KinName => &[0.66, 0.02, 0.08, 0.04, 0.05, 0.01, 0.05, 0.03, 0.01, 0.02, 0.01, 0.01, 0.01],
            Self::Date => &[0.80, 0.05, 0.03, 0.03, 0.04, 0.02, 0.015, 0.015],
            Self::PersonalNumber | Self::OldId | Self::Number => &[0.93, 0.03, 0.01, 0.03],
            Self::Sex => &[0.90, 0.07, 0.01, 0.02],
            Self::Commune => &[0.45, 0.35, 0.10, 0.10],
            Self::Text => &[0.75, 0.10, 0.05, 0.05, 0.05],
            Self::Province | Self::Code => &[0.92, 0.08],
        }
    }

    /// Levels that differ in how the file is written and not in whether the value is right (a file typed without
    /// marks, a file that knows years only): their shares are added before they are compared with chance.
    #[must_use]
    pub(crate) const fn styles(self) -> &'static [u8] {
        match self {
            Self::FullName | Self::KinName => &[name::SAME, name::TYPED, name::UNMARKED],
            Self::Date => &[date::SAME, date::PART],
            Self::Commune => &[commune::SAME, commune::SUCCEEDED],
            _ => &[0],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_says_what_is_usual_for_each_level() {
        use Kind::{Code, Commune, Date, FullName, KinName, Number, OldId, PersonalNumber, Province, Sex, Text};
        for kind in [PersonalNumber, OldId, FullName, KinName, Date, Sex, Commune, Province, Text, Number, Code] {
            assert_eq!(kind.levels().len(), kind.usual().len(), "{kind:?}");
            assert!(kind.levels().len() <= LEVELS_MAX);
            assert!((kind.usual().iter().sum::<f64>() - 1.0).abs() < 1e-9, "{kind:?}");
        }
    }
}
