//! Who is in the world at all.
//!
//! Of nineteen million people some hundred thousand ever want to go out. What all others would do need not be asked:
//! they stay at home under any weights that come near those of the hour. So a ward lists only the people who are within
//! its **reach**: who would go out under the keenest weights that have occurred in it, or slightly keener ones. As long as
//! nobody's weights are keener than those, whoever is not listed stays at home, exactly; and when they are, those who have
//! come within reach are listed, too. Nothing is lost by that, because a person's traits are a pure function of the dice,
//! and to those who were not listed nothing has happened.
//!
//! Drawing the traits of all people of a ward is the dear part of it, so it is done for more than is asked: those up to
//! a **horizon** farther out are kept aside, and most moves of the reach find there whom they need.
//!
//! The slow twin in `tests/twin.rs` has everybody in its world from the start, and agrees to the last bit.

use super::model::{Region, Trait};
use super::parameters::Rules;
use super::rules::steps;
use super::weights::Weights;
use super::world::{Aside, Ones, Person, REACHES, Ward, gathered};
use crate::dice::{BLOCK, Dice, Purpose};

/// How far beyond what is asked the reach is moved out, in utility: farther, and more people are listed; less far, and
/// they are looked for more often.
const REACH: f64 = 0.01;

/// How far the horizon is: in the weight of hardship, in that of discontent, and in what moves everybody, which varies most.
const HORIZON: [f64; 3] = [0.06, 0.02, 0.12];

/// See to it that whoever could go out under these weights is listed.
pub fn reach(ward: &mut Ward, region: &Region, rules: &Rules, dice: &Dice, keenest: &Weights) {
    if ward.reach.iter().any(|reach| reach.covers(keenest)) || !anybody(keenest, region) {
        return;
    }
    let reach = keenest.pushed([REACH; 3]).bolder(REACH);
    if !ward.horizon.covers(&reach) {
        // No fear and no police make taking part cheaper than this.
        let least = steps(rules.turnout.participation_cost);
        let cheapest = Weights {
            c: keenest.c.min(least),
            l: keenest.l.min(least),
            ..*keenest
        };
        let horizon = ward.horizon.keenest(&cheapest.pushed(HORIZON)).keenest(&reach);
        draw(ward, region, dice, &horizon);
    }
    list(ward, &reach);
}

/// List everybody.
pub fn reach_everybody(ward: &mut Ward, region: &Region, dice: &Dice) {
    if ward.reach != [Weights::ALL] {
        draw(ward, region, dice, &Weights::ALL);
        list(ward, &Weights::ALL);
    }
}

/// Whether a citizen of a region could go out under these weights.
fn anybody(k: &Weights, region: &Region) -> bool {
    let (h, p, r, v) = (
        &region.hardship,
        &region.discontent,
        &region.risk_aversion,
        &region.violence,
    );
    let least_averse = if k.c.min(k.l) < 0 { r.largest() } else { r.smallest() };
    k.moves(h.largest(), p.largest(), least_averse, v.largest())
}

/// List those who would go out under these weights.
fn list(ward: &mut Ward, reach: &Weights) {
    // What is forgotten is asked for again if need be; nobody is listed twice.
    ward.reach.retain(|other| !reach.covers(other));
    if ward.reach.len() == REACHES {
        ward.reach.remove(0);
    }
    ward.reach.push(*reach);
    let listed = ward.people.len();
    let people = &mut ward.people;
    ward.aside.retain(|&Aside { who, traits }| {
        let [h, p, r, v] = traits;
        let within = reach.moves(h, p, r, v);
        if within {
            people.push(Person::at_home(who, traits));
        }
        !within
    });
    people.merge(listed);
}

/// Draw the traits of a ward's citizens, and keep aside those who are within the horizon and not listed.
fn draw(ward: &mut Ward, region: &Region, dice: &Dice, horizon: &Weights) {
    ward.horizon = *horizon;
    ward.aside.clear();
    let sieve = Sieve::new(horizon, region);
    let mut listed = ward.people.who.iter().peekable();
    for (at, community) in ward.communities().enumerate() {
        let draws = |number| dice.draws16::<BLOCK>(Purpose::Trait, community as u64, number);
        let (hardship, discontent, risk_aversion) = (draws(0), draws(1), draws(2));
        let mut violence = None;
        let size = ward.size_of(at);
        let sifted = sieve.pass(&hardship, &discontent, &risk_aversion);
        for (word, candidates) in sifted.into_iter().enumerate() {
            for i in Ones(candidates).map(|bit| 64 * word + bit).take_while(|&i| i < size) {
                let violence = violence.get_or_insert_with(|| draws(3));
                let traits = [
                    region.hardship.byte(hardship[i]),
                    region.discontent.byte(discontent[i]),
                    region.risk_aversion.byte(risk_aversion[i]),
                    region.violence.byte(violence[i]),
                ];
                let [h, p, r, v] = traits;
                if horizon.moves(h, p, r, v) {
                    let who = (at * BLOCK + i) as u16;
                    while listed.next_if(|&&other| other < who).is_some() {}
                    if listed.peek() != Some(&&who) {
                        ward.aside.push(Aside { who, traits });
                    }
                }
            }
        }
    }
}

/// Hardship, discontent, risk aversion and violent disposition of the citizens of a community, if it is a full one.
pub fn traits(region: &Region, dice: &Dice, community: usize) -> [[u8; 4]; BLOCK] {
    let draws = |number| dice.draws16::<BLOCK>(Purpose::Trait, community as u64, number);
    let (h, p, r, v) = (draws(0), draws(1), draws(2), draws(3));
    std::array::from_fn(|i| {
        [
            region.hardship.byte(h[i]),
            region.discontent.byte(p[i]),
            region.risk_aversion.byte(r[i]),
            region.violence.byte(v[i]),
        ]
    })
}

/// Bounds on what a draw can make of a citizen, by its upper eight bits, so that traits are looked up only for those who
/// could move under some weights.
struct Sieve {
    /// Of hardship: the most that it and the constant can push somebody out, in steps.
    hardship: [i32; 256],
    /// Of discontent, likewise.
    discontent: [i32; 256],
    /// Of risk aversion, likewise.
    risk_aversion: [i32; 256],
    /// The smallest draw of hardship of a looter.
    greedy: u16,
}

impl Sieve {
    fn new(k: &Weights, region: &Region) -> Sieve {
        let (h, p) = (&region.hardship, &region.discontent);
        Sieve::of(k, [h, p, &region.risk_aversion, &region.violence])
    }

    fn of(k: &Weights, [hardship, discontent, risk_aversion, violence]: [&Trait; 4]) -> Sieve {
        let most = |of: &Trait, push: &dyn Fn(u8) -> i32| -> [i32; 256] {
            std::array::from_fn(|upper| {
                let (low, high) = ((upper << 8) as u16, (upper << 8 | 0xff) as u16);
                push(of.byte(low)).max(push(of.byte(high)))
            })
        };
        let [r0, r1] = [risk_aversion.smallest(), risk_aversion.largest()];
        let v1 = violence.largest();
        let loots = |&byte: &u8| k.greed(byte, v1, r0).max(k.greed(byte, v1, r1)) > 0;
        let greedy = (0..=255).find(loots);
        Sieve {
            hardship: most(hardship, &|h| k.cause(h, 0, 0)),
            discontent: most(discontent, &|p| k.cause(0, p, 0) - k.d),
            risk_aversion: most(risk_aversion, &|r| k.cause(0, 0, r) - k.d),
            greedy: greedy.map_or(u16::MAX, |byte| hardship.draw(byte).min(u32::from(u16::MAX)) as u16),
        }
    }

    /// Those of a community who pass, as bits.
    fn pass(&self, h: &[u16; BLOCK], p: &[u16; BLOCK], r: &[u16; BLOCK]) -> [u64; BLOCK / 64] {
        pass(self, h, p, r)
    }
}

#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw", "x86_64+avx2", "aarch64+neon"))]
fn pass(sieve: &Sieve, h: &[u16; BLOCK], p: &[u16; BLOCK], r: &[u16; BLOCK]) -> [u64; BLOCK / 64] {
    let mut flags = [0u8; BLOCK];
    for i in 0..BLOCK {
        let [h8, p8, r8] = [h[i], p[i], r[i]].map(|draw| usize::from(draw >> 8));
        let cause = sieve.hardship[h8] + sieve.discontent[p8] + sieve.risk_aversion[r8] > 0;
        flags[i] = u8::from(cause | (h[i] >= sieve.greedy));
    }
    gathered(&flags)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::model::Distribution;

    /// Hardship, discontent, risk aversion and violent disposition in this order, each of another shape.
    fn shapes() -> [Trait; 4] {
        [
            Distribution::Uniform { low: 0.2, high: 1.0 },
            Distribution::Normal { mean: 0.4, sd: 0.2 },
            Distribution::Beta { alpha: 2.0, beta: 6.0 },
            Distribution::Uniform { low: 0.0, high: 0.9 },
        ]
        .map(Trait::from)
    }

    #[test]
    fn the_sieve_lets_everybody_pass_who_could_move_and_not_many_others() {
        let [hardship, discontent, risk_aversion, violence] = shapes();
        let (mut moved, mut passed) = (0, 0);
        for (number, (sign, loot)) in [(1, -3.0), (1, -1.2), (-1, -3.0)].into_iter().enumerate() {
            let k = Weights {
                a: sign * 900,
                b: 1500,
                c: sign * 1200,
                d: -300_000,
                l: 700,
                m: crate::sim::rules::constant(loot),
                ..Weights::NONE
            };
            let sieve = Sieve::of(&k, [&hardship, &discontent, &risk_aversion, &violence]);
            for community in 0..50 {
                let dice = Dice::new(number as u64, 0);
                let draws = |n| dice.draws16::<BLOCK>(Purpose::Trait, community, n);
                let (h, p, r, v) = (draws(0), draws(1), draws(2), draws(3));
                let bits = sieve.pass(&h, &p, &r);
                for i in 0..BLOCK {
                    let passes = bits[i / 64] >> (i % 64) & 1 == 1;
                    let moves = k.moves(
                        hardship.byte(h[i]),
                        discontent.byte(p[i]),
                        risk_aversion.byte(r[i]),
                        violence.byte(v[i]),
                    );
                    assert!(passes || !moves);
                    if loot < -2.0 {
                        (moved, passed) = (moved + u32::from(moves), passed + u32::from(passes));
                    }
                }
            }
        }
        assert!(
            moved > 100 && passed < moved + moved / 5,
            "{moved} could move and {passed} passed"
        );
    }
}
