//! The command line of `sen synth`.

use super::corrupt::{CorruptArgs, Corrupted, Corruptor};
use super::notice::Notices;
use super::population::Population;
use super::world::{AS_OF, World};
use super::write::{Format, Sink, write_notices};
use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use pack::units::Units;
use pack::{Pack, Report};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use time::Date;

/// The progress bar moves after so many people.
const PROGRESS_STEP: u64 = 4_096;

/// Makes up a population: families with real kinship in real communes. No real person is in it.
#[derive(Clone, Debug, clap::Args)]
pub struct SynthArgs {
    /// How many people
    #[arg(long, default_value_t = 10_000)]
    pub people: u64,
    /// The same seed gives the same people
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The file to write; `-` is standard output
    #[arg(long, short, default_value = "-")]
    pub out: PathBuf,
    /// How to write it; otherwise the file's ending decides
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// The day on which ages are counted
    #[arg(long, value_parser = kernel::iso_date::parse, default_value_t = AS_OF)]
    pub as_of: Date,
    /// A pack's folder instead of the built-in pack of Vietnam
    #[arg(long)]
    pub pack: Option<PathBuf>,
    /// Also write so many birth notices, of mothers of 18 to 42 drawn from these people
    #[arg(long, default_value_t = 0)]
    pub notices: usize,
    /// The file of the birth notices (CSV)
    #[arg(long, default_value = "birth-notices.csv")]
    pub notices_out: PathBuf,
    /// An agency's file
    #[command(flatten)]
    pub corrupt: CorruptArgs,
    /// Print a summary as JSON (to standard error when the people go to standard output)
    #[arg(long)]
    pub json: bool,
}

/// What was made.
#[derive(Debug, Serialize)]
struct Summary {
    people: u64,
    households: u64,
    notices: usize,
    seed: u64,
    seconds: f64,
    people_per_second: u64,
    by_sex: BTreeMap<&'static str, u64>,
    by_age: BTreeMap<String, u64>,
    out: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    corrupted: Option<Corrupted>,
}

/// Runs `sen synth`.
///
/// # Errors
/// When the pack cannot be read or lacks what people are made from, or the file cannot be written.
pub fn run(args: &SynthArgs) -> anyhow::Result<ExitCode> {
    match make(args) {
        // Whoever read our output has seen enough (`sen synth | head`).
        Err(error) if args.out == Path::new("-") && is_broken_pipe(&error) => Ok(ExitCode::SUCCESS),
        made => made,
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| match cause.downcast_ref::<csv::Error>().map(csv::Error::kind) {
        Some(csv::ErrorKind::Io(cause)) => broken(cause),
        _ => cause.downcast_ref::<io::Error>().is_some_and(broken),
    })
}

fn make(args: &SynthArgs) -> anyhow::Result<ExitCode> {
    let world = world(args.pack.as_deref(), args.as_of)?;
    let to_stdout = args.out == Path::new("-");
    let format = args.format.unwrap_or_else(|| Format::of(&args.out));
    let to: Box<dyn Write + Send> = if to_stdout {
        Box::new(io::stdout())
    } else {
        Box::new(File::create(&args.out).with_context(|| format!("create {}", args.out.display()))?)
    };
    let mut sink = Sink::open(to, format)?;

    let mut notices = Notices::new(&world, args.seed, args.notices)?;
    let bar = progress(args.people);
    let started = Instant::now();
    let mut summary = Summary {
        people: 0,
        households: 0,
        notices: 0,
        seed: args.seed,
        seconds: 0.0,
        people_per_second: 0,
        by_sex: BTreeMap::new(),
        by_age: BTreeMap::new(),
        out: args.out.display().to_string(),
        corrupted: None,
    };
    let mut corruptor = match &args.corrupt.corrupt {
        Some(file) => Some((Corruptor::new(&world, args.corrupt.of(args.seed))?, file)),
        None => None,
    };
    let mut shown = 0;
    for household in Population::new(&world, args.seed, args.people) {
        sink.write(&household)?;
        notices.look_at(&household);
        if let Some((corruptor, _)) = &mut corruptor {
            corruptor.look_at(&household);
        }
        summary.households += 1;
        summary.people += household.members.len() as u64;
        for person in &household.members {
            *summary.by_sex.entry(person.sex.as_str()).or_default() += 1;
            *summary.by_age.entry(band(person.birth.least_age_on(args.as_of))).or_default() += 1;
        }
        if summary.people >= shown + PROGRESS_STEP {
            shown = summary.people;
            bar.set_position(shown);
        }
    }
    sink.close()?;
    if args.notices > 0 {
        let notices = notices.finish();
        summary.notices = notices.len();
        write_notices(&args.notices_out, &notices)?;
    }
    if let Some((corruptor, file)) = corruptor {
        summary.corrupted = Some(corruptor.write(file, args.corrupt.corrupt_layout)?);
    }
    bar.finish_and_clear();
    summary.seconds = started.elapsed().as_secs_f64();
    summary.people_per_second = (summary.people as f64 / summary.seconds.max(0.001)) as u64;
    report(&summary, args.json, to_stdout)?;
    Ok(ExitCode::SUCCESS)
}

/// Reads what people are made from.
pub(crate) fn world(folder: Option<&Path>, as_of: Date) -> anyhow::Result<World> {
    let pack = match folder {
        Some(folder) => Pack::open(folder).with_context(|| format!("read the pack {}", folder.display()))?,
        None => Pack::embedded("vn").context("read the pack of Vietnam")?,
    };
    let mut problems = Report::new();
    let units = Units::read(&pack, &mut problems);
    let world = World::read(&pack, &units, as_of, &mut problems);
    match world {
        Some(world) if problems.is_clean() => Ok(world),
        _ => bail!("the pack cannot make people:\n{problems}"),
    }
}

fn progress(people: u64) -> ProgressBar {
    let bar = ProgressBar::new(people);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {human_pos}/{human_len} people  {per_sec}  {eta} left") {
        bar.set_style(style);
    }
    bar
}

/// Ages in bands of five years, the last open.
fn band(age: i32) -> String {
    let from = (age.max(0) / 5 * 5).min(80);
    if from == 80 { "80+".to_owned() } else { format!("{from:02}-{:02}", from + 4) }
}

fn report(summary: &Summary, json: bool, to_stdout: bool) -> anyhow::Result<()> {
    let mut text = if json {
        serde_json::to_string_pretty(summary)?
    } else {
        format!(
            "{} people in {} households to {} in {:.1} s ({} people/s, seed {})",
            summary.people, summary.households, summary.out, summary.seconds, summary.people_per_second, summary.seed
        )
    };
    text.push('\n');
    if to_stdout {
        io::stderr().write_all(text.as_bytes())?
    } else {
        io::stdout().write_all(text.as_bytes())?
    }
    Ok(())
}
