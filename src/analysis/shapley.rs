//! What each of several actions contributes when they work together: the value of Shapley (1953). Where every coalition
//! can be afforded it is exact; else it is estimated from random orders of removal as by Castro, Gómez and Tejada (2009),
//! Comput. Oper. Res. 36(5), 1726-1730. In each order the actions are taken away one after the other; an action's
//! contribution is what goes with it. Contributions of an order add up to what all actions do together.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::interval::{Interval, mean, of_mean};

/// So many random orders of so many actions; the same seed has the same orders.
pub fn orders(actions: usize, count: usize, seed: u64) -> Vec<Vec<usize>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut order = || {
        // Fisher and Yates, written out so that the orders do not depend on the version of a library.
        let mut order: Vec<usize> = (0..actions).collect();
        for last in (1..actions).rev() {
            let other = ((u128::from(rng.next_u64()) * (last as u128 + 1)) >> 64) as usize;
            order.swap(last, other);
        }
        order
    };
    (0..count).map(|_| order()).collect()
}

/// What an action contributes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Contribution {
    /// The mean of what goes with it, over orders and replicates.
    pub value: f64,
    /// Its 95 % interval over replicates and, where they were drawn, orders; `None` where they are too few to tell.
    pub interval: Option<Interval>,
    /// Its part in what all actions do together; `None` if that is nothing.
    pub share: Option<f64>,
    /// The 95 % interval of that part; `None` too if it cannot be told whether all actions together do anything.
    pub share_interval: Option<Interval>,
}

/// The contributions of each of so many actions to an outcome, exactly. `outcome(away)` has the values of all replicates
/// once the actions whose bits are set are away.
///
/// # Panics
/// If an outcome has not as many replicates as another.
pub fn exact<'v>(actions: usize, outcome: impl Fn(usize) -> &'v [f64]) -> Vec<Contribution> {
    let replicates = outcome(0).len();
    // The share of all orders in which so many others go before: a!(n - a - 1)! / n!
    let mut weights = vec![1.0 / actions as f64];
    for before in 1..actions {
        weights.push(weights[before - 1] * before as f64 / (actions - before) as f64);
    }
    let of_action = |action: usize| {
        let mut gone = vec![0.0; replicates];
        for away in (0..1usize << actions).filter(|away| away >> action & 1 == 0) {
            let weight = weights[away.count_ones() as usize];
            let pairs = outcome(away).iter().zip(outcome(away | 1 << action));
            gone.iter_mut()
                .zip(pairs)
                .for_each(|(sum, (with, without))| *sum += weight * (with - without));
        }
        vec![gone]
    };
    told(&(0..actions).map(of_action).collect::<Vec<_>>())
}

/// The contributions of each action to an outcome, from random orders. `outcome(order, removed)` has the values of all
/// replicates once the first `removed` actions of an order are away.
///
/// # Panics
/// If an outcome has not as many replicates as another, or if there are no orders.
pub fn contributions<'v>(orders: &[Vec<usize>], outcome: impl Fn(usize, usize) -> &'v [f64]) -> Vec<Contribution> {
    let mut gone = vec![vec![Vec::new(); orders.len()]; orders[0].len()];
    for (number, order) in orders.iter().enumerate() {
        for (removed, &action) in order.iter().enumerate() {
            let (before, after) = (outcome(number, removed), outcome(number, removed + 1));
            gone[action][number] = before.iter().zip(after).map(|(before, after)| before - after).collect();
        }
    }
    told(&gone)
}

/// From what goes with each action, by order and replicate.
fn told(gone: &[Vec<Vec<f64>>]) -> Vec<Contribution> {
    let averages: Vec<Averages> = gone.iter().map(|all| Averages::of(all)).collect();
    let mut together = Averages::of(&gone[0]);
    for other in &averages[1..] {
        together = together.plus(1.0, other);
    }
    let all = together.mean();
    let any = all != 0.0;
    let clear = together.interval().is_some_and(|interval| !interval.holds_zero());
    averages
        .iter()
        .map(|own| {
            let share = own.mean() / all;
            // The share as a straight line around its value: what is left of the part when all are scaled by it.
            let rest = own.plus(-share, &together);
            let freedom = (rest.replicates.len() - 1) as f64;
            let around = || Interval::around(share, rest.variance() / (all * all), freedom);
            Contribution {
                value: own.mean(),
                interval: own.interval(),
                share: any.then_some(share),
                share_interval: clear.then(around),
            }
        })
        .collect()
}

/// A table of orders and replicates, by the averages of its rows and columns.
struct Averages {
    orders: Vec<f64>,
    replicates: Vec<f64>,
}

impl Averages {
    fn of(all: &[Vec<f64>]) -> Averages {
        let column = |replicate: usize| mean(all.iter().map(|row| row[replicate]));
        Averages {
            orders: all.iter().map(|row| mean(row.iter().copied())).collect(),
            replicates: (0..all[0].len()).map(column).collect(),
        }
    }

    fn mean(&self) -> f64 {
        mean(self.replicates.iter().copied())
    }

    fn plus(&self, times: f64, other: &Averages) -> Averages {
        let sum = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a + times * b).collect();
        Averages {
            orders: sum(&self.orders, &other.orders),
            replicates: sum(&self.replicates, &other.replicates),
        }
    }

    /// Of the mean: over replicates, and over orders where more than one was drawn. Both add up.
    fn variance(&self) -> f64 {
        let of = |values: &[f64]| {
            let (centre, size) = (mean(values.iter().copied()), values.len() as f64);
            values.iter().map(|value| (value - centre).powi(2)).sum::<f64>() / (size * (size - 1.0)).max(1.0)
        };
        of(&self.replicates) + of(&self.orders)
    }

    /// Of the mean: over replicates, and over orders where more than one was drawn. Their variances add up.
    fn interval(&self) -> Option<Interval> {
        let replicates = of_mean(&self.replicates)?.interval;
        let centre = self.mean();
        let half = |of: f64, orders: f64| (of * of + orders * orders).sqrt();
        Some(match self.orders.len() {
            1 => replicates,
            _ => {
                let orders = of_mean(&self.orders)?.interval;
                Interval {
                    low: centre - half(centre - replicates.low, centre - orders.low),
                    high: centre + half(replicates.high - centre, orders.high - centre),
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The outcome of a game of three in two replicates, by who is still there: 0 alone is worth 1, 1 and 2 are worth
    /// 6 together and nothing alone; the second replicate is worth twice as much.
    fn worth(there: [bool; 3]) -> [f64; 2] {
        let value = f64::from(u8::from(there[0])) + if there[1] && there[2] { 6.0 } else { 0.0 };
        [value, 2.0 * value]
    }

    #[test]
    fn those_who_need_each_other_share_and_all_is_shared_out() {
        let every_order = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].map(Vec::from);
        let played: Vec<Vec<[f64; 2]>> = every_order
            .iter()
            .map(|order| {
                let left = |removed: usize| [0, 1, 2].map(|player| !order[..removed].contains(&player));
                (0..=3).map(|removed| worth(left(removed))).collect()
            })
            .collect();
        let all = contributions(&every_order, |order, removed| &played[order][removed]);
        for (one, expected) in all.iter().zip([1.5, 4.5, 4.5]) {
            assert!((one.value - expected).abs() < 1e-12, "{one:?}");
        }
        assert!((all[1].share.unwrap() - 4.5 / 10.5).abs() < 1e-12);
        let interval = all[1].interval.unwrap();
        assert!(interval.low < 4.5 && 4.5 < interval.high);
    }

    #[test]
    fn every_coalition_gives_exactly_what_every_order_gives() {
        let played: Vec<[f64; 2]> = (0..8)
            .map(|away: usize| worth([0, 1, 2].map(|player| away >> player & 1 == 0)))
            .collect();
        let all = exact(3, |away| &played[away]);
        for (one, expected) in all.iter().zip([1.5, 4.5, 4.5]) {
            assert!((one.value - expected).abs() < 1e-12, "{one:?}");
        }
    }

    #[test]
    fn the_share_of_what_always_has_the_same_part_is_sure_though_the_whole_is_not() {
        // Two actions that do 1 and 3 parts of a whole that varies from replicate to replicate.
        let whole: Vec<f64> = (0..12).map(|i| 4.0 + f64::from(i * 5 % 12)).collect();
        let left = |share: f64| whole.iter().map(|value| value * share).collect::<Vec<f64>>();
        let played = [left(1.0), left(0.75), left(0.25), left(0.0)];
        let all = exact(2, |away| &played[away]);
        let share = all[1].share_interval.unwrap();
        assert!(
            (share.low - 0.75).abs() < 1e-9 && (share.high - 0.75).abs() < 1e-9,
            "{share:?}"
        );
        assert!(all[1].interval.unwrap().width() > 1.0);
    }

    #[test]
    fn orders_are_orders_and_those_of_a_seed_stay_the_same() {
        let some = orders(7, 50, 1);
        for order in &some {
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..7).collect::<Vec<_>>());
        }
        assert_eq!(some, orders(7, 50, 1));
        assert_ne!(some, orders(7, 50, 2));
        let firsts: std::collections::BTreeSet<usize> = some.iter().map(|order| order[0]).collect();
        assert_eq!(firsts.len(), 7, "any action may go first");
    }
}
