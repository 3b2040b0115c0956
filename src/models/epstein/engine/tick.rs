//! The order of a tick.
//!
//! One after the other, in a new random order: a cop moves and arrests, an agent moves and decides, or the other way
//! round; who is in jail waits. Where people stand, and who of them is a cop or active, is kept as sets of bits, so
//! that a look is a count of bits under a mask, and a move the choice of a bit. So neither the size of the lattice nor
//! who is around costs a turn anything. The obvious implementation stands in `tests/epstein_twin.rs` and must agree to
//! the last agent.

use std::hint::black_box;
use std::ops::Range;

use super::agent::{Agent, Role};
use super::model::{Activation, Model, Turn};
use super::piles::Piles;
use super::world::World;
use crate::dice::{Dice, Purpose, Stream};

/// How many agents ahead of their turns are read, so that they have come from memory when it is theirs.
pub const AHEAD: usize = 32;

/// A model in motion.
#[derive(Clone, Debug)]
pub struct Engine<'m> {
    /// Who and what is there now.
    pub world: World<'m>,
    /// To what people are dealt before they are shuffled; tests set how many, so that small lattices go all ways.
    pub piles: Piles,
    dice: Dice,
}

impl<'m> Engine<'m> {
    /// The lattice at tick 0: everyone at a random site, all quiet.
    pub fn new(model: &'m Model, dice: &Dice) -> Engine<'m> {
        let world = World::new(model, dice);
        Engine {
            piles: Piles::for_people(world.agents.len()),
            world,
            dice: *dice,
        }
    }

    /// One tick: what changes by the scenario, then everyone's turn.
    pub fn tick(&mut self) {
        let world = &mut self.world;
        let mut stream = self.dice.stream(Purpose::LatticeTick, world.tick);
        world.events.clear();
        world.change(&mut stream);
        match world.model.activation {
            Activation::Random => in_turn(world, &mut self.piles, &mut stream, Part::Turn),
            Activation::Synchronous => {
                world.decide_at_once();
                in_turn(world, &mut self.piles, &mut stream, Part::Arrest);
                in_turn(world, &mut self.piles, &mut stream, Part::Move);
            }
        }
        world.bury();
        world.tick += 1;
    }
}

/// What everybody does in turn.
#[derive(Clone, Copy)]
enum Part {
    /// All that there is to do.
    Turn,
    /// All have decided at once; now cops arrest.
    Arrest,
    /// And now all move.
    Move,
}

/// Everyone has a turn, in a random order, pile after pile.
fn in_turn(world: &mut World, piles: &mut Piles, stream: &mut Stream, part: Part) {
    let mut first = 0;
    for end in piles.deal(&mut world.agents, stream) {
        some_in_turn(world, first..end, stream, part);
        first = end;
    }
}

/// Those at these places have a turn each, in a random order. Compiled once more for processors that count bits in one
/// instruction; integers, so that every path is the same.
#[multiversion::multiversion(targets("x86_64+popcnt+bmi1+bmi2"))]
fn some_in_turn(world: &mut World, some: Range<usize>, stream: &mut Stream, part: Part) {
    let mut places = [0; AHEAD];
    // Where people are dealt to piles, little of what they need is near.
    let far = some.len() < world.agents.len();
    if far {
        // In sequence memory is fast: there are four to a cache line.
        black_box(
            world.agents[some.clone()]
                .iter()
                .step_by(4)
                .fold(0, |read, agent| read ^ agent.site),
        );
    }
    for first in some.clone().step_by(AHEAD) {
        let places = &mut places[..AHEAD.min(some.end - first)];
        let mut read = 0;
        for (i, place) in (first..).zip(&mut *places) {
            *place = i + stream.below((some.end - i) as u32) as usize;
            read ^= world.agents[*place].site;
        }
        if far {
            read ^= places
                .iter()
                .fold(0, |read, &place| read ^ world.read_ahead(&world.agents[place]));
        }
        // What was read means nothing; but that it was must not be left out.
        black_box(read);
        for (i, &place) in (first..).zip(&*places) {
            let mut agent = world.agents[place];
            world.agents[place] = world.agents[i];
            match part {
                Part::Turn => turn(world, &mut agent, stream),
                Part::Arrest => world.arrest_after_all(&mut agent, stream),
                Part::Move => world.move_after_all(&mut agent, stream),
            }
            world.agents[i] = agent;
        }
    }
}

/// The turn of a cop or an agent.
#[inline(always)]
fn turn(world: &mut World, agent: &mut Agent, stream: &mut Stream) {
    if agent.role == Role::Cop {
        agent.site = world.patrol(agent.site, stream);
        return;
    }
    world.learn(agent);
    if world.families.is_some() && world.dies(*agent) {
        agent.role = Role::Dead;
        return;
    }
    if agent.role == Role::Jailed && !world.is_released(agent, stream) {
        return;
    }
    let was_active = agent.role == Role::Active;
    if was_active {
        world.calm(agent.site);
    }
    if world.model.turn == Turn::MoveFirst {
        agent.site = world.step(agent.site, agent.id, stream);
    }
    let active = world.dares(agent.site, agent.daring, was_active);
    if world.model.turn == Turn::ActFirst {
        agent.site = world.step(agent.site, agent.id, stream);
    }
    agent.role = if active { Role::Active } else { Role::Quiet };
    if active {
        world.rise(agent.site, agent.id);
    }
    if world.families.is_some() {
        world.live(*agent, stream);
    }
}
