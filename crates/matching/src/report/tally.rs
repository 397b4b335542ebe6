//! Counting what became of the rows.

use super::Error;
use crate::{Agreement, Decision, FIELDS_MAX, NOBODY, Schema, Status};
use serde::Serialize;
use std::collections::HashMap;

/// Where the bins of the probability histogram begin; finer at both ends, where most rows lie.
pub const BINS: [f32; 14] = [0.0, 0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999];

/// Rows by what became of them.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize)]
pub struct Counts {
    /// All of them.
    pub rows: u64,
    /// A person was found.
    #[serde(rename = "match")]
    pub matched: u64,
    /// A clerk decides.
    pub review: u64,
    /// Nobody fits.
    pub none: u64,
    /// The same person as an earlier row.
    pub duplicate: u64,
}

impl Counts {
    fn add(&mut self, status: Status) {
        self.rows += 1;
        match status {
            Status::Match => self.matched += 1,
            Status::Review => self.review += 1,
            Status::None => self.none += 1,
            Status::Duplicate => self.duplicate += 1,
        }
    }
}

/// Rows whose probability lies in a range.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Bin {
    /// From here.
    pub from: f32,
    /// To before here; 1 is in the last.
    pub to: f32,
    /// How many.
    pub rows: u64,
}

/// What became of the rows, by field, level, place and probability.
pub struct Tally {
    pub(super) counts: Counts,
    /// By field, for rows that have their person: same, similar, differs, missing.
    pub(super) levels: Vec<Vec<u64>>,
    pub(super) missing: [u64; FIELDS_MAX],
    pub(super) places: HashMap<u32, Counts>,
    pub(super) bins: [u64; BINS.len()],
    pub(super) flags: [u64; 16],
}

impl Tally {
    /// Nothing yet.
    #[must_use]
    pub fn new(schema: &Schema) -> Self {
        Self {
            counts: Counts::default(),
            levels: schema.fields.iter().map(|field| vec![0; field.kind.levels().len()]).collect(),
            missing: [0; FIELDS_MAX],
            places: HashMap::new(),
            bins: [0; BINS.len()],
            flags: [0; 16],
        }
    }

    /// Counts a row. `place`: any number that stands for its commune, 0 where that is unknown.
    pub fn add(&mut self, decision: &Decision, place: u32) {
        self.counts.add(decision.status);
        self.places.entry(place).or_default().add(decision.status);
        let bin = BINS.iter().rposition(|from| decision.probability >= *from).unwrap_or_default();
        self.bins[bin] += 1;
        for (at, count) in self.flags.iter_mut().enumerate() {
            *count += u64::from(decision.flags.0 >> at & 1);
        }
        if decision.person != NOBODY && matches!(decision.status, Status::Match | Status::Duplicate) {
            for (at, (levels, level)) in self.levels.iter_mut().zip(decision.levels).enumerate() {
                match levels.get_mut(usize::from(level)) {
                    Some(count) => *count += 1,
                    None => self.missing[at] += 1,
                }
            }
        }
    }

    /// What was counted.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Nothing was lost: `read` rows went in, `refused` of them could not be read.
    ///
    /// # Errors
    /// When a row has no result, or more than one.
    pub fn check(&self, read: u64, refused: u64) -> Result<(), Error> {
        let Counts { rows, matched, review, none, duplicate } = self.counts;
        if rows + refused == read && matched + review + none + duplicate == rows {
            Ok(())
        } else {
            Err(Error::Counts { read, decided: rows, refused })
        }
    }

    pub(super) fn by_agreement(&self, schema: &Schema, field: usize) -> [u64; 4] {
        let mut counts = [0, 0, 0, self.missing[field]];
        for (level, rows) in schema.fields[field].kind.levels().iter().zip(&self.levels[field]) {
            let at = match level.agreement {
                Agreement::Same => 0,
                Agreement::Similar => 1,
                Agreement::Differs => 2,
                Agreement::Missing => 3,
            };
            counts[at] += rows;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::fixture;

    #[test]
    fn every_row_is_counted_once_or_nothing_is_written() {
        let fixture = fixture();
        let mut tally = Tally::new(&fixture.schema);
        for decision in &fixture.decisions {
            tally.add(decision, 7);
        }
        let all = Counts { rows: 4, matched: 1, review: 1, none: 1, duplicate: 1 };
        assert_eq!((tally.counts(), tally.places[&7]), (all, all));
        assert!(tally.check(4, 0).is_ok());
        assert!(tally.check(6, 2).is_ok());
        assert!(matches!(tally.check(5, 0), Err(Error::Counts { read: 5, decided: 4, refused: 0 })));
        assert!(tally.check(4, 1).is_err());
        assert_eq!(tally.bins.iter().sum::<u64>(), 4);
        assert_eq!((tally.bins[0], tally.bins[6], tally.bins[13]), (1, 1, 2));
        // The two rows that have their person: the name unmarked, the date another, the old id missing.
        assert_eq!(tally.by_agreement(&fixture.schema, 1), [0, 2, 0, 0]);
        assert_eq!(tally.by_agreement(&fixture.schema, 2), [0, 0, 2, 0]);
        assert_eq!(tally.by_agreement(&fixture.schema, 4), [0, 0, 0, 2]);
    }
}
