//! `qantar score`: run scenarios many times and hold them against the record of what happened.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::value_parser;
use qantar::analysis::outcome::Outcome;
use qantar::analysis::score::{Record, Score};
use qantar::report::score::{Document, Ensemble, Scored, text};
use qantar::scenario::{Scenario, record};
use qantar::study::{self, Arm, Ask, Folder, Plan, Progress, Rows};

use super::failure::{DIFFERS, Usage};
use super::output::{self, Format, HELP, message};
use super::run::threads;
use super::{progress, signals::Signals};

/// Run scenarios many times and hold them against the record of what happened.
///
/// The record is a file of dated, sourced observations, each with the number of a run that should agree with it. A
/// scenario passes if it shows every pattern of the record; of several scenarios, score also says which observations
/// tell them apart, and which do not.
#[derive(clap::Args)]
#[command(help_template = HELP, before_help = EXAMPLES, after_help = "Exits with 3 if a scenario does not show every pattern.")]
pub struct Args {
    /// The scenarios.
    #[arg(required = true)]
    scenarios: Vec<PathBuf>,
    /// The record [default: the one that the first scenario names, or NAME.record.toml beside NAME.toml].
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Change every scenario: a dotted key and its value, as in TOML; can be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Seed of the dice [default: the scenario's].
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(..=i64::MAX as u64))]
    seed: Option<u64>,
    /// How many replicates of each scenario, and of each variant in the record.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = value_parser!(u32).range(1..=1_000_000))]
    replicates: u32,
    /// Threads; the results do not depend on them [default: one per core].
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Keep the outcomes of each replicate here, so that the same command resumes; of several scenarios, each in a
    /// folder of its name [default: nothing is kept].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace results of another plan that are there already.
    #[arg(long, requires = "out")]
    force: bool,
    /// Form of the score on stdout.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// No progress.
    #[arg(long, short)]
    quiet: bool,
}

const EXAMPLES: &str = "Examples:
  qantar score scenarios/kazakhstan-2022.toml --replicates 20
  qantar score scenarios/kazakhstan-2022.toml --out results/score    Ctrl-C, and the same command goes on
  qantar score baseline.toml hijacked.toml                           what can the record tell apart?
  qantar score my.toml --record theirs.record.toml --format json --quiet | jq .passes";

/// What came of the runs.
enum Ran {
    /// One for each scenario.
    All(Vec<Rows>),
    /// It was stopped, in these words.
    Stopped(String),
}

impl Args {
    /// Run, judge and tell.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        let scenarios = self.read()?;
        let mut plans = Vec::new();
        for scenario in &scenarios {
            let seed = self.seed.unwrap_or_else(|| scenario.seed());
            plans.push(Plan::new(scenario, self.set.clone(), seed, 0..self.replicates)?);
        }
        let record = record::read(&self.record_of(&scenarios)?, &plans[0].known())?;
        for (scenario, plan) in scenarios.iter().zip(&mut plans) {
            add_variants(&record, scenario, plan)?;
        }
        let outcomes: Vec<Outcome> = record.observations.iter().map(|one| one.outcome.clone()).collect();
        let progress = Progress::default();
        let signals = Signals::set(&progress.stop)?;
        let rows = match &self.out {
            None => self.run(&plans, &outcomes, &progress),
            Some(_) => self.run_kept(&mut plans, &outcomes, &progress)?,
        };
        let rows = match rows {
            Ran::All(rows) => rows,
            Ran::Stopped(told) => {
                message(&told);
                return Ok(signals.exit_code());
            }
        };
        let ensembles: Vec<Ensemble> = plans
            .iter()
            .zip(rows)
            .map(|(plan, rows)| ensemble(&record, plan, &rows))
            .collect();
        let scored = Scored {
            record: &record,
            replicates: self.replicates,
            ensembles: &ensembles,
        };
        match self.format {
            Format::Text => output::data(&text(&scored))?,
            Format::Json => output::json(&Document::of(&scored))?,
        }
        let passes = ensembles.iter().all(|ensemble| ensemble.score.passes(&record));
        Ok(if passes { ExitCode::SUCCESS } else { DIFFERS.into() })
    }

    fn read(&self) -> anyhow::Result<Vec<Scenario>> {
        let mut scenarios = Vec::new();
        for file in &self.scenarios {
            let mut scenario = Scenario::read(file)?;
            scenario.set(&self.set)?;
            if scenarios.iter().any(|other: &Scenario| other.name() == scenario.name()) {
                let name = scenario.name();
                return Err(Usage(format!("two scenarios are called `{name}`; rename the file of one")).into());
            }
            scenarios.push(scenario);
        }
        Ok(scenarios)
    }

    /// The one record that all are held against.
    fn record_of(&self, scenarios: &[Scenario]) -> anyhow::Result<PathBuf> {
        if let Some(record) = &self.record {
            return Ok(record.clone());
        }
        let first = scenarios[0].record().ok_or_else(|| {
            let file = self.scenarios[0].display();
            Usage(format!(
                "{file} has no record; name one with --record FILE, or in the scenario with `record = \"FILE\"`"
            ))
        })?;
        let real = |path: &std::path::Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        for (scenario, file) in scenarios.iter().zip(&self.scenarios) {
            if let Some(other) = scenario.record().filter(|other| real(other) != real(first)) {
                let why = format!(
                    "{} has another record, {}, than {}; say by --record which one all are held against",
                    file.display(),
                    other.display(),
                    self.scenarios[0].display()
                );
                return Err(Usage(why).into());
            }
        }
        Ok(first.to_owned())
    }

    /// Run all at once and keep nothing.
    fn run(&self, plans: &[Plan], outcomes: &[Outcome], progress: &Progress) -> Ran {
        let asks: Vec<Ask<'_>> = plans.iter().map(|plan| Ask { plan, outcomes }).collect();
        let work = || study::ensembles(&asks, threads(self.threads), progress);
        let of: usize = plans.iter().map(|plan| plan.jobs().count()).sum();
        match progress::counted(of as u32, progress, self.quiet, work) {
            Ok(rows) => Ran::All(rows),
            Err(stopped) => {
                let study::Stopped { done, of } = stopped;
                Ran::Stopped(format!(
                    "interrupted; {done} of {of} runs were complete; with --out they are kept, and the same command goes on"
                ))
            }
        }
    }

    /// Run one after the other, each in its folder.
    fn run_kept(&self, plans: &mut [Plan], outcomes: &[Outcome], progress: &Progress) -> anyhow::Result<Ran> {
        let out = self.out.as_deref().expect("asked for");
        let several = plans.len() > 1;
        let mut all = Vec::new();
        for plan in plans {
            study::keep_outcomes(plan, outcomes);
            let out = if several {
                out.join(&plan.identity.scenario)
            } else {
                out.to_owned()
            };
            if let Some(rows) = study::kept(plan, &out)? {
                all.push(rows);
                continue;
            }
            let folder = Folder::open(plan, &out, self.force)?;
            let work = || study::ensemble_in(plan, outcomes, &folder, threads(self.threads), progress);
            match progress::shown(plan, progress, self.quiet, work) {
                Err(stopped @ study::Error::Interrupted { .. }) => return Ok(Ran::Stopped(stopped.to_string())),
                rows => all.push(rows?),
            }
        }
        Ok(Ran::All(all))
    }
}

/// Each variant of the record is an arm.
fn add_variants(record: &Record, scenario: &Scenario, plan: &mut Plan) -> anyhow::Result<()> {
    for variant in &record.variants {
        let mut changed = scenario.clone();
        changed.set(&variant.set)?;
        plan.add(Arm::new(&variant.id, &changed, variant.set.clone())?)?;
    }
    Ok(())
}

/// Each observation is about one arm: the scenario as it is, or a variant.
fn ensemble(record: &Record, plan: &Plan, rows: &Rows) -> Ensemble {
    let of_arm = |arm: usize| plan.jobs().zip(rows).filter(move |(job, _)| job.arm == arm);
    let values = record.observations.iter().enumerate().map(|(number, observation)| {
        let arm = observation.variant.map_or(0, |variant| variant + 1);
        of_arm(arm).map(|(_, row)| row[number]).collect()
    });
    Ensemble {
        scenario: plan.identity.scenario.clone(),
        title: plan.identity.title.clone(),
        seed: plan.identity.seed,
        persons_per_agent: plan.arms[0].model.size().persons_per_agent,
        score: Score::of(record, &values.collect::<Vec<Vec<f64>>>()),
    }
}
