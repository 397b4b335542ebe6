//! Asking for an account.

use super::{Activation, ApplicantKind, AskedBy, Enrolment, People, Said, activation};
use crate::{Error, Phone, account};
use kernel::calendar::vietnam;
use kernel::{Actor, Ctx, Name, PartialDate, PersonalNumber};
use serde_json::json;
use sqlx::PgConnection;
use time::Duration;
use uuid::Uuid;

/// Digits of an application's code: short enough to be said at a counter.
const CODE_BELOW: u64 = 100_000_000;
/// Applications for one number that may wait at once, or send a message within a day.
const WAITING_MAX: i64 = 3;
const MESSAGES_WITHIN: Duration = Duration::days(1);
const NUMBER_CHARS: std::ops::RangeInclusive<usize> = 5..=20;

/// What is asked for. Personal: no `Debug`.
#[derive(Clone, Copy)]
pub struct NewApplication<'a> {
    /// For whom.
    pub kind: ApplicantKind,
    /// 1 or 2.
    pub level: Option<u8>,
    /// The personal number; of a foreigner the one that the system gave.
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
}

impl Enrolment {
    /// Takes an application in. By a citizen who signed in, it is for a child of theirs (NĐ 69/2024: parents and guardians
    /// ask for those under 14); whether it is their child the register says.
    ///
    /// For level 1 of somebody who has no account, whose phone the register has too, the word that opens it goes there at once, in
    /// the message that `sentence` makes of it. Everything else waits for a counter. The answer is the same.
    ///
    /// # Errors
    /// `ApplicationMalformed` names the field, `NotEligible` (also for an organisation, whose representative asks signed in), `NoAuthority` for somebody else's child, `TooManyApplications`;
    /// the register's own when it does not answer.
    pub async fn apply(
        &self,
        ctx: &Ctx,
        new: &NewApplication<'_>,
        sentence: impl FnOnce(&str) -> String + Send,
    ) -> Result<Applied, Error> {
        if new.kind == ApplicantKind::Organisation {
            return Err(Error::NotEligible);
        }
        let (number, full_name, birth) = checked(new)?;
        let phone = Phone::parse(new.phone).map_err(|_| Error::ApplicationMalformed("phone"))?;
        let today = ctx.today();
        let age = u16::try_from(birth.least_age_on(today)).map_err(|_| Error::ApplicationMalformed("birth_date"))?;
        let asked_by = self.levels.asked_by(new.kind, new.level, age).ok_or(Error::NotEligible)?;
        let guardian = match (&ctx.actor, asked_by) {
            (Actor::Citizen { account, subject, level: 2 }, AskedBy::Guardian) => {
                if !self.has_ward(ctx, *subject, &number).await? {
                    return Err(Error::NoAuthority);
                }
                Some(*account)
            }
            (_, AskedBy::Guardian) => return Err(Error::NotEligible),
            _ => None,
        };
        let birth_date = birth.text();
        let said = Said { number: &number, full_name: &full_name, birth_date: &birth_date };
        let people = People::of(new.kind);
        let subject = match people {
            Some(people) => self.known(ctx, people, &said).await?.map(|subject| (people, subject)),
            None => None,
        };
        let due = self.calendar.add_working_days(ctx.now(), u32::from(self.levels.term(new.kind, new.level)));
        let (id, code) = (ctx.uuid(), new_code(ctx));
        // Level 1 needs no officer where the register knows the phone as the person's own: else whoever knows a name, a number and
        // a birth date could open accounts of others.
        let own_phone = match subject.filter(|_| new.level == Some(1) && guardian.is_none()) {
            Some((people, subject)) => self.phone_of(ctx, people, subject).await?.is_some_and(|own| own == phone),
            None => false,
        };
        let subject = subject.map(|(_, subject)| subject);
        let mut tx = self.identity.db.begin().await?;
        let at_once =
            own_phone && self.identity.sends_messages() && activation::owner(&mut tx, &number).await?.is_none();
        may_wait(&mut tx, ctx, &number).await?;
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
        .bind(phone.number())
        .bind(guardian.map(|account| account.0))
        .bind(subject.map(|subject| subject.0))
        .bind(if at_once { "approved" } else { "waiting" })
        .bind(ctx.now())
        .bind(vietnam(due).date())
        .execute(&mut *tx)
        .await?;
        let word = if at_once { Some(Activation::of_application(&mut tx, ctx, id).await?) } else { None };
        if let Some(subject) = subject {
            let body =
                json!({"event": "account-asked-for", "application": id, "level": new.level, "kind": new.kind.as_str()});
            account::log(&mut tx, ctx, Some(subject), body).await?;
        }
        tx.commit().await?;
        if let Some(word) = word {
            self.identity.send_message(phone, sentence(&word.token));
        }
        Ok(Applied { id, code })
    }
}

/// What an applicant says at the counter.
pub(super) fn new_code(ctx: &Ctx) -> String {
    format!("TK{:08}", ctx.random.below(CODE_BELOW))
}

/// Whether one more application about this number may wait.
pub(super) async fn may_wait(conn: &mut PgConnection, ctx: &Ctx, number: &str) -> Result<(), Error> {
    let waiting: i64 = sqlx::query_scalar(
        "select count(*) from identity.application
         where number = $1 and (state = 'waiting' or (state = 'approved' and made_at > $2))",
    )
    .bind(number)
    .bind(ctx.now() - MESSAGES_WITHIN)
    .fetch_one(conn)
    .await?;
    if waiting >= WAITING_MAX { Err(Error::TooManyApplications) } else { Ok(()) }
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
    let full_name = new.full_name.parse::<Name>().map_err(|_| malformed("full_name"))?.as_str().to_owned();
    if full_name.chars().count() > 255 {
        return Err(malformed("full_name"));
    }
    let birth: PartialDate = new.birth_date.trim().parse().map_err(|_| malformed("birth_date"))?;
    Ok((number, full_name, birth))
}
