//! Records a person's death.

use super::DEATH_DATE;
use crate::{Error, Register, Registers, Version, amend, amend::Amendment, read};
use exchange::Pass;
use kernel::{Ctx, FieldProblem, SubjectId};
use serde_json::json;
use sqlx::PgConnection;
use time::Date;

/// Writes the day of death into the person's record, valid from that day.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Single`] when a death is recorded already, [`Error::Invalid`] for a day in the future,
/// [`Error::Conflict`], a refusal when the person is outside the pass.
pub async fn record_death(
    conn: &mut PgConnection,
    ctx: &Ctx,
    pass: &Pass,
    registers: &Registers,
    population: &Register,
    subject: SubjectId,
    on: Date,
) -> Result<Version, Error> {
    pass.admit(subject, None)?;
    if on > ctx.today() {
        return Err(Error::Invalid(vec![FieldProblem::new("/death_date", "REG0023")]));
    }
    let states = read::states(conn, &[&population.name], &[subject.0], ctx.today()).await?;
    let Some(current) = states.into_iter().next() else { return Err(Error::NotFound) };
    if current.body.get(DEATH_DATE).is_some_and(|day| !day.is_null()) {
        return Err(Error::Single);
    }
    let versions = read::versions_of(conn, population, subject, current.record).await?;
    let expected_version = versions.last().map_or(current.version, |version| version.version);
    let mut body = current.body.clone();
    body[DEATH_DATE] = json!(on.to_string());
    let record = current.record;
    let amendment = Amendment { subject, record, expected_version, valid_from: on, valid_until: None, body };
    let written = amend::amend_admitted(conn, ctx, pass, registers, population, amendment).await?;
    Ok(read::projected(pass, written))
}
