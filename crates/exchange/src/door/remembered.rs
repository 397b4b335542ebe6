//! Keyed calls: one effect and one reply, however often the call is sent.

use crate::{Error, Request};
use kernel::{Actor, Ctx};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

/// What is remembered of a keyed call, and how its reply is written and read.
pub(super) struct Memory<T> {
    key: String,
    consumer: String,
    /// Citizens share one consumer; each has keys of their own.
    actor: String,
    request: [u8; 32],
    write: fn(&T) -> serde_json::Result<Value>,
    read: fn(Value) -> serde_json::Result<T>,
}

/// Whether the call was here before.
pub(super) enum Arrival {
    /// Never, or what came of it was undone.
    First,
    /// The same request, with this reply.
    Again(Value),
    /// The same request, so long ago that its reply has been swept.
    Swept,
    /// The key, with another request.
    Other,
}

impl<T: Serialize + DeserializeOwned> Memory<T> {
    /// Nothing to remember without a key.
    pub(super) fn of(ctx: &Ctx, request: &Request, input: &impl Serialize) -> Result<Option<Self>, Error> {
        let Some(key) = request.idempotency_key.clone() else { return Ok(None) };
        let actor = match &ctx.actor {
            Actor::Citizen { subject, .. } => subject.to_string(),
            Actor::Anonymous | Actor::Officer { .. } | Actor::System { .. } => String::new(),
        };
        let bytes = serde_json_canonicalizer::to_vec(&(request, input))?;
        Ok(Some(Self {
            key,
            consumer: request.consumer.to_string(),
            actor,
            request: Sha256::digest(bytes).into(),
            write: |reply| serde_json::to_value(reply),
            read: |reply| serde_json::from_value(reply),
        }))
    }
}

impl<T> Memory<T> {
    /// Puts the row in. While a twin is at work this waits for its end.
    pub(super) async fn arrive(&self, conn: &mut PgConnection, ctx: &Ctx) -> Result<Arrival, Error> {
        let inserted = sqlx::query(
            "INSERT INTO exchange.call (key, consumer, actor, request, called_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT ON CONSTRAINT call_pk DO NOTHING",
        )
        .bind(&self.key)
        .bind(&self.consumer)
        .bind(&self.actor)
        .bind(&self.request[..])
        .bind(ctx.now())
        .execute(&mut *conn)
        .await?;
        if inserted.rows_affected() == 1 {
            return Ok(Arrival::First);
        }
        let (request, reply): (Vec<u8>, Option<Value>) =
            sqlx::query_as("SELECT request, reply FROM exchange.call WHERE key = $1 AND consumer = $2 AND actor = $3")
                .bind(&self.key)
                .bind(&self.consumer)
                .bind(&self.actor)
                .fetch_one(conn)
                .await?;
        Ok(match reply {
            _ if request != self.request => Arrival::Other,
            Some(reply) => Arrival::Again(reply),
            None => Arrival::Swept,
        })
    }

    /// Keeps the reply, to commit with the effect.
    pub(super) async fn keep(&self, conn: &mut PgConnection, reply: &T) -> Result<(), Error> {
        sqlx::query("UPDATE exchange.call SET reply = $4 WHERE key = $1 AND consumer = $2 AND actor = $3")
            .bind(&self.key)
            .bind(&self.consumer)
            .bind(&self.actor)
            .bind((self.write)(reply)?)
            .execute(conn)
            .await?;
        Ok(())
    }

    /// A kept reply, as it was given.
    pub(super) fn reply(&self, kept: Value) -> Result<T, Error> {
        Ok((self.read)(kept)?)
    }
}
