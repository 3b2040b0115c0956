//! The room: the scenario that is served, its branches, and who may do what to them.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde_json::Value;

use super::answer::{Answer, Who};
use super::begin::fixed;
use super::branch::{Branch, Kept, write};
use super::guard::{Rate, same, word};
use super::judge::{Bench, Judged};
use super::overlay::Base;

use super::state::State;
use super::{Error, Options, Program};
use crate::analysis::score::Record;
use crate::report::page::Background;
use crate::scenario::problem::{Problem, Problems};
use crate::scenario::{outcomes, record};
use crate::study::{self, Command, Study};

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
    /// Local time at the start of each tick.
    pub times: Vec<String>,
    /// The scenario alone, with the file of its worlds.
    pub alone: (Arc<Study>, PathBuf),
    /// Who waits for something to do is woken by it.
    pub work: Condvar,
    /// Set while something urgent waits.
    pub urgent: Arc<AtomicBool>,
    /// Set when it is closing.
    pub closing: AtomicBool,
    /// What a page is told of the scenario, which never changes.
    pub fixed: Value,
    /// What a report tells of it beside its numbers.
    pub background: Background,
    /// The word that lets the host in.
    pub token: String,
    /// Where all of it is kept.
    pub(super) folder: PathBuf,
    record: Option<Record>,
    /// Who has it may give a branch its name.
    pub(super) beginning: Mutex<()>,
    state: Mutex<State>,
    rates: Mutex<[Rate; 2]>,
    _lock: File,
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
        let (model, calendar) = base.scenario.dated()?;
        let known = outcomes::known(base.scenario.family(), model.as_ref(), &calendar);
        // One that does not fit the scenario is none; `qantar score` says why.
        let record = base.scenario.record().and_then(|file| record::read(file, &known).ok());
        let times: Vec<String> = (0..model.ticks()).map(|tick| calendar.iso(tick)).collect();
        let word =
            |letters| word(letters).map_err(|_| at(&folder)(io::Error::other("this system has no random numbers")));
        let plausible = base
            .scenario
            .worlds()
            .map(|path| fs::read_to_string(path).map_err(at(path)))
            .transpose()?;
        let alone = Arc::new(alone(&base, plausible)?);
        let file = super::worlds::file(&arms(&folder), &alone, record.as_ref(), 0);
        let urgent = Arc::<AtomicBool>::default();
        let room = Room {
            fixed: fixed(&base, &times, model.size().tick_minutes, options.classroom),
            background: (options.program.background)(&base.scenario),
            alone: (alone, file.clone()),
            times,
            record,
            beginning: Mutex::new(()),
            program: options.program,
            threads: options.threads.max(1),
            work: Condvar::new(),
            urgent: Arc::clone(&urgent),
            closing: AtomicBool::new(false),
            token: word(26)?,
            state: Mutex::new(State {
                branches: BTreeMap::new(),
                worlds: BTreeMap::new(),
                running: BTreeMap::new(),
                pupils: read_pupils(&folder).map_err(at(&folder))?,
                turns: 0,
                urgent,
                alone: file.clone(),
                say: options.program.say,
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
        room.state().open(room.alone.1.clone());
        for kept in all {
            let judged = room.judge(&kept.id, &kept.text);
            let mut branch = Branch::new(kept);
            branch.is_now(judged);
            room.state().put(branch);
        }
        Ok(room)
    }

    /// What changes, locked.
    pub fn state(&self) -> MutexGuard<'_, State> {
        hold(&self.state)
    }

    /// What it is held against.
    pub fn record(&self) -> Option<&Record> {
        self.record.as_ref()
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
        let mut rates = hold(&self.rates);
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

    /// What is known of an overlay before anything is run.
    pub fn judge(&self, id: &str, text: &str) -> Judged {
        let folder = arms(&self.folder);
        let bench = Bench {
            base: &self.base,
            alone: &self.alone.0,
            record: self.record.as_ref(),
            folder: &folder,
        };
        bench.judge(id, text)
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

/// The study of the scenario alone, in the worlds that it names.
fn alone(base: &Base, plausible: Option<String>) -> Result<Study, Problems> {
    let scenario = &base.scenario;
    let plot = scenario.family().metrics()[0].name.to_owned();
    let mut study = Study::new(
        Command::Compare { plot },
        scenario,
        Vec::new(),
        scenario.seed(),
        0..MOST,
    )?;
    if let Some(text) = plausible {
        study.in_worlds(text).map_err(|error| match error {
            study::Error::Problems(problems) => problems,
            other => scenario.problems([Problem::nowhere(other.to_string())]),
        })?;
    }
    Ok(study)
}

/// What a lock guards; what a thread that broke off has left is whole.
pub fn hold<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is asked for is not there, or not for this pupil.
pub fn nothing() -> Answer {
    Answer::refused(
        404,
        "there is no such thing here; it may have been deleted in another page",
    )
}

/// That something could not be written.
pub fn unkept(error: io::Error) -> Answer {
    Answer::refused(
        500,
        &format!("this cannot be saved ({error}); is there room on the disk?"),
    )
}

/// Where branches are kept.
pub fn branches(folder: &Path) -> PathBuf {
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
