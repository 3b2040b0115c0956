//! From which tick on two arms can differ at all. Arms share their dice, so until the first moment at which their
//! policies could part, their histories are the same.

use crate::sim::model::Model;
use crate::sim::policy::{Intervention, When};

/// The first tick in which an arm can differ from the baseline: a lower bound, since what waits for a condition may
/// come later or never. `None` if they are the same.
pub fn earliest(baseline: &Model, arm: &Model) -> Option<u32> {
    let country = |model: &Model| Model {
        interventions: Vec::new(),
        ..model.clone()
    };
    let order = |one: &Model, other: &Model| -> Vec<String> {
        let both = |i: &&Intervention| other.interventions.iter().any(|o| o.id == i.id);
        one.interventions.iter().filter(both).map(|i| i.id.clone()).collect()
    };
    if country(baseline) != country(arm) || order(baseline, arm) != order(arm, baseline) {
        return Some(0);
    }
    let (ours, theirs) = (Timeline::of(&baseline.interventions), Timeline::of(&arm.interventions));
    let find = |timeline: &Timeline, id: &str| timeline.all.iter().position(|i| i.id == id);
    let changed =
        (0..baseline.interventions.len()).filter_map(|i| match find(&theirs, &baseline.interventions[i].id) {
            Some(j) => apart(&ours, i, &theirs, j),
            None => ours.announced[i],
        });
    let added = (0..arm.interventions.len())
        .filter(|&j| find(&ours, &arm.interventions[j].id).is_none())
        .filter_map(|j| theirs.announced[j]);
    let first = changed.chain(added).min()?;
    (first < baseline.clock.ticks).then_some(first)
}

/// What can happen in the baseline and never does in an arm, by id: what the arm is without, and all that waits for it.
pub fn never(baseline: &Model, arm: &Model) -> Vec<String> {
    let (ours, theirs) = (Timeline::of(&baseline.interventions), Timeline::of(&arm.interventions));
    let there = |id: &str| {
        let place = arm.interventions.iter().position(|other| other.id == id);
        place.is_some_and(|place| theirs.announced[place].is_some())
    };
    let known = baseline.interventions.iter().zip(&ours.announced);
    let gone = known.filter(|(intervention, announced)| announced.is_some() && !there(&intervention.id));
    gone.map(|(intervention, _)| intervention.id.clone()).collect()
}

/// Whether removing an intervention changes nothing but the record: it moves nothing, and nothing waits for it.
pub fn is_for_the_record(model: &Model, intervention: usize) -> bool {
    fn waits(when: &When, whom: usize) -> bool {
        match when {
            When::After { intervention, .. } => *intervention == whom,
            When::All(parts) | When::Any(parts) => parts.iter().any(|part| waits(part, whom)),
            When::At(_) | When::Crosses(_) => false,
        }
    }
    let waited_for = || model.interventions.iter().any(|other| waits(&other.when, intervention));
    model.interventions[intervention].is_statement() && !waited_for()
}

/// Interventions with the earliest tick at which each can be announced; `None` for what never happens.
pub struct Timeline<'m> {
    all: &'m [Intervention],
    /// Those ticks.
    pub announced: Vec<Option<u32>>,
}

impl<'m> Timeline<'m> {
    /// That of all interventions of a model.
    pub fn of(all: &'m [Intervention]) -> Timeline<'m> {
        let mut timeline = Timeline {
            all,
            announced: vec![None; all.len()],
        };
        // What waits for others is known once they are; each round makes something earlier, until none does.
        loop {
            let now: Vec<_> = all.iter().map(|i| timeline.earliest(&i.when)).collect();
            if now == timeline.announced {
                return timeline;
            }
            timeline.announced = now;
        }
    }

    fn earliest(&self, when: &When) -> Option<u32> {
        match when {
            When::At(tick) => Some(*tick),
            When::After { intervention, ticks } => {
                let lag = self.all[*intervention].lag;
                Some(
                    self.announced[*intervention]?
                        .saturating_add(lag)
                        .saturating_add(*ticks),
                )
            }
            When::Crosses(condition) => Some(condition.ticks),
            When::All(parts) => parts
                .iter()
                .try_fold(0, |latest, part| Some(latest.max(self.earliest(part)?))),
            When::Any(parts) => parts.iter().filter_map(|part| self.earliest(part)).min(),
        }
    }
}

/// The first tick in which an intervention that both have can act differently; `None` if it is the same or never is.
fn apart(ours: &Timeline, i: usize, theirs: &Timeline, j: usize) -> Option<u32> {
    let (a, b) = (&ours.all[i], &theirs.all[j]);
    let announced = || ours.announced[i].into_iter().chain(theirs.announced[j]).min();
    let references = |timeline: &Timeline, ends: &[usize]| -> Vec<String> {
        let ids = ends.iter().map(|&ended| timeline.all[ended].id.clone());
        ids.collect()
    };
    let same_moment = same_when(&a.when, ours.all, &b.when, theirs.all);
    let same_promise = (&a.places, &a.sites, a.hours, a.credibility, &a.promise)
        == (&b.places, &b.sites, b.hours, b.credibility, &b.promise);
    if !same_moment || !same_promise {
        return announced();
    }
    let same_effect = a.effect == b.effect
        && a.contingents == b.contingents
        && references(ours, &a.ends) == references(theirs, &b.ends);
    let effective = announced().map(|tick| tick.saturating_add(a.lag.min(b.lag)));
    if !same_effect || a.lag != b.lag {
        return effective;
    }
    if a.duration == b.duration {
        return None;
    }
    let shorter = a.duration.into_iter().chain(b.duration).min().unwrap_or(0);
    effective.map(|tick| tick.saturating_add(shorter))
}

/// Whether two moments are the same; other interventions are named by their ids and not by their places.
fn same_when(a: &When, ours: &[Intervention], b: &When, theirs: &[Intervention]) -> bool {
    let all =
        |a: &[When], b: &[When]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_when(a, ours, b, theirs));
    match (a, b) {
        (
            When::After {
                intervention: i,
                ticks: n,
            },
            When::After {
                intervention: j,
                ticks: m,
            },
        ) => n == m && ours[*i].id == theirs[*j].id,
        (When::All(a), When::All(b)) | (When::Any(a), When::Any(b)) => all(a, b),
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::sim::Simulation;

    const SCENARIO: &str = r#"
schema_version = 1
start = 2022-01-01T00:00:00
zone = "Asia/Almaty"
ticks = 100
[[region]]
id = "north"
population = 500
position = [43.0, 51.0]
[[action]]
id = "cut"
kind = "price_rollback"
price = 60.0
when = 2022-01-01T10:00:00
lag = "5h"
[[action]]
id = "curfew"
kind = "curfew"
when = { after = "cut", hours = 3 }
duration = "10h"
[[action]]
id = "guard"
kind = "reinforcement"
when = { all = [{ metric = "violent", above = 10, for_hours = 4 }, { after = "curfew", hours = 1 }] }
"#;

    fn against(changes: &[&str]) -> Option<u32> {
        between(&[], changes)
    }

    fn between(some: &[&str], others: &[&str]) -> Option<u32> {
        let model = |changes: &[&str]| {
            let mut scenario = Scenario::from_text("towns.toml", SCENARIO).unwrap();
            let changes: Vec<String> = changes.iter().map(|&change| change.to_owned()).collect();
            scenario.set(&changes).unwrap();
            scenario.compile().unwrap()
        };
        earliest(&model(some), &model(others))
    }

    #[test]
    fn arms_part_at_the_first_moment_that_is_not_the_same() {
        assert_eq!(against(&[]), None);
        assert_eq!(against(&["action.cut.when=2022-01-01T20:00:00"]), Some(10));
        assert_eq!(against(&["action.cut.when=2022-01-01T04:00:00"]), Some(4));
        assert_eq!(against(&["action.cut.credibility=0.1"]), Some(10));
        let nothing = [
            "action.guard.remove=true",
            "action.curfew.remove=true",
            "action.cut.remove=true",
        ];
        assert_eq!((against(&nothing), between(&nothing, &[])), (Some(10), Some(10)));
        assert_eq!(against(&["region.north.urban=0.1"]), Some(0));
    }

    #[test]
    fn what_is_only_done_otherwise_parts_them_when_it_takes_effect_and_what_lasts_longer_when_it_would_end() {
        assert_eq!(against(&["action.cut.price=50.0"]), Some(15));
        assert_eq!(against(&["action.cut.lag=2h"]), Some(12));
        assert_eq!(against(&["action.curfew.duration=6h"]), Some(18 + 6));
        assert_eq!(against(&["action.curfew.duration=20h"]), Some(18 + 10));
    }

    #[test]
    fn what_waits_is_as_early_as_what_it_waits_for_allows() {
        assert_eq!(against(&["action.guard.remove=true"]), Some(19));
        assert_eq!(against(&["action.guard.share=0.1"]), Some(19));
    }

    #[test]
    fn what_waits_for_what_never_happens_never_happens_either() {
        let scenario = Scenario::from_text("towns.toml", SCENARIO).unwrap();
        let baseline = scenario.compile().unwrap();
        let without = |ids: &[&str]| baseline.never_in(baseline.without(ids).as_ref());
        assert_eq!(without(&["guard"]), ["guard"]);
        assert_eq!(without(&["cut"]), ["cut", "curfew", "guard"]);
        assert!(!is_for_the_record(&baseline, 0));
    }

    #[test]
    fn what_differs_only_after_the_end_does_not_differ() {
        let late = ["action.guard.remove=true", "action.curfew.when=2022-01-09T00:00:00"];
        let never = [late[0], "action.curfew.remove=true"];
        assert_eq!(between(&late, &never), None);
    }
}
