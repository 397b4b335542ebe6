//! Job `procedure.report`: a body tells the origin what became of its task. When the task has ended there, the case is
//! closed at the body: nobody reads on in a finished file.

use crate::jobs::ReportJob;
use crate::own_files::task_of;
use crate::report_step::{NAME, Outcome, Reported};
use crate::rows::{TaskRow, write_task_event};
use crate::setting::people;
use crate::{Error, Procedures};
use exchange::{Purpose, Request, Scope};
use kernel::{AccountId, Actor, BodyId, Ctx, DossierId, Problem, Role};
use serde_json::json;
use sqlx::{Acquire, PgConnection};

impl Procedures {
    pub(crate) async fn report(&self, ctx: &Ctx, job: &ReportJob) -> Result<(), Problem> {
        let task = task_of(self.0.db.pool(), &job.step).await?;
        let closed = self.tell_origin(ctx, &task, job).await?;
        let ends = matches!(job.outcome, Outcome::Refused { .. } | Outcome::Done { .. });
        if !(ends || closed) {
            return Ok(());
        }
        let mut tx = self.0.db.begin().await?;
        if closed && !ends {
            // The citizen withdrew while the officer asked or took in: nothing is left to do.
            let ended = sqlx::query(
                "UPDATE procedure.task SET state = 'cancelled', version = version + 1, ended_at = $2 \
                 WHERE task_id = $1 AND state IN ('new', 'accepted', 'question')",
            )
            .bind(task.task_id)
            .bind(ctx.now())
            .execute(&mut *tx)
            .await
            .map_err(Error::from)?;
            if ended.rows_affected() == 1 {
                write_task_event(&mut tx, ctx, &task, "cancelled", None, None).await?;
            }
        }
        close_case(&mut tx, ctx, &task).await?;
        tx.commit().await.map_err(Error::from)?;
        Ok(())
    }

    /// Calls the origin. Answers whether the dossier is closed there.
    pub(crate) async fn tell_origin(&self, ctx: &Ctx, task: &TaskRow, job: &ReportJob) -> Result<bool, Problem> {
        let ctx = ctx.act_as(acting(task));
        let payload = json!(Reported { step: job.step.clone(), outcome: job.outcome.clone() });
        let about = people([json!(task.people.get(0))]);
        let request = Request::new(BodyId::new(&task.body), BodyId::new(&task.origin), NAME, Purpose::DOSSIER)
            .about(Scope::Subjects(about))
            .on(job.step.dossier)
            .once(job.step.key(job.outcome.word()));
        let reply = self.0.exchange.call(&ctx, request, payload).await?;
        Ok(reply["closed"] == json!(true))
    }
}

/// The body, on the decision of the officer who took it.
pub(crate) fn acting(task: &TaskRow) -> Actor {
    let on_decision_of = match (task.decided_by, &task.decided_role) {
        (Some(account), Some(role)) => Some((AccountId(account), Role::new(role))),
        _ => None,
    };
    Actor::System { body: BodyId::new(&task.body), on_decision_of }
}

/// Closes the case at a body that has no other open task of the dossier.
///
/// The grant's row is locked first and the tasks are counted after: a task that arrives meanwhile opens the case again.
pub(crate) async fn close_case(tx: &mut PgConnection, ctx: &Ctx, task: &TaskRow) -> Result<(), Error> {
    let mut point = tx.begin().await?;
    let body = BodyId::new(&task.body);
    exchange::close_grants(&mut point, ctx, DossierId(task.dossier_id).into(), Some(&body))
        .await
        .map_err(Problem::from)?;
    let open: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM procedure.task WHERE dossier_id = $1 AND body = $2 AND task_id <> $3 AND ended_at IS NULL",
    )
    .bind(task.dossier_id)
    .bind(&task.body)
    .bind(task.task_id)
    .fetch_one(&mut *point)
    .await?;
    if open == 0 {
        point.commit().await?
    } else {
        point.rollback().await?
    }
    Ok(())
}
