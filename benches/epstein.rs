//! How fast Epstein's lattice is: `cargo bench --bench epstein`. The ids are an interface and do not change:
//! `epstein/{40,200,1000}` is one tick of Model I by the rules of Mesa's example on a lattice of
//! that side; throughput in agents and cops per second.

use std::path::Path;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use qantar::dice::Dice;
use qantar::models::epstein::engine::tick::Engine;
use qantar::scenario::Scenario;

fn ticks(c: &mut Criterion) {
    let mut group = c.benchmark_group("epstein");
    group.sample_size(10);
    for side in [40, 200, 1000] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/epstein/mesa.toml");
        let mut scenario = Scenario::read(&path).expect("a shipped scenario is valid");
        let size = [format!("width={side}"), format!("height={side}")];
        scenario.set(&size).expect("valid assignments");
        let model = scenario.lattice().expect("a shipped scenario is valid");
        let mut engine = Engine::new(&model, &Dice::new(1, 0));
        // The first outburst and its jail terms are over.
        (0..40).for_each(|_| engine.tick());
        group.throughput(Throughput::Elements(u64::from(model.agents + model.cops)));
        group.bench_function(BenchmarkId::from_parameter(side), |b| b.iter(|| engine.tick()));
    }
}

criterion_group!(benches, ticks);
criterion_main!(benches);
