//! `sen index build` and `sen index info`.

use super::args::Lang;
use super::interrupt::Interrupt;
use super::progress::Progress;
use super::registers;
use super::run::{ended, print};
use super::say::Say;
use anyhow::{Context, Result};
use matching::{Index, Mapping};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};
use std::sync::Arc;
use std::time::Instant;

/// Makes a register ready for `sen clean`
#[derive(Clone, Debug, clap::Subcommand)]
pub enum IndexCommand {
    /// Builds the index of an extract of the register
    Build {
        /// The extract: Parquet or CSV
        register: PathBuf,
        /// The index to write
        #[arg(long, short)]
        out: PathBuf,
        /// Which column is what (YAML or JSON); needed only for files that are not about people
        #[arg(long)]
        columns: Option<PathBuf>,
        /// A pack's folder instead of the built-in pack of Vietnam
        #[arg(long)]
        pack: Option<PathBuf>,
        /// The language of what is said
        #[arg(long, value_enum, default_value_t = Lang::Vi)]
        lang: Lang,
        /// Print a summary as JSON
        #[arg(long)]
        json: bool,
    },
    /// Says what an index holds
    Info {
        /// The index
        file: PathBuf,
        /// A pack's folder instead of the built-in pack of Vietnam
        #[arg(long)]
        pack: Option<PathBuf>,
        /// The language of what is said
        #[arg(long, value_enum, default_value_t = Lang::Vi)]
        lang: Lang,
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
}

/// Runs `sen index`.
///
/// # Errors
/// When the sentences of the program cannot be read.
pub fn run(command: &IndexCommand) -> Result<ExitCode> {
    match command {
        IndexCommand::Build { register, out, columns, pack, lang, json } => {
            let say = Say::new((*lang).into())?;
            let built = Interrupt::watch(&say).and_then(|interrupt| {
                build(register, out, columns.as_deref(), pack.as_deref(), *json, &say, &interrupt, false)
            });
            Ok(ended(&say, built))
        }
        IndexCommand::Info { file, pack, lang, json } => {
            let say = Say::new((*lang).into())?;
            Ok(ended(&say, info(file, pack.as_deref(), *json, &say)))
        }
    }
}

/// Builds beside the index and renames: nobody sees half of one.
#[expect(clippy::too_many_arguments, reason = "the options of one command, taken apart by the command line")]
pub(super) fn build(
    register: &Path,
    out: &Path,
    columns: Option<&Path>,
    pack: Option<&Path>,
    json: bool,
    say: &Say,
    interrupt: &Interrupt,
    quiet: bool,
) -> Result<()> {
    let started = Instant::now();
    let progress = Progress::new(say, quiet);
    let like = columns.map(Mapping::read).transpose()?.unwrap_or_default();
    let places = registers::places(pack)?;
    let mut partial = out.as_os_str().to_owned();
    partial.push(format!(".partial-{}", process::id()));
    let partial = PathBuf::from(partial);
    interrupt.guard(&partial);
    let index = registers::build(register, &like, &places, &progress)?;
    let stage = progress.stage("write", 0);
    let saved = index.save(&partial).map_err(anyhow::Error::from).and_then(|()| {
        interrupt.last(|| std::fs::rename(&partial, out).with_context(|| format!("write {}", out.display())))
    });
    if saved.is_err() {
        let _ = std::fs::remove_file(&partial);
    }
    saved?;
    stage.finish(None);
    let bytes = std::fs::metadata(out).map_or(0, |metadata| metadata.len());
    let seconds = started.elapsed().as_secs_f64();
    if quiet {
        return Ok(());
    }
    if json {
        let steps = progress.steps();
        let summary = json!({ "people": index.people(), "bytes": bytes, "seconds": seconds, "steps": steps });
        return print(&serde_json::to_string_pretty(&summary)?);
    }
    print(&say.say(
        "clean-index-built",
        &[
            ("people", say.number(u64::from(index.people()))),
            ("path", out.display().to_string()),
            ("seconds", say.decimal(seconds, 1)),
            ("bytes", say.number(bytes / 1_000_000)),
        ],
    ))
}

fn info(file: &Path, pack: Option<&Path>, json: bool, say: &Say) -> Result<()> {
    let index = Index::open(file, Arc::clone(&registers::places(pack)?))?;
    let info = index.info();
    if json {
        return print(&serde_json::to_string_pretty(&info)?);
    }
    let megabytes = say.number(info.bytes as u64 / 1_000_000);
    print(&say.say("clean-index-info", &[("people", say.number(u64::from(info.people))), ("bytes", megabytes)]))?;
    let passes: Vec<_> = info.passes.iter().map(|pass| format!("\n  {}", pass.parts.join(" + "))).collect();
    print(&say.say("clean-index-passes", &[("passes", passes.concat())]))
}
