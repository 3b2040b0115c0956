//! What contact does to people on both sides. The forces in a place set a rate; whom it meets is each person's own
//! draw, so that the outcome does not depend on any order in which people are listed.

use rayon::prelude::*;

use crate::dice::{BLOCK, Dice, Purpose, threshold32};
use crate::sim::forms::Contact;
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

/// Sum what happened to citizens into their places.
pub fn sum_up(model: &Model, world: &mut World) {
    world.count_fates(model.persons_per_agent);
    for place in &mut world.places {
        place.totals.detained += place.counts.arrested;
        place.totals.hurt += place.counts.hurt;
        place.totals.killed += place.counts.killed;
    }
}

/// What can happen to a person within the tick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fate {
    /// That anything happens.
    pub hazard: Hazard,
    /// Thresholds on a 32-bit lot for what it is: below the first dead, below the second injured, else detained.
    pub shares: [u64; 2],
}

impl Fate {
    /// Competing risks with these probabilities within the tick, cut to at most nine tenths together.
    fn new(death: f64, injury: f64, arrest: f64) -> Fate {
        let all = death + injury + arrest;
        if all <= 0.0 {
            return Fate::default();
        }
        Fate {
            hazard: hazard::of_chance(all.min(0.9)),
            shares: [threshold32(death / all), threshold32((death + injury) / all)],
        }
    }
}

/// What a place holds for each kind of citizen this tick.
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
    /// That an injured person is about again.
    pub recovered: Hazard,
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
}

/// Share of people met within a tick, from events per hour over those exposed.
fn probability(model: &Model, per_hour: f64, exposed: f64) -> f64 {
    if per_hour > 0.0 && exposed > 0.0 {
        model.clock.chance(per_hour / exposed)
    } else {
        0.0
    }
}

/// What the forces in a place and their orders hold for its people this tick.
pub fn fates(model: &Model, place: &PlaceState) -> Fates {
    let (policing, harm) = (&model.rules.policing, &model.rules.harm);
    let counts = &place.counts;
    let (crowd, fighting) = (counts.out() as f64, counts.fighting() as f64);
    let peaceful = crowd - fighting;
    let control = 1.0 - place.tied_up(model);
    let power = place.lever(Lever::ArrestPower);
    let held_back = 1.0 - place.lever(Lever::Restraint);

    let force = match model.rules.forms.contact {
        Contact::Presence => by_presence(model, place, fighting),
        Contact::Encounter => by_encounter(model, place, peaceful, fighting),
    };
    let arrested = force.arrests * power * control;
    let beaten = force.blows * held_back;
    let shot = force.shots * held_back;
    let arrestable = force.reach * peaceful + policing.violent_arrest * fighting;
    let exposed = force.reach * peaceful + harm.violent_exposure * fighting;
    let arrest = |weight: f64| weight * probability(model, arrested, arrestable);
    let hurt = |weight: f64| weight * probability(model, beaten + shot, exposed);
    let killed = |weight: f64| {
        weight
            * probability(
                model,
                beaten * harm.civilian_death_share + shot * harm.live_fire_death_share,
                exposed,
            )
    };
    // Those who defend a site fire at its attackers alone.
    let defended = place.strength.self_defence * held_back;
    let shot_there = |share: f64| probability(model, defended * share, fighting);
    let met = |arrest_weight: f64, harm_weight: f64, attacks: f64| {
        Fate::new(
            killed(harm_weight) + attacks * shot_there(harm.live_fire_death_share),
            hurt(harm_weight) + attacks * shot_there(1.0),
            arrest(arrest_weight),
        )
    };
    // People are fetched from home only under emergency powers, and as far as the streets leave officers for it.
    let officers = f64::from(place.strength.officers);
    let investigated = officers * policing.investigation_rate * (power - 1.0).max(0.0) * control * control;
    Fates {
        peaceful: if peaceful > 0.0 {
            met(force.reach, force.reach, 0.0)
        } else {
            Fate::default()
        },
        fighting: if fighting > 0.0 {
            met(policing.violent_arrest, harm.violent_exposure, 1.0)
        } else {
            Fate::default()
        },
        at_large: Fate::new(0.0, 0.0, probability(model, investigated, counts.at_large as f64)),
        released: hazard::of_rate(1.0 / policing.detention_hours, model.clock.hours()),
        recovered: hazard::of_rate(1.0 / harm.recovery_hours, model.clock.hours()),
    }
}

/// What the forces in a place do to its people in an hour, if nothing holds them back.
struct Force {
    /// Arrests.
    arrests: f64,
    /// People injured by other means than firearms.
    blows: f64,
    /// People shot.
    shots: f64,
    /// Share of the peaceful to whom it can happen.
    reach: f64,
}

/// Every officer in the streets brings so much an hour, whatever the crowd.
fn by_presence(model: &Model, place: &PlaceState, fighting: f64) -> Force {
    let (policing, harm) = (&model.rules.policing, &model.rules.harm);
    let (officers, order) = (f64::from(place.strength.officers), place.strength.order);
    let (arrests, blows) = rules::order_force(order);
    // Live fire is an order against attackers; where there are none nobody is shot.
    let shooting = if order >= 3 && fighting > 0.0 {
        officers * harm.live_fire_injury_rate
    } else {
        0.0
    };
    Force {
        arrests: officers * policing.arrest_rate * arrests,
        blows: officers * harm.civilian_injury_rate * blows,
        shots: shooting,
        reach: 1.0,
    }
}

/// What happens in encounters of both sides: of the peaceful only those are met whom an order is against.
fn by_encounter(model: &Model, place: &PlaceState, peaceful: f64, fighting: f64) -> Force {
    let (policing, harm) = (&model.rules.policing, &model.rules.harm);
    let (officers, order) = (f64::from(place.strength.officers), place.strength.order);
    let reach = rules::dealt_with(order, &model.rules);
    let met = rules::encounters(officers, reach * peaceful + fighting);
    let fire = if order >= 3 { harm.encounter_fire_rate } else { 0.0 };
    Force {
        arrests: met * policing.encounter_arrest_rate,
        blows: met * harm.encounter_injury_rate,
        shots: rules::encounters(officers, fighting) * fire,
        reach,
    }
}

/// What happens to citizens this tick.
fn citizens(model: &Model, dice: &Dice, world: &mut World) {
    let World { wards, places, .. } = world;
    let places = &*places;
    wards.par_iter_mut().for_each(|ward| {
        let t = &ward.tally;
        let (away, at_large) = (t.out() + t.detained + t.injured, t.at_large);
        if away + at_large == 0 {
            return;
        }
        let fates = fates(model, &places[ward.place as usize]);
        let searched = at_large > 0 && fates.at_large.hazard > 0;
        if away == 0 && !searched {
            return;
        }
        for at in (0..ward.people.len()).step_by(64) {
            let (span, people) = (at..ward.people.len().min(at + 64), &mut ward.people);
            let over = run_down(&mut people.clock[span.clone()], &people.state[span], &fates);
            for i in Ones(over).map(|bit| at + bit) {
                let (number, people) = (ward.number(i), &mut ward.people);
                let lot = hazard::next(&mut people.clock[i], &mut people.turns[i], dice, number);
                meet(ward, i, lot, &fates);
            }
        }
        let t = &mut ward.tally;
        if t.out() == 0 {
            (t.demand_price, t.demand_government, t.demand_regime) = (0, 0, 0);
        }
    });
}

/// Run down the clocks of at most 64 people, and flag whose have run out. Free of branches, so that it becomes vector code.
/// Who is out, away or searched for has been out before, and so has a clock.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw", "x86_64+avx2", "aarch64+neon"))]
fn run_down(clocks: &mut [Hazard], states: &[u8], fates: &Fates) -> u64 {
    let mut flags = [0u8; 64];
    for ((flag, clock), &state) in flags.iter_mut().zip(clocks).zip(states) {
        let is = |activity: Activity| state & ACTIVITY == activity as u8;
        let at_large = state & (ACTIVITY | TOOK_PART) == TOOK_PART;
        let on = |these: bool, hazard: Hazard| if these { hazard } else { 0 };
        let hazard = on(is(Activity::Protesting), fates.peaceful.hazard)
            | on(is(Activity::Violent) | is(Activity::Looting), fates.fighting.hazard)
            | on(is(Activity::Detained), fates.released)
            | on(is(Activity::Injured), fates.recovered)
            | on(at_large, fates.at_large.hazard);
        let over = (hazard > 0) & (*clock <= hazard);
        *clock -= on(!over, hazard);
        *flag = u8::from(over);
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
    let next = match Activity::of(state) {
        Activity::Detained | Activity::Injured => {
            tally.at_large += 1;
            Activity::Home
        }
        _ if lot < fate.shares[0] => {
            (tally.killed, *killed) = (tally.killed + 1, *killed + 1);
            Activity::Dead
        }
        _ if lot < fate.shares[1] => {
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
    people.state[i] = state & !ACTIVITY | next as u8;
    people.ticks_out[i] = 0;
}

/// What happens to officers this tick: those in the streets and at contested sites, on duty, of a place with
/// violent people.
pub fn officers(model: &Model, dice: &Dice, world: &mut World, tick: u32) {
    let harm = &model.rules.harm;
    for p in 0..world.places.len() {
        let violent = world.places[p].counts.violent as f64;
        if violent <= 0.0 {
            continue;
        }
        let armed = world.armed(model, p);
        let World {
            units,
            sites,
            officers,
            places,
            ..
        } = world;
        let faces = |unit: &Unit| {
            let contact = match unit.post {
                Post::Street => true,
                Post::Site(s) => sites[s as usize].holder == Holder::Contested,
                _ => false,
            };
            unit.place as usize == p && unit.on_duty && contact
        };
        let exposed: u32 = units.iter().filter(|unit| faces(unit)).map(|unit| unit.able).sum();
        if exposed == 0 {
            continue;
        }
        let lethality = 1.0 + harm.armed_lethality * (armed / violent).min(1.0);
        let exposed = f64::from(exposed);
        let blows = match model.rules.forms.contact {
            Contact::Presence => violent * harm.officer_injury_rate,
            Contact::Encounter => rules::encounters(exposed, violent) * harm.encounter_officer_injury_rate,
        };
        let injured = probability(model, blows, exposed).min(0.5);
        let killed = injured * (harm.officer_death_share * lethality).min(1.0);
        let (dead, out) = (threshold32(killed), threshold32(killed + injured));
        let totals = &mut places[p].totals;
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
                    *service = Service::Injured;
                    totals.officers_hurt += 1;
                }
            }
        }
    }
}
