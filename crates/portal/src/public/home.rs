//! The first page: search, and what can be done online at once.

use crate::State;
use crate::page::{self, Answer};
use axum::extract;
use serde_json::{Value, json};
use web::Visitor;

pub(crate) async fn home(extract::State(state): extract::State<State>, visitor: Visitor) -> Answer {
    let today = visitor.ctx.today();
    let featured: Vec<Value> = state
        .setting()
        .catalogue
        .groups_on(today)
        .map(|group| json!({"code": group.item.code, "title": group.item.title(), "summary": group.item.summary}))
        .collect();
    Ok(page::open(&state, &visitor, "public/home.html", json!({ "featured": featured }))?)
}
