//! Filing: once, however often the button is pressed.

use super::{draft, review};
use crate::State;
use crate::page::{self, Answer, go};
use axum::{
    extract::{self, Path},
    http::Uri,
};
use web::{CitizenSession, Form};

pub(crate) async fn file(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path(code): Path<String>,
    uri: Uri,
    form: Form,
) -> Answer {
    let ctx = &me.visit.ctx;
    let asked = page::query(&uri, "ban").and_then(|id| id.parse().ok());
    let (id, filing) = match draft::load(&state, ctx, &code, asked).await {
        Ok(found) => found,
        // The draft has gone with the first press of the button.
        Err(problem) if problem.code == "POR0002" => return Ok(go("/toi/ho-so")),
        Err(problem) => return Err(problem.into()),
    };
    let key = form.get("key").map_or_else(|| id.to_string(), str::to_owned);
    match state.procedures.file(ctx, &code, filing.values.clone(), &key).await {
        Ok(filed) => {
            // A draft that stays behind does no harm: the same key files nothing twice.
            if let Err(problem) = state.procedures.discard_draft(ctx, id).await {
                tracing::warn!(code = %problem.code, "draft not discarded after filing");
            }
            Ok(go(&format!("/toi/ho-so/{}?xong=nop", filed.dossier)))
        }
        Err(problem) if !problem.fields.is_empty() => {
            crate::citizen::wrong_again(&state, &me, &problem.fields)?;
            let content = review::content(&state, &me, &code, id, &filing, &problem.fields)?;
            Ok(page::own_refused(&state, &me.visit, "form/review.html", content)?)
        }
        Err(problem) => Err(problem.into()),
    }
}
