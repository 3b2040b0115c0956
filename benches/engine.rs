//! How fast the engine is: `cargo bench`. The ids are an interface and do not change:
//!
//! - `tick/{10k,100k,1M,19M}`: one tick of Kazakhstan at the height of the wave, by number of citizens; throughput
//!   in citizens per second;
//! - `dense/{...}`: the same with every citizen looked at, also where nothing can change;
//! - `phase/{govern,perceive,decide,police,sites,record}`: each phase alone, 1M citizens;
//! - `populate/1M`: the world at tick 0;
//! - `scenario/compile`: Kazakhstan from text to model;
//! - `run/tutorial`: the whole tutorial.
//!
//! Compare ratios within one run: machines are noisy.

use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::Path;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use qantar::dice::Dice;
use qantar::metric::Readings;
use qantar::scenario::Scenario;
use qantar::sim::event::Event;
use qantar::sim::model::Model;
use qantar::sim::population::populate;
use qantar::sim::tick::Engine;
use qantar::sim::{self, Observer};

const SIZES: [(&str, u32); 4] = [("10k", 1919), ("100k", 192), ("1M", 19), ("19M", 1)];

/// 5 January, 18:00: the tick at which most people are out.
const HEIGHT: u32 = 114;

fn scenario(name: &str) -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
    Scenario::read(&path).expect("a shipped scenario is valid")
}

fn kazakhstan(persons_per_agent: u32) -> Model {
    let mut scenario = scenario("kazakhstan-2022.toml");
    scenario
        .set(&[format!("persons_per_agent={persons_per_agent}")])
        .expect("a valid assignment");
    scenario.compile().expect("a shipped scenario is valid")
}

fn at_the_height(model: &Model) -> Engine<'_> {
    let mut engine = Engine::new(model, &Dice::new(1, 0));
    (0..HEIGHT).for_each(|_| engine.tick());
    engine
}

fn ticks(c: &mut Criterion) {
    for (skip_quiet, group) in [(true, "tick"), (false, "dense")] {
        let mut group = c.benchmark_group(group);
        group.sample_size(10);
        for (name, persons_per_agent) in SIZES {
            let model = kazakhstan(persons_per_agent);
            let mut engine = at_the_height(&model);
            engine.skip_quiet = skip_quiet;
            group.throughput(Throughput::Elements(engine.world.agents() as u64));
            group.bench_function(name, |b| {
                b.iter_batched_ref(|| engine.clone(), Engine::tick, BatchSize::PerIteration)
            });
        }
        group.finish();
    }
}

type Phase<'m> = (&'static str, fn(&mut Engine<'m>));

fn phases(c: &mut Criterion) {
    let model = kazakhstan(19);
    let mut engine = at_the_height(&model);
    let mut group = c.benchmark_group("phase");
    group
        .sample_size(20)
        .throughput(Throughput::Elements(engine.world.agents() as u64));
    let phases: [Phase<'_>; 6] = [
        ("govern", Engine::govern),
        ("perceive", Engine::perceive),
        ("decide", Engine::decide),
        ("police", Engine::police),
        ("sites", Engine::sites),
        ("record", Engine::record),
    ];
    // Each phase is measured in the state that the phases before it left in the same tick.
    for (name, phase) in phases {
        group.bench_function(name, |b| {
            b.iter_batched_ref(|| engine.clone(), phase, BatchSize::PerIteration)
        });
        phase(&mut engine);
    }
    group.finish();
}

struct Nobody;

impl Observer for Nobody {
    fn tick(&mut self, readings: &Readings, _: &[Event]) -> ControlFlow<()> {
        black_box(readings);
        ControlFlow::Continue(())
    }
}

fn before_and_around(c: &mut Criterion) {
    let model = kazakhstan(19);
    let mut group = c.benchmark_group("populate");
    group.sample_size(20);
    group.bench_function("1M", |b| b.iter(|| populate(black_box(&model), &Dice::new(1, 0))));
    group.finish();

    let written = scenario("kazakhstan-2022.toml").to_toml();
    c.bench_function("scenario/compile", |b| {
        b.iter(|| {
            Scenario::from_text("kazakhstan-2022.toml", black_box(&written))
                .expect("valid")
                .compile()
        })
    });

    let tutorial = scenario("tutorial.toml")
        .compile()
        .expect("a shipped scenario is valid");
    c.bench_function("run/tutorial", |b| {
        b.iter(|| sim::run(&tutorial, &Dice::new(1, 0), &mut Nobody))
    });
}

criterion_group!(benches, ticks, phases, before_and_around);
criterion_main!(benches);
