//! How fast a sweep is, from its points to its journal: `cargo bench --bench sweep`. The ids are an interface and do
//! not change:
//!
//! - `sweep/tutorial`: 64 runs of the tutorial;
//! - `sweep/kazakhstan-100`: 8 runs of Kazakhstan with a citizen for every hundred people.
//!
//! Throughput is in runs; each run is on one thread, and as many at a time as there are processors.

use std::path::Path;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use qantar::analysis::named::{Total, values};
use qantar::models::country::TOTALS;
use qantar::scenario::Scenario;
use qantar::study::sweep::{Ask, How, Opened, Progress, Settings, Shard, Sweep, assemble, execute, open};
use qantar::table::Table;

fn sweep(file: &str, set: &[&str], vary: &str, points: u32) -> Sweep {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(file);
    let mut scenario = Scenario::read(&path).expect("a shipped scenario is valid");
    let set: Vec<String> = set.iter().map(|text| (*text).to_owned()).collect();
    scenario.set(&set).expect("valid assignments");
    let mut ask = Ask::new(scenario);
    let vary = ask.text("--vary", vary);
    ask.vary(&vary);
    let sample = ask.text("--sample", &format!("sobol:{points}"));
    ask.sample(&sample);
    for total in TOTALS {
        ask.outcome(total.name, total.text, &sample.place);
    }
    ask.plan(How::default()).expect("a valid sweep")
}

fn run(sweep: &Sweep, out: &Path) {
    let Opened::Begun(folder) = open(sweep, out, false).expect("a folder") else {
        unreachable!("it has just been made")
    };
    let settings = Settings {
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        shard: Shard::WHOLE,
        most: u64::MAX,
        fail_fast: true,
        retry_failed: false,
    };
    let totals = TOTALS.each_ref().map(Total::named);
    let outcomes = |series: &Table, events: &Table| values(&totals, series, events);
    execute(sweep, &folder, settings, &Progress::default(), &outcomes).expect("no run fails");
    assemble(sweep, &folder, settings.threads).expect("no run is missing");
}

fn sweeps(c: &mut Criterion) {
    let kazakhstan = ["persons_per_agent=100"];
    let mut group = c.benchmark_group("sweep");
    group.sample_size(10);
    for (name, sweep) in [
        (
            "tutorial",
            sweep("tutorial.toml", &[], "shock.fuel-price.factor=1..2.5", 64),
        ),
        (
            "kazakhstan-100",
            sweep("kazakhstan-2022.toml", &kazakhstan, "rules.policing.alarm=20..80", 8),
        ),
    ] {
        group.throughput(Throughput::Elements(sweep.jobs()));
        group.bench_function(name, |b| {
            b.iter_batched(
                || tempfile::tempdir().expect("a folder"),
                |folder| run(&sweep, &folder.path().join("out")),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, sweeps);
criterion_main!(benches);
