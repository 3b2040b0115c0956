//! Shares of the variance of an outcome: the indices of Sobol', of first and second order and in all, on Saltelli's layout.
//!
//! - First-order index: Saltelli et al. (2010), Comput. Phys. Commun. 181(2), 259-270, table 2 (b).
//! - Second order: Saltelli (2002), Comput. Phys. Commun. 145(2), 280-297. Total index: Jansen (1999), ibid. 117(1-2), 35-43.
//!
//! What is shared out is the variance of the *mean over dice*, which nobody sees: a mean over few replicates has luck in
//! it, and squared luck looks like an effect of every parameter. So every product in an estimator is taken of two different
//! replicates, which have nothing but the parameters in common: the sum over all pairs of different replicates, over
//! their number. Such a product is not biased by dice, however much they matter. With one replicate nothing can be
//! taken away, and the estimators are those of SALib.

use serde::Serialize;

use crate::analysis::interval::{Interval, jackknife, mean};

/// Shares of the variance of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    /// The share that goes if the parameter is fixed: its own, without interactions.
    pub first: f64,
    /// Its 95 % interval.
    pub first_interval: Interval,
    /// The share that stays if all others are fixed: with all interactions.
    pub total: f64,
    /// Its 95 % interval.
    pub total_interval: Interval,
}

/// What two parameters do only together: a share of variance beyond what each does alone.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// The places of the two among the parameters.
    pub parameters: [usize; 2],
    /// The share.
    pub second: f64,
    /// Its 95 % interval.
    pub interval: Interval,
}

/// The indices of an outcome.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shares {
    /// Of each parameter.
    pub of: Vec<Share>,
    /// Of each pair of them; empty if the layout has no points for it.
    pub pairs: Vec<Pair>,
    /// The share of the variance of the means over replicates that is still dice, and was taken away.
    pub dice: f64,
}

/// The indices of each parameter, from an outcome at the points of Saltelli's layout, one row of replicates for each: for
/// each base point, A, A with the parameter of B for each parameter in turn, where `pairs` also B with that of A, and B.
/// Replicates of one place have the same dice at every point.
///
/// # Errors
/// Why there are none: the outcome never changes, or chance dominates.
///
/// # Panics
/// If there are not whole base points, or not as many replicates of each.
pub fn sobol(outcomes: &[Vec<f64>], parameters: usize, pairs: bool) -> Result<Shares, String> {
    let layout = Layout::of(outcomes, parameters, pairs);
    let dice = layout.dice()?;
    let replicates = layout.replicates;
    let told = |estimate: &dyn Fn(Without) -> f64| {
        let variance = jackknife(layout.size, |base| estimate(Without::base(base)));
        // The dice were drawn, too: where there are enough to leave one out, they widen the interval.
        let luck = match replicates > 2 {
            true => jackknife(replicates, |replicate| estimate(Without::replicate(replicate))),
            false => 0.0,
        };
        let freedom = (layout.size - 1) as f64;
        let value = estimate(Without::default());
        (value, Interval::around(value, variance + luck, freedom))
    };
    let of_parameter = |parameter: usize| {
        let (first, first_interval) = told(&|without| layout.first(parameter, without));
        let (total, total_interval) = told(&|without| layout.total(parameter, without));
        Share {
            first,
            first_interval,
            total,
            total_interval,
        }
    };
    let of_pair = |(a, b): (usize, usize)| {
        let (second, interval) = told(&|without| layout.second(a, b, without));
        Pair {
            parameters: [a, b],
            second,
            interval,
        }
    };
    let all = 0..if pairs { parameters } else { 0 };
    Ok(Shares {
        of: (0..parameters).map(of_parameter).collect(),
        pairs: all
            .flat_map(|a| (a + 1..parameters).map(move |b| (a, b)))
            .map(of_pair)
            .collect(),
        dice,
    })
}

/// What a jackknife leaves out.
#[derive(Clone, Copy, Default)]
struct Without {
    base: Option<usize>,
    replicate: Option<usize>,
}

impl Without {
    fn base(base: usize) -> Without {
        Without {
            base: Some(base),
            replicate: None,
        }
    }

    fn replicate(replicate: usize) -> Without {
        Without {
            base: None,
            replicate: Some(replicate),
        }
    }
}

/// Outcomes in their layout; each replicate is centred, since luck that all points share tells nothing of parameters, and
/// the estimate of the first order is biased for outcomes far from zero.
struct Layout {
    values: Vec<Vec<f64>>,
    parameters: usize,
    block: usize,
    size: usize,
    replicates: usize,
}

impl Layout {
    fn of(outcomes: &[Vec<f64>], parameters: usize, pairs: bool) -> Layout {
        let block = super::block(parameters, pairs);
        assert!(
            outcomes.len().is_multiple_of(block),
            "Saltelli's layout has whole base points"
        );
        let replicates = outcomes[0].len();
        let centre = |replicate: usize| mean(outcomes.iter().map(|row| row[replicate]));
        let centres: Vec<f64> = (0..replicates).map(centre).collect();
        let centred = |row: &Vec<f64>| row.iter().zip(&centres).map(|(value, centre)| value - centre).collect();
        Layout {
            values: outcomes.iter().map(centred).collect(),
            parameters,
            block,
            size: outcomes.len() / block,
            replicates,
        }
    }

    fn a(&self, base: usize) -> &[f64] {
        &self.values[base * self.block]
    }

    fn b(&self, base: usize) -> &[f64] {
        &self.values[(base + 1) * self.block - 1]
    }

    /// A with a parameter of B.
    fn ab(&self, base: usize, parameter: usize) -> &[f64] {
        &self.values[base * self.block + 1 + parameter]
    }

    /// B with a parameter of A.
    fn ba(&self, base: usize, parameter: usize) -> &[f64] {
        &self.values[base * self.block + 1 + self.parameters + parameter]
    }

    fn bases(&self, without: Without) -> impl Iterator<Item = usize> {
        (0..self.size).filter(move |&base| without.base != Some(base))
    }

    /// The variance of the outcome over A and B.
    fn variance(&self, without: Without) -> f64 {
        let (mut squares, mut count) = (0.0, 0.0);
        let mut sums = vec![0.0; self.replicates];
        for base in self.bases(without) {
            for point in [self.a(base), self.b(base)] {
                squares += product(without, point.iter().copied(), point.iter().copied());
                sums.iter_mut().zip(point).for_each(|(sum, value)| *sum += value);
                count += 1.0;
            }
        }
        let means = || sums.iter().map(|sum| sum / count);
        squares / count - product(without, means(), means())
    }

    fn average(&self, without: Without, of: impl Fn(usize) -> f64) -> f64 {
        let (sum, count) = self
            .bases(without)
            .fold((0.0, 0.0), |(sum, count), base| (sum + of(base), count + 1.0));
        sum / count
    }

    fn first(&self, parameter: usize, without: Without) -> f64 {
        let of = |base: usize| {
            let moved = self.ab(base, parameter).iter().zip(self.a(base)).map(|(ab, a)| ab - a);
            product(without, self.b(base).iter().copied(), moved)
        };
        self.average(without, of) / self.variance(without)
    }

    fn total(&self, parameter: usize, without: Without) -> f64 {
        let of = |base: usize| {
            let moved = || self.a(base).iter().zip(self.ab(base, parameter)).map(|(a, ab)| a - ab);
            product(without, moved(), moved())
        };
        0.5 * self.average(without, of) / self.variance(without)
    }

    fn second(&self, one: usize, other: usize, without: Without) -> f64 {
        let of = |base: usize| {
            let both = product(
                without,
                self.ba(base, one).iter().copied(),
                self.ab(base, other).iter().copied(),
            );
            both - product(without, self.a(base).iter().copied(), self.b(base).iter().copied())
        };
        self.average(without, of) / self.variance(without) - self.first(one, without) - self.first(other, without)
    }

    /// The share of the variance of the means over replicates that is dice.
    fn dice(&self) -> Result<f64, String> {
        let means: Vec<f64> = self.values.iter().map(|row| mean(row.iter().copied())).collect();
        let largest = self
            .values
            .iter()
            .flatten()
            .map(|value| value.abs())
            .fold(0.0, f64::max);
        let seen = Layout::of(
            &means.iter().map(|&value| vec![value]).collect::<Vec<_>>(),
            self.parameters,
            self.has_pairs(),
        );
        let seen = seen.variance(Without::default());
        if largest == 0.0 || seen <= 1e-12 * largest * largest {
            return Err("it never changes from point to point, so it depends on none of the parameters".to_owned());
        }
        let dice = 1.0 - self.variance(Without::default()) / seen;
        match dice > MOST_DICE {
            true => Err(format!(
                "{:.0} % of how its averages over {} replicates differ from point to point is chance, so no share of a \
                 parameter can be told; sweep with more --replicates",
                100.0 * dice.min(1.0),
                self.replicates
            )),
            false => Ok(dice.max(0.0)),
        }
    }

    fn has_pairs(&self) -> bool {
        self.block > self.parameters + 2
    }
}

/// Above this share of dice in the means, indices are not told.
const MOST_DICE: f64 = 0.5;

/// The product of two quantities that are known by their replicates, without the luck they share: the mean over all
/// pairs of different replicates.
fn product(
    without: Without,
    one: impl ExactSizeIterator<Item = f64>,
    other: impl ExactSizeIterator<Item = f64>,
) -> f64 {
    let (mut first, mut second, mut both, mut count) = (0.0, 0.0, 0.0, 0.0);
    for (replicate, (a, b)) in one.zip(other).enumerate() {
        if without.replicate != Some(replicate) {
            (first, second, both, count) = (first + a, second + b, both + a * b, count + 1.0);
        }
    }
    match count > 1.0 {
        true => (first * second - both) / (count * (count - 1.0)),
        false => both,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn uniform(rng: &mut ChaCha8Rng) -> f64 {
        (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// y = 3 x1 + x2 + x1 x2 on {-1, 1}, whose variances are 9, 1 and 1; all sixteen pairs of A and B.
    fn worked_out(pairs: bool) -> Vec<Vec<f64>> {
        let mut outcomes = Vec::new();
        for bits in 0..16 {
            let bit = |at: i32| f64::from(bits >> at & 1) * 2.0 - 1.0;
            let y = |x1: f64, x2: f64| vec![3.0 * x1 + x2 + x1 * x2];
            let (a1, a2, b1, b2) = (bit(0), bit(1), bit(2), bit(3));
            outcomes.extend([y(a1, a2), y(b1, a2), y(a1, b2)]);
            if pairs {
                outcomes.extend([y(a1, b2), y(b1, a2)]);
            }
            outcomes.push(y(b1, b2));
        }
        outcomes
    }

    #[test]
    fn shares_of_first_and_second_order_and_in_all_are_worked_out_by_hand() {
        for pairs in [false, true] {
            let shares = sobol(&worked_out(pairs), 2, pairs).unwrap();
            for (share, (first, total)) in shares.of.iter().zip([(9.0, 10.0), (1.0, 2.0)]) {
                assert!((share.first - first / 11.0).abs() < 1e-12, "{share:?}");
                assert!((share.total - total / 11.0).abs() < 1e-12, "{share:?}");
            }
            let seconds: Vec<f64> = shares.pairs.iter().map(|pair| pair.second).collect();
            assert!(seconds.len() == usize::from(pairs) && seconds.iter().all(|s| (s - 1.0 / 11.0).abs() < 1e-12));
        }
    }

    #[test]
    fn what_never_changes_is_told_so_and_what_is_chance_is_refused() {
        assert!(
            sobol(&vec![vec![7.0, 8.0]; 40], 2, false)
                .unwrap_err()
                .contains("never changes")
        );
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let luck: Vec<Vec<f64>> = (0..256).map(|_| vec![uniform(&mut rng), uniform(&mut rng)]).collect();
        assert!(sobol(&luck, 2, false).unwrap_err().contains("more --replicates"));
    }

    /// Saltelli's layout of y = x1 + 0.5 x2 + 0 x3 with dice, which share a part over all points.
    fn with_dice(seed: u64, size: usize, replicates: usize, dice: f64) -> Vec<Vec<f64>> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let shared: Vec<f64> = (0..replicates).map(|_| uniform(&mut rng)).collect();
        let mut outcomes = Vec::new();
        for _ in 0..size {
            let mut point = || [0, 1, 2].map(|_| uniform(&mut rng));
            let (a, b) = (point(), point());
            let mixed = |d: usize| {
                let mut mixed = a;
                mixed[d] = b[d];
                mixed
            };
            for x in [a, mixed(0), mixed(1), mixed(2), b] {
                let row = shared
                    .iter()
                    .map(|luck| x[0] + 0.5 * x[1] + luck + dice * uniform(&mut rng));
                outcomes.push(row.collect());
            }
        }
        outcomes
    }

    /// Before, the total index of a parameter that does nothing was 0.92 at one replicate and 0.07 at forty.
    #[test]
    fn dice_are_no_effect_and_intervals_hold_the_truth_in_nine_of_ten_sweeps() {
        const SWEEPS: u64 = 200;
        for replicates in [2, 4, 8] {
            let (mut held, mut nothing) = ([0; 6], 0.0);
            for sweep in 0..SWEEPS {
                let shares = sobol(&with_dice(sweep, 64, replicates, 1.0), 3, false).unwrap();
                nothing += shares.of[2].total / SWEEPS as f64;
                for (p, truth) in [0.8, 0.2, 0.0].into_iter().enumerate() {
                    let holds = |interval: Interval| u64::from(interval.low <= truth && truth <= interval.high);
                    held[p] += holds(shares.of[p].first_interval);
                    held[3 + p] += holds(shares.of[p].total_interval);
                }
            }
            println!("{replicates} replicates: held {held:?} of {SWEEPS}, nothing {nothing:.4}");
            assert!(nothing.abs() < 0.03, "{nothing}");
            assert!(held.iter().all(|&held| held >= SWEEPS * 9 / 10), "{held:?}");
        }
    }
}
