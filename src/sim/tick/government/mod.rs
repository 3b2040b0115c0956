//! Phase 1: interventions are announced, take effect and end; levers, prices and connectivity follow from those
//! that act. Scheduled, relative and triggered action are one mechanism.

mod levers;
mod reactive;

use crate::dice::{Dice, Purpose, threshold32};
use crate::metric::{Metric, Readings};
use crate::sim::event::{Event, What};
use crate::sim::model::Model;
use crate::sim::policy::{Combine, Condition, Intervention, Lever, Move, Policy, When};
use crate::sim::rules;
use crate::sim::world::{Progress, World};

/// Decide, move every intervention on, then every lever; then those who were asked for troops answer.
pub fn govern(model: &Model, dice: &Dice, world: &mut World, last: &Readings, tick: u32, events: &mut Vec<Event>) {
    let alarm = model.rules.policing.alarm;
    for (g, region) in world.regions.iter_mut().enumerate() {
        let active = tick > 0 && last.get(Metric::Participants, Some(g)) >= alarm;
        region.unrest_hours = if active {
            region.unrest_hours + model.clock.hours()
        } else {
            0.0
        };
    }
    levers::end_pulses(world);
    if model.policy == Policy::Reactive {
        reactive::deliberate(model, world, last, tick);
    }
    for (i, intervention) in model.interventions.iter().enumerate() {
        announce(model, intervention, i, world, last, tick, events);
    }
    for (i, intervention) in model.interventions.iter().enumerate() {
        take_effect(model, intervention, i, world, last, tick, events);
    }
    for (i, intervention) in model.interventions.iter().enumerate() {
        let progress = &world.interventions[i];
        if progress.over == Some(tick) && progress.effective.is_some() && !intervention.is_statement() {
            events.push(told(model, intervention, What::Ends(i), last, tick));
        }
    }
    levers::pull(model, world, tick);
    pledge(model, dice, world, tick, events);
}

fn announce(
    model: &Model,
    intervention: &Intervention,
    i: usize,
    world: &mut World,
    last: &Readings,
    tick: u32,
    events: &mut Vec<Event>,
) {
    if world.interventions[i].announced.is_some() {
        return;
    }
    // Streaks are counted in every tick before the announcement, also where another part already fails.
    let mut streaks = std::mem::take(&mut world.interventions[i].streaks);
    let now = match (model.policy, intervention.option) {
        (Policy::Reactive, Some(_)) => world.deliberation.chosen == Some(i),
        _ => holds(
            &intervention.when,
            &world.interventions,
            last,
            tick,
            &mut streaks.iter_mut(),
        ),
    };
    let trust = trust(model, intervention, world);
    let progress = &mut world.interventions[i];
    progress.streaks = streaks;
    if now {
        progress.announced = Some(tick);
        progress.trust = trust;
        progress.effective = Some(tick + intervention.lag);
        progress.over = intervention.duration.map(|ticks| tick + intervention.lag + ticks);
        let what = if intervention.is_statement() {
            What::Said(i)
        } else {
            What::Announced(i)
        };
        if intervention.lag > 0 || intervention.is_statement() {
            events.push(told(model, intervention, what, last, tick));
        }
        pulse(model, intervention, trust, &intervention.promise, world);
    }
}

/// What is left of the credibility of a concession: less after a refusal to talk, and less with each change between
/// giving in and force (Lichbach 1987).
fn trust(model: &Model, intervention: &Intervention, world: &World) -> f64 {
    let here = world
        .places
        .iter()
        .zip(&intervention.places)
        .filter(|(_, concerned)| **concerned);
    let closed = here.fold(0.0, |closed: f64, (place, _)| {
        closed.max(place.lever(Lever::TalksClosed))
    });
    let changes = f64::from(world.deliberation.changes);
    (1.0 - closed) * libm::pow(1.0 - model.rules.government.inconsistency, changes)
}

/// Each of those who were asked for troops decides, when its time to decide is over, by a draw of its own.
fn pledge(model: &Model, dice: &Dice, world: &mut World, tick: u32, events: &mut Vec<Event>) {
    for (i, intervention) in model.interventions.iter().enumerate() {
        let progress = &mut world.interventions[i];
        let Some(effective) = progress.effective else {
            continue;
        };
        if progress.over.is_some_and(|over| over <= tick) {
            continue;
        }
        for (k, contingent) in intervention.contingents.iter().enumerate() {
            if effective + contingent.decision_ticks != tick {
                continue;
            }
            let doubts = (1.0 - contingent.willing) * (1.0 - world.places[contingent.place].lever(Lever::Eligibility));
            let asked = (i as u64) << 16 | k as u64;
            if u64::from(dice.one(Purpose::Pledge, asked, tick)) >= threshold32(doubts) {
                progress.committed[k] = Some(tick);
            } else {
                events.push(Event {
                    tick,
                    area: Some(model.area(contingent.place)),
                    what: What::ContingentDeclined(i, k),
                    number: f64::from(contingent.officers),
                });
            }
        }
    }
}

fn take_effect(
    model: &Model,
    intervention: &Intervention,
    i: usize,
    world: &mut World,
    last: &Readings,
    tick: u32,
    events: &mut Vec<Event>,
) {
    if world.interventions[i].effective != Some(tick) || world.interventions[i].over.is_some_and(|over| over <= tick) {
        return;
    }
    if !intervention.is_statement() {
        events.push(told(model, intervention, What::TakesEffect(i), last, tick));
    }
    let trust = world.interventions[i].trust;
    pulse(model, intervention, trust, &intervention.effect, world);
    for &ended in &intervention.ends {
        let progress = &mut world.interventions[ended];
        if progress.over.is_none_or(|over| over > tick) {
            // One that has not been announced yet never will be.
            progress.announced.get_or_insert(tick);
            progress.over = Some(tick);
        }
    }
}

/// An event with the participants of the tick before in the place it concerns, so that a reader can see what the
/// government faced.
fn told(model: &Model, intervention: &Intervention, what: What, last: &Readings, tick: u32) -> Event {
    let mut concerned = (0..model.places.len()).filter(|&p| intervention.places[p]);
    let region = |place: usize| model.places[place].region;
    let area = match (concerned.next(), concerned.next()) {
        (Some(only), None) => Some(model.area(only)),
        (Some(one), Some(other)) => {
            (region(one) == region(other) && concerned.all(|place| region(place) == region(one))).then(|| region(one))
        }
        (None, _) => None,
    };
    Event {
        tick,
        area,
        what,
        number: last.get(Metric::Participants, area),
    }
}

fn holds(
    when: &When,
    all: &[Progress],
    last: &Readings,
    tick: u32,
    streaks: &mut std::slice::IterMut<'_, u32>,
) -> bool {
    match when {
        When::At(at) => *at <= tick,
        When::After { intervention, ticks } => {
            let other = &all[*intervention];
            let ended_before_it_began = other.over.zip(other.effective).is_some_and(|(over, from)| over < from);
            !ended_before_it_began && other.effective.is_some_and(|from| from + ticks <= tick)
        }
        When::Crosses(condition) => {
            let streak = streaks
                .next()
                .expect("one streak for each condition, made by population");
            let beyond = tick > 0 && is_beyond(condition, last);
            *streak = if beyond { *streak + 1 } else { 0 };
            *streak >= condition.ticks
        }
        // Every part is evaluated, so that every streak is counted.
        When::All(parts) => {
            let mut all_hold = true;
            for part in parts {
                all_hold &= holds(part, all, last, tick, streaks);
            }
            all_hold
        }
        When::Any(parts) => {
            let mut any_holds = false;
            for part in parts {
                any_holds |= holds(part, all, last, tick, streaks);
            }
            any_holds
        }
    }
}

fn is_beyond(condition: &Condition, last: &Readings) -> bool {
    let value = last.get(condition.metric, condition.area);
    if condition.above {
        value > condition.level
    } else {
        value < condition.level
    }
}

fn weight(intervention: &Intervention, trust: f64, change: &Move) -> f64 {
    match (change.lever.is_believed(), change.lever.is_concession()) {
        (_, true) => change.value * intervention.credibility * trust,
        (true, false) => change.value * intervention.credibility,
        (false, false) => change.value,
    }
}

fn pulse(model: &Model, intervention: &Intervention, trust: f64, moves: &[Move], world: &mut World) {
    for change in moves.iter().filter(|change| change.lever.combine() == Combine::Pulse) {
        let value = weight(intervention, trust, change);
        if change.lever == Lever::Legitimacy {
            // Where only some of a region's people are concerned, it is of these that so many are won or lost.
            for (g, region) in world.regions.iter_mut().enumerate() {
                let concerned = model.places_of(g).filter(|&p| intervention.places[p]);
                let share = concerned.map(|p| f64::from(model.places[p].population)).sum::<f64>()
                    / f64::from(model.regions[g].population);
                if share > 0.0 {
                    region.legitimacy = rules::convinced(region.legitimacy, share * value);
                }
            }
            continue;
        }
        for (place, _) in world
            .places
            .iter_mut()
            .zip(&intervention.places)
            .filter(|(_, concerned)| **concerned)
        {
            match change.lever {
                Lever::Belief => place.belief = rules::convinced(place.belief, value),
                // Anger and fear live in communities; perceive hands them out with this tick's repression.
                other => place.levers[other as usize] += value,
            }
        }
    }
}
