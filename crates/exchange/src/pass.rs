//! The pass: the value that opens a person's data, and remembers whom it opened.

use crate::{
    Error, Purpose, Refusal, Request, Scope, SubjectRef,
    catalogue::Relation,
    decide::{Grant, Standing},
};
use kernel::{Actor, BodyId, CaseId, Ctx, PersonalNumber, Role, ServiceName, SubjectId};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};
use uuid::Uuid;

/// How many people one passage may touch: each becomes a line of the ledger in the passage's own transaction.
pub const TOUCHED_MAX: usize = 10_000;

/// Leave to use certain fields of certain people's data, once, now, for a stated reason.
///
/// Only the door ([`crate::Exchange`]) makes one, hands it out by reference for the length of one transaction, and
/// before the answer leaves writes a line in the ledger for every person it admitted. Every function that reads or
/// changes data about a person takes `&Pass` and begins with [`Pass::admit`].
///
/// A pass cannot be built by hand:
///
/// ```compile_fail
/// let pass = exchange::Pass { service: "population.get".into() };
/// ```
///
/// nor made out of nothing, copied, or read from text:
///
/// ```compile_fail
/// let pass = exchange::Pass::default();
/// ```
/// ```compile_fail
/// fn keep(pass: &exchange::Pass) -> exchange::Pass { pass.clone() }
/// ```
/// ```compile_fail
/// let pass: exchange::Pass = serde_json::from_str("{}").unwrap();
/// ```
///
/// so a function that takes one cannot be called without having come through the door:
///
/// ```
/// # use exchange::{Error, Pass};
/// # use kernel::SubjectId;
/// fn read_person(pass: &Pass, subject: SubjectId) -> Result<(), Error> {
///     pass.admit(subject, None)
///     // … and only now the SQL
/// }
/// ```
/// ```compile_fail
/// # use exchange::{Error, Pass};
/// # use kernel::SubjectId;
/// # fn read_person(pass: &Pass, subject: SubjectId) -> Result<(), Error> { pass.admit(subject, None) }
/// let id: SubjectId = "00000000-0000-7000-8000-000000000000".parse().unwrap();
/// read_person(id);
/// ```
#[derive(Debug)]
pub struct Pass {
    id: Uuid,
    request: Request,
    grant: Grant,
    legal_basis: String,
    /// The citizen who acts, if one does: they may touch themself and whom the provider vouches for.
    own: Option<SubjectId>,
    touched: Mutex<Touched>,
}

#[derive(Debug, Default)]
struct Touched {
    /// Whom, and whether they begin to exist by this call.
    subjects: BTreeMap<SubjectId, bool>,
    /// How many people an extract has taken out, beside those named above.
    extracted: u64,
    notes: BTreeMap<&'static str, Value>,
    refused: bool,
}

impl Pass {
    pub(crate) fn issue(ctx: &Ctx, request: Request, grant: Grant) -> Self {
        let own = match ctx.actor {
            Actor::Citizen { subject, .. } => Some(subject),
            _ => None,
        };
        let legal_basis = grant.standing.agreement.legal_basis.join("; ");
        Self { id: ctx.uuid(), request, grant, legal_basis, own, touched: Mutex::default() }
    }

    /// This passage.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// The body that asks.
    #[must_use]
    pub fn consumer(&self) -> &BodyId {
        &self.request.consumer
    }

    /// The body that is asked.
    #[must_use]
    pub fn provider(&self) -> &BodyId {
        &self.request.provider
    }

    /// The service asked for.
    #[must_use]
    pub fn service(&self) -> &ServiceName {
        &self.request.service
    }

    /// Why.
    #[must_use]
    pub fn purpose(&self) -> &Purpose {
        &self.request.purpose
    }

    /// On account of which case.
    #[must_use]
    pub fn case(&self) -> Option<CaseId> {
        self.request.case
    }

    /// About whom it was asked.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.request.scope
    }

    /// The agreement's id.
    #[must_use]
    pub fn agreement(&self) -> &str {
        &self.grant.standing.agreement.id
    }

    /// The law that the agreement stands on.
    #[must_use]
    pub fn legal_basis(&self) -> &str {
        &self.legal_basis
    }

    /// The role in which the actor came in.
    #[must_use]
    pub fn role(&self) -> &Role {
        &self.grant.standing.role
    }

    /// The fields that may come back.
    #[must_use]
    pub fn fields(&self) -> &BTreeSet<String> {
        &self.grant.standing.fields
    }

    /// The key under which the effect of this call is one, if it has one.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<&str> {
        self.request.idempotency_key.as_deref()
    }

    /// Whether this person is in scope: named by the request (by surrogate or by `number`), one of the case where the
    /// agreement asks for a case, oneself where a citizen acts. Remembers nothing; for filtering a list before
    /// showing it.
    #[must_use]
    pub fn covers(&self, subject: SubjectId, number: Option<&PersonalNumber>) -> bool {
        self.covers_with(self.touched().subjects.len(), subject, number)
    }

    /// Admits a person whose data are about to be read or changed, and remembers them: the ledger will name them.
    ///
    /// # Errors
    /// [`Refusal::SubjectOutsideScope`] when the pass does not cover them. The passage is then lost: whatever the
    /// provider answers, the door rolls back and refuses. [`Error::TooManySubjects`] past [`TOUCHED_MAX`].
    pub fn admit(&self, subject: SubjectId, number: Option<&PersonalNumber>) -> Result<(), Error> {
        let mut touched = self.touched();
        if touched.subjects.contains_key(&subject) {
            return Ok(());
        }
        let covered = self.covers_with(touched.subjects.len(), subject, number);
        touched.remember(subject, covered, false)
    }

    /// Admits somebody whom the request does not name, because of their relation to somebody it does. The provider
    /// vouches for the relation and calls this only after reading it in its own register.
    ///
    /// # Errors
    /// As [`Pass::admit`], when the service's definition does not admit this relation.
    pub fn admit_related(&self, subject: SubjectId, relation: Relation) -> Result<(), Error> {
        let mut touched = self.touched();
        if touched.subjects.contains_key(&subject) {
            return Ok(());
        }
        let covered = self.grant.standing.service.admits.contains(&relation);
        touched.remember(subject, covered, relation == Relation::New)
    }

    /// Admits so many more people of an extract. They are not named one by one: the passage leaves one line that says
    /// how many there were, which fields, and under which agreement, and each of them finds that line in their own log
    /// (`docs/design/bulk.md`).
    ///
    /// # Errors
    /// [`Refusal::SubjectOutsideScope`] unless the pass is one for an extract; the passage is then lost.
    pub fn admit_extract(&self, people: u64) -> Result<(), Error> {
        let mut touched = self.touched();
        if self.request.scope != Scope::Bulk || self.own.is_some() || self.grant.case_subjects.is_some() {
            touched.refused = true;
            return Err(Refusal::SubjectOutsideScope.into());
        }
        touched.extracted += people;
        Ok(())
    }

    /// Writes something beside the passage's lines in the ledger: how many rows were compared, why somebody who looks
    /// like another is not the same. Nothing about a person; a second note of the same name replaces the first.
    pub fn note(&self, name: &'static str, value: impl Into<Value>) {
        self.touched().notes.insert(name, value.into());
    }

    /// The record with only the fields that this pass names. A list is projected item by item; anything that is
    /// neither stays as it is.
    #[must_use]
    pub fn project(&self, record: Value) -> Value {
        match record {
            Value::Object(mut fields) => {
                fields.retain(|name, _| self.fields().contains(name));
                Value::Object(fields)
            }
            Value::Array(items) => items.into_iter().map(|item| self.project(item)).collect(),
            other => other,
        }
    }

    pub(crate) fn request(&self) -> &Request {
        &self.request
    }

    pub(crate) fn standing(&self) -> &Standing {
        &self.grant.standing
    }

    /// Whether the service says what its replies are made of, so that the door can hold a reply to it.
    pub(crate) fn guards_reply(&self) -> bool {
        !self.grant.standing.service.fields.is_empty()
    }

    /// Everybody admitted.
    pub(crate) fn everyone(&self) -> Vec<SubjectId> {
        self.touched().subjects.keys().copied().collect()
    }

    /// Everybody admitted who exists even when the passage is undone.
    pub(crate) fn everyone_but_new(&self) -> Vec<SubjectId> {
        self.touched().subjects.iter().filter(|(_, new)| !**new).map(|(subject, _)| *subject).collect()
    }

    /// How many people an extract has taken out.
    pub(crate) fn extracted(&self) -> u64 {
        self.touched().extracted
    }

    /// What the provider noted.
    pub(crate) fn notes(&self) -> BTreeMap<&'static str, Value> {
        self.touched().notes.clone()
    }

    /// Whether somebody was to be touched who is out of scope.
    pub(crate) fn was_overstepped(&self) -> bool {
        self.touched().refused
    }

    fn covers_with(&self, touched: usize, subject: SubjectId, number: Option<&PersonalNumber>) -> bool {
        let among = |known: &[SubjectRef]| {
            known.iter().any(|known| match known {
                SubjectRef::Id(id) => *id == subject,
                SubjectRef::Number(known) => number == Some(known),
            })
        };
        if let Some(own) = self.own {
            return own == subject && !matches!(self.request.scope, Scope::None);
        }
        let asked = match &self.request.scope {
            Scope::Subjects(subjects) => among(subjects),
            Scope::Search { limit } => touched < usize::try_from(*limit).unwrap_or(usize::MAX),
            Scope::Bulk => true,
            Scope::None => false,
        };
        asked && self.grant.case_subjects.as_deref().is_none_or(among)
    }

    fn touched(&self) -> MutexGuard<'_, Touched> {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Touched {
    fn remember(&mut self, subject: SubjectId, covered: bool, new: bool) -> Result<(), Error> {
        if !covered {
            self.refused = true;
            return Err(Refusal::SubjectOutsideScope.into());
        }
        if self.subjects.len() >= TOUCHED_MAX {
            return Err(Error::TooManySubjects);
        }
        self.subjects.insert(subject, new);
        Ok(())
    }
}
