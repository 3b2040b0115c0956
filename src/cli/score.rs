//! `qantar score`: run scenarios many times and hold them against the record of what happened.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::value_parser;
use qantar::analysis::score::{Record, Score};
use qantar::report::score::{Document, Ensemble, Scored, text};
use qantar::scenario::{Scenario, record};
use qantar::study::rows::read_outcomes;
use qantar::study::{Arm, Command, Outcome, RECORD, Study};
use qantar::table::Column;
use serde_json::Value;

use super::arguments::{Base, Running};
use super::failure::{DIFFERS, Usage};
use super::output::{self, Format, HELP};
use super::perform::{Done, Finish, Shown, complete, runs};
use super::signals::Signals;

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
    #[command(flatten)]
    base: Base,
    /// How many replicates of each scenario, and of each variant in the record.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = value_parser!(u32).range(1..=1_000_000))]
    replicates: u32,
    #[command(flatten)]
    running: Running,
}

const EXAMPLES: &str = "Examples:
  qantar score scenarios/kazakhstan-2022.toml --replicates 20
  qantar score scenarios/kazakhstan-2022.toml --out results/score    Ctrl-C, and the same command goes on
  qantar score BASE.toml OTHER.toml                                  what can the record tell apart?
  qantar score BASE.toml --record THEIRS.record.toml --format json --quiet | jq .passes";

impl Args {
    /// Run, judge and tell.
    pub fn execute(mut self) -> anyhow::Result<ExitCode> {
        let scenarios = self.read()?;
        let mut studies = Vec::new();
        for scenario in &scenarios {
            let (set, seed) = (self.base.set.clone(), self.base.seed(scenario));
            studies.push(Study::new(Command::Score, scenario, set, seed, 0..self.replicates)?);
        }
        let path = self.record_of(&scenarios)?;
        let record = record::read(&path, &studies[0].known())?;
        let written = record::self_contained(&path)?;
        for (scenario, study) in scenarios.iter().zip(&mut studies) {
            add_variants(&record, scenario, study)?;
            study.given = vec![(RECORD, written.clone())];
            study.keep(columns(&record))?;
            self.base.in_worlds(study, scenario)?;
        }
        // Nothing is kept unless a folder is named.
        self.running.no_out |= self.running.out.is_none();
        let signals = Signals::set()?;
        let (mut ensembles, mut all, several) = (Vec::new(), Vec::new(), studies.len() > 1);
        for study in &mut studies {
            let mut out = self.running.out(&study.identity.scenario);
            if several {
                out = out.join(&study.identity.scenario);
            }
            match complete(study, &out, &Verdict, &self.running, &signals)? {
                Done::Part(code) => return Ok(code),
                Done::Whole(folder, _kept) => {
                    ensembles.push(ensemble(&record, study, &folder)?);
                    all.push((study.identity.scenario.clone(), runs(&read_outcomes(study, &folder)?)));
                }
            }
        }
        tell(&record, self.replicates, &ensembles, all, self.running.format)
    }

    fn read(&self) -> anyhow::Result<Vec<Scenario>> {
        let mut scenarios = Vec::new();
        for file in &self.scenarios {
            let scenario = self.base.read(file, &self.running)?;
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
}

/// A column for each number that an observation is about.
fn columns(record: &Record) -> Vec<Outcome> {
    let mut columns: Vec<Outcome> = Vec::new();
    for observation in &record.observations {
        let text = observation.outcome.to_string();
        columns.push(Outcome {
            name: text.clone(),
            text,
        });
    }
    columns
}

/// What a score makes of its tables.
pub struct Verdict;

impl Finish for Verdict {
    fn tell(&self, study: &Study, folder: &Path, shown: &Shown) -> anyhow::Result<ExitCode> {
        let path = folder.join("record.toml");
        let record = record::read(&path, &study.known())?;
        let ensembles = [ensemble(&record, study, folder)?];
        let all = vec![(study.identity.scenario.clone(), runs(&read_outcomes(study, folder)?))];
        tell(&record, study.identity.replicates, &ensembles, all, shown.format)
    }
}

/// The runs of each scenario go into the document.
fn tell(
    record: &Record,
    replicates: u32,
    ensembles: &[Ensemble],
    runs: Vec<(String, Value)>,
    format: Format,
) -> anyhow::Result<ExitCode> {
    let scored = Scored {
        record,
        replicates,
        ensembles,
    };
    match format {
        Format::Text => output::data(&text(&scored))?,
        Format::Json => {
            let mut document = serde_json::to_value(Document::of(&scored))?;
            document["runs"] = runs.into_iter().collect::<serde_json::Map<_, _>>().into();
            output::json(&document)?;
        }
    }
    let passes = ensembles.iter().all(|ensemble| ensemble.score.passes(record));
    Ok(if passes { ExitCode::SUCCESS } else { DIFFERS.into() })
}

/// Each variant of the record is an arm.
fn add_variants(record: &Record, scenario: &Scenario, study: &mut Study) -> anyhow::Result<()> {
    for variant in &record.variants {
        let mut changed = scenario.clone();
        changed.set(&variant.set)?;
        study.add(Arm::new(&variant.id, &changed, variant.set.clone())?)?;
    }
    Ok(())
}

/// Each observation is about one arm: the scenario as it is, or a variant.
fn ensemble(record: &Record, study: &Study, folder: &Path) -> anyhow::Result<Ensemble> {
    let table = read_outcomes(study, folder)?;
    let arms = table.column("arm").map_or(&[][..], |column| match column {
        Column::Text(arms) => arms,
        _ => &[],
    });
    let values = record.observations.iter().map(|observation| -> Vec<f64> {
        let arm = &study.arms[observation.variant.map_or(0, |variant| variant + 1)]
            .identity
            .name;
        let column = table.column(&observation.outcome.to_string());
        let rows = (0..table.rows()).filter(|&row| arms[row] == *arm);
        rows.map(|row| column.map_or(f64::NAN, |column| column.number(row)))
            .collect()
    });
    Ok(Ensemble {
        scenario: study.identity.scenario.clone(),
        title: study.identity.title.clone(),
        seed: study.identity.seed,
        persons_per_agent: study.arms[0].model.size().persons_per_agent,
        score: Score::of(record, &values.collect::<Vec<_>>()),
    })
}
