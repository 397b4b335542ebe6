//! Money for tasks: plan, allotment, spending, by body, task and year. Totals add up by construction: every total is a sum
//! of the same lines.

use crate::Error;
use crate::follow::{REPORTER, acting};
use kernel::{BodyId, Ctx};
use ledger::Entry;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{AssertSqlSafe, FromRow, PgConnection};
use uuid::Uuid;

/// Most characters of a basis.
const BASIS_MAX: usize = 500;

/// What a line says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Planned.
    Plan,
    /// Allotted; never more than is planned.
    Allotment,
    /// Spent; never more than is allotted.
    Spending,
}

/// A line to enter.
#[derive(Clone, Debug)]
pub struct NewLine<'l> {
    /// The task; None: for no single one.
    pub task: Option<Uuid>,
    /// The budget year.
    pub year: i16,
    /// Planned, allotted or spent.
    pub kind: Kind,
    /// Whole đồng; less than zero takes back what was entered before.
    pub amount: i64,
    /// The decision it rests on.
    pub basis: &'l str,
}

/// Enters a line for the acting body. Gives its id.
///
/// # Errors
/// [`Error::NotAllowed`], [`Error::NotFound`] for a task that is none, [`Error::Malformed`]; [`Error::Over`] when more would be
/// allotted than planned, spent than allotted, or taken back than there is.
pub async fn enter(conn: &mut PgConnection, ctx: &Ctx, line: &NewLine<'_>) -> Result<Uuid, Error> {
    let (body, officer) = acting(ctx, REPORTER)?;
    if line.amount == 0 {
        return Err(Error::Malformed("amount"));
    }
    if line.basis.is_empty() || line.basis.chars().count() > BASIS_MAX {
        return Err(Error::Malformed("basis"));
    }
    if !(2000..=2200).contains(&line.year) {
        return Err(Error::Malformed("year"));
    }
    if let Some(task) = line.task {
        let exists = "select exists (select from programme.task where task_id = $1)";
        if !sqlx::query_scalar::<_, bool>(exists).bind(task).fetch_one(&mut *conn).await? {
            return Err(Error::NotFound);
        }
    }
    let task = line.task.unwrap_or_default();
    let amounts = |kind| if kind == line.kind { line.amount } else { 0 };
    // An insert would be checked before the conflict is seen: the row is there first, then it is changed.
    let there =
        "insert into programme.budget (body, task_id, year, planned, allotted, spent) values ($1, $2, $3, 0, 0, 0)
        on conflict do nothing";
    sqlx::query(there).bind(body.as_str()).bind(task).bind(line.year).execute(&mut *conn).await?;
    let add = "update programme.budget set planned = planned + $4, allotted = allotted + $5, spent = spent + $6
        where body = $1 and task_id = $2 and year = $3";
    sqlx::query(add)
        .bind(body.as_str())
        .bind(task)
        .bind(line.year)
        .bind(amounts(Kind::Plan))
        .bind(amounts(Kind::Allotment))
        .bind(amounts(Kind::Spending))
        .execute(&mut *conn)
        .await
        .map_err(over)?;
    let id = ctx.uuid();
    let kind = match line.kind {
        Kind::Plan => "plan",
        Kind::Allotment => "allotment",
        Kind::Spending => "spending",
    };
    sqlx::query(
        "insert into programme.money (body, line_id, task_id, year, kind, amount, basis, entered_by, entered_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(body.as_str())
    .bind(id)
    .bind(task)
    .bind(line.year)
    .bind(kind)
    .bind(line.amount)
    .bind(line.basis)
    .bind(officer)
    .bind(ctx.now())
    .execute(&mut *conn)
    .await?;
    let said = json!({"programme": "money", "line": id, "task": line.task, "year": line.year, "kind": kind,
        "amount": line.amount.to_string(), "basis": line.basis, "for": body, "officer": officer});
    ledger::append(conn, ctx, Entry { subject: None, kind: "change", body: said }).await?;
    Ok(id)
}

/// Which sum would not hold.
fn over(error: sqlx::Error) -> Error {
    let field = match store::constraint(&error) {
        Some("budget_plan_not_negative") => "plan",
        Some("budget_allotment_within_plan") => "allotment",
        Some("budget_spending_within_allotment") => "spending",
        _ => return error.into(),
    };
    Error::Over(field)
}

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

/// Totals, of one body or all.
///
/// # Errors
/// When the store fails.
pub async fn totals(conn: &mut PgConnection, by: By, body: Option<&BodyId>) -> Result<Vec<Total>, Error> {
    let key = match by {
        By::Body => "body",
        By::Task => "task_id::text",
        By::Year => "year::text",
        By::All => "''::text",
    };
    let query = format!(
        "select {key} as key, coalesce(sum(amount) filter (where kind = 'plan'), 0)::bigint as planned,
             coalesce(sum(amount) filter (where kind = 'allotment'), 0)::bigint as allotted,
             coalesce(sum(amount) filter (where kind = 'spending'), 0)::bigint as spent
         from programme.money where $1::text is null or body = $1 group by 1 order by 1"
    );
    Ok(sqlx::query_as(AssertSqlSafe(query)).bind(body.map(BodyId::as_str)).fetch_all(conn).await?)
}
