//! Saying that something happened, in the transaction in which it happens.

use super::PAYLOAD_BYTES_MAX;
use crate::{Error, wake};
use kernel::{Ctx, SubjectId};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// An event to append.
#[derive(Clone, Debug)]
pub struct NewItem {
    /// The feed.
    pub feed: String,
    /// What it is about.
    pub subject: SubjectId,
    /// What happened.
    pub kind: String,
    /// Identifiers, nothing that must not be read without a pass.
    pub payload: Value,
}

/// Appends an event about `subject` to `feed`. It has a position soon after the transaction of `conn` has committed.
/// Returns its id. The payload holds identifiers, nothing that must not be read without a pass.
///
/// # Errors
/// `TooLarge` for an oversized payload; otherwise what PostgreSQL says.
pub async fn append(
    conn: &mut PgConnection,
    ctx: &Ctx,
    feed: &str,
    subject: SubjectId,
    kind: &str,
    payload: &Value,
) -> Result<Uuid, Error> {
    let item = NewItem { feed: feed.to_owned(), subject, kind: kind.to_owned(), payload: payload.clone() };
    let ids = append_all(conn, ctx, std::slice::from_ref(&item)).await?;
    Ok(ids.first().copied().unwrap_or_default())
}

/// Appends several events, in their order, in as many round trips as one. Returns their ids.
///
/// # Errors
/// As [`append`].
pub async fn append_all(conn: &mut PgConnection, ctx: &Ctx, items: &[NewItem]) -> Result<Vec<Uuid>, Error> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let payloads: Vec<String> = items.iter().map(|item| item.payload.to_string()).collect();
    if payloads.iter().any(|payload| payload.len() > PAYLOAD_BYTES_MAX) {
        return Err(Error::TooLarge("payload of an event"));
    }
    let ids: Vec<Uuid> = items.iter().map(|_| ctx.uuid()).collect();
    // `seq` follows the order of the rows: the ordinality keeps it that of the caller.
    sqlx::query(
        "insert into store.feed_pending (id, feed, subject, kind, payload, recorded_at)
         select id, feed, subject, kind, payload::jsonb, $6
         from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[])
              with ordinality as item (id, feed, subject, kind, payload, n)
         order by n",
    )
    .bind(&ids)
    .bind(items.iter().map(|item| item.feed.as_str()).collect::<Vec<_>>())
    .bind(items.iter().map(|item| item.subject.0).collect::<Vec<_>>())
    .bind(items.iter().map(|item| item.kind.as_str()).collect::<Vec<_>>())
    .bind(&payloads)
    .bind(ctx.now())
    .execute(&mut *conn)
    .await?;
    wake::FEED.nudge(conn).await?;
    Ok(ids)
}
