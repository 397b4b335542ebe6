//! From entries to what can be searched.

use crate::search::Doc;
use crate::{Code, Entry, Rules};
use std::collections::BTreeMap;
use time::Date;

impl Rules {
    /// What can be searched of these entries on a day: without what has ended, with what the pack adds.
    #[must_use]
    pub fn docs<'e>(&self, entries: impl Iterator<Item = &'e Entry>, on: Date) -> Vec<Doc> {
        let essential = self.essential_codes(on);
        let in_force =
            |entry: &&Entry| entry.until.is_none_or(|until| on <= until) && self.successor(&entry.code, on).is_none();
        entries.filter(in_force).map(|entry| self.doc(entry, &essential)).collect()
    }

    /// What ended that code by the day.
    #[must_use]
    pub fn successor(&self, code: &Code, on: Date) -> Option<&crate::Succession> {
        self.successions.iter().find(|one| one.old == *code && one.holds(on))
    }

    /// How far a procedure can be done online, as the pack says.
    #[must_use]
    pub fn online_of(&self, code: &Code) -> Option<crate::Online> {
        self.online.iter().find(|fact| fact.code == *code).map(|fact| fact.online)
    }

    fn doc(&self, entry: &Entry, essential: &BTreeMap<&str, &crate::Service>) -> Doc {
        let service = essential.get(entry.code.as_str());
        let mut keywords = entry.keywords.clone();
        let mut titles = Vec::new();
        if let Some(service) = service {
            keywords.extend(service.keywords.iter().cloned());
            keywords.push(service.name.vi.clone());
            titles.push(service.name.en.clone());
        }
        let mut more: Vec<String> = entry.bodies.clone();
        more.extend(entry.decision.clone());
        Doc {
            code: entry.code.to_string(),
            name: entry.name.clone(),
            titles,
            keywords,
            field: entry.field.clone(),
            owner: self.vocabulary.ministry(&entry.ministry).map_or(String::new(), |name| name.vi.clone()),
            more,
            who: entry.subjects.iter().filter_map(|subject| self.vocabulary.who(subject)).collect(),
            levels: entry.levels.iter().filter_map(|level| self.vocabulary.level(level)).collect(),
            online: entry.online.or_else(|| self.online_of(&entry.code)),
            filed_by: None,
            essential: service.is_some(),
            group: false,
        }
    }

    /// The essential services in force on a day, by code.
    #[must_use]
    pub fn essential_codes(&self, on: Date) -> BTreeMap<&str, &crate::Service> {
        let lists = self.essential.iter().filter(|list| list.from <= on);
        lists.flat_map(|list| &list.services).flat_map(|s| s.codes.iter().map(move |c| (c.as_str(), s))).collect()
    }
}
