//! Everything that was imported, in memory: a few thousand entries.

use crate::{Code, Entry};
use std::collections::BTreeMap;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// A file that was imported.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Import {
    /// Its id.
    pub id: Uuid,
    /// The file's name.
    pub file: String,
    /// The file's SHA-256.
    pub sha256: [u8; 32],
    /// The day whose state it shows.
    pub as_of: Date,
    /// Whether what is missing in it has ended.
    pub complete: bool,
    /// Entries in it.
    pub entries: usize,
    /// When it was imported.
    pub at: OffsetDateTime,
}

/// What was said of a procedure from a day on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version {
    /// The day of the file that said it first. When it began in law is in the entry, where that is known.
    pub as_of: Date,
    /// It was missing in a complete file: it has ended.
    pub ended: bool,
    /// What was said (last, where it has ended).
    pub entry: Entry,
}

/// All imports and versions.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Snapshot {
    /// By day, then as imported.
    pub imports: Vec<Import>,
    versions: BTreeMap<Code, Vec<Version>>,
}

impl Snapshot {
    /// Adds a version after those that are there.
    pub fn add(&mut self, code: Code, version: Version) {
        self.versions.entry(code).or_default().push(version);
    }

    /// The versions of a procedure, oldest first.
    #[must_use]
    pub fn versions(&self, code: &Code) -> &[Version] {
        self.versions.get(code).map(Vec::as_slice).unwrap_or_default()
    }

    /// Every procedure with its versions, by code.
    pub fn all_versions(&self) -> impl Iterator<Item = (&Code, &[Version])> {
        self.versions.iter().map(|(code, versions)| (code, versions.as_slice()))
    }

    /// What was known of a procedure on a day.
    #[must_use]
    pub fn version_on(&self, code: &Code, on: Date) -> Option<&Version> {
        self.versions(code).iter().rev().find(|version| version.as_of <= on)
    }

    /// The procedures in force on a day, as far as the files say.
    pub fn entries_on(&self, on: Date) -> impl Iterator<Item = &Entry> {
        self.versions.values().filter_map(move |versions| {
            let version = versions.iter().rev().find(|version| version.as_of <= on)?;
            let over = version.ended || version.entry.until.is_some_and(|until| until < on);
            (!over).then_some(&version.entry)
        })
    }

    /// The newest import of a day or before.
    #[must_use]
    pub fn import_on(&self, on: Date) -> Option<&Import> {
        self.imports.iter().rev().find(|import| import.as_of <= on)
    }
}
