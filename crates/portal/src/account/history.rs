//! `/tai-khoan/lich-su`: every sign-in, failed attempt and change of the account, from the ledger.

use crate::State;
use crate::page::{self, Answer};
use axum::extract;
use identity::AccountEvent;
use kernel::Role;
use serde_json::{Value, json};
use web::{Language, SignedIn};

pub(crate) async fn show(extract::State(state): extract::State<State>, visit: SignedIn) -> Answer {
    let events = state.identity.history(&visit.ctx).await?;
    let events = words(&state, visit.language, &events);
    Ok(page::own(&state, &visit, "account/history.html", json!({ "events": events }))?)
}

/// What happened to an account, in words.
pub(crate) fn words(state: &State, language: Language, events: &[AccountEvent]) -> Vec<Value> {
    events.iter().map(|event| line(state, language, event)).collect()
}

/// Why, in words: the program's own reasons have a sentence, others are somebody's words.
pub(crate) fn reason(state: &State, language: Language, why: &str) -> String {
    let own = ["idle", "death", "residence ended"].contains(&why);
    let found =
        own.then(|| state.web.texts.find(language, &format!("reason-{}", why.replace(' ', "-")), &[])).flatten();
    found.unwrap_or_else(|| why.to_owned())
}

/// What people call the role or the course of an event; else its name as it is.
fn called(state: &State, language: Language, event: &AccountEvent, name: &str) -> String {
    let text = match event.what.as_str() {
        "role-granted" | "role-ended" => state.exchange.catalogue().role_name(&Role::new(name)),
        "training-recorded" => {
            state.identity.trainings().courses().iter().find(|course| course.id == name).map(|course| &course.name)
        }
        _ => None,
    };
    let in_language = |text: &pack::Text| match language {
        Language::Vi => text.vi.clone(),
        Language::En => text.en.clone(),
    };
    text.map_or_else(|| name.to_owned(), in_language)
}

fn line(state: &State, language: Language, event: &AccountEvent) -> Value {
    let texts = &state.web.texts;
    let what = texts.find(language, &format!("event-{}", event.what), &[]);
    let what = what.unwrap_or_else(|| texts.say(language, "event-other", &[]));
    let methods = event.detail["methods"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let how: Vec<String> = methods.filter_map(|m| texts.find(language, &format!("method-{m}"), &[])).collect();
    let mut detail = Vec::new();
    if !how.is_empty() {
        detail.push(texts.say(language, "event-with", &[("how".to_owned(), how.join(", "))]));
    }
    let said = ["name", "device", "reason"].into_iter();
    let said =
        said.filter_map(|field| event.detail[field].as_str().filter(|text| !text.is_empty()).map(|text| (field, text)));
    detail.extend(said.map(|(field, text)| match field {
        "name" => called(state, language, event, text),
        "reason" => reason(state, language, text),
        _ => text.to_owned(),
    }));
    json!({"what": what, "at": page::instant(event.at), "detail": (!detail.is_empty()).then(|| detail.join(" · "))})
}
