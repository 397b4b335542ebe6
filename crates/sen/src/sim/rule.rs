//! How many numbers one person may register the simple way: the pack's `telecom/subscribers.yaml`.

use crate::country::Country;
use anyhow::{Context, Result};
use serde::Deserialize;

/// The file of the pack.
const FILE: &str = "telecom/subscribers.yaml";

/// The rule, with its basis in law.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// From the next one on a contract at a point of service is needed.
    pub(super) simple_numbers_max: usize,
    /// Law.
    pub(super) legal_basis: String,
    /// How sure the pack is of it.
    #[serde(default)]
    pub(super) confidence: Option<String>,
}

impl Rule {
    /// # Errors
    /// When the pack has no such file, or it is at fault.
    pub(super) fn read(country: &Country) -> Result<Self> {
        let mut report = pack::Report::new();
        let document = country.pack.file(FILE).first().with_context(|| format!("the pack has no {FILE}"))?;
        document.parse(None, &mut report).with_context(|| format!("{FILE}: {:?}", report.problems()))
    }
}
