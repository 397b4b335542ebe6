//! `sen bench birth`: files and completes interconnected birth dossiers end to end through the services, in this
//! process, on a real PostgreSQL, and measures. A benchmark, not a test; the crash test runs it too, as the work that
//! is killed and goes on.
//!
//! Who acts: mothers file the prefilled form; officers find their tasks in their inbox, look at them and approve;
//! everything between is the jobs of the house. The data folder keeps which mothers there are and which filing is
//! whose, so that a run that was killed goes on where it was.

pub mod clean;
mod drive;
pub mod indicator;
mod measure;
mod prepare;
pub mod search;
mod yardstick;

use crate::country::Country;
use crate::database::Database;
use crate::house::{House, Role};
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use drive::{Hub, complete};
use futures::stream::{self, StreamExt};
use measure::Spread;
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;
use store::jobs;
use tokio::sync::watch;

/// Jobs worked at the same time.
const JOBS_AT_ONCE: usize = 16;

/// What is measured.
#[derive(Clone, Debug, Subcommand)]
pub enum Bench {
    /// Birth, residence, insurance card and identity card, filed as one, on a real PostgreSQL
    Birth(BenchArgs),
    /// How right the data cleaning is, by level of mess and kind of error
    Clean(clean::CleanBenchArgs),
    /// Pages, ingest and memory of the index of service quality, at the size of a country
    Indicator(indicator::IndicatorBenchArgs),
    /// How fast and how right the search of the catalogue is, beside PostgreSQL
    Search(search::SearchBenchArgs),
}

/// Birth, residence, insurance card and identity card, filed as one, in this process, on a real PostgreSQL
#[derive(Clone, Debug, Args)]
pub struct BenchArgs {
    /// How many groups are filed and completed; the folder is made for as many as the first run asks for
    #[arg(long, default_value_t = 200)]
    pub groups: usize,
    /// How many are under way at the same time
    #[arg(long, default_value_t = 32)]
    pub concurrency: usize,
    /// People in the registers; made up when the data folder is new
    #[arg(long, default_value_t = 10_000)]
    pub people: u64,
    /// The same seed gives the same people
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The data folder; a benchmark's own, not a demonstration's
    #[arg(long)]
    pub data: PathBuf,
    /// Fill the registers and stop
    #[arg(long)]
    pub prepare_only: bool,
    /// Leave out the plain-commit yardstick
    #[arg(long)]
    pub no_yardstick: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// People in the registers before the run.
    pub people: u64,
    /// Groups completed in this run.
    pub groups: usize,
    /// At the same time.
    pub concurrency: usize,
    /// From the first filing to the last card.
    pub seconds: f64,
    /// Groups completed in a second.
    pub groups_per_second: f64,
    /// From filing to the last card of one group, ms.
    pub group_ms: Spread,
    /// One filing: prefill, check, file; ms.
    pub filing_ms: Spread,
    /// One decision of an officer: inbox, task, approve; ms.
    pub decision_ms: Spread,
    /// Entries that the log grew by.
    pub log_entries: u64,
    /// Memory of this process now and at most, MB (PostgreSQL apart).
    pub rss_mb: u64,
    /// The most it was.
    pub rss_max_mb: u64,
    /// What this PostgreSQL does when it only inserts a row and commits.
    pub yardstick: Option<yardstick::Commits>,
    /// Whether the log was recomputed from its openings and fits.
    pub log_verified: bool,
}

/// Runs `sen bench birth`.
///
/// # Errors
/// When the registers cannot be filled, a group does not end, or the log does not fit.
pub async fn run(args: &BenchArgs) -> Result<ExitCode> {
    if args.groups == 0 || args.concurrency == 0 {
        bail!("at least one group, at least one at a time");
    }
    let country = Arc::new(Country::open(None)?);
    let database = Database::open(&args.data, None).await?;
    let outcome = measure(args, country, &database).await;
    database.close().await?;
    let Some(measured) = outcome? else { return Ok(ExitCode::SUCCESS) };
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&measured)?)?;
    } else {
        out.write_all(measured.text().as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn measure(args: &BenchArgs, country: Arc<Country>, database: &Database) -> Result<Option<Measured>> {
    let births = prepare::births(args, &country, database).await?;
    if args.prepare_only {
        return Ok(None);
    }
    let births = prepare::next(args, &births)?;
    let house = House::build(country, database.app.clone(), &args.data.join("keys"))?;
    let yardstick = if args.no_yardstick { None } else { Some(yardstick::commits(database, args.concurrency).await?) };
    let (stop, stopped) = watch::channel(false);
    let mut parts = house.start(&[Role::Sequencer], None, &stopped).await?;
    let hub = Arc::new(Hub::default());
    house.procedures.start(&house.ctx).await?;
    let worker =
        jobs::Worker::new(house.db.clone(), house.ctx.clone(), hub.handlers(house.procedures.jobs()), JOBS_AT_ONCE);
    parts.spawn(async move { worker.run(stopped).await });

    let size_before = log_size(&house).await?;
    let began = Instant::now();
    let times: Vec<Result<drive::Times>> = stream::iter(&births)
        .map(|birth| complete(&house, &hub, birth))
        .buffer_unordered(args.concurrency)
        .collect()
        .await;
    let seconds = began.elapsed().as_secs_f64();
    stop.send_replace(true);
    while parts.join_next().await.is_some() {}
    let times = times.into_iter().collect::<Result<Vec<_>>>()?;

    // What was committed last is sealed too, before the log is verified.
    let log = ledger::Sequencer::new(house.db.clone(), house.ctx.clone(), house.signer.clone());
    while log.run_once().await? > 0 {}
    let log_entries = log_size(&house).await?.saturating_sub(size_before);
    let mut conn = house.db.pool().acquire().await?;
    ledger::verify(&mut conn, &house.signer.verifier_key(), |_, _| ()).await.context("the log does not fit")?;
    prepare::completed(args)?;
    let (rss_mb, rss_max_mb) = measure::memory_mb();
    Ok(Some(Measured {
        people: args.people,
        groups: times.len(),
        concurrency: args.concurrency,
        seconds,
        groups_per_second: times.len() as f64 / seconds.max(f64::EPSILON),
        group_ms: Spread::of(times.iter().map(|times| times.group)),
        filing_ms: Spread::of(times.iter().map(|times| times.filing)),
        decision_ms: Spread::of(times.iter().flat_map(|times| times.decisions.iter().copied())),
        log_entries,
        rss_mb,
        rss_max_mb,
        yardstick,
        log_verified: true,
    }))
}

async fn log_size(house: &House) -> Result<u64> {
    let mut conn = house.db.pool().acquire().await?;
    Ok(ledger::published(&mut conn).await?.map_or(0, |state| state.size))
}

impl Measured {
    fn text(&self) -> String {
        let spread = |name: &str, spread: &Spread| {
            format!(
                "{name:<22} p50 {:>8.1} ms   p99 {:>8.1} ms   most {:>8.1} ms\n",
                spread.p50, spread.p99, spread.max
            )
        };
        let mut text = format!(
            "{} birth groups in {:.1} s, {} at a time, {} people in the registers: {:.1} groups/s\n",
            self.groups, self.seconds, self.concurrency, self.people, self.groups_per_second
        );
        text += &spread("group, filing to card", &self.group_ms);
        text += &spread("filing", &self.filing_ms);
        text += &spread("an officer's decision", &self.decision_ms);
        text += &format!("log                    {} entries, recomputed and fits\n", self.log_entries);
        text +=
            &format!("memory                 {} MB, at most {} MB (PostgreSQL apart)\n", self.rss_mb, self.rss_max_mb);
        if let Some(commits) = &self.yardstick {
            text += &format!(
                "this PostgreSQL        {:.0} plain commits/s on 1 connection, {:.0} on {}\n",
                commits.one, commits.many, commits.connections
            );
        }
        text
    }
}
