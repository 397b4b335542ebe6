//! What the main job publishes, as events of the index.
//!
//! The feed says: dossier, code, procedure, origin, the body that has the first step, channel, status, day. It does not
//! say what was paid, or whether the result has a signed file: those stay unknown here until it does. What a procedure gives and
//! asks for is the pack's to say ([`Natures`]).

use super::Natures;
use super::record::{histories, keep};
use crate::Error;
use crate::events::{Event, History, What};
use kernel::calendar::vietnam;
use kernel::{BodyId, Ctx};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use store::Db;
use store::feed::{self, Item, READ_MAX};
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

/// The feed of the main job.
pub const SOURCE: &str = "procedure.dossier";
/// Who reads it here.
const CONSUMER: &str = "indicator";
/// The body that keeps the national portal.
const NATIONAL_PORTAL: &str = "national-portal";
/// The channel of dossiers filed online.
const ONLINE: u8 = 2;
/// What a dossier is, is said again with every change; whatever says more, says it later.
const BEGINNING: OffsetDateTime = datetime!(2000-01-01 0:00 UTC);

#[derive(Deserialize)]
struct Published {
    dossier: Uuid,
    code: String,
    procedure: String,
    origin: BodyId,
    /// The body that has the first step: it answers for the dossier. Items of an older form do not say.
    #[serde(default)]
    body: Option<BodyId>,
    #[serde(default)]
    channel: Option<u8>,
    status: u8,
    #[serde(default, with = "time::serde::rfc3339::option")]
    due_at: Option<OffsetDateTime>,
}

/// Takes in what has come into the feed since the last time, at most one batch. Gives how many items that were.
///
/// # Errors
/// When the database fails; then the same batch comes again.
pub async fn follow(db: &Db, ctx: &Ctx, natures: &Natures) -> Result<usize, Error> {
    let mut tx = db.begin().await?;
    let after = feed::cursor(&mut tx, CONSUMER, SOURCE).await?;
    let items = feed::read(&mut tx, SOURCE, after, READ_MAX).await?;
    let Some(last) = items.last().map(|item| item.pos) else { return Ok(0) };
    let published: Vec<(&Item, Published)> = items.iter().filter_map(|item| Some((item, understood(item)?))).collect();
    let dossiers: BTreeSet<Uuid> = published.iter().map(|(_, published)| published.dossier).collect();
    let mut known = histories(&mut tx, dossiers.into_iter().collect()).await?;
    let mut changed: BTreeMap<Uuid, History> = BTreeMap::new();
    for (item, published) in &published {
        let history = known.entry(published.dossier).or_default();
        let mut moved = false;
        for event in events(item, published, history, natures) {
            moved |= history.apply(&event);
        }
        if moved {
            changed.insert(published.dossier, history.clone());
        }
    }
    keep(&mut tx, ctx, &changed).await?;
    feed::advance(&mut tx, CONSUMER, SOURCE, last).await?;
    tx.commit().await?;
    Ok(items.len())
}

/// An item that does not fit is logged and left: one strange message must not stop the figures of a country.
fn understood(item: &Item) -> Option<Published> {
    let published = Published::deserialize(&item.payload);
    if published.is_err() {
        tracing::warn!(feed = SOURCE, pos = item.pos, "an item is not understood");
    }
    published.ok()
}

/// The events of an item, for what is known so far. The feed gives a dossier's items in order.
fn events(item: &Item, published: &Published, known: &History, natures: &Natures) -> Vec<Event> {
    let event = |at: OffsetDateTime, what: What| Event { dossier: published.dossier, at, what };
    let at = item.recorded_at;
    let nature = natures.of(&published.procedure, vietnam(at).date());
    let opened = What::Opened {
        code: published.code.clone(),
        body: published.body.clone().unwrap_or_else(|| published.origin.clone()),
        procedure: published.procedure.clone(),
        channel: published.channel,
        limit_hours: None,
        paper_result: nature.paper_result,
        fee_bearing: nature.fee_bearing,
    };
    let mut events = vec![event(BEGINNING, opened), event(at, What::Status { status: published.status })];
    if published.channel == Some(ONLINE) {
        let files = What::Files { files: nature.files, digitised: 0, reused: nature.reused, from_store: 0 };
        events.push(event(BEGINNING, files));
        if nature.citizen_data {
            events.push(event(BEGINNING, What::CitizenData));
        }
    }
    // What is filed at the national portal is known to it.
    if published.origin.as_str() == NATIONAL_PORTAL {
        events.push(event(BEGINNING, What::Synced));
    }
    match published.status {
        // Received, or at once in process.
        2 | 4 => events.push(event(at, What::Received { due_at: published.due_at })),
        5 => events.push(event(at, What::Asked { request: item.id })),
        _ => {}
    }
    if published.status == 4
        && let Some(request) = known.open_request()
    {
        events.push(event(at, What::Answered { request, due_at: published.due_at }));
    }
    events
}
