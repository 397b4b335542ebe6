//! The different names of one field, each once: while an index is built, and as it is stored.

use super::words::Words;
use crate::lexicon::{Lexicon, WordId, normal, quick_hash, words};
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// Most words of a name that are looked at.
pub(crate) const NAME_WORDS_MAX: usize = 12;

/// Names while an index is built. Each table has a lexicon of its own, so that tables are filled side by side.
#[derive(Default)]
pub(crate) struct NameTable {
    lexicon: Lexicon,
    /// A word as written → its place. Few words make all names, so most look-ups end here.
    written: HashMap<Box<str>, WordId, FixedState>,
    words: Vec<WordId>,
    ends: Vec<u32>,
    counts: Vec<u32>,
    /// Open addressing over the names: place + 1, or 0.
    slots: Vec<u32>,
}

/// Names of a block: its look-ups wait for memory together and not one after the other.
const BLOCK: usize = 32;

/// A name whose place is not known yet.
#[derive(Clone, Copy, Default)]
struct Asked {
    words: [WordId; NAME_WORDS_MAX],
    len: usize,
    hash: u64,
}

impl Asked {
    fn name(&self) -> &[WordId] {
        &self.words[..self.len]
    }
}

impl NameTable {
    /// The places + 1 of the names of a column, added where they are new; 0 for a text without words.
    pub(crate) fn add<'t>(&mut self, texts: impl ExactSizeIterator<Item = &'t str>) -> Vec<u32> {
        let mut places = Vec::with_capacity(texts.len());
        let mut block = [Asked::default(); BLOCK];
        let mut texts = texts.peekable();
        while texts.peek().is_some() {
            let mut len = 0;
            for (asked, text) in block.iter_mut().zip(texts.by_ref()) {
                *asked = self.ask(text);
                len += 1;
            }
            self.make_room(BLOCK);
            self.touch(&block[..len]);
            for asked in &block[..len] {
                if asked.len == 0 {
                    places.push(0);
                    continue;
                }
                let place = self.place(asked);
                self.counts[place as usize] += 1;
                places.push(place + 1);
            }
        }
        places
    }

    fn ask(&mut self, text: &str) -> Asked {
        let mut asked = Asked::default();
        for word in words(text).take(NAME_WORDS_MAX) {
            asked.words[asked.len] = self.word(word);
            asked.len += 1;
        }
        asked.hash = quick_hash(asked.name());
        asked
    }

    /// Asks the memory for what [`Self::place`] will look at.
    fn touch(&self, block: &[Asked]) {
        let mask = self.slots.len() - 1;
        let places = || block.iter().map(|asked| self.slots[asked.hash as usize & mask]).filter(|place| *place != 0);
        let ends = places().map(|place| self.ends[place as usize - 1]);
        std::hint::black_box(ends.fold(0, |sum, end| sum ^ end));
        let words = places().map(|place| self.words[self.ends[place as usize - 1] as usize - 1]);
        std::hint::black_box(words.fold(0, |sum, word| sum ^ word));
    }

    fn word(&mut self, written: &str) -> WordId {
        if let Some(id) = self.written.get(written) {
            return *id;
        }
        let id = self.lexicon.intern(&normal(written));
        self.written.insert(written.into(), id);
        id
    }

    fn place(&mut self, asked: &Asked) -> u32 {
        let mask = self.slots.len() - 1;
        let mut slot = asked.hash as usize & mask;
        loop {
            match self.slots[slot] {
                0 => break,
                place if self.name(place - 1) == asked.name() => return place - 1,
                _ => slot = (slot + 1) & mask,
            }
        }
        let place = self.ends.len() as u32;
        self.slots[slot] = place + 1;
        self.words.extend_from_slice(asked.name());
        self.ends.push(self.words.len() as u32);
        self.counts.push(0);
        place
    }

    /// At most half of the slots are taken after so many new names.
    fn make_room(&mut self, names: usize) {
        if (self.ends.len() + names) * 2 <= self.slots.len() {
            return;
        }
        let size = (self.slots.len() * 2).max(1 << 10);
        let mask = size - 1;
        let mut slots = vec![0; size];
        for place in 0..self.ends.len() as u32 {
            let mut slot = quick_hash(self.name(place)) as usize & mask;
            while slots[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            slots[slot] = place + 1;
        }
        self.slots = slots;
    }

    fn name(&self, place: u32) -> &[WordId] {
        let start = if place == 0 { 0 } else { self.ends[place as usize - 1] as usize };
        &self.words[start..self.ends[place as usize] as usize]
    }

    /// The names with the words of a common lexicon.
    pub(crate) fn finish(self, common: &mut Lexicon) -> Names {
        let moved: Vec<WordId> =
            (0..self.lexicon.len() as WordId).map(|id| common.intern(self.lexicon.word(id))).collect();
        let words: Vec<WordId> = self.words.iter().map(|id| moved[*id as usize]).collect();
        let mut unmarked: HashMap<u64, u32, FixedState> = HashMap::default();
        let mut keys = Vec::with_capacity(self.ends.len());
        let mut start = 0;
        for (end, count) in self.ends.iter().zip(&self.counts) {
            let folded = words[start..*end as usize].iter().map(|id| common.fold(*id));
            let key = folded.fold(0, |key, id| crate::lexicon::join(key, u64::from(id)));
            let sum = unmarked.entry(key).or_default();
            *sum = sum.saturating_add(*count);
            keys.push(key);
            start = *end as usize;
        }
        let alike = keys.iter().map(|key| unmarked[key]).collect();
        Names {
            words: Words::Owned(words),
            ends: Words::Owned(self.ends),
            counts: Words::Owned(self.counts),
            alike: Words::Owned(alike),
        }
    }
}

/// The different names of a field.
pub(crate) struct Names {
    pub(crate) words: Words,
    pub(crate) ends: Words,
    /// How many people bear it.
    pub(crate) counts: Words,
    /// How many people bear it or a name that differs only in its marks.
    pub(crate) alike: Words,
}

/// [`Names`], ready to be looked into.
#[derive(Clone, Copy)]
pub(crate) struct NamesView<'a> {
    pub(crate) words: &'a [WordId],
    pub(crate) ends: &'a [u32],
    pub(crate) counts: &'a [u32],
    pub(crate) alike: &'a [u32],
}

impl Names {
    pub(crate) fn view(&self) -> NamesView<'_> {
        NamesView { words: self.words.get(), ends: self.ends.get(), counts: self.counts.get(), alike: self.alike.get() }
    }
}

impl<'a> NamesView<'a> {
    /// The words of the name that a record's slot (place + 1, not 0) speaks of.
    pub(crate) fn name(&self, slot: u32) -> &'a [WordId] {
        let place = slot as usize - 1;
        let start = if place == 0 { 0 } else { self.ends[place - 1] as usize };
        &self.words[start..self.ends[place] as usize]
    }
}
