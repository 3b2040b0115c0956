//! Where in the space of parameters to look: grids, Latin hypercubes, Sobol' points, and the layouts that Morris'
//! and Saltelli's measures of sensitivity are worked out of. Pure: a design and its seed give every point, each by
//! its number and without those before it.
//!
//! - Latin hypercube: McKay, Beckman and Conover (1979), Technometrics 21(2), 239-245.
//! - Sobol' points: the direction numbers of Joe and Kuo (2008), SIAM J. Sci. Comput. 30(5), 2635-2654, with a random
//!   digital shift, which keeps the evenness of the points and moves the first of them off the corner.
//! - Morris trajectories: Morris (1991), Technometrics 33(2), 161-174.
//! - Saltelli's layout: Saltelli et al. (2010), Comput. Phys. Commun. 181(2), 259-270; A, A with each column of B in
//!   turn, B, for each base point, as SALib lays it out; with indices of second order, B with each column of A
//!   before B.

pub mod times;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use sobol::Sobol;
use sobol::params::JoeKuoD6;
use strum::IntoStaticStr;

use crate::fit::normal;

/// How points are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// Every combination of the values.
    Grid,
    /// Points that were made elsewhere.
    Points,
    /// Points that follow from what earlier ones have given.
    Stages,
    /// A Latin hypercube.
    Lhs,
    /// Sobol' points.
    Sobol,
    /// Trajectories that change one parameter at a time.
    Morris,
    /// The points from which Sobol' indices are estimated.
    Saltelli,
    /// These, and those from which the indices of pairs are.
    Saltelli2,
}

impl Method {
    /// The methods of `--sample`, which draw from ranges.
    pub const SAMPLES: [Method; 5] = [
        Method::Lhs,
        Method::Sobol,
        Method::Morris,
        Method::Saltelli,
        Method::Saltelli2,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A design: what is varied, and how points are chosen. Part of `manifest.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Design {
    /// How points are chosen.
    pub method: Method,
    /// Number of points; of trajectories for Morris, of base points for Saltelli.
    pub n: u32,
    /// What is varied, in the order of the columns.
    pub parameters: Vec<Parameter>,
    /// Levels of Morris' grid, an even number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub levels: Option<u32>,
    /// Seed of the design, which is not that of the dice; `None` where nothing is drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Whether the points were made elsewhere, although they are laid out as the method says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub listed: bool,
    /// Columns of a table of points that are no parameters and are passed on as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carry: Vec<String>,
}

/// A parameter that is varied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its dotted key in the scenario; several that move together are joined by `+`.
    pub key: String,
    /// Its values.
    #[serde(flatten)]
    pub span: Span,
}

/// The values of a parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Span {
    /// From a lowest to a highest number, both included.
    Range {
        /// The lowest.
        low: f64,
        /// The highest.
        high: f64,
        /// How it is divided.
        scale: Scale,
        /// Whether only whole numbers are meant.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        whole: bool,
    },
    /// Drawn from a distribution.
    Drawn {
        /// Which.
        distribution: Distribution,
        /// Its parameters, as [`Distribution`] tells.
        of: Vec<f64>,
    },
    /// From one date or duration to another, in whole minutes.
    Times {
        /// The first: a local time as ISO 8601, or hours.
        from: String,
        /// The last.
        to: String,
    },
    /// These, as written in TOML, some more often than others.
    Weighted {
        /// The values.
        values: Vec<String>,
        /// How often each, as shares of their sum.
        weights: Vec<f64>,
    },
    /// These, as written in TOML.
    Levels {
        /// The values.
        values: Vec<String>,
    },
    /// Those of the table of points.
    Listed {},
}

/// A distribution of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Distribution {
    /// Of a mean and a standard deviation.
    Normal,
    /// Of a median and the standard deviation of the logarithm.
    Lognormal,
    /// Of a lowest, a most likely and a highest value.
    Triangular,
}

impl Distribution {
    /// Its name, and what its parameters are.
    pub const ALL: [(Distribution, &'static str, &'static [&'static str]); 3] = [
        (Distribution::Normal, "normal", &["mean", "standard deviation"]),
        (
            Distribution::Lognormal,
            "lognormal",
            &["median", "standard deviation of the logarithm"],
        ),
        (
            Distribution::Triangular,
            "triangular",
            &["lowest", "most likely", "highest"],
        ),
    ];

    /// The value below which a share of all lies, from 0 to 1.
    fn quantile(self, of: &[f64], share: f64) -> f64 {
        // The ends of a normal distribution are infinite, and no point lies just there.
        let z = |share: f64| normal::quantile(share.clamp(1e-9, 1.0 - 1e-9));
        match (self, of) {
            (Distribution::Normal, &[mean, deviation, ..]) => mean + deviation * z(share),
            (Distribution::Lognormal, &[median, deviation, ..]) => median * libm::exp(deviation * z(share)),
            (Distribution::Triangular, &[low, mode, high, ..]) => {
                let width = high - low;
                match share < (mode - low) / width {
                    true => low + libm::sqrt(share * width * (mode - low)),
                    false => high - libm::sqrt((1.0 - share) * width * (high - mode)),
                }
            }
            _ => f64::NAN,
        }
    }
}

/// How a range is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// Evenly.
    Linear,
    /// Evenly in the logarithm.
    Log,
}

/// The points of a design.
#[derive(Clone, Debug)]
pub struct Points {
    design: Design,
    drawn: Drawn,
}

/// What is kept of a design so that each of its points can be given by its number.
#[derive(Clone, Debug)]
enum Drawn {
    Grid,
    Table(Vec<Vec<String>>),
    /// The order of the strata of each parameter.
    Hypercube(Vec<Vec<u32>>),
    /// Direction numbers and shift of each dimension.
    Sobol(Vec<(Vec<u32>, u32)>),
    Morris,
}

/// What a draw of a design decides; the numbers are part of the results.
#[derive(Clone, Copy)]
enum Purpose {
    Strata = 1,
    Jitter = 2,
    Shift = 3,
    Trajectory = 4,
    Order = 5,
}

impl Design {
    /// Whether its points are given by a table.
    pub fn is_listed(&self) -> bool {
        self.listed || self.method == Method::Points
    }

    /// Its points; those of a table of points are given, and those of stages as they become known.
    ///
    /// # Panics
    /// If points are listed and no table is given, or the other way round.
    pub fn points(&self, table: Option<Vec<Vec<String>>>) -> Points {
        assert_eq!(table.is_some(), self.is_listed());
        if let Some(table) = table {
            let (design, drawn) = (self.clone(), Drawn::Table(table));
            return Points { design, drawn };
        }
        let dimensions = self.parameters.len();
        let drawn = match self.method {
            Method::Grid => Drawn::Grid,
            Method::Points | Method::Stages => Drawn::Table(Vec::new()),
            Method::Lhs => Drawn::Hypercube((0..dimensions).map(|d| self.strata(d)).collect()),
            Method::Sobol => Drawn::Sobol(self.directions(dimensions)),
            Method::Saltelli | Method::Saltelli2 => Drawn::Sobol(self.directions(2 * dimensions)),
            Method::Morris => Drawn::Morris,
        };
        Points {
            design: self.clone(),
            drawn,
        }
    }

    /// How many points it has.
    pub fn len(&self) -> u64 {
        let (n, dimensions) = (u64::from(self.n), self.parameters.len() as u64);
        match self.method {
            Method::Morris => n * (dimensions + 1),
            Method::Saltelli => n * (dimensions + 2),
            Method::Saltelli2 => n * (2 * dimensions + 2),
            _ => n,
        }
    }

    /// Whether it has no points.
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    fn rng(&self, purpose: Purpose, thing: u64) -> ChaCha8Rng {
        rng(self.seed.unwrap_or(0), purpose, thing)
    }

    fn strata(&self, dimension: usize) -> Vec<u32> {
        shuffled(self.n, &mut self.rng(Purpose::Strata, dimension as u64))
    }

    fn directions(&self, dimensions: usize) -> Vec<(Vec<u32>, u32)> {
        let numbers = Sobol::<u32>::init_direction_vals(dimensions, 32, &JoeKuoD6::standard());
        let shift = |d: usize| self.rng(Purpose::Shift, d as u64).next_u32();
        numbers.into_iter().enumerate().map(|(d, n)| (n, shift(d))).collect()
    }
}

/// Most parameters of a design of Sobol' points; half as many for Saltelli's.
pub const MOST_DIMENSIONS: usize = 1000;

impl Points {
    /// One point at which nothing is varied.
    pub fn single() -> Points {
        let design = Design {
            method: Method::Points,
            n: 1,
            parameters: Vec::new(),
            levels: None,
            seed: None,
            listed: true,
            carry: Vec::new(),
        };
        design.points(Some(vec![Vec::new()]))
    }

    /// How many there are; of stages, until now.
    pub fn len(&self) -> u32 {
        match &self.drawn {
            Drawn::Table(rows) => rows.len() as u32,
            _ => self.design.len() as u32,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows of a table of points.
    pub fn table(&self) -> Option<&[Vec<String>]> {
        match &self.drawn {
            Drawn::Table(rows) => Some(rows),
            _ => None,
        }
    }

    /// Add points to those of a table.
    ///
    /// # Panics
    /// If they are not those of a table.
    pub fn extend(&mut self, points: impl IntoIterator<Item = Vec<String>>) {
        match &mut self.drawn {
            Drawn::Table(rows) => rows.extend(points),
            _ => panic!("a design that draws its points has no others"),
        }
    }

    /// What a point carries beside its values, in the order of the design.
    pub fn carried(&self, point: u32) -> &[String] {
        match &self.drawn {
            Drawn::Table(rows) => &rows[point as usize][self.design.parameters.len()..],
            _ => &[],
        }
    }

    /// What is varied, in the order of the values of a point.
    pub fn parameters(&self) -> &[Parameter] {
        &self.design.parameters
    }

    /// Where a point lies in the unit cube, for designs that draw from ranges; empty for the others.
    pub fn unit(&self, point: u32) -> Vec<f64> {
        let (design, dimensions) = (&self.design, self.design.parameters.len());
        match &self.drawn {
            Drawn::Grid | Drawn::Table(_) => Vec::new(),
            Drawn::Hypercube(strata) => {
                let place = |(d, order): (usize, &Vec<u32>)| {
                    let mut rng = design.rng(Purpose::Jitter, d as u64);
                    rng.set_word_pos(2 * u128::from(point));
                    (f64::from(order[point as usize]) + fraction(&mut rng)) / f64::from(design.n)
                };
                strata.iter().enumerate().map(place).collect()
            }
            Drawn::Sobol(directions) if design.method == Method::Saltelli => {
                let (base, of_group) = (point / (dimensions as u32 + 2), point as usize % (dimensions + 2));
                let from_b = |d| of_group == dimensions + 1 || of_group == d + 1;
                let column = |d| if from_b(d) { d + dimensions } else { d };
                (0..dimensions).map(|d| sobol(&directions[column(d)], base)).collect()
            }
            Drawn::Sobol(directions) if design.method == Method::Saltelli2 => {
                let block = 2 * dimensions + 2;
                let (base, of_group) = (point / block as u32, point as usize % block);
                // A, A with each parameter of B, B with each of A, B.
                let from_b = |d| match of_group {
                    last if last == block - 1 => true,
                    mixed if mixed > dimensions => mixed - dimensions - 1 != d,
                    mixed => mixed == d + 1,
                };
                let column = |d| if from_b(d) { d + dimensions } else { d };
                (0..dimensions).map(|d| sobol(&directions[column(d)], base)).collect()
            }
            Drawn::Sobol(directions) => directions.iter().map(|of| sobol(of, point)).collect(),
            Drawn::Morris => design.trajectory(point),
        }
    }

    /// The values of a point as written in TOML, in the order of the parameters.
    pub fn values(&self, point: u32) -> Vec<String> {
        let parameters = &self.design.parameters;
        match &self.drawn {
            Drawn::Table(rows) => rows[point as usize][..parameters.len()].to_vec(),
            Drawn::Grid => {
                // The last parameter changes fastest.
                let mut rest = point as usize;
                let pick = |parameter: &Parameter| match &parameter.span {
                    Span::Levels { values } => {
                        let value = values[rest % values.len()].clone();
                        rest /= values.len();
                        value
                    }
                    _ => unreachable!("a grid has levels"),
                };
                let mut values: Vec<String> = parameters.iter().rev().map(pick).collect();
                values.reverse();
                values
            }
            _ => parameters
                .iter()
                .zip(self.unit(point))
                .map(|(p, u)| p.span.at(u))
                .collect(),
        }
    }

    /// The points in the order in which they are run: shuffled, so that any first part of them is spread over all.
    pub fn order(&self) -> Vec<u32> {
        let seed = self.design.seed.unwrap_or(0);
        shuffled(self.len(), &mut rng(seed, Purpose::Order, 0))
    }
}

impl Design {
    /// Morris (1991): each parameter starts on a random level of the lower or upper half and moves once by half the
    /// levels, in random order.
    fn trajectory(&self, point: u32) -> Vec<f64> {
        let dimensions = self.parameters.len() as u32;
        let (trajectory, step) = (point / (dimensions + 1), point % (dimensions + 1));
        let mut rng = self.rng(Purpose::Trajectory, u64::from(trajectory));
        let levels = self.levels.unwrap_or(LEVELS);
        let starts: Vec<(u32, bool)> = (0..dimensions)
            .map(|_| (below(levels / 2, &mut rng), below(2, &mut rng) == 1))
            .collect();
        let order = shuffled(dimensions, &mut rng);
        let place = |((low, down), rank): (&(u32, bool), u32)| {
            let up = (rank < step) != *down;
            f64::from(low + if up { levels / 2 } else { 0 }) / f64::from(levels - 1)
        };
        starts.iter().zip(order).map(place).collect()
    }
}

/// Levels of Morris' grid where nothing else is said.
pub const LEVELS: u32 = 4;

impl Span {
    /// The value at a place from 0 to 1.
    pub fn at(&self, u: f64) -> String {
        match self {
            Span::Range {
                low, high, whole: true, ..
            } => {
                let count = high - low + 1.0;
                format!("{}", (low + libm::floor(u * count)).min(*high) as i64)
            }
            Span::Range { low, high, scale, .. } => {
                let value = match scale {
                    Scale::Linear => low + u * (high - low),
                    Scale::Log => libm::exp(libm::log(*low) + u * (libm::log(*high) - libm::log(*low))),
                };
                format!("{:?}", value.clamp(*low, *high))
            }
            Span::Levels { values } => values[((u * values.len() as f64) as usize).min(values.len() - 1)].clone(),
            Span::Drawn { distribution, of } => format!("{:?}", distribution.quantile(of, u)),
            Span::Times { from, to } => times::between(from, to, u),
            Span::Weighted { values, weights } => {
                let mut left = u * weights.iter().sum::<f64>();
                let place = weights.iter().position(|weight| {
                    left -= weight;
                    left < 0.0
                });
                values[place.unwrap_or(values.len() - 1)].clone()
            }
            Span::Listed {} => unreachable!("listed values are not drawn"),
        }
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Span::Range { low, high, .. } => write!(f, "{low} to {high}"),
            Span::Levels { values } | Span::Weighted { values, .. } => f.write_str(&values.join(", ")),
            Span::Drawn { distribution, of } => write!(f, "{distribution:?} of {of:?}"),
            Span::Times { from, to } => write!(f, "{from} to {to}"),
            Span::Listed {} => f.write_str("as in the table"),
        }
    }
}

/// One coordinate of a Sobol' point: the direction numbers of the bits of its Gray code, shifted; the middle of its
/// cell of 2^-32.
fn sobol((directions, shift): &(Vec<u32>, u32), point: u32) -> f64 {
    let gray = point ^ point >> 1;
    let bits = (0..32).filter(|bit| gray >> bit & 1 == 1);
    let cell = bits.fold(*shift, |cell, bit| cell ^ directions[bit]);
    (f64::from(cell) + 0.5) / 4_294_967_296.0
}

fn rng(seed: u64, purpose: Purpose, thing: u64) -> ChaCha8Rng {
    let mut key = [0u8; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[16..29].copy_from_slice(b"qantar-design");
    let mut rng = ChaCha8Rng::from_seed(key);
    rng.set_stream((purpose as u64) << 48 | thing);
    rng
}

/// A number from 0 to below 1.
fn fraction(rng: &mut impl Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// A whole number from 0 to below `n`.
fn below(n: u32, rng: &mut impl Rng) -> u32 {
    ((u128::from(rng.next_u64()) * u128::from(n)) >> 64) as u32
}

/// The numbers below `n` in random order: Fisher and Yates, written out so that the order does not depend on the
/// version of a library.
fn shuffled(n: u32, rng: &mut impl Rng) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n).collect();
    for last in (1..n).rev() {
        order.swap(last as usize, below(last + 1, rng) as usize);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn design(method: Method, n: u32, dimensions: usize) -> Design {
        let parameter = |d| Parameter {
            key: format!("p{d}"),
            span: Span::Range {
                low: 0.0,
                high: 1.0,
                scale: Scale::Linear,
                whole: false,
            },
        };
        Design {
            method,
            n,
            parameters: (0..dimensions).map(parameter).collect(),
            levels: (method == Method::Morris).then_some(LEVELS),
            seed: Some(7),
            listed: false,
            carry: Vec::new(),
        }
    }

    fn units(design: &Design) -> Vec<Vec<f64>> {
        let points = design.points(None);
        (0..design.len() as u32).map(|point| points.unit(point)).collect()
    }

    #[test]
    fn a_latin_hypercube_has_one_point_in_each_stratum_of_each_parameter() {
        let points = units(&design(Method::Lhs, 50, 4));
        for d in 0..4 {
            let mut strata: Vec<u32> = points.iter().map(|point| (point[d] * 50.0) as u32).collect();
            strata.sort_unstable();
            assert_eq!(strata, (0..50).collect::<Vec<_>>());
        }
        assert_ne!(points[0][0], points[0][1]);
    }

    #[test]
    fn sobol_points_without_their_shift_are_those_of_joe_and_kuo() {
        let directions = design(Method::Sobol, 8, 4).directions(4);
        // The first points of scipy.stats.qmc.Sobol(4, scramble=False).
        let expected = [
            [0.0, 0.0, 0.0, 0.0],
            [0.5, 0.5, 0.5, 0.5],
            [0.75, 0.25, 0.25, 0.25],
            [0.25, 0.75, 0.75, 0.75],
            [0.375, 0.375, 0.625, 0.875],
            [0.875, 0.875, 0.125, 0.375],
            [0.625, 0.125, 0.875, 0.625],
            [0.125, 0.625, 0.375, 0.125],
        ];
        for (point, expected) in expected.iter().enumerate() {
            for (of, expected) in directions.iter().zip(expected) {
                let value = sobol(&(of.0.clone(), 0), point as u32);
                assert!((value - expected).abs() < 1e-9, "{point}: {value} {expected}");
            }
        }
    }

    #[test]
    fn a_power_of_two_of_sobol_points_fills_every_interval_of_each_parameter_once() {
        let points = units(&design(Method::Sobol, 256, 12));
        for d in 0..12 {
            let mut cells: Vec<u32> = points.iter().map(|point| (point[d] * 256.0) as u32).collect();
            cells.sort_unstable();
            assert_eq!(cells, (0..256).collect::<Vec<_>>());
        }
    }

    #[test]
    fn saltellis_layout_is_a_then_a_with_each_column_of_b_then_b() {
        let points = units(&design(Method::Saltelli, 16, 3));
        assert_eq!(points.len(), 16 * 5);
        for group in points.chunks(5) {
            let (a, b) = (&group[0], &group[4]);
            for d in 0..3 {
                let mut expected = a.clone();
                expected[d] = b[d];
                assert_eq!(group[d + 1], expected);
                assert_ne!(a[d], b[d]);
            }
        }
    }

    #[test]
    fn with_pairs_there_is_also_b_with_each_column_of_a() {
        let points = units(&design(Method::Saltelli2, 16, 3));
        assert_eq!(points.len(), 16 * 8);
        for group in points.chunks(8) {
            let (a, b) = (&group[0], &group[7]);
            for d in 0..3 {
                let (mut mixed, mut other) = (a.clone(), b.clone());
                (mixed[d], other[d]) = (b[d], a[d]);
                assert_eq!((&group[d + 1], &group[d + 4]), (&mixed, &other));
            }
        }
    }

    #[test]
    fn a_trajectory_of_morris_moves_every_parameter_once_by_two_thirds() {
        let points = units(&design(Method::Morris, 40, 5));
        let mut first = Vec::new();
        for trajectory in points.chunks(6) {
            let mut moved = Vec::new();
            for pair in trajectory.windows(2) {
                let changed: Vec<usize> = (0..5).filter(|&d| pair[0][d] != pair[1][d]).collect();
                assert_eq!(changed.len(), 1);
                assert!(((pair[0][changed[0]] - pair[1][changed[0]]).abs() - 2.0 / 3.0).abs() < 1e-12);
                moved.push(changed[0]);
            }
            first.push(moved[0]);
            moved.sort_unstable();
            assert_eq!(moved, [0, 1, 2, 3, 4]);
            assert!(
                trajectory
                    .iter()
                    .flatten()
                    .all(|u| { [0, 1, 2, 3].iter().any(|k| (u * 3.0 - f64::from(*k)).abs() < 1e-12) })
            );
        }
        first.sort_unstable();
        first.dedup();
        assert_eq!(first, [0, 1, 2, 3, 4], "any parameter may be the first to move");
    }

    #[test]
    fn the_first_points_of_a_seed_stay_what_they_are() {
        let texts = |method| {
            let points = design(method, 4, 2).points(None);
            (0..3).map(|point| points.values(point).join(" ")).collect::<Vec<_>>()
        };
        insta::assert_debug_snapshot!([
            texts(Method::Lhs),
            texts(Method::Sobol),
            texts(Method::Morris),
            texts(Method::Saltelli)
        ]);
        insta::assert_debug_snapshot!(design(Method::Lhs, 8, 1).points(None).order());
    }

    #[test]
    fn another_seed_gives_other_points() {
        for method in Method::SAMPLES {
            let (mut one, mut two) = (design(method, 8, 3), design(method, 8, 3));
            (one.seed, two.seed) = (Some(1), Some(2));
            assert_ne!(units(&one), units(&two), "{method:?}");
        }
    }

    #[test]
    fn a_grid_is_every_combination_and_the_last_parameter_changes_fastest() {
        let levels = |key: &str, values: &[&str]| Parameter {
            key: key.to_owned(),
            span: Span::Levels {
                values: values.iter().map(|text| (*text).to_owned()).collect(),
            },
        };
        let grid = Design {
            method: Method::Grid,
            n: 6,
            parameters: vec![levels("a", &["1", "2"]), levels("b", &["x", "y", "z"])],
            levels: None,
            seed: None,
            listed: false,
            carry: Vec::new(),
        };
        let points = grid.points(None);
        let all: Vec<String> = (0..6).map(|point| points.values(point).concat()).collect();
        assert_eq!(all, ["1x", "1y", "1z", "2x", "2y", "2z"]);
    }

    #[test]
    fn a_range_is_reached_at_both_ends_and_divided_as_it_says() {
        let range = |scale, whole| Span::Range {
            low: 1.0,
            high: 100.0,
            scale,
            whole,
        };
        let at = |span: &Span, u| span.at(u).parse::<f64>().unwrap();
        let (linear, log, whole) = (
            range(Scale::Linear, false),
            range(Scale::Log, false),
            range(Scale::Linear, true),
        );
        assert_eq!(
            [at(&linear, 0.0), at(&linear, 0.5), at(&linear, 1.0)],
            [1.0, 50.5, 100.0]
        );
        assert_eq!([at(&log, 0.0), at(&log, 1.0)], [1.0, 100.0]);
        assert!((at(&log, 0.5) - 10.0).abs() < 1e-12);
        assert_eq!([whole.at(0.0), whole.at(0.999), whole.at(1.0)], ["1", "100", "100"]);
    }

    #[test]
    fn distributions_have_the_quantiles_of_their_formulas() {
        let at = |distribution, of: &[f64], u| {
            let of = of.to_vec();
            Span::Drawn { distribution, of }.at(u).parse::<f64>().unwrap()
        };
        let near = |value: f64, expected: f64| assert!((value - expected).abs() < 1e-4, "{value} {expected}");
        near(at(Distribution::Normal, &[10.0, 2.0], 0.5), 10.0);
        near(at(Distribution::Normal, &[10.0, 2.0], 0.975), 10.0 + 2.0 * 1.959_964);
        near(
            at(Distribution::Lognormal, &[3.0, 0.5], 0.975),
            3.0 * (0.5f64 * 1.959_964).exp(),
        );
        // A triangle from 0 over 1 to 4: a quarter of it is below its top.
        for (u, expected) in [(0.0, 0.0), (0.25, 1.0), (1.0, 4.0), (0.0625, 0.5)] {
            near(at(Distribution::Triangular, &[0.0, 1.0, 4.0], u), expected);
        }
        let weighted = Span::Weighted {
            values: vec!["a".to_owned(), "b".to_owned()],
            weights: vec![1.0, 3.0],
        };
        assert_eq!(
            [0.0, 0.24, 0.26, 0.99, 1.0].map(|u| weighted.at(u)),
            ["a", "a", "b", "b", "b"]
        );
    }

    #[test]
    fn a_design_reads_back_from_json_as_it_was() {
        let mut written = design(Method::Saltelli, 8, 2);
        written.parameters[0].span = Span::Levels {
            values: vec!["\"a\"".to_owned()],
        };
        written.parameters[1].span = Span::Listed {};
        let text = serde_json::to_string(&written).unwrap();
        assert_eq!(serde_json::from_str::<Design>(&text).unwrap(), written);
        let text = serde_json::to_string(&design(Method::Lhs, 8, 1)).unwrap();
        let expected =
            r#"{"method":"lhs","n":8,"parameters":[{"key":"p0","low":0.0,"high":1.0,"scale":"linear"}],"seed":7}"#;
        assert_eq!(text, expected);
    }
}
