//! From a figure to the dossiers behind it.

use super::{Live, board::Board};
use crate::Error;
use crate::marks::{Counter, Marks, dossier, petition};
use crate::period::Period;
use uuid::Uuid;

/// The most ids one page has.
pub const PAGE_MAX: usize = 500;

/// Which dossiers or petitions are wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted<'a> {
    /// The body, with everything below it.
    pub scope: u16,
    /// The period they count in.
    pub period: Period,
    /// Only of this procedure.
    pub procedure: Option<&'a str>,
    /// The counter they count in.
    pub has: &'a str,
    /// A counter they do not count in.
    pub lacks: Option<&'a str>,
    /// Where the page before ended.
    pub after: Option<u32>,
    /// How many, at most [`PAGE_MAX`].
    pub limit: usize,
}

/// A page of them, in the order in which they became known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// Their ids.
    pub ids: Vec<Uuid>,
    /// Where the next page begins, if there is one.
    pub after: Option<u32>,
}

impl Live {
    /// The dossiers or petitions behind a counter: those of its page that count in `has` and not in `lacks`.
    ///
    /// # Errors
    /// `UnknownBody`, `UnknownCounter`.
    pub fn list(&self, wanted: &Wanted<'_>) -> Result<Found, Error> {
        self.bodies.get(wanted.scope).ok_or(Error::UnknownBody)?;
        let (board, counters): (&Board, &[Counter]) = if dossier::COUNTERS.iter().any(|c| c.name == wanted.has) {
            (&self.dossiers, &dossier::COUNTERS)
        } else {
            (&self.petitions, &petition::COUNTERS)
        };
        let mark = |name: &str| {
            let counter = counters.iter().find(|counter| counter.name == name);
            counter.map(|counter| counter.mark(wanted.period.kind())).ok_or(Error::UnknownCounter)
        };
        let has = mark(wanted.has)?;
        let lacks = wanted.lacks.map(mark).transpose()?.unwrap_or(Marks::NONE);
        let procedure = match wanted.procedure {
            None => None,
            Some(procedure) => match self.procedure_numbers.get(procedure) {
                None => return Ok(Found { ids: Vec::new(), after: None }),
                number => number.copied(),
            },
        };
        let (counts, _) = board.blocks.sums(wanted.scope, wanted.period, None);
        let left = has.bits().next().map_or(u64::MAX, |bit| counts[bit]);
        Ok(scan(board, &self.bodies.within(wanted.scope), wanted, procedure, (has, lacks, left)))
    }
}

/// Reads the columns from where the last page ended. Marks are looked at first: they exclude the most for the least. There are
/// `left` rows in all that count in `has`: behind the last of them nothing is looked for.
fn scan(
    board: &Board,
    within: &[bool],
    wanted: &Wanted<'_>,
    procedure: Option<u16>,
    (has, lacks, mut left): (Marks, Marks, u64),
) -> Found {
    let rows = &board.rows;
    let limit = wanted.limit.clamp(1, PAGE_MAX);
    let first = wanted.period.first().number();
    let months = first..first + wanted.period.kind().months();
    let mut ids = Vec::new();
    let mut last = None;
    let mut at = wanted.after.map_or(0, |after| after as usize + 1);
    let mut begins = 0;
    if left == 0 {
        return Found { ids, after: None };
    }
    let parts = rows.marks.parts().into_iter().zip(rows.months.parts()).zip(rows.bodies.parts());
    for ((marks, part_months), bodies) in parts {
        let skip = at.saturating_sub(begins).min(marks.len());
        let part = marks[skip..].iter().zip(&part_months[skip..]).zip(&bodies[skip..]).enumerate();
        for (i, ((marks, month), body)) in part {
            let marks = Marks(*marks);
            let counts =
                marks.has(has) && months.contains(month) && within.get(usize::from(*body)).copied().unwrap_or(false);
            if !counts {
                continue;
            }
            left = left.saturating_sub(1);
            let row = begins + skip + i;
            let fits =
                marks.0 & lacks.0 == 0 && procedure.is_none_or(|procedure| rows.procedures.get(row) == procedure);
            if fits && ids.len() == limit {
                return Found { ids, after: last };
            }
            if fits {
                ids.push(Uuid::from_bytes(rows.ids.get(row)));
                last = u32::try_from(row).ok();
            }
            if left == 0 {
                return Found { ids, after: None };
            }
        }
        begins += marks.len();
        at = at.max(begins);
    }
    Found { ids, after: None }
}
