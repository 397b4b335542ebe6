//! The counter: an officer calls an application up by its code or number, compares, confirms face to face, or refuses.

use super::{Activation, ApplicantKind, ENROLMENT_OFFICER, Enrolment, Handed, People, Said};
use crate::{Error, Likeness, Phone, account};
use kernel::{AccountId, Actor, BodyId, Ctx, SubjectId};
use serde_json::{Value, json};
use sqlx::{FromRow, PgConnection};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// Applications of one counter that a page shows.
const SHOWN_MAX: i64 = 100;
const REASON_CHARS_MAX: usize = 500;

/// An application, for the officer who has called it up. Personal: no `Debug`.
#[derive(Clone, FromRow)]
pub struct ApplicationShown {
    /// Names it.
    pub application_id: Uuid,
    /// What the applicant says.
    pub code: String,
    /// `citizen`, `foreigner`, `organisation`.
    pub kind: String,
    /// 1, 2 or none.
    pub level: Option<i16>,
    /// As it was said.
    pub number: String,
    /// As it was said.
    pub full_name: String,
    /// As it was said.
    pub birth_date: String,
    /// As it was said.
    pub phone: String,
    /// Who asks, where it is for a child.
    pub guardian_account: Option<Uuid>,
    /// Who asks, where it is for an organisation.
    pub representative_account: Option<Uuid>,
    /// Whether the register knows number, name and birth date together.
    pub agrees: bool,
    /// `waiting`, `approved`, `refused`, `activated`.
    pub state: String,
    /// When it came.
    pub made_at: OffsetDateTime,
    /// By when it must be decided.
    pub due_on: Date,
    /// Why it was refused.
    pub reason: Option<String>,
}

impl ApplicationShown {
    /// The last digits of the phone.
    #[must_use]
    pub fn phone_ending(&self) -> String {
        Phone::parse(&self.phone).map_or_else(|_| String::new(), |phone| phone.ending().to_owned())
    }
}

/// What the officer saw.
#[derive(Clone, Copy)]
pub struct FaceToFace<'a> {
    /// Number of the card that was held beside the face.
    pub document: &'a str,
    /// A picture taken at the counter, where there is a camera.
    pub image: Option<&'a [u8]>,
}

/// What the officer heard, where a message is to be sent.
pub struct Heard<'a, S> {
    /// The number of the person's phone, as the person said it now. An application that somebody else has filed names another.
    pub phone: &'a str,
    /// What the message says of the word.
    pub sentence: S,
}

/// What is found under a code or a number.
pub struct Found {
    /// Applications called up now, newest first.
    pub applications: Vec<ApplicationShown>,
    /// The account of that number.
    pub account: Option<AccountId>,
}

const SHOWN: &str = "application_id, code, kind, level, number, full_name, birth_date, phone, guardian_account,
    representative_account, subject_id is not null as agrees, state, made_at, due_on, reason";

impl Enrolment {
    /// Calls up what waits under a code or a number. From now on it is on this counter's list, and the person it is about can see
    /// that it was called up.
    ///
    /// # Errors
    /// `NotAllowed`.
    pub async fn call_up(&self, ctx: &Ctx, code_or_number: &str) -> Result<Found, Error> {
        let (_, body) = officer(ctx)?;
        let word = code_or_number.trim().to_uppercase();
        let mut tx = self.identity.db.begin().await?;
        let found: Vec<(Uuid, Option<Uuid>)> = sqlx::query_as(
            "update identity.application set body = $2 where (code = $1 or number = $1) and state in ('waiting', 'approved')
             returning application_id, subject_id",
        )
        .bind(&word)
        .bind(body.as_str())
        .fetch_all(&mut *tx)
        .await?;
        for (application, subject) in &found {
            let body = json!({"event": "application-called-up", "application": application});
            account::log(&mut tx, ctx, subject.map(SubjectId), body).await?;
        }
        let ids: Vec<Uuid> = found.into_iter().map(|(id, _)| id).collect();
        let read =
            format!("select {SHOWN} from identity.application where application_id = any($1) order by made_at desc");
        let applications = sqlx::query_as(sqlx::AssertSqlSafe(read)).bind(&ids).fetch_all(&mut *tx).await?;
        let account = super::activation::owner(&mut tx, &word.to_lowercase()).await?;
        if let Some(account) = account {
            let subject = account::must_exist(&mut tx, account).await?;
            account::log(&mut tx, ctx, subject, json!({"event": "account-called-up", "account": account})).await?;
        }
        tx.commit().await?;
        Ok(Found { applications, account })
    }

    /// What this counter has called up and not ended, oldest first.
    ///
    /// # Errors
    /// `NotAllowed`.
    pub async fn called_up(&self, ctx: &Ctx) -> Result<Vec<ApplicationShown>, Error> {
        let (_, body) = officer(ctx)?;
        let read = format!(
            "select {SHOWN} from identity.application where body = $1 and state in ('waiting', 'approved')
             order by made_at limit $2"
        );
        let rows = sqlx::query_as(sqlx::AssertSqlSafe(read)).bind(body.as_str()).bind(SHOWN_MAX);
        Ok(rows.fetch_all(self.identity.db.pool()).await?)
    }

    /// One application that this counter has called up.
    ///
    /// # Errors
    /// `NotAllowed`, `NoSuchApplication`.
    pub async fn application(&self, ctx: &Ctx, id: Uuid) -> Result<ApplicationShown, Error> {
        let (_, body) = officer(ctx)?;
        let read = format!("select {SHOWN} from identity.application where application_id = $1 and body = $2");
        let found = sqlx::query_as(sqlx::AssertSqlSafe(read)).bind(id).bind(body.as_str());
        found.fetch_optional(self.identity.db.pool()).await?.ok_or(Error::NoSuchApplication)
    }

    /// Confirms that the person stood at the counter with this card and this phone, and sends the word that opens the account to the
    /// phone; where no messages are sent, the officer hands it over. What the register says is asked again now: it may have
    /// changed since the application came.
    ///
    /// # Errors
    /// `NotAllowed`, `NoSuchApplication`, `AlreadyDecided`, `NotInRegister`, `FaceDiffers`, `PhoneDiffers`, `NotEligible` for
    /// organisations (see [`Self::confirm_organisation`]), `ApplicationMalformed` without a card's number.
    pub async fn confirm(
        &self,
        ctx: &Ctx,
        id: Uuid,
        seen: FaceToFace<'_>,
        heard: Heard<'_, impl FnOnce(&str) -> String + Send>,
    ) -> Result<Handed, Error> {
        let (officer, _) = officer(ctx)?;
        let shown = self.application(ctx, id).await?;
        let document = document_of(seen.document)?;
        let people = ApplicantKind::of(&shown.kind).and_then(People::of).ok_or(Error::NotEligible)?;
        let phone = same_phone(&shown, heard.phone)?;
        let said = Said { number: &shown.number, full_name: &shown.full_name, birth_date: &shown.birth_date };
        let subject = self.known(ctx, people, &said).await?.ok_or(Error::NotInRegister)?;
        let likeness = match seen.image {
            Some(image) => Some(self.identity.likeness(subject, image).await?),
            None => None,
        };
        if likeness == Some(Likeness::Different) {
            return Err(Error::FaceDiffers);
        }
        let face = match likeness {
            Some(Likeness::Same) => "same",
            Some(_) => "unknown",
            None => "not-taken",
        };
        let evidence = json!({"document": document, "face": face});
        let mut tx = self.identity.db.begin().await?;
        decide(&mut tx, ctx, id, ("approved", None, officer, Some(subject)), &evidence).await?;
        let activation = Activation::of_application(&mut tx, ctx, id).await?;
        let body = json!({"event": "confirmed-face-to-face", "application": id, "level": shown.level, "face": face});
        account::log(&mut tx, ctx, Some(subject), body).await?;
        tx.commit().await?;
        Ok(self.hand(activation, phone, heard.sentence))
    }

    /// Gives another word for an application that was confirmed, because the message did not come. Earlier ones work no more.
    ///
    /// # Errors
    /// `NotAllowed`, `NoSuchApplication`, `WrongState` unless it waits to be activated, `PhoneDiffers`.
    pub async fn send_again(
        &self,
        ctx: &Ctx,
        id: Uuid,
        heard: Heard<'_, impl FnOnce(&str) -> String + Send>,
    ) -> Result<Handed, Error> {
        let shown = self.application(ctx, id).await?;
        let phone = same_phone(&shown, heard.phone)?;
        let mut tx = self.identity.db.begin().await?;
        let about: Option<Option<Uuid>> = sqlx::query_scalar(
            "select subject_id from identity.application where application_id = $1 and state = 'approved' for update",
        )
        .bind(id)
        .fetch_optional(&mut *tx)
        .await?;
        let subject = about.ok_or(Error::WrongState)?.map(SubjectId);
        let activation = Activation::of_application(&mut tx, ctx, id).await?;
        account::log(&mut tx, ctx, subject, json!({"event": "word-given-again", "application": id})).await?;
        tx.commit().await?;
        Ok(self.hand(activation, phone, heard.sentence))
    }

    pub(super) fn hand(&self, activation: Activation, phone: Phone, sentence: impl FnOnce(&str) -> String) -> Handed {
        if !self.identity.sends_messages() {
            return Handed::Word(activation);
        }
        let ending = phone.ending().to_owned();
        self.identity.send_message(phone, sentence(&activation.token));
        Handed::Sent { ending }
    }

    /// Refuses an application, with the reason that the applicant is told.
    ///
    /// # Errors
    /// `NotAllowed`, `NoSuchApplication`, `AlreadyDecided`, `ReasonMissing`.
    pub async fn refuse(&self, ctx: &Ctx, id: Uuid, reason: &str) -> Result<(), Error> {
        let (officer, _) = officer(ctx)?;
        let reason = reason_of(reason)?;
        self.application(ctx, id).await?;
        let mut tx = self.identity.db.begin().await?;
        let subject = decide(&mut tx, ctx, id, ("refused", Some(reason), officer, None), &json!({})).await?;
        let body = json!({"event": "application-refused", "application": id});
        account::log(&mut tx, ctx, subject, body).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Gives the owner of an account, who stands at the counter, a word that sets a new password and second factor.
    ///
    /// # Errors
    /// `NotAllowed`, `NoSuchAccount`, `WrongState` for a closed account, `ApplicationMalformed` without a card's number.
    pub async fn recover(&self, ctx: &Ctx, account: AccountId, seen: FaceToFace<'_>) -> Result<Activation, Error> {
        officer(ctx)?;
        if seen.document.trim().is_empty() || seen.document.len() > 40 {
            return Err(Error::ApplicationMalformed("document"));
        }
        let shown = self.account(ctx, account).await?;
        if shown.state == super::AccountState::Closed {
            return Err(Error::WrongState);
        }
        let mut tx = self.identity.db.begin().await?;
        let subject = account::must_exist(&mut tx, account).await?.ok_or(Error::NotAllowed)?;
        if let Some(image) = seen.image
            && self.identity.likeness(subject, image).await? == Likeness::Different
        {
            return Err(Error::FaceDiffers);
        }
        let activation = Activation::of_account(&mut tx, ctx, account).await?;
        let body = json!({"event": "recovery-at-counter", "account": account});
        account::log(&mut tx, ctx, Some(subject), body).await?;
        tx.commit().await?;
        Ok(activation)
    }
}

/// The phone of the application, if it is the one that the person at the counter has.
fn same_phone(shown: &ApplicationShown, heard: &str) -> Result<Phone, Error> {
    let heard = Phone::parse(heard).map_err(|_| Error::PhoneDiffers)?;
    if heard.number() == shown.phone { Ok(heard) } else { Err(Error::PhoneDiffers) }
}

/// The officer at the counter, and the body.
pub(super) fn officer(ctx: &Ctx) -> Result<(AccountId, BodyId), Error> {
    match &ctx.actor {
        Actor::Officer { account, body, roles } if roles.iter().any(|role| role.as_str() == ENROLMENT_OFFICER) => {
            Ok((*account, body.clone()))
        }
        _ => Err(Error::NotAllowed),
    }
}

/// The number of the card or paper that was seen.
pub(super) fn document_of(document: &str) -> Result<&str, Error> {
    let document = document.trim();
    let fits = !document.is_empty() && document.len() <= 40 && !document.chars().any(char::is_control);
    if fits { Ok(document) } else { Err(Error::ApplicationMalformed("document")) }
}

pub(super) fn reason_of(reason: &str) -> Result<&str, Error> {
    let reason = reason.trim();
    let fits = !reason.is_empty() && reason.chars().count() <= REASON_CHARS_MAX;
    if fits { Ok(reason) } else { Err(Error::ReasonMissing) }
}

/// Ends the waiting of an application: of two who decide at once, one is told.
pub(super) async fn decide(
    conn: &mut PgConnection,
    ctx: &Ctx,
    id: Uuid,
    (state, reason, officer, subject): (&str, Option<&str>, AccountId, Option<SubjectId>),
    evidence: &Value,
) -> Result<Option<SubjectId>, Error> {
    let decided: Option<Option<Uuid>> = sqlx::query_scalar(
        "update identity.application
         set state = $2, reason = $3, decided_by = $4, decided_at = $5, evidence = $6, subject_id = coalesce($7, subject_id)
         where application_id = $1 and state = 'waiting' returning subject_id",
    )
    .bind(id)
    .bind(state)
    .bind(reason)
    .bind(officer.0)
    .bind(ctx.now())
    .bind(evidence)
    .bind(subject.map(|subject| subject.0))
    .fetch_optional(conn)
    .await?;
    Ok(decided.ok_or(Error::AlreadyDecided)?.map(SubjectId))
}
