//! Extracts of a whole register, as everybody in it may find them in their own access log.

use crate::{Error, Pass, Purpose};
use kernel::{Ctx, EntryId, SubjectId};
use sqlx::PgConnection;
use uuid::Uuid;

/// Remembers the line of an extract. A body that reads its own register to keep it running (an index of it, say) shows
/// nothing to anybody: that is in the ledger only.
pub(crate) async fn remember(conn: &mut PgConnection, ctx: &Ctx, pass: &Pass, line: EntryId) -> Result<(), Error> {
    if pass.consumer() == pass.provider() && pass.purpose().as_str() == Purpose::OPERATION {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO exchange.extract (entry_id, taken_at, consumer, provider, service) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(line.0)
    .bind(ctx.now())
    .bind(pass.consumer().as_str())
    .bind(pass.provider().as_str())
    .bind(pass.service().as_str())
    .execute(conn)
    .await?;
    Ok(())
}

/// The lines of extracts that took this person out, newest first: behind `after` (where one is named) and not before
/// `until`.
pub(crate) async fn concerning(
    conn: &mut PgConnection,
    subject: SubjectId,
    after: Option<EntryId>,
    until: Option<EntryId>,
    limit: usize,
) -> Result<Vec<EntryId>, Error> {
    let found: Vec<Uuid> = sqlx::query_scalar(
        "SELECT entry_id FROM exchange.extract
         WHERE ($1::uuid IS NULL OR entry_id < $1) AND ($2::uuid IS NULL OR entry_id >= $2)
         ORDER BY entry_id DESC LIMIT $3",
    )
    .bind(after.map(|entry| entry.0))
    .bind(until.map(|entry| entry.0))
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().map(EntryId).filter(|line| was_there(subject, *line)).collect())
}

/// Whether this line is of an extract that took this person out.
pub(crate) async fn concerns(conn: &mut PgConnection, subject: SubjectId, line: EntryId) -> Result<bool, Error> {
    let known: bool = sqlx::query_scalar("SELECT exists (SELECT FROM exchange.extract WHERE entry_id = $1)")
        .bind(line.0)
        .fetch_one(conn)
        .await?;
    Ok(known && was_there(subject, line))
}

/// Whoever was entered later was not taken out. The ids of people and entries tell the instant of their making (UUID
/// version 7); a person whose id does not tell it is led to the line, too often rather than never.
fn was_there(subject: SubjectId, line: EntryId) -> bool {
    match (subject.0.get_timestamp(), line.0.get_timestamp()) {
        (Some(made), Some(taken)) => made.to_unix() <= taken.to_unix(),
        _ => true,
    }
}
