//! What can go wrong with accounts.

use kernel::{Kind, Problem};

/// A failure of identity.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Name, password or code is not right; which of them is not said.
    #[error("IDN0001 not signed in")]
    Refused,
    /// Too many failures; locked for so many seconds.
    #[error("IDN0002 locked for {0} s")]
    Locked(i64),
    /// The password is right, and a code is needed.
    #[error("IDN0003 a code is needed")]
    CodeNeeded,
    /// The password is too short, too long or easy to guess. Holds the least length that would do.
    #[error("IDN0004 weak password, at least {0} characters")]
    WeakPassword(usize),
    /// An account of this sort needs a second factor.
    #[error("IDN0005 second factor missing")]
    SecondFactorMissing,
    /// Somebody has this name.
    #[error("IDN0006 name taken")]
    LoginTaken,
    /// Not allowed to manage accounts.
    #[error("IDN0007 not allowed")]
    NotAllowed,
    /// More sign-ins at once than there is memory for.
    #[error("IDN0008 busy")]
    Busy,
    /// Not a personal number, nor a user name.
    #[error("IDN0009 name malformed")]
    LoginMalformed,
    /// No such account.
    #[error("IDN0010 no such account")]
    NoSuchAccount,
    /// The key file cannot be used.
    #[error("IDN0011 key file {0}: {1}")]
    KeyFile(String, String),
    /// A sealed secret does not open: another key, or a changed row.
    #[error("IDN0012 sealed secret does not open")]
    Sealed,
    /// Nothing to act as: no citizen's account and no role in force.
    #[error("IDN0013 no role in force")]
    NothingToActAs,
    /// Our fault.
    #[error("IDN0014 {0}")]
    Fault(&'static str),
    /// The label is empty or too long.
    #[error("IDN0015 label malformed")]
    LabelMalformed,
    /// An interaction that is unknown, answered, expired or of another browser.
    #[error("IDN0118 interaction gone")]
    InteractionGone,
    /// Metadata of a client that break a rule. Says which.
    #[error("IDN0122 {0}")]
    Metadata(&'static str),
    /// A redirect URI that may not be registered.
    #[error("IDN0123 redirect URI")]
    RedirectUri,
    /// The person must sign in, or prove more, first.
    #[error("IDN0126 not enough assurance")]
    NotEnough,
    /// No such client.
    #[error("IDN0129 no such client")]
    NoSuchClient,
    /// No key signs, or a sealed key does not open.
    #[error("IDN0130 signing keys")]
    SigningKeys,
    /// What is asked is unknown, somebody else's, answered, or its time is over.
    #[error("IDN0150 no such request")]
    NoSuchAsking,
    /// No such consent or authority in force.
    #[error("IDN0151 no such consent")]
    NoSuchGrant,
    /// The register does not know that one acts for the other.
    #[error("IDN0152 no authority")]
    NoAuthority,
    /// The relying party needs a stronger sign-in.
    #[error("IDN0153 stronger sign-in needed")]
    StrongerNeeded,
    /// The registers refused or failed.
    #[error("{0}")]
    Door(kernel::Problem),
    /// Nobody of this age may have such an account, or somebody else must ask for it.
    #[error("IDN0050 not eligible")]
    NotEligible,
    /// A field of an application is not of its form.
    #[error("IDN0051 application: {0}")]
    ApplicationMalformed(&'static str),
    /// No such application at this counter.
    #[error("IDN0052 no such application")]
    NoSuchApplication,
    /// Somebody decided it before.
    #[error("IDN0053 already decided")]
    AlreadyDecided,
    /// The register does not know number, name and birth date together, alive.
    #[error("IDN0054 not in the register")]
    NotInRegister,
    /// Nobody with these three has an active account of level 2.
    #[error("IDN0092 no such agent")]
    NoSuchAgent,
    /// An organisation has as many agents as it may.
    #[error("IDN0093 too many agents")]
    TooManyAgents,
    /// An officer's account has at least one role, and only one that there is can be ended.
    #[error("IDN0095 role missing")]
    RoleMissing,
    /// The officer has the role already.
    #[error("IDN0096 role held")]
    RoleHeld,
    /// A picture proves nothing: it is not the person's, there is none to compare with, or no matcher tells life.
    #[error("IDN0094 face not seen")]
    FaceNotSeen,
    /// The matcher says it is somebody else.
    #[error("IDN0055 face differs")]
    FaceDiffers,
    /// The word is unknown, used or too old.
    #[error("IDN0056 activation unusable")]
    ActivationUnusable,
    /// Not possible with an account that stands so.
    #[error("IDN0057 wrong state")]
    WrongState,
    /// A reason must be given, of 500 characters at most.
    #[error("IDN0059 reason missing")]
    ReasonMissing,
    /// Several applications for this number wait already.
    #[error("IDN0060 too many applications")]
    TooManyApplications,
    /// Many sign-ins fail everywhere: a browser that is not known must bring a code.
    #[error("IDN0085 a code is needed while many fail")]
    ProofNeeded,
    /// The address has failed often; there is room again in so many seconds.
    #[error("IDN0086 slowed for {0} s")]
    Slowed(i64),
    /// The password is on a list of leaked ones.
    #[error("IDN0087 password on a list")]
    PasswordBreached,
    /// The file of leaked passwords cannot be used.
    #[error("IDN0088 list of passwords {0}: {1}")]
    ListFile(String, String),
    /// Not a phone number that messages reach.
    #[error("IDN0089 phone number malformed")]
    PhoneMalformed,
    /// The person at the counter has another phone than the application names.
    #[error("IDN0091 another phone")]
    PhoneDiffers,
    /// No course, or one in the future.
    #[error("IDN0090 training malformed")]
    TrainingMalformed,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// The sessions could not be ended.
    #[error(transparent)]
    Sessions(#[from] web::Error),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused => Self::new(Kind::Unauthenticated, "IDN0001"),
            Error::Locked(seconds) => Self::new(Kind::TooMany, "IDN0002").with("seconds", seconds),
            Error::CodeNeeded => Self::new(Kind::Unauthenticated, "IDN0003"),
            Error::WeakPassword(min) => {
                Self::new(Kind::Invalid, "IDN0004").with("min", min).with("max", crate::PASSWORD_CHARS_MAX)
            }
            Error::SecondFactorMissing => Self::new(Kind::Invalid, "IDN0005"),
            Error::LoginTaken => Self::new(Kind::Conflict, "IDN0006"),
            Error::NotAllowed => Self::new(Kind::Forbidden, "IDN0007"),
            Error::Busy => Self::new(Kind::Unavailable, "IDN0008"),
            Error::LoginMalformed => Self::new(Kind::Invalid, "IDN0009"),
            Error::NoSuchAccount => Self::new(Kind::NotFound, "IDN0010"),
            Error::KeyFile(..) => Self::new(Kind::Internal, "IDN0011"),
            Error::Sealed => Self::new(Kind::Internal, "IDN0012"),
            Error::NothingToActAs => Self::new(Kind::Forbidden, "IDN0013"),
            Error::Fault(_) => Self::new(Kind::Internal, "IDN0014"),
            Error::LabelMalformed => Self::new(Kind::Invalid, "IDN0015"),
            Error::InteractionGone => Self::new(Kind::NotFound, "IDN0118"),
            Error::Metadata(rule) => Self::new(Kind::Invalid, "IDN0122").with("rule", rule),
            Error::RedirectUri => Self::new(Kind::Invalid, "IDN0123"),
            Error::NotEnough => Self::new(Kind::Forbidden, "IDN0126"),
            Error::NoSuchClient => Self::new(Kind::NotFound, "IDN0129"),
            Error::SigningKeys => Self::new(Kind::Internal, "IDN0130"),
            Error::NoSuchAsking => Self::new(Kind::NotFound, "IDN0150"),
            Error::NoSuchGrant => Self::new(Kind::NotFound, "IDN0151"),
            Error::NoAuthority => Self::new(Kind::Forbidden, "IDN0152"),
            Error::StrongerNeeded => Self::new(Kind::Forbidden, "IDN0153"),
            Error::Door(problem) => problem,
            Error::NotEligible => Self::new(Kind::Invalid, "IDN0050"),
            Error::ApplicationMalformed(field) => Self::new(Kind::Invalid, "IDN0051").with("field", field),
            Error::NoSuchApplication => Self::new(Kind::NotFound, "IDN0052"),
            Error::AlreadyDecided => Self::new(Kind::Conflict, "IDN0053"),
            Error::NotInRegister => Self::new(Kind::Invalid, "IDN0054"),
            Error::NoSuchAgent => Self::new(Kind::Invalid, "IDN0092"),
            Error::TooManyAgents => Self::new(Kind::Conflict, "IDN0093"),
            Error::RoleMissing => Self::new(Kind::Invalid, "IDN0095"),
            Error::RoleHeld => Self::new(Kind::Conflict, "IDN0096"),
            Error::FaceNotSeen => Self::new(Kind::Invalid, "IDN0094"),
            Error::FaceDiffers => Self::new(Kind::Invalid, "IDN0055"),
            Error::ActivationUnusable => Self::new(Kind::Invalid, "IDN0056"),
            Error::WrongState => Self::new(Kind::Conflict, "IDN0057"),
            Error::ReasonMissing => Self::new(Kind::Invalid, "IDN0059"),
            Error::TooManyApplications => Self::new(Kind::Conflict, "IDN0060"),
            Error::ProofNeeded => Self::new(Kind::Unauthenticated, "IDN0085"),
            Error::Slowed(seconds) => Self::new(Kind::TooMany, "IDN0086").with("seconds", seconds),
            Error::PasswordBreached => Self::new(Kind::Invalid, "IDN0087"),
            Error::ListFile(..) => Self::new(Kind::Internal, "IDN0088"),
            Error::PhoneMalformed => Self::new(Kind::Invalid, "IDN0089"),
            Error::PhoneDiffers => Self::new(Kind::Invalid, "IDN0091"),
            Error::TrainingMalformed => Self::new(Kind::Invalid, "IDN0090"),
            Error::Store(error) => error.into(),
            Error::Ledger(error) => error.into(),
            Error::Sessions(error) => error.into(),
        }
    }
}
