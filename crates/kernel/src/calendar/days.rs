//! Days that are not what their weekday says.

use serde::{Deserialize, Serialize};
use time::Date;

/// A day that is off although a weekday, or worked although a weekend.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SpecialDay {
    /// The day.
    #[serde(with = "crate::iso_date")]
    pub date: Date,
    /// What it is.
    pub kind: SpecialKind,
    /// What it is called.
    pub name: String,
}

/// Why a day is special.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpecialKind {
    /// A public holiday.
    Holiday,
    /// Off, because a holiday fell on a weekend.
    BridgeOff,
    /// Off, in exchange for a day worked.
    SwapOff,
    /// Worked, in exchange for a day off.
    SwapWork,
}

impl SpecialKind {
    /// Whether the administration works on such a day.
    #[must_use]
    pub const fn is_worked(self) -> bool {
        matches!(self, Self::SwapWork)
    }
}
