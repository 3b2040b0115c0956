//! A Gaussian process: what a smooth function is likely to be between the points where it is known, and how sure that is
//! (Rasmussen and Williams 2006, algorithm 2.1). The kernel is that of Matérn with 5/2, one length for all coordinates:
//! twice differentiable, as what an average over dice is, and not smoother than that.
//!
//! Written out on the Cholesky factor of [`super::matrix`], for the reason given there: the same bits on every processor.
//! Its numbers are held against those of scikit-learn.

use super::matrix::{Lower, Vector, square};

/// How a function varies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kernel {
    /// How far values reach, in units of a coordinate.
    pub length: f64,
    /// The variance of the function.
    pub signal: f64,
    /// The variance of what is seen of it, around it.
    pub noise: f64,
}

impl Kernel {
    fn between(&self, one: &[f64], other: &[f64]) -> f64 {
        self.over(apart(one, other))
    }

    /// The covariance of two points whose distance has this square.
    fn over(&self, squares: f64) -> f64 {
        let far = (5.0 * squares).sqrt() / self.length;
        self.signal * (1.0 + far + far * far / 3.0) * libm::exp(-far)
    }
}

/// The square of the distance of two points.
fn apart(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// A value that is not known for sure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likely {
    /// Its mean.
    pub mean: f64,
    /// Its variance.
    pub variance: f64,
}

/// A process that has seen values of mean zero.
#[derive(Clone, Debug)]
pub struct Process {
    kernel: Kernel,
    points: Vec<Vector>,
    factor: Lower,
    /// The inverse of the covariance of what was seen, times what was seen.
    weights: Vector,
    likelihood: f64,
}

impl Process {
    /// Of what was seen at these points.
    pub fn new(kernel: Kernel, points: Vec<Vector>, seen: &[f64]) -> Process {
        let row = |(i, one): (usize, &Vector)| {
            let mut row: Vector = points[..=i].iter().map(|other| kernel.between(one, other)).collect();
            row[i] += kernel.noise;
            row
        };
        let covariance: Vec<Vector> = points.iter().enumerate().map(row).collect();
        let factor = Lower::of(&covariance);
        let half = factor.solve(seen);
        let likelihood = -0.5 * square(&half)
            - factor.log_determinant()
            - 0.5 * seen.len() as f64 * libm::log(std::f64::consts::TAU);
        Process {
            weights: factor.solve_transposed(&half),
            kernel,
            points,
            factor,
            likelihood,
        }
    }

    /// The logarithm of how likely what was seen is.
    pub fn likelihood(&self) -> f64 {
        self.likelihood
    }

    /// The squares of the distances of a point from its own, in their order.
    pub fn distances(&self, point: &[f64]) -> Vector {
        self.points.iter().map(|other| apart(point, other)).collect()
    }

    /// The mean of the function alone, at a point with such distances: it takes far less time than how sure it is.
    pub fn mean_at(&self, distances: &[f64]) -> f64 {
        let near = distances.iter().map(|&squares| self.kernel.over(squares));
        near.zip(&self.weights).map(|(a, b)| a * b).sum()
    }

    /// The function at a point, without the noise of what is seen there.
    pub fn at(&self, point: &[f64]) -> Likely {
        let near: Vector = self
            .points
            .iter()
            .map(|other| self.kernel.between(point, other))
            .collect();
        let known = square(&self.factor.solve(&near));
        Likely {
            mean: near.iter().zip(&self.weights).map(|(a, b)| a * b).sum(),
            variance: (self.kernel.signal - known).max(0.0),
        }
    }

    /// What would be expected to be seen at each of its points if that alone had not been seen, with the noise (ibid.,
    /// equation 5.12): seen less expected, and its variance.
    pub fn left_out(&self) -> Vec<Likely> {
        let size = self.points.len();
        // The diagonal of the inverse covariance: the squares of the columns of the inverse factor.
        let mut diagonal = vec![0.0; size];
        for (place, sum) in diagonal.iter_mut().enumerate() {
            let mut unit = vec![0.0; size];
            unit[place] = 1.0;
            *sum = square(&self.factor.solve(&unit));
        }
        let one = |(weight, inverse): (&f64, &f64)| Likely {
            mean: weight / inverse,
            variance: 1.0 / inverse,
        };
        self.weights.iter().zip(&diagonal).map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `tests/fixtures/emulator/make.py` made these numbers with scikit-learn.
    #[test]
    fn predictions_and_likelihood_are_those_of_scikit_learn() {
        let golden: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/fixtures/emulator/golden.json")).unwrap();
        let numbers = |value: &serde_json::Value| -> Vec<f64> {
            value
                .as_array()
                .unwrap()
                .iter()
                .map(|number| number.as_f64().unwrap())
                .collect()
        };
        let rows = |key: &str| -> Vec<Vec<f64>> { golden[key].as_array().unwrap().iter().map(numbers).collect() };
        let number = |key: &str| golden[key].as_f64().unwrap();
        let kernel = Kernel {
            length: number("length"),
            signal: number("signal"),
            noise: number("noise"),
        };
        let process = Process::new(kernel, rows("points"), &numbers(&golden["seen"]));
        let near =
            |ours: f64, theirs: f64| assert!((ours - theirs).abs() < 1e-7 * theirs.abs().max(1.0), "{ours} {theirs}");
        near(process.likelihood(), number("likelihood"));
        for ((point, mean), deviation) in rows("at")
            .iter()
            .zip(numbers(&golden["mean"]))
            .zip(numbers(&golden["deviation"]))
        {
            let likely = process.at(point);
            near(likely.mean, mean);
            near(likely.variance.sqrt(), deviation);
        }
        for (left, theirs) in process.left_out().iter().zip(rows("left_out")) {
            near(left.mean, theirs[0]);
            near(left.variance, theirs[1]);
        }
    }
}
