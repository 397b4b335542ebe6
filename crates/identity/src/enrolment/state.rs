//! Locking, unlocking, closing.

use super::counter::{officer, reason_of};
use super::{Enrolment, PROVIDER};
use crate::{ADMINISTRATOR, Error, account};
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
    /// How an account stands. Its owner, the counter and administrators may ask.
    ///
    /// # Errors
    /// `NotAllowed`, `NoSuchAccount`.
    pub async fn account(&self, ctx: &Ctx, account: AccountId) -> Result<AccountShown, Error> {
        may_keep(ctx, account)?;
        let row: Option<Row> = sqlx::query_as(
            "select login.login, account.label, account.level, account.disabled_at, account.locked_at, account.locked_why
             from identity.account join identity.login on login.account_id = account.account_id
             where account.account_id = $1",
        )
        .bind(account.0)
        .fetch_optional(self.identity.db.pool())
        .await?;
        let row = row.ok_or(Error::NoSuchAccount)?;
        let state = match (row.disabled_at, row.locked_at) {
            (None, _) => AccountState::Active,
            (Some(_), Some(_)) => AccountState::Locked,
            (Some(_), None) => AccountState::Closed,
        };
        let level = row.level.and_then(|level| u8::try_from(level).ok());
        Ok(AccountShown { account, login: row.login, label: row.label, level, state, why: row.locked_why })
    }

    /// Locks an account, and ends its sessions. Its owner, the counter, administrators and the program may.
    ///
    /// # Errors
    /// `NotAllowed`, `ReasonMissing`, `WrongState` unless it is active.
    pub async fn lock(&self, ctx: &Ctx, account: AccountId, why: &str) -> Result<(), Error> {
        may_keep(ctx, account)?;
        let mut tx = self.identity.db.begin().await?;
        lock(&mut tx, ctx, account, reason_of(why)?).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Unlocks it. The counter and administrators may; an owner comes to the counter.
    ///
    /// # Errors
    /// `NotAllowed`, `WrongState` unless it is locked.
    pub async fn unlock(&self, ctx: &Ctx, account: AccountId, why: &str) -> Result<(), Error> {
        if !is_administrator(ctx) {
            officer(ctx)?;
        }
        let why = reason_of(why)?;
        let mut tx = self.identity.db.begin().await?;
        let done = sqlx::query(
            "update identity.account set disabled_at = null, locked_at = null, locked_why = null
             where account_id = $1 and locked_at is not null",
        );
        if done.bind(account.0).execute(&mut *tx).await?.rows_affected() == 0 {
            return Err(Error::WrongState);
        }
        let subject = account::must_exist(&mut tx, account).await?;
        let body = json!({"event": "account-unlocked", "account": account, "reason": why});
        account::log(&mut tx, ctx, subject, body).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Closes it for good, and ends its sessions. Whether it was open until now.
    ///
    /// # Errors
    /// `NotAllowed`, `NoSuchAccount`.
    pub async fn close(&self, ctx: &Ctx, account: AccountId, why: &str) -> Result<bool, Error> {
        may_keep(ctx, account)?;
        let why = reason_of(why)?;
        let mut tx = self.identity.db.begin().await?;
        let subject = account::must_exist(&mut tx, account).await?;
        let done = sqlx::query(
            "update identity.account set disabled_at = coalesce(disabled_at, $2), locked_at = null, locked_why = null
             where account_id = $1 and (disabled_at is null or locked_at is not null)",
        );
        let closed = done.bind(account.0).bind(ctx.now()).execute(&mut *tx).await?.rows_affected() > 0;
        if closed {
            account::end_sessions(&mut tx, ctx, account).await?;
            let body = json!({"event": "account-closed", "account": account, "reason": why});
            account::log(&mut tx, ctx, subject, body).await?;
        }
        tx.commit().await?;
        Ok(closed)
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
    let subject = account::must_exist(conn, account).await?;
    let body = json!({"event": "account-locked", "account": account, "reason": why});
    account::log(conn, ctx, subject, body).await
}

fn is_administrator(ctx: &Ctx) -> bool {
    matches!(&ctx.actor, Actor::Officer { roles, .. } if roles.iter().any(|role| role.as_str() == ADMINISTRATOR))
}

/// Who may look at an account, lock and close it.
pub(crate) fn may_keep(ctx: &Ctx, account: AccountId) -> Result<(), Error> {
    let may = match &ctx.actor {
        Actor::Citizen { account: own, .. } => *own == account,
        Actor::System { body, .. } => body.as_str() == PROVIDER,
        Actor::Officer { account: own, .. } => *own == account || is_administrator(ctx) || officer(ctx).is_ok(),
        Actor::Anonymous => false,
    };
    if may { Ok(()) } else { Err(Error::NotAllowed) }
}
