//! The folder of a calibration, from its first line to its last name.
//!
//! Until it is whole it is called `<out>.partial` and has a folder `parts` with the journal. The manifest is its last
//! file; then the parts are dropped and the folder gets its name.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::super::error::{Error, at};
use super::super::folder::beside;
use super::super::plan::text_difference;

/// The name of the last file.
pub const MANIFEST: &str = "manifest.json";
/// The form of that document.
pub const FORMAT: &str = "qantar-calibration/1";
const PARTS: &str = "parts";
const PLAN: &str = "plan.json";

/// What tells a calibration from another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Version of qantar.
    pub version: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Seed of the dice.
    pub seed: u64,
    /// The search file, as written.
    pub search: String,
    /// The record, as written.
    pub record: String,
    /// The effective scenario.
    pub effective: String,
}

impl Identity {
    fn difference(&self, other: &Identity) -> Option<String> {
        let pair = |what: &str, a: &str, b: &str| (a != b).then(|| format!("{what} {a} there, {b} here"));
        let lines = |what: &str, a: &str, b: &str| text_difference(a, b).map(|line| format!("in the {what}, {line}"));
        pair("qantar", &self.version, &other.version)
            .or_else(|| pair("scenario", &self.scenario, &other.scenario))
            .or_else(|| pair("seed", &self.seed.to_string(), &other.seed.to_string()))
            .or_else(|| lines("search file", &self.search, &other.search))
            .or_else(|| lines("record", &self.record, &other.record))
            .or_else(|| lines("scenario", &self.effective, &other.effective))
    }
}

/// A folder of a calibration that is being made.
#[derive(Debug)]
pub struct Desk {
    out: PathBuf,
    partial: PathBuf,
}

impl Desk {
    /// Begin the folder, or take up what an earlier process of the same calibration has left. With `force`, what is
    /// there of another one is replaced.
    ///
    /// # Errors
    /// If there is a calibration already, or an unfinished one that differs (both without `force`), if the folder holds
    /// anything else, or if it cannot be written.
    pub fn open(identity: &Identity, out: &Path, force: bool) -> Result<Desk, Error> {
        let desk = Desk {
            out: out.to_owned(),
            partial: beside(out, "partial"),
        };
        desk.take_back()?;
        match look(out)? {
            Holds::Nothing => {}
            Holds::Something => return Err(Error::Foreign(out.to_owned())),
            _ if force => {}
            _ => return Err(Error::Exists(out.to_owned())),
        }
        let known = match look(&desk.partial)? {
            Holds::Nothing => None,
            Holds::Something => return Err(Error::Foreign(desk.partial)),
            Holds::Ours => Some(desk.read_identity()),
        };
        if let Some(known) = known {
            let unreadable = || Some("its description cannot be read by this version of qantar".to_owned());
            let difference = known.map_or_else(unreadable, |known| known.difference(identity));
            match difference {
                None => return Ok(desk),
                Some(difference) if !force => {
                    let partial = desk.partial;
                    return Err(Error::OtherPlan { partial, difference });
                }
                Some(_) => {}
            }
        }
        if desk.partial.exists() {
            fs::remove_dir_all(&desk.partial).map_err(at(&desk.partial))?;
        }
        fs::create_dir_all(desk.parts()).map_err(at(&desk.partial))?;
        desk.write_to(
            &desk.parts().join(PLAN),
            &serde_json::to_vec_pretty(identity).expect("plain values"),
        )?;
        Ok(desk)
    }

    fn read_identity(&self) -> Option<Identity> {
        serde_json::from_slice(&fs::read(self.parts().join(PLAN)).ok()?).ok()
    }

    /// The name that it will have.
    pub fn out(&self) -> &Path {
        &self.out
    }

    /// The name that it has until then.
    pub fn partial(&self) -> &Path {
        &self.partial
    }

    /// Where its journal is.
    pub fn journal(&self) -> PathBuf {
        self.parts().join("journal.csv")
    }

    /// Where a file of it is made.
    pub fn file(&self, name: &str) -> PathBuf {
        self.partial.join(name)
    }

    /// Write a file of it aside, and put it in its place when it is whole and on the disk.
    pub fn write(&self, name: &str, text: &[u8]) -> Result<(), Error> {
        self.write_to(&self.file(name), text)
    }

    fn write_to(&self, path: &Path, text: &[u8]) -> Result<(), Error> {
        let write = || -> io::Result<()> {
            let mut aside = NamedTempFile::new_in(self.parts())?;
            aside.write_all(text)?;
            aside.as_file().sync_all()?;
            aside.persist(path)?;
            Ok(())
        };
        write().map_err(at(path))
    }

    /// Give the folder its name and drop the parts.
    pub fn publish(&self) -> Result<(), Error> {
        let old = beside(&self.out, "replaced");
        let drop_old = || match old.join(MANIFEST).exists() {
            true => fs::remove_dir_all(&old).map_err(at(&old)),
            false => Ok(()),
        };
        if self.out.join(MANIFEST).exists() {
            drop_old()?;
            fs::rename(&self.out, &old).map_err(at(&self.out))?;
        } else if self.out.exists() {
            fs::remove_dir(&self.out).map_err(at(&self.out))?;
        }
        fs::rename(&self.partial, &self.out).map_err(at(&self.out))?;
        let parts = self.out.join(PARTS);
        fs::remove_file(parts.join(PLAN)).map_err(at(&parts))?;
        fs::remove_dir_all(&parts).map_err(at(&parts))?;
        drop_old()
    }

    /// What was killed between its name and the end of its parts is taken back and published again: from the journal
    /// that takes no time. Without their plan the parts are only left to be dropped.
    fn take_back(&self) -> Result<(), Error> {
        let parts = self.out.join(PARTS);
        if !parts.exists() || !matches!(look(&self.out)?, Holds::Ours) {
            return Ok(());
        }
        match parts.join(PLAN).exists() && !self.partial.exists() {
            true => fs::rename(&self.out, &self.partial).map_err(at(&self.out)),
            false => fs::remove_dir_all(&parts).map_err(at(&parts)),
        }
    }

    fn parts(&self) -> PathBuf {
        self.partial.join(PARTS)
    }
}

/// What is found under the name of a folder.
enum Holds {
    Nothing,
    Ours,
    Something,
}

fn look(path: &Path) -> Result<Holds, Error> {
    let manifest = path.join(MANIFEST);
    let begun = path.join(PARTS);
    let ours = |text: String| text.contains(FORMAT);
    Ok(if !path.exists() {
        Holds::Nothing
    } else if begun.join(PLAN).exists() || manifest.exists() && fs::read_to_string(&manifest).is_ok_and(ours) {
        Holds::Ours
    } else if !path.is_dir() {
        Holds::Something
    } else {
        let empty = fs::read_dir(path).map_err(at(path))?.next().is_none();
        let begun = begun.is_dir() && path.extension().is_some_and(|end| end == "partial");
        if empty || begun {
            Holds::Nothing
        } else {
            Holds::Something
        }
    })
}
