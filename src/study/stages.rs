//! Studies whose points follow from what earlier points have given: a search, or waves that close in on what a record
//! does not rule out. They are a loop of designs over the same journals and folder.
//!
//! What to run next is a pure function of what is known. So a study that was killed asks the same questions again, finds
//! most of them answered in the journals, and goes on; and any number of shards ask the same.

use std::collections::BTreeMap;
use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread::sleep;
use std::time::Duration;

use super::error::{Error, at};
use super::execute::{Runner, Settings};
use super::folder::Folder;
use super::journal::{self, Journal, Writer};
use super::plan::{Job, Study};
use super::progress::Progress;
use super::rows;
use crate::table::{Kind, csv};

/// Designs that follow from what is done.
pub trait Stages {
    /// What to run next, by what is known of all that was asked for before; `None` when there is nothing more to run.
    fn next(&mut self, known: &Known) -> Option<Round>;

    /// How far it is, in words, beside the number of runs.
    fn note(&self) -> String {
        String::new()
    }
}

/// What is run before the next question is asked.
#[derive(Clone, Debug, Default)]
pub struct Round {
    /// Further points, numbered on from those before.
    pub points: Vec<Vec<String>>,
    /// Points, of those before too, and which of their replicates are to be run.
    pub jobs: Vec<(u32, Range<u32>)>,
}

/// The outcomes of runs, in the order of the study's; those of a run that failed are not numbers.
#[derive(Clone, Debug, Default)]
pub struct Known(BTreeMap<(u32, u32), Vec<f64>>);

impl Known {
    /// The outcomes of a replicate of a point.
    pub fn of(&self, point: u32, replicate: u32) -> Option<&[f64]> {
        self.0.get(&(point, replicate)).map(Vec::as_slice)
    }

    /// How many runs are known.
    pub fn len(&self) -> u64 {
        self.0.len() as u64
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the outcomes of a replicate of a point are.
    pub fn put(&mut self, point: u32, replicate: u32, outcomes: Vec<f64>) {
        self.0.insert((point, replicate), outcomes);
    }

    /// All that is known in a folder in which the tables are put together.
    ///
    /// # Errors
    /// If the table of runs cannot be read.
    pub fn of_folder(study: &Study, folder: &Path) -> Result<Known, Error> {
        let path = folder.join(rows::outcomes_file(study));
        let outcomes = study.identity.outcomes.iter();
        let outcomes = outcomes.map(|outcome| (outcome.name.as_str(), Kind::Float));
        let keys = [("point", Kind::Int), ("replicate", Kind::Int)];
        let schema: Vec<(&str, Kind)> = keys.into_iter().chain(outcomes).collect();
        let file = File::open(&path).map_err(at(&path))?;
        let table = csv::read(file, &schema).map_err(at(&path))?;
        let mut known = Known::default();
        for row in 0..table.rows() {
            let mut numbers = table.columns().iter().map(|(_, column)| column.number(row));
            let [point, replicate] = [numbers.next(), numbers.next()].map(|key| key.unwrap_or(0.0) as u32);
            known.put(point, replicate, numbers.collect());
        }
        Ok(known)
    }

    /// Add what is in the journals of a folder, and tell whether any other process writes there.
    fn read(&mut self, parts: &Path, retry_failed: bool) -> Result<bool, Error> {
        let files = journal::each(parts, |_, _, job, record| {
            if record.done || !retry_failed {
                self.put(job.point, job.replicate, rows::outcomes_of(&record.parts[0]).0);
            }
        })?;
        Ok(files.iter().filter(|file| file.alive == Some(true)).count() > 1)
    }
}

/// Run stage after stage, until no more is asked for. Each shard runs its part of a stage; what is then missing it waits
/// for as long as others are at work, and runs itself if nobody is.
///
/// # Errors
/// If it is stopped, if the first runs all fail, or if a file cannot be read or written.
///
/// # Panics
/// If the threads cannot be started.
pub fn execute_stages(
    study: &mut Study,
    folder: &Folder,
    settings: Settings,
    progress: &Progress,
    stages: &mut dyn Stages,
) -> Result<(), Error> {
    let mut known = Known::default();
    known.read(&folder.parts(), settings.retry_failed)?;
    progress.begin(known.len(), known.len(), 0);
    let journal = Journal::begin(&folder.parts(), &Writer::now(settings.shard))?;
    while let Some(round) = stages.next(&known) {
        progress.say(stages.note());
        study.points.extend(round.points);
        let wanted = round.jobs.iter();
        let wanted = wanted.flat_map(|(point, replicates)| replicates.clone().map(|replicate| (*point, replicate)));
        let wanted: Vec<(u32, u32)> = wanted.collect();
        let missing = wanted
            .iter()
            .filter(|(point, replicate)| known.of(*point, *replicate).is_none());
        let most = known.len() + missing.count() as u64;
        progress.of.store(most, Relaxed);
        let mut alone = settings.shard.of == 1;
        loop {
            let missing = |(point, replicate): &&(u32, u32)| known.of(*point, *replicate).is_none();
            let mine = |place: usize| alone || settings.shard.has(place as u64);
            let jobs: Vec<Job> = wanted
                .iter()
                .enumerate()
                .filter(|(place, at)| missing(at) && mine(*place))
                .map(|(_, &(point, replicate))| Job {
                    point,
                    replicate,
                    arm: 0,
                })
                .collect();
            if !jobs.is_empty() {
                run(&Runner::new(study, &journal, settings, progress), &jobs, &mut known)?;
            } else if wanted.iter().any(|at| missing(&at)) {
                sleep(Duration::from_millis(200));
            } else {
                break;
            }
            if progress.stop.load(Relaxed) {
                let partial = folder.partial().to_owned();
                let (done, of) = (known.len(), most);
                return Err(Error::Interrupted { partial, done, of });
            }
            if settings.shard.of > 1 {
                alone = !known.read(&folder.parts(), settings.retry_failed)?;
            }
        }
    }
    progress.say(stages.note());
    Ok(())
}

fn run(runner: &Runner<'_>, jobs: &[Job], known: &mut Known) -> Result<(), Error> {
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    runner.run(
        jobs.len() as u64,
        || jobs.get(next.fetch_add(1, Relaxed)).copied(),
        |job, record| {
            let outcomes = rows::outcomes_of(&record.parts[0]).0;
            found.lock().expect("no thread has panicked").push((job, outcomes));
        },
    )?;
    for (job, outcomes) in found.into_inner().expect("no thread has panicked") {
        known.put(job.point, job.replicate, outcomes);
    }
    Ok(())
}
