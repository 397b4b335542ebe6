//! Tasks that the platform measures itself: a share of dossiers filed online, a number of records cleaned.

use super::evidence::Evidence;
use super::record::{Happened, record};
use super::report::{NewReport, report};
use super::{COORDINATOR, acting};
use crate::Error;
use kernel::{Actor, BodyId, Ctx};
use serde_json::json;
use sqlx::PgConnection;
use time::Date;
use uuid::Uuid;

/// Most bodies and measures that are asked for in one go.
const ASKED_MAX: i64 = 10_000;
/// Most characters of a measure's name.
const MEASURE_MAX: usize = 200;

/// Ties a body's task to a figure that the platform measures, and says at which figure it is done.
///
/// # Errors
/// [`Error::NotAllowed`] unless a coordinator of the body that gave the task acts, [`Error::NotFound`], [`Error::Malformed`].
pub async fn set_measure(
    conn: &mut PgConnection,
    ctx: &Ctx,
    task: Uuid,
    body: &BodyId,
    measure: &str,
    target: f64,
) -> Result<(), Error> {
    let by = acting(ctx, COORDINATOR)?;
    if measure.is_empty() || measure.chars().count() > MEASURE_MAX {
        return Err(Error::Malformed("measure"));
    }
    if !target.is_finite() || target <= 0.0 {
        return Err(Error::Malformed("target"));
    }
    let find = "select given_by from programme.obligor where body = $1 and task_id = $2 for update";
    let giver: Option<String> =
        sqlx::query_scalar(find).bind(body.as_str()).bind(task).fetch_optional(&mut *conn).await?;
    if giver.ok_or(Error::NotFound)? != by.0.as_str() {
        return Err(Error::NotAllowed);
    }
    let set = "update programme.obligor set measure = $3, target = $4, version = version + 1 where body = $1 and task_id = $2";
    sqlx::query(set).bind(body.as_str()).bind(task).bind(measure).bind(target).execute(&mut *conn).await?;
    let detail = json!({"measure": measure, "target": target});
    record(conn, ctx, (&by.0, by.1), &[Happened { task, body: Some(body.clone()), kind: "measure-set", detail }]).await
}

/// Bodies with open tasks that are tied to a figure, and the figure's name.
///
/// # Errors
/// When the store fails.
pub async fn to_measure(conn: &mut PgConnection) -> Result<Vec<(BodyId, String)>, Error> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select distinct body, measure from programme.obligor
         where measure is not null and part = 'lead' and state in ('assigned', 'returned') order by 1, 2 limit $1",
    )
    .bind(ASKED_MAX)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(body, measure)| (BodyId::new(body), measure)).collect())
}

/// The program hands over a figure for every open task that is tied to this measure, of one body. Each gets a report with
/// the figure as evidence: done where it reaches the target. Passed over are tasks whose report waits, and those whose last
/// report says the same figure: run again, it does nothing, and what was sent back waits for another figure or for an officer.
/// Gives the tasks.
///
/// # Errors
/// [`Error::NotAllowed`] for anybody but the program, [`Error::Malformed`] for a figure that is none.
pub async fn measured(
    conn: &mut PgConnection,
    ctx: &Ctx,
    body: &BodyId,
    measure: &str,
    figure: f64,
    as_of: Date,
) -> Result<Vec<Uuid>, Error> {
    if !matches!(ctx.actor, Actor::System { .. }) {
        return Err(Error::NotAllowed);
    }
    if !figure.is_finite() {
        return Err(Error::Malformed("figure"));
    }
    let tasks: Vec<(Uuid, f64)> = sqlx::query_as(
        "select task_id, target from programme.obligor
         where body = $1 and measure = $2 and part = 'lead' and state in ('assigned', 'returned')
             and not exists (
                 select from programme.evidence e
                 where e.body = $1 and e.kind = 'measured' and e.name = $2 and e.figure = $3 and e.report_id = (
                     select r.report_id from programme.report r
                     where r.body = $1 and r.task_id = obligor.task_id order by r.seq desc limit 1))
         order by task_id",
    )
    .bind(body.as_str())
    .bind(measure)
    .bind(figure)
    .fetch_all(&mut *conn)
    .await?;
    let own = ctx.act_as(Actor::System { body: body.clone(), on_decision_of: None });
    for (task, target) in &tasks {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100")]
        let progress = (figure / target * 100.0).clamp(0.0, 100.0).floor() as u8;
        let evidence = vec![Evidence::Measured { name: measure.to_owned(), figure, as_of: Some(as_of) }];
        let new = NewReport { progress, says_done: figure >= *target, note: String::new(), evidence };
        report(conn, &own, *task, &new).await?;
    }
    Ok(tasks.into_iter().map(|(task, _)| task).collect())
}
