//! Failures of this crate itself.

use kernel::{Kind, Problem};

/// What can go wrong while the pages are prepared or a session is looked up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A Fluent source does not parse, or says a message twice. Names the language and the place.
    #[error("WEB0100 texts ({0}): {1}")]
    Texts(&'static str, String),
    /// A template is missing, does not parse or uses what it was not given.
    #[error("WEB0101 template {0}")]
    Template(String, #[source] minijinja::Error),
    /// The session table could not be used.
    #[error("WEB0014 session table")]
    Sessions(#[from] sqlx::Error),
    /// A session row does not read.
    #[error("WEB0102 session content")]
    Content(#[from] serde_json::Error),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Sessions(_) => Self::new(Kind::Unavailable, "WEB0014"),
            Error::Texts(..) | Error::Template(..) | Error::Content(_) => Self::new(Kind::Internal, "WEB0000"),
        }
    }
}
