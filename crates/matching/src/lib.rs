//! Data cleaning: an agency's messy file, matched against the register of the people.
//!
//! A row is compared with the few people that share a *blocking* key with it; each field's agreement has a *weight*
//! (Fellegi and Sunter 1969) that expectation–maximisation estimates on the file itself; the weights and the
//! frequencies of the values give the probability that a person is the one meant. One [`Index`] serves the command
//! line, bulk verification and the register's search for look-alikes.
//!
//! What always holds: the order of rows and the number of threads never change a result; every row that came in goes
//! out with a status; nothing is merged silently (`Lý` and `Lí` are similar, never the same). Deliberately absent:
//! any database, any network, any pass (files that an operator handles offline are the stated exception of the house;
//! callers who serve others bring their own pass).

mod batch;
mod blocking;
mod clean;
pub mod columns;
mod compare;
mod decision;
mod error;
mod estimate;
mod field;
mod index;
mod lexicon;
mod mapping;
pub mod report;
pub mod review;
mod row;
mod score;
pub mod source;
pub mod value;
mod weights;

#[cfg(test)]
mod tests;

pub use batch::Batch;
pub use blocking::{Blocking, Form, Part, Pass};
pub use clean::{Candidate, CleanOptions, Cleaner, Pair, Work};
pub use compare::levels::Level;
pub use decision::{Agreement, Decision, Flags, NOBODY, Rival, Status};
pub use error::Error;
pub use estimate::reestimate;
pub use field::{FIELDS_MAX, Field, Kind, Schema};
pub use index::{Index, IndexBuilder, Info, MAGIC, PassInfo};
pub use mapping::{Columns, Mapping};
pub use score::Spent;
pub use weights::{FieldWeights, LevelWeight, Weights};

/// The sentences of this crate.
pub const MESSAGES: kernel::Messages =
    kernel::Messages { vi: include_str!("../messages/vi.ftl"), en: include_str!("../messages/en.ftl") };
