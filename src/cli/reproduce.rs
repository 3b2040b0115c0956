//! `qantar reproduce`: run a folder of results again and compare, bit for bit.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::value_parser;
use qantar::scenario::Scenario;
use qantar::study::compare::{first_difference, first_difference_of_runs};
use qantar::study::manifest::{self, Digested, Manifest};
use qantar::study::sweep::{self, Opened, Settings, Shard, Stop};
use qantar::study::{self, Arm, Findings, Folder, Keeps, Plan, Progress, arm_scenario};

use super::ablate::ABLATION;
use super::asked::Study;
use super::compare::{Found, plotted};
use super::failure::{DIFFERS, Usage};
use super::outcomes::Outcomes;
use super::output::{HELP, data, message};
use super::sweep::{shown, silence_caught_panics, stop};
use super::{progress, run::threads, signals::Signals};

/// Run a folder of results again and compare, bit for bit.
///
/// First the files are checked against the digests in the manifest; then all that the folder holds is run again with
/// its seed, in a temporary folder: a scenario, a comparison or a sweep. Exit code 3 tells that something differs.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = EXAMPLES)]
pub struct Args {
    /// Folder of results.
    dir: PathBuf,
    /// Of a sweep, run only so many runs again, spread evenly over its design.
    #[arg(long, value_name = "RUNS", value_parser = value_parser!(u64).range(1..))]
    sample: Option<u64>,
    /// Threads; the results do not depend on them [default: one per core].
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// No progress.
    #[arg(long, short)]
    quiet: bool,
}

const EXAMPLES: &str = "Examples:
  qantar reproduce results/tutorial-1
  qantar reproduce results/tutorial-sweep-1 --sample 20    20 runs of a sweep";

impl Args {
    /// Run it again.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        // Only the manifest of a sweep has a design.
        if let Ok(manifest) = sweep::Manifest::read(&self.dir) {
            return self.sweep(&manifest);
        }
        if self.sample.is_some() {
            let message = "--sample chooses among the runs of a sweep, and this folder is not of one";
            return Err(Usage(message.to_owned()).into());
        }
        let manifest = Manifest::read(&self.dir)?;
        let edited = self.edited(&manifest.files)?;
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
                        let metric = plotted(plan.family, &manifest.files);
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
        let difference = self.difference(&manifest.files, folder.out())?;
        self.tell(&edited, difference, "bit-identical")
    }

    /// Run a sweep again, or a sample of its runs.
    fn sweep(&self, manifest: &sweep::Manifest) -> anyhow::Result<ExitCode> {
        let edited = self.edited(&manifest.files)?;
        if edited
            .iter()
            .any(|name| ["scenario.toml", sweep::DESIGN].contains(name))
        {
            data("the scenario of the sweep or its points are lost, so it cannot be run again\n")?;
            return Ok(DIFFERS.into());
        }
        let Study { sweep, outcomes, .. } = Study::load(&self.dir)?;
        self.say_version(&manifest.plan.version);
        silence_caught_panics();
        let temp = tempfile::tempdir().context("cannot make a temporary folder")?;
        let Opened::Begun(folder) = sweep::open(&sweep, &temp.path().join("again"), false)? else {
            unreachable!("the folder is new");
        };
        let progress = sweep::Progress::default();
        let signals = Signals::set(&progress.stop)?;
        let settings = Settings {
            threads: threads(self.threads),
            shard: Shard::WHOLE,
            most: self.sample.unwrap_or(u64::MAX),
            fail_fast: false,
            retry_failed: false,
        };
        let values = |series: &_, events: &_| outcomes.values(series, events);
        let work = || sweep::execute(&sweep, &folder, settings, &progress, &values);
        match shown(&progress, self.quiet, work) {
            Err(Stop::Interrupted { .. }) => {
                message("interrupted; nothing was compared");
                return Ok(signals.exit_code());
            }
            result => result.map_err(stop)?,
        }
        if settings.most >= sweep.jobs() {
            sweep::assemble(&sweep, &folder, settings.threads).map_err(stop)?;
            let difference = self.difference(&manifest.files, folder.out())?;
            return self.tell(&edited, difference, "bit-identical");
        }
        sweep::excerpt(&sweep, &folder).map_err(stop)?;
        let mut difference = None;
        for name in ["runs.csv", "series.csv"] {
            let (there, here) = (self.dir.join(name), folder.partial().join(name));
            if difference.is_none() && there.exists() && here.exists() {
                let first = first_difference_of_runs(&there, &here)?;
                difference = first.map(|first| format!("{name} differs: {first}"));
            }
        }
        let same = format!(
            "{} of {} runs were run again: bit-identical",
            settings.most,
            sweep.jobs()
        );
        self.tell(&edited, difference, &same)
    }

    /// The files that are not as they were written, each told.
    fn edited<'f>(&self, files: &'f [Digested]) -> anyhow::Result<Vec<&'f str>> {
        let edited = manifest::edited(files, &self.dir)?;
        for name in &edited {
            data(&format!(
                "{name} is not as it was written: its digest is not that of the manifest\n"
            ))?;
        }
        Ok(edited)
    }

    /// Tell the first difference, or `same` if there is none and no file was edited.
    fn tell(&self, edited: &[&str], difference: Option<String>, same: &str) -> anyhow::Result<ExitCode> {
        match difference {
            Some(difference) => data(&format!("{difference}\n"))?,
            None if edited.is_empty() => {
                data(&format!("{same}\n"))?;
                return Ok(ExitCode::SUCCESS);
            }
            None => {}
        }
        Ok(DIFFERS.into())
    }

    fn say_version(&self, made: &str) {
        let here = env!("CARGO_PKG_VERSION");
        if made != here && !self.quiet {
            message(&format!("made by qantar {made}, run again by {here}"));
        }
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
        self.say_version(&made.version);
        Ok(plan)
    }

    /// The first difference between what was there and what a new run has given.
    fn difference(&self, files: &[Digested], again: &Path) -> anyhow::Result<Option<String>> {
        for file in files {
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
