//! Run jobs that are not done yet, in any order on any number of threads, and journal what each has given. A run that
//! fails is a record too. The answer does not depend on the threads.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::Instant;

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::error::Error;
use super::folder::Folder;
use super::journal::{Index, Journal, Record, Writer};
use super::plan::{Job, Study};
use super::progress::Progress;
use super::rows;
use super::shard::Shard;
use crate::metric::Readings;
use crate::scenario::calendar::Calendar;
use crate::scenario::problem::{Problem, Problems};
use crate::sim::event::Event;
use crate::sim::recorder::Recorder;
use crate::sim::why::Moment;
use crate::sim::{Observer, Simulation};

/// How jobs are run.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How many at a time.
    pub threads: usize,
    /// Which of them.
    pub shard: Shard,
    /// Of all jobs only so many, the first of the order, which are spread evenly over the design.
    pub most: u64,
    /// Whether the first that fails ends it all.
    pub fail_fast: bool,
    /// Whether runs that failed before are run again.
    pub retry_failed: bool,
}

impl Settings {
    /// All jobs, on so many threads.
    pub fn threads(threads: usize) -> Settings {
        Settings {
            threads,
            shard: Shard::WHOLE,
            most: u64::MAX,
            fail_fast: false,
            retry_failed: false,
        }
    }
}

/// So many runs that all failed are enough to know that none will succeed.
pub const HOPELESS: u64 = 20;

/// The name of the threads that run jobs; a panic in them is caught and told in the record.
pub const THREAD: &str = "qantar-run";

/// Run the jobs of a shard that are not done yet.
///
/// # Errors
/// If it is stopped, if the first runs all fail, if a run fails where none may, or if a file cannot be written.
///
/// # Panics
/// If the threads cannot be started.
pub fn execute(study: &Study, folder: &Folder, settings: Settings, progress: &Progress) -> Result<(), Error> {
    let open = Open::read(study, folder, settings, progress)?;
    let left = progress.of.load(Relaxed) - progress.finished.load(Relaxed);
    if left == 0 {
        return Ok(());
    }
    let journal = Journal::begin(&folder.parts(), &Writer::now(settings.shard))?;
    let runner = Runner::new(study, &journal, settings, progress);
    runner.run(left, || open.next(study), |_, _| {})?;
    let (done, of) = (progress.finished.load(Relaxed), progress.of.load(Relaxed));
    match done < of {
        true => Err(Error::Interrupted {
            partial: folder.partial().to_owned(),
            done,
            of,
        }),
        false => Ok(()),
    }
}

/// Whatever runs jobs.
pub(super) struct Runner<'r> {
    study: &'r Study,
    models: Models,
    journal: &'r Journal,
    settings: Settings,
    progress: &'r Progress,
}

impl<'r> Runner<'r> {
    /// One that keeps what the jobs of a study give in a journal.
    pub fn new(study: &'r Study, journal: &'r Journal, settings: Settings, progress: &'r Progress) -> Runner<'r> {
        Runner {
            study,
            models: Models::new(study),
            journal,
            settings,
            progress,
        }
    }

    /// Run so many jobs as they are handed out, until there is none or it is stopped; `seen` is told each that was run.
    ///
    /// # Errors
    /// As [`execute`].
    pub fn run(
        &self,
        jobs: u64,
        next: impl Fn() -> Option<Job> + Sync,
        seen: impl Fn(Job, &Record) + Sync,
    ) -> Result<(), Error> {
        let over = AtomicBool::new(false);
        let work = || {
            while !self.progress.stop.load(Relaxed)
                && !over.load(Relaxed)
                && let Some(job) = next()
                && let Some(record) = run(self.study, &self.models, job, self.progress)
            {
                let kept = self
                    .journal
                    .append(job, &record)
                    .and_then(|()| self.count(job, &record));
                seen(job, &record);
                kept.inspect_err(|_| over.store(true, Relaxed))?;
            }
            Ok(())
        };
        let ended = on_threads(self.settings.threads, jobs, work);
        self.journal.sync()?;
        ended
    }

    fn count(&self, job: Job, record: &Record) -> Result<(), Error> {
        let finished = self.progress.finished.fetch_add(1, Relaxed) + 1;
        if record.done {
            return Ok(());
        }
        let failed = self.progress.failed.fetch_add(1, Relaxed) + 1;
        let reason = || rows::outcomes_of(&record.parts[0]).1;
        if self.settings.fail_fast {
            let run = self.study.in_words(job);
            return Err(Error::Failed { run, reason: reason() });
        }
        match failed >= HOPELESS.max(finished) {
            true => Err(Error::AllFailed {
                runs: failed,
                reason: reason(),
            }),
            false => Ok(()),
        }
    }
}

impl Study {
    /// A job, as people name it.
    pub fn in_words(&self, job: Job) -> String {
        let Job { point, replicate, .. } = job;
        let arm = match self.arms.len() {
            1 => String::new(),
            _ => format!("arm {}, ", self.arm(job).identity.name),
        };
        match self.identity.design {
            Some(_) => format!("{arm}point {point}, replicate {replicate}"),
            None => format!("{arm}replicate {replicate}"),
        }
    }
}

/// Do the same work on several threads at once. Where jobs are few, those who have none left help with the ticks of the
/// others; where they are many, each job stays on one thread, and nothing waits for anything.
fn on_threads(threads: usize, jobs: u64, work: impl Fn() -> Result<(), Error> + Sync) -> Result<(), Error> {
    if jobs == 1 {
        return pool(threads).install(&work);
    }
    if jobs < 8 * threads as u64 {
        // Broadcast rather than spawned, so that no thread that waits within a tick takes up a second job.
        return pool(threads).broadcast(|_| work()).into_iter().collect();
    }
    thread::scope(|scope| {
        let start = |_| {
            let thread = thread::Builder::new().name(THREAD.to_owned());
            let work = || single_threaded(&work);
            thread.spawn_scoped(scope, work).expect("the system starts threads")
        };
        let threads: Vec<_> = (0..threads).map(start).collect();
        let ends = threads
            .into_iter()
            .map(|thread| thread.join().expect("runs that panic are caught"));
        // All of them end before the first error is told.
        ends.collect::<Vec<_>>().into_iter().collect()
    })
}

/// So many threads.
///
/// # Panics
/// If they cannot be started.
pub(super) fn pool(threads: usize) -> ThreadPool {
    let pool = ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|_| THREAD.to_owned());
    pool.build().expect("the system starts threads")
}

/// Do something in which all that could be shared out over threads is done by this one, once in its life.
///
/// # Panics
/// If this thread has done so before.
pub fn single_threaded<T>(work: impl FnOnce() -> T) -> T {
    let pool = ThreadPoolBuilder::new().num_threads(1).use_current_thread();
    let _pool = pool.build().expect("a pool of the thread itself");
    work()
}

/// What the engine runs, and the dates of its ticks, or what is wrong with the point.
type Compiled = Result<(Box<dyn Simulation>, Calendar), Problems>;

/// The models of a few points, which are kept from one replicate to the next; those of many are made again for each
/// run, so that memory does not grow with the design.
struct Models(Vec<OnceLock<Arc<Compiled>>>);

/// Most points times arms whose models are kept.
const KEPT: u64 = 256;

impl Models {
    fn new(study: &Study) -> Models {
        let worlds = study.worlds.as_ref().map_or(1, |worlds| worlds.rows.len());
        let models = u64::from(study.points.len()) * (study.arms.len() * worlds) as u64;
        let again = u64::from(study.identity.replicates) > worlds as u64;
        let varied = study.identity.design.is_some() || study.worlds.is_some();
        let kept = models <= KEPT && again && varied;
        Models((0..if kept { models } else { 0 }).map(|_| OnceLock::new()).collect())
    }

    fn of(&self, study: &Study, job: Job) -> Arc<Compiled> {
        let compile = || Arc::new(study.model(job));
        let (world, worlds) = study
            .worlds
            .as_ref()
            .map_or((0, 1), |all| (all.of(job.replicate), all.rows.len()));
        let place = job.point as usize * study.arms.len() + job.arm as usize;
        match self.0.get(place * worlds + world) {
            Some(kept) => Arc::clone(kept.get_or_init(compile)),
            None => compile(),
        }
    }
}

/// The jobs of a shard that are not finished, each given once.
struct Open {
    shard: Shard,
    jobs: u64,
    finished: Vec<bool>,
    next: AtomicU64,
}

impl Open {
    fn read(study: &Study, folder: &Folder, settings: Settings, progress: &Progress) -> Result<Open, Error> {
        let (shard, jobs) = (settings.shard, study.jobs());
        let index = Index::read(&folder.parts(), study)?;
        let (mut of, mut done, mut failed) = (0, 0, 0);
        let mut finished = vec![false; jobs as usize];
        for place in (0..jobs.min(settings.most)).filter(|&place| shard.has(place)) {
            let number = study.number(study.in_order(place)).expect("a job of the study");
            let found = index.of(number).filter(|done| *done || !settings.retry_failed);
            finished[number as usize] = found.is_some();
            of += 1;
            done += u64::from(found.is_some());
            failed += u64::from(found == Some(false));
        }
        progress.begin(of, done, failed);
        Ok(Open {
            shard,
            jobs: jobs.min(settings.most),
            finished,
            next: AtomicU64::new(0),
        })
    }

    fn next(&self, study: &Study) -> Option<Job> {
        loop {
            let nth = self.next.fetch_add(1, Relaxed);
            let place = nth * u64::from(self.shard.of) + u64::from(self.shard.number) - 1;
            if place >= self.jobs {
                return None;
            }
            let job = study.in_order(place);
            if study.number(job).is_some_and(|number| !self.finished[number as usize]) {
                return Some(job);
            }
        }
    }
}

/// Run a job; `None` if it was stopped.
fn run(study: &Study, models: &Models, job: Job, progress: &Progress) -> Option<Record> {
    let attempt = || {
        if study.identity.design.is_none() && study.worlds.is_none() {
            let arm = study.arm(job);
            return simulate(study, &*arm.model, &arm.calendar, job, progress);
        }
        match &*models.of(study, job) {
            Ok((model, calendar)) => simulate(study, &**model, calendar, job, progress),
            Err(problems) => Some(rows::failure(study, &in_a_line(problems))),
        }
    };
    caught(study, attempt)
}

/// What a run gives, also if it breaks off. Nothing that it touches outlives it, so nothing is left half-done.
fn caught(study: &Study, attempt: impl FnOnce() -> Option<Record>) -> Option<Record> {
    catch_unwind(AssertUnwindSafe(attempt)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let reason = text.unwrap_or_else(|| "nobody knows why".to_owned());
        Some(rows::failure(study, &format!("qantar broke off: {reason}")))
    })
}

fn simulate(
    study: &Study,
    model: &dyn Simulation,
    calendar: &Calendar,
    job: Job,
    progress: &Progress,
) -> Option<Record> {
    let mut watched = Watched {
        recorder: Recorder::new(model, study.identity.keeps.places || study.outcomes.are_of_places())
            .with_why(study.identity.keeps.why),
        progress,
    };
    if model.run(&study.dice(job), &mut watched).is_break() {
        return None;
    }
    Some(rows::record(study, calendar, watched.recorder.into_tables()))
}

fn in_a_line(problems: &Problems) -> String {
    let line = |problem: &Problem| match problem.label.is_empty() {
        true => problem.message.clone(),
        false => format!("{}: {}", problem.message, problem.label),
    };
    problems.list().iter().map(line).collect::<Vec<_>>().join("; ")
}

/// A recorder that someone watches and may stop.
struct Watched<'m> {
    recorder: Recorder<'m>,
    progress: &'m Progress,
}

impl Observer for Watched<'_> {
    fn tick(&mut self, readings: &Readings, events: &[Event]) -> ControlFlow<()> {
        self.recorder.tick(readings, events)?;
        self.progress.ticks.store(readings.tick + 1, Relaxed);
        self.progress.participants.store(readings.row(None)[0] as u64, Relaxed);
        match self.progress.stop.load(Relaxed) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    fn asks_why(&self) -> bool {
        self.recorder.asks_why()
    }

    fn why(&mut self, moments: &[Moment]) {
        self.recorder.why(moments);
    }
}

/// What one run costs.
#[derive(Clone, Debug)]
pub struct Probe {
    /// Seconds on one thread.
    pub seconds: f64,
    /// Bytes that it leaves in the tables.
    pub bytes: u64,
    /// Why it failed, if it did.
    pub failed: Option<String>,
}

/// Run a job on one thread and keep nothing; `None` if it was stopped.
///
/// # Panics
/// If a thread cannot be started.
pub fn probe(study: &Study, job: Job, progress: &Progress) -> Option<Probe> {
    let work = || {
        let watch = Instant::now();
        let record = single_threaded(|| run(study, &Models::new(study), job, progress))?;
        let keys: usize = study.points.values(job.point).iter().map(|value| value.len() + 1).sum();
        let lines: usize = record.parts.iter().map(Vec::len).sum();
        Some(Probe {
            seconds: watch.elapsed().as_secs_f64(),
            bytes: (lines + keys + 20) as u64,
            failed: (!record.done).then(|| rows::outcomes_of(&record.parts[0]).1),
        })
    };
    // A thread of its own: the pool of one thread belongs to it.
    thread::scope(|scope| {
        let thread = thread::Builder::new().name(THREAD.to_owned());
        let thread = thread.spawn_scoped(scope, work).expect("the system starts threads");
        thread.join().expect("runs that panic are caught")
    })
}

/// The outcomes of every replicate of the baseline where nothing is varied, of which nothing is kept; `None` if it was
/// stopped.
///
/// # Errors
/// If a run fails.
///
/// # Panics
/// If the threads cannot be started.
pub fn present(study: &Study, settings: Settings, progress: &Progress) -> Result<Option<Vec<Vec<f64>>>, Error> {
    let replicates = study.identity.replicates;
    let (next, rows) = (AtomicU32::new(0), Mutex::new(vec![None; replicates as usize]));
    let work = || {
        while let nth = next.fetch_add(1, Relaxed)
            && nth < replicates
        {
            let job = Job {
                point: 0,
                replicate: study.identity.first_replicate + nth,
                arm: 0,
            };
            let (model, calendar) = (&*study.arms[0].model, &study.arms[0].calendar);
            let Some(record) = simulate(study, model, calendar, job, progress) else {
                return Ok(());
            };
            let outcomes = rows::outcomes_of(&record.parts[0]).0;
            rows.lock().expect("no thread has panicked")[nth as usize] = Some(outcomes);
        }
        Ok(())
    };
    on_threads(settings.threads, u64::from(replicates), work)?;
    Ok(rows.into_inner().expect("no thread has panicked").into_iter().collect())
}

/// The outcomes of one run with these assignments, of which nothing is kept, or why it failed; `None` if it was stopped.
pub fn single(
    study: &Study,
    job: Job,
    assignments: &[String],
    progress: &Progress,
) -> Option<Result<Vec<f64>, String>> {
    let attempt = || match study.arm(job).with(assignments) {
        Ok((model, calendar)) => simulate(study, &*model, &calendar, job, progress),
        Err(problems) => Some(rows::failure(study, &in_a_line(&problems))),
    };
    let record = caught(study, attempt)?;
    let (outcomes, reason) = rows::outcomes_of(&record.parts[0]);
    Some(if record.done { Ok(outcomes) } else { Err(reason) })
}
