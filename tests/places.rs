//! Places inside regions: what a region of one place is, who goes between places, and what is told of them, through the
//! program as a user sees it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

use crate::worlds::{divided, intervention, place, police, region, to};
use qantar::dice::Dice;
use qantar::metric::Metric;
use qantar::sim::event::What;
use qantar::sim::policy::{Intervention, Lever, When};
use qantar::sim::tick::Engine;
use tempfile::tempdir;

/// Two regions with a price shock under which many go out.
const COUNTRY: &str = r#"
schema_version = 1
title = "Places"
start = 2022-01-01T00:00:00
zone = "Asia/Almaty"
ticks = 48
[[region]]
id = "west"
population = 6000
urban = 1.0
position = [43.0, 51.0]
exposure = 0.9
[[region]]
id = "south"
population = 3000
position = [43.0, 76.0]
[[force]]
id = "west-police"
kind = "police"
region = "west"
strength = 200
[[site]]
id = "hall"
kind = "administration"
region = "west"
guards = 4
[[shock]]
id = "fuel"
kind = "price_change"
when = 2022-01-01T06:00:00
factor = 2.0
regions = ["west"]
[rules.turnout]
base_cost = 0.6
crowd_weight = 0.2
[rules.perception]
crowd_reference = 5.0
[rules.policing]
alarm = 5.0
"#;

/// The west as one place that is all of it.
const WHOLE: &str = r#"
[[place]]
id = "city"
region = "west"
population = 6000
position = [43.0, 51.0]
kind = "city"
"#;

/// The west as a port and an oil town, with a rest of 1,000.
const DIVIDED: &str = r#"
[[place]]
id = "port"
name = "The port"
region = "west"
population = 3000
position = [43.0, 51.0]
kind = "city"
[[place]]
id = "oil-town"
region = "west"
population = 2000
position = [43.3, 52.9]
[outcome]
oil = "peak(participants, place=oil-town)"
both = "peak(participants, place=oil-town+port)"
squares = "distinct(protest_begins, by=place)"
"#;

fn qantar(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = assert_cmd::Command::cargo_bin("qantar").expect("the program");
    command.current_dir(folder).env("NO_COLOR", "1").args(arguments);
    command.output().expect("it runs")
}

/// Run a text into a folder of results.
fn run(folder: &Path, name: &str, text: &str, more: &[&str]) {
    let file = format!("{name}.toml");
    fs::write(folder.join(&file), text).expect("writable");
    let ran = qantar(folder, &[&["run", &file, "--out", name, "--quiet"], more].concat());
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

/// The rows of a table of results, by the names of its columns.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).expect("a table");
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().expect("a number")
}

#[test]
fn a_region_that_is_one_place_is_the_region_to_the_last_byte() {
    let temp = tempdir().unwrap();
    run(temp.path(), "undivided", COUNTRY, &[]);
    run(temp.path(), "whole", &format!("{COUNTRY}{WHOLE}"), &[]);
    let series = |name: &str| fs::read(temp.path().join(name).join("series.csv")).unwrap();
    assert!(series("undivided") == series("whole"));
    let events = |name: &str| rows(&temp.path().join(name).join("events.csv"));
    let (undivided, whole) = (events("undivided"), events("whole"));
    assert!(undivided.iter().any(|event| event["event"] == "protest_begins"));
    assert_eq!(undivided.len(), whole.len());
    for (without, mut with) in undivided.into_iter().zip(whole) {
        let at = with.remove("place").expect("events of a divided country have a place");
        assert_eq!(with, without);
        let of_a_region = ["fuel"].contains(&with["subject"].as_str());
        assert!(
            of_a_region || at == "city" || at == "south" || with["region"] == "all",
            "{with:?} at {at}"
        );
    }
}

#[test]
fn a_run_keeps_places_beside_the_regions_that_they_sum_up_to() {
    let temp = tempdir().unwrap();
    let text = format!("{COUNTRY}{DIVIDED}");
    run(
        temp.path(),
        "one",
        &text,
        &["--places", "--threads", "1", "--replicates", "2"],
    );
    run(
        temp.path(),
        "two",
        &text,
        &["--places", "--threads", "2", "--replicates", "2"],
    );
    let read = |name: &str, file: &str| fs::read(temp.path().join(name).join(file)).unwrap();
    for file in ["series.csv", "places.csv", "events.csv", "outcomes.csv"] {
        assert!(read("one", file) == read("two", file), "{file}");
    }
    let folder = temp.path().join("one");
    let (series, places) = (rows(&folder.join("series.csv")), rows(&folder.join("places.csv")));
    assert_eq!((series.len(), places.len()), (2 * 48 * 3, 2 * 48 * 4));
    let ids: Vec<&str> = places[..4].iter().map(|row| row["place"].as_str()).collect();
    assert_eq!(ids, ["port", "oil-town", "west-rest", "south"]);
    let key = |row: &BTreeMap<String, String>| (row["replicate"].clone(), row["tick"].clone(), row["region"].clone());
    let mut sums: BTreeMap<_, [f64; 3]> = BTreeMap::new();
    let summed = ["participants", "officers_on_duty", "detained_total"];
    for row in &places {
        let sum = sums.entry(key(row)).or_default();
        summed
            .iter()
            .zip(sum)
            .for_each(|(metric, sum)| *sum += number(row, metric));
    }
    for row in series.iter().filter(|row| row["region"] != "all") {
        assert_eq!(sums[&key(row)], summed.map(|metric| number(row, metric)));
    }
    let peak = |place: &str| {
        let own = places
            .iter()
            .filter(|row| row["place"] == place && row["replicate"] == "1");
        own.map(|row| number(row, "participants")).fold(0.0, f64::max)
    };
    assert!(
        peak("port") > 5.0 && peak("oil-town") > 5.0,
        "both have a crowd of their own"
    );
    let outcomes = rows(&folder.join("outcomes.csv"));
    assert_eq!(number(&outcomes[1], "oil"), peak("oil-town"));
    assert!(number(&outcomes[1], "both") > peak("port"));
    let begins: Vec<String> = rows(&folder.join("events.csv"))
        .into_iter()
        .filter(|row| row["event"] == "protest_begins" && row["replicate"] == "1")
        .map(|row| row["place"].clone())
        .collect();
    assert_eq!(number(&outcomes[1], "squares"), begins.len() as f64);
    assert!(begins.contains(&"oil-town".to_owned()), "{begins:?}");

    let plotted = qantar(temp.path(), &["plot", "one", "--place", "oil-town", "-o", "town.svg"]);
    assert!(plotted.status.success(), "{}", String::from_utf8_lossy(&plotted.stderr));
    assert!(
        fs::read_to_string(temp.path().join("town.svg"))
            .unwrap()
            .contains("oil-town")
    );

    // Without `--places` the outcomes are the same, and the table is not there.
    run(temp.path(), "without", &text, &["--replicates", "2"]);
    assert!(read("one", "outcomes.csv") == read("without", "outcomes.csv"));
    assert!(!temp.path().join("without/places.csv").exists());
    let plotted = qantar(
        temp.path(),
        &["plot", "without", "--place", "oil-town", "-o", "none.svg"],
    );
    assert_eq!(
        String::from_utf8_lossy(&plotted.stderr),
        "error: --place oil-town: the readings of places are not kept in these results; `qantar run --places` keeps them
"
    );
    let told = qantar(temp.path(), &["run", "one.toml", "--no-out"]);
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("The port"), "events name the place:\n{told}");
    let why = qantar(
        temp.path(),
        &["why", "one", "--place", "oil-town", "--at", "2022-01-01T12:00"],
    );
    assert!(why.status.success(), "{}", String::from_utf8_lossy(&why.stderr));
    let why = qantar(
        temp.path(),
        &["why", "one", "--place", "oiltown", "--at", "2022-01-01T12:00"],
    );
    assert_eq!(
        String::from_utf8_lossy(&why.stderr),
        "error: --place oiltown: there is no such region or place; did you mean `oil-town`?\n"
    );
}

#[test]
fn places_are_asked_for_only_where_there_are_any() {
    let temp = tempdir().unwrap();
    fs::write(temp.path().join("country.toml"), COUNTRY).unwrap();
    let told = qantar(temp.path(), &["run", "country.toml", "--places"]);
    assert_eq!(
        String::from_utf8_lossy(&told.stderr),
        "error: --places: no region of country.toml is divided into places, so series.csv has all there is; \
        `qantar explain place` tells how to divide one\n"
    );
}

/// A region with its police in one town and its protest in another, 120 km away, and a second region far off.
fn restless_town() -> qantar::sim::model::Model {
    let places = vec![
        place("calm", 0, 3000),
        place("oil-town", 0, 3000),
        place("far", 1, 3000),
    ];
    let mut country = divided(vec![region("west", 6000), region("far", 3000)], places, 48);
    for (a, b, km) in [(0, 1, 120.0), (0, 2, 1200.0), (1, 2, 1200.0)] {
        (country.distances[3 * a + b], country.distances[3 * b + a]) = (km, km);
        (country.ties[3 * a + b], country.ties[3 * b + a]) = (0.0, 0.0);
    }
    country.rules.perception.national_reach = 0.0;
    country.rules.policing.alarm = 5.0;
    country.rules.policing.road_speed = 60.0;
    country.rules.policing.muster_hours = 1.0;
    country.forces = vec![police(0, 100), police(1, 100)];
    country.forces.iter_mut().for_each(|force| force.mobile = false);
    country.forces[0].place = Some(0);
    country.interventions = vec![Intervention {
        when: When::At(3),
        effect: vec![to(Lever::PriceFactor, 3.0)],
        places: vec![false, true, false],
        ..intervention("shock", 3)
    }];
    country
}

#[test]
fn police_of_a_region_go_between_its_places_by_road_and_not_farther() {
    let country = restless_town();
    let mut engine = Engine::new(&country, &Dice::new(1, 0));
    let (mut left, mut came) = (Vec::new(), Vec::new());
    for tick in 0..country.clock.ticks {
        engine.tick();
        for event in &engine.events {
            match event.what {
                What::ReinforcementDeparts => left.push((tick, event.area, event.number)),
                What::ReinforcementArrives => came.push((tick, event.area, event.number)),
                _ => {}
            }
        }
    }
    // An hour to muster and two on the road. Areas are two regions and then three places.
    let (tick, area, officers) = left[0];
    assert_eq!((area, officers), (Some(2 + 1), 50.0));
    assert_eq!(came[0], (tick + 3, area, officers));
    let away = |home: u32| {
        let units = engine
            .world
            .units
            .iter()
            .filter(move |unit| unit.home == home && unit.place != home);
        units.map(|unit| unit.len).sum::<u32>()
    };
    let most = country.rules.policing.mobile_share * 100.0;
    assert!(
        away(0) > 0 && f64::from(away(0)) <= most,
        "{} of at most {most}",
        away(0)
    );
    assert_eq!(away(2), 0, "police that are not mobile stay in their region");
}

#[test]
fn what_happens_in_a_place_is_of_that_place_alone_where_nothing_ties_it_to_others() {
    let mut country = restless_town();
    country.rules.belief.legitimacy_loss = 0.5;
    let mut engine = Engine::new(&country, &Dice::new(1, 0));
    let mut most = [0.0; 5];
    for _ in 0..country.clock.ticks {
        engine.tick();
        for (area, most) in most.iter_mut().enumerate() {
            *most = engine.readings.get(Metric::Participants, Some(area)).max(*most);
        }
    }
    let [west, far, calm, oil_town, _] = most;
    assert!(oil_town > 50.0, "the shock is in the oil town: {most:?}");
    assert_eq!((calm, far, west), (0.0, 0.0, oil_town));
    // Its anger costs the government some of the legitimacy of all of the region, and of no other.
    let legitimacy = |area| engine.readings.get(Metric::Legitimacy, Some(area));
    assert!(legitimacy(0) < 0.5);
    assert_eq!((legitimacy(2), legitimacy(3)), (legitimacy(0), legitimacy(0)));
    assert_eq!((legitimacy(1), legitimacy(4)), (0.5, 0.5));
}
