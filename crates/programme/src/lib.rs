//! Directives and their tasks: read as they really come, assigned, reported on, chased.
//!
//! Always true here:
//! - What a directive says is kept word for word. What the reader made of it stands beside it, and what it is unsure of
//!   is a [`doubt::Doubt`] with a stable code.
//! - A day of grace or a merger never depends on "now": groups and bodies are those of the directive's day, and who answers
//!   for a merged body is asked with a day.

pub mod bodies;
pub mod deadline;
pub mod doubt;
mod error;
pub mod read;
mod words;

pub use bodies::{Bodies, Party};
pub use doubt::Doubt;
pub use error::Error;

/// What this crate's codes say to a reader.
pub const MESSAGES: kernel::Messages =
    kernel::Messages { vi: include_str!("../messages/vi.ftl"), en: include_str!("../messages/en.ftl") };
