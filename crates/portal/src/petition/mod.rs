//! Petitions: a citizen writes to a body, its officers answer, and what was asked and answered is public.
//! [`indicator::petitions`] checks beside each read and write whose petition it is.

mod body;
mod citizen;
mod officer;
mod public;

use crate::State;
use crate::page::instant;
use axum::{Router, routing::get};
use indicator::petitions::{Clocks, Line, Step, Urgency};
use kernel::{BodyId, Ctx};
use serde_json::{Value, json};
use time::OffsetDateTime;

/// Characters of a petition in a list.
const SHORT: usize = 100;

pub(crate) fn router() -> Router<State> {
    Router::new()
        .route("/phan-anh", get(public::list))
        .route("/toi/phan-anh", get(citizen::list))
        .route("/toi/phan-anh/moi", get(citizen::form).post(citizen::send))
        .route("/toi/phan-anh/{id}", get(citizen::one).post(citizen::step))
        .route("/can-bo/phan-anh", get(officer::list))
        .route("/can-bo/phan-anh/{id}", get(officer::one).post(officer::step))
}

/// A petition of a list, as templates take it.
fn line(state: &State, ctx: &Ctx, line: &Line) -> Value {
    let clocks = state.index.petition_clocks(ctx, &line.facts);
    let by = |by: fn(&Clocks) -> Option<OffsetDateTime>| clocks.as_ref().and_then(by);
    let (refuse_by, ask_by) = (by(|clocks| clocks.refuse_by), by(|clocks| clocks.ask_by));
    let urgency = clocks.map_or(Urgency::Stopped, |clocks| clocks.urgency);
    let passed = |by: Option<OffsetDateTime>| by.is_some_and(|by| by < ctx.now());
    json!({
        "id": line.id, "code": line.code, "stand": line.stand.word(), "text": line.text, "short": short(&line.text), "body": line.body,
        "body_name": state.body_name(ctx, &line.body), "at": instant(line.facts.received_at),
        "due": by(|clocks| clocks.due).map(instant), "late": urgency == Urgency::Late, "urgency": urgency.word(),
        "refuse_by": refuse_by.map(instant), "refuse_late": passed(refuse_by),
        "ask_by": ask_by.map(instant), "ask_late": passed(ask_by),
    })
}

/// So much of a text as a list shows.
fn short(text: &str) -> String {
    let first: String = text.lines().next().unwrap_or_default().chars().take(SHORT).collect();
    let end = |letter: char| letter == '.' || letter.is_whitespace();
    if first.len() < text.len() { format!("{}…", first.trim_end_matches(end)) } else { first }
}

fn step(state: &State, ctx: &Ctx, step: &Step) -> Value {
    let body = step.body.as_deref().map(|body| state.body_name(ctx, &BodyId::new(body)));
    json!({"kind": step.kind, "note": step.note, "by": body, "at": instant(step.at)})
}
