//! Money for tasks: plan, allotment, spending, by body, task and year. Totals add up by construction: every total is a sum
//! of the same lines.

mod file;
mod totals;

pub use file::{LINES_MAX, Taken, take};
pub use totals::{About, By, Line, PAGE_MAX, TOTALS_MAX, TaskName, Total, lines, task_names, totals};

use crate::Error;
use crate::follow::{REPORTER, acting};
use kernel::Ctx;
use ledger::Entry;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
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
    /// Names it, so that a form that is sent twice is entered once; None: a fresh one.
    pub id: Option<Uuid>,
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

impl Kind {
    /// Every kind with its word.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Plan, "plan"), (Self::Allotment, "allotment"), (Self::Spending, "spending")];

    /// The kind of this word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(kind, _)| *kind)
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Allotment => "allotment",
            Self::Spending => "spending",
        }
    }
}

/// Whole đồng as people write them: digits, which may be parted in groups of three by dots, commas or spaces, and a minus
/// before them.
#[must_use]
pub fn amount(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest.trim_start()));
    let mut groups = digits.split(['.', ',', ' ', '\u{a0}']);
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let grouped = rest.is_empty() || (first.len() <= 3 && rest.iter().all(|group| group.len() == 3));
    let whole = format!("{first}{}", rest.concat());
    let plain = !first.is_empty() && grouped && whole.bytes().all(|byte| byte.is_ascii_digit());
    if plain { whole.parse::<i64>().ok()?.checked_mul(sign) } else { None }
}

/// Whether a line has a shape that can be entered.
fn check(line: &NewLine<'_>) -> Result<(), Error> {
    if line.amount == 0 {
        return Err(Error::Malformed("amount"));
    }
    let basis = line.basis.trim();
    if basis.is_empty() || basis.chars().count() > BASIS_MAX || basis.contains('\0') {
        return Err(Error::Malformed("basis"));
    }
    if (2000..=2200).contains(&line.year) { Ok(()) } else { Err(Error::Malformed("year")) }
}

/// Enters a line for the acting body. Gives its id.
///
/// # Errors
/// [`Error::NotAllowed`], [`Error::NotFound`] for a task that is none, [`Error::Malformed`]; [`Error::Over`] when more would be
/// allotted than planned, spent than allotted, or taken back than there is; [`Error::State`] when a line with its id was
/// entered.
pub async fn enter(conn: &mut PgConnection, ctx: &Ctx, line: &NewLine<'_>) -> Result<Uuid, Error> {
    let (body, officer) = acting(ctx, REPORTER)?;
    check(line)?;
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
    let (id, kind) = (line.id.unwrap_or_else(|| ctx.uuid()), line.kind.word());
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
    .await
    .map_err(over)?;
    let said = json!({"programme": "money", "line": id, "task": line.task, "year": line.year, "kind": kind,
        "amount": line.amount.to_string(), "basis": line.basis, "for": body, "officer": officer});
    ledger::append(conn, ctx, Entry { subject: None, kind: "change", body: said }).await?;
    Ok(id)
}

/// Which sum would not hold.
fn over(error: sqlx::Error) -> Error {
    let field = match store::constraint(&error) {
        Some("money_pk") => return Error::State("entered"),
        Some("budget_plan_not_negative") => "plan",
        Some("budget_allotment_within_plan") => "allotment",
        Some("budget_spending_within_allotment") => "spending",
        _ => return error.into(),
    };
    Error::Over(field)
}
