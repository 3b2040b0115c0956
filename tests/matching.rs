//! `qantar match`, and comparisons in the worlds it finds, through the program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::{TempDir, tempdir};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/calibrate");

/// A folder with the town, its record and a search of two small waves.
struct Town(TempDir);

impl Town {
    fn new() -> Town {
        let temp = tempdir().unwrap();
        for entry in fs::read_dir(FIXTURES).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), temp.path().join(entry.file_name())).unwrap();
        }
        let search = temp.path().join("town.search.toml");
        let text = fs::read_to_string(&search).unwrap();
        let waves = "waves = { most = 2, points = 24, worlds = 8, world_replicates = 3 }\n";
        fs::write(&search, format!("{waves}{text}")).unwrap();
        Town(temp)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn qantar(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("qantar"));
        command.args(arguments).current_dir(self.0.path()).env("NO_COLOR", "1");
        command.output().unwrap()
    }

    fn matched(&self, out: &str, threads: &str) -> Output {
        let search = ["match", "town.toml", "--parameters", "town.search.toml"];
        self.qantar(&[&search[..], &["--out", out, "--threads", threads, "--quiet"]].concat())
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn lines(path: &Path) -> Vec<String> {
    fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn a_match_finds_the_same_worlds_on_any_number_of_threads_and_comparisons_run_in_them() {
    let town = Town::new();
    let output = town.matched("one", "1");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("wave 1:"), "{text}");
    assert_eq!(town.matched("two", "3").status.code(), Some(0));
    for file in ["worlds.csv", "waves.csv"] {
        assert_eq!(
            lines(&town.path("one").join(file)),
            lines(&town.path("two").join(file)),
            "{file}"
        );
    }
    let worlds = lines(&town.path("one/worlds.csv"));
    assert_eq!(worlds[0], "rules.turnout.base_cost,rules.policing.arrest_rate");
    assert!(worlds.len() > 1, "{text}");

    let compare = |worlds: &str, more: &[&str]| {
        let arm = [
            "--arm",
            "costly:rules.turnout.crowd_weight=0.5",
            "--replicates",
            "12",
            "--quiet",
            "--no-out",
        ];
        town.qantar(&[&["compare", "town.toml", "--worlds", worlds], &arm[..], more].concat())
    };
    let output = compare("one/worlds.csv", &["--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        document["worlds"].as_u64().unwrap() as usize,
        (worlds.len() - 1).min(12)
    );
    assert!(
        document["contrasts"][0]["worlds"]["verdict"].is_string() || worlds.len() < 3,
        "{document}"
    );
    let without = stdout(&compare("none", &[]));
    assert!(without.contains("ONE SET OF PARAMETERS"), "{without}");
    let wrong = compare("town.record.toml", &[]);
    assert_ne!(wrong.status.code(), Some(0));
}

#[test]
fn a_world_says_nothing_of_an_action_that_an_arm_lacks() {
    let temp = tempdir().unwrap();
    let worlds = temp.path().join("some.worlds.csv");
    fs::write(&worlds, "action.rollback.credibility\n0.2\n0.8\n").unwrap();
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("qantar"));
    command.args([
        "compare",
        concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/tutorial.toml"),
    ]);
    command.args(["--arm", "none:action.rollback.remove=true", "--worlds"]);
    command.arg(&worlds);
    command.args(["--replicates", "2", "--no-out", "--quiet", "--set", "ticks=24"]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}
