//! Run the jobs of a plan that are not done yet, in any order, and put their rows together in the order of the
//! jobs. The answer does not depend on the threads.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use jiff::Timestamp;
use rayon::ThreadPool;

use super::error::{Error, at};
use super::folder::{Folder, scenarios};
use super::jobs;
use super::journal::Payloads;
use super::manifest::{self, Digested, Digesting, Made, Manifest, Size};
use super::parts::{EVENTS, OUTCOMES, Parts, SERIES, tables};
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

/// What is called with each job that is run here, by its place in the plan, and with its series and its events, on the
/// thread that ran it: whoever wants numbers of every job need not read them back. Jobs that an earlier process has
/// done are not seen.
pub type Seen<'s> = &'s (dyn Fn(usize, &Table, &Table) + Sync);

/// Run a plan without outcomes on so many threads and publish its folder. What the folder holds of it already is not
/// run again.
///
/// # Errors
/// If it is stopped, or if a file cannot be written.
///
/// # Panics
/// If the threads cannot be started.
pub fn execute(plan: &Plan, folder: &Folder, threads: usize, progress: &Progress) -> Result<Manifest, Error> {
    execute_seen(plan, folder, threads, progress, &|_, _, _| {})
}

/// As [`execute`], while somebody sees the jobs that are run.
///
/// # Errors
/// As [`execute`].
///
/// # Panics
/// As [`execute`].
pub fn execute_seen(
    plan: &Plan,
    folder: &Folder,
    threads: usize,
    progress: &Progress,
    seen: Seen<'_>,
) -> Result<Manifest, Error> {
    let none = Findings {
        outcomes: &|_, _| Vec::new(),
        files: &|_| Ok(Vec::new()),
    };
    work(plan, folder, threads, progress, &none, seen)
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
    work(plan, folder, threads, progress, findings, &|_, _, _| {})
}

fn work(
    plan: &Plan,
    folder: &Folder,
    threads: usize,
    progress: &Progress,
    findings: &Findings,
    seen: Seen<'_>,
) -> Result<Manifest, Error> {
    let (started, watch) = (Timestamp::now(), Instant::now());
    progress.done.store(folder.done(plan), Relaxed);
    if !folder.is_whole() {
        let pool = jobs::pool(threads);
        let parts = run(plan, folder, &pool, progress, findings, seen)?;
        let manifest = Manifest {
            format: manifest::FORMAT.to_owned(),
            plan: plan.identity.clone(),
            model: plan.family.name().to_owned(),
            size: size(plan.arms[0].model.as_ref()),
            files: assemble(plan, folder, &parts, &pool, findings)?,
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

/// Run the jobs that are not done, and give what is kept of all of them. Each thread keeps what its job has given,
/// which takes no longer than a copy, since nobody waits for the disk.
fn run(
    plan: &Plan,
    folder: &Folder,
    pool: &ThreadPool,
    progress: &Progress,
    findings: &Findings,
    seen: Seen<'_>,
) -> Result<Parts, Error> {
    let before = folder.kept(plan)?;
    let jobs: Vec<Job> = plan.jobs().collect();
    let left: Vec<usize> = (0..jobs.len()).filter(|&at| !before.is_done(at as u64)).collect();
    if left.is_empty() {
        return Ok(before);
    }
    let keeper = folder.keeper(plan)?;
    jobs::each(&left, pool, progress, |&at| -> Result<(), Error> {
        if let Some((series, events)) = jobs::record(plan, jobs[at], progress) {
            seen(at, &series, &events);
            let outcomes = || rows::outcomes(plan, jobs[at], &(findings.outcomes)(&series, &events));
            keeper.keep(at as u64, |table| match table {
                SERIES => text(&series),
                EVENTS => text(&events),
                _ => text(&outcomes()),
            })?;
            progress.done.fetch_add(1, Relaxed);
        }
        Ok(())
    })?;
    let parts = folder.kept(plan)?;
    match (parts.done(), jobs.len() as u32) {
        (done, of) if done == of => Ok(parts),
        (done, of) => Err(Error::Interrupted {
            partial: folder.partial().to_owned(),
            done,
            of,
            arms: plan.arms.len() as u32,
        }),
    }
}

fn text(table: &Table) -> Vec<u8> {
    let mut text = Vec::new();
    csv::write(table, false, &mut text).expect("memory takes what is written to it");
    text
}

/// Put the parts together in the order of the jobs, a few parts in memory at a time, and work out the rest. Text is
/// copied and synced by a thread of its own, so that none of the pool, which encodes columns, waits for the disk.
fn assemble(
    plan: &Plan,
    folder: &Folder,
    parts: &Parts,
    pool: &ThreadPool,
    findings: &Findings,
) -> Result<Vec<Digested>, Error> {
    let (text, columns) = std::thread::scope(|scope| {
        let text = scope.spawn(|| assemble_csv(plan, folder, parts));
        let columns = pool.install(|| assemble_parquet(plan, folder, parts));
        (text.join().expect("text is copied without a panic"), columns)
    });
    let given: Vec<String> = scenarios(plan).map(|(name, _)| name).collect();
    let given = given.iter().map(|name| Digested::of(&folder.file(name)));
    let mut files = given.collect::<Result<Vec<_>, Error>>()?;
    files.extend(text?);
    files.extend(columns?);
    for (name, bytes) in (findings.files)(folder.partial()).map_err(at(folder.partial()))? {
        files.push(digested(folder, &name, |file| file.write_all(&bytes))?);
    }
    Ok(files)
}

/// Write a file of the folder and give its digest, without reading it again.
fn digested(
    folder: &Folder,
    name: &str,
    fill: impl FnOnce(&mut Digesting<&mut BufWriter<File>>) -> io::Result<()>,
) -> Result<Digested, Error> {
    let mut digest = None;
    folder.write(&folder.file(name), |file| {
        let mut file = Digesting::new(file);
        fill(&mut file)?;
        digest = Some(file.digested(name));
        Ok(())
    })?;
    Ok(digest.expect("a file that was written"))
}

fn schema<'p>(plan: &'p Plan, part: &str) -> Vec<(&'p str, Kind)> {
    match part {
        SERIES => rows::series_schema(plan.family.metrics()),
        EVENTS => rows::events_schema(),
        _ => rows::outcomes_schema(&plan.identity.outcomes),
    }
}

fn assemble_csv(plan: &Plan, folder: &Folder, parts: &Parts) -> Result<Vec<Digested>, Error> {
    let kept = tables(plan);
    let names = [SERIES, EVENTS, OUTCOMES]
        .into_iter()
        .filter(|name| kept.contains(name));
    let assemble = |name| {
        digested(folder, &format!("{name}.csv"), |file| {
            csv::write(&Table::empty(&schema(plan, name)), true, &mut *file)?;
            let mut reader = parts.reader(name);
            (0..plan.jobs().count() as u64).try_for_each(|job| file.write_all(&payload(&mut reader, job)?))
        })
    };
    names.map(assemble).collect()
}

fn payload(reader: &mut Payloads<'_>, job: u64) -> io::Result<Vec<u8>> {
    Ok(reader.of(job).map_err(io::Error::other)?.expect("every job is done"))
}

#[cfg(not(feature = "parquet"))]
fn assemble_parquet(_: &Plan, _: &Folder, _: &Parts) -> Result<Vec<Digested>, Error> {
    Ok(Vec::new())
}

/// A row group is read from its parts on all threads while the one before it is encoded and written.
#[cfg(feature = "parquet")]
fn assemble_parquet(plan: &Plan, folder: &Folder, parts: &Parts) -> Result<Vec<Digested>, Error> {
    use rayon::prelude::*;
    let kept = tables(plan);
    let names = [SERIES, OUTCOMES].into_iter().filter(|name| kept.contains(name));
    let jobs: Vec<u64> = (0..plan.jobs().count() as u64).collect();
    let assemble = |name| {
        let schema = schema(plan, name);
        let read = |jobs: &[u64]| {
            let (mut text, mut reader) = (Vec::new(), parts.reader(name));
            for &job in jobs {
                text.append(&mut payload(&mut reader, job)?);
            }
            csv::read_headless(&text[..], &schema)
        };
        let rows = match name {
            SERIES => row_group(plan.arms[0].model.as_ref()),
            _ => ROWS,
        };
        digested(folder, &format!("{name}.parquet"), |file| {
            let mut parquet = crate::table::parquet::Writer::new(file, &schema)?;
            let mut before = None;
            let mut write = |tables: Option<Vec<Table>>| tables.map_or(Ok(()), |tables| parquet.append(&tables));
            for group in jobs.chunks(rows) {
                // The number of tables must not depend on that of threads: it decides where pages end.
                let tables = || group.par_chunks(group.len().div_ceil(TABLES)).map(read).collect();
                let (written, tables): (_, io::Result<Vec<Table>>) = rayon::join(|| write(before.take()), tables);
                written?;
                before = Some(tables?);
            }
            write(before)?;
            parquet.finish().map(drop)
        })
    };
    names.map(assemble).collect()
}

/// A row group is read as so many tables at most, each by one thread.
#[cfg(feature = "parquet")]
const TABLES: usize = 8;

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
