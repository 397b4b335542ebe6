//! What can go wrong with the catalogue.

use kernel::{Kind, Problem};

/// A failure of the catalogue.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is neither CSV nor JSON of the shape, or not UTF-8.
    #[error("CAT0001 the file cannot be read: {0}")]
    Unreadable(String),
    /// A column that must be there is not.
    #[error("CAT0002 the column `{0}` is missing")]
    NoColumn(&'static str),
    /// The file is larger than a catalogue can be.
    #[error("CAT0009 the file is larger than {0} bytes")]
    TooLarge(u64),
    /// What is in the catalogue is of a later day than the file.
    #[error("CAT0010 the catalogue already has the state of {0}, which is later")]
    Older(String),
    /// A file that is said to be complete has rows that cannot be read.
    #[error("CAT0011 {0} rows cannot be read, so the file cannot count as complete")]
    NotComplete(usize),
    /// No procedure has the code.
    #[error("CAT0012 no such procedure")]
    NoSuchProcedure,
    /// What is stored does not read.
    #[error("CAT0013 a stored version does not read")]
    Stored,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Unreadable(_) => Self::new(Kind::Invalid, "CAT0001"),
            Error::NoColumn(column) => Self::new(Kind::Invalid, "CAT0002").with("column", column),
            Error::TooLarge(max) => Self::new(Kind::TooLarge, "CAT0009").with("max", max),
            Error::Older(day) => Self::new(Kind::Conflict, "CAT0010").with("day", day),
            Error::NotComplete(rows) => Self::new(Kind::Invalid, "CAT0011").with("rows", rows),
            Error::NoSuchProcedure => Self::new(Kind::NotFound, "CAT0012"),
            Error::Stored => Self::new(Kind::Internal, "CAT0013"),
            Error::Store(error) => error.into(),
        }
    }
}
