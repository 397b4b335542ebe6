//! Clerical review: the uncertain rows of a cleaning, decided by a person.
//!
//! `sen clean` leaves `review.jsonl` in its folder; the decisions go to `decisions.jsonl` beside it, one line each.
//! What always holds: a decision is on disk before anybody is told that it was taken; a line is never changed or
//! removed (taking back is a line of its own); one process at a time works on a folder; whoever decides says what they
//! saw, so that of two windows the second is told. Deliberately absent: pages (they are in `portal`) and any database.

mod align;
mod apply;
mod case;
mod cases;
mod desk;
mod error;
mod export;
mod filter;
mod log;
mod pace;
#[cfg(test)]
mod tests;
mod weigh;

pub use align::{Mark, Part, align};
pub use apply::{Applied, apply};
pub use case::{Candidate, Case, Cells, agreement};
pub use cases::{Cases, Facet, FacetKind};
pub use desk::{Desk, Progress, Said};
pub use error::Error;
pub use export::write_csv;
pub use filter::{Filter, Order, Shown};
pub use log::{Deed, Entry, Verdict};
pub use pace::Pace;
pub use weigh::{REVIEWED_WEIGHTS_FILE, WEIGHTS_FILE, bits, decided_pairs, read_weights, reestimated};

/// The rows to review, in the folder of a cleaning.
pub const CASES_FILE: &str = "review.jsonl";
/// The decisions, beside them.
pub const DECISIONS_FILE: &str = "decisions.jsonl";
