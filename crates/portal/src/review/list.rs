//! How far the review has come, and the rows to choose from.

use super::asked::Asked;
use super::room::{Answer, Room, Visit};
use super::words;
use axum::extract::State;
use axum::http::Uri;
use kernel::Problem;
use matching::review::{Case, Desk, FacetKind, Order, Progress, Shown};
use serde_json::{Value, json};
use web::Language;

/// Rows on one page.
pub(super) const PAGE: usize = 50;
/// A choice of more communes helps nobody.
const COMMUNES_MAX: usize = 300;

struct Seen {
    progress: Progress,
    strays: usize,
    per_hour: Option<u32>,
    rows: Vec<(Case, Option<&'static str>)>,
    found: usize,
    page: usize,
    first: Option<u64>,
    facets: Vec<(FacetKind, u32)>,
    folder: String,
}

fn look(desk: &Desk, asked: &Asked) -> Result<Seen, matching::review::Error> {
    let all = desk.rows(&asked.filter);
    let page = asked.page.min(all.len().div_ceil(PAGE)).max(1);
    let here = all.iter().skip((page - 1) * PAGE).take(PAGE);
    let rows = here.map(|row| {
        let said = desk.standing(*row).map(|entry| entry.deed.id());
        desk.case(*row).map(|case| (case, said))
    });
    let name = desk.folder().file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(Seen {
        progress: desk.progress(),
        strays: desk.strays(),
        per_hour: desk.pace().per_hour(),
        rows: rows.collect::<Result<_, _>>()?,
        found: all.len(),
        page,
        first: all.first().copied(),
        facets: desk.cases().facets().iter().map(|facet| (facet.kind.clone(), facet.rows)).collect(),
        folder: name.unwrap_or_default(),
    })
}

pub(super) async fn list(State(room): State<Room>, visit: Visit, uri: Uri) -> Answer {
    let asked = Asked::of(&uri);
    let (seen, asked) = room.at_desk(move |desk| (look(desk, &asked), asked)).await?;
    let seen = seen.map_err(Problem::from)?;
    let language = visit.language;
    let rows: Vec<Value> = seen.rows.iter().map(|(case, said)| row(&room, language, &asked, case, *said)).collect();
    let query = asked.query();
    let content = json!({
        "progress": progress(seen.progress, seen.per_hour),
        "folder": seen.folder,
        "strays": seen.strays,
        "rows": rows,
        "found": seen.found,
        "begin": seen.first.map(|row| asked.pair(row)),
        "choices": choices(&room, language, &asked, &seen.facets),
        "chosen": asked.chosen(),
        "base": if query.is_empty() { "/?".to_owned() } else { format!("/?{query}&") },
        "paging": {
            "previous": (seen.page > 1).then(|| seen.page - 1),
            "next": (seen.page * PAGE < seen.found).then(|| seen.page + 1),
        },
    });
    Ok(room.page(&visit, "review/list.html", content)?)
}

/// The counts that every page shows.
pub(super) fn progress(progress: Progress, per_hour: Option<u32>) -> Value {
    json!({
        "total": progress.total,
        "left": progress.left(),
        "done": progress.done(),
        "match": progress.matched,
        "not": progress.not,
        "unsure": progress.unsure,
        "per_hour": per_hour,
    })
}

fn row(room: &Room, language: Language, asked: &Asked, case: &Case, said: Option<&str>) -> Value {
    let best = case.candidates.first();
    json!({
        "row": case.row,
        "href": asked.pair(case.row),
        "title": words::title(&case.file),
        "best": best.map(|candidate| words::title(&candidate.values)),
        "probability": best.map(|candidate| words::percent(candidate.probability)),
        "candidates": case.candidates.len(),
        "reasons": case.reasons.iter().map(|id| words::reason(room, language, id)).collect::<Vec<_>>(),
        "said": said,
    })
}

/// What can be chosen, with how many rows there are of each.
fn choices(room: &Room, language: Language, asked: &Asked, facets: &[(FacetKind, u32)]) -> Value {
    let filter = &asked.filter;
    let option = |value: &str, text: &str, chosen: bool, rows: u32| json!({"value": value, "text": text, "chosen": chosen, "rows": rows});
    let (mut reasons, mut levels, mut communes) = (Vec::new(), Vec::new(), Vec::new());
    for (kind, rows) in facets {
        match kind {
            FacetKind::Reason(id) => {
                let chosen = filter.reason.as_deref() == Some(id);
                reasons.push(option(id, &words::reason(room, language, id), chosen, *rows));
            }
            FacetKind::Level(field, id) => {
                let chosen = filter.level.as_ref().is_some_and(|(f, l)| f == field && l == id);
                let text =
                    format!("{}: {}", words::field(room, language, field), words::level(room, language, field, id));
                levels.push(option(&format!("{field}:{id}"), &text, chosen, *rows));
            }
            FacetKind::Commune(name) => {
                let chosen = filter.commune.as_deref() == Some(name);
                if communes.len() < COMMUNES_MAX || chosen {
                    communes.push(option(name, name, chosen, *rows));
                }
            }
        }
    }
    let shown = Shown::ALL.map(|shown| json!({"value": shown.id(), "chosen": shown == filter.shown}));
    let orders = Order::ALL.map(|order| json!({"value": order.id(), "chosen": order == filter.order}));
    json!({"shown": shown, "orders": orders, "reasons": reasons, "levels": levels, "communes": communes})
}
