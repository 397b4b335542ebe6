//! What was found for a row.

use crate::FIELDS_MAX;
use serde::{Deserialize, Serialize};

/// No person of the index.
pub const NOBODY: u32 = u32::MAX;

/// What becomes of a row.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// This person, with a probability of at least the threshold.
    Match,
    /// Perhaps this person: a clerk decides.
    Review,
    /// Nobody in the register fits.
    None,
    /// The same person as another row of the file, which fits better or comes first.
    Duplicate,
}

/// How a field of the row and of the person agree.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Agreement {
    /// The same value.
    Same,
    /// Not the same, and a known kind of slip or change explains it.
    Similar,
    /// Another value.
    Differs,
    /// One of the two does not have it.
    Missing,
}

/// The second best.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rival {
    /// Record of the index, or [`NOBODY`].
    pub person: u32,
    /// Its probability.
    pub probability: f32,
}

/// What stands beside a status.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Flags(pub u16);

impl Flags {
    /// The personal number of the row is somebody else's.
    pub const NUMBER_OF_ANOTHER: Self = Self(1);
    /// Two people fit about equally well.
    pub const AMBIGUOUS: Self = Self(1 << 1);
    /// An identity number has a shape that no such number has, and was not used.
    pub const NUMBER_UNUSABLE: Self = Self(1 << 2);
    /// A date could not be read, and was not used.
    pub const DATE_UNUSABLE: Self = Self(1 << 3);
    /// A name held typing left-overs (TELEX, VNI) that were decoded.
    pub const NAME_DECODED: Self = Self(1 << 4);
    /// Sex was read from the middle name.
    pub const SEX_INFERRED: Self = Self(1 << 5);
    /// The row says too little to be compared with anybody.
    pub const TOO_LITTLE: Self = Self(1 << 6);
    /// A commune or province could not be found, and was not used.
    pub const PLACE_UNUSABLE: Self = Self(1 << 7);

    /// Whether it is set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What was found for a row. 64 bytes: ten million of them fit a small machine.
#[derive(Clone, PartialEq, Debug)]
pub struct Decision {
    /// The number of the row in its file.
    pub row: u64,
    /// The row that stands for the same person; 0 where there is none.
    pub duplicate_of: u64,
    /// The best record of the index, or [`NOBODY`]. Given for `Review` and, where somebody came near, for `None` too.
    pub person: u32,
    /// The probability that this person is meant.
    pub probability: f32,
    /// The sum of the fields' weights, in bits.
    pub weight: f32,
    /// The second best.
    pub rival: Rival,
    /// The level of each field ([`crate::Kind::levels`]); [`Decision::MISSING`] where one of the two is absent.
    pub levels: [u8; FIELDS_MAX],
    /// What becomes of the row.
    pub status: Status,
    /// What stands beside it.
    pub flags: Flags,
}

impl Decision {
    /// The level of a field that one of the two does not have.
    pub const MISSING: u8 = u8::MAX;
}
