//! What a reader sees at the end of a run of Epstein's lattice.

use std::fmt::Write as _;

use super::chart::over_ticks;
use super::format::{count, number, results_in, wrapped};
use super::summary::{heading, many};
use super::{Run, caution};
use crate::analysis::course::Course;
use crate::analysis::epstein::{TOTALS, line, outbursts, values};
use crate::metric::epstein::Metric;
use crate::table::Table;

/// About how many lines a reader wants.
const LINES: usize = 24;

/// The summary: plot, course of events, totals, caution, and where the results lie.
pub fn text(run: &Run, color: bool) -> String {
    let course = Course::of(run.series);
    let mut text = format!("{}\n{}\n\n", run.title, heading(run));
    let (active, jailed) = (values(&course, Metric::Active), values(&course, Metric::Jailed));
    text += "  active agents (filled), in jail (line)\n";
    text += &over_ticks(&jailed, &active, color);
    text += "\nThe course of events\n";
    text += &events(run.events);
    text += &told(&course, &active);
    text += "\n";
    text += &if run.totals.len() == 1 { one(run) } else { many(run) };
    text += "\n";
    text += &wrapped("", caution(run.totals.len()));
    text + &results_in(run.folder)
}

fn events(events: &Table) -> String {
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
fn told(course: &Course, active: &[f64]) -> String {
    let all = outbursts(active, line(course));
    if all.is_empty() {
        return "  No outburst.\n".to_owned();
    }
    let mut text = String::new();
    for outburst in all.iter().take(LINES) {
        let peak = active[outburst.start..outburst.end].iter().copied().fold(0.0, f64::max);
        let _ = writeln!(
            text,
            "  tick {:<10} outburst of {}, at most {} active",
            outburst.start,
            count((outburst.end - outburst.start) as f64, "tick", "ticks"),
            number(peak)
        );
    }
    if all.len() > LINES {
        text += &wrapped("  ", &format!("and {} more outbursts", all.len() - LINES));
    }
    text
}

fn one(run: &Run) -> String {
    TOTALS
        .iter()
        .zip(&run.totals[0])
        .fold("Totals\n".to_owned(), |text, (total, &value)| {
            text + &format!("  {:<32}{:>10}\n", total.label, number(value))
        })
}
