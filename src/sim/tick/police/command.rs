//! Where officers are, who is on duty, who refuses, and what order is in force.

use crate::sim::event::{Event, What};
use crate::sim::model::Model;
use crate::sim::policy::{ForceKind, Lever};
use crate::sim::rules;
use crate::sim::world::*;

/// Memory that is used again every tick.
#[derive(Clone)]
pub struct Scratch {
    /// Officer-equivalents that each region lacks.
    lack: Vec<f64>,
    /// Regions by lack.
    order: Vec<usize>,
    /// Officers of each region who are mobile and based there, and how many of those are elsewhere.
    based: Vec<(u32, u32)>,
    /// Strength in the streets of each region or on the way there, and how much of it comes from elsewhere.
    present: Vec<(f64, f64)>,
    /// Officers in the streets of each region, before anybody refuses.
    before: Vec<u32>,
    /// Share of each day that officers of each region are on duty.
    shifts: Vec<f64>,
    /// Loyalty below which an officer in the streets of each region refuses, in 255ths.
    lines: Vec<f64>,
}

impl Scratch {
    /// For runs of this model.
    pub fn new(model: &Model) -> Scratch {
        let regions = model.regions.len();
        Scratch {
            lack: vec![0.0; regions],
            order: (0..regions).collect(),
            based: vec![(0, 0); regions],
            present: vec![(0.0, 0.0); regions],
            before: vec![0; regions],
            shifts: vec![0.0; regions],
            lines: vec![0.0; regions],
        }
    }
}

/// One tick of command: arrivals, reinforcements, shifts, refusals, orders.
pub fn command(model: &Model, world: &mut World, scratch: &mut Scratch, tick: u32, events: &mut Vec<Event>) {
    arrive(model, world, tick, events);
    reinforce(model, world, scratch, tick, events);
    stand(model, world, scratch, tick);
}

/// Units whose journey ends take their posts; committed contingents set out.
fn arrive(model: &Model, world: &mut World, tick: u32, events: &mut Vec<Event>) {
    commit(model, world, tick, events);
    let mut arrived: Option<(Event, Option<(u32, u32)>)> = None;
    for u in 0..world.units.len() {
        if world.units[u].post != Post::Travelling(tick) {
            continue;
        }
        let unit = &world.units[u];
        let (region, of, officers) = (unit.region, unit.contingent, f64::from(unit.able + unit.refused));
        let guards = of.is_some_and(|(i, k)| model.interventions[i as usize].contingents[k as usize].guards);
        world.units[u].post = if guards { relieve(model, world, u) } else { Post::Street };
        let what = match of {
            Some((i, k)) => What::ContingentArrives(i as usize, k as usize),
            None => What::ReinforcementArrives,
        };
        // Units of one contingent, or to one region, that arrive together are one event.
        match &mut arrived {
            Some((event, from)) if *from == of && event.region == Some(region as usize) => event.number += officers,
            _ => {
                events.extend(arrived.take().map(|(event, _)| event));
                arrived = Some((
                    Event {
                        tick,
                        region: Some(region as usize),
                        what,
                        number: officers,
                    },
                    of,
                ));
            }
        }
    }
    events.extend(arrived.map(|(event, _)| event));
}

/// A guard takes over the held site of its region with the most local officers on guard, who go into the streets.
fn relieve(model: &Model, world: &mut World, guard: usize) -> Post {
    let region = world.units[guard].region;
    let volunteers = world.units[guard].kind == ForceKind::Volunteers;
    let local = |unit: &Unit| unit.region == region && unit.contingent.is_none();
    let site = (0..model.sites.len() as u32)
        .filter(|&s| model.sites[s as usize].region == region as usize)
        .filter(|&s| world.sites[s as usize].holder != Holder::Crowd)
        .max_by_key(|&s| {
            let on = |unit: &&Unit| unit.post == Post::Site(s);
            let locals: u32 = world.units.iter().filter(on).filter(|u| local(u)).map(|u| u.able).sum();
            let all: u32 = world.units.iter().filter(on).map(|u| u.able).sum();
            (locals, std::cmp::Reverse(all), std::cmp::Reverse(s))
        });
    let Some(site) = site else {
        return Post::Street;
    };
    // Volunteers watch beside the police; they do not replace it.
    if !volunteers && let Some(freed) = world.units.iter_mut().find(|u| u.post == Post::Site(site) && local(u)) {
        freed.post = Post::Street;
    }
    Post::Site(site)
}

fn commit(model: &Model, world: &mut World, tick: u32, events: &mut Vec<Event>) {
    for (i, intervention) in model.interventions.iter().enumerate() {
        let over = world.interventions[i].over == Some(tick);
        for (k, contingent) in intervention.contingents.iter().enumerate() {
            if over {
                withdraw(world, i, k, tick, events);
            }
            if world.interventions[i].committed[k] != Some(tick) {
                continue;
            }
            for unit in world
                .units
                .iter_mut()
                .filter(|unit| unit.contingent == Some((i as u32, k as u32)))
            {
                unit.post = Post::Travelling(tick + contingent.travel_ticks.max(1));
            }
            events.push(Event {
                tick,
                region: Some(contingent.region),
                what: What::ContingentCommitted(i, k),
                number: f64::from(contingent.officers),
            });
        }
    }
}

/// A mandate that is over sends a contingent home.
fn withdraw(world: &mut World, i: usize, k: usize, tick: u32, events: &mut Vec<Event>) {
    let of = Some((i as u32, k as u32));
    let there = |unit: &&mut Unit| unit.contingent == of && unit.post != Post::Away;
    let (mut officers, mut from) = (0, None);
    for unit in world.units.iter_mut().filter(there) {
        unit.post = Post::Away;
        officers += unit.able + unit.refused;
        from = Some(unit.region as usize);
    }
    if from.is_some() {
        events.push(Event {
            tick,
            region: from,
            what: What::ContingentLeaves(i, k),
            number: f64::from(officers),
        });
    }
}

/// Command weighs where officers lack and sends mobile units there, the neediest region first, the nearest units
/// first, up to a share of what each region has.
fn reinforce(model: &Model, world: &mut World, scratch: &mut Scratch, tick: u32, events: &mut Vec<Event>) {
    let policing = &model.rules.policing;
    let mut mobile = 0.0;
    scratch.based.fill((0, 0));
    scratch.present.fill((0.0, 0.0));
    for unit in &world.units {
        let each = rules::strength(model, unit.kind, unit.able);
        let from_outside = unit.region != unit.home;
        if unit.mobile {
            mobile += each;
            let (all, away) = &mut scratch.based[unit.home as usize];
            *all += unit.len;
            *away += if from_outside { unit.len } else { 0 };
        }
        if matches!(unit.post, Post::Street | Post::Travelling(_)) {
            let (all, outside) = &mut scratch.present[unit.region as usize];
            *all += each;
            *outside += if from_outside { each } else { 0.0 };
        }
    }
    for (g, lack) in scratch.lack.iter_mut().enumerate() {
        let region = &world.regions[g];
        let delay = region.lever(Lever::CommandDelay) * blinded(model, region);
        let every = libm::round(policing.decision_hours * delay / model.clock.hours()).max(1.0) as u32;
        if !tick.is_multiple_of(every) {
            *lack = 0.0;
            continue;
        }
        let counts = &region.counts;
        let need = rules::load(counts.out() as f64, counts.fighting() as f64) / policing.need_ratio;
        let (present, from_outside) = scratch.present[g];
        let ordered = (region.lever(Lever::Reinforcement) * mobile - from_outside).max(0.0);
        *lack = if counts.out() as f64 >= policing.alarm {
            (need - present).max(ordered)
        } else {
            ordered
        };
    }
    let lack = &scratch.lack;
    scratch
        .order
        .sort_unstable_by(|&a, &b| lack[b].total_cmp(&lack[a]).then(a.cmp(&b)));
    for at in 0..scratch.order.len() {
        let to = scratch.order[at];
        let mut missing = scratch.lack[to];
        let mut sent = 0;
        while missing > 0.0 {
            let Some(u) = nearest(model, world, scratch, to) else {
                break;
            };
            let region = &world.regions[to];
            let muster = policing.muster_hours * region.lever(Lever::CommandDelay) * blinded(model, region);
            let hours = muster + journey(model, world, world.units[u].region as usize, to);
            let unit = &mut world.units[u];
            scratch.based[unit.home as usize].1 += unit.len;
            unit.region = to as u32;
            unit.post = Post::Travelling(tick + libm::ceil(hours / model.clock.hours()).max(1.0) as u32);
            missing -= rules::strength(model, unit.kind, unit.able);
            sent += unit.able;
        }
        if sent > 0 {
            events.push(Event {
                tick,
                region: Some(to),
                what: What::ReinforcementDeparts,
                number: f64::from(sent),
            });
        }
    }
}

/// How many times as long command takes where the network is cut and it sees less.
fn blinded(model: &Model, region: &RegionState) -> f64 {
    let blind = model.rules.policing.blindness * (1.0 - region.lever(Lever::Connectivity)).max(0.0);
    1.0 / (1.0 - blind).max(0.1)
}

fn nearest(model: &Model, world: &World, scratch: &Scratch, to: usize) -> Option<usize> {
    let spare = |unit: &Unit| {
        let from = unit.region as usize;
        let (all, away) = scratch.based[unit.home as usize];
        unit.mobile
            && unit.post == Post::Street
            && unit.region == unit.home
            && from != to
            && unit.able > 0
            && scratch.lack[from] <= 0.0
            && (world.regions[from].counts.out() as f64) < model.rules.policing.alarm
            && f64::from(away + unit.len) <= model.rules.policing.mobile_share * f64::from(all)
    };
    let distance = |u: usize| model.distance(world.units[u].region as usize, to);
    (0..world.units.len())
        .filter(|&u| spare(&world.units[u]))
        .min_by(|&a, &b| distance(a).total_cmp(&distance(b)).then(a.cmp(&b)))
}

/// Hours from one region to another: by air where both airports are in the state's hands, else by road.
fn journey(model: &Model, world: &World, from: usize, to: usize) -> f64 {
    let flies = |g: usize| {
        let mut airports = model
            .sites
            .iter()
            .zip(&world.sites)
            .filter(|(site, _)| site.region == g && site.loss.airlift);
        airports.any(|(_, state)| state.holder == Holder::State)
    };
    let by_road = model.distance(from, to) / model.rules.policing.road_speed;
    if flies(from) && flies(to) {
        by_road.min(model.distance(from, to) / model.rules.policing.air_speed)
    } else {
        by_road
    }
}

/// Shifts and fatigue; then the orders and the strain of each region; then refusal, and what each region's forces
/// can do this tick.
fn stand(model: &Model, world: &mut World, scratch: &mut Scratch, tick: u32) {
    let (policing, hours) = (&model.rules.policing, model.clock.hours());
    let World {
        units,
        officers,
        regions,
        ..
    } = world;
    scratch.before.fill(0);
    for (shift, region) in scratch.shifts.iter_mut().zip(regions.iter()) {
        *shift = call_up(model, region);
    }
    for (u, unit) in units.iter_mut().enumerate() {
        if matches!(unit.post, Post::Travelling(_) | Post::Away) {
            unit.on_duty = false;
            continue;
        }
        let g = unit.region as usize;
        let crowd = regions[g].counts.out() as f64;
        // Each unit's shift begins at an hour of its own, so that a region is never left alone.
        let hour = (model.local_minute(g, tick) / 60 + 7 * u as u32) % 24;
        let called = f64::from(hour) < 24.0 * scratch.shifts[g];
        unit.exhausted = if unit.exhausted {
            unit.fatigue > 0.5
        } else {
            unit.fatigue >= 1.0
        };
        unit.on_duty = called && !unit.exhausted;
        let change = match (unit.on_duty, crowd >= policing.alarm) {
            (true, true) => hours / policing.fatigue_hours,
            (true, false) => 0.25 * hours / policing.fatigue_hours,
            (false, _) => -hours / policing.recovery_hours,
        };
        unit.fatigue = (f64::from(unit.fatigue) + change).clamp(0.0, 1.0) as f32;
        if unit.on_duty && unit.post == Post::Street {
            scratch.before[g] += unit.able + unit.refused;
        }
    }
    for (g, region) in regions.iter_mut().enumerate() {
        let order = order(model, region);
        let strain = rules::strain(
            region.counts.out() as f64,
            region.counts.fighting() as f64,
            f64::from(scratch.before[g]),
            order,
            region.legitimacy,
            &model.rules,
        );
        scratch.lines[g] = (strain - region.lever(Lever::Loyalty)) / model.rules.forces.refusal_scale * 255.0;
        region.strength = Strength {
            order,
            ..Strength::default()
        };
    }
    for unit in units.iter_mut() {
        let g = unit.region as usize;
        let strength = &mut regions[g].strength;
        if unit.on_duty {
            if unit.post == Post::Street {
                waver(unit, officers, scratch.lines[g]);
            }
            strength.on_duty += unit.able + unit.refused;
            if unit.post == Post::Street && unit.kind != ForceKind::External {
                strength.officers += unit.able;
                let fresh = 1.0 - 0.5 * f64::from(unit.fatigue);
                strength.street += rules::strength(model, unit.kind, unit.able) * fresh;
            }
        }
        strength.refused += unit.refused;
    }
    for g in 0..model.regions.len() {
        let crippled: f64 = world.lost_sites(model, g).map(|site| site.loss.policing).sum();
        world.regions[g].strength.street *= 1.0 - crippled.min(1.0);
    }
    besieged(model, world);
}

/// The fire of those who defend posts that are under attack since the last tick.
fn besieged(model: &Model, world: &mut World) {
    for (s, site) in model.sites.iter().enumerate() {
        let state = &world.sites[s];
        if state.holder != Holder::Contested {
            continue;
        }
        let violent = world.regions[site.region].counts.violent as f64;
        let attackers = state.attackers.min(violent);
        let at = |unit: &&Unit| unit.post == Post::Site(s as u32) && unit.kind != ForceKind::Volunteers;
        let defenders: u32 = world.units.iter().filter(at).map(|unit| unit.able).sum();
        let armed = world.armed(model, site.region) * attackers / violent.max(1.0);
        world.regions[site.region].strength.self_defence +=
            rules::self_defence(attackers, armed, f64::from(defenders), &model.rules);
    }
}

/// Share of the day that a region's officers are on duty: more where there is a crowd, and everyone where the crowd is
/// more than the police in the streets can see to.
fn call_up(model: &Model, region: &RegionState) -> f64 {
    let policing = &model.rules.policing;
    if region.counts.out() as f64 >= policing.alarm && region.tied_up(model) > 0.5 {
        1.0
    } else if region.counts.out() as f64 >= policing.alarm || region.lever(Lever::Order) > 0.0 {
        policing.alarm_share.max(policing.shift_share)
    } else {
        policing.shift_share
    }
}

/// Officers whose loyalty is below the line refuse; the others, and those whose strain has gone, stand.
fn waver(unit: &mut Unit, officers: &mut Officers, line: f64) {
    if line <= 0.0 && unit.refused == 0 {
        return;
    }
    let span = unit.first as usize..(unit.first + unit.len) as usize;
    (unit.able, unit.refused) = (0, 0);
    for (loyalty, service) in officers.loyalty[span.clone()].iter().zip(&mut officers.service[span]) {
        if matches!(service, Service::Able | Service::Refused) {
            *service = if f64::from(*loyalty) < line {
                Service::Refused
            } else {
                Service::Able
            };
            unit.able += u32::from(*service == Service::Able);
            unit.refused += u32::from(*service == Service::Refused);
        }
    }
}

/// The order in force: what the government orders at least, and what police do by themselves: contain a crowd,
/// and disperse one that is violent as long as they are not overwhelmed.
fn order(model: &Model, region: &RegionState) -> u8 {
    let (crowd, fighting) = (region.counts.out() as f64, region.counts.fighting() as f64);
    let alarm = model.rules.policing.alarm;
    let own = match (crowd >= alarm, fighting >= alarm && region.tied_up(model) < 0.5) {
        (_, true) => 2,
        (true, false) => 1,
        (false, false) => 0,
    };
    own.max(region.lever(Lever::Order) as u8)
}
