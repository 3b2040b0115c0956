//! What a calibration and a match start from: a scenario, the ranges in which it is searched, and a record.

use super::error::Error;
use super::identity::{self, Command};
use super::plan::Study;
use crate::analysis::outcome::Outcome;
use crate::analysis::posterior::Axis;
use crate::design::{Design, Method, Parameter, Span};
use crate::scenario::Scenario;
use crate::scenario::problem::Problems;
use crate::scenario::search::Search;

/// What is searched, where, and the text of what it is held against.
#[derive(Clone, Debug)]
pub struct Fitting {
    /// The scenario, with what is set.
    pub scenario: Scenario,
    /// The search file.
    pub search: Search,
    /// The record.
    pub record: String,
}

/// The values of parameters as they are written in TOML.
pub(super) fn written(values: &[f64]) -> Vec<String> {
    values.iter().map(|value| format!("{value:?}")).collect()
}

impl Fitting {
    /// Search a scenario within the ranges of a search file. What the file sets is set here, and the overrides once more, so
    /// that they win.
    ///
    /// # Errors
    /// The problems of the scenario with what is set, as it is and with every parameter at either end of its range.
    pub fn new(
        mut scenario: Scenario,
        search: Search,
        overrides: &[String],
        record: String,
    ) -> Result<Fitting, Problems> {
        scenario.set(&[&search.set, overrides].concat())?;
        scenario.simulation()?;
        for share in [0.0, 1.0] {
            let mut at_end = scenario.clone();
            let parameters = search.parameters.iter();
            let ends = parameters.map(|of| format!("{}={:?}", of.key, of.at(share)));
            at_end.set(&ends.collect::<Vec<_>>())?;
            at_end.simulation()?;
        }
        Ok(Fitting {
            scenario,
            search,
            record,
        })
    }

    /// That of a study that was loaded.
    ///
    /// # Errors
    /// Problems of the texts that were given to it.
    pub fn of(study: &Study) -> Result<Fitting, Problems> {
        let given = |name: &str| {
            let found = study.given.iter().find(|(other, _)| *other == name);
            found.map_or(String::new(), |(_, text)| text.clone())
        };
        let scenario = study.arms[0].scenario();
        let mut search = Search::from_text("search.toml", &given("search.toml"), scenario)?;
        // What the search sets is in the scenario already, and what won over it too.
        search.set.clear();
        Fitting::new(scenario.clone(), search, &[], given("record.toml"))
    }

    /// It as a study of so many points at most, whose stages keep these outcomes, each with its name.
    pub(super) fn study<'a>(
        &self,
        command: Command,
        replicates: u32,
        points: usize,
        outcomes: impl Iterator<Item = (&'a str, &'a Outcome)>,
    ) -> Result<Study, Error> {
        let search = &self.search;
        let mut study = Study::new(command, &self.scenario, Vec::new(), self.scenario.seed(), 0..replicates)?;
        let parameters = search.parameters.iter().map(|of| Parameter {
            key: of.key.clone(),
            span: Span::Listed {},
        });
        let design = Design {
            method: Method::Stages,
            n: points as u32,
            parameters: parameters.collect(),
            levels: None,
            seed: Some(search.seed),
            listed: false,
            carry: Vec::new(),
        };
        study.vary(design, None);
        let columns = outcomes.map(|(name, outcome)| identity::Outcome {
            name: name.to_owned(),
            text: outcome.to_string(),
        });
        study.keep(columns.collect())?;
        study.given = vec![
            ("search.toml", search.text.clone()),
            ("record.toml", self.record.clone()),
        ];
        Ok(study)
    }

    /// The parameters as axes of what is left of their ranges.
    pub fn axes(&self) -> Vec<Axis> {
        let axis = |of: &crate::scenario::search::Parameter| Axis {
            key: of.key.clone(),
            unit: of.unit.to_owned(),
            low: of.low,
            high: of.high,
            log: of.log,
            present: of.present,
        };
        self.search.parameters.iter().map(axis).collect()
    }
}
