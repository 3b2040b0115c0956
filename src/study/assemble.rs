//! Put what the journals hold into the tables of the results, in the order of the jobs, a few of them in memory at a
//! time; then what the command makes of them; then give the folder its name.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use super::digest::Digesting;
use super::error::{Error, at};
use super::folder::Folder;
use super::journal::{Index, Part, Payloads};
use super::manifest::{self, Digested, Made, Manifest, Size};
use super::plan::Study;
use super::progress::Progress;
use super::rows::{self, Lines};
use super::status::unfinished;
use crate::table::{Kind, Table, csv};

/// The name of a file and its bytes.
pub type Named = (String, Vec<u8>);

/// What a command makes of the tables, from the folder in which they are put together: further files.
pub type Finish<'f> = dyn Fn(&Path) -> io::Result<Vec<Named>> + 'f;

/// Put the tables together, add what the command makes of them, and give the folder its name.
///
/// # Errors
/// If runs are missing or failed where none may, if it is stopped, or if a file cannot be read or written.
///
/// # Panics
/// If the threads cannot be started.
pub fn publish(
    study: &Study,
    folder: &Folder,
    threads: usize,
    progress: &Progress,
    finish: &Finish<'_>,
) -> Result<(), Error> {
    let started = (jiff::Timestamp::now(), Instant::now());
    let index = Index::read(&folder.parts(), study)?;
    let (done, failed) = complete(study, folder, &index)?;
    let mut files = study
        .texts()
        .iter()
        .map(|(name, _)| Digested::of(&folder.file(name)))
        .collect::<Result<Vec<_>, Error>>()?;
    files.extend(tables(study, folder, &index, threads, progress)?);
    for (name, bytes) in finish(folder.partial()).map_err(at(folder.partial()))? {
        files.push(digested(folder, &name, |file| file.write_all(&bytes))?);
    }
    let manifest = Manifest {
        format: manifest::FORMAT.to_owned(),
        study: study.identity.clone(),
        model: study.family().name().to_owned(),
        size: Size::of(study.arms[0].model.as_ref()),
        points: u64::from(study.points.len()),
        runs: done + failed,
        failed,
        made: Made::here(threads, &started),
        files,
    };
    folder.write(&folder.file(manifest::NAME), |file| {
        serde_json::to_writer_pretty(&mut *file, &manifest)?;
        file.write_all(b"\n")
    })?;
    folder.publish()
}

/// How many jobs are done and how many failed, if that is all that are wanted.
fn complete(study: &Study, folder: &Folder, index: &Index) -> Result<(u64, u64), Error> {
    let (done, failed) = index.counts();
    let missing = study.jobs() - done - failed;
    // Which jobs of stages are wanted is theirs to say.
    if missing > 0 && !study.in_stages() {
        return Err(Error::Missing {
            partial: folder.partial().to_owned(),
            missing,
            of: study.jobs(),
            shards: unfinished(study, index),
        });
    }
    if failed > 0 && study.identity.design.is_none() {
        let number = (0..study.jobs()).find(|&job| index.of(job) == Some(false)).unwrap_or(0);
        let line = index.reader().of(number, Part::Outcomes)?.unwrap_or_default();
        let (_, reason) = rows::outcomes_of(&line);
        let run = study.in_words(study.job(number));
        return Err(Error::Failed { run, reason });
    }
    Ok((done, failed))
}

/// Put the tables of what is done together in an unfinished folder, and leave it unfinished.
///
/// # Errors
/// If it is stopped, or if a file cannot be read or written.
///
/// # Panics
/// If the threads cannot be started.
pub fn tables(
    study: &Study,
    folder: &Folder,
    index: &Index,
    threads: usize,
    progress: &Progress,
) -> Result<Vec<Digested>, Error> {
    let keeps = study.identity.keeps;
    let outcomes = !study.identity.outcomes.is_empty();
    let model = study.arms[0].model.as_ref();
    let all = [
        (
            keeps.series,
            "series.csv",
            Part::Series,
            rows::series_schema(study.family().metrics()),
        ),
        (
            keeps.events,
            "events.csv",
            Part::Events,
            rows::events_with(study.is_divided()),
        ),
        (
            keeps.places,
            "places.csv",
            Part::Places,
            rows::places_schema(study.family().metrics()),
        ),
        (keeps.why, "explain.csv", Part::Why, rows::why_schema(model.reasons())),
        (
            outcomes,
            rows::outcomes_file(study),
            Part::Outcomes,
            rows::outcomes_schema(study),
        ),
    ];
    let tables: Vec<Assembly<'_>> = all
        .into_iter()
        .filter(|(kept, ..)| *kept)
        .map(|(_, name, part, schema)| Assembly {
            study,
            folder,
            index,
            progress,
            name,
            part,
            schema,
        })
        .collect();
    // Text is copied and synced by a thread of its own, so that none of the pool, which encodes columns, waits for it.
    let (text, columns) = std::thread::scope(|scope| {
        let text = scope.spawn(|| tables.iter().map(Assembly::csv).collect::<Result<Vec<_>, Error>>());
        let columns = columns(&tables, threads);
        (text.join().expect("text is copied without a panic"), columns)
    });
    let mut files = text?;
    files.extend(columns?);
    Ok(files)
}

/// A table that is put together.
struct Assembly<'a> {
    study: &'a Study,
    folder: &'a Folder,
    index: &'a Index,
    progress: &'a Progress,
    name: &'static str,
    part: Part,
    schema: Vec<(&'a str, Kind)>,
}

impl Assembly<'_> {
    fn csv(&self) -> Result<Digested, Error> {
        digested(self.folder, self.name, |file| {
            csv::write(&Table::empty(&self.schema), true, &mut *file)?;
            let (lines, mut reader) = (Lines::of(self.study), self.index.reader());
            self.jobs().try_for_each(|job| {
                self.go_on()?;
                file.write_all(&self.lines(&lines, &mut reader, job)?)
            })
        })
    }

    /// The jobs of which there is a record.
    fn jobs(&self) -> impl Iterator<Item = u64> {
        (0..self.study.jobs()).filter(|&job| self.index.of(job).is_some())
    }

    fn lines(&self, lines: &Lines<'_>, reader: &mut Payloads<'_>, job: u64) -> io::Result<Vec<u8>> {
        let record = reader.of(job, self.part).map_err(io::Error::other)?;
        Ok(lines.of_job(
            self.study.job(job),
            self.part,
            &record.expect("a job of which there is a record"),
        ))
    }

    fn go_on(&self) -> io::Result<()> {
        match self.progress.stop.load(Relaxed) {
            true => Err(io::Error::new(
                io::ErrorKind::Interrupted,
                "stopped while the tables were put together",
            )),
            false => Ok(()),
        }
    }
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

#[cfg(not(feature = "parquet"))]
fn columns(_: &[Assembly<'_>], _: usize) -> Result<Vec<Digested>, Error> {
    Ok(Vec::new())
}

/// Events are told as text alone.
#[cfg(feature = "parquet")]
fn columns(tables: &[Assembly<'_>], threads: usize) -> Result<Vec<Digested>, Error> {
    let pool = super::execute::pool(threads);
    let wanted = tables.iter().filter(|table| table.part != Part::Events);
    pool.install(|| wanted.map(Assembly::parquet).collect())
}

/// A row group is read as so many tables at most, each by one thread.
#[cfg(feature = "parquet")]
const TABLES: usize = 8;

/// Rows of a row group of Parquet: enough that the footer stays small beside them.
#[cfg(feature = "parquet")]
const ROWS: usize = 1 << 15;

#[cfg(feature = "parquet")]
impl Assembly<'_> {
    /// A row group is read from the records on all threads while the one before it is encoded and written.
    fn parquet(&self) -> Result<Digested, Error> {
        use rayon::prelude::*;
        let read = |jobs: &[u64]| {
            let (mut text, mut reader, lines) = (Vec::new(), self.index.reader(), Lines::of(self.study));
            for &job in jobs {
                text.append(&mut self.lines(&lines, &mut reader, job)?);
            }
            csv::read_headless(&text[..], &self.schema)
        };
        let name = self.name.replace(".csv", ".parquet");
        digested(self.folder, &name, |file| {
            let mut parquet = crate::table::parquet::Writer::new(file, &self.schema)?;
            let mut before: Option<Vec<Table>> = None;
            let mut write = |tables: Option<Vec<Table>>| tables.map_or(Ok(()), |tables| parquet.append(&tables));
            let mut jobs = self.jobs();
            loop {
                self.go_on()?;
                let group: Vec<u64> = jobs.by_ref().take(self.jobs_of_a_group()).collect();
                if group.is_empty() {
                    break;
                }
                // The number of tables must not depend on that of threads: it decides where pages end.
                let tables = || group.par_chunks(group.len().div_ceil(TABLES)).map(read).collect();
                let (written, tables): (_, io::Result<Vec<Table>>) = rayon::join(|| write(before.take()), tables);
                written?;
                before = Some(tables?);
            }
            write(before)?;
            parquet.finish().map(drop)
        })
    }

    fn jobs_of_a_group(&self) -> usize {
        let model = &self.study.arms[0].model;
        match self.part {
            Part::Outcomes => ROWS,
            Part::Places => (ROWS / (model.ticks() as usize * model.places().len()).max(1)).max(1),
            _ => (ROWS / (model.ticks() as usize * (model.regions().len() + 1)).max(1)).max(1),
        }
    }
}
