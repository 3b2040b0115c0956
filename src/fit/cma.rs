//! The optimiser: the evolution strategy with covariance matrix adaptation, CMA-ES (Hansen 2016, "The CMA evolution
//! strategy: a tutorial"), in the form that draws with a Cholesky factor (Krause, Arbonès and Igel 2016).
//!
//! It needs the order of the distances only, so it bears plateaus, cliffs and noise of a simulation. The triangular
//! factor is a continuous function of the covariance, unlike its eigenvectors, so equal bits stay equal.

use super::chance::Chance;
use super::matrix::{Lower, Vector, minus, plus, square};
use super::normal::Normal;

/// Nearer to an edge than this the optimiser does not go: 0.5 % of a range.
const EDGE: f64 = 2.576;

/// The state of the optimiser between two generations.
#[derive(Clone, Debug)]
pub struct Cma {
    mean: Vector,
    step: f64,
    covariance: Vec<Vector>,
    factor: Lower,
    step_path: Vector,
    path: Vector,
    generation: u32,
}

impl Cma {
    /// Begin at a point, with this standard deviation in every direction.
    pub fn new(start: Vector, step: f64) -> Cma {
        let size = start.len();
        let unit = |i: usize| (0..size).map(|j| f64::from(u8::from(i == j))).collect();
        Cma {
            mean: start,
            step,
            covariance: (0..size).map(unit).collect(),
            factor: Lower::identity(size),
            step_path: vec![0.0; size],
            path: vec![0.0; size],
            generation: 0,
        }
    }

    /// How many points to try in a generation of so many parameters: Hansen's default.
    pub fn population(parameters: usize) -> usize {
        4 + (3.0 * libm::log(parameters as f64)) as usize
    }

    /// The density from which its next generation is drawn.
    pub fn density(&self) -> Normal {
        let scaled = |row: &Vector| row.iter().map(|cell| self.step * self.step * cell).collect();
        Normal::new(
            self.mean.clone(),
            &self.covariance.iter().map(scaled).collect::<Vec<Vector>>(),
        )
    }

    /// The points of its next generation, which has this number among all generations of the search. They are `raw`;
    /// what is tried is [`inside`] the range.
    pub fn ask(&self, seed: u64, generation: u32, count: usize) -> Vec<Vector> {
        let density = self.density();
        (0..count as u32)
            .map(|index| density.draw(&mut Chance::of(seed, generation, index)))
            .collect()
    }

    /// Learn the distances of the points of [`Cma::ask`]. A point outside of the range is as far as the one at the edge
    /// that was tried in its place, and farther by its way to it.
    pub fn tell(&mut self, raw: &[Vector], distances: &[f64]) {
        let size = self.mean.len() as f64;
        let out = |point: &Vector| square(&minus(point, &inside(point))) / size;
        let mut order: Vec<(f64, usize)> = (0..raw.len()).map(|i| (distances[i] + out(&raw[i]), i)).collect();
        order.sort_by(|a, b| a.partial_cmp(b).expect("a distance is a number"));

        let half = raw.len() / 2;
        let weight = |i: usize| libm::log((raw.len() as f64 + 1.0) / 2.0) - libm::log(i as f64 + 1.0);
        let sum: f64 = (0..half).map(weight).sum();
        let weights: Vec<f64> = (0..half).map(|i| weight(i) / sum).collect();
        let effective = 1.0 / square(&weights);
        let steps: Vec<Vector> = order[..half]
            .iter()
            .map(|&(_, i)| minus(&raw[i], &self.mean).iter().map(|x| x / self.step).collect())
            .collect();
        let mut step = vec![0.0; self.mean.len()];
        for (weight, of) in weights.iter().zip(&steps) {
            step = plus(&step, *weight, of);
        }

        let learn_step = (effective + 2.0) / (size + effective + 5.0);
        let damping = 1.0 + 2.0 * (((effective - 1.0) / (size + 1.0)).sqrt() - 1.0).max(0.0) + learn_step;
        let learn_path = (4.0 + effective / size) / (size + 4.0 + 2.0 * effective / size);
        let rank_one = 2.0 / ((size + 1.3) * (size + 1.3) + effective);
        let spread = 2.0 * (effective - 2.0 + 1.0 / effective) / ((size + 2.0) * (size + 2.0) + effective);
        let rank_many = spread.min(1.0 - rank_one);
        let expected = size.sqrt() * (1.0 - 1.0 / (4.0 * size) + 1.0 / (21.0 * size * size));

        let kept = |path: &Vector, rate: f64| path.iter().map(|x| (1.0 - rate) * x).collect::<Vector>();
        let gain = |rate: f64| (rate * (2.0 - rate) * effective).sqrt();
        self.step_path = plus(
            &kept(&self.step_path, learn_step),
            gain(learn_step),
            &self.factor.solve(&step),
        );
        self.generation += 1;
        let length = square(&self.step_path).sqrt();
        let warm = 1.0 - libm::pow(1.0 - learn_step, 2.0 * f64::from(self.generation));
        let steady = length / warm.sqrt() < (1.4 + 2.0 / (size + 1.0)) * expected;
        self.path = kept(&self.path, learn_path);
        if steady {
            self.path = plus(&self.path, gain(learn_path), &step);
        }
        self.mean = plus(&self.mean, self.step, &step);
        let missing = if steady { 0.0 } else { learn_path * (2.0 - learn_path) };
        for i in 0..self.mean.len() {
            for j in 0..self.mean.len() {
                let many: f64 = weights.iter().zip(&steps).map(|(w, of)| w * of[i] * of[j]).sum();
                let cell = &mut self.covariance[i][j];
                *cell = (1.0 - rank_one - rank_many) * *cell
                    + rank_one * (self.path[i] * self.path[j] + missing * *cell)
                    + rank_many * many;
            }
        }
        self.factor = Lower::of(&self.covariance);
        // A step beyond the whole range would only clip.
        self.step = (self.step * libm::exp(learn_step / damping * (length / expected - 1.0))).min(2.0);
    }
}

/// The nearest point that is not too near to an edge of the ranges.
pub fn inside(point: &[f64]) -> Vector {
    point.iter().map(|z| z.clamp(-EDGE, EDGE)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The smallest value found in so many trials, from a corner.
    fn best(of: impl Fn(&[f64]) -> f64, parameters: usize, trials: usize) -> f64 {
        let mut cma = Cma::new(vec![-1.0; parameters], 0.5);
        let count = Cma::population(parameters);
        let mut best = f64::INFINITY;
        for generation in 0..trials / count {
            let raw = cma.ask(7, generation as u32, count);
            let distances: Vec<f64> = raw.iter().map(|point| of(&inside(point))).collect();
            best = distances.iter().copied().fold(best, f64::min);
            cma.tell(&raw, &distances);
        }
        best
    }

    #[test]
    fn the_middle_of_a_sphere_of_15_dimensions_is_found() {
        let sphere = |x: &[f64]| x.iter().map(|x| (x - 0.5) * (x - 0.5)).sum::<f64>();
        let found = best(sphere, 15, 1500);
        assert!(found < 1e-3, "{found}");
    }

    #[test]
    fn the_bent_valley_of_rosenbrock_is_followed_to_its_end() {
        let valley = |x: &[f64]| {
            let step = |p: &[f64]| 100.0 * (p[1] - p[0] * p[0]) * (p[1] - p[0] * p[0]) + (1.0 - p[0]) * (1.0 - p[0]);
            x.windows(2).map(step).sum::<f64>()
        };
        let found = best(valley, 5, 4000);
        assert!(found < 1e-6, "{found}");
    }

    #[test]
    fn an_ellipsoid_that_is_a_thousand_times_longer_than_wide_is_learned_at_any_angle() {
        let tilted = |x: &[f64]| {
            let sums: Vec<f64> = (0..x.len()).map(|i| x[..=i].iter().sum()).collect();
            let stretch = |i: usize| libm::pow(1e6, i as f64 / (x.len() - 1) as f64);
            sums.iter().enumerate().map(|(i, s)| stretch(i) * s * s).sum::<f64>()
        };
        let found = best(tilted, 8, 6000);
        assert!(found < 1e-6, "{found}");
    }

    #[test]
    fn a_minimum_beyond_the_edge_is_sought_at_the_edge() {
        let found = best(|x| x.iter().map(|x| (x - 9.0) * (x - 9.0)).sum(), 3, 900);
        let edge = 3.0 * (9.0 - EDGE) * (9.0 - EDGE);
        assert!((found - edge) / edge < 1e-2, "{found} {edge}");
    }
}
