//! Reminders: once before a deadline, each week after it, and by hand.

use super::lists::IS_LATE;
use super::record::{Happened, record};
use super::{COORDINATOR, acting};
use crate::Error;
use kernel::{BodyId, Ctx};
use serde::Serialize;
use serde_json::json;
use sqlx::{AssertSqlSafe, PgConnection};
use time::{Date, Duration};
use uuid::Uuid;

/// A reminder that was sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Reminder {
    /// To whom.
    pub body: BodyId,
    /// Of what.
    pub task: Uuid,
    /// `soon`, `late` or `by-hand`.
    pub kind: String,
    /// Of which last day.
    #[serde(with = "kernel::iso_date")]
    pub due_until: Date,
}

/// Reminds of everything that is due within so many days (once for each deadline) or late (once a week). Run on any day,
/// as often as one likes: what was sent is not sent again. Gives what is new.
///
/// # Errors
/// [`Error::NotAllowed`] for anybody but the program and coordinators.
pub async fn remind(conn: &mut PgConnection, ctx: &Ctx, days: u16) -> Result<Vec<Reminder>, Error> {
    let by = acting(ctx, COORDINATOR)?;
    let today = ctx.today();
    let soon_until = today.checked_add(Duration::days(i64::from(days))).unwrap_or(today);
    let query = format!(
        "insert into programme.reminder (body, task_id, kind, due_until, day, sent_at)
         select o.body, o.task_id, case when {IS_LATE} then 'late' else 'soon' end, o.due_until,
             case when {IS_LATE} then date_trunc('week', $1::date)::date else o.due_until end, $3
         from programme.obligor o
         where {IS_LATE} or (o.part = 'lead' and o.ended_at is null and o.state <> 'reported'
             and o.due_until between $1 and $2)
         on conflict do nothing
         returning body, task_id, kind, due_until"
    );
    let made: Vec<(String, Uuid, String, Date)> =
        sqlx::query_as(AssertSqlSafe(query)).bind(today).bind(soon_until).bind(ctx.now()).fetch_all(&mut *conn).await?;
    let mut made: Vec<Reminder> = made
        .into_iter()
        .map(|(body, task, kind, due_until)| Reminder { body: BodyId::new(body), task, kind, due_until })
        .collect();
    made.sort_by(|a, b| (&a.body, a.due_until, a.task).cmp(&(&b.body, b.due_until, b.task)));
    keep(conn, ctx, &by, &made).await?;
    Ok(made)
}

/// A coordinator reminds a body of a task, at most once a day.
///
/// # Errors
/// [`Error::NotAllowed`] unless it is the body that gave the task, [`Error::NotFound`], [`Error::State`] when it has ended,
/// has no last day, or the body was reminded today.
pub async fn remind_by_hand(conn: &mut PgConnection, ctx: &Ctx, task: Uuid, body: &BodyId) -> Result<Reminder, Error> {
    let by = acting(ctx, COORDINATOR)?;
    let find = "select given_by, due_until, ended_at is null from programme.obligor where body = $1 and task_id = $2";
    let (giver, due, open): (String, Option<Date>, bool) =
        sqlx::query_as(find).bind(body.as_str()).bind(task).fetch_optional(&mut *conn).await?.ok_or(Error::NotFound)?;
    if giver != by.0.as_str() {
        return Err(Error::NotAllowed);
    }
    let due_until = due.filter(|_| open).ok_or(Error::State("ended"))?;
    let sent = sqlx::query(
        "insert into programme.reminder (body, task_id, kind, due_until, day, sent_at)
         values ($1, $2, 'by-hand', $3, $4, $5) on conflict do nothing",
    )
    .bind(body.as_str())
    .bind(task)
    .bind(due_until)
    .bind(ctx.today())
    .bind(ctx.now())
    .execute(&mut *conn)
    .await?;
    if sent.rows_affected() == 0 {
        return Err(Error::State("reminded"));
    }
    let reminder = Reminder { body: body.clone(), task, kind: "by-hand".to_owned(), due_until };
    keep(conn, ctx, &by, std::slice::from_ref(&reminder)).await?;
    Ok(reminder)
}

async fn keep(conn: &mut PgConnection, ctx: &Ctx, by: &(BodyId, Option<Uuid>), made: &[Reminder]) -> Result<(), Error> {
    let event = |reminder: &Reminder| Happened {
        task: reminder.task,
        body: Some(reminder.body.clone()),
        kind: "reminded",
        detail: json!({"kind": reminder.kind, "due_until": kernel::iso_date::text(reminder.due_until)}),
    };
    record(conn, ctx, (&by.0, by.1), &made.iter().map(event).collect::<Vec<_>>()).await
}
