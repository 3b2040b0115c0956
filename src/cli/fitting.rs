//! What `qantar calibrate` and `qantar match` are given: a scenario, a search file, and a record.

use std::path::PathBuf;

use qantar::analysis::outcome::Known as Vocabulary;
use qantar::analysis::score::{Observation, Record, Use};
use qantar::scenario::search::Search;
use qantar::scenario::{Scenario, outcomes, record};
use qantar::study::{Fitting, Study};

use super::arguments::Running;
use super::failure::Usage;

/// A scenario, a search file, and a record.
#[derive(clap::Args)]
pub struct Given {
    /// The scenario.
    pub file: PathBuf,
    /// The search file: parameters, ranges and how they are searched.
    #[arg(long, value_name = "FILE")]
    parameters: PathBuf,
    /// The record [default: the scenario's].
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Change the scenario: a dotted key and its value, as in TOML; wins over `set` of the search file; can be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl Given {
    /// Read them, with the observations of the scenario as it is; at least one of them is there to be fitted.
    pub fn read(&self, running: &Running) -> anyhow::Result<(Fitting, Vec<Observation>)> {
        let mut scenario = Scenario::read(&self.file)?;
        scenario.set(&self.set)?;
        running.warn(&scenario);
        let search = Search::read(&self.parameters, &scenario)?;
        let path = self.record.as_deref().or(scenario.record()).ok_or_else(|| {
            let stem = self.file.with_extension("record.toml");
            Usage(format!(
                "{} has no record to be fitted to; --record names one, and {} is found by itself",
                self.file.display(),
                stem.display()
            ))
        })?;
        let observations = unchanged(record::read(path, &known(&scenario)?)?);
        if !observations.iter().any(|of| of.purpose == Use::Fit) {
            let path = path.display();
            return Err(Usage(format!("{path} has no observations with use = \"fit\"")).into());
        }
        let text = record::self_contained(path)?;
        Ok((Fitting::new(scenario, search, &self.set, text)?, observations))
    }

    /// The name of the results that are of this sort.
    pub fn name(&self, sort: &str) -> String {
        let stem = self.file.file_stem().unwrap_or_default();
        format!("{}-{sort}", stem.to_string_lossy())
    }
}

/// Those of a study that was loaded.
pub fn of(study: &Study) -> anyhow::Result<(Fitting, Vec<Observation>)> {
    let fitting = Fitting::of(study)?;
    let record = record::from_text("record.toml", &fitting.record, &known(&fitting.scenario)?)?;
    Ok((fitting, unchanged(record)))
}

/// What outcomes of a scenario can name.
fn known(scenario: &Scenario) -> anyhow::Result<Vocabulary> {
    Ok(outcomes::known(
        scenario.family(),
        &*scenario.simulation()?,
        &scenario.calendar(),
    ))
}

/// The observations of a record but for those of a variant: one scenario is run.
fn unchanged(record: Record) -> Vec<Observation> {
    let mut observations = record.observations;
    observations.retain(|of| of.variant.is_none());
    observations
}

/// Those that are there to be fitted, and the others.
pub fn fitted(observations: Vec<Observation>) -> (Vec<Observation>, Vec<Observation>) {
    observations.into_iter().partition(|of| of.purpose == Use::Fit)
}
