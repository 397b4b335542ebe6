//! The facts in PostgreSQL, and the live store that is made from them and follows them.
//!
//! One process after the other takes events from the feeds of other contexts and writes facts ([`follow`]); each that
//! changed is named in the feed [`FEED`], which every process reads to move its own live store ([`Figured`]). Both may
//! hear a thing twice: it changes nothing.

mod assign;
mod deeds;
mod desk;
mod export;
mod facts;
mod figured;
mod follow;
mod look;
mod nature;
mod procedures;
mod rate;
mod record;

pub use assign::{Assignment, NewAssignment, answer_assignment, assign, assigned_about, assigned_to};
pub use desk::{Desk, Settings};
pub use facts::{keep_given, keep_petition, keep_procedure};
pub use figured::Figured;
pub use follow::{SOURCE, follow};
pub use look::{Rating, dossiers, rating};
pub use nature::{Nature, Natures};
pub use rate::rate;
pub use record::record;

/// The feed in which every change of facts is named.
pub const FEED: &str = "indicator.facts";
