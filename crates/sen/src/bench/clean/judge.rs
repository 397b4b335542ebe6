//! What came out, held against the truth.

use matching::{Decision, Status};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Where the curve is looked at.
pub(super) const THRESHOLDS: [f64; 12] = [0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999];

/// What is known of one row in the end.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// Whether the register has the person.
    pub registered: bool,
    /// Whether somebody was named at all, at whatever probability.
    pub named: bool,
    /// Whether that is the person.
    pub right: bool,
    /// How likely it was held to be.
    pub probability: f64,
    /// Whether the person was among those compared.
    pub compared: bool,
    /// The status in the end.
    pub status: Status,
    /// The kinds of error.
    pub kinds: Vec<String>,
}

/// How right.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize)]
pub struct Score {
    /// Rows whose person the register has.
    pub people: u64,
    /// Rows that were given a person.
    pub given: u64,
    /// Rows that were given the right one.
    pub right: u64,
    /// Of those given, the share that is right.
    pub precision: f64,
    /// Of the people, the share that was found.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
}

impl Score {
    /// What counts as given is at least as likely as `threshold`.
    #[must_use]
    pub fn at<'a>(threshold: f64, rows: impl Iterator<Item = &'a Judgement>) -> Self {
        let mut score = Self::default();
        for row in rows {
            // Probabilities are kept in 32 bits, thresholds in 64.
            let given = row.named && row.probability as f32 >= threshold as f32;
            score.people += u64::from(row.registered);
            score.given += u64::from(given);
            score.right += u64::from(given && row.right);
        }
        let share = |part: u64, whole: u64| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
        score.precision = share(score.right, score.given);
        score.recall = share(score.right, score.people);
        let sum = score.precision + score.recall;
        score.f1 = if sum > 0.0 { 2.0 * score.precision * score.recall / sum } else { 0.0 };
        score
    }
}

/// A row of the confusion by status.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Outcomes {
    /// Given the right person without a clerk.
    pub right: u64,
    /// Given somebody else.
    pub wrong: u64,
    /// To a clerk, the right person first.
    pub review_right: u64,
    /// To a clerk, somebody else first.
    pub review_wrong: u64,
    /// Nobody.
    pub none: u64,
}

/// Rows of one person, found or not.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize)]
pub struct Duplicates {
    /// Rows that are a person's second.
    pub there: u64,
    /// Rows that were called a duplicate of another.
    pub called: u64,
    /// Of these, how many are the same person as that row.
    pub right: u64,
    /// Of those called.
    pub precision: f64,
    /// Of those there.
    pub recall: f64,
}

/// Everything that is counted over the rows of a file.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// At the threshold asked for.
    pub overall: Score,
    /// The people who were among those compared, as a share.
    pub blocking_recall: f64,
    /// The best F1 of the curve, and where.
    pub best_f1: (f64, f64),
    /// Over the threshold.
    pub curve: Vec<(f64, Score)>,
    /// Of the rows with this kind of error.
    pub kinds: BTreeMap<String, Score>,
    /// Of rows without any kind of error.
    pub untouched: Score,
    /// Rows whose person the register has.
    pub registered: Outcomes,
    /// Rows whose person it does not have.
    pub absent: Outcomes,
}

impl Verdict {
    /// Counts.
    #[must_use]
    pub fn of(rows: &[Judgement], threshold: f64) -> Self {
        let curve: Vec<_> = THRESHOLDS.iter().map(|at| (*at, Score::at(*at, rows.iter()))).collect();
        let best = curve.iter().max_by(|a, b| a.1.f1.total_cmp(&b.1.f1)).map_or((0.0, 0.0), |(at, it)| (it.f1, *at));
        let mut by_kind: BTreeMap<&str, Vec<&Judgement>> = BTreeMap::new();
        for row in rows {
            for kind in &row.kinds {
                by_kind.entry(kind).or_default().push(row);
            }
        }
        let score = |rows: &[&Judgement]| Score::at(threshold, rows.iter().copied());
        let registered = || rows.iter().filter(|row| row.registered);
        let compared = registered().filter(|row| row.compared).count();
        Self {
            overall: Score::at(threshold, rows.iter()),
            blocking_recall: compared as f64 / registered().count().max(1) as f64,
            best_f1: best,
            curve,
            kinds: by_kind.into_iter().map(|(kind, rows)| (kind.to_owned(), score(&rows))).collect(),
            untouched: Score::at(threshold, rows.iter().filter(|row| row.kinds.is_empty())),
            registered: outcomes(registered(), threshold),
            absent: outcomes(rows.iter().filter(|row| !row.registered), threshold),
        }
    }
}

fn outcomes<'a>(rows: impl Iterator<Item = &'a Judgement>, threshold: f64) -> Outcomes {
    let mut outcomes = Outcomes::default();
    for row in rows {
        let given = row.named && row.probability as f32 >= threshold as f32;
        let place = match (given, row.status, row.right) {
            (true, _, true) => &mut outcomes.right,
            (true, _, false) => &mut outcomes.wrong,
            (false, Status::Review, true) => &mut outcomes.review_right,
            (false, Status::Review, false) => &mut outcomes.review_wrong,
            (false, ..) => &mut outcomes.none,
        };
        *place += 1;
    }
    outcomes
}

/// Holds the duplicates against the truth. `who` says which person a row is about; two of the same are one person.
pub(super) fn duplicates(decisions: &[Decision], who: &HashMap<u64, usize>) -> Duplicates {
    let mut seen: HashMap<usize, u64> = HashMap::new();
    for person in who.values() {
        *seen.entry(*person).or_default() += 1;
    }
    let there = seen.values().map(|rows| rows - 1).sum();
    let called = decisions.iter().filter(|decision| decision.status == Status::Duplicate);
    let right = called.clone().filter(|it| who.get(&it.row).is_some_and(|p| who.get(&it.duplicate_of) == Some(p)));
    let (called, right) = (called.count() as u64, right.count() as u64);
    let share = |part: u64, whole: u64| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
    Duplicates { there, called, right, precision: share(right, called), recall: share(right, there) }
}
