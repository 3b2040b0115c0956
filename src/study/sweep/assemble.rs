//! Put what the journals hold into the files of the results, sorted by point and replicate, a few rows in memory at a
//! time; and tell how far it is.

use std::fs;
use std::io;
use std::io::Write;
use std::path::Path;
use std::time::{Instant, SystemTime};

use super::error::Stop;
use super::folder::{DESIGN, Manifest, RUNS, SERIES};
use super::plan::{Shard, Sweep};
use crate::study::error::{Error, at};
use crate::study::execute::size;
use crate::study::folder::{Folder, SCENARIO};
use crate::study::journal::{Index, Journal, Writer};
use crate::study::manifest::{self, Digested, Made};
use crate::study::rows;
use crate::table::{Column, Kind, Table, csv};

/// Rows in memory at a time, and of a row group of Parquet.
const ROWS: u64 = 1 << 14;

/// Put the files together and give the folder its name.
///
/// # Errors
/// If runs are missing, or if a file cannot be read or written.
pub fn assemble(sweep: &Sweep, folder: &Folder, threads: usize) -> Result<(), Stop> {
    if !folder.is_whole() {
        let (started, watch) = (jiff::Timestamp::now(), Instant::now());
        let index = Index::read(&folder.parts(), RUNS, sweep.jobs())?;
        let (done, failed) = index.counts();
        if done + failed < sweep.jobs() {
            return Err(Stop::Missing {
                partial: folder.partial().to_owned(),
                missing: sweep.jobs() - done - failed,
                of: sweep.jobs(),
                shards: unfinished(sweep, &index),
            });
        }
        let mut names = vec![SCENARIO];
        names.extend(sweep.table.is_some().then_some(DESIGN));
        names.extend(runs(sweep, folder, &index)?);
        if sweep.identity.series {
            names.extend(series(sweep, folder)?);
        }
        let base = sweep.base().map_err(Stop::Problems)?;
        let files = names.into_iter().map(|name| Digested::of(&folder.file(name)));
        let manifest = Manifest {
            format: manifest::FORMAT.to_owned(),
            plan: sweep.identity.clone(),
            points: sweep.identity.design.len(),
            runs: sweep.jobs(),
            failed,
            size: size(&*base),
            files: files.collect::<Result<_, Error>>()?,
            made: Made {
                os: std::env::consts::OS.to_owned(),
                arch: std::env::consts::ARCH.to_owned(),
                threads,
                started: started.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
                wall_seconds: watch.elapsed().as_millis() as f64 / 1000.0,
            },
        };
        folder.write(&folder.file(manifest::NAME), |file| {
            serde_json::to_writer_pretty(&mut *file, &manifest)?;
            file.write_all(b"\n")
        })?;
    }
    folder.publish()?;
    Ok(())
}

/// Put the rows of what is done into the tables of a folder that stays unfinished.
///
/// # Errors
/// If a file cannot be read or written.
pub fn excerpt(sweep: &Sweep, folder: &Folder) -> Result<(), Stop> {
    let index = Index::read(&folder.parts(), RUNS, sweep.jobs())?;
    runs(sweep, folder, &index)?;
    if sweep.identity.series {
        series(sweep, folder)?;
    }
    Ok(())
}

/// `runs.csv` and `runs.parquet`.
fn runs(sweep: &Sweep, folder: &Folder, index: &Index) -> Result<Vec<&'static str>, Error> {
    let schema = sweep.schema();
    let tables = || {
        let mut payloads = index.reader();
        (0..sweep.jobs()).step_by(ROWS as usize).map(move |first| {
            let last = (first + ROWS).min(sweep.jobs());
            rows_of(sweep, first..last, |job| payloads.of(job))
        })
    };
    folder.write(&folder.file("runs.csv"), |file| {
        csv::write(&Table::empty(&schema), true, &mut *file)?;
        tables().try_for_each(|table| csv::write(&table.map_err(io::Error::other)?, false, &mut *file))
    })?;
    let columns = parquet(folder, "runs.parquet", &schema, &mut || {
        Box::new(tables().map(|table| table.map_err(io::Error::other)))
    })?;
    Ok(["runs.csv"].into_iter().chain(columns).collect())
}

/// The rows of those of some jobs that are done.
fn rows_of(
    sweep: &Sweep,
    jobs: std::ops::Range<u64>,
    mut payload: impl FnMut(u64) -> Result<Option<Vec<u8>>, Error>,
) -> Result<Table, Error> {
    let schema = sweep.schema();
    let parameters = sweep.identity.design.parameters.len();
    let mut text = Vec::new();
    {
        let mut writer = ::csv::WriterBuilder::new().has_headers(false).from_writer(&mut text);
        let (mut point, mut values) = (u32::MAX, Vec::new());
        for number in jobs {
            let job = sweep.job(number);
            if job.point != point {
                (point, values) = (job.point, sweep.points.values(job.point));
            }
            let Some(bytes) = payload(number)? else { continue };
            let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(&bytes[..]);
            let mut record = ::csv::StringRecord::new();
            let keys = [
                job.point.to_string(),
                job.replicate.to_string(),
                sweep.identity.seed.to_string(),
            ];
            let read = reader.read_record(&mut record).and_then(|_| {
                let values = values.iter().map(|value| unquoted(value));
                let (status, rest) = (&record[0], record.iter().skip(1));
                let fields = keys
                    .iter()
                    .map(String::as_str)
                    .chain([status])
                    .chain(values)
                    .chain(rest);
                writer.write_record(fields)
            });
            read.map_err(io::Error::from).map_err(at(Path::new("a journal")))?;
        }
        writer.flush().map_err(at(Path::new("memory")))?;
    }
    debug_assert!(schema.len() >= parameters + 5);
    csv::read_headless(&text[..], &schema).map_err(at(Path::new("a journal")))
}

/// Text as it is meant, without the quotes of TOML.
fn unquoted(value: &str) -> &str {
    let inner = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(value)
}

/// `series.csv` and `series.parquet`: the rows of all runs that did not fail.
fn series(sweep: &Sweep, folder: &Folder) -> Result<Vec<&'static str>, Stop> {
    let index = Index::read(&folder.parts(), SERIES, sweep.jobs())?;
    let metrics = sweep.base().map_err(Stop::Problems)?.metrics();
    let schema = rows::series_schema(metrics);
    folder.write(&folder.file("series.csv"), |file| {
        csv::write(&Table::empty(&schema), true, &mut *file)?;
        let mut payloads = index.reader();
        (0..sweep.jobs()).try_for_each(|job| match payloads.of(job).map_err(io::Error::other)? {
            Some(bytes) => file.write_all(&bytes),
            None => Ok(()),
        })
    })?;
    let columns = parquet(folder, "series.parquet", &schema, &mut || {
        let (mut payloads, mut next, schema) = (index.reader(), 0, rows::series_schema(metrics));
        Box::new(std::iter::from_fn(move || {
            let (mut text, mut lines) = (Vec::new(), 0);
            while next < sweep.jobs() && lines < ROWS as usize {
                match payloads.of(next) {
                    Ok(bytes) => {
                        let bytes = bytes.unwrap_or_default();
                        lines += bytes.iter().filter(|byte| **byte == b'\n').count();
                        text.extend(bytes);
                    }
                    Err(error) => return Some(Err(io::Error::other(error))),
                }
                next += 1;
            }
            (lines > 0).then(|| csv::read_headless(&text[..], &schema))
        }))
    })?;
    Ok(["series.csv"].into_iter().chain(columns).collect())
}

type Tables<'t> = Box<dyn Iterator<Item = io::Result<Table>> + 't>;

#[cfg(not(feature = "parquet"))]
fn parquet<'t>(
    _: &Folder,
    _: &'static str,
    _: &[(&str, Kind)],
    _: &mut dyn FnMut() -> Tables<'t>,
) -> Result<Option<&'static str>, Error> {
    Ok(None)
}

#[cfg(feature = "parquet")]
fn parquet<'t>(
    folder: &Folder,
    name: &'static str,
    schema: &[(&str, Kind)],
    tables: &mut dyn FnMut() -> Tables<'t>,
) -> Result<Option<&'static str>, Error> {
    folder.write(&folder.file(name), |file| {
        let mut parquet = crate::table::parquet::Writer::new(file, schema)?;
        tables().try_for_each(|table| parquet.append(&[table?]))?;
        parquet.finish().map(drop)
    })?;
    Ok(Some(name))
}

/// The shards of which runs are missing, where the journals tell of a division.
fn unfinished(sweep: &Sweep, index: &Index) -> Vec<Shard> {
    let shards = Status::of(sweep, index).shards;
    let open = shards.into_iter().filter(|part| part.finished < part.of);
    open.map(|part| part.shard).filter(|shard| shard.of > 1).collect()
}

/// How far a sweep is.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// Runs that are done.
    pub done: u64,
    /// Runs that failed.
    pub failed: u64,
    /// Runs of the sweep.
    pub of: u64,
    /// Runs a second, of the processes that have written within the last minute.
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
    /// Seconds since it last wrote; `None` if it never did.
    pub idle: Option<u64>,
}

impl Status {
    /// Read it from the journals of a folder that was begun.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn read(sweep: &Sweep, folder: &Folder) -> Result<Status, Stop> {
        Ok(Status::of(sweep, &Index::read(&folder.parts(), RUNS, sweep.jobs())?))
    }

    fn of(sweep: &Sweep, index: &Index) -> Status {
        let (now, (done, failed)) = (SystemTime::now(), index.counts());
        let age = |time: SystemTime| now.duration_since(time).map_or(0, |age| age.as_secs());
        // A sweep may be divided anew when it is taken up again: the last division counts.
        let newest = index.files().iter().max_by_key(|file| (file.writer.started, file.last));
        let division = newest.and_then(|file| file.writer.shard.parse().ok());
        let of = division.unwrap_or(Shard::WHOLE).of;
        let part = |number| {
            let shard = Shard { number, of };
            let places = || (0..sweep.jobs()).filter(move |&place| shard.has(place));
            let finished = places().filter(|&place| index.of(sweep.number(sweep.in_order(place))).is_some());
            let files = index
                .files()
                .iter()
                .filter(|file| file.writer.shard == shard.to_string());
            Part {
                shard,
                finished: finished.count() as u64,
                of: places().count() as u64,
                idle: files.map(|file| age(file.last)).min(),
            }
        };
        let rate = |file: &crate::study::journal::Seen| {
            let started = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(file.writer.started);
            let lasted = file
                .last
                .duration_since(started)
                .map_or(0.0, |lasted| lasted.as_secs_f64());
            file.records as f64 / lasted.max(0.1)
        };
        let active = index.files().iter().filter(|file| age(file.last) < 60);
        Status {
            done,
            failed,
            of: sweep.jobs(),
            per_second: active.map(rate).sum(),
            shards: (1..=of).map(part).collect(),
        }
    }
}

/// Begin the folder of a whole sweep again with all that did not fail, so that the rest can be run again.
///
/// # Errors
/// If it cannot be read or written.
pub fn reopen(sweep: &Sweep, out: &Path) -> Result<Folder, Stop> {
    let super::folder::Opened::Begun(folder) = super::folder::open(sweep, out, true)? else {
        unreachable!("forced");
    };
    let writer = |started| Writer {
        shard: Shard::WHOLE.to_string(),
        started,
    };
    for (name, kind) in [("series.csv", SERIES), ("runs.csv", RUNS)] {
        let path = out.join(name);
        if !path.exists() {
            continue;
        }
        let journal = Journal::begin(&folder.parts(), kind, &writer(0))?;
        copy_back(sweep, &path, kind, &journal)?;
        journal.sync()?;
    }
    Ok(folder)
}

/// Rows of the same run stand together, in both files.
fn copy_back(sweep: &Sweep, path: &Path, kind: &str, journal: &Journal) -> Result<(), Stop> {
    let file = fs::File::open(path).map_err(at(path))?;
    let schema = if kind == RUNS {
        sweep.schema()
    } else {
        rows::series_schema(sweep.base().map_err(Stop::Problems)?.metrics())
    };
    let parameters = sweep.identity.design.parameters.len();
    let points = csv::groups(file, &schema, "point").map_err(at(path))?;
    for table in points {
        let table = table.map_err(at(path))?;
        let key = |name, row| table.column(name).map_or(0.0, |column: &Column| column.number(row));
        let mut first = 0;
        while first < table.rows() {
            let replicate = key("replicate", first);
            let last = (first..table.rows()).find(|&row| key("replicate", row) != replicate);
            let last = last.unwrap_or(table.rows());
            let number = sweep.number(super::plan::Job {
                point: key("point", first) as u32,
                replicate: replicate as u32,
            });
            let ok = kind == SERIES || table.column("status").is_some_and(|column| column.text(first) == "ok");
            if ok {
                let columns = table.columns().iter().enumerate();
                let kept = columns.filter(|(at, _)| kind == SERIES || *at == 3 || *at >= 4 + parameters);
                let part = kept.map(|(_, (name, column))| (name.clone(), cut(column, first..last)));
                let mut bytes = Vec::new();
                csv::write(&Table::new(part.collect()), false, &mut bytes).map_err(at(path))?;
                journal.append(number, true, &bytes)?;
            }
            first = last;
        }
    }
    Ok(())
}

fn cut(column: &Column, rows: std::ops::Range<usize>) -> Column {
    match column {
        Column::Int(values) => Column::Int(values[rows].to_vec()),
        Column::Float(values) => Column::Float(values[rows].to_vec()),
        Column::Text(values) => Column::Text(values[rows].to_vec()),
    }
}
