//! What sums up a run of Epstein's lattice: outbursts of rebellion, the calm between them, who is in jail, who died.

use super::course::Course;
use super::total::{Total, total};
use crate::metric::epstein::Metric;
use crate::table::Table;

/// Every total, in the order of [`totals`].
pub const TOTALS: [Total; 11] = [
    total("active_peak", "most active in one tick", "agents"),
    total("active_mean", "active, mean over ticks", "agents"),
    total("outbursts", "outbursts", "outbursts"),
    total("outburst_size", "activation of an outburst, mean", "agent ticks"),
    total("outburst_wait", "calm between outbursts, mean", "ticks"),
    total("arrests", "arrests", "arrests"),
    total("jailed_peak", "most in jail", "agents"),
    total("jailed_end", "in jail at the end", "agents"),
    total("tension_peak", "highest tension", "1"),
    total("killed", "killed", "agents"),
    total("extinct_at", "a group's extinction, or the end", "ticks"),
];

/// Agents of Epstein's 1,120 who must be active for him to speak of an outburst.
pub const OUTBURST_OF_1120: f64 = 50.0;

/// A time of many active agents.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outburst {
    /// Its first tick.
    pub start: usize,
    /// One past its last tick.
    pub end: usize,
    /// Its total activation: active agents, summed over its ticks.
    pub size: f64,
}

/// The runs of ticks with more than `line` active agents; one that begins or ends outside the course is as long as it
/// is seen.
pub fn outbursts(active: &[f64], line: f64) -> Vec<Outburst> {
    let mut outbursts: Vec<Outburst> = Vec::new();
    for (tick, &size) in active.iter().enumerate().filter(|&(_, &active)| active > line) {
        match outbursts.last_mut() {
            Some(last) if last.end == tick => {
                last.end += 1;
                last.size += size;
            }
            _ => outbursts.push(Outburst {
                start: tick,
                end: tick + 1,
                size,
            }),
        }
    }
    outbursts
}

/// Ticks of calm from the end of each outburst to the start of the next.
pub fn waits(outbursts: &[Outburst]) -> Vec<f64> {
    let pairs = outbursts.windows(2);
    pairs.map(|pair| (pair[1].start - pair[0].end) as f64).collect()
}

/// How many must be active for an outburst on this lattice: the share of the agents at the start that is 50 of
/// Epstein's 1,120.
///
/// # Panics
/// If the series lacks a column.
pub fn line(course: &Course) -> f64 {
    let first = |metric| values(course, metric).first().copied().unwrap_or(0.0);
    let agents = first(Metric::Blue) + first(Metric::Green);
    OUTBURST_OF_1120 * agents / 1120.0
}

/// A metric, one value per tick.
///
/// # Panics
/// If the series lacks it.
pub fn values(course: &Course, metric: Metric) -> Vec<f64> {
    course.column(metric.description().name)
}

/// The totals of one replicate. Where there was no outburst its mean size is 0, and so is the calm where there were
/// not two; where no group died out, `extinct_at` is the number of ticks.
///
/// # Panics
/// If a table lacks a column of `series.csv` or `events.csv`.
pub fn totals(series: &Table, events: &Table) -> [f64; TOTALS.len()] {
    let course = Course::of(series);
    let of = |metric| values(&course, metric);
    let peak = |metric| of(metric).into_iter().fold(0.0, f64::max);
    let last = |metric| of(metric).last().copied().unwrap_or(0.0);
    let active = of(Metric::Active);
    let outbursts = outbursts(&active, line(&course));
    let sizes: Vec<f64> = outbursts.iter().map(|outburst| outburst.size).collect();
    [
        peak(Metric::Active),
        mean(&active),
        outbursts.len() as f64,
        mean(&sizes),
        mean(&waits(&outbursts)),
        last(Metric::Arrests),
        peak(Metric::Jailed),
        last(Metric::Jailed),
        peak(Metric::Tension),
        last(Metric::KilledBlue) + last(Metric::KilledGreen),
        extinct_at(events).unwrap_or(course.len() as f64),
    ]
}

/// The tick at which a group died out, if one did.
///
/// # Panics
/// If the table lacks a column of `events.csv`.
pub fn extinct_at(events: &Table) -> Option<f64> {
    let column = |name| events.column(name).expect("events have these columns");
    let row = (0..events.rows()).find(|&row| column("event").text(row) == "group_extinct")?;
    Some(column("tick").number(row))
}

fn mean(values: &[f64]) -> f64 {
    match values.len() {
        0 => 0.0,
        many => values.iter().sum::<f64>() / many as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of the paper, whose sum is 455 and not the 500 in print.
    const WORKED: [f64; 5] = [60.0, 100.0, 120.0, 95.0, 80.0];

    #[test]
    fn the_worked_example_of_the_paper_sums_to_455() {
        let outburst = outbursts(&WORKED, 50.0);
        assert_eq!((outburst.len(), outburst[0].size), (1, 455.0));
        assert_eq!(mean(&WORKED), 91.0);
    }

    #[test]
    fn calm_is_counted_from_the_end_of_an_outburst_to_the_start_of_the_next() {
        let active = [0.0, 51.0, 70.0, 50.0, 3.0, 0.0, 80.0, 0.0, 60.0];
        let found = outbursts(&active, 50.0);
        let spans: Vec<_> = found.iter().map(|o| (o.start, o.end, o.size)).collect();
        assert_eq!(spans, [(1, 3, 121.0), (6, 7, 80.0), (8, 9, 60.0)]);
        assert_eq!(waits(&found), [3.0, 1.0]);
        assert_eq!(outbursts(&[], 50.0), []);
    }
}
