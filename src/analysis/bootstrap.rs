//! How sure a number is that was worked out of a sample: the percentile bootstrap of Efron (1979). A sample is drawn
//! again from itself, with replacement, many times; the middle 95 % of what comes out is the interval. The draws are
//! a function of the size of the sample alone, so the same sample always has the same interval.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::spread::quantile;

/// How often a sample is drawn again.
pub const RESAMPLES: usize = 2000;

/// A 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The 2.5 % quantile.
    pub low: f64,
    /// The 97.5 % quantile.
    pub high: f64,
}

impl Interval {
    /// From its low end to its high one.
    pub fn width(&self) -> f64 {
        self.high - self.low
    }

    /// Whether zero is in it.
    pub fn holds_zero(&self) -> bool {
        self.low <= 0.0 && 0.0 <= self.high
    }
}

/// The draws for one question. Questions of different numbers have independent draws.
pub struct Resampler {
    rng: ChaCha8Rng,
    size: usize,
    places: Vec<usize>,
}

impl Resampler {
    /// The draws from a sample of so many.
    pub fn new(question: u64, size: usize) -> Resampler {
        let mut rng = ChaCha8Rng::seed_from_u64(SEED);
        rng.set_stream(question);
        Resampler {
            rng,
            size,
            places: vec![0; size],
        }
    }

    /// As many places in the sample as it has, each any of them with the same chance.
    pub fn draw(&mut self) -> &[usize] {
        for place in &mut self.places {
            // Lemire's multiplication; for a sample below a million the bias is below 2^-44.
            *place = ((u128::from(self.rng.next_u64()) * self.size as u128) >> 64) as usize;
        }
        &self.places
    }
}

/// The 95 % interval of a statistic of a sample, which is told at which places the sample was drawn. What is not a
/// number is left out; an interval of nothing but that is not a number either.
pub fn interval(size: usize, mut statistic: impl FnMut(&[usize]) -> f64) -> Interval {
    let mut draws = Resampler::new(0, size);
    let again: Vec<f64> = (0..RESAMPLES).map(|_| statistic(draws.draw())).collect();
    of(again)
}

/// The middle 95 % of these values.
pub fn of(mut values: Vec<f64>) -> Interval {
    values.retain(|value| !value.is_nan());
    values.sort_by(f64::total_cmp);
    match values.is_empty() {
        true => Interval {
            low: f64::NAN,
            high: f64::NAN,
        },
        false => Interval {
            low: quantile(&values, 0.025),
            high: quantile(&values, 0.975),
        },
    }
}

/// The mean.
pub fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let size = values.len() as f64;
    values.sum::<f64>() / size
}

/// Of the draws, which are no part of any history.
const SEED: u64 = 20_220_102;

#[cfg(test)]
mod tests {
    use super::*;

    fn of_mean(values: &[f64]) -> Interval {
        interval(values.len(), |places| mean(places.iter().map(|&place| values[place])))
    }

    #[test]
    fn a_sample_has_the_same_interval_every_time_and_a_constant_one_has_no_width() {
        let values: Vec<f64> = (0..50).map(|i| f64::from(i * i % 17)).collect();
        assert_eq!(of_mean(&values), of_mean(&values));
        assert_eq!(of_mean(&[3.0; 20]), Interval { low: 3.0, high: 3.0 });
    }

    #[test]
    fn the_interval_of_a_mean_is_near_that_of_the_normal_distribution() {
        // 0 and 1 in equal numbers: the mean of 400 has a standard error of 0.025.
        let values: Vec<f64> = (0..400).map(|i| f64::from(i % 2)).collect();
        let Interval { low, high } = of_mean(&values);
        assert!((low - (0.5 - 1.96 * 0.025)).abs() < 0.004, "{low}");
        assert!((high - (0.5 + 1.96 * 0.025)).abs() < 0.004, "{high}");
    }

    #[test]
    fn draws_cover_the_sample_and_differ_between_questions() {
        let drawn = |question| Resampler::new(question, 10).draw().to_vec();
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
        let mut seen = [0; 10];
        let mut draws = Resampler::new(0, 10);
        for _ in 0..1000 {
            draws.draw().iter().for_each(|&place| seen[place] += 1);
        }
        assert!(seen.iter().all(|&times| (850..1150).contains(&times)), "{seen:?}");
    }
}
