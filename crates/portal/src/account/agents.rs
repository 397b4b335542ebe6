//! `/tai-khoan/to-chuc/{authority}`: whom an organisation's legal representative lets act for it.

use super::apply::{birth_in, enrolment};
use super::step_up;
use crate::page::{self, Answer, go};
use crate::{State, again};
use axum::{
    extract::{self, Path},
    http::Uri,
};
use identity::enrolment::NewAgent;
use kernel::{Kind, Problem};
use serde_json::{Value, json};
use uuid::Uuid;
use web::{CitizenSession, Form};

/// The fields of the form.
const FIELDS: [&str; 9] = [
    "number",
    "full_name",
    "birth_date.d",
    "birth_date.m",
    "birth_date.y",
    "evidence",
    "until.d",
    "until.m",
    "until.y",
];
/// Those that may be empty.
const OPTIONAL: &str = "until.";
/// At which field a mistake is said.
const PLACES: [&str; 5] = ["number", "full_name", "birth_date", "evidence", "until"];
/// What the page confirms.
const DONE: [&str; 2] = ["appointed", "dismissed"];

async fn content(state: &State, me: &CitizenSession, id: Uuid, form: &Form) -> Result<Value, Problem> {
    let organisation = enrolment(state)?.represented_by(&me.visit.ctx, id).await?;
    let agents = organisation.agents.iter().map(|agent| {
        json!({
            "id": agent.id, "name": agent.name, "evidence": agent.evidence, "from": agent.from.to_string(),
            "until": agent.until.map(|day| day.to_string()),
        })
    });
    let mut content = json!({
        "id": id, "code": organisation.code, "name": organisation.name, "agents": agents.collect::<Vec<Value>>(), "done": null,
    });
    again::fields(&mut content, &FIELDS, Some(form));
    for place in PLACES {
        content["error"][place] = Value::Null;
    }
    Ok(content)
}

/// `GET /tai-khoan/to-chuc/{authority}`
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Answer {
    let mut content = content(&state, &me, id, &Form::default()).await?;
    content["done"] = page::query(&uri, "xong").filter(|word| DONE.contains(&word.as_str())).into();
    Ok(page::own(&state, &me.visit, "account/agents.html", content)?)
}

/// `POST /tai-khoan/to-chuc/{authority}`: `_lam=thoi` with `uy-quyen` ends an agent's authority; else a person is appointed, by who
/// proved themselves lately.
pub(crate) async fn change(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path(id): Path<Uuid>,
    form: Form,
) -> Answer {
    let here = format!("/tai-khoan/to-chuc/{id}");
    if form.get("_lam") == Some("thoi") {
        enrolment(&state)?.dismiss_agent(&me.visit.ctx, id, page::id_in(&form, "uy-quyen")?).await?;
        return Ok(go(&format!("{here}?xong=dismissed")));
    }
    if let Some(first) = step_up::first(&me.visit, &here) {
        return Ok(first);
    }
    match appoint(&state, &me, id, &form).await {
        Ok(_) => Ok(go(&format!("{here}?xong=appointed"))),
        Err(problem) if again::mendable(&problem) => {
            let mut content = content(&state, &me, id, &form).await?;
            again::say(&state, me.visit.language, &mut content, &problem, "number");
            Ok(page::own_refused(&state, &me.visit, "account/agents.html", content)?)
        }
        Err(problem) => Err(problem.into()),
    }
}

async fn appoint(state: &State, me: &CitizenSession, id: Uuid, form: &Form) -> Result<Uuid, Problem> {
    let empty = FIELDS.into_iter().find(|name| !name.starts_with(OPTIONAL) && form.get(name).is_none());
    if let Some(name) = empty {
        let place = name.split('.').next().unwrap_or(name);
        return Err(Problem::new(Kind::Invalid, "POR0065").with("field", place));
    }
    let until = page::day_in(form, "until")?;
    // Who tries details of others is held back.
    state.web.attempts.attempt(&format!("agent {}", me.account.0))?;
    let text = |name: &str| form.get(name).unwrap_or_default();
    let birth_date = birth_in(form);
    let new = NewAgent {
        number: text("number"),
        full_name: text("full_name"),
        birth_date: &birth_date,
        evidence: text("evidence"),
        until,
    };
    Ok(enrolment(state)?.appoint_agent(&me.visit.ctx, id, &new).await?)
}
