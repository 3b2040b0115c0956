//! Many runs at one glance, in one pass over their series and events: every metric of the whole over time, the first
//! metric place by place, day by day and hour by hour, and what happened when, and in how many runs.
//!
//! Memory grows with ticks times runs times (metrics + places): some 40 MB for a hundred runs of twelve days, hour by
//! hour, of seventeen regions.

use std::collections::BTreeMap;

use super::bands::Collected;
use super::course::Course;
use super::happenings::{self, Happening, first_of_any};
use super::replicate::{COUNTRY, column};
use super::spread::{Five, Spread};
use crate::metric::Metric;
use crate::table::Table;

/// A metric over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Over {
    /// Its name.
    pub metric: String,
    /// Its quantiles over runs, one for each tick.
    pub ticks: Vec<Five>,
}

/// A region over runs, or a place in one.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Its id.
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

/// The runs of one arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// Its name.
    pub name: String,
    /// How many runs it has.
    pub runs: usize,
    /// Every metric of the whole, in the order of the columns.
    pub metrics: Vec<Over>,
    /// The regions, in the order of the rows.
    pub places: Vec<Place>,
    /// Towns and villages inside them, where their readings are kept.
    pub towns: Vec<Place>,
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
    regions: Vec<String>,
    towns: Vec<String>,
    arms: Vec<Runs>,
}

#[derive(Debug)]
struct Runs {
    name: String,
    whole: Vec<Collected>,
    regions: Vec<Area>,
    towns: Vec<Area>,
    happenings: happenings::Collecting,
}

/// A region or a place in it, over the runs until now.
#[derive(Clone, Debug)]
struct Area {
    ticks: Collected,
    today: Collected,
    peaks: Vec<f64>,
    killed: Vec<f64>,
}

/// The columns of a series that are no metric.
const KEYS: [&str; 8] = ["arm", "point", "replicate", "seed", "tick", "time", "region", "place"];

impl Collecting {
    /// Add a run of an arm, with the readings of its places where they are kept; the first arm that is added is the baseline.
    ///
    /// # Panics
    /// If a table lacks a column of `series.csv`, `places.csv` or `events.csv`, or has other ticks, regions, places or
    /// metrics than that of the first run.
    pub fn add(&mut self, arm: &str, series: &Table, places: Option<&Table>, events: &Table) {
        let whole = Course::of(series);
        if self.arms.is_empty() {
            self.times = (0..whole.len()).map(|tick| whole.time(tick).to_owned()).collect();
            let names = series.columns().iter().map(|(name, _)| name.clone());
            self.metrics = names.filter(|name| !KEYS.contains(&name.as_str())).collect();
            self.regions = areas(series, "region");
            self.regions.retain(|id| id != COUNTRY);
            self.towns = places.map_or_else(Vec::new, |places| areas(places, "place"));
        }
        let found = self.arms.iter().position(|runs| runs.name == arm);
        let number = found.unwrap_or_else(|| {
            let ticks = self.times.len();
            let area = Area {
                ticks: Collected::new(0..ticks),
                today: Collected::new(0..day_ends(&self.times).len()),
                peaks: Vec::new(),
                killed: Vec::new(),
            };
            self.arms.push(Runs {
                name: arm.to_owned(),
                whole: vec![Collected::new(0..ticks); self.metrics.len()],
                regions: vec![area.clone(); self.regions.len()],
                towns: vec![area; self.towns.len()],
                happenings: happenings::Collecting::default(),
            });
            self.arms.len() - 1
        });
        let (runs, ends) = (&mut self.arms[number], day_ends(&self.times));
        for (metric, all) in self.metrics.iter().zip(&mut runs.whole) {
            all.add(&whole.values(metric));
        }
        let first = &self.metrics[0];
        add_areas(&mut runs.regions, &self.regions, (series, "region"), first, &ends);
        if let Some(places) = places {
            add_areas(&mut runs.towns, &self.towns, (places, "place"), first, &ends);
        }
        runs.happenings.add(events);
    }

    /// What all runs together show.
    ///
    /// # Panics
    /// If no run was added.
    pub fn finish(self) -> Overview {
        let all = (&self.metrics[..], &self.regions[..], &self.towns[..]);
        Overview {
            arms: self.arms.into_iter().map(|runs| runs.finish(all)).collect(),
            day_ends: day_ends(&self.times),
            times: self.times,
        }
    }
}

/// The areas of a table of a run, in the order of the rows of its first tick.
fn areas(table: &Table, key: &str) -> Vec<String> {
    let (ids, mut found) = (column(table, key), Vec::<String>::new());
    for row in 0..table.rows() {
        if found.first().is_some_and(|first| first == ids.text(row)) {
            break;
        }
        found.push(ids.text(row).to_owned());
    }
    found
}

/// Add a run to each area: its rows of a table, whose column `key` says of which each is.
fn add_areas(areas: &mut [Area], ids: &[String], (table, key): (&Table, &str), metric: &str, ends: &[usize]) {
    let of = column(table, key);
    let mut rows: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    (0..table.rows()).for_each(|row| rows.entry(of.text(row)).or_default().push(row));
    let first = column(table, metric);
    let today = table.column(Metric::ParticipantsToday.name());
    let killed = table.column(Metric::DeathsCivilians.name());
    for (area, id) in areas.iter_mut().zip(ids) {
        let rows = &rows[id.as_str()];
        let values: Vec<f64> = rows.iter().map(|&row| first.number(row)).collect();
        area.ticks.add(&values);
        area.peaks.push(values.into_iter().fold(0.0, f64::max));
        if let Some(today) = today {
            area.today
                .add(&ends.iter().map(|&end| today.number(rows[end])).collect::<Vec<_>>());
        }
        let last = rows.last().zip(killed).map_or(0.0, |(&row, killed)| killed.number(row));
        area.killed.push(last);
    }
}

impl Runs {
    fn finish(self, (metrics, regions, towns): (&[String], &[String], &[String])) -> Arm {
        let runs = self.happenings.runs();
        let mut happenings = self.happenings.finish();
        happenings.sort_by_key(|one| (one.median(), one.event.clone(), one.region.clone(), one.place.clone()));
        let place = |(area, id): (&Area, &String), at: fn(&Happening) -> &str| {
            let first = |event: &str| {
                let own = |one: &&Happening| one.event == event && at(one) == id;
                first_of_any(happenings.iter().filter(own))
            };
            Place {
                id: id.clone(),
                ticks: area.ticks.fives(),
                days: area.today.fives().iter().map(|five| five.median).collect(),
                peak: Spread::told(&area.peaks),
                protest: first("protest_begins"),
                violence: first("violence_begins"),
                killed: Spread::told(&area.killed),
            }
        };
        let of_regions = self.regions.iter().zip(regions);
        let of_towns = self.towns.iter().zip(towns);
        Arm {
            name: self.name,
            runs,
            metrics: metrics
                .iter()
                .zip(&self.whole)
                .map(|(metric, ticks)| Over {
                    metric: metric.clone(),
                    ticks: ticks.fives(),
                })
                .collect(),
            places: of_regions
                .map(|one| place(one, |happening| &happening.region))
                .collect(),
            towns: of_towns.map(|one| place(one, Happening::at)).collect(),
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

/// Those out of a place among 100,000 of its residents.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// The median of those out on each day.
    pub days: Vec<f64>,
    /// The median of those out in each hour.
    pub ticks: Vec<f64>,
}

/// That of places whose residents are so many.
pub fn shares(places: &[Place], residents: &[f64]) -> Vec<Share> {
    places
        .iter()
        .zip(residents)
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

    /// The same region by its two towns.
    fn towns(aktau: [i64; 3], shetpe: [i64; 3]) -> Table {
        let texts = |values: [&str; 2]| Column::Text([values; 3].concat().into_iter().map(str::to_owned).collect());
        let values: Vec<i64> = aktau.into_iter().zip(shetpe).flat_map(|(a, b)| [a, b]).collect();
        Table::new(vec![
            ("region", texts(["west", "west"])),
            ("place", texts(["aktau", "shetpe"])),
            ("participants", Column::Int(values.clone())),
            ("participants_today", Column::Int(values)),
            ("deaths_civilians", Column::Int(vec![0, 0, 0, 0, 2, 0])),
        ])
    }

    fn events(rows: &[(i64, &str)]) -> Table {
        Table::new(vec![
            ("tick", Column::Int(rows.iter().map(|row| row.0).collect())),
            ("region", Column::Text(vec!["west".to_owned(); rows.len()])),
            ("place", Column::Text(vec!["shetpe".to_owned(); rows.len()])),
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
            Some(&towns([8, 28, 0], [2, 2, 0])),
            &events(&[(0, "protest_begins"), (1, "protest_begins")]),
        );
        collecting.add(
            "baseline",
            &series([20, 10, 6]),
            Some(&towns([20, 10, 6], [0, 0, 0])),
            &events(&[]),
        );
        collecting.add(
            "baseline",
            &series([30, 20, 3]),
            Some(&towns([25, 20, 3], [5, 0, 0])),
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
        let [aktau, shetpe] = &arm.towns[..] else {
            panic!("two towns")
        };
        assert_eq!((aktau.peak.median, shetpe.peak.median), (25.0, 2.0));
        assert_eq!((aktau.protest, shetpe.protest), ((0, None), (2, Some(0))));
        assert_eq!((aktau.days.clone(), aktau.killed.median), (vec![20.0, 3.0], 2.0));
        assert_eq!(arm.happenings[0].ticks, [Some(0), None, Some(1)]);
        assert_eq!(
            by_day(arm.metric("participants").unwrap(), &overview.day_ends),
            [(20.0, 20.0), (3.0, 3.0)]
        );
        let shares = shares(&arm.places, &[50_000.0]);
        assert_eq!((shares[0].days[0], level(shares[0].days[0], &levels(40.0))), (40.0, 2));
    }
}
