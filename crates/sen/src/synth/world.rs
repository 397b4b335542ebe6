//! Everything that made-up people are made from.

use super::dice::Weighted;
use super::names::Names;
use super::places::Places;
use pack::units::Units;
use pack::{Pack, Report};
use serde::Deserialize;
use time::{Date, macros::date};

/// The day on which everybody has the age that was drawn, unless another is asked for. A constant, so that the same
/// seed gives the same people tomorrow.
pub const AS_OF: Date = date!(2026 - 11 - 01);

#[derive(Deserialize)]
struct FounderRow {
    age_from: u32,
    weight: u32,
}

/// Names, places and ages, read from the pack once.
#[derive(Debug)]
pub struct World {
    pub(super) names: Names,
    pub(super) places: Places,
    /// Age of the woman with whom a family begins, in steps of five years.
    pub(super) founders: Weighted<u32>,
    pub(super) streets: Vec<String>,
    pub(super) as_of: Date,
}

impl World {
    /// Reads `names/*.csv` and `synth/*.csv`. `None` when something is missing that nothing can be made without; what
    /// is wrong is in the report.
    pub fn read(pack: &Pack, units: &Units, as_of: Date, report: &mut Report) -> Option<Self> {
        let names = Names::read(pack, report)?;
        let places = Places::read(pack, units, &names, as_of, report)?;
        let founders = pack.table("synth/founders.csv", report).parse::<FounderRow>(report);
        let founders = Weighted::new(founders.iter().map(|row| (row.age_from, row.weight)))?;
        let streets = pack.table("synth/streets.csv", report);
        let streets = streets.rows.iter().map(|row| row.get("street").to_owned()).collect();
        Some(Self { names, places, founders, streets, as_of })
    }
}
