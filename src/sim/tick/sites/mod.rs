//! Phase 5: attackers against defenders; sites are contested, seized, left and retaken, and their loss matters.

mod services;
mod symbols;

use crate::dice::{Dice, Purpose, threshold32};
use crate::sim::event::{Event, What};
use crate::sim::model::{Model, Region, SiteKind};
use crate::sim::policy::{ForceKind, Lever};
use crate::sim::rules;
use crate::sim::world::*;

/// One tick of every site, and the damage of the hour.
pub fn sites(model: &Model, dice: &Dice, world: &mut World, tick: u32, events: &mut Vec<Event>) {
    for (region, given) in world.regions.iter_mut().zip(&model.regions) {
        damage(model, given, region);
    }
    settle(model, world);
    for s in 0..model.sites.len() {
        match world.sites[s].holder {
            Holder::State | Holder::Contested => assault(model, dice, world, s, tick, events),
            Holder::Crowd => retake(model, dice, world, s, tick, events),
        }
    }
    symbols::symbols(model, dice, world, tick, events);
    services::services(model, world, tick);
}

/// The damage of the hour: what the violent do to what is public, and the businesses that looters empty of those that are left.
fn damage(model: &Model, given: &Region, region: &mut RegionState) {
    let (rules, hours) = (&model.rules.sites, model.clock.hours());
    let (counts, totals) = (&region.counts, &mut region.totals);
    totals.damage += hours * counts.violent as f64 * rules.damage_per_violent_hour;
    if counts.looting > 0 && given.businesses > 0.0 {
        let left = given.businesses - totals.looted;
        let looted = left
            * model
                .clock
                .chance(rules.loot_rate * counts.looting as f64 / given.businesses);
        totals.looted += looted;
        totals.damage += looted * rules.business_damage;
    }
}

/// Those who took a site stay in it for a while, as long as there are as many violent people.
fn settle(model: &Model, world: &mut World) {
    let stay = model.clock.keep(model.rules.sites.occupation_hours);
    for (site, state) in model.sites.iter().zip(&mut world.sites) {
        if state.holder == Holder::Crowd {
            let fighting = world.regions[site.region].counts.fighting() as f64;
            state.attackers = (state.attackers * stay).min(fighting);
        }
    }
}

/// The share of a region's attackers that a site draws, and of the police that stand before them: its appeal among
/// that of the sites which are not lost yet.
fn share(model: &Model, world: &World, s: usize) -> f64 {
    let site = &model.sites[s];
    let appeal: f64 = model
        .sites
        .iter()
        .zip(&world.sites)
        .filter(|(other, state)| other.region == site.region && state.holder != Holder::Crowd)
        .map(|(other, _)| other.appeal)
        .sum();
    if appeal > 0.0 { site.appeal / appeal } else { 0.0 }
}

/// Attackers of a site: a share of the region's violent who are not inside others that they took; looters are drawn to
/// banks and shops alone.
fn attackers(model: &Model, world: &World, s: usize) -> f64 {
    let site = &model.sites[s];
    let counts = &world.regions[site.region].counts;
    let looters = if site.kind == SiteKind::Bank { counts.looting } else { 0 };
    if counts.violent + looters == 0 {
        return 0.0;
    }
    let here = model
        .sites
        .iter()
        .zip(&world.sites)
        .filter(|(other, _)| other.region == site.region);
    let inside: f64 = here
        .filter(|(_, state)| state.holder == Holder::Crowd)
        .map(|(_, state)| state.attackers)
        .sum();
    let willing = (counts.violent + looters) as f64 * model.rules.sites.assault_share - inside;
    willing.max(0.0) * share(model, world, s)
}

/// Who stands against them: the guards behind their walls, and before those the police that the crowd does not tie up.
fn defence(model: &Model, world: &World, s: usize) -> f64 {
    let (site, region) = (&model.sites[s], &world.regions[model.sites[s].region]);
    let guards: f64 = world
        .units
        .iter()
        .filter(|unit| unit.post == Post::Site(s as u32))
        .map(|unit| rules::strength(model, unit.kind, unit.able))
        .sum();
    let cordon = region.strength.street * (1.0 - region.tied_up(model)) * share(model, world, s);
    (guards * site.strength + cordon) * (1.0 - world.sites[s].stood_down)
}

fn assault(model: &Model, dice: &Dice, world: &mut World, s: usize, tick: u32, events: &mut Vec<Event>) {
    let (site, rules) = (&model.sites[s], &model.rules.sites);
    let attackers = attackers(model, world, s);
    let region = Some(site.region);
    world.sites[s].attackers = attackers;
    if attackers < rules.assault_minimum {
        world.sites[s].holder = Holder::State;
        world.sites[s].attackers = 0.0;
        return;
    }
    if world.sites[s].holder == Holder::State {
        world.sites[s].holder = Holder::Contested;
        world.regions[site.region].totals.attacks += 1;
        events.push(Event {
            tick,
            region,
            what: What::SiteAttacked(s),
            number: libm::round(attackers),
        });
    }
    let defence = defence(model, world, s);
    let abandoned = defence < 1.0;
    let overwhelming = if abandoned {
        1.0
    } else {
        rules::hill(attackers / defence, rules.overrun_ratio, rules.steepness)
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
            region,
            what,
            number: libm::round(attackers),
        });
    }
}

/// The crowd takes a site: guards fall back into the streets, and its loss has its effects, also where it is heard of.
fn seize(model: &Model, world: &mut World, s: usize) {
    let site = &model.sites[s];
    world.sites[s].holder = Holder::Crowd;
    world.sites[s].taken_by = world.sites[s].attackers;
    world.sites[s].armed += site.loss.weapons * model.rules.sites.weapons_per_person;
    for unit in world.units.iter_mut().filter(|unit| unit.post == Post::Site(s as u32)) {
        unit.post = Post::Street;
    }
    tell(model, world, site.region, site.loss.belief, site.loss.legitimacy);
    let totals = &mut world.regions[site.region].totals;
    totals.seizures += 1;
    totals.damage += site.loss.damage;
}

/// News from a region reaches it wholly, and others as far as they are tied to it and can be told.
fn tell(model: &Model, world: &mut World, from: usize, belief: f64, legitimacy: f64) {
    let word = model.rules.perception.word_of_mouth;
    let here = world.regions[from].connectivity;
    for (g, region) in world.regions.iter_mut().enumerate() {
        let channel = word + (1.0 - word) * region.connectivity * here;
        let heard = if g == from {
            1.0
        } else {
            model.tie(g, from) * channel * model.rules.belief.spread
        };
        region.belief = rules::convinced(region.belief, heard * belief);
        region.legitimacy = rules::convinced(region.legitimacy, -heard * legitimacy);
    }
}

/// Post officers at a site that was retaken: its guards, and as many as would have held it against those who took it, up
/// to half of what stands in the streets. Returns how many.
fn garrison(model: &Model, world: &mut World, s: usize) -> u32 {
    let site = &model.sites[s];
    let needed = world.sites[s].taken_by / model.rules.sites.overrun_ratio / site.strength.max(1.0);
    let half = 0.5 * world.regions[site.region].strength.street;
    let (mut officers, mut posted) = (0, 0.0);
    for unit in &mut world.units {
        if officers >= site.guards && posted >= needed.min(half) {
            break;
        }
        let free = unit.region as usize == site.region && unit.post == Post::Street && unit.on_duty;
        if free && unit.able > 0 && unit.kind != ForceKind::External {
            unit.post = Post::Site(s as u32);
            officers += unit.able;
            posted += rules::strength(model, unit.kind, unit.able);
        }
    }
    world.sites[s].attackers = 0.0;
    officers
}

fn retake(model: &Model, dice: &Dice, world: &mut World, s: usize, tick: u32, events: &mut Vec<Event>) {
    let (site, rules) = (&model.sites[s], &model.rules.sites);
    let region = &world.regions[site.region];
    // Forces concentrate on one lost site after another, but first they have to clear the streets around of the crowd.
    let people = world.sites[s].attackers + region.counts.out() as f64;
    let ratio = region.strength.street / people.max(1.0);
    let cleared = rules::hill(ratio, rules.retake_ratio, rules.steepness);
    let rate = rules.retake_rate * region.lever(Lever::RetakePower) * cleared;
    if u64::from(dice.one(Purpose::Site, s as u64, tick)) >= threshold32(model.clock.chance(rate)) {
        return;
    }
    world.sites[s].holder = Holder::State;
    // What its loss made people believe, its return makes them doubt (Lohmann 1994: they learn from what they see).
    tell(model, world, site.region, -site.loss.belief, 0.0);
    let officers = garrison(model, world, s);
    events.push(Event {
        tick,
        region: Some(site.region),
        what: What::SiteRetaken(s),
        number: f64::from(officers),
    });
}
