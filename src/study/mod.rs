//! What to run, and the results on disk: a plan is a set of jobs, which run in any order on any number of threads
//! and give the same files. A single run is a plan of one job: there is one folder, one rule for resuming, one way
//! to the report.
//!
//! ```text
//! Plan -> jobs -> parts (of each job, in journals, in any order) -> series, events, outcomes, manifest (in order) -> folder
//!              -> outcomes (reduced at once, nothing kept) -> one row of numbers per job
//! Calibration -> points -> trials -> distances -> points ... -> posterior (journal, folder)
//! ```

pub mod calibrate;
pub mod compare;
pub mod design;
mod ensemble;
mod error;
mod execute;
mod folder;
mod jobs;
mod journal;
pub mod manifest;
mod parts;
mod plan;
mod progress;
pub mod rows;
pub mod sweep;

pub use ensemble::{Ask, Rows, Stopped, ensemble, ensemble_in, ensembles, keep_outcomes, kept};
pub use error::Error;
pub use execute::{Findings, Named, Seen, execute, execute_seen, execute_with};
pub use folder::{Folder, SCENARIO, arm_scenario};
pub use plan::{Arm, BASELINE, Identity, Job, Keeps, Plan};
pub use progress::Progress;

#[cfg(test)]
mod tests;
