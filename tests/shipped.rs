//! The scenarios that come with qantar: each compiles, and each overlay of Kazakhstan changes what it says, from the
//! moment on at which it can.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::worlds;
use qantar::dice::Dice;
use qantar::metric::Metric;
use qantar::scenario::Scenario;
use qantar::sim::model::Model;
use qantar::sim::parameters::Rules;
use qantar::sim::policy::{Intervention, When};
use qantar::sim::tick::Engine;

const BASELINE: &str = "kazakhstan-2022.toml";
/// Overlays that say themselves that they change nothing.
const SAME: &[&str] = &["kazakhstan-2022/popular.toml"];

/// What a rival explanation says of itself.
const HYPOTHESIS: &[&str] = &[
    "#  WHO HOLDS IT ",
    "#  WHAT IT ASSUMES ",
    "#  FOR ",
    "#  AGAINST ",
    "#  WHAT IT PREDICTS ",
    "no proof",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

/// Paths below `scenarios` of every scenario; a name with a second ending, such as `x.search.toml`, goes with one.
fn shipped(under: &Path) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for entry in fs::read_dir(under).expect("a folder of scenarios") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all.extend(shipped(&path));
        } else if path.extension().is_some_and(|ending| ending == "toml")
            && !path.file_stem().expect("a name").to_string_lossy().contains('.')
        {
            let below = path.strip_prefix(folder()).expect("below the folder");
            all.insert(below.to_string_lossy().replace('\\', "/"));
        }
    }
    all
}

fn overlays() -> impl Iterator<Item = String> {
    shipped(&folder().join("kazakhstan-2022")).into_iter()
}

fn model(name: &str, persons_per_agent: u32) -> Model {
    let mut scenario = Scenario::read(&folder().join(name)).unwrap_or_else(|problems| panic!("{problems}"));
    let coarse = format!("persons_per_agent={persons_per_agent}");
    scenario.set(&[coarse]).unwrap_or_else(|problems| panic!("{problems}"));
    scenario.compile().unwrap_or_else(|problems| panic!("{problems}"))
}

/// What an intervention says, with the names of others for their numbers.
fn said(model: &Model, intervention: &Intervention) -> String {
    fn moment(model: &Model, when: &When) -> String {
        match when {
            When::After { intervention, ticks } => format!("{ticks} after {}", model.interventions[*intervention].id),
            When::All(parts) => format!("all {:?}", parts.iter().map(|w| moment(model, w)).collect::<Vec<_>>()),
            When::Any(parts) => format!("any {:?}", parts.iter().map(|w| moment(model, w)).collect::<Vec<_>>()),
            own => format!("{own:?}"),
        }
    }
    let ends = intervention.ends.iter().map(|&i| &model.interventions[i].id);
    let alone = Intervention {
        when: When::At(0),
        ends: Vec::new(),
        ..intervention.clone()
    };
    format!(
        "{} {:?} {alone:?}",
        moment(model, &intervention.when),
        ends.collect::<Vec<_>>()
    )
}

fn timeline(model: &Model) -> BTreeMap<&str, String> {
    let all = model.interventions.iter();
    all.map(|intervention| (intervention.id.as_str(), said(model, intervention)))
        .collect()
}

/// The model without its interventions.
fn country(model: &Model) -> Model {
    Model {
        interventions: Vec::new(),
        ..model.clone()
    }
}

/// Which interventions differ between two models, and whether anything else does.
fn differences(a: &Model, b: &Model) -> (BTreeSet<String>, bool) {
    let (left, right) = (timeline(a), timeline(b));
    let ids: BTreeSet<_> = left.keys().chain(right.keys()).copied().collect();
    let differing = ids.into_iter().filter(|id| left.get(id) != right.get(id));
    (differing.map(str::to_owned).collect(), country(a) != country(b))
}

/// Whether one of these has been announced.
fn announced(engine: &Engine<'_>, ids: &BTreeSet<String>) -> bool {
    let all = engine.model.interventions.iter().zip(&engine.world.interventions);
    all.into_iter()
        .any(|(intervention, progress)| progress.announced.is_some() && ids.contains(&intervention.id))
}

#[test]
fn every_shipped_scenario_compiles() {
    let all = shipped(&folder());
    assert!(
        all.contains(BASELINE) && all.contains("tutorial.toml") && all.len() > 30,
        "{all:?}"
    );
    for name in all {
        let scenario = Scenario::read(&folder().join(name)).unwrap_or_else(|problems| panic!("{problems}"));
        scenario.simulation().unwrap_or_else(|problems| panic!("{problems}"));
    }
}

/// The most people out at once in a run, of every 10,000.
fn out_of_10_000(model: &Model, seed: u64) -> f64 {
    let dice = Dice::new(seed, 0);
    let mut engine = Engine::new(model, &dice);
    let mut most = 0.0_f64;
    for _ in 0..model.clock.ticks {
        engine.tick();
        most = most.max(engine.readings.get(Metric::Participants, None));
    }
    let people: f64 = model.regions.iter().map(|region| f64::from(region.population)).sum();
    1e4 * most / people
}

/// What a run is about must not happen without its cause: neither with what governments and others do, nor with nothing
/// at all. Overlays that change the country itself are asked too.
#[test]
fn every_shipped_country_is_calm_without_its_cause() {
    let template =
        Scenario::read(&folder().join("../src/cli/new.toml")).unwrap_or_else(|problems| panic!("{problems}"));
    let mut asked: Vec<Model> = Vec::new();
    let mut calm = |name: &str, model: Model| {
        if !asked.contains(&model) {
            let out = out_of_10_000(&model, 1);
            assert!(out <= 1.0, "{name}: {out:.1} of 10,000 people are out without a cause");
            asked.push(model);
        }
    };
    let all = shipped(&folder()).into_iter().map(|name| {
        let read = Scenario::read(&folder().join(&name));
        (name, read.unwrap_or_else(|problems| panic!("{problems}")))
    });
    for (name, scenario) in all.chain([("new.toml".to_owned(), template)]) {
        if scenario.family().name() != "country" {
            continue;
        }
        let model = scenario.compile().unwrap_or_else(|problems| panic!("{problems}"));
        if !name.contains('/') {
            let mut unshocked = scenario.clone();
            let shocks = scenario.shocks().map(|id| format!("shock.{id}.remove=true"));
            unshocked.set(&shocks.collect::<Vec<_>>()).expect("assignments");
            calm(
                &name,
                unshocked.compile().unwrap_or_else(|problems| panic!("{problems}")),
            );
        }
        calm(&name, country(&model));
    }
}

#[test]
fn every_overlay_has_a_title_of_its_own_and_says_what_it_is() {
    let mut titles = BTreeSet::new();
    for name in overlays() {
        let path = folder().join(&name);
        let scenario = Scenario::read(&path).expect("compiles");
        assert!(
            titles.insert(scenario.title().to_owned()),
            "{name}: {}",
            scenario.title()
        );
        let text = fs::read_to_string(path).expect("readable");
        let sections: &[&str] = if name.contains("/what-if/") {
            &["#  WHAT IF ", "#  Look at "]
        } else if text.contains("HYPOTHESIS") {
            HYPOTHESIS
        } else {
            &["#"]
        };
        for section in sections {
            assert!(text.contains(section), "{name} has no \"{section}\"");
        }
    }
}

#[test]
fn every_overlay_is_in_the_list_of_scenarios() {
    let list = fs::read_to_string(folder().join("README.md")).expect("readable");
    for name in overlays() {
        let stem = Path::new(&name)
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        assert!(
            list.contains(&format!("`{stem}`")),
            "{name} is not in scenarios/README.md"
        );
    }
}

/// What a country is like in which changes show.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mood {
    /// Much is lost early.
    Wild,
    /// What is guarded holds out, and command keeps its calm: it has somebody to send, and something left to give up.
    Besieged,
}

/// The model under rules of the tests' own, under which a coarse country is restless and violent, so that no calibration
/// decides what is shown here. What an overlay says of the rules itself stays.
fn restless(name: &str, mood: Mood) -> Model {
    let mut model = model(name, 1000);
    let mut rules = worlds::rules();
    (
        rules.turnout.base_cost,
        rules.violence.reluctance,
        rules.violence.loot_reluctance,
    ) = (1.14, 0.6, 1.9);
    if mood == Mood::Besieged {
        (rules.sites.overrun_rate, rules.harm.officer_injury_rate) = (0.0, 0.0);
        (rules.policing.alarm, rules.policing.arrest_rate) = (1e9, 0.0);
        (rules.turnout.base_cost, rules.violence.loot_reluctance) = (0.6, 10.0);
    }
    for parameter in Rules::TABLE {
        let own = (parameter.get)(&model.rules);
        if own != parameter.default {
            (parameter.set)(&mut rules, own);
        }
    }
    model.rules = rules;
    model
}

/// Whether two arms on the same dice ever differ; before a change can act they must not.
fn differ(name: &str, base: &Model, over: &Model) -> bool {
    let (differing, elsewhere) = differences(base, over);
    assert!(elsewhere || !differing.is_empty(), "{name} changes nothing");
    let dice = Dice::new(2022, 0);
    let (mut a, mut b) = (Engine::new(base, &dice), Engine::new(over, &dice));
    let mut acts = elsewhere;
    while a.tick < base.clock.ticks {
        a.tick();
        b.tick();
        acts |= announced(&a, &differing) || announced(&b, &differing);
        if a.readings != b.readings {
            assert!(acts, "{name} differs before it can, in tick {}", a.tick - 1);
            return true;
        }
    }
    false
}

/// The draws are shared, so that an overlay differs from the baseline by what it changes and not by luck: not before
/// one of its interventions has been announced, and somewhere, in some metric, afterwards.
#[test]
fn every_overlay_runs_as_the_baseline_until_its_change_can_act_and_differs_afterwards() {
    let mut left: BTreeSet<String> = overlays().collect();
    for mood in [Mood::Wild, Mood::Besieged] {
        let base = restless(BASELINE, mood);
        left.retain(|name| {
            let over = restless(name, mood);
            if SAME.contains(&name.as_str()) {
                assert_eq!(base, over, "{name} says that it changes nothing");
                return false;
            }
            !differ(name, &base, &over)
        });
    }
    assert!(
        left.is_empty(),
        "no metric of these differs from the baseline: {left:?}"
    );
}
