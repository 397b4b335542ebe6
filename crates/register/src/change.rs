//! Reads a register's change feed.

use crate::{Error, Register};
use sqlx::PgConnection;
use store::feed::Item;

/// What changed in a register after a position, oldest first: which subject, record and version, nothing about the
/// person. A bulk load is one item of kind `load`. Positions are given after commit, so a cursor that stands on the
/// last item read never skips one.
///
/// # Errors
/// A database failure.
pub async fn changes(conn: &mut PgConnection, register: &Register, after: i64, limit: i64) -> Result<Vec<Item>, Error> {
    Ok(store::feed::read(conn, &register.feed(), after, limit).await?)
}
