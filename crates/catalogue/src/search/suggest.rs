//! What to offer while somebody types.

use super::answer::Filter;
use super::index::Index;
use serde::Serialize;

/// Something to offer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Suggestion {
    /// The procedure.
    pub code: String,
    /// What to show.
    pub text: String,
    /// Whether it can be filed here.
    pub here: bool,
}

/// Shorter beginnings say nothing.
const LETTERS_MIN: usize = 2;

impl Index {
    /// What somebody may be about to type: the last word may be only a beginning.
    #[must_use]
    pub fn suggest(&self, typed: &str, filter: &Filter, limit: usize) -> Vec<Suggestion> {
        if typed.trim().chars().count() < LETTERS_MIN {
            return Vec::new();
        }
        let found = match self.by_code(typed, filter, limit) {
            Some(found) => found,
            None => {
                let query = self.understand(typed, true);
                self.best(&self.score(&query), filter, limit, &query.plain).0
            }
        };
        found
            .into_iter()
            .map(|found| Suggestion {
                code: found.doc.code.clone(),
                text: found.doc.titles.first().filter(|_| found.doc.group).unwrap_or(&found.doc.name).clone(),
                here: found.doc.filed_by.is_some(),
            })
            .collect()
    }
}
