//! How fast the engine is: `cargo bench`. The ids are an interface and do not change:
//!
//! - `tick/{10k,100k,1M,5M,19M}`: one tick of Kazakhstan at the height of the wave, by number of citizens; throughput
//!   in citizens per second;
//! - `dense/{...}`: the same with every citizen looked at, also where nothing can change;
//! - `threads/dense/{1,2}`: `dense/19M` on so many threads;
//! - `calm/{calm,baseline}`: all ticks of Kazakhstan without the shock, and with it;
//! - `bound/{decide,stream}/{1,2}`: every citizen of a calm country decides, beside a loop that merely reads and writes
//!   the same bytes, on one and on two threads: how near the hot loop is to the speed of memory;
//! - `phase/{govern,perceive,decide,police,sites,record}`: each phase alone, 1M citizens;
//! - `populate/{1M,19M}`: the world at tick 0, and its first tick, in which those who could go out are listed;
//! - `scenario/compile`: Kazakhstan from text to model;
//! - `run/tutorial`: the whole tutorial.
//!
//! Compare ratios within one run: machines are noisy. `.ci/speed` makes a table, a plot and a verdict on each target of
//! them.

mod common;

use std::hint::black_box;

use common::{Nobody, at_the_height, kazakhstan, kazakhstan_of, shipped};
use criterion::{BatchSize, Bencher, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use qantar::dice::Dice;
use qantar::scenario::Scenario;
use qantar::sim;
use qantar::sim::model::Model;
use qantar::sim::tick::Engine;
use qantar::sim::world::{People, Ward};
use rayon::prelude::*;

/// Names of sizes, and persons for each agent.
const SIZES: [(&str, u32); 5] = [("10k", 1919), ("100k", 192), ("1M", 19), ("5M", 4), ("19M", 1)];

fn without_the_shock() -> Model {
    kazakhstan(&["shock.lpg-price.remove=true".to_owned()])
}

fn ticks(c: &mut Criterion) {
    for (skip_quiet, group) in [(true, "tick"), (false, "dense")] {
        let mut group = c.benchmark_group(group);
        group.sample_size(10);
        for (name, persons_per_agent) in SIZES {
            let model = kazakhstan_of(persons_per_agent);
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
fn stream(wards: &mut [Ward]) {
    wards.par_iter_mut().for_each(|ward| {
        let People {
            hardship: h,
            discontent: p,
            risk_aversion: r,
            violence: v,
            ticks_out: out,
            ..
        } = &mut ward.people;
        let people = h.iter().zip(p).zip(r).zip(v).zip(out);
        people.for_each(|((((h, p), r), v), out)| *out ^= *h ^ *p ^ *r ^ *v);
    });
}

fn bound(c: &mut Criterion) {
    let model = without_the_shock();
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
        let pool = pool(threads);
        group.bench_function(BenchmarkId::new("decide", threads), |b| {
            pool.install(|| b.iter(|| engine.decide()));
        });
        group.bench_function(BenchmarkId::new("stream", threads), |b| {
            pool.install(|| b.iter(|| stream(&mut engine.world.wards)));
            engine
                .world
                .wards
                .iter_mut()
                .for_each(|ward| ward.people.ticks_out.fill(0));
        });
    }
    group.finish();
}

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("a pool")
}

fn threads(c: &mut Criterion) {
    let model = kazakhstan_of(1);
    let mut engine = at_the_height(&model);
    engine.skip_quiet = false;
    let mut group = c.benchmark_group("threads");
    group
        .sample_size(10)
        .throughput(Throughput::Elements(engine.world.agents() as u64));
    for threads in [1, 2] {
        group.bench_function(BenchmarkId::new("dense", threads), |b| {
            let tick = |b: &mut Bencher| b.iter_batched_ref(|| engine.clone(), Engine::tick, BatchSize::PerIteration);
            pool(threads).install(|| tick(b));
        });
    }
    group.finish();
}

fn calm(c: &mut Criterion) {
    let mut group = c.benchmark_group("calm");
    group.sample_size(10);
    for (name, model) in [("calm", without_the_shock()), ("baseline", kazakhstan_of(1))] {
        // The world at tick 0 is built before, and dropped after the count.
        group.bench_function(name, |b| {
            b.iter_batched_ref(
                || Engine::new(&model, &Dice::new(1, 0)),
                |engine| (0..model.clock.ticks).for_each(|_| engine.tick()),
                BatchSize::PerIteration,
            )
        });
    }
    group.finish();
}

fn phases(c: &mut Criterion) {
    let model = kazakhstan_of(19);
    let mut engine = at_the_height(&model);
    let mut group = c.benchmark_group("phase");
    group
        .sample_size(20)
        .throughput(Throughput::Elements(engine.world.agents() as u64));
    // Each phase is measured in the state that the phases before it left in the same tick.
    for (name, phase) in common::phases() {
        group.bench_function(name, |b| {
            b.iter_batched_ref(|| engine.clone(), phase, BatchSize::PerIteration)
        });
        phase(&mut engine);
    }
    group.finish();
}

fn before_and_around(c: &mut Criterion) {
    let mut group = c.benchmark_group("populate");
    group.sample_size(10);
    for (name, persons_per_agent) in [("1M", 19), ("19M", 1)] {
        let model = kazakhstan_of(persons_per_agent);
        group.bench_function(name, |b| {
            b.iter(|| Engine::new(black_box(&model), &Dice::new(1, 0)).tick())
        });
    }
    group.finish();

    let written = shipped("kazakhstan-2022.toml").to_toml();
    c.bench_function("scenario/compile", |b| {
        b.iter(|| {
            Scenario::from_text("kazakhstan-2022.toml", black_box(&written))
                .expect("valid")
                .compile()
        })
    });

    let tutorial = shipped("tutorial.toml").compile().expect("a shipped scenario is valid");
    c.bench_function("run/tutorial", |b| {
        b.iter(|| sim::run(&tutorial, &Dice::new(1, 0), &mut Nobody))
    });
}

criterion_group!(benches, bound, ticks, threads, calm, phases, before_and_around);
criterion_main!(benches);
