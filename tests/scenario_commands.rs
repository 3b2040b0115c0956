//! The commands for scenarios, as they are typed: what they print where, and with which exit code they end.

use assert_cmd::Command;
use tempfile::TempDir;

struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

fn qantar(folder: &TempDir, args: &[&str]) -> Ran {
    let output = Command::cargo_bin("qantar")
        .unwrap()
        .current_dir(folder.path())
        .args(args)
        .output()
        .unwrap();
    Ran {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_new_scenario_is_whole_and_is_never_overwritten_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let ran = qantar(&folder, &["new", "town"]);
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (Some(0), "wrote town.toml; next: qantar check town.toml\n")
    );
    let checked = qantar(&folder, &["check", "town.toml"]);
    let summary = "town.toml: 2 regions, 260000 people as 260000 agents, 1 site, 2 forces, 3 actions, \
        168 ticks of 60 minutes from 1 Jan 00:00 to 8 Jan 00:00\n";
    assert_eq!(
        (checked.code, checked.out.as_str(), checked.err.as_str()),
        (Some(0), summary, "")
    );

    std::fs::write(folder.path().join("town.toml"), "mine").unwrap();
    let again = qantar(&folder, &["new", "town"]);
    assert_eq!(again.code, Some(2));
    assert!(again.err.contains("--force"), "{}", again.err);
    assert_eq!(
        std::fs::read_to_string(folder.path().join("town.toml")).unwrap(),
        "mine"
    );
    assert_eq!(qantar(&folder, &["new", "town", "--force"]).code, Some(0));
    assert_eq!(qantar(&folder, &["check", "town.toml"]).code, Some(0));
}

#[test]
fn all_problems_of_all_scenarios_go_to_stderr_and_the_code_is_2() {
    let folder = tempfile::tempdir().unwrap();
    qantar(&folder, &["new", "good"]);
    std::fs::write(folder.path().join("bad.toml"), "schema_version = 1\nticks = 0\n").unwrap();
    let ran = qantar(&folder, &["check", "good.toml", "bad.toml", "absent.toml"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.out.starts_with("good.toml: 2 regions") && ran.out.lines().count() == 1,
        "{}",
        ran.out
    );
    for part in [
        "`ticks` is out of range",
        "`start` is missing",
        "cannot read absent.toml",
        "2 of 3 scenarios",
    ] {
        assert!(ran.err.contains(part), "{part}: {}", ran.err);
    }
    assert!(!ran.err.contains('\u{1b}'), "no colours where there is no terminal");
    let set = qantar(
        &folder,
        &[
            "check",
            "good.toml",
            "--set",
            "ticks=5",
            "--set",
            "region.capital.urban=3",
        ],
    );
    assert_eq!(set.code, Some(2));
    assert!(set.err.contains("--> --set:1:22"), "{}", set.err);
}

#[test]
fn explain_prints_what_is_known_and_asks_back_about_the_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let ran = qantar(&folder, &["explain", "kind.curfew"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.out.contains("hours        [23, 7]"), "{}", ran.out);
    let ran = qantar(&folder, &["explain", "region.exposre"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert!(ran.err.contains("did you mean `region.exposure`?"), "{}", ran.err);
    let all = qantar(&folder, &["explain"]).out;
    for key in [
        "schema_version ",
        "when.for_hours ",
        "lever.order ",
        "rules.harm.recovery_hours ",
        "kind.custom ",
    ] {
        assert!(all.contains(key), "{key}");
    }
}

#[test]
fn the_schema_is_json_of_draft_2020_12() {
    let ran = qantar(&tempfile::tempdir().unwrap(), &["schema"]);
    let schema: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["$defs"]["region"]["required"], serde_json::json!(["id"]));
}

#[test]
fn a_warning_is_told_unless_it_shall_be_quiet() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(qantar(&folder, &["new", "town"]).code, Some(0));
    // Coarse and short, so that it takes a moment.
    let late = [
        "--set",
        "persons_per_agent=1000",
        "--set",
        "ticks=1",
        "--set",
        "action.curfew.when=2099-01-01T00:00:00",
        "--no-out",
    ];
    let run = |more: &[&str]| qantar(&folder, &[&["run", "town.toml"][..], &late, more].concat());
    let (loud, quiet) = (run(&[]), run(&["--quiet"]));
    assert_eq!((loud.code, quiet.code), (Some(0), Some(0)), "{}{}", loud.err, quiet.err);
    assert!(loud.err.contains("after the end"), "{}", loud.err);
    assert_eq!(quiet.err, "");
    assert_eq!(loud.out, quiet.out);
}

#[test]
fn the_format_of_studies_is_explained_and_has_a_schema() {
    let folder = tempfile::tempdir().unwrap();
    let explained = qantar(&folder, &["explain", "study.replicates"]);
    assert!(
        explained.out.contains("1 to 1000000") && explained.out.contains("10 of a grid"),
        "{}",
        explained.out
    );
    let schema = qantar(&folder, &["schema", "study"]);
    let schema: serde_json::Value = serde_json::from_str(&schema.out).unwrap();
    assert_eq!(schema["required"], serde_json::json!(["scenario"]));
    assert_eq!(
        schema["properties"]["layout"]["enum"],
        serde_json::json!(["saltelli", "morris"])
    );
}
