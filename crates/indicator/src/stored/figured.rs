//! The live store of a process: made from the facts, moved by their feed.

use super::FEED;
use super::procedures::at_bodies;
use crate::Error;
use crate::definition::Definition;
use crate::facts::{DossierFacts, Given, PetitionFacts, ProcedureFacts};
use crate::live::{Bodies, Live, Read};
use crate::period::Month;
use kernel::calendar::Calendar;
use kernel::{BodyId, Ctx};
use pack::Dated;
use sqlx::PgConnection;
use sqlx::types::Json;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use store::Db;
use store::feed::{self, READ_MAX};
use tokio::sync::Mutex;
use uuid::Uuid;

/// Facts that are read at once while the store is made.
const PAGE: i64 = 10_000;

/// A live store that follows the facts. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Figured {
    db: Db,
    live: Arc<RwLock<Live>>,
    /// What the pack says of procedures at bodies.
    packed: Arc<[ProcedureFacts]>,
    /// How far the feed has been read; held while it is read.
    read: Arc<Mutex<Read>>,
}

impl Figured {
    /// Makes the store: from the snapshot where there is one that fits, else from all facts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open(
        db: &Db,
        ctx: &Ctx,
        definition: Dated<Definition>,
        calendar: Arc<Calendar>,
        (bodies, packed): (Bodies, Arc<[ProcedureFacts]>),
        snapshot: Option<&Path>,
    ) -> Result<Self, Error> {
        let opened = snapshot.filter(|path| path.exists()).and_then(|path| {
            let opened = Live::open(path, definition.clone(), Arc::clone(&calendar), bodies.clone());
            opened.inspect_err(|error| tracing::warn!(code = error.code(), "counting anew")).ok()
        });
        let mut conn = db.pool().acquire().await?;
        let (live, read) = match opened {
            Some((live, read)) if feed::at(&mut conn, FEED, read.position).await? == Some(read.item) => {
                let mut live = live;
                // They may be others since: it was the pack of then.
                live.forget_procedures();
                let (procedures, _) = others(&mut conn, &packed).await?;
                procedures.iter().for_each(|facts| known(live.procedure(facts)));
                (live, read)
            }
            other => {
                if other.is_some() {
                    tracing::warn!("the snapshot is of another database; counting anew");
                }
                // The position first: what changes while the facts are read comes again.
                let position = feed::mark(&mut conn, FEED).await?;
                let item = feed::at(&mut conn, FEED, position).await?.unwrap_or_default();
                let mut live = Live::new(definition, calendar, bodies, ctx.now());
                count_all(&mut conn, &packed, &mut live).await?;
                (live, Read { position, item })
            }
        };
        drop(conn);
        let figured =
            Self { db: db.clone(), live: Arc::new(RwLock::new(live)), packed, read: Arc::new(Mutex::new(read)) };
        figured.catch_up(ctx).await?;
        Ok(figured)
    }

    /// To look at.
    pub fn read(&self) -> RwLockReadGuard<'_, Live> {
        self.live.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn packed(&self) -> &[ProcedureFacts] {
        &self.packed
    }

    pub(super) const fn db(&self) -> &Db {
        &self.db
    }

    fn write(&self) -> RwLockWriteGuard<'_, Live> {
        self.live.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in everything that has changed so far, and the time. Gives how many changes that were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn catch_up(&self, ctx: &Ctx) -> Result<usize, Error> {
        let mut read = self.read.lock().await;
        let mut conn = self.db.pool().acquire().await?;
        let mut count = 0;
        loop {
            let items = feed::read(&mut conn, FEED, read.position, READ_MAX).await?;
            let Some(last) = items.last() else { break };
            let last = Read { position: last.pos, item: last.id };
            let of = |kind: &str| -> Vec<Uuid> {
                let ids: BTreeSet<_> = items.iter().filter(|i| i.kind == kind).map(|i| i.subject.0).collect();
                ids.into_iter().collect()
            };
            let dossiers: Vec<Json<DossierFacts>> = sqlx::query_scalar(
                "select facts from indicator.dossier where dossier_id = any($1) and facts is not null",
            )
            .bind(of("dossier"))
            .fetch_all(&mut *conn)
            .await?;
            let petitions: Vec<Json<PetitionFacts>> =
                sqlx::query_scalar("select facts from indicator.petition where petition_id = any($1)")
                    .bind(of("petition"))
                    .fetch_all(&mut *conn)
                    .await?;
            let small = items.iter().any(|item| item.kind == "procedure" || item.kind == "given");
            let others = if small { Some(others(&mut conn, &self.packed).await?) } else { None };
            let mut live = self.write();
            dossiers.iter().for_each(|facts| known(live.dossier(facts)));
            petitions.iter().for_each(|facts| known(live.petition(facts)));
            if let Some((procedures, given)) = others {
                procedures.iter().for_each(|facts| known(live.procedure(facts)));
                given.iter().for_each(|given| known(live.given(given)));
            }
            drop(live);
            count += items.len();
            *read = last;
            // The next ones may go on coming for ever.
            if (items.len() as i64) < READ_MAX {
                break;
            }
        }
        self.write().advance(ctx.now());
        Ok(count)
    }

    /// Writes a snapshot, from which the next start goes on.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn save(&self, path: &Path) -> Result<(), Error> {
        let read = self.read.lock().await;
        self.read().save(path, *read)
    }
}

/// A body that the tree does not have (another country's, one that ended) is in nobody's figures. It is logged and left.
fn known(result: Result<(), Error>) {
    if let Err(error) = result {
        tracing::warn!(code = error.code(), "facts are not counted");
    }
}

async fn count_all(conn: &mut PgConnection, packed: &[ProcedureFacts], live: &mut Live) -> Result<(), Error> {
    let mut after: Option<Uuid> = None;
    loop {
        let rows: Vec<(Uuid, Json<DossierFacts>)> = sqlx::query_as(
            "select dossier_id, facts from indicator.dossier
             where ($1::uuid is null or dossier_id > $1) and facts is not null order by dossier_id limit $2",
        )
        .bind(after)
        .bind(PAGE)
        .fetch_all(&mut *conn)
        .await?;
        let Some((last, _)) = rows.last() else { break };
        after = Some(*last);
        rows.iter().for_each(|(_, facts)| known(live.dossier(facts)));
    }
    let petitions: Vec<Json<PetitionFacts>> =
        sqlx::query_scalar("select facts from indicator.petition").fetch_all(&mut *conn).await?;
    petitions.iter().for_each(|facts| known(live.petition(facts)));
    let (procedures, given) = others(conn, packed).await?;
    procedures.iter().for_each(|facts| known(live.procedure(facts)));
    given.iter().for_each(|given| known(live.given(given)));
    Ok(())
}

async fn others<'a>(
    conn: &mut PgConnection,
    packed: &'a [ProcedureFacts],
) -> Result<(Vec<Cow<'a, ProcedureFacts>>, Vec<Given>), Error> {
    let procedures = at_bodies(&mut *conn, packed, None).await?;
    let rows: Vec<(String, String, String, i64)> =
        sqlx::query_as("select body, month, counter, value from indicator.given").fetch_all(conn).await?;
    let given = rows.into_iter().filter_map(|(body, month, counter, value)| {
        Some(Given { body: BodyId::new(body), month: Month::try_from(month).ok()?, counter, value })
    });
    Ok((procedures, given.collect()))
}
