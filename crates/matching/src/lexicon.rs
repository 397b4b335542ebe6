//! The words of names: each once, with its unmarked form and how often it stands where.

use foldhash::fast::FixedState;
use kernel::text;
use std::collections::HashMap;
use std::hash::BuildHasher;

/// A word's place among all words.
pub(crate) type WordId = u32;

/// Seed of every hash that is stored in an index: a change makes older indexes unusable (see `index::file::VERSION`).
const SEED: u64 = 0x5e4e_2026;

/// A hash that is the same on every machine and in every run.
pub(crate) fn stable_hash(bytes: &[u8]) -> u64 {
    // FNV-1a with a final mix: words are short, and the function must never change.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ SEED;
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    mix(hash)
}

/// Spreads the bits (splitmix64).
pub(crate) fn mix(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// Two hashes as one; the order counts.
pub(crate) fn join(left: u64, right: u64) -> u64 {
    mix(left.rotate_left(23) ^ right.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// A word as it is compared: NFC, lower case, one place for the tone.
pub(crate) fn normal(word: &str) -> String {
    text::tone_unified(&word.to_lowercase())
}

/// The key by which words are blocked: without marks, and y as i.
pub(crate) fn block_hash(folded: &str) -> u64 {
    if folded.contains('y') { stable_hash(folded.replace('y', "i").as_bytes()) } else { stable_hash(folded.as_bytes()) }
}

/// Words in the order in which they were first seen.
#[derive(Default)]
pub(crate) struct Lexicon {
    text: String,
    ends: Vec<u32>,
    /// The unmarked form of each.
    folds: Vec<WordId>,
    /// [`block_hash`] of the unmarked form of each.
    hashes: Vec<u64>,
    known: HashMap<Box<str>, WordId, FixedState>,
}

impl Lexicon {
    /// The word with this text, added where it is new. The text is [`normal`].
    pub(crate) fn intern(&mut self, word: &str) -> WordId {
        if let Some(id) = self.known.get(word) {
            return *id;
        }
        let folded = text::fold(word);
        let id = self.push(word);
        let fold = if folded == word {
            id
        } else {
            match self.known.get(folded.as_str()) {
                Some(fold) => *fold,
                None => {
                    let fold = self.push(&folded);
                    self.folds[fold as usize] = fold;
                    self.hashes[fold as usize] = block_hash(&folded);
                    fold
                }
            }
        };
        self.folds[id as usize] = fold;
        self.hashes[id as usize] = block_hash(&folded);
        id
    }

    fn push(&mut self, word: &str) -> WordId {
        let id = self.ends.len() as WordId;
        self.text.push_str(word);
        self.ends.push(self.text.len() as u32);
        self.folds.push(id);
        self.hashes.push(0);
        self.known.insert(word.into(), id);
        id
    }

    /// A lexicon as it was stored: the texts one after another, where each ends, and the unmarked forms.
    pub(crate) fn restore(text: &[u8], ends: &[u32], folds: &[WordId]) -> Option<Self> {
        let mut lexicon = Self { folds: folds.to_vec(), ..Self::default() };
        let mut start = 0;
        for end in ends {
            let word = std::str::from_utf8(text.get(start..*end as usize)?).ok()?;
            lexicon.known.insert(word.into(), lexicon.ends.len() as WordId);
            lexicon.text.push_str(word);
            lexicon.ends.push(*end);
            start = *end as usize;
        }
        if folds.len() != ends.len() || folds.iter().any(|fold| *fold as usize >= ends.len()) {
            return None;
        }
        lexicon.hashes = folds.iter().map(|fold| block_hash(lexicon.word(*fold))).collect();
        Some(lexicon)
    }

    pub(crate) fn find(&self, word: &str) -> Option<WordId> {
        self.known.get(word).copied()
    }

    pub(crate) fn word(&self, id: WordId) -> &str {
        let start = if id == 0 { 0 } else { self.ends[id as usize - 1] as usize };
        &self.text[start..self.ends[id as usize] as usize]
    }

    pub(crate) fn fold(&self, id: WordId) -> WordId {
        self.folds[id as usize]
    }

    pub(crate) fn hash(&self, id: WordId) -> u64 {
        self.hashes[id as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn ends(&self) -> &[u32] {
        &self.ends
    }

    pub(crate) fn folds(&self) -> &[WordId] {
        &self.folds
    }
}

/// A hasher for tables that live in memory only.
pub(crate) fn quick_hash(words: &[WordId]) -> u64 {
    FixedState::with_seed(SEED).hash_one(words)
}

/// Words of a text: split at spaces and at everything that no name holds.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '/' | '_' | '"')).filter_map(|word| {
        // A bracket within a word is a typing left-over (`va(n`).
        let word = word.trim_matches(|c: char| matches!(c, '.' | '-' | '*' | ':' | '(' | ')'));
        (!word.is_empty()).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_knows_its_unmarked_form() {
        let mut lexicon = Lexicon::default();
        let marked = lexicon.intern(&normal("NGUYỄN"));
        let plain = lexicon.intern("nguyen");
        assert_eq!(lexicon.fold(marked), plain);
        assert_eq!(lexicon.word(marked), "nguyễn");
        assert_eq!(lexicon.hash(marked), lexicon.hash(plain));
        let restored = Lexicon::restore(lexicon.text().as_bytes(), lexicon.ends(), lexicon.folds()).unwrap();
        assert_eq!((restored.find("nguyễn"), restored.fold(marked)), (Some(marked), plain));
    }

    #[test]
    fn i_and_y_share_a_block_and_no_more() {
        let mut lexicon = Lexicon::default();
        let (y, i) = (lexicon.intern("lý"), lexicon.intern("lí"));
        assert_eq!(lexicon.hash(y), lexicon.hash(i));
        assert_ne!(lexicon.fold(y), lexicon.fold(i));
    }

    #[test]
    fn words_are_split_at_what_no_name_holds() {
        assert_eq!(words(" Nguyễn  Văn.  An, (Út) ").collect::<Vec<_>>(), ["Nguyễn", "Văn", "An", "Út"]);
    }
}
