//! Identity numbers as they come out of spreadsheets.
//!
//! The personal number (12 digits) is `PPP G YY NNNNNN` without a check digit (NĐ 137/2015/NĐ-CP, Điều 13); the old
//! identity paper (CMND) had 9 digits without any structure. A spreadsheet that took either for a number ate its
//! leading zeros.

use super::is_blank;
use kernel::text;
use std::fmt;

/// What a cell for an identity number holds. Personal: masked `Debug`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Identity {
    /// Nothing.
    Absent,
    /// Twelve digits: the personal number.
    Personal(u64),
    /// Nine digits: the old identity paper.
    Old(u64),
    /// Something that is no such number.
    Unusable,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "Absent",
            Self::Personal(_) => "Personal(***)",
            Self::Old(_) => "Old(***)",
            Self::Unusable => "Unusable",
        })
    }
}

/// More digits than this are no identity number.
const DIGITS_MAX: usize = 12;
/// The last province's prefix in the codes of the 63 provinces. Prefixes above it are countries and begin with no zero.
const PROVINCE_PREFIX_MAX: u64 = 96;
/// The last year of birth that makes a shortened number plausible.
const BIRTH_YEAR_MAX: u64 = 2030;
/// Numbers that people type to get past a form.
const PLACEHOLDERS: [u64; 3] = [123_456_789, 987_654_321, 123_456_789_012];
/// What people write before a number, folded.
const LABELS: [&str; 18] = [
    "so",
    "cccd",
    "so cccd",
    "cccd so",
    "cmnd",
    "so cmnd",
    "cmnd so",
    "cmt",
    "so cmt",
    "cmtnd",
    "cc",
    "so cc",
    "can cuoc",
    "the can cuoc",
    "dinh danh",
    "so dinh danh",
    "so ddcn",
    "id",
];

/// Reads an identity number. Spaces, dots, dashes, apostrophes, a label before it and a `.0` after it do not matter.
///
/// A shortened number is completed with zeros only where nothing speaks against it: it must not begin with a zero
/// itself, and a personal number must have a province and a year of birth that can be.
#[must_use]
pub fn identity(text: &str) -> Identity {
    if matches!(text.len(), 9 | DIGITS_MAX)
        && let Some(value) = all_digits(text.as_bytes())
    {
        return classify(value, text.len(), text.starts_with('0'));
    }
    if is_blank(text) {
        return Identity::Absent;
    }
    // A spreadsheet's mark for text stands before the digits.
    let text = text.trim().trim_start_matches(['\'', '\u{feff}']);
    read(without_label(without_decimals(text)))
}

/// Every character a digit: the number they make.
fn all_digits(bytes: &[u8]) -> Option<u64> {
    bytes.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u64::from(byte - b'0')))
}

fn read(text: &str) -> Identity {
    let mut value = 0;
    let mut count = 0;
    let mut letters = 0;
    let mut leading_zero = false;
    for c in text.chars() {
        let digit = match c {
            '0'..='9' => u64::from(c) - u64::from('0'),
            // Slips of the eye and of text recognition.
            'O' | 'o' => 0,
            'I' | 'l' | '|' => 1,
            '.' | '-' | '\'' | '’' | '‘' | '`' | '"' | ',' | '–' | '\u{feff}' | '\u{200b}' => continue,
            c if c.is_whitespace() => continue,
            _ => return Identity::Unusable,
        };
        letters += usize::from(!c.is_ascii_digit());
        leading_zero |= count == 0 && digit == 0;
        count += 1;
        if count > DIGITS_MAX {
            return Identity::Unusable;
        }
        value = value * 10 + digit;
    }
    // A few letters among many digits are slips; a number that is short as well is something else.
    if letters > 2 || (letters > 0 && !matches!(count, 9 | DIGITS_MAX)) {
        return Identity::Unusable;
    }
    classify(value, count, leading_zero)
}

fn classify(value: u64, count: usize, leading_zero: bool) -> Identity {
    if is_repeated(value, count) || PLACEHOLDERS.contains(&value) {
        return Identity::Unusable;
    }
    match count {
        // No prefix is 000: an old number that somebody filled up to twelve digits.
        12 if value < 1_000_000_000 => if_old(value),
        12 => Identity::Personal(value),
        // A zero at the front was not eaten by a spreadsheet: another digit is missing, nobody knows which.
        10 | 11 if !leading_zero && is_plausible(value) => Identity::Personal(value),
        9 => Identity::Old(value),
        8 if !leading_zero => if_old(value),
        _ => Identity::Unusable,
    }
}

fn if_old(value: u64) -> Identity {
    // Only one zero can have been at the front.
    if value >= 10_000_000 && !is_repeated(value, 9) { Identity::Old(value) } else { Identity::Unusable }
}

fn is_repeated(value: u64, count: usize) -> bool {
    let last = value % 10;
    let mut rest = value;
    (0..count).all(|_| {
        let same = rest % 10 == last;
        rest /= 10;
        same
    })
}

/// Whether a number whose zeros were eaten can be a person's: a province, and a year of birth that has come.
fn is_plausible(value: u64) -> bool {
    let prefix = value / 1_000_000_000;
    let century_and_sex = value / 100_000_000 % 10;
    let year = 1900 + century_and_sex / 2 * 100 + value / 1_000_000 % 100;
    (1..=PROVINCE_PREFIX_MAX).contains(&prefix) && year <= BIRTH_YEAR_MAX
}

/// Without the `.0` of a number that went through a floating-point column.
fn without_decimals(text: &str) -> &str {
    let Some(at) = text.rfind(['.', ',']) else { return text };
    let (whole, decimals) = (&text[..at], &text[at + 1..]);
    let is_float = matches!(decimals, "0" | "00") && whole.len() >= 8 && all_digits(whole.as_bytes()).is_some();
    if is_float { whole } else { text }
}

fn without_label(text: &str) -> &str {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return text;
    }
    let Some(at) = text.find(|c: char| c.is_ascii_digit()) else { return text };
    let folded = text::fold(&text[..at]);
    let label = folded.trim_matches(|c: char| matches!(c, ':' | '.' | '-' | ' ' | '(' | '#' | '\''));
    if LABELS.contains(&label) { &text[at..] } else { text }
}

/// The twelve digits of a personal number.
#[must_use]
pub fn personal_text(number: u64) -> [u8; 12] {
    digits(number)
}

/// The nine digits of an old identity paper.
#[must_use]
pub fn old_text(number: u64) -> [u8; 9] {
    digits(number)
}

fn digits<const N: usize>(number: u64) -> [u8; N] {
    let mut digits = [b'0'; N];
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: Identity) {
        assert!(identity(text) == expected, "{text:?} is {:?}", raw(identity(text)));
    }

    /// What `Debug` masks.
    fn raw(identity: Identity) -> (&'static str, u64) {
        match identity {
            Identity::Absent => ("absent", 0),
            Identity::Personal(number) => ("personal", number),
            Identity::Old(number) => ("old", number),
            Identity::Unusable => ("unusable", 0),
        }
    }

    #[test]
    fn personal_numbers_are_read_whatever_stands_between_the_digits() {
        for text in [
            "001099000001",
            " 001099000001 ",
            "001 099 000 001",
            "001.099.000.001",
            "001-099-000001",
            "'001099000001",
            "001099000001.0",
            "CCCD: 001099000001",
            "Số CCCD 001099000001",
            "số định danh: 001099000001",
            "O01099000001",
            "00l099000001",
            "\u{feff}001099000001",
            // zeros eaten
            "1099000001",
            "1099000001.0",
            "1099000001.00",
            "1 099 000 001",
        ] {
            check(text, Identity::Personal(1_099_000_001));
        }
        check("79199123456", Identity::Personal(79_199_123_456));
        check("079199123456", Identity::Personal(79_199_123_456));
        // born abroad
        check("138199123456", Identity::Personal(138_199_123_456));
    }

    #[test]
    fn old_numbers_are_read() {
        for text in
            ["012345679", "12345679", "012 345 679", "012.345.679", "12345679.0", "CMND 012345679", "000012345679"]
        {
            check(text, Identity::Old(12_345_679));
        }
        check("225345671", Identity::Old(225_345_671));
        check("22534567l", Identity::Old(225_345_671));
    }

    #[test]
    fn nothing_is_nothing() {
        for text in ["", " ", "-", "NULL", "không có", "n/a", "chưa có", "..."] {
            check(text, Identity::Absent);
        }
    }

    #[test]
    fn what_is_no_such_number_is_unusable() {
        for text in [
            "0",
            "1",
            "000000000",
            "000000000000",
            "00000000",
            "111111111",
            "999999999999",
            "123456789",
            "123456789012",
            "1.23457E+11",
            "1,09E+09",
            "1.09E9",
            // a digit is missing or too many
            "01234567",
            "0109900001",
            "00109900000",
            "0010990000011",
            "1234567",
            // eleven digits of no province or no year
            "97099000001",
            "79999000001",
            "79240000001",
            // a phone number
            "0912345678",
            "C1234567",
            "B12345678",
            "00000012345",
            "000001234567",
            "Nguyễn Văn An",
            "012345679; 001099000001",
            "OOO099000001",
            "22/11/1990",
        ] {
            check(text, Identity::Unusable);
        }
    }

    #[test]
    fn debug_shows_no_digit() {
        let shown = format!("{:?} {:?}", identity("001099000001"), identity("225345671"));
        assert!(!shown.contains(|c: char| c.is_ascii_digit()), "{shown}");
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read(personal in 1_000_000_000_u64..1_000_000_000_000, old in 10_000_000_u64..1_000_000_000) {
            let is_usable = |value, count| !is_repeated(value, count) && !PLACEHOLDERS.contains(&value);
            prop_assume!(is_usable(personal, 12) && is_usable(old, 9));
            let text = personal_text(personal);
            prop_assert!(identity(std::str::from_utf8(&text).unwrap()) == Identity::Personal(personal));
            let text = old_text(old);
            prop_assert!(identity(std::str::from_utf8(&text).unwrap()) == Identity::Old(old));
        }

        #[test]
        fn zeros_that_a_spreadsheet_ate_come_back(prefix in 1_u64..=96, sex in 0_u64..=1, year in 0_u64..=99, random in 1_u64..1_000_000) {
            let number = prefix * 1_000_000_000 + sex * 100_000_000 + year * 1_000_000 + random;
            prop_assume!(!is_repeated(number, number.to_string().len()));
            prop_assert!(identity(&number.to_string()) == Identity::Personal(number));
            let float = format!("{number}.0");
            prop_assert!(identity(&float) == Identity::Personal(number));
        }

        #[test]
        fn any_text_is_read_without_a_panic(text: String, near in "[0-9oOIl .,'E+-]{0,20}") {
            for text in [text, near] {
                let max = match identity(&text) {
                    Identity::Personal(number) => number / 1_000_000_000_000,
                    Identity::Old(number) => number / 1_000_000_000,
                    _ => 0,
                };
                prop_assert_eq!(max, 0);
            }
        }
    }
}
