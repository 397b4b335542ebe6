//! `sen bench indicator`: a country's year of dossiers in the live store, and how long pages, events and a restart take.
//! Beside it the same aggregates in plain SQL, the same rows as Parquet for `bench/indicator/duckdb_side.py`, and changes that
//! go the whole way through PostgreSQL.
//!
//! A benchmark, not a test; but every figure it shows was compared: with a recount of all rows, and PostgreSQL's result
//! with ours.

mod flat;
mod made;
mod pages;
mod postgres;
mod through;

use super::measure::{Spread, memory_mb};
use crate::country::Country;
use anyhow::{Context, Result, ensure};
use clap::Args;
use indicator::facts::Reached;
use indicator::live::{Live, Read, Size};
use kernel::calendar::Calendar;
use pack::Dated;
use postgres::PlainSql;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;
use through::Through;
use time::Duration;

/// Pages, ingest and memory of the index of service quality, at the size of a country
#[derive(Clone, Debug, Args)]
pub struct IndicatorBenchArgs {
    /// Dossiers; the national portal counted 35.4 million in January 2024
    #[arg(long, default_value_t = 35_400_000)]
    pub dossiers: u64,
    /// Events after the load
    #[arg(long, default_value_t = 500_000)]
    pub events: u64,
    /// The same seed gives the same dossiers
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// A folder of the benchmark's own: the snapshot, Parquet, and the PostgreSQL that is measured beside
    #[arg(long)]
    pub data: PathBuf,
    /// Write the rows as Parquet, and what must come out of them
    #[arg(long)]
    pub parquet: bool,
    /// Measure plain SQL too
    #[arg(long)]
    pub sql: bool,
    /// Changes of dossiers that go through PostgreSQL, as in a running program; 0 for none
    #[arg(long, default_value_t = 200_000)]
    pub through: u64,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// Dossiers.
    pub dossiers: u64,
    /// Bodies that are scored.
    pub bodies: usize,
    /// Making and counting all of them on one core, s.
    pub load_s: f64,
    /// How large the store is.
    pub size: Size,
    /// Memory of the process after the load and at most, MB.
    pub memory_mb: (u64, u64),
    /// 15 aggregates and more for every body and month, a plain pass over the columns: the best of three, s.
    pub columnar_pass_s: f64,
    /// Country for a year: score, ranking of everybody right below, trend of twelve months, 50 late dossiers; ms.
    pub national_page: Spread,
    /// The same for a province.
    pub province_page: Spread,
    /// The same for an agency.
    pub agency_page: Spread,
    /// From a figure of the country to 50 dossiers behind it, ms.
    pub national_list: Spread,
    /// Events a second on one core, each counted and shown when the next begins.
    pub events_per_s: f64,
    /// One event, ms.
    pub event: Spread,
    /// Writing a snapshot, s.
    pub save_s: f64,
    /// The snapshot, MB.
    pub snapshot_mb: u64,
    /// Opening it until the first national page is there, s.
    pub open_s: f64,
    /// The Parquet file, MB.
    pub parquet_mb: Option<u64>,
    /// Plain SQL.
    pub sql: Option<PlainSql>,
    /// Changes that go through PostgreSQL.
    pub through: Option<Through>,
}

/// The command.
///
/// # Errors
/// When a file or the database fails, or two ways of counting disagree.
#[expect(clippy::print_stdout, reason = "the figures are what the command is for")]
pub async fn run(args: &IndicatorBenchArgs) -> Result<ExitCode> {
    let measured = measure(args).await?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&measured)?);
    } else {
        println!("{}", text(&measured));
    }
    Ok(ExitCode::SUCCESS)
}

async fn measure(args: &IndicatorBenchArgs) -> Result<Measured> {
    std::fs::create_dir_all(&args.data).with_context(|| format!("create {}", args.data.display()))?;
    let pack = Country::open(None)?;
    let indicators = indicator::Indicators::read(&pack.pack, &mut pack::Report::new());
    let version = indicators.on("766", made::BEGINS.date()).context("the pack has no index 766")?.clone();
    let calendar = Arc::new(pack.setting.calendar.clone());
    let country = made::Country::new(&pack.units, args.dossiers, args.seed)?;

    let began = Instant::now();
    let mut live = Live::new(version.clone(), Arc::clone(&calendar), country.bodies.clone(), made::NOW);
    for facts in country.procedures() {
        live.procedure(&facts)?;
    }
    let mut facts = country.blank();
    for n in 0..args.dossiers {
        country.fill(n, &mut facts);
        live.dossier(&facts)?;
    }
    let load_s = began.elapsed().as_secs_f64();
    let memory = memory_mb();

    let mut columnar_pass_s = f64::MAX;
    let mut recount = live.recount();
    for _ in 0..3 {
        let began = Instant::now();
        recount = live.recount();
        columnar_pass_s = columnar_pass_s.min(began.elapsed().as_secs_f64());
    }
    let faults = live.audit();
    ensure!(faults.is_empty(), "{} counts are not those of their rows", faults.len());

    let rules = (&version.item.counting, &*calendar);
    let parquet_mb = if args.parquet {
        flat::expected(&recount, &country, &args.data.join("expected.csv"))?;
        Some(flat::parquet(&country, args.dossiers, rules, &args.data.join("dossiers.parquet"))? >> 20)
    } else {
        None
    };
    let sql =
        if args.sql { Some(postgres::run(&args.data, &country, args.dossiers, rules, &recount).await?) } else { None };
    let pages = pages::measure(&live)?;
    let (events_per_s, event) = events(&mut live, &country, args)?;
    ensure!(live.audit().is_empty(), "after the events, counts are not those of their rows");
    let (save_s, snapshot_mb, open_s) =
        restart(&live, Arc::clone(&calendar), &version, &args.data.join("indicator.snapshot"))?;
    let size = live.size();
    let bodies = live.bodies().all().len();
    drop(live);
    let through = if args.through > 0 { Some(through::run(&args.data, &pack, args.through).await?) } else { None };
    Ok(Measured {
        dossiers: args.dossiers,
        bodies,
        load_s,
        size,
        memory_mb: memory,
        columnar_pass_s,
        national_page: pages.national,
        province_page: pages.province,
        agency_page: pages.agency,
        national_list: pages.list,
        events_per_s,
        event,
        save_s,
        snapshot_mb,
        open_s,
        parquet_mb,
        sql,
        through,
    })
}

/// Dossiers anywhere in the country move on: ended, rated, digitised, asked.
fn events(live: &mut Live, country: &made::Country, args: &IndicatorBenchArgs) -> Result<(f64, Spread)> {
    let mut facts = country.blank();
    let mut times = Vec::with_capacity(args.events as usize);
    let began = Instant::now();
    for n in 0..args.events {
        let which = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % args.dossiers.max(1);
        country.fill(which, &mut facts);
        match n % 4 {
            0 => facts.statuses.push(Reached { status: 9, at: made::NOW }),
            1 => facts.liked = Some(n % 8 < 6),
            2 => facts.result_file = true,
            _ => facts.paid_online = Some(1),
        }
        let one = Instant::now();
        live.dossier(&facts)?;
        if n % 1000 == 0 {
            live.advance(made::NOW + Duration::seconds(n as i64 / 1000));
        }
        times.push(one.elapsed());
    }
    let rate = args.events as f64 / began.elapsed().as_secs_f64();
    Ok((rate, Spread::of(times.into_iter())))
}

fn restart(
    live: &Live,
    calendar: Arc<Calendar>,
    version: &Dated<indicator::Definition>,
    path: &Path,
) -> Result<(f64, u64, f64)> {
    let began = Instant::now();
    live.save(path, Read::default())?;
    let save_s = began.elapsed().as_secs_f64();
    let snapshot_mb = std::fs::metadata(path)?.len() >> 20;
    let year = "2026".parse().map_err(anyhow::Error::msg)?;
    let began = Instant::now();
    let (again, _) = Live::open(path, version.clone(), calendar, live.bodies().clone())?;
    let score = again.score(0, year)?;
    let open_s = began.elapsed().as_secs_f64();
    ensure!(score == live.score(0, year)?, "the snapshot has another score");
    Ok((save_s, snapshot_mb, open_s))
}

fn text(m: &Measured) -> String {
    let spread = |s: Spread| format!("p50 {:.2}  p99 {:.2}  max {:.2} ms", s.p50, s.p99, s.max);
    let mut lines = vec![
        format!("{} dossiers of {} bodies, loaded in {:.1} s on one core", m.dossiers, m.bodies, m.load_s),
        format!(
            "memory {} MB (columns {} MB, counts {} MB: {} blocks, {} cells)",
            m.memory_mb.0,
            m.size.row_bytes >> 20,
            m.size.count_bytes >> 20,
            m.size.blocks,
            m.size.cells
        ),
        format!("national page  {}", spread(m.national_page)),
        format!("province page  {}", spread(m.province_page)),
        format!("agency page    {}", spread(m.agency_page)),
        format!("national list  {}", spread(m.national_list)),
        format!("events         {:.0} a second; {}", m.events_per_s, spread(m.event)),
        format!("columnar pass  {:.2} s for every body and month", m.columnar_pass_s),
        format!(
            "snapshot       {} MB, written in {:.1} s, first page after {:.2} s",
            m.snapshot_mb, m.save_s, m.open_s
        ),
    ];
    if let Some(mb) = m.parquet_mb {
        lines.push(format!("Parquet        {mb} MB"));
    }
    if let Some(sql) = m.sql {
        lines.push(format!(
            "plain SQL      {:.2} s for every body and month, {:.1} ms for one agency by index; {} rows equal to ours; {} MB, loaded in {:.0} s",
            sql.pass_s, sql.agency_ms, sql.rows, sql.table_mb, sql.load_s
        ));
    }
    if let Some(through) = m.through {
        lines.push(format!(
            "in the database {:.0} changes a second from the feed to the scores ({} of them); one alone {}; {:.0} dossiers a second at a start",
            through.events_per_s,
            through.events,
            spread(through.one),
            through.opened_per_s
        ));
    }
    lines.join("\n")
}
