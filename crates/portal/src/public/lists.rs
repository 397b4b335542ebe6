//! Lists of procedures: the essential services, what can be done online, events of a life, simplification.

use super::search::{line, shelf};
use crate::State;
use crate::page::{self, Answer};
use axum::extract::{self, Path};
use catalogue::search::Filter;
use catalogue::{Code, Online, Service, Shelf, simplify};
use kernel::{Kind, Problem};
use serde_json::{Value, json};
use web::{Visitor, codes};

/// `GET /dich-vu-cong`: what lists there are, and of what day.
pub(crate) async fn overview(extract::State(state): extract::State<State>, visitor: Visitor) -> Answer {
    let shelf = shelf(&state, &visitor.ctx).await?;
    let events: Vec<Value> = shelf
        .index
        .events()
        .filter(|(_, docs)| !docs.is_empty())
        .map(|(event, docs)| json!({"id": event.id, "name": event.name, "count": docs.len()}))
        .collect();
    let count = |online| shelf.index.docs().iter().filter(|doc| doc.online == online).count();
    let content = json!({
        "events": events,
        "essential": shelf.rules.essential.iter().map(|list| json!({"title": list.title, "count": list.services.len()})).collect::<Vec<_>>(),
        "all": shelf.index.len(),
        "full": count(Some(Online::Full)),
        "partial": count(Some(Online::Partial)),
        "unknown": count(None),
        "as_of": as_of(&shelf),
        "targets": !shelf.rules.targets.is_empty(),
    });
    Ok(page::open(&state, &visitor, "public/catalogue.html", content)?)
}

/// `GET /dich-vu-cong/thiet-yeu`
pub(crate) async fn essential(extract::State(state): extract::State<State>, visitor: Visitor) -> Answer {
    let shelf = shelf(&state, &visitor.ctx).await?;
    let lists: Vec<Value> = shelf
        .rules
        .essential
        .iter()
        .filter(|list| list.from <= shelf.on)
        .map(|list| {
            let services: Vec<Value> = list.services.iter().map(|service| of_service(&shelf, service)).collect();
            json!({"id": list.id, "title": list.title, "legal_basis": list.legal_basis, "count": list.count, "services": services,
                   "here": services.iter().filter(|service| service["state"] == "here").count()})
        })
        .collect();
    Ok(page::open(&state, &visitor, "public/essential.html", json!({ "lists": lists }))?)
}

/// A service with its codes, and the best that can be said of it.
fn of_service(shelf: &Shelf, service: &Service) -> Value {
    let codes: Vec<Value> = service.codes.iter().map(|code| of_code(shelf, code)).collect();
    let has = |state: &str| codes.iter().any(|code| code["state"] == state);
    let state = ["here", "listed", "named", "ended"].into_iter().find(|state| has(state)).unwrap_or("unknown");
    json!({"no": service.no, "name": service.name, "lead": service.lead, "codes": codes, "state": state,
           "unsure": service.confidence.is_some()})
}

/// `here`: can be filed here; `listed`: in the catalogue; `named`: only the pack names it; `ended`.
fn of_code(shelf: &Shelf, code: &Code) -> Value {
    let known = shelf.known(code.as_str());
    let doc = known.as_ref().and_then(|known| known.doc);
    let state = match (&known, doc) {
        (_, Some(doc)) if doc.filed_by.is_some() => "here",
        (_, Some(_)) => "listed",
        (Some(known), None) if known.ended => "ended",
        _ => "named",
    };
    let page = known.is_some();
    json!({"code": code.to_string(), "state": state, "name": doc.map(|doc| doc.name.clone()), "page": page})
}

/// `GET /dich-vu-cong/truc-tuyen`
pub(crate) async fn online(extract::State(state): extract::State<State>, visitor: Visitor) -> Answer {
    let shelf = shelf(&state, &visitor.ctx).await?;
    let of = |online| -> Vec<Value> {
        let filter = Filter { online: Some(online), ..Filter::default() };
        shelf.index.all(&filter).into_iter().map(|doc| line(&state, &visitor.ctx, doc)).collect()
    };
    let (full, partial) = (of(Online::Full), of(Online::Partial));
    let unknown = shelf.index.docs().iter().filter(|doc| doc.online.is_none()).count();
    let content = json!({"full": full, "partial": partial, "unknown": unknown, "as_of": as_of(&shelf)});
    Ok(page::open(&state, &visitor, "public/online.html", content)?)
}

/// `GET /dich-vu-cong/su-kien/{id}`
pub(crate) async fn event(
    extract::State(state): extract::State<State>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Answer {
    let shelf = shelf(&state, &visitor.ctx).await?;
    let found = shelf.index.events().find(|(event, _)| event.id == id);
    let (event, docs) = found.ok_or_else(|| Problem::new(Kind::NotFound, codes::NOT_FOUND))?;
    let hits: Vec<Value> = docs.into_iter().map(|doc| line(&state, &visitor.ctx, doc)).collect();
    Ok(page::open(&state, &visitor, "public/event.html", json!({"name": event.name, "hits": hits}))?)
}

/// `GET /dich-vu-cong/don-gian-hoa`
pub(crate) async fn simplification(extract::State(state): extract::State<State>, visitor: Visitor) -> Answer {
    let shelf = shelf(&state, &visitor.ctx).await?;
    let targets: Vec<Value> = shelf
        .rules
        .targets
        .iter()
        .map(|target| {
            let count = simplify::count(&shelf.snapshot, &shelf.rules, target, shelf.on);
            json!({
                "name": target.name, "percent": target.percent, "legal_basis": target.legal_basis,
                "baseline_wanted": pack::date::print(target.baseline), "until": target.until.map(pack::date::print),
                "baseline": count.baseline, "reached": count.percent(), "reaches": count.reaches(target),
                "there": count.there.len(), "cut": count.cut.len(), "replaced": count.replaced.len(),
                "simplified": count.simplified.len(), "unknown": count.unknown.len(), "new": count.new.len(),
            })
        })
        .collect();
    let content = json!({"targets": targets, "as_of": as_of(&shelf)});
    Ok(page::open(&state, &visitor, "public/simplification.html", content)?)
}

/// The day of the newest file; none where nothing was imported.
fn as_of(shelf: &Shelf) -> Option<String> {
    shelf.snapshot.import_on(shelf.on).map(|import| pack::date::print(import.as_of))
}
