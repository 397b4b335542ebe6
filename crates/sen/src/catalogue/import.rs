//! `sen catalogue import`.

use super::where_from::{ctx, failure, file, packs};
use crate::database::connect;
use anyhow::Result;
use catalogue::db::{self, Source};
use catalogue::read::{Reading, Remark};
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::Connection;
use std::path::PathBuf;
use std::process::ExitCode;
use time::Date;

/// How many odd rows are shown; `--json` has all.
const SHOWN_MAX: usize = 20;

/// What is imported.
#[derive(Clone, Debug, clap::Args)]
pub struct ImportArgs {
    /// CSV with at least the columns `code` and `name`, or JSON with the same keys
    pub file: PathBuf,
    /// The day whose state the file shows (2026-07-31); today unless named
    #[arg(long, value_parser = day)]
    pub as_of: Option<Date>,
    /// The file has every procedure there is: what is missing in it has ended
    #[arg(long)]
    pub complete: bool,
    /// Read and say what is odd, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The data folder of the program
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// A pack's folder instead of the built-in pack of Vietnam
    #[arg(long)]
    pub pack: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

fn day(text: &str) -> Result<Date, String> {
    kernel::iso_date::parse(text).map_err(|error| error.to_string())
}

/// The command. Rows that cannot be read make it fail after the others were imported.
///
/// # Errors
/// When the file or the database cannot be used.
pub async fn run(args: &ImportArgs) -> Result<ExitCode> {
    let packs = packs(args.pack.as_deref())?;
    let (bytes, reading) = file(&args.file, &packs.rules)?;
    let ctx = ctx();
    let name = args.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name: String = name.chars().take(255).collect();
    let source = Source {
        file: &name,
        sha256: Sha256::digest(&bytes).into(),
        as_of: args.as_of.unwrap_or_else(|| ctx.today()),
        complete: args.complete,
    };
    let imported = if args.dry_run {
        None
    } else {
        let folder = args.data.clone().unwrap_or_else(store::default_data_dir);
        std::fs::create_dir_all(&folder)?;
        let (mut conn, ours) = connect(&folder).await?;
        let imported = db::import(&mut conn, &ctx, &reading, &source).await;
        conn.close().await?;
        if let Some(database) = ours {
            database.close().await?;
        }
        Some(imported.map_err(failure)?)
    };
    say(args, &reading, imported.as_ref(), source.as_of)?;
    Ok(if reading.refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[expect(clippy::print_stdout, reason = "what was imported is what the command tells")]
fn say(args: &ImportArgs, reading: &Reading, imported: Option<&db::Imported>, as_of: Date) -> Result<()> {
    if args.json {
        let all = json!({"entries": reading.entries.len(), "as_of": pack::date::print(as_of), "imported": imported,
            "refused": reading.refused, "doubts": reading.doubts});
        println!("{}", serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    println!("{} procedures read, as of {}", reading.entries.len(), pack::date::print(as_of));
    tell("not read", &reading.refused);
    tell("read, and odd", &reading.doubts);
    match imported {
        None => println!("nothing was imported (--dry-run)"),
        Some(done) if done.again => println!("this file was imported before: nothing to do"),
        Some(done) => {
            println!("{} added, {} changed, {} ended, {} the same", done.added, done.changed, done.ended, done.same)
        }
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what was imported is what the command tells")]
fn tell(what: &str, remarks: &[Remark]) {
    if !remarks.is_empty() {
        println!("{} {what}:", remarks.len());
    }
    for remark in remarks.iter().take(SHOWN_MAX) {
        println!("  line {}: {} {} {}", remark.line, remark.what, remark.code, remark.value);
    }
    if remarks.len() > SHOWN_MAX {
        println!("  … (--json has all)");
    }
}
