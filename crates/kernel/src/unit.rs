//! Administrative units: their codes, and the key that survives a merger.

use crate::Error;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use time::Date;

/// Code of a province (two digits), a district (three, until 30 June 2025) or a commune (five). Leading zeros count.
///
/// A code alone does not name a unit: wards made by the merger took codes of wards that it ended. See [`UnitKey`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UnitCode(String);

/// Which tier a code belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Tỉnh, thành phố.
    Province,
    /// Huyện, quận: ended with 30 June 2025.
    District,
    /// Xã, phường, đặc khu.
    Commune,
}

/// A unit for good: its code, and the day it came into being under that code.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct UnitKey {
    /// The code.
    pub code: UnitCode,
    /// The first day of the unit.
    #[serde(with = "crate::iso_date")]
    pub from: Date,
}

impl UnitCode {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The tier, told by the length.
    #[must_use]
    pub fn tier(&self) -> Tier {
        match self.0.len() {
            2 => Tier::Province,
            3 => Tier::District,
            _ => Tier::Commune,
        }
    }
}

impl FromStr for UnitCode {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        if matches!(text.len(), 2 | 3 | 5) && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::UnitShape)
        }
    }
}

impl TryFrom<String> for UnitCode {
    type Error = Error;
    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<UnitCode> for String {
    fn from(code: UnitCode) -> Self {
        code.0
    }
}

impl fmt::Display for UnitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_tells_the_tier() {
        for (text, tier) in [("01", Tier::Province), ("001", Tier::District), ("00004", Tier::Commune)] {
            let code: UnitCode = text.parse().unwrap();
            assert_eq!((code.tier(), code.as_str()), (tier, text));
        }
    }

    #[test]
    fn a_number_without_its_zeros_is_no_code() {
        for text in ["", "4", "0004", "000004", "0000a", " 01", "٠١"] {
            assert_eq!(text.parse::<UnitCode>(), Err(Error::UnitShape), "{text:?}");
        }
        assert!(serde_json::from_str::<UnitCode>("4").is_err());
    }

    #[test]
    fn a_key_is_a_code_and_a_day_in_data() {
        let key = r#"{"code":"00004","from":"2025-07-01"}"#;
        assert_eq!(serde_json::to_string(&serde_json::from_str::<UnitKey>(key).unwrap()).unwrap(), key);
    }
}
