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
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::File { path, .. } => Self::new(Kind::Invalid, "MAT0001").with("path", path),
            Error::Source(fault) => fault.into(),
        }
    }
}
