//! Who can be given a task: bodies as directives name them, groups of them, and what became of those that merged.
//!
//! The bodies themselves are the exchange's (`bodies/` of the pack); `programme/*.yaml` adds their tiers, the ways their
//! names are written, their successors, and the groups.

mod dictionary;
mod party;
mod scan;

pub use party::Party;
pub use scan::joins;

use dictionary::Dictionary;
use exchange::Catalogue;
use kernel::BodyId;
use pack::units::Units;
use pack::{Dated, Document, Pack, Report, Text};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use time::Date;

/// Which rank a body has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// Bộ.
    Ministry,
    /// Cơ quan ngang bộ.
    Ministerial,
    /// Cơ quan thuộc Chính phủ.
    Agency,
    /// People's committees of provinces and cities.
    Province,
    /// Part of another body, an enterprise, a union.
    Other,
}

/// Who answers for a body's tasks from a day on.
#[derive(Clone, PartialEq, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Heir {
    /// The body.
    pub body: BodyId,
    /// The part it took; None: what no other took.
    #[serde(default)]
    pub part: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartyEntry {
    body: BodyId,
    tier: Tier,
    #[serde(default)]
    also: Vec<String>,
    #[serde(default)]
    into: Vec<Dated<Heir>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupEntry {
    id: String,
    name: Text,
    #[serde(default)]
    tiers: BTreeSet<Tier>,
    #[serde(default)]
    also: Vec<String>,
}

/// Many bodies that a directive names at once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// Its id, such as `provinces`.
    pub id: String,
    /// What people call it.
    pub name: Text,
    /// Whose bodies it holds; empty: it is open, nobody can list it.
    pub tiers: BTreeSet<Tier>,
}

/// The bodies of a pack, as directives know them. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Bodies(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    catalogue: Arc<Catalogue>,
    units: Arc<Units>,
    tiers: BTreeMap<BodyId, Tier>,
    heirs: BTreeMap<BodyId, Vec<Dated<Heir>>>,
    groups: BTreeMap<String, Group>,
    dictionary: Dictionary,
}

/// The kind of body that stands in every province.
const PROVINCE_COMMITTEE: &str = "province-committee";
/// The kind of body that stands in every commune.
const COMMUNE_COMMITTEE: &str = "commune-committee";
/// A name that nothing in the pack defines.
const UNKNOWN: &str = "PAC0030";
/// Two definitions have one id.
const TWICE: &str = "PAC0031";
/// How many mergers are followed.
const MERGERS_MAX: usize = 10;

impl Bodies {
    /// Reads `programme/` of the pack. What is wrong goes to the report; what is right is there all the same.
    #[must_use]
    pub fn read(pack: &Pack, catalogue: &Arc<Catalogue>, units: &Arc<Units>, report: &mut Report) -> Self {
        let mut inner = Inner {
            catalogue: Arc::clone(catalogue),
            units: Arc::clone(units),
            tiers: BTreeMap::new(),
            heirs: BTreeMap::new(),
            groups: BTreeMap::new(),
            dictionary: Dictionary::default(),
        };
        for doc in pack.documents("programme") {
            inner.read_document(doc, report);
        }
        inner.dictionary.add_provinces(units);
        Self(Arc::new(inner))
    }

    /// The body's name on a day; its id where the pack knows none.
    #[must_use]
    pub fn name(&self, body: &BodyId, on: Date) -> Text {
        let none = || Text { vi: body.to_string(), en: body.to_string() };
        self.0.catalogue.body(body, on).map_or_else(none, |body| body.name)
    }

    /// Whether it stands on a day.
    #[must_use]
    pub fn stands(&self, body: &BodyId, on: Date) -> bool {
        self.0.catalogue.body(body, on).is_some()
    }

    /// A group.
    #[must_use]
    pub fn group(&self, id: &str) -> Option<&Group> {
        self.0.groups.get(id)
    }

    /// The bodies of a group on a day; none for an open one.
    #[must_use]
    pub fn members(&self, group: &Group, on: Date) -> Vec<BodyId> {
        let named = self.0.tiers.iter().filter(|(body, tier)| group.tiers.contains(tier) && self.stands(body, on));
        let mut members: Vec<_> = named.map(|(body, _)| body.clone()).collect();
        if group.tiers.contains(&Tier::Province) {
            members.extend(self.provinces(on));
        }
        members
    }

    /// The people's committees of all provinces on a day.
    #[must_use]
    pub fn provinces(&self, on: Date) -> Vec<BodyId> {
        self.0.units.provinces(on).iter().map(|unit| BodyId::in_unit(PROVINCE_COMMITTEE, unit.code.as_str())).collect()
    }

    /// To whom a body can give tasks: a province's committee to those of its communes, any other to ministries, agencies and
    /// provinces, and a commune's to nobody. Not to itself.
    #[must_use]
    pub fn below(&self, body: &BodyId, on: Date) -> Vec<BodyId> {
        if let (PROVINCE_COMMITTEE, Some(unit)) = (body.kind(), body.unit()) {
            let communes = self.0.units.communes(unit, on);
            return communes.iter().map(|commune| BodyId::in_unit(COMMUNE_COMMITTEE, commune.code.as_str())).collect();
        }
        if body.kind() == COMMUNE_COMMITTEE {
            return Vec::new();
        }
        let named = self.0.tiers.keys().filter(|named| *named != body && self.stands(named, on)).cloned();
        named.chain(self.provinces(on)).collect()
    }

    /// Who answers on a day for what a body was told on an earlier one: itself while it stands, else its successors, the
    /// one that took most first. Empty: the pack does not know.
    #[must_use]
    pub fn answering(&self, body: &BodyId, told_on: Date, on: Date) -> Vec<BodyId> {
        let mut answering = Vec::new();
        let mut open = vec![(body.clone(), told_on)];
        for _ in 0..MERGERS_MAX {
            let mut next = Vec::new();
            for (body, since) in open {
                let heirs = self.heirs(&body, since, on);
                if heirs.is_empty() && self.stands(&body, on) && !answering.contains(&body) {
                    answering.push(body);
                } else {
                    next.extend(heirs);
                }
            }
            if next.is_empty() {
                break;
            }
            open = next;
        }
        answering
    }

    /// The one body that a task falls to on a day: the body itself while it stands, else the successor that took most.
    #[must_use]
    pub fn falls_to(&self, body: &BodyId, told_on: Date, on: Date) -> Option<BodyId> {
        let (mut body, mut since) = (body.clone(), told_on);
        for _ in 0..MERGERS_MAX {
            match self.heirs(&body, since, on).into_iter().next() {
                Some(heir) => (body, since) = heir,
                None => return self.stands(&body, on).then_some(body),
            }
        }
        None
    }

    /// Who took a body over between two days, and from when; the one that took most comes first.
    fn heirs(&self, body: &BodyId, since: Date, on: Date) -> Vec<(BodyId, Date)> {
        if let (PROVINCE_COMMITTEE, Some(code)) = (body.kind(), body.unit()) {
            let standing =
                self.0.units.province(code, since).filter(|unit| !unit.stands_on(on) && unit.until < Some(on));
            let into = standing.into_iter().flat_map(|_| self.0.units.successors(code, since));
            return into
                .map(|(unit, _)| (BodyId::in_unit(PROVINCE_COMMITTEE, unit.code.as_str()), unit.from))
                .collect();
        }
        let heirs = self.0.heirs.get(body).into_iter().flatten();
        heirs
            .filter(|heir| since < heir.from && heir.covers(on))
            .map(|heir| (heir.item.body.clone(), heir.from))
            .collect()
    }

    pub(crate) fn dictionary(&self) -> &Dictionary {
        &self.0.dictionary
    }

    pub(crate) fn units(&self) -> &Units {
        &self.0.units
    }
}

impl Inner {
    fn read_document(&mut self, doc: &Document, report: &mut Report) {
        for list in doc.value.as_object().into_iter().flat_map(|lists| lists.keys()) {
            if !["parties", "groups"].contains(&list.as_str()) {
                report.add(doc, &format!("/{list}"), UNKNOWN, format!("`{list}` is none of parties, groups"));
            }
        }
        let count = |list: &str| doc.value.get(list).and_then(|list| list.as_array()).map_or(0, Vec::len);
        for i in 0..count("parties") {
            let at = format!("/parties/{i}");
            if let Some(entry) = doc.parse_at::<PartyEntry>(&at, report) {
                self.take_party(doc, &at, entry, report);
            }
        }
        for i in 0..count("groups") {
            let at = format!("/groups/{i}");
            let Some(entry) = doc.parse_at::<GroupEntry>(&at, report) else { continue };
            let names: Vec<&str> =
                std::iter::once(entry.name.vi.as_str()).chain(entry.also.iter().map(String::as_str)).collect();
            self.dictionary.add_group(&entry.id, &names);
            let group = Group { id: entry.id.clone(), name: entry.name, tiers: entry.tiers };
            if self.groups.insert(entry.id.clone(), group).is_some() {
                report.add(doc, &at, TWICE, format!("the group `{}` stands twice", entry.id));
            }
        }
    }

    fn take_party(&mut self, doc: &Document, at: &str, entry: PartyEntry, report: &mut Report) {
        let Some(kind) = self.catalogue.kind(entry.body.as_str()).cloned() else {
            return report.add(doc, &format!("{at}/body"), UNKNOWN, format!("no body `{}`", entry.body));
        };
        for (i, heir) in entry.into.iter().enumerate() {
            if self.catalogue.kind(heir.item.body.as_str()).is_none() {
                let message = format!("no body `{}`", heir.item.body);
                report.add(doc, &format!("{at}/into/{i}/body"), UNKNOWN, message);
            }
        }
        if entry.tier == Tier::Province {
            return;
        }
        self.dictionary.add_body(&entry.body, &kind.name.vi, &entry.also);
        self.heirs.insert(entry.body.clone(), entry.into);
        if self.tiers.insert(entry.body.clone(), entry.tier).is_some() {
            report.add(doc, at, TWICE, format!("`{}` stands twice", entry.body));
        }
    }
}
