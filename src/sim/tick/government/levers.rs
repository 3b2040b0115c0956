//! Levers, prices and connectivity follow from the interventions that act.

use super::weight;
use crate::sim::model::{Model, Region};
use crate::sim::policy::{Combine, Intervention, Lever};
use crate::sim::world::{RegionState, World};

/// A pulse acts in one tick.
pub fn end_pulses(world: &mut World) {
    for region in &mut world.regions {
        for &lever in Lever::ALL.iter().filter(|lever| lever.combine() == Combine::Pulse) {
            region.levers[lever as usize] = 0.0;
        }
    }
}

/// Set every lever to what those interventions that act now make of it.
pub fn pull(model: &Model, world: &mut World, tick: u32) {
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
                let value = weight(intervention, progress.trust, change);
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
        lean(model, region);
        spread_rumours(model, region, given);
        let (wanted, closed) = (region.lever(Lever::ForeignArmed), region.lever(Lever::BorderClosed));
        region.foreign = wanted.min(region.foreign + (wanted - region.foreign).max(0.0) * (1.0 - closed));
    }
    for (site, state) in model.sites.iter().zip(&mut world.sites) {
        state.stood_down *= 1.0 - world.regions[site.region].lever(Lever::Recall);
    }
}

/// Levers that lean on others: pressure on its licence, reassurance on how rightful it seems, loyalty on cohesion.
fn lean(model: &Model, region: &mut RegionState) {
    let pressure = region.lever(Lever::Pressure).clamp(0.0, 1.0) * (1.0 - region.lever(Lever::Licence));
    let cohesion = region.lever(Lever::Cohesion).clamp(-1.0, 1.0) * model.rules.government.cohesion_loyalty;
    let rightful = region.lever(Lever::ExternalLegitimacy);
    let levers = &mut region.levers;
    levers[Lever::Restraint as usize] = levers[Lever::Restraint as usize].max(pressure);
    levers[Lever::Reassurance as usize] *= rightful;
    levers[Lever::Loyalty as usize] += cohesion;
}

/// Rumours take time to spread and to die away; reporting checks them where it can, and denials reach those who
/// hear the state or each other.
fn spread_rumours(model: &Model, region: &mut RegionState, given: &Region) {
    let (news, clock) = (&model.rules.news, &model.clock);
    let reporting = region.lever(Lever::Connectivity) * region.lever(Lever::IndependentMedia).min(1.0);
    let state = (given.state_media * region.lever(Lever::StateMedia)).min(1.0);
    let denied = region.lever(Lever::Denial) * (1.0 - (1.0 - state) * (1.0 - region.connectivity));
    let told = region.lever(Lever::Rumour) * (1.0 - news.rumour_check * reporting) * (1.0 - denied);
    let change = 1.0 - clock.keep(news.rumour_hours);
    region.rumour = if told > region.rumour {
        region.rumour + (told - region.rumour) * change
    } else {
        let left = clock.keep_half(news.rumour_half_life) * (1.0 - denied * change);
        told.max(region.rumour * left)
    };
    region.levers[Lever::Rumour as usize] = region.rumour;
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
