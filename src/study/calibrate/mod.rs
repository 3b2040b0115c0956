//! Fit a scenario's parameters to its record: which trials to run is the search's business ([`crate::fit`]); here they
//! are run, journalled, taken up again after a crash, and written down.
//!
//! A trial is the scenario at one point, with the same few replicates for every point, so that two points differ by
//! their parameters and not by their luck. A trial is a pure function of its point, and a point of the trials before it;
//! so a journal of what each replicate gave is all that is needed to go on where a killed process was, and the files are
//! the same bytes as those of an undisturbed one, on any number of threads.
//!
//! In a generation of the sampler the replicates of a trial run one after the other, and the rest is left out as soon as
//! the trial is sure to be farther than the tolerance, whatever they would give ([`Target::at_least`]). Such a trial could
//! never be a particle, so the posterior is the same as without this.

mod desk;
mod files;
mod journal;

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use super::error::Error;
use super::jobs;
use super::plan::{Job, Plan};
use super::progress::Progress;
use crate::analysis::outcome::Outcome;
use crate::analysis::posterior::{self, Axis, Marginal, Tie};
use crate::analysis::replicate::Replicate;
use crate::fit::abc::Population;
use crate::fit::cma::Cma;
use crate::fit::distance::{Combine, Met, Target};
use crate::fit::normal;
use crate::fit::search::{self, Generation, Stage};
use crate::scenario::Scenario;
use crate::scenario::problem::Problems;
use crate::scenario::search::Search;
pub use desk::{Desk, Identity};
use journal::Journal;

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
    scenario: Scenario,
    search: Search,
    observations: Vec<Observation>,
    combine: Combine,
    seed: u64,
    identity: Identity,
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

/// How far a calibration is, for whoever watches.
#[derive(Debug, Default)]
pub struct Watch {
    /// The replicates, and the wish to stop.
    pub runs: Progress,
    /// Trials done.
    pub trials: AtomicU32,
    /// Trials of the present process.
    pub fresh: AtomicU32,
    best: AtomicU64,
    tolerance: AtomicU64,
}

impl Watch {
    /// The smallest distance so far; infinite before there is one.
    pub fn best(&self) -> f64 {
        positive(self.best.load(Relaxed))
    }

    /// The tolerance; infinite before there is one.
    pub fn tolerance(&self) -> f64 {
        positive(self.tolerance.load(Relaxed))
    }
}

/// A number that was stored by its bits; none was stored yet where they are 0.
fn positive(bits: u64) -> f64 {
    match bits {
        0 => f64::INFINITY,
        bits => f64::from_bits(bits),
    }
}

impl Calibration {
    /// Fit a scenario within the ranges of a search file to these observations, of which there is at least one. `record`
    /// is the text they come from. What the search file sets is set here, and the overrides once more, so that they win.
    ///
    /// # Errors
    /// The problems of the scenario with what is set, as it is and with every parameter at either end of its range.
    pub fn new(
        mut scenario: Scenario,
        search: Search,
        overrides: &[String],
        record: String,
        observations: Vec<Observation>,
    ) -> Result<Calibration, Problems> {
        scenario.set(&[&search.set, overrides].concat())?;
        let seed = scenario.seed();
        let calibration = Calibration {
            identity: Identity {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                scenario: scenario.name().to_owned(),
                seed,
                search: search.text.clone(),
                record,
                effective: scenario.to_toml(),
            },
            combine: match search.distance.as_str() {
                "max" => Combine::Max,
                "root_mean_square" => Combine::RootMeanSquare,
                _ => Combine::Mean,
            },
            scenario,
            search,
            observations,
            seed,
        };
        calibration.scenario.simulation()?;
        for share in [0.0, 1.0] {
            let parameters = calibration.search.parameters.iter();
            calibration.plan(&parameters.map(|of| of.at(share)).collect::<Vec<_>>())?;
        }
        Ok(calibration)
    }

    /// What tells it from others.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Title of the scenario.
    pub fn title(&self) -> &str {
        self.scenario.title()
    }

    /// The search file.
    pub fn search(&self) -> &Search {
        &self.search
    }

    /// The observations.
    pub fn observations(&self) -> &[Observation] {
        &self.observations
    }

    /// How many trials it may take.
    pub fn trials(&self) -> usize {
        self.method().trials()
    }

    /// The parameters as axes of the posterior.
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

    fn method(&self) -> search::Method {
        let search = &self.search;
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
        let at = self.search.parameters.iter().zip(point);
        at.map(|(of, &z)| of.at(normal::cdf(z))).collect()
    }

    /// The scenario with these values.
    fn plan(&self, values: &[f64]) -> Result<Plan, Problems> {
        let mut scenario = self.scenario.clone();
        let changes: Vec<String> = self
            .search
            .parameters
            .iter()
            .zip(values)
            .map(|(of, value)| format!("{}={value:?}", of.key))
            .collect();
        scenario.set(&changes)?;
        Plan::new(&scenario, changes, self.seed, 0..self.search.replicates)
    }

    /// How long a trial takes, and how the scenario meets the observations as it is: one trial at the present values.
    ///
    /// # Errors
    /// The problems of the scenario at the present values.
    pub fn probe(&self, threads: usize, watch: &Watch) -> Result<Option<(Duration, Trial)>, Problems> {
        let clock = Instant::now();
        let values: Vec<f64> = self.search.parameters.iter().map(|of| of.present).collect();
        let outcomes: Vec<Outcome> = self.observations.iter().map(|of| of.outcome.clone()).collect();
        let plan = self.plan(&values)?;
        Ok(match super::ensemble(&plan, &outcomes, threads, &watch.runs) {
            Err(_) => None,
            Ok(replicates) => {
                let mut trial = Trial {
                    generation: 0,
                    stage: Stage::Present,
                    index: 0,
                    values,
                    replicates,
                    met: Vec::new(),
                    distance: 0.0,
                };
                self.judge(&mut trial, f64::INFINITY);
                Some((clock.elapsed(), trial))
            }
        })
    }

    /// Search, to the end and to a folder.
    ///
    /// # Errors
    /// If it is stopped, or if a file cannot be written.
    ///
    /// # Panics
    /// If the threads cannot be started.
    pub fn run(&self, desk: &Desk, base: &Path, threads: usize, watch: &Watch) -> Result<Fitted, Error> {
        let started = (jiff::Timestamp::now(), Instant::now());
        let runner = Runner {
            calibration: self,
            desk,
            journal: Journal::open(&desk.journal(), self.observations.len())?,
            pool: jobs::pool(threads),
            watch,
        };
        let mut search = search::Search::new(self.method());
        let mut trials = Vec::new();
        while let Some(generation) = search.ask() {
            let tolerance = search.tolerance();
            if tolerance.is_finite() {
                watch.tolerance.store(tolerance.to_bits(), Relaxed);
            }
            let tried = runner.generation(&generation)?;
            search.tell(&tried.iter().map(|trial| trial.distance).collect::<Vec<_>>());
            trials.extend(tried);
        }
        let population = search.population();
        let axes = self.axes();
        let rows: Vec<&[f64]> = population
            .particles
            .iter()
            .map(|of| trials[of.trial].values.as_slice())
            .collect();
        let weights: Vec<f64> = population.particles.iter().map(|of| of.weight).collect();
        let fitted = Fitted {
            marginals: posterior::marginals(&axes, &rows, &weights),
            ties: posterior::ties(&axes, &rows, &weights),
            trials,
            population,
        };
        files::write(self, &fitted, desk, base, threads, started)?;
        desk.publish()?;
        Ok(fitted)
    }

    /// Judge a trial by the replicates it has; `false` if the rest must run.
    fn judge(&self, trial: &mut Trial, tolerance: f64) -> bool {
        let all = self.search.replicates as usize;
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

/// Whatever runs the trials.
struct Runner<'a> {
    calibration: &'a Calibration,
    desk: &'a Desk,
    journal: Journal,
    pool: rayon::ThreadPool,
    watch: &'a Watch,
}

impl Runner<'_> {
    /// Run the trials of a generation, as far as they are not in the journal.
    fn generation(&self, generation: &Generation) -> Result<Vec<Trial>, Error> {
        let Calibration { search, .. } = self.calibration;
        let trial = |(point, index): (&Vec<f64>, u32)| Trial {
            generation: generation.number,
            stage: generation.stage,
            index,
            values: self.calibration.values(point),
            replicates: Vec::new(),
            met: Vec::new(),
            distance: 0.0,
        };
        let mut trials: Vec<Trial> = generation.points.iter().zip(0..).map(trial).collect();
        let plans: Vec<OnceLock<Option<Plan>>> = trials.iter().map(|_| OnceLock::new()).collect();
        let mut open: Vec<usize> = (0..trials.len()).collect();
        // So few replicates can never be too many misses; and where every distance counts, all must run anyway.
        let all = search.replicates;
        let needed = |of: &Observation| of.target.needed(all as usize) as u32;
        let first = self
            .calibration
            .observations
            .iter()
            .map(|of| all - needed(of) + 1)
            .min();
        let mut until = if generation.tolerance.is_finite() {
            first.unwrap_or(all)
        } else {
            all
        };
        let mut from = 0;
        while !open.is_empty() {
            let key = |trial: usize, replicate| (generation.number, trial as u32, replicate);
            let wanted = open
                .iter()
                .flat_map(|&trial| (from..until).map(move |replicate| key(trial, replicate)));
            let missing: Vec<journal::Key> = wanted.filter(|&key| self.journal.get(key).is_none()).collect();
            let fresh = !missing.is_empty();
            jobs::each(&missing, &self.pool, &self.watch.runs, |&key| {
                let trial = key.1 as usize;
                let plan = plans[trial].get_or_init(|| self.calibration.plan(&trials[trial].values).ok());
                self.replicate(plan.as_ref(), key)
            })?;
            for &trial in &open {
                for replicate in from..until {
                    let row = self
                        .journal
                        .get(key(trial, replicate))
                        .ok_or_else(|| self.interrupted())?;
                    trials[trial].replicates.push(row);
                }
            }
            let count = open.len();
            open.retain(|&trial| !self.calibration.judge(&mut trials[trial], generation.tolerance));
            let over = (count - open.len()) as u32;
            self.watch.trials.fetch_add(over, Relaxed);
            if fresh {
                self.watch.fresh.fetch_add(over, Relaxed);
            }
            (from, until) = (until, (until + 1).min(all));
        }
        for trial in trials.iter().filter(|trial| !trial.met.is_empty()) {
            if trial.distance < self.watch.best() {
                // The bits of 0 mean that there is none.
                self.watch.best.store(trial.distance.max(1e-300).to_bits(), Relaxed);
            }
        }
        Ok(trials)
    }

    /// Run a replicate and keep what it gives. A point at which the scenario cannot be compiled gives nothing, which is
    /// as far from a record as can be.
    fn replicate(&self, plan: Option<&Plan>, key: journal::Key) -> Result<(), Error> {
        let values = match plan {
            None => vec![f64::NAN; self.calibration.observations.len()],
            Some(plan) => {
                let job = Job {
                    arm: 0,
                    replicate: key.2,
                };
                let Some((series, events)) = jobs::record(plan, job, &self.watch.runs) else {
                    return Ok(());
                };
                let replicate = Replicate::of(&series, &events);
                let observations = self.calibration.observations.iter();
                observations.map(|of| of.outcome.of(&replicate)).collect()
            }
        };
        self.journal.keep(key, values)?;
        self.watch.runs.done.fetch_add(1, Relaxed);
        Ok(())
    }

    fn interrupted(&self) -> Error {
        Error::Interrupted {
            partial: self.desk.partial().to_owned(),
            done: self.journal.len() as u32,
            of: self.calibration.trials() as u32 * self.calibration.search.replicates,
            arms: 1,
        }
    }
}

#[cfg(test)]
mod tests;
