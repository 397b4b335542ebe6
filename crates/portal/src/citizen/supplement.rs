//! Answering what bodies asked, all of it at once.

use crate::page::{self, Answer, go};
use crate::{State, form as forms, show};
use axum::extract::{self, Path};
use kernel::{DossierId, FieldProblem, Problem};
use procedure::form::{FieldState, Form as Definition, put};
use procedure::{DossierView, NextAction, Question};
use serde_json::{Map, Value, json};
use web::{CitizenSession, Form};

/// Where answers to questions about no field are kept in the values: by step (`residence.1`), which alone is handed them.
const ANSWERS: &str = "answers";

pub(crate) async fn form(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path(id): Path<DossierId>,
) -> Answer {
    let dossier = state.procedures.dossier(&me.visit.ctx, id).await?;
    if !matches!(dossier.head.next_action, NextAction::Supplement { .. }) {
        return Ok(go(&format!("/toi/ho-so/{id}")));
    }
    let content = content(&state, &me, &dossier, &dossier.values, &[], &Form::default())?;
    Ok(page::own(&state, &me.visit, "citizen/supplement.html", content)?)
}

pub(crate) async fn send(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path(id): Path<DossierId>,
    form: Form,
) -> Answer {
    let dossier = state.procedures.dossier(&me.visit.ctx, id).await?;
    let NextAction::Supplement { questions, .. } = &dossier.head.next_action else {
        return Ok(go(&format!("/toi/ho-so/{id}")));
    };
    let definition = definition(&state, &dossier)?;
    let today = kernel::iso_date::text(me.visit.ctx.today());
    let mut values = dossier.values.clone();
    let mut changed = json!({});
    for field in asked(definition, questions, &dossier.values, &today)? {
        if let Some(value) = forms::posted(&form, &field) {
            put(&mut changed, &field.pointer, value.clone());
            put(&mut values, &field.pointer, value);
        }
    }
    let mut problems = Vec::new();
    let mut answers = Map::new();
    for (n, (step, what)) in free(questions).into_iter().enumerate() {
        match form.get(&format!("free.{}", n + 1)) {
            Some(answer) => {
                let own = answers.entry(step).or_insert_with(|| json!({}));
                own[what] = json!(answer);
            }
            None => problems.push(FieldProblem::new(format!("/free/{}", n + 1), "POR0006")),
        }
    }
    if !answers.is_empty() {
        put(&mut changed, &format!("/{ANSWERS}"), Value::Object(answers));
    }
    if problems.is_empty() {
        match state.procedures.answer_supplement(&me.visit.ctx, id, changed).await {
            Ok(()) => return Ok(go(&format!("/toi/ho-so/{id}?xong=bo-sung"))),
            Err(problem) if !problem.fields.is_empty() => {
                crate::citizen::wrong_again(&state, &me, &problem.fields)?;
                problems = problem.fields;
            }
            Err(problem) => return Err(problem.into()),
        }
    }
    let content = content(&state, &me, &dossier, &values, &problems, &form)?;
    Ok(page::own_refused(&state, &me.visit, "citizen/supplement.html", content)?)
}

fn definition<'a>(state: &'a State, dossier: &DossierView) -> Result<&'a Definition, Problem> {
    let found = state.setting().catalogue.form(&dossier.form, dossier.version);
    found.map(|form| &form.item).ok_or_else(|| Problem::new(kernel::Kind::Internal, web::codes::INTERNAL))
}

/// The fields that are asked about.
fn asked<'a>(
    form: &'a Definition,
    questions: &[Question],
    values: &Value,
    today: &str,
) -> Result<Vec<FieldState<'a>>, Problem> {
    let pointers: Vec<&str> =
        questions.iter().flat_map(|q| &q.items).filter_map(|item| item.pointer.as_deref()).collect();
    let fields = form.fields(values, today)?;
    Ok(fields.into_iter().filter(|field| pointers.contains(&field.pointer.as_str())).collect())
}

/// What is asked without naming a field, and for which step.
fn free(questions: &[Question]) -> Vec<(String, &str)> {
    let mut asked = Vec::new();
    for question in questions {
        let step = format!("{}.{}", question.member, question.child);
        let items = question.items.iter().filter(|item| item.pointer.is_none());
        asked.extend(items.map(|item| (step.clone(), item.what.as_str())));
    }
    asked
}

fn content(
    state: &State,
    me: &CitizenSession,
    dossier: &DossierView,
    values: &Value,
    problems: &[FieldProblem],
    form: &Form,
) -> Result<Value, Problem> {
    let NextAction::Supplement { questions, until } = &dossier.head.next_action else { return Ok(json!({})) };
    let definition = definition(state, dossier)?;
    let today = kernel::iso_date::text(me.visit.ctx.today());
    let errors = show::errors(state, me.visit.language, problems);
    let of = |pointer: &str| errors.iter().find(|error| error["pointer"] == pointer);
    let fields: Vec<Value> = asked(definition, questions, values, &today)?
        .iter()
        .map(|field| forms::view(state, &me.visit, field, form, None, of(&field.pointer)))
        .collect();
    let free: Vec<Value> = free(questions)
        .iter()
        .enumerate()
        .map(|(n, (_, what))| {
            let name = format!("free.{}", n + 1);
            json!({
                "id": format!("f-free-{}", n + 1), "value": form.get(&name), "name": name, "what": what,
                "error": of(&format!("/free/{}", n + 1)),
            })
        })
        .collect();
    let until = until.and_then(|at| at.format(&time::format_description::well_known::Rfc3339).ok());
    Ok(json!({
        "d": dossier, "errors": errors, "until": until, "questions": questions, "fields": fields, "free": free,
    }))
}
