//! The course of events of one replicate, in dated lines.

use std::collections::BTreeSet;

use crate::analysis::course::Course;
use crate::analysis::names::Names;
use crate::metric::Metric;
use crate::report::format::{count, day, hour, listed, number, wrapped};
use crate::table::{Column, Table};

/// About how many lines a reader wants.
const LINES: usize = 110;

/// One dated line: what happened in one hour to one or several.
struct Line {
    tick: i64,
    when: String,
    /// What happened, and to whom; empty for a line that says all in `verb`.
    verb: &'static str,
    items: Vec<String>,
    /// What is left out first has the highest.
    rank: u8,
}

/// The most important dated lines in the order of time, and how many events are not in them.
///
/// # Panics
/// If a table lacks a column of `series.csv` or `events.csv`.
pub fn lines(course: &Course, events: &Table, names: &Names) -> (String, usize) {
    let mut lines = events_told(events, names);
    lines.extend(day_ends(course));
    lines.sort_by_key(|line| line.rank);
    let important = lines.iter().take_while(|line| line.rank <= SHOWN).count();
    let left = lines
        .split_off(important.min(LINES))
        .iter()
        .map(|line| line.items.len())
        .sum();
    lines.sort_by_key(|line| line.tick);
    let text = lines.iter().map(|line| {
        let verb = if line.verb.is_empty() {
            String::new()
        } else {
            format!("{}: ", line.verb)
        };
        wrapped(&format!("  {:<15}", line.when), &(verb + &listed(&line.items)))
    });
    (text.collect(), left)
}

/// Lines of a higher rank are never shown, however few there are.
const SHOWN: u8 = 5;

/// What happened in one hour in the same way is one line.
fn events_told(events: &Table, names: &Names) -> Vec<Line> {
    let column = |name| {
        events
            .column(name)
            .unwrap_or_else(|| panic!("events have a column `{name}`"))
    };
    let (tick, time, what) = (column("tick"), column("time"), column("event"));
    let (region, subject, many) = (column("region"), column("subject"), column("number"));
    // The place in a divided region says more than the region.
    let places = events.column("place");
    let place = |row: usize| places.map_or("", |places| places.text(row));
    let at = |row: usize| {
        Some(place(row))
            .filter(|place| !place.is_empty())
            .unwrap_or(region.text(row))
    };
    let mut seen = BTreeSet::new();
    let mut lines: Vec<Line> = Vec::new();
    for row in 0..events.rows() {
        let first_anywhere = seen.insert((what.text(row), "anywhere"));
        let first_here = seen.insert((what.text(row), at(row)));
        let told = Told {
            event: what.text(row),
            region: names.region(at(row)),
            subject: called(names, subject.text(row)),
            number: many.number(row),
            first_anywhere,
            first_here,
        };
        let (rank, verb, item) = told.sentence();
        let tick = whole(tick, row);
        let same = |line: &&mut Line| line.tick == tick && line.verb == verb && line.rank == rank;
        match lines.iter_mut().rev().take_while(|line| line.tick == tick).find(same) {
            Some(line) => line.items.push(item),
            None => lines.push(Line {
                tick,
                when: hour(time.text(row)),
                verb,
                items: vec![item],
                rank,
            }),
        }
    }
    lines
}

/// A subject is a site, a shock or an action, or something else that has an id.
pub(super) fn called<'n>(names: &'n Names, subject: &'n str) -> &'n str {
    match names.site(subject) {
        same if same == subject => names.action(subject),
        site => site,
    }
}

/// What happened, of the events that a course over many replicates tells.
pub(super) fn verb(event: &str) -> Option<&'static str> {
    Some(match event {
        "protest_begins" => "protest begins",
        "violence_begins" => "violence begins",
        "site_seized" => "seized",
        "site_abandoned" => "taken without guards",
        "site_retaken" => "retaken",
        "action_in_effect" => "in effect",
        "first_civilian_death" => "first civilian killed",
        "first_officer_death" => "first officer killed",
        _ => return None,
    })
}

fn whole(column: &Column, row: usize) -> i64 {
    column.number(row) as i64
}

struct Told<'e> {
    event: &'e str,
    region: &'e str,
    subject: &'e str,
    number: f64,
    first_anywhere: bool,
    first_here: bool,
}

impl Told<'_> {
    /// Its rank, what happened, and to whom.
    fn sentence(&self) -> (u8, &'static str, String) {
        let Told { region, subject, .. } = self;
        let people = count(self.number, "person", "people");
        let officers = count(self.number, "officer", "officers");
        match self.event {
            "protest_begins" if self.first_anywhere => (0, "first protest", format!("{region} ({people})")),
            "protest_begins" => (1, "protest begins", format!("{region} ({people})")),
            "site_seized" => (1, "seized", format!("{subject} ({people})")),
            "site_abandoned" => (1, "taken without guards", format!("{subject} ({people})")),
            "site_retaken" => (1, "retaken", subject.to_string()),
            "action_in_effect" => (1, "in effect", subject.to_string()),
            "violence_begins" => (2, "violence begins", format!("{region} ({people})")),
            "action_announced" => (2, "announced", subject.to_string()),
            "first_civilian_death" => (3, "first civilian killed", region.to_string()),
            "first_officer_death" => (3, "first officer killed", region.to_string()),
            "contingent_arrives" => (2, "arrives", format!("{subject} in {region} ({officers})")),
            "site_attacked" if self.first_here => (3, "under attack", format!("{subject} ({people})")),
            "site_attacked" => (9, "under attack", format!("{subject} ({people})")),
            "action_over" => (4, "over", subject.to_string()),
            "symbolic_act" => (3, "symbol torn down", format!("{region} ({people})")),
            "contingent_declined" => (2, "not sent", format!("{subject} to {region} ({officers})")),
            "contingent_leaves" => (4, "leaves", format!("{subject} in {region} ({officers})")),
            "contingent_committed" => (4, "committed", format!("{subject} to {region} ({officers})")),
            "officers_refuse" => (4, "officers refuse", format!("{region} ({officers})")),
            "reinforcement_arrives" => (4, "reinforcements arrive", format!("{region} ({officers})")),
            "reinforcement_departs" => (5, "reinforcements leave for", format!("{region} ({officers})")),
            "statement" => (5, "said", subject.to_string()),
            other => (5, "", [other, region, subject].join(" ").trim_end().to_owned()),
        }
    }
}

/// What each day has cost so far; nothing for days before anything happened.
fn day_ends(course: &Course) -> Vec<Line> {
    use Metric::*;
    let [today, civilians, officers, injured, injured_officers, detained] = [
        ParticipantsToday,
        DeathsCivilians,
        DeathsOfficers,
        InjuredCivilians,
        InjuredOfficers,
        DetainedTotal,
    ]
    .map(|metric| course.values(metric.name()));
    let told = |tick: usize| Line {
        tick: tick as i64,
        when: format!("end of {}", day(course.time(tick))),
        verb: "",
        items: vec![format!(
            "{} out that day; so far {} and {} killed, {} injured, {} detained",
            count(today[tick], "person", "people"),
            count(civilians[tick], "civilian", "civilians"),
            count(officers[tick], "officer", "officers"),
            number(injured[tick] + injured_officers[tick]),
            number(detained[tick]),
        )],
        rank: 0,
    };
    let quiet = |tick: usize| {
        [&today, &civilians, &officers, &injured, &detained]
            .iter()
            .all(|values| values[tick] == 0.0)
    };
    course
        .day_ends()
        .into_iter()
        .filter(|&tick| !quiet(tick))
        .map(told)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{events, series};

    fn told(rows: &[(i64, &str, &str, &str, f64)]) -> (String, usize) {
        lines(&Course::of(&series(24)), &events(rows), &Names::default())
    }

    #[test]
    fn the_first_protest_is_called_so_and_others_spread() {
        let (text, left) = told(&[
            (7, "protest_begins", "mangystau", "", 1040.0),
            (9, "protest_begins", "almaty", "", 1.0),
        ]);
        assert_eq!(left, 0);
        assert!(
            text.starts_with("  2 Jan 07:00    first protest: mangystau (1,040 people)\n"),
            "{text}"
        );
        assert!(
            text.contains("  2 Jan 09:00    protest begins: almaty (1 person)\n"),
            "{text}"
        );
        assert!(text.contains("  end of 2 Jan "), "{text}");
    }

    #[test]
    fn only_the_first_attack_in_a_region_is_told() {
        let attack = |tick| (tick, "site_attacked", "almaty", "almaty-akimat", 300.0);
        let (text, left) = told(&[attack(7), attack(8), attack(9)]);
        assert_eq!(text.matches("under attack").count(), 1);
        assert_eq!(left, 2);
    }

    #[test]
    fn a_long_course_keeps_its_most_important_lines_in_order_of_time() {
        let hour = |tick| (tick, "reinforcement_departs", "almaty", "", 50.0);
        let mut rows: Vec<_> = (0..LINES as i64 + 20).map(|at| hour(at / 8 % 12)).collect();
        rows.push((20, "site_seized", "almaty", "almaty-akimat", 900.0));
        rows.push((20, "site_seized", "almaty", "almaty-tv", 1.0));
        let (text, _) = told(&rows);
        assert!(
            text.contains("seized: almaty-akimat (900 people), almaty-tv (1 person)\n"),
            "{text}"
        );
    }
}
