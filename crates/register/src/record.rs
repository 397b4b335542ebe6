//! Records and their versions: the rule of validity, without I/O.

use kernel::{CaseId, RecordId, SubjectId};
use serde::Serialize;
use serde_json::Value;
use std::fmt;
use time::{Date, OffsetDateTime};

/// What a version does to its record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// The first version.
    Put,
    /// States the record anew for its validity.
    Amend,
    /// Says that for its validity there is no such record.
    Annul,
}

impl Change {
    /// As the database writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Put => "put",
            Self::Amend => "amend",
            Self::Annul => "annul",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "put" => Some(Self::Put),
            "amend" => Some(Self::Amend),
            "annul" => Some(Self::Annul),
            _ => None,
        }
    }
}

/// One version of a record.
#[derive(Clone, PartialEq, Serialize)]
pub struct Version {
    /// Whom or what the record is about.
    pub subject: SubjectId,
    /// The record; its versions share it.
    pub record: RecordId,
    /// The register's name.
    pub register: String,
    /// 1, 2, 3 … within the record.
    pub version: i32,
    /// What it does.
    pub kind: Change,
    /// First day of validity.
    #[serde(with = "kernel::iso_date")]
    pub valid_from: Date,
    /// First day after the validity; none while open.
    #[serde(with = "kernel::iso_date::option")]
    pub valid_until: Option<Date>,
    /// The content, shaped by the register's schema. Empty in an annulment.
    pub body: Value,
    /// When it was written.
    #[serde(with = "time::serde::rfc3339")]
    pub recorded_at: OffsetDateTime,
    /// The case on whose account it was written.
    pub case: Option<CaseId>,
    /// The legal basis of the pass it was written under.
    pub basis: String,
    #[serde(skip)]
    pub(crate) change_id: uuid::Uuid,
}

impl fmt::Debug for Version {
    /// Masked: everything but the content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} v{} {} [{}, {:?})",
            self.register,
            self.record,
            self.version,
            self.kind.as_str(),
            self.valid_from,
            self.valid_until
        )
    }
}

impl Version {
    /// Whether the day lies in the validity.
    #[must_use]
    pub fn covers(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_until.is_none_or(|end| day < end)
    }
}

/// The state of one record on a valid day, from its versions, oldest first: the newest version that covers the day,
/// unless that one annuls.
#[must_use]
pub fn state(versions: &[Version], valid: Date) -> Option<&Version> {
    versions.iter().rev().find(|version| version.covers(valid)).filter(|version| version.kind != Change::Annul)
}

/// On which valid day, and as known to the register when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AsOf {
    /// The day the answer is about.
    pub valid: Date,
    /// Only what was recorded up to this position of the register's change feed; positions past the sequencer's
    /// mark mean the mark. `None` asks for everything that is committed.
    pub recorded: Option<i64>,
}

impl AsOf {
    /// The day, with everything that is recorded now.
    #[must_use]
    pub const fn valid_on(valid: Date) -> Self {
        Self { valid, recorded: None }
    }
}

/// A record to put.
#[derive(Clone)]
pub struct NewRecord {
    /// Whom or what it is about.
    pub subject: SubjectId,
    /// Its id where the caller has drawn it (or the register holds one record for each subject); otherwise drawn.
    pub record: Option<RecordId>,
    /// First day of validity.
    pub valid_from: Date,
    /// First day after the validity.
    pub valid_until: Option<Date>,
    /// The content.
    pub body: Value,
}

impl fmt::Debug for NewRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewRecord of {} from {} (content not shown)", self.subject, self.valid_from)
    }
}
