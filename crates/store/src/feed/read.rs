//! Reading a feed.

use super::READ_MAX;
use crate::Error;
use kernel::SubjectId;
use serde_json::Value;
use sqlx::{FromRow, PgConnection};
use std::collections::HashMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// One event, with its place.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct Item {
    /// Its place in the feed, from 1.
    pub pos: i64,
    /// What `append` returned.
    pub id: Uuid,
    /// Whom or what it is about.
    #[sqlx(try_from = "Uuid")]
    pub subject: SubjectId,
    /// What happened.
    pub kind: String,
    /// Identifiers that say more.
    pub payload: Value,
    /// When the transaction said it (not when it committed).
    pub recorded_at: OffsetDateTime,
}

/// The items after position `after`, in order, at most `limit` of them and never more than `READ_MAX`.
///
/// # Errors
/// When PostgreSQL fails.
pub async fn read(conn: &mut PgConnection, feed: &str, after: i64, limit: i64) -> Result<Vec<Item>, Error> {
    let items = sqlx::query_as(
        "select pos, id, subject, kind, payload, recorded_at from store.feed_item
         where feed = $1 and pos > $2 order by pos limit $3",
    );
    Ok(items.bind(feed).bind(after).bind(limit.clamp(1, READ_MAX)).fetch_all(conn).await?)
}

/// The last position given; 0 for none. Everything at or below it stands for ever.
///
/// # Errors
/// When PostgreSQL fails.
pub async fn mark(conn: &mut PgConnection, feed: &str) -> Result<i64, Error> {
    let last = sqlx::query_scalar("select coalesce(max(pos), 0) from store.feed_item where feed = $1");
    Ok(last.bind(feed).fetch_one(conn).await?)
}

/// The last position given at or before `time`; 0 for none. "As recorded at `time`" means: up to this position.
///
/// # Errors
/// When PostgreSQL fails.
pub async fn position_at(conn: &mut PgConnection, feed: &str, time: OffsetDateTime) -> Result<i64, Error> {
    let last: Option<i64> = sqlx::query_scalar(
        "select last_pos from store.feed_batch where feed = $1 and sequenced_at <= $2
         order by sequenced_at desc, last_pos desc limit 1",
    )
    .bind(feed)
    .bind(time)
    .fetch_optional(conn)
    .await?;
    Ok(last.unwrap_or(0))
}

/// The event at a position. Where a copy of the database went on by itself, another one stands there.
///
/// # Errors
/// When PostgreSQL fails.
pub async fn at(conn: &mut PgConnection, feed: &str, pos: i64) -> Result<Option<Uuid>, Error> {
    let found = sqlx::query_scalar("select id from store.feed_item where feed = $1 and pos = $2");
    Ok(found.bind(feed).bind(pos).fetch_optional(conn).await?)
}

/// The positions of these events; those without one yet are missing.
///
/// # Errors
/// When PostgreSQL fails.
pub async fn positions(conn: &mut PgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, i64>, Error> {
    let found: Vec<(Uuid, i64)> =
        sqlx::query_as("select id, pos from store.feed_item where id = any($1)").bind(ids).fetch_all(conn).await?;
    Ok(found.into_iter().collect())
}
