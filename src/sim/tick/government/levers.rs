//! Levers, prices and connectivity follow from the interventions that act.

use super::weight;
use crate::sim::model::{Model, Region};
use crate::sim::policy::{Combine, Intervention, Lever};
use crate::sim::world::{PlaceState, World};

/// A pulse acts in one tick.
pub fn end_pulses(world: &mut World) {
    for place in &mut world.places {
        for &lever in Lever::ALL.iter().filter(|lever| lever.combine() == Combine::Pulse) {
            place.levers[lever as usize] = 0.0;
        }
    }
}

/// Set every lever to what those interventions that act now make of it.
pub fn pull(model: &Model, world: &mut World, tick: u32) {
    for place in &mut world.places {
        for &lever in Lever::ALL {
            if lever.combine() != Combine::Pulse {
                place.levers[lever as usize] = lever.neutral();
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
            for (p, place) in world
                .places
                .iter_mut()
                .enumerate()
                .filter(|(p, _)| intervention.places[*p])
            {
                if !within_hours(model, model.places[p].region, intervention, tick) {
                    continue;
                }
                let value =
                    weight(intervention, progress.trust, change) * portion(model, intervention, change.lever, p);
                let lever = &mut place.levers[change.lever as usize];
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
                    if named && intervention.places[site.place] {
                        state.stood_down = state.stood_down.max(change.value);
                    }
                }
            }
        }
    }
    for (place, of) in world.places.iter_mut().zip(&model.places) {
        let given = &model.regions[of.region];
        let free = (given.price + place.lever(Lever::PriceChange)) * place.lever(Lever::PriceFactor);
        place.free_price = free.max(0.01);
        place.price = free.min(place.lever(Lever::PriceCap)).max(0.01);
        place.connectivity = given.connectivity * place.lever(Lever::Connectivity);
        lean(model, place);
        spread_rumours(model, place, given);
        let (wanted, closed) = (place.lever(Lever::ForeignArmed), place.lever(Lever::BorderClosed));
        place.foreign = wanted.min(place.foreign + (wanted - place.foreign).max(0.0) * (1.0 - closed));
    }
    for (site, state) in model.sites.iter().zip(&mut world.sites) {
        state.stood_down *= 1.0 - world.places[site.place].lever(Lever::Recall);
    }
}

/// How much of what an intervention moves in a region it moves in one of the places there that it concerns: all of it, but
/// people who come are shared out over the places, by their residents.
fn portion(model: &Model, intervention: &Intervention, lever: Lever, place: usize) -> f64 {
    if !matches!(lever, Lever::Armed | Lever::ForeignArmed) {
        return 1.0;
    }
    let concerned = model
        .places_of(model.places[place].region)
        .filter(|&p| intervention.places[p]);
    let people = |p: usize| f64::from(model.places[p].population);
    people(place) / concerned.map(people).sum::<f64>()
}

/// Levers that lean on others: pressure on its licence, reassurance on how rightful it seems, loyalty on cohesion.
fn lean(model: &Model, place: &mut PlaceState) {
    let pressure = place.lever(Lever::Pressure).clamp(0.0, 1.0) * (1.0 - place.lever(Lever::Licence));
    let cohesion = place.lever(Lever::Cohesion).clamp(-1.0, 1.0) * model.rules.government.cohesion_loyalty;
    let rightful = place.lever(Lever::ExternalLegitimacy);
    let levers = &mut place.levers;
    levers[Lever::Restraint as usize] = levers[Lever::Restraint as usize].max(pressure);
    levers[Lever::Reassurance as usize] *= rightful;
    levers[Lever::Loyalty as usize] += cohesion;
}

/// Rumours take time to spread and to die away; reporting checks them where it can, and denials reach those who
/// hear the state or each other.
fn spread_rumours(model: &Model, place: &mut PlaceState, given: &Region) {
    let (news, clock) = (&model.rules.news, &model.clock);
    let reporting = place.lever(Lever::Connectivity) * place.lever(Lever::IndependentMedia).min(1.0);
    let state = (given.state_media * place.lever(Lever::StateMedia)).min(1.0);
    let denied = place.lever(Lever::Denial) * (1.0 - (1.0 - state) * (1.0 - place.connectivity));
    let told = place.lever(Lever::Rumour) * (1.0 - news.rumour_check * reporting) * (1.0 - denied);
    let change = 1.0 - clock.keep(news.rumour_hours);
    place.rumour = if told > place.rumour {
        place.rumour + (told - place.rumour) * change
    } else {
        let left = clock.keep_half(news.rumour_half_life) * (1.0 - denied * change);
        told.max(place.rumour * left)
    };
    place.levers[Lever::Rumour as usize] = place.rumour;
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
