//! `/tin-nhan`: what was sent to phones. Only in the demonstration, whose people are made up and have no phones.

use crate::State;
use crate::page::{self, Answer};
use axum::extract;
use kernel::{Kind, Problem};
use serde_json::{Value, json};
use web::Visitor;

pub(crate) async fn show(extract::State(state): extract::State<State>, visitor: Visitor) -> Answer {
    let demo = state.demo.as_ref().ok_or_else(|| Problem::new(Kind::NotFound, web::codes::NOT_FOUND))?;
    let sent = demo.messages.shown();
    let messages: Vec<Value> = sent.iter().map(|(to, text)| json!({"to": to, "text": text})).collect();
    Ok(page::open(&state, &visitor, "account/messages.html", json!({ "messages": messages }))?)
}
