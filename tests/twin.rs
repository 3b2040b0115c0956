//! The slow twin: the two passes over citizens, written as plainly as they can be said, one person and one draw at
//! a time, without blocks, bounds, skipping or running tallies. The fast engine must agree with it to the last bit.

use crate::worlds;
use proptest::prelude::*;
use qantar::dice::Dice;
use qantar::sim::hazard;
use qantar::sim::model::Model;
use qantar::sim::tick::Engine;
use qantar::sim::tick::decide::Chances;
use qantar::sim::tick::police::{command, contact};
use qantar::sim::world::*;

/// Whether something with this hazard happens to a person in this tick: the lot that says what, if several things could.
fn happens(engine: &mut Engine, person: usize, hazard: u32) -> Option<u32> {
    let dice = engine.dice;
    let (clock, turns) = (
        &mut engine.world.citizens.clock[person],
        &mut engine.world.citizens.turns[person],
    );
    if *turns == 0 {
        *clock = hazard::turn(&dice, person, 0).0;
        *turns = 1;
    }
    if hazard < *clock {
        *clock -= hazard;
        None
    } else {
        let (_, lot) = hazard::turn(&dice, person, *turns - 1);
        *clock = hazard::turn(&dice, person, *turns).0;
        *turns += 1;
        Some(lot)
    }
}

/// One person's decision: what they do next, by the three inequalities of the model.
fn decide(engine: &mut Engine, community: usize, i: usize) {
    let chances = Chances::new(engine.model);
    let (k, citizens) = (engine.weights[community], &engine.world.citizens);
    let at = community * 256 + i;
    let [h, p, r, v] = [
        citizens.hardship[at],
        citizens.discontent[at],
        citizens.risk_aversion[at],
        citizens.violence[at],
    ]
    .map(i64::from);
    let [a, b, c, e, l] = [k.a, k.b, k.c, k.e, k.l].map(i64::from);
    let [d, f, m] = [k.d, k.f, k.m].map(i64::from);
    let goes_out = a * h + b * p - c * r + d > 0;
    let is_violent = 2048 * v - e * r + f > 0;
    let loots = 2048 * h + 2048 * v - l * r + m > 0;
    let was = Activity::of(citizens.state[at]);
    let wants = goes_out || loots;
    let hazard = match was {
        Activity::Home if wants => chances.join,
        Activity::Home => return,
        _ if was.is_out() && wants => chances.tire[usize::from(citizens.ticks_out[at])],
        _ if was.is_out() => chances.leave,
        _ => return,
    };
    let out = was.is_out() != happens(engine, at, hazard).is_some();
    let citizens = &mut engine.world.citizens;
    let next = match (out, loots, is_violent) {
        (false, ..) => Activity::Home,
        (true, true, _) => Activity::Looting,
        (true, false, true) => Activity::Violent,
        (true, false, false) => Activity::Protesting,
    };
    let remembered = citizens.state[at] & (TODAY | TOOK_PART);
    citizens.state[at] = next as u8 | remembered | if out { TODAY | TOOK_PART } else { 0 };
    citizens.ticks_out[at] = if out && was.is_out() {
        citizens.ticks_out[at].saturating_add(1)
    } else {
        0
    };
}

/// One person's fate at the hands of the police.
fn meet(engine: &mut Engine, community: usize, i: usize, tally: &mut Tally) {
    let region = engine.world.communities[community].region as usize;
    let fates = contact::fates(engine.model, &engine.world.regions[region]);
    let at = community * 256 + i;
    let state = engine.world.citizens.state[at];
    let activity = Activity::of(state);
    let fate = match activity {
        Activity::Protesting => fates.peaceful,
        Activity::Violent | Activity::Looting => fates.fighting,
        Activity::Home if state & TOOK_PART != 0 => fates.at_large,
        _ => contact::Fate::default(),
    };
    let hazard = match activity {
        Activity::Detained => fates.released,
        Activity::Injured if state & SERIOUS != 0 => fates.recovered[1],
        Activity::Injured => fates.recovered[0],
        _ => fate.hazard,
    };
    if hazard == 0 {
        return;
    }
    let Some(lot) = happens(engine, at, hazard).map(u64::from) else {
        return;
    };
    let next = match activity {
        Activity::Detained | Activity::Injured => Activity::Home,
        _ if lot < fate.shares[0] => Activity::Dead,
        _ if lot < fate.shares[2] => Activity::Injured,
        _ => Activity::Detained,
    };
    tally.killed += u16::from(next == Activity::Dead);
    tally.hurt += u16::from(next == Activity::Injured);
    let serious = next == Activity::Injured && lot < fate.shares[1];
    tally.serious += u16::from(serious);
    tally.arrested += u16::from(next == Activity::Detained);
    engine.world.citizens.state[at] = state & !(ACTIVITY | SERIOUS) | next as u8 | if serious { SERIOUS } else { 0 };
    engine.world.citizens.ticks_out[at] = 0;
}

/// A community's tally, counted afresh.
fn count(engine: &Engine, community: usize) -> Tally {
    let mut tally = Tally::default();
    let (k, region) = (
        engine.weights[community],
        engine.world.communities[community].region as usize,
    );
    let view = engine.perception.perceived.demands[region];
    for i in community * 256..(community + 1) * 256 {
        let citizens = &engine.world.citizens;
        let (state, h, p) = (
            citizens.state[i],
            i64::from(citizens.hardship[i]),
            i64::from(citizens.discontent[i]),
        );
        let is = |activity: Activity| u16::from(Activity::of(state) == activity);
        tally.protesting += is(Activity::Protesting);
        tally.violent += is(Activity::Violent);
        tally.looting += is(Activity::Looting);
        tally.detained += is(Activity::Detained);
        tally.injured += is(Activity::Injured);
        tally.today += u16::from(state & TODAY != 0);
        tally.at_large += u16::from(state & TOOK_PART != 0) * is(Activity::Home);
        if Activity::of(state).is_out() {
            let price = i64::from(k.a) * h >= i64::from(view.political) * p;
            let regime = i64::from(view.ladder) * p >= i64::from(view.regime_line);
            tally.demand_price += u16::from(price);
            tally.demand_government += u16::from(!price && !regime);
            tally.demand_regime += u16::from(!price && regime);
        }
    }
    tally
}

/// One tick of the engine with the slow passes over citizens.
fn slow_tick(engine: &mut Engine) {
    engine.events.clear();
    engine.govern();
    engine.perceive();
    let communities = engine.world.communities.len();
    for c in 0..communities {
        let len = usize::from(engine.world.communities[c].len);
        for i in 0..len {
            if engine.model.clock.starts_day(engine.tick) {
                engine.world.citizens.state[c * 256 + i] &= !TODAY;
            }
            decide(engine, c, i);
        }
        engine.world.communities[c].tally = count(engine, c);
    }
    engine
        .world
        .count_crowds(engine.model.persons_per_agent, &engine.perception.perceived.asleep);
    command::command(
        engine.model,
        &mut engine.world,
        &mut engine.commanded,
        engine.tick,
        &mut engine.events,
    );
    for c in 0..communities {
        let demands = engine.world.communities[c].tally;
        let mut met = Tally::default();
        for i in 0..usize::from(engine.world.communities[c].len) {
            meet(engine, c, i, &mut met);
        }
        let mut tally = count(engine, c);
        (tally.arrested, tally.hurt, tally.killed) = (met.arrested, met.hurt, met.killed);
        tally.serious = met.serious;
        // Demands are those of the hour, before anybody was taken away.
        if tally.out() > 0 {
            tally.demand_price = demands.demand_price;
            tally.demand_government = demands.demand_government;
            tally.demand_regime = demands.demand_regime;
        }
        engine.world.communities[c].tally = tally;
    }
    contact::officers(engine.model, &engine.dice, &mut engine.world, engine.tick);
    contact::sum_up(engine.model, &mut engine.world, &engine.perception.perceived.asleep);
    engine.sites();
    engine.record();
    engine.tick += 1;
}

fn agree(model: &Model, seed: u64) {
    let dice = Dice::new(seed, 0);
    let (mut fast, mut dense, mut slow) = (
        Engine::new(model, &dice),
        Engine::new(model, &dice),
        Engine::new(model, &dice),
    );
    // Neither of these two leaves anybody out.
    (dense.skip_quiet, slow.skip_quiet) = (false, false);
    for tick in 0..model.clock.ticks {
        fast.tick();
        dense.tick();
        slow_tick(&mut slow);
        assert_eq!(fast.readings, slow.readings, "readings of tick {tick}");
        assert_eq!(fast.events, slow.events, "events of tick {tick}");
        assert!(fast.world == slow.world, "worlds after tick {tick}");
        assert!(fast.world == dense.world, "skipping changed the world in tick {tick}");
    }
}

#[test]
fn the_fast_tick_is_the_slow_tick_in_a_country_where_everything_happens() {
    let model = worlds::restless(120);
    agree(&model, 1);
    let mut engine = Engine::new(&model, &Dice::new(1, 0));
    let mut told = std::collections::BTreeSet::new();
    for _ in 0..model.clock.ticks {
        engine.tick();
        told.extend(engine.events.iter().map(|event| event.what.name()));
    }
    for what in [
        "protest_begins",
        "violence_begins",
        "first_civilian_death",
        "site_attacked",
        "site_seized",
        "site_retaken",
        "action_announced",
        "action_in_effect",
        "action_over",
        "contingent_committed",
        "contingent_arrives",
        "reinforcement_departs",
        "reinforcement_arrives",
        "officers_refuse",
    ] {
        assert!(
            told.contains(what),
            "{what} never happened, so the twin never met it; {told:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn the_fast_tick_is_the_slow_tick_in_any_country(model in worlds::any_model(), seed in 0u64..1000) {
        agree(&model, seed);
    }
}
