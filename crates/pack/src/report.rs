//! What a reader found wrong in a pack: everything at once, each with its file and line.

use crate::Document;
use serde::Serialize;
use std::fmt;

/// A place in a pack.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct At {
    /// File, relative to the pack's folder.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
}

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Finding {
    /// File, relative to the pack's folder.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Stable code, such as `PAC0003`; `docs/errors.md` explains it.
    pub code: &'static str,
    /// What is wrong, in English, for the author of the pack.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {} {}", self.file, self.line, self.code, self.message)
    }
}

/// The list of everything that was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    findings: Vec<Finding>,
}

impl Report {
    /// An empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Something is wrong at `pointer` (JSON Pointer) of a document; where the pointer names nothing, at its nearest
    /// ancestor that exists.
    pub fn add(&mut self, doc: &Document, pointer: &str, code: &'static str, message: impl Into<String>) {
        self.add_at(&doc.at(pointer), code, message);
    }

    /// Something is wrong at a place.
    pub fn add_at(&mut self, at: &At, code: &'static str, message: impl Into<String>) {
        self.add_line(&at.file, at.line, code, message);
    }

    /// Something is wrong in a line of a file.
    pub fn add_line(&mut self, file: &str, line: usize, code: &'static str, message: impl Into<String>) {
        let finding = Finding { file: file.to_owned(), line, code, message: message.into() };
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    /// Everything found, by file and line.
    #[must_use]
    pub fn problems(&self) -> Vec<Finding> {
        let mut sorted = self.findings.clone();
        sorted.sort();
        sorted
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    /// Takes over what another reader found.
    pub fn merge(&mut self, other: Report) {
        for finding in other.findings {
            if !self.findings.contains(&finding) {
                self.findings.push(finding);
            }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in self.problems() {
            writeln!(f, "{finding}")?;
        }
        Ok(())
    }
}
