//! Why a review cannot go on.

use kernel::{Kind, Problem};

/// Why a review cannot go on. Nothing of a row's content is in it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder has no rows to review.
    #[error("MAT0501: {path} has no review.jsonl")]
    NoCases {
        /// Which folder.
        path: String,
    },
    /// A line of the rows to review is not as it was written.
    #[error("MAT0502: review.jsonl, line {line}")]
    Case {
        /// Counted from 1.
        line: u64,
    },
    /// A line of the decisions is not as it was written.
    #[error("MAT0503: decisions.jsonl, line {line}")]
    Line {
        /// Counted from 1.
        line: u64,
    },
    /// Another process works on the folder.
    #[error("MAT0504: {path} is being reviewed already")]
    Busy {
        /// Which folder.
        path: String,
    },
    /// The row is not among those to review.
    #[error("MAT0505: row {row} is not among those to review")]
    NoRow {
        /// Its number in the file.
        row: u64,
    },
    /// The person is not among the row's candidates.
    #[error("MAT0506: no such candidate")]
    NoCandidate,
    /// The row was decided since it was shown.
    #[error("MAT0507: the row was decided elsewhere")]
    Elsewhere,
    /// The decision was taken back before, or there is none of that number.
    #[error("MAT0508: nothing to take back")]
    NothingToTakeBack,
    /// The decision could not be stored; it does not count.
    #[error("MAT0509: the decision could not be stored: {0}")]
    Store(#[source] std::io::Error),
    /// The folder has no result that decisions could be written into.
    #[error("MAT0510: {path} has no result")]
    NoResult {
        /// Which folder.
        path: String,
    },
    /// A file of the folder is not as the cleaning wrote it.
    #[error("MAT0511: {name} is not as it was written")]
    Result {
        /// Which file.
        name: &'static str,
    },
    /// The folder has no weights that could be estimated anew.
    #[error("MAT0512: no weights.json")]
    NoWeights,
    /// The folder was replaced by another while it was reviewed.
    #[error("MAT0513: {path} is another folder by now")]
    Replaced {
        /// Which folder.
        path: String,
    },
    /// A file cannot be read or written.
    #[error("MAT0001: {path}: {source}")]
    File {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NoCases { path } => Self::new(Kind::NotFound, "MAT0501").with("path", path),
            Error::Case { line } => Self::new(Kind::Invalid, "MAT0502").with("line", line),
            Error::Line { line } => Self::new(Kind::Invalid, "MAT0503").with("line", line),
            Error::Busy { path } => Self::new(Kind::Conflict, "MAT0504").with("path", path),
            Error::NoRow { row } => Self::new(Kind::NotFound, "MAT0505").with("row", row),
            Error::NoCandidate => Self::new(Kind::Invalid, "MAT0506"),
            Error::Elsewhere => Self::new(Kind::Conflict, "MAT0507"),
            Error::NothingToTakeBack => Self::new(Kind::Conflict, "MAT0508"),
            Error::Store(_) => Self::new(Kind::Unavailable, "MAT0509"),
            Error::NoResult { path } => Self::new(Kind::NotFound, "MAT0510").with("path", path),
            Error::Result { name } => Self::new(Kind::Invalid, "MAT0511").with("name", name),
            Error::NoWeights => Self::new(Kind::NotFound, "MAT0512"),
            Error::Replaced { path } => Self::new(Kind::Conflict, "MAT0513").with("path", path),
            Error::File { path, .. } => Self::new(Kind::Unavailable, "MAT0001").with("path", path),
        }
    }
}
