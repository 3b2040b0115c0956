//! The house: which room may know which. The code map of `src/lib.rs`, held against the `use` lines of the code.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// For each room, the rooms it may know. `sim/recorder.rs` alone in `sim` may know tables.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("dice", &[]),
    ("metric", &[]),
    ("outline", &[]),
    ("suggest", &[]),
    ("docs", &[]),
    ("table", &[]),
    ("fit", &[]),
    ("design", &["fit"]),
    ("sim", &["dice", "metric", "table"]),
    ("analysis", &["metric", "suggest", "table"]),
    ("report", &["analysis", "metric", "outline", "table"]),
    ("document", &["suggest"]),
    (
        "models",
        &[
            "dice", "metric", "outline", "suggest", "table", "sim", "analysis", "report", "document",
        ],
    ),
    (
        "scenario",
        &["metric", "outline", "suggest", "sim", "analysis", "document", "models"],
    ),
    (
        "study",
        &[
            "design", "dice", "metric", "suggest", "table", "sim", "document", "models", "scenario", "analysis", "fit",
        ],
    ),
    (
        "serve",
        &[
            "metric", "suggest", "table", "sim", "document", "models", "scenario", "study", "analysis", "report",
        ],
    ),
];

/// Parts of `sim` that a scenario may know: what is run and the names of what can happen, never how.
const SCENARIO_MAY_KNOW_OF_SIM: &[&str] = &["Simulation", "event::What", "model", "parameters", "policy"];

fn sources(under: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(under).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The modules that a file names by `crate::`, such as `sim::model`.
fn known(text: &str) -> Vec<String> {
    // Tests may come from anywhere.
    let code = text.split("#[cfg(test)]\nmod tests").next().expect("a first part");
    let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut known = Vec::new();
    for line in code {
        for (at, _) in line.match_indices("crate::") {
            let path: String = line[at + 7..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':'))
                .collect();
            known.push(path.trim_end_matches(':').to_owned());
        }
    }
    known
}

/// The library's files, as paths below `src`, with what each knows.
fn library() -> BTreeMap<String, Vec<String>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = BTreeMap::new();
    for path in sources(&src) {
        let name = path
            .strip_prefix(&src)
            .expect("below src")
            .to_string_lossy()
            .replace('\\', "/");
        if name != "main.rs" && name != "lib.rs" && !name.starts_with("cli/") {
            files.insert(name, known(&fs::read_to_string(&path).expect("readable")));
        }
    }
    files
}

fn room(path: &str) -> &str {
    path.split(['/', '.', ':']).next().expect("a first part")
}

/// The paths of a `use`, one for each name in its braces.
fn spread(path: &str) -> Vec<String> {
    let Some((head, rest)) = path.split_once('{') else {
        return vec![path.split(" as ").next().expect("a first part").trim().to_owned()];
    };
    let body = rest.rsplit_once('}').map_or(rest, |(body, _)| body);
    let (mut depth, mut pieces) = (0, vec![String::new()]);
    for c in body.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        match c {
            ',' if depth == 0 => pieces.push(String::new()),
            c => pieces.last_mut().expect("there is one").push(c),
        }
    }
    let named = pieces
        .iter()
        .map(|piece| piece.trim())
        .filter(|piece| !piece.is_empty());
    named.flat_map(|piece| spread(&format!("{head}{piece}"))).collect()
}

/// The module that a file is: `sim::tick` for `sim/tick/mod.rs`.
fn module(file: &str) -> Vec<String> {
    let path = file.trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').map(str::to_owned).collect()
}

/// For each file of the library, the files that it names by `crate::` and `super::`. What a `mod.rs` says of the parts
/// that it declares is the inside of one module.
fn imports() -> BTreeMap<String, Vec<String>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files: BTreeMap<Vec<String>, String> = library().into_keys().map(|file| (module(&file), file)).collect();
    let mut all = BTreeMap::new();
    for (own, file) in &files {
        let text = fs::read_to_string(src.join(file)).expect("readable");
        let code = text.split("#[cfg(test)]\nmod tests").next().expect("a first part");
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code = lines.collect::<Vec<_>>().join(" ");
        let mut paths: Vec<String> = Vec::new();
        for start in ["use crate::", "use super::"] {
            let uses = code.match_indices(start).map(|(at, _)| &code[at + 4..]);
            paths.extend(uses.flat_map(|text| spread(text.split(';').next().expect("a first part"))));
        }
        for start in ["crate::", "super::"] {
            for (at, _) in code.match_indices(start) {
                let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':');
                // The second of `super::super` is no beginning.
                if code[..at].ends_with(':') {
                    continue;
                }
                paths.push(code[at..].chars().take_while(|&c| plain(c)).collect());
            }
        }
        let mut named = Vec::new();
        for path in paths {
            let mut at = own.clone();
            for part in path.split("::") {
                match part {
                    "crate" => at.clear(),
                    "super" => drop(at.pop()),
                    "self" | "" => {}
                    part => at.push(part.to_owned()),
                }
            }
            while !at.is_empty() && !files.contains_key(&at) {
                at.pop();
            }
            named.extend(files.get(&at).filter(|other| *other != file).cloned());
        }
        all.insert(file.clone(), named);
    }
    all
}

#[test]
fn no_two_files_import_each_other_by_whatever_way() {
    let imports = imports();
    assert!(imports.values().flatten().count() > 200, "the imports are found");
    // What imports nothing that is left cannot be in a circle; so it is left out, until no more can be.
    let mut left: Vec<&String> = imports.keys().collect();
    loop {
        let before = left.len();
        let within = |file: &&String| imports[*file].iter().any(|other| left.contains(&other));
        left = left.iter().copied().filter(within).collect();
        if left.len() == before {
            break;
        }
    }
    // And what nobody that is left imports leads to one only.
    loop {
        let before = left.len();
        let named = |file: &&String| left.iter().any(|other| imports[*other].contains(file));
        left = left.iter().copied().filter(named).collect();
        if left.len() == before {
            break;
        }
    }
    let circle: Vec<String> = left
        .iter()
        .map(|file| {
            format!(
                "{file} -> {:?}",
                imports[*file]
                    .iter()
                    .filter(|other| left.contains(other))
                    .collect::<Vec<_>>()
            )
        })
        .collect();
    assert!(circle.is_empty(), "{circle:#?}");
}

#[test]
fn no_import_runs_back_up() {
    let mut wrong = Vec::new();
    for (file, knows) in library() {
        let allowed = MAY_KNOW.iter().find(|(name, _)| *name == room(&file));
        let (_, allowed) = allowed.unwrap_or_else(|| panic!("{file} is in no room of the house"));
        for other in &knows {
            let there = room(other);
            let own = there == room(&file);
            let recorder = there == "table" && room(&file) == "sim" && file != "sim/recorder.rs";
            let inside = room(&file) == "scenario"
                && there == "sim"
                && !SCENARIO_MAY_KNOW_OF_SIM
                    .iter()
                    .any(|part| other.starts_with(&format!("sim::{part}")));
            if !own && !allowed.contains(&there) || recorder || inside {
                wrong.push(format!("{file} knows {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_phase_knows_another_phase() {
    let phases = ["government", "perceive", "decide", "police", "sites", "record"];
    for (file, text) in library() {
        let Some(rest) = file.strip_prefix("sim/tick/") else {
            continue;
        };
        let own = room(rest);
        for other in text {
            let Some(named) = other.strip_prefix("sim::tick::") else {
                continue;
            };
            assert!(
                !phases.contains(&room(named)) || room(named) == own,
                "{file} knows {other}"
            );
        }
    }
}

#[test]
fn the_engine_reads_no_clock_no_file_no_environment_and_returns_no_result() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let engines = ["sim", "models/epstein/engine"];
    for path in engines.iter().flat_map(|engine| sources(&src.join(engine))) {
        let text = fs::read_to_string(&path).expect("readable");
        let code = text.split("#[cfg(test)]").next().expect("a first part");
        for forbidden in [
            "std::time",
            "std::fs",
            "std::env",
            "std::io",
            "Result<",
            "HashMap",
            ".exp()",
            ".ln()",
            ".powf(",
        ] {
            assert!(!code.contains(forbidden), "{} uses {forbidden}", path.display());
        }
    }
}

#[test]
fn every_file_of_tests_is_in_the_suite_or_a_program_of_its_own() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let suite = fs::read_to_string(tests.join("suite.rs")).expect("readable");
    let manifest = fs::read_to_string(tests.join("../Cargo.toml")).expect("readable");
    for entry in fs::read_dir(&tests).expect("the folder of tests") {
        let name = entry.expect("an entry").file_name().into_string().expect("plain");
        let Some(module) = name.strip_suffix(".rs") else {
            continue;
        };
        let in_suite = suite.contains(&format!("\nmod {module};\n"));
        let alone = manifest.contains(&format!("path = \"tests/{name}\"\n"));
        assert!(
            in_suite != alone,
            "tests/{name} is run {}: write `mod {module};` into tests/suite.rs",
            if alone { "twice" } else { "by nothing" }
        );
    }
}
