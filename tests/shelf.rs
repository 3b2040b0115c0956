//! Every what-if and every rival explanation of January 2022, asked in all worlds that the record does not rule out.
//!
//! ```text
//! WORLDS=60 RENEW_DOCS=1 cargo test --release --test suite shelf:: -- --ignored --nocapture
//! ```
//!
//! writes `src/docs/shelf.md` anew, in twenty minutes or so; without `WORLDS` it asks in all, in an hour. It goes on where it was
//! stopped.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const BEGIN: &str = "<!-- asked of the worlds -->";

/// What is told of every arm, with the words of the page.
const OUTCOMES: [(&str, &str); 3] = [
    ("participants_day", "people out on the largest day"),
    ("deaths_civilians", "civilians killed"),
    ("seizures", "seizures of buildings"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The overlays of Kazakhstan: what-ifs first, then rival explanations. By town it is another country, with a record of its own.
fn shelf() -> Vec<PathBuf> {
    let overlays = |folder: &str| {
        let folder = root().join("scenarios/kazakhstan-2022").join(folder);
        let entries = fs::read_dir(folder).expect("the folder of overlays");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let mut paths: Vec<PathBuf> = paths
            .filter(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                name.ends_with(".toml") && !name.starts_with("by-town")
            })
            .collect();
        paths.sort();
        paths
    };
    [overlays("what-if"), overlays("")].concat()
}

fn name(path: &Path) -> String {
    path.file_stem().expect("a name").to_string_lossy().into_owned()
}

#[test]
fn every_overlay_of_the_shelf_has_its_row_in_each_table() {
    let page = fs::read_to_string(root().join("src/docs/shelf.md")).unwrap();
    for path in shelf() {
        let row = format!("| {} |", name(&path));
        assert_eq!(page.matches(&row).count(), OUTCOMES.len(), "{row}");
    }
}

fn number(value: f64) -> String {
    let whole = format!("{:.0}", value.abs());
    let groups: Vec<&str> = (0..whole.len())
        .rev()
        .step_by(3)
        .map(|end| &whole[end.saturating_sub(2)..=end])
        .collect();
    let text = groups.into_iter().rev().collect::<Vec<_>>().join(",");
    match (value < 0.0, text == "0") {
        (_, true) => text,
        (true, _) => format!("-{text}"),
        (false, _) => format!("+{text}"),
    }
}

fn row(arm: &str, contrast: &Value) -> String {
    let answer = &contrast["worlds"];
    let effect = |part: &str| number(answer["effect"][part].as_f64().unwrap_or(f64::NAN));
    let decides: Vec<String> = answer["decides"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|of| {
            let rank = of["rank"].as_f64().unwrap_or(f64::NAN);
            format!("`{}` ({rank:+.2})", of["key"].as_str().unwrap_or_default())
        })
        .collect();
    let dice = match answer["dice"].as_f64() {
        Some(share) => format!("{:.0} %", 100.0 * share),
        None => "-".to_owned(),
    };
    format!(
        "| {arm} | {} | {} to {} | {} | {} | {} | {dice} | {} |\n",
        effect("median"),
        effect("low"),
        effect("high"),
        answer["lower"],
        answer["higher"],
        answer["verdict"].as_str().unwrap_or("-"),
        decides.join(", "),
    )
}

/// The tables, from the document of a comparison.
fn tables(document: &Value) -> String {
    let mut text = String::new();
    for (outcome, words) in OUTCOMES {
        let worlds = &document["worlds"];
        writeln!(text, "\n# {words}, against the baseline, in {worlds} worlds\n").unwrap();
        text += "| arm | effect, median | 5 to 95 % of worlds | worlds below | above | answer | dice | goes with most (rank correlation) |\n";
        text += "|---|---|---|---|---|---|---|---|\n";
        for path in shelf() {
            let arm = name(&path);
            let contrasts = document["contrasts"].as_array().expect("a list");
            let of = contrasts
                .iter()
                .find(|of| of["arm"] == *arm && of["outcome"] == outcome);
            text += &row(&arm, of.expect("every arm has every outcome"));
        }
    }
    text
}

#[test]
#[ignore = "slow: an hour"]
fn the_shelf_says_what_the_worlds_say() {
    let out = root().join("target/shelf");
    let worlds: u32 = std::env::var("WORLDS").map_or(191, |text| text.parse().expect("WORLDS is a number"));
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("qantar"));
    command.current_dir(root());
    command.args(["compare", "scenarios/kazakhstan-2022.toml"]);
    command.args(["--worlds", "scenarios/kazakhstan-2022.worlds.csv"]);
    command.args([
        "--replicates",
        &worlds.to_string(),
        "--outcome",
        "participants_day",
        "--outcome",
        "seizures",
        "--outcome",
        "deaths_civilians",
    ]);
    command.arg("--out").arg(&out);
    command.args(["--format", "json"]);
    for path in shelf() {
        command.arg("--against").arg(path.strip_prefix(root()).unwrap());
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let page = root().join("src/docs/shelf.md");
    let text = fs::read_to_string(&page).unwrap();
    let (before, after) = text.split_once(BEGIN).expect("where the tables begin");
    let made = tables(&document);
    if std::env::var_os("RENEW_DOCS").is_some() {
        fs::write(page, format!("{before}{BEGIN}\n{made}")).unwrap();
    } else {
        assert_eq!(after.trim_start_matches('\n'), made.trim_start_matches('\n'));
    }
}
