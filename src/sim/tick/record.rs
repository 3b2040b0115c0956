//! Phase 6: one reading per area and metric, events of first times, and what neighbours will see next tick.

use crate::metric::{Metric, Readings};
use crate::sim::event::{Event, What};
use crate::sim::model::Model;
use crate::sim::policy::Lever;
use crate::sim::rules;
use crate::sim::world::World;

/// Measure the world at the end of a tick.
pub fn record(model: &Model, world: &mut World, tick: u32, readings: &mut Readings, events: &mut Vec<Event>) {
    readings.tick = tick;
    film(model, world);
    let out: u64 = world.places.iter().map(|place| place.counts.out()).sum();
    let markets = &model.rules.markets;
    let seen = out as f64 / (out as f64 + markets.unrest_reference);
    world.unrest = seen.max(world.unrest * model.clock.keep_half(markets.unrest_half_life));
    let first = model.area(0);
    for p in 0..model.places.len() {
        measure(model, world, p, first + p, readings);
        first_times(model, world, p, first + p, tick, events);
    }
    if model.is_divided() {
        for region in 0..model.regions.len() {
            let places = model.places_of(region).map(|p| first + p);
            let mut few = places.clone();
            // A region that is one place is that place to the last bit.
            if let (Some(only), None) = (few.next(), few.next()) {
                readings.copy(only, region);
                continue;
            }
            readings.sum_up(Some(region), places, |area| {
                f64::from(model.places[area - first].population)
            });
        }
    }
    readings.sum_up(None, 0..model.regions.len(), |g| f64::from(model.regions[g].population));
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

fn measure(model: &Model, world: &World, p: usize, area: usize, readings: &mut Readings) {
    let (place, region) = (&world.places[p], &world.regions[model.places[p].region]);
    let (counts, totals, strength) = (&place.counts, &place.totals, &place.strength);
    let (backlash, fear) = mean_mood(world, p);
    let markets = &model.rules.markets;
    let network = place.lever(Lever::Connectivity).min(1.0);
    let word = model.rules.perception.word_of_mouth;
    let sites_seized = world.lost_sites(model, p).count() as f64;
    for &metric in Metric::ALL {
        let value = match metric {
            Metric::Participants => counts.out() as f64,
            Metric::Violent => counts.fighting() as f64,
            Metric::Looting => counts.looting as f64,
            Metric::ParticipantsToday => counts.today as f64,
            Metric::DemandPrice => counts.demand_price as f64,
            Metric::DemandGovernment => counts.demand_government as f64,
            Metric::DemandRegime => counts.demand_regime as f64,
            Metric::Detained => counts.detained as f64,
            Metric::DetainedTotal => totals.detained as f64,
            Metric::DeathsCivilians => totals.killed as f64,
            Metric::DeathsOfficers => totals.officers_killed as f64,
            Metric::InjuredCivilians => totals.hurt as f64,
            Metric::InjuredOfficers => totals.officers_hurt as f64,
            Metric::Attacks => totals.attacks as f64,
            Metric::SitesSeized => sites_seized,
            Metric::SeizuresTotal => totals.seizures as f64,
            Metric::OfficersOnDuty => f64::from(strength.on_duty),
            Metric::OfficersRefused => f64::from(strength.refused),
            Metric::Legitimacy => region.legitimacy,
            Metric::Backlash => backlash,
            Metric::Fear => fear,
            Metric::Belief => place.belief,
            Metric::Connectivity => place.connectivity,
            Metric::Price => place.price,
            Metric::Damage => totals.damage,
            Metric::Armed => world.armed(model, p),
            Metric::SymbolicActs => totals.symbols as f64,
            Metric::Rumour => place.rumour,
            Metric::Footage => place.footage,
            Metric::EliteCohesion => (1.0 + place.lever(Lever::Cohesion)).clamp(0.0, 1.0),
            Metric::Airports => f64::from(place.airports),
            Metric::Banking => place.banking,
            Metric::EconomicLoss => totals.output_lost,
            Metric::HashRate => markets.hash_share * (1.0 - markets.hash_network * (1.0 - network)),
            Metric::UraniumPrice => 100.0 * (1.0 + markets.uranium_gain * world.unrest),
            Metric::Spillover => world.unrest * (word + (1.0 - word) * place.connectivity),
        };
        readings.set(metric, Some(area), value);
    }
}

/// Mean anger and fear of a place's communities.
fn mean_mood(world: &World, p: usize) -> (f64, f64) {
    let common = world.places[p].mood;
    let (mut backlash, mut fear, mut communities) = (0.0, 0.0, 0);
    for ward in world.wards.iter().filter(|ward| ward.place as usize == p) {
        communities += ward.moods.len();
        for mood in ward.moods.iter().flatten() {
            backlash += f64::from(mood.0) - f64::from(common.0);
            fear += f64::from(mood.1) - f64::from(common.1);
        }
    }
    let mean = |common: f32, beyond: f64| (f64::from(common) + beyond / communities as f64).max(0.0);
    (mean(common.0, backlash), mean(common.1, fear))
}

fn first_times(model: &Model, world: &mut World, p: usize, area: usize, tick: u32, events: &mut Vec<Event>) {
    let place = &mut world.places[p];
    let alarm = model.rules.policing.alarm;
    let (counts, totals, strength) = (place.counts, place.totals, place.strength);
    let told = &mut place.told;
    let firsts = [
        (
            &mut told.protest,
            What::ProtestBegins,
            counts.out() as f64,
            counts.out() as f64 >= alarm,
        ),
        (
            &mut told.violence,
            What::ViolenceBegins,
            counts.fighting() as f64,
            counts.fighting() as f64 >= alarm,
        ),
        (
            &mut told.killed,
            What::FirstCivilianDeath,
            totals.killed as f64,
            totals.killed > 0,
        ),
        (
            &mut told.officer_killed,
            What::FirstOfficerDeath,
            totals.officers_killed as f64,
            totals.officers_killed > 0,
        ),
        (
            &mut told.refused,
            What::OfficersRefuse,
            f64::from(strength.refused),
            strength.refused > 0 && 20 * strength.refused >= strength.on_duty,
        ),
    ];
    for (told, what, number, now) in firsts {
        if now && !*told {
            *told = true;
            events.push(Event {
                tick,
                area: Some(area),
                what,
                number,
            });
        }
    }
}
