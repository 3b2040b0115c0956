//! Who is at the margin: of the residents of an area, those to whom going out comes to most now, and the angriest of them.
//!
//! Nearly everybody is far from it. So the last of the margin of the hour before is where looking begins: whoever comes
//! to clearly less is passed over by the word, 64 people at a time, and looked for only where too few are left.

use std::cmp::Reverse;

use crate::dice::{BLOCK, Dice};
use crate::sim::model::Model;
use crate::sim::reach;
use crate::sim::rules::SCALE;
use crate::sim::tick::Engine;
use crate::sim::tick::perceive::{way, weigh};
use crate::sim::weights::Weights;
use crate::sim::world::{Ones, World, gathered};

/// The keenest one in so many residents are the margin of going out.
const OUT: usize = 100;
/// The keenest one in so many of those are the margin of violence.
const VIOLENT: usize = 10;

/// Communities of an area that are asked; they lie evenly spread over it.
const ASKED: usize = 256;

/// How far below the last line the next is looked for first: a fiftieth of utility.
const SLACK: i32 = 255 * SCALE as i32 / 50;

/// Residents of a region or a place: of all its communities, or of some that lie evenly spread over it.
pub struct Area {
    /// Of a region, or of a place behind all regions.
    pub number: usize,
    communities: Vec<Community>,
    /// What going out came to for the last of the margin when they were last asked.
    line: i32,
}

/// Residents of a community. What they are like never changes.
struct Community {
    place: usize,
    ward: usize,
    at: usize,
    size: usize,
    hardship: [u8; BLOCK],
    discontent: [u8; BLOCK],
    risk_aversion: [u8; BLOCK],
    violence: [u8; BLOCK],
}

/// What a community weighs, and what tells it from others of its area.
struct Weighing {
    weights: Weights,
    anger: f64,
    fear: f64,
    known: f64,
    way: f64,
}

/// What decides at the margin of an area.
pub struct Margin {
    /// The keenest on going out.
    pub keenest: Group,
    /// Of these, the keenest on violence.
    pub angriest: Group,
    /// How many of all who are asked want to go out.
    pub would: usize,
    /// How many of these want to be violent.
    pub would_fight: usize,
}

/// Some people, and what their decision comes to.
pub struct Group {
    /// What they are like, place by place.
    pub by_place: Vec<(usize, Means)>,
    /// Mean utility, in the engine's steps.
    pub utility: f64,
}

/// What some people of a place are like and what they weigh: means over them, traits from 0 to 1.
pub struct Means {
    /// How many they are.
    pub people: f64,
    /// Hardship.
    pub h: f64,
    /// Discontent.
    pub p: f64,
    /// Risk aversion.
    pub r: f64,
    /// Violent disposition.
    pub v: f64,
    /// Anger at what was done to people nearby.
    pub anger: f64,
    /// Fear times risk aversion.
    pub feared: f64,
    /// Acquaintances who are out.
    pub known: f64,
    /// What the way to a square costs.
    pub way: f64,
}

/// Somebody by number among all who are asked, and what a decision comes to for them.
#[derive(Clone, Copy)]
struct Person {
    who: usize,
    utility: i32,
}

impl Area {
    /// Those who are asked of an area of a world.
    pub fn of(model: &Model, dice: &Dice, world: &World, number: usize) -> Area {
        let places: Vec<usize> = model.places_in(number).collect();
        let wards = world.wards.iter().enumerate();
        let all: Vec<(usize, usize)> = wards
            .filter(|(_, ward)| places.contains(&(ward.place as usize)))
            .flat_map(|(number, ward)| (0..ward.out.len()).map(move |at| (number, at)))
            .collect();
        let asked = all.iter().step_by(all.len().div_ceil(ASKED));
        let community = |&(ward, at): &(usize, usize)| {
            let own = &world.wards[ward];
            let place = own.place as usize;
            let people = reach::traits(model.region_of(place), dice, own.first as usize + at);
            let column = |kind: usize| people.map(|traits| traits[kind]);
            Community {
                place,
                ward,
                at,
                size: own.size_of(at).min(BLOCK),
                hardship: column(0),
                discontent: column(1),
                risk_aversion: column(2),
                violence: column(3),
            }
        };
        Area {
            number,
            communities: asked.map(community).collect(),
            line: 0,
        }
    }

    /// How many are asked.
    pub fn residents(&self) -> usize {
        self.communities.iter().map(|own| own.size).sum()
    }

    /// Who is at the margin now.
    pub fn margin(&mut self, engine: &Engine) -> Margin {
        let weighings: Vec<Weighing> = self.communities.iter().map(|own| own.weighing(engine)).collect();
        let number = self.residents().div_ceil(OUT);
        let mut keen = self.keen(&weighings, number);
        let rage = |person: &Person| {
            let (own, i) = (&self.communities[person.who / BLOCK], person.who % BLOCK);
            let weights = &weighings[person.who / BLOCK].weights;
            weights.rage(own.violence[i], own.risk_aversion[i])
        };
        let willing = keen.iter().filter(|person| person.utility > 0);
        let (would, would_fight) = willing.fold((0, 0), |(would, would_fight), person| {
            (would + 1, would_fight + usize::from(rage(person) > 0))
        });
        self.line = keep_keenest(&mut keen, number);
        let angry = |person: &Person| Person {
            utility: rage(person),
            ..*person
        };
        let mut angriest: Vec<Person> = keen.iter().map(angry).collect();
        keep_keenest(&mut angriest, number.div_ceil(VIOLENT));
        Margin {
            keenest: self.group(&weighings, &keen),
            angriest: self.group(&weighings, &angriest),
            would,
            would_fight,
        }
    }

    /// At least so many of the keenest, and all who want to go out, in their order.
    fn keen(&self, weighings: &[Weighing], number: usize) -> Vec<Person> {
        let mut slack = SLACK;
        loop {
            let least = self.line.saturating_sub(slack).min(1);
            let mut found = Vec::with_capacity(2 * number);
            for (at, (own, weighing)) in self.communities.iter().zip(weighings).enumerate() {
                own.above(&weighing.weights, least, |i, utility| {
                    let who = at * BLOCK + i;
                    found.push(Person { who, utility });
                });
            }
            if found.len() >= number {
                return found;
            }
            slack = slack.saturating_mul(4);
        }
    }

    /// What these people have in common, who stand in their order.
    fn group(&self, weighings: &[Weighing], people: &[Person]) -> Group {
        let mut by_place: Vec<(usize, Means)> = Vec::new();
        for own in people.chunk_by(|a, b| a.who / BLOCK == b.who / BLOCK) {
            let at = own[0].who / BLOCK;
            let sums = self.communities[at].sums(own, &weighings[at]);
            match by_place
                .iter_mut()
                .find(|(place, _)| *place == self.communities[at].place)
            {
                Some((_, all)) => all.add(&sums),
                None => by_place.push((self.communities[at].place, sums)),
            }
        }
        by_place.sort_unstable_by_key(|(place, _)| *place);
        by_place.iter_mut().for_each(|(_, sums)| sums.divide());
        let utility: i64 = people.iter().map(|person| i64::from(person.utility)).sum();
        Group {
            by_place,
            utility: utility as f64 / people.len() as f64,
        }
    }
}

/// Keep so many of the keenest, in their order; of equals, the first. Gives what the last of them comes to.
fn keep_keenest(people: &mut Vec<Person>, number: usize) -> i32 {
    let mut utilities: Vec<Reverse<i32>> = people.iter().map(|person| Reverse(person.utility)).collect();
    let (above, &mut Reverse(line), _) = utilities.select_nth_unstable(number - 1);
    let mut equals = number - above.iter().filter(|&&Reverse(utility)| utility > line).count();
    people.retain(|person| {
        let equal = person.utility == line && equals > 0;
        equals -= usize::from(equal);
        equal || person.utility > line
    });
    line
}

impl Community {
    fn weighing(&self, engine: &Engine) -> Weighing {
        let (model, view) = (engine.model, &engine.perception.views[self.place]);
        let ward = &engine.world.wards[self.ward];
        let mood = ward.moods[self.at].unwrap_or(engine.world.places[self.place].mood);
        let known = engine.perception.acquaintances(ward.first as usize + self.at);
        Weighing {
            weights: weigh(model, ward.urban, mood, view, known),
            anger: f64::from(mood.0),
            fear: f64::from(mood.1),
            known,
            way: way(model, ward.urban),
        }
    }

    /// Everybody to whom going out comes to at least so much, with that.
    fn above(&self, weights: &Weights, least: i32, mut found: impl FnMut(usize, i32)) {
        let (h, p, r) = (&self.hardship, &self.discontent, &self.risk_aversion);
        for (word, flags) in reaching(weights, least, h, p, r).into_iter().enumerate() {
            for i in Ones(flags).map(|bit| 64 * word + bit).take_while(|&i| i < self.size) {
                found(i, weights.cause(h[i], p[i], r[i]));
            }
        }
    }

    /// What people of this community are like, summed.
    fn sums(&self, people: &[Person], own: &Weighing) -> Means {
        let sum = |column: &[u8; BLOCK]| {
            let all = people.iter().map(|person| u32::from(column[person.who % BLOCK]));
            f64::from(all.sum::<u32>()) / 255.0
        };
        let (number, r) = (people.len() as f64, sum(&self.risk_aversion));
        Means {
            people: number,
            h: sum(&self.hardship),
            p: sum(&self.discontent),
            r,
            v: sum(&self.violence),
            anger: number * own.anger,
            feared: own.fear * r,
            known: number * own.known,
            way: number * own.way,
        }
    }
}

impl Means {
    fn fields(&mut self) -> [&mut f64; 8] {
        let Means {
            people: _,
            h,
            p,
            r,
            v,
            anger,
            feared,
            known,
            way,
        } = self;
        [h, p, r, v, anger, feared, known, way]
    }

    /// Sums of more people.
    fn add(&mut self, sums: &Means) {
        let Means {
            people,
            h,
            p,
            r,
            v,
            anger,
            feared,
            known,
            way,
        } = *sums;
        self.people += people;
        let more = [h, p, r, v, anger, feared, known, way];
        self.fields().into_iter().zip(more).for_each(|(sum, more)| *sum += more);
    }

    /// Means of sums.
    fn divide(&mut self) {
        let people = self.people;
        self.fields().into_iter().for_each(|sum| *sum /= people);
    }
}

/// Flag those of a community to whom going out comes to at least so much, 64 to a word. Free of branches, so that it
/// becomes vector code; integers, so that every path is the same.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw", "x86_64+avx2", "aarch64+neon"))]
fn reaching(weights: &Weights, least: i32, h: &[u8; BLOCK], p: &[u8; BLOCK], r: &[u8; BLOCK]) -> [u64; BLOCK / 64] {
    let mut flags = [0; BLOCK];
    for i in 0..BLOCK {
        flags[i] = u8::from(weights.cause(h[i], p[i], r[i]) >= least);
    }
    gathered(&flags)
}
