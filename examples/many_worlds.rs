//! How far do other dice differ? Twenty replicates of the tutorial, on all cores, from Rust.
//!
//! ```text
//! cargo run --example many_worlds
//! ```

use qantar::dice::Dice;
use qantar::metric::Metric;
use qantar::scenario::Scenario;
use qantar::scenario::problem::Problems;
use qantar::sim::tick::Engine;
use rayon::prelude::*;

fn main() -> Result<(), Problems> {
    let scenario = Scenario::read("scenarios/tutorial.toml".as_ref())?;
    let model = scenario.compile()?;
    let detained = |replicate| {
        let mut engine = Engine::new(&model, &Dice::new(scenario.seed(), replicate));
        (0..model.clock.ticks).for_each(|_| engine.tick());
        engine.readings.get(Metric::DetainedTotal, None)
    };
    // The order of a parallel iterator is that of its range, whichever thread is first.
    let mut all: Vec<f64> = (0..20).into_par_iter().map(detained).collect();
    all.sort_by(f64::total_cmp);
    println!(
        "detained: {} to {}, median {}",
        all[0],
        all[19],
        (all[9] + all[10]) / 2.0
    );
    Ok(())
}
