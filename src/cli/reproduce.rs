//! `qantar reproduce`: run a folder of results again and compare, bit for bit.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::value_parser;
use qantar::scenario::Scenario;
use qantar::study::compare::first_difference;
use qantar::study::manifest::Manifest;
use qantar::study::{self, Folder, Plan, Progress};

use super::failure::DIFFERS;
use super::output::{HELP, data, message};
use super::{progress, run::threads, signals::Signals};

/// Run a folder of results again and compare, bit for bit.
///
/// First the files are checked against the digests in the manifest; then the scenario of the folder is run with its
/// seed and replicates, in a temporary folder. Exit code 3 tells that something differs.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = "Example:\n  qantar reproduce results/tutorial-1")]
pub struct Args {
    /// Folder of results.
    dir: PathBuf,
    /// Threads; the results do not depend on them [default: one per core].
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// No progress.
    #[arg(long, short)]
    quiet: bool,
}

impl Args {
    /// Run it again.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let manifest = Manifest::read(&self.dir)?;
        let edited = manifest.edited(&self.dir)?;
        for name in &edited {
            data(&format!(
                "{name} is not as it was written: its digest is not that of the manifest\n"
            ))?;
        }
        if edited.contains(&study::SCENARIO) {
            data("the scenario of the run is lost, so it cannot be run again\n")?;
            return Ok(DIFFERS.into());
        }
        let plan = self.plan(&manifest)?;
        let temp = tempfile::tempdir().context("cannot make a temporary folder")?;
        let folder = Folder::open(&plan, &temp.path().join("again"), false)?;
        let progress = Progress::default();
        let signals = Signals::set(&progress.stop)?;
        let work = || study::execute(&plan, &folder, threads(self.threads), &progress);
        match progress::shown(&plan, &progress, self.quiet, work) {
            Err(study::Error::Interrupted { .. }) => {
                message("interrupted; nothing was compared");
                return Ok(signals.exit_code());
            }
            result => result?,
        };
        match self.difference(&manifest, folder.out())? {
            Some(difference) => data(&format!("{difference}\n"))?,
            None if edited.is_empty() => {
                data("bit-identical\n")?;
                return Ok(ExitCode::SUCCESS);
            }
            None => {}
        }
        Ok(DIFFERS.into())
    }

    fn plan(&self, manifest: &Manifest) -> anyhow::Result<Plan> {
        let path = self.dir.join(study::SCENARIO);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let made = &manifest.plan;
        let scenario = Scenario::from_text(&made.scenario, &text)?;
        let replicates = made.first_replicate..made.first_replicate + made.replicates;
        let plan = Plan::new(&scenario, made.overrides.clone(), made.seed, replicates)?;
        if plan.identity.version != made.version && !self.quiet {
            message(&format!(
                "made by qantar {}, run again by {}",
                made.version, plan.identity.version
            ));
        }
        Ok(plan)
    }

    /// The first difference between what was there and what a new run has given.
    fn difference(&self, manifest: &Manifest, again: &Path) -> anyhow::Result<Option<String>> {
        for file in &manifest.files {
            let (there, here) = (self.dir.join(&file.name), again.join(&file.name));
            if !here.exists() {
                message(&format!(
                    "{} was not compared: this build of qantar does not write it",
                    file.name
                ));
            } else if there.exists()
                && let Some(difference) = first_difference(&there, &here)?
            {
                return Ok(Some(format!("{} differs: {difference}", file.name)));
            }
        }
        Ok(None)
    }
}
