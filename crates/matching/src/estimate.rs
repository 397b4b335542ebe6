//! Estimating the weights on the file itself, without any known pair.
//!
//! u comes from rows and people put together at random; m and the share of rows whose person is there come from
//! expectation–maximisation over the people whom blocking finds for a sample of rows (Dempster, Laird and Rubin 1977;
//! Winkler 1988). The sample is the rows with the smallest hash of their content, so that their order does not matter.

use crate::compare::levels::LEVELS_MAX;
use crate::score::{Compared, Scorer, prior_odds, probabilities};
use crate::weights::{Compiled, Weights};
use crate::{Decision, FIELDS_MAX};

/// Rounds of expectation–maximisation at most.
const ROUNDS_MAX: usize = 25;
/// Rounds end when no m moves by more than this.
const SETTLED: f64 = 5e-4;
/// The usual shares count as so many observed pairs, so that a small file cannot make an agreement impossible.
const PRIOR_PAIRS: f64 = 25.0;
/// The same for the share of rows whose person is there.
const PRIOR_ROWS: f64 = 20.0;
/// People found for a row that are kept for the estimation.
const KEPT_MAX: usize = 64;
/// People put together with each row at random.
const RANDOM_EACH: u64 = 30;

/// A row of the sample: the people whom blocking found.
pub(crate) struct Observed {
    pub(crate) found: Vec<Compared>,
}

/// How often each level was seen.
pub(crate) type Counts = [[f64; LEVELS_MAX]; FIELDS_MAX];

/// Adds the levels of random pairs of the scorer's row to the counts.
pub(crate) fn count_random(
    scorer: &mut Scorer<'_>,
    weights: &Compiled,
    people: u32,
    besides: Option<u32>,
    seed: u64,
    counts: &mut Counts,
) {
    let each = RANDOM_EACH.min(u64::from(people));
    for draw in 0..each {
        let person = (crate::lexicon::join(seed, draw) % u64::from(people)) as u32;
        if Some(person) == besides {
            continue;
        }
        let compared = scorer.compare(person, weights);
        for (field, level) in compared.levels.iter().enumerate().filter(|(_, level)| **level != Decision::MISSING) {
            counts[field][usize::from(*level)] += 1.0;
        }
    }
}

/// Writes the u of each level from the counts of random pairs, smoothed by the usual u as by a hundred pairs.
pub(crate) fn set_chances(weights: &mut Weights, counts: &Counts) {
    for (field, of) in weights.fields.iter_mut().enumerate() {
        let total: f64 = counts[field].iter().sum();
        if total == 0.0 {
            continue;
        }
        let usual: f64 = of.levels.iter().map(|level| level.u).sum();
        for (level, seen) in of.levels.iter_mut().zip(&counts[field]) {
            level.u = (seen + 100.0 * level.u / usual) / (total + 100.0);
        }
    }
}

/// Keeps the best of the people found for a row.
pub(crate) fn observe(found: &[Compared]) -> Observed {
    Observed { found: found[..found.len().min(KEPT_MAX)].to_vec() }
}

/// Expectation–maximisation over the observed rows. `weights` holds the beginning, and the result.
pub(crate) fn maximise(weights: &mut Weights, observed: &mut [Observed], people: u32, within: bool) {
    let usual = weights.clone();
    let rows = observed.len() as f64;
    let mut chances = Vec::new();
    for _ in 0..ROUNDS_MAX {
        let compiled = Compiled::new(weights);
        let odds = prior_odds(weights.share, people, within);
        let mut counts: Counts = [[0.0; LEVELS_MAX]; FIELDS_MAX];
        let mut linked = 0.0;
        for row in observed.iter_mut() {
            for one in &mut row.found {
                one.weight = compiled.sum(&one.levels, &one.log_u);
            }
            probabilities(&row.found, odds, within, &mut chances);
            for (one, chance) in row.found.iter().zip(&chances).filter(|(_, chance)| **chance > 1e-4) {
                linked += chance;
                for (field, level) in one.levels.iter().enumerate().filter(|(_, level)| **level != Decision::MISSING) {
                    counts[field][usize::from(*level)] += chance;
                }
            }
        }
        weights.share = (linked + PRIOR_ROWS * usual.share) / (rows + PRIOR_ROWS);
        let moved = set_shares(weights, &usual, &counts);
        if moved < SETTLED {
            break;
        }
    }
    weights.rows = observed.len() as u64;
}

/// Writes the m of each level from counts of linked pairs, and says how far the farthest moved.
fn set_shares(weights: &mut Weights, usual: &Weights, counts: &Counts) -> f64 {
    let mut farthest: f64 = 0.0;
    for (field, of) in weights.fields.iter_mut().enumerate() {
        let total: f64 = counts[field].iter().sum();
        for (at, level) in of.levels.iter_mut().enumerate() {
            let share = (counts[field][at] + PRIOR_PAIRS * usual.fields[field].levels[at].m) / (total + PRIOR_PAIRS);
            farthest = farthest.max((share - level.m).abs());
            level.m = share;
        }
    }
    farthest
}

/// The weights, estimated anew with pairs that a clerk has decided: each pair that is one person adds its levels to the
/// m of its fields as one observed pair beside those that the weights rest on (Dirichlet smoothing: the present m counts
/// as `PRIOR_PAIRS` pairs and more the more rows it was estimated on). Pairs that are two people say nothing of u, which
/// random pairs give far better: a clerk sees only those that look alike.
#[must_use]
pub fn reestimate(weights: &Weights, decided: &[([u8; FIELDS_MAX], bool)]) -> Weights {
    let mut counts: Counts = [[0.0; LEVELS_MAX]; FIELDS_MAX];
    for (levels, _) in decided.iter().filter(|(_, same)| *same) {
        for (field, level) in levels.iter().enumerate().filter(|(_, level)| usize::from(**level) < LEVELS_MAX) {
            counts[field][usize::from(*level)] += 1.0;
        }
    }
    let mut anew = weights.clone();
    set_shares(&mut anew, weights, &counts);
    anew
}
