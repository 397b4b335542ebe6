//! Building an index.

use super::Index;
use super::counts::{Positions, count_dates};
use super::layout::{Layout, PlaceFinder, PlaceMemory, is_named};
use super::names::{NameTable, Names};
use super::postings::{Postings, keys};
use super::words::Words;
use crate::blocking::{Blocking, NameKeys, Part};
use crate::lexicon::Lexicon;
use crate::value::place::Places;
use crate::{Batch, Error, Kind, Schema};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Fewer rows than this are not worth a thread.
const ROWS_WORTH_A_THREAD: usize = 4_096;
/// Threads that look for blocking keys at once: each needs four bytes a person.
const KEY_THREADS_MAX: usize = 4;

/// Takes people in and makes an [`Index`] of them.
pub struct IndexBuilder {
    schema: Schema,
    blocking: Blocking,
    layout: Layout,
    places: Arc<Places>,
    found: PlaceMemory,
    records: Vec<u32>,
    tables: Vec<NameTable>,
    people: usize,
}

impl IndexBuilder {
    /// Begins an index; without `blocking` the usual passes of the schema are taken.
    #[must_use]
    pub fn new(schema: Schema, blocking: Option<Blocking>, places: Arc<Places>) -> Self {
        let layout = Layout::of(&schema);
        Self {
            blocking: blocking.unwrap_or_else(|| Blocking::usual(&schema)),
            tables: (0..layout.tables).map(|_| NameTable::default()).collect(),
            schema,
            layout,
            places,
            found: PlaceMemory::default(),
            records: Vec::new(),
            people: 0,
        }
    }

    /// Adds the rows of a batch; person *n* of the index is the *n*-th row added.
    pub fn add(&mut self, batch: &Batch) {
        let (layout, stride) = (&self.layout, self.layout.stride);
        let start = self.records.len();
        self.records.resize(start + batch.len() * stride, 0);
        self.people += batch.len();
        let records = &mut self.records[start..];
        let named: Vec<_> = (0..layout.fields.len()).filter(|field| is_named(layout.fields[*field].kind)).collect();
        let fill = |(table, field): (&mut NameTable, &usize)| -> Vec<u32> {
            table.add((0..batch.len()).map(|row| batch.cell(row, *field)))
        };
        let plain = |records: &mut [u32], places: &Places, found: &mut PlaceMemory| {
            let mut finder = PlaceFinder::of_today(places, std::mem::take(found));
            for (row, slots) in records.chunks_exact_mut(stride).enumerate() {
                layout.encode(|field| batch.cell(row, field), &mut finder, slots);
            }
            *found = finder.into_memory();
        };
        let columns: Vec<Vec<u32>> = if batch.len() < ROWS_WORTH_A_THREAD {
            plain(records, &self.places, &mut self.found);
            self.tables.iter_mut().zip(&named).map(fill).collect()
        } else {
            thread::scope(|scope| {
                let fill = &fill;
                let threads: Vec<_> =
                    self.tables.iter_mut().zip(&named).map(|pair| scope.spawn(move || fill(pair))).collect();
                plain(records, &self.places, &mut self.found);
                threads.into_iter().map(|thread| thread.join().unwrap_or_default()).collect()
            })
        };
        for (column, field) in columns.iter().zip(&named) {
            let slot = layout.fields[*field].slot;
            for (record, value) in records.chunks_exact_mut(stride).zip(column) {
                record[slot] = *value;
            }
        }
    }

    /// Makes the index.
    ///
    /// # Errors
    /// [`Error::TooManyPeople`] above 2³² − 2 people.
    pub fn finish(self) -> Result<Index, Error> {
        let Self { schema, blocking, layout, places, records, tables, people, .. } = self;
        let Some(count) = u32::try_from(people).ok().filter(|count| *count < u32::MAX) else {
            return Err(Error::TooManyPeople);
        };
        let mut lexicon = Lexicon::default();
        let names: Vec<Names> = tables.into_iter().map(|table| table.finish(&mut lexicon)).collect();
        let positions = names.iter().map(|names| Positions::count(names, &lexicon)).collect();
        let bearers = names.iter().map(bearers).collect();
        let column = |field: usize| {
            let slot = layout.fields[field].slot;
            records.chunks_exact(layout.stride.max(1)).map(move |record| record[slot])
        };
        let dates = (0..layout.fields.len()).filter(|field| layout.fields[*field].kind == Kind::Date).map(|field| {
            let (days, counts) = count_dates(column(field));
            (field, days, counts)
        });
        let dates = dates.collect();
        let counted_places = layout.commune.map(|field| {
            let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
            for place in column(field).filter(|place| *place != 0) {
                *counts.entry(place).or_default() += 1;
            }
            (Words::Owned(counts.keys().copied().collect()), Words::Owned(counts.values().copied().collect()))
        });
        let postings = post(&blocking, &layout, &records, &names, &lexicon, &places);
        Ok(Index {
            schema,
            blocking,
            layout,
            people: count,
            records: Words::Owned(records),
            lexicon,
            names,
            positions,
            bearers,
            dates,
            places: counted_places,
            postings,
            gazetteer: places,
        })
    }
}

/// How many people have a name of the table.
pub(super) fn bearers(names: &Names) -> f64 {
    names.counts.get().iter().map(|count| f64::from(*count)).sum()
}

/// The postings of every pass, several passes side by side.
fn post(
    blocking: &Blocking,
    layout: &Layout,
    records: &[u32],
    names: &[Names],
    lexicon: &Lexicon,
    places: &Places,
) -> Vec<Postings> {
    let stride = layout.stride.max(1);
    let people = records.len() / stride;
    // What each part of a name is blocked by, person after person: names are looked up once and not in every pass.
    let mut columns: Vec<(Part, Vec<u32>)> = Vec::new();
    for part in blocking.passes.iter().flat_map(|pass| &pass.parts) {
        let place = &layout.fields[part.field];
        if is_named(place.kind) && columns.iter().all(|(known, _)| known != part) {
            let view = names[place.table].view();
            let hashes = |name: u32| view.name(name).iter().map(|word| lexicon.hash(*word));
            let keys: Vec<u32> = (1..=view.ends.len() as u32)
                .map(|name| NameKeys::of(hashes(name)).map_or(0, |keys| keys.form(part.form)))
                .collect();
            let slots = records.chunks_exact(stride).map(|record| record[place.slot]);
            columns.push((*part, slots.map(|slot| if slot == 0 { 0 } else { keys[slot as usize - 1] }).collect()));
        }
    }
    let build = |pass: &crate::blocking::Pass| {
        let column = |part: &Part| columns.iter().find(|(of, _)| of == part).map_or(&[][..], |(_, column)| column);
        let mine: Vec<&[u32]> = pass.parts.iter().map(column).collect();
        Postings::build(people, |person| {
            let slots = &records[person * stride..(person + 1) * stride];
            keys(pass, layout, slots, places, |at, _| (mine[at][person] != 0).then_some(mine[at][person]))
        })
    };
    let next = AtomicUsize::new(0);
    let threads = thread::available_parallelism().map_or(1, usize::from).min(KEY_THREADS_MAX);
    let mut found: Vec<(usize, Postings)> = thread::scope(|scope| {
        let work = || {
            let mut mine = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(pass) = blocking.passes.get(at) else { break mine };
                mine.push((at, build(pass)));
            }
        };
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    });
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, postings)| postings).collect()
}
