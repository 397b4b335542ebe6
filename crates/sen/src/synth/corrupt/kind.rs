//! The kinds of error, and how often each is made.

use serde::Serialize;

/// How messy the file is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Personal numbers are mostly there; few errors.
    Clean,
    /// About half the rows have a personal number; errors as in files gathered over decades.
    #[default]
    Fair,
    /// One row in four has a personal number, one in seven the old one; about twice the errors.
    Hard,
}

impl Level {
    /// Every level, the easiest first.
    pub const ALL: [Self; 3] = [Self::Clean, Self::Fair, Self::Hard];

    /// Its name on the command line and in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Fair => "fair",
            Self::Hard => "hard",
        }
    }
}

/// A kind of error, or of writing, that a row of an agency's file can have.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ErrorKind {
    /// The file has no personal number.
    NumberMissing,
    /// The number of the old paper stands in the column of the personal number.
    NumberOld,
    /// The personal number of a relative.
    NumberRelative,
    /// One digit of the personal number is wrong.
    NumberDigit,
    /// Two neighbouring digits of the personal number are swapped.
    NumberSwapped,
    /// A spreadsheet ate the leading zeros of the personal number.
    NumberZeros,
    /// The personal number is written in groups or with an apostrophe before it.
    NumberSpaced,
    /// The person had an old paper, the file does not have its number.
    OldIdMissing,
    /// One digit of the old number is wrong.
    OldIdDigit,
    /// A saint's name, another name in brackets, or the husband's surname.
    NameOther,
    /// No middle name.
    NameMiddleMissing,
    /// Two middle names are swapped.
    NameMiddleSwapped,
    /// The given name stands first.
    NameOrder,
    /// Initials for the middle names or the surname.
    NameInitials,
    /// `i` for `y` or the other way (`Lý`, `Lí`).
    NameIy,
    /// The tone stands on the other vowel (`Hòa`, `Hoà`).
    NameTonePlace,
    /// Another tone, or a lost one.
    NameTone,
    /// One letter is wrong, lost, doubled, or swapped with its neighbour.
    NameSlip,
    /// No marks at all.
    NameUnmarked,
    /// TELEX left-overs (`Nguyeenx`).
    NameTelex,
    /// VNI left-overs (`Nguye64n`).
    NameVni,
    /// VIQR left-overs (`Nguye^~n`).
    NameViqr,
    /// Marks as characters of their own, as CP1258 and some systems write them.
    NameDecomposed,
    /// Capital letters.
    NameCapitals,
    /// Spaces too many.
    NameSpaces,
    /// No birth date.
    DateMissing,
    /// Only the year.
    DateYear,
    /// 1 January, because the day was not known.
    DateJanuary,
    /// Day and month are swapped.
    DateSwapped,
    /// One digit is wrong.
    DateDigit,
    /// Written another way than `dd/mm/yyyy`.
    DateFormat,
    /// Somewhere else than the register says.
    CommuneMoved,
    /// The commune as it was called before 1 July 2025, by name.
    CommuneOldName,
    /// The same, by its code.
    CommuneOldCode,
    /// That commune was split between several.
    CommuneSplit,
    /// By the code of today.
    CommuneCode,
    /// No commune, and often no province.
    CommuneMissing,
    /// One letter of the commune's name is wrong.
    CommuneMisspelt,
    /// Commune and province without marks.
    CommuneUnmarked,
    /// The other sex.
    SexWrong,
    /// No sex.
    SexMissing,
    /// The name of a parent is missing.
    KinMissing,
    /// Initials in the name of a parent.
    KinAbbreviated,
    /// The name of a parent without marks.
    KinUnmarked,
    /// One letter in the name of a parent.
    KinSlip,
}

impl ErrorKind {
    /// Every kind, in the order of the fields.
    pub const ALL: &'static [Self] = &[
        Self::NumberMissing,
        Self::NumberOld,
        Self::NumberRelative,
        Self::NumberDigit,
        Self::NumberSwapped,
        Self::NumberZeros,
        Self::NumberSpaced,
        Self::OldIdMissing,
        Self::OldIdDigit,
        Self::NameOther,
        Self::NameMiddleMissing,
        Self::NameMiddleSwapped,
        Self::NameOrder,
        Self::NameInitials,
        Self::NameIy,
        Self::NameTonePlace,
        Self::NameTone,
        Self::NameSlip,
        Self::NameUnmarked,
        Self::NameTelex,
        Self::NameVni,
        Self::NameViqr,
        Self::NameDecomposed,
        Self::NameCapitals,
        Self::NameSpaces,
        Self::DateMissing,
        Self::DateYear,
        Self::DateJanuary,
        Self::DateSwapped,
        Self::DateDigit,
        Self::DateFormat,
        Self::CommuneMoved,
        Self::CommuneOldName,
        Self::CommuneOldCode,
        Self::CommuneSplit,
        Self::CommuneCode,
        Self::CommuneMissing,
        Self::CommuneMisspelt,
        Self::CommuneUnmarked,
        Self::SexWrong,
        Self::SexMissing,
        Self::KinMissing,
        Self::KinAbbreviated,
        Self::KinUnmarked,
        Self::KinSlip,
    ];

    /// Its name in truth files and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.facts().0
    }

    /// In a thousand: of the rows where it can be made, how many get it.
    pub(super) const fn per_mille(self, level: Level) -> u32 {
        let [clean, fair, hard] = self.facts().1;
        match level {
            Level::Clean => clean,
            Level::Fair => fair,
            Level::Hard => hard,
        }
    }

    /// Name, and how often it is made at each level. The shares are guesses: no measured ones are known. Those of
    /// missing numbers follow what the hard file is said to be: one row in four with a personal number, one in seven
    /// with an old one.
    const fn facts(self) -> (&'static str, [u32; 3]) {
        match self {
            Self::NumberMissing => ("number-missing", [60, 400, 720]),
            Self::NumberOld => ("number-old", [10, 40, 80]),
            Self::NumberRelative => ("number-relative", [2, 6, 12]),
            Self::NumberDigit => ("number-digit", [4, 15, 30]),
            Self::NumberSwapped => ("number-swapped", [4, 12, 25]),
            Self::NumberZeros => ("number-zeros", [10, 40, 60]),
            Self::NumberSpaced => ("number-spaced", [10, 30, 50]),
            Self::OldIdMissing => ("old-id-missing", [300, 600, 760]),
            Self::OldIdDigit => ("old-id-digit", [5, 15, 30]),
            Self::NameOther => ("name-other", [2, 8, 16]),
            Self::NameMiddleMissing => ("name-middle-missing", [5, 20, 40]),
            Self::NameMiddleSwapped => ("name-middle-swapped", [10, 30, 60]),
            Self::NameOrder => ("name-order", [3, 12, 25]),
            Self::NameInitials => ("name-initials", [3, 12, 25]),
            Self::NameIy => ("name-iy", [20, 40, 80]),
            Self::NameTonePlace => ("name-tone-place", [100, 200, 300]),
            Self::NameTone => ("name-tone", [5, 15, 30]),
            Self::NameSlip => ("name-slip", [8, 20, 40]),
            Self::NameUnmarked => ("name-unmarked", [20, 100, 200]),
            Self::NameTelex => ("name-telex", [3, 12, 25]),
            Self::NameVni => ("name-vni", [2, 6, 12]),
            Self::NameViqr => ("name-viqr", [2, 4, 8]),
            Self::NameDecomposed => ("name-decomposed", [5, 10, 20]),
            Self::NameCapitals => ("name-capitals", [100, 250, 350]),
            Self::NameSpaces => ("name-spaces", [20, 40, 60]),
            Self::DateMissing => ("date-missing", [5, 20, 40]),
            Self::DateYear => ("date-year", [10, 40, 80]),
            Self::DateJanuary => ("date-january", [5, 20, 40]),
            Self::DateSwapped => ("date-swapped", [8, 25, 50]),
            Self::DateDigit => ("date-digit", [5, 15, 30]),
            Self::DateFormat => ("date-format", [100, 250, 400]),
            Self::CommuneMoved => ("commune-moved", [20, 60, 120]),
            Self::CommuneOldName => ("commune-old-name", [200, 350, 500]),
            Self::CommuneOldCode => ("commune-old-code", [50, 80, 100]),
            Self::CommuneSplit => ("commune-split", [0, 0, 0]),
            Self::CommuneCode => ("commune-code", [100, 100, 100]),
            Self::CommuneMissing => ("commune-missing", [20, 80, 160]),
            Self::CommuneMisspelt => ("commune-misspelt", [8, 25, 50]),
            Self::CommuneUnmarked => ("commune-unmarked", [20, 100, 200]),
            Self::SexWrong => ("sex-wrong", [2, 6, 12]),
            Self::SexMissing => ("sex-missing", [20, 80, 150]),
            Self::KinMissing => ("kin-missing", [100, 300, 600]),
            Self::KinAbbreviated => ("kin-abbreviated", [5, 20, 40]),
            Self::KinUnmarked => ("kin-unmarked", [20, 60, 120]),
            Self::KinSlip => ("kin-slip", [5, 15, 30]),
        }
    }
}
