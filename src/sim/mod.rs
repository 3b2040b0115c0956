//! The engine: pure, without files, clock, environment or any order of threads that could matter. It cannot fail:
//! `scenario::compile` has found every problem before.

pub mod event;
pub mod forms;
pub mod hazard;
pub mod model;
pub mod parameters;
pub mod policy;
pub mod population;
pub mod reach;
pub mod recorder;
pub mod rules;
pub mod sum;
pub mod tick;
pub mod traits;
pub mod weights;
pub mod why;
pub mod world;

use std::any::Any;
use std::fmt::Debug;
use std::ops::ControlFlow;

use crate::dice::Dice;
use crate::metric::{Description, Readings};
use event::{Event, What};
use model::Model;
use tick::Engine;
use why::{Asked, Moment};

/// A model of any family: what a study needs of it. The dispatch is once per run, and never within a tick.
pub trait Simulation: Any + Debug + Send + Sync {
    /// What is measured of it, in the order of the columns of `series.csv`. The first are those who are active now.
    fn metrics(&self) -> &'static [Description];

    /// How many ticks a run lasts.
    fn ticks(&self) -> u32;

    /// The ids of its regions; none where only the whole is measured.
    fn regions(&self) -> Vec<&str>;

    /// The ids of the places that are measured apart, and of which region each is; none where no region is divided.
    fn places(&self) -> Vec<(&str, usize)> {
        Vec::new()
    }

    /// The ids of whatever an event can be about.
    fn subjects(&self) -> Vec<&str>;

    /// What the decisions of its people are made of: the columns of `explain.csv`. None where decisions are not explained.
    fn reasons(&self) -> &'static [String] {
        &[]
    }

    /// How many it is made of, for the manifest.
    fn size(&self) -> Size;

    /// What it is made of, in a line for people.
    fn outline(&self) -> String;

    /// The id of what an event is about; empty where there is none.
    fn subject(&self, what: What) -> &str;

    /// Run it from its first tick to its last, or until the observer stops it.
    fn run(&self, dice: &Dice, observer: &mut dyn Observer) -> ControlFlow<()>;

    /// Whether a draw is of the same person in another model.
    fn has_the_people_of(&self, other: &dyn Simulation) -> bool {
        self.size() == other.size()
    }

    /// The first tick in which a run can differ from one of another model with the same dice: a lower bound. `None` if
    /// they are the same.
    fn earliest_difference(&self, _: &dyn Simulation) -> Option<u32> {
        Some(0)
    }

    /// The ids of the actions that come at a time that was written down, whatever happens, with the tick; those that are for
    /// the record only are not among them.
    fn dated(&self) -> Vec<(&str, u32)> {
        Vec::new()
    }

    /// The ids of the actions that can be taken away, in their order, with whether that would change more than the record.
    fn actions(&self) -> Vec<(&str, bool)> {
        Vec::new()
    }

    /// The same model in which these actions never happen.
    ///
    /// # Panics
    /// If there is no such action.
    fn without(&self, actions: &[&str]) -> Box<dyn Simulation> {
        panic!("there is no action {actions:?}")
    }

    /// The ids of the actions that can happen here and never do in another model, as that is without them or without
    /// what they wait for.
    fn never_in(&self, _: &dyn Simulation) -> Vec<String> {
        Vec::new()
    }
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

/// Someone who watches a run.
pub trait Observer {
    /// Called at the end of each tick with the values of all metrics and with what happened in it, in order.
    /// `Break` stops the run.
    fn tick(&mut self, readings: &Readings, events: &[Event]) -> ControlFlow<()>;

    /// Whether it wants to know why: what decided in each tick. That takes time and changes nothing.
    fn asks_why(&self) -> bool {
        false
    }

    /// Called before [`Observer::tick`] with what decided in each region, if it wants to know.
    fn why(&mut self, _moments: &[Moment]) {}
}

/// Run a country from its first tick to its last, or until the observer stops it.
pub fn run(model: &Model, dice: &Dice, observer: &mut dyn Observer) -> ControlFlow<()> {
    let mut engine = Engine::new(model, dice);
    let mut asked = observer.asks_why().then(|| Asked::of(model, dice, &engine.world));
    for _ in 0..model.clock.ticks {
        engine.tick();
        if let Some(asked) = &mut asked {
            observer.why(&asked.moments(&engine));
        }
        observer.tick(&engine.readings, &engine.events)?;
    }
    ControlFlow::Continue(())
}
