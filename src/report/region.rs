//! A region of one run, hour by hour: a plot of people out, and a row for each hour in which something changes.

use super::chart::{Days, line_and_shape, terminal};
use super::format::{hour, number, wrapped};
use crate::analysis::course::Course;
use crate::metric::Metric;
use crate::table::Table;

/// What is told of each hour, with the head of its column.
const COLUMNS: [(&str, Metric); 7] = [
    ("out", Metric::Participants),
    ("violent", Metric::Violent),
    ("officers", Metric::OfficersOnDuty),
    ("detained", Metric::DetainedTotal),
    ("injured", Metric::InjuredCivilians),
    ("killed", Metric::DeathsCivilians),
    ("sites lost", Metric::SitesSeized),
];

/// The region of an id, which is called so by readers, in the series of one replicate.
///
/// # Panics
/// If the series is not of a country.
pub fn text(name: &str, id: &str, replicate: u32, series: &Table, color: bool) -> String {
    let course = Course::of_region(series, id);
    let head = format!("{name} hour by hour, replicate {replicate}; hours in which nothing changes are left out");
    let mut text = "\n".to_owned() + &wrapped("", &head);
    text += &people_over_time(&course, 11, color);
    text += &format!("  {:<13}", "");
    text += &COLUMNS.map(|(head, _)| format!(" {head:>8}")).concat();
    text += "\n";
    let columns = COLUMNS.map(|(_, metric)| course.values(metric.name()));
    for tick in 0..course.len() {
        let changed = |values: &Vec<f64>| tick == 0 || values[tick] != values[tick - 1];
        if columns.iter().any(changed) {
            text += &format!("  {:<13}", hour(course.time(tick)));
            text += &columns
                .each_ref()
                .map(|values| format!(" {:>8}", number(values[tick])))
                .concat();
            text += "\n";
        }
    }
    text
}

/// People out and violent over time, 80 columns wide and so many rows high, or one line where nobody was out: a line and,
/// below it, a filled shape, so that the two can be told apart without colour.
///
/// # Panics
/// As [`text`].
pub fn people_over_time(course: &Course, rows: usize, color: bool) -> String {
    let [out, violent] = [Metric::Participants, Metric::Violent].map(|metric| course.values(metric.name()));
    let highest = out.iter().copied().fold(0.0, f64::max);
    let times: Vec<&str> = (0..course.len()).map(|tick| course.time(tick)).collect();
    let Some(days) = Days::of(&times).filter(|_| highest > 0.0) else {
        return "  Nobody was out.\n".to_owned();
    };
    let plots = line_and_shape(days.points(&out), days.points(&violent));
    "  people out (line), of them violent (filled)\n".to_owned() + &terminal(plots, &days.axis(), highest, rows, color)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::series;
    use crate::table::Column;

    /// How many hours are told.
    fn hours(told: &str) -> usize {
        told.lines()
            .filter(|line| line.contains(" Jan ") && line.contains(':') && !line.contains('─'))
            .count()
    }

    #[test]
    fn a_region_is_told_by_the_hours_in_which_something_changes() {
        let told = text("Everywhere", "all", 0, &series(48), false);
        assert!(told.starts_with("\nEverywhere hour by hour, replicate 0"), "{told}");
        assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
        assert!(hours(&told) > 10, "{told}");
        let still = series(48)
            .into_columns()
            .into_iter()
            .map(|(name, column)| match column {
                Column::Int(values) => (name, Column::Int(vec![7; values.len()])),
                Column::Float(values) => (name, Column::Float(vec![0.5; values.len()])),
                text => (name, text),
            });
        let told = text("Everywhere", "all", 0, &Table::new(still.collect()), false);
        assert_eq!(hours(&told), 1, "{told}");
    }
}
