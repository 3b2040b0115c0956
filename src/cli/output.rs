//! Data goes to stdout, messages go to stderr.

use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;

pub use super::terminal::color;
use super::terminal::fitted;

use qantar::scenario::problem::Problems;

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

/// Print what may be wrong with a scenario, if anything.
pub fn warn(warnings: &Problems) {
    if !warnings.is_empty() {
        message(&format!("{}\n", warnings.render(color(&io::stderr()))));
    }
}

/// Write a file, whole or not at all.
pub fn file(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let failed = || format!("cannot write {}", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut aside = tempfile::Builder::new();
    // A page is made to be handed on, so others may read it as far as the umask lets them.
    #[cfg(unix)]
    aside.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut aside = aside
        .tempfile_in(folder.unwrap_or(Path::new(".")))
        .with_context(failed)?;
    aside.write_all(bytes).with_context(failed)?;
    aside.persist(path).with_context(failed)?;
    Ok(())
}
