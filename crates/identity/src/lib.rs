//! Who signs in: accounts of citizens (levels 1 and 2) and officers, their passwords and second factors, officers'
//! roles in bodies.
//!
//! Always true here:
//! - Accounts of level 2 and of officers need two factors. A code works once.
//! - What a stranger learns from an attempt is the same whether the account exists or not: the answer, the lock-out
//!   and the work done for it.
//! - An attempt counts as failed before it is looked at, and is taken back when it succeeds. So attempts side by side, or a
//!   program killed between, never make a guess free.
//! - Secrets of second factors are in the database only encrypted, with a key from a file.
//! - Each sign-in, refusal and change of an account is an entry of the ledger; the process log names nobody.
//!
//! [`openid`] is the provider that relying parties ask. Deliberately absent: sessions (in `web`) and pages (in `portal`).

mod account;
mod assurance;
mod authenticator;
mod breached;
pub mod enrolment;
mod error;
mod event;
mod kept;
mod keys;
mod limits;
mod lockout;
mod login;
mod matcher;
mod message;
pub mod openid;
mod password;
mod role;
mod sign_in;
mod totp;
mod training;

pub use account::NewAccount;
pub use assurance::{Assurance, Authentication, Method};
pub use authenticator::{Ceremony, PasskeyShown, Passkeys, Proof, QrAnswer, QrBegun, QrSeen};
pub use breached::Breached;
pub use enrolment::Enrolment;
pub use error::Error;
pub use event::AccountEvent;
pub use keys::Keys;
pub use limits::Origin;
pub use matcher::{BiometricMatcher, FileMatcher, Likeness};
pub use message::{KeptMessages, MessageGateway, Phone};
pub use password::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, PASSWORD_CHARS_MIN_ALONE, PasswordHash};
pub use role::{HeldRole, NewRole, held, officer_roles, officers_of};
pub use sign_in::SignedIn;
pub use totp::{TotpSecret, totp_now};
pub use training::{Course, Trainings};

use password::Hasher;
use std::sync::Arc;
use store::Db;

/// The tables of this crate: schema `identity`.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// What this crate's codes say to a reader.
pub const MESSAGES: kernel::Messages = kernel::Messages {
    vi: concat!(
        include_str!("../messages/vi.ftl"),
        "\n",
        include_str!("../messages/openid.vi.ftl"),
        "\n",
        include_str!("../messages/accounts.vi.ftl")
    ),
    en: concat!(
        include_str!("../messages/en.ftl"),
        "\n",
        include_str!("../messages/openid.en.ftl"),
        "\n",
        include_str!("../messages/accounts.en.ftl")
    ),
};

/// Role of who runs the system: relying parties, keys, and who administers the accounts of which body.
pub const ADMINISTRATOR: &str = "administrator";
/// Role of who issues and keeps the accounts of a body's officers.
pub const ACCOUNT_ADMINISTRATOR: &str = "account-administrator";

/// The accounts of this system. Cloning is cheap.
#[derive(Clone)]
pub struct Identity {
    db: Db,
    keys: Arc<Keys>,
    hasher: Hasher,
    limits: limits::Limits,
    breached: Breached,
    trainings: Trainings,
    gateway: Option<Arc<dyn MessageGateway>>,
    matcher: Option<Arc<dyn BiometricMatcher>>,
}

impl Identity {
    /// Accounts in `db`, whose second factors are sealed with `keys`.
    ///
    /// # Errors
    /// When a password cannot be hashed.
    pub fn new(db: Db, keys: impl Into<Arc<Keys>>) -> Result<Self, Error> {
        Ok(Self {
            db,
            keys: keys.into(),
            hasher: Hasher::new()?,
            limits: limits::Limits::default(),
            breached: Breached::default(),
            trainings: Trainings::default(),
            gateway: None,
            matcher: None,
        })
    }

    /// The same, with an operator's list of leaked passwords.
    #[must_use]
    pub fn with_breached(self, breached: Breached) -> Self {
        Self { breached, ..self }
    }

    /// The same, comparing faces by this matcher. Without one no picture is compared.
    #[must_use]
    pub fn with_matcher(self, matcher: Arc<dyn BiometricMatcher>) -> Self {
        Self { matcher: Some(matcher), ..self }
    }

    /// The same, sending codes through this gateway. Without one no codes are sent.
    #[must_use]
    pub fn with_gateway(self, gateway: Arc<dyn MessageGateway>) -> Self {
        Self { gateway: Some(gateway), ..self }
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity(…)")
    }
}
