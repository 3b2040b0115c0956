//! The numbers that sum up one replicate.

use std::collections::BTreeMap;

use super::course::Course;
use super::epstein;
use super::replicate::Events;
use super::total::{Total, total};
use crate::metric::Metric;
use crate::table::Table;

/// The totals that a series has, which depends on what was measured, in the order of [`of`].
pub fn catalogue(series: &Table) -> &'static [Total] {
    match series.column(Metric::Participants.name()) {
        Some(_) => &TOTALS,
        None => &epstein::TOTALS,
    }
}

/// The totals of one replicate of a model of any kind, as its [`catalogue`] names them.
///
/// # Panics
/// If a table lacks a column of `series.csv` or `events.csv`.
pub fn of(series: &Table, events: &Table) -> Vec<f64> {
    match series.column(Metric::Participants.name()) {
        Some(_) => totals(series, events).to_vec(),
        None => epstein::totals(series, events).to_vec(),
    }
}

/// Every total of a country, in the order of [`totals`].
pub const TOTALS: [Total; 15] = [
    total("participants_peak", "most people out in one hour", "people"),
    total("participants_day", "most people out on one day", "people"),
    total("violent_peak", "most violent in one hour", "people"),
    total("regions_with_protest", "regions with protest", "regions"),
    total("regions_with_violence", "regions with violence", "regions"),
    total("attacks", "attacks on sites", "attacks"),
    total("seizures", "sites seized", "seizures"),
    total("deaths_civilians", "civilians killed", "people"),
    total("deaths_officers", "officers killed", "people"),
    total("injured_civilians", "civilians injured", "people"),
    total("injured_officers", "officers injured", "people"),
    total("detentions", "detentions", "people"),
    total("officers_peak", "most officers on duty", "officers"),
    total("legitimacy_end", "legitimacy at the end, 0 to 1", "share"),
    total("damage", "damage, million", "million of the currency"),
];

/// The totals of one replicate of a country, from its series and its events.
///
/// # Panics
/// If a table lacks a column of `series.csv` or `events.csv`.
pub fn totals(series: &Table, events: &Table) -> [f64; TOTALS.len()] {
    let (course, events) = (Course::of(series), Events::of(events));
    let peak = |metric| course.peak(metric).map_or(0.0, |(_, value)| value);
    let today = course.values(Metric::ParticipantsToday);
    [
        peak(Metric::Participants),
        course
            .day_ends()
            .into_iter()
            .map(|tick| today[tick])
            .fold(0.0, f64::max),
        peak(Metric::Violent),
        events.regions_with("protest_begins") as f64,
        events.regions_with("violence_begins") as f64,
        course.last(Metric::Attacks),
        course.last(Metric::SeizuresTotal),
        course.last(Metric::DeathsCivilians),
        course.last(Metric::DeathsOfficers),
        course.last(Metric::InjuredCivilians),
        course.last(Metric::InjuredOfficers),
        course.last(Metric::DetainedTotal),
        peak(Metric::OfficersOnDuty),
        course.last(Metric::Legitimacy),
        course.last(Metric::Damage),
    ]
}

/// How often each site was seized or taken without guards, by its id.
///
/// # Panics
/// If the table lacks a column of `events.csv`.
pub fn seizures(events: &Table) -> BTreeMap<&str, u32> {
    let mut seizures = BTreeMap::new();
    for event in Events::of(events).iter() {
        if matches!(event.event, "site_seized" | "site_abandoned") {
            *seizures.entry(event.subject).or_default() += 1;
        }
    }
    seizures
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;

    fn texts(values: &[&str]) -> Column {
        Column::Text(values.iter().map(|text| (*text).to_owned()).collect())
    }

    /// Two days of two ticks in one region, whose row comes before the country's.
    fn series() -> Table {
        let hours = [
            "2022-01-05T22:00:00+06:00",
            "2022-01-05T23:00:00+06:00",
            "2022-01-06T00:00:00+06:00",
        ];
        let mut columns = vec![
            (
                "time",
                texts(&[hours[0], hours[0], hours[1], hours[1], hours[2], hours[2]]),
            ),
            ("region", texts(&["west", "all", "west", "all", "west", "all"])),
        ];
        for metric in Metric::ALL {
            let country = match metric {
                Metric::Participants => [10.0, 30.0, 30.0],
                Metric::ParticipantsToday => [10.0, 45.0, 40.0],
                Metric::DeathsCivilians => [0.0, 2.0, 3.0],
                _ => [0.0; 3],
            };
            let rows = country.iter().flat_map(|&value| [9999.0, value]).collect();
            columns.push((metric.name(), Column::Float(rows)));
        }
        Table::new(columns)
    }

    fn events() -> Table {
        Table::new(vec![
            ("tick", Column::Int(vec![0, 0, 0, 1, 2])),
            ("region", texts(&["west", "west", "south", "west", "west"])),
            (
                "event",
                texts(&[
                    "protest_begins",
                    "protest_begins",
                    "protest_begins",
                    "site_seized",
                    "site_abandoned",
                ]),
            ),
            ("subject", texts(&["", "", "", "west-akimat", "west-akimat"])),
        ])
    }

    #[test]
    fn totals_are_of_the_country_and_days_end_at_midnight() {
        let values = totals(&series(), &events());
        let value = |name| values[TOTALS.iter().position(|total| total.name == name).unwrap()];
        assert_eq!(value("participants_peak"), 30.0);
        assert_eq!(value("participants_day"), 45.0);
        assert_eq!(value("deaths_civilians"), 3.0);
        assert_eq!(value("regions_with_protest"), 2.0);
        assert_eq!(value("violent_peak"), 0.0);
    }

    #[test]
    fn a_peak_is_its_first_hour_and_nobody_out_is_none() {
        let series = series();
        let course = Course::of(&series);
        assert_eq!(course.peak(Metric::Participants), Some((1, 30.0)));
        assert_eq!(course.peak(Metric::Violent), None);
        assert_eq!(course.day_ends(), [1, 2]);
    }

    #[test]
    fn seizures_are_counted_by_site() {
        assert_eq!(seizures(&events()), BTreeMap::from([("west-akimat", 2)]));
    }
}
