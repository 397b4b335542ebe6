//! Text as the index sees it.

use kernel::text::{fold, tone_unified};

/// A syllable, or a word of another language.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Word {
    /// Without marks; `y` at the end of an open syllable as `i`, because both are written (`ký`, `kí`).
    pub(crate) plain: String,
    /// With marks, in one way of writing; absent where it has none.
    pub(crate) marked: Option<String>,
}

/// The words of a text.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let unified = tone_unified(&text.to_lowercase());
    unified.split(|c: char| !c.is_alphanumeric() && !is_mark(c)).filter(|word| !word.is_empty()).map(word).collect()
}

/// The words of a text without their marks.
pub(crate) fn plain(text: &str) -> Vec<String> {
    words(text).into_iter().map(|word| word.plain).collect()
}

/// A combining mark that composes with nothing stays beside its letter.
fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

fn word(text: &str) -> Word {
    let folded = fold(text);
    let marked = (folded != text).then(|| one_i(text, &['y', 'ý', 'ỳ', 'ỷ', 'ỹ', 'ỵ']));
    Word { plain: one_i(&folded, &['y']), marked }
}

/// `ky` → `ki`, `quy` → `qui`; `tay` and `thuy` stay.
fn one_i(text: &str, ys: &[char]) -> String {
    const TO: [(char, char); 6] = [('y', 'i'), ('ý', 'í'), ('ỳ', 'ì'), ('ỷ', 'ỉ'), ('ỹ', 'ĩ'), ('ỵ', 'ị')];
    let Some(last) = text.chars().last().filter(|last| ys.contains(last)) else { return text.to_owned() };
    let head = &text[..text.len() - last.len_utf8()];
    let open = !head.is_empty()
        && head.chars().all(|c| c.is_alphabetic() && !"aeiouy".contains(c) && c.is_ascii() || c == 'đ');
    if !open && head != "qu" {
        return text.to_owned();
    }
    let i = TO.iter().find(|(y, _)| *y == last).map_or(last, |(_, i)| *i);
    format!("{head}{i}")
}

#[cfg(test)]
mod tests {
    use super::{plain, words};

    #[test]
    fn syllables_are_read_without_marks_and_in_one_way_of_writing() {
        for (text, read) in [
            ("Đăng ký khai sinh", "dang ki khai sinh"),
            ("đăng kí", "dang ki"),
            ("Quý, tay; thuỷ!", "qui tay thuy"),
            ("Giấy tờ (bản sao)", "giay to ban sao"),
            ("  ", ""),
            ("y tế", "y te"),
            ("ly hôn/li hôn", "li hon li hon"),
        ] {
            assert_eq!(plain(text).join(" "), read, "{text:?}");
        }
    }

    #[test]
    fn marks_are_kept_beside_where_they_were_typed() {
        let read: Vec<_> = words("thuê thue HOÀ kỹ").into_iter().map(|word| word.marked).collect();
        assert_eq!(read, [Some("thuê".into()), None, Some("hòa".into()), Some("kĩ".into())]);
    }
}
