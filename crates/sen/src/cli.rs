//! The command line: for operators, with `--json` wherever a script would want it.

use crate::{
    bench, catalogue, clean, demo, indicator, log_check, officer, pack_check, programme, review, serve_command, synth,
};
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Sen: a platform for a country's public services.
#[derive(Debug, Parser)]
#[command(name = "sen", version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measures on this machine, in this process
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Looks after the national catalogue of procedures
    #[command(subcommand)]
    Catalogue(catalogue::CatalogueCommand),
    Clean(clean::CleanArgs),
    Demo(demo::DemoArgs),
    /// Looks after indexes of the register
    #[command(subcommand)]
    Index(clean::IndexCommand),
    /// Looks after the index of the quality of service
    #[command(subcommand)]
    Indicator(indicator::IndicatorCommand),
    Serve(serve_command::ServeArgs),
    /// Looks after packs
    #[command(subcommand)]
    Pack(PackCommand),
    /// Looks after the log
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Looks after officers' accounts
    #[command(subcommand)]
    Officer(officer::Officer),
    /// Reads directives and their tasks
    #[command(subcommand)]
    Programme(programme::Programme),
    Review(review::ReviewArgs),
    Synth(synth::SynthArgs),
}

#[derive(Debug, Subcommand)]
enum PackCommand {
    /// Checks a pack and runs its cases; names every fault with file and line
    Check {
        /// The pack's folder
        dir: PathBuf,
        /// Print the findings as JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
enum LedgerCommand {
    Verify(log_check::VerifyArgs),
}

/// Parses the command line, runs the command, reports a failure once.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("SEN_LOG")
                // A slow statement is told with all of its text: a whole migration, on a busy machine.
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,sqlx::query=error")),
        )
        .with_writer(std::io::stderr)
        .init();
    match run(cli.command) {
        Ok(code) => code,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "the command line's last word to the operator")]
fn complain(error: &anyhow::Error) {
    eprintln!("sen: {error:#}");
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Bench(bench::Bench::Birth(args)) => block_on(bench::run(&args)),
        Command::Bench(bench::Bench::Clean(args)) => bench::clean::run(&args),
        Command::Bench(bench::Bench::Indicator(args)) => block_on(bench::indicator::run(&args)),
        Command::Bench(bench::Bench::Search(args)) => block_on(bench::search::run(&args)),
        Command::Catalogue(command) => block_on(catalogue::run(&command)),
        Command::Clean(args) => clean::run(&args),
        Command::Demo(args) => block_on(demo::run(&args)),
        Command::Index(command) => clean::run_index(&command),
        Command::Indicator(command) => indicator::run(&command),
        Command::Serve(args) => block_on(serve_command::run(&args)),
        Command::Pack(PackCommand::Check { dir, json }) => pack_check::run(&dir, json),
        Command::Ledger(LedgerCommand::Verify(args)) => block_on(log_check::run(&args)),
        Command::Officer(command) => block_on(officer::run(&command)),
        Command::Programme(command) => block_on(programme::run(&command)),
        Command::Review(args) => block_on(review::run(&args)),
        Command::Synth(args) => synth::run(&args),
    }
}

fn block_on(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Runtime::new()?.block_on(work)
}
