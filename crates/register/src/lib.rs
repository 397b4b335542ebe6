//! The register engine: versioned records with valid time and recorded time, unique values, links, history, search,
//! change feed; and on it the population register with the issue of personal numbers.
//!
//! What always holds:
//! - A version is never changed or deleted; the database role has no right to. On a valid day `v`, as recorded by `r`, a
//!   record is in the state of the newest version recorded by `r` whose validity covers `v`; an annulment means none.
//! - Of two writers of one record's next version one wins and the other is told ([`Error::Conflict`]).
//! - A value that only one record may bear (personal number, birth notice) is taken in the transaction that writes the
//!   record. A personal number is never given twice, whatever becomes of its bearer.
//! - Nothing about a person is read or written without a [`exchange::Pass`] that admits them, and what comes back holds
//!   only the fields that the pass names. A read without a pass does not compile:
//!
//! ```compile_fail
//! # async fn peek(
//! #     conn: &mut sqlx::PgConnection, ctx: &kernel::Ctx, population: &register::Register,
//! #     someone: kernel::SubjectId, as_of: register::AsOf,
//! # ) -> Result<(), register::Error> {
//! register::get(conn, ctx, population, someone, as_of).await?;
//! # Ok(()) }
//! ```
//!
//! and with one it does:
//!
//! ```
//! # async fn read(
//! #     conn: &mut sqlx::PgConnection, ctx: &kernel::Ctx, pass: &exchange::Pass, population: &register::Register,
//! #     someone: kernel::SubjectId, as_of: register::AsOf,
//! # ) -> Result<(), register::Error> {
//! register::get(conn, ctx, pass, population, someone, as_of).await?;
//! # Ok(()) }
//! ```
//!
//! The one exception is [`load`]: files that an operator handles offline.
//!
//! Deliberately absent: updating in place, deleting, search by name alone without a special right, and any knowledge of
//! dossiers. Which registers there are, and their shapes and rules, is the pack's to say.

mod amend;
mod annul;
mod change;
mod definition;
mod error;
mod extract;
mod find;
mod get;
mod history;
pub mod load;
mod look_alikes;
pub mod population;
mod put;
mod read;
mod record;
mod rule;
mod search;
mod series;
mod service;
mod write;

pub use amend::{Amendment, amend};
pub use annul::{Annulment, annul};
pub use change::changes;
pub use definition::{
    Column, Item, Key, Level, Link, NumberField, Reading, Register, Registers, Reuse, Search, SearchUnit, UnitField,
};
pub use error::Error;
pub use extract::{Extract, People};
pub use find::find;
pub use get::{all, get};
pub use history::history;
pub use look_alikes::LookAlikes;
pub use put::put;
pub use record::{AsOf, Change, NewRecord, Version, state};
pub use rule::Rule;
pub use search::{CANDIDATES_MAX, Criteria, NameAlone, search};
pub use service::{BULK_ROWS_MAX, Operation, definitions, services};

/// The tables of this crate: schema `register`.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// What this crate's codes say to a reader.
pub const MESSAGES: kernel::Messages =
    kernel::Messages { vi: include_str!("../messages/vi.ftl"), en: include_str!("../messages/en.ftl") };
