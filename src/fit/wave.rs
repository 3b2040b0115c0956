//! What is left of a space of parameters once what is implausible is cut away, and points in it for the next wave:
//! history matching (Craig et al. 1997; Vernon, Goldstein and Bower 2010).
//!
//! How large the rest is, and points evenly in it, come of one population: points all over the space, of which the
//! half that is least implausible is kept and multiplied by random steps that stay below the threshold, and again, until
//! the threshold is the cut (subset simulation: Au and Beck 2001, Probab. Eng. Mech. 16(4), 263-277). So a rest of a
//! millionth of the space is found and measured, where trying points at random would find none.

use rayon::prelude::*;

use super::chance::Chance;
use super::matrix::{Vector, minus, square};

/// What is left of a space.
#[derive(Clone, Debug, PartialEq)]
pub struct Left {
    /// The share of the unit cube that is not implausible; 0 if none was found.
    pub share: f64,
    /// Points in it, evenly.
    pub points: Vec<Vector>,
}

/// Points in the population.
pub const POPULATION: usize = 1000;

/// Steps of each point between two thresholds.
const STEPS: usize = 8;

/// More halvings than this find nothing: a rest below 10^-12 of the space.
const HALVINGS: usize = 40;

/// What is left of the unit cube of so many parameters below a cut of `implausibility`, of which no more need be known than
/// that it is above a number: the second argument.
pub fn left(seed: u64, parameters: usize, cut: f64, implausibility: impl Fn(&[f64], f64) -> f64 + Sync) -> Left {
    let mut population: Vec<(f64, Vector)> = (0..POPULATION as u32)
        .into_par_iter()
        .map(|index| {
            let mut chance = Chance::of(seed, 0, index);
            let point: Vector = (0..parameters).map(|_| chance.share()).collect();
            (implausibility(&point, f64::INFINITY), point)
        })
        .collect();
    let mut share = 1.0;
    for halving in 1..=HALVINGS as u32 {
        population.sort_by(|a, b| a.0.total_cmp(&b.0));
        let threshold = population[POPULATION / 2 - 1].0.max(cut);
        let kept = population.partition_point(|of| of.0 <= threshold);
        share *= kept as f64 / POPULATION as f64;
        population.truncate(kept);
        // As wide as what is left, direction by direction, and narrower the more directions there are.
        let widths = widths(&population, parameters);
        let reach = 1.7 / (parameters as f64).sqrt();
        let walked = |index: usize| {
            let mut chance = Chance::of(seed, halving, index as u32);
            let (mut own, mut point) = population[index % kept].clone();
            for _ in 0..STEPS {
                let steps = chance.normals(parameters);
                let next: Vector = point
                    .iter()
                    .zip(&widths)
                    .zip(&steps)
                    .map(|((x, width), z)| mirrored(x + reach * width * z))
                    .collect();
                let there = implausibility(&next, threshold);
                if there <= threshold {
                    (own, point) = (there, next);
                }
            }
            (own, point)
        };
        population = (0..POPULATION).into_par_iter().map(walked).collect();
        if threshold <= cut {
            return Left {
                share,
                points: population.into_iter().map(|of| of.1).collect(),
            };
        }
    }
    Left {
        share: 0.0,
        points: Vec::new(),
    }
}

/// The standard deviation of each coordinate.
fn widths(population: &[(f64, Vector)], parameters: usize) -> Vector {
    let size = population.len() as f64;
    let width = |parameter: usize| {
        let values = || population.iter().map(move |of| of.1[parameter]);
        let centre = values().sum::<f64>() / size;
        (values().map(|x| (x - centre) * (x - centre)).sum::<f64>() / size)
            .sqrt()
            .max(1e-9)
    };
    (0..parameters).map(width).collect()
}

/// A step over an end of the range comes back from it, so that ends are tried as often as the middle.
fn mirrored(x: f64) -> f64 {
    let folded = (x.abs() % 2.0).abs();
    if folded > 1.0 { 2.0 - folded } else { folded }
}

/// So many of these points, spread as far from each other as can be: each the farthest from those taken before, the first
/// the nearest to the middle of all.
pub fn spread(points: &[Vector], count: usize) -> Vec<usize> {
    if points.is_empty() {
        return Vec::new();
    }
    let size = points.len() as f64;
    let middle: Vector = (0..points[0].len())
        .map(|i| points.iter().map(|point| point[i]).sum::<f64>() / size)
        .collect();
    let from = |a: &[f64], b: &[f64]| square(&minus(a, b));
    let least = |a: &f64, b: &f64| a.total_cmp(b);
    let far: Vector = points.iter().map(|point| from(point, &middle)).collect();
    let mut taken = vec![
        (0..points.len())
            .min_by(|&a, &b| least(&far[a], &far[b]))
            .expect("there is one"),
    ];
    let mut nearest: Vector = vec![f64::INFINITY; points.len()];
    while taken.len() < count.min(points.len()) {
        let last = &points[taken[taken.len() - 1]];
        nearest
            .iter_mut()
            .zip(points)
            .for_each(|(near, point)| *near = near.min(from(point, last)));
        let next = (0..points.len()).max_by(|&a, &b| least(&nearest[a], &nearest[b]).then(b.cmp(&a)));
        taken.push(next.expect("there is one"));
    }
    taken
}

/// The n-th largest of some numbers, from 0: early waves are cut by the second or third largest implausibility, so that one
/// poor emulator rules out nothing alone.
pub fn largest(mut values: Vector, rank: usize) -> f64 {
    values.sort_by(|a, b| b.total_cmp(a));
    values.get(rank).or(values.last()).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rest_of_a_millionth_is_found_and_measured() {
        // A box of a tenth of each of six ranges; the implausibility is how far beyond it a point is.
        let off = |x: &[f64]| x.iter().map(|x| (x - 0.45).abs() / 0.05).fold(0.0, f64::max);
        let left = left(1, 6, 1.0, |x, _| off(x));
        assert!((0.5e-6..2e-6).contains(&left.share), "{}", left.share);
        assert!(left.points.iter().all(|point| off(point) <= 1.0));
        let mean = left.points.iter().map(|x| x[2]).sum::<f64>() / left.points.len() as f64;
        assert!((mean - 0.45).abs() < 0.005, "{mean}");
    }

    #[test]
    fn two_rests_far_apart_are_both_kept_and_none_is_told() {
        let off = |x: &[f64]| (x[0] - 0.1).abs().min((x[0] - 0.9).abs()) / 0.02;
        let rest = left(1, 2, 1.0, |x, _| off(x));
        assert!((0.06..0.1).contains(&rest.share), "{}", rest.share);
        let low = rest.points.iter().filter(|x| x[0] < 0.5).count() as f64 / rest.points.len() as f64;
        assert!((0.35..0.65).contains(&low), "{low}");
        assert_eq!(left(1, 2, 1.0, |_, _| 9.0).share, 0.0);
    }

    #[test]
    fn spread_points_begin_in_the_middle_and_go_to_the_corners() {
        let points: Vec<Vector> = (0..25).map(|i| vec![f64::from(i % 5), f64::from(i / 5)]).collect();
        let taken = spread(&points, 5);
        assert_eq!(taken[0], 12);
        let mut corners = taken[1..].to_vec();
        corners.sort_unstable();
        assert_eq!(corners, [0, 4, 20, 24]);
    }

    #[test]
    fn an_early_wave_is_cut_by_the_second_largest() {
        assert_eq!(largest(vec![1.0, 9.0, 4.0], 1), 4.0);
        assert_eq!(largest(vec![2.0], 2), 2.0);
    }
}
