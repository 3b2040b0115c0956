//! What others get to see: films of repression elsewhere in the country, and unrest abroad.

use crate::sim::model::Model;
use crate::sim::policy::Lever;
use crate::sim::rules;
use crate::sim::world::World;

/// Footage of this tick, and the unrest that markets and neighbours remember.
pub fn news(model: &Model, world: &mut World) {
    film(model, world);
    let out: u64 = world.places.iter().map(|place| place.counts.out()).sum();
    let markets = &model.rules.markets;
    let seen = out as f64 / (out as f64 + markets.unrest_reference);
    world.unrest = seen.max(world.unrest * model.clock.keep_half(markets.unrest_half_life));
}

/// What a cut network keeps from being seen is filmed, gets out over what is left of the network, and is then seen
/// elsewhere.
fn film(model: &Model, world: &mut World) {
    let (news, clock) = (&model.rules.news, &model.clock);
    let mut released = 0.0;
    for place in &mut world.places {
        let counts = &place.counts;
        let network = place.lever(Lever::Connectivity).min(1.0);
        let harm = rules::harm(counts.arrested, counts.hurt, counts.killed, &model.rules);
        place.footage += harm * (1.0 - network);
        let out = place.footage * clock.chance(news.footage_rate * network);
        place.footage -= out;
        place.shown = out / clock.hours();
        released += place.shown;
    }
    for (place, of) in world.places.iter_mut().zip(&model.places) {
        let given = &model.regions[of.region];
        let media = given.independent_media * place.lever(Lever::IndependentMedia);
        let elsewhere = (released - place.shown).max(0.0);
        place.shown = news.footage_weight * place.connectivity * media * elsewhere;
    }
}
