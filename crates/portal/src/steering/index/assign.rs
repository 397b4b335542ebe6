//! A leader assigns; the body's officers see it and answer.

use super::board;
use super::dossiers::{self, of_leader};
use super::look::{leader, name, opened};
use crate::page::{self, Answer, go, id_in, query};
use crate::{State, again};
use axum::{
    extract::{self, Path},
    http::Uri,
};
use indicator::stored::{Assignment, NewAssignment};
use kernel::{BodyId, Ctx, Kind, Problem};
use serde_json::{Value, json};
use time::format_description::well_known::Iso8601;
use uuid::Uuid;
use web::{Form, OfficerSession};

/// `POST /dieu-hanh/chi-so/giao`: fields `dossier` or `body`, `note`, `due_on` (days from the form's date field).
pub(super) async fn send(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    uri: Uri,
    form: Form,
) -> Answer {
    leader(&me)?;
    let dossier = form.get("dossier").map(|_| id_in(&form, "dossier")).transpose()?;
    let body = match dossier {
        Some(id) => of_leader(&state, &me, id).await?.body,
        None => {
            let body = BodyId::new(form.get("body").unwrap_or_default());
            opened(&state.index.figured()?.read(), &me, &body)?;
            body
        }
    };
    match assign(&state, &me, &body, dossier, &form).await {
        Ok(()) => Ok(match dossier {
            Some(id) => go(&format!("/dieu-hanh/chi-so/ho-so/{id}?xong=giao")),
            None => go(&format!("/dieu-hanh/chi-so?don-vi={}&xong=giao", page::encoded(body.as_str()))),
        }),
        Err(problem) if problem.kind == Kind::Invalid => {
            let (mut content, template) = match dossier {
                Some(id) => (dossiers::content(&state, &me, id).await?, "steering/index-dossier.html"),
                None => (board::of_body(&state, &me, &uri, &body)?, "steering/index-board.html"),
            };
            again::say(&state, me.visit.language, &mut content, &problem, "note");
            content["typed"] = json!({"note": form.get("note"), "due_on": {
                "d": form.get("due_on.d"), "m": form.get("due_on.m"), "y": form.get("due_on.y")}});
            Ok(page::own_refused(&state, &me.visit, template, content)?)
        }
        Err(problem) => Err(problem.into()),
    }
}

async fn assign(
    state: &State,
    me: &OfficerSession,
    body: &BodyId,
    dossier: Option<Uuid>,
    form: &Form,
) -> Result<(), Problem> {
    let new = NewAssignment {
        body,
        dossier,
        by_body: &me.body,
        by: me.account,
        note: form.get("note").unwrap_or_default(),
        due_on: page::day_in(form, "due_on")?,
    };
    state.index.assign(&me.visit.ctx, &new).await?;
    Ok(())
}

/// `GET /dieu-hanh/viec-giao`: what the officer's own body was asked.
pub(super) async fn list(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri) -> Answer {
    let ctx = &me.visit.ctx;
    let all = state.index.assigned_to(&me.body).await?;
    let content = json!({
        "body": state.body_name(ctx, &me.body),
        "assigned": all.iter().map(|one| line(&state, ctx, one)).collect::<Vec<_>>(),
        "done": query(&uri, "xong").is_some(),
    });
    Ok(page::own(&state, &me.visit, "steering/index-assigned.html", content)?)
}

/// `POST /dieu-hanh/viec-giao/{id}`: an officer of the body says what was done.
pub(super) async fn answer(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(id): Path<Uuid>,
    form: Form,
) -> Answer {
    let text = form.get("answer").unwrap_or_default();
    state.index.answer(&me.visit.ctx, (&me.body, me.account), id, text).await?;
    Ok(go("/dieu-hanh/viec-giao?xong=tra-loi"))
}

/// An assignment as templates take it.
pub(super) fn line(state: &State, ctx: &Ctx, one: &Assignment) -> Value {
    let due = one.due_on.and_then(|day| day.format(&Iso8601::DATE).ok());
    json!({
        "id": one.assignment_id, "dossier": one.dossier_id, "note": one.note, "due": due,
        "by": name(state, ctx, &BodyId::new(&one.by_body)), "at": page::instant(one.assigned_at),
        "answer": one.answer, "answered_at": one.answered_at.map(page::instant),
        "late": one.answer.is_none() && one.due_on.is_some_and(|day| day < ctx.today()),
    })
}
