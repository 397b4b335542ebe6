//! Directives: how each stands, what it says, and what its reader was unsure of.

use super::words::{day, doubts, name, place};
use crate::State;
use crate::page::{self, Answer, instant};
use axum::extract::{self, Path};
use kernel::Ctx;
use programme::follow::{KeptReading, TaskStanding};
use serde_json::{Value, json};
use uuid::Uuid;
use web::{Language, OfficerSession};

/// `GET /dieu-hanh/van-ban`
pub(super) async fn list(extract::State(state): extract::State<State>, me: OfficerSession) -> Answer {
    let ctx = &me.visit.ctx;
    let all = state.programme.directives(ctx).await?;
    let line = |one: &programme::follow::Directive| {
        json!({"id": one.directive_id, "number": one.number, "issued": day(Some(one.issued_on)),
               "steering": name(&state, ctx, &one.steering_body), "tasks": one.tasks, "leads": one.leads,
               "done": one.done, "late": one.late})
    };
    let content = json!({"directives": all.iter().map(line).collect::<Vec<Value>>()});
    Ok(page::own(&state, &me.visit, "steering/directives.html", content)?)
}

/// `GET /dieu-hanh/van-ban/{id}`
pub(super) async fn one(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(id): Path<Uuid>,
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
        "id": id, "number": standing.number, "issued": day(Some(standing.issued_on)),
        "steering": name(&state, ctx, &standing.steering_body),
        "tasks": standing.tasks.iter().map(task).collect::<Vec<_>>(),
        "readings": readings.iter().map(|one| reading(&state, me.visit.language, ctx, one)).collect::<Vec<_>>(),
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

fn reading(state: &State, language: Language, _ctx: &Ctx, one: &KeptReading) -> Value {
    json!({"basis": one.basis, "tasks": one.tasks, "at": instant(one.read_at), "doubts": doubts(state, language, &one.doubts), "left": one.left, "file": one.file})
}
