//! A result as a page to print: certificate, residence notice, insurance card, identity card.

use crate::page::{self, Answer};
use crate::{State, show};
use axum::extract::{self, Path};
use kernel::DossierId;
use serde_json::{Value, json};
use uuid::Uuid;
use web::CitizenSession;

pub(crate) async fn result(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path((dossier, result)): Path<(DossierId, Uuid)>,
) -> Answer {
    let found = state.procedures.result(&me.visit.ctx, dossier, result).await?;
    let faces = show::faces(&state, &me.visit.ctx, me.visit.language, &found.data);
    let rows: Vec<Value> = faces.into_iter().map(|(label, value)| json!({"label": label, "value": value})).collect();
    Ok(page::own(&state, &me.visit, "citizen/result.html", json!({"r": found, "rows": rows}))?)
}
