//! `qantar merge`: put the shards of a sweep together.

use std::path::PathBuf;
use std::process::ExitCode;

use qantar::study::sweep::{self, Opened};

use super::output::{HELP, message};
use super::run::threads;
use super::sweep::{stop, told};

/// Put the shards of a sweep together, once all of them are done.
///
/// The bytes do not depend on how many shards there were, nor on where they ran. Folders of shards from other
/// machines are given after the first, or their journals (*.partial/parts) are copied into it before.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = "Examples:
  qantar merge results/tutorial-sweep-1
  qantar merge results/study-1 from-host-a/study-1 from-host-b/study-1")]
pub struct Args {
    /// Folder of the sweep.
    dir: PathBuf,
    /// Folders of other shards of it.
    more: Vec<PathBuf>,
    /// No hints.
    #[arg(long, short)]
    quiet: bool,
}

impl Args {
    /// Put them together.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let (sweep, opened) = sweep::load(&self.dir).map_err(stop)?;
        let out = PathBuf::from(
            self.dir
                .to_string_lossy()
                .trim_end_matches('/')
                .trim_end_matches(".partial"),
        );
        match opened {
            Opened::Begun(folder) => {
                for other in &self.more {
                    sweep::take_over(&sweep, &folder, other).map_err(stop)?;
                }
                sweep::assemble(&sweep, &folder, threads(None)).map_err(stop)?;
            }
            Opened::Whole if !self.quiet => message(&format!("{} is whole already", out.display())),
            Opened::Whole => {}
        }
        told(&out)
    }
}
