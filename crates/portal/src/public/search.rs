//! Finding a service by plain words, with marks or without.

use crate::State;
use crate::page::{self, Answer};
use axum::{extract, http::Uri};
use serde_json::{Value, json};
use web::Visitor;

/// Longer questions are cut; the catalogue would not find more by them.
const QUESTION_CHARS_MAX: usize = 200;

pub(crate) async fn search(extract::State(state): extract::State<State>, visitor: Visitor, uri: Uri) -> Answer {
    let question: String = page::query(&uri, "q").unwrap_or_default().trim().chars().take(QUESTION_CHARS_MAX).collect();
    let hits: Vec<Value> = if question.is_empty() {
        Vec::new()
    } else {
        let hits = state.setting().catalogue.search(&question, visitor.ctx.today());
        hits.iter()
            .map(|hit| json!({"code": hit.code, "title": hit.title, "summary": hit.summary, "online": hit.online.is_some()}))
            .collect()
    };
    Ok(page::open(&state, &visitor, "public/search.html", json!({"q": question, "hits": hits}))?)
}
