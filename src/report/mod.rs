//! What people read: text from tables, without disk or engine.

pub mod ablate;
pub mod bands;
pub mod calibration;
pub mod chart;
pub mod compare;
pub mod format;
pub mod json;
pub mod matching;
pub mod page;
pub mod picture;
pub mod region;
#[cfg(test)]
pub(crate) mod sample;
pub mod score;
pub mod self_test;
pub mod sensitivity;
pub mod summary;
pub mod unmet;
pub mod why;
pub mod words;

use crate::analysis::named::Named;
use crate::analysis::names::Names;
use crate::analysis::overview::Arm;
use crate::analysis::unmet::Unmet;
use crate::metric::Description;
use crate::table::Table;

/// What there is to tell of a run.
pub struct Run<'r> {
    /// Title of the scenario.
    pub title: &'r str,
    /// Its name.
    pub scenario: &'r str,
    /// Seed of the dice.
    pub seed: u64,
    /// Number of the first replicate.
    pub first_replicate: u32,
    /// What is measured that tells how many are active.
    pub active: &'r Description,
    /// The totals, each with its value in each replicate, of which there is at least one.
    pub totals: &'r [Valued],
    /// The outcomes that the scenario names.
    pub outcomes: &'r [Valued],
    /// The series of the first replicate.
    pub series: &'r Table,
    /// Its events.
    pub events: &'r Table,
    /// The course over all replicates; `None` if there is but one, or nobody to be out.
    pub course: Option<&'r Arm>,
    /// What is done in it, with how near that came in those replicates in which it never happened.
    pub unmet: &'r [Unmet],
    /// What readers call its regions, sites, actions and money.
    pub names: &'r Names,
    /// Where the results lie.
    pub folder: &'r str,
}

impl Run<'_> {
    /// How many replicates there are.
    pub fn replicates(&self) -> usize {
        self.totals.first().map_or(1, |total| total.values.len())
    }
}

/// An outcome with its value in each replicate.
pub struct Valued {
    /// The outcome.
    pub named: Named,
    /// Not a number in a replicate that does not have it.
    pub values: Vec<f64>,
}

/// What a reader has to know before believing a number; it stands in every report, in words and in JSON.
pub fn caution(replicates: usize) -> &'static str {
    match replicates {
        1 => {
            "One seed is not a finding: other dice give another course under the same assumptions. \
             --replicates 20 shows how far the totals differ."
        }
        _ => {
            "The range is that of the dice under one set of assumptions; it says nothing about how far the \
             assumptions hold."
        }
    }
}
