//! What decided, over several runs and against another moment.

use serde::Serialize;

/// A number in several runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Across {
    /// The mean; means of parts add up to the mean of their sum, which medians do not.
    pub mean: f64,
    /// The smallest.
    pub low: f64,
    /// The largest.
    pub high: f64,
}

impl Across {
    /// Of the values that are numbers; `None` if there are none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Across> {
        let values: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
        let (first, rest) = values.split_first()?;
        Some(Across {
            mean: values.iter().sum::<f64>() / values.len() as f64,
            low: rest.iter().fold(*first, |low, value| low.min(*value)),
            high: rest.iter().fold(*first, |high, value| high.max(*value)),
        })
    }
}

/// A part of a decision.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// What it comes from.
    pub name: &'static str,
    /// How far it pushes (above zero) or holds back, in utility.
    pub here: f64,
    /// The same at the moment that it is held against.
    pub there: Option<f64>,
}

impl Part {
    /// By how much it tells: here minus there, or what it is here where nothing is held against it.
    pub fn weight(&self) -> f64 {
        self.here - self.there.unwrap_or(0.0)
    }
}

/// The parts of one decision in one run.
pub type Parts<'r> = &'r [(&'static str, f64)];

/// The mean of each part over runs; those that push hardest first, those that hold back most last.
///
/// # Panics
/// If there is no run.
pub fn parts(here: &[Parts], there: Option<&[Parts]>) -> Vec<Part> {
    let mean = |runs: &[Parts], at: usize| runs.iter().map(|run| run[at].1).sum::<f64>() / runs.len() as f64;
    let mut parts: Vec<Part> = here[0]
        .iter()
        .enumerate()
        .map(|(at, &(name, _))| Part {
            name,
            here: mean(here, at),
            there: there.map(|there| mean(there, at)),
        })
        .collect();
    parts.sort_by(|a, b| b.weight().total_cmp(&a.weight()));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_means_over_runs_and_stand_by_what_they_change() {
        let (one, two) = ([("price", 0.25), ("fear", -0.5)], [("price", 0.75), ("fear", -0.5)]);
        let there = [("price", 1.0), ("fear", -0.75)];
        let alone = parts(&[&one, &two], None);
        assert_eq!(alone.iter().map(|part| part.here).collect::<Vec<_>>(), [0.5, -0.5]);
        let against = parts(&[&one, &two], Some(&[&there]));
        let weights: Vec<_> = against.iter().map(|part| (part.name, part.weight())).collect();
        assert_eq!(weights, [("fear", 0.25), ("price", -0.5)]);
    }

    #[test]
    fn what_is_no_number_in_a_run_does_not_count() {
        let across = Across::of([2.0, f64::NAN, 1.0]).expect("two are numbers");
        assert_eq!((across.low, across.mean, across.high), (1.0, 1.5, 2.0));
        assert_eq!(Across::of([f64::NAN]), None);
    }
}
