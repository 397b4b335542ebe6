//! The program.

use std::process::ExitCode;

fn main() -> ExitCode {
    sen::cli::main()
}
