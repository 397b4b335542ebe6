//! A citizen's home: the next action first; the lists of dossiers and messages.

use crate::page::{self, Answer};
use crate::{BIRTH_GROUP, State};
use axum::extract;
use procedure::{DossierLine, NextAction};
use serde_json::{Value, json};
use web::CitizenSession;

/// Dossiers shown on the home page.
const ON_HOME: usize = 5;

pub(crate) async fn home(extract::State(state): extract::State<State>, me: CitizenSession) -> Answer {
    let ctx = &me.visit.ctx;
    let dossiers = state.procedures.my_dossiers(ctx).await?;
    let drafts = state.procedures.drafts(ctx).await?;
    let catalogue = &state.setting().catalogue;
    let drafts: Vec<Value> = drafts
        .iter()
        .filter_map(|draft| {
            let group = catalogue.group(&draft.code, ctx.today())?;
            let href = format!("/khai/{}?ban={}", draft.code, draft.id);
            let saved = draft.saved_at.format(&time::format_description::well_known::Rfc3339).ok()?;
            Some(json!({"href": href, "title": group.item.title(), "saved_at": saved}))
        })
        .collect();
    let content = json!({
        "urgent": most_urgent(&dossiers),
        "dossiers": dossiers.iter().take(ON_HOME).collect::<Vec<_>>(),
        "drafts": drafts,
        "birth_code": catalogue.group(BIRTH_GROUP, ctx.today()).map(|group| &group.item.code),
    });
    Ok(page::own(&state, &me.visit, "citizen/home.html", content)?)
}

/// What waits for the citizen comes before what waits for a body, and results before the rest.
fn most_urgent(dossiers: &[DossierLine]) -> Option<&DossierLine> {
    dossiers.iter().min_by_key(|dossier| match dossier.next_action {
        NextAction::Supplement { .. } => 0,
        NextAction::SeeResults => 1,
        NextAction::Wait { .. } => 2,
        NextAction::SeeReason { .. } => 3,
    })
}

pub(crate) async fn dossiers(extract::State(state): extract::State<State>, me: CitizenSession) -> Answer {
    let dossiers = state.procedures.my_dossiers(&me.visit.ctx).await?;
    Ok(page::own(&state, &me.visit, "citizen/dossiers.html", json!({ "dossiers": dossiers }))?)
}

pub(crate) async fn notifications(extract::State(state): extract::State<State>, me: CitizenSession) -> Answer {
    let notifications = state.procedures.notifications(&me.visit.ctx).await?;
    Ok(page::own(&state, &me.visit, "citizen/notifications.html", json!({ "notifications": notifications }))?)
}
