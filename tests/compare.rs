//! `qantar compare`, `ablate` and `sensitivity` as a user runs them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::{TempDir, tempdir};

/// Two towns for two days: a price that doubles at six, and is rolled back in the afternoon of the next day. Whatever
/// the rules, it is 60, then 120, then 60.
const SCENARIO: &str = r#"
schema_version = 1
title = "Two towns"
start = 2022-01-01T00:00:00
zone = "Asia/Almaty"
ticks = 48
seed = 3
[[region]]
id = "north"
population = 900
position = [43.0, 51.0]
exposure = 0.9
price = 60.0
[[region]]
id = "south"
population = 400
position = [44.0, 76.0]
price = 60.0
[[shock]]
id = "double"
kind = "price_change"
when = 2022-01-01T06:00:00
factor = 2.0
[[action]]
id = "rollback"
kind = "price_rollback"
when = 2022-01-02T16:00:00
price = 60.0
[[action]]
id = "curfew"
kind = "curfew"
when = { after = "rollback", hours = 2 }
[rules.turnout]
base_cost = 0.6
crowd_weight = 0.2
[rules.perception]
crowd_reference = 2.0
"#;

const EARLY: &str = "early:action.rollback.when=2022-01-02T06:00:00";

struct Bench {
    temp: TempDir,
}

impl Bench {
    fn new() -> Bench {
        let bench = Bench {
            temp: tempdir().unwrap(),
        };
        fs::write(bench.path("towns.toml"), SCENARIO).unwrap();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("qantar"));
        command.args(args).current_dir(self.temp.path()).env("NO_COLOR", "1");
        command
    }

    fn qantar(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Compare the towns with some arms into a folder; must succeed.
    fn compare(&self, out: &str, more: &[&str]) -> (PathBuf, String) {
        let output = self.qantar(&[&["compare", "towns.toml", "--out", out, "--quiet"], more].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        (self.path(out), stdout(&output))
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// All files of a folder but the manifest, which tells when they were made.
fn results(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let mut all: Vec<_> = entries.map(|path| (name(&path), fs::read(&path).unwrap())).collect();
    all.retain(|(name, _)| name != "manifest.json");
    all.sort();
    all
}

/// The rows of one arm and replicate, without the name of the arm.
fn rows(series: &str, arm: &str, replicate: &str) -> Vec<String> {
    let of = |line: &&str| line.split(',').next() == Some(arm) && line.split(',').nth(2) == Some(replicate);
    let lines = series.lines().filter(of);
    lines.map(|line| line.split_once(',').unwrap().1.to_owned()).collect()
}

#[test]
fn arms_are_the_same_bytes_until_the_tick_in_which_their_policies_part() {
    let bench = Bench::new();
    let (out, text) = bench.compare("out", &["--arm", EARLY, "--replicates", "4"]);
    let series = fs::read_to_string(out.join("series.csv")).unwrap();
    for replicate in ["0", "1", "2", "3"] {
        let (base, early) = (rows(&series, "baseline", replicate), rows(&series, "early", replicate));
        // 30 hours of three rows, two regions and the country.
        assert_eq!((base.len(), early.len()), (48 * 3, 48 * 3));
        assert_eq!(base[..30 * 3], early[..30 * 3]);
        assert_ne!(base[30 * 3], early[30 * 3], "the price is rolled back in this hour");
    }
    assert!(text.contains("identical until 2 Jan 06:00"), "{text}");
    let differs = fs::read_to_string(out.join("differs.csv")).unwrap();
    assert_eq!(
        differs.lines().nth(1),
        Some("early,0,30,2022-01-02T06:00:00+06:00"),
        "{differs}"
    );
}

#[test]
fn a_contrast_is_what_is_worked_out_by_hand() {
    let bench = Bench::new();
    let args = [
        "--arm",
        EARLY,
        "--replicates",
        "5",
        "--outcome",
        "mean(price)",
        "--format",
        "json",
    ];
    let (out, text) = bench.compare("out", &args);
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["format"], "qantar-compare/1");
    assert_eq!(document["arms"][1]["differs_from"], "2022-01-02T06:00:00+06:00");
    assert_eq!(document["arms"][1]["can_differ_from"], "2022-01-02T06:00:00+06:00");
    assert_eq!(document["arms"][1]["differs_in"], 5);
    // 120 from hour 6 to hour 40, or to hour 30; 60 else; over 48 hours.
    let contrast = &document["contrasts"][0];
    let near = |value: &Value, expected: f64| assert!((value.as_f64().unwrap() - expected).abs() < 1e-9, "{value}");
    assert_eq!(contrast["arm"], "early");
    near(&contrast["spread_baseline"]["median"], 60.0 + 60.0 * 34.0 / 48.0);
    near(&contrast["spread_arm"]["median"], 60.0 + 60.0 * 24.0 / 48.0);
    near(&contrast["difference"], -12.5);
    near(&contrast["interval"]["low"], -12.5);
    assert_eq!(
        (&contrast["lower"], &contrast["higher"]),
        (&Value::from(5), &Value::from(0))
    );
    let table = fs::read_to_string(out.join("contrast.csv")).unwrap();
    assert!(table.starts_with("arm,outcome,unit,pairs,baseline_median"), "{table}");
    let outcomes = fs::read_to_string(out.join("outcomes.csv")).unwrap();
    assert_eq!(outcomes.lines().count(), 11);
    assert!(
        outcomes.starts_with("arm,replicate,seed,mean(price)\nbaseline,0,3,"),
        "{outcomes}"
    );
}

#[test]
fn identical_arms_have_no_difference_at_all() {
    let bench = Bench::new();
    let (out, text) = bench.compare(
        "out",
        &["--arm", "same:action.rollback.price=60.0", "--replicates", "3"],
    );
    assert!(text.contains("the same policy; identical throughout"), "{text}");
    assert_eq!(fs::read_to_string(out.join("differs.csv")).unwrap().lines().count(), 1);
    let contrast = fs::read_to_string(out.join("contrast.csv")).unwrap();
    let header: Vec<&str> = contrast.lines().next().unwrap().split(',').collect();
    for line in contrast.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        for (name, cell) in header.iter().zip(&cells) {
            if ["difference", "median_difference"].contains(name) {
                assert_eq!(cell.parse::<f64>().unwrap().to_bits(), 0, "{line}");
            }
        }
    }
}

#[test]
fn arms_are_scenarios_and_changes_and_every_arm_is_changed_by_set() {
    let bench = Bench::new();
    fs::write(
        bench.path("mild.toml"),
        "extends = \"towns.toml\"\nschema_version = 1\n[[action]]\nid = \"curfew\"\nremove = true\n",
    )
    .unwrap();
    let args = [
        "--against",
        "mild.toml",
        "--against",
        "other=mild.toml",
        "--arm",
        EARLY,
        "--arm",
        "early:action.rollback.price=70.0",
        "--set",
        "region.south.price=66.0",
        "--replicates",
        "2",
        "--format",
        "json",
    ];
    let (out, text) = bench.compare("out", &args);
    let document: Value = serde_json::from_str(&text).unwrap();
    let names: Vec<&str> = document["arms"]
        .as_array()
        .unwrap()
        .iter()
        .map(|arm| arm["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["baseline", "mild", "other", "early"]);
    for name in ["scenario.toml", "scenario.mild.toml", "scenario.early.toml"] {
        let text = fs::read_to_string(out.join(name)).unwrap();
        assert!(text.contains("price = 66.0"), "{name}:\n{text}");
    }
    let early = fs::read_to_string(out.join("scenario.early.toml")).unwrap();
    assert!(
        early.contains("price = 70.0") && early.contains("2022-01-02T06:00:00"),
        "{early}"
    );
    let again = bench.qantar(&["reproduce", "out", "--quiet"]);
    assert_eq!(
        (again.status.code(), stdout(&again).as_str()),
        (Some(0), "bit-identical\n"),
        "{}",
        stderr(&again)
    );
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let bench = Bench::new();
    let compare = |threads: &str| {
        let args = ["--arm", EARLY, "--replicates", "3", "--threads", threads];
        results(&bench.compare(&format!("t{threads}"), &args).0)
    };
    let one = compare("1");
    assert!(one.iter().any(|(name, _)| name == "bands.participants.csv"));
    assert_eq!(compare("3"), one);
}

#[test]
#[cfg(unix)]
fn a_killed_comparison_resumes_to_the_same_bytes() {
    let bench = Bench::new();
    let args = [
        "compare",
        "towns.toml",
        "--out",
        "out",
        "--arm",
        EARLY,
        "--replicates",
        "400",
        "--threads",
        "1",
    ];
    let mut child = bench
        .command(&args)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let parts = bench.path("out.partial").join("parts");
    let start = Instant::now();
    let kept = || fs::metadata(parts.join("1-of-1-0000.journal")).map_or(0, |journal| journal.len());
    while kept() < 20_000 && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        parts.exists() && !bench.path("out").exists(),
        "it was killed before its end"
    );
    let resumed = bench.qantar(&args);
    assert_eq!(resumed.status.code(), Some(0), "{}", stderr(&resumed));
    assert!(stderr(&resumed).contains("resuming: "), "{}", stderr(&resumed));
    let (whole, _) = bench.compare("whole", &["--arm", EARLY, "--replicates", "400"]);
    assert_eq!(results(&bench.path("out")), results(&whole));
}

#[test]
fn every_mistake_is_told_at_once_with_exit_code_2() {
    let bench = Bench::new();
    let refused = |more: &[&str]| {
        let output = bench.qantar(&[&["compare", "towns.toml", "--quiet"], more].concat());
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(!bench.path("results").exists());
        stderr(&output)
    };
    assert!(refused(&[]).contains("--against"));
    assert!(refused(&["--arm", "nothing"]).contains("an arm has a name and a change"));
    let arms = refused(&[
        "--arm",
        "a:action.rolback.price=1.0",
        "--arm",
        "b:region.south.urban=7.0",
    ]);
    for part in ["in arm `a`", "did you mean `rollback`", "in arm `b`", "urban"] {
        assert!(arms.contains(part), "{part} is missing:\n{arms}");
    }
    let outcomes = refused(&["--arm", EARLY, "--outcome", "detention", "--outcome", "peak(violet)"]);
    for part in ["did you mean `detentions`", "violent"] {
        assert!(outcomes.contains(part), "{part} is missing:\n{outcomes}");
    }
    assert!(refused(&["--arm", "late:ticks=24"]).contains("one clock"));
    assert!(refused(&["--arm", EARLY, "--plot", "participant"]).contains("participants"));
}

#[test]
fn an_action_that_is_taken_away_is_as_one_that_was_removed_and_takes_with_it_what_waits_for_it() {
    let bench = Bench::new();
    let args = [
        "ablate",
        "towns.toml",
        "--out",
        "out",
        "--replicates",
        "4",
        "--outcome",
        "mean(price)",
        "--quiet",
    ];
    let output = bench.qantar(&[&args[..], &["--format", "json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["format"], "qantar-ablate/1");
    let first = &document["effects"][0];
    assert_eq!(
        (&first["action"], &first["never_with_it"][0]),
        (&Value::from("rollback"), &Value::from("curfew"))
    );
    // With the rollback the price is 60 and not 120 for the last eight of 48 hours.
    let effect = first["effect"]["difference"].as_f64().unwrap();
    assert!((effect + 60.0 * 8.0 / 48.0).abs() < 1e-9, "{effect}");
    assert_eq!(document["effects"][1]["effect"]["difference"], 0.0);
    let names: Vec<String> = results(&bench.path("out")).into_iter().map(|(name, _)| name).collect();
    assert!(
        names.contains(&"ablation.csv".to_owned()) && !names.contains(&"series.csv".to_owned()),
        "{names:?}"
    );

    let removed = [
        "--arm",
        "no:action.curfew.remove=true",
        "--replicates",
        "4",
        "--outcome",
        "peak(participants)",
    ];
    let (compared, _) = bench.compare("compared", &removed);
    let ablate = [
        "ablate",
        "towns.toml",
        "--out",
        "again",
        "--replicates",
        "4",
        "--actions",
        "curfew",
        "--quiet",
    ];
    let output = bench.qantar(&[&ablate[..], &["--outcome", "peak(participants)"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let read = |folder: &Path| fs::read_to_string(folder.join("outcomes.csv")).unwrap();
    assert_eq!(read(&bench.path("again")).replace("curfew,", "no,"), read(&compared));
    let reproduced = bench.qantar(&["reproduce", "out", "--quiet"]);
    assert_eq!(stdout(&reproduced), "bit-identical\n", "{}", stderr(&reproduced));
}

#[test]
fn orders_of_removal_share_out_what_all_actions_do() {
    let bench = Bench::new();
    let args = [
        "ablate",
        "towns.toml",
        "--out",
        "out",
        "--replicates",
        "3",
        "--outcome",
        "mean(price)",
        "--shapley",
        "4",
    ];
    let output = bench.qantar(&[&args[..], &["--quiet"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("rollback takes curfew"), "{text}");
    let table = fs::read_to_string(bench.path("out").join("ablation.csv")).unwrap();
    let header: Vec<&str> = table.lines().next().unwrap().split(',').collect();
    let share = header.iter().position(|name| *name == "shapley_share").unwrap();
    let of = |action: &str| {
        let line = table
            .lines()
            .find(|line| line.split(',').nth(2) == Some(action))
            .unwrap();
        line.split(',').nth(share).unwrap().parse::<f64>().unwrap()
    };
    assert_eq!((of("rollback"), of("curfew")), (1.0, 0.0));
}

#[test]
fn a_dry_run_tells_the_number_of_runs_and_runs_nothing() {
    let bench = Bench::new();
    let output = bench.qantar(&["ablate", "towns.toml", "--dry-run", "--replicates", "7"]);
    assert!(
        stdout(&output).contains("3 arms, 7 replicates: 21 runs"),
        "{}",
        stdout(&output)
    );
    assert!(!bench.path("results").exists());
    let output = bench.qantar(&["ablate", "towns.toml", "--actions", "curfw", "--kind", "price_rollbak"]);
    assert_eq!(output.status.code(), Some(2));
    for part in ["did you mean `curfew`", "did you mean `price_rollback`"] {
        assert!(stderr(&output).contains(part), "{}", stderr(&output));
    }
}

/// A folder as a sweep leaves it: y = 3 a + b on all sixteen pairs of corners of a square, in two replicates of which
/// the second is 10 higher.
fn sweep(bench: &Bench, method: &str) {
    fs::create_dir(bench.path("sweep")).unwrap();
    let parameter = |key: &str| format!("{{\"key\": \"{key}\", \"low\": 0.0, \"high\": 1.0, \"scale\": \"linear\"}}");
    let manifest = format!(
        "{{\"format\": \"qantar-results/1\", \"scenario\": \"towns\", \"title\": \"Two towns\", \"outcomes\": \
         [{{\"name\": \"y\", \"text\": \"y\"}}], \"design\": {{\"method\": \"{method}\", \"n\": 16, \"parameters\": \
         [{}, {}]}}}}",
        parameter("a"),
        parameter("b")
    );
    fs::write(bench.path("sweep/manifest.json"), manifest).unwrap();
    let mut rows = "point,replicate,seed,status,a,b,y\n".to_owned();
    for bits in 0..16 {
        let bit = |at: i32| bits >> at & 1;
        let (a1, a2, b1, b2) = (bit(0), bit(1), bit(2), bit(3));
        for (place, (a, b)) in [(a1, a2), (b1, a2), (a1, b2), (b1, b2)].into_iter().enumerate() {
            for replicate in 0..2 {
                let (point, y) = (bits * 4 + place as i32, 3 * a + b + 10 * replicate);
                rows += &format!("{point},{replicate},1,done,{a}.0,{b}.0,{y}.0\n");
            }
        }
    }
    fs::write(bench.path("sweep/runs.csv"), rows).unwrap();
}

#[test]
fn shares_of_variance_are_told_with_how_much_is_chance() {
    let bench = Bench::new();
    sweep(&bench, "saltelli");
    let output = bench.qantar(&["sensitivity", "sweep", "--format", "json", "--csv", "indices.csv"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let shares = &document["outcomes"][0]["shares"]["of"];
    for (p, expected) in [(0, 0.9), (1, 0.1)] {
        for key in ["first", "total"] {
            assert!((shares[p][key].as_f64().unwrap() - expected).abs() < 1e-9, "{shares}");
        }
    }
    // Luck has a variance of 50, parameters one of about 2.5.
    let chance = document["outcomes"][0]["chance"].as_f64().unwrap();
    assert!((0.93..0.97).contains(&chance), "{chance}");
    let table = fs::read_to_string(bench.path("indices.csv")).unwrap();
    assert!(table.starts_with("outcome,parameter,first,first_low,"), "{table}");
    let refused = bench.qantar(&["sensitivity", "sweep", "--csv", "indices.csv"]);
    assert_eq!(refused.status.code(), Some(2));
    let text = stdout(&bench.qantar(&["sensitivity", "sweep", "--outcome", "y"]));
    assert!(text.contains("share of variance") && text.contains('█'), "{text}");
}

#[test]
fn a_design_that_does_not_fit_is_refused_and_any_other_is_told_by_how_far_the_outcome_moves() {
    let bench = Bench::new();
    sweep(&bench, "lhs");
    let refused = bench.qantar(&["sensitivity", "sweep", "--method", "sobol"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("--sample saltelli"), "{}", stderr(&refused));
    let text = stdout(&bench.qantar(&["sensitivity", "sweep"]));
    assert!(text.contains("by chance") && text.contains("* a "), "{text}");
    let unknown = bench.qantar(&["sensitivity", "sweep", "--outcome", "z"]);
    assert_eq!(unknown.status.code(), Some(2));
    let (out, _) = bench.compare("out", &["--arm", EARLY, "--replicates", "2"]);
    let other = bench.qantar(&["sensitivity", out.to_str().unwrap()]);
    assert_eq!(other.status.code(), Some(2));
    assert!(
        stderr(&other).contains("not the result of a sweep"),
        "{}",
        stderr(&other)
    );
}

#[test]
fn what_the_base_names_is_compared_beside_the_totals_and_can_be_asked_for_by_its_name() {
    let bench = Bench::new();
    let set = [
        "--arm",
        EARLY,
        "--replicates",
        "3",
        "--set",
        "outcome.crowd=\"peak(participants)\"",
    ];
    let column = |out: &str, more: &[&str]| {
        let (folder, _) = bench.compare(out, &[&set[..], more].concat());
        let text = fs::read_to_string(folder.join("outcomes.csv")).unwrap();
        let header: Vec<String> = text.lines().next().unwrap().split(',').map(str::to_owned).collect();
        let last = text
            .lines()
            .skip(1)
            .map(|line| line.rsplit(',').next().unwrap().to_owned());
        (header, last.collect::<Vec<_>>())
    };
    let (header, crowds) = column("all", &[]);
    assert_eq!((header.len(), header.last().unwrap().as_str()), (3 + 15 + 1, "crowd"));
    let (header, asked) = column("named", &["--outcome", "crowd"]);
    assert_eq!((header.len(), &asked), (4, &crowds));
    let (_, written) = column("written", &["--outcome", "peak(participants)"]);
    assert_eq!((written, crowds.len()), (asked, 6));
    assert!(
        crowds.iter().any(|crowd| crowd.parse::<f64>().unwrap() > 0.0),
        "{crowds:?}"
    );
    let reproduced = bench.qantar(&["reproduce", "all", "--quiet"]);
    assert_eq!(stdout(&reproduced), "bit-identical\n", "{}", stderr(&reproduced));
}
