//! A folder of results, from its first part to its last name.
//!
//! Until it is whole it is called `<out>.partial`. What its jobs have given is kept in the journals of
//! [`parts`](super::parts). Every file is written aside, synced, and renamed, so that a process killed at any moment
//! leaves nothing half-written under a name that counts. The manifest is the last file of a whole folder: once it is
//! there, all that remains is to drop the parts and to give the folder its name. Where a rename commits, the folder
//! that holds the name is synced too, or a power cut could undo it.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::error::{Error, at};
use super::manifest::{self, Manifest};
use super::parts::{Keeper, Parts};
use super::plan::{Identity, Plan, text_difference};

/// The name of the effective scenario in a folder of results.
pub const SCENARIO: &str = "scenario.toml";

/// A folder of results that is being made.
#[derive(Debug)]
pub struct Folder {
    out: PathBuf,
    partial: PathBuf,
}

impl Folder {
    /// Begin the folder for a plan, or take up again what an earlier process of the same plan has left. With
    /// `force`, old results are replaced once the new ones are whole, and what is done of a different plan is
    /// discarded; where nothing is done of it, it is discarded anyway.
    ///
    /// # Errors
    /// If there are results already, if unfinished ones are of a different plan (both without `force`), if the folder
    /// holds anything that is not qantar's, or if it cannot be written.
    pub fn open(plan: &Plan, out: &Path, force: bool) -> Result<Folder, Error> {
        let folder = Folder::named(out);
        match Holds::look(out)? {
            Holds::Nothing => {}
            Holds::Something => return Err(Error::Foreign(out.to_owned())),
            _ if force => {}
            _ => return Err(Error::Exists(out.to_owned())),
        }
        match folder.other_plan(plan)? {
            Some(difference) if !force && folder.keeps_something() => {
                let partial = folder.partial;
                return Err(Error::OtherPlan { partial, difference });
            }
            Some(_) => fs::remove_dir_all(&folder.partial).map_err(at(&folder.partial))?,
            None => {}
        }
        if matches!(Holds::look(&folder.partial)?, Holds::Nothing) {
            folder.begin(plan)?;
        }
        Ok(folder)
    }

    /// The folder of this name, whatever is in it.
    pub(super) fn named(out: &Path) -> Folder {
        Folder {
            out: out.to_owned(),
            partial: beside(out, "partial"),
        }
    }

    fn begin(&self, plan: &Plan) -> Result<(), Error> {
        fs::create_dir_all(self.parts()).map_err(at(&self.partial))?;
        for (name, text) in scenarios(plan) {
            self.write(&self.partial.join(name), |file| file.write_all(text.as_bytes()))?;
        }
        self.write(&self.parts().join(PLAN), |file| {
            Ok(serde_json::to_writer_pretty(file, &plan.identity)?)
        })
    }

    /// In what the unfinished results differ from this plan; `None` if in nothing, or if there are none.
    fn other_plan(&self, plan: &Plan) -> Result<Option<String>, Error> {
        let identity: Result<Identity, Error> = match Holds::look(&self.partial)? {
            Holds::Nothing => return Ok(None),
            Holds::Something => return Err(Error::Foreign(self.partial.clone())),
            Holds::Results => Manifest::read(&self.partial).map(|manifest| manifest.plan),
            Holds::Parts => {
                let path = self.parts().join(PLAN);
                let text = fs::read(&path).map_err(at(&path))?;
                serde_json::from_slice(&text)
                    .map_err(io::Error::from)
                    .map_err(at(&path))
            }
        };
        let Ok(identity) = identity else {
            return Ok(Some(
                "its description cannot be read by this version of qantar".to_owned(),
            ));
        };
        if let Some(difference) = identity.difference(&plan.identity) {
            return Ok(Some(difference));
        }
        for (name, text) in scenarios(plan) {
            let path = self.partial.join(&name);
            let there = fs::read_to_string(&path).map_err(at(&path))?;
            if let Some(line) = text_difference(&there, text) {
                let what = if name == SCENARIO { "the scenario" } else { &name };
                return Ok(Some(format!("in {what}, {line}")));
            }
        }
        Ok(None)
    }

    /// Whether any job of any plan is done in it.
    fn keeps_something(&self) -> bool {
        self.is_whole() || Parts::any(&self.parts())
    }

    /// The name it will have when it is whole.
    pub fn out(&self) -> &Path {
        &self.out
    }

    /// The name it has until then.
    pub fn partial(&self) -> &Path {
        &self.partial
    }

    /// How many jobs of a plan are done; none where that cannot be read, which its run will then say.
    pub fn done(&self, plan: &Plan) -> u32 {
        match self.is_whole() {
            true => plan.jobs().count() as u32,
            false => self.kept(plan).map_or(0, |kept| kept.done()),
        }
    }

    /// What is kept of the jobs of a plan.
    pub(super) fn kept(&self, plan: &Plan) -> Result<Parts, Error> {
        Parts::read(&self.parts(), plan)
    }

    /// Keep what more of its jobs give.
    pub(super) fn keeper(&self, plan: &Plan) -> Result<Keeper, Error> {
        Keeper::begin(&self.parts(), plan)
    }

    /// Whether all that remains is to publish it.
    pub(super) fn is_whole(&self) -> bool {
        self.partial.join(manifest::NAME).exists()
    }

    /// Where a file of the whole folder is made.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.partial.join(name)
    }

    /// Write a file aside and put it in its place only when it is whole and on the disk. Its name aside has the
    /// number of the process, so that two processes that were started by mistake do not write into each other.
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

    /// Drop the parts and give the folder its name, in one step. Old results are moved out of the way just before,
    /// and removed just after.
    pub(super) fn publish(&self) -> Result<(), Error> {
        // The names of whole files are on the disk before what they were made of is gone.
        sync(&self.partial)?;
        if self.parts().exists() {
            fs::remove_dir_all(self.parts()).map_err(at(&self.partial))?;
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

    /// Where parts and what is written aside are kept.
    pub(super) fn parts(&self) -> PathBuf {
        self.partial.join(PARTS)
    }
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

/// The scenario of each arm that has a text of its own, with the name of its file.
pub(super) fn scenarios(plan: &Plan) -> impl Iterator<Item = (String, &str)> {
    plan.arms.iter().enumerate().filter_map(|(index, arm)| {
        let name = match index {
            0 => SCENARIO.to_owned(),
            _ => arm_scenario(&arm.identity.name),
        };
        Some((name, arm.scenario.as_deref()?))
    })
}

/// The name of the effective scenario of an arm other than the baseline.
pub fn arm_scenario(arm: &str) -> String {
    format!("scenario.{arm}.toml")
}

const PARTS: &str = "parts";
/// The name of the description of what is being run, among the parts.
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
    pub(super) fn look(path: &Path) -> Result<Holds, Error> {
        if !path.exists() {
            return Ok(Holds::Nothing);
        }
        if path.join(manifest::NAME).exists() {
            let ours = fs::read_to_string(path.join(manifest::NAME)).is_ok_and(|text| text.contains("qantar-results/"));
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
