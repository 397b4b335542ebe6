//! A leader assigns; the body answers. Who may do either is the caller's to know.

use super::rate::COMMENT_MAX;
use crate::Error;
use kernel::{AccountId, BodyId, Ctx};
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// Lines in one list.
const LINES_MAX: i64 = 100;

/// What is asked of a body.
#[derive(Clone, Debug)]
pub struct NewAssignment<'a> {
    /// Of whom.
    pub body: &'a BodyId,
    /// About which dossier; none: about the body.
    pub dossier: Option<Uuid>,
    /// For which body the leader acts.
    pub by_body: &'a BodyId,
    /// The leader.
    pub by: AccountId,
    /// What is to be done, 1 to 2000 characters.
    pub note: &'a str,
    /// By when.
    pub due_on: Option<Date>,
}

/// What was asked, and the answer.
#[derive(Clone, PartialEq, Eq, Debug, sqlx::FromRow)]
pub struct Assignment {
    /// Which.
    pub assignment_id: Uuid,
    /// Of whom.
    pub body: String,
    /// About which dossier.
    pub dossier_id: Option<Uuid>,
    /// Which body asked.
    pub by_body: String,
    /// What is to be done.
    pub note: String,
    /// By when.
    pub due_on: Option<Date>,
    /// When it was asked.
    pub assigned_at: OffsetDateTime,
    /// What was done.
    pub answer: Option<String>,
    /// When it was said.
    pub answered_at: Option<OffsetDateTime>,
}

/// Columns of [`Assignment`].
const SELECT: &str = "select assignment_id, body, dossier_id, by_body, note, due_on, assigned_at, answer, answered_at \
                      from indicator.assignment ";

/// Asks a body to do something.
///
/// # Errors
/// `TextLength`; when the database fails.
pub async fn assign(conn: &mut PgConnection, ctx: &Ctx, new: &NewAssignment<'_>) -> Result<Uuid, Error> {
    let note = written(new.note)?;
    let id = ctx.uuid();
    sqlx::query(
        "insert into indicator.assignment
             (assignment_id, body, dossier_id, by_body, by_account, note, due_on, assigned_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id)
    .bind(new.body.as_str())
    .bind(new.dossier)
    .bind(new.by_body.as_str())
    .bind(new.by.0)
    .bind(note)
    .bind(new.due_on)
    .bind(ctx.now())
    .execute(conn)
    .await?;
    Ok(id)
}

/// What was asked of a body, newest first.
///
/// # Errors
/// When the database fails.
pub async fn assigned_to(conn: &mut PgConnection, body: &BodyId) -> Result<Vec<Assignment>, Error> {
    let sql = format!("{SELECT} where body = $1 order by assigned_at desc, assignment_id limit $2");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(body.as_str()).bind(LINES_MAX).fetch_all(conn).await?)
}

/// What was asked of the body about a dossier, newest first.
///
/// # Errors
/// When the database fails.
pub async fn assigned_about(conn: &mut PgConnection, body: &BodyId, dossier: Uuid) -> Result<Vec<Assignment>, Error> {
    let sql = format!("{SELECT} where dossier_id = $1 and body = $2 order by assigned_at desc, assignment_id limit $3");
    let rows = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(dossier).bind(body.as_str()).bind(LINES_MAX);
    Ok(rows.fetch_all(conn).await?)
}

/// Says, once and for the body that was asked, what was done.
///
/// # Errors
/// `UnknownAssignment` where the body was asked no such thing or has answered; `TextLength`; when the database fails.
pub async fn answer_assignment(
    conn: &mut PgConnection,
    ctx: &Ctx,
    (body, by): (&BodyId, AccountId),
    id: Uuid,
    answer: &str,
) -> Result<(), Error> {
    let answer = written(answer)?;
    let done = sqlx::query(
        "update indicator.assignment set answer = $3, answered_by = $4, answered_at = $5
         where assignment_id = $1 and body = $2 and answer is null",
    )
    .bind(id)
    .bind(body.as_str())
    .bind(answer)
    .bind(by.0)
    .bind(ctx.now())
    .execute(conn)
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(Error::UnknownAssignment) }
}

fn written(text: &str) -> Result<&str, Error> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > COMMENT_MAX {
        return Err(Error::TextLength(COMMENT_MAX));
    }
    Ok(text)
}
