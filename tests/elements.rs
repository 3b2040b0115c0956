//! Every element of the story has a carrier that exists, and no carrier is a label without effect.

use std::path::Path;

use crate::worlds::{self, intervention, model, region, restless, site, to};
use qantar::dice::Dice;
use qantar::metric::{Metric, Readings};
use qantar::models::FAMILIES;
use qantar::report;
use qantar::scenario::Scenario;
use qantar::scenario::kinds::{self, KINDS, STANCES};
use qantar::sim::event::{Event, What};
use qantar::sim::model::*;
use qantar::sim::parameters::Rules;
use qantar::sim::policy::*;
use qantar::sim::tick::Engine;

const PAGE: &str = include_str!("../src/docs/elements.md");
const CHRONICLE: &str = include_str!("../scenarios/kazakhstan-2022.toml");

/// Everything that happens by itself.
const EMERGES: &[What] = &[
    What::ProtestBegins,
    What::ViolenceBegins,
    What::FirstCivilianDeath,
    What::FirstOfficerDeath,
    What::OfficersRefuse,
    What::SiteAttacked(0),
    What::SiteSeized(0),
    What::SiteAbandoned(0),
    What::SiteRetaken(0),
    What::SymbolicAct,
    What::ContingentDeclined(0, 0),
    What::ContingentCommitted(0, 0),
    What::ContingentArrives(0, 0),
    What::ContingentLeaves(0, 0),
];

/// A row of the page: number, element, carriers as kind and name, effect.
struct Row {
    number: usize,
    element: String,
    carriers: Vec<(String, String)>,
    effect: String,
}

fn rows() -> Vec<Row> {
    let cells = PAGE
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .map(|line| line.split(" | ").collect::<Vec<_>>());
    cells
        .filter_map(|cells| {
            let [number, element, carriers, effect] = cells[..] else {
                panic!("a row has four cells: {cells:?}")
            };
            let named = carriers.split('`').skip(1).step_by(2);
            Some(Row {
                number: number.parse().ok()?,
                element: element.to_owned(),
                carriers: named
                    .map(|carrier| {
                        let (kind, name) = carrier.split_once(':').expect("kind:name");
                        (kind.to_owned(), name.to_owned())
                    })
                    .collect(),
                effect: effect.to_owned(),
            })
        })
        .collect()
}

#[test]
fn every_element_has_one_row_with_a_carrier_and_an_effect() {
    let rows = rows();
    let numbers: Vec<usize> = rows.iter().map(|row| row.number).collect();
    assert_eq!(numbers, (1..=97).collect::<Vec<_>>());
    for row in rows {
        let said = !row.element.is_empty() && !row.effect.is_empty();
        assert!(said && !row.carriers.is_empty(), "row {}", row.number);
    }
}

#[test]
fn every_carrier_of_an_element_exists() {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let entry = |name: &str| CHRONICLE.lines().any(|line| line == format!("id = \"{name}\""));
    let key = |name: &str| {
        FAMILIES[0]
            .format()
            .sections
            .iter()
            .any(|section| section.fields.iter().any(|field| section.path(field.key) == name))
    };
    let parameter = |name: &str| Rules::TABLE.iter().any(|p| format!("{}.{}", p.group, p.name) == name);
    let missing: Vec<String> = rows()
        .into_iter()
        .flat_map(|row| {
            row.carriers
                .into_iter()
                .map(move |(kind, name)| (row.number, kind, name))
        })
        .filter(|(_, kind, name)| !match kind.as_str() {
            "action" => kinds::named(name).is_some(),
            "stance" => STANCES.iter().any(|stance| stance.name == name),
            "lever" => Lever::ALL.iter().any(|lever| lever.name() == name),
            "metric" => Metric::named(name).is_some(),
            "event" => EMERGES.iter().any(|what| what.name() == name),
            "parameter" => parameter(name),
            "key" => key(name),
            "entry" => entry(name),
            "scenario" => scenarios.join(name).is_file(),
            "report" => name == "caution" && [1, 2].iter().all(|&n| !report::caution(n).is_empty()),
            other => panic!("no kind of carrier is called {other}"),
        })
        .map(|(row, kind, name)| format!("row {row}: {kind}:{name}"))
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

/// What people and officers do, and what becomes of them: not what only repeats a lever.
const DEEDS: &[Metric] = &[
    Metric::Participants,
    Metric::Violent,
    Metric::Looting,
    Metric::DemandPrice,
    Metric::DemandGovernment,
    Metric::DemandRegime,
    Metric::Detained,
    Metric::DeathsCivilians,
    Metric::DeathsOfficers,
    Metric::InjuredCivilians,
    Metric::InjuredOfficers,
    Metric::Attacks,
    Metric::SitesSeized,
    Metric::OfficersOnDuty,
    Metric::OfficersRefused,
];

/// The tick from which what is tried acts.
const AT: u32 = 30;

/// The restless country with something for every lever to work on, under rules of its own.
fn everything_happens() -> Model {
    let mut country = restless(80);
    // A third region has nothing to protest about, and officers to send.
    country.regions.push(Region {
        discontent: Distribution::Uniform { low: 0.0, high: 0.0 }.into(),
        exposure: 0.0,
        ..region("far", 500)
    });
    (country.regions[0].population, country.regions[1].population) = (6_000, 3_000);
    let space = model(country.regions.clone(), 1);
    (country.places, country.ties, country.distances) = (space.places, space.ties, space.distances);
    country.interventions.iter_mut().for_each(|i| i.places.push(false));
    country.rules.services.unbanked_hardship = 1.0;
    country.rules.services.unbanked_hours = 2.0;
    country.rules.government.cohesion_loyalty = 1.0;
    country.rules.news.rumour_hours = 1.0;
    country.rules.violence.loot_reluctance = 2.05;
    country.rules.violence.reluctance = 1.0;
    country.rules.turnout.base_cost = 1.1;
    country.rules.forces.refusal_scale = 1.2;
    country.rules.sites.overrun_rate = 0.1;
    country.forces = vec![worlds::police(0, 240), worlds::police(1, 160), worlds::police(2, 300)];
    country.sites.iter_mut().for_each(|site| site.guards += 8);
    let at = |id: &str, tick: u32, effect: Vec<Move>| Intervention {
        when: When::At(tick),
        effect,
        ..intervention(id, 3)
    };
    let friend = |k: u32| Contingent {
        id: format!("doubtful-{k}"),
        force: ForceKind::External,
        officers: 20,
        place: 0,
        guards: true,
        willing: 0.1,
        decision_ticks: 1 + k,
        travel_ticks: 2,
    };
    country.interventions.extend([
        at("shutdown", 20, vec![to(Lever::Connectivity, 0.3)]),
        at("backing", 20, vec![to(Lever::Reassurance, 0.1)]),
        Intervention {
            sites: vec![0, 1],
            ..at("leave", 20, vec![to(Lever::StandDown, 1.0)])
        },
        at("patience", 20, vec![to(Lever::Narrative, 0.1)]),
        at("voices", AT, vec![to(Lever::Pressure, 0.6)]),
        at("whispers", AT + 1, vec![to(Lever::Rumour, 0.2)]),
        at("strangers", AT + 5, vec![to(Lever::ForeignArmed, 60.0)]),
        at("dismissal", AT + 5, vec![to(Lever::GovernmentRelief, 0.4)]),
        Intervention {
            contingents: (0..4).map(friend).collect(),
            ..at("friends", AT + 5, vec![])
        },
    ]);
    country
}

fn history(model: &Model) -> Vec<(Readings, Vec<Event>)> {
    let mut engine = Engine::new(model, &Dice::new(4, 0));
    (0..model.clock.ticks)
        .map(|_| {
            engine.tick();
            (engine.readings.clone(), engine.events.clone())
        })
        .collect()
}

/// The first tick in which one of these metrics differs.
fn parts(a: &[(Readings, Vec<Event>)], b: &[(Readings, Vec<Event>)], metrics: &[Metric]) -> Option<usize> {
    let differ = |a: &Readings, b: &Readings| {
        let regions = (0..a.areas()).map(Some);
        regions
            .into_iter()
            .any(|g| metrics.iter().any(|&metric| a.get(metric, g) != b.get(metric, g)))
    };
    a.iter().zip(b).position(|((a, _), (b, _))| differ(a, b))
}

/// With an intervention that acts from `AT`, people or officers do something else from then on, and not before.
fn acts(base: &Model, baseline: &[(Readings, Vec<Event>)], tried: Intervention, name: &str) {
    let mut arm = base.clone();
    arm.interventions.push(Intervention {
        when: When::At(AT),
        ..tried
    });
    let with = history(&arm);
    let before = parts(baseline, &with, Metric::ALL);
    assert!(
        before.is_none_or(|tick| tick >= AT as usize),
        "{name} acts in tick {before:?}, before it is announced"
    );
    assert!(
        parts(baseline, &with, DEEDS).is_some(),
        "{name} is a label without effect"
    );
}

#[test]
fn every_lever_changes_what_people_or_officers_do_from_its_first_hour_on_and_not_before() {
    let base = everything_happens();
    let baseline = history(&base);
    for &lever in Lever::ALL {
        let (low, high) = lever.range();
        let value: f64 = match (lever, lever.combine()) {
            (Lever::PriceChange | Lever::Armed, _) => 60.0,
            (Lever::ForeignArmed, _) => 200.0,
            (Lever::PriceCap, _) => 30.0,
            (Lever::Connectivity | Lever::ExternalLegitimacy | Lever::Banking, _) => 0.0,
            (Lever::Order, _) => 3.0,
            (_, Combine::Multiply) => 5.0,
            _ => 0.9,
        };
        let tried = Intervention {
            effect: vec![to(lever, value.clamp(low, high))],
            ..intervention("tried", 3)
        };
        acts(&base, &baseline, tried, lever.name());
    }
}

/// The intervention that a scenario makes of an action.
fn compiled(action: &str) -> Intervention {
    let text = format!(
        "schema_version = 1\nstart = 2030-01-01T00:00:00\nzone = \"UTC\"\nticks = 100\n\
         [[region]]\nid = \"north\"\npopulation = 10\nposition = [50, 70]\n\
         [[region]]\nid = \"south\"\npopulation = 10\nposition = [45, 70]\n\
         [[region]]\nid = \"far\"\npopulation = 10\nposition = [40, 70]\n\
         [[action]]\nid = \"tried\"\nwhen = 2030-01-02T06:00:00\n{action}"
    );
    let scenario = Scenario::from_text("tried.toml", &text).unwrap_or_else(|problems| panic!("{problems}"));
    let model = scenario.compile().unwrap_or_else(|problems| panic!("{problems}"));
    model.interventions[0].clone()
}

#[test]
fn every_kind_of_action_changes_what_people_or_officers_do_by_what_it_moves_where_a_scenario_says_no_more() {
    let base = everything_happens();
    let baseline = history(&base);
    let shutdown = base
        .interventions
        .iter()
        .position(|i| i.id == "shutdown")
        .expect("there");
    for kind in KINDS
        .iter()
        .filter(|kind| !["statement", "custom"].contains(&kind.name))
    {
        let given = match kind.name {
            "price_change" => "factor = 1.3",
            "price_rollback" => "price = 40\nlag = \"6h\"",
            "armed_group" => "people = 60",
            // Its hours are those of the night.
            "curfew" => "levers = { curfew = 1.0 }",
            _ => "",
        };
        let mut tried = compiled(&format!("kind = \"{}\"\n{given}\n", kind.name));
        if kind.name == "internet_restoration" {
            tried.ends = vec![shutdown];
        }
        acts(&base, &baseline, tried, kind.name);
    }
}

#[test]
fn every_stance_but_neutral_moves_levers_a_little_for_three_days() {
    for stance in STANCES {
        let said = compiled(&format!("kind = \"statement\"\nstance = \"{}\"\n", stance.name));
        assert!(said.is_statement());
        assert_eq!(said.duration, Some(72));
        assert_eq!(said.effect.is_empty(), stance.name == "neutral", "{}", stance.name);
        // Twenty voices at once, so that a country of thousands shows what moves a country of millions a little.
        let loud = said.effect.iter().map(|m| match m.lever.combine() {
            Combine::Multiply => to(m.lever, 1.0 - (1.0 - m.value) * 10.0),
            _ => to(m.lever, m.value * 20.0),
        });
        let loud: Vec<Move> = loud.collect();
        if !loud.is_empty() {
            let (mut base, effect) = (everything_happens(), loud);
            base.interventions.retain(|i| i.id != "voices");
            let baseline = history(&base);
            acts(&base, &baseline, Intervention { effect, ..said }, stance.name);
        }
    }
}

#[test]
fn a_statement_that_moves_levers_is_told_as_said() {
    let mut country = everything_happens();
    country.interventions = vec![compiled("kind = \"statement\"\nstance = \"support\"\n")];
    let told: Vec<What> = history(&country)
        .into_iter()
        .flat_map(|(_, events)| events)
        .map(|event| event.what)
        .filter(|what| {
            matches!(
                what,
                What::Said(_) | What::Announced(_) | What::TakesEffect(_) | What::Ends(_)
            )
        })
        .collect();
    assert_eq!(told, [What::Said(0)]);
}

/// A village where nobody ever goes out, so that levers, stocks and allies can be followed by hand.
fn still(ticks: u32) -> Model {
    let mut country = model(vec![region("village", 10)], ticks);
    country.rules.turnout.base_cost = 5.0;
    country
}

fn at(id: &str, tick: u32, effect: Vec<Move>) -> Intervention {
    Intervention {
        when: When::At(tick),
        effect,
        ..intervention(id, 1)
    }
}

fn series(model: &Model, metric: Metric) -> Vec<f64> {
    history(model)
        .iter()
        .map(|(readings, _)| readings.get(metric, None))
        .collect()
}

#[test]
fn a_rumour_spreads_fades_and_is_checked_where_reports_are_and_denied_where_it_is_heard_by_hand() {
    let mut country = still(12);
    country.regions[0].state_media = 1.0;
    let rules = &mut country.rules.news;
    (rules.rumour_hours, rules.rumour_half_life, rules.rumour_check) = (1.0, 1.0, 0.5);
    let told = Intervention {
        duration: Some(6),
        ..at("told", 2, vec![to(Lever::Rumour, 0.2)])
    };
    country.interventions = vec![told.clone()];
    let open = series(&country, Metric::Rumour);
    // Half of it is checked; each hour 63 % of the rest of the way up, and half of it away once nobody feeds it.
    let up = 1.0 - (-1.0f64).exp();
    assert_eq!(open[..2], [0.0, 0.0]);
    assert!((open[2] - 0.1 * up).abs() < 1e-12);
    assert!((open[3] - (open[2] + (0.1 - open[2]) * up)).abs() < 1e-12);
    assert!((open[8] - open[7] / 2.0).abs() < 1e-12);

    country
        .interventions
        .push(at("dark", 0, vec![to(Lever::Connectivity, 0.0)]));
    let dark = series(&country, Metric::Rumour);
    assert!((dark[2] - 2.0 * open[2]).abs() < 1e-12, "nobody checks it");

    country.interventions[1] = at("denial", 8, vec![to(Lever::Denial, 1.0)]);
    let denied = series(&country, Metric::Rumour);
    assert_eq!(denied[..8], open[..8]);
    assert!(
        (denied[8] - open[7] / 2.0 * (1.0 - up)).abs() < 1e-12,
        "all hear the state"
    );
}

#[test]
fn a_closed_border_keeps_out_those_who_have_not_come_and_not_those_who_have_by_hand() {
    let mut country = still(6);
    country.interventions = vec![
        at("few", 1, vec![to(Lever::ForeignArmed, 10.0)]),
        at("closed", 2, vec![to(Lever::BorderClosed, 1.0)]),
        at("more", 3, vec![to(Lever::ForeignArmed, 20.0)]),
    ];
    assert_eq!(series(&country, Metric::Armed), [0.0, 10.0, 10.0, 10.0, 10.0, 10.0]);
}

#[test]
fn allies_decide_one_by_one_doubts_can_be_taken_away_and_a_mandate_ends_by_hand() {
    let ally = |id: &str, willing: f64, decide: u32| Contingent {
        id: id.to_owned(),
        force: ForceKind::External,
        officers: 7,
        place: 0,
        guards: false,
        willing,
        decision_ticks: decide,
        travel_ticks: 2,
    };
    let mut country = still(14);
    country.interventions = vec![Intervention {
        duration: Some(10),
        contingents: vec![ally("first", 1.0, 1), ally("never", 0.0, 2), ally("later", 1.0, 4)],
        ..at("help", 0, vec![])
    }];
    let told = |country: &Model| -> Vec<(u32, What)> {
        let events = history(country).into_iter().flat_map(|(_, events)| events);
        events
            .map(|event| (event.tick, event.what))
            .filter(|(_, what)| what.name().starts_with("contingent"))
            .collect()
    };
    assert_eq!(
        told(&country),
        [
            (1, What::ContingentCommitted(0, 0)),
            (2, What::ContingentDeclined(0, 1)),
            (3, What::ContingentArrives(0, 0)),
            (4, What::ContingentCommitted(0, 2)),
            (6, What::ContingentArrives(0, 2)),
            (10, What::ContingentLeaves(0, 0)),
            (10, What::ContingentLeaves(0, 2)),
        ]
    );
    country
        .interventions
        .push(at("frame", 0, vec![to(Lever::Eligibility, 1.0)]));
    assert!(told(&country).contains(&(2, What::ContingentCommitted(0, 1))));
}

#[test]
fn banks_airports_and_markets_are_read_off_by_hand() {
    let mut country = still(6);
    country.sites = vec![site("airfield", SiteKind::Airport, 0, 0)];
    country.rules.services.bank_network = 0.5;
    country.rules.markets.hash_share = 0.2;
    country.rules.markets.hash_network = 0.5;
    country.rules.services.output = 0.001;
    country.rules.services.network_loss = 0.1;
    country.rules.services.bank_loss = 0.2;
    country.interventions = vec![
        at("dark", 2, vec![to(Lever::Connectivity, 0.0)]),
        at("closed", 4, vec![to(Lever::Banking, 0.5)]),
    ];
    assert_eq!(series(&country, Metric::Banking), [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]);
    assert_eq!(series(&country, Metric::HashRate), [0.2, 0.2, 0.1, 0.1, 0.1, 0.1]);
    assert_eq!(series(&country, Metric::Airports), [1.0; 6]);
    assert_eq!(series(&country, Metric::UraniumPrice), [100.0; 6]);
    // Ten people, a thousandth each an hour; lost are 0.1 for the network and 0.2 of the banking that is gone.
    let lost = series(&country, Metric::EconomicLoss);
    assert_eq!(lost[1], 0.0);
    assert!((lost[3] - 2.0 * 0.01 * 0.2).abs() < 1e-12 && (lost[5] - lost[3] - 2.0 * 0.01 * 0.25).abs() < 1e-12);
}

#[test]
fn unrest_shows_in_symbols_footage_flights_markets_and_abroad() {
    let mut country = everything_happens();
    country.rules.news.symbol_rate = 5.0;
    country.rules.news.symbol_crowd = 10.0;
    country.rules.markets.unrest_reference = 50.0;
    // An airport that everybody marches on, without a guard.
    (country.sites[2].guards, country.sites[2].place, country.sites[2].appeal) = (0, 0, 50.0);
    country.interventions.retain(|i| i.contingents.is_empty());
    let history = history(&country);
    let most = |metric| {
        let values = history.iter().map(|(readings, _)| readings.get(metric, None));
        values.fold(0.0, f64::max)
    };
    for metric in [Metric::SymbolicActs, Metric::Footage, Metric::Spillover] {
        assert!(most(metric) > 0.0, "{}", metric.name());
    }
    assert!(most(Metric::UraniumPrice) > 100.0);
    let acts = history.iter().flat_map(|(_, events)| events);
    let acts = acts.filter(|event| event.what == What::SymbolicAct).count();
    assert_eq!(most(Metric::SymbolicActs), acts as f64);
    let airport = country
        .sites
        .iter()
        .position(|site| site.kind == SiteKind::Airport)
        .expect("there");
    let lost = history.iter().position(|(_, events)| {
        let falls = [What::SiteAbandoned(airport), What::SiteSeized(airport)];
        events.iter().any(|event| falls.contains(&event.what))
    });
    let lost = lost.expect("an airport without guards falls");
    assert!(
        history[lost..]
            .iter()
            .all(|(readings, _)| readings.get(Metric::Airports, None) == 0.0)
    );
}
