//! What comes out: a result for every row, in files that machines and clerks read, and the numbers of the report.
//!
//! What always holds: every row that came in is in the result or among the unreadable ones, or no result is written
//! ([`Tally::check`]); files appear complete or not at all ([`Folder`]); the same decisions give the same bytes. Files
//! that hold personal data are readable by their owner only, and no cell of a CSV file is a formula. Deliberately
//! absent: pages (the program draws them from [`Summary`] and [`Examples`]).

mod csv_file;
mod error;
mod examples;
mod folder;
mod parquet_file;
mod review;
mod summary;
mod tally;
mod unreadable;
mod words;

pub(crate) use csv_file::probability_text;
pub use csv_file::{guarded, write_csv, write_pairs};
pub use error::Error;
pub use examples::{Example, Examples, Shown};
pub use folder::{FILES, Folder};
pub use parquet_file::write_parquet;
pub use review::{CANDIDATES, Candidate, ReviewFile};
pub use summary::{FieldCount, FlagCount, LevelCount, PlaceCount, Summary};
pub use tally::{BINS, Bin, Counts, Tally};
pub use unreadable::{UnreadableRow, write_unreadable};
pub use words::{Language, Words, agreement_id, status_id};

use crate::{Decision, FIELDS_MAX, NOBODY, Status};

/// Finds the personal number of a record of the register; `None` where the register has none.
pub type NumberOf<'a> = &'a (dyn Fn(u32) -> Option<String> + Sync);

/// The personal number that a row is given: that of the person it certainly is. What a clerk has still to look at gets
/// none, so that nobody uses it by mistake.
fn number_for(decision: &Decision, number_of: NumberOf<'_>) -> Option<String> {
    let sure = matches!(decision.status, Status::Match | Status::Duplicate);
    (sure && decision.person != NOBODY).then(|| number_of(decision.person)).flatten()
}

/// Takes away whoever stands beside a duplicate of a row that has no person itself: nobody may take that somebody, who
/// only came near, for the person of the row. `decisions` are in the order of their rows.
pub fn settle(decisions: &mut [Decision]) {
    let unsure: Vec<usize> = (0..decisions.len())
        .filter(|at| decisions[*at].status == Status::Duplicate && decisions[*at].person != NOBODY)
        .filter(|at| {
            let first = decisions.binary_search_by_key(&decisions[*at].duplicate_of, |decision| decision.row);
            first.map_or(true, |first| {
                decisions[first].status != Status::Match || decisions[first].person != decisions[*at].person
            })
        })
        .collect();
    for at in unsure {
        let decision = &mut decisions[at];
        decision.person = NOBODY;
        decision.levels = [Decision::MISSING; FIELDS_MAX];
    }
}

/// What result files are written from.
#[derive(Clone, Copy)]
pub struct Results<'a> {
    /// The rows, in the order of the file.
    pub decisions: &'a [Decision],
    /// The fields.
    pub schema: &'a crate::Schema,
    /// The words of the reasons.
    pub words: &'a Words,
    /// Finds personal numbers.
    pub number_of: NumberOf<'a>,
}

#[cfg(test)]
pub(crate) mod tests;
