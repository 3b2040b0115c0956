//! `qantar run`: run a scenario, once or many times, and tell what happened.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;

use clap::value_parser;
use qantar::analysis::named::values;
use qantar::report::{self, json::Document, summary};
use qantar::scenario::Scenario;
use qantar::study::{self, Folder, Plan, Progress, manifest::Manifest};
use qantar::table::Table;

use super::output::{self, Format, HELP, message};
use super::results::{Results, told};
use super::{progress, signals::Signals};

/// Run a scenario, once or many times, and tell what happened.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = EXAMPLES)]
pub struct Args {
    /// The scenario.
    file: PathBuf,
    /// Change the scenario: a dotted key and its value, as in TOML; can be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Seed of the dice [default: the scenario's].
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(..=i64::MAX as u64))]
    seed: Option<u64>,
    /// How many replicates: runs of the same seed with independent dice.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u32).range(1..=1_000_000))]
    replicates: u32,
    /// Number of the first replicate.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = value_parser!(u32).range(..=2_000_000_000))]
    first_replicate: u32,
    /// Threads; the results do not depend on them [default: one per core].
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Folder of the results [default: results/<scenario>-<seed>].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace results that are there already.
    #[arg(long)]
    force: bool,
    /// Form of the summary on stdout.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// No progress and no hints.
    #[arg(long, short)]
    quiet: bool,
}

const EXAMPLES: &str = "Examples:
  qantar run scenarios/tutorial.toml
  qantar run scenarios/tutorial.toml --seed 7 --replicates 100
  qantar run scenarios/tutorial.toml --replicates 1 --first-replicate 42   one of them alone
  qantar run scenarios/tutorial.toml --format json --quiet | jq .totals";

impl Args {
    /// Run it.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let plan = self.plan()?;
        let folder = Folder::open(&plan, &self.out(&plan), self.force)?;
        self.say_what_is_done(&plan, &folder);
        let progress = Progress::default();
        let signals = Signals::set(&progress.stop)?;
        // The numbers of what is run here need not be read back from text.
        let (named, all) = (told(&plan), Mutex::new(vec![None; plan.jobs().count()]));
        let seen = |job: usize, series: &Table, events: &Table| {
            let numbers = values(&named, series, events);
            all.lock().expect("no thread has panicked")[job] = Some(numbers);
        };
        let work = || study::execute_seen(&plan, &folder, threads(self.threads), &progress, &seen);
        match progress::shown(&plan, &progress, self.quiet, work) {
            Err(stopped @ study::Error::Interrupted { .. }) => {
                message(&stopped.to_string());
                return Ok(signals.exit_code());
            }
            result => {
                let numbers = all.into_inner().expect("no thread has panicked");
                self.tell(&plan, &result?, folder.out(), numbers.into_iter().collect())?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    fn plan(&self) -> anyhow::Result<Plan> {
        let mut scenario = Scenario::read(&self.file)?;
        scenario.set(&self.set)?;
        let seed = self.seed.unwrap_or_else(|| scenario.seed());
        let replicates = self.first_replicate..self.first_replicate + self.replicates;
        Ok(Plan::new(&scenario, self.set.clone(), seed, replicates)?)
    }

    fn out(&self, plan: &Plan) -> PathBuf {
        let identity = &plan.identity;
        let default = || Path::new("results").join(format!("{}-{}", identity.scenario, identity.seed));
        self.out.clone().unwrap_or_else(default)
    }

    fn say_what_is_done(&self, plan: &Plan, folder: &Folder) {
        let (done, replicates) = (folder.done(plan), plan.identity.replicates);
        if done > 0 && !self.quiet {
            let kept = folder.partial().display();
            message(&format!(
                "resuming: {done} of {replicates} replicates are done in {kept}"
            ));
        }
    }

    fn tell(
        &self,
        plan: &Plan,
        manifest: &Manifest,
        folder: &Path,
        numbers: Option<Vec<Vec<f64>>>,
    ) -> anyhow::Result<()> {
        let results = Results::read(folder, plan, numbers)?;
        let shown = folder.display().to_string();
        let run = report::Run {
            title: &manifest.plan.title,
            scenario: &manifest.plan.scenario,
            seed: manifest.plan.seed,
            first_replicate: manifest.plan.first_replicate,
            active: &plan.family.metrics()[0],
            totals: &results.totals,
            outcomes: &results.outcomes,
            series: &results.series,
            events: &results.events,
            folder: &shown,
        };
        match self.format {
            Format::Text => {
                let color = output::color(&io::stdout());
                let course = plan.family.course(run.series, run.events, color);
                output::data(&summary::text(&run, &course))?;
            }
            Format::Json => output::json(&Document::of(&run))?,
        }
        if !self.quiet {
            message(&self.next(manifest, &shown));
        }
        Ok(())
    }

    /// What to try after this run: the same with other dice, or the same again.
    fn next(&self, manifest: &Manifest, folder: &str) -> String {
        if manifest.plan.replicates > 1 {
            return format!("next: qantar reproduce {folder}");
        }
        let seed = self.seed.map(|seed| format!(" --seed {seed}"));
        let changes = self.set.iter().map(|change| format!(" --set '{change}'"));
        let same: String = changes.chain(seed).collect();
        format!(
            "next: qantar run {}{same} --replicates 20 --out {folder}-x20",
            self.file.display()
        )
    }
}

/// As many threads as asked for, or one per core.
pub fn threads(asked: Option<u16>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    asked.map_or_else(cores, usize::from)
}
