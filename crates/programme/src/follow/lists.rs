//! What is late, what soon will be, what a body owes, what waits for a decision.

use super::{Part, State};
use crate::Error;
use kernel::BodyId;
use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow, PgConnection};
use time::{Date, Duration};
use uuid::Uuid;

/// Most lines of one list.
pub const LIST_MAX: i64 = 1_000;

/// Which lines.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this body only.
    pub body: Option<BodyId>,
    /// Of this directive only.
    pub directive: Option<Uuid>,
    /// That this body gave only.
    pub given_by: Option<BodyId>,
    /// Of this task only.
    pub task: Option<Uuid>,
    /// Only of bodies that lead.
    pub leads: bool,
    /// How many lines to pass over.
    pub skip: u32,
    /// At most so many; None: [`LIST_MAX`].
    pub take: Option<u32>,
}

/// A task of a body.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Line {
    /// The task.
    pub task: Uuid,
    /// Who owes it.
    pub body: BodyId,
    /// Leading or supporting.
    pub part: Part,
    /// How far it is.
    pub state: State,
    /// Percent.
    pub progress: i16,
    /// The directive's number.
    pub directive: String,
    /// Section of the list.
    pub section: String,
    /// Number in the section.
    pub number: String,
    /// What is to be done.
    pub content: String,
    /// In which form the deadline is said.
    pub deadline_kind: String,
    /// What the directive says of it.
    pub deadline_text: String,
    /// Last day on time.
    #[serde(with = "kernel::iso_date::option")]
    pub due_until: Option<Date>,
    /// Days beyond the last day on time; None: not late.
    pub days_late: Option<i64>,
    /// Who decides on its reports.
    pub given_by: BodyId,
    /// The body whose part it was before a merger.
    pub from_body: Option<BodyId>,
    /// The report that waits for a decision.
    pub waiting: Option<Uuid>,
}

impl Line {
    /// Whether nothing is owed any more.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        matches!(self.state, State::Done | State::Moved | State::Dropped)
    }
}

#[derive(FromRow)]
struct Row {
    task_id: Uuid,
    body: String,
    part: String,
    state: String,
    progress: i16,
    directive: String,
    section: String,
    number: String,
    content: String,
    deadline_kind: String,
    deadline_text: String,
    due_until: Option<Date>,
    given_by: String,
    from_body: Option<String>,
    waiting: Option<Uuid>,
    is_late: bool,
}

/// The last day that counts for lateness is that of the report, while it waits for a decision.
pub(super) const IS_LATE: &str =
    "(o.part = 'lead' and o.ended_at is null and o.due_until < $1 and not (o.state = 'reported'
    and (o.reported_at at time zone 'Asia/Ho_Chi_Minh')::date <= o.due_until))";

const IS_SOON: &str = "(o.part = 'lead' and o.ended_at is null and o.state <> 'reported' and o.due_until >= $1)";

async fn list(
    conn: &mut PgConnection,
    on: Date,
    filter: &Filter,
    which: &str,
    until: Option<Date>,
) -> Result<Vec<Line>, Error> {
    let query = format!(
        "select o.task_id, o.body, o.part, o.state, o.progress, d.number as directive, t.section, t.number, v.content,
             v.deadline_kind, v.deadline_text, o.due_until, o.given_by, o.from_body,
             (select r.report_id from programme.report r where r.body = o.body and r.task_id = o.task_id and r.says_done
                  and o.state = 'reported' and not exists (select from programme.decision c
                      where c.body = r.body and c.report_id = r.report_id) limit 1) as waiting,
             coalesce({IS_LATE}, false) as is_late
         from programme.obligor o
         join programme.task t on t.task_id = o.task_id
         join programme.directive d on d.directive_id = t.directive_id
         join programme.task_version v on v.task_id = t.task_id and v.version = t.version
         where ($2::text is null or o.body = $2) and ($3::uuid is null or t.directive_id = $3)
           and ($4::date is null or o.due_until <= $4) and ($6::text is null or o.given_by = $6)
           and ($7::uuid is null or o.task_id = $7) and (not $9 or o.part = 'lead') and {which}
         order by o.due_until nulls last, d.issued_on, t.position, o.body
         limit $8 offset $5"
    );
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(query))
        .bind(on)
        .bind(filter.body.as_ref().map(BodyId::as_str))
        .bind(filter.directive)
        .bind(until)
        .bind(i64::from(filter.skip))
        .bind(filter.given_by.as_ref().map(BodyId::as_str))
        .bind(filter.task)
        .bind(filter.take.map_or(LIST_MAX, |take| i64::from(take).min(LIST_MAX)))
        .bind(filter.leads)
        .fetch_all(conn)
        .await?;
    rows.into_iter().map(|row| row.line(on)).collect()
}

impl Row {
    fn line(self, on: Date) -> Result<Line, Error> {
        Ok(Line {
            days_late: self.due_until.filter(|_| self.is_late).map(|due| (on - due).whole_days()),
            task: self.task_id,
            body: BodyId::new(self.body),
            part: if self.part == "lead" { Part::Lead } else { Part::Support },
            state: State::parse(&self.state)?,
            progress: self.progress,
            directive: self.directive,
            section: self.section,
            number: self.number,
            content: self.content,
            deadline_kind: self.deadline_kind,
            deadline_text: self.deadline_text,
            due_until: self.due_until,
            given_by: BodyId::new(self.given_by),
            from_body: self.from_body.map(BodyId::new),
            waiting: self.waiting,
        })
    }
}

/// How many lines of each sort a filter has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, FromRow)]
pub struct Counts {
    /// Past their last day.
    pub late: i64,
    /// Not late, and due within the days asked for.
    pub soon: i64,
    /// Reported as done, not decided on.
    pub waiting: i64,
    /// Not ended.
    pub open: i64,
    /// All.
    pub total: i64,
}

/// What [`Counts`] counts of obligors `o`, on the day `$1`, those due until `$2` soon.
fn counted() -> String {
    format!(
        "count(*) filter (where {IS_LATE}) as late, count(*) filter (where {IS_SOON} and o.due_until <= $2) as soon,
             count(*) filter (where o.state = 'reported') as waiting, count(*) filter (where o.ended_at is null) as open,
             count(*) as total"
    )
}

/// The same of what each body of `$3` leads, after the body.
pub(crate) fn counts_by_body() -> String {
    let counted = counted();
    format!(
        "select o.body, {counted} from programme.obligor o where o.body = any ($3) and o.part = 'lead' group by o.body"
    )
}

/// Counts what the lists of this module would show.
///
/// # Errors
/// When the store fails.
pub async fn counts(conn: &mut PgConnection, on: Date, days: u16, filter: &Filter) -> Result<Counts, Error> {
    let until = on.checked_add(Duration::days(i64::from(days))).unwrap_or(on);
    let query = format!(
        "select {} from programme.obligor o join programme.task t on t.task_id = o.task_id
         where ($3::text is null or o.body = $3) and ($4::uuid is null or t.directive_id = $4)
           and ($5::text is null or o.given_by = $5) and ($6::uuid is null or o.task_id = $6)
           and (not $7 or o.part = 'lead')",
        counted()
    );
    Ok(sqlx::query_as(AssertSqlSafe(query))
        .bind(on)
        .bind(until)
        .bind(filter.body.as_ref().map(BodyId::as_str))
        .bind(filter.directive)
        .bind(filter.given_by.as_ref().map(BodyId::as_str))
        .bind(filter.task)
        .bind(filter.leads)
        .fetch_one(conn)
        .await?)
}

/// Who leads a task that a body gave, ended or not.
///
/// # Errors
/// When the store fails.
pub async fn owing(conn: &mut PgConnection, giver: &BodyId) -> Result<Vec<BodyId>, Error> {
    let find = "select distinct body from programme.obligor where given_by = $1 and part = 'lead' order by 1 limit $2";
    let bodies: Vec<String> = sqlx::query_scalar(find).bind(giver.as_str()).bind(LIST_MAX).fetch_all(conn).await?;
    Ok(bodies.into_iter().map(BodyId::new).collect())
}

/// What is late on a day, the latest first. A task whose report waits, and was made in time, is not late.
///
/// # Errors
/// When the store fails.
pub async fn late(conn: &mut PgConnection, on: Date, filter: &Filter) -> Result<Vec<Line>, Error> {
    list(conn, on, filter, IS_LATE, None).await
}

/// What is not late on a day and will be within so many days.
///
/// # Errors
/// When the store fails.
pub async fn soon(conn: &mut PgConnection, on: Date, days: u16, filter: &Filter) -> Result<Vec<Line>, Error> {
    let until = on.checked_add(Duration::days(i64::from(days))).unwrap_or(on);
    list(conn, on, filter, IS_SOON, Some(until)).await
}

/// What a body has not ended, leading and supporting.
///
/// # Errors
/// When the store fails.
pub async fn owed(conn: &mut PgConnection, on: Date, body: &BodyId) -> Result<Vec<Line>, Error> {
    let filter = Filter { body: Some(body.clone()), ..Filter::default() };
    open(conn, on, &filter).await
}

/// What has not ended, led and supported.
///
/// # Errors
/// When the store fails.
pub async fn open(conn: &mut PgConnection, on: Date, filter: &Filter) -> Result<Vec<Line>, Error> {
    list(conn, on, filter, "o.ended_at is null", None).await
}

/// Everything, ended or not.
///
/// # Errors
/// When the store fails.
pub async fn all(conn: &mut PgConnection, on: Date, filter: &Filter) -> Result<Vec<Line>, Error> {
    list(conn, on, filter, "true", None).await
}

/// Whose reports wait for a decision of a body.
///
/// # Errors
/// When the store fails.
pub async fn waiting(conn: &mut PgConnection, on: Date, giver: &BodyId) -> Result<Vec<Line>, Error> {
    waiting_for(conn, on, &Filter { given_by: Some(giver.clone()), ..Filter::default() }).await
}

/// Whose reports wait for a decision.
///
/// # Errors
/// When the store fails.
pub async fn waiting_for(conn: &mut PgConnection, on: Date, filter: &Filter) -> Result<Vec<Line>, Error> {
    list(conn, on, filter, "o.state = 'reported'", None).await
}
