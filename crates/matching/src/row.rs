//! A row of a file, made ready to be compared.

use crate::blocking::NameKeys;
use crate::compare::{RowName, RowWord, Speller, SpellerMemory};
use crate::index::{FEMALE, INFERRED, MALE, NAME_WORDS_MAX, PlaceFinder, PlaceMemory, SLOTS_MAX, is_named};
use crate::lexicon::{WordId, normal, words};
use crate::value::{sex, typing};
use crate::{FIELDS_MAX, Flags, Index, Kind};
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// A row: the same slots as a record's, and its names as words.
pub(crate) struct Row {
    pub(crate) slots: [u32; SLOTS_MAX],
    pub(crate) names: [RowName; FIELDS_MAX],
    pub(crate) name_keys: [Option<NameKeys>; FIELDS_MAX],
    /// Unmarked texts, by field.
    pub(crate) texts: [String; FIELDS_MAX],
    pub(crate) flags: Flags,
}

impl Default for Row {
    fn default() -> Self {
        Self {
            slots: [0; SLOTS_MAX],
            names: std::array::from_fn(|_| RowName::default()),
            name_keys: [None; FIELDS_MAX],
            texts: std::array::from_fn(|_| String::new()),
            flags: Flags::default(),
        }
    }
}

/// A word as it was written, understood.
#[derive(Clone, Copy)]
struct Read {
    word: RowWord,
    marked: bool,
    decoded: bool,
}

/// Reads rows; remembers words and places.
pub(crate) struct RowReader<'a> {
    index: &'a Index,
    places: PlaceFinder<'a>,
    /// Words left as they are, and words of names, in which left-overs of typing are decoded.
    written: [HashMap<Box<str>, Read, FixedState>; 2],
}

/// What a thread has learned of a file's words and places, kept from one batch of rows to the next.
#[derive(Default)]
pub(crate) struct Memory {
    places: PlaceMemory,
    /// Words left as they are, and words of names, in which left-overs of typing are decoded.
    written: [HashMap<Box<str>, Read, FixedState>; 2],
    speller: SpellerMemory,
}

/// More different written words than this are not remembered.
const WRITTEN_MAX: usize = 1 << 20;

impl<'a> RowReader<'a> {
    /// A reader, and the speller whose words it uses.
    pub(crate) fn new(index: &'a Index, memory: Memory) -> (Self, Speller<'a>) {
        let places = PlaceFinder::new(&index.gazetteer, memory.places);
        (Self { index, places, written: memory.written }, Speller::new(&index.lexicon, memory.speller))
    }

    pub(crate) fn into_memory(self, speller: Speller<'a>) -> Memory {
        Memory { places: self.places.into_memory(), written: self.written, speller: speller.into_memory() }
    }

    /// Reads a row in place of the one before.
    pub(crate) fn read<'c>(&mut self, cell: impl Fn(usize) -> &'c str, speller: &mut Speller<'a>, row: &mut Row) {
        let layout = &self.index.layout;
        row.slots = [0; SLOTS_MAX];
        row.flags = layout.encode(&cell, &mut self.places, &mut row.slots);
        for (field, place) in layout.fields.iter().enumerate().filter(|(_, place)| is_named(place.kind)) {
            let decodes = matches!(place.kind, Kind::FullName | Kind::KinName);
            self.read_name(cell(field), decodes, speller, &mut row.names[field]);
            let name = &row.names[field];
            row.name_keys[field] = NameKeys::of(name.words.iter().map(|word| speller.hash(word.id)));
            // A row's name is never a place in the index's tables: any value but 0 says that it is there.
            row.slots[place.slot] = u32::from(!name.words.is_empty());
            if name.decoded {
                row.flags = row.flags.with(Flags::NAME_DECODED);
            }
            if place.kind == Kind::Text {
                let text = &mut row.texts[field];
                text.clear();
                for word in &row.names[field].words {
                    if !text.is_empty() {
                        text.push(' ');
                    }
                    text.push_str(speller.text(word.fold));
                }
            }
        }
        self.relate(speller, row);
    }

    /// What one field says of another.
    fn relate(&self, speller: &Speller<'_>, row: &mut Row) {
        let layout = &self.index.layout;
        let Some(own) = layout.full_name else { return };
        let surname: Option<WordId> = row.names[own].words.first().map(|word| word.fold);
        for (field, place) in layout.fields.iter().enumerate() {
            if place.kind == Kind::KinName {
                let first = row.names[field].words.first().map(|word| word.fold);
                row.names[field].own_surname = surname.filter(|surname| Some(*surname) == first);
            }
        }
        if let Some(field) = layout.sex
            && row.slots[layout.fields[field].slot] == 0
            && row.names[own].words.len() > 2
        {
            let words: Vec<&str> = row.names[own].words.iter().map(|word| speller.text(word.id)).collect();
            let inferred = match sex::from_words(&words) {
                Some(kernel::Sex::Male) => MALE + INFERRED,
                Some(kernel::Sex::Female) => FEMALE + INFERRED,
                None => return,
            };
            row.slots[layout.fields[field].slot] = inferred;
            row.flags = row.flags.with(Flags::SEX_INFERRED);
        }
    }

    fn read_name(&mut self, text: &str, decodes: bool, speller: &mut Speller<'a>, name: &mut RowName) {
        name.words.clear();
        (name.decoded, name.marked, name.own_surname) = (false, false, None);
        for written in words(if decodes { without_brackets(text) } else { text }).take(NAME_WORDS_MAX) {
            let known = &mut self.written[usize::from(decodes)];
            let read = match known.get(written) {
                Some(read) => *read,
                None => {
                    let read = understand(written, decodes, speller);
                    if known.len() < WRITTEN_MAX {
                        known.insert(written.into(), read);
                    }
                    read
                }
            };
            name.words.push(read.word);
            name.decoded |= read.decoded;
            name.marked |= read.marked;
        }
    }
}

/// A name without what stands in brackets behind it: another name (`Nguyễn Văn An (Tèo)`), a note.
fn without_brackets(name: &str) -> &str {
    // A bracket within a word is a typing left-over (`va(n`).
    match name.split_once(" (") {
        Some((before, _)) if before.contains(char::is_alphabetic) => before,
        _ => name,
    }
}

fn understand(written: &str, decodes: bool, speller: &mut Speller<'_>) -> Read {
    let plain = normal(written);
    let decoded = if decodes && !speller.knows(&plain) { typing::decode(&plain) } else { None };
    let word = speller.word(decoded.as_deref().map(normal).as_ref().unwrap_or(&plain));
    Read { word, marked: word.id != word.fold, decoded: decoded.is_some() }
}
