//! `qantar resume`: go on with a study that was begun, of whatever command.

use std::path::PathBuf;
use std::process::ExitCode;

use qantar::study::Folder;

use super::arguments::Running;
use super::finish::finish_of;
use super::output::HELP;
use super::perform::perform;

/// Go on with a study that was begun, by whatever command: its folder says what it is.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = "Examples:
  qantar sweep scenarios/tutorial.toml --vary shock.fuel-price.factor=1.2:2.4:0.4 --out results/study --shard 1/2
  qantar resume results/study --shard 2/2 --threads 1
  qantar resume results/study    what is left, and the tables")]
pub struct Args {
    /// Folder of the study.
    dir: PathBuf,
    #[command(flatten)]
    running: Running,
}

impl Args {
    /// Run what is not done.
    pub fn execute(mut self) -> anyhow::Result<ExitCode> {
        let (study, out, _) = Folder::load(&self.dir)?;
        self.running.out = Some(out);
        let finish = finish_of(&study)?;
        perform(study, "", &*finish, &self.running)
    }
}
