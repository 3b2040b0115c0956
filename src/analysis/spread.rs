//! How a number varies over replicates.

use serde::Serialize;

/// How a number varies over replicates.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// The median.
    pub median: f64,
    /// The 5 % quantile.
    pub low: f64,
    /// The 95 % quantile.
    pub high: f64,
}

impl Spread {
    /// The spread of these values; of a single one, three times that value.
    ///
    /// # Panics
    /// If there are none, or one is not a number.
    pub fn of(values: &[f64]) -> Spread {
        let mut sorted = values.to_vec();
        sorted.sort_by(|a, b| a.partial_cmp(b).expect("totals are numbers"));
        Spread {
            median: quantile(&sorted, 0.5),
            low: quantile(&sorted, 0.05),
            high: quantile(&sorted, 0.95),
        }
    }
}

impl Spread {
    /// The spread of these values as it is told: of counts, whole, as nobody sees three and a half buildings.
    ///
    /// # Panics
    /// As [`Spread::of`].
    pub fn told(values: &[f64]) -> Spread {
        let spread = Spread::of(values);
        match values.iter().all(|value| value.fract() == 0.0) {
            true => Spread {
                median: spread.median.round(),
                low: spread.low.round(),
                high: spread.high.round(),
            },
            false => spread,
        }
    }
}

/// How a number varies over runs: half of them lie between `lower` and `upper`, nine in ten between `low` and `high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Five {
    /// The 5 % quantile.
    pub low: f64,
    /// The 25 % quantile.
    pub lower: f64,
    /// The median.
    pub median: f64,
    /// The 75 % quantile.
    pub upper: f64,
    /// The 95 % quantile.
    pub high: f64,
}

impl Five {
    /// Of these values, at least one.
    pub fn of(values: &[f64]) -> Five {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let [low, lower, median, upper, high] = [0.05, 0.25, 0.5, 0.75, 0.95].map(|share| quantile(&sorted, share));
        Five {
            low,
            lower,
            median,
            upper,
            high,
        }
    }
}

/// Linear between order statistics: type 7 of Hyndman and Fan (1996), the default of R and numpy.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_numpy() {
        let spread = Spread::of(&[4.0, 1.0, 3.0, 2.0]);
        let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(
            near(spread.median, 2.5) && near(spread.low, 1.15) && near(spread.high, 3.85),
            "{spread:?}"
        );
    }

    #[test]
    fn counts_are_told_whole_and_shares_are_not() {
        let told = Spread::told(&[4.0, 1.0, 3.0, 2.0]);
        assert_eq!((told.low, told.median, told.high), (1.0, 3.0, 4.0));
        assert_eq!(Spread::told(&[0.5, 1.0]).median, 0.75);
    }

    #[test]
    fn a_single_value_has_no_spread() {
        let spread = Spread::of(&[7.0]);
        assert_eq!((spread.median, spread.low, spread.high), (7.0, 7.0, 7.0));
    }
}
