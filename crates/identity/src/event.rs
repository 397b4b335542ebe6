//! What happened to an account, for its owner to see. Written beside the ledger's entry, in the same transaction.

use crate::{Error, Identity};
use kernel::{AccountId, Actor, Ctx};
use serde_json::Value;
use sqlx::PgConnection;
use store::Db;
use time::OffsetDateTime;

/// Events that one page shows.
const EVENTS_MAX: i64 = 200;

/// One event.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AccountEvent {
    /// What, such as `signed-in`.
    pub what: String,
    /// By what methods, on which device, why.
    pub detail: Value,
    /// When.
    pub at: OffsetDateTime,
}

/// Writes what a ledger body says of its account; nothing where it names none.
pub(crate) async fn note(conn: &mut PgConnection, ctx: &Ctx, body: &Value) -> Result<(), Error> {
    let account = body["account"].as_str().and_then(|text| text.parse::<uuid::Uuid>().ok());
    let (Some(account), Some(what)) = (account, body["event"].as_str()) else { return Ok(()) };
    let mut detail = serde_json::Map::new();
    for name in ["methods", "device", "reason", "name", "client"] {
        if let Some(value) = body.get(name).filter(|value| !value.is_null()) {
            detail.insert(name.to_owned(), value.clone());
        }
    }
    sqlx::query(
        "insert into identity.account_event (account_id, event_id, what, detail, at) values ($1, $2, $3, $4, $5)",
    )
    .bind(account)
    .bind(ctx.uuid())
    .bind(what)
    .bind(Value::Object(detail))
    .bind(ctx.now())
    .execute(conn)
    .await?;
    Ok(())
}

/// What happened to an account, newest first.
pub(crate) async fn of(db: &Db, account: AccountId) -> Result<Vec<AccountEvent>, Error> {
    let events = sqlx::query_as(
        "select what, detail, at from identity.account_event where account_id = $1
         order by at desc, event_id desc limit $2",
    );
    Ok(events.bind(account.0).bind(EVENTS_MAX).fetch_all(db.pool()).await?)
}

impl Identity {
    /// What happened to the actor's own account, newest first.
    ///
    /// # Errors
    /// `NotAllowed` for an actor without an account.
    pub async fn history(&self, ctx: &Ctx) -> Result<Vec<AccountEvent>, Error> {
        match ctx.actor {
            Actor::Citizen { account, .. } | Actor::Officer { account, .. } => of(&self.db, account).await,
            Actor::System { .. } | Actor::Anonymous => Err(Error::NotAllowed),
        }
    }
}
