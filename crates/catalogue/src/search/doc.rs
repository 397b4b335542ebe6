//! What the index is made of.

use crate::{Level, Online, Who};
use std::collections::BTreeSet;

/// A procedure (or a group of procedures) that can be found.
#[derive(Clone, Debug, Default)]
pub struct Doc {
    /// National code.
    pub code: String,
    /// Its name in law, Vietnamese.
    pub name: String,
    /// Its name in everyday words, and in English.
    pub titles: Vec<String>,
    /// Other words people search with.
    pub keywords: Vec<String>,
    /// Field of administration.
    pub field: String,
    /// Whose it is, in words.
    pub owner: String,
    /// What else may be searched for: the decision, bodies, results.
    pub more: Vec<String>,
    /// Who may ask for it; empty where that is unknown.
    pub who: BTreeSet<Who>,
    /// At which levels; empty where that is unknown.
    pub levels: BTreeSet<Level>,
    /// How far it can be done online, where that is known.
    pub online: Option<Online>,
    /// The code by which it can be filed here.
    pub filed_by: Option<String>,
    /// One of the essential services.
    pub essential: bool,
    /// Several procedures filed as one.
    pub group: bool,
}
