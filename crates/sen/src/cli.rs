//! The command line: for operators, with `--json` wherever a script would want it.

use clap::{Parser, Subcommand};
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
    Synth(crate::synth::SynthArgs),
}

/// Parses the command line, runs the command, reports a failure once.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
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
        Command::Synth(args) => crate::synth::run(&args),
    }
}
