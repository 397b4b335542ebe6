//! From a figure to the dossiers behind it, and to one of them. What is shown are the facts of the index: nobody's name.

use super::look::{self, Look, name, opened};
use crate::State;
use crate::page::{self, Answer, encoded, query};
use axum::{
    extract::{self, Path},
    http::Uri,
};
use indicator::facts::DossierFacts;
use indicator::live::Wanted;
use kernel::{Ctx, Kind, Problem};
use serde_json::{Value, json};
use uuid::Uuid;
use web::OfficerSession;

/// Lines on one page.
const LINES: usize = 50;
/// The counter that is opened where none is named.
const LATE: &str = "overdue";

/// `GET /dieu-hanh/chi-so/ho-so?don-vi=…&ky=…&co=overdue&thieu=…&sau=…`
pub(super) async fn list(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri) -> Answer {
    let ctx = &me.visit.ctx;
    let look = Look::read(&state, ctx, &uri)?;
    let has = query(&uri, "co").unwrap_or_else(|| LATE.to_owned());
    let lacks = query(&uri, "thieu");
    let after = query(&uri, "sau").and_then(|text| text.parse().ok());
    let (found, texts, path) = {
        let live = state.index.figured()?.read();
        let scope = opened(&live, &me, &look.body)?;
        let wanted = Wanted {
            scope,
            period: look.period,
            procedure: None,
            has: &has,
            lacks: lacks.as_deref(),
            after,
            limit: LINES,
        };
        let text =
            |name: &String| live.definition().item.counters.get(name).map(|text| json!({"vi": text.vi, "en": text.en}));
        (live.list(&wanted)?, (text(&has), lacks.as_ref().and_then(text)), look::path(&state, ctx, &live, scope))
    };
    let facts = state.index.dossiers(&found.ids).await?;
    let filter =
        lacks.iter().fold(format!("co={}", encoded(&has)), |all, lacks| format!("{all}&thieu={}", encoded(lacks)));
    let content = json!({
        "body": {"id": look.body, "name": name(&state, ctx, &look.body)},
        "path": path,
        "period_name": look::called(look.period),
        "query": look.query(),
        "has": texts.0, "lacks": texts.1,
        "dossiers": facts.iter().map(|facts| line(&state, ctx, facts)).collect::<Vec<_>>(),
        "next": found.after.map(|after| format!("{}&{filter}&sau={after}", look.query())),
    });
    Ok(page::own(&state, &me.visit, "steering/index-dossiers.html", content)?)
}

/// `GET /dieu-hanh/chi-so/ho-so/{id}`
pub(super) async fn one(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Answer {
    look::leader(&me)?;
    let mut content = content(&state, &me, id).await?;
    content["done"] = json!(query(&uri, "xong").is_some());
    Ok(page::own(&state, &me.visit, "steering/index-dossier.html", content)?)
}

/// The page of a dossier that the leader may look into.
pub(super) async fn content(state: &State, me: &OfficerSession, id: Uuid) -> Result<Value, Problem> {
    let ctx = &me.visit.ctx;
    let facts = of_leader(state, me, id).await?;
    let assigned = state.index.assigned_about(&facts.body, id).await?;
    Ok(json!({
        "d": line(state, ctx, &facts),
        "statuses": facts.statuses.iter().map(|reached| json!({"status": reached.status, "at": page::instant(reached.at)})).collect::<Vec<_>>(),
        "supplements": facts.supplements.iter().map(|asked| json!({
            "asked": page::instant(asked.asked_at), "answered": asked.answered_at.map(page::instant),
        })).collect::<Vec<_>>(),
        "assigned": assigned.iter().map(|one| super::assign::line(state, ctx, one)).collect::<Vec<_>>(),
        "done": false, "errors": [], "error": {"note": null, "due_on": null}, "typed": {"note": "", "due_on": {"d": "", "m": "", "y": ""}},
    }))
}

/// What is known of a dossier of a body that the leader may look into.
///
/// # Errors
/// `WEB0001` where nothing is known of it, or it is not for this leader: both look alike.
pub(super) async fn of_leader(state: &State, me: &OfficerSession, id: Uuid) -> Result<DossierFacts, Problem> {
    let none = || Problem::new(Kind::NotFound, web::codes::NOT_FOUND);
    let facts = state.index.dossiers(&[id]).await?.into_iter().next().ok_or_else(none)?;
    let live = state.index.figured()?.read();
    opened(&live, me, &facts.body).map_err(|_| none())?;
    Ok(facts)
}

fn line(state: &State, ctx: &Ctx, facts: &DossierFacts) -> Value {
    let last = facts.statuses.iter().max_by_key(|reached| reached.at);
    let ended = facts.statuses.iter().any(|reached| [3, 7, 8, 9, 10].contains(&reached.status));
    let due = facts.supplements.iter().filter_map(|asked| asked.due_at).max().or(facts.due_at);
    let title = state.setting().catalogue.group(&facts.procedure, ctx.today()).map(|group| group.item.title.clone());
    json!({
        "id": facts.dossier, "code": facts.code, "body": facts.body, "body_name": name(state, ctx, &facts.body),
        "procedure": facts.procedure, "title": title,
        "received": facts.received_at.map(page::instant), "due": due.map(page::instant),
        "status": last.map(|reached| reached.status), "late": !ended && due.is_some_and(|due| due < ctx.now()),
        "online": facts.channel == Some(2), "complained": facts.complained, "liked": facts.liked,
    })
}
