//! What can go wrong in a register, each with its stable code.

use kernel::{FieldProblem, Kind, Problem};

/// A failure of a register.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such record, or not for this reader to know of.
    #[error("REG0001 not found")]
    NotFound,
    /// Somebody else wrote the record's next version first.
    #[error("REG0002 the record has changed")]
    Conflict,
    /// The input breaks the register's shape or rules: what is wrong at which field.
    #[error("REG0003 the input breaks a rule at {} field(s)", .0.len())]
    Invalid(Vec<FieldProblem>),
    /// A value that only one record may bear is borne by another. Carries the key's own code.
    #[error("{code} a value that may be borne once is borne already")]
    Taken {
        /// The key's own code, such as `REG1004`.
        code: String,
        /// JSON Pointer of the field.
        pointer: String,
        /// The article behind the key.
        legal_basis: Option<String>,
    },
    /// A search by name alone, without the right to it.
    #[error("REG0005 no search by name alone")]
    NameAlone,
    /// The random space gave no free number within the allowed draws.
    #[error("REG0006 no free number was drawn")]
    NoFreeNumber,
    /// The subject already has its record in a register that holds one for each.
    #[error("REG0007 the subject has its record already")]
    Single,
    /// No prefix is declared for the province of registration on that day.
    #[error("REG0008 no number prefix for the province")]
    NoPrefix,
    /// The record was annulled and cannot be amended.
    #[error("REG0009 the record does not hold")]
    Annulled,
    /// A definition cannot be carried out: a fault of the pack.
    #[error("REG0010 definition: {0}")]
    Definition(String),
    /// Somebody recorded may be the same person as the one to be recorded.
    #[error("REG0012 {people} recorded look(s) like the person to be recorded")]
    LookAlike {
        /// How many.
        people: usize,
    },
    /// The index of the register is not there yet.
    #[error("REG0013 the index is being built")]
    NoIndex,
    /// More rows than one call may bring.
    #[error("REG0014 more than {0} rows")]
    TooManyRows(usize),
    /// The index could not be built or asked.
    #[error("REG0015 the index failed")]
    Index(#[source] matching::Error),
    /// The pass does not let this through.
    #[error(transparent)]
    Pass(#[from] exchange::Error),
    /// The store failed.
    #[error("REG0011 the store failed")]
    Store(#[source] store::Error),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<sqlx::Error> for Error {
    /// Through the store, which drops PostgreSQL's details: they quote rows.
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::new(Kind::NotFound, "REG0001"),
            Error::Conflict => Self::new(Kind::Conflict, "REG0002"),
            Error::Invalid(fields) => {
                let mut problem = Self::new(Kind::Invalid, "REG0003");
                problem.fields = fields;
                problem
            }
            Error::Taken { code, pointer, legal_basis } => {
                let mut field = FieldProblem::new(pointer, code.clone());
                field.legal_basis = legal_basis;
                let mut problem = Self::new(Kind::Conflict, "REG0004").at(field);
                problem.code = code.into();
                problem
            }
            Error::NameAlone => Self::new(Kind::Invalid, "REG0005"),
            Error::NoFreeNumber => Self::new(Kind::Unavailable, "REG0006"),
            Error::Single => Self::new(Kind::Conflict, "REG0007"),
            Error::NoPrefix => Self::new(Kind::Invalid, "REG0008"),
            Error::Annulled => Self::new(Kind::Conflict, "REG0009"),
            Error::Definition(what) => Self::new(Kind::Internal, "REG0010").with("what", what),
            Error::LookAlike { people } => {
                let field = FieldProblem::new("/child/full_name", "REG0012");
                Self::new(Kind::Conflict, "REG0012").with("people", people).at(field)
            }
            Error::NoIndex => Self::new(Kind::Unavailable, "REG0013"),
            Error::TooManyRows(most) => Self::new(Kind::Invalid, "REG0014").with("most", most),
            Error::Index(_) => Self::new(Kind::Internal, "REG0015"),
            Error::Pass(error) => error.into(),
            // The cause decides whether a retry can help; the code stays ours.
            Error::Store(error) => Self::new(Self::from(error).kind, "REG0011"),
        }
    }
}
