//! The index of the people: their records in a compact form, the words of their names, and who has which blocking key.
//!
//! A record is a few 32-bit slots (40 bytes for a person); names are places in a table where each different name
//! stands once. Everything is arrays of 32-bit numbers that are used as they lie in the file, so that opening an index
//! maps it and reads next to nothing.

mod build;
mod counts;
mod file;
mod layout;
mod names;
mod postings;
mod words;

use crate::blocking::Blocking;
use crate::compare::number_of;
use crate::lexicon::Lexicon;
use crate::value::number::{old_text, personal_text};
use crate::value::place::Places;
use crate::{Kind, Schema};
pub use build::IndexBuilder;
pub(crate) use counts::{DateCounts, NamesOf, PlaceCounts, Positions};
pub use file::MAGIC;
pub(crate) use layout::{FEMALE, INFERRED, Layout, MALE, PlaceFinder, PlaceMemory, SLOTS_MAX, date_of, is_named};
pub(crate) use names::{NAME_WORDS_MAX, Names};
pub(crate) use postings::{Keys, Postings, bucket, bucket_bits, keys};
use serde::Serialize;
use std::fmt;
use std::sync::Arc;
use words::Words;

/// The index of a register, or of a file compared with itself. Personal: masked `Debug`.
pub struct Index {
    pub(crate) schema: Schema,
    pub(crate) blocking: Blocking,
    pub(crate) layout: Layout,
    pub(crate) people: u32,
    records: Words,
    pub(crate) lexicon: Lexicon,
    /// By table.
    names: Vec<Names>,
    positions: Vec<Positions>,
    /// How many people have a name in each table.
    bearers: Vec<f64>,
    /// Days and counts, by field of kind date.
    dates: Vec<(usize, Words, Words)>,
    /// Places and counts, by field of kind commune.
    places: Option<(Words, Words)>,
    postings: Vec<Postings>,
    pub(crate) gazetteer: Arc<Places>,
}

/// What an index is, for people and scripts.
#[derive(Clone, Debug, Serialize)]
pub struct Info {
    /// How many people.
    pub people: u32,
    /// Version of the file's form.
    pub version: u32,
    /// The fields.
    pub schema: Schema,
    /// The blocking passes: their fields, how many keys, the largest bucket.
    pub passes: Vec<PassInfo>,
    /// Different words of all names.
    pub words: usize,
    /// Different names of each field that has them.
    pub names: Vec<(String, usize)>,
    /// Bytes of all parts.
    pub bytes: usize,
}

/// A blocking pass of an index.
#[derive(Clone, Debug, Serialize)]
pub struct PassInfo {
    /// Its parts, such as `full_name.whole`.
    pub parts: Vec<String>,
    /// How many people it can find.
    pub entries: usize,
    /// The most people that one row meets by it.
    pub largest: usize,
}

impl Index {
    /// How many people.
    #[must_use]
    pub fn people(&self) -> u32 {
        self.people
    }

    /// The fields.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// What it is.
    #[must_use]
    pub fn info(&self) -> Info {
        let form =
            |form: &crate::blocking::Form| serde_json::to_value(form).ok().and_then(|v| v.as_str().map(str::to_owned));
        let passes = self.blocking.passes.iter().zip(&self.postings).map(|(pass, postings)| PassInfo {
            parts: pass
                .parts
                .iter()
                .map(|part| format!("{}.{}", self.schema.fields[part.field].name, form(&part.form).unwrap_or_default()))
                .collect(),
            entries: postings.people.get().len(),
            largest: postings.starts.get().windows(2).map(|pair| (pair[1] - pair[0]) as usize).max().unwrap_or(0),
        });
        let named = self.schema.fields.iter().filter(|field| is_named(field.kind)).map(|field| field.name.clone());
        Info {
            people: self.people,
            version: file::VERSION,
            schema: self.schema.clone(),
            passes: passes.collect(),
            words: self.lexicon.len(),
            names: named.zip(self.names.iter().map(|names| names.ends.get().len())).collect(),
            bytes: self.sections().iter().map(|words| words.size()).sum(),
        }
    }

    /// A person's slots.
    pub(crate) fn record(&self, person: u32) -> &[u32] {
        let stride = self.layout.stride;
        let start = person as usize * stride;
        &self.records.get()[start..start + stride]
    }

    /// A person's value in a field, for people to read; empty where it is absent.
    #[must_use]
    pub fn cell(&self, person: u32, field: usize) -> String {
        if person >= self.people || field >= self.layout.fields.len() {
            return String::new();
        }
        let place = &self.layout.fields[field];
        let slots = self.record(person);
        let slot = slots[place.slot];
        let value = match place.kind {
            Kind::PersonalNumber | Kind::Number => number_of(slot, slots[place.slot + 1]),
            _ => u64::from(slot),
        };
        if value == 0 {
            return String::new();
        }
        match place.kind {
            Kind::PersonalNumber => String::from_utf8_lossy(&personal_text(value)).into_owned(),
            Kind::OldId => String::from_utf8_lossy(&old_text(value - 1)).into_owned(),
            Kind::Number => value.to_string(),
            Kind::Date => date_of(slot).text(),
            Kind::Sex => if slot == MALE { "male" } else { "female" }.to_owned(),
            Kind::Commune => self.gazetteer.name(slot),
            Kind::Province => self.gazetteer.province_name((slot - 1) as u8),
            Kind::FullName | Kind::KinName => {
                let words = self.names[place.table].view().name(slot);
                words.iter().map(|word| capital(self.lexicon.word(*word))).collect::<Vec<_>>().join(" ")
            }
            Kind::Text | Kind::Code => {
                let words = self.names[place.table].view().name(slot);
                words.iter().map(|word| self.lexicon.word(*word)).collect::<Vec<_>>().join(" ")
            }
        }
    }

    pub(crate) fn view(&self) -> View<'_> {
        let names =
            self.names.iter().zip(&self.positions).zip(&self.bearers).map(|((names, positions), bearers)| NamesOf {
                names: names.view(),
                lexicon: &self.lexicon,
                first: positions.first.get(),
                middle: positions.middle.get(),
                last: positions.last.get(),
                bearers: bearers.max(1.0),
            });
        let dates = self.layout.fields.iter().enumerate().map(|(field, _)| {
            let counts = self.dates.iter().find(|(of, ..)| *of == field);
            counts.map(|(_, days, counts)| DateCounts::new(days.get(), counts.get())).unwrap_or_default()
        });
        View {
            records: self.records.get(),
            stride: self.layout.stride,
            names: names.collect(),
            dates: dates.collect(),
            places: match &self.places {
                Some((ids, counts)) => PlaceCounts::new(ids.get(), counts.get(), &self.gazetteer),
                None => PlaceCounts::new(&[], &[], &self.gazetteer),
            },
            postings: self.postings.iter().map(|p| (p.starts.get(), p.people.get())).collect(),
        }
    }

    /// The arrays of the file, in their order.
    fn sections(&self) -> Vec<&Words> {
        let mut sections = vec![&self.records];
        for (names, positions) in self.names.iter().zip(&self.positions) {
            sections.extend([&names.words, &names.ends, &names.counts, &names.alike]);
            sections.extend([&positions.first, &positions.middle, &positions.last]);
        }
        sections.extend(self.dates.iter().flat_map(|(_, days, counts)| [days, counts]));
        sections.extend(self.places.iter().flat_map(|(ids, counts)| [ids, counts]));
        sections.extend(self.postings.iter().flat_map(|postings| [&postings.starts, &postings.people]));
        sections
    }
}

/// An index whose arrays are at hand.
pub(crate) struct View<'a> {
    pub(crate) records: &'a [u32],
    pub(crate) stride: usize,
    /// By table.
    pub(crate) names: Vec<NamesOf<'a>>,
    /// By field.
    pub(crate) dates: Vec<DateCounts>,
    pub(crate) places: PlaceCounts,
    /// By pass: starts and people.
    pub(crate) postings: Vec<(&'a [u32], &'a [u32])>,
}

impl View<'_> {
    pub(crate) fn record(&self, person: u32) -> &[u32] {
        let start = person as usize * self.stride;
        &self.records[start..start + self.stride]
    }
}

/// The first letter as a capital: names are kept in lower case.
fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let mut capital: String = letters.next().map(char::to_uppercase).into_iter().flatten().collect();
    // The letter after an apostrophe too: H'Hen.
    let mut after = false;
    for letter in letters {
        if after {
            capital.extend(letter.to_uppercase());
        } else {
            capital.push(letter);
        }
        after = matches!(letter, '\'' | '’' | '-');
    }
    capital
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Index of {} people (not shown)", self.people)
    }
}
