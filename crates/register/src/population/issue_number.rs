//! Draws a personal number that nobody bears or ever bore.

use super::number_key;
use crate::{
    Error, Register,
    write::{self, Claim},
};
use kernel::{Ctx, FieldProblem, PersonalNumber, RecordId, Sex, SubjectId};
use sqlx::PgConnection;

/// How many numbers are drawn before the register gives up. In a space that is nine tenths full all draws fail
/// once in 10^5.
pub const DRAWS_MAX: u32 = 100;

/// How many random parts there are. Only tests narrow it.
#[derive(Clone, Copy, Debug)]
pub struct NumberSpace(pub u32);

impl Default for NumberSpace {
    fn default() -> Self {
        Self(PersonalNumber::RANDOM_BOUND)
    }
}

/// For whom a number is drawn.
#[derive(Clone, Copy, Debug)]
pub struct NumberRequest<'a> {
    /// The person.
    pub subject: SubjectId,
    /// Their record in the population register.
    pub record: RecordId,
    /// Prefix of the province where the birth is registered.
    pub prefix: &'a str,
    /// Sex as the number will say it.
    pub sex: Sex,
    /// Year of birth.
    pub birth_year: i32,
}

/// Draws a number and takes it for good, in the caller's transaction. Two callers never get the same one; a number that
/// was cancelled is never drawn again, since its row stays.
///
/// # Errors
/// [`Error::NoFreeNumber`] after [`DRAWS_MAX`] draws, [`Error::Invalid`] for a year that no number can say.
pub async fn issue_number(
    conn: &mut PgConnection,
    ctx: &Ctx,
    register: &Register,
    space: NumberSpace,
    request: NumberRequest<'_>,
) -> Result<PersonalNumber, Error> {
    let key = number_key(register)?;
    for _ in 0..DRAWS_MAX {
        let drawn = u32::try_from(ctx.random.below(u64::from(space.0))).unwrap_or(0);
        let number = PersonalNumber::new(request.prefix, request.sex, request.birth_year, drawn).map_err(|error| {
            Error::Invalid(vec![FieldProblem::new("/birth_date", kernel::Problem::from(error).code)])
        })?;
        let claim = Claim {
            register,
            key,
            value: number.as_str().to_owned(),
            subject: request.subject,
            record: request.record,
        };
        if write::try_take(conn, ctx, &[claim], &[1]).await? == [true] {
            return Ok(number);
        }
    }
    Err(Error::NoFreeNumber)
}
