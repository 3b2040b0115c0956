//! What never happened, why, and how near it came, in lines.

use super::format::{civil, count, hour, listed, number, wrapped};
use crate::analysis::course::Course;
use crate::analysis::names::Names;
use crate::analysis::spread::Spread;
use crate::analysis::unmet::{Came, Unmet, When};

/// What a reader wants to see of them; all are in the document.
const LINES: usize = 12;

/// What never happened, or not in half of so many replicates; nothing if all did.
pub fn text(all: &[Unmet], replicates: usize, course: &Course, names: &Names) -> String {
    let telling = Telling {
        replicates,
        course,
        names,
    };
    let mut missing: Vec<&Unmet> = all.iter().filter(|one| 2 * one.runs > replicates).collect();
    if missing.is_empty() {
        return String::new();
    }
    let mut text = match replicates {
        1 => "\nWhat never happened, and what it waited for\n".to_owned(),
        _ => format!("\nWhat did not happen in most of {replicates} replicates, and what it waited for\n"),
    };
    // What has the same plain reason is one line.
    for (plain, told) in [
        (When::Choice, "the government never chose"),
        (When::Nothing, "never, as the scenario says"),
    ] {
        let (same, others): (Vec<&Unmet>, _) = missing.into_iter().partition(|one| one.when == plain);
        let ids: Vec<String> = same.into_iter().map(|one| telling.title(one)).collect();
        if !ids.is_empty() {
            text += &wrapped("  ", &format!("{told}: {}", listed(&ids)));
        }
        missing = others;
    }
    for one in missing.iter().take(LINES) {
        text += &wrapped("  ", &format!("{}: {}", telling.title(one), telling.reason(one)));
    }
    match missing.len().saturating_sub(LINES) {
        0 => text,
        more => text + &format!("  {more} more with --format json\n"),
    }
}

struct Telling<'t> {
    replicates: usize,
    course: &'t Course<'t>,
    names: &'t Names,
}

impl Telling<'_> {
    fn title(&self, one: &Unmet) -> String {
        let name = self.names.action(&one.action);
        match one.runs == self.replicates {
            true => name.to_owned(),
            false => format!("{name} (not in {} of {})", one.runs, self.replicates),
        }
    }

    /// The hour at which a tick begins, or would if the run went on.
    fn at(&self, tick: usize) -> String {
        match tick < self.course.len() {
            true => hour(self.course.time(tick)),
            false => "the end of the run".to_owned(),
        }
    }

    fn reason(&self, one: &Unmet) -> String {
        let ended: Vec<usize> = one.ended.iter().flatten().copied().collect();
        match ended.is_empty() {
            true => self.when(&one.when),
            false => {
                let by: Vec<String> = one.ended_by.iter().map(|id| self.names.action(id).to_owned()).collect();
                let when = self.moments(ended.iter().copied());
                format!("ended before it began, by {}, {when}", listed(&by))
            }
        }
    }

    fn when(&self, when: &When) -> String {
        let parts = |of: &[When], and: &str| of.iter().map(|part| self.when(part)).collect::<Vec<_>>().join(and);
        match when {
            When::Date { tick } if *tick < self.course.len() => format!("from {} on", self.at(*tick)),
            When::Date { .. } => "dated after the end of the run".to_owned(),
            When::Action { action, ticks, since } => self.after(action, *ticks, since),
            When::Metric {
                metric,
                area,
                above,
                level,
                ticks,
                came,
            } => {
                let line = if *above { "above" } else { "below" };
                let place = match area.as_str() {
                    "all" => String::new(),
                    id => format!(" in {}", self.names.region(id)),
                };
                let lasting = match ticks {
                    1 => String::new(),
                    _ => format!(" for {}", self.ticks(*ticks)),
                };
                let came = self.came(came, *ticks, *above);
                format!("{metric}{place} {line} {}{lasting}; {came}", number(*level))
            }
            When::All { of } => parts(of, "; and "),
            When::Any { of } => parts(of, "; or "),
            When::Choice => "the government's choice".to_owned(),
            When::Nothing => "never".to_owned(),
        }
    }

    /// After another action, and when that was.
    fn after(&self, action: &str, ticks: usize, since: &[Option<usize>]) -> String {
        let name = self.names.action(action);
        let after = match ticks {
            0 => format!("after {name}"),
            _ => format!("{} after {name}", self.ticks(ticks)),
        };
        let known: Vec<usize> = since.iter().flatten().copied().collect();
        let (came, of) = (known.len(), since.len());
        let when = self.moments(known.iter().copied());
        let due = known.iter().all(|tick| tick + ticks >= self.course.len());
        match (came, due) {
            (0, _) => format!("{after}, which did not happen either"),
            (_, true) if came == of => format!("{after}, which came {when}, too late in the run"),
            (_, false) if came == of => format!("{after}, which came {when}"),
            _ => format!("{after}, which came in {came} of these {of}"),
        }
    }

    /// How near a metric came to its level.
    fn came(&self, came: &[Came], ticks: usize, above: bool) -> String {
        let (most, beyond) = if above {
            ("at most", "above")
        } else {
            ("at least", "below")
        };
        let longest = came.iter().map(|came| came.ticks).max();
        match (came, longest) {
            ([], _) | (_, None) => "the readings there are not kept (--places keeps them)".to_owned(),
            ([one], _) if one.ticks == 0 => format!("it was {} {most} ({})", number(one.value), self.at(one.tick)),
            ([one], _) => {
                let long = self.ticks(one.ticks);
                let extreme = format!("{} {most} ({})", number(one.value), self.at(one.tick));
                match one.ticks < ticks {
                    true => format!("it was {beyond} for no more than {long} in a row, {extreme}"),
                    false => format!("it was {beyond} for {long} in a row, {extreme}"),
                }
            }
            (many, Some(longest)) => {
                let values: Vec<f64> = many.iter().map(|came| came.value).collect();
                let Spread { median, low, high } = Spread::told(&values);
                let [median, low, high] = [median, low, high].map(number);
                let long = match longest {
                    0 => String::new(),
                    _ => format!(", {beyond} for up to {} in a row", self.ticks(longest)),
                };
                format!("it was {median} {most} ({low} to {high}){long}")
            }
        }
    }

    /// When something was: a moment, or from the first to the last.
    fn moments(&self, ticks: impl Iterator<Item = usize> + Clone) -> String {
        match (ticks.clone().min(), ticks.max()) {
            (Some(first), Some(last)) if first != last => format!("{} to {}", self.at(first), self.at(last)),
            (Some(only), _) => self.at(only),
            _ => String::new(),
        }
    }

    /// A number of ticks in hours, or in ticks where these have no date.
    fn ticks(&self, ticks: usize) -> String {
        let begins = |tick: usize| (tick < self.course.len()).then(|| civil(self.course.time(tick)))?;
        match begins(0).zip(begins(1)) {
            Some((first, second)) => {
                let hours = second.duration_since(first).as_secs_f64() / 3600.0;
                count(ticks as f64 * hours, "hour", "hours")
            }
            None => count(ticks as f64, "tick", "ticks"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::series;

    fn metric(came: Vec<Came>) -> When {
        When::Metric {
            metric: "participants",
            area: "almaty".to_owned(),
            above: true,
            level: 5000.0,
            ticks: 3,
            came,
        }
    }

    fn told(all: &[Unmet], replicates: usize) -> String {
        let series = series(48);
        let mut names = Names::default();
        names.regions.insert("almaty".to_owned(), "Almaty".to_owned());
        names.actions.insert("curfew".to_owned(), "A curfew".to_owned());
        text(all, replicates, &Course::of(&series), &names)
    }

    fn missing(action: &str, runs: usize, when: When) -> Unmet {
        Unmet {
            runs,
            ..Unmet::new(action, when, Vec::new())
        }
    }

    fn came(value: f64, ticks: usize) -> Came {
        Came { value, tick: 16, ticks }
    }

    #[test]
    fn of_a_run_each_action_that_never_happened_is_told_with_how_near_its_condition_came() {
        let since = |action: &str, since| When::Action {
            action: action.to_owned(),
            ticks: 5,
            since: vec![since],
        };
        let both = When::All {
            of: vec![metric(vec![came(6120.0, 4)]), since("curfew", None)],
        };
        let all = [
            missing("curfew", 1, metric(vec![came(4120.0, 0)])),
            missing("guard", 1, metric(vec![came(6120.0, 2)])),
            missing("late", 1, When::Date { tick: 48 }),
            missing("both", 1, both),
            missing("after", 1, since("cut", Some(45))),
            missing("talks", 1, When::Choice),
            missing("force", 1, When::Choice),
            missing("off", 1, When::Nothing),
            Unmet {
                ended: vec![Some(7)],
                ..missing("stopped", 1, When::Date { tick: 9 })
            },
            missing("happened", 0, When::Date { tick: 9 }),
        ];
        let all = all.map(|one| Unmet {
            ended_by: vec!["lift".to_owned()],
            ..one
        });
        let told = told(&all, 1);
        assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
        let expected = "
What never happened, and what it waited for
  the government never chose: talks, force
  never, as the scenario says: off
  A curfew: participants in Almaty above 5,000 for 3 hours; it was 4,120 at most
  (2 Jan 16:00)
  guard: participants in Almaty above 5,000 for 3 hours; it was above for no
  more than 2 hours in a row, 6,120 at most (2 Jan 16:00)
  late: dated after the end of the run
  both: participants in Almaty above 5,000 for 3 hours; it was above for 4 hours
  in a row, 6,120 at most (2 Jan 16:00); and 5 hours after A curfew, which did
  not happen either
  after: 5 hours after cut, which came 3 Jan 21:00, too late in the run
  stopped: ended before it began, by lift, 2 Jan 07:00
";
        assert_eq!(told, expected);
    }

    #[test]
    fn of_many_replicates_what_is_missing_in_most_is_told_by_the_median() {
        let near = (0..18).map(|run| came(4000.0 + 10.0 * f64::from(run), 0)).collect();
        let all = [
            missing("curfew", 18, metric(near)),
            missing("rare", 3, metric(vec![came(1.0, 0); 3])),
            missing("gone", 20, metric(Vec::new())),
        ];
        let told = told(&all, 20);
        let expected = "
What did not happen in most of 20 replicates, and what it waited for
  A curfew (not in 18 of 20): participants in Almaty above 5,000 for 3 hours; it
  was 4,085 at most (4,009 to 4,162)
  gone: participants in Almaty above 5,000 for 3 hours; the readings there are
  not kept (--places keeps them)
";
        assert_eq!(told, expected);
        assert_eq!(super::tests::told(&[missing("rare", 3, When::Choice)], 20), "");
    }
}
