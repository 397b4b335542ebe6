//! What the pack says about bodies, services and agreements, held in memory and never changed while the program runs.

mod agreement;
mod body;
mod read;
mod service;

pub use agreement::Agreement;
pub use body::{Body, BodyKind, ListedBody, Named, OnePer, RoleKind};
pub use service::{Relation, ServiceDefinition};

use crate::Purpose;
use body::covers;
use kernel::{BodyId, Role, ServiceName};
use pack::{
    Text,
    units::{Unit, Units},
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};
use time::Date;

/// Bodies, services and agreements.
#[derive(Clone, Debug)]
pub struct Catalogue {
    kinds: BTreeMap<String, BodyKind>,
    listed: BTreeMap<BodyId, ListedBody>,
    services: BTreeMap<ServiceName, Arc<ServiceDefinition>>,
    agreements: Vec<Arc<Agreement>>,
    /// Agreements by service and consumer (kind or body), each list in the order of the pack.
    index: HashMap<(ServiceName, String), Vec<Arc<Agreement>>>,
    /// How a kind of unit (`phường`) is called with a unit's `{name}`.
    unit_kinds: BTreeMap<String, Text>,
    roles: BTreeMap<String, RoleKind>,
    purposes: BTreeMap<String, Text>,
    units: Units,
}

impl Catalogue {
    /// The body of this id, as it stands on a day.
    #[must_use]
    pub fn body(&self, id: &BodyId, on: Date) -> Option<Body> {
        let kind = self.kinds.get(id.kind()).filter(|kind| covers(kind.from, kind.until, on))?;
        let body = |name, org_code, unit| Body {
            id: id.clone(),
            kind: kind.id.clone(),
            name,
            org_code,
            unit,
            serves_citizens: kind.serves_citizens,
        };
        if let Some(listed) = self.listed.get(id) {
            let stands = covers(listed.from, listed.until, on);
            return stands.then(|| body(listed.name.clone(), listed.org_code.clone(), listed.unit.clone()));
        }
        match (kind.one_per, id.unit()) {
            (None, None) => Some(body(kind.name.clone(), kind.org_code.clone(), None)),
            (Some(one_per), Some(code)) => {
                let unit = match one_per {
                    OnePer::Commune => self.units.commune(code, on),
                    OnePer::Province => self.units.province(code, on),
                }?;
                let unit_name = self.unit_name(unit);
                let name = Text {
                    vi: kind.name.vi.replace("{unit}", &unit_name.vi),
                    en: kind.name.en.replace("{unit}", &unit_name.en),
                };
                Some(body(name, None, Some(unit.code.clone())))
            }
            _ => None,
        }
    }

    /// The bodies of a kind that the pack lists one by one (hospitals), as they stand on a day. Bodies of a kind with
    /// one in every unit are found through the unit.
    pub fn bodies_of_kind(&self, kind: &str, on: Date) -> Vec<Body> {
        let one = self.body(&BodyId::new(kind), on);
        let listed = self.listed.keys().filter(|id| id.kind() == kind).filter_map(|id| self.body(id, on));
        one.into_iter().chain(listed).collect()
    }

    /// The bodies of which there is one in the country, as they stand on a day.
    pub fn national(&self, on: Date) -> impl Iterator<Item = Body> {
        let alone = self.kinds.keys().filter(|kind| !self.listed.keys().any(|id| id.kind() == *kind));
        alone.filter_map(move |kind| self.body(&BodyId::new(kind), on).filter(|body| body.unit.is_none()))
    }

    /// Every body, as it stands on a day.
    pub fn bodies(&self, on: Date) -> impl Iterator<Item = Body> {
        let of_kind = move |kind: &BodyKind| -> Vec<BodyId> {
            let Some(one_per) = kind.one_per else { return Vec::new() };
            let fits = |unit: &&Unit| unit.province.is_some() == (one_per == OnePer::Commune);
            let units = self.units.all_on(on).filter(fits);
            units.map(|unit| BodyId::in_unit(&kind.id, unit.code.as_str())).collect()
        };
        let in_units = self.kinds.values().flat_map(of_kind);
        let all = self.listed.keys().cloned().chain(in_units).filter_map(move |id| self.body(&id, on));
        self.national(on).chain(all)
    }

    /// A kind of body.
    #[must_use]
    pub fn kind(&self, id: &str) -> Option<&BodyKind> {
        self.kinds.get(id)
    }

    /// A service.
    #[must_use]
    pub fn service(&self, name: &ServiceName) -> Option<&Arc<ServiceDefinition>> {
        self.services.get(name)
    }

    /// Every service, by name.
    pub fn services(&self) -> impl Iterator<Item = &Arc<ServiceDefinition>> {
        self.services.values()
    }

    /// Every agreement, in the order of the pack.
    #[must_use]
    pub fn agreements(&self) -> &[Arc<Agreement>] {
        &self.agreements
    }

    /// The agreements of a consumer on a service, of any time: those of the body itself, then those of its kind.
    #[must_use]
    pub fn agreements_between(&self, consumer: &BodyId, service: &ServiceName) -> Vec<Arc<Agreement>> {
        let of = |party: &str| self.index.get(&(service.clone(), party.to_owned())).cloned().unwrap_or_default();
        let mut all = of(consumer.as_str());
        if consumer.unit().is_some() {
            all.extend(of(consumer.kind()));
        }
        all
    }

    /// The agreement in force on a day for this consumer, service and purpose.
    #[must_use]
    pub fn agreement_for(
        &self,
        consumer: &BodyId,
        service: &ServiceName,
        purpose: &Purpose,
        on: Date,
    ) -> Option<Arc<Agreement>> {
        let all = self.agreements_between(consumer, service);
        all.into_iter().find(|agreement| agreement.in_force(on) && agreement.purposes.contains(purpose))
    }

    /// The unit's name as it stands inside another name.
    #[must_use]
    pub fn unit_name(&self, unit: &Unit) -> Text {
        match self.unit_kinds.get(&unit.kind) {
            Some(kind) => Text { vi: kind.vi.replace("{name}", &unit.name), en: kind.en.replace("{name}", &unit.name) },
            None => Text { vi: unit.full_name(), en: unit.full_name() },
        }
    }

    /// What people call a role.
    #[must_use]
    pub fn role_name(&self, role: &Role) -> Option<&Text> {
        self.roles.get(role.as_str()).map(|role| &role.name)
    }

    /// The roles that officers of a body can have, in the order of their ids.
    pub fn roles_in(&self, body: &BodyId) -> impl Iterator<Item = Role> {
        let offices = self.roles.values().filter(|role| !read::BUILT_IN_ROLES.contains(&role.id.as_str()));
        let held =
            offices.filter(|role| role.held_in.is_empty() || role.held_in.iter().any(|kind| kind == body.kind()));
        held.map(|role| Role::new(&role.id))
    }

    /// Whether bodies of some kind stand right under those of this one's.
    #[must_use]
    pub fn has_below(&self, body: &BodyId) -> bool {
        self.kinds.values().any(|kind| kind.under.as_deref() == Some(body.kind()))
    }

    /// The body right above one on a day, where the pack names its kind.
    #[must_use]
    pub fn above(&self, body: &BodyId, on: Date) -> Option<BodyId> {
        let above = self.kinds.get(self.body(body, on)?.kind.as_str())?.under.as_deref()?;
        let Some(one_per) = self.kinds.get(above)?.one_per else { return Some(BodyId::new(above)) };
        let unit = self.body(body, on)?.unit?;
        match (one_per, self.units.commune(unit.as_str(), on)) {
            (OnePer::Province, Some(commune)) => Some(BodyId::in_unit(above, commune.province.as_ref()?.as_str())),
            (OnePer::Province, None) | (OnePer::Commune, _) => Some(BodyId::in_unit(above, unit.as_str())),
        }
    }

    /// What people call a purpose.
    #[must_use]
    pub fn purpose_name(&self, purpose: &Purpose) -> Option<&Text> {
        self.purposes.get(purpose.as_str())
    }
}
