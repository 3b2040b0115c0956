//! From which tick on two arms can differ at all. Arms share their dice, so until the first moment at which their
//! policies could part, their histories are the same.

use super::model::Model;
use super::policy::{Intervention, When};

/// The first tick in which an arm can differ from the baseline: a lower bound, since what waits for a condition may
/// come later or never. `None` if they are the same.
pub fn earliest_difference(baseline: &Model, arm: &Model) -> Option<u32> {
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
    let (ours, theirs) = (Timeline::of(baseline), Timeline::of(arm));
    let find = |timeline: &Timeline, id: &str| timeline.model.interventions.iter().position(|i| i.id == id);
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
    let (ours, theirs) = (Timeline::of(baseline), Timeline::of(arm));
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

/// A model with the earliest announcement of each of its interventions; `None` for what never happens.
struct Timeline<'m> {
    model: &'m Model,
    announced: Vec<Option<u32>>,
}

impl<'m> Timeline<'m> {
    fn of(model: &'m Model) -> Timeline<'m> {
        let mut timeline = Timeline {
            model,
            announced: vec![None; model.interventions.len()],
        };
        // What waits for others is known once they are; each round makes something earlier, until none does.
        loop {
            let now: Vec<_> = model.interventions.iter().map(|i| timeline.earliest(&i.when)).collect();
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
                let lag = self.model.interventions[*intervention].lag;
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
    let (a, b) = (&ours.model.interventions[i], &theirs.model.interventions[j]);
    let announced = || ours.announced[i].into_iter().chain(theirs.announced[j]).min();
    let references = |timeline: &Timeline, ends: &[usize]| -> Vec<String> {
        let ids = ends.iter().map(|&ended| timeline.model.interventions[ended].id.clone());
        ids.collect()
    };
    let same_moment = same_when(&a.when, ours.model, &b.when, theirs.model);
    let same_promise = (&a.regions, &a.sites, a.hours, a.credibility, &a.promise)
        == (&b.regions, &b.sites, b.hours, b.credibility, &b.promise);
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
fn same_when(a: &When, ours: &Model, b: &When, theirs: &Model) -> bool {
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
        ) => n == m && ours.interventions[*i].id == theirs.interventions[*j].id,
        (When::All(a), When::All(b)) | (When::Any(a), When::Any(b)) => all(a, b),
        _ => a == b,
    }
}
