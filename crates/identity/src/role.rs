//! What officers may do in which body, and when.

use crate::{Error, account};
use kernel::{AccountId, Actor, BodyId, Ctx, Role};
use serde_json::json;
use sqlx::{FromRow, PgConnection};
use std::collections::HashMap;
use time::Date;
use uuid::Uuid;

/// A role to give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRole {
    /// In which body.
    pub body: BodyId,
    /// What.
    pub role: Role,
    /// First day in force.
    pub from: Date,
    /// Last day in force, itself included; none for open.
    pub until: Option<Date>,
}

impl NewRole {
    /// Whether its last day lies before this one.
    #[must_use]
    pub fn is_over(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }
}

/// A role of an officer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRole {
    /// Names it.
    pub id: Uuid,
    /// What, where, when.
    pub role: NewRole,
}

#[derive(FromRow)]
struct Row {
    account_id: Uuid,
    role_id: Uuid,
    body: String,
    role: String,
    from_day: Date,
    until_day: Option<Date>,
}

/// Writes a role whose account is known to exist and to have a second factor.
pub(crate) async fn write(
    conn: &mut PgConnection,
    ctx: &Ctx,
    account: AccountId,
    role: &NewRole,
) -> Result<Uuid, Error> {
    let id = ctx.uuid();
    sqlx::query(
        "insert into identity.officer_role (account_id, role_id, body, role, from_day, until_day)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(account.0)
    .bind(id)
    .bind(role.body.as_str())
    .bind(role.role.as_str())
    .bind(role.from)
    .bind(role.until)
    .execute(&mut *conn)
    .await?;
    let body = json!({
        "event": "role-granted", "account": account, "role_id": id, "body": role.body, "name": role.role,
        "from": role.from.to_string(), "until": role.until.map(|day| day.to_string()),
    });
    account::log(conn, ctx, None, body).await?;
    Ok(id)
}

/// Ends a role with the day before today, and all sessions of the account, so that it is over at once.
pub(crate) async fn end(conn: &mut PgConnection, ctx: &Ctx, account: AccountId, held: &HeldRole) -> Result<(), Error> {
    let yesterday = ctx.today().previous_day().ok_or(Error::Fault("no day before today"))?;
    let ended = sqlx::query("update identity.officer_role set until_day = $3 where account_id = $1 and role_id = $2");
    ended.bind(account.0).bind(held.id).bind(yesterday).execute(&mut *conn).await?;
    account::end_sessions(conn, ctx, account).await?;
    let body = json!({"event": "role-ended", "account": account, "role_id": held.id, "name": held.role.role});
    account::log(conn, ctx, None, body).await
}

/// All roles of an account, past and future ones too.
///
/// # Errors
/// When the table cannot be read.
pub async fn held(conn: &mut PgConnection, account: AccountId) -> Result<Vec<HeldRole>, Error> {
    Ok(held_by_all(conn, &[account.0]).await?.remove(&account).unwrap_or_default())
}

/// The same of many accounts; those without any role are left out.
pub(crate) async fn held_by_all(
    conn: &mut PgConnection,
    accounts: &[Uuid],
) -> Result<HashMap<AccountId, Vec<HeldRole>>, Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "select account_id, role_id, body, role, from_day, until_day from identity.officer_role
         where account_id = any($1) order by body, role, from_day",
    )
    .bind(accounts)
    .fetch_all(conn)
    .await?;
    let mut held: HashMap<AccountId, Vec<HeldRole>> = HashMap::new();
    for row in rows {
        let (body, role) = (BodyId::new(row.body), Role::new(row.role));
        let role = NewRole { body, role, from: row.from_day, until: row.until_day };
        held.entry(AccountId(row.account_id)).or_default().push(HeldRole { id: row.role_id, role });
    }
    Ok(held)
}

/// The roles in force today (in Vietnam), by body.
///
/// # Errors
/// When the table cannot be read.
pub async fn officer_roles(
    conn: &mut PgConnection,
    ctx: &Ctx,
    account: AccountId,
) -> Result<Vec<(BodyId, Role)>, Error> {
    let today = ctx.today();
    let in_force = |role: &HeldRole| role.role.from <= today && !role.role.is_over(today);
    let roles = held(conn, account).await?.into_iter().filter(in_force);
    Ok(roles.map(|held| (held.role.body, held.role.role)).collect())
}

/// The officers of a body today, by name: to whom a colleague may hand work over.
///
/// # Errors
/// When the table cannot be read.
pub async fn officers_of(conn: &mut PgConnection, ctx: &Ctx, body: &BodyId) -> Result<Vec<(AccountId, String)>, Error> {
    let rows: Vec<(Uuid, String)> = sqlx::query_as(
        "select distinct account.account_id, account.label from identity.officer_role as role
         join identity.account on account.account_id = role.account_id
         where role.body = $1 and role.from_day <= $2 and (role.until_day is null or role.until_day >= $2)
           and account.disabled_at is null
         order by account.label, account.account_id",
    )
    .bind(body.as_str())
    .bind(ctx.today())
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(account, label)| (AccountId(account), label)).collect())
}

/// As whom the account may act today: for each body one officer with all roles there.
pub(crate) async fn officers(conn: &mut PgConnection, ctx: &Ctx, account: AccountId) -> Result<Vec<Actor>, Error> {
    let mut officers: Vec<(BodyId, Vec<Role>)> = Vec::new();
    for (body, role) in officer_roles(conn, ctx, account).await? {
        match officers.last_mut() {
            Some((last, roles)) if *last == body => {
                if !roles.contains(&role) {
                    roles.push(role);
                }
            }
            _ => officers.push((body, vec![role])),
        }
    }
    Ok(officers.into_iter().map(|(body, roles)| Actor::Officer { account, body, roles }).collect())
}
