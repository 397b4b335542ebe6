//! Errors in birth dates, and the ways to write one.

use super::super::dice::Dice;
use kernel::PartialDate;
use time::{Date, Month, macros::date};

/// Day 0 of the spreadsheet calendar.
const SERIAL_ZERO: Date = date!(1899 - 12 - 30);

/// As most files write it: `22/11/1990`, `11/1990`, `1990`.
pub(super) fn usual(birth: &PartialDate) -> String {
    match birth {
        PartialDate::Day(day) => format!("{:02}/{:02}/{}", day.day(), u8::from(day.month()), day.year()),
        PartialDate::Month { year, month } => format!("{:02}/{year}", u8::from(*month)),
        PartialDate::Year(year) => year.to_string(),
    }
}

/// Day and month swapped, where that is another day.
pub(super) fn swapped(birth: &PartialDate) -> Option<PartialDate> {
    let PartialDate::Day(day) = birth else { return None };
    let month = Month::try_from(day.day()).ok().filter(|month| *month != day.month())?;
    Date::from_calendar_date(day.year(), month, u8::from(day.month())).ok().map(PartialDate::Day)
}

/// One digit of the day, the month or the year is another; still a day between 1900 and `until`.
pub(super) fn digit(dice: &mut Dice, birth: &PartialDate, until: Date) -> Option<PartialDate> {
    let text = birth.text();
    let places: Vec<usize> = (2..text.len()).filter(|at| text.as_bytes()[*at] != b'-').collect();
    (0..20).find_map(|_| {
        let at = *places.get(dice.index(places.len()))?;
        let new = dice.below(10);
        let changed = format!("{}{new}{}", &text[..at], &text[at + 1..]);
        let day = changed.parse::<PartialDate>().ok().filter(|_| changed != text)?;
        (day.year() >= 1900 && day.latest() <= until).then_some(day)
    })
}

/// Another way to write it.
pub(super) fn otherwise(dice: &mut Dice, birth: &PartialDate) -> Option<String> {
    let day = match birth {
        PartialDate::Day(day) => day,
        PartialDate::Month { year, month } => {
            let month = u8::from(*month);
            return Some(if dice.chance(500) {
                format!("{year}-{month:02}")
            } else {
                format!("tháng {month}/{year}")
            });
        }
        PartialDate::Year(year) => {
            return Some(if dice.chance(500) { format!("NS {year}") } else { format!("năm {year}") });
        }
    };
    let (d, m, y) = (day.day(), u8::from(day.month()), day.year());
    Some(match dice.below(9) {
        0 => format!("{d}/{m}/{y}"),
        1 => format!("{d:02}-{m:02}-{y}"),
        2 => format!("{d:02}.{m:02}.{y}"),
        3 => format!("{y}-{m:02}-{d:02}"),
        4 => format!("{d:02}{m:02}{y}"),
        5 => format!("{d} tháng {m} năm {y}"),
        6 => format!("{y}-{m:02}-{d:02} 00:00:00"),
        7 if y >= 1925 => (*day - SERIAL_ZERO).whole_days().to_string(),
        // Two digits say the year only of those who are no hundred years old.
        8 if (1930..2020).contains(&y) => format!("{d:02}/{m:02}/{:02}", y % 100),
        _ => format!("{d}-{m}-{y}"),
    })
}
