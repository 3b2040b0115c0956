//! The sampler: approximate Bayesian computation by population Monte Carlo (Beaumont et al. 2009, Toni et al. 2009)
//! that forgets no trial: adaptive multiple importance sampling (Cornuet, Marin, Mira and Robert 2012).
//!
//! A trial is a draw from one of several known densities: the prior, a generation of the optimiser, a generation of
//! the sampler. All trials together are then a sample of the mixture of these densities, and a trial has the weight
//! `prior / mixture`, whichever of them it came from (the balance heuristic of Veach and Guibas 1995). The weighted
//! trials that are not farther from the record than the tolerance are a sample of the posterior: of the prior, given
//! that the distance is at most the tolerance. Some trials are always drawn from the prior itself; they bound every
//! weight by all trials over those, so that no trial outweighs the others by chance.
//!
//! The tolerance adapts (Del Moral, Doucet and Jasra 2012): it is the smallest at which the particles say as much as a
//! given number of independent ones, and it never rises. The next generation is drawn from the normal distribution of
//! the particles, a little wider.
//!
//! With fifteen and more parameters, kernels around single particles are so far from the posterior that a few weights
//! outweigh all others after a thousand trials; one normal distribution with recycled trials keeps the number that
//! was asked for, at the price of following a bent posterior only roughly. Since a density depends on earlier trials,
//! the weights are consistent and not exactly unbiased (Marin, Pudlo and Sedki 2019).

use super::matrix::{Vector, covariance, mean, square};
use super::normal::Normal;

/// How much wider than the particles the next generation is drawn, as a ratio of variances: a sample that misses a
/// tail could never find it.
const WIDER: f64 = 1.2;

/// A trial of the posterior.
#[derive(Clone, Debug, PartialEq)]
pub struct Particle {
    /// Which trial.
    pub trial: usize,
    /// How much of the posterior it stands for; all sum to 1.
    pub weight: f64,
}

/// The posterior as far as the trials tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Population {
    /// The trials not farther than the tolerance, nearest first.
    pub particles: Vec<Particle>,
    /// The tolerance.
    pub tolerance: f64,
    /// To how many independent particles of equal weight they amount.
    pub effective: f64,
}

/// All trials with the densities from which they were drawn.
#[derive(Clone, Debug)]
pub struct Sampler {
    densities: Vec<(Normal, f64)>,
    points: Vec<Drawn>,
    tolerance: f64,
}

#[derive(Clone, Debug)]
struct Drawn {
    trial: usize,
    point: Vector,
    distance: f64,
    /// Mixture over prior at this point, in trials.
    mixture: f64,
}

impl Sampler {
    /// Without any trial.
    pub fn new() -> Sampler {
        Sampler {
            densities: Vec::new(),
            points: Vec::new(),
            tolerance: f64::INFINITY,
        }
    }

    /// Add trials of which `count` were drawn from a density; those that are not among the given ones fell outside of
    /// what could be tried. A trial is its number, point and distance.
    pub fn add(&mut self, density: Normal, count: usize, trials: impl IntoIterator<Item = (usize, Vector, f64)>) {
        let count = count as f64;
        for drawn in &mut self.points {
            drawn.mixture += count * density.over_prior(&drawn.point);
        }
        self.densities.push((density, count));
        for (trial, point, distance) in trials {
            let mixture = self
                .densities
                .iter()
                .map(|(of, count)| count * of.over_prior(&point))
                .sum();
            self.points.push(Drawn {
                trial,
                point,
                distance,
                mixture,
            });
        }
    }

    /// The tolerance so far; infinite before there was a population.
    pub fn tolerance(&self) -> f64 {
        self.tolerance
    }

    /// The nearest trials that amount to so many independent ones, or all if they do not; the tolerance is theirs from
    /// now on.
    pub fn population(&mut self, effective: f64) -> Population {
        let mut near: Vec<&Drawn> = self.points.iter().filter(|of| of.distance <= self.tolerance).collect();
        near.sort_by(|a, b| {
            (a.distance, a.trial)
                .partial_cmp(&(b.distance, b.trial))
                .expect("numbers")
        });
        let (mut sum, mut squares) = (0.0, 0.0);
        for drawn in &near {
            let weight = 1.0 / drawn.mixture;
            (sum, squares) = (sum + weight, squares + weight * weight);
            if sum * sum / squares >= effective {
                self.tolerance = drawn.distance;
                break;
            }
        }
        near.retain(|drawn| drawn.distance <= self.tolerance);
        let sum: f64 = near.iter().map(|drawn| 1.0 / drawn.mixture).sum();
        let particle = |drawn: &&Drawn| Particle {
            trial: drawn.trial,
            weight: 1.0 / drawn.mixture / sum,
        };
        let particles: Vec<Particle> = near.iter().map(particle).collect();
        Population {
            tolerance: near.last().map_or(f64::INFINITY, |drawn| drawn.distance),
            effective: 1.0 / square(&particles.iter().map(|particle| particle.weight).collect::<Vec<_>>()),
            particles,
        }
    }

    /// The density from which to draw next: that of a population, a little wider. Correlations count the less the
    /// fewer particles speak for them.
    pub fn proposal(&self, population: &Population) -> Normal {
        let place = |trial: usize| {
            self.points
                .binary_search_by_key(&trial, |drawn| drawn.trial)
                .expect("in order")
        };
        let of = |particle: &Particle| &self.points[place(particle.trial)].point;
        let points: Vec<Vector> = population
            .particles
            .iter()
            .map(|particle| of(particle).clone())
            .collect();
        let weights: Vec<f64> = population.particles.iter().map(|particle| particle.weight).collect();
        let center = mean(&points, &weights);
        let size = center.len() as f64;
        let trusted = population.effective / (population.effective + size);
        let mut spread = covariance(&points, &weights);
        for (i, row) in spread.iter_mut().enumerate() {
            for (j, cell) in row.iter_mut().enumerate() {
                *cell *= WIDER * if i == j { 1.0 } else { trusted };
            }
        }
        Normal::new(center, &spread)
    }
}

impl Default for Sampler {
    fn default() -> Sampler {
        Sampler::new()
    }
}
