//! How far a study is, read from its journals, while it runs or after.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::error::Error;
use super::folder::Folder;
use super::journal::{self, Index, Seen};
use super::plan::{Job, Study};
use super::shard::Shard;

/// How far a study is.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// Runs that are done.
    pub done: u64,
    /// Runs that failed.
    pub failed: u64,
    /// Runs of the study; of one in stages, at most.
    pub of: u64,
    /// Runs a second, of the processes that are at work.
    pub per_second: f64,
    /// Its shards; one, if it was not divided.
    pub shards: Vec<Part>,
}

/// How far a shard is.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Which.
    pub shard: Shard,
    /// Its runs that are done or failed.
    pub finished: u64,
    /// Its runs.
    pub of: u64,
    /// Whether a process is at work on it.
    pub running: bool,
    /// Seconds since it last wrote; `None` if it never did.
    pub idle: Option<u64>,
}

impl Status {
    /// Read it from the journals of a folder that was begun.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn read(study: &Study, folder: &Folder) -> Result<Status, Error> {
        match study.in_stages() {
            true => stages(study, folder),
            false => Ok(of_jobs(study, &Index::read(&folder.parts(), study)?)),
        }
    }
}

fn of_jobs(study: &Study, index: &Index) -> Status {
    let (done, failed) = index.counts();
    let of = division(index.files());
    let part = |number| {
        let shard = Shard { number, of };
        let places = || (0..study.jobs()).filter(move |&place| shard.has(place));
        let is_finished = |&place: &u64| {
            let number = study.number(study.in_order(place));
            number.is_some_and(|number| index.of(number).is_some())
        };
        let (finished, of) = (places().filter(is_finished).count(), places().count());
        of_shard(shard, index.files(), finished as u64, of as u64)
    };
    Status {
        done,
        failed,
        of: study.jobs(),
        per_second: index.files().iter().filter(|file| is_running(file)).map(rate).sum(),
        shards: (1..=of).map(part).collect(),
    }
}

/// Which jobs of stages belong to which shard is known to them alone.
fn stages(study: &Study, folder: &Folder) -> Result<Status, Error> {
    let mut jobs = BTreeMap::<Job, bool>::new();
    let files = journal::each(&folder.parts(), |_, _, job, record| {
        *jobs.entry(job).or_default() |= record.done;
    })?;
    let most = study.identity.design.as_ref().map_or(0, |design| design.len());
    let of = most * u64::from(study.identity.replicates);
    let done = jobs.values().filter(|done| **done).count() as u64;
    let part = |number| {
        let shard = Shard {
            number,
            of: division(&files),
        };
        let own = files.iter().filter(|file| file.writer.shard == shard.to_string());
        let finished = own.map(|file| file.records).sum();
        of_shard(shard, &files, finished, of.div_ceil(u64::from(shard.of)))
    };
    Ok(Status {
        done,
        failed: jobs.len() as u64 - done,
        of,
        per_second: files.iter().filter(|file| is_running(file)).map(rate).sum(),
        shards: (1..=division(&files)).map(part).collect(),
    })
}

/// The shards of which runs are missing, where the journals tell of a division.
pub(super) fn unfinished(study: &Study, index: &Index) -> Vec<Shard> {
    let open = of_jobs(study, index)
        .shards
        .into_iter()
        .filter(|part| part.finished < part.of);
    open.map(|part| part.shard).filter(|shard| shard.of > 1).collect()
}

/// Into how many shards. A study may be divided anew when it is taken up again: the last division counts.
fn division(files: &[Seen]) -> u32 {
    let newest = files.iter().max_by_key(|file| (file.writer.started, file.last));
    let shard = newest.and_then(|file| file.writer.shard.parse().ok());
    shard.unwrap_or(Shard::WHOLE).of
}

fn of_shard(shard: Shard, files: &[Seen], finished: u64, of: u64) -> Part {
    let own = || files.iter().filter(move |file| file.writer.shard == shard.to_string());
    Part {
        shard,
        finished,
        of,
        running: own().any(is_running),
        idle: own().map(|file| age(file.last)).min(),
    }
}

/// A process that is alive holds its journal. Where the file system cannot tell, one that wrote within a minute is.
fn is_running(file: &Seen) -> bool {
    file.alive.unwrap_or_else(|| age(file.last) < 60)
}

fn age(time: SystemTime) -> u64 {
    SystemTime::now().duration_since(time).map_or(0, |age| age.as_secs())
}

fn rate(file: &Seen) -> f64 {
    let started = SystemTime::UNIX_EPOCH + Duration::from_secs(file.writer.started);
    let lasted = file
        .last
        .duration_since(started)
        .map_or(0.0, |lasted| lasted.as_secs_f64());
    file.records as f64 / lasted.max(0.1)
}
