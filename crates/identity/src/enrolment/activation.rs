//! The word, given once, by which a person sets password and second factor: of a new account, of one that is raised to level 2,
//! of one that is recovered, of an officer's.

use super::Enrolment;
use crate::{Error, NewAccount, Phone, TotpSecret, account, kept, login, totp};
use kernel::{AccountId, Ctx, SubjectId};
use serde_json::json;
use sqlx::{FromRow, PgConnection};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Letters of the word: none that are taken for one another.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// How many: 80 bits.
const LENGTH: usize = 16;
/// How long it can be used.
const LASTS: Duration = Duration::days(7);

/// The word. Its `Debug` shows nothing; only its hash is kept.
pub struct Activation {
    /// What the person types or follows.
    pub token: String,
    /// Until when.
    pub expires_at: OffsetDateTime,
}

impl std::fmt::Debug for Activation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Activation(…)")
    }
}

/// How the word reaches the person.
#[derive(Debug)]
pub enum Handed {
    /// By a message: nobody at the counter sees it.
    Sent {
        /// The last digits of the phone's number.
        ending: String,
    },
    /// By hand, where no messages are sent, and where the phone is what was lost.
    Word(Activation),
}

impl Activation {
    /// For an application. Words given for it before work no more.
    pub(super) async fn of_application(conn: &mut PgConnection, ctx: &Ctx, application: Uuid) -> Result<Self, Error> {
        sqlx::query("delete from identity.activation where application_id = $1 and used_at is null")
            .bind(application)
            .execute(&mut *conn)
            .await?;
        Self::make(conn, ctx, Some(application), None).await
    }

    /// For an account that there is. Words given for it before work no more.
    pub(super) async fn of_account(conn: &mut PgConnection, ctx: &Ctx, account: AccountId) -> Result<Self, Error> {
        sqlx::query("delete from identity.activation where account_id = $1 and used_at is null")
            .bind(account.0)
            .execute(&mut *conn)
            .await?;
        Self::make(conn, ctx, None, Some(account)).await
    }

    async fn make(
        conn: &mut PgConnection,
        ctx: &Ctx,
        application: Option<Uuid>,
        account: Option<AccountId>,
    ) -> Result<Self, Error> {
        let drawn: [u8; LENGTH] = ctx.random.bytes();
        let token: String = drawn.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
        let expires_at = ctx.now() + LASTS;
        sqlx::query(
            "insert into identity.activation (token_hash, application_id, account_id, expires_at) values ($1, $2, $3, $4)",
        )
        .bind(hash(&token))
        .bind(application)
        .bind(account.map(|account| account.0))
        .bind(expires_at)
        .execute(conn)
        .await?;
        Ok(Self { token, expires_at })
    }
}

/// Small letters, blanks and hyphens are as good as what was printed.
fn hash(token: &str) -> Vec<u8> {
    let plain: String = token.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    kept::hash(&plain)
}

#[derive(FromRow)]
struct Held {
    application_id: Option<Uuid>,
    account_id: Option<Uuid>,
    login: String,
}

#[derive(FromRow)]
struct Wanted {
    level: Option<i16>,
    number: String,
    full_name: String,
    phone: String,
    subject_id: Option<Uuid>,
}

impl Enrolment {
    /// Sets password and second factor with the word, and opens, raises or unlocks the account. `code` shows that the app has the
    /// secret. The word works once.
    ///
    /// # Errors
    /// `ActivationUnusable` when the word is unknown, used or too old; `WeakPassword`, `PasswordBreached`; `Refused` when the code is wrong (the word
    /// stays good); `SecondFactorMissing` for level 2 without one; `NotInRegister`; `Busy`.
    pub async fn activate(
        &self,
        ctx: &Ctx,
        token: &str,
        password: &str,
        second: Option<(&TotpSecret, &str)>,
    ) -> Result<AccountId, Error> {
        if second.is_some_and(|(secret, code)| totp::step_of(secret, code, ctx.now()).is_none()) {
            return Err(Error::Refused);
        }
        let token_hash = hash(token);
        // Looked at before the password is hashed, so that guessing costs us nothing.
        let read = "select activation.application_id, activation.account_id, coalesce(application.number,
                 (select login from identity.login where login.account_id = activation.account_id limit 1), '') as login
             from identity.activation
             left join identity.application on application.application_id = activation.application_id
             where token_hash = $1 and used_at is null and expires_at > $2";
        let held: Option<Held> =
            sqlx::query_as(read).bind(&token_hash).bind(ctx.now()).fetch_optional(self.identity.db.pool()).await?;
        let held = held.ok_or(Error::ActivationUnusable)?;
        self.identity.check_password(password, &held.login, second.is_none()).await?;
        let system = super::system(ctx);
        let hash = self.identity.hash_password(ctx, password).await?;
        let mut tx = self.identity.db.begin().await?;
        let spent = sqlx::query(
            "update identity.activation set used_at = $2 where token_hash = $1 and used_at is null and expires_at > $2",
        );
        if spent.bind(&token_hash).bind(ctx.now()).execute(&mut *tx).await?.rows_affected() == 0 {
            return Err(Error::ActivationUnusable);
        }
        let account = match (held.application_id, held.account_id) {
            (Some(application), _) => {
                let wanted: Wanted = sqlx::query_as(
                    "update identity.application set state = 'activated' where application_id = $1 and state = 'approved'
                     returning level, number, full_name, phone, subject_id",
                )
                .bind(application)
                .fetch_optional(&mut *tx)
                .await?
                .ok_or(Error::ActivationUnusable)?;
                let subject = SubjectId(wanted.subject_id.ok_or(Error::NotInRegister)?);
                let level = wanted.level.and_then(|level| u8::try_from(level).ok()).ok_or(Error::NotInRegister)?;
                let totp = second.map(|(secret, _)| secret);
                let account = match owner(&mut tx, &wanted.number).await? {
                    // What a message alone opens is a new account, never one that there is.
                    Some(_) if level == 1 => return Err(Error::ActivationUnusable),
                    Some(account) => {
                        self.raise(&mut tx, &system, account, level, totp.ok_or(Error::SecondFactorMissing)?).await?;
                        self.reset(&mut tx, &system, account, hash.0.as_ref(), None).await?;
                        account
                    }
                    None => {
                        let new = NewAccount {
                            login: &login::normal(&wanted.number),
                            password: "",
                            citizen: Some((subject, level)),
                            roles: &[],
                            totp,
                            label: &wanted.full_name,
                        };
                        self.identity.create_hashed(&mut tx, &system, &new, &hash).await?
                    }
                };
                if let Ok(phone) = Phone::parse(&wanted.phone) {
                    self.identity.keep_phone(&mut tx, &system, account, &phone).await?;
                }
                account
            }
            (None, Some(account)) => {
                let account = AccountId(account);
                // An officer's has one always, a person's keeps what it had.
                let strong: bool = sqlx::query_scalar(
                    "select account.issued_by is not null
                         or exists (select from identity.totp where totp.account_id = account.account_id)
                     from identity.account where account.account_id = $1",
                )
                .bind(account.0)
                .fetch_one(&mut *tx)
                .await?;
                if strong && second.is_none() {
                    return Err(Error::SecondFactorMissing);
                }
                self.reset(&mut tx, &system, account, hash.0.as_ref(), second.map(|(secret, _)| secret)).await?;
                account
            }
            (None, None) => return Err(Error::ActivationUnusable),
        };
        let body = json!({"event": "account-activated", "account": account});
        let subject = account::must_exist(&mut tx, account).await?;
        account::log(&mut tx, &system, subject, body).await?;
        tx.commit().await?;
        Ok(account)
    }

    async fn raise(
        &self,
        conn: &mut PgConnection,
        ctx: &Ctx,
        account: AccountId,
        level: u8,
        totp: &TotpSecret,
    ) -> Result<(), Error> {
        sqlx::query("update identity.account set level = greatest(level, $2) where account_id = $1")
            .bind(account.0)
            .bind(i16::from(level))
            .execute(&mut *conn)
            .await?;
        self.identity.seal_totp(conn, ctx, account, totp).await?;
        let subject = account::must_exist(conn, account).await?;
        account::log(conn, ctx, subject, json!({"event": "level-raised", "account": account, "level": level})).await
    }

    /// A new password, perhaps a new second factor; a lock ends, and so do all sessions. Passkeys and recovery codes go too: what was
    /// lost, or is in others' hands, opens nothing.
    async fn reset(
        &self,
        conn: &mut PgConnection,
        ctx: &Ctx,
        account: AccountId,
        hash: &str,
        totp: Option<&TotpSecret>,
    ) -> Result<(), Error> {
        let done = sqlx::query(
            "update identity.account set password_hash = $2, locked_at = null, locked_why = null, disabled_at = null
             where account_id = $1 and (disabled_at is null or locked_at is not null)",
        );
        if done.bind(account.0).bind(hash).execute(&mut *conn).await?.rows_affected() == 0 {
            return Err(Error::ActivationUnusable);
        }
        if let Some(secret) = totp {
            self.identity.seal_totp(conn, ctx, account, secret).await?;
        }
        for gone in [
            "delete from identity.passkey where account_id = $1",
            "delete from identity.recovery_code where account_id = $1",
        ] {
            sqlx::query(gone).bind(account.0).execute(&mut *conn).await?;
        }
        account::end_sessions(conn, ctx, account).await?;
        Ok(())
    }
}

/// The open account of this number.
pub(super) async fn owner(conn: &mut PgConnection, number: &str) -> Result<Option<AccountId>, Error> {
    let found: Option<Uuid> = sqlx::query_scalar(
        "select login.account_id from identity.login join identity.account on account.account_id = login.account_id
         where login.login = $1 and (account.disabled_at is null or account.locked_at is not null)",
    )
    .bind(login::normal(number))
    .fetch_optional(conn)
    .await?;
    Ok(found.map(AccountId))
}
