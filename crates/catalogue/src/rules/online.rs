//! How far procedures can be done online, where a source of the pack says so.

use crate::{Code, Online};
use serde::Deserialize;

/// One procedure.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnlineFact {
    /// Which.
    pub code: Code,
    /// How far.
    pub online: Online,
}
