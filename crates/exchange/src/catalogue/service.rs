//! Services: what a body offers, which fields they are about, and whom a passage may touch beside those it names.

use kernel::ServiceName;
use pack::Text;
use serde::{Deserialize, Serialize};

/// A person that a passage may touch although the request does not name them, because of whom it names.
/// The provider vouches for the relation: it has just read it in its own register.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// A child of somebody named.
    Child,
    /// A parent of somebody named.
    Parent,
    /// The husband or wife of somebody named.
    Spouse,
    /// Somebody in the same household.
    Household,
    /// A ward of somebody named.
    Ward,
    /// A guardian of somebody named.
    Guardian,
    /// Somebody who begins to exist in the registers by this very call.
    New,
    /// Somebody recorded who looks like the person that is to be recorded: the provider has compared the two.
    LookAlike,
}

/// A service, as the pack defines it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceDefinition {
    /// Its name, such as `population.lookup`.
    pub name: ServiceName,
    /// Kinds of bodies that offer it.
    pub provider_kinds: Vec<String>,
    /// What it does, in one line.
    pub summary: Text,
    /// The fields of the reply that say something about a person. A reply holds those that the pass names and no
    /// others. Empty: the reply is not about a person, or the provider's typed code keeps the fields itself.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Whom a passage may touch beside the people it names.
    #[serde(default)]
    pub admits: Vec<Relation>,
    /// Where the law gives the body this task.
    #[serde(default)]
    pub legal_basis: Vec<String>,
    /// How sure the pack is of this: V, V2, M, m.
    #[serde(default)]
    pub confidence: Option<String>,
    /// How the provider carries it out. The provider's context reads it.
    #[serde(default)]
    pub operation: serde_json::Value,
}
