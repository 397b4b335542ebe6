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
fn narrow(
    agreements: Vec<&Arc<Agreement>>,
    rule: impl Fn(&Agreement) -> bool,
    refusal: Refusal,
) -> Result<Vec<&Arc<Agreement>>, Refusal> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Relation;
    use kernel::{BodyId, CaseId};
    use pack::Text;
    use time::macros::{date, datetime};
    use uuid::Uuid;

    const NOW: OffsetDateTime = datetime!(2026-11-22 03:00 UTC);
    const OFFICER: AccountId = AccountId(Uuid::from_u128(1));
    const MOTHER: SubjectId = SubjectId(Uuid::from_u128(2));
    const STRANGER: SubjectId = SubjectId(Uuid::from_u128(3));

    /// A request to which nothing stands against; each test spoils one thing.
    struct Scene {
        actor: Actor,
        request: Request,
        day: Date,
        consumer: Option<Body>,
        provider: Option<Body>,
        service: Option<ServiceDefinition>,
        agreements: Vec<Agreement>,
        moment: Moment,
    }

    fn body(id: &str, serves_citizens: bool) -> Body {
        let id = BodyId::new(id);
        let kind = id.kind().to_owned();
        Body { id, kind, name: Text::new("", ""), org_code: None, unit: None, serves_citizens }
    }

    fn agreement(roles: &[&str]) -> Agreement {
        Agreement {
            id: roles.join("+"),
            consumer: "school".to_owned(),
            service: "reader.get".into(),
            purposes: vec![Purpose::dossier()],
            roles: roles.iter().map(|role| Role::new(*role)).collect(),
            fields: vec!["name".to_owned(), "address".to_owned()],
            legal_basis: vec!["Act".to_owned()],
            confidence: None,
            from: date!(2026 - 01 - 01),
            until: Some(date!(2026 - 12 - 31)),
            daily_quota: Some(10),
            needs_case: true,
            needs_consent: true,
            own_body: false,
            search_limit: None,
            bulk: false,
        }
    }

    fn scene() -> Scene {
        let case = Case {
            officers: vec![OFFICER],
            subjects: vec![MOTHER.into()],
            purposes: vec![Purpose::dossier()],
            until: datetime!(2026-11-30 00:00 UTC),
        };
        Scene {
            actor: Actor::Officer { account: OFFICER, body: "school/north".into(), roles: vec!["teacher".into()] },
            request: Request::new("school/north", "library", "reader.get", Purpose::DOSSIER)
                .on(CaseId(Uuid::nil()))
                .about(Scope::of(MOTHER)),
            day: date!(2026 - 11 - 22),
            consumer: Some(body("school/north", false)),
            provider: Some(body("library", false)),
            service: Some(ServiceDefinition {
                name: "reader.get".into(),
                provider_kinds: vec!["library".to_owned()],
                summary: Text::new("", ""),
                fields: vec!["name".to_owned(), "address".to_owned(), "fines".to_owned()],
                admits: vec![],
                legal_basis: vec![],
                confidence: None,
                operation: serde_json::Value::Null,
            }),
            agreements: vec![agreement(&["teacher"])],
            moment: Moment { case: Some(case), consents: [MOTHER].into(), quota_left: true },
        }
    }

    impl Scene {
        fn decide(&self) -> Result<Grant, Refusal> {
            let service = self.service.clone().map(Arc::new);
            let agreements: Vec<_> = self.agreements.iter().cloned().map(Arc::new).collect();
            let facts = Facts {
                actor: &self.actor,
                request: &self.request,
                day: self.day,
                consumer: self.consumer.as_ref(),
                provider: self.provider.as_ref(),
                service: service.as_ref(),
                agreements: &agreements,
            };
            decide(&facts, &self.moment, NOW)
        }

        fn case(&mut self) -> &mut Case {
            self.moment.case.as_mut().unwrap()
        }

        fn citizen(&mut self, level: u8) {
            self.actor = Actor::Citizen { account: OFFICER, subject: MOTHER, level };
            self.consumer.as_mut().unwrap().serves_citizens = true;
            self.agreements = vec![agreement(&["citizen-level-2"])];
            self.agreements[0].needs_case = false;
        }
    }

    #[test]
    fn nothing_against_it() {
        let grant = scene().decide().unwrap();
        assert_eq!(grant.standing.role.as_str(), "teacher");
        assert_eq!(grant.standing.fields.iter().collect::<Vec<_>>(), ["address", "name"]);
        assert_eq!(grant.case_subjects, Some(vec![MOTHER.into()]));
    }

    /// What is spoilt, how, and the refusal.
    type Spoil = (&'static str, fn(&mut Scene), Refusal);
    type Rule = (fn(&mut Scene), Refusal);

    const SPOILS: [Spoil; 29] = [
        ("no such consumer", |s| s.consumer = None, Refusal::Unknown),
        ("no such provider", |s| s.provider = None, Refusal::Unknown),
        ("no such service", |s| s.service = None, Refusal::Unknown),
        ("a body that does not offer it", |s| s.provider = Some(body("museum", false)), Refusal::Unknown),
        ("no agreement", |s| s.agreements.clear(), Refusal::NoAgreement),
        ("an agreement with others", |s| s.agreements[0].consumer = "club".into(), Refusal::NoAgreement),
        ("an agreement on another service", |s| s.agreements[0].service = "x".into(), Refusal::NoAgreement),
        ("only at the body itself", |s| s.agreements[0].own_body = true, Refusal::NoAgreement),
        ("another purpose", |s| s.request.purpose = Purpose::supervision(), Refusal::PurposeNotInAgreement),
        ("not yet in force", |s| s.agreements[0].from = date!(2026 - 11 - 23), Refusal::NotInForce),
        ("no longer in force", |s| s.agreements[0].until = Some(date!(2026 - 11 - 21)), Refusal::NotInForce),
        ("another role", |s| s.agreements[0].roles = vec!["head".into()], Refusal::RoleNotAllowed),
        ("an officer of another body", |s| s.consumer = Some(body("school/south", false)), Refusal::RoleNotAllowed),
        ("nobody signed in", |s| s.actor = Actor::Anonymous, Refusal::RoleNotAllowed),
        ("a field not named", |s| s.request.fields = vec!["fines".into()], Refusal::FieldNotInAgreement),
        ("a search", |s| s.request.scope = Scope::Search { limit: 1 }, Refusal::SubjectOutsideScope),
        ("an extract", |s| s.request.scope = Scope::Bulk, Refusal::SubjectOutsideScope),
        (
            "a list too long",
            |s| s.request.scope = Scope::Subjects(vec![MOTHER.into(); SUBJECTS_MAX + 1]),
            Refusal::SubjectOutsideScope,
        ),
        ("no case", |s| s.moment.case = None, Refusal::NoOpenCase),
        ("a case that ended", |s| s.case().until = NOW, Refusal::NoOpenCase),
        ("a case of another officer", |s| s.case().officers = vec![AccountId(Uuid::nil())], Refusal::NoOpenCase),
        ("a case for another purpose", |s| s.case().purposes.clear(), Refusal::NoOpenCase),
        ("somebody outside the case", |s| s.case().subjects = vec![STRANGER.into()], Refusal::SubjectOutsideScope),
        ("a case about nobody", |s| s.case().subjects.clear(), Refusal::SubjectOutsideScope),
        ("no consent", |s| s.moment.consents.clear(), Refusal::ConsentMissing),
        ("another's consent", |s| s.moment.consents = [STRANGER].into(), Refusal::ConsentMissing),
        ("consent of whom?", |s| s.request.scope = Scope::None, Refusal::ConsentMissing),
        (
            "a number's consent",
            |s| s.request.scope = Scope::Subjects(vec![SubjectRef::Number("001186000123".parse().unwrap())]),
            Refusal::ConsentMissing,
        ),
        ("nothing left of the quota", |s| s.moment.quota_left = false, Refusal::OverQuota),
    ];

    #[test]
    fn each_rule_has_its_code() {
        for (what, spoil, refusal) in SPOILS {
            let mut scene = scene();
            spoil(&mut scene);
            assert_eq!(scene.decide().map(|_| ()), Err(refusal), "{what}");
        }
        let decided: BTreeSet<_> = SPOILS.iter().map(|(.., refusal)| *refusal).collect();
        let missing: Vec<_> = Refusal::ALL.iter().filter(|refusal| !decided.contains(refusal)).collect();
        assert_eq!(missing, [&Refusal::KeyReused], "which the door itself finds");
    }

    #[test]
    fn the_first_rule_in_the_order_speaks() {
        let order: [Rule; 11] = [
            (|s| s.provider = None, Refusal::Unknown),
            (|s| s.agreements[0].own_body = true, Refusal::NoAgreement),
            (|s| s.request.purpose = Purpose::supervision(), Refusal::PurposeNotInAgreement),
            (|s| s.agreements[0].until = Some(date!(2026 - 11 - 21)), Refusal::NotInForce),
            (|s| s.agreements[0].roles = vec!["head".into()], Refusal::RoleNotAllowed),
            (|s| s.request.fields = vec!["fines".into()], Refusal::FieldNotInAgreement),
            (|s| s.request.scope = Scope::Subjects(vec![STRANGER.into(); 101]), Refusal::SubjectOutsideScope),
            (|s| s.case().until = NOW, Refusal::NoOpenCase),
            (|s| s.case().subjects = vec![STRANGER.into()], Refusal::SubjectOutsideScope),
            (|s| s.moment.consents.clear(), Refusal::ConsentMissing),
            (|s| s.moment.quota_left = false, Refusal::OverQuota),
        ];
        for (i, (_, refusal)) in order.iter().enumerate() {
            let mut scene = scene();
            for (spoil, _) in &order[i..] {
                spoil(&mut scene);
            }
            assert_eq!(scene.decide().map(|_| ()), Err(*refusal), "with everything from {i} on against it");
        }
    }

    #[test]
    fn codes_are_in_order_and_unique() {
        let codes: Vec<_> = Refusal::ALL.iter().map(|refusal| refusal.code().to_owned()).collect();
        let expected: Vec<_> = (1..=11).map(|n| format!("EXC{n:04}")).collect();
        assert_eq!(codes, expected);
        assert!(Refusal::ALL.iter().all(|r| r.kind().retryable() == (*r == Refusal::OverQuota)));
    }

    #[test]
    fn the_last_day_is_in_force() {
        let mut scene = scene();
        scene.agreements[0].until = Some(scene.day);
        assert!(scene.decide().is_ok());
        scene.agreements[0].from = scene.day;
        assert!(scene.decide().is_ok());
    }

    #[test]
    fn of_several_agreements_the_first_that_fits_is_taken() {
        let mut scene = scene();
        let ended = Agreement { until: Some(date!(2026 - 01 - 31)), ..agreement(&["teacher"]) };
        let narrow = Agreement { id: "narrow".into(), fields: vec!["name".into()], ..agreement(&["teacher"]) };
        let wide = Agreement { id: "wide".into(), ..agreement(&["teacher"]) };
        scene.agreements = vec![ended, narrow, wide];
        assert_eq!(scene.decide().unwrap().standing.agreement.id, "narrow");
        scene.request.fields = vec!["address".into()];
        assert_eq!(scene.decide().unwrap().standing.agreement.id, "wide");
    }

    #[test]
    fn a_citizen_needs_the_level_and_may_name_only_themself() {
        let mut scene = scene();
        scene.citizen(1);
        assert_eq!(scene.decide().map(|_| ()), Err(Refusal::RoleNotAllowed));
        scene.citizen(2);
        assert!(scene.decide().is_ok());
        scene.agreements[0].needs_consent = false;
        scene.request.scope = Scope::of(STRANGER);
        assert_eq!(scene.decide().map(|_| ()), Err(Refusal::SubjectOutsideScope));
        scene.service.as_mut().unwrap().admits = vec![Relation::Child];
        assert!(scene.decide().is_ok(), "the provider will have to vouch for it");
        scene.agreements[0].search_limit = Some(10);
        scene.request.scope = Scope::Search { limit: 1 };
        assert_eq!(scene.decide().map(|_| ()), Err(Refusal::SubjectOutsideScope));
        scene.consumer.as_mut().unwrap().serves_citizens = false;
        assert_eq!(scene.decide().map(|_| ()), Err(Refusal::RoleNotAllowed));
    }

    #[test]
    fn the_program_acts_in_the_role_of_the_decision_it_carries_out() {
        let mut scene = scene();
        let system = |role: Option<&str>, account| Actor::System {
            body: "school/north".into(),
            on_decision_of: role.map(|role| (account, Role::new(role))),
        };
        scene.actor = system(None, OFFICER);
        assert_eq!(scene.decide().map(|_| ()), Err(Refusal::RoleNotAllowed));
        scene.actor = system(Some("teacher"), OFFICER);
        assert_eq!(scene.decide().unwrap().standing.role.as_str(), "teacher");
        scene.actor = system(Some("teacher"), AccountId(Uuid::nil()));
        assert_eq!(scene.decide().map(|_| ()), Err(Refusal::NoOpenCase), "the case is another officer's");
        scene.agreements[0].roles.push("system".into());
        scene.actor = system(None, OFFICER);
        assert_eq!(scene.decide().unwrap().standing.role.as_str(), "system");
    }

    #[test]
    fn a_case_that_knows_people_by_number_leaves_the_surrogate_to_the_provider() {
        let mut scene = scene();
        let number = SubjectRef::Number("001186000123".parse().unwrap());
        scene.case().subjects = vec![number.clone()];
        assert!(scene.decide().is_ok());
        scene.agreements[0].needs_consent = false;
        scene.case().subjects = vec![MOTHER.into()];
        scene.request.scope = Scope::Subjects(vec![number]);
        assert!(scene.decide().is_ok());
    }
}
