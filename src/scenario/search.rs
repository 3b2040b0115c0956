//! A search file: which parameters of a scenario are not known, within which limits, and how to search them.
//!
//! It is read with the means of a scenario: every problem at once, each at its place.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use super::Scenario;
use crate::document::check::{Names, check};
use crate::document::form::{Choice, Field, Format, Kind, Omitted, Section};
use crate::document::merge::id_of;
use crate::document::problem::{Place, Problem, Problems, Source};
use crate::document::tree::{self, Node, Table, Value};
use crate::document::view::View;
use crate::document::write;
use crate::suggest::suggest;

/// What a search file says.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// All of it, as written.
    pub text: String,
    /// Seed of the search.
    pub seed: u64,
    /// How many replicates each trial of a calibration has, all with the same dice, or each point of a match, with its own.
    pub replicates: u32,
    /// What is set in the scenario for the search alone.
    pub set: Vec<String>,
    /// How the distances of observations are made one: `mean`, `root_mean_square` or `max`.
    pub distance: String,
    /// Trials drawn from the ranges alone.
    pub explore: usize,
    /// Trials of the optimiser.
    pub optimise: usize,
    /// Trials in a generation of the optimiser; `None` for the usual number.
    pub optimiser_population: Option<usize>,
    /// First standard deviation of the optimiser, where that of the prior is 1.
    pub step: f64,
    /// Trials of the sampler.
    pub sample: usize,
    /// Trials in a generation of the sampler.
    pub sampler_population: usize,
    /// To how many independent particles the posterior shall amount.
    pub effective: f64,
    /// Waves of a match, at most.
    pub waves: usize,
    /// Points of a wave.
    pub wave_points: usize,
    /// Worlds that a match looks for.
    pub worlds: usize,
    /// Replicates by which a world has to show that it is not ruled out.
    pub world_replicates: u32,
    /// The parameters, at least one.
    pub parameters: Vec<Parameter>,
}

/// A parameter that is searched.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its path in the scenario.
    pub key: String,
    /// Least value.
    pub low: f64,
    /// Largest value.
    pub high: f64,
    /// Whether all ratios are as likely, and not all differences.
    pub log: bool,
    /// Its value in the scenario.
    pub present: f64,
    /// Its unit; may be empty.
    pub unit: &'static str,
    /// Why it is searched within these limits; may be empty.
    pub source: String,
}

impl Parameter {
    /// The value at a share of the range, to six significant digits: nobody reads more, and none is lost on paper.
    pub fn at(&self, share: f64) -> f64 {
        let value = match self.log {
            true => libm::exp(libm::log(self.low) + share * libm::log(self.high / self.low)),
            false => self.low + share * (self.high - self.low),
        };
        let rounded: f64 = format!("{value:.5e}").parse().expect("a number was written");
        rounded.clamp(self.low, self.high)
    }

    /// The share of the range below a value.
    pub fn share(&self, value: f64) -> f64 {
        let share = match self.log {
            true => libm::log(value / self.low) / libm::log(self.high / self.low),
            false => (value - self.low) / (self.high - self.low),
        };
        share.clamp(0.0, 1.0)
    }
}

const fn field(key: &'static str, kind: Kind, toml: &'static str, meaning: &'static str) -> Field {
    Field {
        key,
        kind,
        unit: "",
        omitted: Omitted::Value(toml),
        meaning,
        source: "",
    }
}

const fn required(key: &'static str, kind: Kind, meaning: &'static str) -> Field {
    Field {
        omitted: Omitted::Required,
        ..field(key, kind, "", meaning)
    }
}

/// The format: one line for each key, however long, so that it reads as the table that it is.
#[rustfmt::skip]
pub static FORMAT: LazyLock<Format> = LazyLock::new(|| {
    const TRIALS: Kind = Kind::Whole(0, 1_000_000);
    const DISTANCES: Choice = Choice::new("distances", || vec!["mean", "root_mean_square", "max"]);
    const SCALES: Choice = Choice::new("scales", || vec!["linear", "log"]);
    let of = Section::new;
    let sections = vec![
        of("search", "A search: which parameters of a scenario are not known, within which limits, and how to search them; a file of its own for `qantar calibrate`.", &[
            required("schema_version", Kind::Whole(1, 1), "Version of the format, so that a file is never misread."),
            field("seed", Kind::Whole(0, i64::MAX), "1", "Seed of the search; the dice of the model have the seed of the scenario."),
            field("replicates", Kind::Whole(1, 10_000), "4", "Replicates of each trial, with the same dice for all; in a match every point has dice of its own."),
            field("set", Kind::Texts, "[]", "Changes to the scenario for the search alone, such as a coarser resolution."),
            field("distance", Kind::Choice(DISTANCES), "\"mean\"", "How the distances of all observations are made one."),
            field("explore", Kind::Whole(1, 1_000_000), "100", "Trials drawn from the ranges alone."),
            field("optimiser", Kind::Table("search.optimiser"), "{}", "How the region near the record is found."),
            field("sampler", Kind::Table("search.sampler"), "{}", "How the size of that region is measured."),
            field("waves", Kind::Table("search.waves"), "{}", "How `qantar match` closes in on what is not ruled out."),
            field("parameter", Kind::Entries("search.parameter"), "[]", "The parameters that are searched."),
        ]),
        of("search.optimiser", "How the region near the record is found.", &[
            field("trials", TRIALS, "400", "Trials, at most; 0 leaves the optimiser out."),
            field("population", Kind::Whole(0, 10_000), "0", "Trials in a generation; 0 for 4 + 3 ln(number of parameters)."),
            field("step", Kind::Number(0.01, 2.0), "0.5", "First standard deviation; that of a whole range is 1."),
        ]),
        of("search.sampler", "How the size of that region is measured.", &[
            field("trials", TRIALS, "1000", "Trials, at most; 0 leaves the sampler out."),
            field("population", Kind::Whole(1, 100_000), "50", "Trials in a generation."),
            field("effective", Kind::Number(2.0, 100_000.0), "50", "To how many independent particles the posterior shall amount."),
        ]),
        of("search.waves", "How a match closes in on what is not ruled out.", &[
            field("most", Kind::Whole(1, 100), "5", "Waves, at most; fewer where the emulators are sure before."),
            field("points", Kind::Whole(20, 100_000), "300", "Points of a wave."),
            field("worlds", Kind::Whole(1, 100_000), "200", "Worlds that are wanted: points that their own runs do not rule out."),
            field("world_replicates", Kind::Whole(2, 10_000), "8", "Replicates by which each of them has to show it."),
        ]),
        of("search.parameter", "A parameter that is searched.", &[
            required("key", Kind::Text, "Its path in the scenario, as `--set` takes it."),
            required("low", Kind::Number(-1e15, 1e15), "Least value."),
            required("high", Kind::Number(-1e15, 1e15), "Largest value."),
            field("scale", Kind::Choice(SCALES), "\"linear\"", "Whether all differences are as likely before the search, or all ratios."),
            field("meaning", Kind::Text, "\"\"", "What it means, for readers."),
            field("source", Kind::Text, "\"\"", "Why it lies within these limits."),
        ]),
    ];
    Format { noun: "search", sections, totals: Vec::new(), files: &[] }
});

impl Search {
    /// Read a search file for a scenario.
    ///
    /// # Errors
    /// Everything that is wrong with it, in order of place.
    pub fn read(path: &Path, scenario: &Scenario) -> Result<Search, Problems> {
        let name = path.display().to_string();
        match fs::read_to_string(path) {
            Ok(text) => Search::from_text(&name, &text, scenario),
            Err(error) => {
                let problem = Problem::nowhere(format!("cannot read {name}: {error}"));
                Err(Problems::new(&[], [problem]))
            }
        }
    }

    /// Read the text of a search file; `name` is shown in messages.
    ///
    /// # Errors
    /// As [`Search::read`].
    pub fn from_text(name: &str, text: &str, scenario: &Scenario) -> Result<Search, Problems> {
        let sources = [Source {
            name: name.to_string(),
            text: text.to_string(),
        }];
        let (root, broken) = tree::parse(0, text);
        if !broken.is_empty() {
            return Err(Problems::new(&sources, broken));
        }
        let mut problems = Vec::new();
        let search = search(text, &root, scenario, &mut problems);
        match problems.is_empty() {
            true => Ok(search),
            false => Err(Problems::new(&sources, problems)),
        }
    }
}

fn search(text: &str, root: &Table, scenario: &Scenario, problems: &mut Vec<Problem>) -> Search {
    let (empty, nowhere) = (Table::default(), Place::new(0, 0..0));
    let top = View::of(&FORMAT, root);
    let part = |key: &'static str, name| {
        let node = root.get(key);
        let table = node.and_then(Node::table).unwrap_or(&empty);
        top.section(name, table, node.map_or(&nowhere, |node| &node.place))
    };
    let (optimiser, sampler) = (part("optimiser", "search.optimiser"), part("sampler", "search.sampler"));
    let waves = part("waves", "search.waves");
    check(&FORMAT, root, &Names::of(root), problems);
    let (list, known) = (root.get("parameter"), problems.len());
    let nodes = list.map(Node::list).unwrap_or_default();
    let parameters: Vec<Option<Parameter>> = top
        .inner_entries("parameter")
        .map(|view| parameter(&view, scenario, problems))
        .collect();
    if nodes.is_empty() && problems.len() == known {
        let at = list.map_or(&nowhere, |node| &node.place);
        let help = "add a [[parameter]] with `key`, `low` and `high`";
        problems.push(
            Problem::at(at, "a search needs at least one parameter")
                .label("none here")
                .help(help),
        );
    }
    twice(nodes, problems);
    let count = |view: View<'_>, key| view.number(key) as usize;
    Search {
        text: text.to_string(),
        seed: match top.given("seed").map(|node| &node.value) {
            Some(Value::Whole(seed)) => *seed as u64,
            _ => top.number("seed") as u64,
        },
        replicates: top.whole("replicates"),
        set: texts(root),
        distance: top.text("distance"),
        explore: count(top, "explore"),
        optimise: count(optimiser, "trials"),
        optimiser_population: Some(count(optimiser, "population")).filter(|&count| count > 0),
        step: optimiser.number("step"),
        sample: count(sampler, "trials"),
        sampler_population: count(sampler, "population"),
        effective: sampler.number("effective"),
        waves: count(waves, "most"),
        wave_points: count(waves, "points"),
        worlds: count(waves, "worlds"),
        world_replicates: waves.whole("world_replicates"),
        parameters: parameters.into_iter().flatten().collect(),
    }
}

fn texts(root: &Table) -> Vec<String> {
    let list = root.get("set").map(Node::list).unwrap_or_default();
    list.iter().filter_map(Node::text).map(str::to_string).collect()
}

fn parameter(view: &View<'_>, scenario: &Scenario, problems: &mut Vec<Problem>) -> Option<Parameter> {
    let before = problems.len();
    let (low, high) = (view.number_given("low"), view.number_given("high"));
    let log = view.text("scale") == "log";
    if let (Some(low), Some(high)) = (low, high) {
        if low >= high {
            let problem = Problem::at(view.place("high"), "`high` must be above `low`");
            problems.push(problem.label(format!("not above {low}")));
        }
        if log && low <= 0.0 {
            let problem = Problem::at(view.place("low"), "a range on the scale of ratios must be above 0");
            problems.push(
                problem
                    .label("has no logarithm")
                    .help("write `scale = \"linear\"`, or a `low` above 0"),
            );
        }
    }
    let key = view.given("key")?;
    let known = match find(scenario.family().format(), &scenario.root, key.text()?) {
        Ok(known) => known,
        Err((message, help)) => {
            problems.push(Problem::at(&key.place, message).label("nothing to search").help(help));
            return None;
        }
    };
    for (name, value) in [("low", low), ("high", high)] {
        let (least, most) = known.range;
        if value.is_some_and(|value| !(least..=most).contains(&value)) {
            let problem = Problem::at(
                view.place(name),
                format!("`{name}` is out of the range of the parameter"),
            );
            problems.push(
                problem
                    .label(format!("must be {}", known.field.range()))
                    .help(known.field.meaning),
            );
        }
    }
    (problems.len() == before).then(|| Parameter {
        key: key.text().unwrap_or_default().to_string(),
        low: low.unwrap_or_default(),
        high: high.unwrap_or_default(),
        log,
        present: known.present,
        unit: known.field.unit,
        source: view.text("source"),
    })
}

/// The number that a scenario has at a path, also by default; `None` where there is no such number, as under an action that
/// the scenario lacks.
pub fn present(scenario: &Scenario, path: &str) -> Option<f64> {
    let known = find(scenario.family().format(), &scenario.root, path);
    known.ok().map(|known| known.present)
}

/// No parameter is searched twice.
fn twice(nodes: &[Node], problems: &mut Vec<Problem>) {
    let keys: Vec<&Node> = nodes.iter().filter_map(|node| node.table()?.get("key")).collect();
    for (i, key) in keys.iter().enumerate() {
        if keys[..i].iter().any(|other| other.text() == key.text()) && key.text().is_some() {
            let problem = Problem::at(
                &key.place,
                format!("`{}` is searched twice", key.text().unwrap_or_default()),
            );
            problems.push(problem.label("the second one"));
        }
    }
}

struct Known {
    field: Field,
    range: (f64, f64),
    present: f64,
}

/// The number at a path of a scenario, or why there is none and what was probably meant.
fn find(format: &'static Format, root: &Table, path: &str) -> Result<Known, (String, String)> {
    let (mut at, mut table, mut walked) = (format.root(), Some(root), String::new());
    let mut keys = path.split('.');
    while let Some(key) = keys.next() {
        let empty = Table::default();
        let Some(field) = at.field_of(table.unwrap_or(&empty), key) else {
            let known = at.fields.iter().map(|field| field.key);
            let place = if walked.is_empty() { "a scenario" } else { &walked };
            return Err((format!("there is no `{key}` in {place}"), suggest(key, "keys", known)));
        };
        walked = if walked.is_empty() {
            key.to_string()
        } else {
            format!("{walked}.{key}")
        };
        let node = table.and_then(|table| table.get(key));
        match field.kind {
            Kind::Number(low, high) => {
                if let Some(more) = keys.next() {
                    return Err((
                        format!("there is no `{more}` in `{walked}`"),
                        "it is a number".to_string(),
                    ));
                }
                let default = || match field.omitted {
                    Omitted::Number(value) => Some(value),
                    _ => field.default_node().and_then(|node| node.number()),
                };
                let present = node.and_then(Node::number).or_else(default);
                return Ok(Known {
                    field,
                    range: (low, high),
                    present: present.unwrap_or(0.5 * (low + high)),
                });
            }
            Kind::Entries(_) => {
                let id = keys.next().unwrap_or_default();
                let list = node.map(Node::list).unwrap_or_default();
                let Some(entry) = list.iter().find(|node| id_of(node) == Some(id)) else {
                    let known: Vec<&str> = list.iter().filter_map(id_of).collect();
                    let help = suggest(id, &format!("entries in `{key}`"), known.iter().copied());
                    return Err((format!("there is no `{id}` in `{key}`"), help));
                };
                table = entry.table();
                walked = format!("{walked}.{id}");
            }
            _ => table = node.and_then(Node::table),
        }
        match format.within(&field) {
            Some(section) => at = section,
            None => break,
        }
    }
    let help = "only numbers with a fraction can be searched, such as `rules.turnout.base_cost`".to_string();
    Err((format!("`{path}` is not such a number"), help))
}

/// An overlay that sets these paths over a scenario at `base`: the text of a scenario file.
pub fn overlay(format: &Format, base: &str, title: &str, values: &[(&str, f64)]) -> String {
    let place = Place::new(0, 0..0);
    let node = |value| Node {
        value,
        place: place.clone(),
    };
    let mut root = Table::default();
    root.entry("schema_version", &place, || node(Value::Whole(1)));
    for (key, text) in [("extends", base), ("title", title)] {
        root.entry(key, &place, || node(Value::Text(text.to_string())));
    }
    for (path, value) in values {
        put(format, &mut root, path, node(Value::Number(*value)));
    }
    write::to_toml(&root)
}

fn put(format: &Format, table: &mut Table, path: &str, value: Node) {
    let place = value.place.clone();
    let node = |value| Node {
        value,
        place: place.clone(),
    };
    let Some((key, rest)) = path.split_once('.') else {
        table.entry(path, &place, || value);
        return;
    };
    let entries = matches!(format.root().field(key).map(|field| field.kind), Some(Kind::Entries(_)));
    if !entries {
        let inner = table.entry(key, &place, || node(Value::Table(Table::default())));
        if let Value::Table(inner) = &mut inner.node.value {
            put(format, inner, rest, value);
        }
        return;
    }
    let Some((id, rest)) = rest.split_once('.') else { return };
    let list = table.entry(key, &place, || node(Value::List(Vec::new())));
    let Value::List(list) = &mut list.node.value else {
        return;
    };
    if !list.iter().any(|node| id_of(node) == Some(id)) {
        let mut entry = Table::default();
        entry.entry("id", &place, || node(Value::Text(id.to_string())));
        list.push(node(Value::Table(entry)));
    }
    for node in list.iter_mut().filter(|node| id_of(node) == Some(id)) {
        if let Value::Table(inner) = &mut node.value {
            inner.inline = false;
            put(format, inner, rest, value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCENARIO: &str = "schema_version = 1\nstart = 2022-01-01T00:00:00\nzone = \"Asia/Almaty\"\nticks = 9\n\
        [[region]]\nid = \"west\"\npopulation = 500\nurban = 0.3\n\
        [[shock]]\nid = \"fuel\"\nkind = \"price_change\"\nwhen = 2022-01-01T02:00:00\nfactor = 2.0\n";

    fn read(text: &str) -> Result<Search, Problems> {
        let scenario = Scenario::from_text("town", SCENARIO).unwrap();
        Search::from_text("town.search.toml", text, &scenario)
    }

    #[test]
    fn a_parameter_is_any_number_of_the_scenario_and_knows_its_present_value() {
        let keys = [
            ("rules.repression.arrest_harm", 0.5, 2.0, 1.0),
            ("region.west.urban", 0.1, 0.9, 0.3),
            ("shock.fuel.factor", 1.5, 2.5, 2.0),
        ];
        let mut text = "schema_version = 1\nset = [\"ticks=8\"]\n".to_string();
        for (key, low, high, _) in keys {
            text += &format!("[[parameter]]\nkey = \"{key}\"\nlow = {low}\nhigh = {high}\n");
        }
        let search = read(&text).unwrap();
        let found: Vec<_> = search
            .parameters
            .iter()
            .map(|of| (of.key.as_str(), of.low, of.high, of.present))
            .collect();
        assert_eq!(found, keys);
        assert_eq!(
            (search.set, search.replicates, search.effective),
            (vec!["ticks=8".to_string()], 4, 50.0)
        );
    }

    #[test]
    fn a_range_is_walked_evenly_in_its_scale_and_written_with_six_digits() {
        let mut of = read("schema_version = 1\n[[parameter]]\nkey = \"region.west.urban\"\nlow = 0.01\nhigh = 1\n")
            .unwrap()
            .parameters
            .remove(0);
        assert_eq!([of.at(0.0), of.at(0.5), of.at(1.0)], [0.01, 0.505, 1.0]);
        of.log = true;
        assert_eq!([of.at(0.0), of.at(0.5), of.at(1.0)], [0.01, 0.1, 1.0]);
        assert_eq!(of.at(0.123456789), 0.0176569);
        assert!((of.share(0.1) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn every_problem_of_a_search_file_is_told_at_once() {
        let text = "schema_version = 1\nreplicates = 0\nseeed = 3\n\
            [optimizer]\ntrials = 3\n\
            [[parameter]]\nkey = \"rules.turnout.base_cots\"\nlow = 0.5\nhigh = 0.6\n\
            [[parameter]]\nkey = \"rules.sites.overrun_ratio\"\nlow = 0.0\nhigh = 900.0\nscale = \"lgo\"\n\
            [[parameter]]\nkey = \"rules.harm.armed_lethality\"\nlow = 0.0\nhigh = 9.0\nscale = \"log\"\n\
            [[parameter]]\nkey = \"region.wset.urban\"\nlow = 0.9\nhigh = 0.1\n\
            [[parameter]]\nkey = \"ticks\"\nlow = 1\nhigh = 5\n\
            [[parameter]]\nkey = \"region.west.urban\"\nlow = 0.1\nhigh = 0.9\n\
            [[parameter]]\nkey = \"region.west.urban\"\nlow = 0.1\nhigh = 0.9\n";
        insta::assert_snapshot!(read(text).unwrap_err().render(false));
    }

    #[test]
    fn a_search_of_nothing_is_refused() {
        let told = read("schema_version = 1\n").unwrap_err().to_string();
        assert!(told.contains("a search needs at least one parameter"), "{told}");
    }

    #[test]
    fn an_overlay_names_entries_by_their_id() {
        let text = overlay(
            crate::models::FAMILIES[0].format(),
            "../town.toml",
            "Town",
            &[("rules.turnout.base_cost", 0.5), ("region.west.urban", 0.25)],
        );
        let expected = "schema_version = 1\nextends = \"../town.toml\"\ntitle = \"Town\"\n\n\
            [rules.turnout]\nbase_cost = 0.5\n\n[[region]]\nid = \"west\"\nurban = 0.25\n";
        assert_eq!(text, expected);
    }
}
