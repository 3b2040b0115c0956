//! The engine: pure, without files, clock, environment or any order of threads that could matter. It cannot fail:
//! `scenario::compile` has found every problem before.

pub mod epstein;
pub mod event;
pub mod hazard;
pub mod model;
pub mod parameters;
pub mod policy;
pub mod population;
pub mod recorder;
pub mod rules;
pub mod tick;
pub mod weights;
pub mod world;

use std::fmt::Debug;
use std::ops::ControlFlow;

use crate::dice::Dice;
use crate::metric::{Readings, Vocabulary};
use event::{Event, What};
use model::Model;
use tick::Engine;

/// A model of any kind: what a study needs of it, whether it is a country or a lattice.
pub trait Simulation: Debug + Send + Sync {
    /// What is measured of it.
    fn vocabulary(&self) -> Vocabulary;

    /// How many ticks a run lasts.
    fn ticks(&self) -> u32;

    /// The ids of its regions; none where only the whole is measured.
    fn regions(&self) -> Vec<&str>;

    /// The ids of whatever an event can be about.
    fn subjects(&self) -> Vec<&str>;

    /// How many it is made of, for the manifest.
    fn size(&self) -> Size;

    /// The country, if it is one.
    fn country(&self) -> Option<&Model> {
        None
    }

    /// The id of what an event is about; empty where there is none.
    fn subject(&self, what: What) -> &str;

    /// Run it from its first tick to its last, or until the observer stops it.
    fn run(&self, dice: &Dice, observer: &mut dyn Observer) -> ControlFlow<()>;
}

/// How many a model is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Residents; on a lattice, agents at the start.
    pub people: u64,
    /// People that each of the simulated stands for.
    pub persons_per_agent: u32,
    /// Length of a tick in minutes; 0 where a tick is no length of time.
    pub tick_minutes: u32,
}

impl Simulation for Model {
    fn vocabulary(&self) -> Vocabulary {
        Vocabulary::Country
    }

    fn ticks(&self) -> u32 {
        self.clock.ticks
    }

    fn regions(&self) -> Vec<&str> {
        self.regions.iter().map(|region| region.id.as_str()).collect()
    }

    fn subjects(&self) -> Vec<&str> {
        let sites = self.sites.iter().map(|site| site.id.as_str());
        let actions = self.interventions.iter().map(|action| action.id.as_str());
        let sent = self.interventions.iter().flat_map(|action| &action.contingents);
        sites.chain(actions).chain(sent.map(|sent| sent.id.as_str())).collect()
    }

    fn size(&self) -> Size {
        Size {
            people: self.regions.iter().map(|region| u64::from(region.population)).sum(),
            persons_per_agent: self.persons_per_agent,
            tick_minutes: self.clock.tick_minutes,
        }
    }

    fn country(&self) -> Option<&Model> {
        Some(self)
    }

    fn subject(&self, what: What) -> &str {
        what.subject(self)
    }

    fn run(&self, dice: &Dice, observer: &mut dyn Observer) -> ControlFlow<()> {
        run(self, dice, observer)
    }
}

/// Someone who watches a run.
pub trait Observer {
    /// Called at the end of each tick with the values of all metrics and with what happened in it, in order.
    /// `Break` stops the run.
    fn tick(&mut self, readings: &Readings, events: &[Event]) -> ControlFlow<()>;
}

/// Run a country from its first tick to its last, or until the observer stops it.
pub fn run(model: &Model, dice: &Dice, observer: &mut dyn Observer) -> ControlFlow<()> {
    let mut engine = Engine::new(model, dice);
    for _ in 0..model.clock.ticks {
        engine.tick();
        observer.tick(&engine.readings, &engine.events)?;
    }
    ControlFlow::Continue(())
}
