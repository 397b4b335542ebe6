//! Who owes a task: as the directive says, or as somebody who gives tasks decides.

use super::record::{Happened, record};
use super::version::Said;
use super::{COORDINATOR, Part, acting};
use crate::Error;
use crate::bodies::Bodies;
use kernel::{BodyId, Ctx};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use time::Date;
use uuid::Uuid;

/// Most characters of a reason.
const REASON_MAX: usize = 10_000;

/// What a version of a task gave to whom.
#[derive(Debug, Default, Serialize)]
pub(super) struct Given {
    pub(super) lead: Vec<BodyId>,
    pub(super) support: Vec<BodyId>,
    /// From whom to whom, after a merger.
    pub(super) moved: Vec<(BodyId, BodyId)>,
    pub(super) dropped: Vec<BodyId>,
}

struct Row {
    body: BodyId,
    part: Part,
    moved: bool,
    from: Option<BodyId>,
}

/// Gives a task to those whom its version names, as of the directive's day; what was a merged body's falls to its successor
/// at once. Those whom an older version named and this one does not are released; who is done stays done.
pub(super) async fn as_said(
    conn: &mut PgConnection,
    ctx: &Ctx,
    bodies: &Bodies,
    steering: &BodyId,
    task: Uuid,
    said: &Said,
    told_on: Date,
) -> Result<Given, Error> {
    let (lead, support) = said.obligors(bodies, told_on);
    let mut given = Given::default();
    // By body: a successor may lead one part and support another, or be named itself.
    let mut rows: BTreeMap<BodyId, Row> = BTreeMap::new();
    for (body, part) in lead.into_iter().map(|b| (b, Part::Lead)).chain(support.into_iter().map(|b| (b, Part::Support)))
    {
        let heir = bodies.falls_to(&body, told_on, ctx.today()).filter(|heir| *heir != body);
        let (holder, from) = match &heir {
            Some(heir) => (heir.clone(), Some(body.clone())),
            None => (body.clone(), None),
        };
        if let Some(heir) = heir {
            given.moved.push((body.clone(), heir));
            rows.entry(body.clone()).or_insert(Row { body, part, moved: true, from: None });
        }
        rows.entry(holder.clone()).and_modify(|row| row.moved = false).or_insert(Row {
            body: holder,
            part,
            moved: false,
            from,
        });
    }
    for row in rows.values().filter(|row| !row.moved) {
        match row.part {
            Part::Lead => given.lead.push(row.body.clone()),
            Part::Support => given.support.push(row.body.clone()),
        }
    }
    let rows: Vec<Row> = rows.into_values().collect();
    write(conn, ctx, steering, task, said, told_on, &rows).await?;
    let named: Vec<&str> = rows.iter().map(|row| row.body.as_str()).collect();
    let dropped: Vec<String> = sqlx::query_scalar(
        "update programme.obligor set state = 'dropped', ended_at = $4, ended_on = $5, version = version + 1
         where task_id = $1 and given_by = $2 and ended_at is null and body <> all ($3) returning body",
    )
    .bind(task)
    .bind(steering.as_str())
    .bind(named)
    .bind(ctx.now())
    .bind(ctx.today())
    .fetch_all(conn)
    .await?;
    given.dropped = dropped.into_iter().map(BodyId::new).collect();
    given.dropped.sort();
    Ok(given)
}

async fn write(
    conn: &mut PgConnection,
    ctx: &Ctx,
    steering: &BodyId,
    task: Uuid,
    said: &Said,
    told_on: Date,
    rows: &[Row],
) -> Result<(), Error> {
    sqlx::query(
        "insert into programme.obligor as o (body, task_id, part, state, progress, due_until, told_on, given_by, from_body,
             version, assigned_at, ended_at, ended_on)
         select body, $1, part, case when moved then 'moved' else 'assigned' end, 0, $2, $3, $4, from_body, 1, $5,
             case when moved then $5 end, case when moved then $6::date end
         from unnest($7::text[], $8::text[], $9::bool[], $10::text[]) as made (body, part, moved, from_body)
         on conflict (body, task_id) do update set
             part = excluded.part, due_until = excluded.due_until, version = o.version + 1,
             state = case when o.state = 'dropped' then excluded.state else o.state end,
             ended_at = case when o.state = 'dropped' then excluded.ended_at else o.ended_at end,
             ended_on = case when o.state = 'dropped' then excluded.ended_on else o.ended_on end",
    )
    .bind(task)
    .bind(said.deadline.until)
    .bind(told_on)
    .bind(steering.as_str())
    .bind(ctx.now())
    .bind(ctx.today())
    .bind(rows.iter().map(|row| row.body.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.part.word()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.moved).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.from.as_ref().map(BodyId::as_str)).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// A task for a body.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// Who is to do it.
    pub body: BodyId,
    /// Leading or supporting.
    pub part: Part,
    /// Its own last day, where it is not that of the task.
    pub due_until: Option<Date>,
}

/// Gives a task to one more body: by the steering body, or by a body that owes it and hands its part down (a province to
/// its communes). Who gives decides on the reports.
///
/// # Errors
/// [`Error::NotAllowed`] unless a coordinator of such a body acts; [`Error::NotFound`]; [`Error::Malformed`] for a body that
/// is not right below the giver today ([`Bodies::below`]); [`Error::State`] when it owes the task already.
pub async fn assign(
    conn: &mut PgConnection,
    ctx: &Ctx,
    bodies: &Bodies,
    task: Uuid,
    assignment: &Assignment,
) -> Result<(), Error> {
    let by = acting(ctx, COORDINATOR)?;
    let (steering, due): (String, Option<Date>) = sqlx::query_as(
        "select d.steering_body, v.due_until from programme.task t
         join programme.directive d on d.directive_id = t.directive_id
         join programme.task_version v on v.task_id = t.task_id and v.version = t.version
         where t.task_id = $1",
    )
    .bind(task)
    .fetch_optional(&mut *conn)
    .await?
    .ok_or(Error::NotFound)?;
    let hands_down = "select exists (select from programme.obligor
        where body = $1 and task_id = $2 and part = 'lead' and ended_at is null)";
    let owes: bool = sqlx::query_scalar(hands_down).bind(by.0.as_str()).bind(task).fetch_one(&mut *conn).await?;
    if by.0.as_str() != steering && !owes {
        return Err(Error::NotAllowed);
    }
    if !bodies.below(&by.0, ctx.today()).contains(&assignment.body) {
        return Err(Error::Malformed("body"));
    }
    let due_until = assignment.due_until.or(due);
    let made = sqlx::query(
        "insert into programme.obligor as o (body, task_id, part, state, progress, due_until, told_on, given_by, version,
             assigned_at)
         values ($1, $2, $3, 'assigned', 0, $4, $5, $6, 1, $7)
         on conflict (body, task_id) do update set part = excluded.part, state = 'assigned', progress = 0,
             due_until = excluded.due_until, told_on = excluded.told_on, given_by = excluded.given_by,
             assigned_at = excluded.assigned_at, reported_at = null, ended_at = null, ended_on = null,
             version = o.version + 1
         where o.state = 'dropped'",
    )
    .bind(assignment.body.as_str())
    .bind(task)
    .bind(assignment.part.word())
    .bind(due_until)
    .bind(ctx.today())
    .bind(by.0.as_str())
    .bind(ctx.now())
    .execute(&mut *conn)
    .await?;
    if made.rows_affected() == 0 {
        return Err(Error::State("assigned"));
    }
    let detail = json!({"part": assignment.part, "due_until": due_until.map(kernel::iso_date::text)});
    let event = Happened { task, body: Some(assignment.body.clone()), kind: "assigned", detail };
    record(conn, ctx, (&by.0, by.1), &[event]).await
}

/// Takes a task from a body that does not owe it any longer, by who gave it.
///
/// # Errors
/// [`Error::NotAllowed`], [`Error::NotFound`], [`Error::State`] when it has ended, [`Error::Malformed`] without a reason.
pub async fn release(conn: &mut PgConnection, ctx: &Ctx, task: Uuid, body: &BodyId, reason: &str) -> Result<(), Error> {
    let by = acting(ctx, COORDINATOR)?;
    if reason.trim().is_empty() || reason.chars().count() > REASON_MAX {
        return Err(Error::Malformed("reason"));
    }
    let find =
        "select given_by, ended_at is not null from programme.obligor where body = $1 and task_id = $2 for update";
    let (given_by, ended): (String, bool) =
        sqlx::query_as(find).bind(body.as_str()).bind(task).fetch_optional(&mut *conn).await?.ok_or(Error::NotFound)?;
    if given_by != by.0.as_str() {
        return Err(Error::NotAllowed);
    }
    if ended {
        return Err(Error::State("ended"));
    }
    sqlx::query(
        "update programme.obligor set state = 'dropped', ended_at = $3, ended_on = $4, version = version + 1
         where body = $1 and task_id = $2",
    )
    .bind(body.as_str())
    .bind(task)
    .bind(ctx.now())
    .bind(ctx.today())
    .execute(&mut *conn)
    .await?;
    let event = Happened { task, body: Some(body.clone()), kind: "released", detail: json!({"reason": reason}) };
    record(conn, ctx, (&by.0, by.1), &[event]).await
}
