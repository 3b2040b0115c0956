//! Fit a scenario's parameters to its record: which trials to run is the search's business ([`crate::fit`]); here they
//! are the stages of a study.
//!
//! A trial is the scenario at one point, with the same few replicates for every point, so that two points differ by
//! their parameters and not by their luck. A trial is a pure function of its point, and a point of the trials before it;
//! so what each replicate gave is all that is needed to go on where a killed process was.
//!
//! In a generation of the sampler the replicates of a trial are asked for one after the other, and the rest is left out as
//! soon as the trial is sure to be farther than the tolerance, whatever they would give ([`Target::at_least`]). Such a trial
//! could never be a particle, so the posterior is the same as without this.

mod files;

use super::error::Error;
use super::fitting::{Fitting, written};
use super::identity::Command;
use super::plan::Study;
use super::stages::{Known, Round, Stages};
use crate::analysis::outcome::Outcome;
use crate::analysis::posterior::{self, Marginal, Tie};
use crate::fit::abc::Population;
use crate::fit::cma::Cma;
use crate::fit::distance::{Combine, Met, Target};
use crate::fit::normal;
use crate::fit::search::{self, Generation, Stage};
use crate::scenario::search::Search;

/// An observation to be met.
#[derive(Clone, Debug)]
pub struct Observation {
    /// Its id, a column of the files.
    pub id: String,
    /// The number that a replicate gives.
    pub outcome: Outcome,
    /// What was observed and what is accepted.
    pub target: Target,
}

/// What to fit to what.
#[derive(Debug)]
pub struct Calibration {
    fitting: Fitting,
    observations: Vec<Observation>,
    combine: Combine,
}

/// A trial that was run.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Number of its generation.
    pub generation: u32,
    /// What its generation was for.
    pub stage: Stage,
    /// Its number in the generation.
    pub index: u32,
    /// The value of each parameter.
    pub values: Vec<f64>,
    /// What each observation is, for each replicate that was run.
    pub replicates: Vec<Vec<f64>>,
    /// How each observation is met; empty if not all replicates were run.
    pub met: Vec<Met>,
    /// Its distance; of one that was left early, at least this.
    pub distance: f64,
}

/// What a calibration has found.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// Every trial, in order.
    pub trials: Vec<Trial>,
    /// The trials of the posterior, by number.
    pub population: Population,
    /// What is known of each parameter.
    pub marginals: Vec<Marginal>,
    /// What goes with what.
    pub ties: Vec<Tie>,
}

impl Fitted {
    /// The nearest trial of all; of equally near ones the first.
    pub fn best(&self) -> &Trial {
        let whole = self.trials.iter().filter(|trial| !trial.met.is_empty());
        whole
            .min_by(|a, b| a.distance.total_cmp(&b.distance))
            .expect("the first trial is run whole")
    }
}

impl Calibration {
    /// Fit to these observations, of which there is at least one.
    pub fn new(fitting: Fitting, observations: Vec<Observation>) -> Calibration {
        Calibration {
            combine: match fitting.search.distance.as_str() {
                "max" => Combine::Max,
                "root_mean_square" => Combine::RootMeanSquare,
                _ => Combine::Mean,
            },
            fitting,
            observations,
        }
    }

    /// It as a study, whose scenario lies at this path as seen from the folder of the results.
    ///
    /// # Errors
    /// The problems of the scenario.
    pub fn study(&self, base: String) -> Result<Study, Error> {
        let outcomes = self.observations.iter().map(|of| (of.id.as_str(), &of.outcome));
        let (command, replicates) = (Command::Calibrate { base }, self.search().replicates);
        self.fitting.study(command, replicates, self.trials(), outcomes)
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
    pub fn observations(&self) -> &[Observation] {
        &self.observations
    }

    /// How many trials it may take.
    pub fn trials(&self) -> usize {
        self.method().trials()
    }

    fn method(&self) -> search::Method {
        let search = self.search();
        let parameters = search.parameters.iter();
        search::Method {
            seed: search.seed,
            start: parameters.map(|of| normal::quantile(of.share(of.present))).collect(),
            explore: search.explore,
            optimise: search.optimise,
            optimiser_population: search
                .optimiser_population
                .unwrap_or_else(|| Cma::population(search.parameters.len()))
                .max(4),
            step: search.step,
            sample: search.sample,
            sampler_population: search.sampler_population,
            effective: search.effective,
        }
    }

    /// The values of the parameters at a point of the search.
    fn values(&self, point: &[f64]) -> Vec<f64> {
        let at = self.search().parameters.iter().zip(point);
        at.map(|(of, &z)| of.at(normal::cdf(z))).collect()
    }

    /// The trial of the scenario as it is, from the outcomes of its replicates.
    pub fn present(&self, replicates: Vec<Vec<f64>>) -> Trial {
        let mut trial = Trial {
            values: self.search().parameters.iter().map(|of| of.present).collect(),
            replicates,
            ..Trial::new(0, Stage::Present, 0)
        };
        self.judge(&mut trial, f64::INFINITY);
        trial
    }

    /// Judge a trial by the replicates it has; `false` if the rest must run.
    fn judge(&self, trial: &mut Trial, tolerance: f64) -> bool {
        let all = self.search().replicates as usize;
        let targets = self.observations.iter().map(|of| of.target).enumerate();
        let values = |i: usize| -> Vec<f64> { trial.replicates.iter().map(|row| row[i]).collect() };
        if trial.replicates.len() == all {
            trial.met = targets.map(|(i, target)| target.met(&values(i))).collect();
            trial.distance = self
                .combine
                .of(&trial.met.iter().map(|met| met.distance).collect::<Vec<_>>());
            return true;
        }
        let bounds: Vec<f64> = targets.map(|(i, target)| target.at_least(&values(i), all)).collect();
        trial.distance = self.combine.of(&bounds);
        trial.distance > tolerance
    }
}

impl Trial {
    fn new(generation: u32, stage: Stage, index: u32) -> Trial {
        Trial {
            generation,
            stage,
            index,
            values: Vec::new(),
            replicates: Vec::new(),
            met: Vec::new(),
            distance: 0.0,
        }
    }
}

/// The trials of a calibration as they become known.
#[derive(Debug)]
pub struct Trials<'c> {
    calibration: &'c Calibration,
    search: search::Search,
    trials: Vec<Trial>,
    open: Option<Open>,
}

/// A generation of which not all is known.
#[derive(Debug)]
struct Open {
    tolerance: f64,
    /// Number of its first trial.
    first: usize,
    /// The trials that are not judged.
    trials: Vec<usize>,
    /// The replicates that were asked for last.
    from: u32,
    until: u32,
}

impl<'c> Trials<'c> {
    /// None of them yet.
    pub fn new(calibration: &'c Calibration) -> Trials<'c> {
        Trials {
            calibration,
            search: search::Search::new(calibration.method()),
            trials: Vec::new(),
            open: None,
        }
    }

    fn begin(&mut self, generation: &Generation) -> Round {
        let (calibration, first) = (self.calibration, self.trials.len());
        let trial = |(point, index): (&Vec<f64>, u32)| Trial {
            values: calibration.values(point),
            ..Trial::new(generation.number, generation.stage, index)
        };
        self.trials.extend(generation.points.iter().zip(0..).map(trial));
        // So few replicates can never be too many misses; and where every distance counts, all must run anyway.
        let all = calibration.search().replicates;
        let needed = |of: &Observation| of.target.needed(all as usize) as u32;
        let least = calibration.observations.iter().map(|of| all - needed(of) + 1).min();
        let until = match generation.tolerance.is_finite() {
            true => least.unwrap_or(all),
            false => all,
        };
        let open = Open {
            tolerance: generation.tolerance,
            first,
            trials: (first..self.trials.len()).collect(),
            from: 0,
            until,
        };
        let round = Round {
            points: self.trials[first..]
                .iter()
                .map(|trial| written(&trial.values))
                .collect(),
            jobs: open.jobs(),
        };
        self.open = Some(open);
        round
    }
}

impl Open {
    fn jobs(&self) -> Vec<(u32, std::ops::Range<u32>)> {
        let asked = self.trials.iter().map(|&trial| (trial as u32, self.from..self.until));
        asked.collect()
    }
}

impl Stages for Trials<'_> {
    fn next(&mut self, known: &Known) -> Option<Round> {
        if let Some(mut open) = self.open.take() {
            for &trial in &open.trials {
                let rows = (open.from..open.until).filter_map(|replicate| known.of(trial as u32, replicate));
                self.trials[trial].replicates.extend(rows.map(<[f64]>::to_vec));
            }
            let judged = |trial: &usize| self.calibration.judge(&mut self.trials[*trial], open.tolerance);
            let mut judged = judged;
            open.trials.retain(|trial| !judged(trial));
            if !open.trials.is_empty() {
                (open.from, open.until) = (open.until, (open.until + 1).min(self.calibration.search().replicates));
                let jobs = open.jobs();
                self.open = Some(open);
                return Some(Round {
                    points: Vec::new(),
                    jobs,
                });
            }
            let distances = self.trials[open.first..].iter().map(|trial| trial.distance);
            self.search.tell(&distances.collect::<Vec<_>>());
        }
        let generation = self.search.ask()?;
        Some(self.begin(&generation))
    }

    fn note(&self) -> String {
        let shown = |distance: f64| match distance.is_finite() {
            true => format!("{distance:.3}"),
            false => "unknown".to_owned(),
        };
        format!(
            "best distance {}, tolerance {}",
            shown(self.search.best()),
            shown(self.search.tolerance())
        )
    }
}

impl Fitted {
    /// What a calibration has found, once all that it asked for is known.
    pub fn of(calibration: &Calibration, known: &Known) -> Fitted {
        let mut trials = Trials::new(calibration);
        while trials.next(known).is_some() {}
        let (population, trials) = (trials.search.population(), trials.trials);
        let axes = calibration.fitting.axes();
        let particles = population.particles.iter();
        let rows: Vec<&[f64]> = particles.clone().map(|of| trials[of.trial].values.as_slice()).collect();
        let weights: Vec<f64> = particles.map(|of| of.weight).collect();
        Fitted {
            marginals: posterior::marginals(&axes, &rows, &weights),
            ties: posterior::ties(&axes, &rows, &weights),
            trials,
            population,
        }
    }
}

#[cfg(test)]
mod tests;
