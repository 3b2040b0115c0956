//! A government that answers what happens: at each of its decisions it weighs, for every option that is left, what the
//! protest costs where the option acts against what the option costs, and takes the best or waits (Klein and
//! Regan 2018). It reads what it can know, the readings of the tick before.

use crate::metric::{Metric, Readings};
use crate::sim::model::Model;
use crate::sim::policy::{Choice, Intervention, Lever, Side};
use crate::sim::rules::{self, Scene};
use crate::sim::world::{Progress, World};

/// Choose at most one option, to be announced in this tick.
pub fn deliberate(model: &Model, world: &mut World, last: &Readings, tick: u32) {
    world.deliberation.chosen = None;
    let rules = &model.rules.government;
    let every = libm::round(rules.decision_hours / model.clock.hours()).max(1.0) as u32;
    if tick == 0 || !tick.is_multiple_of(every) {
        return;
    }
    let now = last.get(Metric::Participants, None);
    let memory = world.deliberation;
    let mut best: Option<(f64, usize, Side)> = None;
    for (i, intervention) in model.interventions.iter().enumerate() {
        let Some(choice) = intervention.option else { continue };
        if !is_open(&choice, &world.interventions[i], tick) || refuses(&choice, intervention, world) {
            continue;
        }
        let scene = scene(model, world, last, &intervention.places);
        let disruption = rules::disruption(&scene, &model.rules);
        let failed = memory
            .last
            .is_some_and(|(side, before)| side == choice.side && now > before);
        let substitution = if failed { 1.0 + rules.substitution } else { 1.0 };
        let cost = choice.cost
            * substitution
            * match choice.side {
                Side::Concession => rules::concession_cost(&scene, memory.conceded, &model.rules),
                Side::Repression => rules::repression_cost(&scene, &model.rules),
            };
        let gain = disruption - cost;
        // The first of equals, so that the order of a menu means something.
        if disruption > rules.tolerance && gain > best.map_or(0.0, |(gain, ..)| gain) {
            best = Some((gain, i, choice.side));
        }
    }
    let Some((_, chosen, side)) = best else { return };
    let progress = &mut world.interventions[chosen];
    (progress.announced, progress.effective, progress.over) = (None, None, None);
    progress.committed.fill(None);
    let memory = &mut world.deliberation;
    memory.chosen = Some(chosen);
    memory.conceded += u32::from(side == Side::Concession);
    memory.changes += u32::from(memory.last.is_some_and(|(before, _)| before != side));
    memory.last = Some((side, now));
}

/// Whether an option is there to be chosen: not yet, or over for long enough.
fn is_open(choice: &Choice, progress: &Progress, tick: u32) -> bool {
    progress.announced.is_none()
        || choice
            .again
            .zip(progress.over)
            .is_some_and(|(again, over)| over + again <= tick)
}

/// Who has said that there will be no talks does not concede.
fn refuses(choice: &Choice, intervention: &Intervention, world: &World) -> bool {
    let mut here = world.places.iter().zip(&intervention.places);
    choice.side == Side::Concession
        && here.any(|(place, concerned)| *concerned && place.lever(Lever::TalksClosed) >= 0.5)
}

/// What the government reads of the places in which an option acts, and of how far the protest has spread.
fn scene(model: &Model, world: &World, last: &Readings, places: &[bool]) -> Scene {
    let concerned = || (0..places.len()).filter(|&p| places[p]);
    let read = |metric, p: usize| last.get(metric, Some(model.area(p)));
    let sum = |metric| concerned().map(|p| read(metric, p)).sum::<f64>();
    let people: f64 = concerned().map(|p| f64::from(model.places[p].population)).sum();
    let angry = |p: usize| read(Metric::Backlash, p) * f64::from(model.places[p].population);
    let unrest = |p: usize| world.regions[model.places[p].region].unrest_hours;
    let active = world.regions.iter().filter(|region| region.unrest_hours > 0.0).count() as f64;
    let sites = model.sites.iter().filter(|site| places[site.place]).count() as f64;
    let participants = sum(Metric::Participants);
    Scene {
        per_100_000: 1e5 * participants / people,
        hours: concerned().fold(0.0, |most, p| unrest(p).max(most)),
        active: active / model.regions.len() as f64,
        lost: sum(Metric::SitesSeized) / sites.max(1.0),
        violent: sum(Metric::Violent) / participants.max(1.0),
        political: (sum(Metric::DemandGovernment) + sum(Metric::DemandRegime)) / participants.max(1.0),
        angry: concerned().map(angry).sum::<f64>() / people,
        refused: sum(Metric::OfficersRefused) / sum(Metric::OfficersOnDuty).max(1.0),
    }
}
