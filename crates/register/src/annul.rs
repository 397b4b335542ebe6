//! Says that a record does not hold.

use crate::{
    Error, Register, Version, read,
    record::Change,
    write::{self, Draft},
};
use exchange::Pass;
use kernel::{Ctx, RecordId, SubjectId};
use serde_json::json;
use sqlx::PgConnection;
use time::Date;

/// A statement that a record does not hold, wholly or from a day.
#[derive(Clone, Debug)]
pub struct Annulment {
    /// Whom it is about.
    pub subject: SubjectId,
    /// Which record.
    pub record: RecordId,
    /// The newest version its author has seen: whoever is second loses.
    pub expected_version: i32,
    /// The first day on which it does not hold. `None`: it never did.
    pub from: Option<Date>,
    /// The first day on which it holds again.
    pub until: Option<Date>,
}

/// Writes a version that annuls. A record annulled from its beginning gives back the unique values whose keys allow it.
///
/// # Errors
/// [`Error::Conflict`] when the record has moved on, [`Error::NotFound`] when there is none, a refusal when the subject
/// is outside the pass.
pub async fn annul(
    conn: &mut PgConnection,
    ctx: &Ctx,
    pass: &Pass,
    register: &Register,
    annulment: Annulment,
) -> Result<Version, Error> {
    pass.admit(annulment.subject, None)?;
    let versions = read::versions_of(conn, register, annulment.subject, annulment.record).await?;
    let Some(newest) = versions.last() else { return Err(Error::NotFound) };
    if newest.version != annulment.expected_version {
        return Err(Error::Conflict);
    }
    let begins = versions.iter().map(|version| version.valid_from).min().unwrap_or(Date::MIN);
    let valid_from = annulment.from.unwrap_or(begins);
    let draft = Draft {
        register,
        subject: annulment.subject,
        record: annulment.record,
        version: newest.version + 1,
        kind: Change::Annul,
        valid_from,
        valid_until: annulment.until,
        body: json!({}),
        taken: &[],
    };
    let written = write::write(conn, ctx, pass, vec![draft]).await?;
    if valid_from <= begins && annulment.until.is_none() {
        write::release(conn, ctx, register, &versions).await?;
    }
    written.into_iter().next().ok_or(Error::Conflict)
}
