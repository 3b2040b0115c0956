//! A whole search: where the scenario is, draws from the prior, the optimiser, the sampler.

use super::abc::{Population, Sampler};
use super::chance::Chance;
use super::cma::{Cma, inside};
use super::matrix::Vector;
use super::normal::Normal;

/// How to search.
#[derive(Clone, Debug, PartialEq)]
pub struct Method {
    /// Seed of the search, which has nothing to do with the dice of the model.
    pub seed: u64,
    /// Where the model is at present, one standard normal number for each parameter.
    pub start: Vector,
    /// Trials drawn from the prior, at least one.
    pub explore: usize,
    /// Trials of the optimiser, at most; none is allowed.
    pub optimise: usize,
    /// Trials in a generation of the optimiser, at least 4.
    pub optimiser_population: usize,
    /// First standard deviation of the optimiser; that of the prior is 1.
    pub step: f64,
    /// Trials of the sampler, at most; none is allowed.
    pub sample: usize,
    /// Trials in a generation of the sampler, at least one.
    pub sampler_population: usize,
    /// To how many independent particles the posterior shall amount.
    pub effective: f64,
}

/// What a generation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Where the model is at present: one trial.
    Present,
    /// Draws from the prior.
    Explore,
    /// A generation of the optimiser.
    Optimise,
    /// A generation of the sampler.
    Sample,
}

impl Stage {
    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Present => "present",
            Stage::Explore => "explore",
            Stage::Optimise => "optimise",
            Stage::Sample => "sample",
        }
    }
}

/// Points to try next.
#[derive(Clone, Debug, PartialEq)]
pub struct Generation {
    /// Its number, from 0.
    pub number: u32,
    /// What it is for.
    pub stage: Stage,
    /// The points.
    pub points: Vec<Vector>,
    /// A trial farther than this is of no more use than to know that it is; infinite where every distance counts.
    pub tolerance: f64,
}

/// A search on its way.
#[derive(Clone, Debug)]
pub struct Search {
    method: Method,
    cma: Cma,
    sampler: Sampler,
    asked: Option<Asked>,
    /// How many trials have been told, in all and of each stage.
    told: usize,
    generations: u32,
    optimised: usize,
    sampled: usize,
    best: (f64, Vector),
}

#[derive(Clone, Debug)]
struct Asked {
    stage: Stage,
    raw: Vec<Vector>,
    density: Normal,
}

impl Method {
    /// How many trials it may take.
    pub fn trials(&self) -> usize {
        1 + self.explore + self.optimise + self.sample
    }
}

impl Search {
    /// Begin.
    pub fn new(method: Method) -> Search {
        Search {
            cma: Cma::new(method.start.clone(), method.step),
            sampler: Sampler::new(),
            asked: None,
            told: 0,
            generations: 0,
            optimised: 0,
            sampled: 0,
            best: (f64::INFINITY, method.start.clone()),
            method,
        }
    }

    /// The next points to try; `None` when the search is over.
    pub fn ask(&mut self) -> Option<Generation> {
        let method = &self.method;
        let (number, size) = (self.generations, method.start.len());
        let left = method.optimise.saturating_sub(self.optimised);
        let draw = |density: &Normal, count: usize| -> Vec<Vector> {
            let point = |index| density.draw(&mut Chance::of(method.seed, number, index));
            (0..count as u32).map(point).collect()
        };
        let (stage, raw, density) = match number {
            0 => (Stage::Present, vec![method.start.clone()], Normal::standard(size)),
            1 => {
                let prior = Normal::standard(size);
                (Stage::Explore, draw(&prior, method.explore), prior)
            }
            _ if left >= method.optimiser_population => {
                if self.optimised == 0 {
                    self.cma = Cma::new(self.best.1.clone(), method.step);
                }
                let density = self.cma.density();
                (Stage::Optimise, draw(&density, method.optimiser_population), density)
            }
            _ => {
                let count = method.sampler_population.min(method.sample - self.sampled);
                if count == 0 {
                    return None;
                }
                let population = self.sampler.population(method.effective);
                let density = self.sampler.proposal(&population);
                (Stage::Sample, draw(&density, count), density)
            }
        };
        let points = raw.iter().map(|point| inside_if(stage, point)).collect();
        self.asked = Some(Asked { stage, raw, density });
        Some(Generation {
            number,
            stage,
            points,
            tolerance: match stage {
                Stage::Sample => self.sampler.tolerance(),
                _ => f64::INFINITY,
            },
        })
    }

    /// The distances of the points that were asked for, in their order; of one farther than the tolerance, any number
    /// above it.
    ///
    /// # Panics
    /// If nothing was asked, or there is not one distance for each point.
    pub fn tell(&mut self, distances: &[f64]) {
        let Asked { stage, raw, density } = self.asked.take().expect("points were asked for");
        assert_eq!(raw.len(), distances.len(), "a distance for each point");
        for (point, &distance) in raw.iter().zip(distances) {
            if distance < self.best.0 {
                self.best = (distance, inside_if(stage, point));
            }
        }
        match stage {
            Stage::Optimise => {
                self.cma.tell(&raw, distances);
                self.optimised += raw.len();
            }
            Stage::Sample => self.sampled += raw.len(),
            _ => {}
        }
        let count = raw.len();
        if stage != Stage::Present {
            // What the optimiser tried at an edge in place of a point beyond was not drawn from its density.
            let trials = raw.into_iter().zip(distances).enumerate();
            let drawn = trials.filter(|(_, (point, _))| inside_if(stage, point) == *point);
            let first = self.told;
            self.sampler.add(
                density,
                count,
                drawn.map(|(i, (point, &distance))| (first + i, point, distance)),
            );
        }
        self.told += count;
        self.generations += 1;
    }

    /// The posterior as far as it is known.
    pub fn population(&mut self) -> Population {
        self.sampler.population(self.method.effective)
    }

    /// The smallest distance so far.
    pub fn best(&self) -> f64 {
        self.best.0
    }

    /// The tolerance so far; infinite before the sampler has begun.
    pub fn tolerance(&self) -> f64 {
        self.sampler.tolerance()
    }
}

fn inside_if(stage: Stage, point: &Vector) -> Vector {
    match stage {
        Stage::Optimise => inside(point),
        _ => point.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::matrix::{Lower, covariance, mean, minus, plus, square};

    fn method(parameters: usize, trials: [usize; 3]) -> Method {
        Method {
            seed: 1,
            start: vec![-0.5; parameters],
            explore: trials[0],
            optimise: trials[1],
            optimiser_population: Cma::population(parameters),
            step: 0.5,
            sample: trials[2],
            sampler_population: 50,
            effective: 50.0,
        }
    }

    struct Found {
        points: Vec<Vector>,
        weights: Vec<f64>,
        population: Population,
        trials: usize,
    }

    impl Found {
        fn mean(&self) -> Vector {
            mean(&self.points, &self.weights)
        }

        fn deviation(&self) -> Vector {
            let spread = covariance(&self.points, &self.weights);
            (0..spread.len()).map(|i| spread[i][i].sqrt()).collect()
        }
    }

    /// A whole search; `distance` knows the number of the trial.
    fn search(method: Method, distance: impl Fn(&[f64], u32) -> f64) -> Found {
        let mut search = Search::new(method);
        let mut all: Vec<Vector> = Vec::new();
        while let Some(generation) = search.ask() {
            let first = all.len() as u32;
            let tried = generation.points.iter().zip(first..);
            let far = |distance: f64| {
                if distance > generation.tolerance {
                    f64::INFINITY
                } else {
                    distance
                }
            };
            search.tell(
                &tried
                    .map(|(point, trial)| far(distance(point, trial)))
                    .collect::<Vec<_>>(),
            );
            all.extend(generation.points);
        }
        let population = search.population();
        Found {
            points: population.particles.iter().map(|of| all[of.trial].clone()).collect(),
            weights: population.particles.iter().map(|of| of.weight).collect(),
            population,
            trials: all.len(),
        }
    }

    #[test]
    fn the_posterior_of_a_normal_mean_is_the_conjugate_one() {
        // Prior N(0, 1), one observation x = 0.8 of N(theta, 0.5^2): posterior N(0.8 / 1.25, 0.2), so sd 0.447.
        let noise = |trial| Chance::of(77, 0, trial).normals(1)[0];
        let distance = |point: &[f64], trial: u32| (point[0] + 0.5 * noise(trial) - 0.8).abs();
        let mut method = method(1, [400, 0, 8000]);
        method.effective = 800.0;
        let found = search(method, distance);
        let (mean, deviation) = (found.mean()[0], found.deviation()[0]);
        assert!(found.population.tolerance < 0.15, "{:?}", found.population.tolerance);
        assert!(
            (mean - 0.64).abs() < 0.05 && (deviation - 0.447).abs() < 0.04,
            "{mean} {deviation}"
        );
    }

    /// Half of the parameters are felt 13 times as strongly as the others.
    fn ball(point: &[f64]) -> f64 {
        let term = |(i, x): (usize, &f64)| {
            let off = if i % 2 == 0 { x - 0.6 } else { x + 0.6 };
            let felt = if i < point.len() / 2 { 4.0 } else { 0.3 };
            felt * off * felt * off
        };
        (point.iter().enumerate().map(term).sum::<f64>() / point.len() as f64).sqrt()
    }

    /// Mean and standard deviation of the prior within the tolerance, by a Markov chain of many thousand steps.
    fn truth(tolerance: f64, from: &Found) -> (Vector, Vector) {
        let factor = Lower::of(&covariance(&from.points, &from.weights));
        let (mut point, mut visited) = (from.points[0].clone(), Vec::new());
        for step in 0..200_000 {
            let mut chance = Chance::of(5, 0, step);
            let next = plus(&point, 0.6, &factor.times(&chance.normals(point.len())));
            let ratio = libm::exp(0.5 * (square(&point) - square(&next)));
            if ball(&next) <= tolerance && chance.share() < ratio {
                point = next;
            }
            if step % 20 == 0 && step > 10_000 {
                visited.push(point.clone());
            }
        }
        let weights = vec![1.0 / visited.len() as f64; visited.len()];
        let spread = covariance(&visited, &weights);
        (
            mean(&visited, &weights),
            (0..spread.len()).map(|i| spread[i][i].sqrt()).collect(),
        )
    }

    #[test]
    fn fifteen_parameters_and_1600_trials_give_the_posterior_and_no_few_particles_outweigh_the_rest() {
        for trials in [[200, 0, 1400], [100, 400, 1100]] {
            let found = search(method(15, trials), |point, _| ball(point));
            assert!(found.trials <= 1601);
            assert!(found.population.effective >= 49.0, "{}", found.population.effective);
            assert!(found.population.tolerance < 1.0, "{}", found.population.tolerance);
            let (mean, deviation) = truth(found.population.tolerance, &found);
            // With 50 independent particles a mean is known to a seventh of a deviation; two of these on average.
            let far = minus(&found.mean(), &mean);
            let off: Vec<f64> = far.iter().zip(&deviation).map(|(a, b)| a / b).collect();
            assert!((square(&off) / 15.0).sqrt() < 0.3, "{off:?}");
            let wide: f64 = found
                .deviation()
                .iter()
                .zip(&deviation)
                .map(|(a, b)| libm::log(a / b))
                .sum();
            assert!((wide / 15.0).abs() < 0.15, "{wide}");
        }
    }

    #[test]
    fn the_optimiser_comes_nearer_than_as_many_draws_from_the_prior() {
        let best = |trials| {
            let mut search = Search::new(method(15, trials));
            while let Some(generation) = search.ask() {
                search.tell(&generation.points.iter().map(|point| ball(point)).collect::<Vec<_>>());
            }
            search.best()
        };
        let (drawn, optimised) = (best([700, 0, 0]), best([100, 600, 0]));
        assert!(optimised < drawn / 4.0, "{optimised} {drawn}");
    }

    #[test]
    fn what_is_beyond_the_tolerance_need_not_be_known() {
        let mut exact = Search::new(method(4, [50, 40, 200]));
        let mut early = exact.clone();
        while let Some(generation) = exact.ask() {
            assert_eq!(early.ask(), Some(generation.clone()));
            let distances: Vec<f64> = generation.points.iter().map(|point| ball(point)).collect();
            let far = |distance: &f64| {
                if *distance > generation.tolerance {
                    9.0
                } else {
                    *distance
                }
            };
            exact.tell(&distances);
            early.tell(&distances.iter().map(far).collect::<Vec<_>>());
        }
        assert_eq!(exact.population(), early.population());
    }
}
