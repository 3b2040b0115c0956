//! What comes in from others: from where, and under which licence. `deny.toml` says what may.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every package of the lock file, as cargo tells of it.
fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--all-features"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    document["packages"].as_array().expect("packages").clone()
}

/// Whether an expression of licences can be met: one of each `OR` will do, both sides of an `AND` are needed.
fn met(expression: &str, allowed: &[&str]) -> bool {
    let plain = expression
        .replace(['(', ')'], "")
        .replace('/', " OR ")
        .replace(" or ", " OR ");
    let one = |part: &str| part.split(" OR ").any(|licence| allowed.contains(&licence.trim()));
    plain.split(" AND ").all(one)
}

#[test]
fn every_dependency_has_a_licence_and_a_source_that_may_come_in() {
    let deny: toml::Table = std::fs::read_to_string(root().join("deny.toml"))
        .expect("readable")
        .parse()
        .expect("TOML");
    let allowed: Vec<&str> = deny["licenses"]["allow"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|l| l.as_str())
        .collect();
    let packages = packages();
    assert!(packages.len() > 100, "{} packages", packages.len());
    for package in packages {
        let (name, licence) = (&package["name"], package["license"].as_str().unwrap_or("none"));
        assert!(met(licence, &allowed), "{name} is under {licence}");
        let source = package["source"].as_str();
        let registry = |source: &str| source.starts_with("registry+") && source.contains("crates.io-index");
        assert!(source.is_none_or(registry), "{name} comes from {source:?}");
    }
}

#[test]
fn each_dependency_of_our_own_stands_in_the_page_that_says_what_it_is_for() {
    let manifest: toml::Table = std::fs::read_to_string(root().join("Cargo.toml"))
        .expect("readable")
        .parse()
        .expect("TOML");
    let page = std::fs::read_to_string(root().join("src/docs/dependencies.md")).expect("readable");
    for section in ["dependencies", "dev-dependencies"] {
        for name in manifest[section].as_table().expect("a table").keys() {
            assert!(
                page.contains(&format!("| `{name}` |")),
                "{name} is not in src/docs/dependencies.md"
            );
        }
    }
}

#[test]
fn expressions_of_licences_are_read() {
    assert!(met("MIT/Apache-2.0", &["MIT"]));
    assert!(met("(MIT OR GPL-3.0) AND Unicode-3.0", &["MIT", "Unicode-3.0"]));
    assert!(!met("(MIT OR GPL-3.0) AND Unicode-3.0", &["MIT"]));
    assert!(!met("none", &["MIT"]));
}
