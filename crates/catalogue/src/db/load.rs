//! Reading everything that is known.

use crate::snapshot::{Import, Version};
use crate::{Code, Entry, Error, Snapshot};
use serde_json::Value;
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// All imports and versions. A few thousand rows.
///
/// # Errors
/// The store's; `Stored` where a row is not what this program writes.
pub async fn load(conn: &mut PgConnection) -> Result<Snapshot, Error> {
    type ImportRow = (Uuid, String, Vec<u8>, Date, bool, i32, OffsetDateTime);
    let imports: Vec<ImportRow> = sqlx::query_as(
        "select import_id, file_name, sha256, as_of, complete, entries, imported_at
         from catalogue.import order by as_of, imported_at, import_id",
    )
    .fetch_all(&mut *conn)
    .await?;
    let rows: Vec<(String, Date, bool, Value)> =
        sqlx::query_as("select code, as_of, ended, content from catalogue.version order by code, version")
            .fetch_all(conn)
            .await?;
    let mut snapshot = Snapshot::default();
    for (id, file, sha256, as_of, complete, entries, at) in imports {
        let sha256 = sha256.try_into().map_err(|_| Error::Stored)?;
        let entries = usize::try_from(entries).map_err(|_| Error::Stored)?;
        snapshot.imports.push(Import { id, file, sha256, as_of, complete, entries, at });
    }
    for (code, as_of, ended, content) in rows {
        let code = Code::read(&code).ok_or(Error::Stored)?;
        let entry: Entry = serde_json::from_value(content).map_err(|_| Error::Stored)?;
        snapshot.add(code, Version { as_of, ended, entry });
    }
    Ok(snapshot)
}
