//! Making accounts and changing what they are proved by.

use crate::password::PasswordHash;
use crate::totp::TotpSecret;
use crate::{Error, Identity, NewRole, lockout, login, role};
use kernel::{AccountId, Actor, Ctx, SubjectId};
use ledger::Entry;
use serde_json::{Value, json};
use sqlx::{Acquire, PgConnection};

const LABEL_CHARS_MAX: usize = 255;

/// An account to be made.
#[derive(Clone)]
pub struct NewAccount<'a> {
    /// What one signs in with: a citizen's personal number, a foreigner's number, or an officer's user name.
    pub login: &'a str,
    /// The password.
    pub password: &'a str,
    /// The citizen, with the level of the account (1 or 2).
    pub citizen: Option<(SubjectId, u8)>,
    /// The officer's roles.
    pub roles: &'a [NewRole],
    /// The second factor; must be there for level 2 and for officers.
    pub totp: Option<&'a TotpSecret>,
    /// How pages address the person.
    pub label: &'a str,
}

// Names and numbers of people: only the sort of account is shown.
impl std::fmt::Debug for NewAccount<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let citizen = self.citizen.map(|(_, level)| level);
        f.debug_struct("NewAccount").field("level", &citizen).field("roles", &self.roles.len()).finish_non_exhaustive()
    }
}

impl Identity {
    /// Makes an account. The program itself may: people's accounts come from [`crate::Enrolment`], and officers' too.
    ///
    /// # Errors
    /// `NotAllowed`, `LoginMalformed`, `LoginTaken`, `WeakPassword`, `SecondFactorMissing`, `LabelMalformed`.
    pub async fn create_account(
        &self,
        conn: &mut PgConnection,
        ctx: &Ctx,
        new: &NewAccount<'_>,
    ) -> Result<AccountId, Error> {
        may_manage(ctx)?;
        self.check_password(new.password, new.login, new.totp.is_none()).await?;
        let hash = self.hash_password(ctx, new.password).await?;
        self.create_hashed(conn, ctx, new, &hash).await
    }

    /// Hashes a password for [`Self::create_hashed`].
    ///
    /// # Errors
    /// `Busy` when too many are hashed at once.
    pub async fn hash_password(&self, ctx: &Ctx, password: &str) -> Result<PasswordHash, Error> {
        self.hasher.hash(password, &ctx.random).await
    }

    /// Makes an account whose password is hashed already (`new.password` is not looked at): for many synthetic
    /// accounts with one password, which would take hours to hash one by one.
    ///
    /// # Errors
    /// As [`Self::create_account`].
    pub async fn create_hashed(
        &self,
        conn: &mut PgConnection,
        ctx: &Ctx,
        new: &NewAccount<'_>,
        hash: &PasswordHash,
    ) -> Result<AccountId, Error> {
        may_manage(ctx)?;
        let login = match new.citizen {
            Some(_) => login::of_person(new.login)?,
            None => login::of_officer(new.login)?,
        };
        let strong = new.totp.is_some();
        if !strong && (!new.roles.is_empty() || new.citizen.is_none_or(|(_, level)| level != 1)) {
            return Err(Error::SecondFactorMissing);
        }
        if new.label.trim().is_empty() || new.label.chars().count() > LABEL_CHARS_MAX {
            return Err(Error::LabelMalformed);
        }
        let account = AccountId(ctx.uuid());
        let mut tx = conn.begin().await?;
        take_login(&mut tx, &login, account).await?;
        sqlx::query(
            "insert into identity.account (account_id, subject_id, level, label, password_hash, created_at, issued_by)
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(account.0)
        .bind(new.citizen.map(|(subject, _)| subject.0))
        .bind(new.citizen.map(|(_, level)| i16::from(level)))
        .bind(new.label.trim())
        .bind(hash.0.as_ref())
        .bind(ctx.now())
        .bind(new.roles.first().filter(|_| new.citizen.is_none()).map(|first| first.body.as_str()))
        .execute(&mut *tx)
        .await?;
        let subject = new.citizen.map(|(subject, _)| subject);
        let level = new.citizen.map(|(_, level)| level);
        log(&mut tx, ctx, subject, json!({"event": "account-created", "account": account, "level": level})).await?;
        if let Some(secret) = new.totp {
            self.seal_totp(&mut tx, ctx, account, secret).await?;
        }
        for granted in new.roles {
            role::write(&mut tx, ctx, account, granted).await?;
        }
        tx.commit().await?;
        Ok(account)
    }

    /// Changes the password of an account that proves itself by the present one, and ends all its sessions. A wrong
    /// present password counts like a failed sign-in.
    ///
    /// # Errors
    /// `Refused`, `Locked`, `WeakPassword`, `Busy`.
    pub async fn change_password(&self, ctx: &Ctx, account: AccountId, present: &str, new: &str) -> Result<(), Error> {
        let found: Option<(String, String, bool)> = sqlx::query_as(
            "select login.login, account.password_hash,
                    exists (select from identity.totp where totp.account_id = account.account_id)
             from identity.account join identity.login on login.account_id = account.account_id
             where account.account_id = $1 and account.disabled_at is null",
        )
        .bind(account.0)
        .fetch_optional(self.db.pool())
        .await?;
        let (login, hash, strong) = found.ok_or(Error::NoSuchAccount)?;
        self.check_password(new, &login, !strong).await?;
        let attempt = lockout::begin(&self.db, ctx, &login).await?;
        if !self.hasher.verify(present, Some(PasswordHash(hash.into()))).await? {
            return Err(Error::Refused);
        }
        let hash = self.hasher.hash(new, &ctx.random).await?;
        let mut tx = self.db.begin().await?;
        let subject = must_exist(&mut tx, account).await?;
        sqlx::query("update identity.account set password_hash = $2 where account_id = $1")
            .bind(account.0)
            .bind(hash.0.as_ref())
            .execute(&mut *tx)
            .await?;
        lockout::succeeded(&mut tx, &attempt).await?;
        end_sessions(&mut tx, ctx, account).await?;
        log(&mut tx, ctx, subject, json!({"event": "password-changed", "account": account})).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends all sessions of the account, on every device. Says how many there were.
    ///
    /// # Errors
    /// `NoSuchAccount`.
    pub async fn sign_out_everywhere(&self, ctx: &Ctx, account: AccountId) -> Result<u64, Error> {
        let mut tx = self.db.begin().await?;
        let subject = must_exist(&mut tx, account).await?;
        let ended = end_sessions(&mut tx, ctx, account).await?;
        log(&mut tx, ctx, subject, json!({"event": "signed-out-everywhere", "account": account})).await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// Forgets failures to sign in that are older than a day, and codes that were sent. For the daily housekeeping.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn sweep(&self, ctx: &Ctx) -> Result<u64, Error> {
        let mut conn = self.db.pool().acquire().await?;
        Ok(lockout::sweep(&mut conn, ctx).await? + crate::message::sweep(&mut conn, ctx).await?)
    }

    pub(crate) async fn seal_totp(
        &self,
        conn: &mut PgConnection,
        ctx: &Ctx,
        account: AccountId,
        secret: &TotpSecret,
    ) -> Result<(), Error> {
        let sealed = self.keys.seal(&ctx.random, account, secret.as_bytes())?;
        sqlx::query(
            "insert into identity.totp (account_id, sealed, last_step, enrolled_at) values ($1, $2, 0, $3)
             on conflict (account_id) do update
             set sealed = excluded.sealed, last_step = excluded.last_step, enrolled_at = excluded.enrolled_at",
        )
        .bind(account.0)
        .bind(sealed)
        .bind(ctx.now())
        .execute(conn)
        .await?;
        Ok(())
    }
}

/// Without an officer who answers for it, accounts are made and changed by the program itself only (set-up, demo).
pub(crate) fn may_manage(ctx: &Ctx) -> Result<(), Error> {
    if matches!(ctx.actor, Actor::System { .. }) { Ok(()) } else { Err(Error::NotAllowed) }
}

/// Ends all sessions of an account, and with them what relying parties hold by them. Says how many there were.
pub(crate) async fn end_sessions(conn: &mut PgConnection, ctx: &Ctx, account: AccountId) -> Result<u64, Error> {
    let ended = web::end_all(conn, account).await?;
    for session in &ended {
        crate::openid::session_ended(conn, ctx, *session).await?;
    }
    Ok(ended.len() as u64)
}

/// The person of an account, if it is a citizen's.
pub(crate) async fn must_exist(conn: &mut PgConnection, account: AccountId) -> Result<Option<SubjectId>, Error> {
    let found: Option<Option<uuid::Uuid>> =
        sqlx::query_scalar("select subject_id from identity.account where account_id = $1")
            .bind(account.0)
            .fetch_optional(conn)
            .await?;
    Ok(found.ok_or(Error::NoSuchAccount)?.map(SubjectId))
}

pub(crate) async fn take_login(conn: &mut PgConnection, login: &str, account: AccountId) -> Result<(), Error> {
    let taken = sqlx::query("insert into identity.login (login, account_id) values ($1, $2)");
    match taken.bind(login).bind(account.0).execute(conn).await {
        Err(error) if store::constraint(&error) == Some("login_pk") => Err(Error::LoginTaken),
        other => Ok(other.map(|_| ())?),
    }
}

/// A change of an account, in the ledger: about the person where there is one.
pub(crate) async fn log(
    conn: &mut PgConnection,
    ctx: &Ctx,
    subject: Option<SubjectId>,
    mut body: Value,
) -> Result<(), Error> {
    crate::event::note(conn, ctx, &body).await?;
    body["by"] = serde_json::to_value(&ctx.actor).map_err(|_| Error::Fault("an actor does not serialize"))?;
    ledger::append(conn, ctx, Entry { subject, kind: "change", body }).await?;
    Ok(())
}
