//! Case grants: on whose account a body may use whose data. `procedure` opens, extends and closes them in the
//! dossier's own transaction, so that there is no instant at which a case is open without its dossier or the other way
//! round.

use crate::{Error, Purpose, SubjectRef, decide::Case};
use kernel::{AccountId, BodyId, CaseId, Ctx};
use sqlx::{PgConnection, types::Uuid};
use time::OffsetDateTime;

/// A case, open for one body.
#[derive(Clone, Debug)]
pub struct CaseGrant {
    /// The case; a dossier's case has the dossier's id.
    pub case: CaseId,
    /// Who may work on it.
    pub body: BodyId,
    /// Which of its officers; empty: any with a fitting role.
    pub officers: Vec<AccountId>,
    /// About whom.
    pub subjects: Vec<SubjectRef>,
    /// For what.
    pub purposes: Vec<Purpose>,
    /// Until when, even if nobody closes it.
    pub until: OffsetDateTime,
}

/// Opens a case for a body, in the caller's transaction. Granted again, it is open again, with these officers, purposes
/// and end; people are added, never taken away.
///
/// # Errors
/// When the database fails.
pub async fn grant(conn: &mut PgConnection, ctx: &Ctx, grant: CaseGrant) -> Result<(), Error> {
    let officers: Vec<Uuid> = grant.officers.iter().map(|officer| officer.0).collect();
    let purposes: Vec<&str> = grant.purposes.iter().map(Purpose::as_str).collect();
    sqlx::query(
        "INSERT INTO exchange.case_grant (case_id, body, officers, purposes, opened_at, until) \
         VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT ON CONSTRAINT case_grant_pk DO UPDATE SET officers = excluded.officers, \
         purposes = excluded.purposes, until = excluded.until, closed_at = NULL",
    )
    .bind(grant.case.0)
    .bind(grant.body.as_str())
    .bind(officers)
    .bind(purposes)
    .bind(ctx.now())
    .bind(grant.until)
    .execute(&mut *conn)
    .await?;
    extend_grant(conn, ctx, grant.case, &grant.body, &grant.subjects).await
}

/// Adds people to a case of a body (a child who has just got a number), in the caller's transaction.
///
/// # Errors
/// When the body has no grant on the case, or the database fails.
pub async fn extend_grant(
    conn: &mut PgConnection,
    ctx: &Ctx,
    case: CaseId,
    body: &BodyId,
    subjects: &[SubjectRef],
) -> Result<(), Error> {
    if subjects.is_empty() {
        return Ok(());
    }
    let references: Vec<String> = subjects.iter().map(print).collect();
    sqlx::query(
        "INSERT INTO exchange.case_subject (case_id, body, reference, added_at) \
         SELECT $1, $2, reference, $4 FROM unnest($3::text[]) AS reference \
         ON CONFLICT ON CONSTRAINT case_subject_pk DO NOTHING",
    )
    .bind(case.0)
    .bind(body.as_str())
    .bind(references)
    .bind(ctx.now())
    .execute(conn)
    .await?;
    Ok(())
}

/// Closes a case, for one body or for all, in the caller's transaction. Closed twice is closed.
///
/// # Errors
/// When the database fails.
pub async fn close_grants(
    conn: &mut PgConnection,
    ctx: &Ctx,
    case: CaseId,
    body: Option<&BodyId>,
) -> Result<(), Error> {
    sqlx::query(
        "UPDATE exchange.case_grant SET closed_at = $3 \
         WHERE case_id = $1 AND ($2::text IS NULL OR body = $2) AND closed_at IS NULL",
    )
    .bind(case.0)
    .bind(body.map(BodyId::as_str))
    .bind(ctx.now())
    .execute(conn)
    .await?;
    Ok(())
}

/// The case as granted to a body; none when it never was.
pub(crate) async fn read(conn: &mut PgConnection, case: CaseId, body: &BodyId) -> Result<Option<Case>, Error> {
    #[derive(sqlx::FromRow)]
    struct Row {
        officers: Vec<Uuid>,
        purposes: Vec<String>,
        until: OffsetDateTime,
        closed_at: Option<OffsetDateTime>,
        subjects: Vec<String>,
    }
    let row: Option<Row> = sqlx::query_as(
        "SELECT officers, purposes, until, closed_at, ARRAY(SELECT s.reference FROM exchange.case_subject s \
         WHERE s.case_id = g.case_id AND s.body = g.body) AS subjects \
         FROM exchange.case_grant g WHERE case_id = $1 AND body = $2",
    )
    .bind(case.0)
    .bind(body.as_str())
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Case {
        officers: row.officers.into_iter().map(AccountId).collect(),
        subjects: row.subjects.iter().filter_map(|reference| parse(reference)).collect(),
        purposes: row.purposes.into_iter().map(Purpose::new).collect(),
        until: row.closed_at.map_or(row.until, |closed| closed.min(row.until)),
    }))
}

fn print(subject: &SubjectRef) -> String {
    match subject {
        SubjectRef::Id(id) => format!("id:{id}"),
        SubjectRef::Number(number) => format!("number:{}", number.as_str()),
    }
}

fn parse(reference: &str) -> Option<SubjectRef> {
    match reference.split_once(':')? {
        ("id", id) => id.parse().ok().map(SubjectRef::Id),
        ("number", number) => number.parse().ok().map(SubjectRef::Number),
        _ => None,
    }
}
