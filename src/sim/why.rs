//! Why people go out and why they turn violent. Both decisions are linear forms ([`crate::sim::weights`]), so what pushed
//! and what held back are the terms of a sum, and nothing about them is an estimate.
//!
//! A mean over all residents would tell of people who never come near a square. So the parts are means over those at the
//! **margin**: of going out, the keenest hundredth of a region's residents; of violence, the keenest tenth of these.
//! The same dice give the same run again, so nothing has to be recorded for it ([`explain`]); a run that is asked to keeps
//! it all the same, tick by tick ([`Asked`]), and is no other run for that.

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::LazyLock;

use rayon::prelude::*;

use super::model::Model;
use super::reach;
use super::rules::SCALE;
use super::tick::Engine;
use super::tick::perceive::{View, way, weigh};
use super::weights::Weights;
use super::world::World;
use crate::dice::{BLOCK, Dice};
use crate::metric::Metric;

/// The keenest one in so many residents are the margin of going out.
pub const OUT: usize = 100;
/// The keenest one in so many of those are the margin of violence.
pub const VIOLENT: usize = 10;

/// Communities of an area, a region or a place, that are asked; they lie evenly spread over it.
const ASKED: usize = 256;

/// What going out is made of, in the order of `a h + b p - c r + d`, and what the engine's steps leave over.
#[rustfmt::skip]
pub const TURNOUT: [&str; 22] = [
    "background", "banks", "price", "discontent", "participation", "police", "fear", "crowd", "belief", "coordination",
    "rumour", "reassurance", "narrative", "danger", "threshold", "hour", "cold", "curfew", "acquaintances", "anger",
    "way", "rounding",
];
/// What violence is made of, in the order of `v - e r + f`, and what the engine's steps leave over.
#[rustfmt::skip]
pub const VIOLENCE: [&str; 11] = [
    "disposition", "fear", "overstretch", "surprise", "arms", "isolation", "darkness", "reluctance", "discipline",
    "anger", "rounding",
];

/// The columns of `explain.csv`: of each decision its parts, what they add up to, and the share who want to.
pub fn columns() -> &'static [String] {
    static COLUMNS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let of = |decision: &'static str, parts: &'static [&'static str]| {
            let all = parts.iter().copied().chain(["utility", "willing"]);
            all.map(move |part| format!("{decision}_{part}"))
        };
        of("turnout", &TURNOUT).chain(of("violence", &VIOLENCE)).collect()
    });
    &COLUMNS
}

/// A decision, as those at its margin weigh it.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// What pushed them (above zero) and what held them back, in utility: means over the margin, in steps of 0.00001.
    pub parts: Vec<(&'static str, f64)>,
    /// What the parts add up to. Whoever has more than zero acts.
    pub utility: f64,
    /// Share of the residents who want to go out; of these, share who want to be violent there. Not a number where nobody
    /// wants to go out.
    pub willing: f64,
}

/// What decided in a region in a tick.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// Going out for a cause.
    pub turnout: Decision,
    /// Violence of those who are out.
    pub violence: Decision,
}

impl Moment {
    /// Its numbers, in the order of [`columns`].
    pub fn values(&self) -> Vec<f64> {
        let of = |decision: &Decision| {
            let parts = decision.parts.iter().map(|part| part.1);
            parts.chain([decision.utility, decision.willing]).collect::<Vec<_>>()
        };
        [of(&self.turnout), of(&self.violence)].concat()
    }

    /// The moment of these numbers, in the same order.
    ///
    /// # Panics
    /// If there are fewer.
    pub fn of(values: &[f64]) -> Moment {
        let decision = |names: &[&'static str], values: &[f64]| Decision {
            parts: names.iter().copied().zip(values.iter().copied()).collect(),
            utility: values[names.len()],
            willing: values[names.len() + 1],
        };
        let (turnout, violence) = values.split_at(TURNOUT.len() + 2);
        Moment {
            turnout: decision(&TURNOUT, turnout),
            violence: decision(&VIOLENCE, violence),
        }
    }
}

/// What decided in these ticks and areas, in their order, and how many people were out and violent by then.
pub fn explain(model: &Model, dice: &Dice, at: &[(u32, usize)]) -> Vec<(Moment, [f64; 2])> {
    let mut engine = Engine::new(model, dice);
    let mut asked: Vec<_> = at
        .iter()
        .enumerate()
        .map(|(order, &(tick, area))| (tick, order, Area::of(model, dice, &engine.world, area)))
        .collect();
    asked.sort_by_key(|(tick, order, _)| (*tick, *order));
    let mut found: Vec<(usize, Moment, [f64; 2])> = Vec::new();
    for (tick, order, mut area) in asked {
        while engine.tick <= tick {
            engine.tick();
        }
        let crowd = [Metric::Participants, Metric::Violent];
        let crowd = crowd.map(|metric| engine.readings.get(metric, Some(area.number)));
        found.push((order, area.moment(&engine), crowd));
    }
    found.sort_by_key(|(order, ..)| *order);
    found.into_iter().map(|(_, moment, crowd)| (moment, crowd)).collect()
}

/// Residents of all regions who are asked, tick after tick.
pub struct Asked(Vec<Area>);

impl Asked {
    /// Those of a world.
    pub fn of(model: &Model, dice: &Dice, world: &World) -> Asked {
        let regions = (0..model.regions.len()).into_par_iter();
        Asked(regions.map(|region| Area::of(model, dice, world, region)).collect())
    }

    /// What decided in each region in the tick that has just ended.
    pub fn moments(&mut self, engine: &Engine) -> Vec<Moment> {
        self.0.par_iter_mut().map(|region| region.moment(engine)).collect()
    }
}

/// Residents of a region or a place: of all its communities, or of some that lie evenly spread over it. What they are like never
/// changes.
struct Area {
    number: usize,
    communities: Vec<Community>,
    /// Hardship, discontent, risk aversion and violent disposition.
    traits: [Vec<u8>; 4],
    /// What going out comes to for each of them.
    causes: Vec<i32>,
    /// A little less than it came to for the last of the margin when they were last asked: a guess that spares sorting.
    line: i32,
}

/// A community, and where its people lie.
struct Community {
    place: usize,
    ward: usize,
    at: usize,
    people: Range<usize>,
}

/// What a community weighs, and what tells it from others of its region.
struct Weighing {
    weights: Weights,
    anger: f64,
    fear: f64,
    known: f64,
    way: f64,
}

/// So many people are looked at together.
const HANDFUL: usize = 16;

/// How far below the last line the next is looked for first: a fiftieth of utility.
const SLACK: i32 = 255 * SCALE as i32 / 50;

impl Area {
    fn of(model: &Model, dice: &Dice, world: &World, number: usize) -> Area {
        let places: Vec<usize> = model.places_in(number).collect();
        let wards = world.wards.iter().enumerate();
        let all: Vec<(usize, usize)> = wards
            .filter(|(_, ward)| places.contains(&(ward.place as usize)))
            .flat_map(|(number, ward)| (0..ward.out.len()).map(move |at| (number, at)))
            .collect();
        let (mut communities, mut traits) = (Vec::new(), <[Vec<u8>; 4]>::default());
        for &(ward, at) in all.iter().step_by(all.len().div_ceil(ASKED)) {
            let own = &world.wards[ward];
            let place = own.place as usize;
            let people = reach::traits(model.region_of(place), dice, own.first as usize + at);
            let (from, size) = (traits[0].len(), own.size_of(at).min(BLOCK));
            for (kind, column) in traits.iter_mut().enumerate() {
                column.extend(people[..size].iter().map(|traits| traits[kind]));
            }
            let people = from..from + size;
            communities.push(Community {
                place,
                ward,
                at,
                people,
            });
        }
        Area {
            number,
            communities,
            causes: vec![0; traits[0].len()],
            traits,
            line: i32::MIN,
        }
    }

    /// What decided in the tick that has just ended. Since a tick's views are formed, nothing has changed them.
    fn moment(&mut self, engine: &Engine) -> Moment {
        let weighings: Vec<Weighing> = self.communities.iter().map(|own| self.weighing(engine, own)).collect();
        let (margin, would, would_fight) = self.put(&weighings);
        let rage = |&(person, community): &(usize, usize)| self.rage(&weighings[community], person);
        let mut angriest = margin.clone();
        let number = margin.len().div_ceil(VIOLENT);
        if number < angriest.len() {
            // Of equals, the first.
            angriest.select_nth_unstable_by_key(number, |person| (Reverse(rage(person)), person.0));
            angriest.truncate(number);
        }
        angriest.sort_unstable();
        let causes = margin.iter().map(|&(person, _)| self.causes[person]);
        Moment {
            turnout: decision(
                self.terms(engine, &weighings, &margin, going_out),
                causes.collect(),
                would as f64 / self.causes.len() as f64,
            ),
            violence: decision(
                self.terms(engine, &weighings, &angriest, turning_violent),
                angriest.iter().map(rage).collect(),
                would_fight as f64 / would as f64,
            ),
        }
    }

    /// The terms of a decision as means over some people, who may be of several places.
    fn terms(
        &self,
        engine: &Engine,
        weighings: &[Weighing],
        people: &[(usize, usize)],
        of: fn(&Model, &View, &Means) -> Terms,
    ) -> Terms {
        let place_of = |&(_, community): &(usize, usize)| self.communities[community].place;
        let mut places: Vec<usize> = people.iter().map(place_of).collect();
        places.sort_unstable();
        places.dedup();
        let mut all: Terms = Vec::new();
        for place in places {
            let own: Vec<_> = people.iter().copied().filter(|of| place_of(of) == place).collect();
            let share = own.len() as f64 / people.len() as f64;
            let view = &engine.perception.views[place];
            let terms = of(engine.model, view, &Means::of(self, weighings, &own));
            all.resize(terms.len(), ("", 0.0));
            for (sum, (name, term)) in all.iter_mut().zip(terms) {
                *sum = (name, sum.1 + share * term);
            }
        }
        all
    }

    fn weighing(&self, engine: &Engine, own: &Community) -> Weighing {
        let (model, view) = (engine.model, &engine.perception.views[own.place]);
        let ward = &engine.world.wards[own.ward];
        let mood = ward.moods[own.at].unwrap_or(engine.world.places[own.place].mood);
        let known = engine.perception.acquaintances(ward.first as usize + own.at);
        Weighing {
            weights: weigh(model, ward.urban, mood, view, known),
            anger: f64::from(mood.0),
            fear: f64::from(mood.1),
            known,
            way: way(model, ward.urban),
        }
    }

    /// Put going out to everybody, and find those to whom it comes to most, in their order, each with the place of the
    /// community; of equals, the first. With them, how many want to go out, and how many of these to be violent.
    fn put(&mut self, weighings: &[Weighing]) -> (Vec<(usize, usize)>, usize, usize) {
        for (own, weighing) in self.communities.iter().zip(weighings) {
            let [h, p, r, _] = self.traits.each_ref().map(|column| &column[own.people.clone()]);
            weigh_all(&weighing.weights, (h, p, r), &mut self.causes[own.people.clone()]);
        }
        let number = self.causes.len().div_ceil(OUT);
        let mut keen = self.above(self.line.min(1));
        if keen.len() < number {
            keen = self.above(i32::MIN);
        }
        let willing = keen.iter().filter(|&&(person, _)| self.causes[person] > 0);
        let [would, would_fight] = willing.fold([0, 0], |[would, would_fight], &(person, community)| {
            let rage = self.rage(&weighings[community], person);
            [would + 1, would_fight + usize::from(rage > 0)]
        });
        let mut causes: Vec<i32> = keen.iter().map(|&(person, _)| self.causes[person]).collect();
        let rest = causes.len() - number;
        let line = *causes.select_nth_unstable(rest).1;
        let mut equals = number - causes[rest..].iter().filter(|&&cause| cause > line).count();
        keen.retain(|&(person, _)| {
            let equal = self.causes[person] == line && equals > 0;
            equals -= usize::from(equal);
            equal || self.causes[person] > line
        });
        self.line = line.saturating_sub(SLACK);
        (keen, would, would_fight)
    }

    /// Those to whom going out comes to at least so much.
    fn above(&self, least: i32) -> Vec<(usize, usize)> {
        let mut found = Vec::with_capacity(self.causes.len() / 32);
        // In most handfuls there is nobody, which is seen at one glance.
        for (handful, causes) in self.causes.chunks(HANDFUL).enumerate() {
            if causes.iter().fold(i32::MIN, |most, &cause| most.max(cause)) >= least {
                let first = handful * HANDFUL;
                let keen = causes.iter().enumerate().filter(|(_, cause)| **cause >= least);
                found.extend(keen.map(|(at, _)| first + at));
            }
        }
        let mut community = 0;
        let with_community = |person: usize| {
            while self.communities[community].people.end <= person {
                community += 1;
            }
            (person, community)
        };
        found.into_iter().map(with_community).collect()
    }

    /// What violence comes to for somebody.
    fn rage(&self, weighing: &Weighing, person: usize) -> i32 {
        weighing.weights.rage(self.traits[3][person], self.traits[2][person])
    }
}

/// What going out comes to for people of these traits.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw", "x86_64+avx2", "aarch64+neon"))]
fn weigh_all(weights: &Weights, (h, p, r): (&[u8], &[u8], &[u8]), causes: &mut [i32]) {
    for (((cause, &h), &p), &r) in causes.iter_mut().zip(h).zip(p).zip(r) {
        *cause = weights.cause(h, p, r);
    }
}

/// Terms of a decision.
type Terms = Vec<(&'static str, f64)>;

/// What some people are like and what they weigh: means over them.
struct Means {
    h: f64,
    p: f64,
    r: f64,
    v: f64,
    anger: f64,
    /// Of fear times risk aversion.
    feared: f64,
    known: f64,
    way: f64,
}

impl Means {
    fn of(area: &Area, weighings: &[Weighing], people: &[(usize, usize)]) -> Means {
        let trait_of = |kind: usize, person: usize| f64::from(area.traits[kind][person]) / 255.0;
        let mean = |of: &dyn Fn(usize, &Weighing) -> f64| {
            let all = people
                .iter()
                .map(|&(person, community)| of(person, &weighings[community]));
            all.sum::<f64>() / people.len() as f64
        };
        Means {
            h: mean(&|person, _| trait_of(0, person)),
            p: mean(&|person, _| trait_of(1, person)),
            r: mean(&|person, _| trait_of(2, person)),
            v: mean(&|person, _| trait_of(3, person)),
            anger: mean(&|_, own| own.anger),
            feared: mean(&|person, own| own.fear * trait_of(2, person)),
            known: mean(&|_, own| own.known),
            way: mean(&|_, own| own.way),
        }
    }
}

/// The terms of going out, in the order of [`TURNOUT`].
fn going_out(model: &Model, view: &View, people: &Means) -> Terms {
    let rules = &model.rules.turnout;
    let hardship = view.hardship.parts.iter();
    let costs = view.cost.parts.iter();
    hardship
        .map(|&(name, weight)| (name, weight * people.h))
        .chain([("discontent", view.discontent * people.p)])
        .chain(costs.map(|&(name, weight)| (name, -weight * people.r)))
        .chain([("fear", -rules.fear_weight * people.feared)])
        .chain(view.turnout.parts)
        .chain([
            ("acquaintances", rules.acquaintance_weight * people.known),
            ("anger", rules.backlash_weight * people.anger),
            ("way", -people.way),
        ])
        .collect()
}

/// The terms of violence, in the order of [`VIOLENCE`].
fn turning_violent(model: &Model, view: &View, people: &Means) -> Terms {
    let rules = &model.rules.violence;
    [("disposition", people.v), ("fear", -rules.fear_weight * people.feared)]
        .into_iter()
        .chain(view.violence.parts)
        .chain([("anger", rules.backlash_weight * people.anger)])
        .collect()
}

/// A decision of these terms, which comes to so much for each of those who are asked. What the engine's steps of utility
/// leave over, and those of the terms, is its last part.
fn decision(terms: Terms, forms: Vec<i32>, willing: f64) -> Decision {
    // Plus zero, as minus zero reads like something.
    let in_steps = |value: f64| (value * 1e5).round() / 1e5 + 0.0;
    let sum: i64 = forms.iter().map(|&form| i64::from(form)).sum();
    let utility = in_steps(sum as f64 / forms.len() as f64 / (255.0 * SCALE));
    let mut parts: Vec<_> = terms.into_iter().map(|(name, term)| (name, in_steps(term))).collect();
    let told: f64 = parts.iter().map(|(_, part)| part).sum();
    parts.push(("rounding", in_steps(utility - told)));
    Decision {
        parts,
        utility,
        willing: (willing * 1e7).round() / 1e7,
    }
}
