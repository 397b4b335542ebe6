//! The decision, as a pure function: what is known goes in, a grant or the one reason against it comes out.
//!
//! The order is fixed, so that the same request gets the same code on every node. What stands in the pack is judged
//! first and costs no database; then what changes from minute to minute: the case, the people, consent, the quota.

use crate::{
    Purpose, Refusal, Request, Scope, SubjectRef,
    catalogue::{Agreement, Body, ServiceDefinition},
    request::SUBJECTS_MAX,
};
use kernel::{AccountId, Actor, Role, SubjectId};
use std::{collections::BTreeSet, sync::Arc};
use time::{Date, OffsetDateTime};

/// What the pack says about a request on its day.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// Who acts.
    pub actor: &'a Actor,
    /// What is asked.
    pub request: &'a Request,
    /// The day in Vietnam.
    pub day: Date,
    /// The body that asks, if there is one of this id on this day.
    pub consumer: Option<&'a Body>,
    /// The body that is asked, likewise.
    pub provider: Option<&'a Body>,
    /// The service, if the pack has it.
    pub service: Option<&'a Arc<ServiceDefinition>>,
    /// Every agreement of this consumer on this service, of any time, in the order of the pack.
    pub agreements: &'a [Arc<Agreement>],
}

/// What the database says at this moment.
#[derive(Clone, Debug, Default)]
pub struct Moment {
    /// The case that the request names, as granted to the consumer.
    pub case: Option<Case>,
    /// Whose consent there is.
    pub consents: BTreeSet<SubjectId>,
    /// Whether the agreement's quota has something left today.
    pub quota_left: bool,
}

/// A case, as granted to one body.
#[derive(Clone, Debug)]
pub struct Case {
    /// Who may work on it; empty: any officer of the body.
    pub officers: Vec<AccountId>,
    /// About whom.
    pub subjects: Vec<SubjectRef>,
    /// For what.
    pub purposes: Vec<Purpose>,
    /// From this instant it gives nothing any more: its end, or when it was closed.
    pub until: OffsetDateTime,
}

/// What the pack allows: the agreement chosen, the role that opened it, the fields.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The agreement.
    pub agreement: Arc<Agreement>,
    /// The service.
    pub service: Arc<ServiceDefinition>,
    /// The role, of those the actor has, that the agreement names.
    pub role: Role,
    /// The fields that may come back.
    pub fields: BTreeSet<String>,
}

/// Everything allowed: what a pass is made of.
#[derive(Clone, Debug)]
pub struct Grant {
    /// What the pack allows.
    pub standing: Standing,
    /// The people of the case, where the agreement holds the passage to a case.
    pub case_subjects: Option<Vec<SubjectRef>>,
}

/// The whole decision: [`standing`], then [`entitled`].
///
/// # Errors
/// The first rule, in the fixed order, that stands against it.
pub fn decide(facts: &Facts<'_>, moment: &Moment, now: OffsetDateTime) -> Result<Grant, Refusal> {
    let standing = standing(facts)?;
    let case_subjects = entitled(facts.actor, facts.request, &standing, moment, now)?;
    Ok(Grant { standing, case_subjects })
}

/// What the pack allows on this day. Order: unknown (0011), agreement (0001), purpose (0006), dates (0002),
/// role (0007), fields (0005), and searches, extracts or people that no case could allow (0008).
///
/// # Errors
/// The first rule against it.
pub(crate) fn standing(facts: &Facts<'_>) -> Result<Standing, Refusal> {
    let (Some(consumer), Some(provider), Some(service)) = (facts.consumer, facts.provider, facts.service) else {
        return Err(Refusal::Unknown);
    };
    if !service.provider_kinds.contains(&provider.kind) {
        return Err(Refusal::Unknown);
    }
    let request = facts.request;
    let made = narrow(
        facts.agreements.iter().collect(),
        |it| it.is_with(&consumer.id) && it.service == service.name && (!it.own_body || consumer.id == provider.id),
        Refusal::NoAgreement,
    )?;
    let fitting = narrow(made, |it| it.purposes.contains(&request.purpose), Refusal::PurposeNotInAgreement)?;
    let valid = narrow(fitting, |it| it.in_force(facts.day), Refusal::NotInForce)?;

    let held = roles_held(facts.actor, consumer);
    let open = narrow(valid, |it| it.roles.iter().any(|role| held.contains(role)), Refusal::RoleNotAllowed)?;
    let chosen = narrow(open, |it| request.fields.iter().all(|f| it.fields.contains(f)), Refusal::FieldNotInAgreement)?;
    let within = narrow(chosen, |it| scope_possible(facts.actor, request, service, it), Refusal::SubjectOutsideScope)?;

    let Some(agreement) = within.first() else { return Err(Refusal::NoAgreement) };
    let Some(role) = agreement.roles.iter().find(|role| held.contains(role)) else {
        return Err(Refusal::RoleNotAllowed);
    };
    let fields = if request.fields.is_empty() { &agreement.fields } else { &request.fields };
    Ok(Standing {
        agreement: Arc::clone(agreement),
        service: Arc::clone(service),
        role: role.clone(),
        fields: fields.iter().cloned().collect(),
    })
}

/// What this moment allows, and the people of the case that the passage is held to. Order: open case (0003), people of
/// the case (0008), consent (0009), quota (0004).
///
/// # Errors
/// The first rule against it.
pub(crate) fn entitled(
    actor: &Actor,
    request: &Request,
    standing: &Standing,
    moment: &Moment,
    now: OffsetDateTime,
) -> Result<Option<Vec<SubjectRef>>, Refusal> {
    let agreement = &standing.agreement;
    let mut case_subjects = None;
    if agreement.needs_case {
        let case = moment.case.as_ref().filter(|case| case.is_open_to(actor, &request.purpose, now));
        let case = case.ok_or(Refusal::NoOpenCase)?;
        if named(request).iter().any(|subject| case.surely_without(subject)) {
            return Err(Refusal::SubjectOutsideScope);
        }
        case_subjects = Some(case.subjects.clone());
    }
    // Consent is kept under the surrogate; whoever is named only by number has not been shown to consent.
    if agreement.needs_consent {
        let given = |subject: &SubjectRef| matches!(subject, SubjectRef::Id(id) if moment.consents.contains(id));
        if named(request).is_empty() || !named(request).iter().all(given) {
            return Err(Refusal::ConsentMissing);
        }
    }
    if agreement.daily_quota.is_some() && !moment.quota_left {
        return Err(Refusal::OverQuota);
    }
    Ok(case_subjects)
}

impl Case {
    fn is_open_to(&self, actor: &Actor, purpose: &Purpose, now: OffsetDateTime) -> bool {
        now < self.until && self.purposes.contains(purpose) && self.is_worked_on_by(actor)
    }

    /// The program itself may act on a case of its body; the agreement's roles say whether it may at all.
    fn is_worked_on_by(&self, actor: &Actor) -> bool {
        match actor {
            Actor::Officer { account, .. } | Actor::System { on_decision_of: Some((account, _)), .. } => {
                self.officers.is_empty() || self.officers.contains(account)
            }
            Actor::System { on_decision_of: None, .. } => true,
            Actor::Citizen { .. } | Actor::Anonymous => false,
        }
    }

    /// Whether the person is certainly none of the case. Where the case knows people by number and the request by
    /// surrogate (or the other way round), only the provider can tell; [`crate::Pass::admit`] judges then.
    fn surely_without(&self, subject: &SubjectRef) -> bool {
        let other_way = |known: &SubjectRef| std::mem::discriminant(known) != std::mem::discriminant(subject);
        !self.subjects.contains(subject) && !self.subjects.iter().any(other_way)
    }
}

/// The agreements that satisfy a rule, or the refusal when none does.
fn narrow<'a>(
    agreements: Vec<&'a Arc<Agreement>>,
    rule: impl Fn(&Agreement) -> bool,
    refusal: Refusal,
) -> Result<Vec<&'a Arc<Agreement>>, Refusal> {
    let left: Vec<_> = agreements.into_iter().filter(|agreement| rule(agreement)).collect();
    if left.is_empty() { Err(refusal) } else { Ok(left) }
}

/// The roles in which this actor may act for this body; none when the actor does not act for it.
fn roles_held(actor: &Actor, consumer: &Body) -> Vec<Role> {
    match actor {
        Actor::Anonymous if consumer.serves_citizens => vec!["anonymous".into()],
        Actor::Citizen { level, .. } if consumer.serves_citizens => {
            let mut roles: Vec<Role> = vec!["citizen".into()];
            if *level >= 2 {
                roles.push("citizen-level-2".into());
            }
            roles
        }
        Actor::Officer { body, roles, .. } if *body == consumer.id => roles.clone(),
        Actor::System { body, on_decision_of } if *body == consumer.id => {
            let mut roles: Vec<Role> = vec!["system".into()];
            roles.extend(on_decision_of.iter().map(|(_, role)| role.clone()));
            roles
        }
        _ => Vec::new(),
    }
}

/// Whether the agreement gives this sort of scope at all. A citizen's own surrogate is always theirs to name; another's
/// only where the service admits relations, and then the provider must vouch for it.
fn scope_possible(actor: &Actor, request: &Request, service: &ServiceDefinition, agreement: &Agreement) -> bool {
    match (&request.scope, actor) {
        (Scope::None, _) => true,
        (Scope::Subjects(subjects), _) if subjects.len() > SUBJECTS_MAX => false,
        (Scope::Subjects(subjects), Actor::Citizen { subject: own, .. }) => {
            subjects.iter().all(|subject| match subject {
                SubjectRef::Id(id) => id == own || !service.admits.is_empty(),
                SubjectRef::Number(_) => true, // whose it is, only the provider knows; `Pass::admit` judges
            })
        }
        (Scope::Subjects(subjects), Actor::Anonymous) => subjects.is_empty(),
        (Scope::Subjects(_), _) => true,
        (Scope::Search { .. } | Scope::Bulk, Actor::Citizen { .. } | Actor::Anonymous) => false,
        (Scope::Search { limit }, _) => agreement.search_limit.is_some_and(|most| *limit <= most),
        (Scope::Bulk, _) => agreement.bulk,
    }
}

fn named(request: &Request) -> &[SubjectRef] {
    match &request.scope {
        Scope::Subjects(subjects) => subjects,
        Scope::Search { .. } | Scope::Bulk | Scope::None => &[],
    }
}
