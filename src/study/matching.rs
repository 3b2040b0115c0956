//! Match a scenario to its record in waves: what is run next is the business of [`crate::fit::matching`]; here waves are the
//! stages of a study, and values are put on the scales of the observations.

use super::assemble::Named;
use super::error::Error;
use super::fitting::{Fitting, written};
use super::identity::Command;
use super::plan::Study;
use super::stages::{Known, Round, Stages};
use crate::analysis::implausible::Target;
use crate::analysis::outcome::Outcome;
use crate::analysis::posterior::{self, Marginal, Tie};
use crate::fit::matching::{self, Aim, Matching};
use crate::scenario::search::Search;
use crate::table::csv::text;
use crate::table::{Column, Table};

/// The name of the file of worlds in a folder of results.
pub const WORLDS: &str = "worlds.csv";

/// An observation that may rule something out.
#[derive(Clone, Debug)]
pub struct Observed {
    /// Its id, a column of the files.
    pub id: String,
    /// The number that a replicate gives.
    pub outcome: Outcome,
    /// What is known of it and how well.
    pub target: Target,
}

/// What to match to what.
#[derive(Debug)]
pub struct Match {
    fitting: Fitting,
    observations: Vec<Observed>,
}

impl Match {
    /// Match to these observations, of which there is at least one.
    pub fn new(fitting: Fitting, observations: Vec<Observed>) -> Match {
        Match { fitting, observations }
    }

    /// It as a study.
    ///
    /// # Errors
    /// The problems of the scenario.
    pub fn study(&self) -> Result<Study, Error> {
        let search = self.search();
        let replicates = search.replicates.max(search.world_replicates);
        let points = self.method().most();
        let outcomes = self.observations.iter().map(|of| (of.id.as_str(), &of.outcome));
        self.fitting
            .study(Command::Match { self_test: None }, replicates, points, outcomes)
    }

    /// Title of the scenario.
    pub fn title(&self) -> &str {
        self.fitting.scenario.title()
    }

    /// The search file.
    pub fn search(&self) -> &Search {
        &self.fitting.search
    }

    /// The observations.
    pub fn observations(&self) -> &[Observed] {
        &self.observations
    }

    /// What its fitting is of.
    pub(super) fn fitting(&self) -> &Fitting {
        &self.fitting
    }

    /// What was observed.
    fn aims(&self) -> Vec<Aim> {
        let aim = |of: &Observed| {
            let (low, high) = of.target.ends();
            Aim {
                low,
                high,
                known: of.target.known(),
            }
        };
        self.observations.iter().map(aim).collect()
    }

    /// How it is matched.
    pub(super) fn method(&self) -> matching::Method {
        let search = self.search();
        matching::Method {
            seed: search.seed,
            parameters: search.parameters.len(),
            points: search.wave_points,
            replicates: search.replicates as usize,
            waves: search.waves,
            worlds: search.worlds,
            world_replicates: search.world_replicates as usize,
        }
    }

    /// The values of the parameters at a point of the unit cube.
    pub(super) fn values(&self, point: &[f64]) -> Vec<f64> {
        let at = self.search().parameters.iter().zip(point);
        at.map(|(of, &share)| of.at(share)).collect()
    }

    /// The same as they are written in TOML.
    pub(super) fn written(&self, point: &[f64]) -> Vec<String> {
        written(&self.values(point))
    }

    /// The observations of a run on their scales.
    pub(super) fn scaled(&self, row: &[f64]) -> Vec<f64> {
        let pairs = self.observations.iter().zip(row);
        pairs
            .map(|(of, &value)| {
                if value.is_finite() {
                    of.target.scaled(value)
                } else {
                    f64::NAN
                }
            })
            .collect()
    }
}

/// The waves of a match as they become known.
pub struct Waves<'m> {
    of: &'m Match,
    matching: Matching,
    points: u32,
    asked: Option<(u32, u32, u32)>,
}

impl<'m> Waves<'m> {
    /// None of them yet.
    pub fn new(of: &'m Match) -> Waves<'m> {
        Waves::at(of, of.aims(), 0)
    }

    /// Waves that close in on these aims, whose points have numbers from `first` on.
    pub(super) fn at(of: &'m Match, aims: Vec<Aim>, first: u32) -> Waves<'m> {
        Waves {
            of,
            matching: Matching::new(of.method(), aims),
            points: first,
            asked: None,
        }
    }

    /// The number of the next point, and what is found, once no more is asked for.
    pub(super) fn found(self) -> (u32, Matching) {
        (self.points, self.matching)
    }
}

impl Stages for Waves<'_> {
    fn next(&mut self, known: &Known) -> Option<Round> {
        if let Some((first, count, replicates)) = self.asked.take() {
            let missing = vec![f64::NAN; self.of.observations.len()];
            let row = |point, replicate| self.of.scaled(known.of(point, replicate).unwrap_or(&missing));
            let rows = |point| (0..replicates).map(|replicate| row(point, replicate)).collect();
            self.matching
                .tell(&(first..first + count).map(rows).collect::<Vec<_>>());
        }
        let round = self.matching.ask()?;
        let (first, count, replicates) = (self.points, round.points.len() as u32, round.replicates as u32);
        self.asked = Some((first, count, replicates));
        self.points += count;
        Some(Round {
            points: round.points.iter().map(|point| self.of.written(point)).collect(),
            jobs: (first..first + count).map(|point| (point, 0..replicates)).collect(),
        })
    }

    fn note(&self) -> String {
        let waves = self.matching.waves();
        match waves.last() {
            None => "first wave".to_owned(),
            Some(last) => format!("{} waves, {:.2e} of the space left", waves.len(), last.left),
        }
    }
}

/// What a match has found.
pub struct Matched {
    /// The waves and the worlds in the unit cube.
    pub matching: Matching,
    /// The worlds, a row of values for each.
    pub worlds: Vec<Vec<f64>>,
    /// What is known of each parameter; empty if there are no worlds.
    pub marginals: Vec<Marginal>,
    /// What goes with what.
    pub ties: Vec<Tie>,
}

impl Matched {
    /// What a match has found, once all that it asked for is known.
    pub fn of(of: &Match, known: &Known) -> Matched {
        let mut waves = Waves::new(of);
        while waves.next(known).is_some() {}
        let matching = waves.matching;
        let worlds: Vec<Vec<f64>> = matching.worlds().iter().map(|point| of.values(point)).collect();
        let axes = of.fitting.axes();
        let rows: Vec<&[f64]> = worlds.iter().map(Vec::as_slice).collect();
        let weights = vec![1.0 / worlds.len().max(1) as f64; worlds.len()];
        let any = !worlds.is_empty();
        Matched {
            marginals: if any {
                posterior::marginals(&axes, &rows, &weights)
            } else {
                Vec::new()
            },
            ties: if any {
                posterior::ties(&axes, &rows, &weights)
            } else {
                Vec::new()
            },
            matching,
            worlds,
        }
    }

    /// The files of what was found.
    pub fn files(&self, of: &Match) -> Vec<Named> {
        vec![
            (WORLDS.to_owned(), text(&self.worlds_table(of))),
            ("waves.csv".to_owned(), text(&self.waves_table(of))),
        ]
    }

    fn worlds_table(&self, of: &Match) -> Table {
        let column = |(place, parameter): (usize, &crate::scenario::search::Parameter)| {
            let values = self.worlds.iter().map(|world| world[place]).collect();
            (parameter.key.clone(), Column::Float(values))
        };
        Table::new(of.search().parameters.iter().enumerate().map(column).collect())
    }

    /// One row for each wave and observation.
    fn waves_table(&self, of: &Match) -> Table {
        let rows: Vec<(usize, usize)> = (0..self.matching.waves().len())
            .flat_map(|wave| (0..of.observations.len()).map(move |observation| (wave, observation)))
            .collect();
        let number = |get: &dyn Fn(usize, usize) -> f64| Column::Float(rows.iter().map(|&(w, o)| get(w, o)).collect());
        let waves = self.matching.waves();
        Table::new(vec![
            (
                "wave".to_owned(),
                Column::Int(rows.iter().map(|row| row.0 as i64 + 1).collect()),
            ),
            (
                "observation".to_owned(),
                Column::Text(rows.iter().map(|row| of.observations[row.1].id.clone()).collect()),
            ),
            (
                "explained".to_owned(),
                number(&|w, o| waves[w].emulated[o].map_or(f64::NAN, |of| of.explained)),
            ),
            (
                "within".to_owned(),
                number(&|w, o| waves[w].emulated[o].map_or(f64::NAN, |of| of.within)),
            ),
            ("rules_out".to_owned(), number(&|w, o| waves[w].rules_out[o])),
            ("left".to_owned(), number(&|w, _| waves[w].left)),
        ])
    }
}
