//! A document against the reference of the format: unknown and missing keys, types, ranges, and what is referred to.
//! What needs more than one value to judge is left to the format and to `compile`.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::calendar;
use super::form::{Field, Format, Kind, Omitted, Section, To};
use super::problem::{Place, Problem};
use super::tree::{Entry, Node, Table, Value};
use crate::suggest::{nearest, suggest};

/// The `id`s that can be referred to, by the keys of the lists whose entries they are.
pub struct Names<'a>(BTreeMap<&'a str, Vec<&'a str>>);

impl<'a> Names<'a> {
    /// Those of a document; an entry without an id counts, so that the order holds.
    pub fn of(root: &'a Table) -> Names<'a> {
        let ids = |key: &str| root.tables(key).map(|(table, _)| table.text("id").unwrap_or_default());
        let all = root.entries.iter().map(|entry| entry.key.as_str());
        Names(all.map(|key| (key, ids(key).collect())).collect())
    }

    /// The names of one kind, in their order in a model.
    pub fn all(&self, to: To) -> impl Iterator<Item = &'a str> {
        let written = to
            .keys
            .iter()
            .flat_map(|key| self.0.get(key).into_iter().flatten().copied());
        written.chain((to.also)())
    }

    /// How many there are of one kind.
    pub fn count(&self, to: To) -> usize {
        self.all(to).count()
    }

    /// Where a name stands among its kind.
    pub fn index(&self, to: To, name: &str) -> Option<usize> {
        self.all(to).position(|known| known == name && !name.is_empty())
    }
}

/// Find what is wrong with a document, by its format.
pub fn check(format: &'static Format, root: &Table, names: &Names<'_>, problems: &mut Vec<Problem>) {
    let mut checker = Checker {
        format,
        names,
        problems,
    };
    checker.table(format.root(), "", root, &Place::new(0, 0..0));
}

struct Checker<'a> {
    format: &'static Format,
    names: &'a Names<'a>,
    problems: &'a mut Vec<Problem>,
}

impl Checker<'_> {
    /// `path` is where the table stands in the scenario, as in `action.when`.
    fn table(&mut self, section: &'static Section, path: &str, table: &Table, home: &Place) {
        let home = table.get("id").map_or(home, |id| &id.place);
        for entry in &table.entries {
            match section.field_of(table, &entry.key) {
                Some(field) => self.value(&join(path, field.key), &field, &entry.node),
                None => self.problems.push(unknown(section, path, table, entry)),
            }
        }
        for field in &section.fields {
            let must = match field.omitted {
                Omitted::Required => true,
                Omitted::Unless(other) => table.get(other).is_none(),
                _ => false,
            };
            if must && table.get(field.key).is_none() {
                self.problems.push(missing(self.format, path, field, home));
            }
        }
        (section.more.shape)(table, home, self.problems);
    }

    fn value(&mut self, path: &str, field: &Field, node: &Node) {
        let place = &node.place;
        match (field.kind, &node.value) {
            (Kind::Text | Kind::Model, Value::Text(text)) => self.plain(path, text, place),
            (Kind::Outcome(_), Value::Text(_)) | (Kind::Flag, Value::Flag(_)) | (Kind::Varied(_), Value::Table(_)) => {}
            (Kind::Range, Value::List(list)) if range(list).is_some() => {}
            (Kind::Texts, Value::List(list)) if list.iter().all(|node| node.text().is_some()) => {}
            (Kind::Id, Value::Text(id)) => self.id(path, id, place),
            (Kind::Whole(low, high), Value::Whole(value)) if (low..=high).contains(value) => {}
            (Kind::Whole(low, high), Value::Number(value)) if !value.is_finite() || value.fract() == 0.0 => {
                if !(low as f64..=high as f64).contains(value) {
                    self.range(path, field, place);
                }
            }
            (Kind::Number(low, high), Value::Whole(_) | Value::Number(_)) => {
                if !node.number().is_some_and(|value| (low..=high).contains(&value)) {
                    self.range(path, field, place);
                }
            }
            (Kind::Whole(..), Value::Whole(_)) => self.range(path, field, place),
            (Kind::Time | Kind::When, Value::Time(time)) => {
                if calendar::civil(time).is_none() {
                    let problem = Problem::at(place, format!("`{path}` must be {}", field.expected()));
                    let offset = "an offset; times are local, in the `zone` of the scenario";
                    self.problems.push(problem.label(if time.offset.is_some() {
                        offset
                    } else {
                        "not a date and time"
                    }));
                }
            }
            (Kind::Zone, Value::Text(zone)) => self.zone(zone, place),
            (Kind::Duration, Value::Text(text)) => {
                if let Err(why) = calendar::minutes(text) {
                    let problem = Problem::at(place, format!("`{path}` must be {}", field.expected()));
                    self.problems.push(problem.label(why));
                }
            }
            (Kind::Position, Value::List(list)) => self.pair(path, field, list, place, [90.0, 180.0], false),
            (Kind::Hours, Value::List(list)) => self.pair(path, field, list, place, [23.0, 23.0], true),
            (Kind::Choice(choice), Value::Text(word)) => {
                if !choice.words().contains(&word.as_str()) {
                    let help = suggest(word, choice.name(), choice.words());
                    let problem = Problem::at(place, format!("`{path}` has no choice `{word}`"));
                    self.problems
                        .push(problem.label(format!("not one of the {}", choice.name())).help(help));
                }
            }
            (Kind::Reference(to), Value::Text(_)) => self.reference(path, to, node),
            (Kind::References(to), Value::List(list)) => list.iter().for_each(|node| self.reference(path, to, node)),
            (Kind::Whens, Value::List(list)) => {
                if list.is_empty() {
                    self.problems
                        .push(Problem::at(place, format!("`{path}` is an empty list")).label("name a moment"));
                }
                let one = Field {
                    kind: Kind::When,
                    ..*field
                };
                list.iter().for_each(|node| self.value(path, &one, node));
            }
            (Kind::Table(_) | Kind::Part(..) | Kind::When, Value::Table(table)) => {
                let section = self.format.within(field);
                section
                    .into_iter()
                    .for_each(|section| self.table(section, path, table, place));
            }
            (Kind::Outcomes(example), Value::Table(table)) => {
                table.entries.iter().for_each(|entry| self.named(path, entry, example));
            }
            (Kind::Entries(name), Value::List(list)) => {
                if list.is_empty() && field.omitted == Omitted::Required {
                    self.needs_one(field, self.format.section(name), place);
                }
                self.entries(name, path, list);
            }
            _ => {
                let problem = Problem::at(place, format!("`{path}` must be {}", field.expected()));
                self.problems.push(problem.label(format!("this is {}", node.found())));
            }
        }
    }

    /// A name of an outcome, and that it has a text; what the text means is judged once the model is known.
    fn named(&mut self, path: &str, entry: &Entry, example: &str) {
        let (name, place) = (entry.key.as_str(), &entry.at);
        self.id(&join(path, name), name, place);
        let taken = match name {
            _ if self.format.totals.contains(&name) => "a total of every run has this name",
            _ if KEYS.contains(&name) => "a column of every table of results has this name",
            _ => "",
        };
        if !taken.is_empty() {
            let problem = Problem::at(place, format!("an outcome cannot be called `{name}`"));
            self.problems
                .push(problem.label(taken).help("give the outcome another name"));
        }
        if entry.node.text().is_none() {
            let message = format!("`{}` must be an outcome in quotes", join(path, name));
            let problem = Problem::at(&entry.node.place, message).label(format!("this is {}", entry.node.found()));
            self.problems.push(problem.help(format!("such as \"{example}\"")));
        }
    }

    /// A list that must be there has something in it.
    fn needs_one(&mut self, field: &Field, section: &Section, place: &Place) {
        let required = section.fields.iter().filter(|field| field.omitted == Omitted::Required);
        let keys: Vec<String> = required.map(|field| format!("`{}`", field.key)).collect();
        let (document, one) = (self.format.noun, field.key);
        let problem = Problem::at(place, format!("a {document} needs at least one {one}"));
        let help = format!("add a [[{one}]] with {}", keys.join(" and "));
        self.problems.push(problem.label("none here").help(help));
    }

    fn entries(&mut self, name: &'static str, path: &str, list: &[Node]) {
        for node in list {
            match &node.value {
                Value::Table(table) => self.table(self.format.section(name), path, table, &node.place),
                _ => {
                    let problem = Problem::at(&node.place, format!("an entry of `{path}` must be a table of keys"));
                    self.problems.push(problem.label(format!("this is {}", node.found())));
                }
            }
        }
    }

    fn range(&mut self, path: &str, field: &Field, place: &Place) {
        let problem = Problem::at(place, format!("`{path}` is out of range"));
        let problem = problem.label(format!("must be {}", field.range()));
        let version = "this is format 1; a later version of qantar reads later formats";
        self.problems.push(problem.help(if field.key == "schema_version" {
            version
        } else {
            field.meaning
        }));
    }

    /// Text is printed as it is, so it must not steer a terminal.
    fn plain(&mut self, path: &str, text: &str, place: &Place) {
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            let problem = Problem::at(place, format!("`{path}` has a control character"));
            let help = "it would steer the terminal that shows it; leave it out";
            self.problems
                .push(problem.label("not only letters and signs").help(help));
        }
    }

    fn id(&mut self, path: &str, id: &str, place: &Place) {
        if id.starts_with('-') {
            let problem = Problem::at(place, format!("`{path}` begins with `-`"));
            let help = "a spreadsheet reads a cell that begins with it as a formula; begin with a letter";
            self.problems.push(problem.label("not an id").help(help));
            return;
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if id.is_empty() || !id.chars().all(plain) {
            let problem = Problem::at(place, format!("`{path}` must be letters, digits, `-` and `_`"));
            let help = "an id is for use within the scenario; give the name for readers in `name` or `title`";
            self.problems.push(problem.label("not an id").help(help));
        }
    }

    fn zone(&mut self, zone: &str, place: &Place) {
        if TimeZone::get(zone).is_err() {
            let known: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
            // A city alone is half of a name.
            let city = format!("/{}", zone.to_lowercase());
            let meant = known
                .iter()
                .find(|name| name.to_lowercase().ends_with(&city))
                .map(String::as_str);
            let help = match meant.or_else(|| nearest(zone, known.iter().map(String::as_str))) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "zones have names such as `Asia/Almaty` or `Europe/Kyiv`".to_string(),
            };
            let problem = Problem::at(place, format!("there is no time zone `{zone}`"));
            self.problems.push(problem.label("not in the IANA database").help(help));
        }
    }

    fn pair(&mut self, path: &str, field: &Field, list: &[Node], place: &Place, limits: [f64; 2], hours: bool) {
        let numbers: Vec<f64> = list.iter().filter_map(Node::number).collect();
        if list.len() != 2 || numbers.len() != 2 || hours && numbers.iter().any(|value| value.fract() != 0.0) {
            let problem = Problem::at(place, format!("`{path}` must be {}", field.expected()));
            self.problems.push(problem.label(if hours {
                "two whole numbers belong here"
            } else {
                "two numbers belong here"
            }));
            return;
        }
        for ((node, value), limit) in list.iter().zip(numbers).zip(limits) {
            let low = if hours { 0.0 } else { -limit };
            if !(low..=limit).contains(&value) {
                let problem = Problem::at(&node.place, format!("`{path}` is out of range"));
                let problem = problem.label(format!("must be {low} to {limit} ({})", field.unit));
                self.problems.push(problem.help(field.meaning));
            }
        }
    }

    fn reference(&mut self, path: &str, to: To, node: &Node) {
        let Some(name) = node.text() else {
            let problem = Problem::at(
                &node.place,
                format!("`{path}` takes the id of one {}, in quotes", to.name),
            );
            self.problems.push(problem.label(format!("this is {}", node.found())));
            return;
        };
        if self.names.index(to, name).is_none() {
            let known: Vec<&str> = self.names.all(to).filter(|name| !name.is_empty()).collect();
            let help = suggest(name, &format!("{}s", to.name), known);
            let problem = Problem::at(&node.place, format!("`{path}` names an unknown {}, `{name}`", to.name));
            self.problems
                .push(problem.label(format!("no {} has this id", to.name)).help(help));
        }
    }
}

/// Columns that tables of results have beside outcomes.
const KEYS: [&str; 7] = ["arm", "point", "replicate", "seed", "status", "reason", "tick"];

/// The two numbers of a range.
pub fn range(list: &[Node]) -> Option<(f64, f64)> {
    match list {
        [low, high] => Some((low.number()?, high.number()?)).filter(|(low, high)| low <= high),
        _ => None,
    }
}

fn unknown(section: &Section, path: &str, table: &Table, entry: &Entry) -> Problem {
    if let Some(problem) = (section.more.unknown)(table, entry) {
        return problem;
    }
    let (key, at) = (entry.key.as_str(), &entry.at);
    let own = (section.more.own)(table);
    let known: Vec<&str> = section.fields.iter().chain(&own).map(|field| field.key).collect();
    let help = suggest(key, "keys", known.iter().copied());
    Problem::at(at, format!("unknown key `{}`", join(path, key)))
        .label("no such key")
        .help(help)
}

fn missing(format: &Format, path: &str, field: &Field, home: &Place) -> Problem {
    let problem = Problem::at(home, format!("`{}` is missing", join(path, field.key)));
    if field.key == "schema_version" {
        let help = "add `schema_version = 1` as the first line, so that a later version never misreads the file";
        return problem.label("before this").help(help);
    }
    let label = if path.is_empty() {
        format!("not in the {}", format.noun)
    } else {
        format!("this has no `{}`", field.key)
    };
    problem
        .label(label)
        .help(format!("add `{}`: {}", field.key, field.expected()))
        .help(field.meaning)
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_string()
    } else {
        format!("{path}.{key}")
    }
}
