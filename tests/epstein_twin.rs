//! The lattice beside its obvious implementation: a list of people and a board, everyone looks at every site in sight
//! and works out the rule as printed. Both must agree to the last person, tick by tick, for every switch of Model I and
//! of Model II.

use std::collections::HashSet;

use proptest::prelude::*;
use qantar::dice::{Dice, Purpose, Stream};
use qantar::models::epstein::engine::agent::{Agent, Role, Traits, share};
use qantar::models::epstein::engine::model::{Activation, Change, Groups, Jail, Model, Ratio, Shape, Term, Turn};
use qantar::models::epstein::engine::risk;
use qantar::models::epstein::engine::sight::in_sight;
use qantar::models::epstein::engine::tick::{AHEAD, Engine};
use qantar::models::epstein::engine::world::{DRAWS, World};
use strum::VariantArray;

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Cop,
    Quiet,
    Active,
    Jailed(u32),
    Dead,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Person {
    at: (usize, usize),
    state: State,
    hardship: f64,
    risk_aversion: f64,
    group: u8,
    dies_at: u32,
}

struct Twin<'m> {
    model: &'m Model,
    dice: Dice,
    people: Vec<Person>,
    /// Who has had a turn in this tick.
    had_their_turn: HashSet<usize>,
    /// People by their places in the order of the last tick.
    order: Vec<usize>,
    /// Among how many piles people are dealt before they are shuffled.
    piles: usize,
    /// Who is born in this tick and has the first turn in the next.
    children: Vec<usize>,
    killed: [u64; 2],
    legitimacy: f64,
    tick: u32,
}

impl<'m> Twin<'m> {
    fn new(model: &'m Model, dice: &Dice, piles: usize) -> Twin<'m> {
        let mut twin = Twin {
            model,
            dice: *dice,
            people: Vec::new(),
            order: Vec::new(),
            piles,
            children: Vec::new(),
            had_their_turn: HashSet::new(),
            killed: [0; 2],
            legitimacy: model.legitimacy,
            tick: 0,
        };
        let mut stream = dice.stream(Purpose::LatticeStart, 0);
        let width = model.width as usize;
        let mut sites: Vec<(usize, usize)> = (0..model.sites() as usize).map(|i| (i / width, i % width)).collect();
        for i in 0..(model.agents + model.cops) as usize {
            let j = i + stream.below((sites.len() - i) as u32) as usize;
            sites.swap(i, j);
            if i < model.agents as usize {
                let traits = [share(stream.word()), share(stream.word())];
                let group = if model.groups.is_some() { i % 2 } else { 0 };
                twin.born(sites[i], traits, group as u8, &mut stream);
            } else {
                twin.people.push(Person {
                    at: sites[i],
                    state: State::Cop,
                    hardship: 0.0,
                    risk_aversion: 0.0,
                    group: 0,
                    dies_at: u32::MAX,
                });
            }
        }
        twin.order = (0..twin.people.len()).collect();
        twin
    }

    fn born(&mut self, at: (usize, usize), traits: [f64; 2], group: u8, stream: &mut Stream) {
        let age = match &self.model.groups {
            Some(groups) => 1 + stream.below(groups.max_age),
            None => u32::MAX - self.tick,
        };
        self.people.push(Person {
            at,
            state: State::Quiet,
            hardship: traits[0],
            risk_aversion: traits[1],
            group,
            dies_at: self.tick + age,
        });
    }

    /// What somebody sees.
    fn seen(&self, person: usize) -> Vec<(usize, usize)> {
        let vision = match self.people[person].state {
            State::Cop => self.model.cop_vision,
            _ => self.model.agent_vision,
        };
        self.around(person, self.model.shape, vision)
    }

    /// The sites within a vision in the order in which a draw counts them: strips of eight columns from the west, of
    /// which the first begins so far west of the lattice as anybody sees; in a strip from the north, in a row from the
    /// west.
    fn around(&self, person: usize, shape: Shape, vision: f64) -> Vec<(usize, usize)> {
        let at = self.people[person].at;
        let strip = |column: i32| (at.1 as i32 + column + self.model.reach() as i32) / 8;
        let mut steps = in_sight(shape, vision);
        steps.sort_by_key(|&(row, column)| (strip(column), row, column));
        let wrapped = |at: usize, by: i32, length: u32| (at as i32 + by).rem_euclid(length as i32) as usize;
        let from = |(row, column)| {
            (
                wrapped(at.0, row, self.model.height),
                wrapped(at.1, column, self.model.width),
            )
        };
        steps.into_iter().map(from).collect()
    }

    fn is_empty(&self, at: (usize, usize)) -> bool {
        let stands = |person: &Person| match person.state {
            State::Jailed(_) => self.model.jail == Jail::InPlace,
            State::Dead => false,
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
        self.had_their_turn.clear();
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
        self.order.append(&mut self.children);
        self.order.retain(|&person| self.people[person].state != State::Dead);
        self.tick += 1;
    }

    /// Everyone is dealt to a random pile; then pile after pile is shuffled, some draws ahead of the turns.
    fn in_turn(&mut self, stream: &mut Stream, turn: fn(&mut Twin<'m>, usize, &mut Stream)) {
        let mut ends = vec![self.order.len()];
        if self.piles > 1 {
            let words = self.order.len().div_ceil(4);
            let bytes: Vec<u8> = (0..words).flat_map(|_| stream.word().to_le_bytes()).collect();
            let pile = |place: usize| usize::from(bytes[place]) % self.piles;
            let mut dealt: Vec<(usize, usize)> = (0..self.order.len()).map(|i| (pile(i), self.order[i])).collect();
            dealt.sort_by_key(|&(pile, _)| pile);
            ends = (0..self.piles)
                .map(|pile| dealt.iter().filter(|(of, _)| *of <= pile).count())
                .collect();
            self.order = dealt.into_iter().map(|(_, person)| person).collect();
        }
        let mut start = 0;
        for end in ends {
            for first in (start..end).step_by(AHEAD) {
                let block = first..end.min(first + AHEAD);
                let draw = |i: usize| i + stream.below((end - i) as u32) as usize;
                let places: Vec<usize> = block.clone().map(draw).collect();
                for (i, place) in block.zip(places) {
                    self.order.swap(i, place);
                    let person = self.order[i];
                    turn(self, person, stream);
                }
            }
            start = end;
        }
    }

    fn turn(&mut self, person: usize, stream: &mut Stream) {
        self.had_their_turn.insert(person);
        if self.people[person].state != State::Cop && self.people[person].dies_at <= self.tick {
            self.people[person].state = State::Dead;
        }
        let state = self.people[person].state;
        match state {
            State::Dead => return,
            State::Jailed(_) if !self.release(person, stream) => return,
            _ => {}
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
        if let (Some(groups), false) = (&self.model.groups, self.people[person].state == State::Cop) {
            self.kill(person, stream);
            self.have_child(person, groups, stream);
        }
    }

    fn kill(&mut self, killer: usize, stream: &mut Stream) {
        let Person { state, group, .. } = self.people[killer];
        if state != State::Active {
            return;
        }
        let is_victim = |person: &Person, at: (usize, usize)| {
            person.at == at && person.group != group && matches!(person.state, State::Quiet | State::Active)
        };
        let seen = self.seen(killer).into_iter();
        let victim = |at| self.people.iter().position(|person| is_victim(person, at));
        let victims: Vec<usize> = seen.filter_map(victim).collect();
        if !victims.is_empty() {
            self.people[victims[stream.below(victims.len() as u32) as usize]].state = State::Dead;
            self.killed[usize::from(1 - group)] += 1;
        }
    }

    fn have_child(&mut self, parent: usize, groups: &Groups, stream: &mut Stream) {
        if share(stream.word()) >= groups.cloning {
            return;
        }
        let next = self.around(parent, Shape::Moore, 1.0);
        let empty: Vec<(usize, usize)> = next.into_iter().filter(|&at| self.is_empty(at)).collect();
        if !empty.is_empty() {
            let at = empty[stream.below(empty.len() as u32) as usize];
            let Person { hardship, group, .. } = self.people[parent];
            let risk_aversion = share(stream.word());
            self.children.push(self.people.len());
            self.born(at, [hardship, risk_aversion], group, stream);
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
        let empty: Vec<_> = self.seen(person).into_iter().filter(|&at| self.is_empty(at)).collect();
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
        let is_caught = |person: &Person| person.at == at && person.state == State::Active;
        let caught = self.people.iter().position(is_caught).expect("somebody was seen");
        let turns_missed = u32::from(self.model.term_in_turns && self.had_their_turn.contains(&caught));
        self.people[caught].state = State::Jailed(self.tick + turns_missed + term);
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
        for _ in 0..DRAWS {
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
fn everyone(world: &World, model: &Model) -> Vec<Person> {
    let person = |agent: &Agent| {
        let traits = world.traits.get(agent.id as usize);
        let trait_of = |of: fn(&Traits) -> u32| traits.map_or(0.0, |t| share(of(t)));
        Person {
            at: ((agent.site >> 16) as usize, (agent.site & 0xffff) as usize),
            state: match agent.role {
                Role::Cop => State::Cop,
                Role::Quiet => State::Quiet,
                Role::Active if world.is_active(agent) => State::Active,
                Role::Active => {
                    let from = if model.term_in_turns { world.tick } else { 0 };
                    State::Jailed(from + world.traits[agent.id as usize].free_at)
                }
                Role::Jailed => State::Jailed(agent.daring),
                Role::Dead => State::Dead,
            },
            hardship: trait_of(|t| t.hardship),
            risk_aversion: trait_of(|t| t.risk_aversion),
            group: traits.map_or(0, |t| t.group),
            dies_at: 0,
        }
    };
    world.agents.iter().map(person).collect()
}

/// Both run side by side and agree on everyone after each tick.
fn agree(model: &Model, seed: u64, piles: usize) -> Result<(), TestCaseError> {
    let dice = Dice::new(seed, 0);
    let (mut fast, mut slow) = (Engine::new(model, &dice), Twin::new(model, &dice, piles));
    fast.piles.number = piles;
    for tick in 0..model.ticks {
        fast.tick();
        slow.tick();
        let expected: Vec<Person> = slow.order.iter().map(|&person| slow.people[person]).collect();
        let people = everyone(&fast.world, model);
        prop_assert_eq!(people.len(), expected.len());
        for (fast, slow) in people.iter().zip(&expected) {
            // Where somebody in jail is means nothing until it is free.
            let same_place = fast.at == slow.at || matches!(slow.state, State::Jailed(_)) && model.jail == Jail::Off;
            prop_assert!(
                same_place && fast.state == slow.state,
                "tick {}: {:?} {:?}",
                tick,
                fast,
                slow
            );
            let traits = |person: &Person| (person.hardship, person.risk_aversion, person.group);
            prop_assert_eq!(traits(fast), traits(slow));
        }
        prop_assert_eq!(fast.world.tally.killed, slow.killed);
    }
    Ok(())
}

/// Models of all switches.
fn models() -> impl Strategy<Value = Model> {
    let any = |all: usize| 0..all;
    let flag = || prop::bool::ANY;
    let board = (11u32..18, 11u32..18, 0.3..0.8f64, 0.0..0.2f64);
    let sight = (
        prop::sample::select(vec![1.0, 1.7, 3.0, 5.0]),
        prop::sample::select(vec![1.0, 2.5, 5.0]),
        any(3),
        // Who sees further than 7 looks through more windows than one.
        prop::sample::select(vec![0u32, 5]),
    );
    let rule = (0.5..0.9f64, any(3), flag(), any(2), any(2), any(3), any(3), flag());
    let moves = (flag(), flag(), flag(), 1u32..9);
    (board, sight, rule, moves).prop_map(|(board, sight, rule, moves)| {
        let sites = f64::from(board.0 * board.1);
        let jail = Jail::VARIANTS[rule.5];
        Model {
            ticks: 12,
            width: board.0 + 2 * sight.3,
            height: board.1 + 2 * sight.3,
            agents: (board.2 * sites) as u32,
            cops: (board.3 * sites) as u32,
            agent_vision: sight.0 + f64::from(sight.3),
            cop_vision: sight.1 + f64::from(sight.3),
            shape: Shape::VARIANTS[sight.2],
            legitimacy: rule.0,
            threshold: 0.1,
            arrest_constant: 2.3,
            ratio: Ratio::VARIANTS[rule.1],
            self_twice: rule.2,
            activation: Activation::VARIANTS[rule.3],
            turn: Turn::VARIANTS[rule.4],
            jail,
            term: Term::VARIANTS[rule.6],
            term_in_turns: rule.7,
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

/// Models of two groups, who hold each other in contempt, live short, and often have children.
fn models_of_two_groups() -> impl Strategy<Value = Model> {
    let groups = (0.0..0.4f64, 3u32..40, 0.5..0.95f64);
    (models(), groups).prop_map(|(model, (cloning, max_age, legitimacy))| Model {
        activation: Activation::Random,
        groups: Some(Groups { cloning, max_age }),
        legitimacy,
        ..model
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_lattice_is_what_the_obvious_implementation_says_to_the_last_person(
        model in models(), seed in 0u64..1000, piles in prop::sample::select(vec![1, 4, 256]),
    ) {
        agree(&model, seed, piles)?;
    }

    #[test]
    fn two_groups_are_what_the_obvious_implementation_says_to_the_last_person(
        model in models_of_two_groups(), seed in 0u64..1000, piles in prop::sample::select(vec![1, 4, 256]),
    ) {
        agree(&model, seed, piles)?;
    }

    #[test]
    fn nobody_is_lost_and_nobody_is_counted_twice(model in models(), seed in 0u64..1000) {
        let mut engine = Engine::new(&model, &Dice::new(seed, 0));
        for _ in 0..model.ticks {
            engine.tick();
            let (people, tally) = (everyone(&engine.world, &model), engine.world.tally);
            let of = |wanted: fn(&State) -> bool| people.iter().filter(|person| wanted(&person.state)).count() as u32;
            let jailed = of(|state| matches!(state, State::Jailed(_)));
            prop_assert_eq!(people.len() as u32, model.agents + model.cops);
            prop_assert_eq!(of(|&state| state == State::Cop), tally.cops);
            prop_assert_eq!(of(|&state| state == State::Active), tally.active);
            prop_assert_eq!(jailed, tally.jailed);
            prop_assert_eq!(tally.living, [model.agents, 0]);
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
