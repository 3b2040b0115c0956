//! The order of a tick, on one page.
//!
//! | phase | reads | writes |
//! |---|---|---|
//! | 1 government | last readings | which interventions act and who helps; levers; prices; connectivity; rumours |
//! | 2 perceive | last counts, levers | memory of crowds, anger, fear; each community's weights |
//! | 3 decide | weights, traits | who is at home, protesting, violent, looting |
//! | 4 police | counts, levers | where officers are; arrests, injuries and deaths on both sides |
//! | 5 sites | counts, guards | who holds which site, and what its loss does; symbols torn down; banks, flights, output |
//! | 6 record | everything | readings, events of first times, what neighbours will see and what was filmed |
//!
//! The government comes first so that an action dated to a tick acts in that tick, and a trigger answers the
//! readings of the tick before.

pub mod decide;
pub mod government;
pub mod perceive;
pub mod police;
pub mod record;
pub mod sites;

use super::event::Event;
use super::model::Model;
use super::population::populate;
use super::world::World;
use crate::dice::Dice;
use crate::metric::Readings;

/// A model in motion: the world, the scratch memory of its phases, and what was last measured.
#[derive(Clone)]
pub struct Engine<'m> {
    /// What is run.
    pub model: &'m Model,
    /// Every chance in it.
    pub dice: Dice,
    /// The world as it is after the last tick.
    pub world: World,
    /// Hazards of acting on a wish.
    pub chances: decide::Chances,
    /// What each region has in common; written by `perceive`.
    pub perception: perceive::Scratch,
    /// Scratch memory of command.
    pub commanded: police::command::Scratch,
    /// What was last measured.
    pub readings: Readings,
    /// What happened in the last tick.
    pub events: Vec<Event>,
    /// The next tick, from 0.
    pub tick: u32,
    /// Leave out people who stay at home under any weights near those of the hour, and communities in which nothing can
    /// change. The result is the same to the last byte without; only benchmarks and tests turn it off.
    pub skip_quiet: bool,
}

impl<'m> Engine<'m> {
    /// The model at tick 0.
    pub fn new(model: &'m Model, dice: &Dice) -> Engine<'m> {
        let world = populate(model, dice);
        Engine {
            chances: decide::Chances::new(model),
            perception: perceive::Scratch::new(model, &world),
            commanded: police::command::Scratch::new(model),
            readings: Readings::new(model.areas()),
            events: Vec::with_capacity(256),
            tick: 0,
            skip_quiet: true,
            dice: *dice,
            world,
            model,
        }
    }

    /// One tick: the order.
    pub fn tick(&mut self) {
        self.events.clear();
        self.govern();
        self.perceive();
        self.decide();
        self.police();
        self.sites();
        self.record();
        self.tick += 1;
    }

    /// Phase 1.
    pub fn govern(&mut self) {
        let (model, world, last) = (self.model, &mut self.world, &self.readings);
        government::govern(model, &self.dice, world, last, self.tick, &mut self.events);
    }

    /// Phase 2.
    pub fn perceive(&mut self) {
        perceive::perceive(self.model, &mut self.world, &mut self.perception, self.tick);
    }

    /// Phase 3.
    pub fn decide(&mut self) {
        let perceived = &self.perception.perceived;
        let (model, world, chances) = (self.model, &mut self.world, &self.chances);
        decide::decide(model, &self.dice, world, perceived, chances, self.tick, self.skip_quiet);
    }

    /// Phase 4.
    pub fn police(&mut self) {
        police::command::command(
            self.model,
            &mut self.world,
            &mut self.commanded,
            self.tick,
            &mut self.events,
        );
        police::contact::contact(self.model, &self.dice, &mut self.world, self.tick);
    }

    /// Phase 5.
    pub fn sites(&mut self) {
        sites::sites(self.model, &self.dice, &mut self.world, self.tick, &mut self.events);
    }

    /// Phase 6.
    pub fn record(&mut self) {
        record::record(
            self.model,
            &mut self.world,
            self.tick,
            &mut self.readings,
            &mut self.events,
        );
    }
}
