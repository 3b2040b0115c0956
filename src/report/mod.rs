//! What people read: text from tables, without disk or engine.

pub mod calibration;
pub mod chart;
pub mod course;
pub mod format;
pub mod json;
#[cfg(test)]
mod sample;
pub mod score;
pub mod summary;

use crate::analysis::totals::TOTALS;
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
    /// The totals of each replicate, at least one.
    pub totals: &'r [[f64; TOTALS.len()]],
    /// The series of the first replicate.
    pub series: &'r Table,
    /// Its events.
    pub events: &'r Table,
    /// Where the results lie.
    pub folder: &'r str,
}
