//! Sex in the spellings of files, and as the middle name says it.

use kernel::{Sex, text};

/// Reads a cell: `Nam`, `NỮ`, `nu`, `male`, `F`, `1` (nam), `0` or `2` (nữ), `trai`, `bà` …; nothing else says a sex.
///
/// `x` is a cross in a column whose header says which: it says nothing here.
#[must_use]
pub fn parse(text: &str) -> Option<Sex> {
    let text = text.trim();
    match text {
        "male" | "Nam" | "nam" | "NAM" => return Some(Sex::Male),
        "female" | "Nữ" | "nữ" | "NỮ" => return Some(Sex::Female),
        // Longer than any of the words below.
        _ if text.is_empty() || text.len() > WORD_MAX => return None,
        _ => {}
    }
    if text.is_ascii() {
        let mut lower = [0; WORD_MAX];
        let lower = &mut lower[..text.len()];
        lower.copy_from_slice(text.as_bytes());
        lower.make_ascii_lowercase();
        return std::str::from_utf8(lower).ok().and_then(of_word);
    }
    of_word(&text::fold(text))
}

/// The longest word for a sex, with its marks, has fewer bytes.
const WORD_MAX: usize = 40;

/// A word in lower case without marks.
fn of_word(word: &str) -> Option<Sex> {
    // Signs at the end may be left-overs of typing.
    if matches!(word, "nuwx" | "nuxw" | "nwx" | "nu74" | "nu47" | "nu+~" | "nu~+") {
        return Some(Sex::Female);
    }
    match word.trim_matches(|c: char| !c.is_alphanumeric()) {
        "nam" | "male" | "m" | "1" | "01" | "1.0" | "trai" | "con trai" | "be trai" | "ong" | "anh" | "nam gioi"
        | "gioi tinh nam" | "dan ong" | "man" | "boy" | "mr" => Some(Sex::Male),
        "nu" | "female" | "f" | "0" | "2" | "00" | "02" | "0.0" | "2.0" | "gai" | "con gai" | "be gai" | "ba"
        | "chi" | "co" | "nu gioi" | "gioi tinh nu" | "phu nu" | "dan ba" | "woman" | "girl" | "mrs" | "ms"
        | "miss" => Some(Sex::Female),
        _ => None,
    }
}

/// What the words of a full name say, surname first, in any case: `Thị` is a woman, `Văn` in the middle a man.
///
/// Words are expected in NFC. A word without marks counts only where no word of the name has a mark: in `Lê Thi Anh`
/// it is another name. `van` without marks may be `Văn` or `Vân`: before a given name that goes with `Vân` it says
/// nothing.
#[must_use]
pub fn from_words(words: &[&str]) -> Option<Sex> {
    let (last, others) = words.split_last()?;
    let mut plain = None;
    let mut is_plain = || *plain.get_or_insert_with(|| words.iter().all(|word| word.is_ascii()));
    // Some people of the south and the highlands bear Thị and no surname.
    if others.iter().any(|word| is(word, "thị") || (is(word, "thi") && is_plain())) {
        return Some(Sex::Female);
    }
    let middle = others.get(1..)?;
    let of_man = |word: &str| is(word, "văn");
    if middle.iter().any(|word| of_man(word)) {
        return Some(Sex::Male);
    }
    let perhaps = middle.iter().any(|word| is(word, "van")) && is_plain();
    (perhaps && !AFTER_VAN.iter().any(|given| is(last, given))).then_some(Sex::Male)
}

/// Given names often preceded by `Vân`, a woman's, without marks.
const AFTER_VAN: [&str; 12] =
    ["anh", "khanh", "trang", "nhi", "ha", "giang", "kieu", "linh", "hong", "ngoc", "thuy", "trinh"];

/// The same word, whatever the case; `expected` is in lower case.
fn is(word: &str, expected: &str) -> bool {
    word.len() == expected.len() && word.chars().flat_map(char::to_lowercase).eq(expected.chars())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_read() {
        for (texts, expected) in [
            (&["Nam", "nam", " NAM ", "male", "Male", "M", "1", "1.0", "Trai", "ông", "Con trai"][..], Some(Sex::Male)),
            (
                &["Nữ", "NỮ", "nu", "Nu ", "n\u{1b0}\u{303}", "female", "F", "0", "2", "2.0", "gái", "Bà"],
                Some(Sex::Female),
            ),
            (&["Nuwx", "nu74", "nu+~", "nữ."], Some(Sex::Female)),
            (&["", " ", "-", "x", "3", "9", "?", "không rõ", "n", "Nam/Nữ", "LGBT"], None),
        ] {
            for text in texts {
                assert_eq!(parse(text), expected, "{text:?}");
            }
        }
    }

    #[test]
    fn a_middle_name_says_it() {
        for (name, expected) in [
            ("Nguyễn Thị Hoa", Some(Sex::Female)),
            ("NGUYỄN THỊ HOA", Some(Sex::Female)),
            ("nguyen thi hoa", Some(Sex::Female)),
            ("Nguyễn Văn An", Some(Sex::Male)),
            ("NGUYEN VAN AN", Some(Sex::Male)),
            ("Nguyễn Văn Thị Hoa", Some(Sex::Female)),
            ("Nguyễn Văn Thị", Some(Sex::Male)),
            ("Thị Hoa", Some(Sex::Female)),
            ("Trần Đình Văn Bảo", Some(Sex::Male)),
            // a surname, a given name, another name
            ("Văn Hoa", None),
            ("Văn Đức Anh", None),
            ("Lê Thị", None),
            ("Lê Thi Anh", None),
            ("Nguyễn Vân Anh", None),
            ("Nguyen Van Anh", None),
            ("Nguyễn Van Minh", None),
            ("Trần Minh", None),
            ("Minh", None),
            ("", None),
        ] {
            let words: Vec<_> = name.split_whitespace().collect();
            assert_eq!(from_words(&words), expected, "{name}");
        }
    }
}
