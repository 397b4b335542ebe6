//! A procedure of the national catalogue: what the national database says of it, and what it does not say.

use crate::State;
use crate::page::{self, Answer};
use catalogue::{Entry, Known, Shelf};
use serde_json::{Value, json};
use web::Visitor;

/// The page of a procedure that the pack does not have.
pub(crate) fn open(state: &State, visitor: &Visitor, shelf: &Shelf, known: &Known<'_>) -> Answer {
    let view = json!({
        "code": known.code.to_string(),
        "title": title(known),
        "ended": known.ended,
        "facts": facts(shelf, known),
    });
    Ok(page::open(state, visitor, "public/procedure.html", json!({ "procedure": view }))?)
}

fn title(known: &Known<'_>) -> String {
    let name = known.entry.map(|entry| entry.name.clone()).or_else(|| known.doc.map(|doc| doc.name.clone()));
    name.unwrap_or_else(|| known.code.to_string())
}

/// What the catalogue knows, for this page and beside what the pack has.
pub(crate) fn facts(shelf: &Shelf, known: &Known<'_>) -> Value {
    let entry = known.entry;
    let list = |of: fn(&Entry) -> &Vec<String>| entry.map(|entry| of(entry).clone()).unwrap_or_default();
    let linked = |codes: &[catalogue::Code]| -> Vec<Value> {
        codes.iter().map(|code| json!({"code": code.to_string(), "name": name_of(shelf, code.as_str())})).collect()
    };
    let ministry = entry.and_then(|entry| shelf.rules.vocabulary.ministry(&entry.ministry));
    json!({
        "in_file": entry.is_some(),
        "name": entry.map(|entry| entry.name.clone()),
        "ministry": ministry,
        "field": entry.map(|entry| entry.field.clone()),
        "levels": list(|entry| &entry.levels),
        "subjects": list(|entry| &entry.subjects),
        "decision": entry.and_then(|entry| entry.decision.clone()),
        "kind": entry.and_then(|entry| entry.kind.clone()),
        "results": list(|entry| &entry.results),
        "bodies": list(|entry| &entry.bodies),
        "online": known.doc.and_then(|doc| doc.online).or_else(|| entry.and_then(|entry| entry.online)),
        "from": entry.and_then(|entry| entry.from).map(pack::date::print),
        "until": entry.and_then(|entry| entry.until).map(pack::date::print),
        "replaced_by": linked(&known.replaced_by),
        "replaced_on": known.replaced_on.map(pack::date::print),
        "replaces": linked(&known.replaces),
        "essential": known.essential.map(|(list, service)| json!({"list": list.title, "no": service.no})),
        "events": known.events.iter().map(|event| json!({"id": event.id, "name": event.name})).collect::<Vec<_>>(),
        "versions": versions(known),
    })
}

/// What changed when, newest first.
fn versions(known: &Known<'_>) -> Vec<Value> {
    let versions = known.versions.iter().map(|version| {
        let decision = version.entry.decision.clone();
        json!({"as_of": pack::date::print(version.as_of), "ended": version.ended, "decision": decision})
    });
    versions.rev().collect()
}

fn name_of(shelf: &Shelf, code: &str) -> Option<String> {
    shelf.known(code).map(|known| title(&known)).filter(|title| title != code)
}
