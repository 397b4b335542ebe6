//! Begins a record.

use crate::{
    Error, NewRecord, Register, Registers, Version, read, rule,
    write::{self, Draft},
};
use exchange::Pass;
use kernel::{Ctx, FieldProblem, RecordId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use time::Date;

/// Begins a record: checks its shape, units and rules, takes its unique values, writes version 1.
///
/// # Errors
/// [`Error::Invalid`] with every field at fault, [`Error::Taken`] for a unique value borne by another record,
/// [`Error::Single`] when the subject has its record already, a refusal when the subject is outside the pass.
pub async fn put(
    conn: &mut PgConnection,
    ctx: &Ctx,
    pass: &Pass,
    registers: &Registers,
    register: &Register,
    new: NewRecord,
) -> Result<Version, Error> {
    pass.admit(new.subject, None)?;
    let version = put_admitted(conn, ctx, pass, registers, register, new).await?;
    Ok(read::projected(pass, version))
}

/// [`put`] for a subject that is admitted already; returns the record whole.
pub(crate) async fn put_admitted(
    conn: &mut PgConnection,
    ctx: &Ctx,
    pass: &Pass,
    registers: &Registers,
    register: &Register,
    new: NewRecord,
) -> Result<Version, Error> {
    check(registers, ctx, register, new.valid_from, &new.body)?;
    let record = record_id(ctx, register, &new);
    let mut draft = Draft::first(register, new.subject, record, new.valid_from, new.body);
    draft.valid_until = new.valid_until;
    let written = write::write(conn, ctx, pass, vec![draft]).await?;
    written.into_iter().next().ok_or(Error::Conflict)
}

/// The id of a record to begin: in a register that holds one record for each subject, that one.
pub(crate) fn record_id(ctx: &Ctx, register: &Register, new: &NewRecord) -> RecordId {
    if register.single {
        register.single_record(new.subject)
    } else {
        new.record.unwrap_or_else(|| RecordId(ctx.uuid()))
    }
}

/// Shape, units and the register's own rules.
pub(crate) fn check(
    registers: &Registers,
    ctx: &Ctx,
    register: &Register,
    valid_from: Date,
    body: &Value,
) -> Result<(), Error> {
    let mut found: Vec<FieldProblem> = register.schema.check(body);
    if found.is_empty() {
        registers.check_units(register, body, valid_from, &mut found);
        rule::check_numbers(register, body, &mut found);
        let variables = json!({ "record": body, "today": ctx.today().to_string() });
        rule::check(&register.rules, valid_from, &variables, &mut found)?;
    }
    if found.is_empty() { Ok(()) } else { Err(Error::Invalid(found)) }
}
