//! The rule of decision: an agent is active if its grievance less its net risk is above the threshold,
//! G - N > T with G = H (1 - L), N = R P and P = 1 - exp(-k C / A) (Epstein 2002).
//!
//! P takes only so many values on a lattice, and the left side falls as P rises. So each agent needs to know only at
//! how many of these values, from the lowest, it is active; which of them holds where C cops and A agents are seen is
//! looked up. That is exact for every form of the ratio: the table and the numbers are made by the rule itself.

use super::model::{Model, Ratio};

/// The probability of arrest that an agent perceives, for C cops and A active agents, itself counted, in sight.
pub fn probability(ratio: Ratio, constant: f64, cops: u32, active: u32) -> f64 {
    let printed = f64::from(cops) / f64::from(active);
    let taken = match ratio {
        Ratio::Literal => printed,
        Ratio::Floor => libm::floor(printed),
        Ratio::Round => libm::rint(printed),
    };
    1.0 - libm::exp(-constant * taken)
}

/// Whether an agent of this hardship and risk aversion is active at a probability of arrest.
pub fn active(hardship: f64, risk_aversion: f64, legitimacy: f64, threshold: f64, probability: f64) -> bool {
    hardship * (1.0 - legitimacy) - risk_aversion * probability > threshold
}

/// The probabilities of arrest of a lattice in order, and where each holds.
#[derive(Clone, Debug)]
pub struct Risks {
    /// Every value of P, rising.
    values: Vec<f64>,
    /// The place of P among them, for each C and below it for each number of active agents.
    places: Vec<u32>,
    /// Length of a row of places.
    row: u32,
}

impl Risks {
    /// The risks for up to so many cops in sight, and up to so many active agents, itself counted.
    pub fn new(model: &Model, most_cops: u32, most_active: u32) -> Risks {
        let of = |cops, active| probability(model.ratio, model.arrest_constant, cops, active);
        let pairs = || (0..=most_cops).flat_map(|cops| (1..=most_active).map(move |active| (cops, active)));
        let mut values: Vec<f64> = pairs().map(|(cops, active)| of(cops, active)).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        let place = |(cops, active)| {
            let p = of(cops, active);
            values.partition_point(|&value| value < p) as u32
        };
        Risks {
            places: pairs().map(place).collect(),
            row: most_active,
            values,
        }
    }

    /// At how many values of P, from the lowest, such an agent is active.
    pub fn daring(&self, hardship: f64, risk_aversion: f64, legitimacy: f64, threshold: f64) -> u32 {
        let active = |&p: &f64| active(hardship, risk_aversion, legitimacy, threshold, p);
        self.values.partition_point(active) as u32
    }

    /// The place of P where so many cops and active agents are seen, one of the latter the agent itself.
    #[inline(always)]
    pub fn place(&self, cops: u32, active: u32) -> u32 {
        self.places[(cops * self.row + active - 1) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cop_beside_one_active_agent_is_a_risk_of_nine_in_ten() {
        assert!((probability(Ratio::Literal, 2.3, 1, 1) - 0.899_741).abs() < 1e-6);
    }

    #[test]
    fn the_ratio_is_literal_rounded_down_or_rounded_to_even() {
        let shape = |ratio| [(1, 2), (3, 2), (5, 2), (2, 3)].map(|(c, a)| probability(ratio, 1.0, c, a));
        let p = |ratio: f64| 1.0 - libm::exp(-ratio);
        assert_eq!(shape(Ratio::Literal), [p(0.5), p(1.5), p(2.5), p(2.0 / 3.0)]);
        assert_eq!(shape(Ratio::Floor), [0.0, p(1.0), p(2.0), 0.0]);
        assert_eq!(shape(Ratio::Round), [0.0, p(2.0), p(2.0), p(1.0)]);
    }

    /// If everyone perceives P and H, R are uniform, the share of active agents is 1 - T/(1-L) at P = 0, and
    /// ((1-L) - T)^2 / (2 (1-L) P) for P of at least (1-L) - T.
    #[test]
    fn the_share_of_active_agents_is_that_of_the_closed_form() {
        let share = |p: f64| {
            let n = 2000;
            let at = |i: i32| (f64::from(i) + 0.5) / f64::from(n);
            let active = (0..n).map(|h| (0..n).filter(|&r| active(at(h), at(r), 0.82, 0.1, p)).count());
            active.sum::<usize>() as f64 / f64::from(n * n)
        };
        for (p, expected) in [
            (0.0, 1.0 - 0.1 / 0.18),
            (0.9, 0.08 * 0.08 / (2.0 * 0.18 * 0.9)),
            (0.99, 0.017_957),
        ] {
            assert!((share(p) - expected).abs() < 1e-4, "{p}: {} {expected}", share(p));
        }
    }
}
