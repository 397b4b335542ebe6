//! Saying that something happened, in the transaction in which it happens.

use super::PAYLOAD_BYTES_MAX;
use crate::{Error, wake};
use kernel::{Ctx, SubjectId};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

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
    let payload = payload.to_string();
    if payload.len() > PAYLOAD_BYTES_MAX {
        return Err(Error::TooLarge("payload of an event"));
    }
    let id = ctx.uuid();
    sqlx::query(
        "insert into store.feed_pending (id, feed, subject, kind, payload, recorded_at)
         values ($1, $2, $3, $4, $5::jsonb, $6)",
    )
    .bind(id)
    .bind(feed)
    .bind(subject.0)
    .bind(kind)
    .bind(payload)
    .bind(ctx.now())
    .execute(&mut *conn)
    .await?;
    wake::FEED.nudge(conn).await?;
    Ok(id)
}
