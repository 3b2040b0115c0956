//! `qantar fork`: the history of a folder of results, until a moment, and from there on other policies.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::ensure;
use clap::value_parser;
use jiff::civil::DateTime;
use qantar::report::format::hour;
use qantar::study::{self, Arm, Command, Study};

use super::arguments::{Arms, Running, time};
use super::compare::Contrasts;
use super::failure::Usage;
use super::outcomes;
use super::output::HELP;
use super::perform::{Finish, Shown, perform};

/// Take the history of some results until a moment, and go on otherwise from there.
///
/// The runs of the folder are run again with the same dice, as they were and changed. A change that would alter anything
/// before the moment is refused, and that nothing was altered is looked up afterwards in every run.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = EXAMPLES)]
#[command(group = clap::ArgGroup::new("forked").args(["against", "arm", "set"]).required(true).multiple(true))]
pub struct Args {
    /// Folder of results.
    results: PathBuf,
    /// Local time from which on something is otherwise, such as 2022-01-04T20:00.
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: DateTime,
    /// What is otherwise: a dotted key and its value, as in TOML; all of them are one arm, `fork`. Can be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    #[command(flatten)]
    arms: Arms,
    /// How many replicates of each arm, at least 2, from the first of the folder [default: as many as there, at least 20].
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(2..=1_000_000))]
    replicates: Option<u32>,
    #[command(flatten)]
    running: Running,
}

const EXAMPLES: &str = "Examples:
  qantar run scenarios/tutorial.toml
  qantar fork results/tutorial-1 --at 2030-03-06T09:00 --set action.rollback.credibility=1
  qantar fork results/tutorial-1 --at 2030-03-05T12:00 --arm late:action.rollback.when=2030-03-06T20:00:00 \\
      --arm never:action.rollback.never=true --out results/late-or-never";

impl Args {
    /// Run it.
    pub fn execute(mut self) -> anyhow::Result<ExitCode> {
        let folder = Study::load(&self.results)?;
        let (identity, base) = (&folder.identity, folder.arms[0].scenario());
        let first = identity.first_replicate;
        let replicates = self.replicates.unwrap_or(identity.replicates.max(20));
        let plot = base.family().metrics()[0].name.to_owned();
        let command = Command::Compare { plot };
        let mut study = Study::new(
            command,
            base,
            identity.overrides.clone(),
            identity.seed,
            first..first + replicates,
        )?;
        let tick = self.tick(&study)?;
        self.arms
            .arm
            .extend(self.set.drain(..).map(|change| ("fork".to_owned(), change)));
        for arm in self.arms.read(base, &[], &self.running)? {
            study.add(arm)?;
        }
        let early: Vec<String> = study.arms[1..]
            .iter()
            .filter_map(|arm| self.early(&study, arm, tick))
            .collect();
        if !early.is_empty() {
            return Err(Usage(early.join("\n")).into());
        }
        outcomes::keep(&mut study, base, &[], &[])?;
        if let Some((_, text)) = folder.given.iter().find(|(name, _)| *name == "worlds.csv") {
            study.in_worlds(text.clone())?;
        }
        let name = format!("{}-{}-fork", study.identity.scenario, study.identity.seed);
        let forked = Forked {
            contrasts: Contrasts::default(),
            tick,
        };
        perform(study, &name, &forked, &self.running)
    }

    /// The tick of the moment.
    fn tick(&self, study: &Study) -> anyhow::Result<u32> {
        let calendar = &study.calendar;
        let ticks = study.arms[0].model.ticks();
        let tick = calendar.is_dated().then(|| calendar.tick_of(self.at)).flatten();
        tick.filter(|&tick| tick < ticks).ok_or_else(|| {
            let (start, end) = (hour(&calendar.iso(0)), hour(&calendar.iso(ticks)));
            Usage(format!("--at {}: the runs last from {start} to {end}", self.at)).into()
        })
    }

    /// What is wrong with an arm that would change what comes before the moment.
    fn early(&self, study: &Study, arm: &Arm, tick: u32) -> Option<String> {
        let parts = study.arms[0].model.earliest_difference(arm.model.as_ref())?;
        (parts < tick).then(|| {
            let (name, from) = (&arm.identity.name, hour(&study.calendar.iso(parts)));
            let at = hour(&study.calendar.iso(tick));
            format!("arm `{name}` can change what happens from {from} on, and history is to stay until {at}; change what comes later, or let --at be earlier")
        })
    }
}

/// What a fork makes of its tables: a comparison whose histories are the same until a tick.
struct Forked {
    contrasts: Contrasts,
    tick: u32,
}

impl Finish for Forked {
    fn files(&self, study: &Study, folder: &Path) -> anyhow::Result<Vec<study::Named>> {
        let files = self.contrasts.files(study, folder)?;
        let parted = self.contrasts.parted();
        ensure!(
            parted.is_none_or(|tick| tick >= self.tick),
            "a run differs before the moment of the fork, which is a fault of qantar; please report it with this command"
        );
        Ok(files)
    }

    fn tell(&self, study: &Study, folder: &Path, shown: &Shown) -> anyhow::Result<ExitCode> {
        self.contrasts.tell(study, folder, shown)
    }
}
