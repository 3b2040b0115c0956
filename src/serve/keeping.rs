//! What is done to branches: they are begun, saved, wanted, stopped and taken away. A branch is written by one at a time, and
//! nothing else waits while it is.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::answer::{Answer, Who};
use super::branch::{Branch, Kept, Urgent};
use super::room::{MOST, Room, branches, hold, nothing, unkept};

/// Branches in a room, and of one pupil.
const BRANCHES: usize = 400;
const OF_A_PUPIL: usize = 12;

impl Room {
    /// A branch more.
    ///
    /// # Errors
    /// If there are too many, or it cannot be kept.
    pub fn begin(self: &Arc<Self>, who: &Who, name: &str, text: &str) -> Result<String, Answer> {
        let judged = self.judge("branch", text);
        let owner = match who {
            Who::Host => None,
            Who::Pupil(word) => Some(word.clone()),
        };
        // Who begins one waits for who does, so that no two get one name.
        let _beginning = hold(&self.beginning);
        let id = self.free_id(&owner)?;
        let mut branch = Branch::new(Kept {
            id: id.clone(),
            name: name.to_owned(),
            text: text.to_owned(),
            owner,
            version: 1,
            wanted: 0,
            played: None,
        });
        branch.kept.write(&branches(&self.folder)).map_err(unkept)?;
        branch.is_now(judged);
        self.state().put(branch);
        Ok(id)
    }

    /// A name for a branch more, if there may be one.
    fn free_id(&self, owner: &Option<String>) -> Result<String, Answer> {
        let state = self.state();
        let own = state.branches.values().filter(|branch| branch.kept.owner == *owner);
        if state.branches.len() >= BRANCHES || owner.is_some() && own.count() >= OF_A_PUPIL {
            return Err(Answer::refused(
                409,
                "there are as many branches as there may be; delete one first",
            ));
        }
        let last = state
            .branches
            .keys()
            .next_back()
            .and_then(|id| id.strip_prefix('b')?.parse::<u32>().ok());
        let mut number = last.map_or(1, |last| last + 1);
        // A branch that was deleted keeps its name, so that its files are not taken for those of another.
        while self.gone(&id(number)).exists() || self.results(&id(number)).exists() {
            number += 1;
        }
        Ok(id(number))
    }

    /// Let nobody else write a branch until the pen is put down.
    fn pen(&self, id: &str) -> Result<Arc<Mutex<()>>, Answer> {
        let state = self.state();
        let branch = state.branches.get(id).ok_or_else(nothing)?;
        Ok(Arc::clone(&branch.pen))
    }

    /// Replace what a branch is, if nobody did so since this version.
    ///
    /// # Errors
    /// If somebody did, or it cannot be kept.
    pub fn save(self: &Arc<Self>, id: &str, version: u64, change: impl FnOnce(&mut Kept)) -> Result<u64, Answer> {
        let pen = self.pen(id)?;
        let _held = hold(&pen);
        let before = self.state().branches.get(id).ok_or_else(nothing)?.kept.clone();
        if before.version != version {
            let why = "this branch was changed in another page meanwhile; reload this one to see it";
            return Err(Answer::refused(409, why));
        }
        let mut kept = before.clone();
        change(&mut kept);
        kept.version = version + 1;
        let judged = (kept.text != before.text).then(|| self.judge(id, &kept.text));
        if judged.is_some() {
            kept.wanted = 0;
        }
        kept.write(&branches(&self.folder)).map_err(unkept)?;
        let mut state = self.state();
        let branch = state.branches.get_mut(id).ok_or_else(nothing)?;
        (branch.kept, branch.told) = (kept, None);
        if let Some(judged) = judged {
            branch.halt();
            branch.is_now(judged);
            state.settle();
        }
        state.tell(id);
        self.work.notify_all();
        Ok(version + 1)
    }

    /// Let something urgent be done for a branch, and so many worlds after it.
    ///
    /// # Errors
    /// If its overlay is wrong, or it cannot be kept.
    pub fn want(&self, id: &str, urgent: Option<Urgent>, worlds: u32) -> Result<(), Answer> {
        let pen = self.pen(id)?;
        let _held = hold(&pen);
        let kept = {
            let state = self.state();
            let branch = state.branches.get(id).ok_or_else(nothing)?;
            if branch.study.is_none() {
                return Err(Answer::refused(
                    409,
                    "something is wrong in this branch; put it right first",
                ));
            }
            Kept {
                wanted: worlds.min(MOST),
                ..branch.kept.clone()
            }
        };
        kept.write(&branches(&self.folder)).map_err(unkept)?;
        let mut state = self.state();
        state.turns += 1;
        let turn = state.turns;
        let branch = state.branches.get_mut(id).ok_or_else(nothing)?;
        (branch.kept, branch.error) = (kept, None);
        if let (Some(urgent), false) = (urgent, branch.busy) {
            branch.urgent = Some((turn, urgent));
        }
        let files = branch.study.as_ref().map(|(_, files)| files.clone());
        for file in files.iter().flatten() {
            if let Some(worlds) = state.worlds.get_mut(file) {
                worlds.failed = None;
            }
        }
        state.look();
        state.tell_all();
        self.work.notify_all();
        Ok(())
    }

    /// Stop all that is done for a branch, at once; what is known of it stays.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub fn stop(&self, id: &str) -> Result<(), Answer> {
        let kept = {
            let mut state = self.state();
            let branch = state.branches.get_mut(id).ok_or_else(nothing)?;
            branch.kept.wanted = 0;
            branch.halt();
            state.settle();
            state.tell_all();
            state.branches.get(id).ok_or_else(nothing)?.kept.id.clone()
        };
        self.work.notify_all();
        let pen = self.pen(&kept)?;
        let _held = hold(&pen);
        let kept = self.state().branches.get(id).ok_or_else(nothing)?.kept.clone();
        kept.write(&branches(&self.folder)).map_err(unkept)
    }

    /// Take a branch away. Its file gets another ending and stays.
    ///
    /// # Errors
    /// If that fails.
    pub fn remove(&self, id: &str) -> Result<(), Answer> {
        self.stop(id)?;
        let pen = self.pen(id)?;
        let _held = hold(&pen);
        fs::rename(branches(&self.folder).join(format!("{id}.json")), self.gone(id)).map_err(unkept)?;
        let mut state = self.state();
        state.branches.remove(id);
        state.settle();
        Ok(())
    }

    fn gone(&self, id: &str) -> PathBuf {
        branches(&self.folder).join(format!("{id}.gone"))
    }
}

fn id(number: u32) -> String {
    format!("b{number:05}")
}
