//! Days in data as `2024-05-17`: `#[serde(with = "kernel::iso_date")]`, and `kernel::iso_date::option`.
//! (What the `time` crate writes by itself is a pair of year and ordinal.)

use crate::Error;
use serde::{Deserialize, Deserializer, Serializer, de};
use time::{Date, Month};

/// Reads `2024-05-17`.
///
/// # Errors
/// [`Error::DateShape`] for any other shape, [`Error::DateUnknown`] when there is no such day.
pub fn parse(text: &str) -> Result<Date, Error> {
    let mut parts = text.split('-');
    let mut part = |length: usize| {
        let digits = parts.next().filter(|part| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()));
        digits.and_then(|digits| digits.parse::<u16>().ok()).ok_or(Error::DateShape)
    };
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    if parts.next().is_some() {
        return Err(Error::DateShape);
    }
    let small = |number: u16| u8::try_from(number).map_err(|_| Error::DateUnknown);
    let month = Month::try_from(small(month)?).map_err(|_| Error::DateUnknown)?;
    Date::from_calendar_date(i32::from(year), month, small(day)?).map_err(|_| Error::DateUnknown)
}

/// Writes `2024-05-17`.
#[must_use]
pub fn text(day: Date) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day())
}

/// For `#[serde(with)]`.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&text(*day))
}

/// For `#[serde(with)]`.
///
/// # Errors
/// When it is no text of a day.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    parse(&text).map_err(de::Error::custom)
}

/// The same for a day that may be absent; use it with `#[serde(default)]`.
pub mod option {
    use super::{Date, Deserialize, Deserializer, Serializer, de, parse, text};

    /// For `#[serde(with)]`.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(day: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
        match day {
            Some(day) => serializer.serialize_some(&text(*day)),
            None => serializer.serialize_none(),
        }
    }

    /// For `#[serde(with)]`.
    ///
    /// # Errors
    /// When it is neither absent nor the text of a day.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
        let day = Option::<String>::deserialize(deserializer)?;
        day.map(|day| parse(&day).map_err(de::Error::custom)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn other_ways_of_writing_are_refused() {
        for text in ["", "2024-05", "2024-5-17", "17-05-2024", "2024-05-17-", "2024-05-17T00:00", "+024-05-17"] {
            assert_eq!(parse(text), Err(Error::DateShape), "{text:?}");
        }
        for text in ["2023-02-29", "2024-13-01", "2024-00-01", "2024-01-32"] {
            assert_eq!(parse(text), Err(Error::DateUnknown), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_can_be_read(year in 0..=9999, ordinal in 1_u16..=365) {
            let day = Date::from_ordinal_date(year, ordinal).unwrap();
            prop_assert_eq!(parse(&text(day)), Ok(day));
        }
    }
}
