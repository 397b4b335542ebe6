//! Beginning to file, or going on where one stopped.

use super::draft::{self, Filing, address};
use crate::State;
use crate::page::{self, Answer, go};
use axum::{
    extract::{self, Path},
    http::Uri,
};
use procedure::form::put;
use serde_json::{Value, json};
use web::CitizenSession;

/// A fresh form asks the registers once; a draft is taken up as it was left.
pub(crate) async fn start(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path(code): Path<String>,
    uri: Uri,
) -> Answer {
    let ctx = &me.visit.ctx;
    let form = draft::definition(&state, ctx, &code)?;
    let today = kernel::iso_date::text(ctx.today());
    let asked = page::query(&uri, "ban").and_then(|id| id.parse().ok());
    if asked.is_some() {
        let (id, filing) = draft::load(&state, ctx, &code, asked).await?;
        let pages = form.pages_for(&filing.values, &today)?;
        let first = pages.first().map_or(super::REVIEW, |page| page.id.as_str());
        return Ok(go(&address(&code, first, id)));
    }
    let mut filing = Filing::from(state.procedures.prefill(ctx, &code).await?);
    for list in form.pages.iter().flat_map(|page| &page.sections).filter_map(|section| section.each.as_deref()) {
        // One child is the usual case: its fields are there from the beginning.
        let empty = filing.values.get(list).and_then(Value::as_array).is_none_or(Vec::is_empty);
        if empty {
            put(&mut filing.values, &format!("/{list}/0"), json!({}));
        }
    }
    let pages = form.pages_for(&filing.values, &today)?;
    let first = pages.first().map_or_else(|| super::REVIEW.to_owned(), |page| page.id.clone());
    let id = draft::save(&state, ctx, &code, None, &filing).await?;
    Ok(go(&address(&code, &first, id)))
}
