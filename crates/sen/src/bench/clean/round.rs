//! One level: the file is cleaned as `sen clean` does it, and judged.

use super::CleanBenchArgs;
use super::effort::{self, Effort};
use super::files::{self, Truth};
use super::judge::{self, Judgement, Verdict};
use super::lost;
use super::report::LevelResult;
use crate::synth::corrupt::Level;
use anyhow::{Context, Result, bail};
use matching::value::place::Places;
use matching::{CleanOptions, Cleaner, Decision, Index, IndexBuilder, NOBODY, Schema};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// The index of the register.
pub(super) fn index(register: &Path, places: &Arc<Places>) -> Result<Index> {
    let mut builder = IndexBuilder::new(Schema::people(), None, Arc::clone(places));
    files::read(register, |batch| builder.add(batch))?;
    Ok(builder.finish()?)
}

/// Where the personal number stands in the schema of people.
const NUMBER: usize = 0;

/// Cleans one file and judges what came out.
pub(super) fn level(args: &CleanBenchArgs, level: Level, file: &Path, index: &Index) -> Result<LevelResult> {
    let options = CleanOptions { threshold: args.threshold, threads: args.threads, ..CleanOptions::default() };
    let mut cleaner = Cleaner::new(index, options);
    // The file is read twice, as it is too large to be kept.
    let ((), learning) = effort::of(|| {
        files::read(file, |batch| cleaner.sample(batch))?;
        cleaner.estimate();
        Ok(())
    })?;
    let (decided, deciding) = effort::of(|| {
        let mut decided: Vec<Decision> = Vec::new();
        files::read(file, |batch| decided.extend(cleaner.decide(batch)))?;
        Ok(decided)
    })?;
    let (finished, finishing) = effort::of(|| {
        let mut finished = decided.clone();
        cleaner.finish(&mut finished)?;
        Ok(finished)
    })?;

    // The judge's own work is not counted.
    let truth = files::read_truth(file)?;
    let rows = decided.len();
    let in_order = truth.iter().zip(&decided).all(|(truth, decision)| truth.row == decision.row);
    if rows != truth.len() || !in_order {
        bail!("{}: {rows} rows, but the truth is about {}", file.display(), truth.len());
    }
    let judgements =
        judge_rows(args, level, file, index, &cleaner, &Outcome { truth: &truth, decided, finished: &finished })?;
    let effort = learning.then(deciding).then(finishing);
    Ok(LevelResult {
        level,
        verdict: Verdict::of(&judgements, args.threshold),
        duplicates: judge::duplicates(&finished, &who(&truth)),
        learning,
        deciding,
        finishing,
        rows_per_second: rate(rows, effort),
        pairs: cleaner.work().pairs,
    })
}

/// What is held against each other, row by row.
struct Outcome<'a> {
    truth: &'a [Truth],
    decided: Vec<Decision>,
    finished: &'a [Decision],
}

fn judge_rows(
    args: &CleanBenchArgs,
    level: Level,
    file: &Path,
    index: &Index,
    cleaner: &Cleaner<'_>,
    outcome: &Outcome<'_>,
) -> Result<Vec<Judgement>> {
    let numbers: Vec<String> = (0..index.people()).map(|person| index.cell(person, NUMBER)).collect();
    let people: HashMap<&str, u32> = numbers.iter().map(String::as_str).zip(0..).collect();
    let mut batches = Vec::new();
    files::read(file, |batch| batches.push(batch.clone()))?;
    let rows = batches.iter().flat_map(|batch| (0..batch.len()).map(move |at| batch.cells(at).collect::<Vec<_>>()));

    let mut judgements = Vec::with_capacity(outcome.decided.len());
    let mut lost = args.lost.then(|| lost::Lost::create(&args.data, level)).transpose()?;
    for (at, cells) in rows.enumerate() {
        let (truth, decision) = (&outcome.truth[at], &outcome.decided[at]);
        let person = person_of(&people, truth)?;
        let compared = match person {
            None => None,
            Some(person) if person == decision.person => Some(None),
            Some(person) => {
                let alike = cleaner.look_alikes(&cells, usize::MAX);
                alike.into_iter().find(|candidate| candidate.person == person).map(Some)
            }
        };
        let judgement = Judgement {
            registered: person.is_some(),
            named: decision.person != NOBODY,
            right: person == Some(decision.person),
            probability: f64::from(decision.probability),
            compared: compared.is_some(),
            status: outcome.finished[at].status,
            kinds: truth.kinds.split('|').filter(|kind| !kind.is_empty()).map(str::to_owned).collect(),
        };
        if let Some(lost) = &mut lost {
            let candidate = compared.as_ref().and_then(Option::as_ref);
            lost.look_at(index, &cells, truth, decision, &judgement, person, candidate, args.threshold)?;
        }
        judgements.push(judgement);
    }
    if let Some(lost) = lost {
        lost.close()?;
    }
    Ok(judgements)
}

fn rate(rows: usize, effort: Effort) -> f64 {
    rows as f64 / effort.seconds.max(1e-9)
}

fn person_of(people: &HashMap<&str, u32>, truth: &Truth) -> Result<Option<u32>> {
    if truth.personal_number.is_empty() {
        return Ok(None);
    }
    let person = people.get(truth.personal_number.as_str());
    Ok(Some(*person.context("the truth names somebody whom the register does not have")?))
}

/// Which person each row is about: rows of one person have one number.
fn who(truth: &[Truth]) -> HashMap<u64, usize> {
    let mut who: HashMap<u64, usize> = HashMap::new();
    for (person, row) in truth.iter().enumerate() {
        let person = row.duplicate_of.and_then(|earlier| who.get(&earlier).copied()).unwrap_or(person);
        who.insert(row.row, person);
    }
    who
}
