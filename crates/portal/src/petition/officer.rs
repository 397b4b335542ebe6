//! Officers of a body read what citizens wrote to it, and answer within the terms.

use super::{body, line, step as of_step};
use crate::page::{self, Answer, go, query};
use crate::{State, again, bodies};
use axum::extract::{self, Path};
use axum::http::Uri;
use indicator::petitions::{Deed, about};
use kernel::{BodyId, Kind, Problem};
use serde_json::{Value, json};
use uuid::Uuid;
use web::{Form, OfficerSession, Paging};

/// What a page may say after a deed.
const DONE: [&str; 5] = ["refuse", "ask", "answer", "publish", "hand-on"];
/// The fields of the page's forms.
const FIELDS: [&str; 7] = ["reason", "question", "about", "answer", "public", "to", "because"];

/// `GET /can-bo/phan-anh?xem=xong`: what is left to do, the oldest first; or what has ended.
pub(super) async fn list(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    uri: Uri,
    paging: Paging,
) -> Answer {
    let ctx = &me.visit.ctx;
    let open = query(&uri, "xem").is_none_or(|word| word != "xong");
    let mut all = state.index.petitions_of_body(ctx, open, (paging.offset(), paging.limit())).await?;
    let pager = paging.cut(&mut all);
    let content = json!({
        "body": state.body_name(ctx, &me.body), "open": open, "paging": pager,
        "done": query(&uri, "xong").filter(|word| word == "hand-on"),
        "petitions": all.iter().map(|one| line(&state, ctx, one)).collect::<Vec<_>>(),
    });
    Ok(page::own(&state, &me.visit, "petition/desk.html", content)?)
}

/// `GET /can-bo/phan-anh/{id}`
pub(super) async fn one(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Answer {
    let mut content = content(&state, &me, id, None).await?;
    let words = query(&uri, "co-quan").unwrap_or_default();
    content["found"] = json!(others(&state, &me, &words));
    content["words"] = json!(words);
    content["done"] = json!(query(&uri, "xong").filter(|word| DONE.contains(&word.as_str())));
    Ok(page::own(&state, &me.visit, "petition/desk-one.html", content)?)
}

async fn content(state: &State, me: &OfficerSession, id: Uuid, form: Option<&Form>) -> Result<Value, Problem> {
    let ctx = &me.visit.ctx;
    let petition = state.index.petition(ctx, id).await?;
    let mut content = json!({
        "one": line(state, ctx, &petition.line), "answer": petition.answer,
        "liked": petition.liked, "dossier": petition.dossier.as_ref().map(|(_, code)| code),
        "may_hand_on": petition.movable, "found": [], "words": "",
        "may_ask": petition.line.facts.asked_at.is_none(),
        "steps": petition.steps.iter().map(|one| of_step(state, ctx, one)).collect::<Vec<_>>(), "done": Value::Null,
    });
    if let Some(words) = form.and_then(|form| form.get("words")) {
        content["found"] = json!(others(state, me, words));
        content["words"] = json!(words);
    }
    again::fields(&mut content, &FIELDS, form);
    Ok(content)
}

/// Bodies of these words to which the petition may go, to choose from.
fn others(state: &State, me: &OfficerSession, words: &str) -> Vec<Value> {
    let ctx = &me.visit.ctx;
    let found = body::search(state, ctx, words).into_iter().filter(|one| *one != me.body);
    found.map(|one| json!({"value": one, "label": bodies::full_name(state, ctx, &one)})).collect()
}

/// `POST /can-bo/phan-anh/{id}`: field `deed` (`refuse`, `hand-on`, `ask`, `answer`, `publish`), and `reason`, `to` with `because`,
/// `question`, `about` with `answer`, or `public`.
pub(super) async fn step(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(id): Path<Uuid>,
    form: Form,
) -> Answer {
    let text = |name: &str| form.get(name).unwrap_or_default();
    let to = BodyId::new(text("to"));
    let (deed, at) = match (form.get("deed"), about(text("about"))) {
        (Some("refuse"), _) => (Deed::Refuse(text("reason")), "reason"),
        (Some("hand-on"), _) if body::is_known(&state, &to) => (Deed::HandOn(&to, text("because")), "because"),
        (Some("hand-on"), _) => {
            let mut content = content(&state, &me, id, Some(&form)).await?;
            again::say_so(&mut content, "to", &state.web.texts.say(me.visit.language, "petition-choose-body", &[]));
            return Ok(page::own_refused(&state, &me.visit, "petition/desk-one.html", content)?);
        }
        (Some("ask"), _) => (Deed::Ask(text("question")), "question"),
        (Some("publish"), _) => (Deed::Publish(text("public")), "public"),
        (Some("answer"), Some(about)) => (Deed::Answer(about, text("answer")), "answer"),
        (Some("answer"), None) => {
            let mut content = content(&state, &me, id, Some(&form)).await?;
            again::say_so(&mut content, "about", &state.web.texts.say(me.visit.language, "petition-choose-about", &[]));
            return Ok(page::own_refused(&state, &me.visit, "petition/desk-one.html", content)?);
        }
        _ => return Err(Problem::new(Kind::Invalid, web::codes::SHAPE).with("detail", "deed").into()),
    };
    match state.index.step_petition(&me.visit.ctx, id, deed).await.map_err(Problem::from) {
        // It is another body's now.
        Ok(()) if matches!(deed, Deed::HandOn(..)) => Ok(go("/can-bo/phan-anh?xong=hand-on")),
        Ok(()) => Ok(go(&format!("/can-bo/phan-anh/{id}?xong={}", text("deed")))),
        Err(problem) if again::mendable(&problem) => {
            let mut content = content(&state, &me, id, Some(&form)).await?;
            again::say(&state, me.visit.language, &mut content, &problem, at);
            Ok(page::own_refused(&state, &me.visit, "petition/desk-one.html", content)?)
        }
        Err(problem) => Err(problem.into()),
    }
}
