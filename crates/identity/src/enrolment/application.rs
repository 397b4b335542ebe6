//! Asking for an account.

use super::{Activation, ApplicantKind, AskedBy, Enrolment, Said};
use crate::{Error, account};
use kernel::calendar::vietnam;
use kernel::{Actor, Ctx, Name, PartialDate, PersonalNumber};
use serde_json::json;
use uuid::Uuid;

/// Digits of an application's code: short enough to be said at a counter.
const CODE_BELOW: u64 = 100_000_000;
/// Applications for one number that may wait at once.
const WAITING_MAX: i64 = 3;
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 9..=15;
const NUMBER_CHARS: std::ops::RangeInclusive<usize> = 5..=20;

/// What is asked for. Personal: no `Debug`.
#[derive(Clone, Copy)]
pub struct NewApplication<'a> {
    /// For whom.
    pub kind: ApplicantKind,
    /// 1 or 2; none for an organisation.
    pub level: Option<u8>,
    /// The personal number; of a foreigner the residence card's, of an organisation its own.
    pub number: &'a str,
    /// The name.
    pub full_name: &'a str,
    /// `YYYY-MM-DD`, or what is known of it.
    pub birth_date: &'a str,
    /// The person's own telephone number.
    pub phone: &'a str,
}

/// An application that was taken in.
pub struct Applied {
    /// Names it in pages.
    pub id: Uuid,
    /// What the applicant says at the counter.
    pub code: String,
    /// For level 1, where the register agrees: the word that opens the account. It goes to the person's own phone and to nobody
    /// else: who is shown it could open accounts of others.
    pub activation: Option<Activation>,
}

impl Enrolment {
    /// Takes an application in. By a citizen who signed in, it is for a child of theirs (NĐ 69/2024: parents and guardians
    /// ask for those under 14); whether it is their child is checked by the register.
    ///
    /// # Errors
    /// `ApplicationMalformed` names the field, `NotEligible`, `TooManyApplications`; the register's own when it does not answer.
    pub async fn apply(&self, ctx: &Ctx, new: &NewApplication<'_>) -> Result<Applied, Error> {
        let (number, full_name, birth) = checked(new)?;
        let today = ctx.today();
        let age = u16::try_from(birth.least_age_on(today)).map_err(|_| Error::ApplicationMalformed("birth_date"))?;
        let asked_by = self.levels.asked_by(new.kind, new.level, age).ok_or(Error::NotEligible)?;
        let guardian = match (&ctx.actor, asked_by) {
            (Actor::Citizen { account, level: 2, .. }, AskedBy::Guardian) => Some(*account),
            (_, AskedBy::Guardian) => return Err(Error::NotEligible),
            _ => None,
        };
        let birth_date = birth.text();
        let said = Said { number: &number, full_name: &full_name, birth_date: &birth_date };
        let subject = match new.kind {
            ApplicantKind::Citizen => self.known(ctx, &said).await?,
            ApplicantKind::Foreigner | ApplicantKind::Organisation => None,
        };
        let due = self.calendar.add_working_days(ctx.now(), u32::from(self.levels.term(new.kind, new.level)));
        let (id, code) = (ctx.uuid(), format!("TK{:08}", ctx.random.below(CODE_BELOW)));
        // Level 1 needs no officer: the word goes to the phone that is the person's own.
        let at_once = new.level == Some(1) && subject.is_some() && guardian.is_none();
        let mut tx = self.identity.db.begin().await?;
        let waiting: i64 =
            sqlx::query_scalar("select count(*) from identity.application where number = $1 and state = 'waiting'")
                .bind(&number)
                .fetch_one(&mut *tx)
                .await?;
        if waiting >= WAITING_MAX {
            return Err(Error::TooManyApplications);
        }
        sqlx::query(
            "insert into identity.application (application_id, code, kind, level, number, full_name, birth_date, phone,
                guardian_account, subject_id, state, made_at, due_on, evidence)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '{}')",
        )
        .bind(id)
        .bind(&code)
        .bind(new.kind.as_str())
        .bind(new.level.map(i16::from))
        .bind(&number)
        .bind(&full_name)
        .bind(&birth_date)
        .bind(new.phone.trim())
        .bind(guardian.map(|account| account.0))
        .bind(subject.map(|subject| subject.0))
        .bind(if at_once { "approved" } else { "waiting" })
        .bind(ctx.now())
        .bind(vietnam(due).date())
        .execute(&mut *tx)
        .await?;
        let activation = if at_once { Some(Activation::of_application(&mut tx, ctx, id).await?) } else { None };
        if let Some(subject) = subject {
            let body =
                json!({"event": "account-asked-for", "application": id, "level": new.level, "kind": new.kind.as_str()});
            account::log(&mut tx, ctx, Some(subject), body).await?;
        }
        tx.commit().await?;
        Ok(Applied { id, code, activation })
    }
}

/// Number, name and birth date in the shapes in which they are kept.
fn checked(new: &NewApplication<'_>) -> Result<(String, String, PartialDate), Error> {
    let malformed = Error::ApplicationMalformed;
    let number = match new.kind {
        ApplicantKind::Citizen => {
            let number: PersonalNumber = new.number.trim().parse().map_err(|_| malformed("number"))?;
            number.as_str().to_owned()
        }
        ApplicantKind::Foreigner | ApplicantKind::Organisation => new.number.trim().to_uppercase(),
    };
    let plain = number.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if !plain || !NUMBER_CHARS.contains(&number.len()) {
        return Err(malformed("number"));
    }
    let full_name = match new.kind {
        ApplicantKind::Organisation => new.full_name.trim().to_owned(),
        _ => new.full_name.parse::<Name>().map_err(|_| malformed("full_name"))?.as_str().to_owned(),
    };
    if full_name.is_empty() || full_name.chars().count() > 255 || full_name.chars().any(char::is_control) {
        return Err(malformed("full_name"));
    }
    let birth: PartialDate = new.birth_date.trim().parse().map_err(|_| malformed("birth_date"))?;
    let phone = new.phone.trim();
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    let allowed = phone.chars().all(|c| c.is_ascii_digit() || " +.-()".contains(c));
    if !allowed || !PHONE_DIGITS.contains(&digits) || phone.len() > 20 {
        return Err(malformed("phone"));
    }
    Ok((number, full_name, birth))
}
