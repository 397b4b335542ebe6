//! Left-overs of typing: words whose keys for marks were never turned into marks, because the input method was off or
//! another one was on. `nguyeenx` (TELEX), `nguye64n` (VNI), `nguye^~n` (VIQR) → `nguyễn`.
//!
//! A word is taken apart into its plain letters, the marks its keys ask for, and a tone; it is put together again only
//! where exactly these make a valid syllable.

mod syllable;

use syllable::Tone;
use unicode_normalization::char::decompose_canonical;

/// No syllable has more letters without marks (`nghieng`).
const LETTERS_MAX: usize = 8;
/// Longer words are not looked at: every letter with its keys, written apart.
const WORD_MAX: usize = 32;

/// The marks that are asked for, apart from the tone.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Marks {
    /// Circumflex on a, e, o.
    hat: [bool; 3],
    /// Circumflex on whichever vowel bears one (VNI, VIQR).
    any_hat: bool,
    horns: u8,
    breves: u8,
    /// TELEX `w`: a horn or a breve.
    either: u8,
    stroke: bool,
}

/// A word taken apart.
#[derive(Clone, Copy, Default)]
struct Word {
    letters: [u8; LETTERS_MAX],
    length: usize,
    marks: Marks,
    tone: Option<Tone>,
    /// Keys that were read as marks.
    keys: usize,
    has_vowel: bool,
    /// A vowel was repeated later, not at once.
    is_apart: bool,
}

/// The word in Vietnamese (NFC, lower case, tone where [`kernel::text::tone_unified`] has it) if it holds typing
/// left-overs and makes a valid syllable; none for any other word.
///
/// A word that is a syllable as it stands is never decoded, nor is a vowel with one key (`as`) except `y`.
#[must_use]
pub fn decode(word: &str) -> Option<String> {
    // Nearly every word ends here: nothing in it is a key.
    let doubled = Word::scan(word, Doubled::Hat)?;
    // A dot or the like that ends a word may end a sentence.
    let is_sentence = doubled.keys == 1 && word.ends_with(['.', '\'', '?']);
    if doubled.keys == 0 || is_sentence || is_syllable(word) {
        return None;
    }
    // `hanaf` is `hần`; `hana` is more often a foreign name.
    if doubled.is_apart && doubled.keys == 1 {
        return None;
    }
    let is_onset_missing = is_vowel(doubled.letters[0]) && doubled.letters[0] != b'y';
    if is_onset_missing && word.chars().nth(2).is_none() {
        return None;
    }
    let made = doubled.make();
    made.or_else(|| Word::scan(word, Doubled::Letter).filter(|word| word.keys > 0)?.make())
}

/// Whether a word in NFC and in any case is a valid Vietnamese syllable, or one whose marks were all left out.
#[must_use]
pub fn is_syllable(word: &str) -> bool {
    let Some(plain) = Word::scan(word, Doubled::None) else { return false };
    plain.splits().any(|(onset, rhyme)| {
        syllable::rhymes(rhyme).any(|rhyme| {
            let bears = || rhyme.bears(plain.tone) && plain.marks.are_exactly(rhyme);
            syllable::may_follow(onset, rhyme) && (word.is_ascii() || bears())
        })
    })
}

/// What a second a, e or o is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doubled {
    /// TELEX: the circumflex of the first.
    Hat,
    /// A letter.
    Letter,
    /// A letter, and nothing else is a key either.
    None,
}

impl Word {
    /// None where the word has anything that no syllable has, however it is typed.
    fn scan(text: &str, doubled: Doubled) -> Option<Self> {
        if text.len() > WORD_MAX {
            return None;
        }
        let mut word = Self::default();
        for c in text.chars() {
            if c.is_ascii() {
                let c = c.to_ascii_lowercase() as u8;
                if doubled != Doubled::None {
                    word.read(c, doubled)?;
                } else if c.is_ascii_lowercase() {
                    word.push(c)?;
                } else {
                    return None;
                }
            } else {
                word.push_marked(c)?;
            }
        }
        Some(word)
    }

    fn push(&mut self, letter: u8) -> Option<()> {
        *self.letters.get_mut(self.length)? = letter;
        self.length += 1;
        self.has_vowel |= is_vowel(letter);
        Some(())
    }

    fn push_marked(&mut self, c: char) -> Option<()> {
        let mut fits = true;
        for lower in c.to_lowercase() {
            decompose_canonical(lower, |part| fits &= self.push_part(part).is_some());
        }
        fits.then_some(())
    }

    /// A letter or a mark after its letter.
    fn push_part(&mut self, part: char) -> Option<()> {
        let last = self.length.checked_sub(1).map(|at| self.letters[at]);
        match part {
            'đ' => {
                self.marks.stroke = true;
                // Only an onset has it.
                if self.length > 0 { None } else { self.push(b'd') }
            }
            '\u{302}' => self.set_hat(last?),
            '\u{306}' if last? == b'a' => {
                self.marks.breves += 1;
                Some(())
            }
            '\u{31b}' if matches!(last?, b'o' | b'u') => {
                self.marks.horns += 1;
                Some(())
            }
            part if part.is_ascii_lowercase() => self.push(part as u8),
            part => self.set_tone(Tone::of_mark(part)?),
        }
    }

    /// A letter or a key.
    fn read(&mut self, c: u8, doubled: Doubled) -> Option<()> {
        let first = self.letters[..self.length].first().copied();
        // The i of `gi` may be part of the onset: `giwx` is `giữ`.
        let is_bare = !self.has_vowel || &self.letters[..self.length] == b"gi";
        let before = self.keys;
        self.keys += 1;
        match c {
            b's' | b'f' | b'r' | b'x' | b'j' | b'1'..=b'5' | b'\'' | b'`' | b'?' | b'~' | b'.' if self.has_vowel => {
                self.set_tone(Tone::of_key(c)?)
            }
            b'w' if is_bare => {
                self.marks.either += 1;
                self.push(b'u')
            }
            b'w' => {
                self.marks.either += 1;
                Some(())
            }
            b'6' | b'^' if self.has_vowel && !self.marks.any_hat => {
                self.marks.any_hat = true;
                Some(())
            }
            b'7' | b'+' | b'*' if self.has_vowel => {
                self.marks.horns += 1;
                Some(())
            }
            b'8' | b'(' if self.has_vowel => {
                self.marks.breves += 1;
                Some(())
            }
            // No syllable ends in d.
            b'9' | b'd' if first == Some(b'd') => {
                let is_new = !self.marks.stroke;
                self.marks.stroke = true;
                is_new.then_some(())
            }
            b'a' | b'e' | b'o' if doubled == Doubled::Hat && self.letters[..self.length].contains(&c) => {
                self.is_apart |= self.letters[self.length - 1] != c;
                self.set_hat(c)
            }
            b'a'..=b'z' => {
                self.keys = before;
                self.push(c)
            }
            _ => None,
        }
    }

    fn set_hat(&mut self, vowel: u8) -> Option<()> {
        let at = b"aeo".iter().position(|letter| *letter == vowel)?;
        let is_new = !self.marks.hat[at];
        self.marks.hat[at] = true;
        is_new.then_some(())
    }

    fn set_tone(&mut self, tone: Tone) -> Option<()> {
        self.tone.replace(tone).is_none().then_some(())
    }

    /// Onset and rhyme, as they may be cut.
    fn splits(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let letters = &self.letters[..self.length];
        syllable::onsets(letters).map(move |length| letters.split_at(length))
    }

    fn make(&self) -> Option<String> {
        let (onset, rhyme) = self.splits().find_map(|(onset, rest)| {
            let fits = |rhyme: &&syllable::Rhyme| {
                syllable::may_follow(onset, rhyme) && rhyme.bears(self.tone) && self.marks.ask_for(rhyme)
            };
            syllable::rhymes(rest).find(fits).map(|rhyme| (onset, rhyme))
        })?;
        if self.marks.stroke && onset != b"d" {
            return None;
        }
        let onset = if self.marks.stroke { "đ" } else { std::str::from_utf8(onset).ok()? };
        Some(format!("{onset}{}", rhyme.with(self.tone)))
    }
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

impl Marks {
    /// Whether the keys ask for the marks of this rhyme: all kinds of them, and no other.
    fn ask_for(&self, rhyme: &syllable::Rhyme) -> bool {
        let hats_fit =
            if self.any_hat { self.hat == [false; 3] && rhyme.hat.contains(&true) } else { self.hat == rhyme.hat };
        // One key is enough for `ươ`, and two are pressed for `uơ` too.
        let bent = match (rhyme.horns, rhyme.breves) {
            (0, 0) => self.horns + self.breves + self.either == 0,
            (0, _) => self.horns == 0 && self.breves + self.either == 1,
            _ => self.breves == 0 && (1..=1 + u8::from(rhyme.starts_with_uo())).contains(&(self.horns + self.either)),
        };
        hats_fit && bent
    }

    /// Whether the marks that are written are those of this rhyme.
    fn are_exactly(&self, rhyme: &syllable::Rhyme) -> bool {
        self.hat == rhyme.hat && self.horns == rhyme.horns && self.breves == rhyme.breves
    }
}

#[cfg(test)]
mod tests;
