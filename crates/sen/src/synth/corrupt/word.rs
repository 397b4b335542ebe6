//! Vietnamese words taken apart: letters without their tone, and the tone.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{compose, is_combining_mark};

/// Huyền, hỏi, ngã, sắc, nặng.
pub(super) const TONES: [char; 5] = ['\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}'];

/// A word: its letters (â, ơ, đ keep their shape) and the tone with the letter that carries it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) letters: Vec<char>,
    pub(super) tone: Option<(usize, char)>,
}

impl Word {
    pub(super) fn of(word: &str) -> Self {
        let mut letters: Vec<char> = Vec::new();
        let mut tone = None;
        for part in word.nfd() {
            if TONES.contains(&part) {
                tone = Some((letters.len().saturating_sub(1), part));
            } else if let Some(last) = letters.last_mut()
                && is_combining_mark(part)
                && let Some(whole) = compose(*last, part)
            {
                *last = whole;
            } else {
                letters.push(part);
            }
        }
        Self { letters, tone }
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for (at, letter) in self.letters.iter().enumerate() {
            text.push(*letter);
            if let Some((on, tone)) = self.tone
                && on == at
            {
                text.push(tone);
            }
        }
        text.nfc().collect()
    }
}

/// A letter without its shape: `ư` → `u`, `Đ` → `D`.
pub(super) fn plain(letter: char) -> char {
    match letter {
        'đ' => 'd',
        'Đ' => 'D',
        _ => std::iter::once(letter).nfd().next().unwrap_or(letter),
    }
}

/// The text without marks, capitals and spaces as they are.
pub(super) fn unmarked(text: &str) -> String {
    text.nfd().filter(|part| !is_combining_mark(*part)).map(plain).collect()
}

/// How a keyboard of this country is typed, when nothing turns the keys into marks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Typing {
    Telex,
    Vni,
    Viqr,
}

impl Typing {
    fn shape(self, letter: char) -> Option<&'static str> {
        let keys = match letter {
            'â' => ["aa", "a6", "a^"],
            'ă' => ["aw", "a8", "a("],
            'ê' => ["ee", "e6", "e^"],
            'ô' => ["oo", "o6", "o^"],
            'ơ' => ["ow", "o7", "o+"],
            'ư' => ["uw", "u7", "u+"],
            'đ' => ["dd", "d9", "dd"],
            _ => return None,
        };
        Some(keys[self as usize])
    }

    fn tone(self, tone: char) -> &'static str {
        const KEYS: [[&str; 3]; 5] =
            [["f", "2", "`"], ["r", "3", "?"], ["x", "4", "~"], ["s", "1", "'"], ["j", "5", "."]];
        let at = TONES.iter().position(|known| *known == tone).unwrap_or_default();
        KEYS[at][self as usize]
    }

    /// The keys of a word. `late` puts the tone at the end of the word, where many type it.
    pub(super) fn keys(self, word: &str, late: bool) -> String {
        let capital = word.chars().next().is_some_and(char::is_uppercase);
        let shouting = capital && word.chars().count() > 1 && !word.chars().any(char::is_lowercase);
        let word = Word::of(&word.to_lowercase());
        let mut keys = String::new();
        for (at, letter) in word.letters.iter().enumerate() {
            match self.shape(*letter) {
                Some(shape) => keys.push_str(shape),
                None => keys.push(*letter),
            }
            if let Some((on, tone)) = word.tone
                && on == at
                && !late
            {
                keys.push_str(self.tone(tone));
            }
        }
        if let Some((_, tone)) = word.tone
            && late
        {
            keys.push_str(self.tone(tone));
        }
        match (shouting, capital) {
            (true, _) => keys.to_uppercase(),
            (_, true) => capitalised(&keys),
            _ => keys,
        }
    }
}

/// The first letter large.
pub(super) fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back() {
        for word in ["Nguyễn", "Đỗ", "Hòa", "Hoà", "H'Hen", "ườ", "Ksor", ""] {
            assert_eq!(Word::of(word).text(), word);
        }
    }

    #[test]
    fn keys() {
        let check = |typing: Typing, word: &str, late, keys: &str| assert_eq!(typing.keys(word, late), keys);
        check(Typing::Telex, "Nguyễn", true, "Nguyeenx");
        check(Typing::Telex, "Đỗ", false, "Ddoox");
        check(Typing::Vni, "Nguyễn", false, "Nguye64n");
        check(Typing::Vni, "ĐƯỜNG", true, "D9U7O7NG2");
        check(Typing::Viqr, "nguyễn", false, "nguye^~n");
        check(Typing::Viqr, "Lan", false, "Lan");
    }

    #[test]
    fn unmarked_keeps_capitals_and_spaces() {
        assert_eq!(unmarked("NGUYỄN  Đức Thọ"), "NGUYEN  Duc Tho");
    }
}
