//! Finding a service by plain words, with marks or without; and what to offer while somebody types.

use crate::State;
use crate::page::{self, Answer};
use axum::{extract, http::Uri};
use catalogue::search::{Doc, Filter};
use catalogue::{Level, Shelf, Who};
use kernel::{Ctx, Problem};
use serde_json::{Value, json};
use std::sync::Arc;
use web::Visitor;

/// Longer questions are cut; the catalogue would not find more by them.
const QUESTION_CHARS_MAX: usize = 200;
/// So many are shown; who needs more says more.
const FOUND_MAX: usize = 30;
/// So many are offered.
const OFFERED_MAX: usize = 7;

/// The catalogue today.
pub(crate) async fn shelf(state: &State, ctx: &Ctx) -> Result<Arc<Shelf>, Problem> {
    Ok(state.catalogue.today(ctx).await?)
}

pub(crate) async fn search(extract::State(state): extract::State<State>, visitor: Visitor, uri: Uri) -> Answer {
    let question = question(&uri);
    let filter = filter(&uri);
    let shelf = shelf(&state, &visitor.ctx).await?;
    let mut content = json!({
        "q": question,
        "who": filter.who.map_or("", Who::name),
        "level": filter.level.map_or("", Level::name),
        "here": filter.here,
        "narrowed": filter != Filter::default(),
        "hits": [],
        "count": 0,
        "events": [],
        "repaired": [],
        "ended": null,
    });
    if !question.is_empty() {
        let answer = shelf.index.search(&question, &filter, FOUND_MAX);
        let hits: Vec<Value> = answer.found.iter().map(|found| line(&state, &visitor.ctx, found.doc)).collect();
        let events: Vec<Value> =
            answer.events.iter().map(|event| json!({"id": event.id, "name": event.name})).collect();
        content["count"] = json!(answer.count);
        content["hits"] = json!(hits);
        content["events"] = json!(events);
        content["repaired"] = json!(
            answer.repaired.iter().map(|(typed, taken)| json!({"typed": typed, "taken": taken})).collect::<Vec<_>>()
        );
        // A code that has ended is not found by its words, but by itself.
        content["ended"] =
            json!(shelf.known(&question).filter(|known| known.ended).map(|known| known.code.to_string()));
    }
    Ok(page::open(&state, &visitor, "public/search.html", content)?)
}

/// `GET /tim-kiem/goi-y?q=`: a list of links, to be shown below the field. The script that asks for it is only a
/// convenience: the form finds the same.
pub(crate) async fn suggest(extract::State(state): extract::State<State>, visitor: Visitor, uri: Uri) -> Answer {
    let shelf = shelf(&state, &visitor.ctx).await?;
    let offered = shelf.index.suggest(&question(&uri), &filter(&uri), OFFERED_MAX);
    let items: Vec<Value> = offered
        .iter()
        .filter_map(|one| shelf.index.doc(&one.code))
        .map(|doc| line(&state, &visitor.ctx, doc))
        .collect();
    Ok(state.web.page("public/suggestions.html", visitor.language, &json!({ "items": items }))?)
}

/// How a list shows a procedure: in its everyday words where the pack has them.
pub(crate) fn line(state: &State, ctx: &Ctx, doc: &Doc) -> Value {
    let packed = &state.setting().catalogue;
    let today = ctx.today();
    let group = packed.group(&doc.code, today);
    let procedure = packed.procedure(&doc.code, today);
    let title = group.map(|g| json!(g.item.title())).or_else(|| procedure.map(|p| json!(p.item.name)));
    let summary = group.and_then(|g| g.item.summary.clone()).or_else(|| procedure.and_then(|p| p.item.summary.clone()));
    json!({
        "code": doc.code,
        "title": title.unwrap_or_else(|| json!(doc.name)),
        "summary": summary,
        "here": doc.filed_by.is_some(),
        "essential": doc.essential,
        "levels": doc.levels.iter().map(|level| level.name()).collect::<Vec<_>>(),
        "online": doc.online,
    })
}

fn question(uri: &Uri) -> String {
    page::query(uri, "q").unwrap_or_default().trim().chars().take(QUESTION_CHARS_MAX).collect()
}

fn filter(uri: &Uri) -> Filter {
    Filter {
        who: page::query(uri, "who").and_then(|name| Who::named(&name)),
        level: page::query(uri, "level").and_then(|name| Level::named(&name)),
        online: None,
        here: page::query(uri, "here").is_some(),
    }
}
