//! A number over time in many runs: the median and the ranges of half and of nine in ten of them, tick by tick.

use std::ops::Range;

use super::spread::Five;
use crate::table::{Column, Table};

/// The values of a number in some of the ticks, over runs that are collected one after the other. Quantiles need all values
/// of a tick, so memory grows with ticks times runs; who has very many runs takes a few ticks at a time.
#[derive(Clone, Debug, Default)]
pub struct Collected {
    from: usize,
    /// Of each tick, a value for each run.
    ticks: Vec<Vec<f64>>,
}

/// A metric of the whole country over time in one arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// The arm.
    pub arm: String,
    /// Its quantiles over replicates, one for each tick.
    pub ticks: Vec<Five>,
}

impl Collected {
    /// Nothing yet, of these ticks.
    pub fn new(ticks: Range<usize>) -> Collected {
        Collected {
            from: ticks.start,
            ticks: vec![Vec::new(); ticks.len()],
        }
    }

    /// Add a run, of which these are the values tick by tick from the first.
    ///
    /// # Panics
    /// If one of the ticks is missing.
    pub fn add(&mut self, values: &[f64]) {
        let values = &values[self.from..self.from + self.ticks.len()];
        self.ticks
            .iter_mut()
            .zip(values)
            .for_each(|(all, value)| all.push(*value));
    }

    /// The quantiles of each tick; of none where there is no run.
    pub fn fives(&self) -> Vec<Five> {
        let had = self.ticks.iter().filter(|values| !values.is_empty());
        had.map(|values| Five::of(values)).collect()
    }
}

/// Bands as a table with one row per arm and tick: `bands.csv`.
pub fn table(metric: &str, bands: &[Band], times: &[String]) -> Table {
    let rows = || {
        bands
            .iter()
            .flat_map(|band| band.ticks.iter().enumerate().map(move |at| (band, at)))
    };
    let number = |get: fn(&Five) -> f64| Column::Float(rows().map(|(_, (_, five))| get(five)).collect());
    Table::new(vec![
        ("arm", Column::Text(rows().map(|(band, _)| band.arm.clone()).collect())),
        ("tick", Column::Int(rows().map(|(_, (tick, _))| tick as i64).collect())),
        (
            "time",
            Column::Text(rows().map(|(_, (tick, _))| times[tick].clone()).collect()),
        ),
        ("metric", Column::Text(rows().map(|_| metric.to_owned()).collect())),
        ("median", number(|five| five.median)),
        ("q05", number(|five| five.low)),
        ("q95", number(|five| five.high)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_has_the_quantiles_of_each_tick_however_they_are_collected() {
        let runs = [[1.0, 4.0, 0.0], [3.0, 5.0, 0.0], [2.0, 9.0, 6.0]];
        let collect = |ticks| {
            let mut collected = Collected::new(ticks);
            runs.iter().for_each(|values| collected.add(values));
            collected.fives()
        };
        let whole = collect(0..3);
        assert_eq!(
            whole.iter().map(|five| five.median).collect::<Vec<_>>(),
            [2.0, 5.0, 0.0]
        );
        assert!((whole[2].high - 5.4).abs() < 1e-12 && (whole[2].upper - 3.0).abs() < 1e-12);
        assert_eq!([collect(0..1), collect(1..3)].concat(), whole);
        assert_eq!(Collected::new(0..3).fives(), []);
        let times = ["a", "b", "c"].map(str::to_owned);
        let bands = [Band {
            arm: "x".to_owned(),
            ticks: whole,
        }];
        let table = table("participants", &bands, &times);
        assert_eq!(table.column("median").unwrap().number(1), 5.0);
        assert_eq!(table.column("time").unwrap().text(2), "c");
    }
}
