//! What the cells of a column look like.

use std::cmp::Ordering;

/// Shares of the filled cells of a column.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub(super) struct Content {
    /// How many cells are filled.
    pub(super) filled: usize,
    /// Twelve digits, as a personal number has.
    pub(super) twelve: f32,
    /// Nine digits, as an old identity paper has (eight where a zero was lost).
    pub(super) nine: f32,
    /// A date, or a year.
    pub(super) date: f32,
    /// A date with day and month.
    pub(super) full_date: f32,
    /// A word for a sex.
    pub(super) sex: f32,
    /// Two to six words of letters.
    pub(super) name: f32,
    /// Five digits or fewer.
    pub(super) code: f32,
}

/// Looks at the cells of a column.
pub(super) fn look<'a>(cells: impl Iterator<Item = &'a str>) -> Content {
    let mut counts = [0_usize; 7];
    let mut filled = 0;
    for cell in cells.map(str::trim).filter(|cell| !cell.is_empty()) {
        filled += 1;
        let digits = cell.chars().filter(char::is_ascii_digit).count();
        let plain = cell.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '.' | '-' | '\''));
        let date = date(cell);
        let is = [
            plain && digits == 12,
            plain && matches!(digits, 8 | 9) && date == Date::None,
            date != Date::None,
            date == Date::Full,
            is_sex(cell),
            is_name(cell),
            plain && (1..=5).contains(&digits),
        ];
        for (count, is) in counts.iter_mut().zip(is) {
            *count += usize::from(is);
        }
    }
    let share = |count: usize| if filled == 0 { 0.0 } else { count as f32 / filled as f32 };
    let [twelve, nine, date, full_date, sex, name, code] = counts.map(share);
    Content { filled, twelve, nine, date, full_date, sex, name, code }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Date {
    None,
    Year,
    Full,
}

/// A year, or two or three numbers of which one can be a year.
fn date(cell: &str) -> Date {
    let day = cell.split(['T', ' ']).next().unwrap_or("");
    let parts: Vec<&str> = day.split(['/', '-', '.']).collect();
    let number = |part: &&str| part.parse::<u32>().ok().filter(|_| part.len() <= 4);
    let Some(numbers) = parts.iter().map(number).collect::<Option<Vec<_>>>() else { return Date::None };
    let year = |number: u32| (1880..=2100).contains(&number);
    match (numbers.len().cmp(&3), numbers.as_slice()) {
        (Ordering::Less, [only]) if year(*only) => Date::Year,
        (Ordering::Less, [first, last]) if year(*last) && *first <= 12 => Date::Year,
        (Ordering::Equal, [first, middle, last]) => {
            let low = |number: u32| number <= 31;
            let written =
                low(*middle) && ((low(*first) && (year(*last) || *last <= 99)) || (year(*first) && low(*last)));
            if written { Date::Full } else { Date::None }
        }
        _ => Date::None,
    }
}

fn is_sex(cell: &str) -> bool {
    matches!(
        kernel::text::fold(cell).as_str(),
        "nam" | "nu" | "male" | "female" | "m" | "f" | "trai" | "gai" | "0" | "1" | "2"
    )
}

fn is_name(cell: &str) -> bool {
    let words = cell.split_whitespace().count();
    (2..=6).contains(&words) && cell.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '\'' | '-' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_known_by_its_cells() {
        let one = |cell: &str| look([cell, ""].into_iter());
        assert_eq!(one("001090000001").twelve, 1.0);
        assert_eq!(one("001 090 000 001").twelve, 1.0);
        assert_eq!(one("012345678").nine, 1.0);
        for cell in ["1/2/1990", "22-11-90", "1990-11-22", "1990-11-22 00:00:00", "22.11.1990"] {
            assert_eq!((one(cell).full_date, one(cell).date), (1.0, 1.0), "{cell}");
        }
        assert_eq!((one("1990").date, one("1990").full_date), (1.0, 0.0));
        assert_eq!(one("11/1990").date, 1.0);
        assert_eq!(one("12345").date, 0.0);
        assert_eq!(one("Nữ").sex, 1.0);
        assert_eq!(one("Nguyễn Văn An").name, 1.0);
        assert_eq!(one("12 Lý Thường Kiệt").name, 0.0);
        assert_eq!(one("00004").code, 1.0);
        assert_eq!(look([].into_iter()), Content::default());
    }
}
