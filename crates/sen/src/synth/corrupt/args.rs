//! What `sen synth` takes for an agency's file.

use super::{Corruption, Layout, Level};
use std::path::PathBuf;

/// An agency's messy file of the same people.
#[derive(Clone, Debug, clap::Args)]
pub struct CorruptArgs {
    /// Also write an agency's messy file of these people (CSV, or Parquet by its ending), and FILE.truth.csv
    #[arg(long, value_name = "FILE")]
    pub corrupt: Option<PathBuf>,
    /// Rows of that file
    #[arg(long, default_value_t = 1_000)]
    pub corrupt_rows: usize,
    /// How messy
    #[arg(long, value_enum, default_value_t)]
    pub corrupt_level: Level,
    /// Share of its rows about people who are not in the register
    #[arg(long, default_value_t = 0.1)]
    pub corrupt_absent: f64,
    /// Share of its rows that are another row's person once more
    #[arg(long, default_value_t = 0.03)]
    pub corrupt_duplicates: f64,
    /// Its columns
    #[arg(long, value_enum, default_value_t)]
    pub corrupt_layout: Layout,
}

impl CorruptArgs {
    /// What is asked for, where it is.
    pub(crate) fn of(&self, seed: u64) -> Corruption {
        Corruption {
            seed,
            rows: self.corrupt_rows,
            level: self.corrupt_level,
            absent: self.corrupt_absent,
            duplicates: self.corrupt_duplicates,
        }
    }
}

impl Default for CorruptArgs {
    fn default() -> Self {
        Self {
            corrupt: None,
            corrupt_rows: 1_000,
            corrupt_level: Level::default(),
            corrupt_absent: 0.1,
            corrupt_duplicates: 0.03,
            corrupt_layout: Layout::default(),
        }
    }
}
