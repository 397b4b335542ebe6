//! What the cells of a column look like.

use crate::value::date;
use crate::value::number::{Identity, identity};
use crate::value::sex;

/// Shares of the filled cells of a column.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub(super) struct Content {
    /// How many cells are filled.
    pub(super) filled: usize,
    /// Can be read as a personal number, zeros lost or not.
    pub(super) personal: f32,
    /// Can be read as an old identity paper's number.
    pub(super) old: f32,
    /// Twelve digits and nothing else: no other number has them.
    pub(super) twelve: f32,
    /// Can be read as a date, known to the year at least.
    pub(super) date: f32,
    /// Day, month and year with signs between them: nothing else is written so.
    pub(super) full_date: f32,
    /// Can be read as a sex.
    pub(super) sex: f32,
    /// Says a sex in a word.
    pub(super) sex_word: f32,
    /// Two to six words of letters.
    pub(super) name: f32,
    /// Five digits or fewer.
    pub(super) code: f32,
}

/// Looks at the cells of a column.
pub(super) fn look<'a>(cells: impl Iterator<Item = &'a str>) -> Content {
    let mut counts = [0_usize; 9];
    let mut filled = 0;
    for cell in cells.map(str::trim).filter(|cell| !cell.is_empty()) {
        filled += 1;
        let digits = cell.bytes().filter(u8::is_ascii_digit).count();
        let only_digits = digits == cell.len();
        let number = identity(cell);
        let sex = sex::parse(cell).is_some();
        let is = [
            matches!(number, Identity::Personal(_)),
            matches!(number, Identity::Old(_)),
            only_digits && digits == 12,
            matches!(date::parse(cell), Ok(Some(_))),
            is_full_date(cell),
            sex,
            sex && digits == 0 && cell.chars().count() > 1,
            is_name(cell),
            only_digits && (1..=5).contains(&digits),
        ];
        for (count, is) in counts.iter_mut().zip(is) {
            *count += usize::from(is);
        }
    }
    let share = |count: usize| if filled == 0 { 0.0 } else { count as f32 / filled as f32 };
    let [personal, old, twelve, date, full_date, sex, sex_word, name, code] = counts.map(share);
    Content { filled, personal, old, twelve, date, full_date, sex, sex_word, name, code }
}

fn is_full_date(cell: &str) -> bool {
    let signs = cell.chars().filter(|c| matches!(c, '/' | '-' | '.')).count();
    signs == 2 && matches!(date::parse(cell), Ok(Some(date)) if date.is_full())
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
        for cell in ["001090000001", "001 090 000 001", "1090000001"] {
            assert_eq!(one(cell).personal, 1.0, "{cell}");
        }
        assert_eq!((one("001090000001").twelve, one("1090000001").twelve), (1.0, 0.0));
        assert_eq!(one("012345678").old, 1.0);
        for cell in ["1/2/1990", "22-11-90", "1990-11-22", "22.11.1990"] {
            assert_eq!((one(cell).full_date, one(cell).date), (1.0, 1.0), "{cell}");
        }
        for cell in ["1990", "11/1990", "32874"] {
            assert_eq!((one(cell).full_date, one(cell).date), (0.0, 1.0), "{cell}");
        }
        assert_eq!((one("Nữ").sex, one("Nữ").sex_word), (1.0, 1.0));
        assert_eq!((one("1").sex, one("1").sex_word), (1.0, 0.0));
        assert_eq!(one("Nguyễn Văn An").name, 1.0);
        assert_eq!(one("12 Lý Thường Kiệt").name, 0.0);
        assert_eq!(one("00004").code, 1.0);
        assert_eq!(look([].into_iter()), Content::default());
    }
}
