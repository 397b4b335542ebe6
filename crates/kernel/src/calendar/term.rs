//! How long something may take.

use crate::Error;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// No term is longer: ten years.
pub const TERM_DAYS_MAX: u32 = 3_660;
/// What is received after this hour belongs to the next working day, where a result is promised for the same day.
const CUTOFF_HOUR: u8 = 15;

/// A time limit. In data the text `same-day`, `2 working days`, `15 days` or `8 working hours`; `same-day until 14:00`
/// where the cut-off is not the usual 15:00.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Term {
    /// The day of receipt, if received by the cut-off.
    SameDay {
        /// Vietnam time, whole hours.
        cutoff_hour: u8,
    },
    /// Ngày làm việc.
    WorkingDays(u32),
    /// Ngày.
    CalendarDays(u32),
    /// Giờ làm việc.
    WorkingHours(u32),
}

impl Term {
    /// The same day with the usual cut-off.
    #[must_use]
    pub const fn same_day() -> Self {
        Self::SameDay { cutoff_hour: CUTOFF_HOUR }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = |count: u32| if count == 1 { "" } else { "s" };
        match *self {
            Self::SameDay { cutoff_hour: CUTOFF_HOUR } => f.write_str("same-day"),
            Self::SameDay { cutoff_hour } => write!(f, "same-day until {cutoff_hour:02}:00"),
            Self::WorkingDays(count) => write!(f, "{count} working day{}", s(count)),
            Self::CalendarDays(count) => write!(f, "{count} day{}", s(count)),
            Self::WorkingHours(count) => write!(f, "{count} working hour{}", s(count)),
        }
    }
}

impl FromStr for Term {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        if text == "same-day" {
            return Ok(Self::same_day());
        }
        if let Some(hour) = text.strip_prefix("same-day until ").and_then(|time| time.strip_suffix(":00")) {
            return match hour.parse() {
                Ok(cutoff_hour @ 0..=23) if hour.len() == 2 => Ok(Self::SameDay { cutoff_hour }),
                _ => Err(Error::TermShape),
            };
        }
        let (count, unit) = text.split_once(' ').ok_or(Error::TermShape)?;
        if count.is_empty() || !count.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Error::TermShape);
        }
        let count: u32 = count.parse().map_err(|_| Error::TermLong)?;
        let term = match unit {
            "working day" | "working days" => Self::WorkingDays(count),
            "day" | "days" => Self::CalendarDays(count),
            "working hour" | "working hours" => Self::WorkingHours(count),
            _ => return Err(Error::TermShape),
        };
        if count > TERM_DAYS_MAX { Err(Error::TermLong) } else { Ok(term) }
    }
}

impl TryFrom<String> for Term {
    type Error = Error;
    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Term> for String {
    fn from(term: Term) -> Self {
        term.to_string()
    }
}
