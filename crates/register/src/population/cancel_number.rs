//! Ends a personal number and establishes another for the same person.

use super::{FORMER_NUMBERS, NUMBER, NumberRequest, NumberSpace, issue_number};
use crate::{Error, Register, Registers, amend, amend::Amendment, read};
use exchange::Pass;
use kernel::{Ctx, PartialDate, PersonalNumber, Sex, SubjectId};
use serde_json::{Value, json};
use sqlx::PgConnection;

/// Why a number ends, and what the person's record says from now on (NĐ 70/2024/NĐ-CP, Điều 11 khoản 7–11).
#[derive(Clone)]
pub struct Cancellation {
    /// The person.
    pub subject: SubjectId,
    /// The reason, from the pack's list.
    pub reason: String,
    /// The sex, when it was determined anew.
    pub sex: Option<Sex>,
    /// The birth date, when it was corrected.
    pub birth_date: Option<PartialDate>,
}

/// Cancels the person's number and issues another that fits the record. The person, their records and their kin stay;
/// the old number stays taken for good and is listed among the former ones.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] when the record moves meanwhile, [`Error::NoFreeNumber`], a refusal when the
/// person is outside the pass.
pub async fn cancel_number(
    conn: &mut PgConnection,
    ctx: &Ctx,
    pass: &Pass,
    registers: &Registers,
    population: &Register,
    cancellation: Cancellation,
) -> Result<PersonalNumber, Error> {
    pass.admit(cancellation.subject, None)?;
    let states = read::states(conn, &[&population.name], &[cancellation.subject.0], ctx.today()).await?;
    let Some(current) = states.into_iter().next() else { return Err(Error::NotFound) };
    let newest = read::versions_of(conn, population, current.subject, current.record).await?;
    let expected_version = newest.last().map_or(current.version, |version| version.version);
    let damaged = || Error::Definition("a population record without number, sex or birth date".to_owned());
    let text = |field: &str| current.body.get(field).and_then(Value::as_str);
    let old: PersonalNumber = text(NUMBER).and_then(|text| text.parse().ok()).ok_or_else(damaged)?;
    let recorded_sex = current.body.get("sex").cloned().and_then(|sex| serde_json::from_value(sex).ok());
    let sex: Sex = cancellation.sex.or(recorded_sex).ok_or_else(damaged)?;
    let recorded_birth = text("birth_date").and_then(|text| text.parse().ok());
    let birth: PartialDate = cancellation.birth_date.or(recorded_birth).ok_or_else(damaged)?;

    let request = NumberRequest {
        subject: current.subject,
        record: current.record,
        // The place of birth registration does not change, so neither does the prefix.
        prefix: old.prefix(),
        sex,
        birth_year: birth.year(),
    };
    let number = issue_number(conn, ctx, population, NumberSpace::default(), request).await?;
    let mut body = current.body.clone();
    body[NUMBER] = json!(number.as_str());
    body["sex"] = json!(sex);
    body["birth_date"] = json!(birth);
    let ended = json!({ "number": old.as_str(), "reason": cancellation.reason, "ended_on": ctx.today().to_string() });
    match body.get_mut(FORMER_NUMBERS).and_then(Value::as_array_mut) {
        Some(former) => former.push(ended),
        None => body[FORMER_NUMBERS] = json!([ended]),
    }
    let amendment = Amendment {
        subject: current.subject,
        record: current.record,
        expected_version,
        valid_from: ctx.today(),
        valid_until: None,
        body,
    };
    amend::amend_admitted(conn, ctx, pass, registers, population, amendment).await?;
    Ok(number)
}
