//! What people read: text from tables, without disk or engine.

pub mod ablate;
pub mod bands;
pub mod calibration;
pub mod chart;
pub mod compare;
pub mod course;
mod ensemble;
mod epstein;
pub mod format;
pub mod json;
#[cfg(test)]
mod sample;
pub mod score;
pub mod sensitivity;
pub mod summary;

use crate::analysis::ensemble::Member;
use crate::analysis::names::Names;
use crate::metric::Metric;
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
    /// The totals of each replicate, at least one; which they are, the series tells.
    pub totals: &'r [Vec<f64>],
    /// The outcomes that the scenario names, each with its value in each replicate.
    pub outcomes: &'r [(String, Vec<f64>)],
    /// The series of the first replicate.
    pub series: &'r Table,
    /// Its events.
    pub events: &'r Table,
    /// What its course over all replicates is made of; empty where nobody asks for it.
    pub members: &'r [Member],
    /// What readers call its regions, sites, actions and money.
    pub names: &'r Names,
    /// Where the results lie.
    pub folder: &'r str,
}

/// Whether a series is of a country, which its columns tell.
fn is_country(series: &Table) -> bool {
    series.column(Metric::Participants.name()).is_some()
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
