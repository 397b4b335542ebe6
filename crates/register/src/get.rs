//! Reads the state of a subject's records.

use crate::{AsOf, Error, Register, Version, read};
use exchange::Pass;
use kernel::{Ctx, SubjectId};
use sqlx::PgConnection;

/// The subject's record in a register, with the fields that the pass names. Where a subject can have several, the
/// one that began last.
///
/// # Errors
/// A refusal when the subject is outside the pass, a database failure.
pub async fn get(
    conn: &mut PgConnection,
    ctx: &Ctx,
    pass: &Pass,
    register: &Register,
    subject: SubjectId,
    as_of: AsOf,
) -> Result<Option<Version>, Error> {
    let found = all(conn, ctx, pass, register, subject, as_of).await?;
    Ok(found.into_iter().max_by_key(|version| (version.valid_from, version.recorded_at)))
}

/// All records of the subject in a register, with the fields that the pass names.
///
/// # Errors
/// As [`get`].
pub async fn all(
    conn: &mut PgConnection,
    _ctx: &Ctx,
    pass: &Pass,
    register: &Register,
    subject: SubjectId,
    as_of: AsOf,
) -> Result<Vec<Version>, Error> {
    pass.admit(subject, None)?;
    let found = read::states_as_of(conn, register, subject, as_of).await?;
    Ok(found.into_iter().map(|version| read::projected(pass, version)).collect())
}
