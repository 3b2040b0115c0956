//! Any number of independent jobs on a pool of threads.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use rayon::{BroadcastContext, ThreadPool};

use super::plan::{Job, Plan};
use super::progress::Progress;
use super::rows;
use crate::metric::Readings;
use crate::sim::Observer;
use crate::sim::event::Event;
use crate::sim::recorder::Recorder;
use crate::table::Table;

/// Do every job, until one fails or the progress is told to stop. A single job gives the threads to the engine;
/// several jobs share them, each thread pulling the next. They are broadcast rather than spawned, so that no thread
/// that waits within a tick takes up a second job.
pub(super) fn each<J: Sync, E: Send>(
    jobs: &[J],
    pool: &ThreadPool,
    progress: &Progress,
    work: impl Fn(&J) -> Result<(), E> + Sync,
) -> Result<(), E> {
    if let [job] = jobs {
        return pool.install(|| work(job));
    }
    let next = AtomicUsize::new(0);
    let worker = |_: BroadcastContext| -> Result<(), E> {
        while !progress.stop.load(Relaxed)
            && let Some(job) = jobs.get(next.fetch_add(1, Relaxed))
        {
            work(job).inspect_err(|_| next.store(jobs.len(), Relaxed))?;
        }
        Ok(())
    };
    pool.broadcast(worker).into_iter().collect()
}

/// So many threads.
///
/// # Panics
/// If they cannot be started.
pub(super) fn pool(threads: usize) -> ThreadPool {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("the system starts threads")
}

/// Run a job and give its series and its events; `None` if it was stopped.
pub(super) fn record(plan: &Plan, job: Job, progress: &Progress) -> Option<(Table, Table)> {
    let model = plan.arm(job).model.as_ref();
    let mut watched = Watched {
        recorder: Recorder::new(model),
        progress,
    };
    if model.run(&plan.dice(job.replicate), &mut watched).is_break() {
        return None;
    }
    let (series, events) = watched.recorder.into_tables();
    Some((rows::of_job(plan, job, series), rows::of_job(plan, job, events)))
}

/// A recorder that someone watches and may stop.
struct Watched<'m> {
    recorder: Recorder<'m>,
    progress: &'m Progress,
}

impl Observer for Watched<'_> {
    fn tick(&mut self, readings: &Readings, events: &[Event]) -> ControlFlow<()> {
        self.recorder.tick(readings, events)?;
        let people = readings.row(None)[0];
        self.progress.ticks.store(readings.tick + 1, Relaxed);
        self.progress.participants.store(people as u64, Relaxed);
        match self.progress.stop.load(Relaxed) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}
