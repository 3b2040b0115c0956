//! Many runs at one glance, in one pass over their series and events: every metric of the whole over time, the first
//! metric place by place, day by day and hour by hour, and what happened when, and in how many runs.
//!
//! Memory grows with ticks times runs times (metrics + places): some 20 MB for a hundred runs of twelve days, hour by
//! hour, of seventeen regions.

use std::collections::BTreeMap;

use super::replicate::{COUNTRY, column};
use super::spread::{Spread, quantile};
use crate::metric::Metric;
use crate::table::Table;

/// How a number varies over runs: half of them lie between `lower` and `upper`, nine in ten between `low` and `high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Five {
    /// The 5 % quantile.
    pub low: f64,
    /// The 25 % quantile.
    pub lower: f64,
    /// The median.
    pub median: f64,
    /// The 75 % quantile.
    pub upper: f64,
    /// The 95 % quantile.
    pub high: f64,
}

impl Five {
    /// Of these values, at least one.
    pub fn of(values: &[f64]) -> Five {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let [low, lower, median, upper, high] = [0.05, 0.25, 0.5, 0.75, 0.95].map(|share| quantile(&sorted, share));
        Five {
            low,
            lower,
            median,
            upper,
            high,
        }
    }
}

/// A metric over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Over {
    /// Its name.
    pub metric: String,
    /// Its quantiles over runs, one for each tick.
    pub ticks: Vec<Five>,
}

/// A place over runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The id of the region.
    pub id: String,
    /// The quantiles of the first metric, one for each tick.
    pub ticks: Vec<Five>,
    /// The median of those out on each day; empty where days are not counted.
    pub days: Vec<f64>,
    /// The highest value of the first metric in each run.
    pub peak: Spread,
    /// In how many runs somebody was out, and the median of the first tick in which somebody was, over those.
    pub protest: (usize, Option<usize>),
    /// The same of violence.
    pub violence: (usize, Option<usize>),
    /// Civilians killed at the end.
    pub killed: Spread,
}

/// Something that happened, in each run.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    /// What.
    pub event: String,
    /// Where; `all` if everywhere.
    pub region: String,
    /// The id of the site, action or contingent; may be empty.
    pub subject: String,
    /// Its first tick in each run; `None` in a run in which it never happens.
    pub ticks: Vec<Option<usize>>,
}

impl Happening {
    /// In how many runs it happens.
    pub fn runs(&self) -> usize {
        self.ticks.iter().flatten().count()
    }

    /// The median of its first tick, over the runs in which it happens.
    pub fn median(&self) -> Option<usize> {
        middle(&self.ticks)
    }
}

/// The runs of one arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// Its name.
    pub name: String,
    /// How many runs it has.
    pub runs: usize,
    /// Every metric of the whole, in the order of the columns.
    pub metrics: Vec<Over>,
    /// The places, in the order of the rows.
    pub places: Vec<Place>,
    /// What happened, in the order of its median.
    pub happenings: Vec<Happening>,
}

/// All arms.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview {
    /// Local time at the start of each tick, ISO 8601; empty where ticks have no date.
    pub times: Vec<String>,
    /// The last tick of each day.
    pub day_ends: Vec<usize>,
    /// The arms, the baseline first.
    pub arms: Vec<Arm>,
}

/// Runs that are collected one after the other.
#[derive(Debug, Default)]
pub struct Collecting {
    times: Vec<String>,
    metrics: Vec<String>,
    places: Vec<String>,
    arms: Vec<Runs>,
}

#[derive(Debug, Default)]
struct Runs {
    name: String,
    number: usize,
    /// Of each metric and tick, a value for each run.
    whole: Vec<Vec<Vec<f32>>>,
    /// Of each place and tick, a value for each run.
    places: Vec<Vec<Vec<f32>>>,
    /// Of each place and tick that ends a day, a value for each run.
    today: Vec<Vec<Vec<f32>>>,
    /// Of each place, a value for each run.
    killed: Vec<Vec<f64>>,
    happenings: BTreeMap<(String, String, String), Vec<Option<usize>>>,
}

impl Collecting {
    /// Add a run of an arm; the first arm that is added is the baseline.
    ///
    /// # Panics
    /// If a table lacks a column of `series.csv` or `events.csv`, or the series has other ticks, regions or metrics
    /// than that of the first run.
    pub fn add(&mut self, arm: &str, series: &Table, events: &Table) {
        let (region, time) = (column(series, "region"), column(series, "time"));
        let rows_of = |id: &str| -> Vec<usize> { (0..series.rows()).filter(|&row| region.text(row) == id).collect() };
        let whole = rows_of(COUNTRY);
        if self.arms.is_empty() {
            self.times = whole.iter().map(|&row| time.text(row).to_owned()).collect();
            let keys = ["arm", "point", "replicate", "seed", "tick", "time", "region"];
            let names = series.columns().iter().map(|(name, _)| name.clone());
            self.metrics = names.filter(|name| !keys.contains(&name.as_str())).collect();
            let first = (0..series.rows())
                .map(|row| region.text(row))
                .take_while(|id| *id != COUNTRY);
            self.places = first.map(str::to_owned).collect();
        }
        let ends = day_ends(&self.times);
        let found = self.arms.iter().position(|runs| runs.name == arm);
        let number = found.unwrap_or_else(|| {
            let (ticks, places) = (self.times.len(), self.places.len());
            self.arms.push(Runs {
                name: arm.to_owned(),
                whole: vec![vec![Vec::new(); ticks]; self.metrics.len()],
                places: vec![vec![Vec::new(); ticks]; places],
                today: vec![vec![Vec::new(); ends.len()]; places],
                killed: vec![Vec::new(); places],
                ..Runs::default()
            });
            self.arms.len() - 1
        });
        let runs = &mut self.arms[number];
        for (metric, all) in self.metrics.iter().zip(&mut runs.whole) {
            let column = column(series, metric);
            for (&row, values) in whole.iter().zip(all) {
                values.push(column.number(row) as f32);
            }
        }
        let first = column(series, &self.metrics[0]);
        let today = series.column(Metric::ParticipantsToday.name());
        let killed = series.column(Metric::DeathsCivilians.name());
        for (place, id) in self.places.iter().enumerate() {
            let rows = rows_of(id);
            for (&row, values) in rows.iter().zip(&mut runs.places[place]) {
                values.push(first.number(row) as f32);
            }
            if let Some(today) = today {
                for (&end, values) in ends.iter().zip(&mut runs.today[place]) {
                    values.push(today.number(rows[end]) as f32);
                }
            }
            let last = rows.last().zip(killed).map_or(0.0, |(&row, killed)| killed.number(row));
            runs.killed[place].push(last);
        }
        runs.happened(events);
        runs.number += 1;
    }

    /// What all runs together show.
    ///
    /// # Panics
    /// If no run was added.
    pub fn finish(self) -> Overview {
        let day_ends = day_ends(&self.times);
        let (metrics, places) = (&self.metrics, &self.places);
        Overview {
            arms: self.arms.into_iter().map(|runs| runs.finish(metrics, places)).collect(),
            times: self.times,
            day_ends,
        }
    }
}

impl Runs {
    /// Keep the first tick of each happening of a run.
    fn happened(&mut self, events: &Table) {
        let [tick, region, event, subject] = ["tick", "region", "event", "subject"].map(|name| column(events, name));
        for row in 0..events.rows() {
            let key = [event, region, subject].map(|column| column.text(row).to_owned());
            let [event, region, subject] = key;
            let ticks = self.happenings.entry((event, region, subject)).or_default();
            if ticks.len() <= self.number {
                ticks.resize(self.number, None);
                ticks.push(Some(tick.number(row) as usize));
            }
        }
    }

    fn finish(self, metrics: &[String], places: &[String]) -> Arm {
        let number = self.number;
        let five = |values: &Vec<f32>| Five::of(&values.iter().map(|&value| f64::from(value)).collect::<Vec<_>>());
        let median = |values: &Vec<f32>| five(values).median;
        let mut happenings: Vec<Happening> = self
            .happenings
            .into_iter()
            .map(|((event, region, subject), mut ticks)| {
                ticks.resize(number, None);
                Happening {
                    event,
                    region,
                    subject,
                    ticks,
                }
            })
            .collect();
        happenings.sort_by_key(|happening| (happening.median(), happening.event.clone(), happening.region.clone()));
        let first_of = |event: &str, region: &str| {
            let found = happenings.iter().find(|one| one.event == event && one.region == region);
            found.map_or((0, None), |one| (one.runs(), one.median()))
        };
        let place = |(place, id): (usize, &String)| {
            let runs = 0..number;
            let peak = |run: usize| {
                self.places[place]
                    .iter()
                    .map(|tick| f64::from(tick[run]))
                    .fold(0.0, f64::max)
            };
            Place {
                id: id.clone(),
                ticks: self.places[place].iter().map(five).collect(),
                days: self.today[place]
                    .iter()
                    .filter(|day| !day.is_empty())
                    .map(median)
                    .collect(),
                peak: Spread::told(&runs.map(peak).collect::<Vec<_>>()),
                protest: first_of("protest_begins", id),
                violence: first_of("violence_begins", id),
                killed: Spread::told(&self.killed[place]),
            }
        };
        Arm {
            name: self.name,
            runs: number,
            metrics: metrics
                .iter()
                .zip(&self.whole)
                .map(|(metric, ticks)| Over {
                    metric: metric.clone(),
                    ticks: ticks.iter().map(five).collect(),
                })
                .collect(),
            places: places.iter().enumerate().map(place).collect(),
            happenings,
        }
    }
}

impl Arm {
    /// A metric over time.
    pub fn metric(&self, name: &str) -> Option<&Over> {
        self.metrics.iter().find(|over| over.metric == name)
    }
}

/// Those out of each place among 100,000 of its residents.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// The median of those out on each day.
    pub days: Vec<f64>,
    /// The median of those out in each hour.
    pub ticks: Vec<f64>,
}

/// The places of an arm whose residents are so many.
pub fn shares(arm: &Arm, residents: &[f64]) -> Vec<Share> {
    let places = arm.places.iter().zip(residents);
    places
        .map(|(place, &residents)| {
            let share = |value: f64| value * 100_000.0 / residents.max(1.0);
            Share {
                days: place.days.iter().map(|&value| share(value)).collect(),
                ticks: place.ticks.iter().map(|five| share(five.median)).collect(),
            }
        })
        .collect()
}

/// Where the levels of a map begin, but for the lowest, when the highest share is this: 1, 10, 50, 200 and 1,000, or ten
/// or a hundred times that where most would be above.
pub fn levels(highest: f64) -> [f64; 5] {
    let factor = if highest > 50_000.0 {
        100.0
    } else if highest > 5_000.0 {
        10.0
    } else {
        1.0
    };
    [1.0, 10.0, 50.0, 200.0, 1000.0].map(|level| level * factor)
}

/// The level of a share, from 0.
pub fn level(share: f64, levels: &[f64]) -> usize {
    levels.iter().filter(|from| share >= **from).count()
}

/// The lowest and the highest median of each day.
pub fn by_day(over: &Over, day_ends: &[usize]) -> Vec<(f64, f64)> {
    let from = std::iter::once(0).chain(day_ends.iter().map(|end| end + 1));
    from.zip(day_ends)
        .map(|(from, &end)| {
            let medians = over.ticks[from..=end].iter().map(|five| five.median);
            medians.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            })
        })
        .collect()
}

/// The lower middle of those that there are.
fn middle(ticks: &[Option<usize>]) -> Option<usize> {
    let mut known: Vec<usize> = ticks.iter().flatten().copied().collect();
    known.sort_unstable();
    known.get((known.len().max(1) - 1) / 2).copied()
}

/// The last tick of each local day; none where ticks have no date.
fn day_ends(times: &[String]) -> Vec<usize> {
    let date = |tick: usize| times[tick].get(..10);
    let last = |&tick: &usize| tick + 1 == times.len() || date(tick) != date(tick + 1);
    (0..times.len())
        .filter(|&tick| date(tick).is_some())
        .filter(last)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;

    fn series(west: [i64; 3]) -> Table {
        let texts = |values: &[&str]| Column::Text(values.iter().map(|text| (*text).to_owned()).collect());
        let hours = [
            "2022-01-05T22:00:00+06:00",
            "2022-01-05T23:00:00+06:00",
            "2022-01-06T00:00:00+06:00",
        ];
        let each = |hour: &'static str| [hour, hour];
        let values: Vec<i64> = west.iter().flat_map(|&value| [value, value]).collect();
        Table::new(vec![
            ("time", texts(&hours.map(each).concat())),
            ("region", texts(&["west", "all", "west", "all", "west", "all"])),
            ("participants", Column::Int(values.clone())),
            ("participants_today", Column::Int(values)),
            ("deaths_civilians", Column::Int(vec![0, 0, 0, 0, 2, 2])),
        ])
    }

    fn events(rows: &[(i64, &str)]) -> Table {
        Table::new(vec![
            ("tick", Column::Int(rows.iter().map(|row| row.0).collect())),
            ("region", Column::Text(vec!["west".to_owned(); rows.len()])),
            ("event", Column::Text(rows.iter().map(|row| row.1.to_owned()).collect())),
            ("subject", Column::Text(vec![String::new(); rows.len()])),
        ])
    }

    #[test]
    fn runs_are_seen_together_by_metric_place_day_and_event() {
        let mut collecting = Collecting::default();
        collecting.add(
            "baseline",
            &series([10, 30, 0]),
            &events(&[(0, "protest_begins"), (1, "protest_begins")]),
        );
        collecting.add("baseline", &series([20, 10, 6]), &events(&[]));
        collecting.add(
            "baseline",
            &series([30, 20, 3]),
            &events(&[(1, "protest_begins"), (2, "violence_begins")]),
        );
        let overview = collecting.finish();
        assert_eq!(overview.day_ends, [1, 2]);
        let arm = &overview.arms[0];
        let medians = |over: &Over| over.ticks.iter().map(|five| five.median).collect::<Vec<_>>();
        assert_eq!(medians(arm.metric("participants").unwrap()), [20.0, 20.0, 3.0]);
        let west = &arm.places[0];
        assert_eq!((west.ticks[2].median, west.days.clone()), (3.0, vec![20.0, 3.0]));
        assert_eq!((west.peak.median, west.killed.median), (30.0, 2.0));
        assert_eq!((west.protest, west.violence), ((2, Some(0)), (1, Some(2))));
        assert_eq!(arm.happenings[0].ticks, [Some(0), None, Some(1)]);
        assert_eq!(
            by_day(arm.metric("participants").unwrap(), &overview.day_ends),
            [(20.0, 20.0), (3.0, 3.0)]
        );
        let shares = shares(arm, &[50_000.0]);
        assert_eq!((shares[0].days[0], level(shares[0].days[0], &levels(40.0))), (40.0, 2));
    }
}
