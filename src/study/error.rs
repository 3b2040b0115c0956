//! Why a study did not run to its end.

use std::error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a study did not run to its end.
#[derive(Debug)]
pub enum Error {
    /// There are results in this folder already.
    Exists(PathBuf),
    /// This folder is not one of qantar's results.
    Foreign(PathBuf),
    /// This folder holds the unfinished results of a different plan.
    OtherPlan {
        /// The folder.
        partial: PathBuf,
        /// In what it differs.
        difference: String,
    },
    /// The user stopped it.
    Interrupted {
        /// The folder of what is kept.
        partial: PathBuf,
        /// How many runs are complete: replicates, or replicates of arms.
        done: u32,
        /// Of how many.
        of: u32,
        /// How many arms each replicate has.
        arms: u32,
    },
    /// An arm cannot be compared with the others.
    Arm {
        /// Its name.
        arm: String,
        /// Why not.
        why: String,
    },
    /// A file could not be read or written.
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Exists(out) => write!(
                f,
                "{} exists already; --force replaces it once the new results are whole, --out puts them elsewhere",
                out.display()
            ),
            Error::Foreign(path) => write!(
                f,
                "{} is not a folder of qantar's results, so it is left alone, also with --force; choose another --out",
                path.display()
            ),
            Error::OtherPlan { partial, difference } => write!(
                f,
                "{} holds the unfinished results of a different plan: {difference}; --force discards them, --out puts \
                 the new ones elsewhere",
                partial.display()
            ),
            Error::Interrupted { done: 0, .. } => write!(f, "interrupted; no replicate was complete yet"),
            Error::Interrupted {
                partial,
                done,
                of,
                arms,
            } => {
                let are = if *done == 1 { "is" } else { "are" };
                let what = if *arms == 1 { "replicates" } else { "runs" };
                write!(
                    f,
                    "interrupted; {done} of {of} {what} {are} kept in {}; the same command resumes",
                    partial.display()
                )
            }
            Error::Arm { arm, why } => write!(f, "arm `{arm}`: {why}"),
            Error::Io { path, .. } => write!(f, "cannot read or write {}", path.display()),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Error::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// An error that names the file.
pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> Error + '_ {
    move |source| Error::Io {
        path: path.to_owned(),
        source,
    }
}
