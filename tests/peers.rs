//! What users of other simulators complain of, each as a case: the sentence is the test.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const TUTORIAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/tutorial.toml");
const FACTOR: &str = "shock.fuel-price.factor";

fn qantar(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qantar"));
    command
        .args(args)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap()
}

fn succeed(folder: &Path, args: &[&str]) -> String {
    let output = qantar(folder, args);
    assert!(
        output.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn three_arms_are_all_told() {
    let folder = folder();
    let arms = [
        "--arm",
        "early:action.rollback.when=2030-03-04T20:00:00",
        "--arm",
        "none:action.rollback.remove=true",
    ];
    let arms = [&arms[..], &["--arm", "loud:shock.fuel-price.factor=2.4"]].concat();
    let text = succeed(
        folder.path(),
        &[&["compare", TUTORIAL, "--replicates", "3", "--quiet"], &arms[..]].concat(),
    );
    for arm in ["early", "none", "loud"] {
        assert!(text.contains(arm), "{arm} is missing:\n{text}");
    }
}

#[test]
fn the_values_of_a_grid_are_complete_and_are_those_that_were_written() {
    let folder = folder();
    let vary = format!("{FACTOR}=1:2:0.1");
    succeed(
        folder.path(),
        &[
            "sweep",
            TUTORIAL,
            "--vary",
            &vary,
            "--replicates",
            "1",
            "--set",
            "ticks=2",
            "--out",
            "out",
            "--quiet",
        ],
    );
    let runs = fs::read_to_string(folder.path().join("out/runs.csv")).unwrap();
    let at = runs
        .lines()
        .next()
        .unwrap()
        .split(',')
        .position(|column| column == FACTOR)
        .unwrap();
    let mut values: Vec<&str> = runs
        .lines()
        .skip(1)
        .map(|row| row.split(',').nth(at).unwrap())
        .collect();
    values.sort_by(|a, b| a.parse::<f64>().unwrap().total_cmp(&b.parse().unwrap()));
    let number = |value: &&str| value.parse::<f64>().unwrap();
    let wanted = [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.0];
    assert_eq!(values.iter().map(number).collect::<Vec<_>>(), wanted);
}

#[test]
fn a_condition_that_never_comes_true_is_a_run_and_the_action_is_not_told_as_done() {
    let folder = folder();
    let never = "action.rollback.when={ metric = \"participants\", above = 19999 }";
    let text = succeed(
        folder.path(),
        &["run", TUTORIAL, "--set", never, "--out", "out", "--quiet"],
    );
    assert!(!text.contains("in effect: Back to the old price"), "{text}");
    let told = "  Back to the old price: participants above 19,999; it was ";
    assert!(
        text.contains(&format!("\nWhat never happened, and what it waited for\n{told}")),
        "{text}"
    );
    let events = fs::read_to_string(folder.path().join("out/events.csv")).unwrap();
    assert!(!events.contains("action_in_effect,all,rollback"), "{events}");
}

#[test]
fn an_outcome_that_is_constant_or_missing_has_no_index_and_breaks_none() {
    let folder = folder();
    let sweep = [
        "sweep",
        TUTORIAL,
        "--vary",
        "shock.fuel-price.factor=1.2..2.4",
        "--vary",
        "action.rollback.credibility=0..1",
    ];
    let rest = ["--sample", "saltelli:4", "--set", "ticks=2", "--out", "out", "--quiet"];
    succeed(folder.path(), &[&sweep[..], &rest].concat());
    let output = qantar(
        folder.path(),
        &[
            "sensitivity",
            "out",
            "--outcome",
            "deaths_civilians",
            "--format",
            "json",
        ],
    );
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_ne!(output.status.code(), Some(101), "{told}");
    assert!(!told.contains("NaN") && !told.trim().is_empty(), "{told}");
}

/// A country of one region in a table.
fn with_table(folder: &Path, table: &[u8]) -> Output {
    fs::write(folder.join("regions.csv"), table).unwrap();
    let text = "schema_version = 1\nstart = 2022-01-01T06:00:00\nzone = \"Asia/Almaty\"\nticks = 2\n\
                region_table = \"regions.csv\"\n";
    fs::write(folder.join("town.toml"), text).unwrap();
    qantar(folder, &["check", "town.toml"])
}

#[test]
fn a_table_with_a_mark_of_its_order_of_bytes_and_lines_of_windows_is_read() {
    let folder = folder();
    let output = with_table(folder.path(), b"\xef\xbb\xbfid,population\r\nalmaty,2000\r\n");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_table_with_semicolons_is_answered_with_that() {
    let folder = folder();
    let output = with_table(folder.path(), b"id;population\nalmaty;2000\n");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(
        told.contains("semicolons or tabs stand between the cells; save the table with commas"),
        "{told}"
    );
}

#[test]
fn paths_with_spaces_and_letters_of_other_alphabets_are_paths() {
    let folder = folder();
    let inner = folder.path().join("мои файлы – 2022");
    fs::create_dir(&inner).unwrap();
    fs::copy(TUTORIAL, inner.join("қаңтар 1.toml")).unwrap();
    succeed(
        &inner,
        &[
            "run",
            "қаңтар 1.toml",
            "--set",
            "ticks=3",
            "--out",
            "менің нәтижем",
            "--quiet",
        ],
    );
    succeed(&inner, &["reproduce", "менің нәтижем"]);
    fs::write(inner.join("үстеме.toml"), "extends = \"қаңтар 1.toml\"\nticks = 2\n").unwrap();
    succeed(folder.path(), &["check", "мои файлы – 2022/үстеме.toml"]);
}

#[test]
fn a_zone_whose_clock_jumps_or_goes_back_has_as_many_hours_as_were_asked_for() {
    let folder = folder();
    for start in ["2022-03-26T22:00:00", "2022-10-29T22:00:00"] {
        let text = format!(
            "schema_version = 1\nstart = {start}\nzone = \"Europe/Berlin\"\nticks = 12\n\
             [[region]]\nid = \"town\"\npopulation = 500\n"
        );
        fs::write(folder.path().join("town.toml"), text).unwrap();
        let out = start.replace(':', "");
        succeed(folder.path(), &["run", "town.toml", "--out", &out, "--quiet"]);
        let series = fs::read_to_string(folder.path().join(out).join("series.csv")).unwrap();
        let country = series.lines().filter(|row| row.split(',').any(|cell| cell == "all"));
        let mut times: Vec<&str> = country
            .filter_map(|row| row.split(',').find(|cell| cell.contains('T')))
            .collect();
        assert_eq!(times.len(), 12);
        times.dedup();
        assert_eq!(times.len(), 12, "two hours have one name: {times:?}");
    }
}
