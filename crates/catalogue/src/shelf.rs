//! What pages and programs ask: everything known on a day, with its index.

use crate::search::{Doc, Index};
use crate::snapshot::{Snapshot, Version};
use crate::{Code, Entry, Essential, LifeEvent, Rules, Service};
use std::collections::BTreeMap;
use std::sync::Arc;
use time::Date;

/// The catalogue on one day. Immutable.
#[derive(Debug)]
pub struct Shelf {
    /// The day.
    pub on: Date,
    /// Everything that was imported.
    pub snapshot: Snapshot,
    /// What the pack says.
    pub rules: Arc<Rules>,
    /// For searching.
    pub index: Index,
}

/// Everything known of one code.
#[derive(Clone, Debug)]
pub struct Known<'s> {
    /// The code.
    pub code: Code,
    /// What the newest file says (said last, where it has ended).
    pub entry: Option<&'s Entry>,
    /// What can be searched: with what the pack has. Absent where it has ended.
    pub doc: Option<&'s Doc>,
    /// All versions, oldest first.
    pub versions: &'s [Version],
    /// Whether it has ended, as far as is known.
    pub ended: bool,
    /// What took its place.
    pub replaced_by: Vec<Code>,
    /// From when, where that is known.
    pub replaced_on: Option<Date>,
    /// What it took the place of.
    pub replaces: Vec<Code>,
    /// The essential service that it is, with its list.
    pub essential: Option<(&'s Essential, &'s Service)>,
    /// Events of a life that it belongs to.
    pub events: Vec<&'s LifeEvent>,
}

impl Shelf {
    /// The catalogue on a day. `packed` is what the pack itself has: what can be filed here, with its everyday names.
    #[must_use]
    pub fn new(snapshot: Snapshot, rules: Arc<Rules>, packed: Vec<Doc>, on: Date) -> Self {
        let mut docs: BTreeMap<String, Doc> =
            rules.docs(snapshot.entries_on(on), on).into_iter().map(|doc| (doc.code.clone(), doc)).collect();
        let essential = rules.essential_codes(on);
        for mut doc in packed {
            doc.essential |= essential.contains_key(doc.code.as_str());
            match docs.get_mut(&doc.code) {
                Some(there) => there.join(doc),
                None => {
                    docs.insert(doc.code.clone(), doc);
                }
            }
        }
        let index = Index::new(docs.into_values().collect(), &rules.everyday);
        Self { on, snapshot, rules, index }
    }

    /// Everything known of a code; none where nothing is.
    #[must_use]
    pub fn known(&self, code: &str) -> Option<Known<'_>> {
        let code = Code::read(code)?;
        let versions = self.snapshot.versions(&code);
        let last = self.snapshot.version_on(&code, self.on);
        let doc = self.index.doc(code.as_str());
        let succession = self.rules.successor(&code, self.on);
        let is_named = self.rules.successions.iter().any(|one| one.old == code || one.new.contains(&code));
        if last.is_none() && doc.is_none() && !is_named {
            return None;
        }
        let entry = last.map(|version| &version.entry);
        let mut replaced_by: Vec<Code> = succession.map(|one| one.new.clone()).unwrap_or_default();
        replaced_by.extend(entry.iter().flat_map(|entry| entry.replaced_by.clone()));
        replaced_by.dedup();
        let replaces = self.rules.successions.iter().filter(|one| one.new.contains(&code) && one.holds(self.on));
        let said_over =
            last.is_some_and(|version| version.ended || version.entry.until.is_some_and(|day| day < self.on));
        let lists = self.rules.essential.iter().filter(|list| list.from <= self.on);
        let essential = lists
            .flat_map(|list| list.services.iter().map(move |service| (list, service)))
            .find(|(_, service)| service.codes.contains(&code));
        Some(Known {
            ended: doc.is_none() && (said_over || succession.is_some()),
            doc,
            versions,
            replaced_on: succession.and_then(|one| one.on),
            replaces: replaces.map(|one| one.old.clone()).collect(),
            replaced_by,
            essential,
            events: self.rules.everyday.events.iter().filter(|event| event.codes.contains(&code)).collect(),
            entry,
            code,
        })
    }
}

impl Doc {
    /// Adds what another source has of the same procedure.
    pub(crate) fn join(&mut self, other: Doc) {
        let same = kernel::text::fold(&self.name) == kernel::text::fold(&other.name);
        if !same && !other.name.is_empty() {
            self.keywords.push(other.name);
        }
        self.titles.splice(0..0, other.titles);
        self.keywords.extend(other.keywords);
        if self.field.is_empty() {
            self.field = other.field;
        }
        if self.who.is_empty() {
            self.who = other.who;
        }
        if self.levels.is_empty() {
            self.levels = other.levels;
        }
        self.online = other.online.or(self.online);
        self.filed_by = other.filed_by.or(self.filed_by.take());
        self.essential |= other.essential;
        self.group |= other.group;
    }
}
