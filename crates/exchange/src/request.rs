//! What somebody asks of the door: for which body, of which body, why, about whom.

use kernel::{BodyId, CaseId, PersonalNumber, ServiceName, SubjectId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How many people one request may name. A list longer than this is a search or a bulk extract.
pub const SUBJECTS_MAX: usize = 100;

/// A person, named by the surrogate that registers use or by the personal number that people know.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectRef {
    /// The surrogate.
    Id(SubjectId),
    /// The number; the provider finds whose it is.
    Number(PersonalNumber),
}

impl From<SubjectId> for SubjectRef {
    fn from(id: SubjectId) -> Self {
        Self::Id(id)
    }
}

/// Why data are used. The pack says which purposes exist and what they are called.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Purpose(String);

impl Purpose {
    /// A person sees to their own matter.
    pub const SELF_SERVICE: &'static str = "self-service";
    /// A dossier is worked on.
    pub const DOSSIER: &'static str = "dossier";
    /// A leader or an inspector looks at how work is done.
    pub const SUPERVISION: &'static str = "supervision";
    /// The system is kept running.
    pub const OPERATION: &'static str = "operation";

    /// The purpose of this name.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// [`Self::SELF_SERVICE`].
    #[must_use]
    pub fn self_service() -> Self {
        Self::new(Self::SELF_SERVICE)
    }

    /// [`Self::DOSSIER`].
    #[must_use]
    pub fn dossier() -> Self {
        Self::new(Self::DOSSIER)
    }

    /// [`Self::SUPERVISION`].
    #[must_use]
    pub fn supervision() -> Self {
        Self::new(Self::SUPERVISION)
    }

    /// [`Self::OPERATION`].
    #[must_use]
    pub fn operation() -> Self {
        Self::new(Self::OPERATION)
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Purpose {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// Whose data the request is about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// These people and nobody else.
    Subjects(Vec<SubjectRef>),
    /// Whoever fits the criteria, up to so many. Only where the agreement gives a search, and never past its limit.
    Search {
        /// How many people may come back.
        limit: u32,
    },
    /// An extract. Only where the agreement gives one.
    Bulk,
    /// Nobody.
    None,
}

impl Scope {
    /// One person.
    #[must_use]
    pub fn of(subject: SubjectId) -> Self {
        Self::Subjects(vec![SubjectRef::Id(subject)])
    }
}

/// One passage through the door, as asked for. Who asks is in the `Ctx`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Request {
    /// The body that asks.
    pub consumer: BodyId,
    /// The body that is asked.
    pub provider: BodyId,
    /// The service asked for.
    pub service: ServiceName,
    /// Why.
    pub purpose: Purpose,
    /// On account of which case.
    pub case: Option<CaseId>,
    /// About whom.
    pub scope: Scope,
    /// Which fields; empty: all that the agreement gives.
    pub fields: Vec<String>,
    /// The same key with the same request has one effect and one reply, however often it is sent.
    pub idempotency_key: Option<String>,
    /// The number of the decision or plan on whose account it is done, where there is no case. The ledger keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
}

impl Request {
    /// A request about nobody yet, on account of no case, for all fields, without a key.
    pub fn new(
        consumer: impl Into<BodyId>,
        provider: impl Into<BodyId>,
        service: impl Into<ServiceName>,
        purpose: impl Into<Purpose>,
    ) -> Self {
        Self {
            consumer: consumer.into(),
            provider: provider.into(),
            service: service.into(),
            purpose: purpose.into(),
            case: None,
            scope: Scope::None,
            fields: Vec::new(),
            idempotency_key: None,
            decision: None,
        }
    }

    /// About these people.
    #[must_use]
    pub fn about(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// On account of this case.
    #[must_use]
    pub fn on(mut self, case: impl Into<CaseId>) -> Self {
        self.case = Some(case.into());
        self
    }

    /// On account of the decision or plan of this number.
    #[must_use]
    pub fn decided_in(mut self, number: impl Into<String>) -> Self {
        self.decision = Some(number.into());
        self
    }

    /// Only these fields.
    #[must_use]
    pub fn only(mut self, fields: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.fields = fields.into_iter().map(Into::into).collect();
        self
    }

    /// Once, however often it is sent.
    #[must_use]
    pub fn once(mut self, idempotency_key: impl Into<String>) -> Self {
        self.idempotency_key = Some(idempotency_key.into());
        self
    }
}
