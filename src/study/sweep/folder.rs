//! The folder of a sweep: begun, taken up again, refused if it is of another plan, read back without its arguments.
//!
//! ```text
//! <out>.partial/scenario.toml, design.csv     what every point changes, and points that were made elsewhere
//! <out>.partial/parts/plan.json, *.runs       what is run, and the journals of what is done
//! <out>/runs.csv, runs.parquet, manifest.json once all is done
//! ```

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::Stop;
use super::plan::{Identity, Sweep};
use crate::study::error::{Error, at};
use crate::study::folder::{Folder, Holds, PLAN, SCENARIO};
use crate::study::journal::{Index, journals};
use crate::study::manifest::{self, Digested, Made, Size};
use crate::study::plan::text_difference;

/// The name of the table of points that were made elsewhere.
pub const DESIGN: &str = "design.csv";
/// The ending of the journals of what runs have given.
pub(super) const RUNS: &str = "runs";
/// The ending of the journals of the series of runs.
pub(super) const SERIES: &str = "series";

/// `manifest.json` of a sweep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of this document, that of all results.
    pub format: String,
    /// What was run.
    #[serde(flatten)]
    pub plan: Identity,
    /// Number of points.
    pub points: u64,
    /// Number of runs.
    pub runs: u64,
    /// How many of them failed.
    pub failed: u64,
    /// The country in numbers, where nothing is varied.
    pub size: Size,
    /// Where and when the files were put together.
    pub made: Made,
    /// The files.
    pub files: Vec<Digested>,
}

impl Manifest {
    /// Read the manifest of a whole sweep.
    ///
    /// # Errors
    /// If there is none, or it is that of something else.
    pub fn read(folder: &Path) -> Result<Manifest, Error> {
        json(&folder.join(manifest::NAME))
    }
}

/// What was found when a folder was opened.
#[derive(Debug)]
pub enum Opened {
    /// It has been begun, now or before.
    Begun(Folder),
    /// All of it is done and has its name.
    Whole,
}

/// Begin the folder of a sweep, or take up again what earlier processes of the same sweep have left. With `force`, old
/// results are replaced once the new ones are whole, and what is done of a different plan is discarded; where nothing
/// is done of it, it is discarded anyway.
///
/// # Errors
/// If there are other results already, if unfinished ones are of a different plan (both without `force`), if the
/// folder holds anything that is not qantar's, or if it cannot be written.
pub fn open(sweep: &Sweep, out: &Path, force: bool) -> Result<Opened, Error> {
    let folder = Folder::named(out);
    match Holds::look(out)? {
        Holds::Nothing => {}
        Holds::Something => return Err(Error::Foreign(out.to_owned())),
        _ if force => {}
        Holds::Results if difference(sweep, out)?.is_none() => return Ok(Opened::Whole),
        _ => return Err(Error::Exists(out.to_owned())),
    }
    let partial = folder.partial().to_owned();
    match Holds::look(&partial)? {
        Holds::Nothing => begin(sweep, &folder)?,
        Holds::Something => return Err(Error::Foreign(partial)),
        Holds::Results | Holds::Parts => {
            if let Some(difference) = difference(sweep, &partial)? {
                if !force && keeps_something(&folder) {
                    return Err(Error::OtherPlan { partial, difference });
                }
                fs::remove_dir_all(&partial).map_err(at(&partial))?;
                begin(sweep, &folder)?;
            }
        }
    }
    Ok(Opened::Begun(folder))
}

/// The folder of this name, and the sweep that was begun or is whole in it, read back from what it holds. The name
/// may be that of the unfinished folder too.
///
/// # Errors
/// If there is no sweep in it.
pub fn load(out: &Path) -> Result<(Sweep, Opened), Stop> {
    let name = out.to_string_lossy();
    let out = PathBuf::from(name.trim_end_matches('/').trim_end_matches(".partial"));
    let folder = Folder::named(&out);
    for (path, opened) in [
        (folder.partial().to_owned(), Opened::Begun(Folder::named(&out))),
        (out.clone(), Opened::Whole),
    ] {
        if matches!(Holds::look(&path)?, Holds::Parts | Holds::Results) {
            return Ok((read(&path)?, opened));
        }
    }
    Err(Stop::NoSweep(out))
}

fn read(path: &Path) -> Result<Sweep, Stop> {
    let identity = identity(path).map_err(|_| Stop::NoSweep(path.to_owned()))?;
    let scenario = path.join(SCENARIO);
    let text = fs::read_to_string(&scenario).map_err(at(&scenario))?;
    let design = path.join(DESIGN);
    let table = match design.exists() {
        true => Some(read_table(&design).map_err(at(&design))?),
        false => None,
    };
    Sweep::new(identity, text, table).map_err(Stop::Problems)
}

fn read_table(path: &Path) -> io::Result<Vec<Vec<String>>> {
    let mut reader = csv::Reader::from_path(path).map_err(io::Error::from)?;
    let rows = reader
        .records()
        .map(|record| Ok(record?.iter().map(str::to_owned).collect()));
    rows.collect()
}

fn write_table(sweep: &Sweep, out: impl Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(sweep.identity.design.parameters.iter().map(|parameter| &parameter.key))?;
    for row in sweep.table.iter().flatten() {
        writer.write_record(row)?;
    }
    writer.flush()
}

fn begin(sweep: &Sweep, folder: &Folder) -> Result<(), Error> {
    fs::create_dir_all(folder.parts()).map_err(at(folder.partial()))?;
    folder.write(&folder.file(SCENARIO), |file| file.write_all(sweep.text.as_bytes()))?;
    if sweep.table.is_some() {
        folder.write(&folder.file(DESIGN), |file| write_table(sweep, file))?;
    }
    // The last: a folder without it has not been begun.
    folder.write(&folder.parts().join(PLAN), |file| {
        Ok(serde_json::to_writer_pretty(file, &sweep.identity)?)
    })
}

/// In what the sweep of a folder differs from this one; `None` if in nothing.
fn difference(sweep: &Sweep, path: &Path) -> Result<Option<String>, Error> {
    let Ok(there) = identity(path) else {
        return Ok(Some("it is no sweep, or one of another version of qantar".to_owned()));
    };
    if let Some(difference) = there.difference(&sweep.identity) {
        return Ok(Some(difference));
    }
    let scenario = path.join(SCENARIO);
    let text = fs::read_to_string(&scenario).map_err(at(&scenario))?;
    if let Some(line) = text_difference(&text, &sweep.text) {
        return Ok(Some(format!("in the scenario, {line}")));
    }
    if sweep.table.is_some() {
        let mut here = Vec::new();
        let design = path.join(DESIGN);
        write_table(sweep, &mut here).map_err(at(&design))?;
        let there = fs::read_to_string(&design).map_err(at(&design))?;
        if let Some(line) = text_difference(&there, &String::from_utf8_lossy(&here)) {
            return Ok(Some(format!("in the points, {line}")));
        }
    }
    Ok(None)
}

fn identity(path: &Path) -> Result<Identity, Error> {
    match path.join(manifest::NAME).exists() {
        true => Manifest::read(path).map(|manifest| manifest.plan),
        false => json(&path.join("parts").join(PLAN)),
    }
}

fn json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let text = fs::read(path).map_err(at(path))?;
    serde_json::from_slice(&text).map_err(io::Error::from).map_err(at(path))
}

fn keeps_something(folder: &Folder) -> bool {
    let counts = || Index::read(&folder.parts(), RUNS, 0).ok();
    folder.is_whole() || counts().is_some_and(|index| index.files().iter().any(|file| file.records > 0))
}

/// Take over the journals of another folder of the same sweep, such as one copied from another machine.
///
/// # Errors
/// If it is of another sweep, or cannot be read.
pub fn take_over(sweep: &Sweep, folder: &Folder, from: &Path) -> Result<(), Stop> {
    let other = match Holds::look(from)? {
        Holds::Parts => from.to_owned(),
        _ => Folder::named(from).partial().to_owned(),
    };
    if !matches!(Holds::look(&other)?, Holds::Parts) {
        return Err(Stop::NoSweep(from.to_owned()));
    }
    if let Some(difference) = difference(sweep, &other)? {
        return Err(Error::OtherPlan {
            partial: other,
            difference,
        }
        .into());
    }
    for kind in [RUNS, SERIES] {
        for path in journals(&other.join("parts"), kind)? {
            let bytes = fs::read(&path).map_err(at(&path))?;
            let digest = crc32fast::hash(&bytes);
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            // The same journal taken over twice is one file, and two of one name are two.
            let target = folder.parts().join(format!("{stem}-{digest:08x}.{kind}"));
            folder.write(&target, |file| file.write_all(&bytes))?;
        }
    }
    Ok(())
}
