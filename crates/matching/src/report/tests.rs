//! Made-up decisions.

use super::{Language, Results, Words};
use crate::{Decision, FIELDS_MAX, Flags, NOBODY, Rival, Schema, Status};

pub(crate) fn decision(row: u64, status: Status) -> Decision {
    let mut levels = [Decision::MISSING; FIELDS_MAX];
    levels[..9].copy_from_slice(&[0, 2, 7, 0, Decision::MISSING, 0, 0, 0, 0]);
    let probability = match status {
        Status::Match | Status::Duplicate => 0.999_999_9,
        Status::Review => 0.5,
        Status::None => 0.0001,
    };
    Decision {
        row,
        duplicate_of: 0,
        person: 0,
        probability,
        weight: 20.5,
        rival: Rival { person: NOBODY, probability: 0.0 },
        levels,
        status,
        flags: Flags::default(),
    }
}

pub(crate) struct Fixture {
    pub(crate) schema: Schema,
    pub(crate) decisions: Vec<Decision>,
    words: Words,
}

/// A row of each status.
pub(crate) fn fixture() -> Fixture {
    let mut decisions: Vec<_> = [Status::Match, Status::Review, Status::None, Status::Duplicate]
        .into_iter()
        .zip(1..)
        .map(|(status, row)| decision(row, status))
        .collect();
    decisions[3].duplicate_of = 1;
    let schema = Schema::people();
    Fixture { words: Words::new(&schema, Language::Vi, false), schema, decisions }
}

pub(crate) fn results(fixture: &Fixture, use_them: impl FnOnce(&Results<'_>)) {
    let number_of = |person: u32| Some(format!("00109000000{}", person + 1));
    use_them(&Results {
        decisions: &fixture.decisions,
        schema: &fixture.schema,
        words: &fixture.words,
        number_of: &number_of,
    });
}

#[test]
fn a_duplicate_of_a_row_without_a_person_has_none_either() {
    let mut decisions = fixture().decisions;
    let mut unknown = decision(9, Status::Duplicate);
    unknown.duplicate_of = 3;
    decisions.push(unknown);
    let mut other = decision(10, Status::Duplicate);
    (other.duplicate_of, other.person) = (1, 7);
    decisions.push(other);
    super::settle(&mut decisions);
    assert_eq!(decisions.iter().map(|decision| decision.person).collect::<Vec<_>>(), [0, 0, 0, 0, NOBODY, NOBODY]);
    assert!(decisions[4].levels.iter().all(|level| *level == Decision::MISSING));
}
