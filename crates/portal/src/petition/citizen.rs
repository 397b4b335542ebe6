//! A citizen writes, gives what is asked for, and says whether the answer helped.

use super::{body, line, step as of_step};
use crate::page::{self, Answer, go, query};
use crate::{State, again, bodies};
use axum::extract::{self, Path};
use axum::http::Uri;
use indicator::petitions::{Deed, NewPetition};
use kernel::{BodyId, DossierId, Problem};
use serde_json::{Value, json};
use uuid::Uuid;
use web::{CitizenSession, Form, Paging};

/// `GET /toi/phan-anh`
pub(super) async fn list(extract::State(state): extract::State<State>, me: CitizenSession, paging: Paging) -> Answer {
    let ctx = &me.visit.ctx;
    let mut all = state.index.own_petitions(ctx, (paging.offset(), paging.limit())).await?;
    let pager = paging.cut(&mut all);
    let content =
        json!({"petitions": all.iter().map(|one| line(&state, ctx, one)).collect::<Vec<_>>(), "paging": pager});
    Ok(page::own(&state, &me.visit, "petition/mine.html", content)?)
}

/// What a petition is about beside its words: a dossier of one's own, an earlier petition of one's own.
#[derive(Default)]
struct About {
    body: Option<BodyId>,
    dossier: Option<(Uuid, String)>,
    repeats: Option<(Uuid, String)>,
}

/// Reads what it is about. Only one's own dossiers and petitions are found.
async fn about(
    state: &State,
    me: &CitizenSession,
    (body, dossier, earlier): (Option<String>, Option<String>, Option<String>),
) -> Result<About, Problem> {
    let ctx = &me.visit.ctx;
    let mut about = About { body: body.map(BodyId::new), ..About::default() };
    if let Some(id) = dossier.and_then(|id| id.parse::<Uuid>().ok()) {
        let dossier = state.procedures.dossier(ctx, DossierId(id)).await?;
        let facts = state.index.dossiers(&[id]).await?;
        about.body = about.body.or_else(|| facts.into_iter().next().map(|facts| facts.body));
        about.dossier = Some((id, dossier.head.code));
    }
    if let Some(id) = earlier.and_then(|id| id.parse::<Uuid>().ok()) {
        let earlier = state.index.petition(ctx, id).await?;
        about.body = Some(earlier.line.body);
        about.repeats = Some((id, earlier.line.code));
    }
    about.body = about.body.filter(|one| body::is_known(state, one));
    Ok(about)
}

fn content(state: &State, me: &CitizenSession, about: &About, words: &str, form: Option<&Form>) -> Value {
    let ctx = &me.visit.ctx;
    let found = body::search(state, ctx, words);
    let named = |of: &Option<(Uuid, String)>| of.as_ref().map(|(id, code)| json!({"id": id, "code": code}));
    let mut content = json!({
        "body": about.body.as_ref().map(|one| bodies::shown(state, ctx, one)), "words": words,
        "found": found.iter().map(|one| bodies::shown(state, ctx, one)).collect::<Vec<_>>(),
        "dossier": named(&about.dossier), "repeats": named(&about.repeats),
    });
    again::fields(&mut content, &["text"], form);
    content
}

/// `GET /toi/phan-anh/moi?tim=…&co-quan=…&ho-so=…&lai=…`
pub(super) async fn form(extract::State(state): extract::State<State>, me: CitizenSession, uri: Uri) -> Answer {
    let about = about(&state, &me, (query(&uri, "co-quan"), query(&uri, "ho-so"), query(&uri, "lai"))).await?;
    let content = content(&state, &me, &about, &query(&uri, "tim").unwrap_or_default(), None);
    Ok(page::own(&state, &me.visit, "petition/new.html", content)?)
}

/// `POST /toi/phan-anh/moi`: fields `body`, `text`, and where there are such `dossier`, `repeats`.
pub(super) async fn send(extract::State(state): extract::State<State>, me: CitizenSession, form: Form) -> Answer {
    let named = |name: &str| form.get(name).map(str::to_owned);
    let about = about(&state, &me, (named("body"), named("dossier"), named("repeats"))).await?;
    let Some(to) = &about.body else { return Err(Problem::from(indicator::Error::UnknownBody).into()) };
    let new = NewPetition {
        body: to,
        text: form.get("text").unwrap_or_default(),
        dossier: about.dossier.as_ref().map(|(id, code)| (*id, code.as_str())),
        repeats: about.repeats.as_ref().map(|(id, _)| *id),
    };
    match state.index.file_petition(&me.visit.ctx, &new).await.map_err(Problem::from) {
        Ok(id) => Ok(go(&format!("/toi/phan-anh/{id}?xong=gui"))),
        Err(problem) if again::mendable(&problem) => {
            let mut content = content(&state, &me, &about, "", Some(&form));
            again::say(&state, me.visit.language, &mut content, &problem, "text");
            Ok(page::own_refused(&state, &me.visit, "petition/new.html", content)?)
        }
        Err(problem) => Err(problem.into()),
    }
}

/// What the page of one may say after a deed.
const DONE: [&str; 3] = ["gui", "bo-sung", "danh-gia"];
/// The fields of its forms.
const FIELDS: [&str; 2] = ["more", "helped"];

/// `GET /toi/phan-anh/{id}`
pub(super) async fn one(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Answer {
    let mut content = of_one(&state, &me, id, None).await?;
    content["done"] = json!(query(&uri, "xong").filter(|word| DONE.contains(&word.as_str())));
    Ok(page::own(&state, &me.visit, "petition/one.html", content)?)
}

async fn of_one(state: &State, me: &CitizenSession, id: Uuid, form: Option<&Form>) -> Result<Value, Problem> {
    let ctx = &me.visit.ctx;
    let petition = state.index.petition(ctx, id).await?;
    let mut content = json!({
        "one": line(state, ctx, &petition.line), "answer": petition.answer, "liked": petition.liked,
        "dossier": petition.dossier.as_ref().map(|(id, code)| json!({"id": id, "code": code})),
        "steps": petition.steps.iter().map(|one| of_step(state, ctx, one)).collect::<Vec<_>>(), "done": Value::Null,
    });
    again::fields(&mut content, &FIELDS, form);
    Ok(content)
}

/// `POST /toi/phan-anh/{id}`: field `more`, what was asked for; or `helped`, `yes` or `no`.
pub(super) async fn step(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path(id): Path<Uuid>,
    form: Form,
) -> Answer {
    let (deed, at, done) = match (form.get("deed"), form.get("helped")) {
        (Some("supply"), _) => (Deed::Supply(form.get("more").unwrap_or_default()), "more", "bo-sung"),
        (_, Some("yes")) => (Deed::Judge(true), "helped", "danh-gia"),
        (_, Some("no")) => (Deed::Judge(false), "helped", "danh-gia"),
        _ => {
            let mut content = of_one(&state, &me, id, Some(&form)).await?;
            again::say_so(&mut content, "helped", &state.web.texts.say(me.visit.language, "petition-choose", &[]));
            return Ok(page::own_refused(&state, &me.visit, "petition/one.html", content)?);
        }
    };
    match state.index.step_petition(&me.visit.ctx, id, deed).await.map_err(Problem::from) {
        Ok(()) => Ok(go(&format!("/toi/phan-anh/{id}?xong={done}"))),
        Err(problem) if again::mendable(&problem) => {
            let mut content = of_one(&state, &me, id, Some(&form)).await?;
            again::say(&state, me.visit.language, &mut content, &problem, at);
            Ok(page::own_refused(&state, &me.visit, "petition/one.html", content)?)
        }
        Err(problem) => Err(problem.into()),
    }
}
