//! The counts that formulas are fed with.

use crate::count::procedure_counters;
use crate::definition::{Definition, Origin};
use crate::marks::{dossier, petition};
use crate::period::PeriodKind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Counts by name. What is not named is zero.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Figures(BTreeMap<String, i64>);

impl Figures {
    /// No counts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The count of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> i64 {
        self.0.get(name).copied().unwrap_or(0)
    }

    /// Adds to a count.
    pub fn add(&mut self, name: &str, count: i64) {
        match self.0.get_mut(name) {
            Some(value) => *value = value.saturating_add(count),
            None => _ = self.0.insert(name.to_owned(), count),
        }
    }

    /// All, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, i64)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// Adds counts by bit, as the store keeps them, for a kind of period.
    pub(crate) fn add_dossiers(&mut self, counts: &[u64], minutes: u64, kind: PeriodKind) {
        for counter in &dossier::COUNTERS {
            self.add(counter.name, whole(counts.get(usize::from(counter.bit(kind)))));
        }
        self.add(dossier::MINUTES, i64::try_from(minutes).unwrap_or(i64::MAX));
    }

    /// The same for petitions.
    pub(crate) fn add_petitions(&mut self, counts: &[u64], kind: PeriodKind) {
        for counter in &petition::COUNTERS {
            self.add(counter.name, whole(counts.get(usize::from(counter.bit(kind)))));
        }
    }

    /// The counts of procedures, in the order of their names.
    pub(crate) fn add_procedures(&mut self, counts: &[i64]) {
        for (name, count) in procedure_counters().iter().zip(counts) {
            self.add(name, *count);
        }
    }
}

fn whole(count: Option<&u64>) -> i64 {
    count.and_then(|count| i64::try_from(*count).ok()).unwrap_or(0)
}

/// Whether the program counts something of this name that comes from there. What is given, it does not count.
pub(crate) fn is_counted(name: &str, from: Origin) -> bool {
    match from {
        Origin::Dossiers => name == dossier::MINUTES || dossier::COUNTERS.iter().any(|counter| counter.name == name),
        Origin::Petitions => petition::COUNTERS.iter().any(|counter| counter.name == name),
        Origin::Procedures => procedure_counters().contains(&name),
        Origin::Given => false,
    }
}

/// Whether a count of this name comes from outside, in this definition.
pub(crate) fn is_given(definition: &Definition, name: &str) -> bool {
    definition.counters.get(name).is_some_and(|counter| counter.from == Origin::Given)
}
