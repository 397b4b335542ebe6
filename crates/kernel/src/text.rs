//! Vietnamese text: folding for search, and one place for the tone mark.

use unicode_normalization::{
    UnicodeNormalization,
    char::{compose, decompose_canonical, is_combining_mark},
};

/// The five tone marks, in the order of the dictionary: huyền, hỏi, ngã, sắc, nặng. No mark (ngang) comes before.
pub(crate) const TONES: [char; 5] = ['\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}'];

/// Text to search by: lower case, without marks, đ as d, spaces collapsed. `Khai sinh` → `khai sinh`, `Đỗ` → `do`.
///
/// Folding what is folded changes nothing.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_ascii() {
            push_collapsed(&mut folded, c);
        } else {
            // đ has no decomposition: it is mapped by hand.
            decompose_canonical(c, |part| match part {
                'đ' => folded.push('d'),
                part if is_combining_mark(part) => {}
                part => push_collapsed(&mut folded, part),
            });
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

fn push_collapsed(text: &mut String, c: char) {
    if !c.is_whitespace() {
        text.push(c);
    } else if !text.is_empty() && !text.ends_with(' ') {
        text.push(' ');
    }
}

/// The text in NFC with the tone of open `oa`, `oe`, `uy` on the first vowel: `hoà` → `hòa`, `thuỷ` → `thủy`.
///
/// Closed syllables (`hoàn`) and `quy` are written in one way only and stay. `i` and `y` are never exchanged: `Lý` and
/// `Lí` are two legal names.
#[must_use]
pub fn tone_unified(text: &str) -> String {
    let mut unified: String = text.nfc().collect();
    let mut from = 0;
    while let Some((at, pair)) = next_movable(&unified, from) {
        let width: usize = unified[at..].chars().take(2).map(char::len_utf8).sum();
        unified.replace_range(at..at + width, &pair);
        from = at + pair.len();
    }
    unified
}

/// The next two letters at or after `from` whose tone moves: where they start, and how they are to be written.
fn next_movable(text: &str, from: usize) -> Option<(usize, String)> {
    let mut before_first = None;
    let mut first: Option<(usize, char)> = None;
    let mut letters = text[from..].char_indices().map(|(at, c)| (at + from, c)).peekable();
    while let Some((at, c)) = letters.next() {
        let open = letters.peek().is_none_or(|(_, next)| !next.is_alphabetic() && !is_combining_mark(*next));
        if let (true, Some((start, vowel))) = (open, first)
            && let Some(pair) = moved(before_first, vowel, c)
        {
            return Some((start, pair));
        }
        before_first = first.map(|(_, c)| c);
        first = Some((at, c));
    }
    None
}

fn moved(before: Option<char>, first: char, second: char) -> Option<String> {
    let (bare, tone) = toned(second)?;
    let movable = matches!((first.to_ascii_lowercase(), bare.to_ascii_lowercase()), ('o', 'a' | 'e') | ('u', 'y'));
    if !movable || before.is_some_and(|before| before.eq_ignore_ascii_case(&'q')) {
        return None;
    }
    Some([compose(first, tone)?, bare].iter().collect())
}

/// A letter that is an ASCII vowel with a tone and nothing else: the vowel and the tone.
fn toned(letter: char) -> Option<(char, char)> {
    let mut parts = ['\0'; 2];
    let mut count = 0;
    decompose_canonical(letter, |part| {
        if let Some(place) = parts.get_mut(count) {
            *place = part;
        }
        count += 1;
    });
    (count == 2 && parts[0].is_ascii_alphabetic() && TONES.contains(&parts[1])).then_some((parts[0], parts[1]))
}

/// Bytes in hexadecimal, small letters.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes that such a text stands for; nothing where it is not two digits for each of `N` bytes.
#[must_use]
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, at) in bytes.iter_mut().zip((0..text.len()).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn folding_takes_marks_and_case_away() {
        for (text, folded) in [
            ("Khai sinh", "khai sinh"),
            ("ĐĂNG KÝ KHAI SINH", "dang ky khai sinh"),
            ("Đỗ  Thị\tẨn ", "do thi an"),
            ("  ", ""),
            ("nguye\u{302}\u{303}n", "nguyen"),
            ("H'Hen Niê", "h'hen nie"),
        ] {
            assert_eq!(fold(text), folded, "{text:?}");
        }
    }

    #[test]
    fn the_tone_of_open_oa_oe_uy_has_one_place() {
        for (old, new) in [
            ("hoà", "hòa"),
            ("Hoà Bình", "Hòa Bình"),
            ("KHOẺ", "KHỎE"),
            ("thuỷ", "thủy"),
            ("Thuý Hoạ", "Thúy Họa"),
            ("uỷ ban", "ủy ban"),
            ("hoà-hoà", "hòa-hòa"),
            ("ho\u{61}\u{300}", "hòa"),
            // one way of writing only
            ("quý", "quý"),
            ("Quỳnh", "Quỳnh"),
            ("hoàn", "hoàn"),
            ("thuyền", "thuyền"),
            ("huệ", "huệ"),
            ("khuỷu", "khuỷu"),
            ("Toại", "Toại"),
            // two legal names
            ("Lý", "Lý"),
            ("Lí", "Lí"),
        ] {
            assert_eq!(tone_unified(old), new, "{old:?}");
            assert_eq!(tone_unified(new), new, "{new:?}");
        }
    }

    /// Text that meets the rules often.
    fn vietnamese() -> impl Strategy<Value = String> {
        proptest::string::string_regex("[hqkđĐaàáảoòóọeèẻuùủyỳýỷinăâêôơưẮỀ \u{300}\u{301}\u{323}'-]{0,24}").unwrap()
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text: String, near in vietnamese()) {
            for text in [text, near] {
                let once = fold(&text);
                prop_assert_eq!(fold(&once), once);
            }
        }

        #[test]
        fn unifying_twice_is_unifying_once_and_changes_no_letter(near in vietnamese()) {
            let once = tone_unified(&near);
            prop_assert_eq!(&tone_unified(&once), &once);
            prop_assert_eq!(fold(&once), fold(&near));
        }

        #[test]
        fn how_a_text_is_composed_does_not_matter(near in vietnamese()) {
            let apart: String = near.nfd().collect();
            prop_assert_eq!(fold(&apart), fold(&near));
            prop_assert_eq!(tone_unified(&apart), tone_unified(&near));
        }
    }
}
