//! The citizen rates how a dossier was handled: once, after its end.

use crate::State;
use crate::page::{self, Answer, go};
use axum::extract::{self, Path};
use indicator::stored::Rating;
use kernel::DossierId;
use serde_json::{Value, json};
use web::{CitizenSession, Form};

pub(crate) async fn form(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path(id): Path<DossierId>,
) -> Answer {
    // Only one's own dossiers are found here.
    let dossier = state.procedures.dossier(&me.visit.ctx, id).await?;
    if state.index.rating(id).await? != Rating::Open {
        return Ok(go(&format!("/toi/ho-so/{id}")));
    }
    let content = json!({"d": dossier, "errors": [], "liked": "", "comment": ""});
    Ok(page::own(&state, &me.visit, "citizen/rating.html", content)?)
}

pub(crate) async fn send(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path(id): Path<DossierId>,
    form: Form,
) -> Answer {
    let dossier = state.procedures.dossier(&me.visit.ctx, id).await?;
    let comment = form.get("comment");
    let liked = match form.get("liked") {
        Some("yes") => Ok(true),
        Some("no") => Ok(false),
        _ => Err("rate-choose"),
    };
    let refused = match liked {
        Ok(liked) => match state.index.rate(&me.visit.ctx, id, liked, comment).await {
            Ok(()) => return Ok(go(&format!("/toi/ho-so/{id}?xong=danh-gia"))),
            Err(indicator::Error::TextLength(_)) => "rate-too-long",
            Err(error) => return Err(kernel::Problem::from(error).into()),
        },
        Err(refused) => refused,
    };
    let message = state.web.texts.say(me.visit.language, refused, &[]);
    let field = if refused == "rate-choose" { "liked" } else { "comment" };
    let error = json!({"href": format!("#{field}"), "message": message});
    let mut content = json!({"d": dossier, "errors": [error], "liked": form.get("liked").unwrap_or_default(),
                             "comment": comment.unwrap_or_default(), "liked_error": Value::Null, "comment_error": Value::Null});
    content[format!("{field}_error")] = error;
    Ok(page::own_refused(&state, &me.visit, "citizen/rating.html", content)?)
}
