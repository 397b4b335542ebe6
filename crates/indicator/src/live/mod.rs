//! The live store: every dossier as a row of columns in memory, and the counts of every body, moved with each change.
//!
//! What is asked is never counted when it is asked: a figure of the country is read like one of a commune. Time itself
//! changes figures (an open dossier becomes late), so the store has a clock, which only goes forward.

mod blocks;
mod board;
mod bodies;
mod column;
mod lagging;
mod list;
mod recount;
mod rows;
mod snapshot;
mod standings;

pub use bodies::{Bodies, Body, COMMUNE, COUNTRY, PROVINCE};
pub use lagging::Lagging;
pub use list::{Found, PAGE_MAX, Wanted};
pub use recount::Recount;
pub use snapshot::Read;

use crate::count::{self, Counted, procedure_figures};
use crate::definition::Definition;
use crate::facts::{Announcement, DossierFacts, Given, PetitionFacts, ProcedureFacts};
use crate::figures::{Figures, is_given};
use crate::marks::{Family, Marks};
use crate::period::Period;
use crate::score::{Score, score};
use crate::{Error, fingerprint};
use board::Board;
use foldhash::HashMap;
use kernel::calendar::{Calendar, vietnam};
use pack::Dated;
use standings::Standings;
use std::collections::BTreeMap;
use std::sync::Arc;
use time::OffsetDateTime;
use uuid::Uuid;

/// The live store of one version of an index.
#[derive(Debug)]
pub struct Live {
    definition: Arc<Dated<Definition>>,
    calendar: Arc<Calendar>,
    bodies: Bodies,
    procedures: Vec<String>,
    procedure_numbers: HashMap<String, u16>,
    now: OffsetDateTime,
    dossiers: Board,
    petitions: Board,
    standings: Standings,
    /// Body and procedure → the decisions about it.
    decisions: BTreeMap<(u16, u16), Vec<Announcement>>,
    /// Body, month and counter → the figure.
    given: BTreeMap<(u16, u16, String), i64>,
    /// Scope, month and counter → the sum.
    given_sums: BTreeMap<(u16, u16, String), i64>,
}

/// How large a store is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Size {
    /// Dossiers.
    pub dossiers: usize,
    /// Petitions.
    pub petitions: usize,
    /// Scopes and months with counts.
    pub blocks: usize,
    /// Procedures in them.
    pub cells: usize,
    /// Bytes of the columns.
    pub row_bytes: usize,
    /// Bytes of the counts.
    pub count_bytes: usize,
}

impl Live {
    /// An empty store whose clock stands at `now`.
    #[must_use]
    pub fn new(definition: Dated<Definition>, calendar: Arc<Calendar>, bodies: Bodies, now: OffsetDateTime) -> Self {
        Self {
            definition: Arc::new(definition),
            calendar,
            bodies,
            procedures: Vec::new(),
            procedure_numbers: HashMap::default(),
            now,
            dossiers: Board::new(Family::DOSSIERS),
            petitions: Board::new(Family::PETITIONS),
            standings: Standings::default(),
            decisions: BTreeMap::new(),
            given: BTreeMap::new(),
            given_sums: BTreeMap::new(),
        }
    }

    /// The version it counts by.
    #[must_use]
    pub fn definition(&self) -> &Dated<Definition> {
        &self.definition
    }

    /// Who is scored.
    #[must_use]
    pub const fn bodies(&self) -> &Bodies {
        &self.bodies
    }

    /// What its clock says.
    #[must_use]
    pub const fn now(&self) -> OffsetDateTime {
        self.now
    }

    /// How large it is.
    #[must_use]
    pub fn size(&self) -> Size {
        let (blocks, cells) = self.dossiers.blocks.sizes();
        Size {
            dossiers: self.dossiers.rows.len(),
            petitions: self.petitions.rows.len(),
            blocks,
            cells,
            row_bytes: self.dossiers.rows.bytes() + self.petitions.rows.bytes(),
            count_bytes: self.dossiers.blocks.bytes() + self.petitions.blocks.bytes(),
        }
    }

    /// Time has come to `now`: what passed its day becomes late. An earlier instant changes nothing.
    pub fn advance(&mut self, now: OffsetDateTime) {
        if now > self.now {
            self.now = now;
            self.dossiers.advance(&self.bodies, count::seconds(now));
            self.petitions.advance(&self.bodies, count::seconds(now));
        }
    }

    /// Takes in what is known of a dossier, in the place of what was known of it.
    ///
    /// # Errors
    /// `UnknownBody`, `TooMany`.
    pub fn dossier(&mut self, facts: &DossierFacts) -> Result<(), Error> {
        let body = self.bodies.number(&facts.body)?;
        let procedure = self.procedure_number(&facts.procedure)?;
        let counted = count::dossier(facts, &self.definition.item.counting, &self.calendar);
        self.counted(facts.dossier, body, procedure, counted.as_ref())
    }

    /// The same for who has counted it already and knows the numbers of its body and procedure.
    ///
    /// # Errors
    /// `TooMany`.
    pub fn counted(&mut self, id: Uuid, body: u16, procedure: u16, counted: Option<&Counted>) -> Result<(), Error> {
        self.dossiers.put(&self.bodies, id, (body, procedure), counted, count::seconds(self.now))
    }

    /// Takes in what is known of a petition.
    ///
    /// # Errors
    /// `UnknownBody`, `TooMany`.
    pub fn petition(&mut self, facts: &PetitionFacts) -> Result<(), Error> {
        let body = self.bodies.number(&facts.body)?;
        let counted = count::petition(facts, &self.definition.item.counting, &self.calendar);
        self.petitions.put(&self.bodies, facts.petition, (body, 0), Some(&counted), count::seconds(self.now))
    }

    /// Takes in what is known of a procedure at a body.
    ///
    /// # Errors
    /// `UnknownBody`, `TooMany`.
    pub fn procedure(&mut self, facts: &ProcedureFacts) -> Result<(), Error> {
        let body = self.bodies.number(&facts.body)?;
        let procedure = self.procedure_number(&facts.procedure)?;
        self.standings.put(body, procedure, count::standing(facts), self.bodies.above(body));
        if facts.decisions.is_empty() {
            self.decisions.remove(&(body, procedure));
        } else {
            self.decisions.insert((body, procedure), facts.decisions.clone());
        }
        Ok(())
    }

    /// Forgets what is known of procedures at bodies: what follows is all there is.
    pub(crate) fn forget_procedures(&mut self) {
        self.standings = Standings::default();
        self.decisions.clear();
    }

    /// Takes in a figure that a body reports, in the place of the one before. One that the index does not know is left
    /// out.
    ///
    /// # Errors
    /// `UnknownBody`.
    pub fn given(&mut self, given: &Given) -> Result<(), Error> {
        let body = self.bodies.number(&given.body)?;
        if !is_given(&self.definition.item, &given.counter) {
            return Ok(());
        }
        let month = given.month.number();
        let old = self.given.insert((body, month, given.counter.clone()), given.value).unwrap_or(0);
        for scope in self.bodies.above(body) {
            *self.given_sums.entry((scope, month, given.counter.clone())).or_default() += given.value - old;
        }
        Ok(())
    }

    /// The number of a procedure, given to it when it is first met.
    ///
    /// # Errors
    /// `TooMany`.
    pub fn procedure_number(&mut self, procedure: &str) -> Result<u16, Error> {
        if let Some(number) = self.procedure_numbers.get(procedure) {
            return Ok(*number);
        }
        let number = u16::try_from(self.procedures.len()).map_err(|_| Error::TooMany(usize::from(u16::MAX)))?;
        self.procedures.push(procedure.to_owned());
        self.procedure_numbers.insert(procedure.to_owned(), number);
        Ok(number)
    }

    /// The counts of a scope in a period. With a procedure, only those of its dossiers.
    ///
    /// # Errors
    /// `UnknownBody`.
    pub fn figures(&self, scope: u16, period: Period, procedure: Option<&str>) -> Result<Figures, Error> {
        self.bodies.get(scope).ok_or(Error::UnknownBody)?;
        let mut figures = Figures::new();
        if let Some(procedure) = procedure {
            let number = self.procedure_numbers.get(procedure).copied();
            // A procedure that nobody has met has no dossiers.
            let number = number.unwrap_or(u16::MAX);
            let (counts, minutes) = self.dossiers.blocks.sums(scope, period, Some(number));
            figures.add_dossiers(&counts, minutes, period.kind());
            return Ok(figures);
        }
        let (counts, minutes) = self.dossiers.blocks.sums(scope, period, None);
        figures.add_dossiers(&counts, minutes, period.kind());
        figures.add_petitions(&self.petitions.blocks.sums(scope, period, None).0, period.kind());
        let seen = self.dossiers.blocks.seen(scope, period, self.procedures.len());
        let seen = |procedure: u16| seen.get(usize::from(procedure)).copied().unwrap_or(Marks::NONE);
        figures.add_procedures(&procedure_figures(self.standings.of(scope), seen, self.announced(scope, period)));
        for month in period.months() {
            let from = (scope, month.number(), String::new());
            let sums = self.given_sums.range(from..);
            for ((_, _, name), sum) in sums.take_while(|((s, m, _), _)| (*s, *m) == (scope, month.number())) {
                figures.add(name, *sum);
            }
        }
        Ok(figures)
    }

    fn announced(&self, scope: u16, period: Period) -> impl Iterator<Item = (u16, count::Announced)> {
        let within = self.bodies.within(scope);
        let terms = self.definition.item.counting.announcing;
        let today = vietnam(self.now).date();
        let all = self.decisions.iter().filter(move |((body, _), _)| within[usize::from(*body)]);
        all.flat_map(move |((_, procedure), decisions)| {
            decisions
                .iter()
                .map(move |decision| (*procedure, count::announced(decision, terms, &self.calendar, period, today)))
        })
    }

    /// The score of a scope in a period.
    ///
    /// # Errors
    /// `UnknownBody`; `Formula` where a formula comes to no result.
    pub fn score(&self, scope: u16, period: Period) -> Result<Score, Error> {
        let body = self.bodies.get(scope).ok_or(Error::UnknownBody)?;
        score(&self.definition.item, &self.figures(scope, period, None)?, body.level, period)
    }

    /// The scores of everybody right below a scope, best first; equal ones in the order of their ids.
    ///
    /// # Errors
    /// As [`Live::score`].
    pub fn ranking(&self, scope: u16, period: Period) -> Result<Vec<(u16, Score)>, Error> {
        let below = self.bodies.right_below(scope).iter();
        let mut scores =
            below.map(|body| Ok((*body, self.score(*body, period)?))).collect::<Result<Vec<_>, Error>>()?;
        // Points are decimal texts of the same number of decimals: the longer one is more.
        scores.sort_by(|(a, x), (b, y)| {
            (y.total.len(), &y.total).cmp(&(x.total.len(), &x.total)).then_with(|| {
                let id = |number: u16| self.bodies.get(number).map(|body| body.id.clone());
                id(*a).cmp(&id(*b))
            })
        });
        Ok(scores)
    }

    /// What the version it counts by is known by.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.definition)
    }
}

#[cfg(test)]
pub(crate) mod tests;
