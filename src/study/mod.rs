//! What to run, and the results on disk: a plan is a set of jobs, which run in any order on any number of threads
//! and give the same files. A single run is a plan of one job: there is one folder, one rule for resuming, one way
//! to the report.
//!
//! ```text
//! Plan -> jobs -> parts (one per replicate, aside, in any order) -> series, events, manifest (in order) -> folder
//! ```

pub mod compare;
pub mod design;
mod error;
mod execute;
mod folder;
mod journal;
pub mod manifest;
mod plan;
pub mod rows;
pub mod sweep;

pub use error::Error;
pub use execute::{Progress, execute};
pub use folder::{Folder, SCENARIO};
pub use plan::Plan;

#[cfg(test)]
mod tests;
