//! What can go wrong in this context, each with its code.

use kernel::{FieldProblem, Kind, Problem};

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No procedure or group of this code is in force.
    #[error("no procedure of this code is in force on the day")]
    UnknownProcedure,
    /// No such dossier, or not this reader's.
    #[error("no such dossier")]
    UnknownDossier,
    /// No such task, or not this body's.
    #[error("no such task")]
    UnknownTask,
    /// Somebody else decided first.
    #[error("the task has changed since it was read: {found} instead of {expected}")]
    Overtaken {
        /// The version the officer saw.
        expected: i32,
        /// The version it has.
        found: i32,
    },
    /// The state does not allow it.
    #[error("not possible in state {state}")]
    State {
        /// The state.
        state: &'static str,
    },
    /// The filing breaks rules.
    #[error("the filing breaks {} rule(s)", .0.len())]
    Filing(Vec<FieldProblem>),
    /// The key was used for another filing.
    #[error("the idempotency key was used for another filing")]
    KeyReused,
    /// The idempotency key is none.
    #[error("an idempotency key has 1 to 200 characters")]
    KeyMalformed,
    /// A second supplement request without a reason.
    #[error("a second supplement request needs a reason")]
    AskedBefore,
    /// A second re-appointment.
    #[error("another date was named once already")]
    ReappointedBefore,
    /// Not an officer of the body in the role.
    #[error("this needs the role {role}")]
    Role {
        /// The role.
        role: String,
    },
    /// Not a citizen of level 2.
    #[error("this needs a citizen's account of level 2")]
    NotCitizen,
    /// No such draft.
    #[error("no such draft")]
    UnknownDraft,
    /// The definition does not work out.
    #[error("the definition does not work out: {0}")]
    Definition(String),
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] store::Error),
    /// It can not be filed online.
    #[error("this procedure can not be filed online")]
    NotOnline,
    /// The values are too large.
    #[error("the values are too large")]
    TooLarge,
    /// A supplement request that asks for nothing.
    #[error("a supplement request lists what is missing")]
    AsksNothing,
    /// A reason is missing.
    #[error("a reason is missing")]
    NoReason,
    /// No such result.
    #[error("no such result")]
    UnknownResult,
    /// The new date does not lie in the future, or too far.
    #[error("the new date must lie after the old one")]
    NewDate,
    /// Another service refused.
    #[error("{0}")]
    Other(Problem),
}

impl Error {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownProcedure => "PRO0001",
            Self::UnknownDossier => "PRO0002",
            Self::UnknownTask => "PRO0003",
            Self::Overtaken { .. } => "PRO0004",
            Self::State { .. } => "PRO0005",
            Self::Filing(_) => "PRO0006",
            Self::KeyReused => "PRO0007",
            Self::AskedBefore => "PRO0008",
            Self::ReappointedBefore => "PRO0009",
            Self::Role { .. } => "PRO0010",
            Self::NotCitizen => "PRO0011",
            Self::UnknownDraft => "PRO0012",
            Self::Definition(_) => "PRO0013",
            Self::Database(_) | Self::Store(_) => "PRO0014",
            Self::NotOnline => "PRO0015",
            Self::TooLarge => "PRO0016",
            Self::AsksNothing => "PRO0017",
            Self::NoReason => "PRO0018",
            Self::UnknownResult => "PRO0019",
            Self::NewDate => "PRO0020",
            Self::KeyMalformed => "PRO0022",
            Self::Other(_) => "PRO0099",
        }
    }

    const fn kind(&self) -> Kind {
        match self {
            Self::UnknownProcedure
            | Self::UnknownDossier
            | Self::UnknownTask
            | Self::UnknownDraft
            | Self::UnknownResult => Kind::NotFound,
            Self::Overtaken { .. }
            | Self::State { .. }
            | Self::KeyReused
            | Self::ReappointedBefore
            | Self::NotOnline => Kind::Conflict,
            Self::Filing(_)
            | Self::AskedBefore
            | Self::AsksNothing
            | Self::NoReason
            | Self::NewDate
            | Self::KeyMalformed => Kind::Invalid,
            Self::Role { .. } | Self::NotCitizen => Kind::Forbidden,
            Self::TooLarge => Kind::TooLarge,
            Self::Database(_) | Self::Store(_) => Kind::Unavailable,
            Self::Definition(_) | Self::Other(_) => Kind::Internal,
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let problem = Self::new(error.kind(), error.code());
        match error {
            Error::Other(problem) => problem,
            Error::Filing(fields) => fields.into_iter().fold(problem, Self::at),
            Error::State { state } => problem.with("state", state),
            Error::Role { role } => problem.with("role", role),
            Error::Definition(what) => {
                tracing::error!(code = "PRO0013", %what, "a definition of the pack does not work out");
                problem
            }
            Error::Database(source) => {
                tracing::warn!(code = "PRO0014", error = %database_fault(&source), "the database failed");
                problem
            }
            _ => problem,
        }
    }
}

/// What may be logged of a database error: never its detail, which quotes values.
fn database_fault(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => {
            format!("{} {}", error.code().unwrap_or_default(), error.constraint().unwrap_or_default())
        }
        sqlx::Error::ColumnDecode { index, .. } => format!("column {index}"),
        other => format!("{:?}", std::mem::discriminant(other)),
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Other(problem)
    }
}
