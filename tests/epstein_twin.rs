//! The lattice beside its obvious implementation: a list of people and a board, everyone looks at every site in sight
//! and works out the rule as printed. Both must agree to the last person, tick by tick, for every switch of Model I.

use proptest::prelude::*;
use qantar::dice::{Dice, Purpose, Stream};
use qantar::sim::epstein::engine::{AHEAD, DRAWS, Engine, Role, share};
use qantar::sim::epstein::model::{Activation, Change, Jail, Model, Ratio, Shape, Term, Turn};
use qantar::sim::epstein::risk;
use qantar::sim::epstein::torus::in_sight;

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Cop,
    Quiet,
    Active,
    Jailed(u32),
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Person {
    at: (usize, usize),
    state: State,
    hardship: f64,
    risk_aversion: f64,
}

struct Twin<'m> {
    model: &'m Model,
    dice: Dice,
    people: Vec<Person>,
    /// People by their places in the order of the last tick.
    order: Vec<usize>,
    legitimacy: f64,
    tick: u32,
}

impl<'m> Twin<'m> {
    fn new(model: &'m Model, dice: &Dice) -> Twin<'m> {
        let mut stream = dice.stream(Purpose::LatticeStart, 0);
        let width = model.width as usize;
        let mut sites: Vec<(usize, usize)> = (0..model.sites() as usize).map(|i| (i / width, i % width)).collect();
        let mut people = Vec::new();
        for i in 0..(model.agents + model.cops) as usize {
            let j = i + stream.below((sites.len() - i) as u32) as usize;
            sites.swap(i, j);
            let cop = i >= model.agents as usize;
            let mut of_agent = || if cop { 0.0 } else { share(stream.word()) };
            people.push(Person {
                at: sites[i],
                hardship: of_agent(),
                risk_aversion: of_agent(),
                state: if cop { State::Cop } else { State::Quiet },
            });
        }
        Twin {
            model,
            dice: dice.clone(),
            order: (0..people.len()).collect(),
            people,
            legitimacy: model.legitimacy,
            tick: 0,
        }
    }

    fn seen(&self, person: usize) -> Vec<(usize, usize)> {
        let Person { at, state, .. } = self.people[person];
        let vision = if state == State::Cop {
            self.model.cop_vision
        } else {
            self.model.agent_vision
        };
        let wrapped = |at: usize, by: i32, length: u32| (at as i32 + by).rem_euclid(length as i32) as usize;
        let from = |(row, column)| {
            (
                wrapped(at.0, row, self.model.height),
                wrapped(at.1, column, self.model.width),
            )
        };
        in_sight(self.model.shape, vision).into_iter().map(from).collect()
    }

    fn is_empty(&self, at: (usize, usize)) -> bool {
        let stands = |person: &Person| match person.state {
            State::Jailed(_) => self.model.jail == Jail::InPlace,
            _ => true,
        };
        !self.people.iter().any(|person| person.at == at && stands(person))
    }

    fn count(&self, seen: &[(usize, usize)], state: State) -> u32 {
        self.people
            .iter()
            .filter(|person| person.state == state && seen.contains(&person.at))
            .count() as u32
    }

    fn tick(&mut self) {
        let mut stream = self.dice.stream(Purpose::LatticeTick, self.tick);
        for change in self.model.changes.iter().filter(|change| change.acts(self.tick)) {
            self.legitimacy = change.legitimacy.unwrap_or(self.legitimacy) + change.legitimacy_by;
            self.legitimacy = self.legitimacy.clamp(0.0, 1.0);
        }
        match self.model.activation {
            Activation::Random => self.in_turn(&mut stream, Twin::turn),
            Activation::Synchronous => {
                let decided: Vec<State> = (0..self.people.len()).map(|person| self.decided(person)).collect();
                for (person, state) in self.people.iter_mut().zip(decided) {
                    person.state = state;
                }
                self.in_turn(&mut stream, |twin, person, stream| {
                    if twin.people[person].state == State::Cop {
                        twin.arrest(person, stream);
                    }
                });
                self.in_turn(&mut stream, |twin, person, stream| match twin.people[person].state {
                    State::Jailed(_) => {
                        twin.release(person, stream);
                    }
                    _ => twin.step(person, stream),
                });
            }
        }
        self.tick += 1;
    }

    fn in_turn(&mut self, stream: &mut Stream, turn: fn(&mut Twin<'m>, usize, &mut Stream)) {
        let everyone = self.order.len();
        for first in (0..everyone).step_by(AHEAD) {
            let block = first..everyone.min(first + AHEAD);
            let draw = |i: usize| i + stream.below((everyone - i) as u32) as usize;
            let places: Vec<usize> = block.clone().map(draw).collect();
            for (i, place) in block.zip(places) {
                self.order.swap(i, place);
                turn(self, self.order[i], stream);
            }
        }
    }

    fn turn(&mut self, person: usize, stream: &mut Stream) {
        if let State::Jailed(_) = self.people[person].state
            && !self.release(person, stream)
        {
            return;
        }
        let move_first = self.model.turn == Turn::MoveFirst;
        if move_first {
            self.step(person, stream);
        }
        match self.people[person].state {
            State::Cop => self.arrest(person, stream),
            _ => self.people[person].state = self.decided(person),
        }
        if !move_first {
            self.step(person, stream);
        }
    }

    fn decided(&self, person: usize) -> State {
        let Person {
            state,
            hardship,
            risk_aversion,
            ..
        } = self.people[person];
        if !matches!(state, State::Quiet | State::Active) {
            return state;
        }
        let seen = self.seen(person);
        let itself = 1 + u32::from(state == State::Active && self.model.self_twice);
        let (cops, active) = (self.count(&seen, State::Cop), self.count(&seen, State::Active) + itself);
        let ratio = f64::from(cops) / f64::from(active);
        let ratio = match self.model.ratio {
            Ratio::Literal => ratio,
            Ratio::Floor => ratio.floor(),
            Ratio::Round => ratio.round_ties_even(),
        };
        let risk = risk_aversion * (1.0 - libm::exp(-self.model.arrest_constant * ratio));
        match hardship * (1.0 - self.legitimacy) - risk > self.model.threshold {
            true => State::Active,
            false => State::Quiet,
        }
    }

    fn step(&mut self, person: usize, stream: &mut Stream) {
        let cop = self.people[person].state == State::Cop;
        let moves = if cop {
            self.model.cops_move
        } else {
            self.model.agents_move
        };
        if moves && let Some(there) = self.empty_in_sight(person, stream) {
            self.people[person].at = there;
        }
    }

    fn empty_in_sight(&self, person: usize, stream: &mut Stream) -> Option<(usize, usize)> {
        let seen = self.seen(person);
        let steps = seen.len() as u32;
        for _ in 0..DRAWS {
            let word = stream.word();
            for half in [word & 0xffff, word >> 16] {
                let (step, rest) = (half * steps / 65_536, half * steps % 65_536);
                if rest >= 65_536 % steps && self.is_empty(seen[step as usize]) {
                    return Some(seen[step as usize]);
                }
            }
        }
        let empty: Vec<_> = seen.into_iter().filter(|&at| self.is_empty(at)).collect();
        (!empty.is_empty()).then(|| empty[stream.below(empty.len() as u32) as usize])
    }

    fn arrest(&mut self, cop: usize, stream: &mut Stream) {
        let seen = self.seen(cop);
        let rebel = |at: &&(usize, usize)| self.count(&[**at], State::Active) > 0;
        let rebels: Vec<_> = seen.iter().filter(rebel).collect();
        if rebels.is_empty() {
            return;
        }
        let at = *rebels[stream.below(rebels.len() as u32) as usize];
        let most = self.model.max_jail_term;
        let term = match self.model.term {
            Term::OneToMax => 1 + stream.below(most),
            Term::BelowMax => stream.below(most),
            Term::ZeroToMax => stream.below(most + 1),
        };
        let caught = |person: &&mut Person| person.at == at && person.state == State::Active;
        let caught = self.people.iter_mut().find(caught).expect("somebody was seen");
        caught.state = State::Jailed(self.tick + term);
        if self.model.cop_steps {
            self.people[cop].at = at;
        }
    }

    fn release(&mut self, person: usize, stream: &mut Stream) -> bool {
        let State::Jailed(free_at) = self.people[person].state else {
            return false;
        };
        let own = self.people[person].at;
        if free_at > self.tick {
            return false;
        }
        let place = match self.model.jail {
            Jail::InPlace => Some(own),
            Jail::Open if self.is_empty(own) => Some(own),
            Jail::Open => self.empty_in_sight(person, stream),
            Jail::Off => self.empty_anywhere(stream),
        };
        if let Some(at) = place {
            self.people[person].at = at;
            self.people[person].state = State::Quiet;
        }
        place.is_some()
    }

    fn empty_anywhere(&self, stream: &mut Stream) -> Option<(usize, usize)> {
        let width = self.model.width as usize;
        let place = |i: usize| (i / width, i % width);
        for _ in 0..4 * DRAWS {
            let at = place(stream.below(self.model.sites()) as usize);
            if self.is_empty(at) {
                return Some(at);
            }
        }
        let empty: Vec<_> = (0..self.model.sites() as usize)
            .map(place)
            .filter(|&at| self.is_empty(at))
            .collect();
        (!empty.is_empty()).then(|| empty[stream.below(empty.len() as u32) as usize])
    }
}

/// Everyone on the lattice and in jail, in the order of the last tick: place, state, traits.
fn everyone(engine: &Engine) -> Vec<Person> {
    let person = |agent: &qantar::sim::epstein::engine::Agent| {
        let at = ((agent.site >> 16) as usize, (agent.site & 0xffff) as usize);
        let traits = engine.traits.get(agent.id as usize);
        let trait_of = |of: fn(&qantar::sim::epstein::engine::Traits) -> u32| traits.map_or(0.0, |t| share(of(t)));
        Person {
            at,
            state: match agent.role {
                Role::Cop => State::Cop,
                Role::Quiet => State::Quiet,
                Role::Active if engine.is_active(agent) => State::Active,
                Role::Active => State::Jailed(engine.traits[agent.id as usize].free_at),
                _ => State::Jailed(agent.daring),
            },
            hardship: trait_of(|t| t.hardship),
            risk_aversion: trait_of(|t| t.risk_aversion),
        }
    };
    engine.agents.iter().map(person).collect()
}

fn models() -> impl Strategy<Value = Model> {
    let any = |all: usize| 0..all;
    let flag = || prop::bool::ANY;
    let board = (11u32..18, 11u32..18, 0.3..0.8f64, 0.0..0.2f64);
    let sight = (
        prop::sample::select(vec![1.0, 1.7, 3.0, 5.0]),
        prop::sample::select(vec![1.0, 2.5, 5.0]),
        any(3),
    );
    let rule = (0.5..0.9f64, any(3), flag(), any(2), any(2), any(3), any(3));
    let moves = (flag(), flag(), flag(), 1u32..9);
    (board, sight, rule, moves).prop_map(|(board, sight, rule, moves)| {
        let sites = f64::from(board.0 * board.1);
        let jail = Jail::ALL[rule.5];
        Model {
            ticks: 12,
            width: board.0,
            height: board.1,
            agents: (board.2 * sites) as u32,
            cops: (board.3 * sites) as u32,
            agent_vision: sight.0,
            cop_vision: sight.1,
            shape: Shape::ALL[sight.2],
            legitimacy: rule.0,
            threshold: 0.1,
            arrest_constant: 2.3,
            ratio: Ratio::ALL[rule.1],
            self_twice: rule.2,
            activation: Activation::ALL[rule.3],
            turn: Turn::ALL[rule.4],
            jail,
            term: Term::ALL[rule.6],
            agents_move: moves.0,
            cops_move: moves.1,
            cop_steps: moves.2 && jail != Jail::InPlace,
            max_jail_term: moves.3,
            groups: None,
            changes: vec![Change {
                id: "fall".to_owned(),
                at: 6,
                every: 2,
                times: 2,
                legitimacy: None,
                legitimacy_by: -0.1,
                cops: None,
                cops_by: 0,
            }],
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_lattice_is_what_the_obvious_implementation_says_to_the_last_person(model in models(), seed in 0u64..1000) {
        let dice = Dice::new(seed, 0);
        let (mut fast, mut slow) = (Engine::new(&model, &dice), Twin::new(&model, &dice));
        for tick in 0..model.ticks {
            fast.tick();
            slow.tick();
            let slow: Vec<Person> = slow.order.iter().map(|&person| slow.people[person]).collect();
            for (fast, slow) in everyone(&fast).iter().zip(&slow) {
                // Where somebody in jail is means nothing until it is free.
                let same_place = fast.at == slow.at || matches!(slow.state, State::Jailed(_)) && model.jail == Jail::Off;
                prop_assert!(same_place && fast.state == slow.state, "tick {}: {:?} {:?}", tick, fast, slow);
                prop_assert_eq!((fast.hardship, fast.risk_aversion), (slow.hardship, slow.risk_aversion));
            }
        }
    }

    #[test]
    fn nobody_is_lost_and_nobody_is_counted_twice(model in models(), seed in 0u64..1000) {
        let mut engine = Engine::new(&model, &Dice::new(seed, 0));
        for _ in 0..model.ticks {
            engine.tick();
            let people = everyone(&engine);
            let of = |wanted: fn(&State) -> bool| people.iter().filter(|person| wanted(&person.state)).count() as u32;
            let jailed = of(|state| matches!(state, State::Jailed(_)));
            prop_assert_eq!(people.len() as u32, model.agents + model.cops);
            prop_assert_eq!(of(|&state| state == State::Cop), engine.tally.cops);
            prop_assert_eq!(of(|&state| state == State::Active), engine.tally.active);
            prop_assert_eq!(jailed, engine.tally.jailed);
            prop_assert_eq!(engine.tally.living, [model.agents, 0]);
        }
    }
}

#[test]
fn a_vision_of_17_is_eight_sites_and_of_7_is_148() {
    assert_eq!(in_sight(Shape::Euclidean, 1.7).len(), 8);
    assert_eq!(in_sight(Shape::Euclidean, 7.0).len(), 148);
    assert_eq!(in_sight(Shape::VonNeumann, 7.0).len(), 112);
    assert_eq!(in_sight(Shape::Moore, 7.0).len(), 224);
}

#[test]
fn the_rule_as_printed_is_the_one_that_is_looked_up() {
    assert!(risk::active(1.0, 0.0, 0.82, 0.1, 1.0));
    assert!(!risk::active(0.5, 0.0, 0.82, 0.1, 0.0), "0.09 is not above 0.1");
    assert!(!risk::active(1.0, 0.1, 0.82, 0.1, 0.9), "0.18 - 0.09 is not above 0.1");
}
