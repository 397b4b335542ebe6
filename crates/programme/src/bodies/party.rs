//! Somebody whom a directive names.

use super::Bodies;
use kernel::BodyId;
use serde::{Deserialize, Serialize};
use time::Date;

/// Somebody whom a directive names: a body, a group of bodies, or words that the pack does not know.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Party {
    /// The words of the directive.
    pub text: String,
    /// The body, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<BodyId>,
    /// The group, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// How many bodies the group had on the day of the directive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<usize>,
    /// Who answers for the body today, where others took it over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub successors: Vec<BodyId>,
}

impl Party {
    pub(crate) fn unknown(text: &str) -> Self {
        Self { text: text.to_owned(), body: None, group: None, members: None, successors: Vec::new() }
    }

    /// Its id in a list: `ministry-justice`, `group:provinces`, or `?` for words that nobody knows.
    #[must_use]
    pub fn id(&self) -> String {
        match (&self.body, &self.group) {
            (Some(body), _) => body.to_string(),
            (None, Some(group)) => format!("group:{group}"),
            (None, None) => "?".to_owned(),
        }
    }

    /// The bodies meant, as they stood on a day.
    #[must_use]
    pub fn bodies(&self, bodies: &Bodies, on: Date) -> Vec<BodyId> {
        match (&self.body, &self.group) {
            (Some(body), _) => vec![body.clone()],
            (None, Some(group)) => bodies.group(group).map(|group| bodies.members(group, on)).unwrap_or_default(),
            (None, None) => Vec::new(),
        }
    }
}
