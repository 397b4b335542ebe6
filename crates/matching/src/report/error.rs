//! Why results could not be written.

use kernel::{Kind, Problem};

/// Why results could not be written. Nothing of a row's content is in it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What came out is not what went in: a fault of the program, and no result is given.
    #[error("MAT0401: {read} rows were read, {decided} have a result and {refused} could not be read")]
    Counts {
        /// Rows of the file.
        read: u64,
        /// Rows with a result.
        decided: u64,
        /// Rows that could not be read.
        refused: u64,
    },
    /// There are results already.
    #[error("MAT0402: {path} holds results already (--force replaces them)")]
    Exists {
        /// The folder.
        path: String,
    },
    /// The folder holds something else, perhaps a clerk's decisions.
    #[error("MAT0403: {path} holds {name}, which is no result of cleaning, and is not replaced")]
    NotOurs {
        /// The folder.
        path: String,
        /// A file in it.
        name: String,
    },
    /// Writing failed.
    #[error("MAT0404: {path} cannot be written: {cause}")]
    Write {
        /// The file.
        path: String,
        /// Why.
        cause: String,
    },
    /// The file was changed between its two readings.
    #[error("MAT0405: the file had {first} rows when it was read first and {second} later")]
    Changed {
        /// Rows at the first reading.
        first: u64,
        /// Rows at the second.
        second: u64,
    },
    /// Saved weights are not what was asked for.
    #[error("MAT0406: the weights in {path} cannot be used: {cause}")]
    Weights {
        /// The file.
        path: String,
        /// Why.
        cause: String,
    },
    /// There is nobody to be matched with.
    #[error("MAT0407: the register {path} holds nobody")]
    Nobody {
        /// The register.
        path: String,
    },
    /// A register of people without personal numbers.
    #[error("MAT0408: the register {path} has no column of personal numbers")]
    NoNumbers {
        /// The register.
        path: String,
    },
    /// A running register is used on account of a decision only.
    #[error(
        "MAT0410: {path} is a running register, and --purpose does not say on account of which decision it is used"
    )]
    NoDecision {
        /// The register.
        path: String,
    },
    /// The index is about other fields than the file.
    #[error("MAT0409: the index {path} has other fields than the columns of the file")]
    OtherFields {
        /// The register.
        path: String,
    },
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Counts { read, decided, refused } => Self::new(Kind::Internal, "MAT0401")
                .with("read", read)
                .with("decided", decided)
                .with("refused", refused),
            Error::Exists { path } => Self::new(Kind::Conflict, "MAT0402").with("path", path),
            Error::NotOurs { path, name } => Self::new(Kind::Conflict, "MAT0403").with("path", path).with("name", name),
            Error::Write { path, .. } => Self::new(Kind::Unavailable, "MAT0404").with("path", path),
            Error::Changed { first, second } => {
                Self::new(Kind::Conflict, "MAT0405").with("first", first).with("second", second)
            }
            Error::Weights { path, .. } => Self::new(Kind::Invalid, "MAT0406").with("path", path),
            Error::Nobody { path } => Self::new(Kind::Invalid, "MAT0407").with("path", path),
            Error::NoNumbers { path } => Self::new(Kind::Invalid, "MAT0408").with("path", path),
            Error::NoDecision { path } => Self::new(Kind::Invalid, "MAT0410").with("path", path),
            Error::OtherFields { path } => Self::new(Kind::Invalid, "MAT0409").with("path", path),
        }
    }
}

/// Says which file could not be written.
pub(super) fn writing<E: std::fmt::Display>(path: &std::path::Path) -> impl Fn(E) -> Error {
    let path = path.display().to_string();
    move |cause| Error::Write { path: path.clone(), cause: cause.to_string() }
}
