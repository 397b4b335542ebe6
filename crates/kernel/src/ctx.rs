//! Who acts, what time it is, where randomness comes from: the first argument of everything that reads or writes.

use crate::{AccountId, BodyId, RequestId, Role, SubjectId};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};
use time::{OffsetDateTime, UtcOffset};
use uuid::Uuid;

/// Who acts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Actor {
    /// Nobody who signed in.
    Anonymous,
    /// A citizen, for themself.
    Citizen {
        /// The account that signed in.
        account: AccountId,
        /// The person.
        subject: SubjectId,
        /// Level of the account, 1 or 2 (NĐ 69/2024).
        level: u8,
    },
    /// An officer, in a body.
    Officer {
        /// The account that signed in.
        account: AccountId,
        /// The body acted for.
        body: BodyId,
        /// What the officer may do there.
        roles: Vec<Role>,
    },
    /// The program, for a body; where it carries out an officer's decision, on that officer's account.
    System {
        /// The body acted for.
        body: BodyId,
        /// The officer whose decision is carried out, with the role it was taken in.
        on_decision_of: Option<(AccountId, Role)>,
    },
}

/// What time it is.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system's clock.
    System,
    /// A clock that stands until a test moves it.
    Fixed(Arc<Mutex<OffsetDateTime>>),
}

impl Clock {
    /// A clock that stands at `at`.
    #[must_use]
    pub fn fixed(at: OffsetDateTime) -> Self {
        Self::Fixed(Arc::new(Mutex::new(at)))
    }

    /// Moves a fixed clock. The system's clock is left alone.
    pub fn set(&self, at: OffsetDateTime) {
        if let Self::Fixed(now) = self {
            *now.lock().unwrap_or_else(PoisonError::into_inner) = at;
        }
    }

    /// The instant in UTC, in whole microseconds: what PostgreSQL can keep.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        let now = match self {
            #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
            Self::System => OffsetDateTime::now_utc(),
            Self::Fixed(now) => *now.lock().unwrap_or_else(PoisonError::into_inner),
        };
        let whole = now.to_offset(UtcOffset::UTC);
        whole.replace_microsecond(whole.microsecond()).unwrap_or(whole)
    }
}

/// Where randomness comes from.
#[derive(Clone, Debug)]
pub enum Random {
    /// The system's source.
    System,
    /// A seeded generator, for tests and synthetic people.
    Seeded(Arc<Mutex<ChaCha20Rng>>),
}

impl Random {
    /// A generator that always gives the same numbers for the same seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(Mutex::new(ChaCha20Rng::seed_from_u64(seed))))
    }

    /// Fills `bytes`.
    ///
    /// # Panics
    /// When the system has no randomness to give, which no caller can make good.
    pub fn fill(&self, bytes: &mut [u8]) {
        match self {
            #[expect(clippy::expect_used, reason = "without randomness no number may be issued and no salt drawn")]
            Self::System => getrandom::fill(bytes).expect("the system's random source"),
            Self::Seeded(source) => source.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes),
        }
    }

    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A number below `bound`, each equally likely. Zero when `bound` is zero.
    #[must_use]
    pub fn below(&self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        // Reject the tail that would make small numbers likelier.
        let limit = u64::MAX - u64::MAX % bound;
        loop {
            let drawn = u64::from_le_bytes(self.bytes());
            if drawn < limit {
                return drawn % bound;
            }
        }
    }
}

/// Vietnam is at UTC+7 the whole year.
const VIETNAM_HOURS: i8 = 7;

/// Who acts, when, with what randomness, in which request.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// Who acts.
    pub actor: Actor,
    /// What time it is.
    pub clock: Clock,
    /// Where randomness comes from.
    pub random: Random,
    /// The request this belongs to.
    pub request: RequestId,
}

impl Ctx {
    /// A context for `actor` with a fresh request id.
    #[must_use]
    pub fn new(actor: Actor, clock: Clock, random: Random) -> Self {
        let mut ctx = Self { actor, clock, random, request: RequestId(Uuid::nil()) };
        ctx.request = RequestId(ctx.uuid());
        ctx
    }

    /// The program acting for `body`, on the system's clock and randomness.
    #[must_use]
    pub fn system(body: BodyId) -> Self {
        Self::new(Actor::System { body, on_decision_of: None }, Clock::System, Random::System)
    }

    /// The same clock and randomness, another actor, a fresh request.
    #[must_use]
    pub fn act_as(&self, actor: Actor) -> Self {
        Self::new(actor, self.clock.clone(), self.random.clone())
    }

    /// The instant, UTC.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    /// The calendar day in Vietnam.
    #[must_use]
    pub fn today(&self) -> time::Date {
        let vietnam = UtcOffset::from_hms(VIETNAM_HOURS, 0, 0).unwrap_or(UtcOffset::UTC);
        self.now().to_offset(vietnam).date()
    }

    /// A fresh UUIDv7 from this context's clock and randomness.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        let millis = u64::try_from(self.now().unix_timestamp_nanos() / 1_000_000).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.random.bytes()).into_uuid()
    }
}
