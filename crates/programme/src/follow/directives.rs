//! The directives that are kept, and what was read of each.

use super::lists::IS_LATE;
use crate::Error;
use crate::doubt::Doubt;
use crate::read::Left;
use serde::Serialize;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, FromRow, PgConnection};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// Most directives of one list.
const DIRECTIVES_MAX: i64 = 500;

/// A directive with its figures. A body that leads a task counts once for each.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, FromRow)]
pub struct Directive {
    /// Names it.
    pub directive_id: Uuid,
    /// Its number.
    pub number: String,
    /// Its day.
    #[serde(with = "kernel::iso_date")]
    pub issued_on: Date,
    /// Who steers it.
    pub steering_body: String,
    /// Its tasks.
    pub tasks: i64,
    /// Parts that bodies lead.
    pub leads: i64,
    /// Of these, done.
    pub done: i64,
    /// Of these, late.
    pub late: i64,
}

/// A file of a directive that was read in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct KeptReading {
    /// The document that amends the directive; None: the directive itself.
    pub basis: Option<String>,
    /// Tasks that were read.
    pub tasks: i32,
    /// What was doubtful about the whole.
    pub doubts: Vec<Doubt>,
    /// What belonged to no task.
    pub left: Vec<Left>,
    /// SHA-256 of the file, in hexadecimal.
    pub file: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub read_at: OffsetDateTime,
}

/// All directives, the newest first.
///
/// # Errors
/// When the store fails.
pub async fn directives(conn: &mut PgConnection, on: Date) -> Result<Vec<Directive>, Error> {
    let query = format!(
        "select d.directive_id, d.number, d.issued_on, d.steering_body, count(distinct t.task_id) as tasks,
             count(o.body) as leads, count(o.body) filter (where o.state = 'done') as done,
             count(o.body) filter (where {IS_LATE}) as late
         from programme.directive d
         left join programme.task t on t.directive_id = d.directive_id
         left join programme.obligor o on o.task_id = t.task_id and o.part = 'lead' and o.state not in ('moved', 'dropped')
         group by d.directive_id
         order by d.issued_on desc, d.number limit {DIRECTIVES_MAX}"
    );
    Ok(sqlx::query_as(AssertSqlSafe(query)).bind(on).fetch_all(conn).await?)
}

/// The directive with this number; the newest where a number was given twice.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn numbered(conn: &mut PgConnection, number: &str) -> Result<Uuid, Error> {
    let find = "select directive_id from programme.directive where number = $1 order by issued_on desc limit 1";
    sqlx::query_scalar(find).bind(number).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// What was read in for a directive, oldest first.
///
/// # Errors
/// When the store fails.
pub async fn readings(conn: &mut PgConnection, directive: Uuid) -> Result<Vec<KeptReading>, Error> {
    type Row = (Option<String>, i32, Json<Vec<Doubt>>, Json<Vec<Left>>, Vec<u8>, OffsetDateTime);
    let rows: Vec<Row> = sqlx::query_as(
        "select basis, tasks, doubts, left_over, file_hash, read_at from programme.reading where directive_id = $1 order by read_at, reading_id",
    )
    .bind(directive)
    .fetch_all(conn)
    .await?;
    let reading = |(basis, tasks, doubts, left, file, read_at): Row| {
        let file = kernel::text::hex(&file);
        KeptReading { basis, tasks, doubts: doubts.0, left: left.0, file, read_at }
    };
    Ok(rows.into_iter().map(reading).collect())
}

/// A task with something doubtful about what it says now.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct DoubtfulTask {
    /// The task.
    pub task: Uuid,
    /// Section of the list.
    pub section: String,
    /// Number in the section.
    pub number: String,
    /// What is doubtful.
    pub doubts: Vec<Doubt>,
}

/// The tasks of a directive that somebody should look at, in its order.
///
/// # Errors
/// When the store fails.
pub async fn doubtful(conn: &mut PgConnection, directive: Uuid) -> Result<Vec<DoubtfulTask>, Error> {
    let rows: Vec<(Uuid, String, String, Json<Vec<Doubt>>)> = sqlx::query_as(
        "select t.task_id, t.section, t.number, v.doubts from programme.task t
         join programme.task_version v on v.task_id = t.task_id and v.version = t.version
         where t.directive_id = $1 and jsonb_array_length(v.doubts) > 0 order by t.position, t.task_id",
    )
    .bind(directive)
    .fetch_all(conn)
    .await?;
    let task = |(task, section, number, doubts): (Uuid, String, String, Json<Vec<Doubt>>)| DoubtfulTask {
        task,
        section,
        number,
        doubts: doubts.0,
    };
    Ok(rows.into_iter().map(task).collect())
}

/// Where a task stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, FromRow)]
pub struct Place {
    /// The directive.
    pub directive_id: Uuid,
    /// Its number.
    pub directive: String,
    /// Its day.
    #[serde(with = "kernel::iso_date")]
    pub issued_on: Date,
    /// Who steers it.
    pub steering_body: String,
    /// Section of the list.
    pub section: String,
    /// Number in the section.
    pub number: String,
}

/// Where a task stands.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn place(conn: &mut PgConnection, task: Uuid) -> Result<Place, Error> {
    let find = "select d.directive_id, d.number as directive, d.issued_on, d.steering_body, t.section, t.number
        from programme.task t join programme.directive d on d.directive_id = t.directive_id where t.task_id = $1";
    sqlx::query_as(find).bind(task).fetch_optional(conn).await?.ok_or(Error::NotFound)
}
