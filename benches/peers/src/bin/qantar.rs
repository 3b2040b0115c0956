//! qantar, through its library: the shipped scenario `mesa.toml` on a lattice of the side that is asked for.

use std::path::Path;

use peers::Asked;
use qantar::dice::Dice;
use qantar::scenario::Scenario;
use qantar::models::epstein::engine::tick::Engine;

fn main() {
    let asked = Asked::read();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/epstein/mesa.toml");
    let mut scenario = Scenario::read(&path).expect("a shipped scenario is valid");
    let sites = f64::from(asked.side * asked.side);
    let mut changes = vec![
        format!("width={}", asked.side),
        format!("height={}", asked.side),
        format!("agent_density={}", f64::from(asked.citizens) / sites),
        format!("cop_density={}", f64::from(asked.cops) / sites),
    ];
    changes.extend(asked.changes.iter().cloned());
    scenario.set(&changes).expect("valid changes");
    let model = scenario.lattice().expect("a valid scenario");
    assert_eq!((model.agents, model.cops), (asked.citizens, asked.cops));
    let mut engine = Engine::new(&model, &Dice::new(asked.seed, 0));
    asked.run(|| {
        engine.tick();
        (engine.world.tally.active, engine.world.tally.jailed)
    });
}
