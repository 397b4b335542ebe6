//! Birth dates.

use super::{Outcome, levels::date};
use crate::index::DateCounts;
use crate::value::date::PackedDate;

/// The share of dates that stand for a year only, in files of all kinds (of experience, not of a source).
const FIRST_JANUARY_SHARE: f64 = 0.04;

/// Two dates that may be known in part. What is absent does not come here.
pub(crate) fn dates(row: PackedDate, person: PackedDate, counts: &DateCounts) -> Outcome {
    if row == person {
        // On 1 January the two agree also where both know the year only.
        let unknown =
            if is_first_january(row) { counts.share_of_year(person.year()) * FIRST_JANUARY_SHARE } else { 0.0 };
        return Outcome::with_chance(date::SAME, counts.share(person).max(unknown));
    }
    let same_year = row.year() == person.year();
    if !row.is_full() || !person.is_full() {
        let months = (row.month(), person.month());
        if !same_year {
            return Outcome::by_level(date::DIFFERS);
        }
        if months.0 == 0 || months.1 == 0 {
            return Outcome::with_chance(date::PART, counts.share_of_year(person.year()));
        }
        if months.0 == months.1 {
            return Outcome::with_chance(date::PART, counts.share_of_year(person.year()) / 12.0);
        }
        return Outcome::by_level(date::YEAR);
    }
    let same_month = row.month() == person.month();
    let same_day = row.day() == person.day();
    if same_year && row.month() == person.day() && row.day() == person.month() {
        return Outcome::with_chance(date::SWAPPED, counts.share_of_year(person.year()) / 365.0);
    }
    if same_year && (is_first_january(row) || is_first_january(person)) {
        return Outcome::with_chance(date::FIRST_JANUARY, counts.share_of_year(person.year()));
    }
    if one_digit(row, person) {
        return Outcome::by_level(date::DIGIT);
    }
    match (same_year, same_month, same_day) {
        (true, true, false) | (true, false, true) | (false, true, true) => Outcome::by_level(date::TWO_OF_THREE),
        (true, false, false) => Outcome::by_level(date::YEAR),
        _ => Outcome::by_level(date::DIFFERS),
    }
}

/// The day that clerks write when they know the year only.
fn is_first_january(day: PackedDate) -> bool {
    day.month() == 1 && day.day() == 1
}

/// Whether one of the eight digits differs, or two neighbours of one part are exchanged.
fn one_digit(left: PackedDate, right: PackedDate) -> bool {
    let parts = [(left.year(), right.year()), (left.month(), right.month()), (left.day(), right.day())];
    let mut differing = parts.into_iter().filter(|(a, b)| a != b);
    let (Some((a, b)), None) = (differing.next(), differing.next()) else { return false };
    super::edit::digit_slip(u64::from(a), u64::from(b), 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_agree_by_levels() {
        let counts = DateCounts::default();
        let day = |y, m, d| PackedDate::new(y, m, d);
        for (row, person, level) in [
            (day(1990, 11, 22), day(1990, 11, 22), date::SAME),
            (day(1990, 0, 0), day(1990, 11, 22), date::PART),
            (day(1990, 11, 0), day(1990, 11, 22), date::PART),
            (day(1990, 10, 0), day(1990, 11, 22), date::YEAR),
            (day(1990, 5, 4), day(1990, 4, 5), date::SWAPPED),
            (day(1990, 1, 1), day(1990, 11, 22), date::FIRST_JANUARY),
            (day(1990, 11, 22), day(1990, 11, 12), date::DIGIT),
            (day(1990, 11, 22), day(1980, 11, 22), date::DIGIT),
            (day(1909, 11, 22), day(1990, 11, 22), date::DIGIT),
            (day(1990, 11, 22), day(1990, 11, 3), date::TWO_OF_THREE),
            (day(1990, 11, 22), day(1990, 3, 4), date::YEAR),
            (day(1991, 1, 2), day(1990, 3, 4), date::DIFFERS),
        ] {
            assert_eq!(dates(row, person, &counts).level, level, "{} {}", row.text(), person.text());
        }
    }
}
