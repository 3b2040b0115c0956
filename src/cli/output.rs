//! Data goes to stdout, messages go to stderr.

use std::io::{self, Write};

pub use super::terminal::color;
use super::terminal::fitted;

/// Help begins with what the command is for and with examples.
pub const HELP: &str = "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

/// The form of what is printed on stdout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Print what people read.
pub fn data(text: &str) -> io::Result<()> {
    exact(&fitted(text))
}

/// Print what programs read, to the last byte as it is.
pub fn exact(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Print data as JSON.
pub fn json(document: &impl serde::Serialize) -> io::Result<()> {
    exact(&(serde_json::to_string_pretty(document)? + "\n"))
}

/// Print a message, if there is anybody to read it.
pub fn message(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", fitted(text));
}
