//! What a reader is unsure of. Nothing is thrown away: what was read stays, and the doubt says what a person should look at.

use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeMap, fmt};

/// A row that was broken over pages and put together.
pub const BROKEN_ROW: &str = "PRG0020";
/// A row has fewer cells than the table has columns; which one is missing was told by what stands in the others.
pub const COLUMN_MISSING: &str = "PRG0021";
/// A row has more cells than the table has columns.
pub const COLUMN_DOUBLED: &str = "PRG0022";
/// Letters of another script, or wrong marks.
pub const MISREAD: &str = "PRG0023";
/// A date that is in no calendar.
pub const DATE_IMPOSSIBLE: &str = "PRG0024";
/// A count that is not that of its list.
pub const COUNT_WRONG: &str = "PRG0025";
/// A body that the pack does not know.
pub const BODY_UNKNOWN: &str = "PRG0026";
/// Names without anything between them, or a list of short names without the word before it.
pub const LIST_LOOSE: &str = "PRG0027";
/// A number that is missing, repeated or out of its order.
pub const NUMBER_ODD: &str = "PRG0028";
/// A deadline that means nothing.
pub const DEADLINE_UNCLEAR: &str = "PRG0029";
/// No deadline.
pub const DEADLINE_NONE: &str = "PRG0030";
/// No lead.
pub const LEAD_NONE: &str = "PRG0031";
/// No content.
pub const CONTENT_NONE: &str = "PRG0032";
/// Several dates in one deadline.
pub const DEADLINE_SEVERAL: &str = "PRG0033";
/// A name that breaks off and was completed.
pub const NAME_CUT: &str = "PRG0034";
/// A body that did not exist on the day of the directive.
pub const BODY_NOT_THEN: &str = "PRG0035";
/// A lead that nobody can list, such as "the bodies concerned".
pub const GROUP_OPEN: &str = "PRG0036";
/// The same section and number twice.
pub const TASK_TWICE: &str = "PRG0037";
/// The deadline lies before the directive.
pub const DEADLINE_EARLY: &str = "PRG0038";
/// The directive's number or date was not found.
pub const HEAD_MISSING: &str = "PRG0039";
/// The whole table lacks a column.
pub const TABLE_COLUMN_MISSING: &str = "PRG0040";
/// Text between the tasks that is none of them.
pub const TEXT_LEFT: &str = "PRG0041";

/// Every doubt, for the test that each has its sentence.
pub const ALL: [&str; 22] = [
    BROKEN_ROW,
    COLUMN_MISSING,
    COLUMN_DOUBLED,
    MISREAD,
    DATE_IMPOSSIBLE,
    COUNT_WRONG,
    BODY_UNKNOWN,
    LIST_LOOSE,
    NUMBER_ODD,
    DEADLINE_UNCLEAR,
    DEADLINE_NONE,
    LEAD_NONE,
    CONTENT_NONE,
    DEADLINE_SEVERAL,
    NAME_CUT,
    BODY_NOT_THEN,
    GROUP_OPEN,
    TASK_TWICE,
    DEADLINE_EARLY,
    HEAD_MISSING,
    TABLE_COLUMN_MISSING,
    TEXT_LEFT,
];

/// A part of a task, or of the file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum At {
    /// The file as a whole.
    File,
    /// The row as a whole.
    Row,
    /// The section it stands in.
    Section,
    /// Its number in the section.
    Number,
    /// What is to be done.
    Content,
    /// Who leads.
    Lead,
    /// Who supports.
    Support,
    /// Until when.
    Deadline,
    /// What comes of it.
    Product,
}

impl At {
    /// The word in data, such as `lead`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Row => "row",
            Self::Section => "section",
            Self::Number => "number",
            Self::Content => "content",
            Self::Lead => "lead",
            Self::Support => "support",
            Self::Deadline => "deadline",
            Self::Product => "product",
        }
    }
}

/// Something to look at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Doubt {
    /// Stable code, such as `PRG0025`.
    pub code: Cow<'static, str>,
    /// Where.
    pub at: At,
    /// Arguments of the sentence.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
}

impl Doubt {
    /// A doubt without arguments.
    #[must_use]
    pub const fn new(code: &'static str, at: At) -> Self {
        Self { code: Cow::Borrowed(code), at, args: BTreeMap::new() }
    }

    /// Adds an argument of the sentence.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }
}
