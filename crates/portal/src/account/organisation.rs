//! `/tai-khoan/to-chuc`: a legal representative asks to act for their organisation. It has no password of its own: who represents
//! it signs in with their own account, and services see both.

use super::apply::{enrolment, organisations};
use crate::page::{self, Answer};
use crate::{State, again};
use axum::{extract, http::Uri};
use identity::enrolment::NewOrganisation;
use kernel::{Kind, Problem};
use serde_json::{Value, json};
use web::{CitizenSession, Form};

/// The fields of the form.
const FIELDS: [&str; 2] = ["number", "full_name"];

fn content(state: &State, me: &CitizenSession, form: &Form) -> Value {
    let mut content = json!({"may": me.level == 2, "organisations": organisations(state)});
    again::fields(&mut content, &FIELDS, Some(form));
    content
}

/// `GET /tai-khoan/to-chuc`
pub(crate) async fn form(extract::State(state): extract::State<State>, me: CitizenSession, uri: Uri) -> Answer {
    let picked = page::query(&uri, "vai");
    let one = state.demo.iter().flat_map(|demo| &demo.newcomers).find(|one| Some(&one.number) == picked.as_ref());
    let filled = one.filter(|one| one.kind == "organisation").map(|one| {
        Form(vec![("number".to_owned(), one.number.clone()), ("full_name".to_owned(), one.full_name.clone())])
    });
    let content = content(&state, &me, &filled.unwrap_or_default());
    Ok(page::own(&state, &me.visit, "account/organisation.html", content)?)
}

/// `POST /tai-khoan/to-chuc`: fields `number`, the organisation's code, and `full_name`, its name as registered.
pub(crate) async fn send(extract::State(state): extract::State<State>, me: CitizenSession, form: Form) -> Answer {
    let refused = |problem: &Problem| {
        let mut content = content(&state, &me, &form);
        again::say(&state, me.visit.language, &mut content, problem, "number");
        page::own_refused(&state, &me.visit, "account/organisation.html", content)
    };
    if let Some(name) = FIELDS.into_iter().find(|name| form.get(name).is_none()) {
        return Ok(refused(&Problem::new(Kind::Invalid, "POR0065").with("field", name))?);
    }
    let [code, name] = FIELDS.map(|name| form.get(name).unwrap_or_default());
    state.web.attempts.attempt(&format!("application {code}"))?;
    match enrolment(&state)?.apply_for_organisation(&me.visit.ctx, &NewOrganisation { code, name }).await {
        // The same whatever the register said.
        Ok(applied) => {
            let content = json!({"code": applied.code});
            Ok(page::own(&state, &me.visit, "account/organisation-applied.html", content)?)
        }
        Err(error) => {
            let problem = Problem::from(error);
            if again::mendable(&problem) { Ok(refused(&problem)?) } else { Err(problem.into()) }
        }
    }
}
