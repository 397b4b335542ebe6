//! The words of the population register.

use super::{
    Work, malformed,
    operation::{NewbornWord, OneRegister},
    reply_of, subject, text,
};
use crate::{
    Error,
    population::{self, Cancellation, Newborn, NewbornRegisters, NumberSpace},
};
use serde_json::{Value, json};
use sqlx::PgConnection;

/// `{child, mother, father, registration_province, birth_registration}` → `{subject, personal_number, …}`.
pub(crate) async fn register_newborn(
    work: &Work<'_>,
    conn: &mut PgConnection,
    word: &NewbornWord,
    payload: Value,
) -> Result<Value, Error> {
    // The parser's own words may quote the input.
    let newborn: Newborn = serde_json::from_value(payload).map_err(|_| malformed(""))?;
    let into = NewbornRegisters {
        population: work.registers.required(&word.population)?,
        kinship: work.registers.required(&word.kinship)?,
        rules: &word.rules,
        space: NumberSpace::default(),
        look_alikes: work.index(&word.population),
    };
    let done = population::register_newborn(conn, work.ctx, work.pass, work.registers, into, newborn).await?;
    Ok(work.pass.project(Value::Object(reply_of(done.subject, done.version.body))))
}

/// `{subject, reason, sex?, birth_date?}` → `{personal_number}`.
pub(crate) async fn cancel_number(
    work: &Work<'_>,
    conn: &mut PgConnection,
    word: &OneRegister,
    payload: &Value,
) -> Result<Value, Error> {
    let register = work.registers.required(&word.register)?;
    let optional = |field: &str| payload.get(field).filter(|value| !value.is_null()).cloned();
    let cancellation = Cancellation {
        subject: subject(payload, "/subject")?,
        reason: text(payload, "/reason")?.to_owned(),
        sex: optional("sex").map(serde_json::from_value).transpose().map_err(|_| malformed("/sex"))?,
        birth_date: optional("birth_date")
            .map(serde_json::from_value)
            .transpose()
            .map_err(|_| malformed("/birth_date"))?,
    };
    let about = cancellation.subject;
    let number = population::cancel_number(conn, work.ctx, work.pass, work.registers, register, cancellation).await?;
    Ok(work.pass.project(json!({ "subject": about, "personal_number": number.as_str() })))
}

/// `{subject, death_date}` → the person's record.
pub(crate) async fn record_death(
    work: &Work<'_>,
    conn: &mut PgConnection,
    word: &OneRegister,
    payload: &Value,
) -> Result<Value, Error> {
    let register = work.registers.required(&word.register)?;
    let about = subject(payload, "/subject")?;
    let day: kernel::PartialDate = text(payload, "/death_date")?.parse().map_err(|_| malformed("/death_date"))?;
    let kernel::PartialDate::Day(day) = day else { return Err(malformed("/death_date")) };
    let written = population::record_death(conn, work.ctx, work.pass, work.registers, register, about, day).await?;
    Ok(work.pass.project(Value::Object(reply_of(about, written.body))))
}
