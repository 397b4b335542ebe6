//! The index of the quality of public service, moved by events and recomputable from evidence (QĐ 766/QĐ-TTg).
//!
//! Facts of dossiers, petitions and procedures ([`facts`]) become counts by body, procedure and month; counts become
//! rates and points by the formulas of the pack ([`Definition`]). The same facts always give the same points, to the
//! last digit: everything between is whole numbers and fractions.
//!
//! Always true here:
//! - A formula is the pack's, chosen by the last day of the period it scores, never by today's.
//! - What is counted live equals what [`Tally`] counts from scratch out of the same facts.
//! - Nothing personal: facts hold identifiers, times and flags.
//!
//! Deliberately absent: the formulas, which are data of the pack.

mod count;
mod definition;
mod error;
mod events;
pub mod evidence;
pub mod facts;
mod figures;
mod indicators;
pub mod live;
mod map;
pub mod marks;
mod period;
pub mod petitions;
mod ratio;
mod rehearse;
mod score;
pub mod stored;
mod tally;
#[cfg(test)]
mod tests;

pub use count::{Change, Counted, dossier as count_dossier};
pub use definition::{
    AnnouncingTerms, Behind, Component, CounterText, Counting, Definition, Group, LegalGroup, Level, Origin,
    PetitionTerms, Rounding, Sums, fingerprint,
};
pub use error::Error;
pub use events::{Event, History, What};
pub use figures::Figures;
pub use indicators::Indicators;
pub use map::Tiles;
pub use period::{Month, Period, PeriodKind};
pub use ratio::Ratio;
pub use rehearse::rehearse;
pub use score::{ComponentScore, GroupScore, Score, score};
pub use tally::Tally;

/// The tables of this crate: schema `indicator`.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// What this crate's codes say to a reader.
pub const MESSAGES: kernel::Messages =
    kernel::Messages { vi: include_str!("../messages/vi.ftl"), en: include_str!("../messages/en.ftl") };
