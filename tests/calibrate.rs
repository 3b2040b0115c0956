//! `qantar calibrate`, through the program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::{TempDir, tempdir};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/calibrate");

/// A folder with the town, its record and its search file.
struct Town(TempDir);

impl Town {
    fn new() -> Town {
        let temp = tempdir().unwrap();
        for entry in fs::read_dir(FIXTURES).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), temp.path().join(entry.file_name())).unwrap();
        }
        Town(temp)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("qantar"));
        command.args(["calibrate", "town.toml", "--parameters", "town.search.toml"]);
        command.args(more).current_dir(self.0.path()).env("NO_COLOR", "1");
        command
    }

    fn calibrate(&self, more: &[&str]) -> Output {
        self.command(more).output().unwrap()
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// All files but the manifest, which tells when and how fast they were made.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let read = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry.unwrap();
        (
            entry.file_name().into_string().unwrap(),
            fs::read(entry.path()).unwrap(),
        )
    };
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(folder).unwrap().map(read).collect();
    files.retain(|(name, _)| name != "manifest.json");
    files.sort();
    files
}

#[test]
fn a_calibration_killed_at_any_moment_goes_on_and_gives_the_same_bytes() {
    let town = Town::new();
    assert_eq!(town.calibrate(&["--out", "once", "--quiet"]).status.code(), Some(0));
    let done = || {
        let mut status = Command::new(assert_cmd::cargo::cargo_bin!("qantar"));
        status.args(["status", "again", "--format", "json"]);
        let output = status.current_dir(town.0.path()).output().unwrap();
        serde_json::from_slice::<Value>(&output.stdout).map_or(0, |status| status["done"].as_u64().unwrap())
    };
    let mut before = 0;
    for more in [20, 60] {
        let mut command = town.command(&["--out", "again", "--quiet", "--threads", "1"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let patience = Instant::now() + Duration::from_secs(120);
        while done() < before + more {
            assert!(Instant::now() < patience, "the journal grows");
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        before = done();
    }
    let output = town.calibrate(&["--out", "again", "--quiet", "--threads", "3"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(files(&town.path("again")), files(&town.path("once")));
    assert!(!town.path("again.partial").exists());
}

#[test]
fn the_report_tells_each_parameter_and_observation_and_the_best_point_runs() {
    let town = Town::new();
    let output = town.calibrate(&["--quiet"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    for part in [
        "turnout.base_cost",
        "0.5 to 1",
        "policing.arrest_rate",
        "2 of 2 observations are met",
        "is no test of the model",
        "Results are in results/town-calibration",
    ] {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
    assert!(!text.contains("kept-out"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let names: Vec<String> = files(&town.path("results/town-calibration"))
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let documented = [
        "best.toml",
        "correlations.csv",
        "posterior.csv",
        "record.toml",
        "replicates.csv",
        "runs.csv",
        "runs.parquet",
        "scenario.toml",
        "search.toml",
        "summary.csv",
        "trials.csv",
    ];
    assert_eq!(names, documented);
    let mut run = Command::new(assert_cmd::cargo::cargo_bin!("qantar"));
    run.args(["run", "results/town-calibration/best.toml", "--quiet"])
        .current_dir(town.0.path());
    let run = run.output().unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", stderr(&run));
    assert!(stdout(&run).contains("One town, calibrated"));

    let again = town.calibrate(&["--quiet"]);
    assert_eq!(stdout(&again), text, "what is whole is told again and not run again");
    let json = town.calibrate(&["--quiet", "--format", "json"]);
    let document: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(document["parameters"][0]["key"], "rules.turnout.base_cost");
    assert_eq!(document["observations"].as_array().unwrap().len(), 2);
    assert_eq!(document["trials"], 129);
}

#[test]
fn a_dry_run_tells_the_time_and_writes_nothing() {
    let town = Town::new();
    let before = fs::read_dir(town.0.path()).unwrap().count();
    let output = town.calibrate(&["--dry-run"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(
        text.contains("129 trials of 3 replicates at most") && text.contains("of 2 observations are met"),
        "{text}"
    );
    assert_eq!(fs::read_dir(town.0.path()).unwrap().count(), before);
}

#[test]
fn what_cannot_be_fitted_is_refused() {
    let town = Town::new();
    fs::remove_file(town.path("town.record.toml")).unwrap();
    let output = town.calibrate(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("town.toml has no record to be fitted to"),
        "{}",
        stderr(&output)
    );
}
