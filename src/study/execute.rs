//! Run the jobs of a plan that are not done yet, in any order, and put their rows together in the order of the
//! replicates. The answer does not depend on the threads.

use std::fs::File;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use jiff::Timestamp;
use rayon::prelude::*;
use rayon::{BroadcastContext, ThreadPool};

use super::error::Error;
use super::folder::{Folder, SCENARIO};
use super::manifest::{self, Digested, Made, Manifest, Size};
use super::plan::Plan;
use super::rows;
use crate::metric::Readings;
use crate::sim::event::Event;
use crate::sim::recorder::Recorder;
use crate::sim::{Observer, Simulation};
use crate::table::{Table, csv};

/// How far a study is, for whoever watches; and the wish to stop it.
#[derive(Debug, Default)]
pub struct Progress {
    /// Set it to stop within a tick; what is done is kept.
    pub stop: Arc<AtomicBool>,
    /// Replicates done.
    pub done: AtomicU32,
    /// Ticks done in the replicate that ticked last.
    pub ticks: AtomicU32,
    /// People out in that tick, or agents active.
    pub participants: AtomicU64,
}

/// Run a plan on so many threads and publish its folder. What the folder holds of it already is not run again.
///
/// # Errors
/// If it is stopped, or if a file cannot be written.
///
/// # Panics
/// If the threads cannot be started.
pub fn execute(plan: &Plan, folder: &Folder, threads: usize, progress: &Progress) -> Result<Manifest, Error> {
    let (started, watch) = (Timestamp::now(), Instant::now());
    progress.done.store(folder.done(plan), Relaxed);
    if !folder.is_whole() {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("the system starts threads");
        run(plan, folder, &pool, progress)?;
        let manifest = Manifest {
            format: manifest::FORMAT.to_owned(),
            plan: plan.identity.clone(),
            model: plan.model.vocabulary(),
            size: size(plan.model.as_ref()),
            files: pool.install(|| assemble(plan, folder))?,
            made: Made {
                os: std::env::consts::OS.to_owned(),
                arch: std::env::consts::ARCH.to_owned(),
                threads,
                started: started.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
                wall_seconds: watch.elapsed().as_millis() as f64 / 1000.0,
            },
        };
        let path = folder.file(manifest::NAME);
        folder.write(&path, |file| {
            serde_json::to_writer_pretty(&mut *file, &manifest)?;
            file.write_all(b"\n")
        })?;
    }
    folder.publish()?;
    Manifest::read(folder.out())
}

/// A single job gives the threads to the engine; several jobs share them, each thread pulling the next. They are
/// broadcast rather than spawned, so that no thread that waits within a tick takes up a second job.
fn run(plan: &Plan, folder: &Folder, pool: &ThreadPool, progress: &Progress) -> Result<(), Error> {
    let jobs: Vec<u32> = plan
        .replicates()
        .filter(|&replicate| !folder.is_done(replicate))
        .collect();
    if let [job] = jobs[..] {
        pool.install(|| replicate(plan, folder, job, progress))?;
    } else {
        let next = AtomicUsize::new(0);
        let worker = |_: BroadcastContext| -> Result<(), Error> {
            while !progress.stop.load(Relaxed)
                && let Some(&job) = jobs.get(next.fetch_add(1, Relaxed))
            {
                replicate(plan, folder, job, progress).inspect_err(|_| next.store(jobs.len(), Relaxed))?;
            }
            Ok(())
        };
        pool.broadcast(worker).into_iter().collect::<Result<(), Error>>()?;
    }
    let (done, of) = (folder.done(plan), plan.identity.replicates);
    let partial = folder.partial().to_owned();
    if done == of {
        Ok(())
    } else {
        Err(Error::Interrupted { partial, done, of })
    }
}

/// Run a job and keep its rows, unless it was stopped.
fn replicate(plan: &Plan, folder: &Folder, replicate: u32, progress: &Progress) -> Result<(), Error> {
    let mut watched = Watched {
        recorder: Recorder::new(plan.model.as_ref()),
        progress,
    };
    if plan.model.run(&plan.dice(replicate), &mut watched).is_continue() {
        let (series, events) = watched.recorder.into_tables();
        let of_job = |table| rows::of_job(plan, replicate, table);
        folder.keep(replicate, &of_job(series), &of_job(events))?;
        progress.done.fetch_add(1, Relaxed);
    }
    Ok(())
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

/// Put the parts together in the order of the replicates, a few parts in memory at a time.
fn assemble(plan: &Plan, folder: &Folder) -> Result<Vec<Digested>, Error> {
    let (text, columns) = rayon::join(|| assemble_csv(plan, folder), || assemble_parquet(plan, folder));
    let names: Vec<&str> = [SCENARIO].into_iter().chain(text?).chain(columns?).collect();
    names
        .into_par_iter()
        .map(|name| Digested::of(&folder.file(name)))
        .collect()
}

fn assemble_csv(plan: &Plan, folder: &Folder) -> Result<[&'static str; 2], Error> {
    for (part, name, schema) in [
        ("series", "series.csv", rows::series_schema(plan.model.vocabulary())),
        ("events", "events.csv", rows::events_schema()),
    ] {
        folder.write(&folder.file(name), |file| {
            csv::write(&Table::empty(&schema), true, &mut *file)?;
            for replicate in plan.replicates() {
                io::copy(&mut File::open(folder.part(replicate, part))?, file)?;
            }
            Ok(())
        })?;
    }
    Ok(["series.csv", "events.csv"])
}

#[cfg(not(feature = "parquet"))]
fn assemble_parquet(_: &Plan, _: &Folder) -> Result<Option<&'static str>, Error> {
    Ok(None)
}

/// Row groups are read from their parts on all threads, as many at a time as there are threads, and written in order.
#[cfg(feature = "parquet")]
fn assemble_parquet(plan: &Plan, folder: &Folder) -> Result<Option<&'static str>, Error> {
    use std::io::Read;
    let schema = rows::series_schema(plan.model.vocabulary());
    let read = |group: &&[u32]| {
        let mut text = Vec::new();
        for &replicate in *group {
            File::open(folder.part(replicate, "series"))?.read_to_end(&mut text)?;
        }
        csv::read_headless(&text[..], &schema)
    };
    let replicates: Vec<u32> = plan.replicates().collect();
    let groups: Vec<&[u32]> = replicates.chunks(row_group(plan.model.as_ref())).collect();
    folder.write(&folder.file("series.parquet"), |file| {
        let mut parquet = crate::table::parquet::Writer::new(file, &schema)?;
        for groups in groups.chunks(rayon::current_num_threads()) {
            for table in groups.par_iter().map(read).collect::<io::Result<Vec<Table>>>()? {
                parquet.append(&table)?;
            }
        }
        parquet.finish().map(drop)
    })?;
    Ok(Some("series.parquet"))
}

/// How many replicates make a row group of Parquet: many enough that the footer stays small beside the rows.
#[cfg(feature = "parquet")]
fn row_group(model: &dyn Simulation) -> usize {
    const ROWS: usize = 1 << 16;
    let rows = model.ticks() as usize * (model.regions().len() + 1);
    (ROWS / rows.max(1)).max(1)
}

fn size(model: &dyn Simulation) -> Size {
    let size = model.size();
    Size {
        people: size.people,
        persons_per_agent: size.persons_per_agent,
        regions: model.regions().len() as u32,
        ticks: model.ticks(),
        tick_minutes: size.tick_minutes,
    }
}
