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
use std::sync::LazyLock;

use super::ask::{Ask, COLUMNS, How, beside};
use super::axis::{Axis, Values, Written};
use crate::design::Method;
use crate::document::check::{Names, check};
use crate::document::form::{self, Choice, Format, Kind, Section};
use crate::document::view::View;
use crate::scenario::problem::{Place, Problem, Problems, Source};
use crate::scenario::tree::{self, Entry, Node, Table, Value};

/// A study file as written.
#[derive(Debug)]
pub struct File {
    path: PathBuf,
    text: String,
    root: Table,
    /// The scenario that it names.
    pub scenario: PathBuf,
}

/// The format: one line for each key, however long, so that it reads as the table that it is.
#[rustfmt::skip]
pub static FORMAT: LazyLock<Format> = LazyLock::new(|| {
    const LAYOUT: Choice = Choice::new("layouts", || vec!["saltelli", "morris"]);
    const SEED: Kind = Kind::Whole(0, i64::MAX);
    let words = |key, kind, omitted, meaning| form::words(key, kind, "", omitted, meaning);
    let fields = [
        form::required("scenario", Kind::Text, "", "The scenario that is varied: a path beside this file."),
        words("set", Kind::Texts, "nothing", "Changes of the scenario at all points, as for `--set`."),
        words("vary", Kind::Varied("vary.region.almaty.urban = \"0.5..0.9\""), "the points are in `design`", "What is varied: keys of the scenario, each with a range \"lo..hi\", steps \"lo:hi:step\" or a list of values."),
        words("sample", Kind::Text, "a grid", "How points are drawn from the ranges and how many, such as \"lhs:100\" or \"saltelli:256\"."),
        words("design", Kind::Text, "the points of `vary`", "A table of points that were made elsewhere: CSV with keys as its header, a path beside this file."),
        words("layout", Kind::Choice(LAYOUT), "points without an order", "How the points of that table are laid out, where measures of sensitivity are worked out of them."),
        words("carry", Kind::Texts, "none", "Columns of that table that are no keys and are passed on."),
        words("design_seed", SEED, "that of the dice", "Seed with which points are drawn."),
        words("replicates", Kind::Whole(1, 1_000_000), "10 of a grid or a table, 4 of a sample", "Runs of every point; all points have the same dice."),
        words("seed", SEED, "the scenario's", "Seed of the dice."),
        form::value("series", Kind::Flag, "", "false", "Whether the series of every run are kept."),
        words("outcome", Kind::Outcomes("peak(participants)"), "every total, and what the scenario names", "The numbers that are kept of every run."),
    ];
    let about = "A study: what is varied in a scenario and what is kept of every run; a file of its own for `qantar sweep`, with a name that ends in `.study.toml`.";
    let sections = vec![Section::new("study", about, &fields)];
    Format { noun: "study", sections, totals: Vec::new(), files: &[] }
});

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
        // Without a scenario nothing else can be told; with one, all is told together, by `tell`.
        if problems.is_empty() && root.text("scenario").is_none() {
            check(&FORMAT, &root, &Names::of(&root), &mut problems);
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
        texts(&self.root, "set")
    }

    /// Add what it asks for. What is said in `how` already is left as it is.
    pub fn tell(&self, ask: &mut Ask, how: &mut How) {
        let source = ask.text(&self.path.display().to_string(), &self.text);
        // Once more, so that all places are in the text as it stands among the others.
        let (root, _) = tree::parse(source.place.source, &self.text);
        let mut problems = Vec::new();
        check(&FORMAT, &root, &Names::of(&root), &mut problems);
        problems.into_iter().for_each(|problem| ask.problem(problem));
        let view = View::of(&FORMAT, &root);
        let table = |key| view.given(key).and_then(Node::table);
        let text = |key| view.given(key).and_then(|node| Some(written(node.text()?, node)));
        if let Some(varied) = table("vary") {
            self.vary(ask, "", varied);
        }
        if let Some(sample) = text("sample") {
            ask.sample(&sample);
        }
        if let Some(design) = text("design") {
            ask.table(&design, &beside(&self.path, &design.text));
        }
        let layouts = [Method::Saltelli, Method::Morris].into_iter();
        let layout = root
            .text("layout")
            .and_then(|name| layouts.clone().find(|layout| layout.name() == name));
        how.layout = how.layout.or(layout);
        how.carry.extend(texts(&root, "carry"));
        how.design_seed = how.design_seed.or(whole(&view, "design_seed"));
        how.seed = how.seed.or(whole(&view, "seed"));
        how.replicates = how.replicates.or(whole(&view, "replicates").map(|count| count as u32));
        how.series |= view.flag_given("series") == Some(true);
        if let Some(named) = table("outcome") {
            outcomes(ask, named);
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

/// What the check has not refused.
fn outcomes(ask: &mut Ask, table: &Table) {
    for Entry { key, node, .. } in &table.entries {
        if let (Some(text), false) = (node.text(), COLUMNS.contains(&key.as_str())) {
            ask.outcome(key, text, &inner(node));
        }
    }
}

fn texts(root: &Table, key: &str) -> Vec<String> {
    let list = root.get(key).map(Node::list).unwrap_or_default();
    list.iter().filter_map(|node| node.text().map(str::to_owned)).collect()
}

/// A whole number that is written and in range, to the last digit.
fn whole(view: &View<'_>, key: &str) -> Option<u64> {
    let number = view.number_given(key)?;
    match view.given(key)?.value {
        Value::Whole(whole) => u64::try_from(whole).ok(),
        _ => (number.fract() == 0.0).then_some(number as u64),
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
