//! Outcomes: numbers of a run, each a text that `analysis::outcome` reads, judged where they stand in a document. A
//! scenario names those that its readers ask for in `[outcome]`; they change nothing of what is simulated.

use std::ops::Range;

use crate::analysis::named::Named;
use crate::analysis::outcome::{Known, Outcome};
use crate::document::calendar::Calendar;
use crate::document::problem::{Place, Problem, Source};
use crate::document::tree::{Node, Table};
use crate::metric::Description;
use crate::models::Family;
use crate::sim::Simulation;

/// The key of the table.
const KEY: &str = "outcome";

/// What outcomes of the runs of a model can name.
pub fn known(family: &dyn Family, model: &dyn Simulation, calendar: &Calendar) -> Known {
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    Known {
        metrics: family.metrics(),
        regions: owned(&model.regions()),
        places: model.places().iter().map(|(id, _)| (*id).to_owned()).collect(),
        events: owned(family.events()),
        subjects: owned(&model.subjects()),
        times: calendar
            .is_dated()
            .then(|| calendar.local(0)..calendar.local(model.ticks())),
        undated: !calendar.is_dated(),
    }
}

/// Those that a document names and that can be read, in the order of writing. An empty text names none: so an overlay
/// drops one.
pub(super) fn named(root: &Table, metrics: &[Description]) -> Vec<Named> {
    let named = |(name, node): (&str, &Node)| {
        let text = node.text()?;
        Some(Named::new(name, text, Outcome::parse(text).ok()?, metrics))
    };
    written(root).filter_map(named).collect()
}

/// Every mistake in the outcomes of a document, whose texts stand in these sources.
pub(super) fn check(root: &Table, sources: &[Source], known: &Known, problems: &mut Vec<Problem>) {
    for (_, node) in written(root) {
        read(node, sources, known, problems);
    }
}

fn written(root: &Table) -> impl Iterator<Item = (&str, &Node)> {
    let table = root.get(KEY).and_then(Node::table);
    let entries = table.into_iter().flat_map(|table| &table.entries);
    entries
        .map(|entry| (entry.key.as_str(), &entry.node))
        .filter(|(_, node)| node.text() != Some(""))
}

/// The outcome of a text; each mistake is a problem at its place.
pub(super) fn read(node: &Node, sources: &[Source], known: &Known, problems: &mut Vec<Problem>) -> Option<Outcome> {
    let text = node.text()?;
    let (outcome, mistakes) = match Outcome::parse(text) {
        Ok(outcome) => {
            let mistakes = outcome.check(known);
            (Some(outcome), mistakes)
        }
        Err(mistake) => (None, vec![mistake]),
    };
    for mistake in mistakes {
        let place = within(&node.place, sources, text, &mistake.span);
        problems.push(Problem::at(&place, mistake.message).help(mistake.help));
    }
    outcome
}

/// Bytes of a text in quotes. A text with escapes is not as it is written, so it is shown as a whole.
fn within(place: &Place, sources: &[Source], text: &str, span: &Range<usize>) -> Place {
    let written = &sources[place.source].text[place.start..place.end];
    match written.find(text) {
        Some(at) => Place::new(place.source, place.start + at + span.start..place.start + at + span.end),
        None => place.clone(),
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::Scenario;

    const TEXT: &str = r#"
schema_version = 1
start = 2022-01-01T00:00:00
zone = "Asia/Almaty"
ticks = 4
[[region]]
id = "north"
population = 500
position = [43.0, 51.0]
[outcome]
crowd = "peak(participants)"
toll = "last(deaths_civilians, region=north)"
"#;

    fn named(assignments: &[&str]) -> Vec<(String, String)> {
        let mut scenario = Scenario::from_text("towns.toml", TEXT).unwrap();
        let assignments: Vec<String> = assignments.iter().map(|text| (*text).to_owned()).collect();
        scenario.set(&assignments).unwrap();
        scenario.compile().unwrap();
        // The effective scenario names the same.
        let again = Scenario::from_text("towns.toml", &scenario.to_toml()).unwrap();
        assert_eq!(again.outcomes(), scenario.outcomes());
        let all = scenario.outcomes().into_iter();
        all.map(|named| (named.name, named.text)).collect()
    }

    #[test]
    fn what_is_laid_over_a_scenario_adds_changes_and_drops_outcomes() {
        let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let toll = pair("toll", "last(deaths_civilians, region=north)");
        assert_eq!(named(&[]), [pair("crowd", "peak(participants)"), toll.clone()]);
        let changed = named(&[
            "outcome.crowd=\"peak(violent)\"",
            "outcome.hours=\"time_above(violent, 5)\"",
        ]);
        let expected = [
            pair("crowd", "peak(violent)"),
            toll,
            pair("hours", "time_above(violent, 5)"),
        ];
        assert_eq!(changed, expected);
        assert_eq!(named(&["outcome.toll=\"\""]), [pair("crowd", "peak(participants)")]);
    }

    #[test]
    fn a_mistake_is_shown_where_it_is_set() {
        let mut scenario = Scenario::from_text("towns.toml", TEXT).unwrap();
        scenario.set(&["outcome.toll=\"peak(violnt)\"".to_owned()]).unwrap();
        let told = scenario.compile().unwrap_err().to_string();
        assert!(
            told.contains("--set:1:20") && told.contains("did you mean `violent`"),
            "{told}"
        );
    }
}
