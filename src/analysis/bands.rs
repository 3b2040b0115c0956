//! A metric over time in many replicates: the median and the range of nine worlds in ten, hour by hour.

use super::course::Course;
use super::spread::Spread;
use crate::table::{Column, Table};

/// The values of a metric of the whole country in some of the ticks, over replicates. Quantiles need all values of a
/// tick, so memory grows with ticks times replicates; who has very many replicates takes a few ticks at a time.
#[derive(Debug)]
pub struct Collected {
    metric: String,
    ticks: std::ops::Range<usize>,
    /// One list for each arm and tick.
    values: Vec<Vec<Vec<f64>>>,
}

/// A metric of the whole country over time in one arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// The arm.
    pub arm: String,
    /// The median and the 5 % and 95 % quantiles over replicates, one for each tick.
    pub ticks: Vec<Spread>,
}

impl Collected {
    /// Nothing yet, of so many arms.
    pub fn new(metric: &str, arms: usize, ticks: std::ops::Range<usize>) -> Collected {
        Collected {
            metric: metric.to_owned(),
            values: vec![vec![Vec::new(); ticks.len()]; arms],
            ticks,
        }
    }

    /// Add a replicate of an arm.
    ///
    /// # Panics
    /// If the course lacks the metric or a tick, or if there is no such arm.
    pub fn add(&mut self, arm: usize, course: &Course) {
        let values = course.values(&self.metric);
        for (tick, all) in self.ticks.clone().zip(&mut self.values[arm]) {
            all.push(values[tick]);
        }
    }

    /// The quantiles of these ticks, arm by arm.
    ///
    /// # Panics
    /// If an arm has no replicate.
    pub fn spreads(&self) -> Vec<Vec<Spread>> {
        let of_arm = |ticks: &Vec<Vec<f64>>| ticks.iter().map(|values| Spread::of(values)).collect();
        self.values.iter().map(of_arm).collect()
    }
}

/// Bands as a table with one row per arm and tick: `bands.csv`.
pub fn table(metric: &str, bands: &[Band], times: &[String]) -> Table {
    let rows = || {
        bands
            .iter()
            .flat_map(|band| band.ticks.iter().enumerate().map(move |at| (band, at)))
    };
    let number = |get: fn(&Spread) -> f64| Column::Float(rows().map(|(_, (_, spread))| get(spread)).collect());
    Table::new(vec![
        ("arm", Column::Text(rows().map(|(band, _)| band.arm.clone()).collect())),
        ("tick", Column::Int(rows().map(|(_, (tick, _))| tick as i64).collect())),
        (
            "time",
            Column::Text(rows().map(|(_, (tick, _))| times[tick].clone()).collect()),
        ),
        ("metric", Column::Text(rows().map(|_| metric.to_owned()).collect())),
        ("median", number(|spread| spread.median)),
        ("q05", number(|spread| spread.low)),
        ("q95", number(|spread| spread.high)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: [f64; 3]) -> Table {
        Table::new(vec![
            ("region", Column::Text(vec!["all".to_owned(); 3])),
            ("time", Column::Text(["0", "1", "2"].map(str::to_owned).to_vec())),
            ("participants", Column::Float(values.to_vec())),
        ])
    }

    #[test]
    fn a_band_has_the_quantiles_of_each_tick_however_they_are_collected() {
        let replicates = [[1.0, 4.0, 0.0], [3.0, 5.0, 0.0], [2.0, 9.0, 6.0]].map(series);
        let collect = |ticks| {
            let mut collected = Collected::new("participants", 1, ticks);
            replicates
                .iter()
                .for_each(|series| collected.add(0, &Course::of(series)));
            collected.spreads().remove(0)
        };
        let whole = collect(0..3);
        assert_eq!(
            whole.iter().map(|spread| spread.median).collect::<Vec<_>>(),
            [2.0, 5.0, 0.0]
        );
        assert!((whole[2].high - 5.4).abs() < 1e-12);
        assert_eq!([collect(0..1), collect(1..3)].concat(), whole);
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
