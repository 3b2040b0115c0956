//! How many instructions the engine takes: `.ci/gate`, which needs valgrind. Instructions are counted and not timed, so
//! a count is the same on a busy machine and on an idle one, and one per cent is a limit that can be held.
//!
//! The ids are an interface and do not change; the scenario is Kazakhstan at the height of the wave, on one thread:
//!
//! - `tick/at_10k`, `tick/at_100k`: one tick, by number of citizens;
//! - `phase/{govern,perceive,decide,police,sites,record}`: each phase of that tick alone, 100k citizens, in the state
//!   that the phases before it left;
//! - `populate/at_100k`: the world at tick 0, and its first tick, in which those who could go out are listed;
//! - `scenario/compile`: Kazakhstan from text to model;
//! - `run/tutorial`: the whole tutorial.
//!
//! After each count, and not within it, the digest of what came out is written to a file named after the id below
//! [`DIGESTS`]. The gate compares it with `benches/golden.json`: what is faster but different fails. A phase alone has
//! no reading of its own, so its tick is finished first.

// The macros below write a module for each function, and no words for it.
#![allow(missing_docs)]

mod common;

use std::fs;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::Path;

use common::{at_the_height, kazakhstan_of, phases, shipped};
use gungraun::{Callgrind, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main};
use qantar::dice::Dice;
use qantar::metric::{Metric, Readings};
use qantar::scenario::Scenario;
use qantar::sim::event::Event;
use qantar::sim::model::Model;
use qantar::sim::tick::Engine;
use qantar::sim::world::World;
use qantar::sim::{self, Observer};
use sha2::{Digest, Sha256};

/// Where the digests go.
const DIGESTS: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/gate");

/// Persons per agent for 10k and 100k citizens.
const AT_10K: u32 = 1919;
const AT_100K: u32 = 192;

fn leaked(model: Model) -> &'static Model {
    Box::leak(Box::new(model))
}

/// Make the thread that is counted the only one: rayon then calls work where it stands, and nobody waits or steals.
fn alone() {
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread()
        .build_global()
        .expect("the first and only pool");
}

/// In place of the system's: hash tables of the standard library, which reading a scenario uses, seed themselves from
/// it, and counts would vary by some hundreds with the seed.
///
/// # Safety
///
/// `buffer` holds `length` bytes, as the system's callers promise it too.
#[unsafe(no_mangle)]
unsafe extern "C" fn getrandom(buffer: *mut u8, length: usize, _flags: u32) -> isize {
    // SAFETY: the buffer holds `length` bytes, as every caller of the system's function promises.
    unsafe { buffer.write_bytes(0x5a, length) };
    length as isize
}

/// An engine that is to be counted, with what `.ci/gate --self-test` does to it to see the gate trip.
struct Run {
    id: &'static str,
    engine: Engine<'static>,
    /// Loops of no use within the count.
    waste: u64,
    /// Anything but 0 counts as another result.
    differ: u64,
}

impl Run {
    /// At the height. It is leaked, so that neither a move nor a drop of it is counted.
    fn at_the_height(id: &'static str, persons_per_agent: u32) -> &'static mut Run {
        alone();
        let engine = at_the_height(leaked(kazakhstan_of(persons_per_agent)));
        let told = |name| std::env::var(name).map_or(0, |text| text.parse().expect("a whole number"));
        Box::leak(Box::new(Run {
            id,
            engine,
            waste: told("GATE_WASTE"),
            differ: told("GATE_DIFFER"),
        }))
    }

    fn before(id: &'static str) -> (&'static mut Run, usize) {
        let run = Run::at_the_height(id, AT_100K);
        let this = phases()
            .iter()
            .position(|(name, _)| id.ends_with(name))
            .expect("an id ends with the name of its phase");
        run.engine.events.clear();
        phases()[..this].iter().for_each(|(_, phase)| phase(&mut run.engine));
        (run, this)
    }

    fn finish((run, counted): (&'static mut Run, usize)) {
        phases()[counted + 1..]
            .iter()
            .for_each(|(_, phase)| phase(&mut run.engine));
        run.digest();
    }

    fn digest(&mut self) {
        let engine = &self.engine;
        let mut digest = came_out(&engine.readings, &engine.events);
        of_citizens(&mut digest, &engine.world);
        if self.differ > 0 {
            digest.update(self.differ.to_le_bytes());
        }
        write(self.id, digest);
    }
}

/// A digest of readings to the last bit, and of events.
fn came_out(readings: &Readings, events: &[Event]) -> Sha256 {
    let mut digest = Sha256::new();
    for region in (0..readings.areas()).map(Some).chain([None]) {
        for &metric in Metric::ALL {
            digest.update(readings.get(metric, region).to_bits().to_le_bytes());
        }
    }
    digest.update(format!("{events:?}"));
    digest
}

fn of_citizens(digest: &mut Sha256, world: &World) {
    for ward in &world.wards {
        let people = &ward.people;
        digest.update((people.len() as u64).to_le_bytes());
        for i in 0..people.len() {
            digest.update(format!("{:?}", people.get(i)));
        }
    }
}

fn write(id: &str, digest: Sha256) {
    let hex: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let path = Path::new(DIGESTS).join(id);
    fs::create_dir_all(path.parent().expect("below a folder")).expect("a folder for digests");
    fs::write(path, hex + "\n").expect("a digest written");
}

#[library_benchmark(setup = Run::at_the_height, teardown = Run::digest)]
#[bench::at_10k("tick/at_10k", AT_10K)]
#[bench::at_100k("tick/at_100k", AT_100K)]
fn tick(run: &'static mut Run) -> &'static mut Run {
    run.engine.tick();
    (0..run.waste).for_each(|i| _ = black_box(i));
    run
}

#[library_benchmark(setup = Run::before, teardown = Run::finish)]
#[bench::govern("phase/govern")]
#[bench::perceive("phase/perceive")]
#[bench::decide("phase/decide")]
#[bench::police("phase/police")]
#[bench::sites("phase/sites")]
#[bench::record("phase/record")]
fn phase((run, this): (&'static mut Run, usize)) -> (&'static mut Run, usize) {
    phases()[this].1(&mut run.engine);
    (run, this)
}

fn unpopulated(persons_per_agent: u32) -> &'static Model {
    alone();
    leaked(kazakhstan_of(persons_per_agent))
}

fn populated(world: World) {
    let mut digest = Sha256::new();
    of_citizens(&mut digest, &world);
    let World {
        officers, units, ties, ..
    } = world;
    digest.update(format!("{officers:?} {units:?} {ties:?}"));
    write("populate/at_100k", digest);
}

#[library_benchmark]
#[bench::at_100k(args = (AT_100K), setup = unpopulated, teardown = populated)]
fn populate(model: &'static Model) -> World {
    let mut engine = Engine::new(model, &Dice::new(1, 0));
    engine.tick();
    engine.world
}

fn text() -> String {
    shipped("kazakhstan-2022.toml").to_toml()
}

fn model(model: Model) {
    write("scenario/compile", Sha256::new().chain_update(format!("{model:?}")));
}

#[library_benchmark]
#[bench::compile(setup = text, teardown = model)]
fn scenario(text: String) -> Model {
    Scenario::from_text("kazakhstan-2022.toml", &text)
        .expect("valid")
        .compile()
        .expect("valid")
}

/// Keeps a copy of everything, as the recorder of results does.
#[derive(Default)]
struct History(Vec<(Readings, Vec<Event>)>);

impl Observer for History {
    fn tick(&mut self, readings: &Readings, events: &[Event]) -> ControlFlow<()> {
        self.0.push((readings.clone(), events.to_vec()));
        ControlFlow::Continue(())
    }
}

fn ready() -> &'static Model {
    alone();
    leaked(shipped("tutorial.toml").compile().expect("a shipped scenario is valid"))
}

fn over(history: History) {
    let mut digest = Sha256::new();
    for (readings, events) in &history.0 {
        digest.update(came_out(readings, events).finalize());
    }
    write("run/tutorial", digest);
}

#[library_benchmark]
#[bench::tutorial(setup = ready, teardown = over)]
fn run(model: &'static Model) -> History {
    let mut history = History::default();
    let _ = sim::run(model, &Dice::new(1, 0), &mut history);
    history
}

library_benchmark_group!(name = engine, benchmarks = [tick, phase, populate, scenario, run]);
// Caches are not simulated: only instructions are the same on every machine with the same tools.
main!(
    config = LibraryBenchmarkConfig::default().tool(Callgrind::with_args(["--cache-sim=no"])),
    library_benchmark_groups = engine
);
