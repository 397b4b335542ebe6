//! `sen bench clean`: how right the data cleaning is, on an agency's messy file of made-up people whose truth is known.
//!
//! For each level of mess: the register and the file are made (or taken from the data folder, where the same were made
//! before), the file is cleaned through the library as `sen clean` does it, and what came out is held against the
//! truth. The same seed gives the same numbers, but for those of time and memory.

mod effort;
mod files;
mod judge;
mod lost;
mod report;
mod round;
#[cfg(test)]
mod tests;

use crate::synth::corrupt::Level;
use anyhow::{Context, Result};
use clap::Args;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

pub use judge::{Judgement, Score};
pub use report::{Clean, LevelResult};

/// Rows that need a person's eye are listed up to this number for each kind of loss.
const LOST_LISTED: usize = 2_000;

/// How right the data cleaning is, by level of mess and kind of error
#[derive(Clone, Debug, Args)]
pub struct CleanBenchArgs {
    /// People in the register
    #[arg(long, default_value_t = 200_000)]
    pub people: u64,
    /// Rows of each file
    #[arg(long, default_value_t = 20_000)]
    pub rows: usize,
    /// The same seed gives the same people and rows
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// Only this level; may be given more than once
    #[arg(long, value_enum)]
    pub level: Vec<Level>,
    /// Where register and files are kept for the next run, and the results go
    #[arg(long)]
    pub data: PathBuf,
    /// Threads; 0 for as many as there are processors
    #[arg(long, default_value_t = 0)]
    pub threads: usize,
    /// From this probability on a row is a match
    #[arg(long, default_value_t = 0.9)]
    pub threshold: f64,
    /// Also list every row that was lost or went to the wrong person, with the values of both, in DATA
    #[arg(long)]
    pub lost: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// Runs `sen bench clean`.
///
/// # Errors
/// When the files cannot be made, read or cleaned.
pub fn run(args: &CleanBenchArgs) -> Result<ExitCode> {
    let result = measure(args)?;
    let markdown = result.markdown();
    let json = serde_json::to_string_pretty(&result)?;
    let write = |name: &str, text: &str| {
        let path = args.data.join(name);
        fs::write(&path, text).with_context(|| format!("write {}", path.display()))
    };
    write("accuracy.json", &json)?;
    write("accuracy.md", &markdown)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", if args.json { json } else { markdown })?;
    Ok(ExitCode::SUCCESS)
}

/// Every level that is asked for.
///
/// # Errors
/// As [`run`].
pub fn measure(args: &CleanBenchArgs) -> Result<Clean> {
    let levels = if args.level.is_empty() { Level::ALL.to_vec() } else { args.level.clone() };
    fs::create_dir_all(&args.data).with_context(|| format!("create {}", args.data.display()))?;
    let made = files::make(args, &levels)?;
    let places = files::places()?;
    let (index, building) = effort::of(|| round::index(&made.register, &places))?;
    let mut results = Vec::new();
    for (level, file) in levels.iter().zip(&made.files) {
        results.push(round::level(args, *level, file, &index)?);
    }
    Ok(Clean {
        people: args.people,
        rows: args.rows,
        seed: args.seed,
        threshold: args.threshold,
        index: building,
        levels: results,
    })
}
