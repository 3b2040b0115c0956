//! A folder of results, from its first part to its last name.
//!
//! Until it is whole it is called `<out>.partial`. Each finished replicate leaves two part files in it; a replicate
//! is done when its series file exists, which is the later of the two. Every file is written aside, synced, and
//! renamed, so that a process killed at any moment leaves nothing half-written under a name that counts. The
//! manifest is the last file of a whole folder: once it is there, all that remains is to drop the parts and to give
//! the folder its name.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::error::{Error, at};
use super::manifest::{self, Manifest};
use super::plan::{Identity, Plan, text_difference};
use crate::table::{Table, csv};

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
    /// `force`, old results are replaced once the new ones are whole, and what is left of a different plan is
    /// discarded.
    ///
    /// # Errors
    /// If there are results already, if unfinished ones are of a different plan (both without `force`), if the folder
    /// holds anything that is not qantar's, or if it cannot be written.
    pub fn open(plan: &Plan, out: &Path, force: bool) -> Result<Folder, Error> {
        let folder = Folder {
            out: out.to_owned(),
            partial: beside(out, "partial"),
        };
        match Holds::look(out)? {
            Holds::Nothing => {}
            Holds::Something => return Err(Error::Foreign(out.to_owned())),
            _ if force => {}
            _ => return Err(Error::Exists(out.to_owned())),
        }
        match folder.other_plan(plan)? {
            Some(difference) if !force => {
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

    fn begin(&self, plan: &Plan) -> Result<(), Error> {
        fs::create_dir_all(self.parts()).map_err(at(&self.partial))?;
        self.write(&self.partial.join(SCENARIO), |file| {
            file.write_all(plan.scenario.as_bytes())
        })?;
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
        let path = self.partial.join(SCENARIO);
        let text = fs::read_to_string(&path).map_err(at(&path))?;
        let scenario = || text_difference(&text, &plan.scenario).map(|line| format!("in the scenario, {line}"));
        Ok(identity.difference(&plan.identity).or_else(scenario))
    }

    /// The name it will have when it is whole.
    pub fn out(&self) -> &Path {
        &self.out
    }

    /// The name it has until then.
    pub fn partial(&self) -> &Path {
        &self.partial
    }

    /// How many replicates of a plan are done.
    pub fn done(&self, plan: &Plan) -> u32 {
        plan.replicates().filter(|&replicate| self.is_done(replicate)).count() as u32
    }

    /// Whether a replicate is done.
    pub fn is_done(&self, replicate: u32) -> bool {
        self.is_whole() || self.part(replicate, "series").exists()
    }

    /// Whether all that remains is to publish it.
    pub(super) fn is_whole(&self) -> bool {
        self.partial.join(manifest::NAME).exists()
    }

    /// Keep the tables of a replicate, which is then done.
    pub(super) fn keep(&self, replicate: u32, series: &Table, events: &Table) -> Result<(), Error> {
        for (name, table) in [("events", events), ("series", series)] {
            self.write(&self.part(replicate, name), |file| csv::write(table, false, file))?;
        }
        Ok(())
    }

    /// Where a replicate's rows are kept until the folder is whole.
    pub(super) fn part(&self, replicate: u32, name: &str) -> PathBuf {
        self.parts().join(format!("{replicate:010}.{name}.csv"))
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
        remove_old()
    }

    fn parts(&self) -> PathBuf {
        self.partial.join(PARTS)
    }
}

const PARTS: &str = "parts";
const PLAN: &str = "plan.json";

/// What is found under the name of a folder. Only what qantar has made is ever removed.
enum Holds {
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
    fn look(path: &Path) -> Result<Holds, Error> {
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

fn beside(out: &Path, ending: &str) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    out.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::study::{Progress, execute, rows};

    fn plan(seed: u64, replicates: std::ops::Range<u32>) -> Plan {
        let scenario = Scenario::from_text("tutorial", rows::tests::SCENARIO).unwrap();
        Plan::new(&scenario, Vec::new(), seed, replicates).unwrap()
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_done_is_not_run_again_and_the_order_is_that_of_the_replicates() {
        let temp = tempfile::tempdir().unwrap();
        let (plan, out) = (plan(1, 0..3), temp.path().join("out"));
        let folder = Folder::open(&plan, &out, false).unwrap();
        // Rows that no run would give: if they reach the result, replicate 1 was not run again.
        for name in ["series", "events"] {
            fs::write(folder.part(1, name), format!("kept {name}\n")).unwrap();
        }
        assert_eq!(folder.done(&plan), 1);
        let doctored = execute(&plan, &folder, 2, &Progress::default());
        // A part that is not a table cannot become Parquet; as CSV it is copied as it is.
        assert_eq!(doctored.is_err(), cfg!(feature = "parquet"));
        let whole = if doctored.is_ok() { &out } else { &folder.partial };
        let series = fs::read_to_string(whole.join("series.csv")).unwrap();
        let replicates: Vec<&str> = series
            .lines()
            .skip(1)
            .map(|line| line.split(',').nth(2).unwrap_or(line))
            .collect();
        let mut order = replicates.clone();
        order.dedup();
        assert_eq!(order, ["0", "kept series", "2"]);
    }

    #[test]
    fn a_resumed_folder_is_the_same_bytes_and_leaves_nothing_behind() {
        let temp = tempfile::tempdir().unwrap();
        let plan = plan(1, 0..3);
        let (once, resumed) = (temp.path().join("once"), temp.path().join("resumed"));
        let run = |out: &Path| {
            execute(
                &plan,
                &Folder::open(&plan, out, false).unwrap(),
                1,
                &Progress::default(),
            )
        };
        let whole = run(&once).unwrap();

        let stopped = Progress::default();
        stopped.stop.store(true, std::sync::atomic::Ordering::Relaxed);
        let folder = Folder::open(&plan, &resumed, false).unwrap();
        let error = execute(&plan, &folder, 1, &stopped).unwrap_err();
        assert!(matches!(error, Error::Interrupted { done: 0, of: 3, .. }));
        fs::write(folder.parts().join("0000000000.series.csv.1.tmp"), "half a row").unwrap();

        assert_eq!(run(&resumed).unwrap().files, whole.files);
        assert_eq!(names(&resumed), names(&once));
        assert_eq!(names(temp.path()), ["once", "resumed"]);
    }

    #[test]
    fn a_whole_folder_without_its_name_only_gets_its_name() {
        let temp = tempfile::tempdir().unwrap();
        let (plan, out) = (plan(1, 0..2), temp.path().join("out"));
        let run = || {
            execute(
                &plan,
                &Folder::open(&plan, &out, false).unwrap(),
                1,
                &Progress::default(),
            )
        };
        let whole = run().unwrap();
        fs::rename(&out, temp.path().join("out.partial")).unwrap();
        assert_eq!(run().unwrap(), whole);
    }

    #[test]
    fn old_results_give_way_only_to_whole_ones_and_only_with_force() {
        let temp = tempfile::tempdir().unwrap();
        let out = temp.path().join("out");
        let open = |seed, force| Folder::open(&plan(seed, 0..1), &out, force);
        execute(&plan(1, 0..1), &open(1, false).unwrap(), 1, &Progress::default()).unwrap();
        assert!(matches!(open(2, false), Err(Error::Exists(_))));
        let folder = open(2, true).unwrap();
        assert_eq!(Manifest::read(&out).unwrap().plan.seed, 1);
        execute(&plan(2, 0..1), &folder, 1, &Progress::default()).unwrap();
        assert_eq!(Manifest::read(&out).unwrap().plan.seed, 2);
        assert_eq!(names(temp.path()), ["out"]);
    }

    #[test]
    fn unfinished_results_of_another_plan_are_discarded_only_with_force() {
        let temp = tempfile::tempdir().unwrap();
        let out = temp.path().join("out");
        let open = |seed, force| Folder::open(&plan(seed, 0..1), &out, force);
        open(1, false).unwrap();
        let error = open(2, false).unwrap_err().to_string();
        assert!(error.contains("seed 1 there, 2 here"), "{error}");
        assert_eq!(open(2, true).unwrap().done(&plan(2, 0..1)), 0);
        assert!(open(2, false).is_ok());
    }

    #[test]
    fn a_folder_that_is_not_ours_is_left_alone_even_with_force() {
        let temp = tempfile::tempdir().unwrap();
        let out = temp.path().join("thesis");
        fs::create_dir(&out).unwrap();
        assert!(
            Folder::open(&plan(1, 0..1), &out, false).is_ok(),
            "an empty folder is free"
        );
        fs::write(out.join("chapter-1.tex"), "").unwrap();
        assert!(matches!(
            Folder::open(&plan(1, 0..1), &out, true),
            Err(Error::Foreign(_))
        ));
    }
}
