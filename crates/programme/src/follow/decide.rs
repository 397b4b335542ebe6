//! Who gave a task says whether it is done.

use super::record::{Happened, record};
use super::{COORDINATOR, acting};
use crate::Error;
use kernel::{BodyId, Ctx, calendar::vietnam};
use serde_json::json;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Most characters of a reason.
const REASON_MAX: usize = 10_000;

/// What is decided on a report.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'d> {
    /// Whose report.
    pub body: &'d BodyId,
    /// Which.
    pub report: Uuid,
    /// The task is done, or the report goes back.
    pub approved: bool,
    /// Why it goes back.
    pub reason: &'d str,
}

/// Decides on the report that waits. An approved task ended on the day of the report, not on that of the decision.
///
/// # Errors
/// [`Error::NotAllowed`] unless a coordinator of the body that gave the task acts, [`Error::NotFound`], [`Error::State`] when
/// the report does not wait, [`Error::Malformed`] when one is sent back without a reason.
pub async fn decide(conn: &mut PgConnection, ctx: &Ctx, decision: &Decision<'_>) -> Result<(), Error> {
    let by = acting(ctx, COORDINATOR)?;
    let reason = decision.reason.trim();
    if !decision.approved && reason.is_empty() || reason.chars().count() > REASON_MAX {
        return Err(Error::Malformed("reason"));
    }
    let found: Option<(Uuid, String, String, OffsetDateTime, bool)> = sqlx::query_as(
        "select r.task_id, o.given_by, o.state, r.made_at, r.says_done and not exists (
             select from programme.decision d where d.body = r.body and d.report_id = r.report_id)
         from programme.report r join programme.obligor o on o.body = r.body and o.task_id = r.task_id
         where r.body = $1 and r.report_id = $2 for update of o",
    )
    .bind(decision.body.as_str())
    .bind(decision.report)
    .fetch_optional(&mut *conn)
    .await?;
    let (task, given_by, state, made_at, waits) = found.ok_or(Error::NotFound)?;
    if given_by != by.0.as_str() {
        return Err(Error::NotAllowed);
    }
    if state != "reported" || !waits {
        return Err(Error::State("decided"));
    }
    sqlx::query(
        "insert into programme.decision (body, report_id, task_id, decided_as, approved, reason, decided_by, decided_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(decision.body.as_str())
    .bind(decision.report)
    .bind(task)
    .bind(by.0.as_str())
    .bind(decision.approved)
    .bind(reason)
    .bind(by.1)
    .bind(ctx.now())
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "update programme.obligor set version = version + 1, state = case when $3 then 'done' else 'returned' end,
             ended_at = case when $3 then $4 end, ended_on = case when $3 then $5::date end
         where body = $1 and task_id = $2",
    )
    .bind(decision.body.as_str())
    .bind(task)
    .bind(decision.approved)
    .bind(ctx.now())
    .bind(vietnam(made_at).date())
    .execute(&mut *conn)
    .await?;
    let kind = if decision.approved { "approved" } else { "returned" };
    let detail = json!({"report": decision.report});
    let event = Happened { task, body: Some(decision.body.clone()), kind, detail };
    record(conn, ctx, (&by.0, by.1), &[event]).await
}
