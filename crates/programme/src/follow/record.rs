//! What happened, twice: an event beside the task, and an entry of the ledger that nobody can rub out.

use crate::Error;
use kernel::{BodyId, Ctx};
use ledger::Entry;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// Something that happened to a task. Holds nobody's words: those lie in the report or decision that `detail` names.
pub(super) struct Happened {
    pub(super) task: Uuid,
    pub(super) body: Option<BodyId>,
    pub(super) kind: &'static str,
    pub(super) detail: Value,
}

/// Keeps what happened, in the caller's transaction.
pub(super) async fn record(
    conn: &mut PgConnection,
    ctx: &Ctx,
    (acted_as, actor): (&BodyId, Option<Uuid>),
    events: &[Happened],
) -> Result<(), Error> {
    let entry = |event: &Happened| Entry {
        subject: None,
        kind: "change",
        body: json!({
            "programme": event.kind,
            "task": event.task,
            "body": event.body,
            "for": acted_as,
            "officer": actor,
            "detail": event.detail,
        }),
    };
    for part in events.chunks(ledger::APPEND_MAX) {
        let entries = ledger::append_all(conn, ctx, part.iter().map(entry).collect()).await?;
        let tasks: Vec<Uuid> = part.iter().map(|event| event.task).collect();
        let ids: Vec<Uuid> = part.iter().map(|_| ctx.uuid()).collect();
        let bodies: Vec<Option<String>> =
            part.iter().map(|event| event.body.as_ref().map(ToString::to_string)).collect();
        let kinds: Vec<&str> = part.iter().map(|event| event.kind).collect();
        let details: Vec<Value> = part.iter().map(|event| event.detail.clone()).collect();
        let entries: Vec<Uuid> = entries.into_iter().map(Uuid::from).collect();
        sqlx::query(
            "insert into programme.event (task_id, event_id, body, kind, detail, acted_as, actor, at, entry_id)
             select task_id, event_id, body, kind, detail, $6, $7, $8, entry_id
             from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::jsonb[], $9::uuid[])
                 as made (task_id, event_id, body, kind, detail, entry_id)",
        )
        .bind(tasks)
        .bind(ids)
        .bind(bodies)
        .bind(kinds)
        .bind(details)
        .bind(acted_as.as_str())
        .bind(actor)
        .bind(ctx.now())
        .bind(entries)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}
