//! What can go wrong with directives and their tasks.

use kernel::{Kind, Problem};

/// A failure of the programme.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is of no kind that is read, or damaged.
    #[error("PRG0001 not a file that is read: {0}")]
    Unreadable(String),
    /// The file is too large.
    #[error("PRG0002 larger than {0} bytes")]
    TooLarge(usize),
    /// The file was read, and no task was found in it.
    #[error("PRG0003 no task found")]
    NoTasks,
    /// There is no such directive, task or obligor, or not for this reader.
    #[error("PRG0004 not found")]
    NotFound,
    /// The actor may not do this.
    #[error("PRG0005 not allowed")]
    NotAllowed,
    /// The state of the matter does not allow it.
    #[error("PRG0006 not in this state: {0}")]
    State(&'static str),
    /// A field is missing or too long.
    #[error("PRG0007 malformed: {0}")]
    Malformed(&'static str),
    /// A report says that a task is done, and has nothing to show for it.
    #[error("PRG0008 no evidence")]
    NoEvidence,
    /// Somebody else changed it in between.
    #[error("PRG0009 changed in between")]
    Changed,
    /// The directive's number or date is not known.
    #[error("PRG0010 the directive has no number or date")]
    NoHead,
    /// A stored value cannot be read.
    #[error("PRG0011 {0}")]
    Fault(&'static str),
    /// Totals do not add up.
    #[error("PRG0012 more than is there: {0}")]
    Over(&'static str),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Unreadable(reason) => Self::new(Kind::Invalid, "PRG0001").with("reason", reason),
            Error::TooLarge(max) => Self::new(Kind::TooLarge, "PRG0002").with("max", max),
            Error::NoTasks => Self::new(Kind::Invalid, "PRG0003"),
            Error::NotFound => Self::new(Kind::NotFound, "PRG0004"),
            Error::NotAllowed => Self::new(Kind::Forbidden, "PRG0005"),
            Error::State(state) => Self::new(Kind::Conflict, "PRG0006").with("state", state),
            Error::Malformed(field) => Self::new(Kind::Invalid, "PRG0007").with("field", field),
            Error::NoEvidence => Self::new(Kind::Invalid, "PRG0008"),
            Error::Changed => Self::new(Kind::Conflict, "PRG0009"),
            Error::NoHead => Self::new(Kind::Invalid, "PRG0010"),
            Error::Fault(_) => Self::new(Kind::Internal, "PRG0011"),
            Error::Over(field) => Self::new(Kind::Invalid, "PRG0012").with("field", field),
            Error::Store(error) => error.into(),
            Error::Ledger(error) => error.into(),
        }
    }
}
