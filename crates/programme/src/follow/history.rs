//! What happened to a task.

use crate::Error;
use serde::Serialize;
use serde_json::Value;
use sqlx::{FromRow, PgConnection};
use time::OffsetDateTime;
use uuid::Uuid;

/// Something that happened. The entry of the ledger says the same, and proves that it was not changed since.
#[derive(Clone, PartialEq, Debug, Serialize, FromRow)]
pub struct Event {
    /// The body it is about, where it is about one.
    pub body: Option<String>,
    /// `imported`, `amended`, `assigned`, `released`, `reported`, `approved`, `returned`, `moved`, `reminded`, `measure-set`.
    pub kind: String,
    /// What exactly.
    pub detail: Value,
    /// The body that acted.
    pub acted_as: String,
    /// The account that acted; None: the program.
    pub actor: Option<Uuid>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The entry of the ledger.
    pub entry_id: Uuid,
}

/// Everything that happened to a task, oldest first.
///
/// # Errors
/// When the store fails.
pub async fn history(conn: &mut PgConnection, task: Uuid) -> Result<Vec<Event>, Error> {
    let events = sqlx::query_as(
        "select body, kind, detail, acted_as, actor, at, entry_id from programme.event where task_id = $1 order by at, event_id",
    )
    .bind(task)
    .fetch_all(conn)
    .await?;
    Ok(events)
}
