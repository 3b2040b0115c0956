//! The names that a folder of results has, and what is found under one of them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::{Error, at};
use super::identity::Identity;
use super::manifest::{self, Manifest};

pub(super) const PARTS: &str = "parts";
/// The name of the description of what is being run, beside the journals.
pub(super) const PLAN: &str = "plan.json";

/// What is found under the name of a folder. Only what qantar has made is ever removed.
pub(super) enum Holds {
    /// No folder, an empty one, or one that was begun and has no plan yet.
    Nothing,
    /// Whole results.
    Results,
    /// Unfinished results.
    Parts,
    /// Anything else.
    Something,
}

impl Holds {
    pub fn look(path: &Path) -> Result<Holds, Error> {
        if !path.exists() {
            return Ok(Holds::Nothing);
        }
        if path.join(manifest::NAME).exists() {
            let ours = fs::read_to_string(path.join(manifest::NAME)).is_ok_and(|text| {
                ["\"qantar-results/", "\"qantar-calibration/"]
                    .iter()
                    .any(|format| text.contains(format))
            });
            return Ok(if ours { Holds::Results } else { Holds::Something });
        }
        if path.join(PARTS).join(PLAN).exists() {
            return Ok(Holds::Parts);
        }
        if !path.is_dir() {
            return Ok(Holds::Something);
        }
        let mut entries = fs::read_dir(path).map_err(at(path))?;
        let begun = path.extension().is_some_and(|end| end == "partial") && path.join(PARTS).is_dir();
        Ok(match entries.next().is_none() || begun {
            true => Holds::Nothing,
            false => Holds::Something,
        })
    }
}

pub(super) fn beside(out: &Path, ending: &str) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    out.with_file_name(name)
}

/// The name of a folder when it is whole.
pub fn without_ending(dir: &Path) -> PathBuf {
    let name = dir.to_string_lossy();
    PathBuf::from(name.trim_end_matches('/').trim_end_matches(".partial"))
}

/// What the study of a folder is, whole or not.
pub(super) fn identity(path: &Path) -> Result<Identity, Error> {
    if path.join(manifest::NAME).exists() {
        return Manifest::read(path).map(|manifest| manifest.study);
    }
    let path = path.join(PARTS).join(PLAN);
    let text = fs::read(&path).map_err(at(&path))?;
    serde_json::from_slice(&text)
        .map_err(io::Error::from)
        .map_err(at(&path))
}
