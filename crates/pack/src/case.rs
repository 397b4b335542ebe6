//! The pack's own cases: input and expected outcome, run by `sen pack check`.

use crate::report::At;
use crate::{Pack, Report, date};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::Date;

/// One case. In the pack a document below `cases/`:
///
/// ```yaml
/// case: a birth before the merger gets the old prefix
/// on: 2025-06-30        # the day it is judged on, where that matters
/// subject: 3.000722     # what it is a case of, where the folder does not say
/// input: {…}
/// expect: {…}
/// ```
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What the case shows.
    #[serde(rename = "case")]
    pub name: String,
    /// The day it is judged on.
    #[serde(default, with = "date::option")]
    pub on: Option<Date>,
    /// The definition it is a case of.
    #[serde(default)]
    pub subject: Option<String>,
    /// What goes in. Its shape is its context's to say.
    pub input: Value,
    /// What must come out.
    pub expect: Value,
    /// Where it is written.
    #[serde(skip)]
    pub at: Option<At>,
}

impl Case {
    /// Every case below `cases/<folder>/`.
    #[must_use]
    pub fn read(pack: &Pack, folder: &str, report: &mut Report) -> Vec<Self> {
        let mut cases = Vec::new();
        for doc in pack.documents(&format!("cases/{folder}")) {
            if let Some(case) = doc.parse::<Self>(None, report) {
                cases.push(Self { at: Some(doc.at("")), ..case });
            }
        }
        cases
    }

    /// The case did not come out as expected.
    pub fn fail(&self, message: impl Into<String>, report: &mut Report) {
        let at = self.at.clone().unwrap_or(At { file: String::from("cases"), line: 1 });
        report.add_at(&at, "PAC0040", format!("the case \"{}\" came out otherwise: {}", self.name, message.into()));
    }
}
