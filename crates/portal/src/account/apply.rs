//! `/tai-khoan/mo`: asking for an account of level 1 or 2; `/tai-khoan/con`: a parent asks for a child.

use crate::State;
use crate::page::{self, Answer};
use axum::{extract, http::StatusCode};
use identity::enrolment::{ApplicantKind, Enrolment, NewApplication};
use kernel::{Ctx, Kind, Problem};
use serde_json::{Value, json};
use web::{CitizenSession, Form, Language, Visitor};

/// Accounts, where the pack says who may have one.
pub(crate) fn enrolment(state: &State) -> Result<&Enrolment, Problem> {
    state.enrolment.as_ref().ok_or_else(|| Problem::new(Kind::NotFound, web::codes::NOT_FOUND))
}

fn shown(state: &State, child: bool, form: &Form, errors: Vec<Value>) -> Result<Value, Problem> {
    let kinds: Vec<Value> =
        enrolment(state)?.levels().kinds().map(|(kind, name)| json!({"value": kind.as_str(), "label": name})).collect();
    let levels: Vec<Value> = ["1", "2"]
        .iter()
        .map(|level| {
            let label = |language| state.web.texts.say(language, &format!("apply-level-{level}"), &[]);
            json!({"value": level, "label": {"vi": label(Language::Vi), "en": label(Language::En)}})
        })
        .collect();
    let value = |name: &str| form.get(name).unwrap_or_default();
    let date = json!({"d": value("birth_date.d"), "m": value("birth_date.m"), "y": value("birth_date.y")});
    Ok(json!({
        "child": child, "kinds": kinds, "levels": levels, "errors": errors,
        "v": {
            "kind": form.get("kind").unwrap_or("citizen"), "level": form.get("level").unwrap_or("2"),
            "number": value("number"), "full_name": value("full_name"), "birth_date": date, "phone": value("phone"),
        },
    }))
}

pub(crate) async fn form(extract::State(state): extract::State<State>, visitor: Visitor) -> Answer {
    let content = shown(&state, false, &Form::default(), Vec::new())?;
    Ok(page::open(&state, &visitor, "account/apply.html", content)?)
}

pub(crate) async fn child_form(extract::State(state): extract::State<State>, me: CitizenSession) -> Answer {
    let content = shown(&state, true, &Form::default(), Vec::new())?;
    Ok(page::own(&state, &me.visit, "account/apply.html", content)?)
}

pub(crate) async fn send(extract::State(state): extract::State<State>, visitor: Visitor, form: Form) -> Answer {
    take(&state, &visitor, &visitor.ctx, false, &form).await
}

pub(crate) async fn send_child(extract::State(state): extract::State<State>, me: CitizenSession, form: Form) -> Answer {
    take(&state, &page::as_visitor(&me.visit), &me.visit.ctx, true, &form).await
}

async fn take(state: &State, visitor: &Visitor, ctx: &Ctx, child: bool, form: &Form) -> Answer {
    let empty = ["number", "full_name", "birth_date.d", "birth_date.m", "birth_date.y", "phone"]
        .iter()
        .find(|name| form.get(name).is_none());
    if let Some(name) = empty {
        let id = name.split('.').next().unwrap_or(name);
        return refused(state, visitor, child, form, id, &Problem::new(Kind::Invalid, "POR0065"));
    }
    let number = form.get("number").unwrap_or_default();
    state.web.attempts.attempt(&format!("application {number}"))?;
    let part = |name: &str| form.get(name).and_then(|text| text.parse::<u16>().ok()).unwrap_or_default();
    let birth_date = format!("{:04}-{:02}-{:02}", part("birth_date.y"), part("birth_date.m"), part("birth_date.d"));
    let kind = form.get("kind").and_then(ApplicantKind::of).filter(|_| !child).unwrap_or(ApplicantKind::Citizen);
    let level = form.get("level").and_then(|text| text.parse().ok()).unwrap_or(2);
    let new = NewApplication {
        kind,
        level: (kind != ApplicantKind::Organisation).then_some(level),
        number,
        full_name: form.get("full_name").unwrap_or_default(),
        birth_date: &birth_date,
        phone: form.get("phone").unwrap_or_default(),
    };
    match enrolment(state)?.apply(ctx, &new).await {
        Ok(applied) => {
            // The word that opens the account is for the person's own phone; only made-up people read it here.
            let message = applied.activation.filter(|_| state.demo.is_some()).map(|activation| activation.token);
            let content = json!({"code": applied.code, "level": level, "message": message});
            Ok(page::open(state, visitor, "account/applied.html", content)?)
        }
        Err(error) => {
            let problem = Problem::from(error);
            if !matches!(problem.kind, Kind::Invalid | Kind::Conflict | Kind::Forbidden) {
                return Err(problem.into());
            }
            refused(state, visitor, child, form, "number", &problem)
        }
    }
}

fn refused(state: &State, visitor: &Visitor, child: bool, form: &Form, at: &str, problem: &Problem) -> Answer {
    let message = state.web.sentence(visitor.language, &problem.code, &problem.args);
    let content = shown(state, child, form, vec![json!({"href": format!("#{at}"), "message": message})])?;
    let mut response = page::open(state, visitor, "account/apply.html", content)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}
