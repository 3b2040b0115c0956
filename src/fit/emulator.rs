//! A stand-in for a model: one number of it as a function of its parameters, learnt from runs, with how sure it is.
//!
//! A quadratic regression on the parameters that matter, chosen term by term as long as Schwarz's criterion (1978) falls,
//! and a Gaussian process on what it leaves (Vernon, Goldstein and Bower 2010). Points lie in the unit cube.

use super::matrix::{Vector, square};
use super::process::{Kernel, Likely, Process};

/// A stand-in.
#[derive(Clone, Debug)]
pub struct Emulator {
    terms: Vec<Term>,
    /// Of the terms made orthogonal in turn: how each is made of the terms, and its coefficient.
    basis: Vec<Vector>,
    coefficients: Vector,
    /// The parameters that are in any term.
    active: Vec<usize>,
    rest: Process,
    /// For each point at which it was taught: the square of what it was off by there when that point was left out, less what dice account for,
    /// and the variance of a run over dice.
    missed: Vec<[f64; 2]>,
}

/// What is expected of a run at a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// The mean over dice.
    pub mean: f64,
    /// How sure that is: a variance, as far as it can be seen behind that of the dice; 0 where they hide it.
    pub unsure: f64,
    /// The variance of a run over dice.
    pub dice: f64,
}

/// So many of the nearest points tell how sure it is, and how much dice do. Where a wave just begins both are many times what
/// they are elsewhere, so an average over all would be far too sure there; and fewer would tell by luck.
const NEAREST: usize = 10;

/// A product of at most two coordinates, each from -1 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Term {
    One,
    Line(usize),
    Product(usize, usize),
}

impl Term {
    fn at(self, point: &[f64]) -> f64 {
        let centred = |parameter: usize| 2.0 * point[parameter] - 1.0;
        match self {
            Term::One => 1.0,
            Term::Line(a) => centred(a),
            Term::Product(a, b) => centred(a) * centred(b),
        }
    }
}

/// How well an emulator tells what it has not seen, each of its points left out in turn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Diagnosis {
    /// The share of the variance of the means that it tells.
    pub explained: f64,
    /// The share of points within two standard deviations of what it expects there; 0.95 if it knows how sure it is.
    pub within: f64,
    /// Number of terms of the regression.
    pub terms: usize,
}

impl Diagnosis {
    /// Whether it can be used: it knows how sure it is.
    pub fn is_sound(&self) -> bool {
        self.within >= 0.85
    }
}

impl Emulator {
    /// Learn the means over so many dice at these points; `dice` is the variance of one run at each.
    ///
    /// # Panics
    /// If there are not as many means, dice and counts as points, or fewer than ten.
    pub fn learn(points: &[Vector], means: &[f64], dice: &[f64], counts: &[f64]) -> (Emulator, Diagnosis) {
        assert!(
            [means.len(), dice.len(), counts.len()] == [points.len(); 3] && points.len() >= NEAREST,
            "at least ten points, a mean, dice and a count for each"
        );
        let noises: Vector = dice.iter().zip(counts).map(|(dice, count)| dice / count).collect();
        let noise = noises.iter().sum::<f64>() / noises.len() as f64;
        let (terms, basis, coefficients, rest) = regression(points, means);
        let mut active: Vec<usize> = terms.iter().flat_map(|term| term.parameters()).collect();
        active.sort_unstable();
        active.dedup();
        let seen = |point: &Vector| -> Vector { active.iter().map(|&parameter| point[parameter]).collect() };
        let places: Vec<Vector> = points.iter().map(seen).collect();
        let process = process(&places, &rest, noise);
        let left = process.left_out();
        let spread = square(&rest).max(f64::MIN_POSITIVE);
        let centre = means.iter().sum::<f64>() / means.len() as f64;
        let all: f64 = means.iter().map(|mean| (mean - centre) * (mean - centre)).sum();
        let missed: f64 = left.iter().map(|left| left.mean * left.mean).sum();
        let within = |left: &&Likely| left.mean * left.mean <= 4.0 * left.variance;
        let diagnosis = Diagnosis {
            explained: 1.0 - missed.max(0.0) / all.max(spread),
            within: left.iter().filter(within).count() as f64 / left.len() as f64,
            terms: terms.len() - 1,
        };
        let emulator = Emulator {
            terms,
            basis,
            coefficients,
            active,
            missed: left
                .iter()
                .zip(noises.iter().zip(dice))
                .map(|(left, (noise, dice))| [left.mean * left.mean - noise, *dice])
                .collect(),
            rest: process,
        };
        (emulator, diagnosis)
    }

    /// What is expected at a point.
    pub fn at(&self, point: &[f64]) -> Expected {
        let values: Vector = self.terms.iter().map(|term| term.at(point)).collect();
        let told: f64 = self
            .basis
            .iter()
            .zip(&self.coefficients)
            .map(|(of, coefficient)| coefficient * of.iter().zip(&values).map(|(a, b)| a * b).sum::<f64>())
            .sum();
        let seen: Vector = self.active.iter().map(|&parameter| point[parameter]).collect();
        let distances = self.rest.distances(&seen);
        let [missed, dice] = self.near(&distances);
        Expected {
            mean: told + self.rest.mean_at(&distances),
            unsure: missed.max(0.0),
            dice,
        }
    }

    /// The averages over the nearest points.
    fn near(&self, distances: &[f64]) -> [f64; 2] {
        let mut order: Vec<(f64, usize)> = distances.iter().copied().zip(0..).collect();
        order.select_nth_unstable_by(NEAREST - 1, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        order.truncate(NEAREST);
        order.sort_unstable_by_key(|of| of.1);
        let sum = order.iter().fold([0.0; 2], |sum, of| {
            let [missed, dice] = self.missed[of.1];
            [sum[0] + missed, sum[1] + dice]
        });
        sum.map(|sum| sum / NEAREST as f64)
    }

    /// The parameters that it depends on.
    pub fn active(&self) -> &[usize] {
        &self.active
    }
}

impl Term {
    fn parameters(self) -> Vec<usize> {
        match self {
            Term::One => vec![],
            Term::Line(a) => vec![a],
            Term::Product(a, b) => vec![a, b],
        }
    }
}

/// Terms chosen one after the other, each the one that tells most of what is left, made orthogonal to those before.
fn regression(points: &[Vector], means: &[f64]) -> (Vec<Term>, Vec<Vector>, Vector, Vector) {
    let parameters = points[0].len();
    let lines = (0..parameters).map(Term::Line);
    let products = (0..parameters).flat_map(|a| (a..parameters).map(move |b| Term::Product(a, b)));
    let candidates: Vec<Term> = lines.chain(products).collect();
    let size = points.len() as f64;
    let column = |term: Term| -> Vector { points.iter().map(|point| term.at(point)).collect() };
    let mut columns: Vec<Vector> = candidates.iter().map(|&term| column(term)).collect();
    let mut combined: Vec<Vector> = (0..candidates.len()).map(|_| Vec::new()).collect();
    let (mut terms, mut basis, mut coefficients) = (vec![Term::One], vec![vec![1.0]], vec![0.0]);
    let mut rest = means.to_vec();
    // First everything is centred: the constant is a term like any other.
    let mut last: Vector = vec![1.0; points.len()];
    coefficients[0] = project(&mut rest, &last);
    let mut criterion = size * libm::log(square(&rest).max(1e-300) / size);
    // More terms than a third of the points fit their noise.
    while terms.len() < points.len() / 3 {
        for (column, combined) in columns.iter_mut().zip(&mut combined) {
            combined.push(project(column, &last));
        }
        let gain = |place: usize| {
            let own = square(&columns[place]);
            let with: f64 = columns[place].iter().zip(&rest).map(|(a, b)| a * b).sum();
            if own > 1e-9 * size { with * with / own } else { 0.0 }
        };
        let best = (0..columns.len()).max_by(|&a, &b| gain(a).total_cmp(&gain(b)).then(b.cmp(&a)));
        let Some(best) = best.filter(|&best| gain(best) > 0.0) else {
            break;
        };
        last = columns[best].clone();
        let mut new = rest.clone();
        let coefficient = project(&mut new, &last);
        let count = terms.len() as f64;
        let next = size * libm::log(square(&new).max(1e-300) / size) + count * libm::log(size);
        if next >= criterion {
            break;
        }
        (rest, criterion) = (new, next);
        // The orthogonal column as a combination of the terms themselves.
        let mut of = vec![0.0; terms.len() + 1];
        of[terms.len()] = 1.0;
        for (share, earlier) in combined[best].iter().zip(&basis) {
            earlier.iter().zip(&mut of).for_each(|(from, to)| *to -= share * from);
        }
        terms.push(candidates[best]);
        basis.push(of);
        coefficients.push(coefficient);
    }
    (terms, basis, coefficients, rest)
}

/// Take away from a column what another tells of it, and how much of that it was.
fn project(column: &mut [f64], other: &[f64]) -> f64 {
    let own: f64 = square(other);
    let share = column.iter().zip(other).map(|(a, b)| a * b).sum::<f64>() / own;
    column.iter_mut().zip(other).for_each(|(a, b)| *a -= share * b);
    share
}

/// Lengths that are tried, in widths of a parameter's range, and parts of the variance that are smooth.
const LENGTHS: [f64; 6] = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0];
const SMOOTH: [f64; 6] = [0.02, 0.1, 0.3, 0.6, 0.9, 0.99];

/// The most likely process of what a regression leaves; its noise is at least that of the dice.
fn process(places: &[Vector], rest: &[f64], noise: f64) -> Process {
    let variance = (square(rest) / rest.len() as f64).max(1e-12);
    let kernel = |length: f64, smooth: f64| Kernel {
        length,
        signal: smooth * variance,
        noise: ((1.0 - smooth) * variance).max(noise).max(1e-9 * variance),
    };
    let lengths = LENGTHS
        .iter()
        .flat_map(|&length| SMOOTH.iter().map(move |&smooth| kernel(length, smooth)));
    // No coordinate matters: one length is as good as another.
    let tried = lengths.take(if places[0].is_empty() { 1 } else { usize::MAX });
    tried
        .map(|kernel| Process::new(kernel, places.to_vec(), rest))
        .max_by(|a, b| a.likelihood().total_cmp(&b.likelihood()))
        .expect("one is tried")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::chance::Chance;

    fn points(count: u32, parameters: usize) -> Vec<Vector> {
        let point = |index| {
            let mut chance = Chance::of(1, 0, index);
            (0..parameters).map(|_| chance.share()).collect()
        };
        (0..count).map(point).collect()
    }

    #[test]
    fn a_quadratic_is_told_exactly_and_nothing_else_is_in_it() {
        let points = points(60, 5);
        let model = |x: &[f64]| 3.0 + 2.0 * x[0] - x[3] * x[3] + 4.0 * x[0] * x[3];
        let means: Vector = points.iter().map(|x| model(x)).collect();
        let (emulator, diagnosis) = Emulator::learn(&points, &means, &[0.0; 60], &[1.0; 60]);
        assert_eq!(emulator.active(), [0, 3]);
        assert!(diagnosis.explained > 0.999_999, "{diagnosis:?}");
        let at = [0.3, 0.9, 0.1, 0.7, 0.5];
        assert!((emulator.at(&at).mean - model(&at)).abs() < 1e-6);
    }

    #[test]
    fn it_knows_how_sure_it_is_of_a_run_of_a_function_that_no_quadratic_is() {
        let model = |x: &[f64]| libm::sin(6.0 * x[0]) + x[1] * x[1] * x[1];
        let dice = 0.1;
        let all = points(260, 4);
        let mut luck = Chance::of(2, 0, 0);
        let luck = luck.normals(260);
        let seen: Vector = all.iter().zip(&luck).map(|(x, z)| model(x) + dice * z).collect();
        let (emulator, diagnosis) = Emulator::learn(&all[..160], &seen[..160], &[dice * dice; 160], &[1.0; 160]);
        assert!(diagnosis.is_sound() && diagnosis.explained > 0.9, "{diagnosis:?}");
        let off = |(x, seen): (&Vector, &f64)| {
            let Expected { mean, unsure, dice } = emulator.at(x);
            (seen - mean).abs() / (unsure + dice).sqrt()
        };
        let held_out = all[160..].iter().zip(&seen[160..]);
        let within = held_out.filter(|of| off(*of) < 2.0).count();
        assert!(
            (88..100).contains(&within),
            "{within} of 100 runs held out lie within two deviations"
        );
        assert!(!emulator.active().contains(&3));
    }
}
