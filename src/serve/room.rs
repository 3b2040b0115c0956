//! The room: the scenario that is served, its branches, and who may do what to them. All of it is in one place behind one
//! lock, which nobody holds while a scenario is read or a world is run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::answer::{Answer, Who};
use super::branch::{Branch, Kept, Urgent, write};
use super::guard::{Rate, same, word};
use super::overlay::Base;
use super::worlds::Worlds;
use super::{Error, Options, Program};
use crate::scenario::problem::{Problem, Problems};
use crate::study::{self, Arm, Command, Study};

/// Branches in a room, and of one pupil.
const BRANCHES: usize = 400;
const OF_A_PUPIL: usize = 12;
/// The most worlds that are run of a branch.
pub const MOST: u32 = 1000;

/// The room.
pub struct Room {
    /// The scenario that is served.
    pub base: Base,
    /// What the program lends.
    pub program: Program,
    /// Threads that run worlds in the background.
    pub threads: usize,
    /// Whether a class works in it.
    pub classroom: bool,
    /// Local time at the start of each tick.
    pub times: Vec<String>,
    /// The scenario alone, with the file of its worlds.
    pub alone: (Arc<Study>, PathBuf),
    /// Who waits for something to do is woken by it.
    pub work: Condvar,
    /// Set while something urgent waits.
    pub urgent: AtomicBool,
    /// Set when it is closing.
    pub closing: AtomicBool,
    /// The word that lets the host in.
    pub token: String,
    folder: PathBuf,
    plausible: Option<String>,
    state: Mutex<State>,
    rates: Mutex<[Rate; 2]>,
    _lock: File,
}

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
}

impl Room {
    /// Open a room in a folder, with all that was there before.
    ///
    /// # Errors
    /// If the scenario is wrong, another process has the room, or a file cannot be read or written.
    pub fn open(options: &Options) -> Result<Arc<Room>, Error> {
        let base = Base::read(&options.scenario)?;
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source| Error::Io { path, source }
        };
        let folder = options.folder.clone();
        for part in [branches(&folder), arms(&folder), folder.join("results")] {
            fs::create_dir_all(&part).map_err(at(&part))?;
        }
        let path = folder.join("lock");
        let lock = File::create(&path).map_err(at(&path))?;
        if let Err(TryLockError::WouldBlock) = lock.try_lock() {
            return Err(Error::Busy(folder));
        }
        let plausible = base
            .scenario
            .worlds()
            .map(|path| fs::read_to_string(path).map_err(at(path)))
            .transpose()?;
        let calendar = base.scenario.calendar();
        let ticks = base.scenario.simulation()?.ticks();
        let word =
            |letters| word(letters).map_err(|_| at(&folder)(io::Error::other("this system has no random numbers")));
        let alone = Arc::new(study(&base, plausible.as_deref(), None)?);
        let room = Room {
            alone: (Arc::clone(&alone), super::worlds::file(&arms(&folder), &alone, 0)),
            times: (0..ticks).map(|tick| calendar.iso(tick)).collect(),
            program: options.program,
            threads: options.threads.max(1),
            classroom: options.classroom,
            work: Condvar::new(),
            urgent: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            token: word(26)?,
            plausible,
            state: Mutex::new(State {
                branches: BTreeMap::new(),
                worlds: BTreeMap::new(),
                running: BTreeMap::new(),
                pupils: read_pupils(&folder).map_err(at(&folder))?,
                turns: 0,
            }),
            // Who is known may click fast; who guesses a word may not.
            rates: Mutex::new([Rate::new(240.0, 60.0), Rate::new(20.0, 1.0)]),
            _lock: lock,
            base,
            folder,
        };
        let (all, broken) = Kept::read_all(&branches(&room.folder)).map_err(at(&room.folder))?;
        for path in broken {
            (room.program.say)(&format!("{} cannot be read; it is left as it is", path.display()));
        }
        let room = Arc::new(room);
        room.state().open(&room, room.alone.1.clone());
        for kept in all {
            let study = room.study(&kept.id, &kept.text).ok();
            let mut branch = Branch::new(kept);
            branch.is_now(study, &arms(&room.folder));
            room.state().put(&room, branch);
        }
        Ok(room)
    }

    /// What changes, locked.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is closing.
    pub fn is_closing(&self) -> bool {
        self.closing.load(SeqCst)
    }

    /// Where the files of an export lie.
    pub fn results(&self, id: &str) -> PathBuf {
        self.folder.join("results").join(id)
    }

    /// Who has a token, and may ask now.
    ///
    /// # Errors
    /// A refusal.
    pub fn who(&self, token: Option<&str>, peer: IpAddr, now: Instant) -> Result<Who, Answer> {
        let token = token.unwrap_or_default();
        let who = match same(token, &self.token) {
            true => Some(Who::Host),
            false => self
                .state()
                .pupils
                .contains_key(token)
                .then(|| Who::Pupil(token.to_owned())),
        };
        let mut rates = self.rates.lock().unwrap_or_else(PoisonError::into_inner);
        let [known, unknown] = &mut *rates;
        match who {
            Some(who) if known.allows(token, now) => Ok(who),
            None if unknown.allows(&peer.to_string(), now) => Err(Answer::refused(
                401,
                "this page has no word that lets it in; open the link that `qantar serve` has printed, or that your teacher gave you",
            )),
            _ => Err(Answer::refused(429, "too many requests; wait a moment and try again")),
        }
    }

    /// The comparison that an overlay is, of a branch of this id.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn study(&self, id: &str, text: &str) -> Result<Arc<Study>, Problems> {
        study(&self.base, self.plausible.as_deref(), Some((id, text))).map(Arc::new)
    }

    /// A branch more.
    ///
    /// # Errors
    /// If there are too many, or it cannot be kept.
    pub fn begin(self: &Arc<Self>, who: &Who, name: &str, text: &str) -> Result<String, Answer> {
        let study = self.study("branch", text).ok();
        let owner = match who {
            Who::Host => None,
            Who::Pupil(word) => Some(word.clone()),
        };
        let mut state = self.state();
        let own = state
            .branches
            .values()
            .filter(|branch| branch.kept.owner == owner)
            .count();
        if state.branches.len() >= BRANCHES || owner.is_some() && own >= OF_A_PUPIL {
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
        let id = id(number);
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
        branch.is_now(study, &arms(&self.folder));
        state.put(self, branch);
        Ok(id)
    }

    /// Replace what a branch is, if nobody did so since this version.
    ///
    /// # Errors
    /// If somebody did, or it cannot be kept.
    pub fn save(self: &Arc<Self>, id: &str, version: u64, change: impl FnOnce(&mut Kept)) -> Result<u64, Answer> {
        let mut kept = {
            let state = self.state();
            let branch = state.branches.get(id).ok_or_else(nothing)?;
            if branch.kept.version != version {
                let why = "this branch was changed in another page meanwhile; reload this one to see it";
                return Err(Answer::refused(409, why));
            }
            branch.kept.clone()
        };
        let before = kept.text.clone();
        change(&mut kept);
        kept.version = version + 1;
        let study = match kept.text == before {
            true => None,
            false => Some(self.study(id, &kept.text).ok()),
        };
        let mut state = self.state();
        let branch = state.branches.get_mut(id).ok_or_else(nothing)?;
        if branch.kept.version != version {
            return Err(Answer::refused(
                409,
                "this branch was changed in another page meanwhile; reload this one to see it",
            ));
        }
        kept.write(&branches(&self.folder)).map_err(unkept)?;
        (branch.kept, branch.told) = (kept, None);
        if let Some(study) = study {
            branch.stop.store(true, SeqCst);
            branch.stop = Arc::default();
            (branch.urgent, branch.busy, branch.kept.wanted) = (None, false, 0);
            branch.is_now(study, &arms(&self.folder));
            state.settle(self);
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
        let mut state = self.state();
        state.turns += 1;
        let turn = state.turns;
        let branch = state.branches.get_mut(id).ok_or_else(nothing)?;
        if branch.study.is_none() {
            return Err(Answer::refused(
                409,
                "something is wrong in this branch; put it right first",
            ));
        }
        branch.kept.wanted = worlds.min(MOST);
        branch.kept.write(&branches(&self.folder)).map_err(unkept)?;
        branch.error = None;
        if let (Some(urgent), false) = (urgent, branch.busy) {
            branch.urgent = Some((turn, urgent));
        }
        let files = branch.study.as_ref().map(|(_, files)| files.clone());
        for file in files.iter().flatten() {
            if let Some(worlds) = state.worlds.get_mut(file) {
                worlds.failed = None;
            }
        }
        state.look(self);
        state.tell_all();
        self.work.notify_all();
        Ok(())
    }

    /// Stop all that is done for a branch, at once; what is known of it stays.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub fn stop(&self, id: &str) -> Result<(), Answer> {
        let mut state = self.state();
        let branch = state.branches.get_mut(id).ok_or_else(nothing)?;
        branch.kept.wanted = 0;
        branch.urgent = None;
        branch.stop.store(true, SeqCst);
        branch.stop = Arc::default();
        branch.busy = false;
        branch.kept.write(&branches(&self.folder)).map_err(unkept)?;
        state.settle(self);
        state.tell_all();
        self.work.notify_all();
        Ok(())
    }

    /// Take a branch away. Its file gets another ending and stays.
    ///
    /// # Errors
    /// If that fails.
    pub fn remove(&self, id: &str) -> Result<(), Answer> {
        self.stop(id)?;
        let mut state = self.state();
        fs::rename(branches(&self.folder).join(format!("{id}.json")), self.gone(id)).map_err(unkept)?;
        state.branches.remove(id);
        state.settle(self);
        Ok(())
    }

    fn gone(&self, id: &str) -> PathBuf {
        branches(&self.folder).join(format!("{id}.gone"))
    }

    /// Give words to so many pupils, by their names.
    ///
    /// # Errors
    /// If there are too many, or they cannot be kept.
    pub fn invite(&self, names: &[String]) -> Result<(), Answer> {
        let mut state = self.state();
        if state.pupils.len() + names.len() > 60 {
            return Err(Answer::refused(409, "a class has at most 60 pupils"));
        }
        let mut pupils = state.pupils.clone();
        for name in names {
            let word = word(8).map_err(|_| Answer::refused(500, "this system has no random numbers"))?;
            pupils.insert(word, name.clone());
        }
        let text = serde_json::to_vec_pretty(&pupils).map_err(|error| unkept(error.into()))?;
        write(&self.folder.join("pupils.json"), &text).map_err(unkept)?;
        state.pupils = pupils;
        Ok(())
    }
}

impl State {
    /// Read the worlds of an arm, if they are not read yet.
    fn open(&mut self, room: &Room, file: PathBuf) {
        self.worlds.entry(file).or_insert_with_key(|file| {
            Worlds::read(file).unwrap_or_else(|error| {
                (room.program.say)(&format!("{}: {error}; its worlds are run again", file.display()));
                Worlds::none(file)
            })
        });
    }

    fn put(&mut self, room: &Room, branch: Branch) {
        for file in branch.study.iter().flat_map(|(_, files)| files) {
            self.open(room, file.clone());
        }
        let id = branch.kept.id.clone();
        self.branches.insert(id.clone(), branch);
        self.tell(&id);
    }

    /// Open what branches need, forget the worlds that none does, and stop what nobody wants any more.
    fn settle(&mut self, room: &Room) {
        let needed: BTreeSet<PathBuf> = self
            .branches
            .values()
            .flat_map(|branch| branch.study.iter())
            .flat_map(|(_, files)| files.clone())
            .collect();
        for file in &needed {
            self.open(room, file.clone());
        }
        self.worlds
            .retain(|file, _| needed.contains(file) || *file == room.alone.1);
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
        self.look(room);
    }

    /// Say whether something urgent waits.
    pub fn look(&self, room: &Room) {
        let waits = self.branches.values().any(|branch| branch.urgent.is_some());
        room.urgent.store(waits, SeqCst);
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
        if let Some(branch) = self.branches.get(id) {
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

/// The comparison of an overlay with the scenario; the scenario alone where there is none.
fn study(base: &Base, plausible: Option<&str>, overlay: Option<(&str, &str)>) -> Result<Study, Problems> {
    let scenario = &base.scenario;
    let plot = scenario.family().metrics()[0].name.to_owned();
    let mut study = Study::new(
        Command::Compare { plot },
        scenario,
        Vec::new(),
        scenario.seed(),
        0..MOST,
    )?;
    let told = |error: study::Error| match error {
        study::Error::Problems(problems) => problems,
        other => scenario.problems([Problem::nowhere(other.to_string())]),
    };
    if let Some((id, text)) = overlay {
        let arm = Arm::new(id, &base.over(id, text)?, Vec::new())?;
        study.add(arm).map_err(told)?;
    }
    if let Some(text) = plausible {
        study.in_worlds(text.to_owned()).map_err(told)?;
    }
    Ok(study)
}

/// What is asked for is not there, or not for this pupil.
pub fn nothing() -> Answer {
    Answer::refused(
        404,
        "there is no such thing here; it may have been deleted in another page",
    )
}

fn unkept(error: io::Error) -> Answer {
    Answer::refused(
        500,
        &format!("this cannot be saved ({error}); is there room on the disk?"),
    )
}

fn id(number: u32) -> String {
    format!("b{number:05}")
}

fn branches(folder: &Path) -> PathBuf {
    folder.join("branches")
}

fn arms(folder: &Path) -> PathBuf {
    folder.join("worlds")
}

fn read_pupils(folder: &Path) -> io::Result<BTreeMap<String, String>> {
    match fs::read(folder.join("pupils.json")) {
        Ok(text) => Ok(serde_json::from_slice(&text)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(error),
    }
}
