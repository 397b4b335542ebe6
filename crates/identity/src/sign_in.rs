//! Signing in.

use crate::limits::{Charged, End, Origin, Standing, device};
use crate::lockout::{self, Attempt};
use crate::password::PasswordHash;
use crate::{Assurance, Authentication, Error, Identity, Method, Trainings, event, kept, login, message, role};
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

/// What was typed, trimmed.
struct Typed<'a> {
    login: &'a str,
    password: &'a str,
    code: Option<&'a str>,
}

const FIND: &str = "
    select account.account_id, account.subject_id, account.level, account.label, account.password_hash,
           account.disabled_at is not null as disabled, totp.sealed
    from identity.login
    join identity.account on account.account_id = login.account_id
    left join identity.totp on totp.account_id = account.account_id
    where login.login = $1";

impl Identity {
    /// Checks name, password and, where the account has a second factor, the code. [`Self::sign_in_from`] for a browser
    /// of which nothing is known.
    ///
    /// # Errors
    /// As [`Self::sign_in_from`].
    pub async fn sign_in(&self, ctx: &Ctx, login: &str, password: &str, code: Option<&str>) -> Result<SignedIn, Error> {
        self.sign_in_from(ctx, login, password, code, &Origin::default()).await
    }

    /// Checks name, password and, where the account has a second factor, the code. What fails is charged to the name,
    /// the address and the share of failures.
    ///
    /// # Errors
    /// `Refused` when anything is wrong (it is not said what), `CodeNeeded` when the password is right and the code
    /// is missing, `Locked` after too many failures, `Slowed` after too many of the address, `ProofNeeded` while many fail
    /// everywhere, `Busy`, `NothingToActAs`.
    pub async fn sign_in_from(
        &self,
        ctx: &Ctx,
        login: &str,
        password: &str,
        code: Option<&str>,
        origin: &Origin<'_>,
    ) -> Result<SignedIn, Error> {
        let login = login::normal(login);
        let typed = Typed { login: &login, password, code: code.map(str::trim).filter(|code| !code.is_empty()) };
        let key = device::known(&self.device_key(), ctx, &login, origin.device);
        let standing = match (&key, typed.code) {
            (Some(_), _) => Standing::Known,
            (None, Some(_)) => Standing::WithCode,
            (None, None) => Standing::Stranger,
        };
        let charged = self.limits.begin(ctx, origin.address, standing)?;
        let name = kept::hash(&login);
        let outcome = self.attempt(ctx, &typed, key.unwrap_or_else(|| name.clone()), &charged).await;
        let end = match &outcome {
            Ok(_) => End::SignedIn(&name),
            Err(Error::Refused) => End::Failed,
            Err(_) => End::Open,
        };
        if self.limits.settle(ctx, &charged, end) {
            tracing::warn!("many sign-ins fail: browsers that are not known must bring a code for a while");
            let mut tx = self.db.begin().await?;
            let body = json!({"event": "sign-in-alarm"});
            ledger::append(&mut tx, ctx, Entry { subject: None, kind: "system", body }).await?;
            tx.commit().await?;
        }
        outcome
    }

    /// Whether browsers that are not known must bring a code now: many sign-ins fail, from everywhere.
    #[must_use]
    pub fn sign_in_alarm(&self, ctx: &Ctx) -> bool {
        self.limits.alarmed(ctx)
    }

    /// What the browser is to keep (for 180 days, in a cookie that only this site reads), beside what it `kept`, once somebody
    /// signed in with it: strangers' failures do not keep them out there. It opens nothing.
    ///
    /// # Errors
    /// `NoSuchAccount`.
    pub async fn remember_device(&self, ctx: &Ctx, account: AccountId, kept: Option<&str>) -> Result<String, Error> {
        let login: Option<String> = sqlx::query_scalar("select login from identity.login where account_id = $1")
            .bind(account.0)
            .fetch_optional(self.db.pool())
            .await?;
        Ok(device::remember(&self.device_key(), ctx, &login.ok_or(Error::NoSuchAccount)?, kept))
    }

    /// Whether this name's owner has signed in with this browser before, going by what it `kept`.
    #[must_use]
    pub fn knows_device(&self, ctx: &Ctx, login: &str, kept: Option<&str>) -> bool {
        device::known(&self.device_key(), ctx, &login::normal(login), kept).is_some()
    }

    fn device_key(&self) -> [u8; 32] {
        self.keys.derived("known-device")
    }

    async fn attempt(
        &self,
        ctx: &Ctx,
        typed: &Typed<'_>,
        counted_under: Vec<u8>,
        charged: &Charged,
    ) -> Result<SignedIn, Error> {
        let attempt = lockout::begin_under(&self.db, ctx, counted_under).await?;
        let known: Option<Known> = sqlx::query_as(FIND).bind(typed.login).fetch_optional(self.db.pool()).await?;
        let open = known.as_ref().filter(|known| !known.disabled);
        // While many fail, a wrong code ends it before the password is looked at: the guess was for nothing.
        let first = match open {
            Some(known) if charged.code_first => self.code_first(ctx, known, typed.code).await?,
            _ => None,
        };
        let looked_at = first.is_some() || !charged.code_first;
        let hash = known.as_ref().map(|known| PasswordHash(known.password_hash.as_str().into()));
        let right = looked_at && self.hasher.verify(typed.password, hash.clone()).await?;
        let mut tx = self.db.begin().await?;
        let outcome = match open {
            Some(known) if right => self.second_step(&mut tx, ctx, known, typed.code, first).await,
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
        if let (Ok(_), Some(hash)) = (&outcome, hash.filter(PasswordHash::is_stale))
            && let Some(known) = open
        {
            self.rehash(ctx, known.account(), typed.password, &hash).await?;
        }
        outcome
    }

    /// Hashes a password that was just right as passwords are hashed now. When there is no turn, next time.
    async fn rehash(&self, ctx: &Ctx, account: AccountId, password: &str, old: &PasswordHash) -> Result<(), Error> {
        let new = match self.hasher.hash(password, &ctx.random).await {
            Err(Error::Busy) => return Ok(()),
            other => other?,
        };
        let update = "update identity.account set password_hash = $3 where account_id = $1 and password_hash = $2";
        let update = sqlx::query(update).bind(account.0).bind(old.0.as_ref()).bind(new.0.as_ref());
        update.execute(self.db.pool()).await?;
        Ok(())
    }

    /// Spends the code, committed. None when it is not one.
    async fn code_first(&self, ctx: &Ctx, known: &Known, code: Option<&str>) -> Result<Option<Method>, Error> {
        let mut tx = self.db.begin().await?;
        let spent = match code {
            Some(code) => self.spend_any(&mut tx, ctx, known, code).await,
            None => Err(Error::Refused),
        };
        tx.commit().await?;
        match spent {
            Ok(method) => Ok(Some(method)),
            Err(Error::Refused) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A code of the app or a recovery code; where there is no app, one that was sent.
    async fn spend_any(&self, conn: &mut PgConnection, ctx: &Ctx, known: &Known, code: &str) -> Result<Method, Error> {
        match &known.sealed {
            Some(sealed) => self.spend_code(conn, ctx, known.account(), Some(sealed), code).await,
            None if message::spend(conn, ctx, &self.keys, known.account(), code).await? => Ok(Method::Message),
            None => self.spend_code(conn, ctx, known.account(), None, code).await,
        }
    }

    /// As whom the account may act now, for a change of body within a session.
    ///
    /// # Errors
    /// `NoSuchAccount` also for a closed one, `NothingToActAs`.
    pub async fn choices(&self, ctx: &Ctx, account: AccountId) -> Result<Vec<Actor>, Error> {
        let mut conn = self.db.pool().acquire().await?;
        choices_of(&mut conn, ctx, account, &self.trainings).await
    }

    /// The password was right.
    async fn second_step(
        &self,
        conn: &mut PgConnection,
        ctx: &Ctx,
        known: &Known,
        code: Option<&str>,
        first: Option<Method>,
    ) -> Result<SignedIn, Error> {
        let account = known.account();
        let mut methods = vec![Method::Password];
        match (first, code) {
            (Some(method), _) => methods.push(method),
            (None, Some(code)) => match self.spend_any(conn, ctx, known, code).await {
                // Where no second factor is asked for, what stands in its field is not looked at twice.
                Err(Error::Refused) if known.sealed.is_none() => {}
                spent => methods.push(spent?),
            },
            (None, None) if known.sealed.is_some() => return Err(Error::CodeNeeded),
            (None, None) => {}
        }
        let choices = choices(conn, ctx, account, (known.subject(), known.level), &self.trainings).await?;
        let authentication = Authentication { assurance: Assurance::of(&methods), methods, at: ctx.now() };
        Ok(SignedIn { account, choices, label: known.label.clone(), authentication })
    }
}

/// As whom an account may act now that proved itself otherwise than by a password.
pub(crate) async fn choices_of(
    conn: &mut PgConnection,
    ctx: &Ctx,
    account: AccountId,
    trainings: &Trainings,
) -> Result<Vec<Actor>, Error> {
    let found: Option<(Option<Uuid>, Option<i16>)> =
        sqlx::query_as("select subject_id, level from identity.account where account_id = $1 and disabled_at is null")
            .bind(account.0)
            .fetch_optional(&mut *conn)
            .await?;
    let (subject, level) = found.ok_or(Error::NoSuchAccount)?;
    choices(conn, ctx, account, (subject.map(SubjectId), level), trainings).await
}

async fn choices(
    conn: &mut PgConnection,
    ctx: &Ctx,
    account: AccountId,
    (subject, level): (Option<SubjectId>, Option<i16>),
    trainings: &Trainings,
) -> Result<Vec<Actor>, Error> {
    let level = level.and_then(|level| u8::try_from(level).ok());
    let citizen = subject.zip(level).map(|(subject, level)| Actor::Citizen { account, subject, level });
    let mut choices: Vec<Actor> = citizen.into_iter().collect();
    let officers = role::officers(conn, ctx, account).await?;
    choices.extend(trainings.only_trained(conn, ctx, account, officers).await?);
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
