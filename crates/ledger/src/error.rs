//! What can fail, each with its stable code.

use crate::note::NoteError;
use kernel::{Kind, Problem};
use std::io;

/// A failure of the ledger.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// LED0001: PostgreSQL did not answer as it should.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// LED0002: no such entry.
    #[error("no such entry")]
    NotFound,
    /// LED0003: the entry is committed and not yet in the tree; it will be within a second or two.
    #[error("the entry is being sealed")]
    NotSealed,
    /// LED0004: the opening of the entry was erased by law.
    #[error("the opening was erased")]
    Erased,
    /// LED0005: the opening is longer than [`crate::OPENING_BYTES_MAX`].
    #[error("the opening is too large")]
    TooLarge,
    /// LED0006: the body has no canonical JSON form.
    #[error("the body has no canonical form")]
    Json(#[source] serde_json::Error),
    /// LED0007: the key file cannot be read or made.
    #[error("the key file cannot be read or made")]
    KeyFile(#[source] io::Error),
    /// LED0008: others than its owner may read the key file.
    #[error("others may read the key file")]
    KeyMode,
    /// LED0009: the file or name is not that of a key.
    #[error("not a key")]
    Key(#[source] NoteError),
    /// LED0010: the key file is of another log, or the log in the database is signed with another key.
    #[error("the key is that of another log")]
    KeyName,
    /// LED0011: the stored tree does not fit its last checkpoint. Nothing is sealed on top of it.
    #[error("the stored tree does not fit its last checkpoint")]
    Broken,
    /// LED0012: an erasure cannot be erased: it is what allows another opening to be missing.
    #[error("an erasure cannot be erased")]
    ErasureStays,
    /// LED0013: the sizes lie outside the log.
    #[error("the sizes lie outside the log")]
    Sizes,
}

impl Error {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Database(_) => "LED0001",
            Self::NotFound => "LED0002",
            Self::NotSealed => "LED0003",
            Self::Erased => "LED0004",
            Self::TooLarge => "LED0005",
            Self::Json(_) => "LED0006",
            Self::KeyFile(_) => "LED0007",
            Self::KeyMode => "LED0008",
            Self::Key(_) => "LED0009",
            Self::KeyName => "LED0010",
            Self::Broken => "LED0011",
            Self::ErasureStays => "LED0012",
            Self::Sizes => "LED0013",
        }
    }

    const fn kind(&self) -> Kind {
        match self {
            Self::Database(_) | Self::NotSealed => Kind::Unavailable,
            Self::NotFound | Self::Erased => Kind::NotFound,
            Self::TooLarge => Kind::TooLarge,
            Self::Sizes => Kind::Invalid,
            Self::ErasureStays => Kind::Conflict,
            Self::Json(_) | Self::KeyFile(_) | Self::KeyMode | Self::Key(_) | Self::KeyName | Self::Broken => {
                Kind::Internal
            }
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::new(error.kind(), error.code())
    }
}
