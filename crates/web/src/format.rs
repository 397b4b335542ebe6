//! Dates, times, numbers and money as people write them here: `22/11/2026`, `17:00 ngày 22/11/2026`, `1.250.000 đ`.

use crate::Language;
use minijinja::{Error, ErrorKind, Value};
use time::{Date, OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

/// Vietnam is at UTC+7 the whole year.
const VIETNAM: UtcOffset = match UtcOffset::from_hms(7, 0, 0) {
    Ok(offset) => offset,
    Err(_) => UtcOffset::UTC,
};

/// A day, a month or a year as text: `2024-05-17` → `17/05/2024`, `2024-05` → `05/2024`, `2024` → `2024`.
/// Text that is none of these comes back as it is.
#[must_use]
pub fn date_text(text: &str) -> String {
    if let Some(at) = instant(text) {
        return day(at.to_offset(VIETNAM).date());
    }
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    match text.split('-').collect::<Vec<_>>().as_slice() {
        [y, m, d] if y.len() == 4 && d.len() == 2 && digits(y) && digits(m) && digits(d) => format!("{d}/{m}/{y}"),
        [y, m] if y.len() == 4 && digits(y) && digits(m) => format!("{m}/{y}"),
        _ => text.to_owned(),
    }
}

/// Text as a value in a query (RFC 3986, section 2.1): everything but unreserved characters as `%XX`.
#[must_use]
pub fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Whole number with groups of three: `1.250.000` in Vietnamese, `1,250,000` in English.
#[must_use]
pub fn number_text(language: Language, number: i64) -> String {
    let separator = match language {
        Language::Vi => '.',
        Language::En => ',',
    };
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    if number < 0 {
        text.push('-');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

/// Whole đồng: `1.250.000 đ`. The space does not break.
#[must_use]
pub fn money_text(language: Language, dong: i64) -> String {
    format!("{}\u{a0}đ", number_text(language, dong))
}

fn day(date: Date) -> String {
    format!("{:02}/{:02}/{:04}", date.day(), u8::from(date.month()), date.year())
}

fn instant(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}

/// `time` writes a day as `[year, day of year]` and an instant as nine numbers where a struct does not say otherwise.
fn from_numbers(value: &Value) -> Option<(Date, Option<OffsetDateTime>)> {
    let numbers: Vec<i64> = value.try_iter().ok()?.map(|n| n.as_i64()).collect::<Option<_>>()?;
    let date =
        Date::from_ordinal_date(i32::try_from(*numbers.first()?).ok()?, u16::try_from(*numbers.get(1)?).ok()?).ok()?;
    let part = |i: usize| numbers.get(i).and_then(|n| i8::try_from(*n).ok());
    if numbers.len() < 9 {
        return Some((date, None));
    }
    let unsigned = |i: usize| part(i).and_then(|n| u8::try_from(n).ok());
    let offset = UtcOffset::from_hms(part(6)?, part(7)?, part(8)?).ok()?;
    let clock = time::Time::from_hms(unsigned(2)?, unsigned(3)?, unsigned(4)?).ok()?;
    let at = OffsetDateTime::new_in_offset(date, clock, offset).to_offset(VIETNAM);
    Some((at.date(), Some(at)))
}

/// Filter `date`.
pub(crate) fn date_filter(value: &Value) -> Result<String, Error> {
    match value.as_str() {
        Some(text) => Ok(date_text(text)),
        None if value.is_none() || value.is_undefined() => Ok(String::new()),
        None => from_numbers(value)
            .map(|(date, _)| day(date))
            .ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "not a date")),
    }
}

/// Filter `moment`: day and time in Vietnam.
pub(crate) fn moment_filter(language: Language, value: &Value) -> Result<String, Error> {
    let at = match value.as_str() {
        Some(text) => instant(text).map(|at| at.to_offset(VIETNAM)),
        None if value.is_none() || value.is_undefined() => return Ok(String::new()),
        None => from_numbers(value).and_then(|(_, at)| at),
    };
    let at = at.ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "not a moment"))?;
    let clock = format!("{:02}:{:02}", at.hour(), at.minute());
    Ok(match language {
        Language::Vi => format!("{clock} ngày {}", day(at.date())),
        Language::En => format!("{clock} on {}", day(at.date())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_dates_numbers_and_money_as_people_do() {
        assert_eq!(date_text("2026-11-22"), "22/11/2026");
        assert_eq!(date_text("2026-11"), "11/2026");
        assert_eq!(date_text("1950"), "1950");
        // 18:30 UTC is already the next day in Vietnam.
        assert_eq!(date_text("2026-11-22T18:30:00Z"), "23/11/2026");
        assert_eq!(number_text(Language::Vi, 1_250_000), "1.250.000");
        assert_eq!(number_text(Language::En, -1_250), "-1,250");
        assert_eq!(number_text(Language::Vi, 250), "250");
        assert_eq!(money_text(Language::Vi, 8_000), "8.000\u{a0}đ");
    }

    #[test]
    fn writes_moments_in_vietnam_time() {
        let text = Value::from("2026-11-22T10:00:00Z");
        assert_eq!(moment_filter(Language::Vi, &text).unwrap(), "17:00 ngày 22/11/2026");
        let numbers = Value::from(vec![2026, 326, 10, 0, 0, 0, 0, 0, 0]);
        assert_eq!(moment_filter(Language::En, &numbers).unwrap(), "17:00 on 22/11/2026");
        assert_eq!(date_filter(&Value::from(vec![2026, 326])).unwrap(), "22/11/2026");
        assert!(moment_filter(Language::Vi, &Value::from("soon")).is_err());
    }
}
