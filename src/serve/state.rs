//! What changes in a room, all of it behind one lock that nobody holds while a scenario is read, a branch is written or a
//! world is run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use super::branch::Branch;
use super::worlds::Worlds;

/// What changes in a room.
pub struct State {
    /// The branches, by their ids.
    pub branches: BTreeMap<String, Branch>,
    /// The worlds of arms, by their files.
    pub worlds: BTreeMap<PathBuf, Worlds>,
    /// What is being run in the background: the file of the arm and the replicate, and what stops it.
    pub running: BTreeMap<(PathBuf, u32), Arc<AtomicBool>>,
    /// Pupils, by their words.
    pub pupils: BTreeMap<String, String>,
    /// Turns that were given out.
    pub turns: u64,
    /// Set while something urgent waits.
    pub urgent: Arc<AtomicBool>,
    /// The file of the worlds of the scenario itself, which are always kept.
    pub alone: PathBuf,
    /// Say something to whoever started the room.
    pub say: fn(&str),
}

impl State {
    /// Read the worlds of an arm, if they are not read yet.
    pub fn open(&mut self, file: PathBuf) {
        let say = self.say;
        self.worlds.entry(file).or_insert_with_key(|file| {
            Worlds::read(file).unwrap_or_else(|error| {
                say(&format!("{}: {error}; its worlds are run again", file.display()));
                Worlds::none(file)
            })
        });
    }

    /// Take a branch in.
    pub fn put(&mut self, branch: Branch) {
        for file in branch.study.iter().flat_map(|(_, files)| files) {
            self.open(file.clone());
        }
        let id = branch.kept.id.clone();
        self.branches.insert(id.clone(), branch);
        self.tell(&id);
    }

    /// Open what branches need, forget the worlds that none does, and stop what nobody wants any more.
    pub fn settle(&mut self) {
        let needed: BTreeSet<PathBuf> = self
            .branches
            .values()
            .flat_map(|branch| branch.study.iter())
            .flat_map(|(_, files)| files.clone())
            .collect();
        for file in &needed {
            self.open(file.clone());
        }
        self.worlds
            .retain(|file, _| needed.contains(file) || *file == self.alone);
        let wanted: BTreeSet<&PathBuf> = self
            .branches
            .values()
            .filter(|branch| branch.kept.wanted > 0)
            .flat_map(|branch| branch.study.iter())
            .flat_map(|(_, files)| files)
            .collect();
        for ((file, _), stop) in &self.running {
            if !wanted.contains(file) {
                stop.store(true, SeqCst);
            }
        }
        self.look();
    }

    /// Say whether something urgent waits.
    pub fn look(&self) {
        let waits = self.branches.values().any(|branch| branch.urgent.is_some());
        self.urgent.store(waits, SeqCst);
    }

    /// In how many worlds both arms of a branch were run, one after the other from the first.
    pub fn done(&self, branch: &Branch) -> usize {
        let Some((_, files)) = &branch.study else { return 0 };
        let [base, own] = files.each_ref().map(|file| self.worlds.get(file));
        let (Some(base), Some(own)) = (base, own) else { return 0 };
        own.of
            .keys()
            .filter(|replicate| base.of.contains_key(replicate))
            .count()
    }

    /// Tell who watches a branch.
    pub fn tell(&self, id: &str) {
        // What nobody looks at is not written out; whoever comes is told first.
        if let Some(branch) = self.branches.get(id).filter(|branch| branch.is_watched()) {
            let before = branch.urgent.map_or(0, |(turn, _)| {
                let urgent = self.branches.values().filter_map(|other| other.urgent);
                urgent.filter(|(other, _)| *other < turn).count()
            });
            branch.tell(self.done(branch), before);
        }
    }

    /// Tell who watches any branch.
    pub fn tell_all(&self) {
        self.branches.keys().for_each(|id| self.tell(id));
    }
}
