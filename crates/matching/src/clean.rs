//! Cleaning a file: a sample to learn from, a decision for each row, and the rows that are the same person.

use crate::estimate::{Counts, Observed, count_random, maximise, observe, set_chances};
use crate::index::View;
use crate::lexicon::{join, stable_hash};
use crate::row::Memory;
use crate::score::{Compared, Effort, Scorer, Spent, prior_odds, probabilities};
use crate::weights::{Compiled, Weights};
use crate::{Batch, Decision, Error, FIELDS_MAX, Flags, Index, IndexBuilder, NOBODY, Rival, Status};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::thread;

/// Rows of the sample that weights are estimated on.
const SAMPLE_ROWS: usize = 10_000;
/// Fewer rows than this are not worth a thread.
const ROWS_WORTH_A_THREAD: usize = 256;
/// A rival within this factor of the best makes a row ambiguous.
const RIVAL_FACTOR: f64 = 0.2;
/// The usual share of rows that are one more row of somebody, for rows that nobody in the register fits.
const DUPLICATES_USUAL: f64 = 0.02;

/// How a file is cleaned.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct CleanOptions {
    /// From this probability on a row is a match.
    pub threshold: f64,
    /// From this probability on a clerk is asked.
    pub review: f64,
    /// How many threads; 0 for as many as there are processors.
    pub threads: usize,
    /// The index is the file itself: person *n* is row *n* + 1, and a row is not compared with itself.
    pub within: bool,
}

impl Default for CleanOptions {
    fn default() -> Self {
        Self { threshold: 0.9, review: 0.1, threads: 0, within: false }
    }
}

/// Two that are perhaps the same.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pair {
    /// The row.
    pub row: u64,
    /// The record of the index.
    pub person: u32,
    /// How likely they are one person.
    pub probability: f64,
}

/// Somebody a row may be.
#[derive(Clone, PartialEq, Debug)]
pub struct Candidate {
    /// The record of the index.
    pub person: u32,
    /// How likely it is meant.
    pub probability: f64,
    /// The sum of the fields' weights, in bits.
    pub weight: f32,
    /// By field.
    pub levels: [u8; FIELDS_MAX],
}

/// What the comparing took.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize)]
pub struct Work {
    /// Pairs of a row and a person whose fields were compared.
    pub pairs: u64,
    /// Blocking keys that were looked up.
    pub keys: u64,
}

/// Cleans one file against one index.
pub struct Cleaner<'a> {
    index: &'a Index,
    view: View<'a>,
    options: CleanOptions,
    weights: Weights,
    compiled: Compiled,
    /// Hash of the content → the row's cells and its place in the file.
    sample: BTreeMap<(u64, u64), Vec<String>>,
    work: Work,
    spent: Spent,
    /// The cells of rows that nobody in the register fits.
    unknown: Batch,
    /// What threads have learned and no thread holds now.
    memories: Mutex<Vec<Memory>>,
}

impl<'a> Cleaner<'a> {
    /// A cleaner with the usual weights.
    #[must_use]
    pub fn new(index: &'a Index, options: CleanOptions) -> Self {
        let mut weights = Weights::usual(index.schema());
        if options.within {
            weights.share = DUPLICATES_USUAL;
        }
        Self {
            view: index.view(),
            compiled: Compiled::new(&weights),
            unknown: Batch::new(index.schema().fields.len()),
            sample: BTreeMap::new(),
            work: Work::default(),
            spent: Spent::default(),
            memories: Mutex::default(),
            weights,
            options,
            index,
        }
    }

    /// The weights in use.
    #[must_use]
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// Uses weights that were estimated before.
    ///
    /// # Errors
    /// When they are of another schema.
    pub fn set_weights(&mut self, weights: Weights) -> Result<(), Error> {
        let fits = weights.fields.len() == self.weights.fields.len()
            && weights.fields.iter().zip(&self.weights.fields).all(|(a, b)| a.levels.len() == b.levels.len());
        if !fits {
            return Err(Error::Weights);
        }
        self.compiled = Compiled::new(&weights);
        self.weights = weights;
        Ok(())
    }

    /// What comparing has taken so far.
    #[must_use]
    pub fn work(&self) -> Work {
        self.work
    }

    /// Where the time of it went so far.
    #[must_use]
    pub fn spent(&self) -> Spent {
        self.spent
    }

    fn add(&mut self, effort: Effort) {
        self.work.pairs += effort.pairs;
        self.work.keys += effort.buckets;
        self.spent = self.spent.and(effort.spent);
    }

    /// Looks at a batch of the file, for the sample. Every batch must pass here once before [`Cleaner::estimate`].
    pub fn sample(&mut self, batch: &Batch) {
        for at in 0..batch.len() {
            let hash = batch.cells(at).fold(0, |hash, cell| join(hash, stable_hash(cell.as_bytes())));
            if self.sample.len() >= SAMPLE_ROWS
                && self.sample.last_key_value().is_some_and(|((largest, _), _)| hash >= *largest)
            {
                continue;
            }
            // Rows of one content are as many as they are; which of them counts is the same.
            self.sample.insert((hash, batch.row(at)), batch.cells(at).map(str::to_owned).collect());
            if self.sample.len() > SAMPLE_ROWS {
                self.sample.pop_last();
            }
        }
    }

    /// Estimates the weights on the sample.
    pub fn estimate(&mut self) -> &Weights {
        let sample = std::mem::take(&mut self.sample);
        if sample.is_empty() || self.index.people == 0 {
            return &self.weights;
        }
        let rows: Vec<_> = sample.iter().map(|((hash, row), cells)| (*hash, *row, cells.as_slice())).collect();
        let parts = self.in_threads(rows.len(), |scorer, range| {
            let mut counts: Counts = [[0.0; _]; FIELDS_MAX];
            let (mut observed, mut found) = (Vec::new(), Vec::new());
            for (hash, row, cells) in &rows[range] {
                scorer.read(|field| cells[field].as_str());
                let besides = self.besides(*row);
                count_random(scorer, &self.compiled, self.index.people, besides, *hash, &mut counts);
                let odds = prior_odds(self.weights.share, self.index.people, self.options.within);
                scorer.candidates(&self.compiled, odds, besides, &mut found);
                observed.push(observe(&found));
            }
            (counts, observed)
        });
        let mut counts: Counts = [[0.0; _]; FIELDS_MAX];
        let mut observed: Vec<Observed> = Vec::with_capacity(rows.len());
        for ((part, rows), effort) in parts {
            for (sum, level) in counts.iter_mut().flatten().zip(part.iter().flatten()) {
                *sum += level;
            }
            observed.extend(rows);
            self.add(effort);
        }
        set_chances(&mut self.weights, &counts);
        maximise(&mut self.weights, &mut observed, self.index.people, self.options.within);
        self.compiled = Compiled::new(&self.weights);
        &self.weights
    }

    /// The record that a row must not be compared with.
    fn besides(&self, row: u64) -> Option<u32> {
        self.options.within.then(|| u32::try_from(row.wrapping_sub(1)).unwrap_or(NOBODY))
    }

    /// Decides every row of a batch, in its order.
    pub fn decide(&mut self, batch: &Batch) -> Vec<Decision> {
        let odds = prior_odds(self.weights.share, self.index.people, self.options.within);
        let parts = self.in_threads(batch.len(), |scorer, range| {
            let (mut found, mut chances) = (Vec::new(), Vec::new());
            range
                .map(|at| {
                    scorer.read(|field| batch.cell(at, field));
                    let row = batch.row(at);
                    scorer.candidates(&self.compiled, odds, self.besides(row), &mut found);
                    probabilities(&found, odds, self.options.within, &mut chances);
                    self.decision(row, scorer, &found, &chances)
                })
                .collect::<Vec<_>>()
        });
        let mut decisions = Vec::with_capacity(batch.len());
        for (part, effort) in parts {
            decisions.extend(part);
            self.add(effort);
        }
        for (at, decision) in decisions.iter().enumerate().filter(|(_, d)| d.status != Status::Match) {
            if !self.options.within && !decision.flags.has(Flags::TOO_LITTLE) {
                self.unknown.push(decision.row, batch.cells(at));
            }
        }
        decisions
    }

    /// Every pair of the batch's rows and people that is at least as likely as what goes to review.
    pub fn pairs(&mut self, batch: &Batch) -> Vec<Pair> {
        let odds = prior_odds(self.weights.share, self.index.people, self.options.within);
        let parts = self.in_threads(batch.len(), |scorer, range| {
            let (mut found, mut chances, mut pairs) = (Vec::new(), Vec::new(), Vec::new());
            for at in range {
                scorer.read(|field| batch.cell(at, field));
                let row = batch.row(at);
                scorer.candidates(&self.compiled, odds, self.besides(row), &mut found);
                probabilities(&found, odds, self.options.within, &mut chances);
                let likely = found.iter().zip(&chances).filter(|(_, chance)| **chance >= self.options.review);
                pairs.extend(likely.map(|(one, chance)| Pair { row, person: one.person, probability: *chance }));
            }
            pairs
        });
        parts.into_iter().flat_map(|(pairs, _)| pairs).collect()
    }

    /// The people that one row may be, likeliest first.
    #[must_use]
    pub fn look_alikes(&self, cells: &[&str], max: usize) -> Vec<Candidate> {
        if self.index.people == 0 {
            return Vec::new();
        }
        let mut scorer = Scorer::new(self.index, &self.view, self.memory());
        let (mut found, mut chances) = (Vec::new(), Vec::new());
        let odds = prior_odds(self.weights.share, self.index.people, self.options.within);
        scorer.read(|field| cells.get(field).copied().unwrap_or(""));
        scorer.candidates(&self.compiled, odds, None, &mut found);
        probabilities(&found, odds, self.options.within, &mut chances);
        self.keep(scorer.into_memory());
        let all = found.iter().zip(&chances).take(max);
        all.map(|(one, chance)| Candidate {
            person: one.person,
            probability: *chance,
            weight: one.weight,
            levels: one.levels,
        })
        .collect()
    }

    fn decision(&self, row: u64, scorer: &Scorer<'_>, found: &[Compared], chances: &[f64]) -> Decision {
        let mut flags = scorer.row.flags;
        let rival = found.get(1).zip(chances.get(1));
        let rival = rival.map_or(Rival { person: NOBODY, probability: 0.0 }, |(one, chance)| Rival {
            person: one.person,
            probability: *chance as f32,
        });
        let (Some(best), Some(chance)) = (found.first(), chances.first()) else {
            if scorer.row.slots.iter().all(|slot| *slot == 0) {
                flags = flags.with(Flags::TOO_LITTLE);
            }
            return Decision {
                row,
                duplicate_of: 0,
                person: NOBODY,
                probability: 0.0,
                weight: 0.0,
                rival,
                levels: [Decision::MISSING; FIELDS_MAX],
                status: Status::None,
                flags,
            };
        };
        let status = if *chance >= self.options.threshold {
            Status::Match
        } else if *chance >= self.options.review {
            Status::Review
        } else {
            Status::None
        };
        if chances.get(1).is_some_and(|second| *second > chance * RIVAL_FACTOR && *second > 0.02) {
            flags = flags.with(Flags::AMBIGUOUS);
        }
        if let Some(field) = self.index.layout.personal_number {
            let same = |one: &&Compared| one.levels[field] == crate::compare::levels::number::SAME;
            if found.iter().find(same).is_some_and(|owner| owner.person != best.person || status == Status::None) {
                flags = flags.with(Flags::NUMBER_OF_ANOTHER);
            }
        }
        Decision {
            row,
            duplicate_of: 0,
            person: best.person,
            probability: *chance as f32,
            weight: best.weight,
            rival,
            levels: best.levels,
            status,
            flags,
        }
    }

    /// What a thread learned earlier.
    fn memory(&self) -> Memory {
        self.memories.lock().ok().and_then(|mut memories| memories.pop()).unwrap_or_default()
    }

    fn keep(&self, memory: Memory) {
        if let Ok(mut memories) = self.memories.lock() {
            memories.push(memory);
        }
    }

    /// Works on `rows` rows, a part in each thread; the parts come back in their order.
    fn in_threads<T: Send>(
        &self,
        rows: usize,
        work: impl Fn(&mut Scorer<'_>, std::ops::Range<usize>) -> T + Sync,
    ) -> Vec<(T, Effort)> {
        let wanted = match self.options.threads {
            0 => thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        let threads = wanted.min(rows / ROWS_WORTH_A_THREAD).max(1);
        let one = |thread: usize| {
            let mut scorer = Scorer::new(self.index, &self.view, self.memory());
            let part = work(&mut scorer, rows * thread / threads..rows * (thread + 1) / threads);
            let effort = scorer.effort;
            self.keep(scorer.into_memory());
            (part, effort)
        };
        if threads == 1 {
            return vec![one(0)];
        }
        thread::scope(|scope| {
            let one = &one;
            let running: Vec<_> = (0..threads).map(|thread| scope.spawn(move || one(thread))).collect();
            running
                .into_iter()
                .map(|thread| match thread.join() {
                    Ok(part) => part,
                    Err(fault) => std::panic::resume_unwind(fault),
                })
                .collect()
        })
    }

    /// Finds rows of the same person, once every row is decided: rows that match one person, and rows alike that
    /// nobody in the register fits. The row that fits best stands for the person; the others become duplicates of it.
    ///
    /// # Errors
    /// With more unknown rows than an index can hold.
    pub fn finish(&mut self, decisions: &mut [Decision]) -> Result<(), Error> {
        let mut best: HashMap<u32, usize> = HashMap::new();
        for (at, decision) in decisions.iter().enumerate().filter(|(_, d)| d.status == Status::Match) {
            let known = best.entry(decision.person).or_insert(at);
            let other = &decisions[*known];
            if (decision.weight, other.row) > (other.weight, decision.row) {
                *known = at;
            }
        }
        if self.options.within {
            return Ok(());
        }
        let rows: HashMap<u32, u64> = best.iter().map(|(person, at)| (*person, decisions[*at].row)).collect();
        for decision in decisions.iter_mut().filter(|d| d.status == Status::Match) {
            let first = rows.get(&decision.person).copied().unwrap_or(decision.row);
            if first != decision.row {
                decision.status = Status::Duplicate;
                decision.duplicate_of = first;
            }
        }
        let unknown = std::mem::take(&mut self.unknown);
        let clusters = self.alike(&unknown)?;
        for decision in decisions.iter_mut().filter(|d| matches!(d.status, Status::None | Status::Review)) {
            if let Some((first, chance)) = clusters.get(&decision.row) {
                decision.status = Status::Duplicate;
                decision.duplicate_of = *first;
                // Nobody of the register: the probability is that of the two rows being one person.
                (decision.person, decision.probability) = (NOBODY, *chance as f32);
                decision.levels = [Decision::MISSING; FIELDS_MAX];
            }
        }
        Ok(())
    }

    /// Rows that are the same person as an earlier one: row → first row, and how likely.
    fn alike(&self, rows: &Batch) -> Result<HashMap<u64, (u64, f64)>, Error> {
        if rows.len() < 2 {
            return Ok(HashMap::new());
        }
        let mut builder = IndexBuilder::new(
            self.index.schema().clone(),
            Some(self.index.blocking.clone()),
            self.index.gazetteer.clone(),
        );
        builder.add(rows);
        let index = builder.finish()?;
        let options = CleanOptions { within: true, review: self.options.threshold, ..self.options };
        let mut cleaner = Cleaner::new(&index, options);
        cleaner.set_weights(Weights { share: DUPLICATES_USUAL, ..self.weights.clone() })?;
        // Row n of this index is the n-th unknown row.
        let mut numbered = Batch::new(rows.width());
        for at in 0..rows.len() {
            numbered.push(at as u64 + 1, rows.cells(at));
        }
        let mut first: Vec<usize> = (0..rows.len()).collect();
        let mut chances = vec![0.0_f64; rows.len()];
        let mut pairs = cleaner.pairs(&numbered);
        pairs.sort_by_key(|pair| (pair.row, pair.person));
        for pair in pairs {
            let (a, b) = (root(&mut first, pair.row as usize - 1), root(&mut first, pair.person as usize));
            let (early, late) = (a.min(b), a.max(b));
            first[late] = early;
            for at in [pair.row as usize - 1, pair.person as usize] {
                chances[at] = chances[at].max(pair.probability);
            }
        }
        let members = (0..rows.len()).map(|at| (at, root(&mut first, at))).filter(|(at, root)| at != root);
        Ok(members.map(|(at, root)| (rows.row(at), (rows.row(root), chances[at]))).collect())
    }
}

/// The first member of a set, with paths halved on the way.
fn root(first: &mut [usize], mut at: usize) -> usize {
    while first[at] != at {
        first[at] = first[first[at]];
        at = first[at];
    }
    at
}
