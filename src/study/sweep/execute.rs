//! Run the jobs of a shard that are not done yet, each on one thread, and journal what each has given. A run that
//! fails is a row too.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::error::Stop;
use super::folder::{RUNS, SERIES};
use super::plan::{Job, Shard, Sweep};
use crate::metric::Readings;
use crate::scenario::calendar::Calendar;
use crate::scenario::problem::Problems;
use crate::sim::event::Event;
use crate::sim::recorder::Recorder;
use crate::sim::{Observer, Simulation};
use crate::study::folder::Folder;
use crate::study::journal::{Index, Journal, Writer};
use crate::study::{BASELINE, rows};
use crate::table::{Column, Table, csv};

/// How far a sweep is, for whoever watches; and the wish to stop it.
#[derive(Debug, Default)]
pub struct Progress {
    /// Set it to stop within a tick; what is done is kept.
    pub stop: Arc<AtomicBool>,
    /// Runs of this shard that are finished, also those that failed, and those of earlier processes.
    pub finished: AtomicU64,
    /// How many of them failed.
    pub failed: AtomicU64,
    /// Runs of this shard.
    pub of: AtomicU64,
}

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

/// The outcomes of a run, from its series and its events; what they mean this room does not know.
pub type Outcomes<'f> = dyn Fn(&Table, &Table) -> Vec<f64> + Sync + 'f;

/// So many runs that all failed are enough to know that none will succeed.
pub const HOPELESS: u64 = 20;

/// The name of the threads that run jobs; a panic in them is caught and told in the row.
pub const THREAD: &str = "qantar-run";

/// Run the jobs of a shard that are not done yet.
///
/// # Errors
/// If it is stopped, if the first runs all fail, if a run fails where none may, or if a file cannot be written.
///
/// # Panics
/// If the threads cannot be started.
pub fn execute(
    sweep: &Sweep,
    folder: &Folder,
    settings: Settings,
    progress: &Progress,
    outcomes: &Outcomes,
) -> Result<(), Stop> {
    let open = Open::read(sweep, folder, settings, progress)?;
    let worker = Worker {
        sweep,
        models: &Models::new(sweep),
        open: &open,
        keep: &Keep::begin(sweep, folder, settings.shard)?,
        fail_fast: settings.fail_fast,
        progress,
        outcomes,
    };
    let ended = thread::scope(|scope| {
        let start = |_| {
            let thread = thread::Builder::new().name(THREAD.to_owned());
            let work = || single_threaded(|| worker.work()).inspect_err(|_| open.close());
            thread.spawn_scoped(scope, work).expect("the system starts threads")
        };
        let threads: Vec<_> = (0..settings.threads).map(start).collect();
        let ends = threads
            .into_iter()
            .map(|thread| thread.join().expect("runs that panic are caught"));
        ends.collect::<Result<Vec<()>, Stop>>()
    });
    worker.keep.sync()?;
    ended?;
    let (done, of) = (progress.finished.load(Relaxed), progress.of.load(Relaxed));
    if done < of {
        let partial = folder.partial().to_owned();
        return Err(Stop::Interrupted { partial, done, of });
    }
    Ok(())
}

/// Do something in which all that could be shared out over threads is done by this one.
fn single_threaded<T>(work: impl FnOnce() -> T) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
    let _pool = pool.build().expect("a pool of the thread itself");
    work()
}

/// What each thread does: the next open job, until there is none.
struct Worker<'w> {
    sweep: &'w Sweep,
    models: &'w Models,
    open: &'w Open,
    keep: &'w Keep,
    fail_fast: bool,
    progress: &'w Progress,
    outcomes: &'w Outcomes<'w>,
}

impl Worker<'_> {
    fn work(&self) -> Result<(), Stop> {
        let progress = self.progress;
        while !progress.stop.load(Relaxed)
            && let Some(job) = self.open.next(self.sweep)
            && let Some(ran) = run(self.sweep, self.models, job, self.outcomes, &progress.stop)
        {
            self.keep.keep(self.sweep, job, &ran)?;
            let finished = progress.finished.fetch_add(1, Relaxed) + 1;
            let Err(reason) = ran.outcomes else { continue };
            let failed = progress.failed.fetch_add(1, Relaxed) + 1;
            if self.fail_fast {
                let Job { point, replicate } = job;
                return Err(Stop::Failed {
                    point,
                    replicate,
                    reason,
                });
            }
            if failed >= HOPELESS.max(finished) {
                return Err(Stop::AllFailed { runs: failed, reason });
            }
        }
        Ok(())
    }
}

/// What the engine runs at each point, and the dates of its ticks, or what is wrong with the point.
type Compiled = Result<(Box<dyn Simulation>, Calendar), Problems>;

/// The models of a few points, which are kept from one replicate to the next; those of many are made again for each
/// run, so that memory does not grow with the design.
struct Models(Vec<OnceLock<Arc<Compiled>>>);

/// Most points whose models are kept.
const KEPT: u64 = 256;

impl Models {
    fn new(sweep: &Sweep) -> Models {
        let points = sweep.identity.design.len();
        let kept = if points <= KEPT && sweep.identity.replicates > 1 {
            points
        } else {
            0
        };
        Models((0..kept).map(|_| OnceLock::new()).collect())
    }

    fn of(&self, sweep: &Sweep, point: u32) -> Arc<Compiled> {
        let compile = || Arc::new(sweep.model(point));
        match self.0.get(point as usize) {
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
    fn read(sweep: &Sweep, folder: &Folder, settings: Settings, progress: &Progress) -> Result<Open, Stop> {
        let (shard, jobs) = (settings.shard, sweep.jobs());
        let index = Index::read(&folder.parts(), RUNS, jobs)?;
        let (mut of, mut done, mut failed) = (0, 0, 0);
        let mut finished = vec![false; jobs as usize];
        for place in (0..jobs.min(settings.most)).filter(|&place| shard.has(place)) {
            let number = sweep.number(sweep.in_order(place));
            let found = index.of(number).filter(|done| *done || !settings.retry_failed);
            finished[number as usize] = found.is_some();
            of += 1;
            done += u64::from(found.is_some());
            failed += u64::from(found == Some(false));
        }
        progress.of.store(of, Relaxed);
        progress.finished.store(done, Relaxed);
        progress.failed.store(failed, Relaxed);
        Ok(Open {
            shard,
            jobs: jobs.min(settings.most),
            finished,
            next: AtomicU64::new(0),
        })
    }

    fn next(&self, sweep: &Sweep) -> Option<Job> {
        loop {
            let nth = self.next.fetch_add(1, Relaxed);
            let place = nth * u64::from(self.shard.of) + u64::from(self.shard.number) - 1;
            if place >= self.jobs {
                return None;
            }
            let job = sweep.in_order(place);
            if !self.finished[sweep.number(job) as usize] {
                return Some(job);
            }
        }
    }

    /// Give no more.
    fn close(&self) {
        self.next.store(self.jobs, Relaxed);
    }
}

/// The journals of this process.
struct Keep {
    runs: Journal,
    series: Option<Journal>,
}

impl Keep {
    fn begin(sweep: &Sweep, folder: &Folder, shard: Shard) -> Result<Keep, Stop> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let writer = Writer {
            shard: shard.to_string(),
            started: since.as_ref().map_or(0, Duration::as_secs),
        };
        let begin = |kind| Journal::begin(&folder.parts(), kind, &writer);
        Ok(Keep {
            series: sweep.identity.series.then(|| begin(SERIES)).transpose()?,
            runs: begin(RUNS)?,
        })
    }

    /// The series first: a run is done when its record is in the journal of runs.
    fn keep(&self, sweep: &Sweep, job: Job, ran: &Ran) -> Result<(), Stop> {
        let number = sweep.number(job);
        if let (Some(journal), Some(series)) = (&self.series, &ran.series) {
            journal.append(number, true, series)?;
        }
        self.runs.append(number, ran.outcomes.is_ok(), &ran.record(sweep))?;
        Ok(())
    }

    fn sync(&self) -> Result<(), Stop> {
        [Some(&self.runs), self.series.as_ref()]
            .into_iter()
            .flatten()
            .try_for_each(|journal| Ok(journal.sync()?))
    }
}

/// What a run has given.
struct Ran {
    /// Its outcomes, or why it failed.
    outcomes: Result<Vec<f64>, String>,
    /// Its rows of `series.csv`, if they are kept.
    series: Option<Vec<u8>>,
}

impl Ran {
    /// As in the journal: status, outcomes, reason. An outcome that a failed run does not have is not a number.
    fn record(&self, sweep: &Sweep) -> Vec<u8> {
        let none = || vec![f64::NAN; sweep.identity.outcomes.len()];
        let (status, values, reason) = match &self.outcomes {
            Ok(values) => ("ok", values.clone(), ""),
            Err(reason) => ("failed", none(), reason.as_str()),
        };
        let text = |text: &str| Column::Text(vec![text.to_owned()]);
        let values = values.into_iter().map(|value| ("", Column::Float(vec![value])));
        let columns = [("", text(status))]
            .into_iter()
            .chain(values)
            .chain([("", text(reason))]);
        let mut bytes = Vec::new();
        csv::write(&Table::new(columns.collect()), false, &mut bytes).expect("memory can be written");
        bytes
    }
}

/// Run a job; `None` if it was stopped.
fn run(sweep: &Sweep, models: &Models, job: Job, outcomes: &Outcomes, stop: &AtomicBool) -> Option<Ran> {
    let failed = |reason| Ran {
        outcomes: Err(reason),
        series: None,
    };
    let attempt = || {
        let compiled = models.of(sweep, job.point);
        let (model, calendar) = match &*compiled {
            Ok(compiled) => compiled,
            Err(problems) => return Some(failed(in_a_line(problems))),
        };
        let mut watched = Watched {
            recorder: Recorder::new(&**model),
            stop,
        };
        if model.run(&sweep.dice(job.replicate), &mut watched).is_break() {
            return None;
        }
        let (series, events) = watched.recorder.into_tables();
        Some(found(sweep, job, calendar, (series, events), outcomes))
    };
    // Nothing that a run touches outlives it, so nothing is left half-done by a panic.
    catch_unwind(AssertUnwindSafe(attempt)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let reason = text.unwrap_or_else(|| "nobody knows why".to_owned());
        Some(failed(format!("qantar broke off: {reason}")))
    })
}

fn found(sweep: &Sweep, job: Job, calendar: &Calendar, tables: (Table, Table), outcomes: &Outcomes) -> Ran {
    let (series, events) = tables;
    let (series, events) = (rows::with_times(calendar, series), rows::with_times(calendar, events));
    let values = outcomes(&series, &events);
    assert_eq!(values.len(), sweep.identity.outcomes.len(), "each outcome has a value");
    let kept = sweep.identity.series.then(|| {
        let rows = series.rows();
        let whole = |value: i64| Column::Int(vec![value; rows]);
        let keys = [
            ("arm".to_owned(), Column::Text(vec![BASELINE.to_owned(); rows])),
            ("point".to_owned(), whole(i64::from(job.point))),
            ("replicate".to_owned(), whole(i64::from(job.replicate))),
            ("seed".to_owned(), whole(sweep.identity.seed as i64)),
        ];
        let mut bytes = Vec::new();
        let table = Table::new(keys.into_iter().chain(series.into_columns()).collect());
        csv::write(&table, false, &mut bytes).expect("memory can be written");
        bytes
    });
    Ran {
        outcomes: Ok(values),
        series: kept,
    }
}

fn in_a_line(problems: &Problems) -> String {
    let line = |problem: &crate::scenario::problem::Problem| match problem.label.is_empty() {
        true => problem.message.clone(),
        false => format!("{}: {}", problem.message, problem.label),
    };
    problems.list().iter().map(line).collect::<Vec<_>>().join("; ")
}

/// A recorder that can be stopped.
struct Watched<'m> {
    recorder: Recorder<'m>,
    stop: &'m AtomicBool,
}

impl Observer for Watched<'_> {
    fn tick(&mut self, readings: &Readings, events: &[Event]) -> ControlFlow<()> {
        self.recorder.tick(readings, events)?;
        match self.stop.load(Relaxed) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

/// What one run costs.
#[derive(Clone, Debug)]
pub struct Probe {
    /// Seconds on one thread.
    pub seconds: f64,
    /// Bytes that it leaves in the files.
    pub bytes: u64,
    /// Why it failed, if it did.
    pub failed: Option<String>,
}

/// Run the first job and keep nothing; `None` if it was stopped.
pub fn probe(sweep: &Sweep, outcomes: &Outcomes, stop: &AtomicBool) -> Option<Probe> {
    let job = sweep.in_order(0);
    let work = || {
        let watch = Instant::now();
        let ran = single_threaded(|| run(sweep, &Models::new(sweep), job, outcomes, stop))?;
        let keys: usize = sweep.points.values(job.point).iter().map(|value| value.len() + 1).sum();
        let row = ran.record(sweep).len() + keys + 20;
        Some(Probe {
            seconds: watch.elapsed().as_secs_f64(),
            bytes: (row + ran.series.map_or(0, |series| series.len())) as u64,
            failed: ran.outcomes.err(),
        })
    };
    // A thread of its own: the pool of one thread belongs to it.
    thread::scope(|scope| {
        let thread = thread::Builder::new().name(THREAD.to_owned());
        let thread = thread.spawn_scoped(scope, work).expect("the system starts threads");
        thread.join().expect("runs that panic are caught")
    })
}
