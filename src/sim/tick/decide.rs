//! Phase 3: every citizen decides again to stay at home, to protest, to be violent or to loot.
//!
//! This is the hot loop. A decision is a linear form of four trait bytes with integer weights, so the pass over those
//! whom a ward lists is free of branches and of draws, and the same on every machine. Who is not listed stays at home
//! (see [`crate::sim::reach`]). A draw is made when somebody has gone out or home: how long it takes until the next
//! thing happens to them (see [`crate::sim::hazard`]).

use rayon::prelude::*;

use crate::dice::{BLOCK, Dice};
use crate::sim::hazard::{self, Hazard};
use crate::sim::model::Model;
use crate::sim::reach;
use crate::sim::rules;
use crate::sim::weights::{Demand, Demands, Perceived, Weights};
use crate::sim::world::*;

/// Hazards of acting on a wish within this tick.
#[derive(Clone)]
pub struct Chances {
    /// To go out.
    pub join: Hazard,
    /// To go home when one no longer wants to be out.
    pub leave: Hazard,
    /// To go home though one wants to stay, by ticks out.
    pub tire: [Hazard; 256],
}

impl Chances {
    /// From the rates of the rules.
    pub fn new(model: &Model) -> Chances {
        let (turnout, clock) = (&model.rules.turnout, &model.clock);
        Chances {
            join: hazard::of_rate(turnout.join_rate, clock.hours()),
            leave: hazard::of_rate(turnout.leave_rate, clock.hours()),
            tire: std::array::from_fn(|ticks| {
                let tired = rules::sigmoid(ticks as f64 * clock.hours(), turnout.stay_hours);
                hazard::of_rate(turnout.leave_rate * tired, clock.hours())
            }),
        }
    }
}

/// Let everyone decide. `skip` leaves out people and communities to whom nothing can happen.
pub fn decide(
    model: &Model,
    dice: &Dice,
    world: &mut World,
    perceived: &Perceived,
    chances: &Chances,
    tick: u32,
    skip: bool,
) {
    let midnight = model.clock.starts_day(tick);
    world.wards.par_iter_mut().for_each(|ward| {
        let (region, place) = (ward.region as usize, ward.place as usize);
        let shared = &perceived.shared[place][usize::from(ward.urban)];
        if skip {
            let keenest = keenest(shared, &ward.apart);
            reach::reach(ward, &model.regions[region], &model.rules, dice, &keenest);
        } else {
            reach::reach_everybody(ward, &model.regions[region], dice);
        }
        if midnight && ward.tally.today > 0 {
            ward.tally.today = 0;
            ward.people.state.iter_mut().for_each(|state| *state &= !TODAY);
        }
        if ward.tally.out() > 0 {
            ward.out.fill(0);
        }
        let t = &mut ward.tally;
        (t.protesting, t.violent, t.looting) = (0, 0, 0);
        (t.demand_price, t.demand_government, t.demand_regime) = (0, 0, 0);
        let turn = Turn {
            dice,
            chances,
            demands: &perceived.demands[place],
        };
        // Nobody is out in a community that does not stand apart: its people would know each other.
        let all = !skip || shared.may_move(&ward.extremes);
        let mut next = 0;
        for at in 0..ward.apart.len() {
            let (community, weights) = ward.apart[at];
            let own = ward.span(usize::from(community));
            if all {
                turn.take(ward, shared, next..own.start);
            }
            next = own.end;
            turn.take(ward, &weights, own);
        }
        if all {
            turn.take(ward, shared, next..ward.people.len());
        }
    });
    world.count_crowds(model.persons_per_agent);
}

/// Weights as keen as any in a ward.
fn keenest(shared: &Weights, apart: &[(u8, Weights)]) -> Weights {
    apart
        .iter()
        .fold(*shared, |keenest, (_, weights)| keenest.keenest(weights))
}

/// Flag who is out or wants to be, of as many people as fit into a word. Free of branches, so that it becomes vector
/// code; compiled once for each of the named instruction sets, of which the widest that the machine has is taken.
/// Integers: every path is the same.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw", "x86_64+avx2", "aarch64+neon"))]
fn moving(k: &Weights, h: &Word, p: &Word, r: &Word, v: &Word, state: &Word) -> u64 {
    portably(k, h, p, r, v, state)
}

/// A byte of each of as many people as fit into a word.
type Word = [u8; 64];

fn word(column: &[u8], at: usize) -> &Word {
    column[at..].first_chunk().expect("a whole word is left")
}

/// As [`moving`], for whatever instruction set it is inlined under.
#[inline(always)]
fn portably(k: &Weights, h: &Word, p: &Word, r: &Word, v: &Word, state: &Word) -> u64 {
    let mut flags = [0u8; 64];
    for i in 0..64 {
        flags[i] = u8::from(moves(k, h[i], p[i], r[i], v[i], state[i]));
    }
    gathered::<64, 1>(&flags)[0]
}

#[inline(always)]
fn moves(k: &Weights, h: u8, p: u8, r: u8, v: u8, state: u8) -> bool {
    let wants = (k.cause(h, p, r) > 0) | (k.greed(h, v, r) > 0);
    let activity = state & ACTIVITY;
    let home = activity == Activity::Home as u8;
    let out = activity.wrapping_sub(1) < 3;
    (wants & home) | out
}

/// What decides a turn of the people of a ward, besides what they weigh.
struct Turn<'a> {
    dice: &'a Dice,
    chances: &'a Chances,
    demands: &'a Demands,
}

impl Turn<'_> {
    /// Let these people of a ward decide.
    fn take(&self, ward: &mut Ward, k: &Weights, span: std::ops::Range<usize>) {
        let mut at = span.start;
        while at < span.end {
            let len = (span.end - at).min(64);
            let People {
                hardship: h,
                discontent: p,
                risk_aversion: r,
                violence: v,
                state,
                ..
            } = &ward.people;
            let flags = if at + 64 <= ward.people.len() {
                // Those behind the end of the span are looked at and forgotten.
                (u64::MAX >> (64 - len))
                    & moving(k, word(h, at), word(p, at), word(r, at), word(v, at), word(state, at))
            } else {
                (0..len).fold(0, |flags, i| {
                    let of = at + i;
                    flags | u64::from(moves(k, h[of], p[of], r[of], v[of], state[of])) << i
                })
            };
            Ones(flags).for_each(|i| self.settle(ward, k, at + i));
            at += len;
        }
    }

    /// One of those who are flagged: their clock runs down, and when it has run out they go out or home.
    fn settle(&self, ward: &mut Ward, k: &Weights, i: usize) {
        let number = ward.number(i);
        let (people, tally) = (&mut ward.people, &mut ward.tally);
        let [h, p, r, v] = [
            people.hardship[i],
            people.discontent[i],
            people.risk_aversion[i],
            people.violence[i],
        ];
        let (wants, loots) = (k.cause(h, p, r) > 0, k.greed(h, v, r) > 0);
        let (state, ticks_out) = (&mut people.state[i], &mut people.ticks_out[i]);
        let was_out = Activity::of(*state).is_out();
        let hazard = match (was_out, wants || loots) {
            (false, _) => self.chances.join,
            (true, false) => self.chances.leave,
            (true, true) => self.chances.tire[usize::from(*ticks_out)],
        };
        let acts = hazard::run_down(&mut people.clock[i], &mut people.turns[i], hazard, self.dice, number).is_some();
        if was_out == acts {
            // Goes home, or stays there.
            if was_out {
                *state &= !ACTIVITY;
                *ticks_out = 0;
                tally.at_large += 1;
            }
            return;
        }
        let activity = match (loots, k.rage(v, r) > 0) {
            (true, _) => Activity::Looting,
            (false, true) => Activity::Violent,
            (false, false) => Activity::Protesting,
        };
        if !was_out && *state & TOOK_PART != 0 {
            tally.at_large -= 1;
        }
        tally.today += u32::from(*state & TODAY == 0);
        *state = activity as u8 | TODAY | TOOK_PART;
        *ticks_out = ticks_out.saturating_add(u8::from(was_out));
        match activity {
            Activity::Looting => tally.looting += 1,
            Activity::Violent => tally.violent += 1,
            _ => tally.protesting += 1,
        }
        match self.demands.first(k, h, p) {
            Demand::Price => tally.demand_price += 1,
            Demand::Government => tally.demand_government += 1,
            Demand::Regime => tally.demand_regime += 1,
        }
        ward.out[usize::from(people.who[i]) / BLOCK] += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::array::uniform5;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// Hardship, discontent, risk aversion, violence and state.
    type Columns = [Word; 5];
    type Path = fn(&Weights, &Columns) -> u64;

    fn dispatched(k: &Weights, [h, p, r, v, state]: &Columns) -> u64 {
        moving(k, h, p, r, v, state)
    }

    /// For the least that every machine of this kind has: SSE2 or NEON, where there is one.
    fn baseline(k: &Weights, [h, p, r, v, state]: &Columns) -> u64 {
        portably(k, h, p, r, v, state)
    }

    #[cfg(target_arch = "x86_64")]
    fn avx2(k: &Weights, columns: &Columns) -> u64 {
        #[target_feature(enable = "avx2")]
        fn path(k: &Weights, [h, p, r, v, state]: &Columns) -> u64 {
            portably(k, h, p, r, v, state)
        }
        // SAFETY: it is a path only where the machine has it.
        unsafe { path(k, columns) }
    }

    #[cfg(target_arch = "x86_64")]
    fn avx512(k: &Weights, columns: &Columns) -> u64 {
        #[target_feature(enable = "avx512f,avx512bw")]
        fn path(k: &Weights, [h, p, r, v, state]: &Columns) -> u64 {
            portably(k, h, p, r, v, state)
        }
        // SAFETY: it is a path only where the machine has it.
        unsafe { path(k, columns) }
    }

    /// The paths that this machine has: that which the dispatcher takes, and the same body for each of the instruction
    /// sets it chooses from. (For AVX-512 it asks for a machine with more than this path has.)
    fn paths() -> Vec<(&'static str, Path)> {
        let mut paths: Vec<(&'static str, Path)> = vec![("dispatched", dispatched), ("baseline", baseline)];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") {
                paths.push(("avx2", avx2));
            }
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") {
                paths.push(("avx512", avx512));
            }
        }
        paths
    }

    /// One citizen after another, in scalar code.
    fn naively(k: &Weights, [h, p, r, v, state]: &Columns) -> u64 {
        (0..64).fold(0, |flags, i| {
            let i = std::hint::black_box(i);
            let wants = k.cause(h[i], p[i], r[i]) > 0 || k.greed(h[i], v[i], r[i]) > 0;
            let activity = Activity::of(state[i]);
            flags | u64::from(activity.is_out() || wants && activity == Activity::Home) << i
        })
    }

    prop_compose! {
        /// Weights and constants for which about half of all citizens want to go out, and also the extremes.
        fn any_weights()(
            weights in uniform5(-40i16..40),
            scale in prop_oneof![Just(1i16), Just(100), Just(800)],
            constants in [-2000i32..2000, -2000i32..2000, -2000i32..2000],
        ) -> Weights {
            let [a, b, c, e, l] = weights.map(|weight| weight * scale);
            let [d, f, m] = constants.map(|constant| constant * i32::from(scale));
            Weights { a, b, c, d, e, f, l, m }
        }
    }

    proptest! {
        #[test]
        fn every_vector_path_that_the_machine_has_flags_whom_the_scalar_loop_flags(
            k in any_weights(),
            traits in vec(any::<u8>(), 4 * 64),
            activities in vec(0..=Activity::Dead as u8, 64),
            marks in vec(any::<u8>(), 64),
        ) {
            let column = |at: usize| traits[at * 64..][..64].try_into().expect("a whole word");
            let states = std::array::from_fn(|i| activities[i] | marks[i] & (TODAY | TOOK_PART));
            let columns = [column(0), column(1), column(2), column(3), states];
            let expected = naively(&k, &columns);
            for (name, path) in paths() {
                prop_assert_eq!(path(&k, &columns), expected, "{}", name);
            }
        }
    }
}
