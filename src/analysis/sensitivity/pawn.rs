//! What an outcome depends on, from points of any design: how far its distribution moves when a parameter is held in a
//! part of its range, by the index of Pianosi and Wagener (2015), Environ. Model. Softw. 67, 1-11, for given points
//! (2018, ibid. 108, 197-207), and which way it goes, by Spearman's rank correlation.
//!
//! The index of a parameter that does nothing is not zero with few points. So the same is worked out with the parameter
//! shuffled, many times, and an index is told from nothing where it lies above 95 % of those.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::analysis::spread::quantile;

/// Fewer points than this say too little.
pub const FEWEST: usize = 40;

/// Parts of a range at most, and points in a part at least.
const PARTS: usize = 10;
const IN_PART: usize = 8;

/// How often a parameter is shuffled.
const SHUFFLES: usize = 200;

/// How an outcome depends on a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Dependence {
    /// Index of Pianosi and Wagener: the median over parts of the range of the largest difference between the share of
    /// points below any value in that part and over all; 0 where the parameter does not matter, at most 1.
    pub index: f64,
    /// What 95 of 100 parameters that do nothing stay below.
    pub nothing: f64,
    /// Spearman's rank correlation with the outcome, from -1 to 1.
    pub rank: f64,
}

impl Dependence {
    /// Whether it can be told from a parameter that does nothing.
    pub fn is_clear(&self) -> bool {
        self.index > self.nothing
    }
}

/// How an outcome depends on each parameter. `places` are the points, one row of parameters for each; `outcomes` their
/// outcomes.
///
/// # Panics
/// If there are not as many points as outcomes, or none.
pub fn pawn(places: &[Vec<f64>], outcomes: &[f64]) -> Vec<Dependence> {
    assert_eq!(places.len(), outcomes.len(), "an outcome for each point");
    let levels = ranks(outcomes);
    let of_parameter = |parameter: usize| {
        let values: Vec<f64> = places.iter().map(|point| point[parameter]).collect();
        let parts = parts(&values);
        let mut rng = ChaCha8Rng::seed_from_u64(SEED);
        rng.set_stream(parameter as u64);
        let mut shuffled = parts.clone();
        let mut nothing: Vec<f64> = (0..SHUFFLES)
            .map(|_| {
                for last in (1..shuffled.len()).rev() {
                    let other = ((u128::from(rng.next_u64()) * (last as u128 + 1)) >> 64) as usize;
                    shuffled.swap(last, other);
                }
                index(&shuffled, &levels)
            })
            .collect();
        nothing.sort_by(f64::total_cmp);
        Dependence {
            index: index(&parts, &levels),
            nothing: quantile(&nothing, 0.95),
            rank: correlation(&ranks(&values), &levels),
        }
    };
    (0..places[0].len()).map(of_parameter).collect()
}

/// Of the shuffles, which are no part of any history.
const SEED: u64 = 20_220_102;

/// The part in which each value lies: equal values are in one part, and parts are about equally full.
fn parts(values: &[f64]) -> Vec<usize> {
    let parts = (values.len() / IN_PART).clamp(2, PARTS);
    let ranks = ranks(values);
    // The rank of equal values is that of their middle, from 0.5 to the number of points less 0.5.
    let part = |rank: &f64| ((rank / values.len() as f64 * parts as f64) as usize).min(parts - 1);
    ranks.iter().map(part).collect()
}

/// The median over parts of the statistic of Kolmogorov and Smirnov between a part and all points.
fn index(parts: &[usize], levels: &[f64]) -> f64 {
    let count = parts.iter().max().map_or(0, |part| part + 1);
    let mut order: Vec<usize> = (0..levels.len()).collect();
    order.sort_by(|&a, &b| levels[a].total_cmp(&levels[b]));
    let mut sizes = vec![0.0; count];
    parts.iter().for_each(|&part| sizes[part] += 1.0);
    let (mut below, mut largest) = (vec![0.0; count], vec![0.0_f64; count]);
    let mut seen = 0.0;
    for (at, &point) in order.iter().enumerate() {
        below[parts[point]] += 1.0;
        seen += 1.0;
        // Equal outcomes are passed together.
        if order.get(at + 1).is_some_and(|&next| levels[next] == levels[point]) {
            continue;
        }
        for part in 0..count {
            let gap = (below[part] / f64::max(sizes[part], 1.0) - seen / levels.len() as f64).abs();
            largest[part] = largest[part].max(gap);
        }
    }
    let mut filled: Vec<f64> = (0..count)
        .filter(|&part| sizes[part] > 0.0)
        .map(|part| largest[part])
        .collect();
    filled.sort_by(f64::total_cmp);
    quantile(&filled, 0.5)
}

/// The rank of each value, from 0.5; equal values share the middle of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    for alike in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let middle = from as f64 + alike.len() as f64 / 2.0;
        alike.iter().for_each(|&place| ranks[place] = middle);
        from += alike.len();
    }
    ranks
}

/// The correlation of two rows of numbers; 0 where one does not vary.
fn correlation(one: &[f64], other: &[f64]) -> f64 {
    let centred = |values: &[f64]| -> Vec<f64> {
        let centre = values.iter().sum::<f64>() / values.len() as f64;
        values.iter().map(|value| value - centre).collect()
    };
    let (one, other) = (centred(one), centred(other));
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let scale = (product(&one, &one) * product(&other, &other)).sqrt();
    if scale > 0.0 {
        product(&one, &other) / scale
    } else {
        0.0
    }
}

/// Spearman's rank correlation of two rows of numbers.
pub fn spearman(one: &[f64], other: &[f64]) -> f64 {
    correlation(&ranks(one), &ranks(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A lattice of points that fills the square evenly.
    fn points(count: usize) -> Vec<Vec<f64>> {
        let fraction = |value: f64| value - libm::floor(value);
        (0..count)
            .map(|i| {
                [0.754_877_67, 0.569_840_29]
                    .map(|step| fraction(0.5 + step * i as f64))
                    .to_vec()
            })
            .collect()
    }

    #[test]
    fn a_parameter_that_decides_is_told_from_one_that_does_nothing() {
        let places = points(200);
        let outcomes: Vec<f64> = places.iter().map(|x| -x[0] * x[0] * x[0]).collect();
        let [decides, nothing] = pawn(&places, &outcomes)[..] else {
            panic!("two parameters")
        };
        assert!(
            decides.is_clear() && decides.index > 0.4 && decides.rank < -0.999,
            "{decides:?}"
        );
        assert!(!nothing.is_clear() && nothing.rank.abs() < 0.1, "{nothing:?}");
    }

    #[test]
    fn an_effect_that_goes_both_ways_has_an_index_and_no_rank_correlation() {
        let places = points(200);
        let outcomes: Vec<f64> = places.iter().map(|x| (x[0] - 0.5).powi(2)).collect();
        let both = pawn(&places, &outcomes)[0];
        assert!(both.is_clear() && both.rank.abs() < 0.1, "{both:?}");
    }

    #[test]
    fn equal_values_share_their_rank_and_a_constant_has_no_correlation() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), [3.0, 0.5, 3.0, 1.5]);
        assert_eq!(spearman(&[1.0, 2.0, 3.0], &[10.0, 100.0, 1000.0]), 1.0);
        assert_eq!(spearman(&[1.0, 2.0, 3.0], &[5.0; 3]), 0.0);
    }
}
