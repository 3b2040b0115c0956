//! Run the jobs of a plan that are not done yet, in any order, and put their rows together in the order of the
//! jobs. The answer does not depend on the threads.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use jiff::Timestamp;
use rayon::ThreadPool;
use rayon::prelude::*;

use super::error::{Error, at};
use super::folder::{EVENTS, Folder, OUTCOMES, SERIES, parts, scenarios};
use super::jobs;
use super::manifest::{self, Digested, Made, Manifest, Size};
use super::plan::{Job, Plan};
use super::progress::Progress;
use super::rows;
use crate::sim::Simulation;
use crate::table::{Kind, Table, csv};

/// What is worked out of rows by those who know what they mean, which this room does not.
pub struct Findings<'f> {
    /// The values of the plan's outcomes, from the series and the events of one job.
    pub outcomes: &'f (dyn Fn(&Table, &Table) -> Vec<f64> + Sync),
    /// Further files, from the folder in which the rows of all jobs are put together.
    pub files: &'f (dyn Fn(&Path) -> io::Result<Vec<Named>> + Sync),
}

/// The name of a file and its bytes.
pub type Named = (String, Vec<u8>);

/// Run a plan without outcomes on so many threads and publish its folder. What the folder holds of it already is not
/// run again.
///
/// # Errors
/// If it is stopped, or if a file cannot be written.
///
/// # Panics
/// If the threads cannot be started.
pub fn execute(plan: &Plan, folder: &Folder, threads: usize, progress: &Progress) -> Result<Manifest, Error> {
    let none = Findings {
        outcomes: &|_, _| Vec::new(),
        files: &|_| Ok(Vec::new()),
    };
    execute_with(plan, folder, threads, progress, &none)
}

/// Run a plan on so many threads, work out its findings, and publish its folder. What the folder holds of it already
/// is not run again.
///
/// # Errors
/// If it is stopped, if a file cannot be written, or if the findings cannot be worked out.
///
/// # Panics
/// If the threads cannot be started, or if there are not as many outcomes as the plan names.
pub fn execute_with(
    plan: &Plan,
    folder: &Folder,
    threads: usize,
    progress: &Progress,
    findings: &Findings,
) -> Result<Manifest, Error> {
    let (started, watch) = (Timestamp::now(), Instant::now());
    progress.done.store(folder.done(plan), Relaxed);
    if !folder.is_whole() {
        let pool = jobs::pool(threads);
        run(plan, folder, &pool, progress, findings)?;
        let manifest = Manifest {
            format: manifest::FORMAT.to_owned(),
            plan: plan.identity.clone(),
            model: plan.vocabulary(),
            size: size(plan.arms[0].model.as_ref()),
            files: pool.install(|| assemble(plan, folder, findings))?,
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

/// Run the jobs that are not done. What is done is written by a thread of its own, so that no thread of the engine
/// waits for the disk.
fn run(plan: &Plan, folder: &Folder, pool: &ThreadPool, progress: &Progress, findings: &Findings) -> Result<(), Error> {
    let left: Vec<Job> = plan.jobs().filter(|&job| !folder.is_done(plan, job)).collect();
    let (done, to_write) = sync_channel::<(Job, Vec<Part>)>(pool.current_num_threads());
    let write = || -> Result<(), Error> {
        for (job, parts) in to_write {
            for (name, text) in parts {
                folder.keep(job, name, &text)?;
            }
            progress.done.fetch_add(1, Relaxed);
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let writer = scope.spawn(write);
        // The other end is gone when it could not write, and then it says why.
        let _ = jobs::each(&left, pool, progress, |&one| match job(plan, one, progress, findings) {
            Some(parts) => done.send((one, parts)),
            None => Ok(()),
        });
        drop(done);
        writer.join().expect("the writer does not panic")
    })?;
    let (done, of) = (folder.done(plan), plan.jobs().count() as u32);
    let (partial, arms) = (folder.partial().to_owned(), plan.arms.len() as u32);
    if done == of {
        Ok(())
    } else {
        Err(Error::Interrupted {
            partial,
            done,
            of,
            arms,
        })
    }
}

/// The name of a part of a job's rows, and its text.
type Part = (&'static str, Vec<u8>);

/// Run a job; what is to be kept of it, unless it was stopped.
fn job(plan: &Plan, job: Job, progress: &Progress, findings: &Findings) -> Option<Vec<Part>> {
    let (series, events) = jobs::record(plan, job, progress)?;
    let text = |&part: &&'static str| {
        let mut text = Vec::new();
        let written = match part {
            SERIES => csv::write(&series, false, &mut text),
            EVENTS => csv::write(&events, false, &mut text),
            _ => {
                let outcomes = (findings.outcomes)(&series, &events);
                csv::write(&rows::outcomes(plan, job, &outcomes), false, &mut text)
            }
        };
        written.expect("memory takes what is written to it");
        (part, text)
    };
    Some(parts(plan).iter().map(text).collect())
}

/// Put the parts together in the order of the jobs, a few parts in memory at a time, and work out the rest.
fn assemble(plan: &Plan, folder: &Folder, findings: &Findings) -> Result<Vec<Digested>, Error> {
    let (text, columns) = rayon::join(|| assemble_csv(plan, folder), || assemble_parquet(plan, folder));
    let mut names: Vec<String> = scenarios(plan).map(|(name, _)| name).collect();
    names.extend(text?);
    names.extend(columns?);
    for (name, bytes) in (findings.files)(folder.partial()).map_err(at(folder.partial()))? {
        folder.write(&folder.file(&name), |file| file.write_all(&bytes))?;
        names.push(name);
    }
    names
        .into_par_iter()
        .map(|name| Digested::of(&folder.file(&name)))
        .collect()
}

fn schema<'p>(plan: &'p Plan, part: &str) -> Vec<(&'p str, Kind)> {
    match part {
        SERIES => rows::series_schema(plan.vocabulary()),
        EVENTS => rows::events_schema(),
        _ => rows::outcomes_schema(&plan.identity.outcomes),
    }
}

fn assemble_csv(plan: &Plan, folder: &Folder) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for part in [SERIES, EVENTS, OUTCOMES]
        .into_iter()
        .filter(|part| parts(plan).contains(part))
    {
        let name = format!("{part}.csv");
        folder.write(&folder.file(&name), |file| {
            csv::write(&Table::empty(&schema(plan, part)), true, &mut *file)?;
            for job in plan.jobs() {
                io::copy(&mut File::open(folder.part(job, part))?, file)?;
            }
            Ok(())
        })?;
        names.push(name);
    }
    Ok(names)
}

#[cfg(not(feature = "parquet"))]
fn assemble_parquet(_: &Plan, _: &Folder) -> Result<Vec<String>, Error> {
    Ok(Vec::new())
}

/// Row groups are read from their parts on all threads, as many at a time as there are threads, while those read before
/// are written in order.
#[cfg(feature = "parquet")]
fn assemble_parquet(plan: &Plan, folder: &Folder) -> Result<Vec<String>, Error> {
    use std::io::Read;
    let mut names = Vec::new();
    for part in [SERIES, OUTCOMES].into_iter().filter(|part| parts(plan).contains(part)) {
        let schema = schema(plan, part);
        let read = |group: &&[Job]| {
            let mut text = Vec::new();
            for &job in *group {
                File::open(folder.part(job, part))?.read_to_end(&mut text)?;
            }
            csv::read_headless(&text[..], &schema)
        };
        let jobs: Vec<Job> = plan.jobs().collect();
        let rows = match part {
            SERIES => row_group(plan.arms[0].model.as_ref()),
            _ => ROWS,
        };
        let groups: Vec<&[Job]> = jobs.chunks(rows).collect();
        let name = format!("{part}.parquet");
        folder.write(&folder.file(&name), |file| {
            let mut parquet = crate::table::parquet::Writer::new(file, &schema)?;
            let mut write = |tables: Vec<Table>| tables.iter().try_for_each(|table| parquet.append(table));
            let mut read_before = Vec::new();
            for groups in groups.chunks(rayon::current_num_threads()) {
                let read = || groups.par_iter().map(read).collect::<io::Result<Vec<Table>>>();
                let (written, tables) = rayon::join(|| write(std::mem::take(&mut read_before)), read);
                written?;
                read_before = tables?;
            }
            write(read_before)?;
            parquet.finish().map(drop)
        })?;
        names.push(name);
    }
    Ok(names)
}

/// Rows of a row group of Parquet: enough that the footer stays small beside them.
#[cfg(feature = "parquet")]
const ROWS: usize = 1 << 15;

/// How many series make a row group of Parquet.
#[cfg(feature = "parquet")]
fn row_group(model: &dyn Simulation) -> usize {
    let rows = model.ticks() as usize * (model.regions().len() + 1);
    (ROWS / rows.max(1)).max(1)
}

pub(super) fn size(model: &dyn Simulation) -> Size {
    let size = model.size();
    Size {
        people: size.people,
        persons_per_agent: size.persons_per_agent,
        regions: model.regions().len() as u32,
        ticks: model.ticks(),
        tick_minutes: size.tick_minutes,
    }
}
