//! Adding entries, in the transaction of what they tell of.

use crate::{
    Error,
    entry::{Entry, Prepared, prepare},
};
use kernel::{Ctx, EntryId};
use sqlx::PgConnection;
use uuid::Uuid;

/// Most entries of one call.
pub const APPEND_MAX: usize = 10_000;

// One statement for both tables and all entries: one round trip on the hot path.
const INSERT: &str = "
    with made as (
        select * from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bytea[], $5::bytea[])
            as made (subject_id, entry_id, salt, content, commitment)
    ), opened as (
        insert into ledger.opening (subject_id, entry_id, salt, content)
        select subject_id, entry_id, salt, content from made
    )
    insert into ledger.pending (subject_id, entry_id, commitment)
    select subject_id, entry_id, commitment from made";

/// Logs one entry. It is in the log when the caller's transaction commits, and in the tree within a second after.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::Json`]; [`Error::Store`] when PostgreSQL fails, which ends the transaction.
pub async fn append(conn: &mut PgConnection, ctx: &Ctx, entry: Entry) -> Result<EntryId, Error> {
    let made = prepare(ctx, entry)?;
    insert(conn, std::slice::from_ref(&made)).await?;
    Ok(made.entry)
}

/// Logs several entries in one round trip, and gives their ids in the same order. Nothing is done for none.
///
/// # Errors
/// As [`append`]; [`Error::TooLarge`] also for more than [`APPEND_MAX`].
pub async fn append_all(conn: &mut PgConnection, ctx: &Ctx, entries: Vec<Entry>) -> Result<Vec<EntryId>, Error> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    if entries.len() > APPEND_MAX {
        return Err(Error::TooLarge);
    }
    let made = entries.into_iter().map(|entry| prepare(ctx, entry)).collect::<Result<Vec<_>, _>>()?;
    insert(conn, &made).await?;
    Ok(made.iter().map(|entry| entry.entry).collect())
}

async fn insert(conn: &mut PgConnection, made: &[Prepared]) -> Result<(), Error> {
    let subjects: Vec<Uuid> = made.iter().map(|entry| entry.subject.0).collect();
    let entries: Vec<Uuid> = made.iter().map(|entry| entry.entry.0).collect();
    let salts: Vec<&[u8]> = made.iter().map(|entry| &entry.salt.0.0[..]).collect();
    let contents: Vec<&[u8]> = made.iter().map(|entry| &entry.opening[..]).collect();
    let commitments: Vec<&[u8]> = made.iter().map(|entry| &entry.commitment.0[..]).collect();
    let insert = sqlx::query(INSERT).bind(subjects).bind(entries).bind(salts).bind(contents).bind(commitments);
    insert.execute(conn).await?;
    Ok(())
}
