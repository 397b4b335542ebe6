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
    let drawn: Vec<u32> = (0..each).map(|draw| (crate::lexicon::join(seed, draw) % u64::from(people)) as u32).collect();
    scorer.touch(&drawn);
    for person in drawn.into_iter().filter(|person| Some(*person) != besides) {
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

/// The weights, estimated anew with pairs that a clerk has decided.
///
/// The m of a field are the shares of its levels among pairs of one person, so the decided pairs are added to the pairs
/// that the present m rest on, as observations to a Dirichlet distribution (its mean afterwards: DeGroot 1970, § 9.8):
/// m′ = (N·m + n) / (N + Σn), with n the decided pairs of one person at that level and N the pairs behind the present m,
/// which are the rows of the estimate times the share of them that has a person, and `PRIOR_PAIRS`. So a handful of
/// hard rows, which is what a clerk is shown, moves the weights of a large file little. Pairs of two people change
/// nothing: u comes from random pairs, and a clerk sees only people who look alike.
#[must_use]
pub fn reestimate(weights: &Weights, decided: &[([u8; FIELDS_MAX], bool)]) -> Weights {
    let mut counts: Counts = [[0.0; LEVELS_MAX]; FIELDS_MAX];
    for (levels, _) in decided.iter().filter(|(_, same)| *same) {
        for (field, level) in levels.iter().enumerate().filter(|(_, level)| usize::from(**level) < LEVELS_MAX) {
            counts[field][usize::from(*level)] += 1.0;
        }
    }
    let behind = PRIOR_PAIRS + weights.rows as f64 * weights.share.min(1.0);
    let mut anew = weights.clone();
    for (of, seen) in anew.fields.iter_mut().zip(&counts) {
        let total: f64 = seen.iter().sum();
        for (level, seen) in of.levels.iter_mut().zip(seen) {
            level.m = (behind * level.m + seen) / (behind + total);
        }
    }
    anew
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Schema;

    #[test]
    fn decided_pairs_move_m_by_their_number_and_never_u() {
        let mut before = Weights::usual(&Schema::people());
        before.rows = 100;
        before.share = 0.75;
        let name = 1;
        let mut levels = [Decision::MISSING; FIELDS_MAX];
        levels[name] = 4;
        let mut other = levels;
        other[name] = 12;
        let decided: Vec<_> = (0..100).map(|_| (levels, true)).chain((0..50).map(|_| (other, false))).collect();
        let after = reestimate(&before, &decided);
        let m = |weights: &Weights, level: usize| weights.fields[name].levels[level].m;
        // 25 + 100 × 0.75 = 100 pairs stand behind the present m.
        assert!((m(&after, 4) - (m(&before, 4) + 1.0) / 2.0).abs() < 1e-9);
        assert!((m(&after, 12) - m(&before, 12) / 2.0).abs() < 1e-9);
        for (old, new) in before.fields.iter().zip(&after.fields) {
            assert!((new.levels.iter().map(|level| level.m).sum::<f64>() - 1.0).abs() < 1e-9, "{}", old.field);
            assert!(old.levels.iter().zip(&new.levels).all(|(old, new)| (old.u - new.u).abs() < f64::EPSILON));
        }
        assert_eq!(after.fields[0], before.fields[0], "a field that no decided pair has");
        assert_eq!(reestimate(&before, &[]), before);
    }
}
