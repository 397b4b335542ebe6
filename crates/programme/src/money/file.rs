//! Lines of money from a file: all of them, or none.
//!
//! Columns: `year`, `kind` (`plan`, `allotment`, `spending`, or kế hoạch, phân bổ, chi), `amount` (whole đồng, groups of three
//! may be parted), `basis`, and, where the money is for one task, `directive` (its number), `section`, `task` (number in the
//! section).

use super::{Kind, NewLine, amount, check, enter};
use crate::Error;
use crate::follow::{REPORTER, acting};
use crate::lines::{FAULTS_MAX, Fault, File, Line, Wrong};
use kernel::Ctx;
use kernel::text::fold;
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::{Connection, PgConnection};
use std::collections::HashMap;
use uuid::Uuid;

/// Most lines of one file.
pub const LINES_MAX: usize = 1_000;
/// Columns that a file needs.
const NEEDED: [&str; 4] = ["year", "kind", "amount", "basis"];

/// What became of a file.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Taken {
    /// Lines that were entered: all of the file, or none.
    pub entered: usize,
    /// This very file was taken before: nothing was changed.
    pub again: bool,
    /// What is wrong. While anything is, nothing is entered.
    pub faults: Vec<Fault>,
}

struct Row {
    line: u64,
    task: Option<Uuid>,
    year: i16,
    kind: Kind,
    amount: i64,
    basis: String,
    text: String,
}

/// Enters every line of a file for the acting body, or none where one of them is wrong. The same file again changes
/// nothing.
///
/// # Errors
/// [`Error::NotAllowed`], [`Error::Unreadable`] when it is no CSV with these columns, [`Error::TooLarge`].
pub async fn take(conn: &mut PgConnection, ctx: &Ctx, csv: &[u8]) -> Result<Taken, Error> {
    acting(ctx, REPORTER)?;
    // A savepoint, where the caller is in a transaction: what is entered before a line that does not hold goes with it.
    let mut tx = conn.begin().await?;
    let (rows, faults) = read(&mut tx, csv).await?;
    if !faults.is_empty() {
        return Ok(Taken { faults, ..Taken::default() });
    }
    if !rows.is_empty() && !keep_file(&mut tx, ctx, csv, rows.len()).await? {
        return Ok(Taken { again: true, ..Taken::default() });
    }
    for row in &rows {
        let line =
            NewLine { id: None, task: row.task, year: row.year, kind: row.kind, amount: row.amount, basis: &row.basis };
        match enter(&mut tx, ctx, &line).await {
            Ok(_) => {}
            Err(Error::Over(_)) => {
                let fault = Fault { line: row.line, column: "amount", text: row.text.clone(), why: "over" };
                return Ok(Taken { faults: vec![fault], ..Taken::default() });
            }
            Err(error) => return Err(error),
        }
    }
    tx.commit().await?;
    Ok(Taken { entered: rows.len(), ..Taken::default() })
}

/// Whether the file is new to the body.
async fn keep_file(conn: &mut PgConnection, ctx: &Ctx, csv: &[u8], lines: usize) -> Result<bool, Error> {
    let (body, officer) = acting(ctx, REPORTER)?;
    let kept = sqlx::query(
        "insert into programme.money_file (body, file_hash, lines, taken_by, taken_at) values ($1, $2, $3, $4, $5)
         on conflict (body, file_hash) do nothing",
    )
    .bind(body.as_str())
    .bind(Sha256::digest(csv).to_vec())
    .bind(i32::try_from(lines).unwrap_or(i32::MAX))
    .bind(officer)
    .bind(ctx.now())
    .execute(conn)
    .await?;
    Ok(kept.rows_affected() == 1)
}

async fn read(conn: &mut PgConnection, csv: &[u8]) -> Result<(Vec<Row>, Vec<Fault>), Error> {
    let mut file = File::open(csv, &NEEDED)?;
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    let mut known = HashMap::new();
    while let Some(line) = file.next()? {
        if rows.len() >= LINES_MAX || faults.len() >= FAULTS_MAX {
            return Err(Error::TooLarge(LINES_MAX));
        }
        match row(&line) {
            Err(wrong) => faults.push(line.fault(wrong)),
            Ok(mut row) => match task(conn, &mut known, &line).await? {
                Err(wrong) => faults.push(line.fault(wrong)),
                Ok(task) => {
                    row.task = task;
                    rows.push(row);
                }
            },
        }
    }
    Ok((rows, faults))
}

/// A line but for its task.
fn row(line: &Line<'_>) -> Result<Row, Wrong> {
    let kind = match fold(line.cell("kind")).as_str() {
        "plan" | "ke hoach" => Kind::Plan,
        "allotment" | "phan bo" => Kind::Allotment,
        "spending" | "chi" => Kind::Spending,
        _ => return Err(("kind", "unreadable")),
    };
    let text = line.cell("amount");
    let amount = amount(text).ok_or(("amount", "unreadable"))?;
    let year = line.cell("year").parse().map_err(|_| ("year", "unreadable"))?;
    let basis = line.cell("basis");
    let new = NewLine { id: None, task: None, year, kind, amount, basis };
    match check(&new) {
        Err(Error::Malformed(column)) => return Err((column, "unreadable")),
        Err(_) => return Err(("basis", "unreadable")),
        Ok(()) => {}
    }
    Ok(Row { line: line.number, task: None, year, kind, amount, basis: basis.to_owned(), text: text.to_owned() })
}

type Known = HashMap<(String, String, String), Option<Uuid>>;

/// The task that a line names; None where it names none.
async fn task(
    conn: &mut PgConnection,
    known: &mut Known,
    line: &Line<'_>,
) -> Result<Result<Option<Uuid>, Wrong>, Error> {
    let place = ["directive", "section", "task"].map(|column| line.cell(column).to_owned());
    if place.iter().all(String::is_empty) {
        return Ok(Ok(None));
    }
    if place.iter().any(|text| text.contains('\0')) {
        return Ok(Err(("task", "unknown")));
    }
    let [directive, section, number] = place;
    let key = (directive, section, number);
    if let Some(found) = known.get(&key) {
        return Ok(found.map(Some).ok_or(("task", "unknown")));
    }
    let find = "select t.task_id from programme.task t join programme.directive d on d.directive_id = t.directive_id
        where d.number = $1 and t.section = $2 and t.number = $3 order by d.issued_on desc, t.copy limit 1";
    let found = sqlx::query_scalar(find).bind(&key.0).bind(&key.1).bind(&key.2).fetch_optional(conn).await?;
    known.insert(key, found);
    Ok(found.map(Some).ok_or(("task", "unknown")))
}
