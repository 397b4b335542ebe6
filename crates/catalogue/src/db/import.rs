//! Importing a file.

use super::load;
use crate::read::Reading;
use crate::{Entry, Error, Snapshot};
use kernel::Ctx;
use serde::Serialize;
use sqlx::{Acquire, PgConnection};
use time::Date;
use uuid::Uuid;

/// One import at a time: two would each add the version that follows the same one.
const LOCK: i64 = 7001;

/// Where a reading comes from.
#[derive(Clone, Debug)]
pub struct Source<'a> {
    /// The file's name, without folders.
    pub file: &'a str,
    /// Its SHA-256.
    pub sha256: [u8; 32],
    /// The day whose state it shows.
    pub as_of: Date,
    /// Whether what is missing in it has ended.
    pub complete: bool,
}

/// What an import did.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Imported {
    /// The very file was imported before, as of the same day: nothing was done.
    pub again: bool,
    /// Entries in the file.
    pub entries: usize,
    /// Entries that are new, or came back.
    pub added: usize,
    /// Entries that say something else than before.
    pub changed: usize,
    /// Entries that ended, because a complete file does not have them.
    pub ended: usize,
    /// Entries that say the same as before.
    pub same: usize,
}

/// Imports what was read: a changed entry makes a version, and with `complete` a missing one ends. The same file again
/// does nothing; another file with the same entries adds no version. All or nothing.
///
/// # Errors
/// `Older` than what is there; `NotComplete` where a complete file has rows that could not be read; the store's.
pub async fn import(
    conn: &mut PgConnection,
    ctx: &Ctx,
    reading: &Reading,
    source: &Source<'_>,
) -> Result<Imported, Error> {
    if source.complete && !reading.refused.is_empty() {
        return Err(Error::NotComplete(reading.refused.len()));
    }
    let mut tx = conn.begin().await?;
    sqlx::query("select pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *tx).await?;
    let before = load(&mut tx).await?;
    if before
        .imports
        .iter()
        .any(|one| one.sha256 == source.sha256 && one.as_of == source.as_of && one.complete == source.complete)
    {
        return Ok(Imported {
            again: true,
            entries: reading.entries.len(),
            same: reading.entries.len(),
            ..Imported::default()
        });
    }
    if let Some(later) = before.imports.iter().map(|one| one.as_of).max().filter(|day| *day > source.as_of) {
        return Err(Error::Older(pack::date::print(later)));
    }
    let (imported, rows) = compare(&before, reading, source.complete);
    let id = ctx.uuid();
    insert_import(&mut tx, ctx, id, source, &imported).await?;
    insert_versions(&mut tx, id, source.as_of, &rows).await?;
    tx.commit().await?;
    Ok(imported)
}

/// A version to be written.
struct Row<'a> {
    entry: &'a Entry,
    number: i32,
    ended: bool,
}

fn compare<'a>(before: &'a Snapshot, reading: &'a Reading, complete: bool) -> (Imported, Vec<Row<'a>>) {
    let mut imported = Imported { entries: reading.entries.len(), ..Imported::default() };
    let mut rows = Vec::new();
    for entry in &reading.entries {
        let versions = before.versions(&entry.code);
        let number = i32::try_from(versions.len()).unwrap_or(i32::MAX - 1) + 1;
        match versions.last() {
            Some(last) if !last.ended && last.entry == *entry => imported.same += 1,
            Some(last) if !last.ended => {
                imported.changed += 1;
                rows.push(Row { entry, number, ended: false });
            }
            _ => {
                imported.added += 1;
                rows.push(Row { entry, number, ended: false });
            }
        }
    }
    if complete {
        let there: std::collections::BTreeSet<_> = reading.entries.iter().map(|entry| &entry.code).collect();
        for (code, versions) in before.all_versions() {
            if let Some(last) = versions.last().filter(|last| !last.ended && !there.contains(code)) {
                imported.ended += 1;
                let number = i32::try_from(versions.len()).unwrap_or(i32::MAX - 1) + 1;
                rows.push(Row { entry: &last.entry, number, ended: true });
            }
        }
    }
    (imported, rows)
}

async fn insert_import(
    conn: &mut PgConnection,
    ctx: &Ctx,
    id: Uuid,
    source: &Source<'_>,
    imported: &Imported,
) -> Result<(), Error> {
    let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    sqlx::query(
        "insert into catalogue.import
             (import_id, file_name, sha256, as_of, complete, entries, added, changed, ended, imported_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(id)
    .bind(source.file)
    .bind(source.sha256.as_slice())
    .bind(source.as_of)
    .bind(source.complete)
    .bind(count(imported.entries))
    .bind(count(imported.added))
    .bind(count(imported.changed))
    .bind(count(imported.ended))
    .bind(ctx.now())
    .execute(conn)
    .await?;
    Ok(())
}

async fn insert_versions(conn: &mut PgConnection, id: Uuid, as_of: Date, rows: &[Row<'_>]) -> Result<(), Error> {
    let mut codes = Vec::with_capacity(rows.len());
    let mut numbers = Vec::with_capacity(rows.len());
    let mut ended = Vec::with_capacity(rows.len());
    let mut contents = Vec::with_capacity(rows.len());
    for row in rows {
        codes.push(row.entry.code.as_str());
        numbers.push(row.number);
        ended.push(row.ended);
        contents.push(serde_json::to_value(row.entry).map_err(|_| Error::Stored)?);
    }
    sqlx::query(
        "insert into catalogue.version (code, version, import_id, as_of, ended, content)
         select code, version, $1, $2, ended, content
         from unnest($3::text[], $4::int[], $5::boolean[], $6::jsonb[]) as row (code, version, ended, content)",
    )
    .bind(id)
    .bind(as_of)
    .bind(&codes)
    .bind(&numbers)
    .bind(&ended)
    .bind(&contents)
    .execute(conn)
    .await?;
    Ok(())
}
