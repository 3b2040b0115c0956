//! What is asked for, on the command line and in a study file, turned into a plan or into every problem at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::axis::{Axis, FORMS, Values, Written};
use crate::design::{Design, LEVELS, MOST_DIMENSIONS, Method, Parameter, Scale, Span};
use crate::scenario::Scenario;
use crate::scenario::problem::{Place, Problem, Source};
use crate::study::{Arm, Command, Error, Outcome, Study, outcomes};
use crate::suggest::suggest;

/// Replicates of every point of a grid or a table of points, where nothing is said: their points are compared with
/// each other, and one run of each would compare luck. A sample is fitted and averaged over, so there each further
/// point says more than a second run of the same one: one.
pub const REPLICATES_OF_A_GRID: u32 = 10;

/// Replicates of each point of a sample, where nothing else is said.
pub const REPLICATES_OF_A_SAMPLE: u32 = 4;

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
    /// The values of the keys of each point, and then what it carries.
    rows: Vec<Vec<String>>,
    lines: Vec<Place>,
    carry: Vec<String>,
}

impl Table {
    /// Put the columns that are only passed on behind the keys.
    fn set_aside(&mut self, carry: &[String], problems: &mut Vec<Problem>) {
        for name in carry {
            let Some(at) = self.keys.iter().position(|key| key.text == *name) else {
                let names = self.keys.iter().map(|key| key.text.as_str());
                let problem = Problem::at(&self.place, format!("the table has no column `{name}` to carry"));
                problems.push(problem.help(suggest(name, "columns", names)));
                continue;
            };
            self.carry.push(self.keys.remove(at).text);
            for (row, place) in self.rows.iter_mut().zip(&self.lines) {
                let value = row.remove(at);
                if value.starts_with(['=', '+', '-', '@']) && value.parse::<f64>().is_err() {
                    let problem = Problem::at(place, format!("the column `{name}` has `{value}`"));
                    problems.push(problem.help(
                        "a spreadsheet reads a text that begins with = + - or @ as a formula; begin it with something else",
                    ));
                }
                row.push(value);
            }
        }
    }
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
    /// Columns of a table of points that are no keys and are passed on.
    pub carry: Vec<String>,
    /// How the points of a table are laid out, where measures of sensitivity are worked out of them.
    pub layout: Option<Method>,
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
                    Method::Saltelli | Method::Saltelli2 => "base points",
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
        match read_table(&whole, asked.place.clone()) {
            Ok(table) => self.table = Some(table),
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

    /// Every total and what the scenario names, where no outcome was asked for; and what those mean that were.
    fn spell_out(&mut self) {
        let named = [self.scenario.family().named_totals(), self.scenario.outcomes()].concat();
        if self.outcomes.is_empty() {
            let place = self.text("the totals", "").place;
            for named in &named {
                self.outcome(&named.name, &named.name, &place);
            }
        }
        // Of one that does not compile nothing is known, and its own problems are told anyway.
        let base = Study::new(Command::Sweep, &self.scenario, Vec::new(), 1, 0..1).ok();
        let known = base.map(|base| base.known());
        for (outcome, place) in &mut self.outcomes {
            match outcomes::meant(&outcome.text, place, &named, known.as_ref()) {
                Ok(text) => outcome.text = text,
                Err(problems) => self.problems.extend(problems),
            }
        }
    }

    /// The outcomes that are kept.
    ///
    /// # Errors
    /// Every mistake in them.
    pub fn outcomes(mut self) -> Result<Vec<Outcome>, Error> {
        self.spell_out();
        self.check_outcomes();
        match self.problems.is_empty() {
            true => Ok(self.outcomes.into_iter().map(|(outcome, _)| outcome).collect()),
            false => Err(self.scenario.problems(self.problems).into()),
        }
    }

    /// The study, with these arms beside the baseline.
    ///
    /// # Errors
    /// Everything that is wrong with the scenario, with what is varied, and with the value of each key alone. What is
    /// wrong only with several together is told when such a point is run.
    pub fn study(mut self, how: How, arms: Vec<Arm>) -> Result<Study, Error> {
        self.spell_out();
        let chosen = self.design(&how);
        self.check_outcomes();
        self.check_values();
        let (Some((design, table)), true) = (chosen, self.problems.is_empty()) else {
            return Err(self.scenario.problems(self.problems).into());
        };
        let replicates = how.replicates.unwrap_or(match design.method {
            Method::Grid | Method::Points => REPLICATES_OF_A_GRID,
            // Two tell dice from parameters, more tell it well: with one, all chance looks like an effect.
            _ => REPLICATES_OF_A_SAMPLE,
        });
        let seed = how.seed.unwrap_or_else(|| self.scenario.seed());
        let mut study = Study::new(Command::Sweep, &self.scenario, how.overrides, seed, 0..replicates)?;
        arms.into_iter().try_for_each(|arm| study.add(arm))?;
        study.vary(design, table);
        study.identity.keeps.series = how.series;
        study.keep(self.outcomes.into_iter().map(|(outcome, _)| outcome).collect())?;
        Ok(study)
    }

    /// The design, and its table if it has one.
    #[allow(clippy::type_complexity)]
    fn design(&mut self, how: &How) -> Option<(Design, Option<Vec<Vec<String>>>)> {
        self.check_keys();
        let seed = Some(how.design_seed.or(how.seed).unwrap_or_else(|| self.scenario.seed()));
        if self.table.is_some() {
            return self.listed(how, seed);
        }
        if let (Some(what), false) = (
            how.layout.map(Method::name).or(how.carry.first().map(String::as_str)),
            false,
        ) {
            let problem = Problem::nowhere(format!("`{what}` is about a table of points, and none is given"));
            self.problems
                .push(problem.help("--layout and --carry go with --design points.csv"));
        }
        let format = self.scenario.family().format();
        let parameters: Vec<Parameter> = self.axes.iter().map(|axis| axis.parameter(format)).collect();
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
        let saltelli = matches!(method, Method::Saltelli | Method::Saltelli2);
        if saltelli || method == Method::Morris {
            for axis in self.axes.iter().filter(levels_only) {
                let problem = Problem::at(&axis.key.place, format!("{} draws from ranges", method.name()));
                self.problems
                    .push(problem.label("these are single values").help("write key=lo..hi"));
            }
        }
        let dimensions = parameters.len() * if saltelli { 2 } else { 1 };
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
            listed: false,
            carry: Vec::new(),
        };
        if design.len() > u64::from(MOST_POINTS) {
            let problem = Problem::at(&place, format!("{} points are too many", design.len()));
            self.problems.push(problem.label(format!("at most {MOST_POINTS}")));
        }
        Some((design, None))
    }

    /// The design of points that were made elsewhere.
    #[allow(clippy::type_complexity)]
    fn listed(&mut self, how: &How, seed: Option<u64>) -> Option<(Design, Option<Vec<Vec<String>>>)> {
        let mut table = self.table.take()?;
        if !self.axes.is_empty() || self.sample.is_some() {
            let problem = Problem::at(&table.place, "a table of points leaves nothing to --vary and --sample");
            self.problems.push(problem.label("all points are in the table"));
        }
        table.set_aside(&how.carry, &mut self.problems);
        let dimensions = table.keys.len();
        let rows = table.rows.len() as u32;
        let column = |at: usize| table.rows.iter().map(move |row| row[at].as_str());
        let numbers = |at: usize| {
            column(at)
                .map(|text| text.parse::<f64>().ok())
                .collect::<Option<Vec<f64>>>()
        };
        let (group, levels) = match how.layout {
            Some(Method::Saltelli) => (dimensions as u32 + 2, None),
            Some(Method::Morris) => (dimensions as u32 + 1, Some(LEVELS)),
            _ => (1, None),
        };
        if !rows.is_multiple_of(group) {
            let what = how.layout.map_or("", Method::name);
            let problem = Problem::at(&table.place, format!("{rows} points are not laid out as {what}"));
            self.problems.push(problem.label(format!(
                "of {dimensions} keys there must be a multiple of {group} points"
            )));
        }
        let parameter = |(at, key): (usize, &Written)| {
            let ends = how.layout.and_then(|_| numbers(at)).map(|all| {
                let (low, high) = (f64::INFINITY, f64::NEG_INFINITY);
                all.iter()
                    .fold((low, high), |(low, high), value| (low.min(*value), high.max(*value)))
            });
            let span = ends.map_or(Span::Listed {}, |(low, high)| Span::Range {
                low,
                high,
                scale: Scale::Linear,
                whole: false,
            });
            Parameter {
                key: key.text.clone(),
                span,
            }
        };
        let design = Design {
            method: how.layout.unwrap_or(Method::Points),
            n: rows / group,
            parameters: table.keys.iter().enumerate().map(parameter).collect(),
            levels,
            seed,
            listed: how.layout.is_some(),
            carry: table.carry.clone(),
        };
        let points = table.rows.clone();
        self.table = Some(table);
        Some((design, Some(points)))
    }

    #[allow(clippy::type_complexity)]
    fn grid(&mut self, parameters: Vec<Parameter>, seed: Option<u64>) -> Option<(Design, Option<Vec<Vec<String>>>)> {
        let mut count = 1u64;
        for axis in &self.axes {
            match &axis.values {
                Values::Levels(levels) => count = count.saturating_mul(levels.len() as u64),
                Values::Drawn(text, _) => {
                    let problem = Problem::at(&text.place, "a distribution has no points of its own");
                    self.problems
                        .push(problem.help("draw from it with --sample, such as --sample lhs:100"));
                }
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
            listed: false,
            carry: Vec::new(),
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
        for key in self.keys().iter().flat_map(Written::each) {
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
        names.extend(self.table.iter().flat_map(|table| table.carry.clone()));
        let named = [self.scenario.family().named_totals(), self.scenario.outcomes()].concat();
        for (outcome, place) in &self.outcomes {
            let shadowed = named.iter().find(|named| named.name == outcome.name);
            if let Some(shadowed) = shadowed.filter(|named| named.text != outcome.text) {
                let problem = Problem::at(place, format!("`{}` has another meaning already", outcome.name));
                let label = format!("it is {}", shadowed.text);
                self.problems
                    .push(problem.label(label).help("give the outcome another name"));
            }
            if names.contains(&outcome.name) {
                let problem = Problem::at(place, format!("there are two columns `{}`", outcome.name));
                self.problems
                    .push(problem.help("give the outcome another name, as in name = function(metric)"));
            }
            names.push(outcome.name.clone());
        }
    }

    /// The scenario alone, with each value of each key, and with the rows of a table that hold an extreme value.
    fn check_values(&mut self) {
        let mut tried: Vec<Vec<(Written, Written)>> = vec![Vec::new()];
        for axis in &self.axes {
            tried.extend(axis.extremes().into_iter().map(|value| vec![(axis.key.clone(), value)]));
        }
        if let Some(table) = &self.table {
            let columns = (0..table.keys.len()).map(|column| table.rows.iter().map(move |row| row[column].as_str()));
            let wanted: BTreeSet<usize> = columns.flat_map(extremes).collect();
            let row = |row: usize| {
                let values = table.keys.iter().zip(&table.rows[row]);
                let written = |text: &String| Written {
                    text: text.clone(),
                    place: table.lines[row].clone(),
                };
                values.map(|(key, value)| (key.clone(), written(value))).collect()
            };
            tried.extend(wanted.into_iter().map(row));
        }
        for assignments in tried {
            let mut scenario = self.scenario.clone();
            let mut wrong = Vec::new();
            for (key, value) in &assignments {
                for one in key.text.split('+') {
                    let assignment = format!("{}={}", one.trim(), value.text);
                    let set = scenario.set_at(&key.place, &value.place, &assignment);
                    wrong.extend(set.err().into_iter().flatten());
                }
            }
            if wrong.is_empty() {
                let found = scenario.simulation().err();
                wrong.extend(found.iter().flat_map(|found| found.list().to_vec()));
            }
            self.problems.extend(wrong);
        }
    }
}

/// Columns of `runs.csv` beside the keys and the outcomes.
pub const COLUMNS: [&str; 6] = ["arm", "point", "replicate", "seed", "status", "reason"];

/// Most points of a design.
const MOST_POINTS: u32 = 10_000_000;

/// The places of the smallest and the largest number, and of the first of anything else that differs.
fn extremes<'t>(values: impl Iterator<Item = &'t str>) -> BTreeSet<usize> {
    let (mut words, mut least, mut most) = (BTreeMap::new(), None::<(f64, usize)>, None::<(f64, usize)>);
    for (place, value) in values.enumerate() {
        match value.parse::<f64>() {
            Ok(number) if number.is_finite() => {
                if least.is_none_or(|(least, _)| number < least) {
                    least = Some((number, place));
                }
                if most.is_none_or(|(most, _)| number > most) {
                    most = Some((number, place));
                }
            }
            _ => {
                words.entry(value).or_insert(place);
            }
        }
    }
    words
        .into_values()
        .chain([least, most].into_iter().flatten().map(|(_, place)| place))
        .collect()
}

/// Keys and rows of a table of points.
fn read_table(whole: &Written, place: Place) -> Result<Table, Problem> {
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
    if let ([only], true) = (
        &keys[..],
        whole.text.lines().next().is_some_and(|line| line.contains(';')),
    ) {
        let problem = Problem::at(&only.place, "the columns of a table of points are separated by commas");
        return Err(problem
            .label("these are semicolons")
            .help("save the table as CSV with commas"));
    }
    let (mut rows, mut lines) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = record.map_err(|error| wrong(&error))?;
        if let Some(column) = record.iter().position(str::is_empty) {
            let line = record.position().map_or(1, csv::Position::line);
            let problem = Problem::at(&at_line(line), format!("`{}` has no value", keys[column].text));
            return Err(problem.label("an empty cell"));
        }
        rows.push(record.iter().map(str::to_owned).collect());
        lines.push(at_line(record.position().map_or(1, csv::Position::line)));
    }
    if rows.is_empty() || keys.is_empty() {
        let problem = Problem::at(
            &at_line(1),
            "a table of points has a header of keys and at least one row",
        );
        return Err(problem.label("no points follow"));
    }
    Ok(Table {
        place,
        keys,
        rows,
        lines,
        carry: Vec::new(),
    })
}

/// Where a path in a study file leads: relative to the file.
pub fn beside(file: &Path, path: &str) -> PathBuf {
    file.parent().unwrap_or(Path::new("")).join(path)
}
