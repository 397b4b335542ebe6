//! What the lines add up to.

use crate::{Error, sight};
use kernel::{BodyId, Ctx};
use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow, PgConnection};
use time::OffsetDateTime;
use uuid::Uuid;

/// Most totals of one table.
pub const TOTALS_MAX: i64 = 2_000;
/// Most lines of one page.
pub const PAGE_MAX: u32 = 100;

/// By what totals are made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// A line for each body.
    Body,
    /// A line for each task (the nil UUID: for no single one).
    Task,
    /// A line for each year.
    Year,
    /// One line.
    All,
}

/// Which lines. Who does not follow the whole programme sees those of the own body only.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// Of this body.
    pub body: Option<BodyId>,
    /// Of this year.
    pub year: Option<i16>,
    /// Lines to pass over; totals know no pages.
    pub skip: u32,
    /// At most so many lines; never more than [`PAGE_MAX`].
    pub take: u32,
}

/// A total.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, FromRow)]
pub struct Total {
    /// The body, task or year; empty for the one line of all.
    pub key: String,
    /// Planned, whole đồng.
    pub planned: i64,
    /// Allotted.
    pub allotted: i64,
    /// Spent.
    pub spent: i64,
}

/// A line as it was entered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, FromRow)]
pub struct Line {
    /// Who entered it.
    pub body: String,
    /// The task; the nil UUID: for no single one.
    pub task_id: Uuid,
    /// The budget year.
    pub year: i16,
    /// `plan`, `allotment` or `spending`.
    pub kind: String,
    /// Whole đồng.
    pub amount: i64,
    /// The decision it rests on.
    pub basis: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub entered_at: OffsetDateTime,
}

/// A task that money is for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, FromRow)]
pub struct TaskName {
    /// The task.
    pub task_id: Uuid,
    /// The directive's number.
    pub directive: String,
    /// Section of its list.
    pub section: String,
    /// Number in the section.
    pub number: String,
    /// What is to be done.
    pub content: String,
}

/// Totals, by body, task or year. The largest plans come first; years the newest first.
///
/// # Errors
/// [`Error::NotAllowed`] for whoever does not work on the programme, or asks for another body without following it whole.
pub async fn totals(conn: &mut PgConnection, ctx: &Ctx, by: By, about: &About) -> Result<Vec<Total>, Error> {
    let body = sight(conn, ctx).await?.only(about.body.as_ref())?;
    let (key, order) = match by {
        By::Body => ("body", "planned desc, key"),
        By::Task => ("task_id::text", "planned desc, key"),
        By::Year => ("year::text", "key desc"),
        By::All => ("''::text", "key"),
    };
    let query = format!(
        "select {key} as key, coalesce(sum(amount) filter (where kind = 'plan'), 0)::bigint as planned,
             coalesce(sum(amount) filter (where kind = 'allotment'), 0)::bigint as allotted,
             coalesce(sum(amount) filter (where kind = 'spending'), 0)::bigint as spent
         from programme.money where ($1::text is null or body = $1) and ($2::smallint is null or year = $2)
         group by 1 order by {order} limit {TOTALS_MAX}"
    );
    let totals = sqlx::query_as(AssertSqlSafe(query)).bind(body.as_ref().map(BodyId::as_str)).bind(about.year);
    Ok(totals.fetch_all(conn).await?)
}

/// The lines, newest first.
///
/// # Errors
/// As [`totals`].
pub async fn lines(conn: &mut PgConnection, ctx: &Ctx, about: &About) -> Result<Vec<Line>, Error> {
    let body = sight(conn, ctx).await?.only(about.body.as_ref())?;
    let lines = sqlx::query_as(
        "select body, task_id, year, kind, amount, basis, entered_at from programme.money
         where ($1::text is null or body = $1) and ($2::smallint is null or year = $2)
         order by entered_at desc, line_id desc limit $3 offset $4",
    );
    let lines = lines
        .bind(body.as_ref().map(BodyId::as_str))
        .bind(about.year)
        .bind(i64::from(about.take.min(PAGE_MAX)))
        .bind(i64::from(about.skip));
    Ok(lines.fetch_all(conn).await?)
}

/// What tasks are called: their directive's own words.
///
/// # Errors
/// [`Error::NotAllowed`] for whoever does not work on the programme.
pub async fn task_names(conn: &mut PgConnection, ctx: &Ctx, tasks: &[Uuid]) -> Result<Vec<TaskName>, Error> {
    sight(conn, ctx).await?;
    let names = sqlx::query_as(
        "select t.task_id, d.number as directive, t.section, t.number, v.content from programme.task t
         join programme.directive d on d.directive_id = t.directive_id
         join programme.task_version v on v.task_id = t.task_id and v.version = t.version
         where t.task_id = any($1) limit $2",
    );
    Ok(names.bind(tasks).bind(TOTALS_MAX).fetch_all(conn).await?)
}
