//! Phase 6: one reading per region and metric, events of first times, and what neighbours will see next tick.

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
    let out: u64 = world.regions.iter().map(|region| region.counts.out()).sum();
    let markets = &model.rules.markets;
    let seen = out as f64 / (out as f64 + markets.unrest_reference);
    world.unrest = seen.max(world.unrest * model.clock.keep_half(markets.unrest_half_life));
    for g in 0..model.regions.len() {
        measure(model, world, g, readings);
        first_times(model, world, g, tick, events);
    }
    readings.total(|g| f64::from(model.regions[g].population));
}

/// What a cut network keeps from being seen is filmed, gets out over what is left of the network, and is then seen
/// elsewhere.
fn film(model: &Model, world: &mut World) {
    let (news, clock) = (&model.rules.news, &model.clock);
    let mut released = 0.0;
    for region in &mut world.regions {
        let counts = &region.counts;
        let network = region.lever(Lever::Connectivity).min(1.0);
        let harm = rules::harm(counts.arrested, counts.hurt, counts.killed, &model.rules);
        region.footage += harm * (1.0 - network);
        let out = region.footage * clock.chance(news.footage_rate * network);
        region.footage -= out;
        region.shown = out / clock.hours();
        released += region.shown;
    }
    for (region, given) in world.regions.iter_mut().zip(&model.regions) {
        let media = given.independent_media * region.lever(Lever::IndependentMedia);
        let elsewhere = (released - region.shown).max(0.0);
        region.shown = news.footage_weight * region.connectivity * media * elsewhere;
    }
}

fn measure(model: &Model, world: &World, g: usize, readings: &mut Readings) {
    let region = &world.regions[g];
    let (counts, totals, strength) = (&region.counts, &region.totals, &region.strength);
    let (backlash, fear) = mean_mood(world, g);
    let markets = &model.rules.markets;
    let network = region.lever(Lever::Connectivity).min(1.0);
    let word = model.rules.perception.word_of_mouth;
    let sites_seized = world.lost_sites(model, g).count() as f64;
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
            Metric::Belief => region.belief,
            Metric::Connectivity => region.connectivity,
            Metric::Price => region.price,
            Metric::Damage => totals.damage,
            Metric::Armed => world.armed(model, g),
            Metric::SymbolicActs => totals.symbols as f64,
            Metric::Rumour => region.rumour,
            Metric::Footage => region.footage,
            Metric::EliteCohesion => (1.0 + region.lever(Lever::Cohesion)).clamp(0.0, 1.0),
            Metric::Airports => f64::from(region.airports),
            Metric::Banking => region.banking,
            Metric::EconomicLoss => totals.output_lost,
            Metric::HashRate => markets.hash_share * (1.0 - markets.hash_network * (1.0 - network)),
            Metric::UraniumPrice => 100.0 * (1.0 + markets.uranium_gain * world.unrest),
            Metric::Spillover => world.unrest * (word + (1.0 - word) * region.connectivity),
        };
        readings.set(metric, g, value);
    }
}

/// Mean anger and fear of a region's communities.
fn mean_mood(world: &World, g: usize) -> (f64, f64) {
    let common = world.regions[g].mood;
    let (mut backlash, mut fear, mut communities) = (0.0, 0.0, 0);
    for ward in world.wards.iter().filter(|ward| ward.region as usize == g) {
        communities += ward.moods.len();
        // Whoever has a mood of their own stands apart.
        for mood in ward
            .apart
            .iter()
            .filter_map(|&(community, _)| ward.moods[usize::from(community)])
        {
            backlash += f64::from(mood.0) - f64::from(common.0);
            fear += f64::from(mood.1) - f64::from(common.1);
        }
    }
    let mean = |common: f32, beyond: f64| (f64::from(common) + beyond / communities as f64).max(0.0);
    (mean(common.0, backlash), mean(common.1, fear))
}

fn first_times(model: &Model, world: &mut World, g: usize, tick: u32, events: &mut Vec<Event>) {
    let region = &mut world.regions[g];
    let alarm = model.rules.policing.alarm;
    let (counts, totals, strength) = (region.counts, region.totals, region.strength);
    let told = &mut region.told;
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
                region: Some(g),
                what,
                number,
            });
        }
    }
}
