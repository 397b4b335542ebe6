//! `sen programme`: directives and their tasks at the terminal.

mod coverage;
mod figures;
mod import;
mod packed;
mod table;

pub use coverage::{CoverageArgs, run as run_coverage};
pub use figures::figures;
pub use import::{ImportArgs, run as run_import};
pub use packed::directives_into;

/// Directives and their tasks.
#[derive(Debug, clap::Subcommand)]
pub enum Programme {
    /// Reads a directive's list of tasks (Markdown tables as OCR gives them, prose, CSV, XLSX), shows what was read
    /// and what is doubtful, and keeps it; the same file again changes nothing
    Import(ImportArgs),
    /// Takes a CSV of villages with fibre, signal and power; lines with a fault are named and left out, the same again changes
    /// nothing
    Coverage(CoverageArgs),
}

/// Runs the command.
///
/// # Errors
/// When the pack or the file cannot be read, or what was read cannot be kept.
pub async fn run(command: &Programme) -> anyhow::Result<std::process::ExitCode> {
    match command {
        Programme::Import(args) => run_import(args).await,
        Programme::Coverage(args) => run_coverage(args).await,
    }
}
