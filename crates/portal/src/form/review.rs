//! Everything once more before filing.

use super::draft::{self, Filing, address};
use crate::page::{self, Answer};
use crate::{State, show};
use axum::{
    extract::{self, Path},
    http::Uri,
};
use kernel::{FieldProblem, Problem};
use serde_json::{Value, json};
use uuid::Uuid;
use web::CitizenSession;

pub(crate) async fn review(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path(code): Path<String>,
    uri: Uri,
) -> Answer {
    let asked = page::query(&uri, "ban").and_then(|id| id.parse().ok());
    let (id, filing) = draft::load(&state, &me.visit.ctx, &code, asked).await?;
    let problems = state.procedures.check(&me.visit.ctx, &code, &filing.values).await?;
    crate::citizen::wrong_again(&state, &me, &problems)?;
    let content = content(&state, &me, &code, id, &filing, &problems)?;
    Ok(page::own(&state, &me.visit, "form/review.html", content)?)
}

/// The page, with what is wrong at each answer and a way to change it.
pub(crate) fn content(
    state: &State,
    me: &CitizenSession,
    code: &str,
    id: Uuid,
    filing: &Filing,
    problems: &[FieldProblem],
) -> Result<Value, Problem> {
    let form = draft::definition(state, &me.visit.ctx, code)?;
    let mut errors = show::errors(state, me.visit.language, problems);
    let today = kernel::iso_date::text(me.visit.ctx.today());
    show::name_fields(me.visit.language, &mut errors, &form.fields(&filing.values, &today)?);
    let mut sections = show::sections(state, &me.visit.ctx, me.visit.language, form, &filing.values, &filing.sources)?;
    for section in &mut sections {
        let change = section["page"].as_str().map(|page| format!("{}&sua=1", address(code, page, id)));
        section["href"] = json!(change);
        for row in section["rows"].as_array_mut().into_iter().flatten() {
            row["error"] = json!(errors.iter().find(|error| error["pointer"] == row["pointer"]));
        }
    }
    // What is wrong at a field that this page does not show leads to the page that asks it.
    for error in &mut errors {
        let pointer = error["pointer"].as_str().unwrap_or_default();
        let shown =
            sections.iter().flat_map(|s| s["rows"].as_array().into_iter().flatten()).any(|r| r["pointer"] == pointer);
        if !shown {
            error["href"] = json!(form.page_of(pointer).map(|page| format!("{}&sua=1", address(code, &page.id, id))));
        }
    }
    let pages = form.pages_for(&filing.values, &today)?;
    let last = pages.last().map_or_else(|| format!("/dich-vu/{code}"), |page| address(code, &page.id, id));
    Ok(json!({
        "errors": errors,
        "sections": sections,
        "form": {
            "title": form.title,
            "back": last,
            "file": format!("/khai/{code}/nop?ban={id}"),
            // The draft's id: however often the button is pressed, and in however many windows, it is one filing.
            "key": id,
        },
    }))
}
