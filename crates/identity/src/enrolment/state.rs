//! Locking, unlocking, closing. [`Enrolment::account`] and what is beside it here are about people's accounts; an officer's is its
//! body's ([`Enrolment::officer`]).

use super::counter::{officer, reason_of};
use super::{Enrolment, PROVIDER};
use crate::{AccountEvent, Error, account, event};
use kernel::{AccountId, Actor, Ctx};
use serde_json::json;
use sqlx::{FromRow, PgConnection};
use time::OffsetDateTime;

/// How an account stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AccountState {
    /// Its owner signs in.
    Active,
    /// Nobody signs in until it is unlocked.
    Locked,
    /// For good.
    Closed,
}

impl AccountState {
    /// From the two columns that say so.
    pub(super) const fn of(disabled_at: Option<OffsetDateTime>, locked_at: Option<OffsetDateTime>) -> Self {
        match (disabled_at, locked_at) {
            (None, _) => Self::Active,
            (Some(_), Some(_)) => Self::Locked,
            (Some(_), None) => Self::Closed,
        }
    }

    /// As pages name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Locked => "locked",
            Self::Closed => "closed",
        }
    }
}

/// An account, for its owner and for the counter. Personal: no `Debug`.
#[derive(Clone)]
pub struct AccountShown {
    /// Names it.
    pub account: AccountId,
    /// What its owner signs in with.
    pub login: String,
    /// How pages address the owner.
    pub label: String,
    /// 1 or 2, of a citizen's.
    pub level: Option<u8>,
    /// How it stands.
    pub state: AccountState,
    /// Why it is locked.
    pub why: Option<String>,
}

#[derive(FromRow)]
struct Row {
    login: String,
    label: String,
    level: Option<i16>,
    disabled_at: Option<OffsetDateTime>,
    locked_at: Option<OffsetDateTime>,
    locked_why: Option<String>,
}

impl Enrolment {
    /// How an account stands. Its owner and the counter may ask.
    ///
    /// # Errors
    /// `NotAllowed`, `NoSuchAccount`.
    pub async fn account(&self, ctx: &Ctx, account: AccountId) -> Result<AccountShown, Error> {
        self.may_keep(ctx, account).await?;
        let row: Option<Row> = sqlx::query_as(
            "select login.login, account.label, account.level, account.disabled_at, account.locked_at, account.locked_why
             from identity.account join identity.login on login.account_id = account.account_id
             where account.account_id = $1",
        )
        .bind(account.0)
        .fetch_optional(self.identity.db.pool())
        .await?;
        let row = row.ok_or(Error::NoSuchAccount)?;
        let state = AccountState::of(row.disabled_at, row.locked_at);
        let level = row.level.and_then(|level| u8::try_from(level).ok());
        Ok(AccountShown { account, login: row.login, label: row.label, level, state, why: row.locked_why })
    }

    /// Locks an account, and ends its sessions. Its owner, the counter and the program may.
    ///
    /// # Errors
    /// `NotAllowed`, `ReasonMissing`, `WrongState` unless it is active.
    pub async fn lock(&self, ctx: &Ctx, account: AccountId, why: &str) -> Result<(), Error> {
        self.may_keep(ctx, account).await?;
        let mut tx = self.identity.db.begin().await?;
        lock(&mut tx, ctx, account, reason_of(why)?).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Unlocks it. The counter may; an owner comes to the counter.
    ///
    /// # Errors
    /// `NotAllowed`, `ReasonMissing`, `WrongState` unless it is locked.
    pub async fn unlock(&self, ctx: &Ctx, account: AccountId, why: &str) -> Result<(), Error> {
        officer(ctx)?;
        self.may_keep(ctx, account).await?;
        let why = reason_of(why)?;
        let mut tx = self.identity.db.begin().await?;
        unlock(&mut tx, ctx, account, why).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Closes it for good, and ends its sessions. Whether it was open until now.
    ///
    /// # Errors
    /// `NotAllowed`, `ReasonMissing`, `NoSuchAccount`.
    pub async fn close(&self, ctx: &Ctx, account: AccountId, why: &str) -> Result<bool, Error> {
        self.may_keep(ctx, account).await?;
        let why = reason_of(why)?;
        let mut tx = self.identity.db.begin().await?;
        let closed = close(&mut tx, ctx, account, why).await?;
        tx.commit().await?;
        Ok(closed)
    }

    /// What happened to an account, newest first. Its owner and the counter may ask.
    ///
    /// # Errors
    /// `NotAllowed`, `NoSuchAccount`.
    pub async fn history(&self, ctx: &Ctx, account: AccountId) -> Result<Vec<AccountEvent>, Error> {
        self.may_keep(ctx, account).await?;
        event::of(&self.identity.db, account).await
    }

    /// Who may look at an account, lock and close it: its owner; the program and the counter, if it is a person's.
    async fn may_keep(&self, ctx: &Ctx, account: AccountId) -> Result<(), Error> {
        let (own, keeper) = match &ctx.actor {
            Actor::Citizen { account: own, .. } => (*own == account, false),
            Actor::Officer { account: own, .. } => (*own == account, officer(ctx).is_ok()),
            Actor::System { body, .. } => (false, body.as_str() == PROVIDER),
            Actor::Anonymous => (false, false),
        };
        if own {
            return Ok(());
        }
        if !keeper {
            return Err(Error::NotAllowed);
        }
        let mut conn = self.identity.db.pool().acquire().await?;
        let person = account::must_exist(&mut conn, account).await?;
        person.map(drop).ok_or(Error::NotAllowed)
    }
}

/// Locks an open account within a transaction.
pub(super) async fn lock(conn: &mut PgConnection, ctx: &Ctx, account: AccountId, why: &str) -> Result<(), Error> {
    let done = sqlx::query(
        "update identity.account set disabled_at = $2, locked_at = $2, locked_why = $3
         where account_id = $1 and disabled_at is null",
    );
    if done.bind(account.0).bind(ctx.now()).bind(why).execute(&mut *conn).await?.rows_affected() == 0 {
        return Err(Error::WrongState);
    }
    account::end_sessions(conn, ctx, account).await?;
    told(conn, ctx, account, "account-locked", why).await
}

/// Unlocks a locked account within a transaction.
pub(super) async fn unlock(conn: &mut PgConnection, ctx: &Ctx, account: AccountId, why: &str) -> Result<(), Error> {
    let done = sqlx::query(
        "update identity.account set disabled_at = null, locked_at = null, locked_why = null
         where account_id = $1 and locked_at is not null",
    );
    if done.bind(account.0).execute(&mut *conn).await?.rows_affected() == 0 {
        return Err(Error::WrongState);
    }
    told(conn, ctx, account, "account-unlocked", why).await
}

/// Closes an account within a transaction. Whether it was open or locked until now.
pub(super) async fn close(conn: &mut PgConnection, ctx: &Ctx, account: AccountId, why: &str) -> Result<bool, Error> {
    let done = sqlx::query(
        "update identity.account set disabled_at = coalesce(disabled_at, $2), locked_at = null, locked_why = null
         where account_id = $1 and (disabled_at is null or locked_at is not null)",
    );
    let closed = done.bind(account.0).bind(ctx.now()).execute(&mut *conn).await?.rows_affected() > 0;
    if closed {
        account::end_sessions(conn, ctx, account).await?;
        told(conn, ctx, account, "account-closed", why).await?;
    }
    Ok(closed)
}

async fn told(conn: &mut PgConnection, ctx: &Ctx, account: AccountId, event: &str, why: &str) -> Result<(), Error> {
    let subject = account::must_exist(conn, account).await?;
    account::log(conn, ctx, subject, json!({"event": event, "account": account, "reason": why})).await
}
