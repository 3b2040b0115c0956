//! The course of events of one replicate, in dated lines.

use std::collections::BTreeSet;

use super::format::{count, day, hour, number, wrapped};
use crate::analysis::course::Course;
use crate::metric::Metric;
use crate::table::{Column, Table};

/// About how many lines a reader wants.
const LINES: usize = 80;

/// One dated line.
struct Line {
    tick: i64,
    when: String,
    what: String,
    /// What is left out first has the highest.
    rank: u8,
}

/// The most important dated lines in the order of time, and how many others there are.
///
/// # Panics
/// If a table lacks a column of `series.csv` or `events.csv`.
pub fn lines(course: &Course, events: &Table) -> (String, usize) {
    let mut lines = events_told(events);
    lines.extend(day_ends(course));
    let all = lines.len();
    lines.sort_by_key(|line| line.rank);
    let important = lines.iter().take_while(|line| line.rank <= SHOWN).count();
    lines.truncate(important.min(LINES));
    let left = all - lines.len();
    lines.sort_by_key(|line| line.tick);
    let text = lines
        .iter()
        .map(|line| wrapped(&format!("  {:<15}", line.when), &line.what));
    (text.collect(), left)
}

/// Lines of a higher rank are never shown, however few there are.
const SHOWN: u8 = 5;

fn events_told(events: &Table) -> Vec<Line> {
    let column = |name| {
        events
            .column(name)
            .unwrap_or_else(|| panic!("events have a column `{name}`"))
    };
    let (tick, time, what) = (column("tick"), column("time"), column("event"));
    let (region, subject, many) = (column("region"), column("subject"), column("number"));
    let mut seen = BTreeSet::new();
    let tell = |row: usize| {
        let first_anywhere = seen.insert((what.text(row), "anywhere"));
        let first_here = seen.insert((what.text(row), region.text(row)));
        let told = Told {
            event: what.text(row),
            region: region.text(row),
            subject: subject.text(row),
            number: many.number(row),
            first_anywhere,
            first_here,
        };
        let (rank, what) = told.sentence();
        Line {
            tick: whole(tick, row),
            when: hour(time.text(row)),
            what,
            rank,
        }
    };
    (0..events.rows()).map(tell).collect()
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
    /// Its rank and its words.
    fn sentence(&self) -> (u8, String) {
        let Told { region, subject, .. } = self;
        let people = count(self.number, "person", "people");
        let officers = count(self.number, "officer", "officers");
        match self.event {
            "protest_begins" if self.first_anywhere => (0, format!("first protest, in {region}: {people}")),
            "protest_begins" => (1, format!("protest begins in {region}: {people}")),
            "violence_begins" => (
                2,
                format!(
                    "violence begins in {region}: {}",
                    count(self.number, "violent person", "violent people")
                ),
            ),
            "first_civilian_death" => (3, format!("first civilian killed in {region}")),
            "first_officer_death" => (3, format!("first officer killed in {region}")),
            "site_seized" => (2, format!("{subject} is seized ({region}, {people})")),
            "site_abandoned" => (2, format!("{subject} is taken without guards ({region}, {people})")),
            "site_retaken" => (3, format!("{subject} is retaken ({region}, {officers})")),
            "action_announced" => (2, format!("announced: {subject}")),
            "action_in_effect" => (1, format!("in effect: {subject}")),
            "statement" => (5, format!("said: {subject}")),
            "action_over" => (4, format!("over: {subject}")),
            "contingent_committed" => (4, format!("{subject} is committed to {region}: {officers}")),
            "contingent_arrives" => (3, format!("{subject} arrives in {region}: {officers}")),
            "officers_refuse" => (4, format!("officers refuse to act in {region}: {officers}")),
            "site_attacked" if self.first_here => (3, format!("{subject} comes under attack ({region}, {people})")),
            "site_attacked" => (9, format!("{subject} comes under attack ({region}, {people})")),
            "reinforcement_departs" => (5, format!("reinforcements leave for {region}: {officers}")),
            "reinforcement_arrives" => (4, format!("reinforcements arrive in {region}: {officers}")),
            other => (5, [other, region, subject].join(" ").trim_end().to_owned()),
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
    .map(|metric| course.values(metric));
    let told = |tick: usize| Line {
        tick: tick as i64,
        when: format!("end of {}", day(course.time(tick))),
        what: format!(
            "{} out that day; so far {} and {} killed, {} injured, {} detained",
            count(today[tick], "person", "people"),
            count(civilians[tick], "civilian", "civilians"),
            count(officers[tick], "officer", "officers"),
            number(injured[tick] + injured_officers[tick]),
            number(detained[tick]),
        ),
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
        lines(&Course::of(&series(24)), &events(rows))
    }

    #[test]
    fn the_first_protest_is_called_so_and_others_spread() {
        let (text, left) = told(&[
            (7, "protest_begins", "mangystau", "", 1040.0),
            (9, "protest_begins", "almaty", "", 1.0),
        ]);
        assert_eq!(left, 0);
        assert!(
            text.starts_with("  2 Jan 07:00    first protest, in mangystau: 1,040 people\n"),
            "{text}"
        );
        assert!(
            text.contains("  2 Jan 09:00    protest begins in almaty: 1 person\n"),
            "{text}"
        );
        assert!(text.contains("  end of 2 Jan "), "{text}");
    }

    #[test]
    fn only_the_first_attack_in_a_region_is_told() {
        let attack = |tick| (tick, "site_attacked", "almaty", "almaty-akimat", 300.0);
        let (text, left) = told(&[attack(7), attack(8), attack(9)]);
        assert_eq!(text.matches("comes under attack").count(), 1);
        assert_eq!(left, 2);
    }

    #[test]
    fn a_long_course_keeps_its_most_important_lines_in_order_of_time() {
        let mut rows = vec![(1, "reinforcement_departs", "almaty", "", 50.0); LINES + 20];
        rows.push((20, "site_seized", "almaty", "almaty-akimat", 900.0));
        let (text, left) = told(&rows);
        assert_eq!((text.lines().count() >= LINES, left), (true, 22));
        assert!(text.contains("almaty-akimat is seized"));
    }
}
