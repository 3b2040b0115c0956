//! Sweeps: a scenario run at every point of a design, to one table of runs. Jobs may be shared out over any number
//! of threads, processes and machines, and stopped anywhere; the files are the same bytes.
//!
//! ```text
//! arguments, *.study.toml -> Ask -> Sweep -> jobs -> journals -> runs.csv, runs.parquet, manifest -> folder
//! ```

pub mod ask;
mod assemble;
pub mod axis;
mod error;
mod execute;
mod file;
mod folder;
pub mod plan;

pub use ask::{Ask, How};
pub use assemble::{Part, Status, assemble, excerpt, reopen};
pub use error::Stop;
pub use execute::{HOPELESS, Outcomes, Probe, Progress, Settings, THREAD, execute, probe};
pub use file::File;
pub use folder::{DESIGN, Manifest, Opened, load, open, take_over};
pub use plan::{Outcome, Shard, Sweep};

#[cfg(test)]
mod tests;
