//! The encodings that Vietnamese files have been written in.

mod charmap;
mod detect;
mod read;

pub(crate) use detect::{Ranking, best_for_row, detect, is_vietnamese_utf8, looks_binary};
pub(crate) use read::Utf8Of;

use crate::source::Fault;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use std::sync::LazyLock;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// How the bytes of a text file are letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark; plain ASCII too.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// TCVN3, also called ABC: the fonts whose names begin with `.Vn`.
    Tcvn3,
    /// VNI for Windows: the fonts whose names begin with `VNI-`.
    Vni,
    /// VISCII (RFC 1456).
    Viscii,
    /// VPS.
    Vps,
    /// Windows-1258: letters and tones apart.
    Cp1258,
}

impl Encoding {
    /// Every one.
    pub const ALL: [Self; 8] =
        [Self::Utf8, Self::Utf16Le, Self::Utf16Be, Self::Tcvn3, Self::Vni, Self::Viscii, Self::Vps, Self::Cp1258];

    /// Those before Unicode, the most usual first.
    pub(crate) const LEGACY: [Self; 5] = [Self::Tcvn3, Self::Vni, Self::Cp1258, Self::Viscii, Self::Vps];

    /// Its name on the command line and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Tcvn3 => "tcvn3",
            Self::Vni => "vni",
            Self::Viscii => "viscii",
            Self::Vps => "vps",
            Self::Cp1258 => "cp1258",
        }
    }

    /// Appends what the bytes say, in NFC. Bytes that say nothing become U+FFFD. In the encodings with one byte a
    /// letter, NUL is left out: it is a filler.
    pub fn decode(self, bytes: &[u8], into: &mut String) {
        let from = into.len();
        match self {
            Self::Utf8 => into.push_str(&String::from_utf8_lossy(bytes)),
            Self::Utf16Le => into.push_str(&encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0),
            Self::Utf16Be => into.push_str(&encoding_rs::UTF_16BE.decode_without_bom_handling(bytes).0),
            Self::Cp1258 => into.push_str(&encoding_rs::WINDOWS_1258.decode_without_bom_handling(bytes).0),
            Self::Tcvn3 => by_table(&TCVN3, bytes, into),
            Self::Viscii => by_table(&VISCII, bytes, into),
            Self::Vps => by_table(&VPS, bytes, into),
            Self::Vni => vni(bytes, into),
        }
        if !matches!(self, Self::Utf16Le | Self::Utf16Be) && into[from..].contains('\0') {
            let kept: String = into[from..].chars().filter(|c| *c != '\0').collect();
            into.replace_range(from.., &kept);
        }
        if is_nfc_quick(into[from..].chars()) != IsNormalized::Yes {
            let composed: String = into[from..].nfc().collect();
            into.replace_range(from.., &composed);
        }
        if self == Self::Tcvn3 {
            raise_capitals(into, from);
        }
    }
}

impl FromStr for Encoding {
    type Err = Fault;

    fn from_str(name: &str) -> Result<Self, Fault> {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        Ok(match plain.as_str() {
            "utf8" | "utf8bom" | "utf8sig" | "ascii" => Self::Utf8,
            "utf16" | "utf16le" => Self::Utf16Le,
            "utf16be" => Self::Utf16Be,
            "tcvn3" | "tcvn" | "abc" | "tcvn5712" | "tcvn57121" => Self::Tcvn3,
            "vni" | "vniwin" | "vniwindows" => Self::Vni,
            "viscii" => Self::Viscii,
            "vps" => Self::Vps,
            "cp1258" | "windows1258" | "1258" => Self::Cp1258,
            _ => return Err(Fault::NoEncoding { name: name.to_owned() }),
        })
    }
}

static TCVN3: LazyLock<[char; 256]> = LazyLock::new(|| table(charmap::TCVN3, &[]));
static VISCII: LazyLock<[char; 256]> = LazyLock::new(|| table(charmap::VISCII, charmap::VISCII_LOW));
static VPS: LazyLock<[char; 256]> = LazyLock::new(|| table(charmap::VPS, charmap::VPS_LOW));
static VNI_ONE: LazyLock<[char; 256]> = LazyLock::new(|| {
    let mut table = std::array::from_fn(|byte| {
        // What VNI leaves free is as in Windows-1252.
        let byte = [byte as u8];
        let text = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&byte).0;
        text.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER)
    });
    for &(byte, letter) in charmap::VNI_ONE {
        table[usize::from(byte)] = letter;
    }
    table
});

fn table(upper: &str, low: &[(u8, char)]) -> [char; 256] {
    let mut table = [char::REPLACEMENT_CHARACTER; 256];
    for (byte, place) in (0..=127_u8).zip(&mut table) {
        *place = char::from(byte);
    }
    for (place, letter) in table[128..].iter_mut().zip(upper.chars()) {
        *place = letter;
    }
    for &(byte, letter) in low {
        table[usize::from(byte)] = letter;
    }
    table
}

fn by_table(table: &[char; 256], bytes: &[u8], into: &mut String) {
    into.extend(bytes.iter().map(|&byte| table[usize::from(byte)]));
}

fn vni(bytes: &[u8], into: &mut String) {
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        if let Some(letter) = tail.first().and_then(|&mark| vni_pair(*first, mark)) {
            into.push(letter);
            rest = &tail[1..];
        } else {
            into.push(VNI_ONE[usize::from(*first)]);
            rest = tail;
        }
    }
}

/// A vowel and its marks. Either byte may be of the other case: the vowel's is kept.
fn vni_pair(vowel: u8, mark: u8) -> Option<char> {
    if mark < 0xC0 {
        return None;
    }
    let find = |pair: [u8; 2]| {
        let at = charmap::VNI_TWO.binary_search_by_key(&pair, |(known, _)| *known).ok()?;
        Some(charmap::VNI_TWO[at].1)
    };
    if vowel & 0x20 == 0 { find([vowel, mark & !0x20]) } else { find([vowel, mark | 0x20]) }
}

/// TCVN3 has no capitals with marks: fonts for capitals (`.VnTimeH`) draw the small letters as capitals. Which font it
/// was is lost, so a word whose plain letters are all capitals, two at least, is taken to be in capitals.
fn raise_capitals(text: &mut String, from: usize) {
    let tail = &text[from..];
    if tail.is_ascii() {
        return;
    }
    let alone = |word: &str| !word.chars().any(|c| c.is_ascii_lowercase());
    let capitals = tail.chars().filter(char::is_ascii_uppercase).count();
    if capitals >= 2 && alone(tail) {
        let raised = tail.to_uppercase();
        text.replace_range(from.., &raised);
        return;
    }
    let mut raised = String::with_capacity(tail.len());
    for piece in tail.split_inclusive(|c: char| !c.is_alphabetic()) {
        let capitals = piece.chars().filter(char::is_ascii_uppercase).count();
        if capitals >= 2 && alone(piece) {
            raised.extend(piece.chars().flat_map(char::to_uppercase));
        } else {
            raised.push_str(piece);
        }
    }
    text.replace_range(from.., &raised);
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every marked letter of Vietnamese, small.
    pub(crate) const LETTERS: &str = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ";

    /// The text in an old encoding; None where the encoding does not have a letter.
    pub(crate) fn encode(encoding: Encoding, text: &str) -> Option<Vec<u8>> {
        let table: &[char; 256] = match encoding {
            Encoding::Utf8 => return Some(text.as_bytes().to_vec()),
            Encoding::Utf16Le => return Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            Encoding::Utf16Be => return Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
            Encoding::Tcvn3 => &TCVN3,
            Encoding::Viscii => &VISCII,
            Encoding::Vps => &VPS,
            Encoding::Vni => {
                let mut bytes = Vec::new();
                for c in text.chars() {
                    if let Some((pair, _)) = charmap::VNI_TWO.iter().find(|(_, letter)| *letter == c) {
                        bytes.extend(pair);
                    } else {
                        bytes.push(VNI_ONE.iter().position(|letter| *letter == c)? as u8);
                    }
                }
                return Some(bytes);
            }
            Encoding::Cp1258 => {
                // The tone stands apart, the letter's own mark does not.
                let mut bytes = Vec::new();
                for c in text.chars() {
                    let apart: String = c.to_string().nfd().collect();
                    let (tones, marks): (String, String) = apart
                        .chars()
                        .partition(|c| matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}'));
                    let letter: String = marks.nfc().chain(tones.chars()).collect();
                    let (encoded, _, failed) = encoding_rs::WINDOWS_1258.encode(&letter);
                    if failed {
                        return None;
                    }
                    bytes.extend_from_slice(&encoded);
                }
                return Some(bytes);
            }
        };
        text.chars().map(|c| table.iter().position(|letter| *letter == c).map(|at| at as u8)).collect()
    }

    fn decoded(encoding: Encoding, bytes: &[u8]) -> String {
        let mut text = String::new();
        encoding.decode(bytes, &mut text);
        text
    }

    #[test]
    fn known_bytes_say_known_words() {
        // The bytes of the old encodings, written as the letters of Latin-1 that they look like.
        let latin = |text: &str| text.chars().map(|c| c as u8).collect::<Vec<_>>();
        assert_eq!(decoded(Encoding::Tcvn3, &latin("NguyÔn V¨n Hïng, §ç ThÞ ¸nh")), "Nguyễn Văn Hùng, Đỗ Thị ánh");
        assert_eq!(decoded(Encoding::Vni, &latin("Nguyeãn Vaên Huøng, Ñoã Thò AÙnh")), "Nguyễn Văn Hùng, Đỗ Thị Ánh");
        assert_eq!(
            decoded(Encoding::Vni, &latin("traêm naêm, ngöôøi, lyù, Taâm, haúng")),
            "trăm năm, người, lý, Tâm, hẳng"
        );
        assert_eq!(decoded(Encoding::Viscii, &latin("Nguy\u{ab}n V\u{e5}n")), "Nguyền Văn");
        assert_eq!(decoded(Encoding::Cp1258, &latin("Nguyê\u{de}n V\u{e3}n Hu\u{cc}ng")), "Nguyễn Văn Hùng");
        assert_eq!(decoded(Encoding::Utf8, "Nguye\u{302}\u{303}n".as_bytes()), "Nguyễn");
    }

    #[test]
    fn capitals_of_tcvn3_come_back_where_the_plain_letters_are_capitals() {
        let latin = |text: &str| text.chars().map(|c| c as u8).collect::<Vec<_>>();
        assert_eq!(decoded(Encoding::Tcvn3, &latin("NGUYÔN V¡N HïNG")), "NGUYỄN VĂN HÙNG");
        assert_eq!(decoded(Encoding::Tcvn3, &latin("NGUYÔN V¨n Hïng")), "NGUYỄN Văn Hùng");
        assert_eq!(decoded(Encoding::Tcvn3, &latin("Lª")), "Lê");
    }

    #[test]
    fn every_letter_stands_in_every_table() {
        for encoding in Encoding::ALL {
            for letter in LETTERS.chars() {
                let text = letter.to_string();
                let bytes = encode(encoding, &text).unwrap_or_else(|| panic!("{encoding:?} has no {letter}"));
                assert_eq!(decoded(encoding, &bytes), text, "{encoding:?}");
                if encoding != Encoding::Tcvn3 {
                    let capital = text.to_uppercase();
                    let bytes = encode(encoding, &capital).unwrap_or_else(|| panic!("{encoding:?} has no {capital}"));
                    assert_eq!(decoded(encoding, &bytes), capital, "{encoding:?}");
                }
            }
        }
    }

    #[test]
    fn an_encoding_has_a_name_and_is_found_by_it() {
        for encoding in Encoding::ALL {
            assert_eq!(encoding.name().parse(), Ok(encoding));
        }
        assert_eq!("Windows-1258".parse(), Ok(Encoding::Cp1258));
        assert_eq!("ABC".parse(), Ok(Encoding::Tcvn3));
        assert_eq!("latin1".parse::<Encoding>(), Err(Fault::NoEncoding { name: "latin1".into() }));
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(
            text in proptest::collection::vec(proptest::sample::select(LETTERS.chars().chain(' '..='~').collect::<Vec<_>>()), 0..40),
        ) {
            let text: String = text.into_iter().collect();
            for encoding in Encoding::ALL {
                let bytes = encode(encoding, &text).unwrap();
                // Capitals are decided word by word in TCVN3.
                if encoding == Encoding::Tcvn3 {
                    prop_assert_eq!(decoded(encoding, &bytes).to_lowercase(), text.to_lowercase());
                } else {
                    prop_assert_eq!(decoded(encoding, &bytes), text.clone());
                }
            }
        }

        #[test]
        fn any_bytes_are_decoded_to_something(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for encoding in Encoding::ALL {
                let text = decoded(encoding, &bytes);
                prop_assert!(text.len() <= bytes.len() * 4 + 4);
                prop_assert!(unicode_normalization::is_nfc(&text));
            }
        }
    }
}
