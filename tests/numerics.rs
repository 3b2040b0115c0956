//! What is numerics and no theory must not decide the answer: `cargo test --release --test numerics -- --ignored`. It runs
//! ensembles, for some ten minutes.

use std::collections::BTreeSet;
use std::path::Path;

use qantar::dice::Dice;
use qantar::metric::Metric;
use qantar::scenario::Scenario;
use qantar::sim::event::What;
use qantar::sim::model::Model;
use qantar::sim::tick::Engine;
use rayon::prelude::*;

/// What is compared, in the order of [`outcomes`].
const OUTCOMES: [&str; 8] = [
    "most people out at a time",
    "largest day",
    "deaths",
    "detained",
    "seizures",
    "akimats seized",
    "injured civilians",
    "damage",
];

fn model(scenario: &str, set: &[String]) -> Model {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(scenario);
    let mut scenario = Scenario::read(&path).expect("a shipped scenario is valid");
    scenario.set(set).expect("valid assignments");
    scenario.compile().expect("a shipped scenario is valid")
}

fn outcomes(model: &Model, replicate: u32) -> [f64; 8] {
    let mut engine = Engine::new(model, &Dice::new(2022, replicate));
    let (mut peak, mut largest_day, mut akimats) = (0.0f64, 0.0f64, BTreeSet::new());
    for _ in 0..model.clock.ticks {
        engine.tick();
        peak = peak.max(engine.readings.get(Metric::Participants, None));
        largest_day = largest_day.max(engine.readings.get(Metric::ParticipantsToday, None));
        akimats.extend(engine.events.iter().filter_map(|event| match event.what {
            What::SiteSeized(s) | What::SiteAbandoned(s) => Some(s).filter(|&s| model.sites[s].id.contains("akimat")),
            _ => None,
        }));
    }
    let last = |metric| engine.readings.get(metric, None);
    [
        peak,
        largest_day,
        last(Metric::DeathsCivilians) + last(Metric::DeathsOfficers),
        last(Metric::DetainedTotal),
        last(Metric::SeizuresTotal),
        akimats.len() as f64,
        last(Metric::InjuredCivilians),
        last(Metric::Damage),
    ]
}

/// The bounds between which the median of each outcome lies with 95 % certainty, by the order of the values.
fn medians(model: &Model, replicates: u32) -> [(f64, f64); 8] {
    let runs: Vec<_> = (0..replicates)
        .into_par_iter()
        .map(|replicate| outcomes(model, replicate))
        .collect();
    let (middle, spread) = (0.5 * f64::from(replicates), 0.98 * f64::from(replicates).sqrt());
    std::array::from_fn(|outcome| {
        let mut values: Vec<f64> = runs.iter().map(|run| run[outcome]).collect();
        values.sort_by(f64::total_cmp);
        (
            values[(middle - spread) as usize],
            values[(middle + spread).ceil() as usize],
        )
    })
}

/// Fail where the median of an outcome is certainly farther than this share from that of an hour.
fn agree(scenario: &str, set: &[&str], replicates: u32, share: f64) {
    let of = |minutes: u32| {
        let set = set.iter().map(|&text| text.to_owned());
        let set: Vec<String> = set.chain([format!("tick_minutes={minutes}")]).collect();
        medians(&model(scenario, &set), replicates)
    };
    let hour = of(60);
    let mut far = Vec::new();
    for minutes in [15, 30] {
        for (name, (hour, here)) in OUTCOMES.iter().zip(hour.into_iter().zip(of(minutes))) {
            println!("{scenario}, {minutes} minutes, {name}: {here:?}, and {hour:?} at 60");
            if here.1 < (1.0 - share) * hour.0 || here.0 > (1.0 + share) * hour.1 {
                far.push(format!("{name} at {minutes} minutes: {here:?}, and {hour:?} at 60"));
            }
        }
    }
    assert!(far.is_empty(), "{scenario}: {far:#?}");
}

#[test]
#[ignore = "an ensemble"]
fn the_tutorial_does_not_depend_on_the_length_of_a_tick() {
    agree("tutorial.toml", &["duration=5d"], 200, 0.1);
}

#[test]
#[ignore = "an ensemble"]
fn the_baseline_does_not_depend_on_the_length_of_a_tick() {
    agree(
        "kazakhstan-2022.toml",
        &["duration=12d", "persons_per_agent=10"],
        300,
        0.1,
    );
}
