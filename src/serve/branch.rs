//! A branch: what one pupil wants to have been done otherwise, and how far it is known what comes of it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::judge::Judged;
use crate::report::page::Background;
use crate::study::Study;

/// What is kept of a branch on the disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// Its name in addresses and files: letters and digits, given by the room.
    pub id: String,
    /// What readers call it.
    pub name: String,
    /// Its overlay, as written, right or wrong.
    pub text: String,
    /// The word of the pupil whose it is; `None` if it is the host's.
    pub owner: Option<String>,
    /// How often it was saved: two pages that save over each other notice by it.
    pub version: u64,
    /// In how many worlds it is to be run; 0 if it is not.
    pub wanted: u32,
    /// How far it is played, if it is.
    pub played: Option<Played>,
}

/// A branch that is played from decision to decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Played {
    /// The tick at which time stands still.
    pub tick: u32,
    /// Ticks from one decision to the next.
    pub step: u32,
    /// Whether the end was reached.
    pub over: bool,
}

/// What is to be done for a branch before all that is done in the background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgent {
    /// Run its first world and show it hour by hour.
    First,
    /// Find out what its government can see.
    View,
    /// Make a folder of results, of so many worlds.
    Results(u32),
}

/// A branch.
#[derive(Debug)]
pub struct Branch {
    /// What is kept of it.
    pub kept: Kept,
    /// Who has it may write the branch.
    pub pen: Arc<Mutex<()>>,
    /// What the checker says of its overlay, as a page reads it.
    pub said: Arc<Value>,
    /// What a report tells of it beside its numbers, once it was asked for.
    pub background: Option<Arc<Background>>,
    /// The comparison that it is, with the file of the worlds of either arm; `None` if its overlay is wrong.
    pub study: Option<(Arc<Study>, [PathBuf; 2])>,
    /// What is to be done for it first, with its turn.
    pub urgent: Option<(u64, Urgent)>,
    /// Whether that is being done.
    pub busy: bool,
    /// Set to stop what is being done.
    pub stop: Arc<AtomicBool>,
    /// The picture of its first world, as far as it is known.
    pub picture: String,
    /// The tick that is reached in it.
    pub tick: u32,
    /// What its government can see at the moment of its decision.
    pub view: Option<Value>,
    /// What is told of it, and of how many worlds under which name: it is not worked out again for each who looks.
    pub told: Option<(usize, String, String)>,
    /// Why the last thing that was to be done failed.
    pub error: Option<String>,
    live: watch::Sender<String>,
}

impl Branch {
    /// A branch, of which nothing is done yet.
    pub fn new(kept: Kept) -> Branch {
        Branch {
            kept,
            pen: Arc::default(),
            said: Arc::default(),
            background: None,
            study: None,
            urgent: None,
            busy: false,
            stop: Arc::default(),
            picture: String::new(),
            tick: 0,
            view: None,
            told: None,
            error: None,
            live: watch::Sender::new("{}".to_owned()),
        }
    }

    /// Put another text in the place of the one before: nothing is known yet of what comes of it.
    pub fn is_now(&mut self, judged: Judged) {
        (self.said, self.study, self.background) = (judged.told, judged.study, None);
        (self.picture, self.tick) = (String::new(), 0);
        (self.view, self.told, self.error) = (None, None, None);
    }

    /// Stop what is done for it, and let nothing of it be waited for.
    pub fn halt(&mut self) {
        self.stop.store(true, SeqCst);
        self.stop = Arc::default();
        (self.urgent, self.busy) = (None, false);
    }

    /// Whether its course may be shown: of one that is played, only once it is over.
    pub fn may_be_seen(&self) -> bool {
        self.kept.played.is_none_or(|played| played.over)
    }

    /// Who wants to see what changes.
    pub fn watched(&self) -> watch::Receiver<String> {
        self.live.subscribe()
    }

    /// Whether anybody watches.
    pub fn is_watched(&self) -> bool {
        self.live.receiver_count() > 0
    }

    /// Tell those who watch. `worlds` is how many are done, `before` how many others come first.
    pub fn tell(&self, worlds: usize, before: usize) {
        let phase = match (self.busy, self.urgent, &self.error) {
            (_, _, Some(_)) => "failed",
            (true, Some((_, Urgent::Results(_))), _) => "exporting",
            (true, ..) => "running",
            (false, Some(_), _) => "waiting",
            _ if (worlds as u32) < self.kept.wanted => "worlds",
            _ => "idle",
        };
        let picture = if self.may_be_seen() { self.picture.as_str() } else { "" };
        let told = json!({
            "phase": phase,
            "version": self.kept.version,
            "tick": self.tick,
            // Of what is played, not even how much is known is told before its end.
            "worlds": if self.may_be_seen() { worlds } else { 0 },
            "wanted": self.kept.wanted,
            "before": before,
            "picture": picture,
            "view": self.view.is_some(),
            "error": self.error,
        });
        self.live.send_replace(told.to_string());
    }
}

impl Kept {
    /// Read all of a folder, oldest first; one that cannot be read is told and left alone.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn read_all(folder: &Path) -> io::Result<(Vec<Kept>, Vec<PathBuf>)> {
        let (mut all, mut broken) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_none_or(|ending| ending != "json") {
                continue;
            }
            match fs::read(&path)
                .map_err(|_| ())
                .and_then(|text| serde_json::from_slice::<Kept>(&text).map_err(|_| ()))
            {
                Ok(kept) if path.file_stem().is_some_and(|stem| *stem == *kept.id) => all.push(kept),
                _ => broken.push(path),
            }
        }
        all.sort_by(|a, b| a.id.cmp(&b.id));
        Ok((all, broken))
    }

    /// Write it, whole or not at all.
    ///
    /// # Errors
    /// If that fails; what was there is as it was.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        write(
            &folder.join(format!("{}.json", self.id)),
            &serde_json::to_vec_pretty(self)?,
        )
    }
}

/// Write a file, whole or not at all.
///
/// # Errors
/// If that fails; what was there is as it was.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_is_read_back_as_it_was_and_a_broken_one_is_told_and_left() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept {
            id: "b0001".to_owned(),
            name: "Earlier ы".to_owned(),
            text: "not = TOML [[".to_owned(),
            owner: Some("k7m2".to_owned()),
            version: 3,
            wanted: 200,
            played: Some(Played {
                tick: 92,
                step: 12,
                over: false,
            }),
        };
        kept.write(folder.path()).unwrap();
        fs::write(folder.path().join("b0002.json"), "{ torn").unwrap();
        fs::write(folder.path().join("b0003.json"), serde_json::to_vec(&kept).unwrap()).unwrap();
        let (all, broken) = Kept::read_all(folder.path()).unwrap();
        assert_eq!(all, [kept]);
        assert_eq!(broken.len(), 2);
        assert!(folder.path().join("b0002.json").exists());
    }
}
