//! A group: members at several bodies, what each is handed, what each does, what the others learn from it.

use crate::mapping::Mapping;
use kernel::calendar::Term;
use pack::{Expr, Text};
use serde::Deserialize;
use serde_json::Value;

/// Procedures of several bodies filed as one (liên thông), or one procedure filed online. One document is one version.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// National code.
    pub code: String,
    /// Its name in everyday words, short enough for a list; absent where the law's name is.
    #[serde(default)]
    pub title: Option<Text>,
    /// Its name in law.
    pub name: Text,
    /// What it gives, in a sentence of our own.
    #[serde(default)]
    pub summary: Option<Text>,
    /// Other words people search with.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// The body that keeps the dossier.
    pub origin: String,
    /// How dossiers are numbered.
    pub numbering: Numbering,
    /// The form.
    pub form: String,
    /// Where the form's values keep the list that `per: child` expands.
    #[serde(default)]
    pub children: Option<String>,
    /// How long the whole may take.
    pub term: Vec<TermWhen>,
    /// How long the citizen has to answer a question.
    pub supplement_term: Term,
    /// What becomes of a question that is not answered by then.
    #[serde(default)]
    pub supplement_lapse: Lapse,
    /// People that the dossier is about, beside the applicant: references `{id}` or `{number}`.
    #[serde(default)]
    pub people: Vec<Mapping>,
    /// Members, in the order in which they are shown.
    pub members: Vec<Member>,
    /// What the citizen is told, by event.
    pub messages: std::collections::BTreeMap<String, Text>,
    /// Its place in the list of 25 essential services.
    #[serde(default)]
    pub essential: Option<u8>,
}

/// What becomes of a question that the citizen does not answer in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lapse {
    /// It waits on.
    #[default]
    Keep,
    /// The member that asked is stopped (status 8); the dossier too, where nothing is left to do in it.
    Stop,
}

/// How dossiers are numbered.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbering {
    /// Organisation code at the front, such as `G22.99.08`.
    pub prefix: String,
    /// Format with `{prefix}`, `{yymmdd}` or `{yyyymmdd}`, and `{seq:7}` (digits).
    pub format: String,
}

/// A term, and when it is the one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermWhen {
    /// The condition; the first term whose condition holds is taken.
    #[serde(default)]
    pub when: Option<Expr>,
    /// The term.
    pub term: Term,
    /// The article it rests on.
    #[serde(default)]
    pub legal_basis: Option<String>,
    /// How sure that is, where it is less sure than the rest of the definition (`m`: from memory, or ours).
    #[serde(default)]
    pub confidence: Option<String>,
}

/// One member of a group: a procedure at a body.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Its id in the group, such as `birth`.
    pub id: String,
    /// The procedure it carries out.
    #[serde(default)]
    pub procedure: Option<String>,
    /// What the citizen reads.
    pub name: Text,
    /// Once for each child, or once.
    #[serde(default)]
    pub per: Per,
    /// Whether it is wanted; absent: always.
    #[serde(default)]
    pub when: Option<Expr>,
    /// The acting body's id.
    pub body: Mapping,
    /// The role of the officer who decides.
    pub role: String,
    /// Members that must have ended, in whatever way, before this one is sent.
    #[serde(default)]
    pub after: Vec<String>,
    /// Members that must be done; where one of them was refused this one is dropped.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Where it is refused for every child, the dossier ends.
    #[serde(default)]
    pub decisive: bool,
    /// How long it may take.
    pub term: Vec<TermWhen>,
    /// Law behind it.
    #[serde(default)]
    pub legal_basis: Vec<String>,
    /// What the acting body is handed: its part of the dossier.
    pub data: Mapping,
    /// The people it is about.
    #[serde(default)]
    pub people: Vec<Mapping>,
    /// Registers that the officer's page asks.
    #[serde(default)]
    pub lookups: Vec<Lookup>,
    /// Which fields stand side by side.
    #[serde(default)]
    pub compare: Vec<Compare>,
    /// What happens on approval, in this order.
    #[serde(default)]
    pub effects: Vec<Effect>,
    /// What the other members learn from it.
    #[serde(default)]
    pub facts: Option<Mapping>,
    /// What is issued.
    #[serde(default)]
    pub results: Vec<Issue>,
}

/// How often a member is carried out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Per {
    /// Once.
    #[default]
    Dossier,
    /// Once for each child.
    Child,
}

/// A question to a register.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// Under which name the answer is found.
    pub id: String,
    /// What the register is called.
    pub name: Text,
    /// The service.
    pub service: String,
    /// Whose service.
    pub provider: String,
    /// Whether it is asked; absent: always.
    #[serde(default)]
    pub when: Option<Expr>,
    /// Once for each entry of this list of the form's values, such as `children` (forms only).
    #[serde(default)]
    pub each: Option<String>,
    /// What is asked.
    pub payload: Mapping,
    /// About whom: references `{id}` or `{number}`.
    #[serde(default)]
    pub people: Vec<Mapping>,
    /// Only these fields.
    #[serde(default)]
    pub fields: Vec<String>,
}

/// One field beside the register's.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compare {
    /// What it is.
    pub label: Text,
    /// The dossier's value.
    pub filed: Mapping,
    /// The register's value.
    pub register: Mapping,
    /// Which lookup it comes from.
    pub source: String,
    /// Pointer into the form's values; `{child}` stands for the child's index.
    #[serde(default)]
    pub pointer: Option<String>,
    /// When they are the same.
    #[serde(default)]
    pub how: How,
}

/// When two values are the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Equal.
    #[default]
    Equal,
    /// Equal as names: case, spaces and the place of tone marks do not count.
    Name,
    /// The same day, where one of them has a time.
    Day,
}

/// A call that makes the decision true.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// Its id, part of the idempotency key.
    pub id: String,
    /// The service.
    pub service: String,
    /// Whose service.
    pub provider: String,
    /// Whether it is needed; absent: always.
    #[serde(default)]
    pub when: Option<Expr>,
    /// What is sent.
    pub payload: Mapping,
    /// About whom: references `{id}` or `{number}`.
    #[serde(default)]
    pub people: Vec<Mapping>,
    /// People in the reply that the case is about from now on, such as a newborn: paths to subject ids.
    #[serde(default)]
    pub admits: Vec<Mapping>,
}

/// A result that is issued.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issue {
    /// National code; absent where none is known.
    #[serde(default)]
    pub code: Option<String>,
    /// What it is.
    pub name: Text,
    /// Its number.
    pub number: Mapping,
    /// Whether it is issued; absent: always.
    #[serde(default)]
    pub when: Option<Expr>,
    /// The data on its face.
    pub data: Mapping,
}

impl Group {
    /// Its name in everyday words.
    #[must_use]
    pub fn title(&self) -> &Text {
        self.title.as_ref().unwrap_or(&self.name)
    }

    /// The member of this id.
    #[must_use]
    pub fn member(&self, id: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.id == id)
    }

    /// The children in the form's values.
    #[must_use]
    pub fn children<'a>(&self, values: &'a Value) -> &'a [Value] {
        self.children.as_ref().and_then(|field| values.get(field)).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}
