//! What was promised and what came of it, for everybody: the directives' own words and figures, and no body's reports.

use super::words::{day, name, place};
use crate::State;
use crate::page::{self, Answer};
use crate::steering::percent;
use axum::extract::{self, Path};
use programme::follow::{BodyPeriod, Directive, TaskStanding};
use serde_json::{Value, json};
use uuid::Uuid;
use web::Visitor;

/// `GET /ket-qua`
pub(super) async fn list(extract::State(state): extract::State<State>, visitor: Visitor) -> Answer {
    let ctx = &visitor.ctx;
    let all = state.programme.results(ctx.today()).await?;
    let line = |one: &Directive| {
        json!({"id": one.directive_id, "number": one.number, "issued": day(Some(one.issued_on)),
               "steering": name(&state, ctx, &one.steering_body), "tasks": one.tasks, "leads": one.leads,
               "done": one.done, "late": one.late, "percent": percent(one.done, one.leads)})
    };
    let content = json!({"directives": all.iter().map(line).collect::<Vec<Value>>()});
    Ok(page::open(&state, &visitor, "steering/results.html", content)?)
}

/// `GET /ket-qua/{id}`
pub(super) async fn one(
    extract::State(state): extract::State<State>,
    visitor: Visitor,
    Path(id): Path<Uuid>,
) -> Answer {
    let ctx = &visitor.ctx;
    let (standing, bodies) = state.programme.result(id, ctx.today()).await?;
    let (mut leads, mut done, mut late) = (0, 0, 0);
    for task in &standing.tasks {
        (leads, done, late) = (leads + task.leads, done + task.done, late + task.late);
    }
    let content = json!({
        "id": id, "number": standing.number, "issued": day(Some(standing.issued_on)),
        "steering": name(&state, ctx, &standing.steering_body),
        "total": {"tasks": standing.tasks.len(), "leads": leads, "done": done, "late": late, "percent": percent(done, leads)},
        "tasks": standing.tasks.iter().map(task).collect::<Vec<_>>(),
        "bodies": bodies.iter().map(|one| body(&state, &visitor, one)).collect::<Vec<_>>(),
    });
    Ok(page::open(&state, &visitor, "steering/result.html", content)?)
}

fn task(task: &TaskStanding) -> Value {
    json!({
        "place": place(&task.section, &task.number), "content": task.content, "deadline": task.deadline_text,
        "due": day(task.due_until), "leads": task.leads, "done": task.done, "late": task.late,
    })
}

fn body(state: &State, visitor: &Visitor, one: &BodyPeriod) -> Value {
    let done = one.done_before + one.done;
    json!({"name": state.body_name(&visitor.ctx, &one.body.0), "owed": one.owed, "done": done, "late": one.late,
           "percent": percent(done, one.owed)})
}
