//! Packs: the declarative files that make the program one country's system.
//!
//! A pack is a folder of YAML documents and CSV tables. This crate reads them so that every problem of every file is
//! found at once, with its file and line; each context reads its own folders with its own definitions on top, and
//! `sen pack check` assembles them. Here are also the words that definitions share: dates of force ([`Dated`],
//! [`Versions`]), conditions ([`Expr`]), shapes ([`Schema`]), texts in two languages ([`Text`]),
//! administrative units ([`units`]), the working-time calendar ([`calendar`]) and code sets ([`codes`]).
//!
//! Always true: data, never code; nothing is fetched; a key that no definition knows is a fault; a code such as
//! `00004` never becomes a number.

pub mod calendar;
mod case;
pub mod codes;
pub mod date;
mod dated;
mod document;
mod error;
mod expr;
mod nested;
mod report;
mod schema;
mod source;
mod table;
mod text;
pub mod units;
mod yaml;

pub use case::Case;
pub use dated::{Dated, Versions};
pub use document::Document;
pub use error::Error;
pub use expr::{Expr, ExprError};
pub use report::{At, Finding, Report};
pub use schema::{Schema, SchemaError};
pub use source::Pack;
pub use table::{Placed, Row, Table};
pub use text::Text;

/// The sentences of this crate.
pub const MESSAGES: kernel::Messages =
    kernel::Messages { vi: include_str!("../messages/vi.ftl"), en: include_str!("../messages/en.ftl") };
