//! A folder of results, from its first record to its last name.
//!
//! Until it is whole it is called `<out>.partial`, and what is done of it is kept in journals. Every file is written
//! aside, synced, and renamed, so that a process killed at any moment leaves nothing half-written under a name that
//! counts. The manifest is the last file of a whole folder: once it is there, all that remains is to drop the journals
//! and to give the folder its name. Where a rename commits, the folder that holds the name is synced too, or a power
//! cut could undo it.
//!
//! ```text
//! <out>.lock                                    who works on it
//! <out>.partial/scenario.toml, design.csv ...   what the study was given
//! <out>.partial/parts/plan.json, *.journal      what is run, and what is done of it
//! <out>/runs.csv, series.csv, manifest.json     once all is done
//! ```

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::error::{Error, at};
use super::growth::Growth;
use super::identity::text_difference;
use super::journal;
use super::lock::Lock;
use super::manifest::{self, Manifest};
use super::place::{Holds, PARTS, PLAN, beside, identity, without_ending};
use super::plan::{DESIGN, Study};

/// A folder of results that is being made.
#[derive(Debug)]
pub struct Folder {
    out: PathBuf,
    partial: PathBuf,
    _lock: Option<Lock>,
}

/// How a folder is opened.
#[derive(Clone, Copy, Debug, Default)]
pub struct How {
    /// Old results are replaced once the new ones are whole, and what is done of a different study is discarded.
    pub force: bool,
    /// Other shards may work on it at the same time.
    pub shared: bool,
    /// A whole folder in which runs failed is begun again with all that did not.
    pub retry_failed: bool,
}

/// What was found when a folder was opened.
#[derive(Debug)]
pub enum Opened {
    /// It has been begun, now or before.
    Begun(Folder),
    /// All of it is done and has its name.
    Whole,
}

impl Folder {
    /// Begin the folder of a study, or take up again what earlier processes have left, also of the same study with
    /// fewer replicates, arms or points. What nothing is done of is discarded without being asked.
    ///
    /// # Errors
    /// If another process works on it, if there are other results, if unfinished ones are of a different study (both
    /// without `force`), if the folder holds anything that is not qantar's, or if it cannot be written.
    pub fn open(study: &Study, out: &Path, how: How) -> Result<Opened, Error> {
        if !how.shared {
            let lock = Lock::take(out, false)?;
            return Folder::named(out, Some(lock)).prepare(study, how);
        }
        // One of the shards begins it, alone; the others wait for a moment and find it begun.
        let patience = Instant::now() + Duration::from_secs(20);
        loop {
            match Folder::share(study, out, how) {
                Ok(Some(opened)) => return Ok(opened),
                Err(Error::Busy { .. }) if Instant::now() < patience => sleep(Duration::from_millis(20)),
                Err(error) => return Err(error),
                Ok(None) => {}
            }
        }
    }

    /// As one of several shards; `None` once it was begun here.
    fn share(study: &Study, out: &Path, how: How) -> Result<Option<Opened>, Error> {
        let folder = Folder::named(out, Some(Lock::take(out, true)?));
        if folder.is_ready(study)? {
            return Ok(Some(Opened::Begun(folder)));
        }
        drop(folder);
        let opened = Folder::named(out, Some(Lock::take(out, false)?)).prepare(study, how)?;
        Ok(matches!(opened, Opened::Whole).then_some(opened))
    }

    /// The folder of this name, whatever is in it.
    pub(super) fn named(out: &Path, lock: Option<Lock>) -> Folder {
        Folder {
            out: out.to_owned(),
            partial: beside(out, "partial"),
            _lock: lock,
        }
    }

    /// What is there of a study, with its journals if it is unfinished.
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    pub fn load(dir: &Path) -> Result<(Study, PathBuf, Opened), Error> {
        let out = without_ending(dir);
        let folder = Folder::named(&out, None);
        if matches!(Holds::look(&folder.partial)?, Holds::Parts | Holds::Results) {
            return Ok((Study::load(&folder.partial)?, out, Opened::Begun(folder)));
        }
        match Holds::look(&out)? {
            Holds::Results => Ok((Study::load(&out)?, out, Opened::Whole)),
            _ => Err(Error::NoStudy(out)),
        }
    }

    /// Make what is there a folder of this study; this process alone holds the lock.
    fn prepare(self, study: &Study, how: How) -> Result<Opened, Error> {
        let outgrown = beside(&self.out, "outgrown");
        self.settle(&outgrown)?;
        let mut sources = Vec::new();
        match Holds::look(&self.out)? {
            Holds::Nothing => {}
            Holds::Something | Holds::Parts => return Err(Error::Foreign(self.out)),
            Holds::Results if how.force => {}
            Holds::Results => match difference(study, &self.out)? {
                None if !(how.retry_failed && Manifest::read(&self.out)?.failed > 0) => {
                    return Ok(Opened::Whole);
                }
                difference => match (Growth::of(&self.out, study), difference) {
                    (Some(growth), _) => sources.push(growth),
                    (None, difference) => {
                        let (out, difference) = (self.out, difference.unwrap_or_default());
                        return Err(Error::Exists { out, difference });
                    }
                },
            },
        }
        match Holds::look(&self.partial)? {
            Holds::Nothing => self.begin(study)?,
            Holds::Something => return Err(Error::Foreign(self.partial)),
            Holds::Parts | Holds::Results => {
                if let Some(difference) = difference(study, &self.partial)? {
                    if Growth::of(&self.partial, study).is_some() {
                        fs::rename(&self.partial, &outgrown).map_err(at(&outgrown))?;
                    } else if !how.force && self.keeps_something() {
                        let partial = self.partial;
                        return Err(Error::OtherStudy { partial, difference });
                    } else {
                        fs::remove_dir_all(&self.partial).map_err(at(&self.partial))?;
                    }
                    self.begin(study)?;
                }
            }
        }
        sources.extend(Growth::of(&outgrown, study));
        let taken = self.parts().join(TAKEN);
        if !sources.is_empty() && !taken.exists() && !self.is_whole() {
            sources.iter().try_for_each(|growth| growth.take_over(&self.parts()))?;
            self.write(&taken, |_| Ok(()))?;
        }
        if outgrown.exists() {
            fs::remove_dir_all(&outgrown).map_err(at(&outgrown))?;
        }
        if self.is_whole() {
            // A process was killed just before it could give the folder its name.
            return self.publish().map(|()| Opened::Whole);
        }
        Ok(Opened::Begun(self))
    }

    /// A process may have been killed while it took over what a smaller study had done: what it did not get all of is
    /// where it was, as if nothing had happened.
    fn settle(&self, outgrown: &Path) -> Result<(), Error> {
        if !outgrown.exists() {
            return Ok(());
        }
        if self.parts().join(TAKEN).exists() {
            return fs::remove_dir_all(outgrown).map_err(at(outgrown));
        }
        if self.partial.exists() {
            fs::remove_dir_all(&self.partial).map_err(at(&self.partial))?;
        }
        fs::rename(outgrown, &self.partial).map_err(at(outgrown))
    }

    /// Whether it was begun for just this study.
    fn is_ready(&self, study: &Study) -> Result<bool, Error> {
        let parts = matches!(Holds::look(&self.partial)?, Holds::Parts);
        let grows = || self.out.join(manifest::NAME).exists() && !self.parts().join(TAKEN).exists();
        Ok(parts && !grows() && difference(study, &self.partial)?.is_none())
    }

    fn begin(&self, study: &Study) -> Result<(), Error> {
        fs::create_dir_all(self.parts()).map_err(at(&self.partial))?;
        for (name, text) in study.texts() {
            self.write(&self.partial.join(name), |file| file.write_all(text.as_bytes()))?;
        }
        // The last: a folder without it has not been begun, and one that has it has all the others.
        sync(&self.partial)?;
        self.write(&self.parts().join(PLAN), |file| {
            Ok(serde_json::to_writer_pretty(file, &study.identity)?)
        })
    }

    /// Whether any job of any study is done in it.
    fn keeps_something(&self) -> bool {
        self.is_whole() || journal::any(&self.parts())
    }

    /// The name it will have when it is whole.
    pub fn out(&self) -> &Path {
        &self.out
    }

    /// The name it has until then.
    pub fn partial(&self) -> &Path {
        &self.partial
    }

    /// Whether all that remains is to publish it.
    pub fn is_whole(&self) -> bool {
        self.partial.join(manifest::NAME).exists()
    }

    /// Where a file of the whole folder is made.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.partial.join(name)
    }

    /// Where journals and what is written aside are kept.
    pub fn parts(&self) -> PathBuf {
        self.partial.join(PARTS)
    }

    /// Write a file aside and put it in its place only when it is whole and on the disk. Its name aside has the
    /// number of the process, so that two shards do not write into each other.
    pub(super) fn write(
        &self,
        path: &Path,
        fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> Result<(), Error> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let aside = self.parts().join(format!("{name}.{}.tmp", std::process::id()));
        let write = || {
            let mut file = BufWriter::new(File::create(&aside)?);
            fill(&mut file)?;
            file.into_inner()?.sync_all()?;
            fs::rename(&aside, path)
        };
        write().map_err(at(path))
    }

    /// Drop the journals and give the folder its name, in one step. Old results are moved out of the way just before,
    /// and removed just after.
    pub(super) fn publish(&self) -> Result<(), Error> {
        // The names of whole files are on the disk before what they were made of is gone.
        sync(&self.partial)?;
        if self.parts().exists() {
            fs::remove_dir_all(self.parts()).map_err(at(&self.partial))?;
            sync(&self.partial)?;
        }
        let old = beside(&self.out, "replaced");
        let remove_old = || match Holds::look(&old)? {
            Holds::Results => fs::remove_dir_all(&old).map_err(at(&old)),
            Holds::Nothing => Ok(()),
            _ => Err(Error::Foreign(old.clone())),
        };
        if self.out.join(manifest::NAME).exists() {
            remove_old()?;
            fs::rename(&self.out, &old).map_err(at(&self.out))?;
        } else if self.out.exists() {
            fs::remove_dir(&self.out).map_err(at(&self.out))?;
        }
        fs::rename(&self.partial, &self.out).map_err(at(&self.out))?;
        sync(match self.out.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        })?;
        remove_old()
    }

    /// Take over the journals of another folder of the same study, such as one copied from another machine.
    ///
    /// # Errors
    /// If it is of another study, or cannot be read.
    pub fn take_over(&self, study: &Study, from: &Path) -> Result<(), Error> {
        let partial = match Holds::look(from)? {
            Holds::Parts => from.to_owned(),
            _ => beside(&without_ending(from), "partial"),
        };
        if !matches!(Holds::look(&partial)?, Holds::Parts) {
            return Err(Error::NoStudy(from.to_owned()));
        }
        if let Some(difference) = difference(study, &partial)? {
            return Err(Error::OtherStudy { partial, difference });
        }
        for path in journal::journals(&partial.join(PARTS))? {
            let bytes = fs::read(&path).map_err(at(&path))?;
            let digest = crc32fast::hash(&bytes);
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            // The same journal taken over twice is one file, and two of one name are two.
            let target = self.parts().join(format!("{stem}-{digest:08x}.{}", journal::ENDING));
            self.write(&target, |file| file.write_all(&bytes))?;
        }
        Ok(())
    }
}

/// In what the study of a folder differs from this one; `None` if in nothing.
fn difference(study: &Study, path: &Path) -> Result<Option<String>, Error> {
    let there = match identity(path) {
        Ok(identity) => identity,
        Err(Error::Older { format, .. }) => {
            return Ok(Some(format!("it is in an older format, {format}")));
        }
        Err(_) => {
            let why = "its description cannot be read by this version of qantar";
            return Ok(Some(why.to_owned()));
        }
    };
    let size = there.difference(&study.identity);
    // Where only the size differs, it is the texts that tell whether the one can grow from the other.
    if size.is_some() && there.but_for_size() != study.identity.but_for_size() {
        return Ok(size);
    }
    for (name, here) in study.texts() {
        let file = path.join(&name);
        let there = match fs::read_to_string(&file) {
            // That of an arm which is new.
            Err(_) if size.is_some() => continue,
            there => there.map_err(at(&file))?,
        };
        if name == DESIGN && size.is_some() {
            continue;
        }
        if let Some(line) = text_difference(&there, &here) {
            let what = match name.as_str() {
                super::plan::SCENARIO => "the scenario",
                "search.toml" => "the search file",
                "record.toml" => "the record",
                DESIGN => "the points",
                other => other,
            };
            return Ok(Some(format!("in {what}, {line}")));
        }
    }
    Ok(size)
}

/// Put the names in a folder on the disk. Elsewhere than on Unix a folder cannot be opened for that.
fn sync(folder: &Path) -> Result<(), Error> {
    match cfg!(unix) {
        true => File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(at(folder)),
        false => Ok(()),
    }
}

/// There once all that a smaller study has done was taken over.
const TAKEN: &str = "taken";
