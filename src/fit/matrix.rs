//! The little linear algebra that a search needs, in plain loops: a fixed order of additions gives the same bits on
//! every processor, which libraries that pick the widest instructions of the machine do not promise.

/// A point, or a difference of points.
pub type Vector = Vec<f64>;

/// A lower triangular matrix `L`, the Cholesky factor of a covariance matrix `L L'`.
#[derive(Clone, Debug, PartialEq)]
pub struct Lower(Vec<Vector>);

impl Lower {
    /// The factor of independent coordinates of variance 1.
    pub fn identity(size: usize) -> Lower {
        Lower(
            (0..size)
                .map(|i| (0..=i).map(|j| f64::from(u8::from(i == j))).collect())
                .collect(),
        )
    }

    /// The factor of a covariance matrix. A variance that rounding has left below a millionth of a millionth of the
    /// largest is taken for that, so that there always is one.
    pub fn of(covariance: &[Vector]) -> Lower {
        let largest = (0..covariance.len()).map(|i| covariance[i][i]).fold(0.0, f64::max);
        let floor = (largest * 1e-12).max(1e-300);
        let mut rows: Vec<Vector> = Vec::new();
        for (i, of) in covariance.iter().enumerate() {
            let mut row: Vector = Vec::new();
            for j in 0..i {
                let known: f64 = (0..j).map(|k| row[k] * rows[j][k]).sum();
                row.push((of[j] - known) / rows[j][j]);
            }
            let known: f64 = row.iter().map(|value| value * value).sum();
            row.push((of[i] - known).max(floor).sqrt());
            rows.push(row);
        }
        Lower(rows)
    }

    /// `L x`.
    pub fn times(&self, x: &[f64]) -> Vector {
        self.0
            .iter()
            .map(|row| row.iter().zip(x).map(|(a, b)| a * b).sum())
            .collect()
    }

    /// The `y` with `L y = x`.
    pub fn solve(&self, x: &[f64]) -> Vector {
        let mut y: Vector = Vec::new();
        for (i, row) in self.0.iter().enumerate() {
            let known: f64 = row.iter().zip(&y).map(|(a, b)| a * b).sum();
            y.push((x[i] - known) / row[i]);
        }
        y
    }

    /// The `y` with `L' y = x`.
    pub fn solve_transposed(&self, x: &[f64]) -> Vector {
        let mut y = x.to_vec();
        for (i, row) in self.0.iter().enumerate().rev() {
            y[i] /= row[i];
            let known = y[i];
            y[..i]
                .iter_mut()
                .zip(row)
                .for_each(|(rest, cell)| *rest -= known * cell);
        }
        y
    }

    /// The logarithm of its determinant.
    pub fn log_determinant(&self) -> f64 {
        self.0.iter().enumerate().map(|(i, row)| libm::log(row[i])).sum()
    }
}

/// The mean of points whose weights sum to 1.
pub fn mean(points: &[Vector], weights: &[f64]) -> Vector {
    let mut mean = vec![0.0; points.first().map_or(0, Vec::len)];
    for (point, weight) in points.iter().zip(weights) {
        mean.iter_mut().zip(point).for_each(|(m, x)| *m += weight * x);
    }
    mean
}

/// The covariance of points whose weights sum to 1, as if they were the whole population.
pub fn covariance(points: &[Vector], weights: &[f64]) -> Vec<Vector> {
    let center = mean(points, weights);
    let mut all = vec![vec![0.0; center.len()]; center.len()];
    for (point, weight) in points.iter().zip(weights) {
        let from = minus(point, &center);
        for (i, row) in all.iter_mut().enumerate() {
            row.iter_mut()
                .zip(&from)
                .for_each(|(cell, x)| *cell += weight * from[i] * x);
        }
    }
    all
}

/// `a - b`.
pub fn minus(a: &[f64], b: &[f64]) -> Vector {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

/// `a + scale b`.
pub fn plus(a: &[f64], scale: f64, b: &[f64]) -> Vector {
    a.iter().zip(b).map(|(a, b)| a + scale * b).collect()
}

/// The sum of squares.
pub fn square(a: &[f64]) -> f64 {
    a.iter().map(|x| x * x).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_multiplies_to_its_covariance_and_solves_what_it_multiplied() {
        let covariance = vec![vec![4.0, 2.0, -2.0], vec![2.0, 10.0, 2.0], vec![-2.0, 2.0, 6.0]];
        let lower = Lower::of(&covariance);
        assert_eq!(lower, Lower(vec![vec![2.0], vec![1.0, 3.0], vec![-1.0, 1.0, 2.0]]));
        assert_eq!(lower.times(&[1.0, 1.0, 1.0]), [2.0, 4.0, 2.0]);
        assert_eq!(lower.solve(&[2.0, 4.0, 2.0]), [1.0, 1.0, 1.0]);
        assert_eq!(lower.solve_transposed(&[2.0, 4.0, 2.0]), [1.0, 1.0, 1.0]);
        assert!((lower.log_determinant() - libm::log(12.0)).abs() < 1e-12);
    }

    #[test]
    fn a_covariance_without_spread_in_a_direction_still_has_a_factor() {
        let lower = Lower::of(&[vec![1.0, 1.0], vec![1.0, 1.0]]);
        assert!(lower.solve(&[1.0, 1.0]).iter().all(|x| x.is_finite()));
    }

    #[test]
    fn mean_and_covariance_count_by_weight() {
        let points = [vec![0.0, 0.0], vec![4.0, 8.0]];
        assert_eq!(mean(&points, &[0.75, 0.25]), [1.0, 2.0]);
        assert_eq!(covariance(&points, &[0.75, 0.25]), [[3.0, 6.0], [6.0, 12.0]]);
    }
}
