//! Who is in the world at all.
//!
//! Of nineteen million people some hundred thousand ever want to go out. What all others would do need not be asked:
//! they stay at home under any weights that come near those of the hour. So a ward lists only the people who are within
//! its **reach**: weights at least as keen as any that have occurred in it. As long as nobody's weights are keener than
//! the reach, whoever is not listed stays at home, exactly; and when they are, the reach is moved out and those who have
//! come within it are listed, too. Nothing is lost by that, because a person's traits are a pure function of the dice, and
//! to those who were not listed nothing has happened.
//!
//! Drawing the traits of all people of a ward is the dear part of it, so it is done for more than is asked: those up to
//! a **horizon** farther out are kept aside, and most moves of the reach find there whom they need.
//!
//! The slow twin in `tests/twin.rs` has everybody in its world from the start, and agrees to the last bit.

use super::model::{Region, Trait};
use super::parameters::Rules;
use super::rules::steps;
use super::weights::Weights;
use super::world::{Aside, Ones, Person, Ward, gathered};
use crate::dice::{BLOCK, Dice, Purpose};

/// How far beyond what is asked the reach and the horizon are moved out, in utility: farther, and more people are listed;
/// less far, and they are looked for more often.
const REACH: f64 = 0.03;
const HORIZON: f64 = 0.12;

/// See to it that whoever could go out under these weights is listed.
pub fn reach(ward: &mut Ward, region: &Region, rules: &Rules, dice: &Dice, keenest: &Weights) {
    if ward.reach.covers(keenest) || !anybody(keenest, region) {
        return;
    }
    // No fear and no police make taking part cheaper than this.
    let least = steps(rules.turnout.participation_cost);
    let cheapest = Weights {
        c: keenest.c.min(least),
        l: keenest.l.min(least),
        ..*keenest
    };
    let reach = ward.reach.keenest(&cheapest.keener(REACH));
    if !ward.horizon.covers(&reach) {
        let horizon = ward.horizon.keenest(&cheapest.keener(HORIZON)).keenest(&reach);
        draw(ward, region, dice, &horizon);
    }
    list(ward, &reach);
}

/// List everybody.
pub fn reach_everybody(ward: &mut Ward, region: &Region, dice: &Dice) {
    if ward.reach != Weights::ALL {
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

/// List those who are within reach and were not before.
fn list(ward: &mut Ward, reach: &Weights) {
    ward.reach = *reach;
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
    ward.index();
}

/// Draw the traits of a ward's citizens, and keep aside those who are within the horizon and not listed.
fn draw(ward: &mut Ward, region: &Region, dice: &Dice, horizon: &Weights) {
    ward.horizon = *horizon;
    ward.aside.clear();
    let sieve = Sieve::new(horizon, region);
    for (at, community) in ward.communities().enumerate() {
        let draws = |number| dice.draws16::<BLOCK>(Purpose::Trait, community as u64, number);
        let (hardship, discontent, risk_aversion) = (draws(0), draws(1), draws(2));
        let mut violence = None;
        let size = ward.size_of(at);
        for (word, candidates) in sieve
            .pass(&hardship, &discontent, &risk_aversion)
            .into_iter()
            .enumerate()
        {
            for i in Ones(candidates).map(|bit| 64 * word + bit).take_while(|&i| i < size) {
                let violence = violence.get_or_insert_with(|| draws(3));
                let traits = [
                    region.hardship.byte(hardship[i]),
                    region.discontent.byte(discontent[i]),
                    region.risk_aversion.byte(risk_aversion[i]),
                    region.violence.byte(violence[i]),
                ];
                let [h, p, r, v] = traits;
                if horizon.moves(h, p, r, v) && !ward.reach.moves(h, p, r, v) {
                    let who = (at * BLOCK + i) as u16;
                    ward.aside.push(Aside { who, traits });
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

/// Draws that a citizen must at least have, or at most, to move under some weights, so that traits are looked up only for
/// those who pass.
struct Sieve {
    hardship: u16,
    discontent: u16,
    risk_aversion: u16,
    /// Hardship of a looter.
    greedy: u16,
}

impl Sieve {
    fn new(k: &Weights, region: &Region) -> Sieve {
        if k.a.min(k.b).min(k.c).min(k.l) < 0 {
            // What is said below holds of weights that are not negative.
            return Sieve {
                hardship: 0,
                discontent: 0,
                risk_aversion: u16::MAX,
                greedy: 0,
            };
        }
        let (h, p, r, v) = (
            &region.hardship,
            &region.discontent,
            &region.risk_aversion,
            &region.violence,
        );
        let (h1, p1, r0, v1) = (h.largest(), p.largest(), r.smallest(), v.largest());
        let least = |of: &Trait, passes: &dyn Fn(u8) -> bool| {
            let byte = (0..=255).find(|&byte| passes(byte));
            byte.map_or(u16::MAX, |byte| of.draw(byte).min(u32::from(u16::MAX)) as u16)
        };
        Sieve {
            hardship: least(h, &|byte| k.cause(byte, p1, r0) > 0),
            discontent: least(p, &|byte| k.cause(h1, byte, r0) > 0),
            risk_aversion: match (0..=255).rev().find(|&byte| k.cause(h1, p1, byte) > 0) {
                Some(255) => u16::MAX,
                Some(byte) => r.draw(byte + 1).saturating_sub(1) as u16,
                None => 0,
            },
            greedy: least(h, &|byte| k.greed(byte, v1, r0) > 0),
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
        let cause = (h[i] >= sieve.hardship) & (p[i] >= sieve.discontent) & (r[i] <= sieve.risk_aversion);
        flags[i] = u8::from(cause | (h[i] >= sieve.greedy));
    }
    gathered(&flags)
}
