//! What the pages and the JSON API show. Values only; nothing here decides.

mod citizen;
mod figures;
mod officer;

pub use citizen::*;
pub use figures::*;
pub use officer::*;
