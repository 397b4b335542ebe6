//! What can fail, each with its stable code.

use crate::note::NoteError;
use kernel::{Kind, Problem};
use std::io;

/// A failure of the ledger.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store's own codes: PostgreSQL did not answer as it should.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// LED0001: no such entry.
    #[error("no such entry")]
    NotFound,
    /// LED0002: the entry is committed and not yet in the tree; it will be within a second or two.
    #[error("the entry is being sealed")]
    NotSealed,
    /// LED0003: the opening of the entry was erased by law.
    #[error("the opening was erased")]
    Erased,
    /// LED0004: the opening is longer than [`crate::OPENING_BYTES_MAX`].
    #[error("the opening is too large")]
    TooLarge,
    /// LED0005: the body has no canonical JSON form.
    #[error("the body has no canonical form")]
    Json(#[source] serde_json::Error),
    /// LED0006: the key file cannot be read or made.
    #[error("the key file cannot be read or made")]
    KeyFile(#[source] io::Error),
    /// LED0007: others than its owner may read the key file.
    #[error("others may read the key file")]
    KeyMode,
    /// LED0008: the file or name is not that of a key.
    #[error("not a key")]
    Key(#[source] NoteError),
    /// LED0009: the key file is of another log, or the log in the database is signed with another key.
    #[error("the key is that of another log")]
    KeyName,
    /// LED0010: the stored tree does not fit its last checkpoint. Nothing is sealed on top of it.
    #[error("the stored tree does not fit its last checkpoint")]
    Broken,
    /// LED0011: an erasure cannot be erased: it is what allows another opening to be missing.
    #[error("an erasure cannot be erased")]
    ErasureStays,
    /// LED0012: the sizes lie outside the log.
    #[error("the sizes lie outside the log")]
    Sizes,
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let (kind, code) = match error {
            Error::Store(error) => return error.into(),
            Error::NotFound => (Kind::NotFound, "LED0001"),
            Error::NotSealed => (Kind::Unavailable, "LED0002"),
            Error::Erased => (Kind::NotFound, "LED0003"),
            Error::TooLarge => (Kind::TooLarge, "LED0004"),
            Error::Json(_) => (Kind::Internal, "LED0005"),
            Error::KeyFile(_) => (Kind::Internal, "LED0006"),
            Error::KeyMode => (Kind::Internal, "LED0007"),
            Error::Key(_) => (Kind::Internal, "LED0008"),
            Error::KeyName => (Kind::Internal, "LED0009"),
            Error::Broken => (Kind::Internal, "LED0010"),
            Error::ErasureStays => (Kind::Conflict, "LED0011"),
            Error::Sizes => (Kind::Invalid, "LED0012"),
        };
        Self::new(kind, code)
    }
}
