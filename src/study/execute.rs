//! Run the jobs of a plan that are not done yet, in any order, and put their rows together in the order of the
//! replicates. The answer does not depend on the threads.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use jiff::Timestamp;
use rayon::ThreadPool;
use rayon::prelude::*;

use super::error::Error;
use super::folder::{Folder, SCENARIO};
use super::jobs;
use super::manifest::{self, Digested, Made, Manifest, Size};
use super::plan::Plan;
use super::rows;
use crate::sim::model::Model;
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
    /// People out in that tick.
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
        let pool = jobs::pool(threads);
        run(plan, folder, &pool, progress)?;
        let manifest = Manifest {
            format: manifest::FORMAT.to_owned(),
            plan: plan.identity.clone(),
            size: size(&plan.model),
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

fn run(plan: &Plan, folder: &Folder, pool: &ThreadPool, progress: &Progress) -> Result<(), Error> {
    let left = plan.replicates().filter(|&replicate| !folder.is_done(replicate));
    jobs::each(&left.collect::<Vec<u32>>(), pool, progress, |&replicate| {
        // A replicate that was stopped is not kept.
        if let Some((series, events)) = jobs::record(&plan.model, &plan.dice(replicate), progress) {
            let of_job = |table| rows::of_job(plan, replicate, table);
            folder.keep(replicate, &of_job(series), &of_job(events))?;
            progress.done.fetch_add(1, Relaxed);
        }
        Ok(())
    })?;
    let (done, of) = (folder.done(plan), plan.identity.replicates);
    let partial = folder.partial().to_owned();
    if done == of {
        Ok(())
    } else {
        Err(Error::Interrupted { partial, done, of })
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
        ("series", "series.csv", rows::series_schema()),
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
    let schema = rows::series_schema();
    let read = |group: &&[u32]| {
        let mut text = Vec::new();
        for &replicate in *group {
            File::open(folder.part(replicate, "series"))?.read_to_end(&mut text)?;
        }
        csv::read_headless(&text[..], &schema)
    };
    let replicates: Vec<u32> = plan.replicates().collect();
    let groups: Vec<&[u32]> = replicates.chunks(row_group(&plan.model)).collect();
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
fn row_group(model: &Model) -> usize {
    const ROWS: usize = 1 << 16;
    let rows = model.clock.ticks as usize * (model.regions.len() + 1);
    (ROWS / rows.max(1)).max(1)
}

fn size(model: &Model) -> Size {
    Size {
        people: model.regions.iter().map(|region| u64::from(region.population)).sum(),
        persons_per_agent: model.persons_per_agent,
        regions: model.regions.len() as u32,
        ticks: model.clock.ticks,
        tick_minutes: model.clock.tick_minutes,
    }
}
