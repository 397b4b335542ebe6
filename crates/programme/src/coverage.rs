//! Coverage of villages with fibre, mobile signal and power (directive 04/2024, note 1 and task B57), from CSV.
//!
//! Columns: `commune` (code of five digits), `village`, `as_of` (2024-06-30 or 30/06/2024), `fibre`, `signal`, `power`
//! (`yes`/`no`, `có`/`không`, `1`/`0`; empty: not known), and, where known, `latitude`, `longitude`, `source`.
//!
//! Everybody who works on the programme sees all of it; the bodies that follow the programme say how villages stand
//! anywhere, a province's committee in its own province.

mod count;
mod file;
mod take;

pub use count::{Covered, Village, by_commune, by_province, days, villages};
pub use take::{Taken, take};

pub use crate::lines::Fault;

/// Most lines of one file.
pub const ROWS_MAX: usize = 200_000;
