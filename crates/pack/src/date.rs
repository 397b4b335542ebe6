//! Dates in packs are written `2025-07-01`. For `#[serde(with = "pack::date")]`.

use kernel::iso_date;
use serde::{Deserialize, Deserializer, Serializer, de::Error as _};
use time::Date;

/// Reads `2025-07-01`.
///
/// # Errors
/// When the text is no day of the calendar in that form.
pub fn parse(text: &str) -> Result<Date, String> {
    iso_date::parse(text).map_err(|_| format!("`{text}` is no date: write it like 2025-07-01"))
}

/// Writes `2025-07-01`.
#[must_use]
pub fn print(date: Date) -> String {
    iso_date::text(date)
}

/// For serde.
///
/// # Errors
/// As the deserializer, and when the text is no date.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// For serde.
///
/// # Errors
/// As the serializer.
pub fn serialize<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&print(*date))
}

/// The same for a date that may be missing (`#[serde(default, with = "pack::date::option")]`).
pub mod option {
    use super::{Date, Deserialize, Deserializer, Serializer, parse, print};
    use serde::de::Error as _;

    /// For serde. An empty text counts as missing, as in a column of a table.
    ///
    /// # Errors
    /// As the deserializer, and when the text is no date.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
        match Option::<String>::deserialize(deserializer)?.as_deref() {
            None | Some("") => Ok(None),
            Some(text) => parse(text).map(Some).map_err(D::Error::custom),
        }
    }

    /// For serde.
    ///
    /// # Errors
    /// As the serializer.
    pub fn serialize<S: Serializer>(date: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
        match date {
            Some(date) => serializer.serialize_str(&print(*date)),
            None => serializer.serialize_none(),
        }
    }
}
