//! Duplicates within one file: pairs of rows into groups of one person.

use matching::{Decision, Pair, Status};

/// Writes what pairs of rows mean for each row: the first of a group stands for the person, the others are duplicates of
/// it, and a row that is perhaps the same as another is for a clerk. Row *n* of `decisions` is record *n* of the pairs;
/// `pair.row` is *n* + 1.
pub(super) fn group(decisions: &mut [Decision], pairs: &[Pair], threshold: f64, review: f64) {
    let mut first: Vec<usize> = (0..decisions.len()).collect();
    let mut grouped = vec![false; decisions.len()];
    let mut perhaps = vec![false; decisions.len()];
    for pair in pairs {
        let (row, other) = (pair.row as usize - 1, pair.person as usize);
        if pair.probability >= threshold {
            let (a, b) = (root(&mut first, row), root(&mut first, other));
            first[a.max(b)] = a.min(b);
            (grouped[row], grouped[other]) = (true, true);
        } else if pair.probability >= review {
            (perhaps[row], perhaps[other]) = (true, true);
        }
    }
    for at in 0..decisions.len() {
        let head = root(&mut first, at);
        let row = decisions[head].row;
        let decision = &mut decisions[at];
        decision.duplicate_of = 0;
        decision.status = if head != at {
            decision.duplicate_of = row;
            Status::Duplicate
        } else if grouped[at] {
            Status::Match
        } else if perhaps[at] {
            Status::Review
        } else {
            Status::None
        };
    }
}

/// The first member of a group, with paths halved on the way.
fn root(first: &mut [usize], mut at: usize) -> usize {
    while first[at] != at {
        first[at] = first[first[at]];
        at = first[at];
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use matching::{FIELDS_MAX, Flags, NOBODY, Rival};

    #[test]
    fn the_first_row_of_a_group_stands_for_it_however_the_pairs_come() {
        let decision = |row| Decision {
            row,
            duplicate_of: 0,
            person: NOBODY,
            probability: 0.0,
            weight: 0.0,
            rival: Rival { person: NOBODY, probability: 0.0 },
            levels: [Decision::MISSING; FIELDS_MAX],
            status: Status::None,
            flags: Flags::default(),
        };
        // Row 3 of the file could not be read: the records are rows 1, 2, 4, 5, 6, 7.
        let rows = [1, 2, 4, 5, 6, 7];
        let pair = |row, person, probability| Pair { row, person, probability };
        let pairs = [pair(4, 2, 0.99), pair(3, 1, 0.95), pair(1, 4, 0.5), pair(6, 5, 0.01)];
        for pairs in [pairs.to_vec(), pairs.into_iter().rev().collect()] {
            let mut decisions: Vec<_> = rows.map(decision).to_vec();
            group(&mut decisions, &pairs, 0.9, 0.1);
            let found: Vec<_> = decisions.iter().map(|d| (d.row, d.status, d.duplicate_of)).collect();
            assert_eq!(
                found,
                [
                    (1, Status::Review, 0),
                    (2, Status::Match, 0),
                    (4, Status::Duplicate, 2),
                    (5, Status::Duplicate, 2),
                    (6, Status::Review, 0),
                    (7, Status::None, 0),
                ]
            );
        }
    }
}
