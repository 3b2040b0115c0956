//! How a run of Epstein's lattice went: the active and the jailed over time, changes, and outbursts of rebellion.

use std::fmt::Write as _;

use super::metric::Metric;
use crate::analysis::course::Course;
use crate::analysis::episodes::episodes;
use crate::report::chart::over_ticks;
use crate::report::format::{count, number, wrapped};
use crate::report::{Run, summary};
use crate::table::Table;

/// About how many lines a reader wants.
const LINES: usize = 24;

/// How a run went.
///
/// # Panics
/// If a table lacks a column of `series.csv` or `events.csv`.
pub fn course(run: &Run, color: bool) -> summary::Course {
    let course = Course::of(run.series);
    let of = |metric: Metric| course.values(metric.description().name);
    let active = of(Metric::Active);
    let plot = over_ticks(&of(Metric::Jailed), &active, color);
    let first = |metric| of(metric).first().copied().unwrap_or(0.0);
    let line = 50.0 * (first(Metric::Blue) + first(Metric::Green)) / 1120.0;
    summary::Course {
        plot: "  active agents (filled), in jail (line)\n".to_owned() + &plot,
        lines: changes(run.events) + &outbursts(&active, line),
        ..summary::Course::default()
    }
}

fn changes(events: &Table) -> String {
    let column = |name| events.column(name).expect("events have these columns");
    let mut text = String::new();
    // A change that goes on tick by tick is told once.
    let mut before = String::new();
    for row in 0..events.rows() {
        let (tick, subject) = (column("tick").number(row), column("subject").text(row));
        let what = match column("event").text(row) {
            "change" => format!("change: {subject}"),
            "group_extinct" => format!("the last of the {subject} is dead"),
            other => format!("{other} {subject}"),
        };
        if what != before {
            let _ = writeln!(text, "  tick {tick:<10} {what}");
        }
        before = what;
    }
    text
}

/// The first outbursts, and how many more there are.
fn outbursts(active: &[f64], line: f64) -> String {
    let all = episodes(active, |active| active > line);
    if all.is_empty() {
        return "  No outburst.\n".to_owned();
    }
    let mut text = String::new();
    for outburst in all.iter().take(LINES) {
        let peak = active[outburst.ticks.clone()].iter().copied().fold(0.0, f64::max);
        let _ = writeln!(
            text,
            "  tick {:<10} outburst of {}, at most {} active",
            outburst.ticks.start,
            count(outburst.ticks.len() as f64, "tick", "ticks"),
            number(peak)
        );
    }
    if all.len() > LINES {
        text += &wrapped("  ", &format!("and {} more outbursts", all.len() - LINES));
    }
    text
}
