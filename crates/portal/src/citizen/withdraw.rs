//! Withdrawing a dossier.

use crate::State;
use crate::page::{self, Answer, go};
use axum::extract::{self, Path};
use kernel::DossierId;
use serde_json::json;
use web::{CitizenSession, Form};

pub(crate) async fn form(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path(id): Path<DossierId>,
) -> Answer {
    let dossier = state.procedures.dossier(&me.visit.ctx, id).await?;
    if !dossier.can_withdraw {
        return Ok(go(&format!("/toi/ho-so/{id}")));
    }
    let content = json!({"d": dossier, "errors": [], "reason": ""});
    Ok(page::own(&state, &me.visit, "citizen/withdraw.html", content)?)
}

/// Nobody must explain themself: the reason may be empty.
pub(crate) async fn send(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path(id): Path<DossierId>,
    form: Form,
) -> Answer {
    state.procedures.withdraw(&me.visit.ctx, id, form.get("reason").unwrap_or_default()).await?;
    Ok(go(&format!("/toi/ho-so/{id}?xong=rut")))
}
