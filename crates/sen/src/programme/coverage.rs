//! `sen programme coverage`: a file of villages with what covers them, larger than a page takes.

use super::import::{bytes, failure, write};
use crate::clean::Lang;
use crate::database::connect;
use anyhow::{Context, Result, anyhow};
use kernel::{BodyId, Ctx};
use pack::units::Units;
use pack::{Pack, Report};
use programme::coverage::{Taken, take};
use sqlx::Connection;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use web::{Language, Texts};

/// The largest file that is read: 200,000 lines of villages are about 16 MB.
const FILE_BYTES_MAX: usize = 64 << 20;

/// What `sen programme coverage` is told.
#[derive(Clone, Debug, clap::Args)]
pub struct CoverageArgs {
    /// The file: commune, village, as_of, fibre, signal, power; latitude, longitude, source where known
    pub file: PathBuf,
    /// Who says it: a body that follows the programme, or a province's committee
    #[arg(long, default_value = "government-office")]
    pub by: String,
    /// The data folder of the program
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// A pack's folder instead of the built-in pack of Vietnam (for communes)
    #[arg(long)]
    pub pack: Option<PathBuf>,
    /// The language of what is said
    #[arg(long, value_enum, default_value_t = Lang::Vi)]
    pub lang: Lang,
    /// Print what became of the file as JSON
    #[arg(long)]
    pub json: bool,
}

/// Runs the command. Lines with a fault are named and left out; then it ends with 1.
///
/// # Errors
/// When the pack or the file cannot be read, or it cannot be kept.
pub async fn run(args: &CoverageArgs) -> Result<ExitCode> {
    let texts = Texts::new(&[kernel::MESSAGES, pack::MESSAGES, exchange::MESSAGES, programme::MESSAGES])?;
    let language = Language::from(args.lang);
    let pack = match &args.pack {
        Some(folder) => Pack::open(folder).with_context(|| format!("the pack {}", folder.display()))?,
        None => Pack::embedded(super::import::EMBEDDED)?,
    };
    let mut report = Report::new();
    let units = Units::read(&pack, &mut report);
    if !report.is_clean() {
        return Err(anyhow!("the pack has faults:\n{report}"));
    }
    let csv = bytes(&args.file, FILE_BYTES_MAX)?;
    let folder = args.data.clone().unwrap_or_else(store::default_data_dir);
    std::fs::create_dir_all(&folder)?;
    let (mut conn, ours) = connect(&folder).await?;
    let mut tx = conn.begin().await?;
    let ctx = Ctx::system(BodyId::new(args.by.as_str()));
    let taken = take(&mut tx, &ctx, &units, &csv).await;
    if taken.is_ok() {
        tx.commit().await?
    } else {
        tx.rollback().await?
    }
    conn.close().await?;
    if let Some(database) = ours {
        database.close().await?;
    }
    let taken = taken.map_err(|error| failure(&texts, language, error))?;
    let said = if args.json { serde_json::to_string_pretty(&taken)? } else { lines(&taken, &texts, language) };
    write(&mut io::stdout(), &said)?;
    Ok(if taken.refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn lines(taken: &Taken, texts: &Texts, language: Language) -> String {
    let count = |name: &str, count: usize| (name.to_owned(), count.to_string());
    let counts = [count("new", taken.new), count("unchanged", taken.unchanged), count("refused", taken.refused)];
    let mut lines = vec![texts.say(language, "programme-coverage-taken", &counts)];
    lines.extend(taken.faults.iter().map(|fault| {
        let args =
            [("line", fault.line.to_string()), ("column", fault.column.to_owned()), ("text", fault.text.clone())];
        let at = texts.say(language, "programme-coverage-fault", &args.map(|(name, text)| (name.to_owned(), text)));
        format!("{at} {}", texts.say(language, &format!("programme-coverage-{}", fault.why), &[]))
    }));
    lines.join("\n")
}
