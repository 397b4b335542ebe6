//! The legal erasure of what an entry says. The entry itself stays: its commitment tells nothing without the salt.

use crate::{
    Error, append,
    entry::{ERASURE, Entry},
};
use kernel::{Ctx, EntryId, SubjectId};
use serde_json::json;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

/// Why an opening is erased.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// The article that asks for it.
    pub legal_basis: String,
    /// What is decided, without anything personal: it stays in the log for ever.
    pub note: String,
}

/// Erases the opening of `entry` and logs that it was done, in one transaction; gives the id of the entry that says so.
/// `conn` is a connection of role `sen_eraser`. The person it was about sees the erasure among their entries.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Erased`] when it was erased before, [`Error::ErasureStays`], [`Error::Store`].
pub async fn erase(conn: &mut PgConnection, ctx: &Ctx, entry: EntryId, reason: Reason) -> Result<EntryId, Error> {
    let mut tx = conn.begin().await?;
    let protected = "select exists (select from ledger.erasure where erased_by = $1),
        exists (select from ledger.erasure where entry_id = $1)";
    let (is_erasure, is_erased): (bool, bool) = sqlx::query_as(protected).bind(entry.0).fetch_one(&mut *tx).await?;
    if is_erasure {
        return Err(Error::ErasureStays);
    }
    if is_erased {
        return Err(Error::Erased);
    }
    let delete = "delete from ledger.opening where entry_id = $1 returning subject_id";
    let subject: Uuid =
        sqlx::query_scalar(delete).bind(entry.0).fetch_optional(&mut *tx).await?.ok_or(Error::NotFound)?;
    // An entry about nobody is kept under its own id.
    let subject = (subject != entry.0).then_some(SubjectId(subject));
    let body = json!({ "erased": entry, "legal_basis": reason.legal_basis, "note": reason.note });
    let erased_by = append(&mut tx, ctx, Entry { subject, kind: ERASURE, body }).await?;
    let insert = "insert into ledger.erasure (entry_id, erased_by) values ($1, $2)";
    sqlx::query(insert).bind(entry.0).bind(erased_by.0).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(erased_by)
}
