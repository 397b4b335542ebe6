//! Directives and their tasks: read as they really come, assigned, reported on, chased.
//!
//! [`read`] is pure; [`follow`] is what lies in the database.
//!
//! Always true here:
//! - What a directive says is kept word for word. What the reader made of it stands beside it, and what it is unsure of
//!   is a [`doubt::Doubt`] with a stable code.
//! - A day of grace or a merger never depends on "now": groups and bodies are those of the directive's day, and who answers
//!   for a merged body is asked with a day.
//! - Versions of tasks, reports, decisions and events are only added. Each change of a task is an entry of the ledger too.
//!
//! Deliberately absent: pages (in `portal`).

pub mod bodies;
pub mod coverage;
pub mod deadline;
pub mod desk;
pub mod doubt;
mod error;
pub mod follow;
pub mod jobs;
pub mod legal_review;
pub mod lines;
pub mod money;
pub mod read;
mod sight;
pub mod task_force;
mod words;

pub use bodies::{Bodies, Party};
pub use desk::Desk;
pub use doubt::Doubt;
pub use error::Error;
pub use sight::{Sight, sight};

/// The tables of this crate: schema `programme`.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// What this crate's codes say to a reader.
pub const MESSAGES: kernel::Messages =
    kernel::Messages { vi: include_str!("../messages/vi.ftl"), en: include_str!("../messages/en.ftl") };
