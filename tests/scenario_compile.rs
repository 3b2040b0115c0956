//! What a scenario means: small scenarios and the whole of what they compile to, worked out by hand.

use std::fs;

use proptest::prelude::*;
use qantar::metric::Metric;
use qantar::scenario::Scenario;
use qantar::sim::model::{Distribution, Model, SiteKind, Trait};
use qantar::sim::parameters::Rules;
use qantar::sim::policy::{Condition, Lever, Move, When};

const HEAD: &str = "schema_version = 1\nstart = 2022-01-01T06:30:00\nzone = \"Asia/Almaty\"\nticks = 100\n";
const TOWN: &str = "[[region]]\nid = \"town\"\npopulation = 1000\n";

fn compile(text: &str) -> Model {
    let scenario = Scenario::from_text("test.toml", text);
    scenario
        .and_then(|scenario| scenario.compile())
        .unwrap_or_else(|problems| panic!("{problems}"))
}

fn actions(text: &str) -> Model {
    compile(&format!("{HEAD}{TOWN}{text}"))
}

fn action(id: &str, rest: &str) -> String {
    format!("[[action]]\nid = \"{id}\"\n{rest}\n")
}

#[test]
fn a_region_that_says_little_has_the_defaults_of_the_format() {
    let model = compile(&format!("{HEAD}{TOWN}"));
    let even = Trait::from(Distribution::Uniform { low: 0.0, high: 1.0 });
    let region = &model.regions[0];
    assert_eq!(
        (
            model.places[0].urban,
            region.exposure,
            region.price,
            region.connectivity
        ),
        (0.6, 0.3, 60.0, 0.8)
    );
    assert_eq!(
        (
            region.discipline,
            region.legitimacy,
            region.state_media,
            region.hour_shift
        ),
        (0.3, 0.5, 0.5, 0)
    );
    assert_eq!((&region.hardship, &region.violence), (&even, &even));
    assert_eq!(
        (
            model.clock.start_minute,
            model.clock.tick_minutes,
            model.persons_per_agent
        ),
        (390, 60, 1)
    );
    assert_eq!((model.ties, model.distances), (vec![1.0], vec![0.0]));
}

#[test]
fn ties_follow_from_distance_and_size_unless_they_are_said() {
    let text = format!(
        "{HEAD}[ties]\ndistance = 111.195\ndecay = 1.0\nsize = 0.5\n\
        [[region]]\nid = \"a\"\npopulation = 400\nposition = [0, 0]\n\
        [[region]]\nid = \"b\"\npopulation = 100\nposition = [0.0, 1.0]\n\
        [[region]]\nid = \"c\"\npopulation = 100\nposition = [0.0, 3.0]\n\
        [[tie]]\nid = \"a-c\"\nfrom = \"a\"\nto = \"c\"\nstrength = 0.9\nboth = false\n"
    );
    let model = compile(&text);
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-4, "{a} {b}");
    near(model.distance(0, 1), 111.1951);
    near(model.distance(2, 0), 3.0 * 111.1951);
    // To, from: half for the distance, and half again for the quarter of the people that there are to see.
    near(model.tie(1, 0), 0.5);
    near(model.tie(0, 1), 0.25);
    near(model.tie(2, 0), 0.9);
    near(model.tie(0, 2), 0.125);
    near(model.tie(1, 1), 1.0);
}

#[test]
fn only_the_deployable_share_of_a_force_counts_and_its_kind_says_whether_it_moves() {
    let force = |id: &str, kind: &str, rest: &str| {
        format!("[[force]]\nid = \"{id}\"\nkind = \"{kind}\"\nregion = \"town\"\nstrength = 999\n{rest}\n")
    };
    let forces = [
        force("a", "police", ""),
        force("b", "guard", "deployable = 0.5"),
        force("c", "guard", "mobile = false"),
    ];
    let model = actions(&forces.concat());
    let summary: Vec<_> = model
        .forces
        .iter()
        .map(|force| (force.officers, force.mobile))
        .collect();
    assert_eq!(summary, [(200, false), (500, true), (200, false)]);
    assert_eq!(model.forces[0].loyalty, Distribution::Normal { mean: 0.7, sd: 0.15 });
}

#[test]
fn a_site_has_what_its_kind_has_but_for_what_it_says() {
    let model = actions(
        "[[force]]\nid = \"p\"\nkind = \"police\"\nregion = \"town\"\nstrength = 100\n\
        [[site]]\nid = \"hall\"\nkind = \"administration\"\nregion = \"town\"\nloss = { belief = 0.1 }\n",
    );
    let site = &model.sites[0];
    assert_eq!(
        (site.guards, site.strength, site.appeal),
        (10, 2.0, SiteKind::Administration.appeal())
    );
    let (loss, default) = (site.loss, SiteKind::Administration.loss());
    assert_eq!(
        (loss.belief, loss.legitimacy, loss.damage),
        (0.1, default.legitimacy, default.damage)
    );
}

#[test]
fn a_time_is_the_tick_that_contains_it_and_a_length_is_rounded_up() {
    let model = actions(&action(
        "x",
        "kind = \"appeal\"\nwhen = 2022-01-01T08:29:00\nlag = \"90m\"\nduration = \"2d 4h\"",
    ));
    let x = &model.interventions[0];
    assert_eq!((&x.when, x.lag, x.duration), (&When::At(1), 2, Some(52)));
    assert_eq!(
        (x.credibility, x.effect.as_slice()),
        (
            0.4,
            &[Move {
                lever: Lever::Narrative,
                value: 0.03
            }][..]
        )
    );
}

#[test]
fn moments_nest_and_name_what_they_wait_for() {
    let text = "[[shock]]\nid = \"first\"\nkind = \"custom\"\nwhen = 2022-01-02\n".to_string()
        + &action(
            "a",
            "kind = \"custom\"\nwhen = { after = \"first\", hours = 1.5 }\nends = [\"first\"]",
        )
        + &action(
            "b",
            "kind = \"custom\"\nwhen = { any = [{ after = \"a\" }, { all = [2022-01-01T07:30:00, \
            { metric = \"violent\", region = \"town\", above = 10, for_hours = 3 }, \
            { metric = \"legitimacy\", below = 0.2 }] }] }",
        );
    let model = actions(&text);
    let when: Vec<_> = model
        .interventions
        .iter()
        .map(|intervention| intervention.when.clone())
        .collect();
    assert_eq!(when[0], When::At(17));
    assert_eq!(
        when[1],
        When::After {
            intervention: 0,
            ticks: 2
        }
    );
    assert_eq!(model.interventions[1].ends, [0]);
    let crosses = |metric, area, above, level, ticks| {
        When::Crosses(Condition {
            metric,
            area,
            above,
            level,
            ticks,
        })
    };
    let all = When::All(vec![
        When::At(1),
        crosses(Metric::Violent, Some(0), true, 10.0, 3),
        crosses(Metric::Legitimacy, None, false, 0.2, 1),
    ]);
    assert_eq!(
        when[2],
        When::Any(vec![
            When::After {
                intervention: 1,
                ticks: 0
            },
            all
        ])
    );
}

#[test]
fn an_action_moves_what_its_kind_moves_under_what_it_says_itself() {
    let model = actions(
        &(action(
            "a",
            "kind = \"price_rollback\"\nwhen = 2022-01-02\nprice = 50\npromised = 0.6\nlevers = { belief = 0.2 }\npromise = { fear = -0.1 }",
        ) + "[[shock]]\nid = \"s\"\nkind = \"price_rollback\"\nwhen = 2022-01-02\n"
            + &action("c", "kind = \"curfew\"\nwhen = 2022-01-02")),
    );
    let moves = |moves: &[Move]| moves.iter().map(|m| (m.lever.name(), m.value)).collect::<Vec<_>>();
    let [shock, rollback, curfew] = &model.interventions[..] else {
        panic!("three interventions")
    };
    assert_eq!(moves(&rollback.effect), [("belief", 0.2), ("price_cap", 50.0)]);
    assert_eq!(
        moves(&rollback.promise),
        [("price_promise", 0.6), ("belief", 0.25), ("fear", -0.1)]
    );
    assert_eq!(
        (rollback.credibility, shock.credibility),
        (0.5, 1.0),
        "a shock needs no belief"
    );
    assert_eq!((curfew.hours, curfew.duration), (Some((23, 7)), None));
}

#[test]
fn contingents_come_with_an_action() {
    let model = actions(&action(
        "help",
        "kind = \"external_force\"\nwhen = 2022-01-02\ncontingents = [{ id = \"r\", force = \"external\", officers = 1450, \
        region = \"town\", task = \"street\", decide = \"6h\", travel = \"30m\" }]",
    ));
    let contingent = &model.interventions[0].contingents[0];
    assert_eq!((contingent.officers, contingent.guards), (1450, false));
    assert_eq!((contingent.decision_ticks, contingent.travel_ticks), (6, 1));
}

#[test]
fn rules_are_set_by_group_and_name_and_the_rest_stay() {
    let model = actions("[rules.turnout]\ncrowd_weight = 0.07\n");
    assert_eq!(
        (model.rules.turnout.crowd_weight, model.rules.turnout.base_cost),
        (0.07, Rules::default().turnout.base_cost)
    );
}

#[test]
fn an_assignment_changes_the_model_and_the_title_and_the_seed() {
    let mut scenario = Scenario::from_text("test.toml", &format!("{HEAD}{TOWN}")).unwrap();
    assert_eq!(
        (scenario.name(), scenario.title(), scenario.seed()),
        ("test", "test", 1)
    );
    let assignments = [
        "region.town.urban=1",
        "title=Another town",
        "seed=7",
        "rules.turnout.base_cost=2",
    ];
    scenario.set(&assignments.map(String::from)).unwrap();
    let model = scenario.compile().unwrap();
    assert_eq!((model.places[0].urban, model.rules.turnout.base_cost), (1.0, 2.0));
    assert_eq!((scenario.title(), scenario.seed()), ("Another town", 7));
}

#[test]
fn assignments_that_cannot_be_read_change_nothing() {
    let mut scenario = Scenario::from_text("test.toml", &format!("{HEAD}{TOWN}")).unwrap();
    let before = scenario.to_toml();
    assert!(scenario.set(&["ticks=20".to_string(), "ticks".to_string()]).is_err());
    assert_eq!(scenario.to_toml(), before);
}

/// Two regions, of which the first is divided, with what can be of a place.
const PLACES: &str = r#"
[[region]]
id = "west"
population = 1000
urban = 0.5
position = [43.0, 51.0]
[[region]]
id = "south"
population = 3000
position = [43.0, 76.0]
[[place]]
id = "oil-town"
region = "west"
population = 200
position = [43.0, 53.0]
[[place]]
id = "port"
region = "west"
population = 250
position = [43.0, 51.0]
kind = "city"
[[place]]
id = "steppe"
region = "west"
population = 150
position = [45.0, 52.0]
kind = "rural"
[[force]]
id = "police"
kind = "police"
region = "west"
strength = 100
deployable = 0.5
[[force]]
id = "guard"
kind = "guard"
place = "oil-town"
strength = 10
[[site]]
id = "hall"
kind = "administration"
place = "oil-town"
guards = 3
[[site]]
id = "tower"
kind = "tv"
region = "west"
guards = 2
[[tie]]
id = "road"
from = "oil-town"
to = "south"
strength = 0.9
both = false
[[action]]
id = "curfew"
kind = "curfew"
when = { metric = "violent", above = 10, place = "oil-town" }
places = ["oil-town"]
regions = ["south"]
[[action]]
id = "order"
kind = "custom"
when = { metric = "violent", above = 10, region = "west" }
regions = ["west"]
contingents = [{ id = "v", force = "volunteers", officers = 5, region = "west" }]
"#;

#[test]
fn a_divided_region_is_its_places_and_a_rest_that_keeps_its_people_and_its_towns() {
    let model = compile(&format!("{HEAD}{PLACES}"));
    let places: Vec<_> = model
        .places
        .iter()
        .map(|place| (place.id.as_str(), place.region, place.population, place.urban))
        .collect();
    // Of 500 townspeople 450 live in the two towns, so 50 of the 400 others do.
    assert_eq!(
        places,
        [
            ("oil-town", 0, 200, 1.0),
            ("port", 0, 250, 1.0),
            ("steppe", 0, 150, 0.0),
            ("west-rest", 0, 400, 0.125),
            ("south", 1, 3000, 0.6),
        ]
    );
    assert!(model.is_divided());
    let (oil_town, port, rest, south) = (0, 1, 3, 4);
    assert_eq!(model.distance(port, rest), 0.0, "the rest lies where the region does");
    assert!(
        (model.distance(oil_town, port) - 162.6).abs() < 0.1,
        "two degrees of longitude at 43 north"
    );
    // Within a region 1 / (1 + (km / 300)^1.5); to another, times the size of the region: (1000 / 3000)^0.3.
    assert!(
        (model.tie(port, oil_town) - 0.7148).abs() < 1e-4,
        "{}",
        model.tie(port, oil_town)
    );
    let afar = 1.0 / (1.0 + (model.distance(south, port) / 300.0).powf(1.5)) * (1.0_f64 / 3.0).powf(0.3);
    assert!(
        (model.tie(south, port) - afar).abs() < 1e-9,
        "{} and not {afar}",
        model.tie(south, port)
    );
    assert_eq!(model.tie(south, oil_town), 0.9);
    assert!(model.tie(oil_town, south) < 0.1);
}

#[test]
fn what_names_a_place_is_there_and_what_names_a_region_is_in_its_largest_town_or_in_all() {
    let model = compile(&format!("{HEAD}{PLACES}"));
    // Most people live in the rest, but the port is the largest town.
    let (oil_town, port) = (0, 1);
    assert_eq!([model.sites[0].place, model.sites[1].place], [oil_town, port]);
    let forces: Vec<_> = model
        .forces
        .iter()
        .map(|force| (force.region, force.place, force.officers))
        .collect();
    assert_eq!(forces, [(0, None, 50), (0, Some(oil_town), 2)]);
    let actions = &model.interventions;
    assert_eq!(actions[0].places, [true, false, false, false, true]);
    assert_eq!(actions[1].places, [true, true, true, true, false]);
    assert_eq!(actions[1].contingents[0].place, port);
    let area = |when: &When| match when {
        When::Crosses(condition) => condition.area,
        _ => None,
    };
    let areas: Vec<_> = actions.iter().map(|action| area(&action.when)).collect();
    assert_eq!(areas, [Some(2 + oil_town), Some(0)], "regions come first, then places");
    // Of 50 police 5 guard; 45 are shared out by residents as 9, 11.25, 6.75 and 18.
    let world = qantar::sim::population::populate(&model, &qantar::dice::Dice::new(1, 0));
    let mut streets = [0; 5];
    for unit in world
        .units
        .iter()
        .filter(|unit| unit.post == qantar::sim::world::Post::Street)
    {
        streets[unit.place as usize] += unit.len;
    }
    assert_eq!(streets, [9 + 2, 11, 7, 18, 0]);
    let wards: Vec<_> = world
        .wards
        .iter()
        .map(|ward| (ward.region, ward.place, ward.citizens))
        .collect();
    assert_eq!(wards.iter().map(|ward| ward.2).sum::<u32>(), 4000);
    assert!(
        wards.iter().all(|&(region, place, _)| region == u32::from(place == 4)),
        "{wards:?}"
    );
}

#[test]
fn a_table_of_places_is_laid_under_the_entries() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let table = "id,name,region,population,position,kind\n\
        port,\"Port, the old one\",town,250,\"[43.0, 51.0]\",city\nsteppe,,town,750,\"[45.0, 52.0]\",rural\n";
    write("places.csv", table);
    let entry = "[[place]]\nid = \"steppe\"\nkind = \"town\"\n";
    write(
        "divided.toml",
        &format!("{HEAD}place_table = \"places.csv\"\n{TOWN}{entry}"),
    );
    let scenario = Scenario::read(&folder.path().join("divided.toml")).unwrap();
    let model = scenario.compile().unwrap_or_else(|problems| panic!("{problems}"));
    let places: Vec<_> = model
        .places
        .iter()
        .map(|place| (place.id.as_str(), place.population, place.urban))
        .collect();
    assert_eq!(places, [("port", 250, 1.0), ("steppe", 750, 1.0)]);
    let alone = Scenario::from_text("divided.toml", &scenario.to_toml()).unwrap();
    assert_eq!(alone.compile().unwrap(), model);
}

#[test]
fn the_effective_document_stands_alone_and_means_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write(
        "regions.csv",
        "id,name,population,position,hardship.distribution,hardship.mean,hardship.sd\n\
        town,\"The \"\"town\"\"\",1000,\"[43.2, 76.9]\",normal,0.5,0.1\nfar,,2e3,\"[50, 80]\",,,\ngone,,5,\"[1,1]\",,,\n",
    );
    let base = format!(
        "{HEAD}region_table = \"regions.csv\"\n\
        [[region]]\nid = \"far\"\nurban = 0.1\n\
        [[action]]\nid = \"x\"\nkind = \"curfew\"\nwhen = {{ metric = \"violent\", above = 5 }}\nlevers = {{ order = 1 }}\n\
        contingents = [{{ id = \"v\", force = \"volunteers\", officers = 5, region = \"far\" }}]\n"
    );
    write("base.toml", &base);
    fs::create_dir(folder.path().join("sub")).unwrap();
    write(
        "sub/middle.toml",
        "schema_version = 1\nextends = \"../base.toml\"\n[[region]]\nid = \"gone\"\nremove = true\n",
    );
    write(
        "top.toml",
        "schema_version = 1\nextends = \"sub/middle.toml\"\ntitle = \"Top\"\n\
        [[action]]\nid = \"x\"\nwhen = 2022-01-03T00:00:00\nlevers = { fear = 0.5 }\n[rules.turnout]\nbase_cost = 1.5\n",
    );
    let mut scenario = Scenario::read(&folder.path().join("top.toml")).unwrap();
    scenario
        .set(&[
            "action.x.hours=[1, 5]".to_string(),
            "region.town.violence={ distribution = \"beta\", alpha = 2, beta = 3 }".to_string(),
        ])
        .unwrap();
    let model = scenario.compile().unwrap_or_else(|problems| panic!("{problems}"));
    let ids: Vec<_> = model
        .places
        .iter()
        .map(|place| (place.id.as_str(), place.population, place.urban))
        .collect();
    assert_eq!(ids, [("town", 1000, 0.6), ("far", 2000, 0.1)]);
    assert_eq!(model.regions[0].hardship, Distribution::Normal { mean: 0.5, sd: 0.1 });
    assert_eq!(model.regions[0].violence, Distribution::Beta { alpha: 2.0, beta: 3.0 });
    assert_eq!(
        (model.interventions[0].hours, model.interventions[0].effect.len()),
        (Some((1, 5)), 3)
    );
    let alone = scenario.to_toml();
    assert!(!alone.contains("extends") && !alone.contains("region_table"), "{alone}");
    let again = Scenario::from_text("top.toml", &alone).unwrap();
    assert_eq!(again.compile().unwrap(), model);
    assert_eq!(again.to_toml(), alone);
}

#[test]
fn a_scenario_of_every_kind_of_action_compiles_as_it_is() {
    let text: String = qantar::scenario::kinds::KINDS
        .iter()
        .map(|kind| action(kind.name, &format!("kind = \"{}\"\nwhen = 2022-01-02", kind.name)))
        .collect();
    assert_eq!(actions(&text).interventions.len(), qantar::scenario::kinds::KINDS.len());
}

proptest! {
    /// Whoever edits a scenario leaves it half written in every way; that is answered, and never with a crash.
    #[test]
    fn a_scenario_with_a_piece_cut_out_or_put_twice_is_answered(from in 0usize..4000, length in 0usize..60, twice: bool) {
        let text = include_str!("../src/cli/new.toml").replace("Oil town", "Город");
        let chars: Vec<char> = text.chars().collect();
        let from = from.min(chars.len());
        let to = (from + length).min(chars.len());
        let rest = if twice { from } else { to };
        let mangled: String = chars[..to].iter().take(if twice { to } else { from }).chain(&chars[rest..]).collect();
        let answer = Scenario::from_text("mangled.toml", &mangled).and_then(|scenario| scenario.compile());
        if let Err(problems) = answer {
            prop_assert!(problems.to_string().starts_with("error: "));
        }
    }
}
