//! A few examples of each kind of error, as the file has it and as the register has it. Personal.

use crate::{Batch, Decision, Schema, Status};
use std::fmt;

/// Examples of one kind.
const EACH: usize = 3;
/// Only rows that are certain are shown as examples of an error.
const CERTAIN: f32 = 0.99;

/// One value, in the file and in the register. Personal.
#[derive(Clone, PartialEq, Eq, serde::Serialize)]
pub struct Example {
    /// The row's number in the file.
    pub row: u64,
    /// In the file.
    pub file: String,
    /// In the register.
    pub register: String,
}

impl fmt::Debug for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Example").field("row", &self.row).finish_non_exhaustive()
    }
}

/// The examples of one kind of error.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    /// The field.
    pub field: usize,
    /// The level.
    pub level: u8,
    /// The first rows that have it.
    pub examples: &'a [Example],
}

/// Gathers examples.
pub struct Examples {
    found: Vec<Vec<Vec<Example>>>,
    /// Kinds that have not enough yet.
    wanted: usize,
}

impl Examples {
    /// None yet.
    #[must_use]
    pub fn new(schema: &Schema) -> Self {
        let found: Vec<_> = schema.fields.iter().map(|field| vec![Vec::new(); field.kind.levels().len()]).collect();
        // The best level of a field is no error.
        let wanted = found.iter().map(|levels| levels.len().saturating_sub(1)).sum();
        Self { found, wanted }
    }

    /// Takes from a row what is still wanted. `cell` reads a value of the register.
    pub fn offer(&mut self, batch: &Batch, at: usize, decision: &Decision, cell: impl Fn(u32, usize) -> String) {
        if self.wanted == 0 || decision.status != Status::Match || decision.probability < CERTAIN {
            return;
        }
        for (field, (levels, level)) in self.found.iter_mut().zip(decision.levels).enumerate() {
            let Some(examples) = levels.get_mut(usize::from(level)).filter(|_| level != 0) else { continue };
            if examples.len() == EACH {
                continue;
            }
            let (file, register) = (batch.cell(at, field).to_owned(), cell(decision.person, field));
            // What was inferred is not in the file.
            if file.is_empty() || examples.iter().any(|other| other.file == file && other.register == register) {
                continue;
            }
            examples.push(Example { row: decision.row, file, register });
            self.wanted -= usize::from(examples.len() == EACH);
        }
    }

    /// What was found, by field and level.
    pub fn shown(&self) -> impl Iterator<Item = Shown<'_>> {
        self.found.iter().enumerate().flat_map(|(field, levels)| {
            levels.iter().enumerate().filter(|(_, examples)| !examples.is_empty()).map(move |(level, examples)| Shown {
                field,
                level: level as u8,
                examples,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::{decision, fixture};

    #[test]
    fn a_few_of_each_kind_from_certain_rows_and_no_more() {
        let schema = fixture().schema;
        let mut examples = Examples::new(&schema);
        let mut batch = Batch::new(9);
        let mut decisions = Vec::new();
        for row in 1..=6 {
            let name = format!("Tran {row}");
            batch.push(row, ["001090000001", name.as_str(), "1990-01-02"]);
            decisions.push(decision(row, if row == 1 { Status::Review } else { Status::Match }));
        }
        for (at, decision) in decisions.iter().enumerate() {
            examples.offer(&batch, at, decision, |person, field| format!("{person}/{field}"));
        }
        let shown: Vec<_> = examples.shown().collect();
        assert_eq!(shown.iter().map(|kind| (kind.field, kind.level)).collect::<Vec<_>>(), [(1, 2), (2, 7)]);
        assert_eq!(shown[0].examples.iter().map(|e| e.row).collect::<Vec<_>>(), [2, 3, 4]);
        assert_eq!((shown[0].examples[0].file.as_str(), shown[0].examples[0].register.as_str()), ("Tran 2", "0/1"));
        // The same pair of values is shown once.
        assert_eq!(shown[1].examples.len(), 1);
        assert_eq!(format!("{:?}", shown[1].examples[0]), "Example { row: 2, .. }");
    }
}
