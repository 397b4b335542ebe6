//! What is to be reached by simplification.

use pack::Text;
use serde::Deserialize;
use time::Date;

use super::Who;

/// At least so many of a hundred procedures are to be cut or simplified, against a baseline.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// What is to be reached.
    pub name: Text,
    /// The day whose catalogue is the baseline.
    #[serde(with = "pack::date")]
    pub baseline: Date,
    /// The last day to reach it.
    #[serde(default, with = "pack::date::option")]
    pub until: Option<Date>,
    /// The share, of a hundred.
    pub percent: u8,
    /// Only procedures that these may ask for.
    #[serde(default)]
    pub who: Option<Who>,
    /// Where it is ordered.
    pub legal_basis: String,
}
