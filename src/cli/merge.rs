//! `qantar merge`: put the shards of a study together.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use qantar::study::{Folder, How, Index, Opened, Progress, Settings, execute_stages, publish, tables};

use super::arguments::threads;
use super::finish::finish_of;
use super::output::{Format, HELP, message};
use super::perform::Shown;
use super::signals::Signals;

/// Put the shards of a study together, once all of them are done.
///
/// The bytes do not depend on how many shards there were, nor on where they ran. Folders of shards from other
/// machines are given after the first, or their journals (*.partial/parts) are copied into it before.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = "Examples:
  qantar sweep scenarios/tutorial.toml --vary shock.fuel-price.factor=1.2:2.4:0.4 --out results/study --shard 1/2
  qantar merge results/study --partly    tables of what is done, in results/study.partial
  qantar resume results/study --shard 2/2
  qantar merge results/study
  qantar merge results/study FROM-HOST-A FROM-HOST-B    with the folders of other machines")]
pub struct Args {
    /// Folder of the study.
    dir: PathBuf,
    /// Folders of other shards of it.
    more: Vec<PathBuf>,
    /// Put the tables of what is done together, and leave the folder unfinished.
    #[arg(long)]
    partly: bool,
    /// No hints.
    #[arg(long, short)]
    quiet: bool,
}

impl Args {
    /// Put them together.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let signals = Signals::set()?;
        let (mut study, out, _) = Folder::load(&self.dir)?;
        let finish = finish_of(&study)?;
        let how = How {
            shared: self.partly,
            ..How::default()
        };
        match Folder::open(&study, &out, how)? {
            Opened::Begun(folder) => {
                for other in &self.more {
                    folder.take_over(&study, other)?;
                }
                let (progress, settings) = (Progress::stopped_by(&signals.stop), Settings::threads(threads(None)));
                if self.partly {
                    let index = Index::read(&folder.parts(), &study)?;
                    tables(&study, &folder, &index, settings.threads, &progress)?;
                    let (done, failed) = index.counts();
                    let (of, partial) = (study.jobs(), folder.partial().display());
                    message(&format!(
                        "the tables of {} of {of} runs are in {partial}",
                        done + failed
                    ));
                    return Ok(ExitCode::SUCCESS);
                }
                if let Some(mut stages) = finish.stages() {
                    // Which points there are follows from what is known; nothing is left to run.
                    execute_stages(&mut study, &folder, settings, &progress, &mut *stages)?;
                }
                let files = |partial: &Path| finish.files(&study, partial).map_err(io::Error::other);
                publish(&study, &folder, settings.threads, &progress, &files)?;
            }
            Opened::Whole if !self.quiet => message(&format!("{} is whole already", out.display())),
            Opened::Whole => {}
        }
        let shown = Shown {
            format: Format::Text,
            folder: out.display().to_string(),
            quiet: self.quiet,
        };
        finish.tell(&study, &out, &shown)
    }
}
