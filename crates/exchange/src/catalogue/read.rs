//! Reads `bodies/`, `services/` and `agreements/` of a pack, and reports everything that is wrong at once.
//!
//! `bodies/` holds documents with any of the lists `body_kinds`, `bodies`, `unit_kinds`, `roles` and `purposes`;
//! `services/` one document for each service, `agreements/` one for each agreement (several to a file, divided by `---`).

use super::{Agreement, BodyKind, Catalogue, ListedBody, Named, RoleKind, ServiceDefinition};
use kernel::{BodyId, Role};
use pack::{Document, Pack, Report, units::Units};
use serde::de::DeserializeOwned;
use std::{
    collections::{BTreeMap, HashMap, btree_map::Entry},
    sync::Arc,
};

/// Two definitions have one id.
const TWICE: &str = "PAC0031";
/// A name that nothing in the pack defines.
const UNKNOWN: &str = "PAC0030";
/// A field that the service does not have.
const NO_FIELD: &str = "PAC0033";
/// It ends before it begins.
const BACKWARD: &str = "PAC0010";
/// No law is named.
const NO_LEGAL_BASIS: &str = "EXC0101";
/// Settings that cannot be together.
const CONTRADICTION: &str = "EXC0102";
/// A list that must not be empty.
const EMPTY: &str = "EXC0103";

/// Roles that an actor has without an office.
pub(super) const BUILT_IN_ROLES: [&str; 4] = ["citizen", "citizen-level-2", "system", "anonymous"];

impl Catalogue {
    /// Reads the pack. What is wrong goes to the report; what is right is in the catalogue all the same, so that one
    /// fault does not hide the next.
    #[must_use]
    pub fn read(pack: &Pack, units: &Units, report: &mut Report) -> Self {
        let mut catalogue = Self {
            kinds: BTreeMap::new(),
            listed: BTreeMap::new(),
            services: BTreeMap::new(),
            agreements: Vec::new(),
            index: HashMap::new(),
            unit_kinds: BTreeMap::new(),
            roles: BTreeMap::new(),
            purposes: BTreeMap::new(),
            units: units.clone(),
        };
        for doc in pack.documents("bodies") {
            catalogue.read_bodies(doc, report);
        }
        for doc in pack.documents("bodies") {
            catalogue.check_listed_bodies(doc, report);
            catalogue.check_kinds_named(doc, report);
        }
        for doc in pack.documents("services") {
            catalogue.read_service(doc, report);
        }
        for doc in pack.documents("agreements") {
            catalogue.read_agreement(doc, report);
        }
        catalogue
    }

    fn read_bodies(&mut self, doc: &Document, report: &mut Report) {
        const LISTS: [&str; 5] = ["body_kinds", "bodies", "unit_kinds", "roles", "purposes"];
        for name in doc.value.as_object().into_iter().flat_map(|lists| lists.keys()) {
            if !LISTS.contains(&name.as_str()) {
                report.add(doc, &format!("/{name}"), UNKNOWN, format!("`{name}` is none of {}", LISTS.join(", ")));
            }
        }
        for (at, kind) in list::<BodyKind>(doc, "body_kinds", report) {
            if kind.until.zip(kind.from).is_some_and(|(until, from)| until < from) {
                report.add(doc, &format!("{at}/until"), BACKWARD, "ends before it begins");
            }
            if kind.legal_basis.is_empty() {
                report.add(doc, &at, NO_LEGAL_BASIS, format!("`{}` names no law", kind.id));
            }
            if kind.one_per.is_some() && !(kind.name.vi.contains("{unit}") && kind.name.en.contains("{unit}")) {
                report.add(
                    doc,
                    &format!("{at}/name"),
                    CONTRADICTION,
                    "one body in every unit, but no `{unit}` in its name",
                );
            }
            if kind.id.contains('/') {
                report.add(doc, &format!("{at}/id"), CONTRADICTION, "the id of a kind has no slash");
            }
            let id = kind.id.clone();
            insert(&mut self.kinds, id, kind, doc, &at, report);
        }
        for (at, listed) in list::<ListedBody>(doc, "bodies", report) {
            let id = listed.id.clone();
            insert(&mut self.listed, id, listed, doc, &at, report);
        }
        for (at, unit_kind) in list::<Named>(doc, "unit_kinds", report) {
            insert(&mut self.unit_kinds, unit_kind.id, unit_kind.name, doc, &at, report);
        }
        for (at, role) in list::<RoleKind>(doc, "roles", report) {
            insert(&mut self.roles, role.id.clone(), role, doc, &at, report);
        }
        for (at, purpose) in list::<Named>(doc, "purposes", report) {
            insert(&mut self.purposes, purpose.id, purpose.name, doc, &at, report);
        }
    }

    fn check_listed_bodies(&self, doc: &Document, report: &mut Report) {
        let bodies = doc.value.get("bodies").and_then(|list| list.as_array());
        for (i, id) in bodies.into_iter().flatten().map(|body| body.get("id").and_then(|id| id.as_str())).enumerate() {
            let Some(id) = id else { continue };
            let at = format!("/bodies/{i}/id");
            let kind = id.split('/').next().unwrap_or(id);
            match self.kinds.get(kind) {
                None => report.add(doc, &at, UNKNOWN, format!("no kind of body is called `{kind}`")),
                Some(kind) if kind.one_per.is_some() => {
                    report.add(doc, &at, CONTRADICTION, format!("`{}` has one body in every unit already", kind.id));
                }
                Some(_) => {}
            }
        }
    }

    /// The kinds that kinds and roles name are there.
    fn check_kinds_named(&self, doc: &Document, report: &mut Report) {
        let items = |list: &str| doc.value.get(list).and_then(|list| list.as_array()).into_iter().flatten().enumerate();
        let under = items("body_kinds").map(|(i, kind)| (format!("/body_kinds/{i}/under"), kind.get("under")));
        let held = items("roles").flat_map(|(i, role)| {
            let kinds = role.get("held_in").and_then(|kinds| kinds.as_array()).into_iter().flatten().enumerate();
            kinds.map(move |(at, kind)| (format!("/roles/{i}/held_in/{at}"), Some(kind)))
        });
        for (at, kind) in under.chain(held) {
            let Some(kind) = kind.and_then(|kind| kind.as_str()) else { continue };
            if !self.kinds.contains_key(kind) {
                report.add(doc, &at, UNKNOWN, format!("no kind of body is called `{kind}`"));
            }
        }
    }

    fn read_service(&mut self, doc: &Document, report: &mut Report) {
        let Some(service) = doc.parse::<ServiceDefinition>(None, report) else { return };
        if service.provider_kinds.is_empty() {
            report.add(doc, "/provider_kinds", EMPTY, "nobody offers it");
        }
        for (i, kind) in service.provider_kinds.iter().enumerate() {
            if !self.kinds.contains_key(kind) {
                report.add(
                    doc,
                    &format!("/provider_kinds/{i}"),
                    UNKNOWN,
                    format!("no kind of body is called `{kind}`"),
                );
            }
        }
        let name = service.name.clone();
        insert(&mut self.services, name, Arc::new(service), doc, "/name", report);
    }

    fn read_agreement(&mut self, doc: &Document, report: &mut Report) {
        let Some(agreement) = doc.parse::<Agreement>(None, report) else { return };
        let agreement = Arc::new(agreement);
        self.check_agreement(doc, &agreement, report);
        if self.agreements.iter().any(|other| other.id == agreement.id) {
            report.add(doc, "/id", TWICE, format!("`{}` is defined twice", agreement.id));
            return;
        }
        let key = (agreement.service.clone(), agreement.consumer.clone());
        self.index.entry(key).or_default().push(Arc::clone(&agreement));
        self.agreements.push(agreement);
    }

    fn check_agreement(&self, doc: &Document, agreement: &Agreement, report: &mut Report) {
        let consumer = agreement.consumer.as_str();
        if !self.kinds.contains_key(consumer) && !self.is_body(consumer) {
            report.add(doc, "/consumer", UNKNOWN, format!("no body or kind of body is called `{consumer}`"));
        }
        match self.services.get(&agreement.service) {
            None => report.add(doc, "/service", UNKNOWN, format!("no service is called `{}`", agreement.service)),
            Some(service) => {
                for (i, field) in agreement.fields.iter().enumerate().filter(|(_, f)| !service.fields.contains(f)) {
                    let message = format!("`{}` has no field `{field}`", service.name);
                    report.add(doc, &format!("/fields/{i}"), NO_FIELD, message);
                }
                if agreement.fields.is_empty() && !service.fields.is_empty() {
                    report.add(doc, "", EMPTY, "names no field of the service's; list those that the purpose needs");
                }
            }
        }
        for (i, purpose) in agreement.purposes.iter().enumerate() {
            if !self.purposes.contains_key(purpose.as_str()) {
                report.add(doc, &format!("/purposes/{i}"), UNKNOWN, format!("no purpose is called `{purpose}`"));
            }
        }
        for (i, role) in agreement.roles.iter().enumerate() {
            if !self.roles.contains_key(role.as_str()) && !BUILT_IN_ROLES.contains(&role.as_str()) {
                report.add(doc, &format!("/roles/{i}"), UNKNOWN, format!("no role is called `{role}`"));
            } else if !self.can_be_held(role, &BodyId::new(consumer)) {
                let message = format!("no officer of `{consumer}` is `{role}`");
                report.add(doc, &format!("/roles/{i}"), CONTRADICTION, message);
            }
        }
        if agreement.purposes.is_empty() {
            report.add(doc, "/purposes", EMPTY, "names no purpose");
        }
        if agreement.roles.is_empty() {
            report.add(doc, "/roles", EMPTY, "names no role");
        }
        if agreement.legal_basis.iter().all(|law| law.trim().is_empty()) {
            report.add(doc, "/legal_basis", NO_LEGAL_BASIS, "names no law");
        }
        if agreement.until.is_some_and(|until| until < agreement.from) {
            report.add(doc, "/until", BACKWARD, "ends before it begins");
        }
        if agreement.needs_case && agreement.bulk {
            report.add(doc, "/bulk", CONTRADICTION, "an extract is about nobody's case");
        }
    }

    /// Whether somebody of this body, or of this kind of body, can have the role.
    fn can_be_held(&self, role: &Role, body: &BodyId) -> bool {
        BUILT_IN_ROLES.contains(&role.as_str()) || self.roles_in(body).any(|held| held == *role)
    }

    /// Whether the id can be a body's, on whatever day.
    fn is_body(&self, id: &str) -> bool {
        let generated = |kind: &str| self.kinds.get(kind).is_some_and(|kind| kind.one_per.is_some());
        self.listed.contains_key(&id.into()) || id.split_once('/').is_some_and(|(kind, _)| generated(kind))
    }
}

/// The items of a list, each with its pointer; an item that does not parse is reported and left out.
fn list<T: DeserializeOwned>(doc: &Document, name: &str, report: &mut Report) -> Vec<(String, T)> {
    let count = doc.value.get(name).and_then(|list| list.as_array()).map_or(0, Vec::len);
    let pointers = (0..count).map(|i| format!("/{name}/{i}"));
    pointers.filter_map(|at| doc.parse_at(&at, report).map(|item| (at, item))).collect()
}

/// Keeps the first definition of an id; a second one is reported.
fn insert<K: Ord + ToString, V>(
    into: &mut BTreeMap<K, V>,
    id: K,
    item: V,
    doc: &Document,
    at: &str,
    report: &mut Report,
) {
    match into.entry(id) {
        Entry::Occupied(first) => report.add(doc, at, TWICE, format!("`{}` is defined twice", first.key().to_string())),
        Entry::Vacant(free) => {
            free.insert(item);
        }
    }
}
