//! Directives: how each stands, what it says, and what its reader was unsure of.

use super::words::{day, doubts, name, place};
use crate::page::{self, Answer, instant, query};
use crate::{State, again};
use axum::extract::{self, Path};
use axum::http::Uri;
use kernel::Problem;
use programme::follow::{KeptReading, TaskStanding};
use serde_json::{Value, json};
use uuid::Uuid;
use web::{Form, Language, OfficerSession};

/// Fields of the form that reads a directive in.
const FIELDS: [&str; 7] = ["directive", "number", "amends", "issued_on", "issued_on.d", "issued_on.m", "issued_on.y"];
/// What the page may say after a deed.
const DONE: [&str; 2] = ["da-doc", "nhu-truoc"];

/// `GET /dieu-hanh/van-ban`
pub(super) async fn list(extract::State(state): extract::State<State>, me: OfficerSession) -> Answer {
    let content = all(&state, &me, None).await?;
    Ok(page::own(&state, &me.visit, "steering/directives.html", content)?)
}

/// The list again with what was wrong in its form, and what was typed.
pub(super) async fn list_again(
    state: &State,
    me: &OfficerSession,
    (problem, form): (Problem, &Form),
    at: &str,
) -> Answer {
    if !again::mendable(&problem) {
        return Err(problem.into());
    }
    let mut content = all(state, me, Some(form)).await?;
    let message = match problem.code.as_ref() {
        // Its sentence speaks to who sits at a terminal.
        "PRG0010" => state.web.sentence(me.visit.language, "directive-no-head", &problem.args),
        "PRG0007" if at == "directive" && problem.args.get("field").is_some_and(|field| field == "directive") => {
            state.web.sentence(me.visit.language, "directive-no-file", &problem.args)
        }
        code => state.web.sentence(me.visit.language, code, &problem.args),
    };
    let field = problem.args.get("field").map_or(at, String::as_str);
    again::say_so(&mut content, field, &message);
    Ok(page::own_refused(state, &me.visit, "steering/directives.html", content)?)
}

async fn all(state: &State, me: &OfficerSession, form: Option<&Form>) -> Result<Value, Problem> {
    let ctx = &me.visit.ctx;
    let all = state.programme.directives(ctx).await?;
    let line = |one: &programme::follow::Directive| {
        json!({"id": one.directive_id, "number": one.number, "issued": day(Some(one.issued_on)),
               "steering": name(state, ctx, &one.steering_body), "tasks": one.tasks, "leads": one.leads,
               "done": one.done, "late": one.late})
    };
    let own = all.iter().filter(|one| one.steering_body == me.body.as_str());
    let mut content = json!({
        "directives": all.iter().map(line).collect::<Vec<Value>>(),
        "may_import": state.programme.may_import(ctx),
        "own": own.map(|one| json!({"value": one.directive_id, "label": one.number})).collect::<Vec<_>>(),
    });
    again::fields(&mut content, &FIELDS, form);
    Ok(content)
}

/// `GET /dieu-hanh/van-ban/{id}`
pub(super) async fn one(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Answer {
    let ctx = &me.visit.ctx;
    let (standing, readings) = state.programme.directive(ctx, id).await?;
    let doubtful = state.programme.doubts(ctx, id).await?;
    let doubtful: Vec<Value> = doubtful
        .iter()
        .map(|task| {
            json!({"id": task.task, "place": place(&task.section, &task.number),
                           "doubts": doubts(&state, me.visit.language, &task.doubts)})
        })
        .collect();
    let content = json!({
        "doubtful": doubtful,
        "said": query(&uri, "xong").filter(|word| DONE.contains(&word.as_str())),
        "id": id, "number": standing.number, "issued": day(Some(standing.issued_on)),
        "steering": name(&state, ctx, &standing.steering_body),
        "tasks": standing.tasks.iter().map(task).collect::<Vec<_>>(),
        "readings": readings.iter().map(|one| reading(&state, me.visit.language, one)).collect::<Vec<_>>(),
    });
    Ok(page::own(&state, &me.visit, "steering/directive.html", content)?)
}

fn task(task: &TaskStanding) -> Value {
    json!({
        "id": task.task_id, "place": place(&task.section, &task.number), "content": task.content,
        "deadline": task.deadline_text, "due": day(task.due_until), "version": task.version,
        "leads": task.leads, "done": task.done, "late": task.late,
    })
}

fn reading(state: &State, language: Language, one: &KeptReading) -> Value {
    json!({"basis": one.basis, "tasks": one.tasks, "at": instant(one.read_at), "doubts": doubts(state, language, &one.doubts), "left": one.left, "file": one.file})
}
