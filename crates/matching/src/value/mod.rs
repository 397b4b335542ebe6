//! Raw text → value. Everything here is pure and is called for every cell of files of ten million rows: a clean value
//! takes a path without allocation, a messy one may cost more.

pub mod date;
pub mod number;
pub mod place;
pub mod sex;
pub mod typing;

use kernel::text;

/// Words that people and programs write where nothing is known, folded.
const BLANKS: [&str; 20] = [
    "null",
    "none",
    "nil",
    "nan",
    "na",
    "n/a",
    "#n/a",
    "unknown",
    "khong",
    "khong co",
    "khong ro",
    "khong biet",
    "khong nho",
    "khong xac dinh",
    "khong co thong tin",
    "chua",
    "chua co",
    "chua ro",
    "chua biet",
    "chua xac dinh",
];

/// Whether a cell says nothing: empty, only punctuation, or one of the words for "not known".
#[must_use]
pub fn is_blank(text: &str) -> bool {
    // A digit is never blank; that settles nearly every number and date.
    if text.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    if !text.chars().any(char::is_alphanumeric) {
        return true;
    }
    // The longest of the words, with its marks, has fewer bytes.
    if text.len() > 64 {
        return false;
    }
    let folded = text::fold(text);
    let word = folded.trim_matches(|c: char| matches!(c, '(' | ')' | '<' | '>' | '[' | ']' | '.' | '-' | ' '));
    BLANKS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::is_blank;

    #[test]
    fn what_says_nothing_is_blank() {
        for text in
            ["", "  ", "-", "--/--", "?", "NULL", "(null)", "n/a", "#N/A", "Không rõ", "chưa có", "...", "KHÔNG"]
        {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["0", "x", "Nam", "An", "Không Quân", "n/a 1990"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }
}
