//! What took the place of what.

use crate::Code;
use pack::{Pack, Report};
use serde::Deserialize;
use time::Date;

/// A procedure that ended, and what took its place.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Succession {
    /// The code that ended.
    pub old: Code,
    /// The codes that took its place; none where nothing did.
    #[serde(default)]
    pub new: Vec<Code>,
    /// The first day of the new; absent where it is not known.
    #[serde(default, with = "pack::date::option")]
    pub on: Option<Date>,
    /// The decision.
    #[serde(default)]
    pub legal_basis: Option<String>,
    /// How sure that is.
    #[serde(default)]
    pub confidence: Option<String>,
}

impl Succession {
    /// Whether the old procedure has ended by that day, as far as is known.
    #[must_use]
    pub fn holds(&self, on: Date) -> bool {
        self.on.is_none_or(|day| day <= on)
    }
}

pub(super) fn check(pack: &Pack, list: &[Succession], report: &mut Report) {
    for (doc, one) in pack.file("catalogue/successions.yaml").iter().zip(list) {
        if one.new.contains(&one.old) {
            report.add(doc, "/new", "CAT0023", format!("{} in place of itself", one.old));
        }
        // Followed from successor to successor, one must come to an end.
        let (mut at, mut steps) = (&one.old, 0);
        while let Some(next) = list.iter().find(|other| other.old == *at).and_then(|other| other.new.first()) {
            steps += 1;
            if steps > list.len() {
                report.add(doc, "/old", "CAT0023", "the successions run in a circle");
                break;
            }
            at = next;
        }
    }
}
