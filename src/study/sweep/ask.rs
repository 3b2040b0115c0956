//! What is asked for, on the command line and in a study file, turned into a plan or into every problem at once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::axis::{Axis, FORMS, Values, Written};
use super::plan::{Identity, Outcome, Sweep};
use crate::scenario::Scenario;
use crate::scenario::problem::{Place, Problem, Problems, Source};
use crate::study::design::{Design, LEVELS, MOST_DIMENSIONS, Method, Parameter, Span};
use crate::suggest::suggest;

/// Replicates of every point of a grid or a table of points, where nothing is said: their points are compared with
/// each other, and one run of each would compare luck. A sample is fitted and averaged over, so there each further
/// point says more than a second run of the same one: one.
pub const REPLICATES_OF_A_GRID: u32 = 10;

/// What is asked for. Problems are kept until the end, so that all are told at once.
#[derive(Debug)]
pub struct Ask {
    scenario: Scenario,
    problems: Vec<Problem>,
    axes: Vec<Axis>,
    /// Method, size and place; `None` within if it was asked for but could not be read.
    sample: Option<Option<(Method, u32, Place)>>,
    table: Option<Table>,
    outcomes: Vec<(Outcome, Place)>,
}

/// Points that were made elsewhere.
#[derive(Debug)]
struct Table {
    place: Place,
    keys: Vec<Written>,
    rows: Vec<Vec<String>>,
}

/// How a plan is run, beside what is varied.
#[derive(Clone, Debug, Default)]
pub struct How {
    /// What `--set` changed, as written.
    pub overrides: Vec<String>,
    /// Seed of the dice.
    pub seed: Option<u64>,
    /// Seed of the design.
    pub design_seed: Option<u64>,
    /// Runs of every point.
    pub replicates: Option<u32>,
    /// Whether the series of every run are kept.
    pub series: bool,
}

impl Ask {
    /// Begin with a scenario, which has been changed by what holds for all points.
    pub fn new(scenario: Scenario) -> Ask {
        Ask {
            scenario,
            problems: Vec::new(),
            axes: Vec::new(),
            sample: None,
            table: None,
            outcomes: Vec::new(),
        }
    }

    /// Add a text of its own, such as an argument; `name` is shown in messages.
    pub fn text(&mut self, name: &str, text: &str) -> Written {
        let source = self.scenario.add_source(Source {
            name: name.to_owned(),
            text: text.to_owned(),
        });
        Written {
            text: text.to_owned(),
            place: Place::new(source, 0..text.len()),
        }
    }

    /// Add a problem.
    pub fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Vary a key, as in `--vary key=lo:hi:step`.
    pub fn vary(&mut self, text: &Written) {
        match Axis::read(text) {
            Ok(axis) => self.axis(axis),
            Err(problem) => self.problems.push(problem),
        }
    }

    /// Vary a key over these values.
    pub fn axis(&mut self, axis: Axis) {
        self.axes.push(axis);
    }

    /// Draw points, as in `--sample lhs:100`.
    pub fn sample(&mut self, text: &Written) {
        self.sample = Some(None);
        let (name, number) = text.text.split_once(':').unwrap_or((&text.text, ""));
        let method = Method::SAMPLES.into_iter().find(|method| method.name() == name.trim());
        let names = Method::SAMPLES.map(Method::name);
        let Some(method) = method else {
            let problem = Problem::at(&text.place, format!("there is no sample `{}`", name.trim()));
            let help = suggest(name.trim(), "samples", names);
            self.problems.push(problem.label("not a kind of sample").help(help));
            return;
        };
        match number.trim().parse() {
            Ok(n @ 1..=MOST_POINTS) => self.sample = Some(Some((method, n, text.place.clone()))),
            _ => {
                let what = match method {
                    Method::Morris => "trajectories",
                    Method::Saltelli => "base points",
                    _ => "points",
                };
                let label = format!("needs the number of {what}, 1 to {MOST_POINTS}");
                let problem = Problem::at(&text.place, "a sample has a size").label(label);
                self.problems
                    .push(problem.help(format!("write it as {}:100", method.name())));
            }
        }
    }

    /// Take the points from a table whose header has keys: CSV as it is written elsewhere.
    pub fn table(&mut self, asked: &Written, path: &Path) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                let problem = Problem::at(&asked.place, format!("cannot read {}", path.display()));
                self.problems.push(problem.label(error.to_string()));
                return;
            }
        };
        let whole = self.text(&path.display().to_string(), &text);
        match read_table(&whole) {
            Ok((keys, rows)) => {
                let place = asked.place.clone();
                self.table = Some(Table { place, keys, rows });
            }
            Err(problem) => self.problems.push(problem),
        }
    }

    /// Keep an outcome of every run under a name. That its text means something is for others to say.
    pub fn outcome(&mut self, name: &str, text: &str, place: &Place) {
        let outcome = Outcome {
            name: name.to_owned(),
            text: text.to_owned(),
        };
        self.outcomes.push((outcome, place.clone()));
    }

    /// Let a text stand for another, as the name of an outcome does for it.
    pub fn spell_out(&mut self, meant: impl Fn(&str) -> Option<String>) {
        for (outcome, _) in &mut self.outcomes {
            if let Some(text) = meant(&outcome.text) {
                outcome.text = text;
            }
        }
    }

    /// Whether any outcome was asked for.
    pub fn has_outcomes(&self) -> bool {
        !self.outcomes.is_empty()
    }

    /// The outcomes that were asked for, with the places of their texts.
    pub fn outcomes(&self) -> impl Iterator<Item = &(Outcome, Place)> {
        self.outcomes.iter()
    }

    /// The plan.
    ///
    /// # Errors
    /// Everything that is wrong with the scenario, with what is varied, and with the value of each key alone. What is
    /// wrong only with several together is told when such a point is run.
    pub fn plan(mut self, how: How) -> Result<Sweep, Problems> {
        let chosen = self.design(&how);
        self.check_outcomes();
        self.check_values();
        let (Some((design, table)), true) = (chosen, self.problems.is_empty()) else {
            return Err(self.scenario.problems(self.problems));
        };
        let replicates = how.replicates.unwrap_or(match design.method {
            Method::Grid | Method::Points => REPLICATES_OF_A_GRID,
            _ => 1,
        });
        let identity = Identity {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: self.scenario.name().to_owned(),
            title: self.scenario.title().to_owned(),
            seed: how.seed.unwrap_or_else(|| self.scenario.seed()),
            replicates,
            overrides: how.overrides,
            series: how.series,
            outcomes: self.outcomes.into_iter().map(|(outcome, _)| outcome).collect(),
            design,
        };
        Sweep::new(identity, self.scenario.to_toml(), table)
    }

    /// The design, and its table if it has one.
    #[allow(clippy::type_complexity)]
    fn design(&mut self, how: &How) -> Option<(Design, Option<Vec<Vec<String>>>)> {
        self.check_keys();
        let seed = Some(how.design_seed.or(how.seed).unwrap_or_else(|| self.scenario.seed()));
        if let Some(table) = &self.table {
            if !self.axes.is_empty() || self.sample.is_some() {
                let problem = Problem::at(&table.place, "a table of points leaves nothing to --vary and --sample");
                self.problems.push(problem.label("all points are in the table"));
            }
            let listed = |key: &Written| Parameter {
                key: key.text.clone(),
                span: Span::Listed {},
            };
            let design = Design {
                method: Method::Points,
                n: table.rows.len() as u32,
                parameters: table.keys.iter().map(listed).collect(),
                levels: None,
                seed,
            };
            return Some((design, Some(table.rows.clone())));
        }
        let parameters: Vec<Parameter> = self.axes.iter().map(Axis::parameter).collect();
        if parameters.is_empty() {
            if self.problems.is_empty() {
                let problem = Problem::nowhere("nothing is varied");
                self.problems.push(problem.help(format!("--vary: {FORMS}")));
            }
            return None;
        }
        let Some(sample) = self.sample.clone() else {
            return self.grid(parameters, seed);
        };
        let (method, n, place) = sample?;
        let levels_only = |axis: &&Axis| matches!(axis.values, Values::Levels(_));
        if matches!(method, Method::Morris | Method::Saltelli) {
            for axis in self.axes.iter().filter(levels_only) {
                let problem = Problem::at(&axis.key.place, format!("{} draws from ranges", method.name()));
                self.problems
                    .push(problem.label("these are single values").help("write key=lo..hi"));
            }
        }
        let dimensions = parameters.len() * if method == Method::Saltelli { 2 } else { 1 };
        if dimensions > MOST_DIMENSIONS {
            self.problems.push(Problem::at(&place, "too many keys are varied"));
        }
        let levels = (method == Method::Morris).then_some(LEVELS);
        let design = Design {
            method,
            n,
            parameters,
            levels,
            seed,
        };
        if design.len() > u64::from(MOST_POINTS) {
            let problem = Problem::at(&place, format!("{} points are too many", design.len()));
            self.problems.push(problem.label(format!("at most {MOST_POINTS}")));
        }
        Some((design, None))
    }

    #[allow(clippy::type_complexity)]
    fn grid(&mut self, parameters: Vec<Parameter>, seed: Option<u64>) -> Option<(Design, Option<Vec<Vec<String>>>)> {
        let mut count = 1u64;
        for axis in &self.axes {
            match &axis.values {
                Values::Levels(levels) => count = count.saturating_mul(levels.len() as u64),
                Values::Range(low, high, _) => {
                    let place = Place::new(low.place.source, low.place.start..high.place.end);
                    let problem = Problem::at(&place, "a range has no points of its own").label("every value between");
                    let help = format!(
                        "draw from it with --sample, or give a step, as in {}:{}:STEP",
                        low.text, high.text
                    );
                    self.problems.push(problem.help(help));
                }
            }
        }
        if count > u64::from(MOST_POINTS) {
            let problem = Problem::nowhere(format!("a grid of {count} points is too large"));
            self.problems.push(problem.help(format!(
                "at most {MOST_POINTS} points; a --sample covers the same space with fewer"
            )));
        }
        let design = Design {
            method: Method::Grid,
            n: u32::try_from(count).ok()?,
            parameters,
            levels: None,
            seed,
        };
        Some((design, None))
    }

    fn keys(&self) -> Vec<Written> {
        let axes = self.axes.iter().map(|axis| axis.key.clone());
        let table = self.table.iter().flat_map(|table| table.keys.clone());
        axes.chain(table).collect()
    }

    fn check_keys(&mut self) {
        let mut seen = BTreeMap::new();
        for key in self.keys() {
            if key.text == "seed" {
                let problem = Problem::at(&key.place, "`seed` is not varied").label("the dice are not a parameter");
                self.problems
                    .push(problem.help("other dice are replicates: --replicates 10"));
            }
            if COLUMNS.contains(&key.text.as_str()) {
                let problem = Problem::at(&key.place, format!("`{}` is a column of every sweep", key.text));
                self.problems.push(problem);
            }
            if seen.insert(key.text.clone(), ()).is_some() {
                let problem = Problem::at(&key.place, format!("`{}` is varied twice", key.text));
                self.problems.push(problem.label("the second time"));
            }
        }
    }

    fn check_outcomes(&mut self) {
        let mut names: Vec<String> = self.keys().into_iter().map(|key| key.text).collect();
        names.extend(COLUMNS.map(str::to_owned));
        for (outcome, place) in &self.outcomes {
            if names.contains(&outcome.name) {
                let problem = Problem::at(place, format!("there are two columns `{}`", outcome.name));
                self.problems
                    .push(problem.help("give the outcome another name, as in name = function(metric)"));
            }
            names.push(outcome.name.clone());
        }
    }

    /// The scenario alone, and with each value of each key.
    fn check_values(&mut self) {
        let mut tried = Vec::new();
        for axis in &self.axes {
            tried.extend(
                axis.extremes()
                    .into_iter()
                    .map(|value| (axis.key.clone(), value.clone())),
            );
        }
        if let Some(table) = &self.table {
            for (column, key) in table.keys.iter().enumerate() {
                for value in extremes(table.rows.iter().map(|row| row[column].as_str())) {
                    let place = key.place.clone();
                    let text = value.to_owned();
                    tried.push((key.clone(), Written { text, place }));
                }
            }
        }
        let alone = self.scenario.simulation().err();
        self.problems
            .extend(alone.iter().flat_map(|found| found.list().to_vec()));
        for (key, value) in tried {
            let mut scenario = self.scenario.clone();
            let assignment = format!("{}={}", key.text, value.text);
            match scenario.set_at(&key.place, &value.place, &assignment) {
                Ok(()) => {
                    let found = scenario.simulation().err();
                    self.problems
                        .extend(found.iter().flat_map(|found| found.list().to_vec()));
                }
                Err(found) => self.problems.extend(found),
            }
        }
    }
}

/// Columns of `runs.csv` beside the keys and the outcomes.
pub const COLUMNS: [&str; 5] = ["point", "replicate", "seed", "status", "reason"];

/// Most points of a design.
const MOST_POINTS: u32 = 10_000_000;

/// Of numbers the smallest and the largest, of anything else all that differ.
fn extremes<'t>(values: impl Iterator<Item = &'t str>) -> Vec<&'t str> {
    let (mut words, mut least, mut most) = (Vec::new(), None::<(f64, &str)>, None::<(f64, &str)>);
    for value in values {
        match value.parse::<f64>() {
            Ok(number) if number.is_finite() => {
                if least.is_none_or(|(least, _)| number < least) {
                    least = Some((number, value));
                }
                if most.is_none_or(|(most, _)| number > most) {
                    most = Some((number, value));
                }
            }
            _ if words.contains(&value) => {}
            _ => words.push(value),
        }
    }
    words.extend(least.map(|(_, text)| text));
    words.extend(most.map(|(_, text)| text));
    words
}

/// Keys and rows of a table of points.
fn read_table(whole: &Written) -> Result<(Vec<Written>, Vec<Vec<String>>), Problem> {
    let at_line = |line: u64| {
        let lines = whole.text.split_inclusive('\n');
        let start: usize = lines.clone().take(line.saturating_sub(1) as usize).map(str::len).sum();
        let text = whole.text[start..].lines().next().unwrap_or_default();
        Place::new(whole.place.source, start..start + text.len())
    };
    let wrong = |error: &csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        Problem::at(&at_line(line), "this is not a table of points").label(error.to_string())
    };
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(whole.text.as_bytes());
    let header = reader.headers().map_err(|error| wrong(&error))?.clone();
    let key = |name: &str| {
        let first = at_line(1);
        let start = whole.text.find(name).unwrap_or(0);
        let place = if start < first.end {
            start..start + name.len()
        } else {
            first.start..first.end
        };
        Written {
            text: name.to_owned(),
            place: Place::new(whole.place.source, place),
        }
    };
    let keys: Vec<Written> = header.iter().map(key).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| wrong(&error))?;
        if let Some(column) = record.iter().position(str::is_empty) {
            let line = record.position().map_or(1, csv::Position::line);
            let problem = Problem::at(&at_line(line), format!("`{}` has no value", keys[column].text));
            return Err(problem.label("an empty cell"));
        }
        rows.push(record.iter().map(str::to_owned).collect());
    }
    if rows.is_empty() || keys.is_empty() {
        let problem = Problem::at(
            &at_line(1),
            "a table of points has a header of keys and at least one row",
        );
        return Err(problem.label("no points follow"));
    }
    Ok((keys, rows))
}

/// Where a path in a study file leads: relative to the file.
pub fn beside(file: &Path, path: &str) -> PathBuf {
    file.parent().unwrap_or(Path::new("")).join(path)
}
