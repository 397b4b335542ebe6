//! Signing in.

use crate::lockout::{self, Attempt};
use crate::password::PasswordHash;
use crate::{Assurance, Authentication, Error, Identity, Method, event, login, role};
use kernel::{AccountId, Actor, Ctx, SubjectId};
use ledger::Entry;
use serde_json::json;
use sqlx::{Acquire, FromRow, PgConnection};
use uuid::Uuid;

/// Who signed in, and as whom they may act. `web` keeps the session; the portal lets choose where there is a choice.
#[derive(Clone, PartialEq)]
pub struct SignedIn {
    /// The account.
    pub account: AccountId,
    /// As whom it may act now: as a citizen, as an officer of each body. Never empty.
    pub choices: Vec<Actor>,
    /// How to address the person.
    pub label: String,
    /// By what the person proved who they are.
    pub authentication: Authentication,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedIn").field("account", &self.account).finish_non_exhaustive()
    }
}

/// What is known of the name that was tried.
#[derive(FromRow)]
struct Known {
    account_id: Uuid,
    subject_id: Option<Uuid>,
    level: Option<i16>,
    label: String,
    password_hash: String,
    disabled: bool,
    sealed: Option<Vec<u8>>,
}

impl Known {
    fn account(&self) -> AccountId {
        AccountId(self.account_id)
    }

    fn subject(&self) -> Option<SubjectId> {
        self.subject_id.map(SubjectId)
    }
}

const FIND: &str = "
    select account.account_id, account.subject_id, account.level, account.label, account.password_hash,
           account.disabled_at is not null as disabled, totp.sealed
    from identity.login
    join identity.account on account.account_id = login.account_id
    left join identity.totp on totp.account_id = account.account_id
    where login.login = $1";

impl Identity {
    /// Checks name, password and, where the account has a second factor, the code.
    ///
    /// # Errors
    /// `Refused` when anything is wrong (it is not said what), `CodeNeeded` when the password is right and the code
    /// is missing, `Locked` after too many failures, `Busy`, `NothingToActAs`.
    pub async fn sign_in(&self, ctx: &Ctx, login: &str, password: &str, code: Option<&str>) -> Result<SignedIn, Error> {
        let login = login::normal(login);
        let attempt = lockout::begin(&self.db, ctx, &login).await?;
        let known: Option<Known> = sqlx::query_as(FIND).bind(&login).fetch_optional(self.db.pool()).await?;
        let hash = known.as_ref().map(|known| PasswordHash(known.password_hash.as_str().into()));
        let right = self.hasher.verify(password, hash).await?;
        let mut tx = self.db.begin().await?;
        let outcome = match &known {
            Some(known) if right && !known.disabled => self.second_step(&mut tx, ctx, known, code).await,
            _ => Err(Error::Refused),
        };
        let subject = known.as_ref().and_then(Known::subject);
        let account = known.as_ref().map(Known::account);
        match &outcome {
            Ok(signed_in) => {
                lockout::succeeded(&mut tx, &attempt).await?;
                let body =
                    json!({"event": "signed-in", "account": account, "methods": signed_in.authentication.methods});
                event::note(&mut tx, ctx, &body).await?;
                ledger::append(&mut tx, ctx, Entry { subject, kind: "system", body }).await?;
            }
            Err(Error::CodeNeeded) => lockout::undecided(&mut tx, &attempt).await?,
            Err(Error::Refused) => refused(&mut tx, ctx, &attempt, subject, account).await?,
            Err(_) => {}
        }
        tx.commit().await?;
        outcome
    }

    /// As whom the account may act now, for a change of body within a session.
    ///
    /// # Errors
    /// `NoSuchAccount` also for a closed one, `NothingToActAs`.
    pub async fn choices(&self, ctx: &Ctx, account: AccountId) -> Result<Vec<Actor>, Error> {
        let mut conn = self.db.pool().acquire().await?;
        choices_of(&mut conn, ctx, account).await
    }

    /// The password was right.
    async fn second_step(
        &self,
        conn: &mut PgConnection,
        ctx: &Ctx,
        known: &Known,
        code: Option<&str>,
    ) -> Result<SignedIn, Error> {
        let account = known.account();
        let mut methods = vec![Method::Password];
        if let Some(sealed) = &known.sealed {
            let code = code.filter(|code| !code.trim().is_empty()).ok_or(Error::CodeNeeded)?;
            methods.push(self.spend_code(conn, ctx, account, Some(sealed), code).await?);
        }
        let choices = choices(conn, ctx, account, known.subject(), known.level).await?;
        let authentication = Authentication { assurance: Assurance::of(&methods), methods, at: ctx.now() };
        Ok(SignedIn { account, choices, label: known.label.clone(), authentication })
    }
}

/// As whom an account may act now that proved itself otherwise than by a password.
pub(crate) async fn choices_of(conn: &mut PgConnection, ctx: &Ctx, account: AccountId) -> Result<Vec<Actor>, Error> {
    let found: Option<(Option<Uuid>, Option<i16>)> =
        sqlx::query_as("select subject_id, level from identity.account where account_id = $1 and disabled_at is null")
            .bind(account.0)
            .fetch_optional(&mut *conn)
            .await?;
    let (subject, level) = found.ok_or(Error::NoSuchAccount)?;
    choices(conn, ctx, account, subject.map(SubjectId), level).await
}

async fn choices(
    conn: &mut PgConnection,
    ctx: &Ctx,
    account: AccountId,
    subject: Option<SubjectId>,
    level: Option<i16>,
) -> Result<Vec<Actor>, Error> {
    let level = level.and_then(|level| u8::try_from(level).ok());
    let citizen = subject.zip(level).map(|(subject, level)| Actor::Citizen { account, subject, level });
    let mut choices: Vec<Actor> = citizen.into_iter().collect();
    choices.extend(role::officers(conn, ctx, account).await?);
    if choices.is_empty() { Err(Error::NothingToActAs) } else { Ok(choices) }
}

/// The owner can see that somebody tried. For a name that nobody has the same is done and undone: strangers cannot fill
/// the ledger, nor tell the two apart by the time it takes.
async fn refused(
    conn: &mut PgConnection,
    ctx: &Ctx,
    attempt: &Attempt,
    subject: Option<SubjectId>,
    account: Option<AccountId>,
) -> Result<(), Error> {
    lockout::failed(conn, ctx, attempt).await?;
    let mut part = conn.begin().await?;
    let body = json!({"event": "sign-in-refused", "account": account});
    event::note(&mut part, ctx, &body).await?;
    ledger::append(&mut part, ctx, Entry { subject, kind: "refusal", body }).await?;
    if account.is_some() {
        part.commit().await?;
    } else {
        part.rollback().await?;
    }
    Ok(())
}
