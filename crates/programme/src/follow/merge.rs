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
    steer(conn, bodies, today).await?;
    let event = |moved: &Moved| Happened {
        task: moved.task,
        body: Some(moved.to.clone()),
        kind: "moved",
        detail: json!({"from": moved.from, "to": moved.to}),
    };
    record(conn, ctx, (&by.0, by.1), &moved.iter().map(event).collect::<Vec<_>>()).await?;
    Ok(moved)
}

async fn move_one(conn: &mut PgConnection, ctx: &Ctx, task: Uuid, from: &BodyId, to: &BodyId) -> Result<(), Error> {
    // A report that waits stays with the body that made it: the successor reports anew. Who owes the task already keeps
    // its own state, but leads if one of the two led.
    sqlx::query(
        "insert into programme.obligor as o (body, task_id, part, state, progress, due_until, told_on, given_by, from_body,
             measure, target, version, assigned_at)
         select $3, task_id, part, 'assigned', progress, due_until, $4, given_by, body, measure, target, 1, $5
         from programme.obligor where body = $2 and task_id = $1
         on conflict (body, task_id) do update set version = o.version + 1,
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

/// Who steers and who gave: the same bodies merge.
async fn steer(conn: &mut PgConnection, bodies: &Bodies, today: Date) -> Result<(), Error> {
    let steering: Vec<(String, Date)> = sqlx::query_as(
        "select steering_body, min(issued_on) from programme.directive group by 1
         union select given_by, min(told_on) from programme.obligor where ended_at is null group by 1",
    )
    .fetch_all(&mut *conn)
    .await?;
    for (body, since) in steering {
        let from = BodyId::new(body);
        let Some(to) = bodies.falls_to(&from, since, today).filter(|to| *to != from) else { continue };
        let directives = "update programme.directive set steering_body = $2 where steering_body = $1";
        let obligors = "update programme.obligor set given_by = $2, version = version + 1
            where given_by = $1 and ended_at is null";
        for update in [directives, obligors] {
            sqlx::query(update).bind(from.as_str()).bind(to.as_str()).execute(&mut *conn).await?;
        }
    }
    Ok(())
}
