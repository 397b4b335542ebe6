//! Logging out: what the end of a session means for the relying parties that know of it, and the end-point where a
//! relying party sends a person to log out (OpenID Connect RP-Initiated Logout 1.0).

use super::Provider;
use super::backchannel::{self, Notice};
use crate::Error;
use kernel::Ctx;
use sqlx::PgConnection;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Known {
    session_id: Uuid,
    client_id: String,
    sub: String,
    listens: bool,
}

impl From<Known> for Notice {
    fn from(known: Known) -> Self {
        Self { client_id: known.client_id, sub: known.sub, session: known.session_id }
    }
}

impl Provider {
    /// A session has ended: its tokens end, except of those families that the person let go on without a session, and
    /// every relying party that knew of it is told. Called in the transaction that ends the session.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn session_ended(&self, conn: &mut PgConnection, ctx: &Ctx, session: Uuid) -> Result<(), Error> {
        session_ended(conn, ctx, session).await
    }
}

/// [`Provider::session_ended`] for where there is no provider at hand: the database knows who is to be told.
///
/// # Errors
/// When the database does not answer.
pub async fn session_ended(conn: &mut PgConnection, ctx: &Ctx, session: Uuid) -> Result<(), Error> {
    let revoke = "update identity.token_family set revoked_at = $2
                      where session_id = $1 and not offline and revoked_at is null";
    sqlx::query(revoke).bind(session).bind(ctx.now()).execute(&mut *conn).await?;
    let known: Vec<Known> = sqlx::query_as(
        "delete from identity.client_session as known using identity.client as client
             where known.session_id = $1 and client.client_id = known.client_id
             returning known.session_id, known.client_id, known.sub,
                       client.metadata ->> 'backchannel_logout_uri' is not null as listens",
    )
    .bind(session)
    .fetch_all(&mut *conn)
    .await?;
    tell(conn, ctx, known).await
}

/// These families have ended before their sessions did: the relying parties are told the same.
pub(crate) async fn tell_of_families(conn: &mut PgConnection, ctx: &Ctx, families: &[Uuid]) -> Result<(), Error> {
    let known: Vec<Known> = sqlx::query_as(
        "delete from identity.client_session as known using identity.client as client
         where known.family_id = any($1) and client.client_id = known.client_id
         returning known.session_id, known.client_id, known.sub,
                   client.metadata ->> 'backchannel_logout_uri' is not null as listens",
    )
    .bind(families)
    .fetch_all(&mut *conn)
    .await?;
    tell(conn, ctx, known).await
}

async fn tell(conn: &mut PgConnection, ctx: &Ctx, known: Vec<Known>) -> Result<(), Error> {
    for known in known.into_iter().filter(|known| known.listens) {
        backchannel::order(conn, ctx, &known.into()).await?;
    }
    Ok(())
}
