//! Text as words that can be compared: without marks and case, but each knows how it was written and what stood before it.

use kernel::text::{fold, tone_unified};

/// One word of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Word {
    /// Without marks, in lower case: `bo`.
    pub(crate) fold: String,
    /// With marks, in lower case: `bộ`.
    pub(crate) plain: String,
    /// Where it begins in the text, in bytes.
    pub(crate) start: usize,
    /// Where it ends.
    pub(crate) end: usize,
    /// The first separator before it, if any (`,`, `;`, `:`, `.`); a hyphen or bracket counts as none.
    pub(crate) after: Option<char>,
}

/// The words of a text. Letters and digits make words; everything else divides them.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut start = None;
    let mut after = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        // A combining mark belongs to its letter.
        if c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c) {
            start.get_or_insert(at);
            continue;
        }
        if let Some(start) = start.take() {
            let written = &text[start..at];
            let plain = tone_unified(&written.to_lowercase());
            found.push(Word { fold: fold(written), plain, start, end: at, after: after.take() });
        }
        if matches!(c, ',' | ';' | ':' | '.') && !(c == ',' && after.is_some()) {
            after = after.or(Some(c));
        }
    }
    found
}

/// The text with every run of white space as one space, and none at its ends.
pub(crate) fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A word whose letters only look like Latin ones, in Latin: the Cyrillic `В` of a section as `B`. None where nothing is
/// to be changed.
pub(crate) fn latin(text: &str) -> Option<String> {
    let changed: String = text
        .chars()
        .map(|c| match c {
            'А' | 'Α' => 'A',
            'В' | 'Β' => 'B',
            'С' | 'Ϲ' => 'C',
            'Е' | 'Ε' => 'E',
            'Н' | 'Η' => 'H',
            'І' | 'Ι' => 'I',
            'К' | 'Κ' => 'K',
            'М' | 'Μ' => 'M',
            'О' | 'Ο' => 'O',
            'Р' | 'Ρ' => 'P',
            'Т' | 'Τ' => 'T',
            'Х' | 'Χ' => 'X',
            'Ѵ' => 'V',
            other => other,
        })
        .collect();
    (changed != text).then_some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_know_their_place_and_what_divides_them() {
        let text = "Bộ Y tế;  và, TP.HCM (tỉnh)";
        let found: Vec<_> =
            words(text).iter().map(|w| (w.fold.clone(), text[w.start..w.end].to_owned(), w.after)).collect();
        let expected = [
            ("bo", "Bộ", None),
            ("y", "Y", None),
            ("te", "tế", None),
            ("va", "và", Some(';')),
            ("tp", "TP", Some(',')),
            ("hcm", "HCM", Some('.')),
            ("tinh", "tỉnh", None),
        ];
        assert_eq!(found, expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c)));
    }

    #[test]
    fn look_alikes_become_latin() {
        assert_eq!((latin("В").as_deref(), latin("B"), latin("Đ")), (Some("B"), None, None));
    }
}
