//! The standard normal distribution, and normal distributions of points.

use super::chance::Chance;
use super::matrix::{Lower, Vector, minus, plus, square};

/// A normal distribution of points.
#[derive(Clone, Debug)]
pub struct Normal {
    mean: Vector,
    factor: Lower,
    log_determinant: f64,
}

impl Normal {
    /// With this mean and covariance.
    pub fn new(mean: Vector, covariance: &[Vector]) -> Normal {
        Normal::of_factor(mean, Lower::of(covariance))
    }

    /// Independent standard normal numbers: the prior of a search with so many parameters.
    pub fn standard(parameters: usize) -> Normal {
        Normal::of_factor(vec![0.0; parameters], Lower::identity(parameters))
    }

    fn of_factor(mean: Vector, factor: Lower) -> Normal {
        let log_determinant = factor.log_determinant();
        Normal {
            mean,
            factor,
            log_determinant,
        }
    }

    /// A point drawn from it.
    pub fn draw(&self, chance: &mut Chance) -> Vector {
        plus(&self.mean, 1.0, &self.factor.times(&chance.normals(self.mean.len())))
    }

    /// Its density at a point, as a ratio to the density of the prior.
    pub fn over_prior(&self, point: &[f64]) -> f64 {
        let own = square(&self.factor.solve(&minus(point, &self.mean)));
        libm::exp(0.5 * (square(point) - own) - self.log_determinant)
    }
}

/// The share of a standard normal distribution below `z`.
pub fn cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
}

/// The `z` below which this share lies, found by halving: it is needed once for each parameter. Shares nearer to 0
/// or 1 than 0.001 are taken for that.
pub fn quantile(share: f64) -> f64 {
    let share = share.clamp(0.001, 0.999);
    let (mut low, mut high) = (-4.0, 4.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        match cdf(middle) < share {
            true => low = middle,
            false => high = middle,
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_undo_shares() {
        assert!((cdf(1.959_963_984_540_054) - 0.975).abs() < 1e-12);
        for share in [0.001, 0.3, 0.5, 0.975] {
            assert!((cdf(quantile(share)) - share).abs() < 1e-12, "{share}");
        }
        assert_eq!(quantile(0.0), quantile(0.001));
    }
}
