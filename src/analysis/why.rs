//! What decided, over several runs: at a moment and against another, and over time.

use serde::Serialize;

use super::replicate::column;
use crate::table::Table;

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

/// What decided over time, place by place: means over the runs of an arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Reasons {
    /// Its numbers, by the names of their columns.
    pub names: Vec<String>,
    /// The places of all arms, those of the first arm first.
    pub places: Vec<Reasoned>,
}

/// A place in an arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Reasoned {
    /// The arm.
    pub arm: String,
    /// The id of the region.
    pub region: String,
    /// The numbers of each tick, in the order of the names; not a number where no run has one.
    pub ticks: Vec<Vec<f64>>,
}

impl Reasons {
    /// The place of a number among those of a tick.
    ///
    /// # Panics
    /// If there is none of this name.
    pub fn number(&self, name: &str) -> usize {
        let place = self.names.iter().position(|known| known == name);
        place.unwrap_or_else(|| panic!("there is no column `{name}`"))
    }
}

impl Reasoned {
    /// The tick in which the share of those who want to go out was highest; the first of several.
    pub fn height(&self, willing: usize) -> usize {
        let share = |tick: usize| self.ticks[tick][willing];
        (0..self.ticks.len()).fold(0, |best, tick| if share(tick) > share(best) { tick } else { best })
    }

    /// The mean of a number over each day, whose last ticks these are.
    pub fn by_day(&self, day_ends: &[usize], number: usize) -> Vec<f64> {
        let from = std::iter::once(0).chain(day_ends.iter().map(|end| end + 1));
        let mean = |(from, &end): (usize, &usize)| {
            let ticks = &self.ticks[from..=end];
            ticks.iter().map(|tick| tick[number]).sum::<f64>() / ticks.len() as f64
        };
        from.zip(day_ends).map(mean).collect()
    }

    /// The sum of some numbers, as its mean over each so many ticks.
    pub fn every(&self, ticks: usize, numbers: &[usize]) -> Vec<f64> {
        let sum = |tick: &Vec<f64>| numbers.iter().map(|&number| tick[number]).sum::<f64>();
        let mean = |ticks: &[Vec<f64>]| ticks.iter().map(sum).sum::<f64>() / ticks.len() as f64;
        self.ticks.chunks(ticks.max(1)).map(mean).collect()
    }
}

/// What decided in runs that are collected one after the other.
#[derive(Debug)]
pub struct Collecting {
    names: Vec<String>,
    places: Vec<Summed>,
}

/// A place in an arm, over the runs until now.
#[derive(Debug)]
struct Summed {
    arm: String,
    region: String,
    /// Of each number of each tick, the sum over the runs that have it, and how many they are.
    ticks: Vec<Vec<(f64, u32)>>,
}

impl Collecting {
    /// Nothing yet, of these columns.
    pub fn of(names: &[String]) -> Collecting {
        Collecting {
            names: names.to_vec(),
            places: Vec::new(),
        }
    }

    /// Add a run of an arm: its rows of `explain.csv`.
    ///
    /// # Panics
    /// If a column is missing.
    pub fn add(&mut self, arm: &str, rows: &Table) {
        let (ticks, regions) = (column(rows, "tick"), column(rows, "region"));
        let columns: Vec<_> = self.names.iter().map(|name| column(rows, name)).collect();
        for row in 0..rows.rows() {
            let (tick, region) = (ticks.number(row) as usize, regions.text(row));
            let of = |place: &Summed| place.arm == arm && place.region == region;
            let place = self.places.iter().position(of).unwrap_or_else(|| {
                self.places.push(Summed {
                    arm: arm.to_owned(),
                    region: region.to_owned(),
                    ticks: Vec::new(),
                });
                self.places.len() - 1
            });
            let sums = &mut self.places[place].ticks;
            if sums.len() <= tick {
                sums.resize(tick + 1, vec![(0.0, 0); columns.len()]);
            }
            for (sum, column) in sums[tick].iter_mut().zip(&columns) {
                let value = column.number(row);
                if value.is_finite() {
                    *sum = (sum.0 + value, sum.1 + 1);
                }
            }
        }
    }

    /// The means.
    pub fn finish(self) -> Reasons {
        let mean = |(sum, runs): (f64, u32)| sum / f64::from(runs);
        let place = |place: Summed| Reasoned {
            arm: place.arm,
            region: place.region,
            ticks: place
                .ticks
                .into_iter()
                .map(|tick| tick.into_iter().map(mean).collect())
                .collect(),
        };
        Reasons {
            names: self.names,
            places: self.places.into_iter().map(place).collect(),
        }
    }
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
    fn what_decided_over_time_is_the_mean_of_the_runs_that_have_it() {
        use crate::table::Column;
        let names = ["turnout_price", "turnout_fear", "turnout_willing"].map(str::to_owned);
        let rows = |price: [f64; 3], willing: [f64; 3]| {
            Table::new(vec![
                ("tick", Column::Int(vec![0, 1, 2])),
                ("region", Column::Text(vec!["west".to_owned(); 3])),
                ("turnout_price", Column::Float(price.to_vec())),
                ("turnout_fear", Column::Float(vec![-0.5; 3])),
                ("turnout_willing", Column::Float(willing.to_vec())),
            ])
        };
        let mut collecting = Collecting::of(&names);
        collecting.add("baseline", &rows([0.25, 0.5, 1.0], [0.0, f64::NAN, 0.5]));
        collecting.add("baseline", &rows([0.75, 0.5, 0.0], [0.0, 0.25, 0.5]));
        let reasons = collecting.finish();
        let west = &reasons.places[0];
        assert_eq!(west.ticks, [[0.5, -0.5, 0.0], [0.5, -0.5, 0.25], [0.5, -0.5, 0.5]]);
        assert_eq!(west.height(reasons.number("turnout_willing")), 2);
        assert_eq!(west.every(2, &[0, 1]), [0.0, 0.0]);
        assert_eq!(west.every(2, &[0]), [0.5, 0.5]);
    }

    #[test]
    fn what_is_no_number_in_a_run_does_not_count() {
        let across = Across::of([2.0, f64::NAN, 1.0]).expect("two are numbers");
        assert_eq!((across.low, across.mean, across.high), (1.0, 1.5, 2.0));
        assert_eq!(Across::of([f64::NAN]), None);
    }
}
