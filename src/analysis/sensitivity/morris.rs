//! Elementary effects.
//!
//! Morris (1991), Technometrics 33(2), 161-174; their mean of absolute values: Campolongo, Cariboni and Saltelli
//! (2007), Environ. Model. Softw. 22(10), 1509-1518. The estimators are those of SALib.

use serde::Serialize;

use crate::analysis::interval::{Interval, jackknife, mean};

/// Elementary effects of a parameter on an outcome: the change of the outcome per width of the parameter's range.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Effect {
    /// Their mean.
    pub mu: f64,
    /// Its 95 % interval.
    pub mu_interval: Interval,
    /// The mean of their absolute values: how much the parameter matters.
    pub mu_star: f64,
    /// Its 95 % interval.
    pub mu_star_interval: Interval,
    /// Their standard deviation: how much the effect depends on where the others are, or is curved.
    pub sigma: f64,
    /// Its 95 % interval.
    pub sigma_interval: Interval,
}

/// The elementary effects of each parameter, from an outcome at the points of trajectories, each of parameters + 1
/// points of which every one differs from the last in one parameter. `places` are the points, each parameter from 0 to
/// 1; `levels` are those of the grid, of which a step crosses half. A parameter that a trajectory does not move,
/// since both its places are the same value, has no effect in it.
///
/// # Errors
/// If two neighbours on a trajectory differ in more than one parameter.
///
/// # Panics
/// If there are not as many points as outcomes, or no whole number of trajectories.
pub fn morris(places: &[Vec<f64>], outcomes: &[f64], levels: u32) -> Result<Vec<Effect>, String> {
    assert_eq!(places.len(), outcomes.len(), "an outcome for each point");
    let parameters = places.first().map_or(0, Vec::len);
    let block = parameters + 1;
    assert!(
        places.len().is_multiple_of(block),
        "trajectories have parameters + 1 points"
    );
    let delta = f64::from(levels) / (2.0 * f64::from(levels - 1));
    let mut effects = vec![Vec::new(); parameters];
    for (number, (trajectory, values)) in places.chunks(block).zip(outcomes.chunks(block)).enumerate() {
        let mut own = vec![0.0; parameters];
        for (step, value) in trajectory.windows(2).zip(values.windows(2)) {
            let moved: Vec<usize> = (0..parameters).filter(|&p| step[0][p] != step[1][p]).collect();
            match moved[..] {
                [] => {}
                [p] => own[p] = (value[1] - value[0]) / (delta * (step[1][p] - step[0][p]).signum()),
                _ => return Err(format!("trajectory {number} moves {} parameters at once", moved.len())),
            }
        }
        own.into_iter()
            .zip(&mut effects)
            .for_each(|(effect, all)| all.push(effect));
    }
    let of_parameter = |effects: &Vec<f64>| {
        let told = |statistic: &dyn Fn(&[f64]) -> f64| {
            let without = |place: usize| {
                let mut rest = effects.clone();
                rest.remove(place);
                statistic(&rest)
            };
            let value = statistic(effects);
            // Of two trajectories the deviation has no interval: without one there is none.
            let variance = jackknife(effects.len(), without);
            (value, Interval::around(value, variance, (effects.len() - 1) as f64))
        };
        let average = |effects: &[f64]| mean(effects.iter().copied());
        let deviation = |effects: &[f64]| {
            let centre = average(effects);
            let squares: f64 = effects.iter().map(|effect| (effect - centre).powi(2)).sum();
            libm::sqrt(squares / (effects.len() - 1) as f64)
        };
        let (mu, mu_interval) = told(&average);
        let (mu_star, mu_star_interval) = told(&|effects| mean(effects.iter().map(|effect| effect.abs())));
        let (sigma, sigma_interval) = told(&deviation);
        Effect {
            mu,
            mu_interval,
            mu_star,
            mu_star_interval,
            sigma,
            sigma_interval,
        }
    };
    Ok(effects.iter().map(of_parameter).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_has_one_effect_and_no_sigma() {
        // Four levels: a step of two thirds. y = 2 x1 - x2.
        let places = [
            [0.0, 1.0],
            [2.0 / 3.0, 1.0],
            [2.0 / 3.0, 1.0 / 3.0],
            [1.0, 0.0],
            [1.0, 2.0 / 3.0],
            [1.0 / 3.0, 2.0 / 3.0],
        ];
        let outcomes: Vec<f64> = places.iter().map(|x| 2.0 * x[0] - x[1]).collect();
        let places: Vec<Vec<f64>> = places.iter().map(|x| x.to_vec()).collect();
        let effects = morris(&places, &outcomes, 4).unwrap();
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        near(effects[0].mu, 2.0);
        near(effects[1].mu, -1.0);
        near(effects[1].mu_star, 1.0);
        near(effects[0].sigma, 0.0);
        near(effects[1].mu_star_interval.high, 1.0);
    }

    #[test]
    fn a_step_that_moves_two_parameters_is_refused() {
        let places = vec![vec![0.0, 0.0], vec![0.5, 0.5], vec![1.0, 0.5]];
        assert!(
            morris(&places, &[0.0, 1.0, 2.0], 4)
                .unwrap_err()
                .contains("trajectory 0 moves 2")
        );
    }
}
