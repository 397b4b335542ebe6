//! Comparing a row with a person, field by field.

mod dates;
mod edit;
pub(crate) mod levels;
mod names;
mod numbers;
mod places;
mod texts;

pub(crate) use dates::dates;
pub(crate) use names::{NameMemo, RowName, RowWord, Speller, SpellerMemory, names};
pub(crate) use numbers::{number_of, numbers};
pub(crate) use places::communes;
pub(crate) use texts::texts;

/// How two values agree.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Outcome {
    /// Place in the kind's levels.
    pub(crate) level: u8,
    /// The logarithm to base 2 of how likely somebody else would agree as far (the *u* of Fellegi and Sunter, for
    /// this very value); [`Outcome::BY_LEVEL`] where it hangs on the level only.
    pub(crate) log_u: f32,
}

impl Outcome {
    /// The chance of agreement is that of the level, estimated from random pairs.
    pub(crate) const BY_LEVEL: f32 = f32::INFINITY;

    pub(crate) const fn by_level(level: u8) -> Self {
        Self { level, log_u: Self::BY_LEVEL }
    }

    /// With the chance that somebody else would agree as far.
    pub(crate) fn with_chance(level: u8, chance: f64) -> Self {
        Self { level, log_u: (chance.clamp(1e-12, 1.0) as f32).log2() }
    }
}
