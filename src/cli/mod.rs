//! The commands, one file each. They use the library as anyone outside could.

mod check;
mod explain;
mod new;
mod schema;

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use qantar::scenario::problem::Problems;

/// What if? A deterministic, person-by-person simulator of protest waves.
#[derive(Parser)]
#[command(version, about, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Find everything that is wrong with scenarios
    Check(check::Args),
    /// Explain a key, a kind of action or a lever of the scenario format
    Explain(explain::Args),
    /// Write a small scenario to begin with
    New(new::Args),
    /// Print the JSON schema of the scenario format, for editors
    Schema(schema::Args),
}

impl Command {
    /// Do it.
    pub fn execute(self) -> anyhow::Result<()> {
        match self {
            Command::Check(args) => args.execute(),
            Command::Explain(args) => args.execute(),
            Command::New(args) => args.execute(),
            Command::Schema(args) => args.execute(),
        }
    }
}

/// A mistake in how a command was used, as against a failure while it ran.
#[derive(Debug)]
pub struct Usage(pub String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// Print data. A reader who has seen enough, as `head` has, is no failure.
pub fn print(text: &str) -> io::Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Print an error; 2 for a mistake of usage or in a scenario, 1 for anything that failed.
pub fn report(error: &anyhow::Error) -> ExitCode {
    if let Some(problems) = error.downcast_ref::<Problems>() {
        eprintln!("{}", problems.render(color()));
        return ExitCode::from(2);
    }
    eprintln!("error: {error:#}");
    ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
}

/// Whether messages may have colours: on a terminal, unless NO_COLOR says otherwise.
pub fn color() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
