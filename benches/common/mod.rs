//! What the benchmarks of time and those of instructions measure alike: the shipped scenarios, and Kazakhstan at the
//! height of the wave.
// Each benchmark uses a part of it.
#![allow(dead_code)]

use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::Path;

use qantar::dice::Dice;
use qantar::metric::Readings;
use qantar::scenario::Scenario;
use qantar::sim::Observer;
use qantar::sim::event::Event;
use qantar::sim::model::Model;
use qantar::sim::tick::Engine;

/// 5 January, 18:00: the tick at which most people are out.
pub const HEIGHT: u32 = 114;

/// A phase of a tick.
pub type Phase<'m> = (&'static str, fn(&mut Engine<'m>));

/// The phases of a tick in their order.
pub fn phases<'m>() -> [Phase<'m>; 6] {
    [
        ("govern", Engine::govern),
        ("perceive", Engine::perceive),
        ("decide", Engine::decide),
        ("police", Engine::police),
        ("sites", Engine::sites),
        ("record", Engine::record),
    ]
}

/// A scenario that comes with qantar.
pub fn shipped(name: &str) -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
    Scenario::read(&path).expect("a shipped scenario is valid")
}

/// Kazakhstan with these changes.
pub fn kazakhstan(changes: &[String]) -> Model {
    let mut scenario = shipped("kazakhstan-2022.toml");
    scenario.set(changes).expect("valid assignments");
    scenario.compile().expect("a shipped scenario is valid")
}

/// Kazakhstan with so many persons for each agent.
pub fn kazakhstan_of(persons_per_agent: u32) -> Model {
    kazakhstan(&[format!("persons_per_agent={persons_per_agent}")])
}

/// A model at the height of the wave.
pub fn at_the_height(model: &Model) -> Engine<'_> {
    let mut engine = Engine::new(model, &Dice::new(1, 0));
    (0..HEIGHT).for_each(|_| engine.tick());
    engine
}

/// Watches, and does nothing.
pub struct Nobody;

impl Observer for Nobody {
    fn tick(&mut self, readings: &Readings, _: &[Event]) -> ControlFlow<()> {
        black_box(readings);
        ControlFlow::Continue(())
    }
}
