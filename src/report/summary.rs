//! What a reader sees at the end of a run.

use super::bands;
use super::chart::people_over_time;
use super::course::lines;
use super::format::{count, hour, listed, number, wrapped};
use super::{Run, caution, epstein, is_country};
use crate::analysis::bands::Band;
use crate::analysis::course::Course;
use crate::analysis::ensemble;
use crate::analysis::plausible::{Doubt, doubts};
use crate::analysis::spread::Spread;
use crate::analysis::totals::{catalogue, seizures};
use crate::metric::Metric;

/// The summary: plot, course of events, totals, caution, and where the results lie. Plain UTF-8 without `color`.
///
/// # Panics
/// If a table lacks a column of `series.csv` or `events.csv`, or there are no totals.
pub fn text(run: &Run, color: bool) -> String {
    if !is_country(run.series) {
        return epstein::text(run, color);
    }
    let course = Course::of(run.series);
    let replicates = run.totals.len();
    let mut text = format!("{}\n{}\n\n", run.title, heading(run));
    text += &if run.members.is_empty() {
        told(run, &course, color)
    } else {
        told_of_all(run, &course, color)
    };
    text += "\n";
    text += &if replicates == 1 { one(run, &course) } else { many(run) };
    text += &outcomes(run);
    text += &doubtful(run);
    text += "\n";
    text += &wrapped("", caution(replicates));
    text + &format!("\nResults are in {}\n", run.folder)
}

/// Plot and events of one replicate.
fn told(run: &Run, course: &Course, color: bool) -> String {
    let mut text = people_over_time(course, color) + "\nThe course of events\n";
    let (told, left) = lines(course, run.events, run.names);
    text += if told.is_empty() {
        "  Nothing happened.\n"
    } else {
        &told
    };
    if left > 0 {
        text += &format!("  {left} more in {}/events.csv\n", run.folder);
    }
    text
}

/// Plot and events of all replicates: one of them is no more than an example.
fn told_of_all(run: &Run, course: &Course, color: bool) -> String {
    let replicates = run.members.len();
    let band = Band {
        arm: format!("{replicates} replicates"),
        ticks: ensemble::band(run.members),
    };
    let times: Vec<&str> = (0..course.len()).map(|tick| course.time(tick)).collect();
    let told = super::ensemble::lines(run.members, course, run.names);
    let happened = if told.is_empty() {
        "  Nothing happened in most of them.\n"
    } else {
        &told
    };
    format!(
        "{}\nWhat most of {replicates} replicates have: median hour (share of them; 5 % to 95 % of the hours)\n{happened}",
        bands::text(Metric::Participants, &[band], &times, color)
    )
}

/// What a reader should not believe unasked.
fn doubtful(run: &Run) -> String {
    let sentence = |doubt: Doubt| match doubt {
        Doubt::FewHurt { violent, hurt } => format!(
            "up to {} are violent at once, and only {} hurt or killed in the whole run",
            count(violent, "person", "people"),
            count(hurt, "person is", "people are")
        ),
        Doubt::NoPolice { region, people } => format!(
            "up to {} out in {}, where no officer is ever on duty",
            count(people, "person is", "people are"),
            run.names.region(&region)
        ),
    };
    let lines: String = doubts(run.series)
        .into_iter()
        .map(|doubt| wrapped("  ", &sentence(doubt)))
        .collect();
    let which = match run.totals.len() {
        1 => String::new(),
        _ => format!(" in replicate {}", run.first_replicate),
    };
    match lines.is_empty() {
        true => String::new(),
        false => format!("\nThis looks implausible{which}\n{lines}"),
    }
}

pub(super) fn heading(run: &Run) -> String {
    let which = match run.totals.len() as u32 {
        1 => format!("replicate {}", run.first_replicate),
        more => format!(
            "replicates {} to {}",
            run.first_replicate,
            run.first_replicate + more - 1
        ),
    };
    format!("scenario {}, seed {}, {which}", run.scenario, run.seed)
}

fn one(run: &Run, course: &Course) -> String {
    let mut text = "Totals\n".to_owned();
    for (total, &value) in catalogue(run.series).iter().zip(&run.totals[0]) {
        let peak = match total.name {
            "participants_peak" => course.peak(Metric::Participants),
            "violent_peak" => course.peak(Metric::Violent),
            _ => None,
        };
        let when = peak.map_or(String::new(), |(tick, _)| format!(", {}", hour(course.time(tick))));
        text += &format!("  {:<30}{:>12}{when}\n", run.names.money(total.label), number(value));
    }
    let seized: Vec<String> = seizures(run.events)
        .into_iter()
        .map(|(site, times)| {
            let site = run.names.site(site);
            if times == 1 {
                site.to_owned()
            } else {
                format!("{site} ({times} times)")
            }
        })
        .collect();
    match seized.is_empty() {
        true => text,
        false => text + &wrapped("  seized: ", &listed(&seized)),
    }
}

pub(super) fn many(run: &Run) -> String {
    let mut text = format!(
        "Totals of {} replicates{:>22}{:>12}{:>12}\n",
        run.totals.len(),
        "median",
        "5 %",
        "95 %"
    );
    for (i, total) in catalogue(run.series).iter().enumerate() {
        let Spread { median, low, high } = Spread::of(&run.totals.iter().map(|totals| totals[i]).collect::<Vec<_>>());
        let [median, low, high] = [median, low, high].map(number);
        text += &format!(
            "  {:<30}{median:>12}{low:>12}{high:>12}\n",
            run.names.money(total.label)
        );
    }
    text
}

/// What the scenario names; an outcome that a replicate does not have is left out of the range.
fn outcomes(run: &Run) -> String {
    let lines = run.outcomes.iter().map(|(name, values)| {
        let had: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
        let numbers = match (&had[..], values.len()) {
            ([], _) => format!("{:>12}", "none"),
            (&[value], 1) => format!("{:>12}", number(value)),
            _ => {
                let Spread { median, low, high } = Spread::of(&had);
                let [median, low, high] = [median, low, high].map(number);
                format!("{median:>12}{low:>12}{high:>12}")
            }
        };
        let label = match had.len() {
            some if 0 < some && some < values.len() => format!("{name} (in {some} of {})", values.len()),
            _ => name.clone(),
        };
        format!("  {label:<30}{numbers}\n")
    });
    match run.outcomes.is_empty() {
        true => String::new(),
        false => "\nOutcomes that the scenario names\n".to_owned() + &lines.collect::<String>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::ensemble::Member;
    use crate::analysis::names::Names;
    use crate::analysis::totals::totals;
    use crate::report::sample::{events, series};

    fn told(replicates: usize) -> String {
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
        let mut all = vec![totals(&series, &events).to_vec(); replicates];
        all[0][0] += replicates as f64 - 1.0;
        let named = [
            ("days-of-unrest".to_owned(), vec![3.0; replicates]),
            (
                "hours-to-seizure".to_owned(),
                [vec![f64::NAN], vec![8.0; replicates - 1]].concat(),
            ),
        ];
        let one = Member::of(&series, &events);
        let members = if replicates > 1 {
            vec![one; replicates]
        } else {
            Vec::new()
        };
        let run = Run {
            title: "January",
            scenario: "january",
            seed: 7,
            first_replicate: 0,
            totals: &all,
            outcomes: &named,
            series: &series,
            events: &events,
            members: &members,
            names: &Names::default(),
            folder: "results/january-7",
        };
        text(&run, false)
    }

    #[test]
    fn a_single_run_is_told_with_a_caution() {
        insta::assert_snapshot!(told(1));
    }

    #[test]
    fn replicates_are_told_by_their_median_and_range() {
        let text = told(20);
        assert!(text.contains("What most of 20 replicates have"), "{text}");
        assert!(
            text.contains("most people out in one hour         52,000      52,000      52,001\n"),
            "{text}"
        );
        assert!(
            text.contains("  hours-to-seizure (in 19 of 20)           8           8           8\n"),
            "{text}"
        );
        assert!(!text.contains("One seed is not a finding"), "{text}");
    }

    #[test]
    fn every_line_fits_80_columns() {
        for text in [told(1), told(3)] {
            let long: Vec<&str> = text.lines().filter(|line| line.chars().count() > 80).collect();
            assert!(long.is_empty(), "{long:?}");
        }
    }
}
