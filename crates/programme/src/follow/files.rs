//! The files of evidence themselves.

use crate::Error;
use kernel::{BodyId, Ctx};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

/// Largest file of evidence, in bytes.
pub const FILE_BYTES_MAX: usize = 2 * 1024 * 1024;

/// A file that a report brings.
#[derive(Clone)]
pub struct NewFile {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

// What bodies send is theirs.
impl std::fmt::Debug for NewFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewFile").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

/// Keeps a file under its hash. Gives the hash.
pub(crate) async fn keep(conn: &mut PgConnection, ctx: &Ctx, body: &BodyId, file: &NewFile) -> Result<[u8; 32], Error> {
    if file.bytes.is_empty() {
        return Err(Error::Malformed("file"));
    }
    if file.bytes.len() > FILE_BYTES_MAX {
        return Err(Error::TooLarge(FILE_BYTES_MAX));
    }
    let hash: [u8; 32] = Sha256::digest(&file.bytes).into();
    sqlx::query(
        "insert into programme.evidence_file (body, file_hash, bytes, kept_at) values ($1, $2, $3, $4)
         on conflict (body, file_hash) do nothing",
    )
    .bind(body.as_str())
    .bind(hash.as_slice())
    .bind(&file.bytes)
    .bind(ctx.now())
    .execute(conn)
    .await?;
    Ok(hash)
}

/// The file at a place of a report, with its name.
pub(crate) async fn get(
    conn: &mut PgConnection,
    body: &BodyId,
    report: Uuid,
    position: i16,
) -> Result<Option<(String, Vec<u8>)>, Error> {
    let find = "select e.name, f.bytes from programme.evidence e
        join programme.evidence_file f on f.body = e.body and f.file_hash = e.file_hash
        where e.body = $1 and e.report_id = $2 and e.position = $3 and e.kind = 'file'";
    let found = sqlx::query_as(find).bind(body.as_str()).bind(report).bind(position).fetch_optional(conn).await?;
    Ok(found)
}

/// Who gave the task that a report is about.
pub(crate) async fn giver_of(conn: &mut PgConnection, body: &BodyId, report: Uuid) -> Result<Option<String>, Error> {
    let find = "select o.given_by from programme.report r
        join programme.obligor o on o.body = r.body and o.task_id = r.task_id where r.body = $1 and r.report_id = $2";
    Ok(sqlx::query_scalar(find).bind(body.as_str()).bind(report).fetch_optional(conn).await?)
}
