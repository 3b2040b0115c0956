//! The arguments that commands share.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::value_parser;
use jiff::civil::DateTime;
use qantar::scenario::Scenario;
use qantar::study::{Arm, RECORD, Settings, Shard, Study};

use super::failure::Usage;
use super::output::{Format, color, message, warn};

/// What is run, and with which dice.
#[derive(clap::Args, Clone)]
pub struct Base {
    /// Change the scenario, in all arms and at all points: a dotted key and its value, as in TOML; can be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Seed of the dice [default: the scenario's].
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(..=i64::MAX as u64))]
    pub seed: Option<u64>,
    /// Run replicate after replicate in the next of these plausible worlds, the same in all arms: a table such as `qantar
    /// match` makes, or `none` [default: what the scenario names, if it does].
    #[arg(long, value_name = "FILE")]
    pub worlds: Option<PathBuf>,
}

impl Base {
    /// Run a study in the worlds that are asked for.
    pub fn in_worlds(&self, study: &mut Study, scenario: &Scenario) -> anyhow::Result<()> {
        let asked = self.worlds.as_deref().or(scenario.worlds());
        let Some(path) = asked.filter(|path| *path != Path::new("none")) else {
            return Ok(());
        };
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(study.in_worlds(text)?)
    }

    /// Say where worlds lie that could have been asked and were not: `NAME.worlds.csv` beside the scenario.
    pub fn name_worlds(&self, file: &Path, study: &Study, running: &Running) {
        let beside = file.with_extension("worlds.csv");
        if self.worlds.is_none() && study.worlds.is_none() && beside.is_file() {
            let beside = beside.display();
            running.say(&format!(
                "note: --worlds {beside} asks all worlds that the record does not rule out"
            ));
        }
    }

    /// Let the results carry the record that a scenario names, so that a page can set it beside the runs wherever they lie.
    pub fn with_record(study: &mut Study, scenario: &Scenario) {
        let text = scenario.record().and_then(|path| fs::read_to_string(path).ok());
        study.given.extend(text.map(|text| (RECORD, text)));
    }

    /// A scenario with what is set.
    pub fn read(&self, file: &Path, running: &Running) -> anyhow::Result<Scenario> {
        let mut scenario = Scenario::read(file)?;
        scenario.set(&self.set)?;
        running.warn(&scenario);
        Ok(scenario)
    }

    /// The seed of the dice of a scenario.
    pub fn seed(&self, scenario: &Scenario) -> u64 {
        self.seed.unwrap_or_else(|| scenario.seed())
    }
}

/// Whether what decided is kept.
#[derive(clap::Args, Clone)]
pub struct Explaining {
    /// Also keep what decided in each region and hour, why people went out or stayed at home, in explain.csv; `why`, `report`
    /// and `plot` use it. All else is the same.
    #[arg(long)]
    pub explain: bool,
}

impl Explaining {
    /// Let a study keep it, if asked to.
    pub fn keep(&self, study: &mut Study) -> Result<(), Usage> {
        let family = study.family().name();
        if self.explain && study.arms[0].model.reasons().is_empty() {
            return Err(Usage(format!(
                "--explain: the scenario is of the model `{family}`, and only decisions in countries are explained"
            )));
        }
        study.identity.keeps.why = self.explain;
        Ok(())
    }
}

/// How it is run, and where the results go.
#[derive(clap::Args, Clone)]
pub struct Running {
    /// Threads; the results do not depend on them [default: one per core].
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Run only part i of n, on this machine or another; `qantar merge` puts the parts together.
    #[arg(long, value_name = "I/N", conflicts_with_all = ["force", "no_out"])]
    pub shard: Option<Shard>,
    /// Stop at the first run that fails.
    #[arg(long)]
    pub fail_fast: bool,
    /// Run those again that failed before.
    #[arg(long)]
    pub retry_failed: bool,
    /// Folder of the results [default: results/<name of the scenario, seed and command>].
    #[arg(long, value_name = "DIR", value_parser = folder)]
    pub out: Option<PathBuf>,
    /// Keep no folder of results; only tell what came of it.
    #[arg(long, conflicts_with_all = ["out", "force"])]
    pub no_out: bool,
    /// Also make one page of them, report.html in their folder; the same as `qantar report` afterwards.
    #[arg(long, conflicts_with_all = ["no_out", "shard"])]
    pub report: bool,
    /// Replace results of something else that are there already.
    #[arg(long)]
    pub force: bool,
    /// Form of what is told on stdout.
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
    /// No progress, no hints and no warnings.
    #[arg(long, short)]
    pub quiet: bool,
}

fn folder(text: &str) -> Result<PathBuf, String> {
    match text {
        "-" => Err("results are a folder and cannot go to stdout; --no-out --format json tells them there".to_owned()),
        _ => Ok(PathBuf::from(text)),
    }
}

impl Running {
    /// How jobs are run.
    pub fn settings(&self) -> Settings {
        Settings {
            shard: self.shard.unwrap_or(Shard::WHOLE),
            fail_fast: self.fail_fast,
            retry_failed: self.retry_failed,
            ..Settings::threads(threads(self.threads))
        }
    }

    /// The folder of the results, or one of this name among the results.
    pub fn out(&self, name: &str) -> PathBuf {
        self.out.clone().unwrap_or_else(|| Path::new("results").join(name))
    }

    /// Say something, unless it shall be quiet.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            message(text);
        }
    }

    /// Print what may be wrong with a scenario, if anything, unless it shall be quiet.
    pub fn warn(&self, scenario: &Scenario) {
        if !self.quiet {
            warn(&scenario.warnings());
        }
    }
}

/// As many threads as asked for, or one per core. Far more than there are cores only cost memory and time.
pub fn threads(asked: Option<u16>) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let most = (4 * cores).max(64);
    match asked.map(usize::from) {
        None => cores,
        Some(asked) if asked > most => {
            message(&format!(
                "{asked} threads are more than this machine can use, which has {cores} processors; {most} are started"
            ));
            most
        }
        Some(asked) => asked,
    }
}

/// A local time as it is typed.
pub fn time(text: &str) -> Result<DateTime, String> {
    text.parse()
        .map_err(|_| "a local time looks like 2022-01-05T13:00".to_owned())
}

/// The arms of a comparison beside the base.
#[derive(clap::Args, Clone)]
pub struct Arms {
    /// Another scenario as an arm; its name is that of the file, or the one before `=`. Can be repeated.
    #[arg(long, value_name = "[NAME=]FILE")]
    pub against: Vec<String>,
    /// The base with a change as an arm: its name, `:`, a dotted key and its value. Can be repeated; changes of one
    /// name are one arm.
    #[arg(long, value_name = "NAME:KEY=VALUE", value_parser = named_change)]
    pub arm: Vec<(String, String)>,
}

fn named_change(text: &str) -> Result<(String, String), String> {
    let (name, change) = text
        .split_once(':')
        .filter(|(name, _)| !name.contains('='))
        .ok_or("an arm has a name and a change, such as `early:action.cut.when=2022-01-02T08:00:00`")?;
    Ok((name.to_owned(), change.to_owned()))
}

impl Arms {
    /// The arms in the order in which they are named, other scenarios first, each changed by `set`. Fails with the
    /// problems of all.
    pub fn read(&self, base: &Scenario, set: &[String], running: &Running) -> anyhow::Result<Vec<Arm>> {
        let against = self.against.iter().map(|text| {
            let stem = || {
                let stem = Path::new(text).file_stem().unwrap_or_default();
                stem.to_string_lossy().into_owned()
            };
            let (name, file) = match text.split_once('=') {
                Some((name, file)) => (name.to_owned(), file),
                None => (stem(), text.as_str()),
            };
            let arm = Scenario::read(file.as_ref()).and_then(|mut scenario| {
                scenario.set(set)?;
                Arm::new(&name, &scenario, set.to_vec())
            });
            (name, arm)
        });
        let mut names: Vec<&String> = Vec::new();
        for (name, _) in &self.arm {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let changed = names.into_iter().map(|name| {
            let own = self.arm.iter().filter(|(other, _)| other == name);
            let own: Vec<String> = own.map(|(_, change)| change.clone()).collect();
            let mut scenario = base.clone();
            let all = [set, &own].concat();
            let arm = scenario.set(&own).and_then(|()| Arm::new(name, &scenario, all));
            if arm.is_ok() {
                running.warn(&scenario);
            }
            (name.clone(), arm)
        });
        let (mut arms, mut wrong) = (Vec::new(), Vec::new());
        for (name, arm) in against.chain(changed) {
            match arm {
                Ok(arm) => arms.push(arm),
                Err(problems) => {
                    let problems = problems.render(color(&std::io::stderr()));
                    wrong.push(format!("in arm `{name}`:\n{problems}"));
                }
            }
        }
        match wrong.is_empty() {
            true => Ok(arms),
            false => Err(Usage(wrong.join("\n")).into()),
        }
    }
}
