//! Forms as the pack describes them: pages → sections → fields, where each value comes from, which rules hold.

mod standing;

pub(crate) use standing::set;
pub use standing::{ENTRIES_MAX, FieldState, put, vars};

use crate::definition::Lookup;
use crate::mapping::Mapping;
use pack::{Expr, Text};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A form. One document is one version.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// What is asked of registers when the citizen opens it.
    #[serde(default)]
    pub sources: Vec<Lookup>,
    /// Lists that registers begin: one entry for each item, at least one.
    #[serde(default)]
    pub lists: Vec<ListSource>,
    /// Its pages.
    pub pages: Vec<Page>,
    /// What is asked of registers when it is checked.
    #[serde(default)]
    pub facts: Vec<Lookup>,
    /// What must hold.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// The shape of the whole, for what fields cannot say.
    #[serde(default)]
    pub schema: Option<Value>,
}

/// Which items of a register's answer begin a list of the form. In the list's sections an item is `entry`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListSource {
    /// The list in the values, such as `children`.
    pub name: String,
    /// The items, over `sources`.
    pub items: Mapping,
}

/// A page of a form: what one screen asks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Its id, part of its address.
    pub id: String,
    /// Its title: the question.
    pub title: Text,
    /// Whether it is asked; absent: always.
    #[serde(default)]
    pub when: Option<Expr>,
    /// Its sections.
    pub sections: Vec<Section>,
}

/// A section of a page.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Its id.
    pub id: String,
    /// Its heading.
    #[serde(default)]
    pub title: Option<Text>,
    /// What should be known before answering.
    #[serde(default)]
    pub hint: Option<Text>,
    /// Whether it is asked; absent: always.
    #[serde(default)]
    pub when: Option<Expr>,
    /// Once for each entry of this list of the values, such as `children`; the names of its fields are then relative to the entry.
    #[serde(default)]
    pub each: Option<String>,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// A field.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Path in the values, such as `mother.full_name`; relative to the entry in a repeated section.
    pub name: String,
    /// What may stand in it.
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// Its label.
    pub label: Text,
    /// Its hint.
    #[serde(default)]
    pub hint: Option<Text>,
    /// Whether it must be filled: `true`, `false` or a condition.
    #[serde(default)]
    pub required: Needed,
    /// Whether it is asked; absent: always.
    #[serde(default)]
    pub visible: Option<Expr>,
    /// What may be chosen.
    #[serde(default)]
    pub options: Vec<FormOption>,
    /// The code set that may be chosen from; its entries become the options.
    #[serde(default)]
    pub codes: Option<String>,
    /// Where a register fills it.
    #[serde(default)]
    pub prefill: Vec<Prefill>,
    /// What stands in it at first where no register fills it.
    #[serde(default)]
    pub default: Option<Mapping>,
    /// At most so many characters.
    #[serde(default)]
    pub max: Option<usize>,
    /// A date that may not lie in the future.
    #[serde(default)]
    pub past: bool,
    /// A pattern of the notice number and the like; named by what it is.
    #[serde(default)]
    pub pattern: Option<Pattern>,
    /// The article that asks for it.
    #[serde(default)]
    pub legal_basis: Option<String>,
}

/// Whether a field must be filled.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Needed {
    /// Always or never.
    Fixed(bool),
    /// Where this holds.
    When(Expr),
}

impl Default for Needed {
    fn default() -> Self {
        Self::Fixed(false)
    }
}

/// A pattern that a text must fit: `9` a digit, `A` a capital letter or digit, everything else itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Pattern(pub String);

impl Pattern {
    /// Whether `text` fits.
    #[must_use]
    pub fn fits(&self, text: &str) -> bool {
        let fits = |(mark, c): (char, char)| match mark {
            '9' => c.is_ascii_digit(),
            'A' => c.is_ascii_uppercase() || c.is_ascii_digit(),
            other => c == other,
        };
        self.0.chars().count() == text.chars().count() && self.0.chars().zip(text.chars()).all(fits)
    }
}

/// What may stand in a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// A line of text.
    Text,
    /// Several lines.
    LongText,
    /// A person's name.
    Name,
    /// A date; as precise as it is known.
    Date,
    /// A whole number.
    Number,
    /// A personal number.
    PersonalNumber,
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// One of the options.
    Choice,
    /// Several of the options.
    Choices,
    /// Yes or no.
    Yes,
    /// A commune in force today.
    Commune,
    /// A province in force today.
    Province,
    /// Known, carried along, not shown.
    Hidden,
}

/// One option of a choice.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormOption {
    /// What is stored.
    pub value: String,
    /// What is shown.
    pub label: Text,
    /// Whether it is offered; absent: always.
    #[serde(default)]
    pub when: Option<Expr>,
}

/// Where a register fills a field. The first source that has a value fills it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prefill {
    /// Which source of the form.
    pub source: String,
    /// What of its answer: a path from the answer, or a template over `sources`, `entry` and `index`.
    pub value: Mapping,
    /// Whether this source is the right one; absent: always.
    #[serde(default)]
    pub when: Option<Expr>,
    /// Not to be typed over.
    #[serde(default)]
    pub fixed: bool,
}

/// What must hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable code, such as `KS0007`.
    pub code: String,
    /// Once for each entry of this list of the values.
    #[serde(default)]
    pub each: Option<String>,
    /// Whether it applies; absent: always.
    #[serde(default)]
    pub when: Option<Expr>,
    /// What must be true.
    pub test: Expr,
    /// The field it is shown at, as a name of the form.
    pub field: String,
    /// What the citizen reads.
    pub message: Text,
    /// The article it rests on.
    pub legal_basis: String,
    /// How sure the pack is of it.
    #[serde(default)]
    pub confidence: Option<String>,
}
