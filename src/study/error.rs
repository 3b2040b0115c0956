//! Why a study did not run to its end.

use std::io;
use std::path::{Path, PathBuf};

use super::shard::Shard;
use crate::scenario::problem::Problems;

/// Why a study did not run to its end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There are results of something else in this folder already.
    #[error(
        "{} exists already: {difference}; --force replaces it once the new results are whole, --out puts them elsewhere",
        out.display()
    )]
    Exists {
        /// The folder.
        out: PathBuf,
        /// In what they differ.
        difference: String,
    },
    /// This folder is not one of qantar's results.
    #[error(
        "{} is not a folder of qantar's results, so it is left alone, also with --force; choose another --out",
        .0.display()
    )]
    Foreign(PathBuf),
    /// This folder holds the unfinished results of a different study.
    #[error(
        "{} holds the unfinished results of a different study: {difference}; --force discards them, --out puts the new \
         ones elsewhere",
        partial.display()
    )]
    OtherStudy {
        /// The folder.
        partial: PathBuf,
        /// In what it differs.
        difference: String,
    },
    /// Another process works on this folder.
    #[error("{} is being made by {holder}; wait for it, or choose another --out", out.display())]
    Busy {
        /// The folder.
        out: PathBuf,
        /// Who holds it, and since when.
        holder: String,
    },
    /// There is no study in this folder.
    #[error("there is no study in {}", .0.display())]
    NoStudy(PathBuf),
    /// The study of this folder was made by an older qantar, and cannot be run by this one.
    #[error(
        "{} is in an older format ({format}) that this version of qantar cannot run again; its tables can still be read, \
         and the version of qantar in its manifest runs it",
        folder.display()
    )]
    Older {
        /// The folder.
        folder: PathBuf,
        /// What its manifest says.
        format: String,
    },
    /// The user stopped it.
    #[error("{}", interrupted(partial, *done, *of))]
    Interrupted {
        /// The folder of what is kept.
        partial: PathBuf,
        /// How many runs are done.
        done: u64,
        /// Of how many.
        of: u64,
    },
    /// The first runs all failed.
    #[error("the first {runs} runs all failed, the last because {reason}")]
    AllFailed {
        /// How many.
        runs: u64,
        /// Why the last of them did.
        reason: String,
    },
    /// A run failed where none may.
    #[error("{run} failed: {reason}; what is done is kept, --retry-failed runs it again")]
    Failed {
        /// Which.
        run: String,
        /// Why.
        reason: String,
    },
    /// Not all runs are done.
    #[error("{}", not_done(partial, *missing, *of, shards))]
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
    /// An arm cannot be compared with the others.
    #[error("arm `{arm}`: {why}")]
    Arm {
        /// Its name.
        arm: String,
        /// Why not.
        why: String,
    },
    /// A text is no outcome.
    #[error("the outcome `{text}` cannot be read: {why}")]
    Outcome {
        /// The text.
        text: String,
        /// Why not.
        why: String,
    },
    /// A scenario is none.
    #[error(transparent)]
    Problems(#[from] Problems),
    /// A file could not be read or written.
    #[error("cannot read or write {}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

fn interrupted(partial: &Path, done: u64, of: u64) -> String {
    match done {
        0 => "interrupted; no run was complete yet".to_owned(),
        _ => {
            let are = if done == 1 { "is" } else { "are" };
            let kept = partial.display();
            format!("interrupted; {done} of {of} runs {are} kept in {kept}; the same command resumes")
        }
    }
}

fn not_done(partial: &Path, missing: u64, of: u64, shards: &[Shard]) -> String {
    let names: Vec<String> = shards.iter().map(ToString::to_string).collect();
    let rest = match names.is_empty() {
        true => "the command that began it resumes".to_owned(),
        false => format!("not done: shard {}", names.join(", ")),
    };
    format!("{missing} of {of} runs are missing in {}; {rest}", partial.display())
}

/// An error that names the file.
pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> Error + '_ {
    move |source| Error::Io {
        path: path.to_owned(),
        source,
    }
}
