//! How fast a sweep is, from its points to its journal: `cargo bench --bench sweep`. The ids are an interface and do
//! not change:
//!
//! - `sweep/tutorial`: 64 runs of the tutorial;
//! - `sweep/kazakhstan-100`: 8 runs of Kazakhstan with a citizen for every hundred people.
//!
//! Throughput is in runs; each run is on one thread, and as many at a time as there are processors.

use std::path::Path;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use qantar::scenario::Scenario;
use qantar::study::sweep::{Ask, How};
use qantar::study::{self, Folder, Opened, Progress, Settings, Study, execute, publish};

fn sweep(file: &str, set: &[&str], vary: &str, points: u32) -> Study {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(file);
    let mut scenario = Scenario::read(&path).expect("a shipped scenario is valid");
    let set: Vec<String> = set.iter().map(|text| (*text).to_owned()).collect();
    scenario.set(&set).expect("valid assignments");
    let mut ask = Ask::new(scenario);
    let vary = ask.text("--vary", vary);
    ask.vary(&vary);
    let sample = ask.text("--sample", &format!("sobol:{points}"));
    ask.sample(&sample);
    ask.study(How::default(), Vec::new()).expect("a valid sweep")
}

fn run(sweep: &Study, out: &Path) {
    let Opened::Begun(folder) = Folder::open(sweep, out, study::How::default()).expect("a folder") else {
        unreachable!("it has just been made")
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (settings, progress) = (Settings::threads(threads), Progress::default());
    execute(sweep, &folder, settings, &progress).expect("no run fails");
    publish(sweep, &folder, threads, &progress, &|_| Ok(Vec::new())).expect("no run is missing");
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
