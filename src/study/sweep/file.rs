//! A study file: everything that is asked for in one TOML text, `my.study.toml`.
//!
//! ```toml
//! scenario = "tutorial.toml"                        # beside this file
//! set = ["persons_per_agent=10"]
//! sample = "saltelli:256"                           # or design = "points.csv"; without either, a grid
//! replicates = 2
//! vary.shock.fuel-price.factor = "1.1..2.5"         # as in --vary
//! vary.action.rollback.lag = ["0h", "12h", "2d"]    # or a list
//! [outcome]
//! deaths = "last(deaths_civilians)"
//! ```

use std::path::{Path, PathBuf};

use super::ask::{Ask, How, beside};
use super::axis::{Axis, Values, Written};
use crate::design::Method;
use crate::scenario::problem::{Place, Problem, Problems, Source};
use crate::scenario::tree::{self, Entry, Node, Table, Value};
use crate::suggest::suggest;

/// A study file as written.
#[derive(Debug)]
pub struct File {
    path: PathBuf,
    text: String,
    root: Table,
    /// The scenario that it names.
    pub scenario: PathBuf,
}

const KEYS: [&str; 12] = [
    "scenario",
    "set",
    "vary",
    "sample",
    "design",
    "layout",
    "carry",
    "design_seed",
    "replicates",
    "seed",
    "series",
    "outcome",
];

impl File {
    /// Whether a path is that of a study file and not of a scenario.
    pub fn is_one(path: &Path) -> bool {
        path.to_string_lossy().ends_with(".study.toml")
    }

    /// Read one.
    ///
    /// # Errors
    /// If it cannot be read, is no TOML, or names no scenario.
    pub fn read(path: &Path) -> Result<File, Problems> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            let problem = Problem::nowhere(format!("cannot read {name}"));
            Problems::new(&[], [problem.help(error.to_string())])
        })?;
        let (root, mut problems) = tree::parse(0, &text);
        if problems.is_empty() && root.text("scenario").is_none() {
            let place = root
                .get("scenario")
                .map_or(Place::new(0, 0..0), |node| node.place.clone());
            let problem = Problem::at(&place, "a study names its scenario");
            problems.push(problem.help("scenario = \"tutorial.toml\", a path beside this file"));
        }
        if !problems.is_empty() {
            return Err(Problems::new(&[Source { name, text }], problems));
        }
        Ok(File {
            scenario: beside(path, root.text("scenario").unwrap_or_default()),
            path: path.to_owned(),
            text,
            root,
        })
    }

    /// What it changes in the scenario of all points.
    pub fn set(&self) -> Vec<String> {
        let list = self.root.get("set").map(Node::list).unwrap_or_default();
        list.iter().filter_map(|node| node.text().map(str::to_owned)).collect()
    }

    /// Add what it asks for. What is said in `how` already is left as it is.
    pub fn tell(&self, ask: &mut Ask, how: &mut How) {
        let whole = ask.text(&self.path.display().to_string(), &self.text);
        // Once more, so that all places are in the text as it stands among the others.
        let (root, _) = tree::parse(whole.place.source, &self.text);
        for Entry { key, at, node } in &root.entries {
            match (key.as_str(), &node.value) {
                ("scenario", Value::Text(_)) => {}
                ("set", Value::List(list)) if list.iter().all(|node| node.text().is_some()) => {}
                ("vary", Value::Table(table)) => self.vary(ask, "", table),
                ("sample", Value::Text(text)) => ask.sample(&written(text, node)),
                ("design", Value::Text(text)) => ask.table(&written(text, node), &beside(&self.path, text)),
                ("layout", Value::Text(text)) if text == "saltelli" => how.layout = Some(Method::Saltelli),
                ("layout", Value::Text(text)) if text == "morris" => how.layout = Some(Method::Morris),
                ("carry", Value::List(list)) if list.iter().all(|node| node.text().is_some()) => {
                    how.carry
                        .extend(list.iter().filter_map(|node| node.text().map(str::to_owned)));
                }
                ("design_seed", Value::Whole(seed @ 0..)) => how.design_seed = how.design_seed.or(Some(*seed as u64)),
                ("seed", Value::Whole(seed @ 0..)) => how.seed = how.seed.or(Some(*seed as u64)),
                ("replicates", Value::Whole(n @ 1..=1_000_000)) => how.replicates = how.replicates.or(Some(*n as u32)),
                ("series", Value::Flag(series)) => how.series |= series,
                ("outcome", Value::Table(table)) => outcomes(ask, table),
                (known, _) if KEYS.contains(&known) => {
                    let problem = Problem::at(&node.place, format!("`{known}` must be {}", expected(known)));
                    ask.problem(problem.label(format!("found {}", node.found())));
                }
                _ => {
                    let problem = Problem::at(at, format!("there is no `{key}` in a study"));
                    ask.problem(problem.label("unknown key").help(suggest(key, "keys", KEYS)));
                }
            }
        }
    }

    /// The leaves of the table are what is varied, their path is the key.
    fn vary(&self, ask: &mut Ask, path: &str, table: &Table) {
        for Entry { key, at, node } in &table.entries {
            let path = if path.is_empty() {
                key.clone()
            } else {
                format!("{path}.{key}")
            };
            let key = Written {
                text: path.clone(),
                place: at.clone(),
            };
            match &node.value {
                Value::Table(table) if !table.inline => self.vary(ask, &path, table),
                Value::Text(text) => match Values::read(&written(text, node)) {
                    Ok(values) => ask.axis(Axis { key, values }),
                    Err(problem) => ask.problem(problem),
                },
                Value::List(list) if !list.is_empty() => {
                    let level = |node: &Node| Written {
                        text: self.text[node.place.start..node.place.end].to_owned(),
                        place: node.place.clone(),
                    };
                    let values = Values::Levels(list.iter().map(level).collect());
                    ask.axis(Axis { key, values });
                }
                _ => {
                    let problem = Problem::at(&node.place, format!("`vary.{path}` is neither text nor a list"));
                    ask.problem(
                        problem
                            .label(format!("found {}", node.found()))
                            .help("write \"lo:hi:step\", \"lo..hi\" or a list of values, such as [1, 2, 5]"),
                    );
                }
            }
        }
    }
}

fn outcomes(ask: &mut Ask, table: &Table) {
    for Entry { key, node, .. } in &table.entries {
        match &node.value {
            Value::Text(text) => ask.outcome(key, text, &inner(node)),
            _ => {
                let problem = Problem::at(&node.place, format!("`outcome.{key}` must be text"));
                ask.problem(problem.label(format!("found {}", node.found())));
            }
        }
    }
}

/// A text without its quotes, where it stands.
fn written(text: &str, node: &Node) -> Written {
    Written {
        text: text.to_owned(),
        place: inner(node),
    }
}

fn inner(node: &Node) -> Place {
    let Place { source, start, end } = node.place;
    match end - start >= 2 {
        true => Place::new(source, start + 1..end - 1),
        false => node.place.clone(),
    }
}

fn expected(key: &str) -> &'static str {
    match key {
        "set" => "a list of texts such as \"persons_per_agent=10\"",
        "vary" => "a table, such as vary.region.almaty.urban = \"0.5..0.9\"",
        "layout" => "\"saltelli\" or \"morris\"",
        "carry" => "a list of names of columns, such as [\"trial\"]",
        "sample" => "text, such as \"lhs:100\"",
        "scenario" | "design" => "the path of a file, in quotes",
        "replicates" => "a whole number, 1 to 1000000",
        "series" => "true or false",
        "outcome" => "a table of names and texts, such as deaths = \"last(deaths_civilians)\"",
        _ => "a whole number, 0 to 9223372036854775807",
    }
}
