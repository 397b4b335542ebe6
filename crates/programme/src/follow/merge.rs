//! Bodies merge: what they owe, and what they steer, falls to their successors.

use super::record::{Happened, record};
use super::{COORDINATOR, acting};
use crate::Error;
use crate::bodies::Bodies;
use kernel::{BodyId, Ctx};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;
use time::Date;
use uuid::Uuid;

/// A task that went from one body to another.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Moved {
    /// The task.
    pub task: Uuid,
    /// Who owed it.
    pub from: BodyId,
    /// Who owes it now.
    pub to: BodyId,
}

/// Moves every open task of a body that ended to the successor that took most of it, with its progress; and the steering of
/// directives and the giving of tasks too. Run on any day, it does what is still to be done; run again, nothing.
///
/// # Errors
/// [`Error::NotAllowed`] for anybody but the program and coordinators.
pub async fn move_merged(conn: &mut PgConnection, ctx: &Ctx, bodies: &Bodies) -> Result<Vec<Moved>, Error> {
    let by = acting(ctx, COORDINATOR)?;
    let today = ctx.today();
    let open: Vec<(String, Uuid, Date)> = sqlx::query_as(
        "select body, task_id, told_on from programme.obligor where ended_at is null order by body, task_id for update",
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut moved = Vec::new();
    for (body, task, told_on) in open {
        let from = BodyId::new(body);
        if let Some(to) = bodies.falls_to(&from, told_on, today).filter(|to| *to != from) {
            moved.push(Moved { task, from, to });
        }
    }
    for Moved { task, from, to } in &moved {
        move_one(conn, ctx, *task, from, to).await?;
    }
    let steered = steer(conn, bodies, today).await?;
    let event = |moved: &Moved| Happened {
        task: moved.task,
        body: Some(moved.to.clone()),
        kind: "moved",
        detail: json!({"from": moved.from, "to": moved.to}),
    };
    let events: Vec<Happened> = moved.iter().map(event).chain(steered).collect();
    record(conn, ctx, (&by.0, by.1), &events).await?;
    Ok(moved)
}

async fn move_one(conn: &mut PgConnection, ctx: &Ctx, task: Uuid, from: &BodyId, to: &BodyId) -> Result<(), Error> {
    // A report that waits stays with the body that made it: the successor reports anew. Who owes the task already keeps
    // its own state and its own last day, but leads, by the last day of the other, if only the other led; and a measure of
    // either goes on. Whose part had been taken away is in the place of the other now.
    sqlx::query(
        "insert into programme.obligor as o (body, task_id, part, state, progress, due_until, told_on, given_by, from_body,
             measure, target, version, assigned_at)
         select $3, task_id, part, 'assigned', progress, due_until, $4, given_by, body, measure, target, 1, $5
         from programme.obligor where body = $2 and task_id = $1
         on conflict (body, task_id) do update set version = o.version + 1,
             due_until = case when o.state in ('dropped', 'moved') or (o.part = 'support' and excluded.part = 'lead')
                 then excluded.due_until else o.due_until end,
             given_by = case when o.state in ('dropped', 'moved') then excluded.given_by else o.given_by end,
             measure = coalesce(o.measure, excluded.measure),
             target = case when o.measure is null then excluded.target else o.target end,
             part = case when excluded.part = 'lead' then 'lead' else o.part end,
             state = case when o.state in ('dropped', 'moved') then 'assigned' else o.state end,
             ended_at = case when o.state in ('dropped', 'moved') then null else o.ended_at end,
             ended_on = case when o.state in ('dropped', 'moved') then null else o.ended_on end",
    )
    .bind(task)
    .bind(from.as_str())
    .bind(to.as_str())
    .bind(ctx.today())
    .bind(ctx.now())
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "update programme.obligor set state = 'moved', ended_at = $3, ended_on = $4, version = version + 1
         where body = $2 and task_id = $1",
    )
    .bind(task)
    .bind(from.as_str())
    .bind(ctx.now())
    .bind(ctx.today())
    .execute(conn)
    .await?;
    Ok(())
}

/// Who steers and who gave: the same bodies merge. Gives an event of each task that somebody else decides on now.
async fn steer(conn: &mut PgConnection, bodies: &Bodies, today: Date) -> Result<Vec<Happened>, Error> {
    let steering: Vec<(String, Date)> = sqlx::query_as(
        "select body, min(since) from (
             select steering_body as body, issued_on as since from programme.directive
             union all select given_by, told_on from programme.obligor where ended_at is null) as who
         group by 1 order by 1",
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut events = Vec::new();
    for (body, since) in steering {
        let from = BodyId::new(body);
        let Some(to) = bodies.falls_to(&from, since, today).filter(|to| *to != from) else { continue };
        let tasks: Vec<Uuid> = sqlx::query_scalar(
            "with directives as (
                 update programme.directive set steering_body = $2 where steering_body = $1 returning directive_id),
             obligors as (
                 update programme.obligor set given_by = $2, version = version + 1
                 where given_by = $1 and ended_at is null returning task_id)
             select t.task_id from programme.task t join directives d on d.directive_id = t.directive_id
             union select task_id from obligors order by 1",
        )
        .bind(from.as_str())
        .bind(to.as_str())
        .fetch_all(&mut *conn)
        .await?;
        let detail = json!({"from": from, "to": to});
        events.extend(tasks.into_iter().map(|task| Happened {
            task,
            body: None,
            kind: "steering-moved",
            detail: detail.clone(),
        }));
    }
    Ok(events)
}
