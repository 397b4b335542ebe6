//! States a record anew.

use crate::{
    Error, Register, Registers, Version, put, read,
    record::{Change, state},
    write::{self, Draft},
};
use exchange::Pass;
use kernel::{Ctx, RecordId, SubjectId};
use serde_json::Value;
use sqlx::PgConnection;
use time::Date;

/// A statement that replaces what a record said for its validity.
pub struct Amendment {
    /// Whom it is about.
    pub subject: SubjectId,
    /// Which record.
    pub record: RecordId,
    /// The newest version its author has seen: whoever is second loses.
    pub expected_version: i32,
    /// First day of validity.
    pub valid_from: Date,
    /// First day after the validity; earlier versions hold again from then.
    pub valid_until: Option<Date>,
    /// The whole new content.
    pub body: Value,
}

impl std::fmt::Debug for Amendment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Amendment of {} after v{} (content not shown)", self.record, self.expected_version)
    }
}

/// Writes the next version of a record.
///
/// # Errors
/// [`Error::Conflict`] when the record has moved on, [`Error::NotFound`] when there is none, [`Error::Annulled`] when
/// it was annulled from its beginning, [`Error::Invalid`], [`Error::Taken`], a refusal when the subject is outside
/// the pass.
pub async fn amend(
    conn: &mut PgConnection,
    ctx: &Ctx,
    pass: &Pass,
    registers: &Registers,
    register: &Register,
    amendment: Amendment,
) -> Result<Version, Error> {
    pass.admit(amendment.subject, None)?;
    let version = amend_admitted(conn, ctx, pass, registers, register, amendment).await?;
    Ok(read::projected(pass, version))
}

/// [`amend`] for a subject that is admitted already; returns the record whole.
pub(crate) async fn amend_admitted(
    conn: &mut PgConnection,
    ctx: &Ctx,
    pass: &Pass,
    registers: &Registers,
    register: &Register,
    amendment: Amendment,
) -> Result<Version, Error> {
    put::check(registers, ctx, register, amendment.valid_from, &amendment.body)?;
    let versions = read::versions_of(conn, register, amendment.subject, amendment.record).await?;
    let Some(newest) = versions.last() else { return Err(Error::NotFound) };
    if newest.version != amendment.expected_version {
        return Err(Error::Conflict);
    }
    let begins = versions.iter().map(|version| version.valid_from).min().unwrap_or(amendment.valid_from);
    if newest.kind == Change::Annul && newest.valid_until.is_none() && newest.valid_from <= begins {
        debug_assert!(state(&versions, begins).is_none());
        return Err(Error::Annulled);
    }
    let draft = Draft {
        register,
        subject: amendment.subject,
        record: amendment.record,
        version: amendment.expected_version + 1,
        kind: Change::Amend,
        valid_from: amendment.valid_from,
        valid_until: amendment.valid_until,
        body: amendment.body,
        taken: &[],
    };
    write::write(conn, ctx, pass, vec![draft]).await?.into_iter().next().ok_or(Error::Conflict)
}
