//! How a directive stands, for the public page of results: figures, and no body's own words.

use super::lists::IS_LATE;
use crate::Error;
use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow, PgConnection};
use time::Date;
use uuid::Uuid;

/// A task and how many of those that lead it have ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, FromRow)]
pub struct TaskStanding {
    /// The task.
    pub task_id: Uuid,
    /// Its section.
    pub section: String,
    /// Its number there.
    pub number: String,
    /// What is to be done.
    pub content: String,
    /// What the directive says of its deadline.
    pub deadline_text: String,
    /// Last day on time.
    #[serde(with = "kernel::iso_date::option")]
    pub due_until: Option<Date>,
    /// Which version is in force: more than one says that it was amended.
    pub version: i32,
    /// Who leads it and still counts.
    pub leads: i64,
    /// Of these, done.
    pub done: i64,
    /// Of these, late.
    pub late: i64,
}

/// A directive and its tasks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Standing {
    /// The directive.
    pub directive: Uuid,
    /// Its number.
    pub number: String,
    /// Its day.
    #[serde(with = "kernel::iso_date")]
    pub issued_on: Date,
    /// Who steers it.
    pub steering_body: String,
    /// Its tasks, in its order.
    pub tasks: Vec<TaskStanding>,
}

/// How a directive stands on a day.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn standing(conn: &mut PgConnection, directive: Uuid, on: Date) -> Result<Standing, Error> {
    let find = "select number, issued_on, steering_body from programme.directive where directive_id = $1";
    let (number, issued_on, steering_body) =
        sqlx::query_as(find).bind(directive).fetch_optional(&mut *conn).await?.ok_or(Error::NotFound)?;
    let query = format!(
        "select t.task_id, t.section, t.number, v.content, v.deadline_text, v.due_until, t.version,
             count(o.body) as leads, count(o.body) filter (where o.state = 'done') as done,
             count(o.body) filter (where {IS_LATE}) as late
         from programme.task t
         join programme.task_version v on v.task_id = t.task_id and v.version = t.version
         left join programme.obligor o on o.task_id = t.task_id and o.part = 'lead' and o.state not in ('moved', 'dropped')
         where t.directive_id = $2
         group by t.task_id, v.task_id, v.version
         order by t.position, t.task_id"
    );
    let tasks = sqlx::query_as(AssertSqlSafe(query)).bind(on).bind(directive).fetch_all(conn).await?;
    Ok(Standing { directive, number, issued_on, steering_body, tasks })
}
