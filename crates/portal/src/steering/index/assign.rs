//! A leader assigns; the body's officers see it and answer.

use super::dossiers::of_leader;
use super::look::{leader, name, opened};
use crate::State;
use crate::page::{self, Answer, go, id_in, query};
use axum::{
    extract::{self, Path},
    http::Uri,
};
use indicator::stored::{Assignment, NewAssignment};
use kernel::{BodyId, Ctx};
use serde_json::{Value, json};
use time::Date;
use time::format_description::well_known::Iso8601;
use uuid::Uuid;
use web::{Form, OfficerSession};

/// `POST /dieu-hanh/chi-so/giao`: fields `dossier` or `body`, `note`, `due_on` (days from the form's date field).
pub(super) async fn send(extract::State(state): extract::State<State>, me: OfficerSession, form: Form) -> Answer {
    leader(&me)?;
    let ctx = &me.visit.ctx;
    let (body, dossier) = match form.get("dossier") {
        Some(_) => {
            let id = id_in(&form, "dossier")?;
            (of_leader(&state, &me, id).await?.body, Some(id))
        }
        None => {
            let body = BodyId::new(form.get("body").unwrap_or_default());
            opened(&state.index.figured()?.read(), &me, &body)?;
            (body, None)
        }
    };
    let new = NewAssignment {
        body: &body,
        dossier,
        by_body: &me.body,
        by: me.account,
        note: form.get("note").unwrap_or_default(),
        due_on: due(&form),
    };
    state.index.assign(ctx, &new).await?;
    Ok(match dossier {
        Some(id) => go(&format!("/dieu-hanh/chi-so/ho-so/{id}?xong=giao")),
        None => go(&format!("/dieu-hanh/chi-so?don-vi={}&xong=giao", page::encoded(body.as_str()))),
    })
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

/// The day of the form's three fields; none where it is not one.
fn due(form: &Form) -> Option<Date> {
    let number = |part: &str| form.get(&format!("due_on.{part}")).and_then(|text| text.parse::<u16>().ok());
    let month = u8::try_from(number("m")?).ok().and_then(|month| time::Month::try_from(month).ok())?;
    Date::from_calendar_date(i32::from(number("y")?), month, u8::try_from(number("d")?).ok()?).ok()
}
