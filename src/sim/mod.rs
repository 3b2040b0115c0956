//! The engine: pure, without files, clock, environment or any order of threads that could matter. It cannot fail:
//! `scenario::compile` has found every problem before.

pub mod event;
pub mod model;
pub mod parameters;
pub mod policy;
pub mod recorder;

use std::ops::ControlFlow;

use crate::dice::Dice;
use crate::metric::Readings;
use event::Event;
use model::Model;

/// Someone who watches a run.
pub trait Observer {
    /// Called at the end of each tick with the values of all metrics and with what happened in it, in order.
    /// `Break` stops the run.
    fn tick(&mut self, readings: &Readings, events: &[Event]) -> ControlFlow<()>;
}

/// Run a model from its first tick to its last, or until the observer stops it.
pub fn run(model: &Model, dice: &Dice, observer: &mut dyn Observer) -> ControlFlow<()> {
    let _ = dice;
    let mut readings = Readings::new(model.regions.len());
    for tick in 0..model.clock.ticks {
        readings.tick = tick;
        observer.tick(&readings, &[])?;
    }
    ControlFlow::Continue(())
}
