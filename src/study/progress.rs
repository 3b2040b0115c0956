//! How far a study is, for whoever watches; and the wish to stop it.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

/// How far a study is, for whoever watches; and the wish to stop it.
#[derive(Debug, Default)]
pub struct Progress {
    /// Set it to stop within a tick; what is done is kept.
    pub stop: Arc<AtomicBool>,
    /// Runs that this process is to do, with those that were done before; of stages, those of the stages so far.
    pub of: AtomicU64,
    /// How many of them are finished, also those that failed.
    pub finished: AtomicU64,
    /// How many of the finished were not run by this process.
    pub before: AtomicU64,
    /// How many of them failed.
    pub failed: AtomicU64,
    /// Ticks done in the run that ticked last.
    pub ticks: AtomicU32,
    /// People out in that tick, or agents active.
    pub participants: AtomicU64,
    /// What else there is to say, such as how near a search is.
    pub note: Mutex<String>,
}

impl Progress {
    /// One that a flag stops.
    pub fn stopped_by(stop: &Arc<AtomicBool>) -> Progress {
        Progress {
            stop: Arc::clone(stop),
            ..Progress::default()
        }
    }

    pub(super) fn begin(&self, of: u64, finished: u64, failed: u64) {
        self.of.store(of, Relaxed);
        self.finished.store(finished, Relaxed);
        self.before.store(finished, Relaxed);
        self.failed.store(failed, Relaxed);
    }

    /// Say something beside the counts.
    ///
    /// # Panics
    /// If a thread has panicked while saying something.
    pub fn say(&self, note: String) {
        *self.note.lock().expect("nobody panics while saying something") = note;
    }
}
