//! Service `procedure.cancel-step`: the origin takes a step back, because the citizen withdrew or did
//! not answer in time. What is being carried
//! out already is carried out, and reported.

use crate::rows::{TASK, TaskRow, write_task_event};
use crate::{Error, report};
use async_trait::async_trait;
use exchange::{Pass, Service};
use kernel::{Ctx, DossierId, Problem, SubjectId};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use time::Date;

/// The service's name.
pub(crate) const NAME: &str = "procedure.cancel-step";

#[derive(Deserialize)]
struct TakenBack {
    dossier: DossierId,
    member: String,
    child: i16,
    code: String,
    definition: String,
    #[serde(with = "kernel::iso_date")]
    version_from: Date,
    people: Value,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    lapsed: bool,
}

pub(crate) struct CancelStep;

#[async_trait]
impl Service for CancelStep {
    async fn handle(&self, ctx: &Ctx, tx: &mut PgConnection, pass: &Pass, payload: Value) -> Result<Value, Problem> {
        let step = TakenBack::deserialize(&payload).map_err(|_| Error::Definition("a step taken back".to_owned()))?;
        Ok(cancel(ctx, tx, pass, step).await?)
    }
}

async fn cancel(ctx: &Ctx, tx: &mut PgConnection, pass: &Pass, step: TakenBack) -> Result<Value, Error> {
    // Where the step has not arrived (it may be under way), its place is taken: what is taken back never opens.
    sqlx::query(
        "INSERT INTO procedure.task (dossier_id, member, child, task_id, body, origin, code, definition, version_from, \
         state, round, version, people, data, received_at, due_at, warn_at, warned, reappointed, supplements, asked, \
         replies, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'cancelled', 0, 1, $10, '{}'::jsonb, $11, $11, \
         $11, 2, false, 0, '[]'::jsonb, '{}'::jsonb, $11) ON CONFLICT ON CONSTRAINT task_pk DO NOTHING",
    )
    .bind(step.dossier.0)
    .bind(&step.member)
    .bind(step.child)
    .bind(ctx.uuid())
    .bind(pass.provider().as_str())
    .bind(pass.consumer().as_str())
    .bind(&step.code)
    .bind(&step.definition)
    .bind(step.version_from)
    .bind(&step.people)
    .bind(ctx.now())
    .execute(&mut *tx)
    .await?;
    let task: Option<TaskRow> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "{TASK} WHERE dossier_id = $1 AND member = $2 AND child = $3 AND body = $4 FOR UPDATE"
    )))
    .bind(step.dossier.0)
    .bind(&step.member)
    .bind(step.child)
    .bind(pass.provider().as_str())
    .fetch_optional(&mut *tx)
    .await?;
    // Only who handed it over takes it back.
    let task = task.filter(|task| task.origin == pass.consumer().as_str()).ok_or(Error::UnknownTask)?;
    for subject in applicant(&task) {
        pass.admit(subject, None).map_err(Problem::from)?;
    }
    let state = task.state()?;
    if state == crate::TaskState::Cancelled {
        return Ok(json!({ "cancelled": true }));
    }
    if !(state.is_open() || state == crate::TaskState::Question) {
        return Ok(json!({ "cancelled": false }));
    }
    sqlx::query(
        "UPDATE procedure.task SET state = 'cancelled', version = version + 1, ended_at = $4 \
         WHERE dossier_id = $1 AND member = $2 AND child = $3",
    )
    .bind(step.dossier.0)
    .bind(&step.member)
    .bind(step.child)
    .bind(ctx.now())
    .execute(&mut *tx)
    .await?;
    let kind = if step.lapsed { "lapsed" } else { "cancelled" };
    write_task_event(tx, ctx, &task, kind, None, step.reason.as_deref()).await?;
    report::close_case(tx, ctx, &task).await?;
    Ok(json!({ "cancelled": true }))
}

fn applicant(task: &TaskRow) -> Vec<SubjectId> {
    crate::setting::ids(&crate::setting::people([task.people.clone()])).into_iter().take(1).collect()
}
