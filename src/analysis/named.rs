//! Outcomes that have a name: the totals of every run of a family, and what a scenario's readers ask for.

use super::outcome::Outcome;
use super::replicate::Replicate;
use crate::metric::Description;
use crate::table::Table;

/// An outcome with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// Its name: its column in tables of results.
    pub name: String,
    /// What it is, for readers; with its unit where that is not plain.
    pub label: String,
    /// Its unit; empty where it has none that can be named.
    pub unit: String,
    /// It, as written.
    pub text: String,
    /// It, as meant.
    pub outcome: Outcome,
}

impl Named {
    /// An outcome under a name that is its label, too; its unit follows from what is measured.
    pub fn new(name: &str, text: &str, outcome: Outcome, metrics: &[Description]) -> Named {
        Named {
            name: name.to_owned(),
            label: name.to_owned(),
            unit: outcome.unit(metrics),
            text: text.to_owned(),
            outcome,
        }
    }
}

/// A number that sums up every run of a family: a named outcome that needs no scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// Its name in documents.
    pub name: &'static str,
    /// What it is, for readers; with its unit where that is not plain.
    pub label: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// The outcome.
    pub text: &'static str,
}

impl Total {
    /// A total, with what stands in a table of them in a line.
    pub const fn new(name: &'static str, label: &'static str, unit: &'static str, text: &'static str) -> Total {
        Total {
            name,
            label,
            unit,
            text,
        }
    }

    /// It as an outcome.
    ///
    /// # Panics
    /// If its text cannot be read.
    pub fn named(&self) -> Named {
        Named {
            name: self.name.to_owned(),
            label: self.label.to_owned(),
            unit: self.unit.to_owned(),
            text: self.text.to_owned(),
            outcome: self.text.parse().expect("a total is an outcome"),
        }
    }
}

/// The numbers of a run, in the order of these names.
///
/// # Panics
/// If a table lacks a column of `series.csv` or `events.csv`.
pub fn values(named: &[Named], series: &Table, events: &Table) -> Vec<f64> {
    let replicate = Replicate::of(series, events);
    named.iter().map(|named| named.outcome.of(&replicate)).collect()
}
