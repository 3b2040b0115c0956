//! What a page wrote, judged by the checker of scenarios: an overlay over the scenario that is served, or a whole one.
//!
//! A scenario may name other files. What comes from a page may name only those that are served: the scenario itself,
//! what comes with it, and the files that these name; nothing else on the disk is ever opened for it.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::document::problem::{Problem, Problems, Source};
use crate::document::tree::{self, Node, Table, Value};
use crate::scenario::Scenario;
use crate::suggest::suggest;

/// The scenario that is served.
#[derive(Debug)]
pub struct Base {
    /// Its path, as it was given.
    pub path: PathBuf,
    /// The name of its file.
    pub file: String,
    /// It.
    pub scenario: Scenario,
    /// The text of its file.
    pub text: String,
    /// Overlays that come with it.
    pub presets: Vec<Preset>,
    folder: PathBuf,
    /// Paths that a page may name.
    known: Vec<String>,
}

/// An overlay that comes with a scenario: a question of the kind *what if*, or a rival explanation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Preset {
    /// Its path, as seen from the scenario.
    pub file: String,
    /// What it is called.
    pub title: String,
    /// Whether it is a question, and not an explanation of its own.
    pub what_if: bool,
}

/// The keys of a document that name files.
const FILES: [&str; 5] = ["extends", "region_table", "map", "record", "worlds"];

impl Base {
    /// Read a scenario with what lies beside it in the folder of its name.
    ///
    /// # Errors
    /// The problems of the scenario.
    pub fn read(path: &Path) -> Result<Base, Problems> {
        let scenario = Scenario::read(path)?;
        scenario.simulation()?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(path).unwrap_or_default();
        let beside = folder.join(scenario.name());
        let presets: Vec<Preset> = [("", false), ("what-if", true)]
            .into_iter()
            .flat_map(|(within, what_if)| presets(&folder, &beside.join(within), what_if))
            .collect();
        let mut known = vec![file.clone()];
        known.extend(presets.iter().map(|preset| preset.file.clone()));
        known.extend(named(&tree::parse(0, &text).0).into_iter().map(|(name, _)| name));
        Ok(Base {
            path: path.to_owned(),
            file,
            scenario,
            text,
            presets,
            folder,
            known,
        })
    }

    /// The overlay that changes nothing.
    pub fn empty(&self) -> String {
        format!("schema_version = 1\nextends = {}\n", Json::from(self.file.as_str()))
    }

    /// Read what a page wrote.
    ///
    /// # Errors
    /// Files that may not be named, and what else keeps it from being read; what it means is judged when it is compiled.
    pub fn over(&self, name: &str, text: &str) -> Result<Scenario, Problems> {
        let (document, _) = tree::parse(0, text);
        let foreign = named(&document)
            .into_iter()
            .filter(|(file, _)| !self.known.contains(file));
        let problems: Vec<Problem> = foreign
            .map(|(file, node)| {
                let problem = Problem::at(&node.place, format!("`{file}` is no file that is served here"));
                let help = suggest(&file, "files that are", self.known.iter().map(String::as_str));
                problem.label("not served").help(help)
            })
            .collect();
        if !problems.is_empty() {
            let source = Source {
                name: format!("{name}.toml"),
                text: text.to_owned(),
            };
            return Err(Problems::new(&[source], problems));
        }
        Scenario::from_text_in(&self.folder, &format!("{name}.toml"), text)
    }
}

/// The paths that a document names, each with where. A map may also be written out.
fn named(document: &Table) -> Vec<(String, &Node)> {
    let nodes = FILES.iter().filter_map(|key| Some((*key, document.get(key)?)));
    let texts = nodes.flat_map(|(key, node)| match &node.value {
        Value::List(list) => list.iter().map(|node| (key, node)).collect(),
        _ => vec![(key, node)],
    });
    let path = |(key, node): (&str, &'_ Node)| {
        let text = node.text()?;
        (key != "map" || !text.trim_start().starts_with('{')).then(|| text.to_owned())
    };
    texts
        .filter_map(|(key, node)| Some((path((key, node))?, node)))
        .collect()
}

fn presets(folder: &Path, within: &Path, what_if: bool) -> Vec<Preset> {
    let mut files: Vec<PathBuf> = fs::read_dir(within)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    files.sort();
    let preset = |path: PathBuf| {
        let text = fs::read_to_string(&path).ok()?;
        let (document, _) = tree::parse(0, &text);
        document.get("extends")?;
        let file = path.strip_prefix(folder).ok()?.to_string_lossy().replace('\\', "/");
        Some(Preset {
            title: document.text("title").unwrap_or(&file).to_owned(),
            file,
            what_if,
        })
    };
    files.into_iter().filter_map(preset).collect()
}

/// A document as JSON; a time is `{"$time": "..."}`, so that it stays one.
pub fn document(table: &Table) -> Json {
    let entries = table.entries.iter();
    Json::Object(
        entries
            .map(|entry| (entry.key.clone(), value(&entry.node)))
            .collect::<Map<_, _>>(),
    )
}

fn value(node: &Node) -> Json {
    match &node.value {
        Value::Text(text) => json!(text),
        Value::Whole(whole) => json!(whole),
        Value::Number(number) => json!(number),
        Value::Flag(flag) => json!(flag),
        Value::Time(time) => json!({ "$time": time.to_string() }),
        Value::List(list) => list.iter().map(value).collect(),
        Value::Table(table) => document(table),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kazakhstan() -> Base {
        Base::read(Path::new("scenarios/kazakhstan-2022.toml")).unwrap()
    }

    #[test]
    fn an_overlay_names_what_is_served_and_nothing_else_on_the_disk() {
        let base = kazakhstan();
        assert!(base.over("a", &base.empty()).unwrap().simulation().is_ok());
        let preset = "schema_version = 1\nextends = \"kazakhstan-2022/what-if/no-csto.toml\"\n";
        assert!(base.over("a", preset).unwrap().simulation().is_ok());
        for hostile in [
            "extends = \"/etc/passwd\"",
            "extends = [\"kazakhstan-2022.toml\", \"../Cargo.toml\"]",
            "\"extends\" = '''../Cargo.toml'''",
            "extends = \"./kazakhstan-2022.toml\"\nmap = \"/etc/hosts\"",
            "region_table = \"/etc/passwd\"",
            "map = \"../../etc/passwd\"",
            "record = \"/etc/shadow\"",
            "worlds = \"C:\\\\boot.ini\"",
            // What is broken is read as far as it goes, and so is judged as far as it goes.
            "extends = \"/etc/passwd\"\n[[[[",
        ] {
            let problems = base.over("a", hostile).unwrap_err();
            assert!(
                problems.to_string().contains("is no file that is served here"),
                "{hostile}: {problems}"
            );
        }
    }

    #[test]
    fn what_comes_with_a_scenario_is_found_with_its_title() {
        let base = kazakhstan();
        assert!(base.presets.len() > 30, "{}", base.presets.len());
        let split = base
            .presets
            .iter()
            .find(|preset| preset.file.ends_with("elite-split.toml"))
            .unwrap();
        assert!(!split.what_if && split.title.contains("Kazakhstan"), "{split:?}");
        // A table of regions is no overlay, and nor is a search.
        assert!(base.presets.iter().all(|preset| !preset.file.contains("search")));
    }
}
