//! Where officers are, who is on duty, who refuses, and what order is in force.

use crate::sim::event::{Event, What};
use crate::sim::forms::Fire;
use crate::sim::model::Model;
use crate::sim::policy::{ForceKind, Lever};
use crate::sim::rules;
use crate::sim::world::*;

/// Memory that is used again every tick.
#[derive(Clone)]
pub struct Scratch {
    /// Officer-equivalents that each place lacks.
    lack: Vec<f64>,
    /// Places by lack.
    order: Vec<usize>,
    /// Officers of each region who may be sent to others, and how many of those are away from where they are based.
    mobile: Vec<Sent>,
    /// The same of those who stay in their region.
    local: Vec<Sent>,
    /// Strength in the streets of each place or on the way there.
    present: Vec<f64>,
    /// How much of that in each region comes from others.
    outside: Vec<f64>,
    /// Officers in the streets of each place, before anybody refuses.
    before: Vec<u32>,
    /// Share of each day that officers in each place are on duty.
    shifts: Vec<f64>,
    /// Loyalty below which an officer in the streets of each place refuses, in 255ths.
    lines: Vec<f64>,
}

/// Officers of a region.
#[derive(Clone, Copy, Default)]
struct Sent {
    all: u32,
    away: u32,
}

impl Scratch {
    /// For runs of this model.
    pub fn new(model: &Model) -> Scratch {
        let (regions, places) = (model.regions.len(), model.places.len());
        Scratch {
            lack: vec![0.0; places],
            order: (0..places).collect(),
            mobile: vec![Sent::default(); regions],
            local: vec![Sent::default(); regions],
            present: vec![0.0; places],
            outside: vec![0.0; regions],
            before: vec![0; places],
            shifts: vec![0.0; places],
            lines: vec![0.0; places],
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
        let (place, of, officers) = (unit.place, unit.contingent, f64::from(unit.able + unit.refused));
        let area = Some(model.area(place as usize));
        let guards = of.is_some_and(|(i, k)| model.interventions[i as usize].contingents[k as usize].guards);
        world.units[u].post = if guards { relieve(model, world, u) } else { Post::Street };
        let what = match of {
            Some((i, k)) => What::ContingentArrives(i as usize, k as usize),
            None => What::ReinforcementArrives,
        };
        // Units of one contingent, or to one place, that arrive together are one event.
        match &mut arrived {
            Some((event, from)) if *from == of && event.area == area => event.number += officers,
            _ => {
                events.extend(arrived.take().map(|(event, _)| event));
                arrived = Some((
                    Event {
                        tick,
                        area,
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

/// A guard takes over the held site of its place with the most local officers on guard, who go into the streets.
fn relieve(model: &Model, world: &mut World, guard: usize) -> Post {
    let place = world.units[guard].place;
    let volunteers = world.units[guard].kind == ForceKind::Volunteers;
    let local = |unit: &Unit| unit.place == place && unit.contingent.is_none();
    let site = (0..model.sites.len() as u32)
        .filter(|&s| model.sites[s as usize].place == place as usize)
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
                withdraw(model, world, i, k, tick, events);
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
                area: Some(model.area(contingent.place)),
                what: What::ContingentCommitted(i, k),
                number: f64::from(contingent.officers),
            });
        }
    }
}

/// A mandate that is over sends a contingent home.
fn withdraw(model: &Model, world: &mut World, i: usize, k: usize, tick: u32, events: &mut Vec<Event>) {
    let of = Some((i as u32, k as u32));
    let there = |unit: &&mut Unit| unit.contingent == of && unit.post != Post::Away;
    let (mut officers, mut from) = (0, None);
    for unit in world.units.iter_mut().filter(there) {
        unit.post = Post::Away;
        officers += unit.able + unit.refused;
        from = Some(model.area(unit.place as usize));
    }
    if from.is_some() {
        events.push(Event {
            tick,
            area: from,
            what: What::ContingentLeaves(i, k),
            number: f64::from(officers),
        });
    }
}

/// Command weighs where officers lack and sends units there that may leave where they are, the neediest place first, the
/// nearest units first, up to a share of what each region has: mobile units to any place, all others within their region.
fn reinforce(model: &Model, world: &mut World, scratch: &mut Scratch, tick: u32, events: &mut Vec<Event>) {
    roll_call(model, world, scratch);
    weigh(model, world, scratch, tick);
    let policing = &model.rules.policing;
    for at in 0..scratch.order.len() {
        let to = scratch.order[at];
        let mut missing = scratch.lack[to];
        let mut sent = 0;
        while missing > 0.0 {
            let Some(u) = nearest(model, world, scratch, to) else {
                break;
            };
            let muster = policing.muster_hours * world.places[to].lever(Lever::CommandDelay);
            let hours = muster + journey(model, world, world.units[u].place as usize, to);
            let unit = &mut world.units[u];
            let (home, away) = (unit.home, unit.place != unit.home);
            unit.place = to as u32;
            let group = scratch.group(model, unit);
            group.away = group.away - if away { unit.len } else { 0 } + if unit.place != home { unit.len } else { 0 };
            // Told in whole hours, whatever the length of a tick.
            let hours = libm::ceil(hours).max(1.0);
            unit.post = Post::Travelling(tick + libm::ceil(hours / model.clock.hours()) as u32);
            missing -= rules::strength(model, unit.kind, unit.able);
            sent += unit.able;
        }
        if sent > 0 {
            events.push(Event {
                tick,
                area: Some(model.area(to)),
                what: What::ReinforcementDeparts,
                number: f64::from(sent),
            });
        }
    }
}

impl Scratch {
    /// The officers of its region that a unit is among.
    fn group(&mut self, model: &Model, unit: &Unit) -> &mut Sent {
        let region = model.places[unit.home as usize].region;
        let groups = if unit.mobile { &mut self.mobile } else { &mut self.local };
        &mut groups[region]
    }
}

/// Who is where, away from where they are based or not.
fn roll_call(model: &Model, world: &World, scratch: &mut Scratch) {
    scratch.mobile.fill(Sent::default());
    scratch.local.fill(Sent::default());
    scratch.present.fill(0.0);
    scratch.outside.fill(0.0);
    for unit in &world.units {
        if unit.contingent.is_none() {
            let group = scratch.group(model, unit);
            group.all += unit.len;
            group.away += if unit.place != unit.home { unit.len } else { 0 };
        }
        if matches!(unit.post, Post::Street | Post::Travelling(_)) {
            let each = rules::strength(model, unit.kind, unit.able);
            let (here, home) = [unit.place, unit.home]
                .map(|place| model.places[place as usize].region)
                .into();
            scratch.present[unit.place as usize] += each;
            scratch.outside[here] += if here != home { each } else { 0.0 };
        }
    }
}

/// How much each place lacks, and the order in which they are seen to.
fn weigh(model: &Model, world: &World, scratch: &mut Scratch, tick: u32) {
    let policing = &model.rules.policing;
    let mobile = world.units.iter().filter(|unit| unit.mobile);
    let mobile = mobile.fold(0.0, |sum, unit| sum + rules::strength(model, unit.kind, unit.able));
    scratch.lack.fill(0.0);
    for (p, of) in model.places.iter().enumerate() {
        let place = &world.places[p];
        let delay = place.lever(Lever::CommandDelay);
        let every = libm::round(policing.decision_hours * delay / model.clock.hours()).max(1.0) as u32;
        if !tick.is_multiple_of(every) {
            continue;
        }
        let counts = &place.counts;
        let need = rules::load(counts.out() as f64, counts.fighting() as f64) / policing.need_ratio;
        let share = place.lever(Lever::Reinforcement);
        let ordered = if share > 0.0 && p == rallied(model, world, of.region) {
            (share * mobile - scratch.outside[of.region]).max(0.0)
        } else {
            0.0
        };
        scratch.lack[p] = if counts.out() as f64 >= policing.alarm {
            (need - scratch.present[p]).max(ordered)
        } else {
            ordered
        };
    }
    let lack = &scratch.lack;
    scratch
        .order
        .sort_unstable_by(|&a, &b| lack[b].total_cmp(&lack[a]).then(a.cmp(&b)));
}

/// Where reinforcements that are ordered to a region go, of the places that the order is for: where most people are out,
/// and where nobody is, to the largest.
fn rallied(model: &Model, world: &World, region: usize) -> usize {
    let ordered = model
        .places_of(region)
        .filter(|&p| world.places[p].lever(Lever::Reinforcement) > 0.0);
    let most = |&p: &usize| {
        (
            world.places[p].counts.out(),
            model.places[p].population,
            std::cmp::Reverse(p),
        )
    };
    ordered.max_by_key(most).expect("one of them is asked for")
}

fn nearest(model: &Model, world: &World, scratch: &Scratch, to: usize) -> Option<usize> {
    let region = |place: u32| model.places[place as usize].region;
    let goal = model.places[to].region;
    let spare = |unit: &Unit| {
        let from = unit.place as usize;
        let of = if unit.mobile { &scratch.mobile } else { &scratch.local }[region(unit.home)];
        let leaves = if unit.place == unit.home { unit.len } else { 0 };
        let may = match unit.mobile {
            true => unit.place == unit.home,
            false => unit.contingent.is_none() && region(unit.home) == goal,
        };
        may && unit.post == Post::Street
            && from != to
            && unit.able > 0
            && scratch.lack[from] <= 0.0
            && (world.places[from].counts.out() as f64) < model.rules.policing.alarm
            && f64::from(of.away + leaves) <= model.rules.policing.mobile_share * f64::from(of.all)
    };
    let distance = |u: usize| model.distance(world.units[u].place as usize, to);
    (0..world.units.len())
        .filter(|&u| spare(&world.units[u]))
        .min_by(|&a, &b| distance(a).total_cmp(&distance(b)).then(a.cmp(&b)))
}

/// Hours from one place to another: by air where the airports of both regions are in the state's hands, with the road to
/// the one and from the other, else by road.
fn journey(model: &Model, world: &World, from: usize, to: usize) -> f64 {
    let road = |a: usize, b: usize| model.distance(a, b) / model.rules.policing.road_speed;
    let airport = |of: usize| {
        let region = model.places[of].region;
        let all = model.sites.iter().zip(&world.sites);
        let mut airports = all.filter(|(site, state)| {
            model.places[site.place].region == region && site.loss.airlift && state.holder == Holder::State
        });
        airports.next().map(|(site, _)| site.place)
    };
    let by_road = road(from, to);
    match (airport(from), airport(to)) {
        (Some(a), Some(b)) => {
            let flight = model.distance(a, b) / model.rules.policing.air_speed;
            by_road.min(road(from, a) + flight + road(b, to))
        }
        _ => by_road,
    }
}

/// Shifts and fatigue; then the orders and the strain of each place; then refusal, and what the forces in each
/// can do this tick.
fn stand(model: &Model, world: &mut World, scratch: &mut Scratch, tick: u32) {
    let (policing, hours) = (&model.rules.policing, model.clock.hours());
    let World {
        units,
        officers,
        places,
        regions,
        ..
    } = world;
    scratch.before.fill(0);
    for (shift, place) in scratch.shifts.iter_mut().zip(places.iter()) {
        *shift = call_up(model, place);
    }
    for (u, unit) in units.iter_mut().enumerate() {
        if matches!(unit.post, Post::Travelling(_) | Post::Away) {
            unit.on_duty = false;
            continue;
        }
        let p = unit.place as usize;
        let crowd = places[p].counts.out() as f64;
        // Each unit's shift begins at an hour of its own, so that a place is never left alone.
        let hour = (model.local_minute(model.places[p].region, tick) / 60 + 7 * u as u32) % 24;
        let called = f64::from(hour) < 24.0 * scratch.shifts[p];
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
            scratch.before[p] += unit.able + unit.refused;
        }
    }
    for (p, place) in places.iter_mut().enumerate() {
        let order = order(model, place);
        let strain = rules::strain(
            place.counts.out() as f64,
            place.counts.fighting() as f64,
            f64::from(scratch.before[p]),
            order,
            regions[model.places[p].region].legitimacy,
            &model.rules,
        );
        scratch.lines[p] = (strain - place.lever(Lever::Loyalty)) / model.rules.forces.refusal_scale * 255.0;
        place.strength = Strength {
            order,
            ..Strength::default()
        };
    }
    for unit in units.iter_mut() {
        let p = unit.place as usize;
        let strength = &mut places[p].strength;
        if unit.on_duty {
            if unit.post == Post::Street {
                waver(unit, officers, scratch.lines[p]);
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
    for p in 0..model.places.len() {
        let crippled: f64 = world.lost_sites(model, p).map(|site| site.loss.policing).sum();
        world.places[p].strength.street *= 1.0 - crippled.min(1.0);
    }
    if model.rules.forms.fire == Fire::SelfDefence {
        defend(model, world);
    }
}

/// The fire of those who defend sites that have been under attack since the last tick.
fn defend(model: &Model, world: &mut World) {
    for (s, site) in model.sites.iter().enumerate() {
        let state = &world.sites[s];
        let violent = world.places[site.place].counts.violent as f64;
        if state.holder != Holder::Contested || violent <= 0.0 {
            continue;
        }
        let attackers = state.attackers.min(violent);
        let armed = world.armed(model, site.place) * attackers / violent;
        let at = |unit: &&Unit| unit.post == Post::Site(s as u32) && unit.kind != ForceKind::Volunteers;
        let defenders: u32 = world.units.iter().filter(at).map(|unit| unit.able).sum();
        let shot = rules::self_defence(attackers, armed, f64::from(defenders), &model.rules);
        world.places[site.place].strength.self_defence += shot;
    }
}

/// Share of the day that a place's officers are on duty: more where there is a crowd, and everyone where the crowd is
/// more than the police in the streets can see to.
fn call_up(model: &Model, place: &PlaceState) -> f64 {
    let policing = &model.rules.policing;
    if place.counts.out() as f64 >= policing.alarm && place.tied_up(model) > 0.5 {
        1.0
    } else if place.counts.out() as f64 >= policing.alarm || place.lever(Lever::Order) > 0.0 {
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
fn order(model: &Model, place: &PlaceState) -> u8 {
    let (crowd, fighting) = (place.counts.out() as f64, place.counts.fighting() as f64);
    let alarm = model.rules.policing.alarm;
    let own = match (crowd >= alarm, fighting >= alarm && place.tied_up(model) < 0.5) {
        (_, true) => 2,
        (true, false) => 1,
        (false, false) => 0,
    };
    own.max(place.lever(Lever::Order) as u8)
}
