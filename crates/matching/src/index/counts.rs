//! How often values occur among the people of an index.

use super::names::{Names, NamesView};
use super::words::Words;
use crate::lexicon::{Lexicon, WordId};
use crate::value::date::PackedDate;
use crate::value::place::Places;
use std::collections::{BTreeMap, HashMap};

/// Few people say little of how rare a value is: what is usual counts beside them as so many people would.
const USUAL_PEOPLE: f64 = 1_000.0;
/// The usual share of a name, of a word in its place, of a day, a year, a commune.
const USUAL_NAME: f64 = 1e-4;
const USUAL_WORD: f64 = 5e-3;
const USUAL_DAY: f64 = 4e-5;
const USUAL_YEAR: f64 = 1.5e-2;
const USUAL_COMMUNE: f64 = 3e-4;
const USUAL_PROVINCE: f64 = 3e-2;

/// The share of people who have a value that so many of them have.
fn share_of(count: f64, people: f64, usual: f64) -> f64 {
    (count + USUAL_PEOPLE * usual) / (people + USUAL_PEOPLE)
}

/// How many people were born on which day.
#[derive(Default)]
pub(crate) struct DateCounts {
    days: HashMap<u32, u32, foldhash::fast::FixedState>,
    years: HashMap<u32, u32, foldhash::fast::FixedState>,
    total: f64,
}

impl DateCounts {
    pub(crate) fn new(days: &[u32], counts: &[u32]) -> Self {
        let mut found = Self::default();
        for (day, count) in days.iter().zip(counts) {
            found.days.insert(*day, *count);
            *found.years.entry(PackedDate(*day).year()).or_default() += count;
            found.total += f64::from(*count);
        }
        found
    }

    /// The share born on a day.
    pub(crate) fn share(&self, day: PackedDate) -> f64 {
        share_of(f64::from(*self.days.get(&day.raw()).unwrap_or(&1)), self.total, USUAL_DAY)
    }

    /// The share born in a year.
    pub(crate) fn share_of_year(&self, year: u32) -> f64 {
        share_of(f64::from(*self.years.get(&year).unwrap_or(&1)), self.total, USUAL_YEAR)
    }
}

/// Days and how many were born on each, as they are stored.
pub(super) fn count_dates(slots: impl Iterator<Item = u32>) -> (Words, Words) {
    let mut counts: HashMap<u32, u32, foldhash::fast::FixedState> = HashMap::default();
    for day in slots.filter(|day| *day != 0) {
        *counts.entry(day).or_default() += 1;
    }
    let sorted: BTreeMap<_, _> = counts.into_iter().collect();
    (Words::Owned(sorted.keys().copied().collect()), Words::Owned(sorted.values().copied().collect()))
}

/// How many people live in each commune and province of today.
pub(crate) struct PlaceCounts {
    counts: HashMap<u32, f64, foldhash::fast::FixedState>,
    provinces: Vec<f64>,
    people: f64,
    /// The province of each place, where it is one.
    province_of: HashMap<u32, u8, foldhash::fast::FixedState>,
}

impl PlaceCounts {
    /// From the places as records name them.
    pub(crate) fn new(ids: &[u32], counts: &[u32], places: &Places) -> Self {
        let people = counts.iter().map(|count| f64::from(*count)).sum::<f64>();
        let mut communes: HashMap<u16, f64, foldhash::fast::FixedState> = HashMap::default();
        let mut provinces = vec![0.0; 256];
        let mut province_of: HashMap<u32, u8, foldhash::fast::FixedState> = HashMap::default();
        for (id, count) in ids.iter().zip(counts) {
            let today = places.today(*id);
            for commune in today {
                *communes.entry(*commune).or_default() += f64::from(*count) / today.len() as f64;
            }
            if let [province] = places.provinces_today(*id) {
                provinces[usize::from(*province)] += f64::from(*count);
                province_of.insert(*id, *province);
            }
        }
        let living = |id: &u32| places.today(*id).iter().filter_map(|commune| communes.get(commune)).sum();
        let counts = ids.iter().map(|id| (*id, living(id))).collect();
        Self { counts, provinces, people, province_of }
    }

    /// The share that lives where the place lies today.
    pub(crate) fn share(&self, id: u32) -> f64 {
        share_of(self.counts.get(&id).copied().unwrap_or(0.0), self.people, USUAL_COMMUNE)
    }

    /// The share that lives in the province of the place.
    pub(crate) fn share_of_province(&self, id: u32) -> f64 {
        self.province_of.get(&id).map_or(1.0, |province| self.share_of(*province))
    }

    /// The share that lives in a province of today.
    pub(crate) fn share_of(&self, province: u8) -> f64 {
        share_of(self.provinces[usize::from(province)], self.people, USUAL_PROVINCE)
    }
}

/// How often each unmarked word is the first, a middle or the last of a name.
pub(crate) struct Positions {
    pub(crate) first: Words,
    pub(crate) middle: Words,
    pub(crate) last: Words,
}

impl Positions {
    pub(super) fn count(names: &Names, lexicon: &Lexicon) -> Self {
        let mut counts = [vec![0_u32; lexicon.len()], vec![0; lexicon.len()], vec![0; lexicon.len()]];
        let view = names.view();
        for (place, count) in view.counts.iter().enumerate() {
            let name = view.name(place as u32 + 1);
            for (at, word) in name.iter().enumerate() {
                let fold = lexicon.fold(*word) as usize;
                if at == 0 {
                    counts[0][fold] += count;
                }
                if at + 1 == name.len() {
                    counts[2][fold] += count;
                }
                if at > 0 && at + 1 < name.len() {
                    counts[1][fold] += count;
                }
            }
        }
        let [first, middle, last] = counts.map(Words::Owned);
        Self { first, middle, last }
    }
}

/// The names of a field with their frequencies.
#[derive(Clone, Copy)]
pub(crate) struct NamesOf<'a> {
    pub(crate) names: NamesView<'a>,
    pub(crate) lexicon: &'a Lexicon,
    pub(crate) first: &'a [u32],
    pub(crate) middle: &'a [u32],
    pub(crate) last: &'a [u32],
    /// How many people have a name here.
    pub(crate) bearers: f64,
}

impl NamesOf<'_> {
    /// The share of people who bear the name in a slot.
    pub(crate) fn share(&self, slot: u32) -> f64 {
        share_of(f64::from(self.names.counts[slot as usize - 1]), self.bearers, USUAL_NAME)
    }

    /// The share of people whose name differs from it in marks at most.
    pub(crate) fn share_alike(&self, slot: u32) -> f64 {
        share_of(f64::from(self.names.alike[slot as usize - 1]), self.bearers, USUAL_NAME)
    }

    fn part(&self, counts: &[u32], word: WordId) -> f64 {
        share_of(f64::from(counts[self.lexicon.fold(word) as usize].max(1)), self.bearers, USUAL_WORD)
    }

    /// The share of people whose name begins with the word.
    pub(crate) fn first(&self, word: WordId) -> f64 {
        self.part(self.first, word)
    }

    /// The share of people in whose name the word is neither first nor last.
    pub(crate) fn middle(&self, word: WordId) -> f64 {
        self.part(self.middle, word)
    }

    /// The share of people whose name ends with the word.
    pub(crate) fn last(&self, word: WordId) -> f64 {
        self.part(self.last, word)
    }
}
