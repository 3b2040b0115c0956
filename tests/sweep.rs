//! Sweeps through the program: what a user types, what is killed, what is refused, and what others can read.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;
use tempfile::{TempDir, tempdir};

const TUTORIAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/tutorial.toml");

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

    fn sweep(&self, out: &str, more: &[&str]) -> Output {
        self.qantar(&[&["sweep", TUTORIAL, "--out", out, "--quiet"], more].concat())
    }

    fn succeed(&self, args: &[&str]) -> String {
        let output = self.qantar(args);
        assert!(output.status.success(), "{args:?}: {}", stderr(&output));
        String::from_utf8(output.stdout).unwrap()
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The files that must be the same bytes however the runs were made.
fn files(out: &Path) -> Vec<(&'static str, Vec<u8>)> {
    let parquet = cfg!(feature = "parquet").then_some("runs.parquet");
    ["scenario.toml", "runs.csv"]
        .into_iter()
        .chain(parquet)
        .map(|name| (name, fs::read(out.join(name)).unwrap()))
        .collect()
}

const SMALL: [&str; 6] = [
    "--vary",
    "shock.fuel-price.factor=1.2:2.0:0.4",
    "--replicates",
    "4",
    "--set",
    "ticks=48",
];

/// Enough runs that a kill finds it at work.
const LONG: [&str; 6] = [
    "--vary",
    "shock.fuel-price.factor=1..2.5",
    "--vary",
    "region.harrow.discipline=0..1",
    "--sample",
    "lhs:150",
];

#[test]
fn a_sweep_gives_one_table_of_runs_and_a_manifest_with_its_design() {
    let bench = Bench::new();
    let output = bench.qantar(&[&["sweep", TUTORIAL][..], &SMALL].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "results/tutorial-sweep-1/runs.csv\n"
    );
    assert!(
        stderr(&output).contains("grid of 3 points in 1 keys, 4 replicates"),
        "{}",
        stderr(&output)
    );
    let out = bench.path("results/tutorial-sweep-1");
    let text = fs::read_to_string(out.join("runs.csv")).unwrap();
    let header = text.lines().next().unwrap();
    assert!(
        header.starts_with("point,replicate,seed,status,shock.fuel-price.factor,participants_peak,"),
        "{header}"
    );
    assert_eq!(text.lines().count(), 13);
    let manifest: Value = serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["design"]["method"], "grid");
    assert_eq!(manifest["design"]["parameters"][0]["key"], "shock.fuel-price.factor");
    assert_eq!((&manifest["runs"], &manifest["failed"]), (&12.into(), &0.into()));
    let mut left: Vec<_> = fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(left.len(), manifest["files"].as_array().unwrap().len() + 1, "{left:?}");
    let again = bench.qantar(&[&["sweep", TUTORIAL][..], &SMALL].concat());
    assert_eq!(
        again.status.code(),
        Some(0),
        "what is whole is not run again: {}",
        stderr(&again)
    );
    assert!(stderr(&again).contains("whole already"));
    let other = bench.qantar(
        &[
            &["sweep", TUTORIAL, "--seed", "1", "--replicates", "3"][..],
            &SMALL[..2],
        ]
        .concat(),
    );
    assert_eq!(other.status.code(), Some(2), "{}", stderr(&other));
}

#[test]
fn a_dry_run_tells_runs_time_and_disk_and_writes_nothing() {
    let bench = Bench::new();
    let text = bench.succeed(&[&["sweep", TUTORIAL, "--dry-run"][..], &LONG].concat());
    assert!(
        text.contains("lhs of 150 points in 2 keys, 4 replicates with the same dice at every point: 600 runs"),
        "{text}"
    );
    assert!(text.contains("on one thread; 600 take about"), "{text}");
    assert!(text.contains("B on the disk"), "{text}");
    assert!(fs::read_dir(bench.temp.path()).unwrap().next().is_none());
}

#[test]
fn shards_anywhere_give_the_bytes_of_a_sweep_in_one() {
    let bench = Bench::new();
    assert!(bench.sweep("one", &SMALL).status.success());
    let one = files(&bench.path("one"));
    for of in [2, 3, 7] {
        let out = format!("of-{of}");
        let shard = |number: u32| {
            let shard = format!("{number}/{of}");
            let output = bench.sweep(&out, &[&SMALL[..], &["--shard", &shard]].concat());
            assert!(output.status.success(), "{}", stderr(&output));
        };
        shard(1);
        let early = bench.qantar(&["merge", &out]);
        assert_eq!(early.status.code(), Some(1));
        assert!(stderr(&early).contains("runs are missing"), "{}", stderr(&early));
        (2..=of).for_each(shard);
        let status = bench.succeed(&["status", &out]);
        assert!(status.starts_with("12 of 12 runs, 0 failed"), "{status}");
        bench.succeed(&["merge", &out]);
        assert!(files(&bench.path(&out)) == one, "{of} shards");
        bench.succeed(&["merge", &out]);
        assert_eq!(bench.succeed(&["status", &out]), "whole: 12 runs, 0 failed\n");
    }
}

/// Numbers that look random and are the same in each test run.
fn moments() -> impl Iterator<Item = u64> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % 400
    })
}

#[cfg(unix)]
#[test]
fn a_sweep_killed_at_any_moments_and_called_again_gives_the_same_bytes() {
    let bench = Bench::new();
    assert!(bench.sweep("once", &LONG).status.success());
    let once = files(&bench.path("once"));
    let args = [&["sweep", TUTORIAL, "--out", "killed", "--quiet"][..], &LONG].concat();
    let mut killed = 0;
    for moment in moments().take(12) {
        let mut child = bench.command(&args).stdout(Stdio::null()).spawn().unwrap();
        sleep(Duration::from_millis(moment));
        child.kill().unwrap();
        killed += usize::from(!child.wait().unwrap().success());
    }
    assert!(killed >= 3, "only {killed} were killed at work");
    bench.succeed(&args);
    assert!(files(&bench.path("killed")) == once);
    let left: Vec<_> = fs::read_dir(bench.temp.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[cfg(unix)]
#[test]
fn a_sweep_that_is_asked_to_stop_keeps_what_is_done_and_the_folder_alone_goes_on() {
    let bench = Bench::new();
    assert!(bench.sweep("once", &LONG).status.success());
    let args = [
        &["sweep", TUTORIAL, "--out", "out"][..],
        &LONG,
        &["--sample", "lhs:1500"][..0],
    ]
    .concat();
    let child = bench
        .command(&args)
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let journal = bench.path("out.partial/parts/1-of-1-0000.journal");
    while fs::metadata(&journal).map_or(0, |data| data.len()) < 500 {
        sleep(Duration::from_millis(2));
    }
    Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(143), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("of 600 runs are kept in out.partial"),
        "{}",
        stderr(&output)
    );
    let refused = bench.sweep("out", &[&LONG[..5], &["lhs:151"]].concat());
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        stderr(&refused).contains("size of the design 150 there, 151 here"),
        "{}",
        stderr(&refused)
    );
    bench.succeed(&["sweep", "out", "--quiet"]);
    assert!(files(&bench.path("out")) == files(&bench.path("once")));
}

#[test]
fn mistakes_are_told_at_once_with_their_places() {
    let bench = Bench::new();
    let output = bench.qantar(&[
        "sweep",
        TUTORIAL,
        "--vary",
        "shock.fuel-price.facto=1..2.4",
        "--vary",
        "region.harrow.urban=0:2:0.5",
        "--sample",
        "lhx:10",
        "--outcome",
        "x = last(deths_civilians)",
    ]);
    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    for part in [
        "did you mean `factor`?",
        "0 to 1 (share)",
        "did you mean `lhs`?",
        "did you mean `deaths_civilians`?",
        "--> --vary",
        "--> --outcome",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[test]
fn a_study_file_is_a_sweep() {
    let bench = Bench::new();
    fs::copy(TUTORIAL, bench.path("small.toml")).unwrap();
    let study = "scenario = \"small.toml\"\nset = [\"ticks=24\"]\nsample = \"morris:3\"\n\
                 vary.shock.fuel-price.factor = \"1.1..2.5\"\nvary.region.harrow.discipline = \"0..1\"\n\
                 [outcome]\npeak = \"peak(participants)\"\n";
    fs::write(bench.path("first.study.toml"), study).unwrap();
    bench.succeed(&["sweep", "first.study.toml"]);
    let text = fs::read_to_string(bench.path("results/first-1/runs.csv")).unwrap();
    let header = "point,replicate,seed,status,shock.fuel-price.factor,region.harrow.discipline,peak,reason";
    assert_eq!(text.lines().next(), Some(header));
    assert_eq!(text.lines().count(), 1 + 9 * 4, "{text}");
}

#[test]
fn what_the_scenario_names_is_kept_beside_the_totals_and_can_be_asked_for_by_its_name() {
    let bench = Bench::new();
    let named = ["--set", "outcome.crowd=\"peak(participants)\""];
    let column = |out: &str, more: &[&str], name: &str| -> Vec<String> {
        let output = bench.sweep(out, &[&SMALL, &named[..], more].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        let text = fs::read_to_string(bench.path(out).join("runs.csv")).unwrap();
        let mut lines = text
            .lines()
            .map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
        let at = lines.next().unwrap().iter().position(|column| column == name).unwrap();
        lines.map(|line| line[at].clone()).collect()
    };
    let all = column("all", &[], "crowd");
    assert_eq!(all, column("all-too", &[], "participants_peak"));
    assert_eq!(all, column("named", &["--outcome", "crowd"], "crowd"));
    assert_eq!(all, column("renamed", &["--outcome", "people = crowd"], "people"));
    let refused = bench.sweep("none", &[&SMALL, &named[..], &["--outcome", "crwd"]].concat());
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        stderr(&refused).contains("did you mean `crowd`"),
        "{}",
        stderr(&refused)
    );
}

#[test]
fn a_sweep_reproduces_bit_for_bit_whole_or_in_a_sample_and_an_edited_run_is_named() {
    let bench = Bench::new();
    assert!(
        bench
            .sweep("out", &[&SMALL[..], &["--series"]].concat())
            .status
            .success()
    );
    let reproduce = |more: &[&str]| {
        let output = bench.qantar(&[&["reproduce", "out", "--quiet"], more].concat());
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(reproduce(&[]), (Some(0), "bit-identical\n".to_owned()));
    let some = (Some(0), "5 of 12 runs were run again: bit-identical\n".to_owned());
    assert_eq!(reproduce(&["--sample", "5"]), some);
    assert_eq!(reproduce(&["--sample", "500"]), (Some(0), "bit-identical\n".to_owned()));

    let path = bench.path("out/runs.csv");
    let text = fs::read_to_string(&path).unwrap();
    // Replicate 0 of every point is in any sample of three or more.
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut fields: Vec<&str> = lines[5].split(',').collect();
    assert_eq!(fields[..2], ["1", "0"], "the first run of the second point");
    let was = fields[5].to_owned();
    fields[5] = "123456";
    lines[5] = fields.join(",");
    fs::write(&path, lines.join("\n") + "\n").unwrap();
    let expected = format!(
        "runs.csv is not as it was written: its digest is not that of the manifest\n\
         runs.csv differs: point 1, replicate 0: participants_peak is 123456 there, {was} here\n"
    );
    assert_eq!(reproduce(&[]), (Some(3), expected.clone()));
    assert_eq!(reproduce(&["--sample", "3"]), (Some(3), expected));

    let scenario = bench.path("out/scenario.toml");
    fs::write(&scenario, fs::read_to_string(&scenario).unwrap() + "\n").unwrap();
    let (code, told) = reproduce(&[]);
    assert!(code == Some(3) && told.contains("cannot be run again"), "{told}");
}

#[test]
fn a_failed_run_is_a_row_and_exit_code_3() {
    let bench = Bench::new();
    let dist = "region.harrow.hardship={ distribution = \"uniform\", low = 0.1, high = 0.9 }";
    let output = bench.sweep(
        "out",
        &[
            "--set",
            dist,
            "--set",
            "ticks=24",
            "--vary",
            "region.harrow.hardship.low=0.2,0.6",
            "--vary",
            "region.harrow.hardship.high=0.4,0.8",
            "--replicates",
            "1",
        ],
    );
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("1 of 4 runs failed"), "{}", stderr(&output));
    let text = fs::read_to_string(bench.path("out/runs.csv")).unwrap();
    assert!(
        text.lines().nth(3).unwrap().starts_with("2,0,1,failed,0.6,0.4,NaN"),
        "{text}"
    );
}

#[test]
fn the_scripts_for_slurm_are_written_without_slurm() {
    let bench = Bench::new();
    let args = [
        "submit",
        TUTORIAL,
        "--out",
        "out",
        "--tasks",
        "3",
        "--cpus",
        "2",
        "--time",
        "00:10:00",
        "--dry-run",
    ];
    let text = bench.succeed(&[&args[..], &SMALL].concat());
    assert!(text.contains("--dependency=afterok:"), "{text}");
    let script = fs::read_to_string(bench.path("out.slurm/array.sh")).unwrap();
    for part in [
        "#SBATCH --array=0-2",
        "#SBATCH --requeue",
        "#SBATCH --signal=B:TERM@60",
        "#SBATCH --time=00:10:00",
        "--shard \"$((SLURM_ARRAY_TASK_ID + 1))/3\" --threads 2",
    ] {
        assert!(script.contains(part), "{part} is missing in\n{script}");
    }
    let checked = Command::new("bash")
        .args(["-n", "out.slurm/array.sh"])
        .current_dir(bench.temp.path())
        .status();
    assert!(checked.is_ok_and(|status| status.success()), "the script is not bash");
    assert_eq!(
        bench.succeed(&["status", "out"]).lines().next(),
        Some("0 of 12 runs, 0 failed; nobody is working on it")
    );
}

/// Whether a program is there; tells when it is not, so that a skipped test does not look like a passed one.
fn there(program: &str, args: &[&str]) -> bool {
    let run = Command::new(program).args(args).output();
    let there = run.is_ok_and(|output| output.status.success());
    if !there {
        eprintln!("SKIPPED: `{program} {}` does not work here", args.join(" "));
    }
    there
}

#[test]
fn pandas_and_polars_read_the_table_of_runs() {
    let bench = Bench::new();
    assert!(bench.sweep("out", &SMALL).status.success());
    let parquet = if cfg!(feature = "parquet") { "parquet" } else { "csv" };
    for (package, extra) in [("pandas", "import pandas, pyarrow"), ("polars", "import polars")] {
        if !there("python3", &["-c", extra]) {
            continue;
        }
        let script = format!(
            "import {package} as p\n\
             for runs in [p.read_csv('out/runs.csv'), p.read_{parquet}('out/runs.{parquet}')]:\n\
             \x20   assert len(runs) == 12, runs\n\
             \x20   assert list(runs.columns)[:5] == ['point', 'replicate', 'seed', 'status', 'shock.fuel-price.factor']\n\
             \x20   assert abs(runs['shock.fuel-price.factor'].mean() - 1.6) < 1e-12\n\
             \x20   assert set(runs['status']) == {{'ok'}}\n"
        );
        let output = Command::new("python3")
            .args(["-c", &script])
            .current_dir(bench.temp.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{package}: {}", stderr(&output));
    }
}

/// The scripts of the page on sweeps, as they are printed there.
#[test]
#[cfg(feature = "parquet")]
fn other_programs_read_the_runs_as_the_page_shows() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/docs/sweep.md")).unwrap();
    let bench = Bench::new();
    bench.succeed(&[
        "sweep",
        TUTORIAL,
        "--vary",
        "shock.fuel-price.factor=1.2:2.4:0.2",
        "--quiet",
    ]);
    let duckdb = "import duckdb, sys; print(duckdb.sql(sys.argv[1]))";
    let programs = [
        (
            "python\nimport pandas",
            "python3",
            "import pandas, pyarrow",
            &["-c"][..],
        ),
        ("python\nimport polars", "python3", "import polars", &["-c"]),
        ("r\n", "Rscript", "1", &["-e"]),
        ("sql\n", "python3", "import duckdb", &["-c", duckdb]),
    ];
    for (begins, program, needs, args) in programs {
        let fence = format!("```{begins}");
        let at = page.find(&fence).unwrap_or_else(|| panic!("the page has no {begins}"));
        let script = page[at..].split("```").nth(1).unwrap().split_once('\n').unwrap().1;
        if !there(program, &[args[0], needs]) {
            continue;
        }
        let output = Command::new(program)
            .args(args)
            .arg(script)
            .current_dir(bench.temp.path())
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{begins}: {}", stderr(&output));
        assert!(
            told.contains("1.2") && told.contains("2.4"),
            "{begins} tells of no points: {told}"
        );
    }
}

#[test]
fn designs_are_those_of_salib_and_scipy() {
    let package = "import SALib, scipy.stats.qmc, pandas";
    if !there("python3", &["-c", package]) {
        return;
    }
    let bench = Bench::new();
    let sample = |out: &str, kind: &str| {
        let output = bench.sweep(
            out,
            &[
                "--vary",
                "region.harrow.urban=0..1",
                "--vary",
                "region.harrow.discipline=0..1",
                "--sample",
                kind,
                "--set",
                "ticks=1",
            ],
        );
        assert!(output.status.success(), "{}", stderr(&output));
    };
    sample("saltelli", "saltelli:64");
    sample("morris", "morris:10");
    sample("sobol", "sobol:64");
    sample("lhs", "lhs:64");
    let script = r#"
import json, numpy, pandas
from scipy.stats import qmc
from SALib.analyze import sobol, morris
keys = ['region.harrow.urban', 'region.harrow.discipline']
problem = {'num_vars': 2, 'names': keys, 'bounds': [[0, 1], [0, 1]]}
x = {name: pandas.read_csv(f'{name}/runs.csv').sort_values('point')[keys].to_numpy() for name in ['saltelli', 'morris', 'sobol', 'lhs']}
f = lambda x: 4 * x[:, 0] + x[:, 1]
first = sobol.analyze(problem, f(x['saltelli']), calc_second_order=False, seed=1)
assert abs(first['S1'][0] - 16 / 17) < 0.05 and abs(first['ST'][1] - 1 / 17) < 0.05, first
effects = morris.analyze(problem, x['morris'], f(x['morris']), num_levels=4, seed=1)
assert numpy.allclose(effects['mu'], [4, 1]) and numpy.allclose(effects['sigma'], 0), effects
random = numpy.random.default_rng(1).random((64, 2))
for name in ['sobol', 'lhs']:
    assert qmc.discrepancy(x[name]) < 0.5 * qmc.discrepancy(random), name
    assert sorted((x[name][:, 0] * 64).astype(int)) == list(range(64)), name
"#;
    let output = Command::new("python3")
        .args(["-c", script])
        .current_dir(bench.temp.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

/// The scripts of the page on sweeps in which another program decides what is tried next.
#[test]
fn other_programs_drive_sweeps_as_the_page_shows() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/docs/sweep.md")).unwrap();
    let scripts = page
        .split("```python\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap());
    let driving: Vec<&str> = scripts
        .filter(|script| script.contains("\"--design\", \"-\""))
        .collect();
    assert_eq!(driving.len(), 3);
    let program = assert_cmd::cargo::cargo_bin!("qantar");
    let path = format!(
        "{}:{}",
        program.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    for script in driving {
        let package = ["optuna", "ema_workbench", "pyabc"]
            .into_iter()
            .find(|package| script.contains(package));
        if !there("python3", &["-c", &format!("import {}", package.unwrap())]) {
            continue;
        }
        let mut command = Command::new("python3");
        command.args(["-c", script]).env("PATH", &path);
        let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
        assert!(output.status.success(), "{package:?}: {}", stderr(&output));
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let factor: f64 = told.split_whitespace().next().unwrap().parse().unwrap();
        assert!((1.2..=2.4).contains(&factor), "{package:?}: {told}");
    }
}

#[test]
fn points_come_in_as_lines_and_runs_go_out_as_they_finish() {
    use std::io::Write as _;
    let bench = Bench::new();
    let args = [
        "sweep",
        TUTORIAL,
        "--design",
        "-",
        "--carry",
        "trial",
        "--replicates",
        "2",
        "--set",
        "ticks=24",
        "--outcome",
        "peak = peak(participants)",
        "--outcome",
        "never = first(participants > 1e9)",
    ];
    let mut command = bench.command(&args);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let points =
        "{\"trial\": \"a\", \"shock.fuel-price.factor\": 2.0}\n\n{\"trial\": \"b\", \"region.harrow.urban\": 7}\n";
    child.stdin.take().unwrap().write_all(points.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut runs: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    runs.sort_by_key(|run| (run["row"].as_u64(), run["replicate"].as_u64()));
    assert_eq!(runs.len(), 4);
    let keys: Vec<&String> = runs[0].as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "row",
            "replicate",
            "trial",
            "shock.fuel-price.factor",
            "status",
            "peak",
            "never"
        ]
    );
    assert!(runs[0]["peak"].is_f64() && runs[0]["never"].is_null() && runs[0]["trial"] == "a");
    assert_eq!((&runs[2]["row"], &runs[2]["status"]), (&2.into(), &"failed".into()));
    assert!(runs[2]["reason"].as_str().unwrap().contains("0 to 1"), "{}", runs[2]);
    assert!(
        fs::read_dir(bench.temp.path()).unwrap().next().is_none(),
        "nothing is kept"
    );
}

#[test]
fn points_from_elsewhere_carry_columns_and_can_be_laid_out_for_sensitivity() {
    let bench = Bench::new();
    // A, A with each column of B, B.
    let mut points = "trial,region.harrow.urban,region.harrow.discipline\nx,0.1,0.2\nx,0.6,0.2\nx,0.1,0.9\nx,0.6,0.9\n\
                      y,0.3,0.4\ny,0.8,0.4\ny,0.3,0.5\ny,0.8,0.5\n"
        .to_owned();
    for i in 1..31 {
        let [a, b, c, d] = [7, 11, 17, 23].map(|step| f64::from(i * step % 31) / 31.0);
        points += &format!("z,{a},{b}\nz,{c},{b}\nz,{a},{d}\nz,{c},{d}\n");
    }
    fs::write(bench.path("points.csv"), points).unwrap();
    let more = [
        "--design",
        "points.csv",
        "--carry",
        "trial",
        "--layout",
        "saltelli",
        "--replicates",
        "1",
        "--set",
        "ticks=24",
    ];
    let output = bench.sweep("out", &more);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = fs::read_to_string(bench.path("out/runs.csv")).unwrap();
    let header = "point,replicate,seed,status,region.harrow.urban,region.harrow.discipline,trial,participants_peak";
    assert!(text.starts_with(header), "{text}");
    assert!(
        text.lines().nth(5).unwrap().starts_with("4,0,1,ok,0.3,0.4,y,"),
        "{text}"
    );
    let indices = bench.succeed(&[
        "sensitivity",
        "out",
        "--outcome",
        "participants_peak",
        "--format",
        "json",
    ]);
    assert!(
        indices.contains("\"design\": \"saltelli\"") && indices.contains("\"points\": 128"),
        "{indices}"
    );
    let wrong = bench.sweep(
        "wrong",
        &["--design", "points.csv", "--carry", "trail", "--layout", "morris"],
    );
    assert_eq!(wrong.status.code(), Some(2));
    assert!(stderr(&wrong).contains("did you mean `trial`?"), "{}", stderr(&wrong));
    fs::write(
        bench.path("formula.csv"),
        "trial,region.harrow.urban\n-0.5,0.1\n=1+1,0.2\n",
    )
    .unwrap();
    let formula = bench.sweep("wrong", &["--design", "formula.csv", "--carry", "trial"]);
    let told = stderr(&formula);
    assert_eq!(formula.status.code(), Some(2));
    assert!(
        told.contains("the column `trial` has `=1+1`") && !told.contains("-0.5"),
        "{told}"
    );
    fs::write(bench.path("semicolons.csv"), "region.harrow.urban;ticks\n0.5;3\n").unwrap();
    let semicolons = bench.sweep("wrong", &["--design", "semicolons.csv"]);
    assert!(
        stderr(&semicolons).contains("these are semicolons"),
        "{}",
        stderr(&semicolons)
    );
    // Two actions of which each needs the other are fine together, and only together.
    fs::write(
        bench.path("both.csv"),
        "region.harrow.hardship.low,region.harrow.hardship.high\n0.6,0.8\n",
    )
    .unwrap();
    let dist = "region.harrow.hardship={ distribution = \"uniform\", low = 0.1, high = 0.5 }";
    let both = bench.sweep(
        "both",
        &[
            "--design",
            "both.csv",
            "--set",
            dist,
            "--replicates",
            "1",
            "--set",
            "ticks=2",
        ],
    );
    assert!(both.status.success(), "{}", stderr(&both));
}

#[test]
fn samples_draw_from_distributions_dates_and_keys_that_move_together() {
    let bench = Bench::new();
    let more = [
        "--vary",
        "region.harrow.discipline+region.vellmar.discipline=triangular(0.2, 0.5, 0.8)",
        "--vary",
        "action.rollback.when=2030-03-05T08:00:00..2030-03-07T08:00:00",
        "--vary",
        "action.rollback.lag=0h..1d",
        "--vary",
        "shock.fuel-price.factor=normal(1.8, 0.1)",
        "--vary",
        "region.harrow.urban=weighted(0.5 1, 0.6 3)",
        "--sample",
        "lhs:40",
        "--replicates",
        "1",
        "--set",
        "ticks=4",
        "--outcome",
        "peak(participants)",
    ];
    let output = bench.sweep("out", &more);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = fs::read_to_string(bench.path("out/runs.csv")).unwrap();
    assert!(text.starts_with(
        "point,replicate,seed,status,region.harrow.discipline+region.vellmar.discipline,action.rollback.when,"
    ));
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert!(rows.iter().all(|row| row[3] == "ok"), "{text}");
    let mean = |at: usize| rows.iter().map(|row| row[at].parse::<f64>().unwrap()).sum::<f64>() / 40.0;
    assert!((mean(4) - 0.5).abs() < 0.01 && (mean(7) - 1.8).abs() < 0.01, "{text}");
    assert_eq!(rows.iter().filter(|row| row[8] == "0.6").count(), 30);
    assert!(
        rows.iter()
            .all(|row| row[5].starts_with("2030-03-0") && row[6].ends_with('m')),
        "{text}"
    );
}

#[test]
fn words_are_varied_as_numbers_are_and_an_unknown_one_is_answered_with_the_one_meant() {
    let bench = Bench::new();
    let vary = |words: &str| ["--vary".to_owned(), format!("rules.forms.crowd={words}")];
    let sweep = |out: &str, words: &str| {
        let vary = vary(words);
        let more = [&vary[0], &vary[1], "--replicates", "2", "--set", "ticks=4"];
        bench.sweep(out, &more)
    };
    let output = sweep("out", "logarithm,share");
    assert!(output.status.success(), "{}", stderr(&output));
    let text = fs::read_to_string(bench.path("out/runs.csv")).unwrap();
    let rows: Vec<&str> = text.lines().map(|line| line.split(',').nth(4).unwrap()).collect();
    assert_eq!(rows, ["rules.forms.crowd", "logarithm", "logarithm", "share", "share"]);
    let told = bench.qantar(&["sensitivity", "out"]);
    assert!(
        String::from_utf8_lossy(&told.stdout).contains("\n  logarithm  "),
        "{told:?}"
    );
    let wrong = sweep("wrong", "logarithm,shar");
    assert_eq!(wrong.status.code(), Some(2));
    let told = stderr(&wrong);
    assert!(
        told.contains("`rules.forms.crowd` has no choice `shar`") && told.contains("did you mean `share`?"),
        "{told}"
    );
}

#[test]
fn an_unfinished_sweep_can_be_read() {
    let bench = Bench::new();
    assert!(
        bench
            .sweep("out", &[&SMALL[..], &["--shard", "1/2"]].concat())
            .status
            .success()
    );
    let refused = bench.qantar(&["sensitivity", "out.partial"]);
    assert!(
        stderr(&refused).contains("qantar merge --partly out.partial"),
        "{}",
        stderr(&refused)
    );
    let output = bench.qantar(&["merge", "out", "--partly"]);
    assert!(
        stderr(&output).contains("the tables of 6 of 12 runs are in out.partial"),
        "{}",
        stderr(&output)
    );
    let told = bench.succeed(&["sensitivity", "out.partial", "--outcome", "participants_peak"]);
    assert!(told.contains("unfinished"), "{told}");
    assert!(bench.sweep("out", &SMALL).status.success(), "it goes on");
}
