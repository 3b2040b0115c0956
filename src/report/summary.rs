//! What a reader sees at the end of a run.

use super::format::{number, results_in, wrapped};
use super::{Run, Valued, caution, unmet};
use crate::analysis::course;
use crate::analysis::spread::Spread;

/// How a run went, as its family tells it.
#[derive(Clone, Debug, Default)]
pub struct Course {
    /// A plot over time.
    pub plot: String,
    /// What the dated lines are, where they are not those of one replicate; else empty.
    pub heading: String,
    /// Dated lines.
    pub lines: String,
    /// How many events are not in them.
    pub left: usize,
    /// Moments of totals, by their names.
    pub moments: Vec<(&'static str, String)>,
    /// What else is told beside the totals of a single run; may be empty.
    pub notes: String,
    /// What looks implausible, in lines; may be empty.
    pub doubts: String,
}

/// The summary: plot, course of events, totals, caution, and where the results lie.
///
/// # Panics
/// If there are no totals.
pub fn text(run: &Run, course: &Course) -> String {
    let replicates = run.replicates();
    let mut text = format!("{}\n{}\n\n", run.title, heading(run));
    text += &course.plot;
    text += &match replicates {
        _ if !course.heading.is_empty() => format!("\n{}\n", course.heading),
        1 => "\nThe course of events\n".to_owned(),
        _ => format!(
            "\nThe course of events in replicate {}, one of {replicates}\n",
            run.first_replicate
        ),
    };
    text += &course.lines;
    if course.left > 0 {
        let place = match run.folder {
            "" => "events.csv".to_owned(),
            folder => format!("{folder}/events.csv"),
        };
        text += &format!("  {} more in {place}\n", course.left);
    }
    text += &unmet::text(run.unmet, replicates, &course::Course::of(run.series), run.names);
    text += "\n";
    text += &if replicates == 1 { one(run, course) } else { many(run) };
    text += &outcomes(run);
    if !course.doubts.is_empty() {
        text += &format!("\nThis looks implausible\n{}", course.doubts);
    }
    text += "\n";
    text += &wrapped("", caution(replicates));
    text + &results_in(run.folder)
}

fn heading(run: &Run) -> String {
    let which = match run.replicates() as u32 {
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
    for Valued { named, values } in run.totals {
        let moment = course.moments.iter().find(|(name, _)| *name == named.name);
        let when = moment.map_or(String::new(), |(_, when)| format!(", {when}"));
        text += &format!(
            "  {:<31} {:>10}{when}\n",
            run.names.money(&named.label),
            number(values[0])
        );
    }
    text + &course.notes
}

fn many(run: &Run) -> String {
    let mut text = format!(
        "Totals of {} replicates {:>21} {:>11} {:>11}\n",
        run.replicates(),
        "median",
        "5 %",
        "95 %"
    );
    for Valued { named, values } in run.totals {
        let Spread { median, low, high } = Spread::told(values);
        let [median, low, high] = [median, low, high].map(number);
        text += &format!(
            "  {:<31} {median:>10} {low:>11} {high:>11}\n",
            run.names.money(&named.label)
        );
    }
    text
}

/// What the scenario names; an outcome that a replicate does not have is left out of the range.
fn outcomes(run: &Run) -> String {
    let lines = run.outcomes.iter().map(|Valued { named, values }| {
        let name = &named.name;
        let had: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
        let numbers = match (&had[..], values.len()) {
            ([], _) => format!(" {:>11}", "none"),
            (&[value], 1) => format!(" {:>11}", number(value)),
            _ => {
                let Spread { median, low, high } = Spread::told(&had);
                let [median, low, high] = [median, low, high].map(number);
                format!(" {median:>11} {low:>11} {high:>11}")
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
    use crate::analysis::named::Named;
    use crate::analysis::names::Names;
    use crate::metric::Metric;
    use crate::report::sample::{events, series};

    fn valued(name: &str, label: &str, values: Vec<f64>) -> Valued {
        let outcome = "peak(participants)".parse().unwrap();
        let named = Named::new(name, "", outcome, Metric::DESCRIPTIONS);
        Valued {
            named: Named {
                label: label.to_owned(),
                ..named
            },
            values,
        }
    }

    fn told(replicates: usize) -> String {
        let peak = [vec![52_000.0 + replicates as f64 - 1.0], vec![52_000.0; replicates - 1]].concat();
        let totals = [
            valued("participants_peak", "most people out in one hour", peak),
            valued(
                "legitimacy_end",
                "legitimacy at the end, 0 to 1",
                vec![0.456; replicates],
            ),
        ];
        let hours = [vec![f64::NAN], vec![8.0; replicates - 1]].concat();
        let outcomes = [
            valued("days-of-unrest", "days-of-unrest", vec![3.0; replicates]),
            valued("hours-to-seizure", "hours-to-seizure", hours),
        ];
        let run = Run {
            title: "January",
            scenario: "january",
            seed: 7,
            first_replicate: 0,
            active: &Metric::Participants.description(),
            totals: &totals,
            outcomes: &outcomes,
            series: &series(1),
            events: &events(&[]),
            course: None,
            unmet: &[],
            names: &Names::default(),
            folder: "results/january-7",
        };
        let course = Course {
            plot: "  a plot\n".to_owned(),
            lines: "  5 Jan 16:00    first protest: almaty\n".to_owned(),
            left: 2,
            moments: vec![("participants_peak", "5 Jan 16:00".to_owned())],
            notes: "  seized: almaty-akimat\n".to_owned(),
            ..Course::default()
        };
        text(&run, &course)
    }

    #[test]
    fn replicates_are_told_by_their_median_and_range() {
        let text = told(20);
        assert!(
            text.contains("The course of events in replicate 0, one of 20"),
            "{text}"
        );
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
