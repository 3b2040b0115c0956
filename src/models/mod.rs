//! The families of models: a country person by person, and Epstein's lattice. What a family is stands behind one trait,
//! [`Family`], in a folder of its own; a further family is a further folder and a line in [`FAMILIES`].
//!
//! A family measures, names its totals and tells its course; the engine behind it is a
//! [`Simulation`], which knows none of that.

pub mod country;
pub mod epstein;

use std::fmt::Debug;
use std::sync::OnceLock;

use crate::analysis::named::{Named, Total};
use crate::analysis::unmet::Unmet;
use crate::document::calendar::Calendar;
use crate::document::form::Format;
use crate::document::problem::Problem;
use crate::document::tree;
use crate::metric::Description;
#[cfg(feature = "plots")]
use crate::report::{Run, summary::Course};
use crate::sim::Simulation;

/// A family of models: what all its models have in common.
pub trait Family: Debug + Sync {
    /// Its name, as `model` in a scenario and in a manifest.
    fn name(&self) -> &'static str;

    /// What may stand in a scenario of it.
    fn format(&self) -> &'static Format;

    /// The model that a document means, and the dates of its ticks; they mean something only if no problem was added
    /// but warnings.
    fn compile(&self, document: &tree::Table, problems: &mut Vec<Problem>) -> (Box<dyn Simulation>, Calendar);

    /// What is measured, in the order of the columns of `series.csv`. The first are those who are active now.
    fn metrics(&self) -> &'static [Description];

    /// The names of what can happen, in the column `event` of `events.csv`.
    fn events(&self) -> &'static [&'static str];

    /// The numbers that sum up a run.
    fn totals(&self) -> &'static [Total];

    /// The names of those of them that matter first.
    fn first_totals(&self) -> &'static [&'static str];

    /// What those who are active now are called after their number, such as `people out`.
    fn active(&self) -> &'static str;

    /// What is done in a model, and what it waits for, before any run is known.
    fn unmet(&self, _model: &dyn Simulation) -> Vec<Unmet> {
        Vec::new()
    }

    /// How a run went, or all its replicates, for people. Plain UTF-8 without `color`.
    ///
    /// # Panics
    /// If a table lacks a column of `series.csv` or `events.csv`.
    #[cfg(feature = "plots")]
    fn course(&self, run: &Run, color: bool) -> Course;
}

/// Every family that comes with qantar. The first is meant where a scenario names none.
pub static FAMILIES: [&dyn Family; 2] = [&country::Country, &epstein::Epstein];

static BROUGHT: OnceLock<&'static [&'static dyn Family]> = OnceLock::new();

/// Let scenarios be of further families, too: those of a user of the library. Only the first call counts, and it comes
/// before any scenario is read.
pub fn bring(families: &'static [&'static dyn Family]) {
    let _ = BROUGHT.set(families);
}

/// Every family.
pub fn all() -> impl Iterator<Item = &'static dyn Family> {
    let brought = BROUGHT.get().copied().unwrap_or_default();
    FAMILIES.iter().chain(brought).copied()
}

/// The family of a name; of none, the first.
pub fn of(name: Option<&str>) -> Option<&'static dyn Family> {
    match name {
        Some(name) => all().find(|family| family.name() == name),
        None => Some(FAMILIES[0]),
    }
}

impl dyn Family {
    /// Its totals, as outcomes.
    ///
    /// # Panics
    /// If one of them cannot be read; a test goes over all of them.
    pub fn named_totals(&self) -> Vec<Named> {
        self.totals().iter().map(Total::named).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::outcome::Known;

    #[test]
    fn every_total_is_an_outcome_of_its_family_and_no_two_things_have_one_name() {
        for family in all() {
            let known = Known {
                metrics: family.metrics(),
                events: family.events().iter().map(|&event| event.to_owned()).collect(),
                ..Known::default()
            };
            for named in family.named_totals() {
                assert_eq!(named.outcome.check(&known), [], "{}", named.name);
            }
            let totals: Vec<&str> = family.totals().iter().map(|total| total.name).collect();
            assert!(family.first_totals().iter().all(|first| totals.contains(first)));
            for names in [
                totals,
                family.events().to_vec(),
                family.metrics().iter().map(|metric| metric.name).collect(),
            ] {
                let once = |name: &&str| names.iter().filter(|other| *other == name).count() == 1;
                assert!(names.iter().all(once), "{names:?}");
            }
        }
    }
}
