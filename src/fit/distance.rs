//! How far a trial is from a record: robust, free of scale, and 1 exactly where an observation is just met.
//!
//! An observation is met when the median over the shared seeds lies in its accepted range and a given share of the
//! seeds does, usually 60 %. Its distance says the same on a scale: the larger of how far the median is *off*, and how far
//! the seed is off that is the last of the nearest 60 %. So an observation is met if and only if its distance is at most 1.
//!
//! A value is off by 0 at the observed value and 1 at either end of the accepted range, in proportion between, on the
//! linear or logarithmic scale of the observation. Beyond an end it is off by `1 + ln(1 + x)` with `x` half-widths
//! to the end, so that one hopeless observation does not drown what the others say.

/// What a value is off by that is infinitely far, or is not there at all.
pub const HOPELESS: f64 = 10.0;

/// What was observed, and what is accepted for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// The observed value.
    pub observed: f64,
    /// The least that is accepted; may be negative infinity.
    pub low: f64,
    /// The most that is accepted; may be infinity.
    pub high: f64,
    /// Whether it is measured by ratios and not by differences.
    pub log: bool,
    /// The share of seeds that must lie in the range.
    pub seeds: f64,
}

/// How well an observation is met over the shared seeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Met {
    /// The median over the seeds; not a number if it is not there in half of them.
    pub median: f64,
    /// The share of seeds in the accepted range.
    pub inside: f64,
    /// Its distance: at most 1 where it is met.
    pub distance: f64,
}

/// How the distances of observations are made one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    /// Their mean: a miss can be made up for elsewhere.
    Mean,
    /// The root of their mean square: large misses count more.
    RootMeanSquare,
    /// The largest: at most 1 exactly where every observation is met.
    Max,
}

impl Combine {
    /// The distance of a trial from the distances of its observations, of which there is at least one.
    pub fn of(self, distances: &[f64]) -> f64 {
        let count = distances.len() as f64;
        match self {
            Combine::Mean => distances.iter().sum::<f64>() / count,
            Combine::RootMeanSquare => (distances.iter().map(|d| d * d).sum::<f64>() / count).sqrt(),
            Combine::Max => distances.iter().copied().fold(0.0, f64::max),
        }
    }
}

impl Target {
    /// Whether a value is accepted; one that is not there is not.
    pub fn accepts(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// How far a value is off, from 0 to [`HOPELESS`].
    pub fn off(&self, value: f64) -> f64 {
        if value.is_nan() {
            return HOPELESS;
        }
        let scaled = |value: f64| match self.log {
            true => libm::log(value.max(0.0)),
            false => value,
        };
        let [value, observed, low, high] = [value, self.observed, self.low, self.high].map(scaled);
        let (end, beyond) = match value < observed {
            true => (low, low - value),
            false => (high, value - high),
        };
        let to_end = (end - observed).abs();
        let off = if beyond <= 0.0 {
            // Where an end is the observed value or infinitely far, all values on that side are as good.
            (value - observed).abs() / to_end
        } else {
            let half = [(high - low) / 2.0, to_end, observed.abs()];
            let width = half.into_iter().find(|width| width.is_finite() && *width > 0.0);
            1.0 + libm::log1p(beyond / width.unwrap_or(1.0))
        };
        if off.is_nan() { 0.0 } else { off.min(HOPELESS) }
    }

    /// How well these values, one per seed, meet it. A value that is not there is outside, and has no part in the median.
    pub fn met(&self, values: &[f64]) -> Met {
        let mut there: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        there.sort_by(f64::total_cmp);
        let middle = there.len() / 2;
        let median = match there.len() {
            0 => f64::NAN,
            odd if odd % 2 == 1 => there[middle],
            _ => 0.5 * (there[middle - 1] + there[middle]),
        };
        let inside = values.iter().filter(|&&value| self.accepts(value)).count();
        Met {
            median,
            inside: inside as f64 / values.len() as f64,
            distance: self.off(median).max(self.at_least(values, values.len())),
        }
    }

    /// How many of so many seeds must lie in the range, at least one.
    pub fn needed(&self, seeds: usize) -> usize {
        // A share such as 0.95 of 20 is 19, whatever its last bit.
        (libm::ceil(self.seeds * seeds as f64 - 1e-9) as usize).clamp(1, seeds)
    }

    /// The distance can only be more than this, whatever the seeds give that have not run yet: some values are known, of
    /// `seeds` in all. Those that are not known count as not off at all.
    pub fn at_least(&self, known: &[f64], seeds: usize) -> f64 {
        let Some(place) = (self.needed(seeds) + known.len()).checked_sub(seeds + 1) else {
            return 0.0;
        };
        let mut off: Vec<f64> = known.iter().map(|&value| self.off(value)).collect();
        off.sort_by(f64::total_cmp);
        off[place]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DEATHS: Target = Target {
        observed: 200.0,
        low: 100.0,
        high: 800.0,
        log: true,
        seeds: 0.6,
    };

    #[test]
    fn a_value_is_off_by_0_at_the_observed_1_at_either_end_and_more_beyond() {
        let off = |value| (DEATHS.off(value) * 1e9).round() / 1e9;
        assert_eq!([off(200.0), off(100.0), off(800.0), off(400.0)], [0.0, 1.0, 1.0, 0.5]);
        assert!(off(801.0) > 1.0 && off(1600.0) < off(3200.0) && off(99.0) > 1.0);
        assert_eq!([off(0.0), off(f64::NAN)], [HOPELESS, HOPELESS]);
    }

    #[test]
    fn a_range_may_end_at_the_observed_value_or_not_at_all() {
        let share = Target {
            observed: 1.0,
            low: 0.8,
            high: 1.0,
            log: false,
            seeds: 0.6,
        };
        assert!((share.off(0.9) - 0.5).abs() < 1e-12 && share.off(1.0) == 0.0 && share.off(1.2) > 1.0);
        let quiet = Target {
            observed: 0.0,
            low: f64::NEG_INFINITY,
            high: 1000.0,
            log: false,
            seeds: 0.6,
        };
        assert_eq!([quiet.off(-5.0), quiet.off(0.0), quiet.off(500.0)], [0.0, 0.0, 0.5]);
        assert!((quiet.off(2000.0) - 1.0 - libm::log(2.0)).abs() < 1e-12);
    }

    #[test]
    fn an_observation_is_met_by_its_median_and_three_fifths_of_the_seeds() {
        let met = DEATHS.met(&[200.0, 300.0, 700.0, 9000.0]);
        assert_eq!((met.median, met.inside), (500.0, 0.75));
        assert!(met.distance <= 1.0);
        let half = DEATHS.met(&[200.0, 300.0, 900.0, 1000.0]);
        assert_eq!((half.median, half.inside), (600.0, 0.5));
        assert!(half.distance > 1.0);
        assert_eq!(DEATHS.met(&[f64::NAN, f64::NAN, 200.0]).distance, HOPELESS);
    }

    #[test]
    fn the_largest_distance_is_at_most_1_exactly_where_all_are_met() {
        let far = [0.5, 1.5];
        assert_eq!(Combine::Max.of(&far), 1.5);
        assert_eq!(Combine::Mean.of(&far), 1.0);
        assert_eq!(Combine::RootMeanSquare.of(&far), 1.25f64.sqrt());
    }

    proptest! {
        #[test]
        fn met_is_a_distance_of_at_most_1_and_no_further_seed_undoes_the_bound(
            values in prop::collection::vec(0.0..2000.0f64, 1..9),
            known in 0usize..9,
        ) {
            let met = DEATHS.met(&values);
            let passes = DEATHS.accepts(met.median) && met.inside >= 0.6;
            prop_assert_eq!(passes, met.distance <= 1.0);
            let known = known.min(values.len());
            prop_assert!(DEATHS.at_least(&values[..known], values.len()) <= met.distance);
        }
    }
}
