//! What if the price cut had been believed by everybody? Two runs of the tutorial with the same dice, from Rust.
//!
//! ```text
//! cargo run --example what_if
//! ```

use qantar::dice::Dice;
use qantar::metric::Metric;
use qantar::scenario::Scenario;
use qantar::scenario::problem::Problems;
use qantar::sim::tick::Engine;

fn main() -> Result<(), Problems> {
    for change in ["action.rollback.credibility=0.0", "action.rollback.credibility=1.0"] {
        let mut scenario = Scenario::read("scenarios/tutorial.toml".as_ref())?;
        scenario.set(&[change.to_owned()])?;
        let model = scenario.compile()?;
        let mut engine = Engine::new(&model, &Dice::new(scenario.seed(), 0));
        let mut most = 0.0_f64;
        for _ in 0..model.clock.ticks {
            engine.tick();
            most = most.max(engine.readings.get(Metric::Participants, None));
        }
        println!("{change}: at most {most} people out in one hour");
    }
    Ok(())
}
