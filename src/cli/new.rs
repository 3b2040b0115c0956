use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;

use super::failure::Usage;
use super::output::message;

/// A whole small scenario; a test compiles it.
const TEMPLATE: &str = include_str!("new.toml");

/// Write a small scenario to begin with
#[derive(clap::Args)]
#[command(after_help = "Example:\n  qantar new my-town && qantar check my-town.toml")]
pub struct Args {
    /// Name of the scenario; NAME.toml is written
    name: PathBuf,
    /// Overwrite a file that is there
    #[arg(long)]
    force: bool,
}

impl Args {
    /// Write it and name the next command.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let path = match self.name.extension() {
            Some(ending) if ending == "toml" => self.name,
            _ => PathBuf::from(format!("{}.toml", self.name.display())),
        };
        if path.exists() && !self.force {
            return Err(Usage(format!("{} is there already; --force overwrites it", path.display())).into());
        }
        write(&path, TEMPLATE).with_context(|| format!("cannot write {}", path.display()))?;
        message(&format!("wrote {0}; next: qantar check {0}", path.display()));
        Ok(ExitCode::SUCCESS)
    }
}

/// Write aside, then rename: a file of that name is always whole.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".partial");
    let mut file = File::create(&aside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&aside, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use qantar::scenario::Scenario;

    #[test]
    fn the_scenario_to_begin_with_has_no_problem() {
        if let Err(problems) = Scenario::from_text("new.toml", TEMPLATE).and_then(|scenario| scenario.compile()) {
            panic!("{problems}");
        }
    }
}
