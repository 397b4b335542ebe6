//! The numbers of the report. Nothing personal is in them.

use super::words::FLAGS;
use super::{BINS, Bin, Counts, Tally, agreement_id};
use crate::Schema;
use serde::Serialize;

/// A place is among the worst only with so many rows: a share of three rows says nothing.
const PLACE_ROWS_MIN: u64 = 20;

/// The numbers of the report.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Summary {
    /// Rows by what became of them.
    pub counts: Counts,
    /// Rows that could not be read; with `counts.rows` the rows of the file.
    pub unreadable: u64,
    /// By field, for the rows that have their person.
    pub fields: Vec<FieldCount>,
    /// By field and level, for the same rows.
    pub levels: Vec<LevelCount>,
    /// Peculiarities of rows.
    pub flags: Vec<FlagCount>,
    /// By commune as the file has it, most rows first.
    pub communes: Vec<PlaceCount>,
    /// By probability.
    pub probabilities: Vec<Bin>,
}

/// How often a field agreed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct FieldCount {
    /// Which.
    pub field: String,
    /// The same value.
    pub same: u64,
    /// A slip or change explains the difference.
    pub similar: u64,
    /// Another value.
    pub differs: u64,
    /// One of the two lacks it.
    pub missing: u64,
}

/// How often a field agreed at a level.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LevelCount {
    /// Which field.
    pub field: String,
    /// The level's id.
    pub level: &'static str,
    /// The agreement it belongs to.
    pub agreement: &'static str,
    /// How many rows.
    pub rows: u64,
}

/// How many rows have a peculiarity.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct FlagCount {
    /// Its id.
    pub flag: &'static str,
    /// How many rows.
    pub rows: u64,
}

/// What became of the rows of a commune.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PlaceCount {
    /// Its name; empty for rows whose commune is unknown.
    pub name: String,
    /// Its rows.
    #[serde(flatten)]
    pub counts: Counts,
}

impl PlaceCount {
    /// The share of rows that nobody was found for, or not for certain.
    #[must_use]
    pub fn unsolved(&self) -> f64 {
        (self.counts.review + self.counts.none) as f64 / self.counts.rows.max(1) as f64
    }
}

impl Summary {
    /// The numbers of a finished run. `name_of` names what stands for a commune in [`Tally::add`].
    #[must_use]
    pub fn new(tally: &Tally, schema: &Schema, unreadable: u64, name_of: impl Fn(u32) -> String) -> Self {
        let fields = schema.fields.iter().enumerate().map(|(at, field)| {
            let [same, similar, differs, missing] = tally.by_agreement(schema, at);
            FieldCount { field: field.name.clone(), same, similar, differs, missing }
        });
        let levels = schema.fields.iter().zip(&tally.levels).flat_map(|(field, rows)| {
            field.kind.levels().iter().zip(rows).map(|(level, rows)| LevelCount {
                field: field.name.clone(),
                level: level.id,
                agreement: agreement_id(level.agreement),
                rows: *rows,
            })
        });
        let flags = FLAGS.iter().map(|(flag, id)| FlagCount {
            flag: id,
            rows: tally.flags.get(flag.0.trailing_zeros() as usize).copied().unwrap_or_default(),
        });
        let known = tally.places.iter().any(|(place, _)| *place != 0);
        let places = tally.places.iter().filter(|_| known).map(|(place, counts)| PlaceCount {
            name: if *place == 0 { String::new() } else { name_of(*place) },
            counts: *counts,
        });
        let mut communes: Vec<_> = places.collect();
        communes.sort_by(|a, b| (b.counts.rows, &a.name).cmp(&(a.counts.rows, &b.name)));
        let ends = BINS.iter().skip(1).chain(&[1.0]);
        let bins = BINS.iter().zip(ends).zip(tally.bins).map(|((from, to), rows)| Bin { from: *from, to: *to, rows });
        Self {
            counts: tally.counts(),
            unreadable,
            fields: fields.collect(),
            levels: levels.collect(),
            flags: flags.collect(),
            communes,
            probabilities: bins.collect(),
        }
    }

    /// How many rows with their person have a field at a level.
    #[must_use]
    pub fn level_rows(&self, field: usize, level: u8) -> u64 {
        let name = self.fields.get(field).map(|field| field.field.as_str());
        let mut levels = self.levels.iter().filter(|count| Some(count.field.as_str()) == name);
        levels.nth(usize::from(level)).map_or(0, |count| count.rows)
    }

    /// The communes with the largest shares of unsolved rows, of those with enough rows.
    #[must_use]
    pub fn worst_communes(&self, most: usize) -> Vec<&PlaceCount> {
        let enough = |place: &&PlaceCount| place.counts.rows >= PLACE_ROWS_MIN && place.unsolved() > 0.0;
        let mut worst: Vec<_> = self.communes.iter().filter(enough).collect();
        worst.sort_by(|a, b| b.unsolved().total_cmp(&a.unsolved()).then_with(|| b.counts.rows.cmp(&a.counts.rows)));
        worst.truncate(most);
        worst
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::{decision, fixture};
    use crate::{Flags, Status};

    #[test]
    fn the_numbers_of_the_parts_are_those_of_the_whole() {
        let schema = fixture().schema;
        let mut tally = Tally::new(&schema);
        for row in 1..=100 {
            let status = [Status::Match, Status::None, Status::Review, Status::Duplicate][row as usize % 4];
            let mut decision = decision(row, status);
            decision.flags = if row % 10 == 0 { Flags::AMBIGUOUS } else { Flags::default() };
            // Place 1 has no unsolved rows; place 3 only five rows.
            let place = match (status, row) {
                (Status::Match, _) => 1,
                (_, ..20) => 3,
                _ => 2,
            };
            tally.add(&decision, place);
        }
        let summary = Summary::new(&tally, &schema, 4, |place| format!("xã {place}"));
        assert_eq!(summary.counts.rows, 100);
        assert_eq!(summary.probabilities.iter().map(|bin| bin.rows).sum::<u64>(), 100);
        assert_eq!(summary.communes.iter().map(|place| place.counts.rows).sum::<u64>(), 100);
        for field in &summary.fields {
            assert_eq!(field.same + field.similar + field.differs + field.missing, 50, "{}", field.field);
        }
        assert_eq!(summary.flags.iter().find(|flag| flag.flag == "ambiguous").unwrap().rows, 10);
        let worst: Vec<_> = summary.worst_communes(20).iter().map(|place| place.name.clone()).collect();
        assert_eq!(worst, ["xã 2"]);
    }
}
