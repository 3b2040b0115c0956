//! The command `qantar`: parse the arguments, do what they say, print one error, give an exit code.

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    cli::Cli::parse()
        .execute()
        .unwrap_or_else(|error| cli::failure::report(&error))
}
