//! Why a file could not be cleaned.

use kernel::{Kind, Problem};

/// Why a file could not be cleaned. Nothing of a row's content is in it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read or written.
    #[error("MAT0001: {path}: {source}")]
    File {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The rows of a file, or the mapping of its columns, cannot be used.
    #[error(transparent)]
    Source(#[from] crate::source::Fault),
    /// More people than an index can hold.
    #[error("MAT0301: more than four thousand million rows")]
    TooManyPeople,
    /// The file is no index.
    #[error("MAT0302: the file is no index")]
    NoIndex,
    /// The index was made by another version.
    #[error("MAT0303: the index has version {found}, this program reads version {known}")]
    IndexVersion {
        /// What the file says.
        found: u32,
        /// What is understood.
        known: u32,
    },
    /// The index is damaged or cut short.
    #[error("MAT0304: the index is damaged or cut short")]
    IndexDamaged,
    /// The index speaks of other administrative units than the pack.
    #[error("MAT0305: the index was made with other administrative units")]
    IndexOfOtherUnits,
    /// Blocking passes that cannot be used.
    #[error("MAT0601: a blocking pass cannot be used: {0}")]
    Blocking(String),
    /// Weights that are not those of the schema.
    #[error("MAT0602: the weights do not fit the columns")]
    Weights,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::File { path, .. } => Self::new(Kind::Invalid, "MAT0001").with("path", path),
            Error::Source(fault) => fault.into(),
            Error::TooManyPeople => Self::new(Kind::TooLarge, "MAT0301"),
            Error::NoIndex => Self::new(Kind::Invalid, "MAT0302"),
            Error::IndexVersion { found, known } => {
                Self::new(Kind::Invalid, "MAT0303").with("found", found).with("known", known)
            }
            Error::IndexDamaged => Self::new(Kind::Invalid, "MAT0304"),
            Error::IndexOfOtherUnits => Self::new(Kind::Invalid, "MAT0305"),
            Error::Blocking(part) => Self::new(Kind::Invalid, "MAT0601").with("part", part),
            Error::Weights => Self::new(Kind::Invalid, "MAT0602"),
        }
    }
}
