//! The catalogue in the database: versions that are only added.

mod import;
mod load;

pub use import::{Imported, Source, import};
pub use load::load;
