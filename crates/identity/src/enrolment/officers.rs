//! Officers' accounts. A body's administrator of accounts issues them and answers for them; who administers accounts is appointed by
//! the body right above, or by the operator of the system. The officer alone sets the password and the second factor, with a word that
//! works once.

use super::counter::reason_of;
use super::state::{AccountState, lock, unlock};
use super::{Activation, Enrolment, Handed};
use crate::{
    ACCOUNT_ADMINISTRATOR, ADMINISTRATOR, Error, HeldRole, NewRole, Phone, account, event, login, role, training,
};
use kernel::{AccountId, Actor, BodyId, Ctx, Role};
use serde_json::json;
use sqlx::{FromRow, PgConnection};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// Officers of one body that a page can look through.
const OFFICERS_MAX: i64 = 10_000;
const LABEL_CHARS_MAX: usize = 255;

/// An officer to be given an account.
#[derive(Clone, Copy)]
pub struct NewOfficer<'a> {
    /// The body, which answers for the account.
    pub body: &'a BodyId,
    /// What the officer signs in with.
    pub login: &'a str,
    /// The officer's name, or office.
    pub label: &'a str,
    /// At least one.
    pub roles: &'a [Role],
    /// Last day of the roles, itself included; none for open.
    pub until: Option<Date>,
}

/// An officer's account, as who administers it sees it. Personal: no `Debug`.
#[derive(Clone)]
pub struct OfficerShown {
    /// Names it.
    pub account: AccountId,
    /// The body that answers for it.
    pub body: BodyId,
    /// What the officer signs in with.
    pub login: String,
    /// The officer's name, or office.
    pub label: String,
    /// How it stands.
    pub state: AccountState,
    /// Whether the officer has not yet set a password and a second factor.
    pub waiting: bool,
    /// Why it is locked.
    pub why: Option<String>,
    /// When the officer signed in last.
    pub signed_in_at: Option<OffsetDateTime>,
    /// All roles, past and future ones too.
    pub roles: Vec<HeldRole>,
}

#[derive(FromRow)]
struct Row {
    account_id: Uuid,
    issued_by: String,
    login: String,
    label: String,
    disabled_at: Option<OffsetDateTime>,
    locked_at: Option<OffsetDateTime>,
    locked_why: Option<String>,
    strong: bool,
    signed_in_at: Option<OffsetDateTime>,
}

const SHOWN: &str =
    "select account.account_id, account.issued_by, login.login, account.label, account.disabled_at, account.locked_at,
        account.locked_why, exists (select from identity.totp where totp.account_id = account.account_id) as strong,
        (select max(event.at) from identity.account_event as event
         where event.account_id = account.account_id and event.what = 'signed-in') as signed_in_at
    from identity.account join identity.login on login.account_id = account.account_id";

/// What somebody may do about a body's officers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Reach {
    /// Issue accounts with the roles of such a body.
    officers: bool,
    /// Appoint who does.
    administrators: bool,
}

impl Enrolment {
    fn reach(&self, ctx: &Ctx, body: &BodyId) -> Result<Reach, Error> {
        let reach = match &ctx.actor {
            Actor::System { .. } => Reach { officers: true, administrators: true },
            Actor::Officer { body: own, roles, .. } => {
                let is = |role: &str| roles.iter().any(|held| held.as_str() == role);
                let above = || self.exchange.catalogue().above(body, ctx.today()).as_ref() == Some(own);
                Reach {
                    officers: is(ACCOUNT_ADMINISTRATOR) && own == body,
                    administrators: is(ADMINISTRATOR) || (is(ACCOUNT_ADMINISTRATOR) && above()),
                }
            }
            Actor::Citizen { .. } | Actor::Anonymous => Reach { officers: false, administrators: false },
        };
        if reach.officers || reach.administrators { Ok(reach) } else { Err(Error::NotAllowed) }
    }

    /// The roles that the actor may give and end in a body.
    ///
    /// # Errors
    /// `NotAllowed` when there is none.
    pub fn grantable(&self, ctx: &Ctx, body: &BodyId) -> Result<Vec<Role>, Error> {
        let reach = self.reach(ctx, body)?;
        let may = |role: &Role| {
            if role.as_str() == ACCOUNT_ADMINISTRATOR { reach.administrators } else { reach.officers }
        };
        Ok(self.exchange.catalogue().roles_in(body).filter(may).collect())
    }

    /// The officers of a body, by name: whose accounts the actor answers for.
    ///
    /// # Errors
    /// `NotAllowed`.
    pub async fn officers(&self, ctx: &Ctx, body: &BodyId) -> Result<Vec<OfficerShown>, Error> {
        let reach = self.reach(ctx, body)?;
        let read = format!("{SHOWN} where account.issued_by = $1 order by account.label, account.account_id limit $2");
        let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(read))
            .bind(body.as_str())
            .bind(OFFICERS_MAX)
            .fetch_all(self.identity.db.pool())
            .await?;
        let mut conn = self.identity.db.pool().acquire().await?;
        let accounts: Vec<Uuid> = rows.iter().map(|row| row.account_id).collect();
        let mut roles = role::held_by_all(&mut conn, &accounts).await?;
        let shown = rows.into_iter().map(|row| {
            let roles = roles.remove(&AccountId(row.account_id)).unwrap_or_default();
            shown(row, roles)
        });
        Ok(shown.filter(|officer| reach.officers || officer.administers(ctx.today())).collect())
    }

    /// An officer's account.
    ///
    /// # Errors
    /// `NotAllowed`; `NoSuchAccount`, also for a person's.
    pub async fn officer(&self, ctx: &Ctx, account: AccountId) -> Result<OfficerShown, Error> {
        let mut conn = self.identity.db.pool().acquire().await?;
        let officer = read(&mut conn, account).await?;
        let reach = self.reach(ctx, &officer.body)?;
        if reach.officers || officer.administers(ctx.today()) { Ok(officer) } else { Err(Error::NotAllowed) }
    }

    /// Whether the actor may lock, renew and close the account and record courses: it is not the own one, and who administers accounts
    /// is kept by who appoints.
    #[must_use]
    pub fn may_change(&self, ctx: &Ctx, officer: &OfficerShown) -> bool {
        let own = matches!(ctx.actor, Actor::Officer { account, .. } if account == officer.account);
        let fits = |reach: Reach| if officer.administers(ctx.today()) { reach.administrators } else { reach.officers };
        !own && self.reach(ctx, &officer.body).is_ok_and(fits)
    }

    /// The account, if the actor may change it.
    async fn changed(&self, conn: &mut PgConnection, ctx: &Ctx, account: AccountId) -> Result<OfficerShown, Error> {
        let officer = read(conn, account).await?;
        if self.may_change(ctx, &officer) { Ok(officer) } else { Err(Error::NotAllowed) }
    }

    /// Issues an account, and gives the word by which the officer opens it: by a message to `phone`, or by hand where none is named, or no
    /// messages are sent.
    ///
    /// # Errors
    /// `NotAllowed` also for a body that does not stand and a role that is not the actor's to give there, `RoleMissing` without any, `LoginMalformed`, `LoginTaken`,
    /// `LabelMalformed`, `PhoneMalformed`, `Busy`.
    pub async fn issue(
        &self,
        ctx: &Ctx,
        new: &NewOfficer<'_>,
        phone: &str,
        sentence: impl FnOnce(&str) -> String + Send,
    ) -> Result<(AccountId, Handed), Error> {
        let grantable = self.grantable(ctx, new.body)?;
        if self.exchange.catalogue().body(new.body, ctx.today()).is_none() {
            return Err(Error::NotAllowed);
        }
        if new.roles.is_empty() {
            return Err(Error::RoleMissing);
        }
        if !new.roles.iter().all(|role| grantable.contains(role)) {
            return Err(Error::NotAllowed);
        }
        let login = login::of_officer(new.login.trim())?;
        let label = new.label.trim();
        if label.is_empty() || label.chars().count() > LABEL_CHARS_MAX {
            return Err(Error::LabelMalformed);
        }
        let phone = phone_of(phone)?;
        // Nobody knows it: the account opens with the word only.
        let unknown: String = ctx.random.bytes::<32>().iter().map(|byte| format!("{byte:02x}")).collect();
        let hash = self.identity.hash_password(ctx, &unknown).await?;
        let account = AccountId(ctx.uuid());
        let mut tx = self.identity.db.begin().await?;
        account::take_login(&mut tx, &login, account).await?;
        sqlx::query(
            "insert into identity.account (account_id, label, password_hash, created_at, issued_by) values ($1, $2, $3, $4, $5)",
        )
        .bind(account.0)
        .bind(label)
        .bind(hash.0.as_ref())
        .bind(ctx.now())
        .bind(new.body.as_str())
        .execute(&mut *tx)
        .await?;
        let body = json!({"event": "account-issued", "account": account, "body": new.body});
        account::log(&mut tx, ctx, None, body).await?;
        for role in new.roles {
            let new = NewRole { body: new.body.clone(), role: role.clone(), from: ctx.today(), until: new.until };
            role::write(&mut tx, ctx, account, &new).await?;
        }
        let activation = Activation::of_account(&mut tx, ctx, account).await?;
        tx.commit().await?;
        Ok((account, self.hand_over(activation, phone, sentence)))
    }

    /// Gives a word that sets another password and second factor, for an officer who lost them or whose account is locked; until it is
    /// used nothing changes.
    ///
    /// # Errors
    /// `NotAllowed`, `NoSuchAccount`, `WrongState` for a closed account, `PhoneMalformed`.
    pub async fn renew(
        &self,
        ctx: &Ctx,
        account: AccountId,
        phone: &str,
        sentence: impl FnOnce(&str) -> String + Send,
    ) -> Result<Handed, Error> {
        let phone = phone_of(phone)?;
        let mut tx = self.identity.db.begin().await?;
        if self.changed(&mut tx, ctx, account).await?.state == AccountState::Closed {
            return Err(Error::WrongState);
        }
        let activation = Activation::of_account(&mut tx, ctx, account).await?;
        account::log(&mut tx, ctx, None, json!({"event": "access-renewed", "account": account})).await?;
        tx.commit().await?;
        Ok(self.hand_over(activation, phone, sentence))
    }

    fn hand_over(
        &self,
        activation: Activation,
        phone: Option<Phone>,
        sentence: impl FnOnce(&str) -> String + Send,
    ) -> Handed {
        match phone {
            Some(phone) => self.hand(activation, phone, sentence),
            None => Handed::Word(activation),
        }
    }

    /// Gives an officer another role of the body, from today.
    ///
    /// # Errors
    /// `NotAllowed`, `NoSuchAccount`, `WrongState` for a closed account, `RoleHeld` when it is in force or will be.
    pub async fn give_role(
        &self,
        ctx: &Ctx,
        account: AccountId,
        role: &Role,
        until: Option<Date>,
    ) -> Result<(), Error> {
        let mut tx = self.identity.db.begin().await?;
        let officer = self.for_role(&mut tx, ctx, account, role).await?;
        if officer.state == AccountState::Closed {
            return Err(Error::WrongState);
        }
        let today = ctx.today();
        if officer.roles.iter().any(|held| held.role.role == *role && !held.role.is_over(today)) {
            return Err(Error::RoleHeld);
        }
        let new = NewRole { body: officer.body, role: role.clone(), from: today, until };
        role::write(&mut tx, ctx, account, &new).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends a role at once, with the sessions of the account.
    ///
    /// # Errors
    /// `NotAllowed`, `NoSuchAccount`; `RoleMissing` when the account has no such role in force or to come.
    pub async fn end_role(&self, ctx: &Ctx, account: AccountId, id: Uuid) -> Result<(), Error> {
        let mut tx = self.identity.db.begin().await?;
        let today = ctx.today();
        let held = role::held(&mut tx, account).await?;
        let held = held.into_iter().find(|held| held.id == id && !held.role.is_over(today));
        let held = held.ok_or(Error::RoleMissing)?;
        let officer = self.for_role(&mut tx, ctx, account, &held.role.role).await?;
        if officer.body != held.role.body {
            return Err(Error::NotAllowed);
        }
        role::end(&mut tx, ctx, account, &held).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The account, if the actor may give and end this role there. Of two who do it at once, one waits.
    async fn for_role(
        &self,
        conn: &mut PgConnection,
        ctx: &Ctx,
        account: AccountId,
        role: &Role,
    ) -> Result<OfficerShown, Error> {
        sqlx::query("select from identity.account where account_id = $1 for update")
            .bind(account.0)
            .execute(&mut *conn)
            .await?;
        let officer = read(conn, account).await?;
        let own = matches!(ctx.actor, Actor::Officer { account: own, .. } if own == account);
        let may = !own && self.grantable(ctx, &officer.body)?.contains(role);
        if may { Ok(officer) } else { Err(Error::NotAllowed) }
    }

    /// Locks, unlocks (`WrongState` otherwise) or closes an officer's account, with a reason.
    ///
    /// # Errors
    /// `NotAllowed`, `NoSuchAccount`, `ReasonMissing`, `WrongState`.
    pub async fn set_officer(&self, ctx: &Ctx, account: AccountId, to: AccountState, why: &str) -> Result<(), Error> {
        let why = reason_of(why)?;
        let mut tx = self.identity.db.begin().await?;
        self.changed(&mut tx, ctx, account).await?;
        match to {
            AccountState::Locked => lock(&mut tx, ctx, account, why).await?,
            AccountState::Active => unlock(&mut tx, ctx, account, why).await?,
            AccountState::Closed => {
                if !super::state::close(&mut tx, ctx, account, why).await? {
                    return Err(Error::WrongState);
                }
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// Records that an officer took a course.
    ///
    /// # Errors
    /// `NotAllowed`, `NoSuchAccount`; `TrainingMalformed` for a day to come, or a name without letters.
    pub async fn record_training(&self, ctx: &Ctx, account: AccountId, course: &str, day: Date) -> Result<(), Error> {
        let mut tx = self.identity.db.begin().await?;
        self.changed(&mut tx, ctx, account).await?;
        training::record(&mut tx, ctx, account, course, day).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The courses of an officer, with the day of each, oldest first.
    ///
    /// # Errors
    /// As [`Self::officer`].
    pub async fn trainings_of(&self, ctx: &Ctx, account: AccountId) -> Result<Vec<(String, Date)>, Error> {
        self.officer(ctx, account).await?;
        let mut conn = self.identity.db.pool().acquire().await?;
        training::taken(&mut conn, account).await
    }

    /// What happened to an officer's account, newest first.
    ///
    /// # Errors
    /// As [`Self::officer`].
    pub async fn history_of_officer(&self, ctx: &Ctx, account: AccountId) -> Result<Vec<crate::AccountEvent>, Error> {
        self.officer(ctx, account).await?;
        event::of(&self.identity.db, account).await
    }
}

impl OfficerShown {
    /// Whether the account administers others of its body, now or soon.
    fn administers(&self, today: Date) -> bool {
        let is = |held: &HeldRole| held.role.role.as_str() == ACCOUNT_ADMINISTRATOR && !held.role.is_over(today);
        self.roles.iter().any(is)
    }
}

async fn read(conn: &mut PgConnection, account: AccountId) -> Result<OfficerShown, Error> {
    let read = format!("{SHOWN} where account.account_id = $1 and account.issued_by is not null");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(read)).bind(account.0).fetch_optional(&mut *conn).await?;
    let row = row.ok_or(Error::NoSuchAccount)?;
    Ok(shown(row, role::held(conn, account).await?))
}

fn shown(row: Row, roles: Vec<HeldRole>) -> OfficerShown {
    OfficerShown {
        account: AccountId(row.account_id),
        body: BodyId::new(row.issued_by),
        login: row.login,
        label: row.label,
        state: AccountState::of(row.disabled_at, row.locked_at),
        waiting: !row.strong,
        why: row.locked_why,
        signed_in_at: row.signed_in_at,
        roles,
    }
}

fn phone_of(phone: &str) -> Result<Option<Phone>, Error> {
    if phone.trim().is_empty() { Ok(None) } else { Phone::parse(phone).map(Some) }
}
