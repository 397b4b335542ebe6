//! Everyday words, and what the law calls the same.

use crate::Code;
use pack::{Pack, Report, Text};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What people say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Everyday {
    /// Words that say nothing about what is asked for ("tôi muốn", "ở đâu").
    #[serde(default)]
    pub filler: Vec<String>,
    /// What people say, and what the law says.
    #[serde(default)]
    pub phrases: Vec<Phrase>,
    /// Events of a life.
    #[serde(default)]
    pub events: Vec<LifeEvent>,
}

/// Ways of saying one thing.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phrase {
    /// What people say.
    pub say: Vec<String>,
    /// What the names of procedures say.
    pub law: Vec<String>,
}

/// Something that happens to people, and what there is to do then.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LifeEvent {
    /// Its id in addresses, such as `birth`.
    pub id: String,
    /// What happens.
    pub name: Text,
    /// How people say it.
    #[serde(default)]
    pub say: Vec<String>,
    /// What there is to do, the first thing first.
    pub codes: Vec<Code>,
}

pub(super) fn check(pack: &Pack, everyday: &Everyday, report: &mut Report) {
    let Some(doc) = pack.file("catalogue/everyday.yaml").first() else { return };
    let mut said: BTreeMap<String, usize> = BTreeMap::new();
    for (i, phrase) in everyday.phrases.iter().enumerate() {
        if phrase.say.is_empty() || phrase.law.is_empty() {
            report.add(doc, &format!("/phrases/{i}"), "CAT0022", "nothing is said, or nothing is meant by it");
        }
        for (j, say) in phrase.say.iter().enumerate() {
            // With marks: "mất" and "mật" are two words.
            if let Some(first) = said.insert(say.to_lowercase(), i) {
                let message = format!("`{say}` stands in phrase {} already", first + 1);
                report.add(doc, &format!("/phrases/{i}/say/{j}"), "CAT0022", message);
            }
        }
    }
    let mut ids = BTreeMap::new();
    for (i, event) in everyday.events.iter().enumerate() {
        if ids.insert(&event.id, i).is_some() {
            report.add(doc, &format!("/events/{i}/id"), "CAT0022", format!("event `{}` twice", event.id));
        }
    }
}
