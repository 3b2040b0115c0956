//! Why people go out and why they turn violent. Both decisions are linear forms ([`crate::sim::weights`]), so what pushed
//! and what held back are the terms of a sum, and nothing about them is an estimate.
//!
//! A mean over all residents would tell of people who never come near a square. So the parts are means over those at the
//! **margin**: of going out, the keenest hundredth of a region's residents; of violence, the keenest tenth of these.
//! Nothing has to be recorded for it, as the same dice give the same run again.

use super::model::Model;
use super::reach;
use super::rules::SCALE;
use super::tick::Engine;
use super::tick::perceive::{View, way, weigh};
use super::weights::Weights;
use super::world::Ward;
use crate::dice::{BLOCK, Dice};
use crate::metric::Metric;

/// The keenest one in so many residents are the margin of going out.
pub const OUT: usize = 100;
/// The keenest one in so many of those are the margin of violence.
pub const VIOLENT: usize = 10;

/// Communities of a region or place that are asked; they lie evenly spread over it.
const ASKED: usize = 512;

/// A decision, as those at its margin weigh it.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// What pushed them (above zero) and what held them back, in utility: means over the margin.
    pub parts: Vec<(&'static str, f64)>,
    /// What the parts add up to. Whoever has more than zero acts.
    pub utility: f64,
    /// Share of the residents who want to go out; of these, share who want to be violent there. Not a number where nobody
    /// wants to go out.
    pub willing: f64,
}

/// What decided in a region in a tick, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// Going out for a cause.
    pub turnout: Decision,
    /// Violence of those who are out.
    pub violence: Decision,
    /// People out at the end of the tick.
    pub participants: f64,
    /// Of these, people who attack, burn or loot.
    pub violent: f64,
}

/// What decided in these ticks and areas, in their order.
pub fn explain(model: &Model, dice: &Dice, at: &[(u32, usize)]) -> Vec<Moment> {
    let mut engine = Engine::new(model, dice);
    let last = at.iter().map(|&(tick, _)| tick).max().unwrap_or(0);
    let mut found: Vec<(usize, Moment)> = Vec::new();
    for now in 0..=last {
        engine.tick();
        let asked = at.iter().enumerate().filter(|(_, (tick, _))| *tick == now);
        found.extend(asked.map(|(place, &(_, area))| (place, of_area(&engine, area))));
    }
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, moment)| moment).collect()
}

/// What somebody weighs, and their own traits.
struct Person {
    community: Community,
    traits: [u8; 4],
}

/// What tells a community from others of its region or place.
#[derive(Clone, Copy)]
struct Community {
    place: usize,
    urban: bool,
    mood: (f32, f32),
    known: f64,
    weights: Weights,
}

/// What decided in an area in the tick that has just ended. Since a tick's views are formed, nothing has changed them.
fn of_area(engine: &Engine, area: usize) -> Moment {
    let (model, views) = (engine.model, &engine.perception.views[..]);
    let mut people = asked(engine, area);
    let residents = people.len();
    let cause = |person: &Person| {
        let [h, p, r, _] = person.traits;
        person.community.weights.cause(h, p, r)
    };
    let rage = |person: &Person| {
        let [_, _, r, v] = person.traits;
        person.community.weights.rage(v, r)
    };
    people.sort_by_key(|person| std::cmp::Reverse(cause(person)));
    let would = people.partition_point(|person| cause(person) > 0);
    let would_fight = people[..would].iter().filter(|person| rage(person) > 0).count();

    people.truncate(residents.div_ceil(OUT));
    let willing = would as f64 / residents as f64;
    let turnout = mean(&people, willing, cause, |person| going_out(model, views, person));
    people.sort_by_key(|person| std::cmp::Reverse(rage(person)));
    people.truncate(people.len().div_ceil(VIOLENT));
    let willing = would_fight as f64 / would as f64;
    let violence = mean(&people, willing, rage, |person| turning_violent(model, views, person));

    let measured = |metric| engine.readings.get(metric, Some(area));
    Moment {
        turnout,
        violence,
        participants: measured(Metric::Participants),
        violent: measured(Metric::Violent),
    }
}

/// Residents of an area: of all its communities, or of some that lie evenly spread over it.
fn asked(engine: &Engine, area: usize) -> Vec<Person> {
    let places: Vec<usize> = engine.model.places_in(area).collect();
    let wards = engine.world.wards.iter();
    let wards = wards.filter(|ward| places.contains(&(ward.place as usize)));
    let communities: Vec<(&Ward, usize)> = wards
        .flat_map(|ward| (0..ward.out.len()).map(move |at| (ward, at)))
        .collect();
    let model = engine.model;
    let mut people = Vec::new();
    for &(ward, at) in communities.iter().step_by(communities.len().div_ceil(ASKED)) {
        let number = ward.first as usize + at;
        let place = ward.place as usize;
        let mood = ward.moods[at].unwrap_or(engine.world.places[place].mood);
        let known = engine.perception.acquaintances(number);
        let community = Community {
            place,
            urban: ward.urban,
            mood,
            known,
            weights: weigh(model, ward.urban, mood, &engine.perception.views[place], known),
        };
        let traits = reach::traits(model.region_of(place), &engine.dice, number);
        let size = ward.size_of(at).min(BLOCK);
        people.extend(traits[..size].iter().map(|&traits| Person { community, traits }));
    }
    people
}

/// The terms of going out, in the order of `a h + b p - c r + d`.
fn going_out(model: &Model, views: &[View], person: &Person) -> Vec<(&'static str, f64)> {
    let view = &views[person.community.place];
    let [h, p, r, _] = person.traits.map(|byte| f64::from(byte) / 255.0);
    let (rules, community) = (&model.rules.turnout, &person.community);
    let (anger, fear) = (f64::from(community.mood.0), f64::from(community.mood.1));
    let hardship = view.hardship.parts.iter().map(|&(name, weight)| (name, weight * h));
    let costs = view.cost.parts.iter().map(|&(name, weight)| (name, -weight * r));
    hardship
        .chain([("discontent", view.discontent * p)])
        .chain(costs)
        .chain([("fear", -rules.fear_weight * fear * r)])
        .chain(view.turnout.parts)
        .chain([
            ("acquaintances", rules.acquaintance_weight * community.known),
            ("anger", rules.backlash_weight * anger),
            ("way", -way(model, community.urban)),
        ])
        .collect()
}

/// The terms of violence, in the order of `v - e r + f`.
fn turning_violent(model: &Model, views: &[View], person: &Person) -> Vec<(&'static str, f64)> {
    let view = &views[person.community.place];
    let [_, _, r, v] = person.traits.map(|byte| f64::from(byte) / 255.0);
    let (rules, community) = (&model.rules.violence, &person.community);
    let (anger, fear) = (f64::from(community.mood.0), f64::from(community.mood.1));
    [("disposition", v), ("fear", -rules.fear_weight * fear * r)]
        .into_iter()
        .chain(view.violence.parts)
        .chain([("anger", rules.backlash_weight * anger)])
        .collect()
}

/// The mean of a decision over people, with what the engine's steps of utility leave over as its last part.
fn mean(
    people: &[Person],
    willing: f64,
    form: impl Fn(&Person) -> i32,
    terms: impl Fn(&Person) -> Vec<(&'static str, f64)>,
) -> Decision {
    let mut parts: Vec<(&'static str, f64)> = Vec::new();
    let mut utility = 0.0;
    let share = 1.0 / people.len() as f64;
    for person in people {
        let own = terms(person);
        parts.resize(own.len(), ("", 0.0));
        for (sum, (name, term)) in parts.iter_mut().zip(own) {
            *sum = (name, sum.1 + share * term);
        }
        utility += share * f64::from(form(person)) / (255.0 * SCALE);
    }
    let sum: f64 = parts.iter().map(|(_, part)| part).sum();
    parts.push(("rounding", utility - sum));
    Decision {
        parts,
        utility,
        willing,
    }
}
