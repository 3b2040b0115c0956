//! Scenarios: read text, lay overlays and `--set` over it, compile it to a model, or say everything that is wrong
//! with it at once. What may stand in one, and what it means, its family says.
//!
//! Records of what happened and searches are documents of their own, of the same kind: a table of fields each.

pub mod atlas;
pub mod json_schema;
pub mod outcomes;
pub mod record;
pub mod search;

pub use crate::document::{calendar, form, problem, tree};
pub use crate::models::country::kinds;

use std::any::Any;
use std::path::{Path, PathBuf};

use crate::analysis::named::Named;
use crate::analysis::names::Names;
use crate::document::form::Format;
use crate::document::read::Reading;
use crate::document::{merge, set, write};
use crate::models::{self, Family, epstein::engine::model as lattice};
use crate::sim::Simulation;
use crate::sim::model::Model;
use crate::suggest::suggest;
use calendar::Calendar;
use problem::{Place, Problem, Problems, Source, any_wrong};
use tree::{Node, Table, Value};

/// A scenario as written, with all that it extends and all that was set.
#[derive(Clone, Debug)]
pub struct Scenario {
    name: String,
    title: String,
    root: Table,
    record: Option<PathBuf>,
    worlds: Option<PathBuf>,
    sources: Vec<Source>,
    /// What was found while reading; it does not keep the rest from being judged, so compile tells it with the rest.
    problems: Vec<Problem>,
}

impl Scenario {
    /// Read a file with what it extends and its table of regions. Fails with every file that cannot be read and
    /// every mistake of syntax; what a scenario means is judged by [`Scenario::compile`].
    pub fn read(path: &Path) -> Result<Scenario, Problems> {
        let mut reading = reading();
        let root = reading.file(path, None);
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        Scenario::from_reading(stem.into_owned(), root, reading)
    }

    /// Read a text; `name` is shown in messages, such as `tutorial.toml`. Other files that it names are sought from
    /// the working directory.
    pub fn from_text(name: &str, text: &str) -> Result<Scenario, Problems> {
        Scenario::from_text_in(Path::new(""), name, text)
    }

    /// As [`Scenario::from_text`], but other files that it names are sought from this folder.
    pub fn from_text_in(folder: &Path, name: &str, text: &str) -> Result<Scenario, Problems> {
        let mut reading = reading();
        let root = reading.document(name.to_string(), text.to_string(), folder, None);
        let stem = Path::new(name).file_stem().unwrap_or_default().to_string_lossy();
        Scenario::from_reading(stem.into_owned(), root, reading)
    }

    fn from_reading(name: String, mut root: Table, mut reading: Reading) -> Result<Scenario, Problems> {
        merge::settle(format_of(&root), &mut root, &mut reading.problems);
        if !reading.broken.is_empty() {
            return Err(Problems::new(&reading.sources, reading.broken));
        }
        Ok(Scenario {
            title: root.text("title").unwrap_or(&name).to_string(),
            name,
            root,
            record: reading.record,
            worlds: reading.worlds,
            sources: reading.sources,
            problems: reading.problems,
        })
    }

    /// Lay assignments such as `region.almaty.urban=0.9` over the scenario, in order. Fails with every mistake of
    /// syntax and then changes nothing; a key that does not exist is told by [`Scenario::compile`] with everything else.
    pub fn set(&mut self, assignments: &[String]) -> Result<(), Problems> {
        let (mut root, mut sources, mut problems) = (self.root.clone(), self.sources.clone(), self.problems.clone());
        let mut broken = Vec::new();
        for assignment in assignments {
            let source = sources.len();
            sources.push(Source {
                name: "--set".to_string(),
                text: assignment.clone(),
            });
            match set::read(source, assignment) {
                Ok(over) => set::lay(format_of(&root), &mut root, over, &mut problems),
                Err(found) => broken.extend(found),
            }
        }
        if !broken.is_empty() {
            return Err(Problems::new(&sources, broken));
        }
        merge::settle(format_of(&root), &mut root, &mut problems);
        let title = root.text("title").unwrap_or(&self.name).to_string();
        (self.root, self.sources, self.problems, self.title) = (root, sources, problems, title);
        Ok(())
    }

    /// Add a text from which values are laid over the scenario by [`Scenario::set_at`], and give its number.
    pub fn add_source(&mut self, source: Source) -> usize {
        self.sources.push(source);
        self.sources.len() - 1
    }

    /// Lay one assignment, such as `region.almaty.urban=0.9`, over the scenario, whose key and value stand at these
    /// places of texts that were added before: what is wrong with it is shown there.
    ///
    /// # Errors
    /// Mistakes of syntax.
    pub fn set_at(&mut self, key: &Place, value: &Place, assignment: &str) -> Result<(), Vec<Problem>> {
        match set::read(0, assignment) {
            Ok(mut over) => {
                over.move_to(key, value);
                set::lay(format_of(&self.root), &mut self.root, over, &mut self.problems);
                merge::settle(format_of(&self.root), &mut self.root, &mut self.problems);
                Ok(())
            }
            Err(found) => Err(found
                .into_iter()
                .map(|problem| Problem {
                    place: Some(value.clone()),
                    ..problem
                })
                .collect()),
        }
    }

    /// The files that it was read from, with what they extend; not what was set in it.
    pub fn files(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(|source| !source.name.starts_with("--"))
    }

    /// These problems, with the texts of this scenario and those added to it.
    pub fn problems(&self, problems: impl IntoIterator<Item = Problem>) -> Problems {
        Problems::new(&self.sources, problems)
    }

    /// The name of its file without folder and ending.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file of the record of what happened: the one it names, or `NAME.record.toml` beside it if there is one, or
    /// that of the scenario it extends.
    pub fn record(&self) -> Option<&Path> {
        self.record.as_deref()
    }

    /// The file of plausible worlds that it names, or that of the scenario it extends.
    pub fn worlds(&self) -> Option<&Path> {
        self.worlds.as_deref()
    }

    /// The assumptions that what follows from it leans on.
    pub fn leans_on(&self) -> Vec<String> {
        let list = self.root.get("leans_on").map(Node::list).unwrap_or_default();
        list.iter().filter_map(Node::text).map(str::to_owned).collect()
    }

    /// What it is called in reports; its name if it does not say.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Its actions, or changes of a lattice, as written, in order: id, kind, and who acts, which may be empty.
    pub fn actions(&self) -> Vec<[String; 3]> {
        let entries = |key| self.root.tables(key);
        let text = |table: &Table, key| table.text(key).unwrap_or_default().to_owned();
        let actions = entries("action").map(|(table, _)| {
            let by = table.text("by").unwrap_or("government").to_owned();
            [text(table, "id"), text(table, "kind"), by]
        });
        let changes = entries("change").map(|(table, _)| [text(table, "id"), "change".to_owned(), String::new()]);
        actions.chain(changes).collect()
    }

    /// What readers call its regions, sites, actions and money.
    pub fn names(&self) -> Names {
        let named = |entries: &[&str], key: &str| {
            let all = entries.iter().flat_map(|name| self.root.tables(name));
            let pairs = all.filter_map(|(table, _)| Some((table.text("id")?.to_owned(), table.text(key)?.to_owned())));
            pairs.collect()
        };
        let money = |key: &str| {
            let table = self.root.get("money").and_then(|node| node.table());
            table.and_then(|table| table.text(key)).unwrap_or_default().to_owned()
        };
        let price_unit = match money("price_unit") {
            none if none.is_empty() => money("currency"),
            unit => unit,
        };
        Names {
            regions: named(&["region", "place"], "name"),
            sites: named(&["site"], "name"),
            actions: named(&["shock", "action"], "title"),
            currency: money("currency"),
            good: money("good"),
            price_unit,
        }
    }

    /// The ids of its shocks, in order.
    pub fn shocks(&self) -> impl Iterator<Item = String> + '_ {
        let id = |(table, _): (&Table, _)| table.text("id").unwrap_or_default().to_owned();
        self.root.tables("shock").map(id)
    }

    /// The numbers of a run that it names, in order; what is wrong with one is told by [`Scenario::compile`].
    pub fn outcomes(&self) -> Vec<Named> {
        outcomes::named(&self.root, self.family().metrics())
    }

    /// Seed of all chance.
    pub fn seed(&self) -> u64 {
        match self.root.get("seed").map(|node| &node.value) {
            Some(Value::Whole(seed)) => *seed as u64,
            Some(Value::Number(seed)) => *seed as u64,
            _ => 1,
        }
    }

    /// The whole scenario in one text: overlays, tables and assignments are in it, and it compiles to the same model.
    pub fn to_toml(&self) -> String {
        write::to_toml(&self.root)
    }

    /// What may be meant so but probably is not, such as an action after the end of the run; and what follows from a
    /// removal. Of a scenario that does not compile, whatever was seen.
    pub fn warnings(&self) -> Problems {
        let mut problems = self.problems.clone();
        self.family().compile(&self.root, &mut problems);
        Problems::new(&self.sources, problems.into_iter().filter(|problem| problem.warning))
    }

    /// Its clock; of a scenario that does not compile, any clock.
    pub fn calendar(&self) -> Calendar {
        self.family().compile(&self.root, &mut Vec::new()).1
    }

    /// Which family its model is of; that of countries if what it names is none.
    pub fn family(&self) -> &'static dyn Family {
        models::of(self.root.text("model")).unwrap_or(models::FAMILIES[0])
    }

    /// The model that it means, of whatever family. Fails with everything that is wrong, in order of place.
    pub fn simulation(&self) -> Result<Box<dyn Simulation>, Problems> {
        self.dated().map(|(model, _)| model)
    }

    /// As [`Scenario::simulation`], with the dates of its ticks.
    pub fn dated(&self) -> Result<(Box<dyn Simulation>, Calendar), Problems> {
        self.judged().map(|(model, calendar, _)| (model, calendar))
    }

    /// As [`Scenario::dated`], with its [`Scenario::warnings`]: all that there is to know of it, compiled once.
    pub fn judged(&self) -> Result<(Box<dyn Simulation>, Calendar, Problems), Problems> {
        let (mut problems, family) = (self.problems.clone(), self.family());
        let (model, calendar) = family.compile(&self.root, &mut problems);
        self.known_model(&mut problems);
        let mut known = outcomes::known(family, model.as_ref(), &calendar);
        // Of a clock that is wrong, nothing is known of when a run is.
        known.times = known.times.filter(|_| !any_wrong(&problems));
        outcomes::check(&self.root, &self.sources, &known, &mut problems);
        match any_wrong(&problems) {
            false => Ok((model, calendar, Problems::new(&self.sources, problems))),
            true => Err(Problems::new(&self.sources, problems)),
        }
    }

    /// That its family is one.
    fn known_model(&self, problems: &mut Vec<Problem>) {
        let Some((node, name)) = self.root.get("model").and_then(|node| Some((node, node.text()?))) else {
            return;
        };
        if models::of(Some(name)).is_none() {
            let known: Vec<&str> = models::all().map(|family| family.name()).collect();
            let problem = Problem::at(&node.place, format!("`model` has no choice `{name}`"));
            problems.push(
                problem
                    .label("not one of the models")
                    .help(suggest(name, "models", known)),
            );
        }
    }

    /// The country that it means. Fails with everything that is wrong, in order of place.
    pub fn compile(&self) -> Result<Model, Problems> {
        self.of("country")
    }

    /// Epstein's lattice that it means. Fails with everything that is wrong, in order of place.
    pub fn lattice(&self) -> Result<lattice::Model, Problems> {
        self.of("epstein")
    }

    /// Its model as one of a family.
    fn of<M: Simulation>(&self, wanted: &str) -> Result<M, Problems> {
        let family = self.family().name();
        let model: Box<dyn Any> = self.simulation()?;
        match model.downcast::<M>() {
            Ok(model) => Ok(*model),
            Err(_) => {
                let message = format!(
                    "{} is a scenario of the model `{family}` and not of `{wanted}`",
                    self.name
                );
                Err(Problems::new(&self.sources, vec![Problem::nowhere(message)]))
            }
        }
    }
}

/// What reads scenarios, of whatever family, since which one it is stands in what is read.
fn reading() -> Reading {
    Reading::of(
        models::all()
            .flat_map(|family| family.format().files)
            .copied()
            .collect(),
    )
}

/// The format of a document that is a scenario.
fn format_of(root: &Table) -> &'static Format {
    models::of(root.text("model")).unwrap_or(models::FAMILIES[0]).format()
}
