//! Sex as the civil-status register keeps it.

use crate::Error;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// Sex as registered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sex {
    /// Nam.
    Male,
    /// Nữ.
    Female,
}

impl Sex {
    /// `male` or `female`: the text in data. The word for a page is the message `sex-male`, `sex-female`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
        }
    }
}

impl FromStr for Sex {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "male" => Ok(Self::Male),
            "female" => Ok(Self::Female),
            _ => Err(Error::SexShape),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_data_is_the_text_that_is_parsed() {
        for sex in [Sex::Male, Sex::Female] {
            assert_eq!(sex.as_str().parse(), Ok(sex));
            assert_eq!(serde_json::to_value(sex).unwrap(), sex.as_str());
        }
        assert_eq!("Nam".parse::<Sex>(), Err(Error::SexShape));
    }
}
