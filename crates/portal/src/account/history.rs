//! `/tai-khoan/lich-su`: every sign-in, failed attempt and change of the account, from the ledger.

use crate::State;
use crate::page::{self, Answer};
use axum::extract;
use identity::AccountEvent;
use kernel::{AccountId, Ctx, Problem};
use serde_json::{Value, json};
use web::{Language, SignedIn};

pub(crate) async fn show(extract::State(state): extract::State<State>, visit: SignedIn) -> Answer {
    let events = events(&state, &visit.ctx, visit.language, visit.session.account).await?;
    Ok(page::own(&state, &visit, "account/history.html", json!({ "events": events }))?)
}

/// What happened to an account, newest first, in words.
pub(crate) async fn events(
    state: &State,
    ctx: &Ctx,
    language: Language,
    account: AccountId,
) -> Result<Vec<Value>, Problem> {
    let events = state.identity.history(ctx, account).await?;
    Ok(events.iter().map(|event| words(state, language, event)).collect())
}

fn words(state: &State, language: Language, event: &AccountEvent) -> Value {
    let texts = &state.web.texts;
    let what = texts.find(language, &format!("event-{}", event.what), &[]);
    let what = what.unwrap_or_else(|| texts.say(language, "event-other", &[]));
    let methods = event.detail["methods"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let how: Vec<String> = methods.filter_map(|m| texts.find(language, &format!("method-{m}"), &[])).collect();
    let mut detail = Vec::new();
    if !how.is_empty() {
        detail.push(texts.say(language, "event-with", &[("how".to_owned(), how.join(", "))]));
    }
    let said = ["name", "device", "reason"].into_iter().filter_map(|field| event.detail[field].as_str());
    detail.extend(said.filter(|text| !text.is_empty()).map(ToOwned::to_owned));
    json!({"what": what, "at": page::instant(event.at), "detail": (!detail.is_empty()).then(|| detail.join(" · "))})
}
