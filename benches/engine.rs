//! How fast the engine is: `cargo bench`. The ids are an interface and do not change:
//!
//! - `tick/{10k,100k,1M,19M}`: one tick of Kazakhstan at the height of the wave, by number of citizens; throughput
//!   in citizens per second;
//! - `dense/{...}`: the same with every citizen looked at, also where nothing can change;
//! - `bound/{decide,stream}/{1,2}`: every citizen of a calm country decides, beside a loop that merely reads and writes
//!   the same bytes, on one and on two threads: how near the hot loop is to the speed of memory;
//! - `phase/{govern,perceive,decide,police,sites,record}`: each phase alone, 1M citizens;
//! - `populate/1M`: the world at tick 0;
//! - `scenario/compile`: Kazakhstan from text to model;
//! - `run/tutorial`: the whole tutorial.
//!
//! Compare ratios within one run: machines are noisy.

use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::Path;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use qantar::dice::{BLOCK, Dice};
use qantar::metric::Readings;
use qantar::scenario::Scenario;
use qantar::sim::event::Event;
use qantar::sim::model::Model;
use qantar::sim::population::populate;
use qantar::sim::tick::Engine;
use qantar::sim::world::Citizens;
use qantar::sim::{self, Observer};
use rayon::prelude::*;

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

/// Read the bytes that a decision reads, and write those of a column.
fn stream(citizens: &mut Citizens) {
    (
        citizens.hardship.par_chunks(BLOCK),
        citizens.discontent.par_chunks(BLOCK),
        citizens.risk_aversion.par_chunks(BLOCK),
        citizens.violence.par_chunks(BLOCK),
        citizens.ticks_out.par_chunks_mut(BLOCK),
    )
        .into_par_iter()
        .with_min_len(256)
        .for_each(|(h, p, r, v, out)| {
            for i in 0..BLOCK {
                out[i] ^= h[i] ^ p[i] ^ r[i] ^ v[i];
            }
        });
}

fn bound(c: &mut Criterion) {
    let mut scenario = scenario("kazakhstan-2022.toml");
    scenario
        .set(&["shock.lpg-price.remove=true".to_owned()])
        .expect("a valid assignment");
    let model = scenario.compile().expect("a shipped scenario is valid");
    let mut engine = Engine::new(&model, &Dice::new(1, 0));
    engine.skip_quiet = false;
    engine.tick();
    engine.govern();
    engine.perceive();
    let mut group = c.benchmark_group("bound");
    group
        .sample_size(20)
        .throughput(Throughput::Elements(engine.world.agents() as u64));
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("a pool");
        group.bench_function(BenchmarkId::new("decide", threads), |b| {
            pool.install(|| b.iter(|| engine.decide()));
        });
        group.bench_function(BenchmarkId::new("stream", threads), |b| {
            pool.install(|| b.iter(|| stream(&mut engine.world.citizens)));
            engine.world.citizens.ticks_out.fill(0);
        });
    }
    group.finish();
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

criterion_group!(benches, bound, ticks, phases, before_and_around);
criterion_main!(benches);
