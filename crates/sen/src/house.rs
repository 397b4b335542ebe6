//! The contexts, connected to each other and to one database.

use crate::country::Country;
use anyhow::{Context, Result, bail};
use exchange::Exchange;
use identity::FileMatcher;
use identity::openid::{self, Provider};
use identity::{Enrolment, Identity, MessageGateway};
use kernel::{BodyId, Ctx};
use ledger::Signer;
use pack::Report;
use procedure::Procedures;
use register::LookAlikes;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{Db, feed, jobs};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The log's name in its checkpoints (C2SP tlog-checkpoint: the origin line).
pub const LOG_NAME: &str = "sen.example/log";
/// Jobs worked at the same time. More would only queue for the connections.
const JOBS_AT_ONCE: usize = 16;

/// The index of a register is first made a little after the start, so that it delays nobody.
const INDEX_AFTER_START: Duration = Duration::from_secs(3);
/// What has changed since is then read again as often as this …
const INDEX_EVERY: Duration = Duration::from_secs(60);
/// … and takes at most one part in so many of the time.
const INDEX_SHARE: u32 = 30;

/// Everything that runs on one database.
#[derive(Clone)]
pub struct House {
    /// The country's pack.
    pub country: Arc<Country>,
    /// Role `sen_app`.
    pub db: Db,
    /// The door.
    pub exchange: Exchange,
    /// The indexes of registers of people, for bulk verification and look-alikes.
    pub indexes: Vec<LookAlikes>,
    /// Dossiers.
    pub procedures: Procedures,
    /// Accounts.
    pub identity: Identity,
    /// How accounts come to be and end, where the pack has rules for it.
    pub enrolment: Option<Enrolment>,
    /// What secrets are sealed with.
    pub keys: Arc<identity::Keys>,
    /// The national catalogue of procedures.
    pub catalogue: catalogue::Library,
    /// The index of the quality of service.
    pub index: indicator::stored::Desk,
    /// The programme of tasks.
    pub programme: programme::Desk,
    /// Signs the log's checkpoints.
    pub signer: Signer,
    /// The program's own clock and randomness.
    pub ctx: Ctx,
}

/// Which parts run in this process. All of them, in a demonstration.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Role {
    /// Pages and JSON API.
    Web,
    /// Jobs.
    Worker,
    /// Positions of the feeds and of the log.
    Sequencer,
}

impl House {
    /// Connects the contexts. Keys are read from `keys`, and made there the first time. No messages are sent.
    ///
    /// # Errors
    /// When a key file is unreadable or the pack's services are at fault.
    pub fn build(country: Arc<Country>, db: Db, keys: &Path) -> Result<Self> {
        Self::build_with(country, db, keys, None, FileMatcher::new(Self::portraits(keys)))
    }

    /// Where pictures of people stand, by which a [`FileMatcher`] compares.
    #[must_use]
    pub fn portraits(keys: &Path) -> PathBuf {
        keys.with_file_name("portraits")
    }

    /// The same, sending messages to phones through this gateway, and comparing faces by this matcher.
    ///
    /// # Errors
    /// As [`Self::build`].
    pub fn build_with(
        country: Arc<Country>,
        db: Db,
        keys: &Path,
        gateway: Option<Arc<dyn MessageGateway>>,
        matcher: FileMatcher,
    ) -> Result<Self> {
        std::fs::create_dir_all(keys).with_context(|| format!("the folder of keys {}", keys.display()))?;
        let signer = Signer::load_or_create(&keys.join("log.key"), LOG_NAME).context("the log's key")?;
        let sealing =
            identity::Keys::load_or_create(&keys.join("identity.key")).context("the key of second factors")?;
        let figures = keys.with_file_name("indicator.snapshot");
        let keys = Arc::new(sealing);

        let mut report = Report::new();
        let mut door = Exchange::builder(db.clone(), Arc::clone(&country.setting.bodies));
        let indexes = LookAlikes::of_all(&db, &country.registers);
        for (name, service) in register::services(&db, &country.pack, &country.registers, &indexes, &mut report) {
            door = door.serve(name, service);
        }
        for (name, service) in procedure::services(&country.setting) {
            door = door.serve(name, service);
        }
        if !report.is_clean() {
            bail!("the pack's services are at fault: {:?}", report.problems());
        }
        let exchange = door.build();
        let mut identity = Identity::new(db.clone(), Arc::clone(&keys))?.with_matcher(Arc::new(matcher));
        if let Some(gateway) = gateway {
            identity = identity.with_gateway(gateway);
        }
        if let Some(levels) = &country.levels {
            identity = identity.with_trainings(levels.trainings());
        }
        let enrolment = country.levels.clone().map(|levels| {
            let calendar = country.setting.calendar.clone();
            Enrolment::new(identity.clone(), exchange.clone(), levels, calendar)
        });
        let procedures = Procedures::new(db.clone(), exchange.clone(), Arc::clone(&country.setting));
        let setting = Arc::clone(&country.setting);
        let catalogue = catalogue::Library::new(
            db.clone(),
            Arc::clone(&country.rules),
            Arc::new(move |on| crate::catalogue::packed(&setting.catalogue, on)),
        );
        let ctx = Ctx::system(BodyId::from(procedure::PORTAL));
        let index = crate::indicator::desk(&country, &db, ctx.today(), Some(figures))?;
        let programme = programme::Desk::new(db.clone(), country.parties.clone());
        Ok(Self {
            country,
            db,
            exchange,
            indexes,
            procedures,
            identity,
            enrolment,
            keys,
            catalogue,
            index,
            programme,
            signer,
            ctx,
        })
    }

    /// The OpenID provider under the name `issuer`: the origin at which browsers reach the pages.
    ///
    /// # Errors
    /// When the issuer is no origin.
    pub fn provider(&self, issuer: &str) -> Result<Provider> {
        let settings = openid::Settings { faces: self.identity.knows_faces(), ..openid::Settings::new(issuer) };
        Ok(Provider::new(self.db.clone(), Arc::clone(&self.keys), self.exchange.clone(), settings)?)
    }

    /// The worker of all jobs.
    #[must_use]
    pub fn worker(&self, provider: Vec<(String, Arc<dyn jobs::Handler>)>) -> jobs::Worker {
        let mut handlers: HashMap<_, _> = self.procedures.jobs().into_iter().chain(self.exchange.jobs()).collect();
        handlers.extend(provider);
        handlers.extend(self.enrolment.iter().flat_map(Enrolment::jobs));
        handlers.extend(self.programme.jobs(crate::programme::figures(&self.index)));
        jobs::Worker::new(self.db.clone(), self.ctx.clone(), handlers, JOBS_AT_ONCE)
    }

    /// Starts the background parts of these roles; they end when `shutdown` turns true.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn start(
        &self,
        roles: &[Role],
        provider: Option<&Provider>,
        shutdown: &watch::Receiver<bool>,
    ) -> Result<JoinSet<()>> {
        let mut parts = JoinSet::new();
        if roles.contains(&Role::Sequencer) {
            let log = ledger::Sequencer::new(self.db.clone(), self.ctx.clone(), self.signer.clone());
            let feeds = feed::Sequencer::new(self.db.clone(), self.ctx.clone());
            let (one, other) = (shutdown.clone(), shutdown.clone());
            parts.spawn(async move { log.run(one).await });
            parts.spawn(async move { feeds.run(other).await });
        }
        if roles.iter().any(|role| matches!(role, Role::Web | Role::Worker)) {
            for index in &self.indexes {
                let (index, exchange) = (index.clone(), self.exchange.clone());
                parts.spawn(keep_fresh(index, exchange, self.ctx.clone(), shutdown.clone()));
            }
        }
        if roles.iter().any(|role| matches!(role, Role::Web | Role::Worker)) {
            // Where several processes run, workers take events in; pages only read what came of them.
            let (index, leads) = (self.index.clone(), roles.contains(&Role::Worker));
            let (ctx, shutdown) = (self.ctx.clone(), shutdown.clone());
            parts.spawn(async move { index.run(&ctx, leads, shutdown).await });
        }
        if roles.contains(&Role::Worker) {
            self.procedures.start(&self.ctx).await?;
            self.exchange.start(&self.ctx).await?;
            if let Some(enrolment) = &self.enrolment {
                enrolment.start(&self.ctx).await?;
            }
            self.programme.start(&self.ctx).await?;
            let mut of_provider = Vec::new();
            if let Some(provider) = provider {
                provider.start(&self.ctx).await?;
                // A party on this machine is told of logouts only where the provider itself is on it: in a demonstration.
                let on_loopback = provider.issuer().starts_with("http://127.0.0.1");
                of_provider = provider.jobs(Arc::new(openid::HttpSender::new(on_loopback)?));
            }
            let worker = self.worker(of_provider);
            let shutdown = shutdown.clone();
            parts.spawn(async move { worker.run(shutdown).await });
        }
        Ok(parts)
    }
}

/// Keeps the index of a register fresh: soon after the start, when somebody needs one that is not there, and every
/// while; the longer it takes, the more seldom.
async fn keep_fresh(index: LookAlikes, exchange: Exchange, ctx: Ctx, mut shutdown: watch::Receiver<bool>) {
    let mut pause = INDEX_AFTER_START;
    while !*shutdown.borrow() {
        tokio::select! {
            changed = shutdown.changed() => if changed.is_err() { break },
            _ = tokio::time::timeout(pause, index.wanted()) => {
                let began = Instant::now();
                if let Err(problem) = index.refresh(&exchange, &ctx).await {
                    tracing::warn!(code = %problem.code, register = index.register_name(), "the index is not fresh");
                }
                pause = INDEX_EVERY.max(began.elapsed() * INDEX_SHARE);
            }
        }
    }
}
