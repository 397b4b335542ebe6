//! The national catalogue of administrative procedures: imported with its versions by date, found by everyday words.
//!
//! Always true here:
//! - What a file does not say is absent, and shown as unknown. Nothing is guessed from a name.
//! - A version of an entry is never changed; a file that says something else makes another version.
//! - Search is pure and in memory: no database, no clock, the same question gives the same answer.
//!
//! Deliberately absent: what a procedure asks and does when it is filed here (in `procedure`).

mod code;
pub mod db;
mod docs;
mod entry;
mod error;
mod library;
pub mod read;
mod rules;
pub mod search;
mod shelf;
pub mod simplify;
mod snapshot;

pub use code::Code;
pub use entry::{Burden, Entry, Online};
pub use error::Error;
pub use library::{Library, Packed};
pub use rules::{
    Essential, Everyday, Level, LifeEvent, OnlineFact, Phrase, Rules, Service, Succession, Target, Vocabulary, Who,
};
pub use shelf::{Known, Shelf};
pub use snapshot::{Import, Snapshot, Version};

/// The tables of this crate: schema `catalogue`.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// The sentences of this crate.
pub const MESSAGES: kernel::Messages =
    kernel::Messages { vi: include_str!("../messages/vi.ftl"), en: include_str!("../messages/en.ftl") };
