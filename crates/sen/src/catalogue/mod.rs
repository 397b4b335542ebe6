//! `sen catalogue`: the national catalogue of procedures at the terminal.

mod import;
mod packed;
mod search;
mod where_from;

pub use import::{ImportArgs, run as run_import};
pub use packed::packed;
pub use search::{SearchArgs, run as run_search};

/// The national catalogue of procedures.
#[derive(Debug, clap::Subcommand)]
pub enum CatalogueCommand {
    /// Imports a file of the national database (CSV or JSON); what changed makes a new version
    Import(ImportArgs),
    /// Finds procedures by what people say
    Search(SearchArgs),
}

/// Runs the command.
///
/// # Errors
/// As the commands.
pub async fn run(command: &CatalogueCommand) -> anyhow::Result<std::process::ExitCode> {
    match command {
        CatalogueCommand::Import(args) => run_import(args).await,
        CatalogueCommand::Search(args) => run_search(args).await,
    }
}
