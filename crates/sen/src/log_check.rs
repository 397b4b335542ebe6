//! `sen ledger verify`: recomputes the whole log, beside the running program or on a stopped one.

use crate::database::connect;
use crate::house::LOG_NAME;
use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use ledger::{Signer, VerifierKey};
use serde_json::json;
use sqlx::Connection;
use std::path::PathBuf;
use std::process::ExitCode;

/// Recomputes every commitment, leaf, tile and checkpoint; names the first entry that does not fit.
#[derive(Clone, Debug, clap::Args)]
pub struct VerifyArgs {
    /// Where keys and the private PostgreSQL are kept
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// The log's public key as you know it (`name+id+key`); otherwise the data folder's own
    #[arg(long)]
    pub key: Option<String>,
    /// A checkpoint that you kept: the log must still hold what it says
    #[arg(long = "checkpoint")]
    pub checkpoints: Vec<PathBuf>,
    /// Print the verdict as JSON
    #[arg(long)]
    pub json: bool,
}

/// The command.
///
/// # Errors
/// When the database or the key cannot be read.
#[expect(clippy::print_stdout, reason = "the verdict is what the command is for")]
pub async fn run(args: &VerifyArgs) -> Result<ExitCode> {
    let folder = args.data.clone().unwrap_or_else(store::default_data_dir);
    let key: VerifierKey = match &args.key {
        Some(text) => text.parse().context("--key")?,
        None => Signer::load_or_create(&folder.join("keys/log.key"), LOG_NAME).context("the log's key")?.verifier_key(),
    };
    let known = args
        .checkpoints
        .iter()
        .map(|path| std::fs::read_to_string(path).with_context(|| format!("the checkpoint {}", path.display())));
    let known = known.collect::<Result<Vec<_>>>()?;
    let (mut conn, ours) = connect(&folder).await?;
    let bar = if args.json { ProgressBar::hidden() } else { ProgressBar::no_length() };
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} entries  {eta} left") {
        bar.set_style(style);
    }
    let progress = |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    };
    let verdict = ledger::verify_against(&mut conn, &key, &known, progress).await;
    bar.finish_and_clear();
    conn.close().await?;
    if let Some(database) = ours {
        database.close().await?;
    }
    match verdict {
        Ok(verdict) if args.json => println!(
            "{}",
            json!({ "ok": true, "size": verdict.size, "root": verdict.root.to_string(), "openings_checked": verdict.openings_checked,
                    "erased": verdict.erased, "pending": verdict.pending, "checkpoints": verdict.checkpoints })
        ),
        Ok(verdict) => println!(
            "The log fits: {} entries, {} openings checked, {} erased, {} checkpoints, {} pending; root {}",
            verdict.size, verdict.openings_checked, verdict.erased, verdict.checkpoints, verdict.pending, verdict.root
        ),
        Err(fault) => {
            if args.json {
                println!(
                    "{}",
                    json!({ "ok": false, "first_index": fault.first_index, "what": fault.what.to_string() })
                );
            } else {
                println!("The log does NOT fit. {fault}");
            }
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}
