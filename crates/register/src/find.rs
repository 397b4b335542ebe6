//! Finds a record by a value that only one bears.

use crate::{Error, Register, Version, definition::Key, read, record::state};
use exchange::Pass;
use kernel::{Ctx, PersonalNumber, SubjectId};
use sqlx::PgConnection;
use time::Date;

/// The record that bears a value of a key on a valid day, with the fields that the pass names. A value that the record
/// bore before finds it only where the key says so.
///
/// # Errors
/// [`Error::Definition`] for a key that the register does not have, a refusal when the subject found is outside the
/// pass, a database failure.
pub async fn find(
    conn: &mut PgConnection,
    _ctx: &Ctx,
    pass: &Pass,
    register: &Register,
    key: &str,
    value: &str,
    valid: Date,
) -> Result<Option<Version>, Error> {
    let key = required(register, key)?;
    let Some(found) = unadmitted(conn, register, key, value, valid).await? else { return Ok(None) };
    admit(pass, found.subject, value)?;
    Ok(Some(read::projected(pass, found)))
}

pub(crate) fn required<'a>(register: &'a Register, key: &str) -> Result<&'a Key, Error> {
    register.key(key).ok_or_else(|| Error::Definition(format!("{} has no key {key}", register.name)))
}

/// Admits a subject that was found by a value, which may be the number the request named them by.
pub(crate) fn admit(pass: &Pass, subject: SubjectId, value: &str) -> Result<(), Error> {
    let number: Option<PersonalNumber> = value.parse().ok();
    Ok(pass.admit(subject, number.as_ref())?)
}

/// The record that bears a value, whole. The caller admits its subject before anything of it leaves.
pub(crate) async fn unadmitted(
    conn: &mut PgConnection,
    register: &Register,
    key: &Key,
    value: &str,
    valid: Date,
) -> Result<Option<Version>, Error> {
    let Some((subject, record)) = read::bearer(conn, &key.full_name(register), value).await? else { return Ok(None) };
    let versions = read::versions_of(conn, register, subject, record).await?;
    let found = state(&versions, valid);
    Ok(found.filter(|version| key.former_finds || key.value(&version.body).as_deref() == Some(value)).cloned())
}
