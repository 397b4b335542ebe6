//! What people write for a place, as words.

use kernel::text::{fold, tone_unified};

/// Words of a part of an address that are looked at.
const WORDS_MAX: usize = 24;

/// A name in lower case with marks, without spaces and signs: `Ea H'leo` → `eahleo`.
pub(super) fn marked_key(name: &str) -> String {
    tone_unified(&name.to_lowercase()).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The same without marks.
pub(super) fn folded_key(marked: &str) -> String {
    fold(marked)
}

/// What stands before a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// The kind of a commune.
    Commune(&'static str),
    /// `huyện`, `quận`.
    District,
    /// `thành phố`, `thị xã`: a district or a province.
    City,
    Province,
}

/// How many words a name has.
pub(super) fn count(name: &str) -> u8 {
    words(name).len() as u8
}

/// A word with its marks, and folded.
pub(super) struct Word {
    pub(super) marked: String,
    pub(super) folded: String,
}

/// A part of an address as words: lower case, no signs, numbers without leading zeros and apart from what they are
/// glued to (`P5`, `Q.03`).
pub(super) fn words(part: &str) -> Vec<Word> {
    // Unmarked text needs neither of the two costly steps.
    let is_plain = part.is_ascii();
    let lower = if is_plain { part.to_ascii_lowercase() } else { tone_unified(&part.to_lowercase()) };
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    let mut digits = false;
    for c in lower.chars() {
        // Ê Đê and related names: `Ea H'leo` is two words.
        if matches!(c, '\'' | '’' | 'ʼ' | '`') {
            continue;
        }
        if !c.is_alphanumeric() {
            open = false;
        } else if let (true, Some(last)) = (open && digits == c.is_ascii_digit(), words.last_mut()) {
            last.push(c);
        } else {
            words.push(c.to_string());
            open = true;
        }
        digits = c.is_ascii_digit();
    }
    words.truncate(WORDS_MAX);
    let word = |marked: String| {
        let number = marked.trim_start_matches('0');
        let marked = if number.is_empty() { marked } else { number.to_owned() };
        Word { folded: if marked.is_ascii() { marked.clone() } else { fold(&marked) }, marked }
    };
    words.into_iter().map(word).collect()
}

pub(super) fn key(words: &[Word]) -> String {
    words.iter().map(|word| word.folded.as_str()).collect()
}

pub(super) fn marked(words: &[Word]) -> String {
    words.iter().map(|word| word.marked.as_str()).collect()
}

pub(super) fn has_marks(words: &[Word]) -> bool {
    words.iter().any(|word| word.folded != word.marked)
}

/// What the words begin with, how many words that is, and whether their marks say so as well: `Phương Mai` is no
/// phường, `Phuong Mai` may be one.
pub(super) fn before(words: &[Word]) -> Option<(Before, usize, bool)> {
    use Before::{City, Commune, District, Province};
    let [first, second, ..] = words else { return None };
    let third = words.get(2);
    // Short forms have no marks that could be wrong. Something must follow in any case.
    let two = match (first.folded.as_str(), second.folded.as_str()) {
        ("thi", "tran") => (Commune("thị trấn"), "thị", "trấn"),
        ("dac", "khu") => (Commune("đặc khu"), "đặc", "khu"),
        ("thi", "xa") => (City, "thị", "xã"),
        ("thanh", "pho") => (City, "thành", "phố"),
        ("t", "p" | "x") => (City, "t", second.folded.as_str()),
        ("t", "t") => (Commune("thị trấn"), "t", "t"),
        _ => (Province, "", ""),
    };
    if let ((before, one, other), Some(_)) = (two, third)
        && !one.is_empty()
    {
        let fits = first.marked == one && second.marked == other;
        return Some((before, 2, fits || !has_marks(words)));
    }
    let (before, spelling) = match first.folded.as_str() {
        "xa" => (Commune("xã"), "xã"),
        "phuong" => (Commune("phường"), "phường"),
        "quan" => (District, "quận"),
        "huyen" => (District, "huyện"),
        "tinh" => (Province, "tỉnh"),
        "x" => (Commune("xã"), ""),
        "p" | "ph" | "phg" | "f" => (Commune("phường"), ""),
        "tt" | "ttr" => (Commune("thị trấn"), ""),
        "dk" => (Commune("đặc khu"), ""),
        "q" | "h" => (District, ""),
        "tx" | "tp" | "city" => (City, ""),
        "t" | "province" => (Province, ""),
        _ => return None,
    };
    Some((before, 1, spelling.is_empty() || first.marked == spelling || !has_marks(words)))
}

/// The district that a part of an address names.
pub(super) fn district_key(words: &[Word]) -> String {
    match before(words) {
        Some((Before::District | Before::City, length, _)) => key(&words[length..]),
        // A number alone is no district's.
        _ if words.iter().all(|word| word.folded.bytes().all(|byte| byte.is_ascii_digit())) => String::new(),
        _ => key(words),
    }
}
