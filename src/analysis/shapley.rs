//! What each of several actions contributes when they work together: the value of Shapley (1953), estimated from
//! random orders of removal as by Castro, Gómez and Tejada (2009), Comput. Oper. Res. 36(5), 1726-1730. In each order the
//! actions are taken away one after the other; an action's contribution is what goes with it. Contributions of an
//! order add up to what all actions do together.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::bootstrap::{Interval, RESAMPLES, Resampler, of};

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
    /// Its 95 % interval, by a bootstrap of both orders and replicates.
    pub interval: Interval,
    /// Its part in what all actions do together; `None` if that is nothing.
    pub share: Option<f64>,
}

/// The contributions of each action to an outcome. `outcome(order, removed)` has the values of all replicates once the
/// first `removed` actions of an order are away.
///
/// # Panics
/// If an outcome has not as many replicates as another, or if there are no orders.
pub fn contributions<'v>(orders: &[Vec<usize>], outcome: impl Fn(usize, usize) -> &'v [f64]) -> Vec<Contribution> {
    let actions = orders[0].len();
    let replicates = outcome(0, 0).len();
    // What goes with each action, by order and replicate.
    let mut gone = vec![vec![vec![0.0; replicates]; orders.len()]; actions];
    for (number, order) in orders.iter().enumerate() {
        for (removed, &action) in order.iter().enumerate() {
            let (before, after) = (outcome(number, removed), outcome(number, removed + 1));
            gone[action][number] = before.iter().zip(after).map(|(before, after)| before - after).collect();
        }
    }
    let mean_of = |all: &[Vec<f64>], orders: &[usize], replicates: &[usize]| {
        let sum: f64 = orders
            .iter()
            .map(|&order| replicates.iter().map(|&replicate| all[order][replicate]).sum::<f64>())
            .sum();
        sum / (orders.len() * replicates.len()) as f64
    };
    let (all_orders, all_replicates): (Vec<usize>, Vec<usize>) =
        ((0..orders.len()).collect(), (0..replicates).collect());
    let values: Vec<f64> = gone
        .iter()
        .map(|all| mean_of(all, &all_orders, &all_replicates))
        .collect();
    let together: f64 = values.iter().sum();
    let interval = |all: &Vec<Vec<f64>>| {
        let (mut some_orders, mut some_replicates) = (Resampler::new(1, orders.len()), Resampler::new(2, replicates));
        let again = (0..RESAMPLES).map(|_| mean_of(all, some_orders.draw(), some_replicates.draw()));
        of(again.collect())
    };
    gone.iter()
        .zip(&values)
        .map(|(all, &value)| Contribution {
            value,
            interval: interval(all),
            share: (together != 0.0).then(|| value / together),
        })
        .collect()
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
        let values: Vec<f64> = all.iter().map(|one| one.value).collect();
        assert_eq!(values, [1.5, 4.5, 4.5]);
        assert_eq!(all[1].share, Some(4.5 / 10.5));
        assert!(all[1].interval.low < 4.5 && 4.5 < all[1].interval.high);
        assert_eq!(all[0].interval, Interval { low: 1.0, high: 2.0 });
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
