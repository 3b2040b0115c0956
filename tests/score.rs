//! Scores: records that are broken, and a world in which every verdict can be worked out by hand.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use qantar::scenario::{Scenario, outcomes, record};
use serde_json::Value;

const TOWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/record/town.toml");

fn qantar(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("qantar"));
    command
        .args(args)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A copy of the towns with their record, in which a text is replaced in both.
fn towns(folder: &Path, name: &str, changes: &[(&str, &str)]) -> PathBuf {
    let from = Path::new(TOWN);
    for ending in ["toml", "record.toml"] {
        let mut text = fs::read_to_string(from.with_extension(ending)).unwrap();
        for (old, new) in changes {
            text = text.replace(old, new);
        }
        fs::write(folder.join(name).with_extension(ending), text).unwrap();
    }
    folder.join(name).with_extension("toml")
}

#[test]
fn every_problem_of_a_record_is_told_at_once_and_at_its_place() {
    let scenario = Scenario::read(TOWN.as_ref()).unwrap();
    let known = outcomes::known(
        scenario.family(),
        &*scenario.simulation().unwrap(),
        &scenario.calendar(),
    );
    let problems = record::read("tests/fixtures/record/broken.record.toml".as_ref(), &known).unwrap_err();
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("every_problem_of_a_record_is_told_at_once", problems.to_string());
    });
}

#[test]
fn the_record_of_the_default_scenario_is_whole() {
    let scenario = Scenario::read("scenarios/kazakhstan-2022.toml".as_ref()).unwrap();
    let known = outcomes::known(
        scenario.family(),
        &*scenario.simulation().unwrap(),
        &scenario.calendar(),
    );
    let record = record::read(scenario.record().unwrap(), &known).unwrap();
    let ids: Vec<&str> = record.patterns.iter().map(|pattern| pattern.id.as_str()).collect();
    assert_eq!(ids, ["P0", "P1", "P2", "P3", "P4", "P6", "P9", "P10", "P11", "P12"]);
    for variant in &record.variants {
        let mut changed = scenario.clone();
        changed.set(&variant.set).unwrap();
        changed.compile().unwrap();
    }
}

#[test]
fn a_scenario_that_shows_every_pattern_ends_with_0_and_its_verdicts_are_those_of_hand() {
    let temp = tempfile::tempdir().unwrap();
    let output = qantar(temp.path(), &["score", TOWN, "--replicates", "4", "--quiet"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("a_score_in_text", out(&output));
    });
    assert!(out(&output).lines().all(|line| line.chars().count() <= 80));
    assert!(
        fs::read_dir(temp.path()).unwrap().next().is_none(),
        "nothing is kept unasked"
    );
}

#[test]
fn a_pattern_that_is_not_shown_ends_with_3() {
    let temp = tempfile::tempdir().unwrap();
    let town = towns(temp.path(), "late", &[("accept = [24, 24]", "accept = [1, 23]")]);
    let output = qantar(
        temp.path(),
        &["score", town.to_str().unwrap(), "--replicates", "2", "--quiet"],
    );
    assert_eq!(output.status.code(), Some(3), "{}", err(&output));
    assert!(
        out(&output).contains("late: 1 of 2 patterns are shown, not A; the farthest"),
        "{}",
        out(&output)
    );
}

#[test]
fn a_scenario_without_a_record_and_a_broken_record_end_with_2() {
    let temp = tempfile::tempdir().unwrap();
    let town = towns(temp.path(), "town", &[]);
    let record = temp.path().join("town.record.toml");
    fs::write(&record, "schema_version = 1\nobservation = []\ntitel = 1\n").unwrap();
    let broken = qantar(temp.path(), &["score", town.to_str().unwrap()]);
    assert_eq!(broken.status.code(), Some(2));
    assert!(err(&broken).contains("did you mean `title`?"), "{}", err(&broken));
    fs::remove_file(record).unwrap();
    let none = qantar(temp.path(), &["score", town.to_str().unwrap()]);
    assert_eq!(none.status.code(), Some(2));
    assert!(
        err(&none).contains("has no record; name one with --record FILE"),
        "{}",
        err(&none)
    );
}

#[test]
fn a_scenario_has_the_record_it_names_or_that_of_the_one_it_extends() {
    let temp = tempfile::tempdir().unwrap();
    towns(temp.path(), "town", &[]);
    let write = |name: &str, text: &str| {
        fs::write(temp.path().join(name), text).unwrap();
        let scenario = Scenario::read(&temp.path().join(name)).unwrap();
        let record = scenario.record().unwrap().to_owned();
        record.file_name().unwrap().to_string_lossy().into_owned()
    };
    let over = "schema_version = 1\nextends = \"town.toml\"\n";
    assert_eq!(write("over.toml", over), "town.record.toml");
    assert_eq!(
        write("other.toml", &format!("{over}record = \"theirs.toml\"\n")),
        "theirs.toml"
    );
    fs::write(temp.path().join("own.record.toml"), "").unwrap();
    assert_eq!(write("own.toml", over), "own.record.toml");
}

#[test]
fn a_score_is_the_same_on_any_number_of_threads_and_from_a_folder() {
    let temp = tempfile::tempdir().unwrap();
    let score = |more: &[&str]| {
        let args = ["score", TOWN, "--replicates", "5", "--quiet", "--format", "json"];
        let output = qantar(temp.path(), &[&args, more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        out(&output)
    };
    let document = score(&["--threads", "1"]);
    assert_eq!(score(&["--threads", "3"]), document);
    assert_eq!(score(&["--out", "kept"]), document);
    let made = fs::metadata(temp.path().join("kept/manifest.json"))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(score(&["--out", "kept"]), document);
    let again = fs::metadata(temp.path().join("kept/manifest.json"))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(again, made, "what is whole is read and not run again");
    let more = |replicates: &str, seed: &str| {
        let args = [
            "score",
            TOWN,
            "--quiet",
            "--out",
            "kept",
            "--replicates",
            replicates,
            "--seed",
            seed,
        ];
        qantar(temp.path(), &args).status.code()
    };
    assert_eq!(more("6", "2"), Some(2), "another seed");
    assert_eq!(more("6", "1"), Some(0), "more replicates go on from what is there");
}

#[test]
fn the_document_has_every_observation_and_what_tells_two_scenarios_apart() {
    let temp = tempfile::tempdir().unwrap();
    let town = towns(temp.path(), "town", &[]);
    let over = |name: &str, more: &str| {
        let path = temp.path().join(name);
        fs::write(&path, format!("schema_version = 1\nextends = \"town.toml\"\n{more}")).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let same = over("same.toml", "title = \"The same again\"\n");
    let late = over("late.toml", "[[shock]]\nid = \"price\"\nwhen = 2022-01-02T06:00:00\n");
    let town = town.to_str().unwrap();
    let args = ["score", town, &same, &late, "--replicates", "3", "--quiet"];
    let text = qantar(temp.path(), &args);
    assert_eq!(text.status.code(), Some(3), "{}", err(&text));
    for part in [
        "A    the price: shown by town, shown by same, NOT SHOWN by late",
        "town and same: nothing. All 4 observations come out alike",
        "when: only town agrees (medians 24 and 30)",
    ] {
        assert!(out(&text).contains(part), "{part}\n{}", out(&text));
    }
    let json = qantar(temp.path(), &[&args[..], &["--format", "json"]].concat());
    let document: Value = serde_json::from_str(&out(&json)).unwrap();
    assert_eq!(document["format"], "qantar-score/1");
    assert_eq!(
        (&document["passes"], &document["replicates"]),
        (&Value::from(false), &Value::from(3))
    );
    let accept = |end: usize| document["observations"][0]["accept"][end].as_f64().expect("a number");
    assert!(accept(0) == 90.0 && (accept(1) - 110.0).abs() < 1e-9);
    assert_eq!(document["observations"][2]["variant"], "calm");
    let judged = &document["scenarios"][2]["judgements"][1];
    assert_eq!(
        (&judged["median"], &judged["agrees"]),
        (&Value::from(30.0), &Value::from(false))
    );
    let riot = &document["scenarios"][0]["judgements"][3];
    assert_eq!((&riot["median"], &riot["missing"]), (&Value::Null, &Value::from(3)));
    let equifinal: Vec<&Value> = (0..3).map(|pair| &document["pairs"][pair]["equifinal"]).collect();
    assert_eq!(equifinal, [true, false, false]);
    assert_eq!(
        document["pairs"][1]["apart"],
        serde_json::json!([{ "id": "when", "by": "agreement" }])
    );
}
