//! What went wrong, in the one shape that crosses contexts, bodies, end-points and pages.
//!
//! A problem carries a stable code and no sentence: the sentence is looked up by the code in the reader's
//! language (`Messages`), and `docs/errors.md` explains each code. Arguments hold nothing personal.

use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeMap, fmt};

/// What sort of failure, which decides the HTTP status and whether a retry can help.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The input breaks a rule: 422.
    Invalid,
    /// Not signed in: 401.
    Unauthenticated,
    /// Signed in, and not allowed: 403.
    Forbidden,
    /// Not there, or not for this reader to know of: 404.
    NotFound,
    /// Somebody else was first, or the state does not allow it: 409.
    Conflict,
    /// Too large: 413.
    TooLarge,
    /// Too often: 429.
    TooMany,
    /// Could not now; a retry may succeed: 503.
    Unavailable,
    /// Our fault: 500.
    Internal,
}

impl Kind {
    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Invalid => 422,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::TooMany => 429,
            Self::Unavailable => 503,
            Self::Internal => 500,
        }
    }

    /// Whether the same call may succeed later without being changed.
    #[must_use]
    pub const fn retryable(self) -> bool {
        matches!(self, Self::Unavailable | Self::Internal | Self::TooMany)
    }
}

/// A failure with a stable code.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Problem {
    /// Stable code, such as `REG0012`.
    pub code: Cow<'static, str>,
    /// Sort of failure.
    pub kind: Kind,
    /// Arguments of the message; nothing personal.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
    /// What is wrong at which field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
}

/// What is wrong at one field of the input.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FieldProblem {
    /// JSON Pointer (RFC 6901) of the field in the input.
    pub pointer: String,
    /// Stable code of the rule.
    pub code: Cow<'static, str>,
    /// Arguments of the message; nothing personal.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
    /// The article that asks for it, such as `Luật Hộ tịch 60/2014, Điều 16`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<String>,
}

impl Problem {
    /// A problem with this code.
    #[must_use]
    pub const fn new(kind: Kind, code: &'static str) -> Self {
        Self { code: Cow::Borrowed(code), kind, args: BTreeMap::new(), fields: Vec::new() }
    }

    /// Adds an argument of the message. Never a personal value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }

    /// Adds what is wrong at a field.
    #[must_use]
    pub fn at(mut self, field: FieldProblem) -> Self {
        self.fields.push(field);
        self
    }
}

impl FieldProblem {
    /// What is wrong at the field that `pointer` names.
    #[must_use]
    pub fn new(pointer: impl Into<String>, code: impl Into<Cow<'static, str>>) -> Self {
        Self { pointer: pointer.into(), code: code.into(), args: BTreeMap::new(), legal_basis: None }
    }

    /// Adds an argument of the message. Never a personal value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }

    /// Names the article behind the rule.
    #[must_use]
    pub fn by(mut self, legal_basis: impl Into<String>) -> Self {
        self.legal_basis = Some(legal_basis.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)?;
        for field in &self.fields {
            write!(f, " [{} {}]", field.pointer, field.code)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

/// The texts of one context: Fluent sources, one message for each code (lower case) and each sentence it says.
#[derive(Clone, Copy, Debug)]
pub struct Messages {
    /// Vietnamese.
    pub vi: &'static str,
    /// English.
    pub en: &'static str,
}
