//! One task: what it says, who owes it, what was reported, what happened; and the deeds of those who give it.

use super::change;
use super::words::{self, day, doubts, line, name, place};
use crate::page::{self, Answer, go, id_in, instant, query};
use crate::{State, again};
use axum::{
    extract::{self, Path},
    http::{StatusCode, Uri},
};
use kernel::{BodyId, Ctx, Kind, Problem};
use programme::Error;
use programme::desk::TaskView;
use programme::follow::{Assignment, Decision, Event, Evidence, Part, Report};
use serde_json::{Value, json};
use uuid::Uuid;
use web::{Form, OfficerSession};

/// The fields of the page's forms.
const FIELDS: [&str; 27] = [
    "basis",
    "amend_content",
    "amend_lead",
    "amend_support",
    "amend_deadline",
    "amend_product",
    "measured_body",
    "measure",
    "target",
    "report",
    "reason",
    "decision",
    "progress",
    "finished",
    "note",
    "file",
    "figure_name",
    "figure",
    "unit",
    "link_name",
    "link",
    "to",
    "part",
    "due_on",
    "due_on.d",
    "due_on.m",
    "due_on.y",
];
/// What a page may say after a deed.
const DONE: [&str; 8] = ["bao-cao", "dong-y", "tra-lai", "giao", "thu-hoi", "nhac", "sua-doi", "do-luong"];

/// `GET /dieu-hanh/nhiem-vu/{task}`
pub(super) async fn show(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(task): Path<Uuid>,
    uri: Uri,
) -> Answer {
    let mut content = content(&state, &me, task, None).await?;
    content["done"] = json!(query(&uri, "xong").filter(|word| DONE.contains(&word.as_str())));
    Ok(page::own(&state, &me.visit, "steering/task.html", content)?)
}

/// The page again with what was wrong in a form, and what was typed.
pub(super) async fn refused(
    state: &State,
    me: &OfficerSession,
    task: Uuid,
    (problem, form): (Problem, &Form),
    at: &str,
) -> Answer {
    if !again::mendable(&problem) {
        return Err(problem.into());
    }
    let mut content = content(state, me, task, Some(form)).await?;
    again::say(state, me.visit.language, &mut content, &problem, at);
    let status = if problem.kind == Kind::Conflict { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(page::own_with_status(state, &me.visit, status, "steering/task.html", content)?)
}

/// After a deed: the page says that it is done, or again with what was wrong at the field that it most likely is.
pub(super) async fn answered(
    state: &State,
    me: &OfficerSession,
    task: Uuid,
    form: &Form,
    outcome: Result<(), Error>,
    (done, at): (&str, &str),
) -> Answer {
    match outcome {
        Ok(()) => Ok(go(&format!("/dieu-hanh/nhiem-vu/{task}?xong={done}"))),
        Err(error) => refused(state, me, task, (error.into(), form), at).await,
    }
}

/// `POST …/quyet-dinh`: fields `body`, `report`, `decision` (`dong-y` or `tra-lai`), `reason`.
pub(super) async fn decide(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(task): Path<Uuid>,
    form: Form,
) -> Answer {
    let body = BodyId::new(form.get("body").unwrap_or_default());
    let report = id_in(&form, "report")?;
    let word = form.get("decision").unwrap_or_default();
    if !["dong-y", "tra-lai"].contains(&word) {
        return refused(&state, &me, task, (Error::Malformed("decision").into(), &form), "decision").await;
    }
    let reason = form.get("reason").unwrap_or_default();
    let decision = Decision { body: &body, report, approved: word == "dong-y", reason };
    let outcome = state.programme.decide(&me.visit.ctx, &decision).await;
    answered(&state, &me, task, &form, outcome, (word, "decision")).await
}

/// `POST …/giao`: fields `body`, `part`, `due_on`.
pub(super) async fn assign(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(task): Path<Uuid>,
    form: Form,
) -> Answer {
    let due_until = match page::day_in(&form, "due_on") {
        Ok(due) => due,
        Err(problem) => return refused(&state, &me, task, (problem, &form), "due_on").await,
    };
    let part = if form.get("part") == Some("support") { Part::Support } else { Part::Lead };
    let assignment = Assignment { body: BodyId::new(form.get("to").unwrap_or_default()), part, due_until };
    let outcome = state.programme.assign(&me.visit.ctx, task, &assignment).await;
    // On the page the field is called otherwise than in the assignment.
    let outcome = outcome.map_err(|error| match error {
        Error::Malformed("body") => Error::Malformed("to"),
        other => other,
    });
    answered(&state, &me, task, &form, outcome, ("giao", "to")).await
}

/// `POST …/thu-hoi`: fields `body`, `reason`.
pub(super) async fn release(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(task): Path<Uuid>,
    form: Form,
) -> Answer {
    let body = BodyId::new(form.get("body").unwrap_or_default());
    let outcome = state.programme.release(&me.visit.ctx, task, &body, form.get("release").unwrap_or_default()).await;
    answered(&state, &me, task, &form, outcome, ("thu-hoi", "parts")).await
}

/// `POST …/nhac`: field `body`.
pub(super) async fn remind(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(task): Path<Uuid>,
    form: Form,
) -> Answer {
    let body = BodyId::new(form.get("body").unwrap_or_default());
    let outcome = state.programme.remind(&me.visit.ctx, task, &body).await;
    answered(&state, &me, task, &form, outcome, ("nhac", "parts")).await
}

async fn content(state: &State, me: &OfficerSession, task: Uuid, form: Option<&Form>) -> Result<Value, Problem> {
    let (ctx, language) = (&me.visit.ctx, me.visit.language);
    let view = state.programme.task(ctx, task).await?;
    let said = view.versions.last().map(|version| &version.said).ok_or(Error::NotFound)?;
    let waiting = view.parts.iter().filter(|part| part.given_by == me.body && part.waiting.is_some());
    let mut content = json!({
        "task": task, "place": place(&view.place.section, &view.place.number),
        "directive": {"id": view.place.directive_id, "number": view.place.directive, "issued": day(Some(view.place.issued_on))},
        "section": said.section_title, "content": said.content, "product": said.product,
        "deadline": {"text": said.deadline.text, "until": day(said.deadline.until)},
        "doubts": doubts(state, language, &said.doubts),
        "versions": view.versions.iter().rev().skip(1).map(|older| json!({
            "version": older.version, "content": older.said.content, "deadline": older.said.deadline.text,
            "basis": older.basis, "at": instant(older.made_at)})).collect::<Vec<_>>(),
        "basis": view.versions.last().map(|version| &version.basis),
        "parts": view.parts.iter().map(|part| {
            let mut shown = line(state, ctx, part);
            shown["ours"] = json!(part.given_by == me.body && !part.has_ended() && words::sides(me).0);
            shown
        }).collect::<Vec<_>>(),
        "waiting": waiting.filter(|_| words::sides(me).0).filter_map(|part| {
            let (_, reports) = view.reports.iter().find(|(body, _)| *body == part.body)?;
            let report = reports.iter().find(|report| Some(report.id) == part.waiting)?;
            Some(shown(state, ctx, &part.body, report))
        }).collect::<Vec<_>>(),
        "reports": reports(state, ctx, &view),
        "may_amend": words::sides(me).0 && view.place.steering_body == me.body.as_str(),
        "amend": {"lead": parties(&said.lead), "support": parties(&said.support)},
        "measurable": if words::sides(me).0 { change::measurable(state, ctx, me, &view) } else { Vec::new() },
        "measures": if words::sides(me).0 { change::measures(state) } else { Vec::new() },
        "may_report": view.may_report, "may_assign": view.may_assign,
        "targets": if view.may_assign { targets(state, ctx, &me.body, &view) } else { Vec::new() },
        "events": view.events.iter().rev().map(|event| happened(state, ctx, event)).collect::<Vec<_>>(),
        "progress": view.parts.iter().find(|part| part.body == me.body).map(|part| part.progress),
        "done": Value::Null,
    });
    again::fields(&mut content, &FIELDS, form);
    Ok(content)
}

/// Who is named, in the directive's words.
fn parties(parties: &[programme::Party]) -> String {
    parties.iter().map(|party| party.text.as_str()).collect::<Vec<_>>().join("; ")
}

fn targets(state: &State, ctx: &Ctx, own: &BodyId, view: &TaskView) -> Vec<Value> {
    let owes = |body: &BodyId| view.parts.iter().any(|part| part.body == *body && !part.has_ended());
    let free = state.programme.bodies().below(own, ctx.today()).into_iter().filter(|body| !owes(body));
    free.map(|body| json!({"value": body, "label": state.body_name(ctx, &body)})).collect()
}

fn reports(state: &State, ctx: &Ctx, view: &TaskView) -> Vec<Value> {
    let mut all: Vec<(&BodyId, &Report)> =
        view.reports.iter().flat_map(|(body, reports)| reports.iter().map(move |report| (body, report))).collect();
    all.sort_by_key(|(_, report)| std::cmp::Reverse(report.made_at));
    all.into_iter().map(|(body, report)| shown(state, ctx, body, report)).collect()
}

/// A report with what it rests on. Files are fetched by their place.
fn shown(state: &State, ctx: &Ctx, body: &BodyId, report: &Report) -> Value {
    let evidence: Vec<Value> =
        report.evidence.iter().enumerate().map(|(place, one)| piece(state, body, report, place, one)).collect();
    json!({
        "id": report.id, "body": body, "body_name": state.body_name(ctx, body), "progress": report.progress,
        "says_done": report.says_done, "note": report.note, "by_program": report.made_by.is_none(),
        "at": instant(report.made_at), "evidence": evidence, "approved": report.approved, "reason": report.reason,
    })
}

fn piece(state: &State, body: &BodyId, report: &Report, place: usize, one: &Evidence) -> Value {
    match one {
        Evidence::File { name, hash, size } => json!({
            "kind": "file", "name": name, "hash": hash, "kilobytes": (size + 1023) / 1024,
            "href": format!("/dieu-hanh/minh-chung?don-vi={}&bao-cao={}&so={place}", page::encoded(body.as_str()), report.id)}),
        Evidence::Figure { name, figure, unit, as_of } => {
            json!({"kind": "figure", "name": name, "figure": number(*figure), "unit": unit, "as_of": day(*as_of)})
        }
        Evidence::Link { name, link } => json!({"kind": "link", "name": name, "href": link}),
        Evidence::Measured { name, figure, as_of } => {
            json!({"kind": "measured", "name": change::called(state, name), "figure": number(*figure), "as_of": day(*as_of)})
        }
    }
}

/// A figure as both languages write it.
fn number(figure: f64) -> Value {
    let text = figure.to_string();
    json!({"vi": text.replace('.', ","), "en": text})
}

fn happened(state: &State, ctx: &Ctx, event: &Event) -> Value {
    json!({
        "kind": event.kind, "body": event.body.as_deref().map(|body| name(state, ctx, body)),
        "by": name(state, ctx, &event.acted_as), "at": instant(event.at), "entry": event.entry_id,
        "reason": event.detail.get("reason").and_then(Value::as_str),
        "progress": event.detail.get("progress").and_then(Value::as_i64),
    })
}
