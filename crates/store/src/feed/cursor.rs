//! How far a consumer has come. The cursor moves in the transaction of the effect, so an effect happens once.

use crate::Error;
use sqlx::PgConnection;

/// How far `consumer` has come in `feed`; 0 at first. Within a transaction this keeps other processes of the same
/// consumer waiting until it ends, so that two never handle one item.
///
/// # Errors
/// When PostgreSQL fails.
pub async fn cursor(conn: &mut PgConnection, consumer: &str, feed: &str) -> Result<i64, Error> {
    let read = "select pos from store.feed_cursor where consumer = $1 and feed = $2 for update";
    if let Some(pos) = sqlx::query_scalar(read).bind(consumer).bind(feed).fetch_optional(&mut *conn).await? {
        return Ok(pos);
    }
    sqlx::query("insert into store.feed_cursor (consumer, feed, pos) values ($1, $2, 0) on conflict do nothing")
        .bind(consumer)
        .bind(feed)
        .execute(&mut *conn)
        .await?;
    Ok(sqlx::query_scalar(read).bind(consumer).bind(feed).fetch_one(conn).await?)
}

/// Notes that `consumer` has handled everything up to `pos`. Never goes back.
///
/// # Errors
/// When PostgreSQL fails.
pub async fn advance(conn: &mut PgConnection, consumer: &str, feed: &str, pos: i64) -> Result<(), Error> {
    sqlx::query(
        "insert into store.feed_cursor (consumer, feed, pos) values ($1, $2, $3)
         on conflict (consumer, feed) do update set pos = greatest(feed_cursor.pos, excluded.pos)",
    )
    .bind(consumer)
    .bind(feed)
    .bind(pos)
    .execute(conn)
    .await?;
    Ok(())
}
