//! Phase 1: interventions are announced, take effect and end; levers, prices and connectivity follow from those
//! that act. Scheduled, relative and triggered action are one mechanism.

use crate::metric::Readings;
use crate::sim::event::{Event, What};
use crate::sim::model::Model;
use crate::sim::policy::{Combine, Condition, Intervention, Lever, Move, When};
use crate::sim::rules;
use crate::sim::world::{Progress, RegionState, World};

/// Move every intervention on, then every lever.
pub fn govern(model: &Model, world: &mut World, last: &Readings, tick: u32, events: &mut Vec<Event>) {
    for (i, intervention) in model.interventions.iter().enumerate() {
        announce(intervention, i, world, last, tick, events);
    }
    for (i, intervention) in model.interventions.iter().enumerate() {
        take_effect(intervention, i, world, last, tick, events);
    }
    for (i, intervention) in model.interventions.iter().enumerate() {
        let progress = &world.interventions[i];
        if progress.over == Some(tick) && progress.effective.is_some() && !intervention.is_statement() {
            events.push(told(intervention, What::Ends(i), last, tick));
        }
    }
    pull_levers(model, world, tick);
}

fn announce(
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
    let now = holds(
        &intervention.when,
        &world.interventions,
        last,
        tick,
        &mut streaks.iter_mut(),
    );
    let progress = &mut world.interventions[i];
    progress.streaks = streaks;
    if now {
        progress.announced = Some(tick);
        progress.effective = Some(tick + intervention.lag);
        progress.over = intervention.duration.map(|ticks| tick + intervention.lag + ticks);
        let what = if intervention.is_statement() {
            What::Said(i)
        } else {
            What::Announced(i)
        };
        if intervention.lag > 0 || intervention.is_statement() {
            events.push(told(intervention, what, last, tick));
        }
        pulse(intervention, &intervention.promise, &mut world.regions);
    }
}

fn take_effect(
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
        events.push(told(intervention, What::TakesEffect(i), last, tick));
    }
    pulse(intervention, &intervention.effect, &mut world.regions);
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
fn told(intervention: &Intervention, what: What, last: &Readings, tick: u32) -> Event {
    let mut concerned = (0..intervention.regions.len()).filter(|&g| intervention.regions[g]);
    let region = match (concerned.next(), concerned.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    };
    Event {
        tick,
        region,
        what,
        number: last.get(crate::metric::Metric::Participants, region),
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
    let value = last.get(condition.metric, condition.region);
    if condition.above {
        value > condition.level
    } else {
        value < condition.level
    }
}

fn weight(intervention: &Intervention, change: &Move) -> f64 {
    if change.lever.is_believed() {
        change.value * intervention.credibility
    } else {
        change.value
    }
}

fn pulse(intervention: &Intervention, moves: &[Move], regions: &mut [RegionState]) {
    for change in moves.iter().filter(|change| change.lever.combine() == Combine::Pulse) {
        let value = weight(intervention, change);
        for (region, _) in regions
            .iter_mut()
            .zip(&intervention.regions)
            .filter(|(_, concerned)| **concerned)
        {
            match change.lever {
                Lever::Legitimacy => region.legitimacy = rules::convinced(region.legitimacy, value),
                Lever::Belief => region.belief = rules::convinced(region.belief, value),
                // Anger and fear live in communities; perceive hands them out with this tick's repression.
                other => region.levers[other as usize] += value,
            }
        }
    }
}

fn pull_levers(model: &Model, world: &mut World, tick: u32) {
    for region in &mut world.regions {
        for &lever in Lever::ALL {
            if lever.combine() != Combine::Pulse {
                region.levers[lever as usize] = lever.neutral();
            }
        }
    }
    world.sites.iter_mut().for_each(|site| site.stood_down = 0.0);
    for (intervention, progress) in model.interventions.iter().zip(&world.interventions) {
        let Some((announced, effective)) = progress.announced.zip(progress.effective) else {
            continue;
        };
        if tick < announced || progress.over.is_some_and(|over| over <= tick) {
            continue;
        }
        let moves = if tick < effective {
            &intervention.promise
        } else {
            &intervention.effect
        };
        for change in moves {
            for (g, region) in world
                .regions
                .iter_mut()
                .enumerate()
                .filter(|(g, _)| intervention.regions[*g])
            {
                if !within_hours(model, g, intervention, tick) {
                    continue;
                }
                let value = weight(intervention, change);
                let lever = &mut region.levers[change.lever as usize];
                match change.lever.combine() {
                    Combine::Add => *lever += value,
                    Combine::Multiply => *lever *= value,
                    Combine::Max => *lever = lever.max(value),
                    Combine::Min => *lever = lever.min(value),
                    Combine::Pulse => {}
                }
            }
            if change.lever == Lever::StandDown {
                for (s, (site, state)) in model.sites.iter().zip(&mut world.sites).enumerate() {
                    let named = intervention.sites.is_empty() || intervention.sites.contains(&s);
                    if named && intervention.regions[site.region] {
                        state.stood_down = state.stood_down.max(change.value);
                    }
                }
            }
        }
    }
    for (region, given) in world.regions.iter_mut().zip(&model.regions) {
        let free = (given.price + region.lever(Lever::PriceChange)) * region.lever(Lever::PriceFactor);
        region.price = free.min(region.lever(Lever::PriceCap)).max(0.01);
        region.connectivity = given.connectivity * region.lever(Lever::Connectivity);
    }
}

fn within_hours(model: &Model, region: usize, intervention: &Intervention, tick: u32) -> bool {
    let Some((from, to)) = intervention.hours else {
        return true;
    };
    let hour = model.local_minute(region, tick) / 60;
    if from <= to {
        from <= hour && hour < to
    } else {
        from <= hour || hour < to
    }
}
