//! Names of people.

use crate::{Error, text};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A full name as registered: NFC, spaces collapsed. Personal: masked `Debug`, no `Display`.
///
/// Nothing is assumed about its parts: one word, eight words and names without a surname are names.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

/// The alphabet in the order of the dictionary; f, j, w, z stand where foreign names need them.
const ALPHABET: &str = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz";
/// Weights of the letters in a sort key, rising as text.
const WEIGHTS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// More marks than this on one letter is no name in any language.
const MARKS_MAX: usize = 3;

impl Name {
    /// Most characters of a full name.
    pub const LENGTH_MAX: usize = 255;

    /// The name as registered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Key to search by: lower case, no marks, đ as d.
    #[must_use]
    pub fn folded(&self) -> String {
        text::fold(&self.0)
    }

    /// Key to compare by: two spellings of one name (case, place of the tone) have one key, two names have two.
    #[must_use]
    pub fn compare_key(&self) -> String {
        text::tone_unified(&self.0.to_lowercase())
    }

    /// The given name (tên): the last word; in Ê Đê and related names (`Y Moan Êban`, `H'Hen Niê`) the word after
    /// the mark of sex.
    #[must_use]
    pub fn given(&self) -> &str {
        let mut words = self.0.split(' ');
        let first = words.next().unwrap_or_default();
        let last = self.0.rsplit(' ').next().unwrap_or_default();
        match first {
            "Y" | "H" => words.next().unwrap_or(first),
            _ if ["H'", "H’", "Hʼ", "H-", "Y-", "Y'", "Y’"].iter().any(|mark| first.starts_with(mark)) => first,
            _ => last,
        }
    }

    /// Key to sort by, to be compared byte by byte (`COLLATE "C"`): the given name first, then the other words in
    /// their order; letters in the order of the Vietnamese alphabet, tones ngang, huyền, hỏi, ngã, sắc, nặng.
    #[must_use]
    pub fn sort_key(&self) -> String {
        let given = self.given();
        let at = given.as_ptr() as usize - self.0.as_ptr() as usize;
        let others = self.0[..at].split(' ').chain(self.0[at + given.len()..].split(' '));
        let words = std::iter::once(given).chain(others.filter(|word| !word.is_empty()));
        words.map(word_key).collect::<Vec<_>>().join(" ")
    }
}

/// Letters first; the tones decide between words of the same letters.
fn word_key(word: &str) -> String {
    let mut letters = String::with_capacity(word.len() + 4);
    let mut tones = String::new();
    for c in text::tone_unified(&word.to_lowercase()).chars() {
        let mut letter = None;
        let mut tone = 0;
        unicode_normalization::char::decompose_canonical(c, |part| {
            if let Some(found) = text::TONES.iter().position(|mark| *mark == part) {
                tone = found + 1;
            } else if let Some(base) = letter {
                letter = unicode_normalization::char::compose(base, part).or(letter);
            } else {
                letter = Some(part);
            }
        });
        let Some(letter) = letter.filter(|letter| letter.is_alphabetic()) else { continue };
        let place = ALPHABET.chars().position(|known| known == letter).or_else(|| {
            // A letter of another language stands with its plain form, or at the end.
            let plain = text::fold(letter.encode_utf8(&mut [0; 4])).chars().next();
            ALPHABET.chars().position(|known| Some(known) == plain)
        });
        letters.push(char::from(WEIGHTS[place.unwrap_or(WEIGHTS.len() - 1)]));
        tones.push(char::from(WEIGHTS[tone]));
    }
    letters.push('-');
    letters.push_str(tones.trim_end_matches('0'));
    letters
}

/// Letters of the Latin script and its marks: names are registered in it, and look-alikes of other scripts are refused.
fn is_latin(c: char) -> bool {
    c.is_alphabetic()
        && matches!(c, 'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{24f}' | '\u{250}'..='\u{2af}' | '\u{1e00}'..='\u{1eff}')
}

fn is_mark(c: char) -> bool {
    is_combining_mark(c) && matches!(c, '\u{300}'..='\u{36f}')
}

impl FromStr for Name {
    type Err = Error;

    /// # Errors
    /// When nothing but spaces is left, the name is longer than 255 characters, or something in it is neither a Latin
    /// letter nor a mark, space, apostrophe, hyphen or full stop.
    fn from_str(text: &str) -> Result<Self, Error> {
        // A name never needs more bytes than this; nothing longer is normalised.
        if text.len() > Self::LENGTH_MAX * 16 {
            return Err(Error::NameLong);
        }
        let composed: String = text.nfc().collect();
        let name = composed.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            return Err(Error::NameEmpty);
        }
        if name.chars().count() > Self::LENGTH_MAX {
            return Err(Error::NameLong);
        }
        let mut marks = MARKS_MAX;
        for c in name.chars() {
            match c {
                c if is_latin(c) => marks = 0,
                c if is_mark(c) && marks < MARKS_MAX => marks += 1,
                ' ' | '\'' | '’' | 'ʼ' | '-' | '.' => marks = MARKS_MAX,
                _ => return Err(Error::NameCharacter),
            }
        }
        if !name.chars().any(is_latin) {
            return Err(Error::NameCharacter);
        }
        Ok(Self(name))
    }
}

impl TryFrom<String> for Name {
    type Error = Error;
    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    #[test]
    fn names_of_every_people_are_names() {
        for text in [
            "Nguyễn Thị Minh Khai",
            "Y Moan Êban",
            "H'Hen Niê",
            "H’Bia Kbuôr",
            "Thạch Thị Sa Rây",
            "Sung",
            "Tôn Nữ Thị Ninh",
            "Trần Nguyễn Hoàng Bảo Ngọc Phương Anh",
            "K'Sor Phước",
            "Lò Văn Sơ",
            "Jean-Pierre Nguyễn",
            "Phạm V. Ân",
            "Ngọc L̃a",
        ] {
            assert_eq!(name(text).as_str(), text);
        }
        assert_eq!(name("  Lê\u{a0} Va\u{306}n\tÁi ").as_str(), "Lê Văn Ái");
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in [
            "<script>alert(1)</script>",
            "Nguyễn 2",
            "Lê;DROP",
            "Trần\u{0}",
            "Аnna",
            "李",
            "'-.",
            "x@y",
            "\u{301}A",
            "A\u{200b}n",
        ] {
            assert_eq!(text.parse::<Name>(), Err(Error::NameCharacter), "{text:?}");
        }
        assert_eq!(" \t".parse::<Name>(), Err(Error::NameEmpty));
        assert_eq!(name(&"ễ".repeat(255)).as_str().chars().count(), 255);
        assert_eq!("ễ".repeat(256).parse::<Name>(), Err(Error::NameLong));
        assert_eq!("a".repeat(1_000_000).parse::<Name>(), Err(Error::NameLong));
        assert_eq!(format!("a{}", "\u{323}".repeat(40)).parse::<Name>(), Err(Error::NameCharacter));
    }

    #[test]
    fn two_spellings_of_one_name_compare_equal_and_two_names_do_not() {
        assert_eq!(name("Hoà").compare_key(), name("HÒA").compare_key());
        assert_eq!(name("Thuỷ Tiên").compare_key(), name("thủy tiên").compare_key());
        assert_ne!(name("Lý").compare_key(), name("Lí").compare_key());
        assert_ne!(name("Ánh").compare_key(), name("Anh").compare_key());
        assert_ne!(name("Đan").compare_key(), name("Dan").compare_key());
    }

    #[test]
    fn the_given_name_is_found_without_assuming_parts() {
        for (full, given) in
            [("Nguyễn Văn An", "An"), ("Sung", "Sung"), ("H'Hen Niê", "H'Hen"), ("Y Moan Êban", "Moan"), ("Y", "Y")]
        {
            assert_eq!(name(full).given(), given);
        }
    }

    #[test]
    fn sorting_is_by_given_name_in_the_order_of_the_dictionary() {
        let sorted = [
            "Trần An",
            "Lê Văn Ẩn",
            "Bùi Văn Ba",
            "Bùi Văn Bà",
            "Bùi Văn Bả",
            "Bùi Văn Bã",
            "Bùi Văn Bá",
            "Bùi Văn Bạ",
            "Phạm Dũng",
            "An Đạt",
            "Đào Văn Hòa",
            "Đào Xuân Hoà",
            "Nguyễn Lan",
            "Nguyễn Lan Lan",
            "Phạm Lan",
            "Võ Lan Anh",
            "Võ Ơn",
            "Vũ Uyên",
            "Vũ Ưng",
        ];
        let mut keys: Vec<_> = sorted.iter().map(|text| (name(text).sort_key(), *text)).collect();
        keys.sort();
        let order: Vec<_> = keys.iter().map(|(_, text)| *text).collect();
        let mut expected = sorted.to_vec();
        // By given name: "Lan Anh" is An's neighbour, not Lan's.
        expected.retain(|text| *text != "Võ Lan Anh");
        expected.insert(1, "Võ Lan Anh");
        assert_eq!(order, expected);
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", name("Nguyễn Văn An")), "***");
    }

    /// Names made of likely and unlikely letters.
    fn likely() -> impl Strategy<Value = String> {
        proptest::string::string_regex("[A-ZĐÊa-zđêoòaàuủyỷ'\\-. ]{1,40}").unwrap()
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_kept(text in likely()) {
            if let Ok(name) = text.parse::<Name>() {
                prop_assert_eq!(name.as_str().parse(), Ok(name.clone()));
                prop_assert_eq!(text::fold(&name.folded()), name.folded());
                prop_assert!(name.as_str().contains(name.given()));
                prop_assert!(name.sort_key().is_ascii());
            }
        }

        #[test]
        fn no_text_makes_it_panic(text: String) {
            if let Ok(name) = text.parse::<Name>() {
                let _ = (name.sort_key(), name.compare_key(), name.folded());
                prop_assert!(!name.as_str().contains('<'));
                prop_assert!(!name.as_str().contains(|c: char| c.is_numeric()));
            }
        }
    }
}
