//! Scenarios: read text, lay overlays and `--set` over it, compile it to a model, or say everything that is wrong
//! with it at once.
//!
//! ```text
//! files, CSV, --set -> tree -> check against the reference -> compile -> Model
//!                      places  fields, kinds, rules, levers    every problem of all, in order of place
//! ```
//!
//! The reference of the format is one table ([`schema`], filled by `fields`, `kinds`, the rules and the levers): the
//! check, the defaults, `qantar explain` and the JSON schema are all made from it.

pub mod calendar;
mod check;
mod compile;
mod epstein;
// One line for each key, however long, so that it reads as the table that it is.
#[rustfmt::skip]
mod fields;
pub mod form;
pub mod json_schema;
pub mod kinds;
mod merge;
pub mod outcomes;
pub mod problem;
mod read;
pub mod record;
pub mod schema;
pub mod search;
mod set;
mod shapes;
pub(crate) mod tree;
mod view;
mod write;

use std::path::{Path, PathBuf};

use crate::analysis::named::Named;
use crate::models::{self, Family, epstein::engine::model as lattice};
use crate::sim::Simulation;
use crate::sim::model::Model;
use calendar::Calendar;
use problem::{Place, Problem, Problems, Source};
use read::Reading;
use tree::{Table, Value};

/// A scenario as written, with all that it extends and all that was set.
#[derive(Clone, Debug)]
pub struct Scenario {
    name: String,
    title: String,
    root: Table,
    record: Option<PathBuf>,
    sources: Vec<Source>,
    /// What was found while reading; it does not keep the rest from being judged, so compile tells it with the rest.
    problems: Vec<Problem>,
}

impl Scenario {
    /// Read a file with what it extends and its table of regions. Fails with every file that cannot be read and
    /// every mistake of syntax; what a scenario means is judged by [`Scenario::compile`].
    pub fn read(path: &Path) -> Result<Scenario, Problems> {
        let mut reading = Reading::default();
        let root = reading.file(path, None);
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        Scenario::from_reading(stem.into_owned(), root, reading)
    }

    /// Read a text; `name` is shown in messages, such as `tutorial.toml`. Other files that it names are sought from
    /// the working directory.
    pub fn from_text(name: &str, text: &str) -> Result<Scenario, Problems> {
        let mut reading = Reading::default();
        let root = reading.document(name.to_string(), text.to_string(), Path::new(""), None);
        let stem = Path::new(name).file_stem().unwrap_or_default().to_string_lossy();
        Scenario::from_reading(stem.into_owned(), root, reading)
    }

    fn from_reading(name: String, root: Table, reading: Reading) -> Result<Scenario, Problems> {
        if !reading.broken.is_empty() {
            return Err(Problems::new(&reading.sources, reading.broken));
        }
        Ok(Scenario {
            title: root.text("title").unwrap_or(&name).to_string(),
            name,
            root,
            record: reading.record,
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
                Ok(over) => set::lay(&mut root, over, &mut problems),
                Err(found) => broken.extend(found),
            }
        }
        if !broken.is_empty() {
            return Err(Problems::new(&sources, broken));
        }
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
                set::lay(&mut self.root, over, &mut self.problems);
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

    /// What it is called in reports; its name if it does not say.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Its actions as written, in order: id, kind, and who acts, which may be empty.
    pub fn actions(&self) -> Vec<[String; 3]> {
        let entries = view::View::entries(&self.root, "action");
        entries
            .map(|view| ["id", "kind", "by"].map(|key| view.text(key)))
            .collect()
    }

    /// The ids of its shocks, in order.
    pub fn shocks(&self) -> impl Iterator<Item = String> + '_ {
        view::View::entries(&self.root, "shock").map(|view| view.text("id"))
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

    /// Its clock; of a scenario that does not compile, any clock.
    pub fn calendar(&self) -> Calendar {
        if self.family().name() == "epstein" {
            return Calendar::undated();
        }
        let home = Place::new(0, 0..0);
        let view = view::View {
            section: schema::section(""),
            table: &self.root,
            home: &home,
        };
        compile::calendar(&view, &mut Vec::new())
    }

    /// Which family its model is of; that of countries if what it names is none.
    pub fn family(&self) -> &'static dyn Family {
        models::of(self.root.text("model")).unwrap_or(models::FAMILIES[0])
    }

    /// The model that it means, of whatever family. Fails with everything that is wrong, in order of place.
    pub fn simulation(&self) -> Result<Box<dyn Simulation>, Problems> {
        Ok(match self.family().name() {
            "epstein" => Box::new(self.lattice()?),
            _ => Box::new(self.compile()?),
        })
    }

    /// The country that it means. Fails with everything that is wrong, in order of place.
    pub fn compile(&self) -> Result<Model, Problems> {
        self.of("country", compile::compile)
    }

    /// Epstein's lattice that it means. Fails with everything that is wrong, in order of place.
    pub fn lattice(&self) -> Result<lattice::Model, Problems> {
        self.of("epstein", epstein::compile)
    }

    fn of<M: Simulation>(
        &self,
        wanted: &str,
        compile: impl FnOnce(&Table, &mut Vec<Problem>) -> M,
    ) -> Result<M, Problems> {
        let mut problems = self.problems.clone();
        let family = self.family();
        if family.name() != wanted {
            let message = format!(
                "{} is a scenario of the model `{}` and not of `{wanted}`",
                self.name,
                family.name()
            );
            return Err(Problems::new(&self.sources, vec![Problem::nowhere(message)]));
        }
        let model = compile(&self.root, &mut problems);
        let mut known = outcomes::known(family, &model, &self.calendar());
        // Of a clock that is wrong, nothing is known of when a run is.
        known.times = known.times.filter(|_| problems.is_empty());
        outcomes::check(&self.root, &self.sources, &known, &mut problems);
        if problems.is_empty() {
            Ok(model)
        } else {
            Err(Problems::new(&self.sources, problems))
        }
    }
}
