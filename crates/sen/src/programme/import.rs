//! `sen programme import`: reads a directive's list of tasks, shows what was read and what is doubtful, and keeps it.

use super::table;
use crate::clean::Lang;
use crate::database::connect;
use anyhow::{Context, Result, anyhow};
use kernel::{BodyId, Ctx, Problem};
use pack::{Pack, Report, units::Units};
use programme::Bodies;
use programme::follow::{self, Import, Imported};
use programme::read::{FILE_BYTES_MAX, Options, Reading, read};
use sha2::{Digest, Sha256};
use sqlx::Connection;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use time::Date;
use web::{Language, Texts};

/// The pack that the program brings along.
pub(super) const EMBEDDED: &str = "vn";

/// What `sen programme import` is told.
#[derive(Clone, Debug, clap::Args)]
pub struct ImportArgs {
    /// The file
    pub file: PathBuf,
    /// The directive's number, where the file does not say it
    #[arg(long)]
    pub number: Option<String>,
    /// The directive's day (2024-02-11), where the file does not say it
    #[arg(long, value_parser = day)]
    pub date: Option<Date>,
    /// Only read, and keep nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Who steers the directive: its coordinators assign and decide
    #[arg(long, default_value = "government-office")]
    pub steering: String,
    /// The file amends the directive with this number
    #[arg(long)]
    pub amends: Option<String>,
    /// The data folder of the program
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// A pack's folder instead of the built-in pack of Vietnam (for bodies and provinces)
    #[arg(long)]
    pub pack: Option<PathBuf>,
    /// The language of what is said
    #[arg(long, value_enum, default_value_t = Lang::Vi)]
    pub lang: Lang,
    /// Print the tasks as JSON
    #[arg(long)]
    pub json: bool,
}

fn day(text: &str) -> Result<Date, String> {
    kernel::iso_date::parse(text).map_err(|error| error.to_string())
}

/// Runs the command.
///
/// # Errors
/// When the pack or the file cannot be read, no task is in it, or it cannot be kept.
pub async fn run(args: &ImportArgs) -> Result<ExitCode> {
    let texts = Texts::new(&[kernel::MESSAGES, pack::MESSAGES, exchange::MESSAGES, programme::MESSAGES])?;
    let language = Language::from(args.lang);
    let bodies = bodies(args.pack.as_deref())?;
    let ctx = Ctx::system(BodyId::new(args.steering.as_str()));
    let options = Options { number: args.number.clone(), date: args.date, today: ctx.today() };
    let (name, bytes) = (args.file.to_string_lossy(), bytes(&args.file, FILE_BYTES_MAX)?);
    let reading = read(&name, &bytes, &bodies, &options)
        .map_err(|error| failure(&texts, language, error))
        .with_context(|| args.file.display().to_string())?;
    print(&reading, &texts, language, &bodies, args.json)?;
    if !args.dry_run {
        let kept = keep(args, &ctx, &bodies, &reading, Sha256::digest(&bytes).into()).await?;
        let kept = kept.map_err(|error| failure(&texts, language, error))?;
        let lines = table::of_what_was_kept(&kept, &texts, language).join("\n");
        // With --json the standard output is the tasks and nothing else.
        if args.json { write(&mut io::stderr(), &lines)? } else { write(&mut io::stdout(), &lines)? }
    }
    Ok(ExitCode::SUCCESS)
}

/// Keeps the reading, all of it or nothing. What the programme refuses comes back as its own error.
async fn keep(
    args: &ImportArgs,
    ctx: &Ctx,
    bodies: &Bodies,
    reading: &Reading,
    file_hash: [u8; 32],
) -> Result<Result<Imported, programme::Error>> {
    let folder = args.data.clone().unwrap_or_else(store::default_data_dir);
    std::fs::create_dir_all(&folder)?;
    let (mut conn, ours) = connect(&folder).await?;
    let mut tx = conn.begin().await?;
    let steering = BodyId::new(args.steering.as_str());
    let kept = async {
        let amends = match &args.amends {
            Some(number) => Some(follow::numbered(&mut tx, number).await?),
            None => None,
        };
        follow::import(&mut tx, ctx, bodies, Import { reading, file_hash, steering: &steering, amends }).await
    };
    let kept = kept.await;
    if kept.is_ok() {
        tx.commit().await?
    } else {
        tx.rollback().await?
    }
    conn.close().await?;
    if let Some(database) = ours {
        database.close().await?;
    }
    Ok(kept)
}

fn print(reading: &Reading, texts: &Texts, language: Language, bodies: &Bodies, json: bool) -> Result<()> {
    if json {
        write(&mut io::stdout(), &serde_json::to_string_pretty(&reading.tasks)?)?;
        // A script reads the tasks; what concerns the whole file is for the person who started it.
        return write(&mut io::stderr(), &table::of_the_file(reading, texts, language).join("\n"));
    }
    write(&mut io::stdout(), &table::table(reading, texts, language, bodies).join("\n"))
}

/// Writes lines. Whoever stops reading them (`| head`) has read enough.
pub(super) fn write(to: &mut impl io::Write, text: &str) -> Result<()> {
    match if text.is_empty() { Ok(()) } else { writeln!(to, "{text}") } {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// The whole file, but no more than is read of one.
pub(super) fn bytes(path: &Path, most: usize) -> Result<Vec<u8>> {
    let file = File::open(path).with_context(|| path.display().to_string())?;
    let mut bytes = Vec::new();
    let most = u64::try_from(most)? + 1;
    file.take(most).read_to_end(&mut bytes).with_context(|| path.display().to_string())?;
    Ok(bytes)
}

/// The bodies of a pack.
pub(crate) fn bodies(folder: Option<&Path>) -> Result<Bodies> {
    let pack = match folder {
        Some(folder) => Pack::open(folder).with_context(|| format!("the pack {}", folder.display()))?,
        None => Pack::embedded(EMBEDDED)?,
    };
    let mut report = Report::new();
    let units = Arc::new(Units::read(&pack, &mut report));
    let catalogue = Arc::new(exchange::Catalogue::read(&pack, &units, &mut report));
    let bodies = Bodies::read(&pack, &catalogue, &units, &mut report);
    if report.is_clean() { Ok(bodies) } else { Err(anyhow!("the pack has faults:\n{report}")) }
}

/// The failure in the reader's language, with its code.
pub(super) fn failure(texts: &Texts, language: Language, error: programme::Error) -> anyhow::Error {
    let problem = Problem::from(error);
    let args: Vec<_> = problem.args.into_iter().collect();
    anyhow!("{}: {}", problem.code, texts.say(language, &problem.code.to_lowercase(), &args))
}
