//! Phase 3: every citizen decides again to stay at home, to protest, to be violent or to loot.
//!
//! This is the hot loop. A decision is a linear form of four trait bytes with integer weights, so the pass
//! over a block is free of branches and of draws, and the same on every machine. A draw is made when somebody has
//! gone out or home: how long it takes until the next thing happens to them (see [`crate::sim::hazard`]).

use rayon::prelude::*;

use crate::dice::{BLOCK, Dice};
use crate::sim::hazard::{self, Hazard};
use crate::sim::model::Model;
use crate::sim::rules;
use crate::sim::weights::{Demand, Demands, Perceived, Weights};
use crate::sim::world::*;

/// Hazards of acting on a wish within this tick.
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

/// Let everyone decide who is not asleep. `skip` leaves out communities in which nothing can change.
pub fn decide(
    model: &Model,
    dice: &Dice,
    world: &mut World,
    perceived: &Perceived,
    weights: &[Weights],
    tick: u32,
    skip: bool,
) {
    let chances = Chances::new(model);
    let midnight = model.clock.starts_day(tick);
    let World {
        citizens, communities, ..
    } = world;
    for span in &perceived.awake {
        let people = span.start * BLOCK..span.end * BLOCK;
        (
            citizens.hardship[people.clone()].par_chunks(BLOCK),
            citizens.discontent[people.clone()].par_chunks(BLOCK),
            citizens.risk_aversion[people.clone()].par_chunks(BLOCK),
            citizens.violence[people.clone()].par_chunks(BLOCK),
            citizens.state[people.clone()].par_chunks_mut(BLOCK),
            citizens.ticks_out[people.clone()].par_chunks_mut(BLOCK),
            citizens.clock[people.clone()].par_chunks_mut(BLOCK),
            citizens.turns[people].par_chunks_mut(BLOCK),
            communities[span.clone()].par_iter_mut(),
            &weights[span.clone()],
        )
            .into_par_iter()
            .with_min_len(256)
            .enumerate()
            .for_each(|(at, (h, p, r, v, state, ticks_out, clock, turns, community, k))| {
                if midnight && community.tally.today > 0 {
                    community.tally.today = 0;
                    state.iter_mut().for_each(|state| *state &= !TODAY);
                }
                if skip && community.tally.out() == 0 && !k.may_move(&community.extremes) {
                    return;
                }
                let flags = moving(k, as_block(h), as_block(p), as_block(r), as_block(v), as_block(state));
                if flags.iter().fold(0, |any, flag| any | flag) != 0 {
                    let demands = &perceived.demands[community.region as usize];
                    let block = Block {
                        h,
                        p,
                        r,
                        v,
                        state,
                        ticks_out,
                        clock,
                        turns,
                        tally: &mut community.tally,
                        first: (span.start + at) * BLOCK,
                    };
                    settle(block, k, demands, &chances, Some256::flagged(&flags), dice);
                }
            });
    }
    world.count_crowds(model.persons_per_agent, &perceived.asleep);
}

fn as_block(values: &[u8]) -> &[u8; BLOCK] {
    values.try_into().expect("citizens are stored in whole blocks")
}

/// Flag who is out or wants to be. Free of branches, so that it becomes vector code; compiled once for each of the
/// named instruction sets, of which the widest that the machine has is taken. Integers: every path is the same.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw", "x86_64+avx2", "aarch64+neon"))]
fn moving(
    k: &Weights,
    h: &[u8; BLOCK],
    p: &[u8; BLOCK],
    r: &[u8; BLOCK],
    v: &[u8; BLOCK],
    state: &[u8; BLOCK],
) -> [u8; BLOCK] {
    portably(k, h, p, r, v, state)
}

/// As [`moving`], for whatever instruction set it is inlined under.
#[inline(always)]
fn portably(
    k: &Weights,
    h: &[u8; BLOCK],
    p: &[u8; BLOCK],
    r: &[u8; BLOCK],
    v: &[u8; BLOCK],
    state: &[u8; BLOCK],
) -> [u8; BLOCK] {
    let mut flags = [0u8; BLOCK];
    for i in 0..BLOCK {
        let wants = (k.cause(h[i], p[i], r[i]) > 0) | (k.greed(h[i], v[i], r[i]) > 0);
        let activity = state[i] & ACTIVITY;
        let home = activity == Activity::Home as u8;
        let out = activity.wrapping_sub(1) < 3;
        flags[i] = u8::from((wants & home) | out);
    }
    flags
}

struct Block<'a> {
    h: &'a [u8],
    p: &'a [u8],
    r: &'a [u8],
    v: &'a [u8],
    state: &'a mut [u8],
    ticks_out: &'a mut [u8],
    clock: &'a mut [Hazard],
    turns: &'a mut [u16],
    tally: &'a mut Tally,
    /// Number of its first citizen.
    first: usize,
}

/// Settle those who are flagged: draw, move, and count.
fn settle(block: Block<'_>, k: &Weights, demands: &Demands, chances: &Chances, flagged: Some256, dice: &Dice) {
    let Block {
        h,
        p,
        r,
        v,
        state,
        ticks_out,
        clock,
        turns,
        tally,
        first,
    } = block;
    (tally.protesting, tally.violent, tally.looting) = (0, 0, 0);
    (tally.demand_price, tally.demand_government, tally.demand_regime) = (0, 0, 0);
    for (_, people) in flagged.parts(1) {
        for i in people {
            let (wants, loots) = (k.cause(h[i], p[i], r[i]) > 0, k.greed(h[i], v[i], r[i]) > 0);
            let was_out = Activity::of(state[i]).is_out();
            let chance = match (was_out, wants || loots) {
                (false, _) => chances.join,
                (true, false) => chances.leave,
                (true, true) => chances.tire[usize::from(ticks_out[i])],
            };
            let acts = hazard::run_down(&mut clock[i], &mut turns[i], chance, dice, first + i).is_some();
            if was_out == acts {
                // Goes home, or stays there.
                if was_out {
                    state[i] &= !ACTIVITY;
                    ticks_out[i] = 0;
                    tally.at_large += 1;
                }
                continue;
            }
            let activity = match (loots, k.rage(v[i], r[i]) > 0) {
                (true, _) => Activity::Looting,
                (false, true) => Activity::Violent,
                (false, false) => Activity::Protesting,
            };
            if !was_out && state[i] & TOOK_PART != 0 {
                tally.at_large -= 1;
            }
            tally.today += u16::from(state[i] & TODAY == 0);
            state[i] = activity as u8 | TODAY | TOOK_PART;
            ticks_out[i] = ticks_out[i].saturating_add(u8::from(was_out));
            match activity {
                Activity::Looting => tally.looting += 1,
                Activity::Violent => tally.violent += 1,
                _ => tally.protesting += 1,
            }
            match demands.first(k, h[i], p[i]) {
                Demand::Price => tally.demand_price += 1,
                Demand::Government => tally.demand_government += 1,
                Demand::Regime => tally.demand_regime += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::array::uniform5;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// Hardship, discontent, risk aversion, violence and state of a block.
    type Columns = [[u8; BLOCK]; 5];
    type Path = fn(&Weights, &Columns) -> [u8; BLOCK];

    fn dispatched(k: &Weights, [h, p, r, v, state]: &Columns) -> [u8; BLOCK] {
        moving(k, h, p, r, v, state)
    }

    /// For the least that every machine of this kind has: SSE2 or NEON, where there is one.
    fn baseline(k: &Weights, [h, p, r, v, state]: &Columns) -> [u8; BLOCK] {
        portably(k, h, p, r, v, state)
    }

    #[cfg(target_arch = "x86_64")]
    fn avx2(k: &Weights, columns: &Columns) -> [u8; BLOCK] {
        #[target_feature(enable = "avx2")]
        fn path(k: &Weights, [h, p, r, v, state]: &Columns) -> [u8; BLOCK] {
            portably(k, h, p, r, v, state)
        }
        // SAFETY: it is a path only where the machine has it.
        unsafe { path(k, columns) }
    }

    #[cfg(target_arch = "x86_64")]
    fn avx512(k: &Weights, columns: &Columns) -> [u8; BLOCK] {
        #[target_feature(enable = "avx512f,avx512bw")]
        fn path(k: &Weights, [h, p, r, v, state]: &Columns) -> [u8; BLOCK] {
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
    fn naively(k: &Weights, [h, p, r, v, state]: &Columns) -> [u8; BLOCK] {
        std::array::from_fn(|i| {
            let i = std::hint::black_box(i);
            let wants = k.cause(h[i], p[i], r[i]) > 0 || k.greed(h[i], v[i], r[i]) > 0;
            let activity = Activity::of(state[i]);
            u8::from(activity.is_out() || wants && activity == Activity::Home)
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
            traits in vec(any::<u8>(), 4 * BLOCK),
            activities in vec(0..=Activity::Nobody as u8, BLOCK),
            marks in vec(any::<u8>(), BLOCK),
        ) {
            let column = |at: usize| traits[at * BLOCK..][..BLOCK].try_into().expect("a whole block");
            let states = std::array::from_fn(|i| activities[i] | marks[i] & (TODAY | TOOK_PART));
            let columns = [column(0), column(1), column(2), column(3), states];
            let expected = naively(&k, &columns);
            for (name, path) in paths() {
                prop_assert_eq!(path(&k, &columns), expected, "{}", name);
            }
        }
    }
}
