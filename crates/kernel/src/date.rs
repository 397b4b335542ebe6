//! Dates that may be known to the month or to the year only, as birth dates of old people often are.

use crate::{Error, iso_date};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use time::{Date, Month};

/// A date with its precision. In data the text `2024-05-17`, `2024-05` or `2024`.
///
/// Birth dates are personal: `Debug` shows the precision only, and there is no `Display` (see [`PartialDate::text`]).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum PartialDate {
    /// Known to the day.
    Day(Date),
    /// Known to the month.
    Month {
        /// The year.
        year: i32,
        /// The month.
        month: Month,
    },
    /// Known to the year.
    Year(i32),
}

/// Years that registers speak of.
const YEARS: std::ops::RangeInclusive<i32> = 1800..=2399;

impl PartialDate {
    /// The year.
    #[must_use]
    pub const fn year(&self) -> i32 {
        match self {
            Self::Day(date) => date.year(),
            Self::Month { year, .. } | Self::Year(year) => *year,
        }
    }

    /// The first day it can be.
    #[must_use]
    pub fn earliest(&self) -> Date {
        match *self {
            Self::Day(date) => date,
            Self::Month { year, month } => Date::from_calendar_date(year, month, 1).unwrap_or(Date::MIN),
            Self::Year(year) => Date::from_ordinal_date(year, 1).unwrap_or(Date::MIN),
        }
    }

    /// The last day it can be.
    #[must_use]
    pub fn latest(&self) -> Date {
        match *self {
            Self::Day(date) => date,
            Self::Month { year, month } => {
                Date::from_calendar_date(year, month, month.length(year)).unwrap_or(Date::MAX)
            }
            Self::Year(year) => Date::from_calendar_date(year, Month::December, 31).unwrap_or(Date::MAX),
        }
    }

    /// Whether both can be the same day: `1960` agrees with `1960-05-17`, not with `1961`.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.earliest() <= other.latest() && other.earliest() <= self.latest()
    }

    /// Whole years from the last day it can be until `day`: the least age. Negative before birth.
    #[must_use]
    pub fn least_age_on(&self, day: Date) -> i32 {
        let born = self.latest();
        // Born on 29 February, the year is complete on 1 March: (month, day) compares so.
        let before_birthday = (u8::from(day.month()), day.day()) < (u8::from(born.month()), born.day());
        day.year() - born.year() - i32::from(before_birthday)
    }

    /// The text in data.
    #[must_use]
    pub fn text(&self) -> String {
        match *self {
            Self::Day(date) => iso_date::text(date),
            Self::Month { year, month } => format!("{year:04}-{:02}", u8::from(month)),
            Self::Year(year) => format!("{year:04}"),
        }
    }
}

impl FromStr for PartialDate {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        let bytes = text.as_bytes();
        let shaped = matches!(bytes.len(), 4 | 7 | 10)
            && bytes.iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shaped {
            return Err(Error::DateShape);
        }
        let number = |range: std::ops::Range<usize>| {
            bytes[range].iter().fold(0_i32, |sum, digit| sum * 10 + i32::from(digit - b'0'))
        };
        let year = number(0..4);
        if !YEARS.contains(&year) {
            return Err(Error::DateUnknown);
        }
        if bytes.len() == 4 {
            return Ok(Self::Year(year));
        }
        let two = |range| u8::try_from(number(range)).map_err(|_| Error::DateUnknown);
        let month = Month::try_from(two(5..7)?).map_err(|_| Error::DateUnknown)?;
        if bytes.len() == 7 {
            return Ok(Self::Month { year, month });
        }
        Date::from_calendar_date(year, month, two(8..10)?).map(Self::Day).map_err(|_| Error::DateUnknown)
    }
}

impl From<Date> for PartialDate {
    fn from(date: Date) -> Self {
        Self::Day(date)
    }
}

impl TryFrom<String> for PartialDate {
    type Error = Error;
    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<PartialDate> for String {
    fn from(date: PartialDate) -> Self {
        date.text()
    }
}

impl fmt::Debug for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Day(_) => "****-**-**",
            Self::Month { .. } => "****-**",
            Self::Year(_) => "****",
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::date;

    /// Any date of any precision.
    pub(crate) fn any() -> impl Strategy<Value = PartialDate> {
        let day =
            (YEARS, 1_u16..=365).prop_map(|(year, day)| PartialDate::Day(Date::from_ordinal_date(year, day).unwrap()));
        let month = (YEARS, 1_u8..=12)
            .prop_map(|(year, month)| PartialDate::Month { year, month: Month::try_from(month).unwrap() });
        prop_oneof![day, month, YEARS.prop_map(PartialDate::Year)]
    }

    #[test]
    fn bad_dates_are_told_apart() {
        for text in ["", "17/05/2024", "2024-5-17", "2024-05-17T00", "20240517", "2024-", "2024-05-", "٢٠٢٤"] {
            assert_eq!(text.parse::<PartialDate>(), Err(Error::DateShape), "{text:?}");
        }
        for text in ["2023-02-29", "2024-13", "2024-00-01", "2024-01-00", "0000", "1799", "2400"] {
            assert_eq!(text.parse::<PartialDate>(), Err(Error::DateUnknown), "{text:?}");
        }
    }

    #[test]
    fn precision_decides_which_days_it_can_be() {
        let month: PartialDate = "2024-02".parse().unwrap();
        assert_eq!((month.earliest(), month.latest()), (date!(2024 - 02 - 01), date!(2024 - 02 - 29)));
        let year: PartialDate = "1960".parse().unwrap();
        assert_eq!((year.earliest(), year.latest()), (date!(1960 - 01 - 01), date!(1960 - 12 - 31)));
        assert!(year.agrees_with(&"1960-05".parse().unwrap()));
        assert!(!year.agrees_with(&"1961".parse().unwrap()));
    }

    #[test]
    fn age_counts_whole_years() {
        let born = PartialDate::Day(date!(2000 - 02 - 29));
        assert_eq!(born.least_age_on(date!(2018 - 02 - 28)), 17);
        assert_eq!(born.least_age_on(date!(2018 - 03 - 01)), 18);
        assert_eq!(PartialDate::Year(2017).least_age_on(date!(2026 - 11 - 22)), 8);
    }

    #[test]
    fn debug_shows_no_date() {
        assert_eq!(format!("{:?}", PartialDate::Day(date!(1999 - 09 - 09))), "****-**-**");
    }

    proptest! {
        #[test]
        fn what_is_written_can_be_read(date in any()) {
            prop_assert_eq!(date.text().parse(), Ok(date));
            prop_assert!(date.earliest() <= date.latest());
            prop_assert!(date.agrees_with(&date));
        }

        #[test]
        fn no_text_makes_it_panic(text: String) {
            if let Ok(date) = text.parse::<PartialDate>() {
                prop_assert_eq!(date.text(), text);
            }
        }
    }
}
