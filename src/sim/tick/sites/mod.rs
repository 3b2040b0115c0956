//! Phase 5: attackers against defenders; sites are contested, seized, left and retaken, and their loss matters.

mod news;
mod services;
mod symbols;

use crate::dice::{Dice, Purpose, threshold32};
use crate::sim::event::{Event, What};
use crate::sim::model::{Model, SiteKind};
use crate::sim::policy::Lever;
use crate::sim::rules;
use crate::sim::world::*;

/// One tick of every site, and the damage of the hour.
pub fn sites(model: &Model, dice: &Dice, world: &mut World, tick: u32, events: &mut Vec<Event>) {
    let (rules, hours) = (&model.rules.sites, model.clock.hours());
    for place in &mut world.places {
        let counts = &place.counts;
        place.totals.damage += hours
            * (counts.violent as f64 * rules.damage_per_violent_hour
                + counts.looting as f64 * rules.damage_per_looter_hour);
    }
    for s in 0..model.sites.len() {
        match world.sites[s].holder {
            Holder::State | Holder::Contested => assault(model, dice, world, s, tick, events),
            Holder::Crowd => retake(model, dice, world, s, tick, events),
        }
    }
    symbols::symbols(model, dice, world, tick, events);
    services::services(model, world, tick);
    news::news(model, world);
}

/// The share of a place's attackers that a site draws, and of the police that stand before them: its appeal among
/// that of the sites which are not lost yet.
fn share(model: &Model, world: &World, s: usize) -> f64 {
    let site = &model.sites[s];
    let appeal: f64 = model
        .sites
        .iter()
        .zip(&world.sites)
        .filter(|(other, state)| other.place == site.place && state.holder != Holder::Crowd)
        .map(|(other, _)| other.appeal)
        .sum();
    if appeal > 0.0 { site.appeal / appeal } else { 0.0 }
}

/// Attackers of a site: a share of the place's violent; looters are drawn to banks and shops alone.
fn attackers(model: &Model, world: &World, s: usize) -> f64 {
    let site = &model.sites[s];
    let counts = &world.places[site.place].counts;
    let looters = if site.kind == SiteKind::Bank { counts.looting } else { 0 };
    match counts.violent + looters {
        0 => 0.0,
        willing => willing as f64 * model.rules.sites.assault_share * share(model, world, s),
    }
}

/// Who stands against them: the guards behind their walls, and before those the police that the crowd does not tie up.
fn defence(model: &Model, world: &World, s: usize) -> f64 {
    let (site, place) = (&model.sites[s], &world.places[model.sites[s].place]);
    let guards: f64 = world
        .units
        .iter()
        .filter(|unit| unit.post == Post::Site(s as u32))
        .map(|unit| rules::strength(model, unit.kind, unit.able))
        .sum();
    let cordon = place.strength.street * (1.0 - place.tied_up(model)) * share(model, world, s);
    (guards * site.strength + cordon) * (1.0 - world.sites[s].stood_down)
}

fn assault(model: &Model, dice: &Dice, world: &mut World, s: usize, tick: u32, events: &mut Vec<Event>) {
    let (site, rules) = (&model.sites[s], &model.rules.sites);
    let attackers = attackers(model, world, s);
    let area = Some(model.area(site.place));
    if attackers < rules.assault_minimum {
        (world.sites[s].holder, world.sites[s].attackers) = (Holder::State, 0.0);
        return;
    }
    world.sites[s].attackers = attackers;
    if world.sites[s].holder == Holder::State {
        world.sites[s].holder = Holder::Contested;
        world.places[site.place].totals.attacks += 1;
        events.push(Event {
            tick,
            area,
            what: What::SiteAttacked(s),
            number: libm::round(attackers),
        });
    }
    let defence = defence(model, world, s);
    let abandoned = defence < 1.0;
    let overwhelming = if abandoned {
        1.0
    } else {
        rules::sigmoid(attackers / defence, rules.overrun_ratio)
    };
    let chance = if abandoned {
        1.0
    } else {
        model.clock.chance(rules.overrun_rate * overwhelming)
    };
    if u64::from(dice.one(Purpose::Site, s as u64, tick)) < threshold32(chance) {
        seize(model, world, s);
        let what = if abandoned {
            What::SiteAbandoned(s)
        } else {
            What::SiteSeized(s)
        };
        events.push(Event {
            tick,
            area,
            what,
            number: libm::round(attackers),
        });
    }
}

/// The crowd takes a site: guards fall back into the streets, and its loss has its effects, also where it is heard of.
fn seize(model: &Model, world: &mut World, s: usize) {
    let site = &model.sites[s];
    (world.sites[s].holder, world.sites[s].attackers) = (Holder::Crowd, 0.0);
    world.sites[s].armed += site.loss.weapons * model.rules.sites.weapons_per_person;
    for unit in world.units.iter_mut().filter(|unit| unit.post == Post::Site(s as u32)) {
        unit.post = Post::Street;
    }
    tell(model, world, site.place, site.loss.belief, site.loss.legitimacy);
    let totals = &mut world.places[site.place].totals;
    totals.seizures += 1;
    totals.damage += site.loss.damage;
}

/// News from a place reaches it wholly, and others as far as they are tied to it and can be told. What it says of the
/// government reaches all of its region wholly.
fn tell(model: &Model, world: &mut World, from: usize, belief: f64, legitimacy: f64) {
    let word = model.rules.perception.word_of_mouth;
    let World { regions, places, .. } = world;
    let here = places[from].connectivity;
    let heard = |p: usize, place: &PlaceState| {
        let channel = word + (1.0 - word) * place.connectivity * here;
        if p == from {
            1.0
        } else {
            model.tie(p, from) * channel * model.rules.belief.spread
        }
    };
    for (g, region) in regions.iter_mut().enumerate() {
        let heard = match model.places[from].region == g {
            true => 1.0,
            false => model.places_of(g).map(|p| model.share(p) * heard(p, &places[p])).sum(),
        };
        region.legitimacy = rules::convinced(region.legitimacy, -heard * legitimacy);
    }
    for (p, place) in places.iter_mut().enumerate() {
        place.belief = rules::convinced(place.belief, heard(p, place) * belief);
    }
}

fn retake(model: &Model, dice: &Dice, world: &mut World, s: usize, tick: u32, events: &mut Vec<Event>) {
    let (site, rules) = (&model.sites[s], &model.rules.sites);
    let place = &world.places[site.place];
    let lost = world.lost_sites(model, site.place).count();
    let occupiers = (place.counts.fighting() as f64 / lost as f64).max(rules.occupier_floor);
    // Forces concentrate on one lost site after another, but they also face the crowd outside.
    let ratio = place.strength.street / (occupiers + place.counts.out() as f64);
    let rate = rules.retake_rate * place.lever(Lever::RetakePower) * rules::sigmoid(ratio, rules.retake_ratio);
    if u64::from(dice.one(Purpose::Site, s as u64, tick)) >= threshold32(model.clock.chance(rate)) {
        return;
    }
    world.sites[s].holder = Holder::State;
    // What its loss made people believe, its return makes them doubt (Lohmann 1994: they learn from what they see).
    tell(model, world, site.place, -site.loss.belief, 0.0);
    let mut officers = 0;
    for unit in &mut world.units {
        if officers >= site.guards {
            break;
        }
        if unit.place as usize == site.place && unit.post == Post::Street && unit.on_duty && unit.able > 0 {
            unit.post = Post::Site(s as u32);
            officers += unit.able;
        }
    }
    events.push(Event {
        tick,
        area: Some(model.area(site.place)),
        what: What::SiteRetaken(s),
        number: f64::from(officers),
    });
}
