//! What a running program keeps: the live store, made at the start and moved by every change.

use super::{Figured, Natures, follow};
use crate::definition::Definition;
use crate::facts::ProcedureFacts;
use crate::live::Bodies;
use crate::map::Tiles;
use crate::{Error, Indicators};
use kernel::Ctx;
use kernel::calendar::Calendar;
use pack::Dated;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use store::Db;
use store::feed::READ_MAX;
use tokio::sync::watch;

/// How often a process looks for what changed. With the feeds' own pauses a change is in the score within a second.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Pause after the database did not answer.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);

/// What figures are made of.
#[derive(Debug)]
pub struct Settings {
    /// Every index of the pack.
    pub indicators: Indicators,
    /// The index that is shown.
    pub indicator: String,
    /// Working time.
    pub calendar: Arc<Calendar>,
    /// Who is scored.
    pub bodies: Bodies,
    /// Where provinces stand on the map.
    pub tiles: Tiles,
    /// What the procedures of the main job are.
    pub natures: Natures,
    /// What the pack says of procedures at bodies.
    pub procedures: Arc<[ProcedureFacts]>,
    /// Where the live store is kept between starts.
    pub snapshot: Option<PathBuf>,
}

/// The live store of a process. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Desk {
    pub(crate) db: Db,
    settings: Arc<Settings>,
    figured: Arc<OnceLock<Figured>>,
}

impl Desk {
    /// A desk whose figures are not made yet.
    #[must_use]
    pub fn new(db: Db, settings: Settings) -> Self {
        Self { db, settings: Arc::new(settings), figured: Arc::default() }
    }

    /// What its figures are made of.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The figures.
    ///
    /// # Errors
    /// `Loading` while they are counted after the start.
    pub fn figured(&self) -> Result<&Figured, Error> {
        self.figured.get().ok_or(Error::Loading)
    }

    /// Makes the figures and moves them with every change, until `shutdown` turns true. Only a process that `leads`
    /// takes events from the main job; every other reads what came of them.
    pub async fn run(&self, ctx: &Ctx, leads: bool, mut shutdown: watch::Receiver<bool>) {
        while !*shutdown.borrow() {
            let pause = match self.step(ctx, leads).await {
                Ok(true) => continue,
                Ok(false) => LOOK_EVERY,
                Err(error) => {
                    tracing::warn!(code = error.code(), "figures do not move");
                    PAUSE_AFTER_ERROR
                }
            };
            if tokio::time::timeout(pause, shutdown.changed()).await.is_ok_and(|changed| changed.is_err()) {
                break;
            }
        }
        if let (Some(figured), Some(path)) = (self.figured.get(), &self.settings.snapshot)
            && let Err(error) = figured.save(path).await
        {
            tracing::warn!(code = error.code(), "figures are counted anew at the next start");
        }
    }

    /// Takes in everything there is now.
    ///
    /// # Errors
    /// `UnknownIndicator`; when the database fails.
    pub async fn look(&self, ctx: &Ctx, leads: bool) -> Result<(), Error> {
        while self.step(ctx, leads).await? {}
        Ok(())
    }

    /// Takes in at most one batch of what the main job has published, and what has changed by then: under a stream of events
    /// that does not end, the figures move all the same. Whether there may be more.
    ///
    /// # Errors
    /// As [`Desk::look`].
    pub async fn step(&self, ctx: &Ctx, leads: bool) -> Result<bool, Error> {
        let followed = if leads { follow(&self.db, ctx, &self.settings.natures).await? } else { 0 };
        let figured = match self.figured.get() {
            Some(figured) => figured,
            None => {
                let made = self.make(ctx).await?;
                self.figured.get_or_init(|| made)
            }
        };
        let read = figured.catch_up(ctx).await?;
        Ok(followed.max(read) as i64 >= READ_MAX)
    }

    async fn make(&self, ctx: &Ctx) -> Result<Figured, Error> {
        let settings = &self.settings;
        let definition: &Dated<Definition> =
            settings.indicators.on(&settings.indicator, ctx.today()).ok_or(Error::UnknownIndicator)?;
        let calendar = Arc::clone(&settings.calendar);
        let bodies = (settings.bodies.clone(), Arc::clone(&settings.procedures));
        Figured::open(&self.db, ctx, definition.clone(), calendar, bodies, settings.snapshot.as_deref()).await
    }

    /// A body's evidence in a period, as a file.
    ///
    /// # Errors
    /// As [`Figured::export`]; `Loading`.
    pub async fn evidence(&self, ctx: &Ctx, body: &kernel::BodyId, period: crate::Period) -> Result<Vec<u8>, Error> {
        let of = (self.settings.indicator.as_str(), &*self.settings.calendar);
        self.figured()?.export(ctx, of, body, period, Vec::new()).await
    }
}
