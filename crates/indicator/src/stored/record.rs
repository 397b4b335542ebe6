//! Taking in events: what is known of a dossier grows, once, however often it is told.

use super::FEED;
use crate::Error;
use crate::events::{Event, History};
use crate::facts::DossierFacts;
use kernel::{Ctx, SubjectId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use store::feed::{NewItem, append_all};
use time::OffsetDateTime;
use uuid::Uuid;

/// Takes in events, in any order, and names every dossier whose facts changed in the feed. Gives those facts.
///
/// # Errors
/// When the database fails; then nothing is known of the events.
pub async fn record(conn: &mut PgConnection, ctx: &Ctx, events: &[Event]) -> Result<Vec<DossierFacts>, Error> {
    let mut by_dossier: BTreeMap<Uuid, Vec<&Event>> = BTreeMap::new();
    for event in events {
        by_dossier.entry(event.dossier).or_default().push(event);
    }
    let mut known = histories(conn, by_dossier.keys().copied().collect()).await?;
    let mut changed = Vec::new();
    for (dossier, events) in by_dossier {
        let history = known.entry(dossier).or_default();
        // Not `any`: every event must be heard.
        let moved = events.into_iter().filter(|event| history.apply(event)).count();
        if moved > 0 {
            changed.push(dossier);
        }
    }
    known.retain(|dossier, _| changed.contains(dossier));
    keep(conn, ctx, &known).await
}

/// The histories of these dossiers, each locked until the transaction ends; one that is new gets its row.
pub(super) async fn histories(conn: &mut PgConnection, dossiers: Vec<Uuid>) -> Result<BTreeMap<Uuid, History>, Error> {
    // In the order of ids, so that two that lock the same rows wait for each other instead of for ever.
    sqlx::query(
        "insert into indicator.dossier (dossier_id, history)
         select id, '{\"latest\": {}}' from unnest($1::uuid[]) as new (id) order by id
         on conflict (dossier_id) do nothing",
    )
    .bind(&dossiers)
    .execute(&mut *conn)
    .await?;
    let rows: Vec<(Uuid, Value)> = sqlx::query_as(
        "select dossier_id, history from indicator.dossier where dossier_id = any($1) order by dossier_id for update",
    )
    .bind(&dossiers)
    .fetch_all(conn)
    .await?;
    // What another version wrote and this one cannot read would be lost if it were taken for nothing.
    let read = |value| serde_json::from_value(value).map_err(|error| sqlx::Error::Decode(Box::new(error)));
    rows.into_iter().map(|(id, value)| Ok((id, read(value)?))).collect()
}

/// Writes histories with the facts they come to, and names those in the feed.
pub(super) async fn keep(
    conn: &mut PgConnection,
    ctx: &Ctx,
    histories: &BTreeMap<Uuid, History>,
) -> Result<Vec<DossierFacts>, Error> {
    let mut facts = Vec::new();
    let (mut ids, mut kept, mut facts_kept) = (Vec::new(), Vec::new(), Vec::new());
    let (mut bodies, mut received): (Vec<Option<String>>, Vec<Option<OffsetDateTime>>) = (Vec::new(), Vec::new());
    for (dossier, history) in histories {
        let known = history.facts(*dossier);
        ids.push(*dossier);
        kept.push(json!(history).to_string());
        facts_kept.push(known.as_ref().map(|known| json!(known).to_string()));
        bodies.push(known.as_ref().map(|known| known.body.as_str().to_owned()));
        received.push(known.as_ref().and_then(|known| known.received_at));
        facts.extend(known);
    }
    sqlx::query(
        "update indicator.dossier as dossier
         set history = new.history::jsonb, facts = new.facts::jsonb, body = new.body, received_at = new.received_at
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
              as new (id, history, facts, body, received_at)
         where dossier.dossier_id = new.id",
    )
    .bind(&ids)
    .bind(&kept)
    .bind(&facts_kept)
    .bind(&bodies)
    .bind(&received)
    .execute(&mut *conn)
    .await?;
    tell(conn, ctx, "dossier", facts.iter().map(|facts| (facts.dossier, json!({"dossier": facts.dossier})))).await?;
    Ok(facts)
}

/// Names in the feed what changed.
pub(super) async fn tell(
    conn: &mut PgConnection,
    ctx: &Ctx,
    kind: &str,
    changes: impl Iterator<Item = (Uuid, Value)>,
) -> Result<(), Error> {
    let items: Vec<NewItem> = changes
        .map(|(id, payload)| NewItem {
            feed: FEED.to_owned(),
            // The feed wants to know whom a thing is about; figures are about nobody, so the thing itself is named.
            subject: SubjectId(id),
            kind: kind.to_owned(),
            payload,
        })
        .collect();
    append_all(conn, ctx, &items).await?;
    Ok(())
}
