//! Whether matching keeps what it promises, on truths that are known: `qantar match --self-test` on the tutorial.
//!
//! ```text
//! SELF_TEST=50 cargo test --release --test suite self_test:: -- --ignored --nocapture
//! ```

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::tempdir;

/// What the program tells of so many truths of the tutorial, with these dice; waves and worlds as shipped, or small.
fn tested(truths: u32, seed: u32, small: bool, out: &Path) -> Value {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let text = fs::read_to_string(scenarios.join("tutorial.search.toml")).unwrap();
    let mut text = text.replace("schema_version = 1", &format!("schema_version = 1\nseed = {seed}"));
    if small {
        for (shipped, small) in [
            ("most = 4", "most = 1"),
            ("points = 60 ", "points = 24 "),
            ("worlds = 40 ", "worlds = 4 "),
            ("world_replicates = 8", "world_replicates = 2"),
            ("replicates = 4 ", "replicates = 2 "),
        ] {
            assert!(text.contains(shipped), "{shipped}");
            text = text.replace(shipped, small);
        }
    }
    let search = out.with_extension("search.toml");
    fs::write(&search, text).unwrap();
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("qantar"));
    command.arg("match").arg(scenarios.join("tutorial.toml"));
    command.arg("--parameters").arg(&search).arg("--out").arg(out);
    command.args(["--set", &format!("seed={seed}")]);
    command.args(["--self-test", &truths.to_string(), "--format", "json", "--quiet"]);
    let output = command.output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{message}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// How many of a list are true, and of how many.
fn share(list: &Value) -> (usize, usize) {
    let list = list.as_array().unwrap();
    (list.iter().filter(|of| **of == true).count(), list.len())
}

#[test]
fn a_self_test_tells_of_each_truth_whether_it_is_left_and_can_be_made_again() {
    let temp = tempdir().unwrap();
    let out = temp.path().join("tested");
    let told = tested(2, 1, true, &out);
    assert_eq!(share(&told["left"]).1, 2);
    assert_eq!(told["predicted"].as_array().unwrap().len(), 4);
    let table = fs::read_to_string(out.join("self-test.csv")).unwrap();
    assert!(table.contains("left,share,worlds,held.peak,"), "{table}");
    let mut again = Command::new(assert_cmd::cargo::cargo_bin!("qantar"));
    let output = again.arg("reproduce").arg(&out).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[ignore = "slow: minutes for fifty truths"]
fn the_truth_stays_in_and_predictions_cover_it() {
    let truths = std::env::var("SELF_TEST").ok().and_then(|text| text.parse().ok());
    let temp = tempdir().unwrap();
    for seed in [1, 2] {
        let told = tested(truths.unwrap_or(50), seed, false, &temp.path().join(seed.to_string()));
        let (left, all) = share(&told["left"]);
        let predicted = told["predicted"].as_array().unwrap();
        let (held, of) = predicted
            .iter()
            .map(|of| share(&of["held"]))
            .fold((0, 0), |sum, of| (sum.0 + of.0, sum.1 + of.1));
        println!("seed {seed}: the truth is left in {left} of {all}; {held} of {of} predictions are held");
        for of in predicted {
            let (held, all) = share(&of["held"]);
            println!("  {} {held} of {all}", of["id"]);
        }
        assert!(left as f64 >= 0.95 * all as f64, "{left} of {all}");
        let share = held as f64 / of as f64;
        assert!((0.85..=0.95).contains(&share), "{held} of {of}");
    }
}
