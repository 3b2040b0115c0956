//! The scenarios that come with qantar: each compiles, and each overlay of Kazakhstan changes what it says, from the
//! moment on at which it can.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::worlds;
use qantar::analysis::score::Use;
use qantar::dice::Dice;
use qantar::metric::Metric;
use qantar::scenario::kinds::KINDS;
use qantar::scenario::{Scenario, record};
use qantar::sim::model::{Model, SiteKind};
use qantar::sim::parameters::{Parameter, Rules};
use qantar::sim::policy::{Intervention, Lever, When};
use qantar::sim::tick::Engine;
use qantar::study::trial::ATTRIBUTES;
use qantar::study::{Command, Study};

const BASELINE: &str = "kazakhstan-2022.toml";
/// Countries with a record and overlays of their own, each in the folder of its name.
const COUNTRIES: &[&str] = &["kazakhstan-2022", "chile-2019", "ecuador-2019"];
/// Overlays that say themselves that they change nothing.
const SAME: &[&str] = &["kazakhstan-2022/popular.toml"];

/// An overlay that divides regions: another country from the first hour, though of the same people.
const BY_TOWN: &str = "kazakhstan-2022/by-town.toml";

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
    COUNTRIES.iter().flat_map(|country| shipped(&folder().join(country)))
}

fn overlays_of_the_baseline() -> impl Iterator<Item = String> {
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

/// A scenario, as another country could be one.
fn read(name: &str) -> Scenario {
    Scenario::read(&folder().join(name)).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn every_other_country_has_rules_of_its_own_in_nothing_three_what_ifs_and_a_record_of_eight_dated_observations() {
    for country in COUNTRIES.iter().filter(|country| !BASELINE.starts_with(*country)) {
        let scenario = read(&format!("{country}.toml"));
        let model = scenario.compile().unwrap_or_else(|problems| panic!("{problems}"));
        let money = |parameter: &Parameter| parameter.unit.starts_with("million of the currency");
        for parameter in Rules::TABLE.iter().filter(|parameter| !money(parameter)) {
            let value = (parameter.get)(&model.rules);
            assert_eq!(
                value, parameter.default,
                "{country}: {}.{}",
                parameter.group, parameter.name
            );
        }
        assert!(shipped(&folder().join(country).join("what-if")).len() >= 3, "{country}");
        let known = Study::new(Command::Run, &scenario, Vec::new(), 1, 0..1)
            .expect("a study")
            .known();
        let record = record::read(scenario.record().expect("a record"), &known);
        let record = record.unwrap_or_else(|problems| panic!("{problems}"));
        let dated = record
            .observations
            .iter()
            .filter(|observation| !observation.date.is_empty());
        assert!(dated.count() >= 8, "{country}");
        for observation in &record.observations {
            assert_ne!(observation.purpose, Use::Fit, "{country}: {}", observation.id);
        }
    }
}

/// No word of one country in the outputs of another: neither its money nor its buildings.
#[test]
fn the_words_of_a_country_come_from_its_scenario() {
    for (name, currency) in [
        ("kazakhstan-2022", "tenge"),
        ("chile-2019", "pesos"),
        ("ecuador-2019", "dollars"),
    ] {
        let names = read(&format!("{name}.toml")).names();
        assert_eq!(names.money("damage, million"), format!("damage, million {currency}"));
        assert_ne!(names.good, "the good", "{name}");
    }
    let words = Metric::ALL
        .iter()
        .flat_map(|metric| [metric.description().unit, metric.description().meaning]);
    let kinds = KINDS.iter().map(|kind| kind.meaning);
    let parameters = Rules::TABLE
        .iter()
        .flat_map(|parameter| [parameter.unit, parameter.meaning]);
    let levers = Lever::ALL.iter().flat_map(|lever| [lever.unit(), lever.meaning()]);
    let sites = SiteKind::ALL.iter().map(|kind| kind.name());
    for text in words.chain(kinds).chain(parameters).chain(levers).chain(sites) {
        for word in ["tenge", "akimat", "fuel"] {
            assert!(!text.contains(word), "{text}");
        }
    }
}

/// What `check --run` tells of the shipped countries is what they are.
#[test]
fn the_ranges_of_attributes_are_those_of_the_shipped_countries() {
    for attribute in ATTRIBUTES {
        for (country, told) in attribute.shipped {
            let model = read(&format!("{country}.toml")).compile().expect("compiles");
            let mut values: Vec<f64> = model.regions.iter().map(attribute.of).collect();
            values.sort_by(f64::total_cmp);
            let is = [values[0], values[values.len() / 2], values[values.len() - 1]];
            assert_eq!(is, *told, "{country}: {}", attribute.key);
        }
        assert_eq!(attribute.shipped.len(), COUNTRIES.len());
    }
}

/// GeoNames' towns, scaled: each region keeps its census total and its share in towns.
#[test]
fn the_towns_of_kazakhstan_sum_to_its_census_and_keep_its_share_in_towns() {
    let (whole, by_town) = (model(BASELINE, 1), model(BY_TOWN, 1));
    for (region, undivided) in whole.regions.iter().zip(&whole.places) {
        let own: Vec<_> = by_town
            .places
            .iter()
            .filter(|place| by_town.regions[place.region].id == region.id)
            .collect();
        let people: u32 = own.iter().map(|place| place.population).sum();
        assert_eq!(people, region.population, "{}", region.id);
        let towns: f64 = own.iter().map(|place| place.urban * f64::from(place.population)).sum();
        assert!(
            (towns - undivided.urban * f64::from(people)).abs() <= 0.5,
            "{}",
            region.id
        );
        assert!(
            own.iter()
                .all(|place| place.urban.fract() == 0.0 && !place.id.ends_with("-rest")),
            "{}",
            region.id
        );
    }
    let towns = by_town.places.iter().filter(|place| place.urban == 1.0).count();
    assert_eq!((by_town.places.len(), towns), (132, 118));
}

#[test]
fn the_country_by_town_is_the_baseline_with_every_building_in_its_town() {
    let (whole, by_town) = (model(BASELINE, 1), model(BY_TOWN, 1));
    let mut rules = by_town.rules;
    assert!(rules.turnout.base_cost < whole.rules.turnout.base_cost);
    rules.turnout.base_cost = whole.rules.turnout.base_cost;
    assert_eq!(
        (&whole.regions, &whole.rules),
        (&by_town.regions, &rules),
        "one rule differs"
    );
    assert_eq!(whole.interventions.len(), by_town.interventions.len());
    for site in &by_town.sites {
        let place = &by_town.places[site.place];
        assert_eq!(place.urban, 1.0, "{} stands in {}", site.id, place.id);
        // Where an id is not spelled as that of its town.
        let town = match site.id.split('-').next().expect("a first part") {
            "ak" | "nur" => "nur-sultan",
            "kulsary" => "qulsary",
            "aksai" => "aqsay",
            "rudny" => "rudnyy",
            same => same,
        };
        assert!(
            place.id == town || place.id == format!("{town}-city"),
            "{} stands in {}",
            site.id,
            place.id
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

/// The few overlays of the other countries change something, and nothing before it can act.
#[test]
fn overlays_of_other_countries_change_what_they_say() {
    for country in COUNTRIES.iter().filter(|country| !BASELINE.starts_with(*country)) {
        let base = model(&format!("{country}.toml"), 1000);
        for name in shipped(&folder().join(country)) {
            let (differing, elsewhere) = differences(&base, &model(&name, 1000));
            assert!(!differing.is_empty() && !elsewhere, "{name}: {differing:?}");
        }
    }
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
    rules.forms = model.rules.forms;
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
    let mut left: BTreeSet<String> = overlays_of_the_baseline().filter(|name| name != BY_TOWN).collect();
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
