//! What to run, and the results on disk: a plan is a set of jobs, which run in any order on any number of threads
//! and give the same files. A single run is a plan of one job: there is one folder, one rule for resuming, one way
//! to the report.
//!
//! ```text
//! Plan -> jobs -> parts (one per replicate, aside, in any order) -> series, events, manifest (in order) -> folder
//!              -> outcomes (reduced at once, nothing kept) -> one row of numbers per replicate
//! Calibration -> points -> trials -> distances -> points ... -> posterior (journal, folder)
//! ```

pub mod calibrate;
pub mod compare;
mod ensemble;
mod error;
mod execute;
mod folder;
mod jobs;
pub mod manifest;
mod plan;
pub mod rows;

pub use ensemble::{Ask, Stopped, ensemble, ensembles};
pub use error::Error;
pub use execute::{Progress, execute};
pub use folder::{Folder, SCENARIO};
pub use plan::Plan;

#[cfg(test)]
mod tests;
