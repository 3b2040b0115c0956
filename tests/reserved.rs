//! Ids that are words of results: a region, a site or an action that is called like a metric, a total, an event or a
//! column is read as any other.

use std::fmt::Write;
use std::fs;
use std::process::Output;

use qantar::models;
use serde_json::Value;
use tempfile::tempdir;

/// Every word that tables and outcomes use and that has the form of an id.
fn words() -> Vec<String> {
    let columns = [
        "arm",
        "point",
        "replicate",
        "seed",
        "status",
        "reason",
        "tick",
        "time",
        "region",
        "place",
        "event",
        "subject",
        "baseline",
        "country",
        "start",
        "end",
        "peak",
        "last",
        "mean",
        "each",
        "any",
        "none",
        "national",
        "by",
        "from",
        "to",
    ];
    let of_families = models::all().flat_map(|family| {
        let metrics = family.metrics().iter().map(|metric| metric.name);
        let totals = family.totals().iter().map(|total| total.name);
        metrics
            .chain(totals)
            .chain(family.events().iter().copied())
            .collect::<Vec<_>>()
    });
    let mut words: Vec<String> = columns.into_iter().chain(of_families).map(str::to_owned).collect();
    words.sort();
    words.dedup();
    words
}

/// A country whose regions and actions have these ids, and that asks for a number of each region.
fn country(ids: &[String]) -> String {
    let mut text =
        "schema_version = 1\ntitle = \"Words\"\nstart = 2022-01-01T00:00:00\nzone = \"Asia/Almaty\"\nticks = 24\n"
            .to_owned();
    for (number, id) in ids.iter().enumerate() {
        write!(
            text,
            "[[region]]\nid = \"{id}\"\npopulation = 60\nposition = [43.0, {}.0]\nprice = 60.0\n",
            number % 90
        )
        .unwrap();
        write!(
            text,
            "[[action]]\nid = \"{id}\"\nkind = \"custom\"\nwhen = 2022-01-01T12:00:00\nregions = [\"{id}\"]\n"
        )
        .unwrap();
    }
    text += "[[shock]]\nid = \"the-price\"\nkind = \"price_change\"\nwhen = 2022-01-01T06:00:00\nfactor = 2.0\n";
    text +=
        "[rules.turnout]\nbase_cost = 0.6\ncrowd_weight = 0.2\n[rules.perception]\ncrowd_reference = 2.0\n[outcome]\n";
    for (number, id) in ids.iter().enumerate() {
        writeln!(text, "o{number} = \"peak(participants, region={id})\"").unwrap();
    }
    text
}

/// A country of one region, whose places have these ids, and that asks for a number of each.
fn country_of_places(ids: &[String]) -> String {
    let people = 60 * ids.len();
    let mut text = format!(
        "schema_version = 1\ntitle = \"Words\"\nstart = 2022-01-01T00:00:00\nzone = \"Asia/Almaty\"\nticks = 24\n\
        [[region]]\nid = \"whole\"\npopulation = {people}\n"
    );
    for (number, id) in ids.iter().enumerate() {
        write!(
            text,
            "[[place]]\nid = \"{id}\"\nregion = \"whole\"\npopulation = 60\nposition = [43.0, {}.0]\n",
            number % 90
        )
        .unwrap();
    }
    text += "[[shock]]\nid = \"the-price\"\nkind = \"price_change\"\nwhen = 2022-01-01T06:00:00\nfactor = 2.0\n";
    text +=
        "[rules.turnout]\nbase_cost = 0.6\ncrowd_weight = 0.2\n[rules.perception]\ncrowd_reference = 2.0\n[outcome]\n";
    for (number, id) in ids.iter().enumerate() {
        writeln!(
            text,
            "o{number} = \"peak(participants, place={id}) + events(protest_begins, place={id})\""
        )
        .unwrap();
    }
    text
}

/// The numbers of a run by their names.
fn numbers(scenario: &str) -> Value {
    let temp = tempdir().unwrap();
    fs::write(temp.path().join("words.toml"), scenario).unwrap();
    let ran: Output = assert_cmd::Command::cargo_bin("qantar")
        .unwrap()
        .current_dir(temp.path())
        .args(["run", "words.toml", "--no-out", "--quiet", "--format", "json"])
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let told: Value = serde_json::from_slice(&ran.stdout).unwrap();
    told["runs"][0].clone()
}

#[test]
fn ids_that_are_words_of_results_change_no_number() {
    let words = words();
    let plain: Vec<String> = (0..words.len()).map(|number| format!("r{number}")).collect();
    let (with_words, with_plain) = (numbers(&country(&words)), numbers(&country(&plain)));
    let count = with_plain.as_object().map_or(0, |numbers| numbers.len());
    assert!(words.len() > 60 && count > words.len(), "{count} of {}", words.len());
    assert!(with_plain["participants_peak"].as_f64() > Some(0.0), "nobody came out");
    assert_eq!(with_words, with_plain);
}

#[test]
fn ids_of_places_that_are_words_of_results_change_no_number() {
    let words = words();
    let plain: Vec<String> = (0..words.len()).map(|number| format!("p{number}")).collect();
    let (with_words, with_plain) = (numbers(&country_of_places(&words)), numbers(&country_of_places(&plain)));
    let of_places = |name: &&String| name.starts_with('o') && with_plain[*name].as_f64() > Some(0.0);
    let seen = with_plain
        .as_object()
        .map_or(0, |numbers| numbers.keys().filter(of_places).count());
    assert!(
        seen > words.len() / 2,
        "somebody is out in {seen} of {} places",
        words.len()
    );
    assert_eq!(with_words, with_plain);
}
