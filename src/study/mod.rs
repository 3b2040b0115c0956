//! What to run, and the results on disk. A study is every arm at every point of a design, each with so many replicates:
//! a run has one arm and one point, a comparison several arms, a sweep several points. There is one plan, one journal,
//! one folder, one manifest, one rule for resuming and one error, whatever the command.
//!
//! ```text
//! arguments, *.study.toml -> Study -> jobs -> records (in journals, in any order) -> tables (in order) -> folder
//!                              ^                    |
//!                              +----- Stages <------+   where the points follow from what earlier ones have given
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `arm`, `identity`, `outcomes`, `plan`, `shard` | what is run: [`Study`], and what tells it from another |
//! | `sweep` | what is asked to be varied, as written |
//! | `folder`, `place`, `lock`, `journal` | what is done of it, which no kill can harm |
//! | `execute`, `stages` | runs the jobs that are not done; asks for the next points |
//! | `rows`, `assemble`, `manifest` | tables, put together once all is done |
//! | `load`, `growth`, `status`, `difference` | what a folder holds: the study again, a part of a larger one, how far it is |
//! | `fitting`, `calibrate`, `matching`, `self_test` | what is searched and where; stages that fit parameters to a record; waves that close in on what it does not rule out; whether they keep a truth that is known |
//! | `worlds` | plausible worlds, of which each replicate runs in the next |

mod arm;
mod assemble;
pub mod calibrate;
pub mod difference;
mod digest;
mod error;
mod execute;
mod fitting;
mod folder;
mod growth;
mod identity;
mod journal;
mod load;
mod lock;
pub mod manifest;
pub mod matching;
pub mod outcomes;
mod place;
mod plan;
mod progress;
pub mod rows;
pub mod self_test;
mod shard;
mod stages;
mod status;
pub mod sweep;
pub mod trial;
mod worlds;

pub use arm::{Arm, ArmIdentity, BASELINE};
pub use assemble::{Finish, Named, publish, tables};
pub use error::Error;
pub use execute::{HOPELESS, Probe, Settings, THREAD, execute, present, probe, single, single_threaded};
pub use fitting::Fitting;
pub use folder::{Folder, How, Opened};
pub use identity::{Command, Identity, Keeps, Outcome};
pub use journal::Index;
pub use place::without_ending;
pub use plan::{DESIGN, Job, RECORD, SCENARIO, Study, arm_scenario};
pub use progress::Progress;
pub use shard::Shard;
pub use stages::{Known, Round, Stages, execute_stages};
pub use status::{Part, Status};

#[cfg(test)]
mod tests;
