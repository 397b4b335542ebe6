//! Everything that made-up people are made from.

use super::corrupt::Before;
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
    pub(super) facilities: Vec<Facility>,
    pub(super) as_of: Date,
    /// What the communes of today were called before.
    pub(super) before: Before,
}

/// A facility that issues birth notices.
#[derive(Clone, Debug)]
pub(super) struct Facility {
    /// Five characters, as in the numbers of its notices.
    pub(super) code: String,
    pub(super) name: String,
    /// Code of the province.
    pub(super) province: String,
}

/// The bodies of the pack that are hospitals: `hospital/<code>`.
fn facilities(pack: &Pack) -> Vec<Facility> {
    let bodies = pack.documents("bodies").iter().filter_map(|document| document.value.get("bodies")?.as_array());
    let text =
        |value: Option<&serde_json::Value>| value.and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let facility = |body: &serde_json::Value| {
        let code = body.get("id")?.as_str()?.strip_prefix("hospital/")?.to_owned();
        Some(Facility { code, name: text(body.pointer("/name/vi")), province: text(body.get("unit")) })
    };
    bodies.flatten().filter_map(facility).collect()
}

impl World {
    /// The day on which ages are counted.
    #[must_use]
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// Reads `names/*.csv` and `synth/*.csv`. `None` when something is missing that nothing can be made without; what
    /// is wrong is in the report.
    pub fn read(pack: &Pack, units: &Units, as_of: Date, report: &mut Report) -> Option<Self> {
        let names = Names::read(pack, report)?;
        let places = Places::read(pack, units, &names, as_of, report)?;
        let founders = pack.table("synth/founders.csv", report).parse::<FounderRow>(report);
        let founders = Weighted::new(founders.iter().map(|row| (row.age_from, row.weight)))?;
        let streets = pack.table("synth/streets.csv", report);
        let streets = streets.rows.iter().map(|row| row.get("street").to_owned()).collect();
        let before = Before::read(units);
        Some(Self { names, places, founders, streets, facilities: facilities(pack), as_of, before })
    }
}
