//! Folders of results, through the program: what is refused, what is resumed, and what is the same bytes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::{TempDir, tempdir};

/// A scenario that runs in a blink.
const SCENARIO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/tutorial.toml");
/// A change to it that is no mistake.
const CHANGE: &str = "region.harrow.price=99.0";

/// The files that must be the same bytes on every machine and for any number of threads.
fn results(folder: &Path) -> Vec<(&'static str, Vec<u8>)> {
    let parquet = cfg!(feature = "parquet").then_some("series.parquet");
    ["series.csv", "events.csv", "scenario.toml"]
        .into_iter()
        .chain(parquet)
        .map(|name| (name, fs::read(folder.join(name)).unwrap()))
        .collect()
}

struct Bench {
    temp: TempDir,
}

impl Bench {
    fn new() -> Bench {
        Bench {
            temp: tempdir().unwrap(),
        }
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

    /// Run the scenario into a folder; must succeed.
    fn run(&self, out: &str, more: &[&str]) -> PathBuf {
        let output = self.try_run(out, more);
        assert!(output.status.success(), "{}", stderr(&output));
        self.path(out)
    }

    fn try_run(&self, out: &str, more: &[&str]) -> Output {
        self.qantar(&[&["run", SCENARIO, "--out", out, "--quiet"], more].concat())
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_run_tells_what_happened_and_where_the_results_are() {
    let bench = Bench::new();
    let output = bench.qantar(&["run", SCENARIO]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    for part in [
        "The course of events",
        "Totals",
        "One seed is not a finding",
        "Results are in results",
    ] {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
    assert!(stderr(&output).contains("next: qantar run"));
    let folders: Vec<_> = fs::read_dir(bench.path("results")).unwrap().collect();
    assert_eq!(folders.len(), 1, "nothing is left beside the results");
}

#[test]
fn quiet_says_nothing_on_stderr() {
    let bench = Bench::new();
    assert_eq!(stderr(&bench.try_run("out", &[])), "");
}

#[test]
fn the_series_has_a_row_for_each_replicate_tick_and_region() {
    let bench = Bench::new();
    let out = bench.run("out", &["--replicates", "2", "--seed", "5"]);
    let text = fs::read_to_string(out.join("series.csv")).unwrap();
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    assert!(
        header.starts_with("arm,point,replicate,seed,tick,time,region,participants,"),
        "{header}"
    );
    assert!(
        lines.next().unwrap().starts_with("baseline,0,0,5,0,20"),
        "the seed is in every row"
    );
    let manifest: Value = serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap();
    let size = |name: &str| manifest["size"][name].as_u64().unwrap();
    let rows = 2 * size("ticks") * (size("regions") + 1);
    assert_eq!(text.lines().count() as u64, rows + 1);
}

#[test]
fn the_manifest_tells_what_was_run_and_the_digest_of_every_file() {
    let bench = Bench::new();
    let out = bench.run("out", &["--seed", "5", "--set", CHANGE, "--threads", "2"]);
    let manifest: Value = serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["format"], "qantar-results/2");
    assert_eq!(manifest["made_by"]["command"], "run");
    assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(manifest["seed"], 5);
    assert_eq!(manifest["overrides"][0], CHANGE);
    assert_eq!(manifest["made"]["threads"], 2);
    let mut listed: Vec<&str> = manifest["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["name"].as_str().unwrap())
        .collect();
    listed.push("manifest.json");
    listed.sort_unstable();
    let mut there: Vec<String> = fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    there.sort_unstable();
    assert_eq!(there, listed);
}

#[test]
fn results_are_replaced_only_with_force() {
    let bench = Bench::new();
    let out = bench.run("out", &["--seed", "1"]);
    let before = results(&out);
    let refused = bench.try_run("out", &["--seed", "2"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("--force"), "{}", stderr(&refused));
    assert_eq!(results(&out), before);
    bench.run("out", &["--seed", "2", "--force"]);
    assert_ne!(results(&out), before);
}

#[test]
fn a_folder_of_something_else_is_never_replaced() {
    let bench = Bench::new();
    fs::create_dir(bench.path("thesis")).unwrap();
    fs::write(bench.path("thesis/chapter.tex"), "years of work").unwrap();
    let refused = bench.try_run("thesis", &["--force"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(bench.path("thesis/chapter.tex").exists());
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let bench = Bench::new();
    for replicates in ["1", "5"] {
        let run = |threads: &str| {
            let out = format!("x{replicates}-t{threads}");
            results(&bench.run(&out, &["--replicates", replicates, "--threads", threads]))
        };
        let one = run("1");
        assert_eq!(run("2"), one);
        assert_eq!(run("8"), one);
    }
}

#[test]
fn a_replicate_alone_is_the_same_rows_as_among_many() {
    let bench = Bench::new();
    let many = bench.run("many", &["--replicates", "5"]);
    let alone = bench.run("alone", &["--replicates", "1", "--first-replicate", "3"]);
    for name in ["series.csv", "events.csv"] {
        let rows = |folder: &Path| -> Vec<String> {
            let text = fs::read_to_string(folder.join(name)).unwrap();
            text.lines()
                .skip(1)
                .filter(|line| line.split(',').nth(2) == Some("3"))
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(rows(&many), rows(&alone), "{name}");
        assert!(name == "events.csv" || !rows(&alone).is_empty());
    }
}

/// How many replicates are in the journal of an unfinished folder, the last of them perhaps not whole.
fn kept(partial: &Path) -> usize {
    let journal = fs::read(partial.join("parts").join("1-of-1-0000.journal")).unwrap_or_default();
    let record = |line: &&[u8]| line.split(|&byte| byte == b' ').nth(4) == Some(b"+");
    journal.split(|&byte| byte == b'\n').filter(record).count()
}

/// Start a long run, kill it as soon as something is done, and give the folder of what is left.
#[cfg(unix)]
fn killed(
    bench: &Bench,
    out: &str,
    replicates: &str,
    signal: Option<&str>,
) -> (PathBuf, std::process::ExitStatus, String) {
    let args = [
        "run",
        SCENARIO,
        "--out",
        out,
        "--replicates",
        replicates,
        "--threads",
        "1",
    ];
    let mut child = bench
        .command(&args)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let partial = bench.path(&format!("{out}.partial"));
    let start = Instant::now();
    while kept(&partial) < 5 && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(1));
    }
    match signal {
        None => child.kill().unwrap(),
        Some(name) => {
            let id = child.id().to_string();
            assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
        }
    }
    let output = child.wait_with_output().unwrap();
    (partial, output.status, String::from_utf8(output.stderr).unwrap())
}

#[test]
#[cfg(unix)]
fn a_killed_run_resumes_to_the_same_bytes_without_running_again_what_is_done() {
    const REPLICATES: &str = "400";
    let bench = Bench::new();
    let (partial, status, _) = killed(&bench, "killed", REPLICATES, None);
    assert!(
        !status.success() && partial.exists(),
        "the run was killed before its end"
    );
    assert!(!bench.path("killed").exists());
    let kept = kept(&partial);
    assert!((5..400).contains(&kept), "{kept} replicates are kept");

    let other = bench.try_run("killed", &["--replicates", REPLICATES, "--seed", "77"]);
    assert_eq!(other.status.code(), Some(2));
    assert!(stderr(&other).contains("77 here"), "{}", stderr(&other));

    let args = ["run", SCENARIO, "--out", "killed", "--replicates", REPLICATES];
    let resumed = bench.qantar(&args);
    assert_eq!(resumed.status.code(), Some(0), "{}", stderr(&resumed));
    let said = stderr(&resumed);
    let whole = [kept, kept - 1].map(|done| format!("resuming: {done} of 400 runs"));
    assert!(whole.iter().any(|whole| said.contains(whole)), "{kept} kept: {said}");
    assert_eq!(
        results(&bench.path("killed")),
        results(&bench.run("whole", &["--replicates", REPLICATES]))
    );
    assert!(!partial.exists());
}

#[test]
#[cfg(unix)]
fn a_stopped_run_says_what_is_kept_and_tells_the_signal_by_its_exit_code() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let bench = Bench::new();
        let (partial, status, said) = killed(&bench, "out", "2000", Some(signal));
        assert_eq!(status.code(), Some(code), "{said}");
        assert!(
            said.contains("of 2000 runs are kept in") && said.contains("the same command resumes"),
            "{said}"
        );
        assert!(partial.exists() && !bench.path("out").exists());
    }
}

#[test]
#[cfg(unix)]
fn unfinished_results_of_another_scenario_are_refused_and_discarded_with_force() {
    let bench = Bench::new();
    killed(&bench, "out", "2000", None);
    let refused = bench.try_run("out", &["--replicates", "2000", "--set", CHANGE]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        stderr(&refused).contains(&format!("with --set {CHANGE} here")),
        "{}",
        stderr(&refused)
    );
    bench.run("out", &["--set", CHANGE, "--force"]);
}

#[test]
fn a_run_draws_a_figure_and_says_before_it_runs_that_it_cannot() {
    let bench = Bench::new();
    bench.run("out", &["--plot", "figure.svg"]);
    let drawn = fs::read_to_string(bench.path("figure.svg")).unwrap();
    assert!(drawn.starts_with("<svg") && drawn.contains("participants"), "{drawn}");
    for (name, why) in [
        ("figure.svg", "is there already"),
        ("figure.gif", "ends in .svg, .png or .pdf"),
    ] {
        let refused = bench.try_run("other", &["--plot", name]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(stderr(&refused).contains(why), "{}", stderr(&refused));
        assert!(!bench.path("other").exists(), "nothing was run");
    }
}

#[test]
fn json_is_one_document_with_the_documented_keys() {
    let bench = Bench::new();
    let output = bench.try_run("out", &["--format", "json", "--replicates", "3"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
    let documented = [
        "format",
        "scenario",
        "title",
        "seed",
        "first_replicate",
        "replicates",
        "totals",
        "outcomes",
        "peak",
        "events",
        "never",
        "caution",
        "folder",
        "runs",
    ];
    assert_eq!(keys, documented);
    assert_eq!(document["format"], "qantar-run/1");
    assert_eq!(document["replicates"], 3);
    let total = &document["totals"][0];
    assert_eq!(total["name"], "participants_peak");
    let [low, median, high] = ["low", "median", "high"].map(|key| total[key].as_f64().unwrap());
    assert!(low <= median && median <= high);
    // What the scenario names, over the replicates that have it.
    let outcome = &document["outcomes"][0];
    assert_eq!(
        (&outcome["name"], &outcome["replicates"]),
        (&"hours-of-unrest".into(), &3.into())
    );
    assert!(outcome["median"].as_f64().unwrap() > 0.0, "{outcome}");
}

#[test]
fn a_folder_reproduces_bit_for_bit() {
    let bench = Bench::new();
    bench.run(
        "out",
        &[
            "--replicates",
            "2",
            "--set",
            CHANGE,
            "--seed",
            "11",
            "--first-replicate",
            "4",
        ],
    );
    let output = bench.qantar(&["reproduce", "out", "--threads", "2"]);
    assert_eq!(
        (output.status.code(), stdout(&output).as_str()),
        (Some(0), "bit-identical\n"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn reproduce_names_the_edited_file_and_the_first_difference() {
    let bench = Bench::new();
    let path = bench.run("out", &[]).join("series.csv");
    let text = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut fields: Vec<&str> = lines[10].split(',').collect();
    let (tick, region, was) = (fields[4].to_owned(), fields[6].to_owned(), fields[7].to_owned());
    fields[7] = "123456789";
    lines[10] = fields.join(",");
    fs::write(&path, lines.join("\n") + "\n").unwrap();

    let output = bench.qantar(&["reproduce", "out"]);
    assert_eq!(output.status.code(), Some(3));
    let expected = format!(
        "series.csv is not as it was written: its digest is not that of the manifest\n\
         series.csv differs: arm baseline, point 0, replicate 0, tick {tick}, region {region}: participants is 123456789 there, {was} here\n"
    );
    assert_eq!(stdout(&output), expected);
}

#[test]
fn reproduce_needs_the_scenario_as_it_was() {
    let bench = Bench::new();
    let out = bench.run("out", &[]);
    fs::write(out.join("scenario.toml"), "title = \"Another\"\n").unwrap();
    let output = bench.qantar(&["reproduce", "out"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        stdout(&output).starts_with("scenario.toml is not as it was written"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn mistakes_have_exit_code_2_and_failures_1() {
    let bench = Bench::new();
    let code = |args: &[&str]| bench.qantar(args).status.code();
    assert_eq!(code(&["run"]), Some(2));
    assert_eq!(code(&["run", "no-such-scenario.toml"]), Some(2));
    assert_eq!(code(&["run", SCENARIO, "--set", "no_such_key=1"]), Some(2));
    assert_eq!(code(&["run", SCENARIO, "--replicates", "0"]), Some(2));
    assert_eq!(code(&["reproduce", "no-such-folder"]), Some(1));
    assert_eq!(code(&["status", "no-such-folder"]), Some(2));
    assert_eq!(code(&["run", SCENARIO, "--out", "-"]), Some(2));
    fs::write(bench.path("file"), "").unwrap();
    assert_eq!(code(&["run", SCENARIO, "--out", "file/below"]), Some(1));
}

#[test]
#[cfg(unix)]
fn a_reader_who_has_read_enough_is_not_a_failure() {
    let bench = Bench::new();
    let mut child = bench
        .command(&["metrics"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
}

#[test]
fn metrics_completions_and_manual_pages_are_printed() {
    let bench = Bench::new();
    assert!(stdout(&bench.qantar(&["metrics"])).contains("participants        people"));
    let metrics: Value = serde_json::from_slice(&bench.qantar(&["metrics", "--format", "json"]).stdout).unwrap();
    assert_eq!(metrics[0]["name"], "participants");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(
            stdout(&bench.qantar(&["completions", shell])).contains("reproduce"),
            "{shell}"
        );
    }
    assert!(stdout(&bench.qantar(&["man"])).contains(".TH qantar"));
    assert!(stdout(&bench.qantar(&["man", "run"])).contains("first\\-replicate"));
}
