//! Why a sweep did not run to its end.

use std::fmt;
use std::path::PathBuf;

use super::plan::Shard;
use crate::scenario::problem::Problems;
use crate::study::Error;

/// Why a sweep did not run to its end.
#[derive(Debug)]
pub enum Stop {
    /// The user stopped it.
    Interrupted {
        /// The folder of what is kept.
        partial: PathBuf,
        /// How many runs are done.
        done: u64,
        /// Of how many.
        of: u64,
    },
    /// The first runs all failed.
    AllFailed {
        /// How many.
        runs: u64,
        /// Why the last of them did.
        reason: String,
    },
    /// A run failed, and that was not to be.
    Failed {
        /// Its point.
        point: u32,
        /// Its replicate.
        replicate: u32,
        /// Why.
        reason: String,
    },
    /// Not all shards are done.
    Missing {
        /// The folder of what is kept.
        partial: PathBuf,
        /// How many runs are missing.
        missing: u64,
        /// Of how many.
        of: u64,
        /// The shards that are not done, where it was shared out.
        shards: Vec<Shard>,
    },
    /// There is no sweep in this folder.
    NoSweep(PathBuf),
    /// The scenario of a folder is no scenario any more.
    Problems(Problems),
    /// A folder or a file.
    Study(Error),
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Interrupted { partial, done, of } => write!(
                f,
                "interrupted; {done} of {of} runs are kept in {}; the same command resumes",
                partial.display()
            ),
            Stop::AllFailed { runs, reason } => {
                write!(f, "the first {runs} runs all failed, the last because {reason}")
            }
            Stop::Failed {
                point,
                replicate,
                reason,
            } => write!(f, "point {point}, replicate {replicate} failed: {reason}"),
            Stop::Missing {
                partial,
                missing,
                of,
                shards,
            } => {
                write!(f, "{missing} of {of} runs are missing in {}", partial.display())?;
                let names: Vec<String> = shards.iter().map(ToString::to_string).collect();
                match names.is_empty() {
                    true => write!(f, "; the command that began it resumes"),
                    false => write!(f, "; not done: shard {}", names.join(", ")),
                }
            }
            Stop::NoSweep(path) => write!(f, "there is no sweep in {}", path.display()),
            Stop::Problems(problems) => problems.fmt(f),
            Stop::Study(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Stop {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Stop::Study(error) => error.source(),
            _ => None,
        }
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Study(error)
    }
}
