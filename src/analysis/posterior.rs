//! What a weighted sample says of each parameter: where it lies, how sharply, and what goes with what.

use serde::Serialize;

/// A parameter with the range in which it was sought.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Axis {
    /// Its path in the scenario.
    pub key: String,
    /// Its unit; may be empty.
    pub unit: String,
    /// Least value.
    pub low: f64,
    /// Largest value.
    pub high: f64,
    /// Whether all ratios were as likely before, and not all differences.
    pub log: bool,
    /// Its value before the search.
    pub present: f64,
}

/// What is known of a parameter.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Marginal {
    /// The parameter.
    #[serde(flatten)]
    pub axis: Axis,
    /// The median of the posterior.
    pub median: f64,
    /// Its 5 % quantile.
    pub p05: f64,
    /// Its 95 % quantile.
    pub p95: f64,
    /// How much narrower that interval is than the 90 % interval of the prior: 0 is as wide, 1 is a point. Negative is
    /// wider, which happens where the posterior sits at the ends.
    pub sharpness: f64,
}

/// Two parameters that the record cannot tell apart well.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tie {
    /// The one.
    pub a: String,
    /// The other.
    pub b: String,
    /// Their correlation in the posterior.
    pub correlation: f64,
}

/// Correlations weaker than this are not told.
pub const STRONG: f64 = 0.5;

/// What is known of each parameter, from points with weights that sum to 1; `points` has a row of values for each.
///
/// # Panics
/// If there are no points.
pub fn marginals(axes: &[Axis], points: &[&[f64]], weights: &[f64]) -> Vec<Marginal> {
    let marginal = |(i, axis): (usize, &Axis)| {
        let values: Vec<f64> = points.iter().map(|point| point[i]).collect();
        let [p05, median, p95] = [0.05, 0.5, 0.95].map(|share| quantile(&values, weights, share));
        let width = scaled(axis, p95) - scaled(axis, p05);
        let prior = 0.9 * (scaled(axis, axis.high) - scaled(axis, axis.low));
        Marginal {
            axis: axis.clone(),
            median,
            p05,
            p95,
            sharpness: 1.0 - width / prior,
        }
    };
    axes.iter().enumerate().map(marginal).collect()
}

/// The pairs of parameters whose correlation is stronger than [`STRONG`], the strongest first.
pub fn ties(axes: &[Axis], points: &[&[f64]], weights: &[f64]) -> Vec<Tie> {
    let column = |i: usize| {
        points
            .iter()
            .map(|point| scaled(&axes[i], point[i]))
            .collect::<Vec<f64>>()
    };
    let columns: Vec<Vec<f64>> = (0..axes.len()).map(column).collect();
    let mut ties = Vec::new();
    for b in 0..axes.len() {
        for a in 0..b {
            let correlation = correlation(&columns[a], &columns[b], weights);
            if correlation.abs() > STRONG {
                ties.push(Tie {
                    a: axes[a].key.clone(),
                    b: axes[b].key.clone(),
                    correlation,
                });
            }
        }
    }
    ties.sort_by(|x, y| y.correlation.abs().total_cmp(&x.correlation.abs()));
    ties
}

fn scaled(axis: &Axis, value: f64) -> f64 {
    if axis.log { libm::log(value) } else { value }
}

/// The smallest value at or below which lies at least this share of the weight.
fn quantile(values: &[f64], weights: &[f64], share: f64) -> f64 {
    let mut order: Vec<(f64, f64)> = values.iter().copied().zip(weights.iter().copied()).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut sum = 0.0;
    for &(value, weight) in &order {
        sum += weight;
        if sum >= share {
            return value;
        }
    }
    order.last().expect("there are points").0
}

fn correlation(a: &[f64], b: &[f64], weights: &[f64]) -> f64 {
    let mean = |of: &[f64]| of.iter().zip(weights).map(|(x, w)| w * x).sum::<f64>();
    let (at_a, at_b) = (mean(a), mean(b));
    let product = |x: &[f64], at_x: f64, y: &[f64], at_y: f64| -> f64 {
        let terms = x.iter().zip(y).zip(weights);
        terms.map(|((x, y), w)| w * (x - at_x) * (y - at_y)).sum()
    };
    let spread = product(a, at_a, a, at_a) * product(b, at_b, b, at_b);
    if spread > 0.0 {
        product(a, at_a, b, at_b) / spread.sqrt()
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(key: &str, low: f64, high: f64, log: bool) -> Axis {
        Axis {
            key: key.to_owned(),
            unit: String::new(),
            low,
            high,
            log,
            present: low,
        }
    }

    #[test]
    fn quantiles_and_sharpness_count_by_weight_and_in_the_scale_of_the_prior() {
        let axes = [axis("a", 0.0, 10.0, false), axis("b", 1.0, 10_000.0, true)];
        let points: Vec<Vec<f64>> = vec![vec![1.0, 10.0], vec![2.0, 100.0], vec![5.5, 1000.0]];
        let rows: Vec<&[f64]> = points.iter().map(Vec::as_slice).collect();
        let told = marginals(&axes, &rows, &[0.6, 0.3, 0.1]);
        assert_eq!((told[0].p05, told[0].median, told[0].p95), (1.0, 1.0, 5.5));
        assert!((told[0].sharpness - 0.5).abs() < 1e-12);
        assert!((told[1].sharpness - (1.0 - 2.0 / 3.6)).abs() < 1e-12);
    }

    #[test]
    fn only_strong_correlations_are_told_and_the_strongest_comes_first() {
        let axes = ["a", "b", "c"].map(|key| axis(key, 0.0, 9.0, false));
        let points = [[1.0, 2.0, 5.0], [2.0, 1.0, 3.0], [3.0, 0.0, 5.0], [4.0, -1.5, 3.0]];
        let rows: Vec<&[f64]> = points.iter().map(<[f64; 3]>::as_slice).collect();
        let told = ties(&axes, &rows, &[0.25; 4]);
        assert_eq!((told[0].a.as_str(), told[0].b.as_str()), ("a", "b"));
        assert!(told[0].correlation < -0.99);
        assert!(told.iter().all(|tie| tie.correlation.abs() > STRONG));
    }
}
