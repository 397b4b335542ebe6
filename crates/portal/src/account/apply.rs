//! `/tai-khoan/mo`: asking for an account of level 1 or 2; `/tai-khoan/con`: a parent asks for a child.

use crate::page::{self, Answer};
use crate::{Newcomer, State};
use axum::{
    extract,
    http::{StatusCode, Uri},
};
use identity::enrolment::{ApplicantKind, Enrolment, NewApplication};
use kernel::{Ctx, Kind, Problem};
use serde_json::{Value, json};
use web::{CitizenSession, Form, Language, Visitor};

/// How a newcomer's kind is written.
const ORGANISATION: &str = "organisation";

/// Accounts, where the pack says who may have one.
pub(crate) fn enrolment(state: &State) -> Result<&Enrolment, Problem> {
    state.enrolment.as_ref().ok_or_else(|| Problem::new(Kind::NotFound, web::codes::NOT_FOUND))
}

/// What a message says of the word that opens an account, in a language.
pub(crate) fn message(state: &State, language: Language) -> impl FnOnce(&str) -> String + Send + use<> {
    message_as(state, language, "message-activation")
}

/// The same of an officer's account.
pub(crate) fn message_to_officer(state: &State) -> impl FnOnce(&str) -> String + Send + use<> {
    message_as(state, Language::Vi, "message-activation-officer")
}

fn message_as(state: &State, language: Language, sentence: &'static str) -> impl FnOnce(&str) -> String + Send + use<> {
    let (texts, link) = (state.web.texts.clone(), format!("{}/tai-khoan/kich-hoat", state.origin));
    move |word| texts.say(language, sentence, &[("word".to_owned(), word.to_owned()), ("link".to_owned(), link)])
}

/// Made-up people without an account, for who tries the demonstration.
fn newcomers(state: &State, child: bool) -> Vec<Value> {
    made_up(state, |one| one.child == child && one.kind != ORGANISATION)
}

/// Made-up organisations for whom nobody acts yet.
pub(super) fn organisations(state: &State) -> Vec<Value> {
    made_up(state, |one| one.kind == ORGANISATION)
}

fn made_up(state: &State, fits: impl Fn(&Newcomer) -> bool) -> Vec<Value> {
    let all = state.demo.iter().flat_map(|demo| &demo.newcomers).filter(|one| fits(one));
    all.map(|one| json!({"label": one.label, "number": one.number, "full_name": one.full_name})).collect()
}

/// The form as one of them would fill it in.
fn filled(state: &State, uri: &Uri, child: bool) -> Form {
    let picked = page::query(uri, "vai");
    let people = state.demo.iter().flat_map(|demo| &demo.newcomers).filter(|person| person.child == child);
    let Some(person) = people.into_iter().find(|person| Some(&person.number) == picked.as_ref()) else {
        return Form::default();
    };
    let born = person.birth_date;
    let (day, month, year) = (born.day().to_string(), u8::from(born.month()).to_string(), born.year().to_string());
    let fields = [
        ("kind", person.kind.clone()),
        ("number", person.number.clone()),
        ("full_name", person.full_name.clone()),
        ("birth_date.d", day),
        ("birth_date.m", month),
        ("birth_date.y", year),
        ("phone", person.phone.clone()),
    ];
    Form(fields.map(|(name, value)| (name.to_owned(), value)).into())
}

fn shown(state: &State, child: bool, form: &Form, errors: Vec<Value>) -> Result<Value, Problem> {
    // For an organisation its representative asks, signed in.
    let kinds = enrolment(state)?.levels().kinds().filter(|(kind, _)| *kind != ApplicantKind::Organisation);
    let kinds: Vec<Value> = kinds.map(|(kind, name)| json!({"value": kind.as_str(), "label": name})).collect();
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
        "newcomers": newcomers(state, child),
        "v": {
            "kind": form.get("kind").unwrap_or("citizen"), "level": form.get("level").unwrap_or("2"),
            "number": value("number"), "full_name": value("full_name"), "birth_date": date, "phone": value("phone"),
        },
    }))
}

pub(crate) async fn form(extract::State(state): extract::State<State>, visitor: Visitor, uri: Uri) -> Answer {
    let content = shown(&state, false, &filled(&state, &uri, false), Vec::new())?;
    Ok(page::open(&state, &visitor, "account/apply.html", content)?)
}

pub(crate) async fn child_form(extract::State(state): extract::State<State>, me: CitizenSession, uri: Uri) -> Answer {
    let content = shown(&state, true, &filled(&state, &uri, true), Vec::new())?;
    Ok(page::own(&state, &me.visit, "account/apply.html", content)?)
}

pub(crate) async fn send(extract::State(state): extract::State<State>, visitor: Visitor, form: Form) -> Answer {
    take(&state, &visitor, &visitor.ctx, false, &form).await
}

pub(crate) async fn send_child(extract::State(state): extract::State<State>, me: CitizenSession, form: Form) -> Answer {
    take(&state, &page::as_visitor(&me.visit), &me.visit.ctx, true, &form).await
}

/// The birth date of a form's three fields, as registers write it.
pub(super) fn birth_in(form: &Form) -> String {
    let part = |name: &str| form.get(name).and_then(|text| text.parse::<u16>().ok()).unwrap_or_default();
    format!("{:04}-{:02}-{:02}", part("birth_date.y"), part("birth_date.m"), part("birth_date.d"))
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
    let birth_date = birth_in(form);
    let kind = form.get("kind").and_then(ApplicantKind::of).filter(|_| !child).unwrap_or(ApplicantKind::Citizen);
    let level = form.get("level").and_then(|text| text.parse().ok()).unwrap_or(2);
    let new = NewApplication {
        kind,
        level: Some(level),
        number,
        full_name: form.get("full_name").unwrap_or_default(),
        birth_date: &birth_date,
        phone: form.get("phone").unwrap_or_default(),
    };
    match enrolment(state)?.apply(ctx, &new, message(state, visitor.language)).await {
        Ok(applied) => {
            // The same whatever the register said: who asks learns nothing of others.
            let level = new.level.unwrap_or(2);
            let content = json!({"code": applied.code, "level": level, "child": child});
            Ok(page::open(state, visitor, "account/applied.html", content)?)
        }
        Err(error) => {
            let problem = Problem::from(error);
            if !matches!(problem.kind, Kind::Invalid | Kind::Conflict | Kind::Forbidden) {
                return Err(problem.into());
            }
            let at = problem.args.get("field").map_or("number", String::as_str);
            refused(state, visitor, child, form, at, &problem)
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
