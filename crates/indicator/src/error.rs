//! What can go wrong in this context, each with its code.

use kernel::{Kind, Problem};

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No index of this name is in force on the day.
    #[error("no index of this name is in force on the day")]
    UnknownIndicator,
    /// A formula of the pack comes to no result on these counts.
    #[error("component {component}: {message}")]
    Formula {
        /// Which.
        component: String,
        /// Why.
        message: String,
    },
    /// The evidence file is not one, or was cut.
    #[error("line {line} of the evidence: {message}")]
    Evidence {
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// The evidence rests on another version of the index than the pack has.
    #[error("the evidence rests on version {wanted}, the pack has {found}")]
    OtherVersion {
        /// Fingerprint in the evidence.
        wanted: String,
        /// Fingerprint of the pack's.
        found: String,
    },
    /// No such body.
    #[error("no such body")]
    UnknownBody,
    /// No such counter.
    #[error("no such counter")]
    UnknownCounter,
    /// More bodies or procedures than the store has numbers for.
    #[error("more than {0} can not be counted")]
    TooMany(usize),
    /// A snapshot cannot be read or written.
    #[error("the snapshot cannot be used: {0}")]
    Snapshot(String),
    /// A rating of what is not the citizen's, not finished, or rated before.
    #[error("this cannot be rated")]
    NotRateable,
    /// A petition's step that its state does not allow.
    #[error("not possible in the petition's state")]
    PetitionState,
    /// A petition is handed on after the time to refuse.
    #[error("too late to hand the petition on")]
    HandOnLate,
    /// No such petition.
    #[error("no such petition")]
    UnknownPetition,
    /// The citizen has filed too many petitions today.
    #[error("too many petitions within a day")]
    TooManyPetitions,
    /// The figures are being counted after the start.
    #[error("the figures are being counted")]
    Loading,
    /// The body was asked no such thing, or has answered.
    #[error("no such assignment is open")]
    UnknownAssignment,
    /// A text is empty or too long.
    #[error("a text has 1 to {0} characters")]
    TextLength(usize),
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] store::Error),
    /// The ledger failed.
    #[error("the ledger failed")]
    Ledger(#[from] ledger::Error),
    /// A file cannot be read or written.
    #[error("a file cannot be read or written")]
    File(#[from] std::io::Error),
}

impl Error {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownIndicator => "IND0001",
            Self::Formula { .. } => "IND0002",
            Self::Evidence { .. } => "IND0003",
            Self::OtherVersion { .. } => "IND0004",
            Self::UnknownBody => "IND0005",
            Self::UnknownCounter => "IND0006",
            Self::TooMany(_) => "IND0007",
            Self::Snapshot(_) => "IND0008",
            Self::NotRateable => "IND0009",
            Self::PetitionState => "IND0010",
            Self::UnknownPetition => "IND0011",
            Self::TextLength(_) => "IND0012",
            Self::Database(_) | Self::Store(_) | Self::Ledger(_) => "IND0013",
            Self::File(_) => "IND0014",
            Self::Loading => "IND0015",
            Self::UnknownAssignment => "IND0016",
            Self::TooManyPetitions => "IND0017",
            Self::HandOnLate => "IND0018",
        }
    }

    const fn kind(&self) -> Kind {
        match self {
            Self::UnknownIndicator
            | Self::UnknownBody
            | Self::UnknownCounter
            | Self::UnknownPetition
            | Self::UnknownAssignment => Kind::NotFound,
            Self::Evidence { .. } | Self::OtherVersion { .. } | Self::TextLength(_) => Kind::Invalid,
            Self::NotRateable | Self::PetitionState | Self::HandOnLate | Self::TooManyPetitions => Kind::Conflict,
            Self::Database(_) | Self::Store(_) | Self::Ledger(_) | Self::Loading => Kind::Unavailable,
            Self::Formula { .. } | Self::TooMany(_) | Self::Snapshot(_) | Self::File(_) => Kind::Internal,
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let problem = Self::new(error.kind(), error.code());
        match error {
            Error::Formula { component, .. } => problem.with("component", component),
            Error::Evidence { line, .. } => problem.with("line", line),
            Error::TooMany(max) | Error::TextLength(max) => problem.with("max", max),
            _ => problem,
        }
    }
}
