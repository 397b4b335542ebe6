//! A body says how far it is, and what shows it.

use super::evidence::{self, Evidence};
use super::record::{Happened, record};
use super::{REPORTER, State, acting};
use crate::Error;
use kernel::{Actor, BodyId, Ctx};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Most pieces of evidence of one report.
pub const EVIDENCE_MAX: usize = 50;
/// Most characters of a note.
const NOTE_MAX: usize = 10_000;

/// What a body reports.
#[derive(Clone, Debug, Default)]
pub struct NewReport {
    /// Percent.
    pub progress: u8,
    /// Whether the task is done. Then there must be evidence, and who gave the task decides.
    pub says_done: bool,
    /// In the body's words.
    pub note: String,
    /// What shows it.
    pub evidence: Vec<Evidence>,
}

/// A report as it was made.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Report {
    /// Names it.
    pub id: Uuid,
    /// Percent.
    pub progress: i16,
    /// Whether the body said it was done.
    pub says_done: bool,
    /// In the body's words.
    pub note: String,
    /// Who made it; None: the program.
    pub made_by: Option<Uuid>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub made_at: OffsetDateTime,
    /// What shows it.
    pub evidence: Vec<Evidence>,
    /// Whether it was approved; None: nobody has decided.
    pub approved: Option<bool>,
    /// Why it was sent back.
    pub reason: Option<String>,
}

/// Keeps a report of the acting body. Gives its id.
///
/// # Errors
/// [`Error::NotAllowed`], [`Error::NotFound`] when the body does not owe the task, [`Error::State`] when it has ended,
/// [`Error::NoEvidence`], [`Error::Malformed`], [`Error::TooLarge`].
pub async fn report(conn: &mut PgConnection, ctx: &Ctx, task: Uuid, new: &NewReport) -> Result<Uuid, Error> {
    let (body, officer) = acting(ctx, REPORTER)?;
    check(ctx, new)?;
    let find =
        "select state, version from programme.obligor where body = $1 and task_id = $2 and part = 'lead' for update";
    let (state, seq): (String, i32) =
        sqlx::query_as(find).bind(body.as_str()).bind(task).fetch_optional(&mut *conn).await?.ok_or(Error::NotFound)?;
    match State::parse(&state)? {
        State::Assigned | State::Returned => {}
        State::Reported => return Err(Error::State("reported")),
        State::Done | State::Moved | State::Dropped => return Err(Error::State("ended")),
    }
    let id = ctx.uuid();
    sqlx::query(
        "insert into programme.report (body, report_id, task_id, progress, says_done, note, made_by, made_at, seq)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(body.as_str())
    .bind(id)
    .bind(task)
    .bind(i16::from(new.progress))
    .bind(new.says_done)
    .bind(&new.note)
    .bind(officer)
    .bind(ctx.now())
    .bind(seq)
    .execute(&mut *conn)
    .await?;
    for (position, piece) in new.evidence.iter().enumerate() {
        evidence::keep(conn, &body, id, i16::try_from(position).unwrap_or(i16::MAX), piece).await?;
    }
    sqlx::query(
        "update programme.obligor set progress = $3, version = version + 1,
             state = case when $4 then 'reported' else state end,
             reported_at = case when $4 then $5 else reported_at end
         where body = $1 and task_id = $2",
    )
    .bind(body.as_str())
    .bind(task)
    .bind(i16::from(new.progress))
    .bind(new.says_done)
    .bind(ctx.now())
    .execute(&mut *conn)
    .await?;
    // Notes and names stay in the report: the log says that it was made, and what it rests on.
    let evidence: Vec<_> = new.evidence.iter().map(Evidence::figure_or_hash).collect();
    let detail = json!({"report": id, "progress": new.progress, "done": new.says_done, "evidence": evidence});
    record(conn, ctx, (&body, officer), &[Happened { task, body: Some(body.clone()), kind: "reported", detail }])
        .await?;
    Ok(id)
}

fn check(ctx: &Ctx, new: &NewReport) -> Result<(), Error> {
    if new.progress > 100 {
        return Err(Error::Malformed("progress"));
    }
    if new.note.chars().count() > NOTE_MAX {
        return Err(Error::TooLarge(NOTE_MAX));
    }
    if new.evidence.len() > EVIDENCE_MAX {
        return Err(Error::TooLarge(EVIDENCE_MAX));
    }
    if new.says_done && new.evidence.is_empty() {
        return Err(Error::NoEvidence);
    }
    // Only the program can say that it measured something.
    let program = matches!(ctx.actor, Actor::System { .. });
    let right =
        |evidence: &Evidence| evidence.is_right() && (program || !matches!(evidence, Evidence::Measured { .. }));
    if !new.evidence.iter().all(right) {
        return Err(Error::Malformed("evidence"));
    }
    Ok(())
}

/// The reports of a body on a task with what was decided, oldest first.
///
/// # Errors
/// When the store fails.
pub async fn reports(conn: &mut PgConnection, task: Uuid, body: &BodyId) -> Result<Vec<Report>, Error> {
    let mut evidence = evidence::of_task(conn, task, body).await?;
    type Made = (Uuid, i16, bool, String, Option<Uuid>, OffsetDateTime, Option<bool>, Option<String>);
    let rows: Vec<Made> = sqlx::query_as(
        "select r.report_id, r.progress, r.says_done, r.note, r.made_by, r.made_at, d.approved, d.reason
         from programme.report r left join programme.decision d on d.body = r.body and d.report_id = r.report_id
         where r.body = $1 and r.task_id = $2 order by r.seq",
    )
    .bind(body.as_str())
    .bind(task)
    .fetch_all(conn)
    .await?;
    let report = |(id, progress, says_done, note, made_by, made_at, approved, reason): Made| Report {
        id,
        progress,
        says_done,
        note,
        made_by,
        made_at,
        evidence: evidence.remove(&id).unwrap_or_default(),
        approved,
        reason: reason.filter(|reason| !reason.is_empty()),
    };
    Ok(rows.into_iter().map(report).collect())
}
