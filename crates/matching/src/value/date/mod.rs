//! Dates as people, spreadsheets and old registers write them.
//!
//! Nothing is invented: a day that cannot be is left out and the month stays, a text that can be read in two ways is
//! not read. Day before month is the order of the country; the other order is taken only where the first cannot be.

use super::is_blank;
use kernel::text;
use serde::{Deserialize, Serialize};
use std::fmt;
use time::{Date, Month};

/// A date known to the day, the month or the year, in four bytes: `year << 9 | month << 5 | day`, 0 for what is
/// unknown. Never the value 0. Birth dates are personal: masked `Debug`, no `Display` (see [`PackedDate::text`]).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PackedDate(pub(crate) u32);

impl PackedDate {
    /// The date with these parts. A month that is none leaves the year, a day that the month does not have leaves the
    /// month. Years are held within 1–9999.
    #[must_use]
    pub fn new(year: u32, month: u32, day: u32) -> Self {
        let year = year.clamp(1, 9999);
        let month = if month <= 12 { month } else { 0 };
        let day = if day <= month_length(year, month) { day } else { 0 };
        Self(year << 9 | month << 5 | day)
    }

    /// From [`Self::raw`]; none where the number is no date.
    #[must_use]
    pub fn from_raw(raw: u32) -> Option<Self> {
        let date = Self(raw);
        (raw != 0 && date == Self::new(date.year(), date.month(), date.day())).then_some(date)
    }

    /// The number it is.
    #[must_use]
    pub const fn raw(self) -> u32 {
        self.0
    }

    /// The year.
    #[must_use]
    pub const fn year(self) -> u32 {
        self.0 >> 9
    }

    /// The month, 0 where unknown.
    #[must_use]
    pub const fn month(self) -> u32 {
        self.0 >> 5 & 15
    }

    /// The day of the month, 0 where unknown.
    #[must_use]
    pub const fn day(self) -> u32 {
        self.0 & 31
    }

    /// Whether it is known to the day.
    #[must_use]
    pub const fn is_full(self) -> bool {
        self.day() != 0
    }

    /// `1990-11-22`, `1990-11` or `1990`.
    #[must_use]
    pub fn text(self) -> String {
        let (year, month, day) = (self.year(), self.month(), self.day());
        match (month, day) {
            (0, _) => format!("{year:04}"),
            (_, 0) => format!("{year:04}-{month:02}"),
            _ => format!("{year:04}-{month:02}-{day:02}"),
        }
    }
}

impl fmt::Debug for PackedDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.month(), self.day()) {
            (0, _) => "(year)",
            (_, 0) => "(month)",
            _ => "(day)",
        })
    }
}

/// Something stands there, and no date can be read from it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unreadable;

/// The days of a month; 0 where the month is unknown, so that a day without a month is none.
fn month_length(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

/// Years that files speak of. Another number is no year.
const YEARS: std::ops::RangeInclusive<u32> = 1800..=2099;
/// A year of two digits above this one lies in the 20th century.
const CENTURY_PIVOT: u32 = 26;
/// A year of two digits that stands without a day: above every day of a month, so that it can be nothing else.
const SHORT_YEAR_MIN: u32 = 32;
/// Serials of spreadsheets: 10,000 is 18 May 1927, 54,788 the last day of 2049. Smaller ones look like years.
const SERIALS: std::ops::RangeInclusive<u32> = 10_000..=54_788;

/// Reads a cell. `Ok(None)` where it is empty or says that the date is unknown.
///
/// # Errors
/// [`Unreadable`] where something stands there that is no date, or may be two.
pub fn parse(text: &str) -> Result<Option<PackedDate>, Unreadable> {
    if let Some(date) = plain(text.as_bytes()) {
        return Ok(Some(date));
    }
    if is_blank(text) {
        return Ok(None);
    }
    let text = without_time(text.trim());
    if is_blank(text) {
        return Ok(None);
    }
    let parts = Parts::scan(text)?;
    let parts = &parts.parts[..parts.count];
    if parts.iter().all(|part| part.value == 0) {
        return Ok(None);
    }
    match *parts {
        [one] => single(one),
        // A number that went through a floating-point column.
        [one, Part { value: 0, digits: 1 | 2, .. }] if one.digits >= 5 => single(one),
        [first, second] => pair(first, second),
        [first, second, third] => triple(first, second, third),
        _ => Err(Unreadable),
    }
    .map(Some)
}

/// The two common shapes, `1990-11-22` and `22/11/1990`, of a date that is; anything else takes the long way.
fn plain(bytes: &[u8]) -> Option<PackedDate> {
    let bytes: &[u8; 10] = bytes.try_into().ok()?;
    let number = |range: std::ops::Range<usize>| {
        bytes[range].iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
    };
    let is_separator = |at: usize| matches!(bytes[at], b'-' | b'/' | b'.');
    let (year, month, day) = if is_separator(4) && bytes[4] == bytes[7] {
        (number(0..4)?, number(5..7)?, number(8..10)?)
    } else if is_separator(2) && bytes[2] == bytes[5] {
        (number(6..10)?, number(3..5)?, number(0..2)?)
    } else {
        return None;
    };
    is_exact(year, month, day).then(|| PackedDate::new(year, month, day))
}

fn is_exact(year: u32, month: u32, day: u32) -> bool {
    YEARS.contains(&year) && (1..=month_length(year, month)).contains(&day)
}

/// Without a time of day after the date: `T00:00:00`, ` 7:30 PM`.
fn without_time(text: &str) -> &str {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let colon = (1..bytes.len()).find(|at| bytes[*at] == b':' && digit(at - 1) && digit(at + 1));
    let Some(colon) = colon else { return text };
    let start = (0..colon).rev().take_while(|at| digit(*at)).last().unwrap_or(colon);
    // Only ASCII was looked at: both are borders of characters.
    text[..start].trim_end_matches(['T', 't', ' ', ',', '-'])
}

#[derive(Clone, Copy, Default)]
struct Part {
    value: u32,
    /// How many digits it was written with; 0 for what is written as unknown.
    digits: u32,
    /// A month written as a word.
    is_month: bool,
}

#[derive(Default)]
struct Parts {
    parts: [Part; 3],
    count: usize,
}

impl Parts {
    /// The numbers of a text; between two strokes with nothing between them, and for `?` or `xx`, an unknown one.
    fn scan(text: &str) -> Result<Self, Unreadable> {
        let mut parts = Self::default();
        let mut strokes = 0;
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let run = |is: &dyn Fn(char) -> bool| rest.find(|c| !is(c)).unwrap_or(rest.len());
            let length = match c {
                '0'..='9' => run(&|c| c.is_ascii_digit()),
                '?' | '_' | '*' => run(&|c| matches!(c, '?' | '_' | '*')),
                c if c.is_alphabetic() => run(&|c| c.is_alphabetic() || is_mark(c)),
                '/' | '-' | '.' | ',' | '\\' | '–' | '—' | ':' | '(' | ')' | '\'' | '’' | '"' => c.len_utf8(),
                c if c.is_whitespace() => c.len_utf8(),
                _ => return Err(Unreadable),
            };
            let (token, after) = rest.split_at(length);
            rest = after;
            let part = match c {
                '0'..='9' => Part { value: value(token)?, digits: token.len() as u32, is_month: false },
                '?' | '_' | '*' => Part::default(),
                '/' => {
                    strokes += 1;
                    continue;
                }
                c if c.is_alphabetic() => match word(token)? {
                    Some(part) => part,
                    None => continue,
                },
                _ => continue,
            };
            // Of the strokes between two numbers one is the separator; before the first number none is.
            let unknown = if parts.count == 0 { strokes } else { usize::max(strokes, 1) - 1 };
            strokes = 0;
            for part in std::iter::repeat_n(Part::default(), unknown).chain([part]) {
                *parts.parts.get_mut(parts.count).ok_or(Unreadable)? = part;
                parts.count += 1;
            }
        }
        Ok(parts)
    }
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

fn value(digits: &str) -> Result<u32, Unreadable> {
    if digits.len() > 8 {
        return Err(Unreadable);
    }
    digits.parse().map_err(|_| Unreadable)
}

/// Words around a date say nothing, a month's name says the month, `xx` something unknown; other words are no date.
fn word(token: &str) -> Result<Option<Part>, Unreadable> {
    if token.len() > 24 {
        return Err(Unreadable);
    }
    if matches!(token, "tháng" | "năm" | "ngày" | "Ngày") {
        return Ok(None);
    }
    let word = text::fold(token);
    if word.bytes().all(|byte| byte == b'x') {
        return Ok(Some(Part::default()));
    }
    let month = match word.as_str() {
        "ngay" | "thang" | "thg" | "nam" | "mung" | "mong" | "sinh" | "ns" | "sn" | "dob" | "nd" | "st" | "rd"
        | "th" => return Ok(None),
        // About that year: nothing better is known.
        "khoang" => return Ok(None),
        "jan" | "january" => 1,
        "feb" | "february" => 2,
        "mar" | "march" => 3,
        "apr" | "april" => 4,
        "may" => 5,
        "jun" | "june" => 6,
        "jul" | "july" => 7,
        "aug" | "august" => 8,
        "sep" | "sept" | "september" => 9,
        "oct" | "october" => 10,
        "nov" | "november" => 11,
        "dec" | "december" => 12,
        _ => return Err(Unreadable),
    };
    Ok(Some(Part { value: month, digits: 2, is_month: true }))
}

/// A year of four digits, or of two.
fn year(part: Part) -> Result<u32, Unreadable> {
    let year = match part.digits {
        4 => part.value,
        2 => century(part.value),
        _ => return Err(Unreadable),
    };
    if YEARS.contains(&year) && !part.is_month { Ok(year) } else { Err(Unreadable) }
}

/// A year of two digits.
fn century(year: u32) -> u32 {
    if year > CENTURY_PIVOT { 1900 + year } else { 2000 + year }
}

fn triple(first: Part, second: Part, third: Part) -> Result<PackedDate, Unreadable> {
    let is_year_first = first.digits == 4
        || (first.digits == 2 && first.value >= SHORT_YEAR_MIN && third.digits <= 2 && !first.is_month);
    let (year_part, month, day) = if is_year_first {
        (first, second, third)
    } else if first.is_month {
        (third, first, second)
    } else {
        (third, second, first)
    };
    if month.digits > 2 || day.digits > 2 || day.is_month {
        return Err(Unreadable);
    }
    let year = year(year_part)?;
    Ok(if month.is_month {
        PackedDate::new(year, month.value, day.value)
    } else {
        ordered(year, month.value, day.value)
    })
}

/// With a number in the month's place that is no month, and one in the day's place that can be: the other order.
fn ordered(year: u32, month: u32, day: u32) -> PackedDate {
    if (13..=31).contains(&month) && (1..=12).contains(&day) {
        PackedDate::new(year, day, month)
    } else {
        PackedDate::new(year, month, day)
    }
}

fn pair(first: Part, second: Part) -> Result<PackedDate, Unreadable> {
    let (year_part, month) = match (first.digits, second.digits) {
        (4, 0..=2) => (first, second),
        (0..=2, 4) => (second, first),
        // `11/90`: the second can be nothing but a year.
        (1 | 2, 2) if (1..=12).contains(&first.value) && second.value >= SHORT_YEAR_MIN => (second, first),
        (2, 2) if first.is_month => (second, first),
        _ => return Err(Unreadable),
    };
    Ok(PackedDate::new(year(year_part)?, month.value, 0))
}

fn single(part: Part) -> Result<PackedDate, Unreadable> {
    let value = part.value;
    let year_of = |value: u32| Part { value, digits: 4, is_month: false };
    match part.digits {
        2 if value >= SHORT_YEAR_MIN => Ok(PackedDate::new(year(part)?, 0, 0)),
        4 => Ok(PackedDate::new(year(part)?, 0, 0)),
        5 => serial(value),
        6 => six_digits(value),
        // A spreadsheet ate the zero of the day.
        7 => {
            let (day, month, year) = (value / 1_000_000, value / 10_000 % 100, value % 10_000);
            if is_exact(year, month, day) { Ok(PackedDate::new(year, month, day)) } else { Err(Unreadable) }
        }
        8 => eight_digits(value),
        _ => Err(Unreadable),
    }
    .and_then(|date| year(year_of(date.year())).map(|_| date))
}

/// A day counted by a spreadsheet: the 1900 system, which has a 29 February 1900 that never was.
fn serial(value: u32) -> Result<PackedDate, Unreadable> {
    if !SERIALS.contains(&value) {
        return Err(Unreadable);
    }
    let zero = Date::from_calendar_date(1899, Month::December, 30).map_err(|_| Unreadable)?;
    let date = zero.checked_add(time::Duration::days(i64::from(value))).ok_or(Unreadable)?;
    let year = u32::try_from(date.year()).map_err(|_| Unreadable)?;
    Ok(PackedDate::new(year, u32::from(u8::from(date.month())), u32::from(date.day())))
}

/// `221190`, `901122`, `111990` or `199011`, where only one of them can be.
fn six_digits(value: u32) -> Result<PackedDate, Unreadable> {
    let (first, second, third) = (value / 10_000, value / 100 % 100, value % 100);
    let is_year = |value: u32| (1900..=2000 + CENTURY_PIVOT).contains(&value);
    let is_month = |value: u32| (1..=12).contains(&value);
    let day = |year, day| is_exact(century(year), second, day).then(|| PackedDate::new(century(year), second, day));
    only([
        (is_year(value / 100) && is_month(third)).then(|| PackedDate::new(value / 100, third, 0)),
        (is_year(value % 10_000) && is_month(first)).then(|| PackedDate::new(value % 10_000, first, 0)),
        day(third, first),
        day(first, third),
    ])
}

/// `22111990` or `19901122`. No text of eight digits is a day of 1900–2099 in both orders.
fn eight_digits(value: u32) -> Result<PackedDate, Unreadable> {
    let year_last = (value % 10_000, value / 10_000 % 100, value / 1_000_000);
    let year_first = (value / 10_000, value / 100 % 100, value % 100);
    let both = [year_last, year_first];
    if let Some((year, month, day)) = both.into_iter().find(|(year, month, day)| is_exact(*year, *month, *day)) {
        return Ok(PackedDate::new(year, month, day));
    }
    // A day or a month that cannot be, or is 00.
    only(
        both.map(|(year, month, day)| (1900..=2000 + CENTURY_PIVOT).contains(&year).then(|| ordered(year, month, day))),
    )
}

/// The one reading there is.
fn only<const N: usize>(readings: [Option<PackedDate>; N]) -> Result<PackedDate, Unreadable> {
    let mut readings = readings.into_iter().flatten();
    let first = readings.next().ok_or(Unreadable)?;
    if readings.all(|other| other == first) { Ok(first) } else { Err(Unreadable) }
}

#[cfg(test)]
mod tests;
