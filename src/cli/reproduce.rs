//! `qantar reproduce`: run a folder of results again and compare, bit for bit.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::value_parser;
use qantar::scenario::Scenario;
use qantar::study::compare::first_difference;
use qantar::study::manifest::{self, Manifest};
use qantar::study::{self, Arm, Findings, Folder, Keeps, Plan, Progress, arm_scenario};

use super::ablate::ABLATION;
use super::compare::{Found, plotted};
use super::failure::DIFFERS;
use super::outcomes::Outcomes;
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
        if edited.iter().any(|name| name.starts_with("scenario.")) {
            data("the scenario of the run is lost, so it cannot be run again\n")?;
            return Ok(DIFFERS.into());
        }
        let plan = self.plan(&manifest)?;
        let temp = tempfile::tempdir().context("cannot make a temporary folder")?;
        let folder = Folder::open(&plan, &temp.path().join("again"), false)?;
        let progress = Progress::default();
        let signals = Signals::set(&progress.stop)?;
        let threads = threads(self.threads);
        let work = || match plan.identity.outcomes.is_empty() {
            true => study::execute(&plan, &folder, threads, &progress),
            false => {
                // They were read once, so they are read again.
                let outcomes = Outcomes::read(&plan.identity.outcomes, &[], &plan).map_err(io::Error::other);
                let outcomes = outcomes.map_err(|source| study::Error::Io {
                    path: self.dir.join(manifest::NAME),
                    source,
                })?;
                let findings = Findings {
                    outcomes: &|series, events| outcomes.of(series, events),
                    files: &|partial: &Path| {
                        if plan.identity.keeps == Keeps::Outcomes {
                            return Ok(Vec::new());
                        }
                        let metric = plotted(&manifest.files);
                        let found = Found::read(partial, &plan, &outcomes, metric).map_err(io::Error::other)?;
                        found.files(&plan)
                    },
                };
                study::execute_with(&plan, &folder, threads, &progress, &findings)
            }
        };
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
        let scenario = |file: &str, name: &str| -> anyhow::Result<Scenario> {
            let path = self.dir.join(file);
            let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            Ok(Scenario::from_text(name, &text)?)
        };
        let made = &manifest.plan;
        let base = scenario(study::SCENARIO, &made.scenario)?;
        let replicates = made.first_replicate..made.first_replicate + made.replicates;
        let mut plan = Plan::new(&base, made.overrides.clone(), made.seed, replicates)?;
        for arm in &made.arms {
            plan.add(match &arm.without[..] {
                [] => {
                    let scenario = scenario(&arm_scenario(&arm.name), &arm.scenario)?;
                    Arm::new(&arm.name, &scenario, arm.overrides.clone())?
                }
                actions => {
                    let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
                    Arm::without(&arm.name, &plan.arms[0], &actions)
                }
            })?;
        }
        plan.identity.keeps = made.keeps;
        plan.identity.outcomes.clone_from(&made.outcomes);
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
            if file.name == ABLATION {
                message("ablation.csv follows from outcomes.csv, so its digest alone was checked");
            } else if !here.exists() {
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
