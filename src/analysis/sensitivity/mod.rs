//! Which parameter an outcome depends on, from the points of a design and the outcome at each: shares of variance on
//! Saltelli's layout ([`sobol`]), elementary effects on Morris' trajectories ([`morris`]), and an index of dependence from
//! points of any other design ([`pawn`]).

pub mod morris;
pub mod pawn;
pub mod sobol;

use serde::{Deserialize, Serialize};

use super::interval::mean;

/// What is read of the design of a sweep: the object `design` of its manifest.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Design {
    /// How points were chosen: `grid`, `lhs`, `sobol`, `morris`, `saltelli`, `saltelli2`, or made elsewhere.
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
    /// How far the distribution moves.
    Pawn,
}

/// How many points Saltelli's layout has for each base point.
pub fn block(parameters: usize, pairs: bool) -> usize {
    if pairs { 2 * parameters + 2 } else { parameters + 2 }
}

impl Design {
    /// The method for this design, whose points are so many; `None` if they are so few that they are told one by one.
    pub fn method(&self, points: usize) -> Option<Method> {
        match self.method.as_str() {
            "saltelli" | "saltelli2" => Some(Method::Sobol),
            "morris" => Some(Method::Morris),
            _ if points >= pawn::FEWEST => Some(Method::Pawn),
            _ => None,
        }
    }

    /// Whether the layout has points for pairs of parameters.
    pub fn has_pairs(&self) -> bool {
        self.method == "saltelli2"
    }

    /// Whether this method can be worked out of this design, whose points are so many.
    ///
    /// # Errors
    /// The reason why not, and the remedy.
    pub fn fits(&self, method: Method, points: usize) -> Result<(), String> {
        let laid_out = |needed: &str, layouts: &[&str]| match layouts.contains(&self.method.as_str()) {
            true => Ok(()),
            false => Err(format!(
                "{needed}, and this design is of the method `{}`; sweep with `--sample {}`, or ask for `--method pawn`, \
                 which works with any points that vary together",
                self.method, layouts[0]
            )),
        };
        let dimensions = self.parameters.len();
        let block = match method {
            Method::Sobol => {
                laid_out("Sobol' indices need Saltelli's layout", &["saltelli", "saltelli2"])?;
                block(dimensions, self.has_pairs())
            }
            Method::Morris => {
                laid_out("elementary effects need trajectories", &["morris"])?;
                dimensions + 1
            }
            Method::Pawn if points < pawn::FEWEST => {
                return Err(format!(
                    "{points} points say too little of how an outcome is distributed; sweep at least {}",
                    pawn::FEWEST
                ));
            }
            Method::Pawn => return Ok(()),
        };
        let expected = self.n as usize * block;
        if points != expected {
            return Err(format!(
                "the design has {expected} points ({} times {block}), and {points} are in the table; indices need all of \
                 them: finish the sweep",
                self.n
            ));
        }
        if self.n < 3 {
            return Err("so few base points or trajectories say nothing of variance; sweep with a larger N".to_owned());
        }
        Ok(())
    }
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

/// The part of [`chance`] that is dice, where replicate after replicate runs in the next of so many plausible worlds: what
/// replicates of one point in one world differ by. The rest of it is what worlds differ by. `None` if no world has two
/// replicates, or chance cannot be told.
pub fn dice_in_worlds(values: &[Vec<f64>], worlds: usize) -> Option<f64> {
    let of_all = chance(values)?;
    let within = |of_world: &[f64]| {
        let centre = mean(of_world.iter().copied());
        of_world.iter().map(|value| (value - centre).powi(2)).sum::<f64>()
    };
    let (mut squares, mut freedom, mut around) = (0.0, 0.0, 0.0);
    for row in values {
        for world in 0..worlds.min(row.len()) {
            let of_world: Vec<f64> = row.iter().skip(world).step_by(worlds).copied().collect();
            squares += within(&of_world);
            freedom += of_world.len() as f64 - 1.0;
        }
        around += within(row) / (row.len() as f64 - 1.0);
    }
    let (dice, around) = (squares / freedom, around / values.len() as f64);
    // As a share of what replicates of a point differ by, which is chance.
    (freedom > 0.0).then(|| {
        if around > 0.0 {
            of_all * (dice / around).min(1.0)
        } else {
            0.0
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_worlds_differ_by_is_told_from_what_dice_do() {
        // Two worlds of two replicates each: the worlds differ, or the dice within them do.
        assert_eq!(
            dice_in_worlds(&[vec![1.0, 5.0, 1.0, 5.0], vec![1.0, 5.0, 1.0, 5.0]], 2),
            Some(0.0)
        );
        assert_eq!(
            dice_in_worlds(&[vec![1.0, 1.0, 5.0, 5.0], vec![1.0, 1.0, 5.0, 5.0]], 2),
            Some(1.0)
        );
        assert_eq!(dice_in_worlds(&[vec![1.0, 5.0], vec![1.0, 5.0]], 2), None);
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
        assert_eq!(
            (design("lhs", 8).method(8), design("lhs", 80).method(80)),
            (None, Some(Method::Pawn))
        );
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
            design("saltelli", 2)
                .fits(Method::Sobol, 10)
                .unwrap_err()
                .contains("larger N")
        );
        assert_eq!(design("saltelli", 8).fits(Method::Sobol, 40), Ok(()));
        assert_eq!(design("saltelli2", 8).fits(Method::Sobol, 64), Ok(()));
        assert!(
            design("lhs", 8)
                .fits(Method::Pawn, 8)
                .unwrap_err()
                .contains("at least 40")
        );
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
