//! What holds for every command that runs something: kills, shards, two at once, the same bytes again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::{TempDir, tempdir};

const TUTORIAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/tutorial.toml");
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

/// Every kind of study, small.
pub(crate) const KINDS: [(&str, &[&str]); 6] = [
    ("run", &["run", TUTORIAL, "--replicates", "30"]),
    (
        "compare",
        &[
            "compare",
            TUTORIAL,
            "--arm",
            "late:action.rollback.lag=2d",
            "--replicates",
            "12",
        ],
    ),
    ("ablate", &["ablate", TUTORIAL, "--replicates", "8", "--shapley", "2"]),
    (
        "sweep",
        &[
            "sweep",
            TUTORIAL,
            "--vary",
            "region.harrow.discipline=0:1:0.25",
            "--arm",
            "late:action.rollback.lag=2d",
            "--replicates",
            "3",
        ],
    ),
    ("score", &["score", "town.toml", "--replicates", "20"]),
    (
        "calibrate",
        &["calibrate", "town.toml", "--parameters", "town.search.toml"],
    ),
];

pub(crate) struct Bench(TempDir);

impl Bench {
    pub(crate) fn empty() -> Bench {
        Bench(tempdir().unwrap())
    }

    /// A folder with the towns that a kind of study needs.
    pub(crate) fn new(kind: &str) -> Bench {
        let temp = tempdir().unwrap();
        let from = if kind == "calibrate" { "calibrate" } else { "record" };
        for entry in fs::read_dir(Path::new(FIXTURES).join(from)).unwrap() {
            let entry = entry.unwrap();
            if entry.path().is_file() {
                fs::copy(entry.path(), temp.path().join(entry.file_name())).unwrap();
            }
        }
        Bench(temp)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("qantar"));
        command.args(args).current_dir(self.0.path()).env("NO_COLOR", "1");
        command
    }

    pub(crate) fn qantar(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    pub(crate) fn start(&self, args: &[&str]) -> Child {
        let mut command = self.command(args);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// The names beside the fixtures.
    pub(crate) fn left(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut left: Vec<String> = names.filter(|name| !name.ends_with(".toml")).collect();
        left.sort();
        left
    }
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Done, also with a score that does not show every pattern.
pub(crate) fn done(output: &Output) -> bool {
    matches!(output.status.code(), Some(0 | 3))
}

/// All files but the manifest, which tells when they were made.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let read = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry.unwrap();
        (
            entry.file_name().into_string().unwrap(),
            fs::read(entry.path()).unwrap(),
        )
    };
    let all = fs::read_dir(folder).unwrap().map(read);
    all.filter(|(name, _)| name != "manifest.json").collect()
}

/// Numbers that look random and are the same in each test run.
fn moments(below: u64) -> impl Iterator<Item = Duration> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        Duration::from_millis(state % below)
    })
}

#[cfg(unix)]
#[test]
fn a_study_of_any_kind_killed_at_any_moments_goes_on_and_gives_the_same_bytes() {
    for (kind, args) in KINDS {
        let bench = Bench::new(kind);
        let to = |out: &'static str| [args, &["--quiet", "--out", out]].concat();
        let clock = Instant::now();
        let once = bench.qantar(&to("once"));
        assert!(done(&once), "{kind}: {}", stderr(&once));
        let lasts = (clock.elapsed().as_millis() as u64).max(20);
        let mut killed = 0;
        for moment in moments(lasts).take(8) {
            let mut child = bench.start(&to("killed"));
            sleep(moment);
            child.kill().unwrap();
            let ended = child.wait().unwrap().code();
            killed += usize::from(ended.is_none());
            // Done before its moment: a folder that is whole would leave nothing to kill.
            if ended.is_some() && killed == 0 {
                fs::remove_dir_all(bench.path("killed")).unwrap();
            }
        }
        assert!(killed > 0, "{kind}: none was killed at work");
        // The folder alone says what it is.
        let again = match bench.path("killed").exists() || bench.path("killed.partial/parts/plan.json").exists() {
            true => bench.qantar(&["resume", "killed", "--quiet"]),
            false => bench.qantar(&to("killed")),
        };
        assert!(done(&again), "{kind}: {}", stderr(&again));
        assert_eq!(
            again.stdout,
            once.stdout.clone().replace_name(b"once", b"killed"),
            "{kind}"
        );
        assert!(files(&bench.path("killed")) == files(&bench.path("once")), "{kind}");
        assert_eq!(bench.left(), ["killed", "once"], "{kind}");
    }
}

trait Renamed {
    fn replace_name(self, from: &[u8], to: &[u8]) -> Vec<u8>;
}

impl Renamed for Vec<u8> {
    fn replace_name(self, from: &[u8], to: &[u8]) -> Vec<u8> {
        let text = String::from_utf8(self).unwrap();
        let (from, to) = (std::str::from_utf8(from).unwrap(), std::str::from_utf8(to).unwrap());
        let place = |ending: &str| format!("{from}{ending}");
        let text = text.replace(&place("\n"), &format!("{to}\n"));
        text.replace(&place("/"), &format!("{to}/")).into_bytes()
    }
}

#[test]
fn a_study_of_any_kind_in_shards_gives_the_bytes_of_one_in_one_and_reproduces() {
    for (kind, args) in KINDS {
        let bench = Bench::new(kind);
        let to = |out: &'static str| [args, &["--quiet", "--out", out]].concat();
        assert!(done(&bench.qantar(&to("one"))), "{kind}");
        let first = bench.qantar(&[&to("shards")[..], &["--shard", "1/3"]].concat());
        assert!(first.status.success(), "{kind}: {}", stderr(&first));
        for shard in ["2/3", "3/3"] {
            let output = bench.qantar(&["resume", "shards", "--quiet", "--shard", shard]);
            assert!(output.status.success(), "{kind}: {}", stderr(&output));
        }
        let merged = bench.qantar(&["merge", "shards", "--quiet"]);
        assert!(done(&merged), "{kind}: {}", stderr(&merged));
        assert!(files(&bench.path("shards")) == files(&bench.path("one")), "{kind}");
        let again = bench.qantar(&["reproduce", "shards", "--quiet"]);
        let told = String::from_utf8_lossy(&again.stdout).into_owned();
        assert_eq!(
            (again.status.code(), told.as_str()),
            (Some(0), "bit-identical\n"),
            "{kind}: {}",
            stderr(&again)
        );
        assert_eq!(bench.left(), ["one", "shards"], "{kind}");
    }
}

#[test]
fn of_processes_started_together_one_makes_the_folder_and_the_others_say_so() {
    let bench = Bench::new("run");
    let to = |out: &str| ["run", TUTORIAL, "--replicates", "2", "--quiet", "--out", out].map(str::to_owned);
    let args = to("once");
    assert!(bench.qantar(&args.each_ref().map(String::as_str)).status.success());
    let once = files(&bench.path("once"));
    for processes in [2, 3, 8] {
        for round in 0..50 {
            let args = to("out");
            let args = args.each_ref().map(String::as_str);
            let children: Vec<Child> = (0..processes).map(|_| bench.start(&args)).collect();
            let outputs: Vec<Output> = children
                .into_iter()
                .map(|child| child.wait_with_output().unwrap())
                .collect();
            let won = outputs.iter().filter(|output| output.status.success()).count();
            assert!(won >= 1, "round {round} of {processes}: {}", stderr(&outputs[0]));
            for output in outputs.iter().filter(|output| !output.status.success()) {
                assert_eq!(output.status.code(), Some(1));
                assert!(stderr(output).contains("out is being made by "), "{}", stderr(output));
            }
            assert!(files(&bench.path("out")) == once, "round {round} of {processes}");
            assert_eq!(bench.left(), ["once", "out"]);
            fs::remove_dir_all(bench.path("out")).unwrap();
        }
    }
}

#[cfg(unix)]
#[test]
fn a_signal_ends_any_command_within_moments_however_many_threads_are_asked_for() {
    for (kind, args) in KINDS {
        let bench = Bench::new(kind);
        let many = ["--quiet", "--out", "out", "--threads", "65535"];
        let longer: &[&str] = if kind == "calibrate" {
            &[]
        } else {
            &["--replicates", "5000"]
        };
        let start = args
            .iter()
            .position(|word| *word == "--replicates")
            .unwrap_or(args.len());
        let rest = args.get(start + 2..).unwrap_or(&[]);
        let child = bench.start(&[&args[..start], rest, longer, &many].concat());
        sleep(Duration::from_millis(300));
        let clock = Instant::now();
        let id = child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().unwrap();
        let output = child.wait_with_output().unwrap();
        let said = stderr(&output);
        // A calibration may have come to its end before.
        assert!(
            output.status.code() == Some(143) || kind == "calibrate",
            "{kind}: {:?} {said}",
            output.status
        );
        assert!(
            clock.elapsed() < Duration::from_secs(8),
            "{kind} took {:?}",
            clock.elapsed()
        );
        assert!(
            said.contains("65535 threads are more than this machine can use"),
            "{kind}: {said}"
        );
    }
}

#[test]
fn without_a_folder_nothing_is_left_and_json_has_the_outcomes_of_every_run() {
    for (kind, args) in KINDS {
        let bench = Bench::new(kind);
        let output = bench.qantar(&[args, &["--quiet", "--no-out", "--format", "json"]].concat());
        assert!(done(&output), "{kind}: {}", stderr(&output));
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let runs = match kind {
            "score" => &document["runs"]["town"],
            _ => &document["runs"],
        };
        let runs = runs.as_array().unwrap_or_else(|| panic!("{kind} has no runs"));
        assert!(runs.len() >= 20 && runs[0]["seed"].is_u64(), "{kind}: {}", runs.len());
        assert!(bench.left().is_empty(), "{kind}: {:?}", bench.left());
    }
}

#[test]
fn the_same_command_with_more_replicates_goes_on_from_what_is_there() {
    let bench = Bench::new("run");
    let run = |out: &str, replicates: &str| {
        let output = bench.qantar(&["run", TUTORIAL, "--out", out, "--replicates", replicates]);
        assert!(output.status.success(), "{}", stderr(&output));
        stderr(&output)
    };
    run("few", "3");
    assert!(run("few", "5").contains("resuming: 3 of 5 runs are done in few.partial"));
    assert!(run("few", "5").contains("few is whole already; nothing to run"));
    run("many", "5");
    assert!(files(&bench.path("few")) == files(&bench.path("many")));
    let changed = bench.qantar(&[
        "run",
        TUTORIAL,
        "--out",
        "few",
        "--replicates",
        "6",
        "--set",
        "ticks=24",
    ]);
    assert_eq!(changed.status.code(), Some(2));
    assert!(
        stderr(&changed).contains("with --set ticks=24 here"),
        "{}",
        stderr(&changed)
    );
}

#[test]
fn the_manifest_names_the_files_that_a_scenario_was_read_from() {
    let bench = Bench::new("run");
    fs::write(
        bench.path("late.toml"),
        format!("extends = \"{TUTORIAL}\"\ntitle = \"Late\"\n"),
    )
    .unwrap();
    let output = bench.qantar(&["run", "late.toml", "--out", "out", "--quiet"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let manifest: Value = serde_json::from_slice(&fs::read(bench.path("out/manifest.json")).unwrap()).unwrap();
    let names: Vec<&str> = manifest["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|source| source["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["late.toml", TUTORIAL]);
    assert_eq!(manifest["sources"][0]["sha256"].as_str().unwrap().len(), 64);
}
