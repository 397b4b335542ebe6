//! Counting from facts, from scratch: what a recomputation does, and what the live store must equal.

use crate::count::{self, procedure_figures};
use crate::definition::Definition;
use crate::facts::{DossierFacts, Given, PetitionFacts, ProcedureFacts};
use crate::figures::{Figures, is_given};
use crate::marks::{Family, MARKS_MAX, Marks};
use crate::period::Period;
use kernel::calendar::{Calendar, vietnam};
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// Counts of one scope in one period, as of an instant. The caller gives it the facts of the scope's bodies.
pub struct Tally<'a> {
    definition: &'a Definition,
    calendar: &'a Calendar,
    period: Period,
    now: OffsetDateTime,
    dossiers: [u64; MARKS_MAX],
    minutes: u64,
    petitions: [u64; MARKS_MAX],
    /// Procedure → the marks that some dossier of it has.
    seen: BTreeMap<String, Marks>,
    standings: BTreeMap<String, count::Standing>,
    decisions: Vec<(String, count::Announced)>,
    given: BTreeMap<String, i64>,
}

impl<'a> Tally<'a> {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(definition: &'a Definition, calendar: &'a Calendar, period: Period, now: OffsetDateTime) -> Self {
        Self {
            definition,
            calendar,
            period,
            now,
            dossiers: [0; MARKS_MAX],
            minutes: 0,
            petitions: [0; MARKS_MAX],
            seen: BTreeMap::new(),
            standings: BTreeMap::new(),
            decisions: Vec::new(),
            given: BTreeMap::new(),
        }
    }

    /// Counts a dossier; each once.
    pub fn dossier(&mut self, facts: &DossierFacts) {
        let Some(counted) = count::dossier(facts, &self.definition.counting, self.calendar) else { return };
        if !self.period.has(counted.month) {
            return;
        }
        let marks = counted.marks_at(self.now, Family::DOSSIERS);
        marks.bits().for_each(|bit| self.dossiers[bit] += 1);
        self.minutes += u64::from(counted.minutes);
        match self.seen.get_mut(&facts.procedure) {
            Some(seen) => *seen = seen.with(marks),
            None => _ = self.seen.insert(facts.procedure.clone(), marks),
        }
    }

    /// Counts a petition; each once.
    pub fn petition(&mut self, facts: &PetitionFacts) {
        let counted = count::petition(facts, &self.definition.counting, self.calendar);
        if self.period.has(counted.month) {
            counted.marks_at(self.now, Family::PETITIONS).bits().for_each(|bit| self.petitions[bit] += 1);
        }
    }

    /// Takes in a procedure of a body.
    pub fn procedure(&mut self, facts: &ProcedureFacts) {
        let standing = count::standing(facts);
        let known = self.standings.entry(facts.procedure.clone()).or_default();
        *known = known.or(standing);
        let terms = self.definition.counting.announcing;
        let today = vietnam(self.now).date();
        for decision in &facts.decisions {
            let announced = count::announced(decision, terms, self.calendar, self.period, today);
            self.decisions.push((facts.procedure.clone(), announced));
        }
    }

    /// Takes in a figure from outside. One that the definition does not know is left out.
    pub fn given(&mut self, given: &Given) {
        if self.period.has(given.month) && is_given(self.definition, &given.counter) {
            let sum = self.given.entry(given.counter.clone()).or_default();
            *sum = sum.saturating_add(given.value);
        }
    }

    /// The counts.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let mut figures = Figures::new();
        figures.add_dossiers(&self.dossiers, self.minutes, self.period.kind());
        figures.add_petitions(&self.petitions, self.period.kind());
        let standings = self.standings.iter().map(|(procedure, standing)| (procedure.as_str(), *standing));
        let seen = |procedure: &str| self.seen.get(procedure).copied().unwrap_or(Marks::NONE);
        let decisions = self.decisions.iter().map(|(procedure, announced)| (procedure.as_str(), *announced));
        figures.add_procedures(&procedure_figures(standings, seen, decisions));
        for (name, value) in &self.given {
            figures.add(name, *value);
        }
        figures
    }
}
