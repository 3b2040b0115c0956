//! Which parameter an outcome depends on, from the points of a design and the outcome at each: the indices of Sobol'
//! on Saltelli's layout, and the elementary effects of Morris. The estimators are those of SALib.
//!
//! - First-order index: Saltelli et al. (2010), Comput. Phys. Commun. 181(2), 259-270, table 2 (b).
//! - Total index: Jansen (1999), Comput. Phys. Commun. 117(1-2), 35-43.
//! - Elementary effects: Morris (1991), Technometrics 33(2), 161-174; their mean of absolute values: Campolongo,
//!   Cariboni and Saltelli (2007), Environ. Model. Softw. 22(10), 1509-1518.

use serde::{Deserialize, Serialize};

use super::bootstrap::{Interval, RESAMPLES, Resampler, interval, mean, of};

/// What is read of the design of a sweep: the object `design` of its manifest.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Design {
    /// How points were chosen: `grid`, `lhs`, `sobol`, `morris`, `saltelli`, or made elsewhere.
    pub method: String,
    /// Number of points; of trajectories for Morris, of base points for Saltelli.
    pub n: u32,
    /// What was varied, in the order of the columns.
    pub parameters: Vec<Parameter>,
    /// Levels of Morris' grid.
    pub levels: Option<u32>,
}

/// A parameter that was varied.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Parameter {
    /// Its dotted key in the scenario.
    pub key: String,
    /// The lowest of its values.
    pub low: Option<f64>,
    /// The highest.
    pub high: Option<f64>,
    /// How they are divided: `linear` or `log`.
    pub scale: Option<String>,
    /// Its values, where they are listed.
    #[serde(default)]
    pub values: Vec<String>,
}

impl Parameter {
    /// Where a value lies between the lowest, 0, and the highest, 1; or in the list of values. `None` if it cannot be
    /// said.
    pub fn place(&self, value: &str) -> Option<f64> {
        if let (Some(low), Some(high)) = (self.low, self.high) {
            let value: f64 = value.parse().ok()?;
            let (low, high, value) = match self.scale.as_deref() {
                Some("log") => (libm::log(low), libm::log(high), libm::log(value)),
                _ => (low, high, value),
            };
            return Some((value - low) / (high - low));
        }
        let plain = |text: &str| text.trim_matches(['"', '\'']).to_owned();
        let found = self.values.iter().position(|other| plain(other) == plain(value))?;
        Some(found as f64 / (self.values.len() - 1).max(1) as f64)
    }
}

/// What a method answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// Shares of variance.
    Sobol,
    /// Elementary effects.
    Morris,
}

impl Design {
    /// The method that this design is laid out for.
    ///
    /// # Errors
    /// The reason why there is none, and the remedy.
    pub fn method(&self) -> Result<Method, String> {
        match self.method.as_str() {
            "saltelli" => Ok(Method::Sobol),
            "morris" => Ok(Method::Morris),
            other => Err(format!(
                "a design of the method `{other}` is not laid out for indices of sensitivity, since its points do not \
                 change one parameter at a time; sweep with `--sample saltelli` for shares of variance, or with \
                 `--sample morris` for a first look that needs fewer points"
            )),
        }
    }

    /// Whether this method can be worked out of this design, whose points are so many.
    ///
    /// # Errors
    /// The reason why not, and the remedy.
    pub fn fits(&self, method: Method, points: usize) -> Result<(), String> {
        let made_for = self.method()?;
        if made_for != method {
            let (wanted, remedy) = match method {
                Method::Sobol => ("Sobol' indices need Saltelli's layout", "saltelli"),
                Method::Morris => ("elementary effects need trajectories", "morris"),
            };
            return Err(format!(
                "{wanted}, and this design is of the method `{}`; sweep with `--sample {remedy}`",
                self.method
            ));
        }
        let dimensions = self.parameters.len();
        let block = match method {
            Method::Sobol => dimensions + 2,
            Method::Morris => dimensions + 1,
        };
        let expected = self.n as usize * block;
        if points != expected {
            return Err(format!(
                "the design has {expected} points ({} times {block}), and {points} are in the table; indices need all of \
                 them: finish the sweep",
                self.n
            ));
        }
        if self.n < 2 {
            return Err("a single base point or trajectory says nothing of variance; sweep with a larger N".to_owned());
        }
        Ok(())
    }
}

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

/// The indices of Sobol' of each parameter, from an outcome at the points of Saltelli's layout: for each base point,
/// A, A with the parameter of B for each parameter in turn, B.
///
/// # Panics
/// If the outcomes are not so many that every base point has parameters + 2.
pub fn sobol(outcomes: &[f64], parameters: usize) -> Vec<Share> {
    let block = parameters + 2;
    assert!(
        outcomes.len().is_multiple_of(block),
        "Saltelli's layout has blocks of parameters + 2"
    );
    // The estimate of the first order is biased for outcomes far from zero, so they are centred first.
    let centre = mean(outcomes.iter().copied());
    let values: Vec<f64> = outcomes.iter().map(|value| value - centre).collect();
    let size = values.len() / block;
    let at = |base: usize, place: usize| values[base * block + place];
    let whole: Vec<usize> = (0..size).collect();
    let estimate = |places: &[usize], parameter: usize| -> (f64, f64) {
        let (mut sum, mut squares, mut first, mut total) = (0.0, 0.0, 0.0, 0.0);
        for &base in places {
            let (a, b, mixed) = (at(base, 0), at(base, block - 1), at(base, parameter + 1));
            sum += a + b;
            squares += a * a + b * b;
            first += b * (mixed - a);
            total += (a - mixed) * (a - mixed);
        }
        let n = places.len() as f64;
        let average = sum / (2.0 * n);
        let variance = squares / (2.0 * n) - average * average;
        match variance > 1e-12 * (squares / (2.0 * n)) && variance > 0.0 {
            true => (first / n / variance, 0.5 * total / n / variance),
            // What never changes depends on nothing.
            false => (0.0, 0.0),
        }
    };
    (0..parameters)
        .map(|parameter| {
            let (first, total) = estimate(&whole, parameter);
            let mut draws = Resampler::new(0, size);
            let again: Vec<(f64, f64)> = (0..RESAMPLES).map(|_| estimate(draws.draw(), parameter)).collect();
            Share {
                first,
                first_interval: of(again.iter().map(|pair| pair.0).collect()),
                total,
                total_interval: of(again.iter().map(|pair| pair.1).collect()),
            }
        })
        .collect()
}

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
        let size = effects.len();
        let whole: Vec<usize> = (0..size).collect();
        let mu = |places: &[usize]| mean(places.iter().map(|&place| effects[place]));
        let mu_star = |places: &[usize]| mean(places.iter().map(|&place| effects[place].abs()));
        let sigma = |places: &[usize]| {
            let centre = mu(places);
            let squares: f64 = places.iter().map(|&place| (effects[place] - centre).powi(2)).sum();
            libm::sqrt(squares / (places.len() - 1) as f64)
        };
        Effect {
            mu: mu(&whole),
            mu_interval: interval(size, mu),
            mu_star: mu_star(&whole),
            mu_star_interval: interval(size, mu_star),
            sigma: sigma(&whole),
            sigma_interval: interval(size, sigma),
        }
    };
    Ok(effects.iter().map(of_parameter).collect())
}

/// The share of the variance of an outcome over points and replicates that is chance, from 0 to 1: the dice, not the
/// parameters. Rows are points, columns are replicates, which have the same dice at every point; so points, replicates
/// and what remains are told apart as in an analysis of variance with two ways and no repetition. `None` if there is
/// one replicate or one point, a value is missing, or nothing varies.
pub fn chance(values: &[Vec<f64>]) -> Option<f64> {
    let (points, replicates) = (values.len(), values.first()?.len());
    let whole = values
        .iter()
        .all(|row| row.len() == replicates && row.iter().all(|value| value.is_finite()));
    if points < 2 || replicates < 2 || !whole {
        return None;
    }
    let (p, r) = (points as f64, replicates as f64);
    let of_point: Vec<f64> = values.iter().map(|row| mean(row.iter().copied())).collect();
    let of_replicate: Vec<f64> = (0..replicates)
        .map(|at| mean(values.iter().map(|row| row[at])))
        .collect();
    let grand = mean(of_point.iter().copied());
    let spread = |means: &[f64]| means.iter().map(|value| (value - grand).powi(2)).sum::<f64>();
    let mut rest = 0.0;
    for (row, point) in values.iter().zip(&of_point) {
        for (value, replicate) in row.iter().zip(&of_replicate) {
            rest += (value - point - replicate + grand).powi(2);
        }
    }
    let rest = rest / ((p - 1.0) * (r - 1.0));
    let parameters = (spread(&of_point) / (p - 1.0) - rest / r).max(0.0);
    let shared = (spread(&of_replicate) / (r - 1.0) - rest / p).max(0.0);
    let total = parameters + shared + rest;
    (total > 0.0).then(|| (shared + rest) / total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_of_two_parts_has_their_shares_of_the_variance() {
        // y = 3 x1 + x2 with x on {0, 1}: variances 9/4 and 1/4. All sixteen pairs of A and B are the base points.
        let mut outcomes = Vec::new();
        for bits in 0..16 {
            let bit = |at: i32| f64::from(bits >> at & 1);
            let y = |x1: f64, x2: f64| 3.0 * x1 + x2;
            let (a1, a2, b1, b2) = (bit(0), bit(1), bit(2), bit(3));
            outcomes.extend([y(a1, a2), y(b1, a2), y(a1, b2), y(b1, b2)]);
        }
        let shares = sobol(&outcomes, 2);
        for (share, expected) in shares.iter().zip([0.9, 0.1]) {
            assert!((share.first - expected).abs() < 1e-12, "{share:?}");
            assert!((share.total - expected).abs() < 1e-12, "{share:?}");
            assert!(share.total_interval.low < expected && expected < share.total_interval.high);
        }
    }

    #[test]
    fn what_never_changes_depends_on_nothing() {
        let shares = sobol(&[7.0; 40], 2);
        assert_eq!((shares[0].first, shares[1].total), (0.0, 0.0));
    }

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

    #[test]
    fn chance_is_what_parameters_do_not_explain() {
        // Parameters alone; luck that all points share alone; both with equal variances.
        assert_eq!(chance(&[vec![1.0, 1.0], vec![5.0, 5.0]]), Some(0.0));
        assert_eq!(chance(&[vec![1.0, 5.0], vec![1.0, 5.0]]), Some(1.0));
        assert_eq!(chance(&[vec![0.0, 2.0], vec![2.0, 4.0]]), Some(0.5));
        assert_eq!(chance(&[vec![1.0], vec![2.0]]), None);
        assert_eq!(chance(&[vec![1.0, f64::NAN], vec![2.0, 2.0]]), None);
    }

    #[test]
    fn a_design_that_does_not_fit_is_refused_with_the_remedy() {
        let design = |method: &str, n| Design {
            method: method.to_owned(),
            n,
            parameters: vec![
                Parameter {
                    key: "a".to_owned(),
                    low: Some(1.0),
                    high: Some(100.0),
                    scale: Some("log".to_owned()),
                    values: Vec::new(),
                };
                3
            ],
            levels: None,
        };
        assert!(design("lhs", 8).method().unwrap_err().contains("--sample saltelli"));
        assert!(
            design("morris", 8)
                .fits(Method::Sobol, 32)
                .unwrap_err()
                .contains("Saltelli's layout")
        );
        assert!(
            design("saltelli", 8)
                .fits(Method::Morris, 40)
                .unwrap_err()
                .contains("--sample morris")
        );
        assert!(
            design("saltelli", 8)
                .fits(Method::Sobol, 39)
                .unwrap_err()
                .contains("40 points (8 times 5)")
        );
        assert!(
            design("saltelli", 1)
                .fits(Method::Sobol, 5)
                .unwrap_err()
                .contains("larger N")
        );
        assert_eq!(design("saltelli", 8).fits(Method::Sobol, 40), Ok(()));
        assert!((design("lhs", 1).parameters[0].place("10.0").unwrap() - 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_listed_value_has_its_place_in_the_list() {
        let parameter = Parameter {
            key: "kind".to_owned(),
            low: None,
            high: None,
            scale: None,
            values: ["\"a\"", "\"b\"", "\"c\""].map(str::to_owned).to_vec(),
        };
        assert_eq!(
            ["a", "b", "c", "d"].map(|text| parameter.place(text)),
            [Some(0.0), Some(0.5), Some(1.0), None]
        );
    }
}
