//! `qantar reproduce`: run a folder of results again and compare, bit for bit.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::value_parser;
use qantar::study::difference::{first_difference, first_difference_of_runs};
use qantar::study::manifest::{self, Digested, Manifest};
use qantar::study::{Command, Folder, How, Index, Opened, Progress, Settings, Study, execute, tables};

use super::arguments::{Running, threads};
use super::failure::{DIFFERS, Usage};
use super::finish::finish_of;
use super::output::{Format, HELP, data, message};
use super::perform::{Done, complete};
use super::signals::Signals;

/// Run a folder of results again and compare, bit for bit.
///
/// First the files are checked against the digests in the manifest; then all that the folder holds is run again with
/// its seed, in a temporary folder, whatever command made it. Exit code 3 tells that something differs.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = EXAMPLES)]
pub struct Args {
    /// Folder of results.
    dir: PathBuf,
    /// Run only so many runs again, spread evenly over the whole.
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
  qantar run scenarios/tutorial.toml
  qantar reproduce results/tutorial-1
  qantar sweep scenarios/tutorial.toml --vary shock.fuel-price.factor=1.2:2.4:0.4
  qantar reproduce results/tutorial-sweep-1 --sample 20    20 runs of a sweep";

impl Args {
    /// Run it again.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let manifest = Manifest::read(&self.dir)?;
        let edited = self.edited(&manifest.files)?;
        let given = |name: &&str| {
            let inputs = ["design.csv", "search.toml", "record.toml"];
            name.starts_with("scenario.") || inputs.contains(name)
        };
        if edited.iter().any(given) {
            data("what was run is lost, so it cannot be run again\n")?;
            return Ok(DIFFERS.into());
        }
        let mut study = Study::load(&self.dir)?;
        let here = env!("CARGO_PKG_VERSION");
        let made = &manifest.study.version;
        if made != here && !self.quiet {
            message(&format!("made by qantar {made}, run again by {here}"));
        }
        let temporary = tempfile::tempdir().context("cannot make a temporary folder")?;
        let again = temporary.path().join("again");
        let signals = Signals::set()?;
        match self.sample.filter(|sample| *sample < study.jobs()) {
            Some(_)
                if matches!(
                    study.identity.made_by,
                    Command::Calibrate { .. } | Command::Match { .. }
                ) =>
            {
                let why = "--sample chooses among runs, and those of a search follow from each other";
                Err(Usage(why.to_owned()).into())
            }
            Some(sample) => self.sample(&study, &edited, &again, sample, &signals),
            None => {
                let finish = finish_of(&study)?;
                let running = Running {
                    threads: self.threads,
                    shard: None,
                    fail_fast: false,
                    retry_failed: false,
                    out: None,
                    no_out: false,
                    report: false,
                    force: false,
                    format: Format::Text,
                    quiet: self.quiet,
                };
                if let Done::Part(code) = complete(&mut study, &again, &*finish, &running, &signals)? {
                    return Ok(code);
                }
                let difference = self.difference(&manifest.files, &again)?;
                self.tell(&edited, difference, "bit-identical")
            }
        }
    }

    /// Run some of the runs again and compare their rows.
    fn sample(
        &self,
        study: &Study,
        edited: &[&str],
        again: &Path,
        sample: u64,
        signals: &Signals,
    ) -> anyhow::Result<ExitCode> {
        let Opened::Begun(folder) = Folder::open(study, again, How::default())? else {
            unreachable!("the folder is new");
        };
        let (progress, threads) = (Progress::stopped_by(&signals.stop), threads(self.threads));
        let settings = Settings {
            most: sample,
            ..Settings::threads(threads)
        };
        let ran = execute(study, &folder, settings, &progress);
        if signals.came() {
            message("interrupted; nothing was compared");
            return Ok(signals.exit_code());
        }
        ran?;
        let index = Index::read(&folder.parts(), study)?;
        tables(study, &folder, &index, threads, &progress)?;
        let mut difference = None;
        for name in ["outcomes.csv", "runs.csv", "series.csv"] {
            let (there, here) = (self.dir.join(name), folder.partial().join(name));
            if difference.is_none() && there.exists() && here.exists() {
                let first = first_difference_of_runs(&there, &here)?;
                difference = first.map(|first| format!("{name} differs: {first}"));
            }
        }
        let same = format!("{sample} of {} runs were run again: bit-identical", study.jobs());
        self.tell(edited, difference, &same)
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

    /// The first difference between what was there and what a new run has given.
    fn difference(&self, files: &[Digested], again: &Path) -> anyhow::Result<Option<String>> {
        for file in files {
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
