//! Who is in the world at all.
//!
//! Of nineteen million people some hundred thousand ever want to go out. What all others would do need not be asked:
//! they stay at home under any weights that come near those of the hour. So a ward lists only the people who are within
//! its **reach**: weights at least as keen as any that have occurred in it. As long as nobody's weights are keener than
//! the reach, whoever is not listed stays at home, exactly; and when they are, the reach is moved out and the ward
//! draws its people again and takes in those who have come within it. Nothing is lost by that, because a person's traits
//! are a pure function of the dice, and to those who were not listed nothing has happened.
//!
//! The slow twin in `tests/twin.rs` has everybody in its world from the start, and agrees to the last bit.

use super::model::{Region, Trait};
use super::weights::Weights;
use super::world::{Person, Ward};
use crate::dice::{BLOCK, Dice, Purpose};

/// See to it that whoever could go out under these weights is listed.
pub fn reach(ward: &mut Ward, region: &Region, dice: &Dice, keenest: &Weights) {
    if ward.reach.covers(keenest) {
        return;
    }
    let before = ward.reach;
    // Each time farther beyond what is asked, so that there are few times.
    ward.extensions += 1;
    ward.reach = before.keenest(&keenest.keener(MARGIN * f64::from(1u32 << (ward.extensions - 1).min(4))));
    list(ward, region, dice, &before);
}

/// How far beyond what is asked the reach is moved out the first time, in utility.
const MARGIN: f64 = 0.03;

/// List everybody.
pub fn reach_everybody(ward: &mut Ward, region: &Region, dice: &Dice) {
    if ward.reach != Weights::ALL {
        let before = std::mem::replace(&mut ward.reach, Weights::ALL);
        list(ward, region, dice, &before);
    }
}

/// List those who are within reach and were not before.
fn list(ward: &mut Ward, region: &Region, dice: &Dice, before: &Weights) {
    let (now, listed) = (ward.reach, ward.people.len());
    let bounds = Bounds::new(&now, region);
    for (at, community) in ward.communities().enumerate() {
        let draws = |number| dice.draws16::<BLOCK>(Purpose::Trait, community as u64, number);
        let (hardship, discontent, risk_aversion) = (draws(0), draws(1), draws(2));
        let mut violence = None;
        let len = ward.size_of(at);
        for (word, candidates) in bounds.candidates(&hardship, &discontent, &risk_aversion).into_iter().enumerate() {
            let mut left = candidates;
            while left != 0 {
                let i = 64 * word + left.trailing_zeros() as usize;
                left &= left - 1;
                if i >= len {
                    break;
                }
                let violence = violence.get_or_insert_with(|| draws(3));
                let [h, p, r, v] = [
                    region.hardship.byte(hardship[i]),
                    region.discontent.byte(discontent[i]),
                    region.risk_aversion.byte(risk_aversion[i]),
                    region.violence.byte(violence[i]),
                ];
                if now.moves(h, p, r, v) && !before.moves(h, p, r, v) {
                    ward.people.push(Person::at_home(h, p, r, v, at, i));
                }
            }
        }
    }
    ward.people.merge(listed);
    ward.index();
}

/// Draws that a citizen must at least have, or at most, to move under some weights: a coarse sieve, so that traits are
/// looked up only for those who pass.
struct Bounds {
    hardship: u16,
    discontent: u16,
    risk_aversion: u16,
    /// Hardship of a looter.
    greedy: u16,
}

impl Bounds {
    fn new(k: &Weights, region: &Region) -> Bounds {
        let (h, p, r, v) = (&region.hardship, &region.discontent, &region.risk_aversion, &region.violence);
        let (h1, p1, r0, v1) = (h.largest(), p.largest(), r.smallest(), v.largest());
        let least = |of: &Trait, passes: &dyn Fn(u8) -> bool| {
            let byte = (0..=255).find(|&byte| passes(byte));
            byte.map_or(u16::MAX, |byte| of.draw(byte).min(u32::from(u16::MAX)) as u16)
        };
        Bounds {
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

    fn candidates(&self, h: &[u16; BLOCK], p: &[u16; BLOCK], r: &[u16; BLOCK]) -> [u64; BLOCK / 64] {
        sieve(self.hardship, self.discontent, self.risk_aversion, self.greedy, h, p, r)
    }
}

#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw", "x86_64+avx2", "aarch64+neon"))]
fn sieve(
    least_h: u16,
    least_p: u16,
    most_r: u16,
    greedy: u16,
    h: &[u16; BLOCK],
    p: &[u16; BLOCK],
    r: &[u16; BLOCK],
) -> [u64; BLOCK / 64] {
    let mut flags = [0u8; BLOCK];
    for i in 0..BLOCK {
        flags[i] = u8::from((h[i] >= least_h) & (p[i] >= least_p) & (r[i] <= most_r) | (h[i] >= greedy));
    }
    super::world::gathered(&flags)
}
