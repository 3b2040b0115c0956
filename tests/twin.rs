//! The slow twin: the passes over citizens, written as plainly as they can be said: everybody is in the world from the
//! start, every community has its own anger and fear and looks around for acquaintances, one person and one clock at a
//! time, without reach, bounds, skipping or running tallies. The fast engine must agree with it to the last bit.

use crate::worlds;
use proptest::prelude::*;
use qantar::dice::Dice;
use qantar::sim::hazard;
use qantar::sim::model::Model;
use qantar::sim::population::ties;
use qantar::sim::reach;
use qantar::sim::tick::Engine;
use qantar::sim::tick::decide::Chances;
use qantar::sim::tick::perceive::{feel, weigh};
use qantar::sim::tick::police::{command, contact};
use qantar::sim::weights::Weights;
use qantar::sim::world::*;

/// What the twin knows of a community beside the engine.
#[derive(Clone, Copy)]
struct Community {
    ward: usize,
    /// Which of the ward's.
    at: usize,
    sees: [u32; TIES],
    mood: (f32, f32),
    weights: Weights,
}

struct Twin<'m> {
    engine: Engine<'m>,
    communities: Vec<Community>,
}

impl<'m> Twin<'m> {
    fn new(model: &'m Model, dice: &Dice) -> Twin<'m> {
        let mut engine = Engine::new(model, dice);
        for ward in &mut engine.world.wards {
            reach::reach_everybody(ward, &model.regions[ward.region as usize], dice);
        }
        let ties = ties(&engine.world.wards, dice);
        let wards = engine.world.wards.iter().enumerate();
        let places = wards.flat_map(|(ward, of)| (0..of.out.len()).map(move |at| (ward, at)));
        let communities = places.zip(ties).map(|((ward, at), sees)| Community {
            ward,
            at,
            sees,
            mood: (0.0, 0.0),
            weights: Weights::NONE,
        });
        Twin {
            communities: communities.collect(),
            engine,
        }
    }

    fn ward(&mut self, community: usize) -> &mut Ward {
        &mut self.engine.world.wards[self.communities[community].ward]
    }

    /// Whether something with this hazard happens to a person in this tick: the lot that says what, if several things could.
    fn happens(&mut self, community: usize, i: usize, hazard: u32) -> Option<u32> {
        let (dice, number) = (self.engine.dice, community * 256 + i);
        let at = self.communities[community].at * 256 + i;
        let people = &mut self.ward(community).people;
        let (clock, turns) = (&mut people.clock[at], &mut people.turns[at]);
        if *turns == 0 {
            *clock = hazard::turn(&dice, number, 0).0;
            *turns = 1;
        }
        if hazard < *clock {
            *clock -= hazard;
            None
        } else {
            let (_, lot) = hazard::turn(&dice, number, *turns - 1);
            *clock = hazard::turn(&dice, number, *turns).0;
            *turns += 1;
            Some(lot)
        }
    }

    /// What every community feels and weighs, each for itself.
    fn perceive(&mut self) {
        let out: Vec<u16> = self
            .engine
            .world
            .wards
            .iter()
            .flat_map(|ward| ward.out.clone())
            .collect();
        let harm: Vec<[u16; 3]> = self
            .engine
            .world
            .wards
            .iter()
            .flat_map(|ward| ward.harm.clone())
            .collect();
        self.engine.perceive();
        for c in 0..self.communities.len() {
            let community = &mut self.communities[c];
            let ward = &self.engine.world.wards[community.ward];
            let view = &self.engine.perception.views[ward.place as usize];
            let known = out[c] + community.sees.iter().map(|&other| out[other as usize]).sum::<u16>();
            community.mood = feel(self.engine.model, community.mood, harm[c], view);
            let known = libm::log1p(f64::from(known));
            community.weights = weigh(self.engine.model, ward.urban, community.mood, view, known);
        }
    }

    /// One person's decision: what they do next, by the three inequalities of the model.
    fn decide(&mut self, community: usize, i: usize) {
        let chances = Chances::new(self.engine.model);
        let k = self.communities[community].weights;
        let at = self.communities[community].at * 256 + i;
        let person = self.ward(community).people.get(at);
        let [h, p, r, v] = [
            person.hardship,
            person.discontent,
            person.risk_aversion,
            person.violence,
        ]
        .map(i64::from);
        let [a, b, c, e, l] = [k.a, k.b, k.c, k.e, k.l].map(i64::from);
        let [d, f, m] = [k.d, k.f, k.m].map(i64::from);
        let goes_out = a * h + b * p - c * r + d > 0;
        let is_violent = 2048 * v - e * r + f > 0;
        let loots = 2048 * h + 2048 * v - l * r + m > 0;
        let wants = goes_out || loots;
        let was = Activity::of(person.state);
        let hazard = match was {
            Activity::Home if wants => chances.join,
            Activity::Home => return,
            _ if was.is_out() && wants => chances.tire[usize::from(person.ticks_out)],
            _ if was.is_out() => chances.leave,
            _ => return,
        };
        let out = was.is_out() != self.happens(community, i, hazard).is_some();
        let next = match (out, loots, is_violent) {
            (false, ..) => Activity::Home,
            (true, true, _) => Activity::Looting,
            (true, false, true) => Activity::Violent,
            (true, false, false) => Activity::Protesting,
        };
        let remembered = person.state & (TODAY | TOOK_PART);
        let people = &mut self.ward(community).people;
        people.state[at] = next as u8 | remembered | if out { TODAY | TOOK_PART } else { 0 };
        people.ticks_out[at] = if out && was.is_out() {
            people.ticks_out[at].saturating_add(1)
        } else {
            0
        };
    }

    /// One person's fate at the hands of the police.
    fn meet(&mut self, community: usize, i: usize, tally: &mut Tally) {
        let place = self.ward(community).place as usize;
        let fates = contact::fates(self.engine.model, &self.engine.world.places[place]);
        let at = self.communities[community].at * 256 + i;
        let state = self.ward(community).people.state[at];
        let activity = Activity::of(state);
        let fate = match activity {
            Activity::Protesting => fates.peaceful,
            Activity::Violent | Activity::Looting => fates.fighting,
            Activity::Home if state & TOOK_PART != 0 => fates.at_large,
            _ => contact::Fate::default(),
        };
        let hazard = match activity {
            Activity::Detained => fates.released,
            Activity::Injured => fates.recovered,
            _ => fate.hazard,
        };
        if hazard == 0 {
            return;
        }
        let Some(lot) = self.happens(community, i, hazard).map(u64::from) else {
            return;
        };
        let next = match activity {
            Activity::Detained | Activity::Injured => Activity::Home,
            _ if lot < fate.shares[0] => Activity::Dead,
            _ if lot < fate.shares[1] => Activity::Injured,
            _ => Activity::Detained,
        };
        tally.killed += u32::from(next == Activity::Dead);
        tally.hurt += u32::from(next == Activity::Injured);
        tally.arrested += u32::from(next == Activity::Detained);
        let at_ward = self.communities[community].at;
        let ward = self.ward(community);
        let [arrested, hurt, killed] = &mut ward.harm[at_ward];
        *killed += u16::from(next == Activity::Dead);
        *hurt += u16::from(next == Activity::Injured);
        *arrested += u16::from(next == Activity::Detained);
        ward.people.state[at] = state & !ACTIVITY | next as u8;
        ward.people.ticks_out[at] = 0;
    }

    /// The tallies of all wards, and who is out in each community, counted afresh.
    fn count(&mut self) {
        for ward in &mut self.engine.world.wards {
            ward.tally = Tally::default();
            ward.out.fill(0);
        }
        for c in 0..self.communities.len() {
            let Community {
                ward, at, weights: k, ..
            } = self.communities[c];
            let ward = &mut self.engine.world.wards[ward];
            let view = self.engine.perception.perceived.demands[ward.place as usize];
            for i in at * 256..at * 256 + ward.size_of(at) {
                let person = ward.people.get(i);
                let (h, p) = (i64::from(person.hardship), i64::from(person.discontent));
                let is = |activity: Activity| u32::from(Activity::of(person.state) == activity);
                let tally = &mut ward.tally;
                tally.protesting += is(Activity::Protesting);
                tally.violent += is(Activity::Violent);
                tally.looting += is(Activity::Looting);
                tally.detained += is(Activity::Detained);
                tally.injured += is(Activity::Injured);
                tally.today += u32::from(person.state & TODAY != 0);
                tally.at_large += u32::from(person.state & TOOK_PART != 0) * is(Activity::Home);
                if Activity::of(person.state).is_out() {
                    ward.out[at] += 1;
                    let price = i64::from(k.a) * h >= i64::from(view.political) * p;
                    let regime = i64::from(view.ladder) * p >= i64::from(view.regime_line);
                    tally.demand_price += u32::from(price);
                    tally.demand_government += u32::from(!price && !regime);
                    tally.demand_regime += u32::from(!price && regime);
                }
            }
        }
    }

    /// Everybody's number: community, and place in it.
    fn everybody(&self) -> Vec<(usize, usize)> {
        let communities = self.communities.iter().enumerate();
        let size = |of: &Community| self.engine.world.wards[of.ward].size_of(of.at);
        communities
            .flat_map(|(c, of)| (0..size(of)).map(move |i| (c, i)))
            .collect()
    }

    /// One tick of the engine with the slow passes over citizens.
    fn tick(&mut self) {
        self.engine.events.clear();
        self.engine.govern();
        self.perceive();
        for (c, i) in self.everybody() {
            if self.engine.model.clock.starts_day(self.engine.tick) {
                let at = self.communities[c].at * 256 + i;
                self.ward(c).people.state[at] &= !TODAY;
            }
            self.decide(c, i);
        }
        self.count();
        self.engine.world.count_crowds(self.engine.model.persons_per_agent);
        let decided: Vec<Tally> = self.engine.world.wards.iter().map(|ward| ward.tally).collect();
        let Engine {
            model,
            world,
            commanded,
            tick,
            events,
            ..
        } = &mut self.engine;
        command::command(model, world, commanded, *tick, events);
        let mut met = vec![Tally::default(); decided.len()];
        for (c, i) in self.everybody() {
            let ward = self.communities[c].ward;
            self.meet(c, i, &mut met[ward]);
        }
        self.count();
        for ((ward, decided), met) in self.engine.world.wards.iter_mut().zip(decided).zip(met) {
            let tally = &mut ward.tally;
            (tally.arrested, tally.hurt, tally.killed) = (met.arrested, met.hurt, met.killed);
            // Demands are those of the hour, before anybody was taken away.
            if tally.out() > 0 {
                tally.demand_price = decided.demand_price;
                tally.demand_government = decided.demand_government;
                tally.demand_regime = decided.demand_regime;
            }
        }
        let engine = &mut self.engine;
        contact::officers(engine.model, &engine.dice, &mut engine.world, engine.tick);
        contact::sum_up(engine.model, &mut engine.world);
        engine.sites();
        engine.record();
        engine.tick += 1;
    }
}

/// What the fast engine has beside that in which the slow one has everybody.
fn assert_same(fast: &Engine, slow: &Engine, tick: u32) {
    assert_eq!(fast.readings, slow.readings, "readings of tick {tick}");
    assert_eq!(fast.events, slow.events, "events of tick {tick}");
    let (a, b) = (&fast.world, &slow.world);
    assert_eq!(a.regions, b.regions, "regions after tick {tick}");
    assert_eq!(a.places, b.places, "places after tick {tick}");
    assert!(a.officers == b.officers && a.units == b.units && a.sites == b.sites);
    for (a, b) in a.wards.iter().zip(&b.wards) {
        assert_eq!(
            (a.tally, &a.out, &a.harm),
            (b.tally, &b.out, &b.harm),
            "a ward after tick {tick}"
        );
        assert_eq!(a.moods, b.moods, "moods after tick {tick}");
        let mut listed = (0..a.people.len()).map(|i| a.people.get(i)).peekable();
        for of_all in (0..b.people.len()).map(|i| b.people.get(i)) {
            match listed.next_if(|person| person.who == of_all.who) {
                Some(person) => assert_eq!(person, of_all, "after tick {tick}"),
                None => assert_eq!(
                    (of_all.state, of_all.turns),
                    (0, 0),
                    "who is not listed is at home: tick {tick}"
                ),
            }
        }
        assert!(listed.next().is_none(), "everybody is listed once, in order");
    }
}

fn agree(model: &Model, seed: u64) {
    let dice = Dice::new(seed, 0);
    let (mut fast, mut dense) = (Engine::new(model, &dice), Engine::new(model, &dice));
    dense.skip_quiet = false;
    let mut slow = Twin::new(model, &dice);
    for tick in 0..model.clock.ticks {
        fast.tick();
        dense.tick();
        slow.tick();
        assert_same(&fast, &slow.engine, tick);
        assert_same(&dense, &slow.engine, tick);
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
