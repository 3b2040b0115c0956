//! The engine: pure, without files, clock, environment or any order of threads that could matter. It cannot fail:
//! `scenario::compile` has found every problem before.

pub mod event;
pub mod model;
pub mod parameters;
pub mod policy;
pub mod population;
pub mod recorder;
pub mod rules;
pub mod tick;
pub mod weights;
pub mod world;

use std::ops::ControlFlow;

use crate::dice::Dice;
use crate::metric::Readings;
use event::Event;
use model::Model;
use tick::Engine;

/// Someone who watches a run.
pub trait Observer {
    /// Called at the end of each tick with the values of all metrics and with what happened in it, in order.
    /// `Break` stops the run.
    fn tick(&mut self, readings: &Readings, events: &[Event]) -> ControlFlow<()>;
}

/// Run a model from its first tick to its last, or until the observer stops it.
pub fn run(model: &Model, dice: &Dice, observer: &mut dyn Observer) -> ControlFlow<()> {
    let mut engine = Engine::new(model, dice);
    for _ in 0..model.clock.ticks {
        engine.tick();
        observer.tick(&engine.readings, &engine.events)?;
    }
    ControlFlow::Continue(())
}
