//! Epstein's lattice through the program, as a user runs it.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use tempfile::tempdir;

fn qantar(args: &[&str]) -> Output {
    let mut command = assert_cmd::Command::cargo_bin("qantar").unwrap();
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(args)
        .output()
        .unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

const RUN_2: &str = "scenarios/epstein/run-2.toml";
const SHORT: [&str; 4] = ["--set", "ticks=60", "--set", "arrest_ratio=floor"];

#[test]
fn replicates_are_the_same_bytes_on_any_number_of_threads_and_again() {
    let temp = tempdir().unwrap();
    let folder = |name: &str| temp.path().join(name).display().to_string();
    for threads in ["1", "2"] {
        let run = [
            "run",
            RUN_2,
            "--replicates",
            "3",
            "--quiet",
            "--threads",
            threads,
            "--out",
            &folder(threads),
        ];
        let ran = qantar(&[&run[..], &SHORT].concat());
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    }
    for name in ["series.csv", "events.csv", "scenario.toml"] {
        let read = |threads: &str| fs::read(Path::new(&folder(threads)).join(name)).unwrap();
        assert_eq!(read("1"), read("2"), "{name}");
    }
    let series = fs::read_to_string(Path::new(&folder("1")).join("series.csv")).unwrap();
    let mut lines = series.lines();
    let header = "arm,point,replicate,seed,tick,time,region,active,quiet,jailed,cops,arrests,legitimacy,tension,blue,green,\
                  killed_blue,killed_green";
    assert_eq!(lines.next(), Some(header));
    assert!(lines.next().unwrap().starts_with("baseline,0,0,1,0,,all,"), "{series}");
    assert_eq!(series.lines().count(), 1 + 3 * 60);
    let again = qantar(&["reproduce", &folder("2"), "--quiet"]);
    assert_eq!(
        (again.status.code(), out(&again).as_str()),
        (Some(0), "bit-identical\n")
    );
}

#[test]
fn a_run_is_told_as_text_and_as_json() {
    let temp = tempdir().unwrap();
    let folder = temp.path().join("results").display().to_string();
    let text = out(&qantar(
        &[&["run", RUN_2, "--quiet", "--out", &folder][..], &SHORT].concat(),
    ));
    for part in [
        "active agents",
        "Totals",
        "most active in one tick",
        "One seed is not a finding",
    ] {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let run = ["run", RUN_2, "--quiet", "--format", "json", "--force", "--out", &folder];
    let document: Value = serde_json::from_str(&out(&qantar(&[&run[..], &SHORT].concat()))).unwrap();
    assert_eq!(document["totals"][0]["name"], "active_peak");
    assert!(document["peak"]["active"].as_f64().unwrap() > 0.0);
    let manifest: Value = serde_json::from_slice(&fs::read(Path::new(&folder).join("manifest.json")).unwrap()).unwrap();
    assert_eq!(
        (&manifest["model"], &manifest["size"]["people"]),
        (&"epstein".into(), &1120.into())
    );
}

#[test]
fn mistakes_are_told_together_with_what_was_probably_meant() {
    let set = [
        "--set",
        "legitimcy=0.5",
        "--set",
        "arrest_ratio=flor",
        "--set",
        "width=10",
        "--set",
        "change=[{ id = \"x\", at = 5000 }]",
    ];
    let checked = qantar(&[&["check", RUN_2][..], &set].concat());
    let told = String::from_utf8(checked.stderr).unwrap();
    assert_eq!(checked.status.code(), Some(2));
    let parts = [
        "did you mean `legitimacy`?",
        "did you mean `floor`?",
        "at least 15 sites",
        "after the end of the run",
        "this change changes nothing",
    ];
    for part in parts {
        assert!(told.contains(part), "{part} is missing:\n{told}");
    }
}

#[test]
fn every_preset_has_no_problem_and_its_keys_are_explained() {
    let presets = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/epstein")).unwrap();
    let presets: Vec<String> = presets
        .map(|entry| entry.unwrap().path().display().to_string())
        .collect();
    assert_eq!(presets.len(), 10);
    let mut args = vec!["check"];
    args.extend(presets.iter().map(String::as_str));
    assert!(qantar(&args).status.success());
    let explained = out(&qantar(&["explain", "epstein.arrest_constant"]));
    assert!(
        explained.contains("0 to 100 (1)") && explained.contains("default  2.3"),
        "{explained}"
    );
}

#[test]
fn a_comparison_runs_to_its_end_and_is_the_same_again() {
    let temp = tempdir().unwrap();
    let folder = temp.path().join("compared");
    let out_folder = folder.display().to_string();
    let compare = [
        "compare",
        RUN_2,
        "--arm",
        "trusted:legitimacy=0.95",
        "--replicates",
        "3",
        "--outcome",
        "peak(active)",
        "--outcome",
        "outbursts",
        "--quiet",
        "--out",
        &out_folder,
    ];
    let compared = qantar(&[&compare[..], &SHORT].concat());
    let told = out(&compared);
    assert!(
        compared.status.success(),
        "{}",
        String::from_utf8_lossy(&compared.stderr)
    );
    assert!(told.contains("trusted") && told.contains("outbursts"), "{told}");
    let contrasts = fs::read_to_string(folder.join("contrast.csv")).unwrap();
    assert!(contrasts.contains("trusted"), "{contrasts}");
    // The ticks of a lattice are no dates, and the arms differ from the start.
    let differs = fs::read_to_string(folder.join("differs.csv")).unwrap();
    assert!(
        differs
            .lines()
            .nth(1)
            .is_some_and(|line| line.starts_with("trusted,0,0,")),
        "{differs}"
    );
    let bands = fs::read_to_string(folder.join("bands.active.csv")).unwrap();
    assert_eq!(bands.lines().count(), 1 + 2 * 60, "{bands}");
    let again = qantar(&["reproduce", &out_folder, "--quiet"]);
    assert_eq!(
        (again.status.code(), out(&again).as_str()),
        (Some(0), "bit-identical\n")
    );
}
