//! Refused requests, counted: for whoever keeps the system running. About requests, not people, so without a pass.

use crate::Error;
use serde::Serialize;
use sqlx::PgConnection;
use time::OffsetDateTime;

/// How many rows of counts a page of the administrator's holds.
const ROWS_MAX: i64 = 200;

/// How often one body was refused one service for one reason.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, sqlx::FromRow)]
pub struct RefusalCount {
    /// Why: `EXC0001` to `EXC0011`.
    pub code: String,
    /// Who asked.
    pub consumer: String,
    /// What for.
    pub service: String,
    /// How often.
    pub count: i64,
    /// When last.
    #[serde(with = "time::serde::rfc3339")]
    pub last_at: OffsetDateTime,
}

/// Refusals since an instant, the most frequent first.
///
/// # Errors
/// When the database fails.
pub async fn refusals(conn: &mut PgConnection, since: OffsetDateTime) -> Result<Vec<RefusalCount>, Error> {
    Ok(sqlx::query_as(
        "SELECT code, consumer, service, count(*) AS count, max(refused_at) AS last_at FROM exchange.refusal \
         WHERE refused_at >= $1 GROUP BY code, consumer, service ORDER BY count DESC, code, consumer, service LIMIT $2",
    )
    .bind(since)
    .bind(ROWS_MAX)
    .fetch_all(conn)
    .await?)
}
