//! How a run of a country went: a plot of people out, dated lines, the hours of its peaks, and what was seized.

use std::collections::BTreeMap;

use super::course::lines;
use crate::analysis::bands::Band;
use crate::analysis::course::Course;
use crate::analysis::names::Names;
use crate::analysis::overview::Arm;
use crate::analysis::plausible::{Doubt, doubts};
use crate::analysis::replicate::Events;
use crate::metric::Metric;
use crate::report::format::{count, hour, listed, wrapped};
use crate::report::region::people_over_time;
use crate::report::{Run, bands, summary};
use crate::table::Table;

/// How a run went.
///
/// # Panics
/// If a table lacks a column of `series.csv` or `events.csv`.
pub fn course(run: &Run, color: bool) -> summary::Course {
    let course = Course::of(run.series);
    if let Some(all) = run.course {
        return course_of_all(run, all, &course, color);
    }
    let (told, left) = lines(&course, run.events, run.names);
    let moment = |name, metric: Metric| {
        let peak = course.peak(metric.name());
        peak.map(|(tick, _)| (name, hour(course.time(tick))))
    };
    let peaks = [
        moment("participants_peak", Metric::Participants),
        moment("violent_peak", Metric::Violent),
    ];
    summary::Course {
        plot: people_over_time(&course, 16, color),
        lines: match told.is_empty() {
            true => "  Nothing happened.\n".to_owned(),
            false => told,
        },
        left,
        moments: peaks.into_iter().flatten().collect(),
        notes: seized(run.events, run.names),
        doubts: doubtful(run),
        ..summary::Course::default()
    }
}

/// How all replicates went: one of them is no more than an example.
fn course_of_all(run: &Run, all: &Arm, course: &Course, color: bool) -> summary::Course {
    let replicates = all.runs;
    let out = all.metric(Metric::Participants.name());
    let band = Band {
        arm: format!("{replicates} replicates"),
        ticks: out.map_or_else(Vec::new, |out| out.ticks.clone()),
    };
    let times: Vec<&str> = (0..course.len()).map(|tick| course.time(tick)).collect();
    let told = super::ensemble::lines(all, course, run.names);
    summary::Course {
        plot: bands::text(&Metric::Participants.description(), &[band], &times, color),
        heading: format!("What most of {replicates} replicates have: median hour (share; 5 % to 95 %)"),
        lines: match told.is_empty() {
            true => "  Nothing happened in most of them.\n".to_owned(),
            false => told,
        },
        doubts: doubtful(run),
        ..summary::Course::default()
    }
}

/// What a reader should not believe unasked; of several replicates, in the first.
fn doubtful(run: &Run) -> String {
    let sentence = |doubt: Doubt| match doubt {
        Doubt::FewHurt { violent, hurt } => format!(
            "up to {} violent at once, and only {} hurt or killed in the whole run",
            count(violent, "person is", "people are"),
            count(hurt, "person is", "people are")
        ),
        Doubt::NoPolice { region, people } => format!(
            "up to {} out in {}, where no officer is ever on duty",
            count(people, "person is", "people are"),
            run.names.region(&region)
        ),
    };
    let lines = doubts(run.series).into_iter();
    lines.map(|doubt| wrapped("  ", &sentence(doubt))).collect()
}

/// What was seized or taken without guards, and how often.
fn seized(events: &Table, names: &Names) -> String {
    let mut seizures = BTreeMap::<&str, u32>::new();
    for event in Events::of(events).iter() {
        if matches!(event.event, "site_seized" | "site_abandoned") {
            *seizures.entry(event.subject).or_default() += 1;
        }
    }
    let told = seizures.into_iter().map(|(site, times)| match times {
        1 => names.site(site).to_owned(),
        _ => format!("{} ({times} times)", names.site(site)),
    });
    match told.collect::<Vec<_>>() {
        none if none.is_empty() => String::new(),
        some => wrapped("  seized: ", &listed(&some)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::named::{Named, values};
    use crate::models::{Family, country::Country};
    use crate::report::Valued;
    use crate::report::sample::{events, series};
    use crate::table::Column;

    #[test]
    fn a_single_run_is_told_with_a_caution() {
        let series = series(264);
        let events = events(&[
            (9, "protest_begins", "mangystau", "", 1040.0),
            (40, "action_announced", "all", "price-cap", 21_000.0),
            (52, "action_in_effect", "all", "price-cap", 30_000.0),
            (60, "protest_begins", "almaty", "", 100.0),
            (76, "violence_begins", "almaty", "", 640.0),
            (80, "site_attacked", "almaty", "almaty-akimat", 2500.0),
            (82, "site_seized", "almaty", "almaty-akimat", 5000.0),
            (130, "site_retaken", "almaty", "almaty-akimat", 700.0),
        ]);
        let valued = |(named, value): (Named, f64)| Valued {
            named,
            values: vec![value],
        };
        let family: &dyn Family = &Country;
        let named = family.named_totals();
        let of_named = values(&named, &series, &events);
        let outcome = |name: &str, value| {
            let outcome = "peak(participants)".parse().unwrap();
            valued((Named::new(name, "", outcome, Metric::DESCRIPTIONS), value))
        };
        let run = Run {
            title: "January",
            scenario: "january",
            seed: 7,
            first_replicate: 0,
            active: &family.metrics()[0],
            totals: &named.into_iter().zip(of_named).map(valued).collect::<Vec<_>>(),
            outcomes: &[outcome("days-of-unrest", 3.0), outcome("hours-to-seizure", f64::NAN)],
            series: &series,
            events: &events,
            course: None,
            unmet: &[],
            names: &Names::default(),
            folder: "results/january-7",
        };
        let told = summary::text(&run, &family.course(&run, false));
        assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
        insta::assert_snapshot!(told);
    }

    #[test]
    fn a_plot_fits_80_columns_and_has_dates_and_numbers() {
        let table = series(264);
        let plot = people_over_time(&Course::of(&table), 16, false);
        assert!(plot.lines().all(|line| line.chars().count() <= 80), "{plot}");
        assert!(!plot.contains('\x1b'), "plain text has no colours");
        for label in ["2 Jan", "4 Jan", "10,000", "50,000"] {
            assert!(plot.contains(label), "{label} is missing:\n{plot}");
        }
        assert!(plot.lines().count() >= 12, "{plot}");
        assert!(people_over_time(&Course::of(&table), 16, true).contains('\x1b'));
    }

    #[test]
    fn a_country_at_home_has_no_plot() {
        let mut columns = series(48).into_columns();
        for (name, column) in &mut columns {
            if name == "participants" {
                *column = Column::Int(vec![0; column.len()]);
            }
        }
        let table = Table::new(columns);
        assert_eq!(people_over_time(&Course::of(&table), 16, false), "  Nobody was out.\n");
    }

    #[test]
    fn seizures_are_counted_by_site() {
        let events = events(&[
            (1, "site_seized", "west", "west-akimat", 9.0),
            (2, "site_abandoned", "west", "west-akimat", 9.0),
            (3, "site_seized", "west", "west-tv", 9.0),
        ]);
        assert_eq!(
            seized(&events, &Names::default()),
            "  seized: west-akimat (2 times), west-tv\n"
        );
    }
}
