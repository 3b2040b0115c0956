//! What contact does to people on both sides. A region's forces set a rate; whom it meets is each person's own
//! draw, so that the outcome does not depend on any order in which people are listed.

use rayon::prelude::*;

use crate::dice::{BLOCK, Dice, Purpose, threshold32};
use crate::sim::hazard::{self, Hazard};
use crate::sim::model::Model;
use crate::sim::policy::Lever;
use crate::sim::rules;
use crate::sim::world::*;

/// One tick of contact.
pub fn contact(model: &Model, dice: &Dice, world: &mut World, tick: u32) {
    citizens(model, dice, world);
    officers(model, dice, world, tick);
    sum_up(model, world);
}

/// Sum what happened to citizens into their regions.
pub fn sum_up(model: &Model, world: &mut World) {
    world.count_fates(model.persons_per_agent);
    for region in &mut world.regions {
        region.totals.detained += region.counts.arrested;
        region.totals.hurt += region.counts.hurt;
        region.totals.serious += region.counts.serious;
        region.totals.killed += region.counts.killed;
    }
}

/// What can happen to a person within the tick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fate {
    /// That anything happens.
    pub hazard: Hazard,
    /// Thresholds on a 32-bit lot for what it is: below the first dead, below the second seriously injured, below the third
    /// lightly, else detained.
    pub shares: [u64; 3],
}

impl Fate {
    /// Competing risks with these probabilities within the tick, cut to at most nine tenths together.
    fn new(death: f64, serious: f64, light: f64, arrest: f64) -> Fate {
        let all = death + serious + light + arrest;
        if all <= 0.0 {
            return Fate::default();
        }
        Fate {
            hazard: hazard::of_chance(all.min(0.9)),
            shares: [death, death + serious, death + serious + light].map(|upto| threshold32(upto / all)),
        }
    }
}

/// What a region holds for each kind of citizen this tick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fates {
    /// For peaceful people in the streets.
    pub peaceful: Fate,
    /// For violent people and looters.
    pub fighting: Fate,
    /// For people at home who have taken part.
    pub at_large: Fate,
    /// That a detained person is released.
    pub released: Hazard,
    /// That a lightly and that a seriously injured person is about again.
    pub recovered: [Hazard; 2],
}

impl Fates {
    /// What the police can do to a citizen in this state.
    pub fn fate(&self, state: u8) -> Fate {
        match Activity::of(state) {
            Activity::Protesting => self.peaceful,
            Activity::Violent | Activity::Looting => self.fighting,
            Activity::Home if state & TOOK_PART != 0 => self.at_large,
            _ => Fate::default(),
        }
    }

    /// The hazard that something happens to a citizen in this state.
    pub fn on(&self, state: u8) -> Hazard {
        match Activity::of(state) {
            Activity::Detained => self.released,
            Activity::Injured => self.recovered[usize::from(state & SERIOUS != 0)],
            _ => self.fate(state).hazard,
        }
    }
}

/// Share of people met within a tick, from events per hour over those exposed.
fn probability(model: &Model, per_hour: f64, exposed: f64) -> f64 {
    if exposed > 0.0 {
        model.clock.chance(per_hour / exposed)
    } else {
        0.0
    }
}

/// What happens an hour to people in the streets of a region, in encounters of both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hourly {
    /// Arrests.
    pub arrested: f64,
    /// People injured by blows and the like.
    pub beaten: f64,
    /// People shot under live fire: an order against attackers; where there are none nobody is shot, but bystanders are hit too.
    pub shot: f64,
    /// Attackers shot by those who defend posts.
    pub defended: f64,
}

/// What a region's forces do to its crowd an hour.
pub fn hourly(model: &Model, region: &RegionState) -> Hourly {
    let (policing, harm) = (&model.rules.policing, &model.rules.harm);
    let (crowd, fighting) = (region.counts.out() as f64, region.counts.fighting() as f64);
    let (officers, order) = (f64::from(region.strength.officers), region.strength.order);
    let dealt_with = rules::dealt_with(order, &model.rules);
    let force = 1.0 - region.lever(Lever::Restraint);
    let control = 1.0 - region.tied_up(model);
    let met = rules::encounters(officers, dealt_with * (crowd - fighting) + fighting);
    let fire = if order >= 3 { harm.live_fire_injury_rate } else { 0.0 };
    Hourly {
        arrested: met * policing.arrest_rate * region.lever(Lever::ArrestPower) * control,
        beaten: met * harm.civilian_injury_rate * force,
        shot: rules::encounters(officers, fighting) * fire * force,
        defended: region.strength.self_defence * force,
    }
}

/// What a region's forces and their orders hold for its people this tick.
pub fn fates(model: &Model, region: &RegionState) -> Fates {
    let (policing, harm) = (&model.rules.policing, &model.rules.harm);
    let counts = &region.counts;
    let fighting = counts.fighting() as f64;
    let peaceful = counts.out() as f64 - fighting;
    let officers = f64::from(region.strength.officers);
    let control = 1.0 - region.tied_up(model);
    let power = region.lever(Lever::ArrestPower);
    let dealt_with = rules::dealt_with(region.strength.order, &model.rules);
    let Hourly {
        arrested,
        beaten,
        shot,
        defended,
    } = hourly(model, region);

    // What it is for one person an hour: of those within reach the violent are likelier to be met.
    let each = |events: f64, weight: f64, peaceful_weight: f64, violent_weight: f64| {
        let exposed = peaceful_weight * peaceful + violent_weight * fighting;
        if exposed > 0.0 { weight * events / exposed } else { 0.0 }
    };
    let fate = |reach: f64, arrest_weight: f64, harm_weight: f64, attacks: f64| {
        let blows = each(beaten, reach * harm_weight, dealt_with, harm.violent_exposure);
        let shots = each(shot, harm_weight, 1.0, harm.violent_exposure) + each(defended, attacks, 0.0, 1.0);
        let arrests = each(arrested, reach * arrest_weight, dealt_with, policing.violent_arrest);
        Fate::new(
            model
                .clock
                .chance(blows * harm.civilian_death_share + shots * harm.live_fire_death_share),
            model.clock.chance(blows * harm.serious_share + shots),
            model.clock.chance(blows * (1.0 - harm.serious_share)),
            model.clock.chance(arrests),
        )
    };
    // People are fetched from home only under emergency powers, and as far as the streets leave officers for it.
    let seen = 1.0 - policing.blindness * (1.0 - region.lever(Lever::Connectivity)).max(0.0);
    let investigated = officers * policing.investigation_rate * (power - 1.0).max(0.0) * control * control * seen;
    Fates {
        peaceful: fate(dealt_with, 1.0, 1.0, 0.0),
        fighting: fate(1.0, policing.violent_arrest, harm.violent_exposure, 1.0),
        at_large: Fate::new(0.0, 0.0, 0.0, probability(model, investigated, counts.at_large as f64)),
        released: hazard::of_rate(1.0 / policing.detention_hours, model.clock.hours()),
        recovered: [harm.light_hours, harm.serious_hours].map(|mean| hazard::of_rate(1.0 / mean, model.clock.hours())),
    }
}

/// What happens to citizens this tick.
fn citizens(model: &Model, dice: &Dice, world: &mut World) {
    let World { wards, regions, .. } = world;
    let regions = &*regions;
    wards.par_iter_mut().for_each(|ward| {
        let t = &ward.tally;
        let (away, at_large) = (t.out() + t.detained + t.injured, t.at_large);
        if away + at_large == 0 {
            return;
        }
        let fates = fates(model, &regions[ward.region as usize]);
        let searched = at_large > 0 && fates.at_large.hazard > 0;
        if away == 0 && !searched {
            return;
        }
        for word in 0..ward.people.len().div_ceil(64) {
            let states = &ward.people.state[64 * word..];
            let flags = match states.first_chunk() {
                Some(states) => concerned(states, searched),
                None => {
                    let mut padded = [Activity::Home as u8; 64];
                    padded[..states.len()].copy_from_slice(states);
                    concerned(&padded, searched)
                }
            };
            for i in Ones(flags).map(|bit| 64 * word + bit) {
                let (number, people) = (ward.number(i), &mut ward.people);
                let (clock, turns, state) = (&mut people.clock[i], &mut people.turns[i], people.state[i]);
                if let Some(lot) = hazard::run_down(clock, turns, fates.on(state), dice, number) {
                    meet(ward, i, lot, &fates);
                }
            }
        }
        let t = &mut ward.tally;
        if t.out() == 0 {
            (t.demand_price, t.demand_government, t.demand_regime) = (0, 0, 0);
        }
    });
}

/// Flag those to whom something can happen: all who are out, detained or injured, and those who are searched for.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw", "x86_64+avx2", "aarch64+neon"))]
fn concerned(states: &[u8; 64], searched: bool) -> u64 {
    let mut flags = [0u8; 64];
    for (flag, state) in flags.iter_mut().zip(states) {
        let away = (state & ACTIVITY).wrapping_sub(1) < Activity::Injured as u8;
        let at_large = state & (ACTIVITY | TOOK_PART) == TOOK_PART;
        *flag = u8::from(away | (at_large & searched));
    }
    gathered::<64, 1>(&flags)[0]
}

/// What happens to a citizen whose clock has run out.
fn meet(ward: &mut Ward, i: usize, lot: u32, fates: &Fates) {
    let community = usize::from(ward.people.who[i]) / BLOCK;
    let (people, tally) = (&mut ward.people, &mut ward.tally);
    let (state, lot) = (people.state[i], u64::from(lot));
    let fate = fates.fate(state);
    match Activity::of(state) {
        Activity::Protesting => tally.protesting -= 1,
        Activity::Violent => tally.violent -= 1,
        Activity::Looting => tally.looting -= 1,
        Activity::Detained => tally.detained -= 1,
        Activity::Injured => tally.injured -= 1,
        Activity::Home | Activity::Dead => tally.at_large -= 1,
    }
    ward.out[community] -= u16::from(Activity::of(state).is_out());
    let [arrested, hurt, killed] = &mut ward.harm[community];
    let mut seriously = false;
    let next = match Activity::of(state) {
        Activity::Detained | Activity::Injured => {
            tally.at_large += 1;
            Activity::Home
        }
        _ if lot < fate.shares[0] => {
            (tally.killed, *killed) = (tally.killed + 1, *killed + 1);
            Activity::Dead
        }
        _ if lot < fate.shares[2] => {
            seriously = lot < fate.shares[1];
            tally.serious += u32::from(seriously);
            (tally.hurt, *hurt) = (tally.hurt + 1, *hurt + 1);
            tally.injured += 1;
            Activity::Injured
        }
        _ => {
            (tally.arrested, *arrested) = (tally.arrested + 1, *arrested + 1);
            tally.detained += 1;
            Activity::Detained
        }
    };
    people.state[i] = state & !(ACTIVITY | SERIOUS) | next as u8 | if seriously { SERIOUS } else { 0 };
    people.ticks_out[i] = 0;
}

/// Injured officers who are able again: each unit has its draws, as for their injuries.
fn convalesce(model: &Model, dice: &Dice, world: &mut World, tick: u32) {
    let harm = &model.rules.harm;
    let [light, serious] =
        [harm.light_hours, harm.serious_hours].map(|mean| threshold32(model.clock.chance(1.0 / mean)));
    let World { units, officers, .. } = world;
    let missing = |unit: &Unit| unit.able + unit.refused < unit.len;
    for (u, unit) in units.iter_mut().enumerate().filter(|(_, unit)| missing(unit)) {
        let service = &mut officers.service[unit.first as usize..(unit.first + unit.len) as usize];
        if !service.iter().any(|s| matches!(s, Service::Injured | Service::Serious)) {
            continue;
        }
        let draws: [u32; UNIT as usize] = dice.draws32(Purpose::OfficerRecovery, u as u64, tick);
        for (service, draw) in service.iter_mut().zip(draws.map(u64::from)) {
            let back = match service {
                Service::Injured => draw < light,
                Service::Serious => draw < serious,
                _ => false,
            };
            if back {
                *service = Service::Able;
                unit.able += 1;
            }
        }
    }
}

/// What happens to officers this tick: those in the streets and at contested sites, on duty, of a region with
/// violent people.
pub fn officers(model: &Model, dice: &Dice, world: &mut World, tick: u32) {
    convalesce(model, dice, world, tick);
    let harm = &model.rules.harm;
    for g in 0..world.regions.len() {
        let region = &world.regions[g];
        let (violent, armed) = (region.counts.violent as f64, world.armed(model, g));
        if violent <= 0.0 {
            continue;
        }
        let World {
            units,
            sites,
            officers,
            regions,
            ..
        } = world;
        let faces = |unit: &Unit| {
            let contact = match unit.post {
                Post::Street => true,
                Post::Site(s) => sites[s as usize].holder == Holder::Contested,
                _ => false,
            };
            unit.region as usize == g && unit.on_duty && contact
        };
        let exposed: u32 = units.iter().filter(|unit| faces(unit)).map(|unit| unit.able).sum();
        if exposed == 0 {
            continue;
        }
        let lethality = 1.0 + harm.armed_lethality * (armed / violent).min(1.0);
        let met = rules::encounters(f64::from(exposed), violent);
        let injured = probability(model, met * harm.officer_injury_rate, f64::from(exposed));
        let killed = injured * (harm.officer_death_share * lethality).min(1.0);
        let [dead, serious, out] = [killed, killed + injured * harm.serious_share, killed + injured].map(threshold32);
        let totals = &mut regions[g].totals;
        for (u, unit) in units.iter_mut().enumerate().filter(|(_, unit)| faces(unit)) {
            let draws: [u32; UNIT as usize] = dice.draws32(Purpose::OfficerFate, u as u64, tick);
            for (i, &draw) in draws[..unit.len as usize].iter().enumerate() {
                let service = &mut officers.service[unit.first as usize + i];
                let draw = u64::from(draw);
                if *service != Service::Able || draw >= out {
                    continue;
                }
                unit.able -= 1;
                if draw < dead {
                    *service = Service::Dead;
                    totals.officers_killed += 1;
                } else {
                    *service = if draw < serious {
                        Service::Serious
                    } else {
                        Service::Injured
                    };
                    totals.officers_hurt += 1;
                }
            }
        }
    }
}
