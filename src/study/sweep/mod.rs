//! Sweeps: a scenario run at every point of a design, to one table of runs. Jobs may be shared out over any number
//! of threads, processes and machines, and stopped anywhere; the files are the same bytes.
//!
//! ```text
//! arguments, *.study.toml -> Ask -> Sweep -> jobs -> journals -> runs.csv, runs.parquet, manifest -> folder
//! ```

pub mod ask;
pub mod axis;
pub mod plan;

pub use ask::{Ask, How};
pub use plan::{Outcome, Shard, Sweep};
