//! Finding the people that a row may be, and how much speaks for each.

use crate::blocking::{Form, NameKeys, Part, Pass};
use crate::compare::levels::{name, sex};
use crate::compare::{NameMemo, Outcome, Speller, communes, dates, number_of, numbers, texts};
use crate::index::{INFERRED, Keys, NamesOf, View, bucket, bucket_bits, date_of, is_named, keys};
use crate::row::{Memory, Row, RowReader};
use crate::value::date::PackedDate;
use crate::weights::Compiled;
use crate::{Decision, FIELDS_MAX, Index, Kind};
use std::time::{Duration, Instant};

/// A bucket of more people than this says too little to be looked into.
const BUCKET_MAX: usize = 3_000;
/// People whose fields are compared for one row at most, the most selective passes first.
const CANDIDATES_MAX: usize = 20_000;
/// So many bits above the odds of a stranger, and nobody else can come near: the broad passes are spared.
const CERTAIN_BITS: f32 = 14.0;

/// How a row and a person agree.
#[derive(Clone, Copy)]
pub(crate) struct Compared {
    pub(crate) person: u32,
    /// The sum of the fields' weights, in bits.
    pub(crate) weight: f32,
    pub(crate) levels: [u8; FIELDS_MAX],
    pub(crate) log_u: [f32; FIELDS_MAX],
}

/// What was done, for the figures.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Effort {
    pub(crate) pairs: u64,
    pub(crate) buckets: u64,
    pub(crate) spent: Spent,
}

/// Where the time of comparing went, summed over threads.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Spent {
    /// Understanding the values of the rows.
    pub values: Duration,
    /// Finding who shares a blocking key.
    pub blocking: Duration,
    /// Waiting for the memory to give the records of those people.
    pub fetching: Duration,
    /// Comparing fields, ranking, deciding.
    pub scoring: Duration,
}

impl Spent {
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            values: self.values + other.values,
            blocking: self.blocking + other.blocking,
            fetching: self.fetching + other.fetching,
            scoring: self.scoring + other.scoring,
        }
    }
}

/// Compares rows with the people of an index. One for each thread.
pub(crate) struct Scorer<'a> {
    index: &'a Index,
    view: &'a View<'a>,
    reader: RowReader<'a>,
    speller: Speller<'a>,
    memos: [NameMemo; FIELDS_MAX],
    pub(crate) row: Row,
    met: Vec<u32>,
    fresh: Vec<u32>,
    /// Pass and bucket.
    buckets: Vec<(usize, usize)>,
    /// Pass, and where its people begin and end.
    ranges: Vec<(usize, usize, usize)>,
    text: String,
    pub(crate) effort: Effort,
}

impl<'a> Scorer<'a> {
    pub(crate) fn new(index: &'a Index, view: &'a View<'a>, memory: Memory) -> Self {
        let (reader, speller) = RowReader::new(index, memory);
        Self {
            index,
            view,
            reader,
            speller,
            memos: std::array::from_fn(|_| NameMemo::default()),
            row: Row::default(),
            met: Vec::new(),
            fresh: Vec::new(),
            buckets: Vec::new(),
            ranges: Vec::new(),
            text: String::new(),
            effort: Effort::default(),
        }
    }

    pub(crate) fn into_memory(self) -> Memory {
        self.reader.into_memory(self.speller)
    }

    /// Reads a row; [`Scorer::candidates`] and [`Scorer::compare`] then speak of it.
    pub(crate) fn read<'c>(&mut self, cell: impl Fn(usize) -> &'c str) {
        let started = Instant::now();
        self.reader.read(cell, &mut self.speller, &mut self.row);
        self.memos.iter_mut().for_each(NameMemo::clear);
        self.effort.spent.values += started.elapsed();
    }

    /// Everybody who shares a blocking key with the row, best first, but `besides`. `odds`: log₂ of the odds that a
    /// person met by chance is the one.
    pub(crate) fn candidates(
        &mut self,
        weights: &Compiled,
        odds: f32,
        besides: Option<u32>,
        found: &mut Vec<Compared>,
    ) {
        found.clear();
        self.met.clear();
        let passes = &self.index.blocking.passes;
        let last = passes.iter().map(|pass| pass.tier).max().unwrap_or(0);
        let mut started = Instant::now();
        let mut lap = |spent: &mut Duration| {
            let now = Instant::now();
            *spent += now - std::mem::replace(&mut started, now);
        };
        for tier in 0..=last {
            self.fresh.clear();
            for (at, pass) in passes.iter().enumerate().filter(|(_, pass)| pass.tier == tier) {
                self.meet(at, pass, &{ self.row.slots });
            }
            if tier == last {
                self.meet_swapped();
                self.meet_turned();
            }
            self.gather();
            self.fresh.sort_unstable();
            self.fresh.dedup();
            let fresh = std::mem::take(&mut self.fresh);
            lap(&mut self.effort.spent.blocking);
            self.touch(&fresh);
            lap(&mut self.effort.spent.fetching);
            for person in &fresh {
                if Some(*person) != besides && self.met.binary_search(person).is_err() && found.len() < CANDIDATES_MAX {
                    found.push(self.compare(*person, weights));
                }
            }
            self.met.extend(&fresh);
            self.met.sort_unstable();
            self.fresh = fresh;
            lap(&mut self.effort.spent.scoring);
            if found.iter().any(|one| one.weight + odds > CERTAIN_BITS) && tier > 0 {
                break;
            }
        }
        // Ties are broken by the person: the result hangs on nothing else.
        found.sort_unstable_by(|a, b| b.weight.total_cmp(&a.weight).then(a.person.cmp(&b.person)));
        lap(&mut self.effort.spent.scoring);
    }

    fn meet(&mut self, at: usize, pass: &Pass, slots: &[u32]) {
        let keys = keys(pass, &self.index.layout, slots, &self.index.gazetteer, |_, part| {
            self.row.name_keys[part.field].map(|keys| keys.form(part.form))
        });
        self.look_up(at, &keys);
    }

    fn look_up(&mut self, pass: usize, keys: &Keys) {
        let bits = bucket_bits(self.index.people as usize);
        self.buckets.extend(keys.get().iter().map(|key| (pass, bucket(*key, bits))));
    }

    /// The people of the buckets. Each step is done for all buckets before the next, so that the memory is asked for
    /// many places at once instead of for one after another.
    fn gather(&mut self) {
        self.effort.buckets += self.buckets.len() as u64;
        self.ranges.clear();
        for (pass, bucket) in self.buckets.drain(..) {
            let starts = self.view.postings[pass].0;
            self.ranges.push((pass, starts[bucket] as usize, starts[bucket + 1] as usize));
        }
        self.ranges.retain(|(_, start, end)| start < end && end - start <= BUCKET_MAX);
        let first = self.ranges.iter().map(|(pass, start, _)| self.view.postings[*pass].1[*start]);
        std::hint::black_box(first.fold(0, |sum, person| sum ^ person));
        for (pass, start, end) in &self.ranges {
            self.fresh.extend_from_slice(&self.view.postings[*pass].1[*start..*end]);
        }
    }

    /// Looks at everything that comparing will need of these people, one kind of thing after another: comparing would
    /// wait for the memory at each of them in turn.
    pub(crate) fn touch(&self, people: &[u32]) {
        let stride = self.view.stride;
        let records = people.iter().map(|person| {
            let start = *person as usize * stride;
            self.view.records[start] ^ self.view.records[start + stride - 1]
        });
        std::hint::black_box(records.fold(0, |sum, slot| sum ^ slot));
        for (field, place) in self.index.layout.fields.iter().enumerate().filter(|(_, place)| is_named(place.kind)) {
            if self.row.names[field].words.is_empty() {
                continue;
            }
            let names = self.view.names[place.table].names;
            let slots = || people.iter().map(|person| self.view.records[*person as usize * stride + place.slot]);
            let ends = slots().filter(|slot| *slot != 0).map(|slot| names.ends[slot as usize - 1]);
            let last = ends.map(|end| names.words[end as usize - 1]);
            std::hint::black_box(last.fold(0, |sum, word| sum ^ word));
        }
    }

    /// The passes by a whole date once more, with day and month exchanged.
    fn meet_swapped(&mut self) {
        let layout = &self.index.layout;
        for (field, place) in layout.fields.iter().enumerate().filter(|(_, place)| place.kind == Kind::Date) {
            let day = date_of(self.row.slots[place.slot]);
            if !day.is_full() || day.day() > 12 || day.day() == day.month() {
                continue;
            }
            let mut slots = self.row.slots;
            slots[place.slot] = PackedDate::new(day.year(), day.day(), day.month()).raw();
            let whole = |pass: &Pass| pass.parts.iter().any(|part| part.field == field && part.form == Form::Whole);
            for (at, pass) in self.index.blocking.passes.iter().enumerate().filter(|(_, pass)| whole(pass)) {
                self.meet(at, pass, &slots);
            }
        }
    }

    /// The passes by the first or last word of the person's name once more, as if the given name stood first.
    fn meet_turned(&mut self) {
        let Some(own) = self.index.layout.full_name else { return };
        let Some(turned) = self.row.name_keys[own].map(NameKeys::turned) else { return };
        let as_it_is = self.row.name_keys[own].replace(turned);
        let slots = self.row.slots;
        let one_word = |part: &Part| part.field == own && matches!(part.form, Form::First | Form::Last);
        for (at, pass) in self.index.blocking.passes.iter().enumerate().filter(|(_, p)| p.parts.iter().any(one_word)) {
            self.meet(at, pass, &slots);
        }
        self.row.name_keys[own] = as_it_is;
    }

    /// Compares the row with a person, field by field.
    pub(crate) fn compare(&mut self, person: u32, weights: &Compiled) -> Compared {
        self.effort.pairs += 1;
        let mut compared =
            Compared { person, weight: 0.0, levels: [Decision::MISSING; FIELDS_MAX], log_u: [0.0; FIELDS_MAX] };
        let record = self.view.record(person);
        for field in 0..self.index.layout.fields.len() {
            if let Some(outcome) = self.compare_field(field, record) {
                compared.levels[field] = outcome.level;
                compared.log_u[field] = outcome.log_u;
            }
        }
        self.depend(&mut compared);
        compared.weight = weights.sum(&compared.levels, &compared.log_u);
        compared
    }

    fn compare_field(&mut self, field: usize, record: &[u32]) -> Option<Outcome> {
        let place = self.index.layout.fields[field];
        let (mine, theirs) = (self.row.slots[place.slot], record[place.slot]);
        let people = f64::from(self.index.people.max(1));
        match place.kind {
            Kind::PersonalNumber | Kind::Number => {
                let mine = number_of(mine, self.row.slots[place.slot + 1]);
                let theirs = number_of(theirs, record[place.slot + 1]);
                if mine == 0 || theirs == 0 {
                    return None;
                }
                if place.kind == Kind::PersonalNumber {
                    return Some(numbers(mine, theirs, 12, people));
                }
                // Nothing is known of how such numbers are given: chance is what random pairs show.
                let digits = theirs.checked_ilog10().unwrap_or(0) + 1;
                Some(Outcome::by_level(numbers(mine, theirs, digits, people).level))
            }
            _ if mine == 0 || theirs == 0 => None,
            Kind::OldId => Some(numbers(u64::from(mine - 1), u64::from(theirs - 1), 9, people)),
            Kind::Date => Some(dates(date_of(mine), date_of(theirs), &self.view.dates[field])),
            Kind::Sex => Some(sexes(mine, theirs)),
            Kind::Commune => Some(communes(mine, theirs, &self.index.gazetteer, &self.view.places)),
            Kind::Province if mine == theirs => {
                Some(Outcome::with_chance(0, self.view.places.share_of((theirs - 1) as u8)))
            }
            Kind::Province => Some(Outcome::by_level(1)),
            Kind::FullName | Kind::KinName => {
                let of = &self.view.names[place.table];
                let memo = &mut self.memos[field];
                Some(crate::compare::names(&self.row.names[field], theirs, of, &mut self.speller, memo))
            }
            Kind::Text => {
                let of = &self.view.names[place.table];
                write_text(of, theirs, &mut self.text);
                Some(texts(&self.row.texts[field], &self.text, of.share_alike(theirs)))
            }
            Kind::Code => {
                let of = &self.view.names[place.table];
                let mut words = self.row.names[field].words.iter().map(|word| word.fold);
                let same = of.names.name(theirs).iter().map(|word| of.lexicon.fold(*word)).eq(&mut words);
                Some(if same { Outcome::with_chance(0, of.share_alike(theirs)) } else { Outcome::by_level(1) })
            }
        }
    }

    /// What one agreement already says, another does not say again.
    fn depend(&self, compared: &mut Compared) {
        let layout = &self.index.layout;
        if let (Some(commune), Some(province)) = (layout.commune, layout.province)
            && compared.levels[commune] != Decision::MISSING
        {
            compared.levels[province] = Decision::MISSING;
        }
        if let (Some(own), Some(field)) = (layout.full_name, layout.sex)
            && matches!(compared.levels[field], sex::INFERRED | sex::INFERRED_DIFFERS)
            && compared.levels[own] < name::PART
        {
            compared.levels[field] = Decision::MISSING;
        }
        // Another name and the same parents: a brother or sister explains it as well as any error, so that the parents
        // say nothing (families are not people drawn at random).
        let another = |level: u8| matches!(level, name::SURNAME | name::GIVEN | name::DIFFERS);
        if layout.full_name.is_some_and(|own| another(compared.levels[own])) {
            for (field, _) in layout.fields.iter().enumerate().filter(|(_, place)| place.kind == Kind::KinName) {
                if compared.levels[field] < name::DIFFERS {
                    compared.levels[field] = Decision::MISSING;
                }
            }
        }
    }
}

fn sexes(mine: u32, theirs: u32) -> Outcome {
    let (mine, inferred) = if mine > INFERRED { (mine - INFERRED, true) } else { (mine, false) };
    Outcome::by_level(match (mine == theirs, inferred) {
        (true, false) => sex::SAME,
        (true, true) => sex::INFERRED,
        (false, true) => sex::INFERRED_DIFFERS,
        (false, false) => sex::DIFFERS,
    })
}

fn write_text(of: &NamesOf<'_>, slot: u32, text: &mut String) {
    text.clear();
    for word in of.names.name(slot) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(of.lexicon.word(of.lexicon.fold(*word)));
    }
}

/// The probabilities of the people found, best first, from their weights.
///
/// `Register`: the row is one person of the register or nobody, and each person is as likely beforehand as any other,
/// so that the people compete: P(j) = oⱼ / (1 + Σₖ oₖ) with oⱼ = share / people ÷ (1 − share) · 2^weight (the sum over
/// the possible links of one row in Sadinle 2017, eq. 3). `Within`: any number of other rows can be the same person, so
/// that pairs do not compete: P(j) = oⱼ / (1 + oⱼ) (Fellegi and Sunter 1969).
pub(crate) fn probabilities(found: &[Compared], odds: f32, within: bool, into: &mut Vec<f64>) {
    into.clear();
    into.extend(found.iter().map(|one| f64::from(one.weight + odds).exp2()));
    if within {
        into.iter_mut().for_each(|odds| *odds /= 1.0 + *odds);
        return;
    }
    let sum = 1.0 + into.iter().sum::<f64>();
    into.iter_mut().for_each(|odds| *odds /= sum);
}

/// log₂ of the odds, before anything is compared, that a given person is the one.
pub(crate) fn prior_odds(share: f64, people: u32, within: bool) -> f32 {
    let share = share.clamp(1e-6, if within { 1e6 } else { 0.999_999 });
    let others = if within { 1.0 } else { 1.0 - share };
    (share / f64::from(people.max(1)) / others).log2() as f32
}
