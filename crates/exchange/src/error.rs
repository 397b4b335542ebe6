//! What the door says when it stays shut, and what can fail behind it.

use kernel::{Kind, Problem};

/// Why a request is refused. Every refusal is counted and logged.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Refusal {
    /// No agreement lets this body use this service.
    NoAgreement,
    /// There is an agreement, but not on this day.
    NotInForce,
    /// The agreement needs an open case, and there is none of this body, officer and purpose.
    NoOpenCase,
    /// The day's quota is used up.
    OverQuota,
    /// A field was asked for that the agreement does not name.
    FieldNotInAgreement,
    /// The agreement does not name this purpose.
    PurposeNotInAgreement,
    /// The actor does not act for this body, or in none of the roles that the agreement names.
    RoleNotAllowed,
    /// Somebody was asked about or touched who is outside the request, the case or the actor's own matters.
    SubjectOutsideScope,
    /// The agreement needs the person's consent, and there is none.
    ConsentMissing,
    /// The idempotency key was used before with another request.
    KeyReused,
    /// There is no such service or body, or this body does not offer this service.
    Unknown,
}

impl Refusal {
    /// Every refusal, in the order of their codes.
    pub const ALL: [Self; 11] = [
        Self::NoAgreement,
        Self::NotInForce,
        Self::NoOpenCase,
        Self::OverQuota,
        Self::FieldNotInAgreement,
        Self::PurposeNotInAgreement,
        Self::RoleNotAllowed,
        Self::SubjectOutsideScope,
        Self::ConsentMissing,
        Self::KeyReused,
        Self::Unknown,
    ];

    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoAgreement => "EXC0001",
            Self::NotInForce => "EXC0002",
            Self::NoOpenCase => "EXC0003",
            Self::OverQuota => "EXC0004",
            Self::FieldNotInAgreement => "EXC0005",
            Self::PurposeNotInAgreement => "EXC0006",
            Self::RoleNotAllowed => "EXC0007",
            Self::SubjectOutsideScope => "EXC0008",
            Self::ConsentMissing => "EXC0009",
            Self::KeyReused => "EXC0010",
            Self::Unknown => "EXC0011",
        }
    }

    /// What sort of failure this is to the caller. Only an exhausted quota is worth another try.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::OverQuota => Kind::TooMany,
            Self::KeyReused => Kind::Conflict,
            Self::Unknown => Kind::NotFound,
            _ => Kind::Forbidden,
        }
    }
}

/// What can go wrong at the door.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The door stayed shut.
    #[error("{}", .0.code())]
    Refused(Refusal),
    /// The database could not be reached or gave up: EXC0012.
    #[error("EXC0012")]
    Store(#[source] store::Error),
    /// The ledger could not be written, so nothing was done: EXC0013.
    #[error("EXC0013")]
    Ledger(#[source] ledger::Error),
    /// A request with an idempotency key came to `open`, which cannot remember a reply; `open_once` can: EXC0014.
    #[error("EXC0014")]
    CannotRemember,
    /// The service is in the pack, but no program serves it here: EXC0015.
    #[error("EXC0015")]
    NotServed,
    /// A request, reply or stored row does not have the shape that it must have: EXC0016.
    #[error("EXC0016")]
    Shape(#[source] serde_json::Error),
    /// A pass touched more people than one passage may: EXC0017.
    #[error("EXC0017")]
    TooManySubjects,
    /// The call was answered so long ago that its reply is not kept any more; it has no second effect: EXC0018.
    #[error("EXC0018")]
    Swept,
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<ledger::Error> for Error {
    fn from(error: ledger::Error) -> Self {
        Self::Ledger(error)
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Shape(error)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.kind(), refusal.code())
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal.into(),
            // The cause decides whether a retry can help; the code stays ours, so that the reader sees where it happened.
            Error::Store(cause) => Self::new(Self::from(cause).kind, "EXC0012"),
            Error::Ledger(cause) => Self::new(Self::from(cause).kind, "EXC0013"),
            Error::CannotRemember => Self::new(Kind::Internal, "EXC0014"),
            Error::NotServed => Self::new(Kind::Unavailable, "EXC0015"),
            Error::Shape(_) => Self::new(Kind::Internal, "EXC0016"),
            Error::TooManySubjects => Self::new(Kind::TooLarge, "EXC0017"),
            Error::Swept => Self::new(Kind::Conflict, "EXC0018"),
        }
    }
}
