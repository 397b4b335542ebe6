//! The periods that scores are given for: month, quarter, year, on Vietnam's calendar.

use kernel::calendar::vietnam;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use time::{Date, Month as Named, OffsetDateTime, UtcOffset};

/// A month of the calendar, counted from January 2000.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month(u16);

/// The first year that is counted. Nothing of what is scored is older.
const FIRST_YEAR: i32 = 2000;
/// The last one: what `u16` months would allow is more than anybody needs.
const LAST_YEAR: i32 = 2399;

impl Month {
    /// This month of this year.
    #[must_use]
    pub fn new(year: i32, month: u8) -> Option<Self> {
        if !(FIRST_YEAR..=LAST_YEAR).contains(&year) || !(1..=12).contains(&month) {
            return None;
        }
        u16::try_from((year - FIRST_YEAR) * 12 + i32::from(month) - 1).ok().map(Self)
    }

    /// The month of an instant on Vietnam's clocks. Before 2000 the first, after 2399 the last month that is counted.
    #[must_use]
    pub fn of(instant: OffsetDateTime) -> Self {
        Self::of_day(vietnam(instant).date())
    }

    /// The month of a day, within the same bounds.
    #[must_use]
    pub fn of_day(day: Date) -> Self {
        let last = Self(u16::try_from((LAST_YEAR - FIRST_YEAR) * 12 + 11).unwrap_or(u16::MAX));
        Self::new(day.year(), u8::from(day.month())).unwrap_or(if day.year() < FIRST_YEAR { Self(0) } else { last })
    }

    /// Months since January 2000.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }

    /// The month of this number.
    #[must_use]
    pub const fn of_number(number: u16) -> Self {
        Self(number)
    }

    /// Its year.
    #[must_use]
    pub fn year(self) -> i32 {
        FIRST_YEAR + i32::from(self.0 / 12)
    }

    /// 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        u8::try_from(self.0 % 12 + 1).unwrap_or(1)
    }

    /// Its first day.
    #[must_use]
    pub fn first_day(self) -> Date {
        let month = Named::try_from(self.month()).unwrap_or(Named::January);
        Date::from_calendar_date(self.year(), month, 1).unwrap_or(Date::MIN)
    }

    /// The month after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The period of this kind that it lies in.
    #[must_use]
    pub fn within(self, kind: PeriodKind) -> Period {
        Period { kind, first: Self(self.0 - self.0 % kind.months()) }
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        format!("{:04}-{:02}", month.year(), month.month())
    }
}

impl TryFrom<String> for Month {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no month: write it like 2026-03");
        let (year, month) = text.split_once('-').ok_or_else(wrong)?;
        if year.len() != 4 || month.len() != 2 {
            return Err(wrong());
        }
        Self::new(year.parse().map_err(|_| wrong())?, month.parse().map_err(|_| wrong())?).ok_or_else(wrong)
    }
}

/// How long a period is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PeriodKind {
    /// One month.
    Month,
    /// Three.
    Quarter,
    /// Twelve.
    Year,
}

impl PeriodKind {
    /// All kinds, shortest first.
    pub const ALL: [Self; 3] = [Self::Month, Self::Quarter, Self::Year];

    /// How many months it has.
    #[must_use]
    pub const fn months(self) -> u16 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }

    /// Its name in data.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }
}

/// A month, a quarter or a year. In data `2026-03`, `2026-Q1` or `2026`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    kind: PeriodKind,
    first: Month,
}

impl Period {
    /// How long it is.
    #[must_use]
    pub const fn kind(self) -> PeriodKind {
        self.kind
    }

    /// Its months, in order.
    pub fn months(self) -> impl Iterator<Item = Month> {
        (self.first.0..self.first.0 + self.kind.months()).map(Month)
    }

    /// Its first month.
    #[must_use]
    pub const fn first(self) -> Month {
        self.first
    }

    /// Whether the month lies in it.
    #[must_use]
    pub const fn has(self, month: Month) -> bool {
        self.first.0 <= month.0 && month.0 < self.first.0 + self.kind.months()
    }

    /// The first instant.
    #[must_use]
    pub fn begins(self) -> OffsetDateTime {
        midnight(self.first.first_day())
    }

    /// The first instant after it.
    #[must_use]
    pub fn ends(self) -> OffsetDateTime {
        midnight(Month(self.first.0 + self.kind.months()).first_day())
    }

    /// The last day.
    #[must_use]
    pub fn last_day(self) -> Date {
        let next = Month(self.first.0 + self.kind.months()).first_day();
        next.previous_day().unwrap_or(next)
    }
}

/// The beginning of a day in Vietnam.
pub(crate) fn midnight(day: Date) -> OffsetDateTime {
    day.midnight().assume_offset(UtcOffset::from_hms(7, 0, 0).unwrap_or(UtcOffset::UTC))
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.first.year(), self.first.month());
        match self.kind {
            PeriodKind::Month => write!(f, "{year:04}-{month:02}"),
            PeriodKind::Quarter => write!(f, "{year:04}-Q{}", (month - 1) / 3 + 1),
            PeriodKind::Year => write!(f, "{year:04}"),
        }
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

impl TryFrom<String> for Period {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl FromStr for Period {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no period: write it like 2026-03, 2026-Q1 or 2026");
        if !text.is_ascii() {
            return Err(wrong());
        }
        let year = || text.get(..4).and_then(|year| year.parse::<i32>().ok()).ok_or_else(wrong);
        let (kind, month) = match (text.len(), text.get(4..6)) {
            (4, _) => (PeriodKind::Year, 1),
            (7, Some("-Q")) => match text.as_bytes().get(6).copied() {
                Some(quarter @ b'1'..=b'4') => (PeriodKind::Quarter, (quarter - b'1') * 3 + 1),
                _ => return Err(wrong()),
            },
            (7, _) => {
                return Month::try_from(text.to_owned()).map(|m| m.within(PeriodKind::Month)).map_err(|_| wrong());
            }
            _ => return Err(wrong()),
        };
        Month::new(year()?, month).map(|first| Self { kind, first }).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::{Month, Period, PeriodKind};
    use time::macros::{date, datetime};

    #[test]
    fn periods_are_read_and_printed() {
        for (text, last, months) in [
            ("2026-03", date!(2026 - 03 - 31), 1),
            ("2026-Q1", date!(2026 - 03 - 31), 3),
            ("2026-Q4", date!(2026 - 12 - 31), 3),
            ("2024", date!(2024 - 12 - 31), 12),
            ("2024-02", date!(2024 - 02 - 29), 1),
        ] {
            let period: Period = text.parse().unwrap();
            assert_eq!((period.to_string().as_str(), period.last_day(), period.months().count()), (text, last, months));
        }
        for text in ["", "2026-13", "2026-Q5", "2026-Q0", "26", "2026-3", "1999-12", "2026-Q1x", "nămm", "2026/03"] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_month_begins_at_midnight_in_vietnam() {
        assert_eq!(String::from(Month::of(datetime!(2026-03-31 17:00 UTC))), "2026-04");
        assert_eq!(String::from(Month::of(datetime!(2026-03-31 16:59:59 UTC))), "2026-03");
        let march: Period = "2026-03".parse().unwrap();
        assert_eq!(march.ends(), datetime!(2026-03-31 17:00 UTC));
        assert_eq!(march.begins(), datetime!(2026-02-28 17:00 UTC));
        let quarter = march.first().within(PeriodKind::Quarter);
        assert_eq!((quarter.to_string(), quarter.has(march.first())), ("2026-Q1".to_owned(), true));
    }
}
