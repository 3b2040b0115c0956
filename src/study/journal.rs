//! The journal: what is done of a study, appended to few files, one for each process and not one for each run. A process
//! that is killed at any moment leaves whole records and at most one torn one at the end of its own file, which is left
//! out: every record has its lengths and a checksum. As long as a process writes, it holds a lock on its file, which the
//! system lets go when the process dies: so whoever reads knows who is alive.
//!
//! Journals are not synced after each record: a power cut can take the last ones, which are then torn or not there, and
//! are run again.
//!
//! ```text
//! qantar-journal/2 {"shard":"2/7","started":1700000000}
//! 5d41402a 12 0 3 + 17 0 0     checksum; point, replicate and arm of the job; done or failed; bytes of outcomes, events,
//!                              series and, where they are kept, of what decided and of places
//! ok,12.0,3.0,0.25,
//! ```

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::error::{Error, at};
use super::plan::{Job, Study};
use super::shard::Shard;

/// The form of the files.
const FORMAT: &str = "qantar-journal/2";
/// The ending of their names.
pub(super) const ENDING: &str = "journal";

/// Who writes a journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Writer {
    /// Its part of the jobs, such as `2/7`.
    pub shard: String,
    /// When it began, in seconds since 1970.
    pub started: u64,
}

impl Writer {
    /// This process, from now on.
    pub fn now(shard: Shard) -> Writer {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        Writer {
            shard: shard.to_string(),
            started: since.map_or(0, |since| since.as_secs()),
        }
    }
}

/// What a job has given: the lines of its tables, without what tells one job's lines from another's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// Whether it did not fail.
    pub done: bool,
    /// By [`Part`]: one line of status, outcomes and reason; its events; its series; what decided; that of its places.
    pub parts: [Vec<u8>; PARTS],
}

/// How many tables a record has lines of.
const PARTS: usize = 5;
/// How many of them are always told, the first.
const ALWAYS: usize = 3;

/// A table of which a record has lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// One line.
    Outcomes = 0,
    /// A line for each event.
    Events = 1,
    /// A line for each tick and region.
    Series = 2,
    /// A line for each tick and region, if it is kept.
    Why = 3,
    /// A line for each tick and place, if they are kept.
    Places = 4,
}

/// A journal as it is written.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: Mutex<File>,
}

impl Journal {
    /// Begin a new file in a folder, with a name that no other process has.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn begin(folder: &Path, writer: &Writer) -> Result<Journal, Error> {
        let label = writer.shard.replace('/', "-of-");
        let mut number = 0;
        loop {
            let path = folder.join(format!("{label}-{number:04}.{ENDING}"));
            match OpenOptions::new().append(true).create_new(true).open(&path) {
                Ok(mut file) => {
                    // Where the file system has no locks, nobody can tell who is alive; nothing else is lost.
                    let _ = file.try_lock();
                    let about = serde_json::to_string(writer).expect("plain values");
                    file.write_all(format!("{FORMAT} {about}\n").as_bytes())
                        .map_err(at(&path))?;
                    let file = Mutex::new(file);
                    return Ok(Journal { path, file });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(at(&path)(error)),
            }
        }
    }

    /// Append what a job has given. It counts from the moment at which this returns.
    ///
    /// # Errors
    /// If it cannot be written.
    ///
    /// # Panics
    /// If a thread has panicked while writing.
    pub fn append(&self, job: Job, record: &Record) -> Result<(), Error> {
        let lengths = record.parts.each_ref().map(Vec::len);
        let head = head(job, record.done, lengths);
        let payload = record.parts.concat();
        let mut bytes = format!("{:08x} {head}", checksum(&head, &payload)).into_bytes();
        bytes.extend_from_slice(&payload);
        bytes.push(b'\n');
        let mut file = self.file.lock().expect("no thread panics while writing");
        // One call for the whole record: threads and the end of the process cannot get between its parts.
        file.write_all(&bytes).map_err(at(&self.path))
    }

    /// Put all records on the disk.
    ///
    /// # Errors
    /// If that fails.
    ///
    /// # Panics
    /// If a thread has panicked while writing.
    pub fn sync(&self) -> Result<(), Error> {
        let file = self.file.lock().expect("no thread panics while writing");
        file.sync_all().map_err(at(&self.path))
    }
}

fn head(job: Job, done: bool, lengths: [usize; PARTS]) -> String {
    let Job { point, replicate, arm } = job;
    let sign = if done { '+' } else { '-' };
    // What is kept only if it is asked for has no length where it is not.
    let kept = lengths
        .iter()
        .rposition(|length| *length > 0)
        .map_or(ALWAYS, |last| ALWAYS.max(last + 1));
    let lengths: String = lengths[..kept].iter().map(|length| format!(" {length}")).collect();
    format!("{point} {replicate} {arm} {sign}{lengths}\n")
}

fn checksum(head: &str, payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(head.as_bytes());
    hasher.update(payload);
    hasher.finalize()
}

/// What is in the journals of a folder: eight bytes for each job, whatever it has given.
#[derive(Debug)]
pub struct Index {
    files: Vec<Seen>,
    /// File and offset of each job's record, or [`NOTHING`].
    places: Vec<u64>,
}

/// A journal that was read.
#[derive(Debug)]
pub struct Seen {
    /// Where it is.
    pub path: PathBuf,
    /// Who wrote it.
    pub writer: Writer,
    /// Whole records in it.
    pub records: u64,
    /// When the last was written.
    pub last: SystemTime,
    /// Whether its process is alive; `None` where that cannot be told.
    pub alive: Option<bool>,
}

/// The place of a job of which there is no record.
const NOTHING: u64 = u64::MAX;
/// Set in the place of a job that failed.
const FAILED: u64 = 1 << 63;
/// Bits of an offset; a journal has less than 16 TB and a folder less than half a million of them.
const OFFSET: u32 = 44;

impl Index {
    /// Read the journals in a folder, of the jobs of a study. Where several records of a job are found, one that is done
    /// counts before one that failed, and else the last.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn read(folder: &Path, study: &Study) -> Result<Index, Error> {
        let mut places = vec![NOTHING; study.jobs() as usize];
        let files = each(folder, |number, offset, job, record| {
            if let Some(job) = study.number(job)
                && let place = &mut places[job as usize]
                && (record.done || *place & FAILED != 0)
            {
                *place = number << OFFSET | offset | if record.done { 0 } else { FAILED };
            }
        })?;
        Ok(Index { files, places })
    }

    /// The journals.
    pub fn files(&self) -> &[Seen] {
        &self.files
    }

    /// Whether there is a record of a job, and whether it is done or failed.
    pub fn of(&self, job: u64) -> Option<bool> {
        match self.places[job as usize] {
            NOTHING => None,
            place => Some(place & FAILED == 0),
        }
    }

    /// How many jobs are done, and how many failed.
    pub fn counts(&self) -> (u64, u64) {
        let count = |wanted| (0..self.places.len() as u64).filter(move |&job| self.of(job) == Some(wanted));
        (count(true).count() as u64, count(false).count() as u64)
    }

    /// A reader of what the jobs have given.
    pub fn reader(&self) -> Payloads<'_> {
        Payloads {
            index: self,
            open: None,
        }
    }
}

/// Reads what jobs have given, one at a time.
#[derive(Debug)]
pub struct Payloads<'i> {
    index: &'i Index,
    open: Option<(u64, BufReader<File>)>,
}

impl Payloads<'_> {
    /// The lines of a table that a job has given; `None` if there is no record of it.
    ///
    /// # Errors
    /// If they cannot be read again as they were.
    pub fn of(&mut self, job: u64, part: Part) -> Result<Option<Vec<u8>>, Error> {
        let place = self.index.places[job as usize];
        if place == NOTHING {
            return Ok(None);
        }
        let place = place & !FAILED;
        let (number, offset) = (place >> OFFSET, place & ((1 << OFFSET) - 1));
        let path = &self.index.files[number as usize].path;
        let mut read = || {
            if self.open.as_ref().is_none_or(|(open, _)| *open != number) {
                self.open = Some((number, BufReader::with_capacity(1 << 16, File::open(path)?)));
            }
            let (_, reader) = self.open.as_mut().expect("it has just been opened");
            let here = reader.stream_position()?;
            reader.seek_relative(offset as i64 - here as i64)?;
            let changed = || io::Error::new(io::ErrorKind::InvalidData, "a record has changed");
            let (_, _, _, lengths) = next_head(reader)?.ok_or_else(changed)?;
            reader.seek_relative(lengths[..part as usize].iter().sum::<usize>() as i64)?;
            let mut payload = vec![0; lengths[part as usize]];
            reader.read_exact(&mut payload)?;
            Ok(Some(payload))
        };
        read().map_err(at(path))
    }
}

/// Go through every whole record of the journals in a folder: number of the file, offset, job, what it has given.
///
/// # Errors
/// If a file cannot be read.
pub fn each(folder: &Path, mut with: impl FnMut(u64, u64, Job, &Record)) -> Result<Vec<Seen>, Error> {
    let mut files = Vec::new();
    for path in journals(folder)? {
        let number = files.len() as u64;
        let seen = read(&path, |offset, job, record| with(number, offset, job, record));
        files.extend(seen.map_err(at(&path))?);
    }
    Ok(files)
}

fn read(path: &Path, mut with: impl FnMut(u64, Job, &Record)) -> io::Result<Option<Seen>> {
    let file = File::open(path)?;
    let last = file.metadata()?.modified()?;
    let alive = match file.try_lock_shared() {
        Ok(()) => file.unlock().map(|()| Some(false))?,
        Err(TryLockError::WouldBlock) => Some(true),
        Err(TryLockError::Error(_)) => None,
    };
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let mut line = String::new();
    let mut offset = reader.read_line(&mut line)? as u64;
    let about = line.strip_prefix(FORMAT).filter(|_| line.ends_with('\n'));
    let Some(writer) = about.and_then(|text| serde_json::from_str(text).ok()) else {
        return Ok(None);
    };
    let mut records = 0;
    while let Some((job, record, bytes)) = next(&mut reader)? {
        records += 1;
        with(offset, job, &record);
        offset += bytes;
    }
    Ok(Some(Seen {
        path: path.to_owned(),
        writer,
        records,
        last,
        alive,
    }))
}

/// Whether the journals in a folder hold anything of any study.
pub fn any(folder: &Path) -> bool {
    each(folder, |_, _, _, _| {}).is_ok_and(|files| files.iter().any(|file| file.records > 0))
}

/// The journals in a folder, in the order of their names.
///
/// # Errors
/// If the folder cannot be read.
pub fn journals(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let path = entry.map_err(at(folder))?.path();
        if path.extension().is_some_and(|ending| ending == ENDING) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

type Head = (u32, Job, bool, [usize; PARTS]);

fn next_head(reader: &mut impl BufRead) -> io::Result<Option<Head>> {
    let mut line = Vec::new();
    reader.by_ref().take(160).read_until(b'\n', &mut line)?;
    Ok(std::str::from_utf8(&line).ok().and_then(parse_head))
}

/// The next whole record: its job, what it has given, and its bytes. `None` at the end and at the first that is torn.
fn next(reader: &mut impl BufRead) -> io::Result<Option<(Job, Record, u64)>> {
    let Some((sum, job, done, lengths)) = next_head(reader)? else {
        return Ok(None);
    };
    let bytes: usize = lengths.iter().sum();
    let mut payload = Vec::new();
    let read = reader.by_ref().take(bytes as u64 + 1).read_to_end(&mut payload)?;
    let head = head(job, done, lengths);
    if read != bytes + 1 || payload.pop() != Some(b'\n') || checksum(&head, &payload) != sum {
        return Ok(None);
    }
    let places = payload.split_off(lengths[..4].iter().sum());
    let why = payload.split_off(lengths[..3].iter().sum());
    let series = payload.split_off(lengths[0] + lengths[1]);
    let events = payload.split_off(lengths[0]);
    let record = Record {
        done,
        parts: [payload, events, series, why, places],
    };
    // The checksum is eight digits and a blank.
    Ok(Some((job, record, (9 + head.len() + read) as u64)))
}

fn parse_head(line: &str) -> Option<Head> {
    let mut parts = line.strip_suffix('\n')?.split(' ');
    let sum = u32::from_str_radix(parts.next()?, 16).ok()?;
    let mut number = || parts.next()?.parse().ok();
    let (point, replicate, arm) = (number()?, number()?, number()?);
    let done = match parts.next()? {
        "+" => true,
        "-" => false,
        _ => return None,
    };
    let mut lengths = [0; PARTS];
    for (at, length) in lengths.iter_mut().enumerate() {
        match parts.next() {
            Some(text) => *length = text.parse().ok()?,
            None if at >= ALWAYS => {}
            None => return None,
        }
    }
    Some((sum, Job { point, replicate, arm }, done, lengths))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::tests::study;

    fn writer(shard: &str) -> Writer {
        Writer {
            shard: shard.to_owned(),
            started: 1,
        }
    }

    fn job(replicate: u32) -> Job {
        Job {
            point: 0,
            replicate,
            arm: 0,
        }
    }

    fn record(done: bool, text: &str) -> Record {
        let bytes = |text: &str| text.as_bytes().to_vec();
        Record {
            done,
            parts: [
                bytes(text),
                bytes("events\n"),
                bytes("row 1\nrow 2\n"),
                bytes("why\n"),
                bytes("places\n"),
            ],
        }
    }

    fn payloads(folder: &Path, jobs: u32) -> Vec<Option<String>> {
        let index = Index::read(folder, &study(1, 0..jobs)).unwrap();
        let mut reader = index.reader();
        let mut part = |job, part| {
            let bytes = reader.of(u64::from(job), part).unwrap()?;
            Some(String::from_utf8(bytes).unwrap())
        };
        let all = (0..jobs).map(|job| {
            let series = part(job, Part::Series);
            assert!(series.is_none_or(|series| series == "row 1\nrow 2\n"));
            part(job, Part::Outcomes)
        });
        all.collect()
    }

    #[test]
    fn wherever_a_journal_is_torn_the_whole_records_before_are_kept_and_nothing_else() {
        let temp = tempfile::tempdir().unwrap();
        let journal = Journal::begin(temp.path(), &writer("1/1")).unwrap();
        for replicate in 0..3 {
            let record = record(true, &format!("row {replicate}\nof text"));
            journal.append(job(replicate), &record).unwrap();
        }
        let path = temp.path().join("1-of-1-0000.journal");
        let whole = fs::read(&path).unwrap();
        let header = whole.iter().position(|&byte| byte == b'\n').unwrap() + 1;
        let one = (whole.len() - header) / 3;
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            let kept = payloads(temp.path(), 3).iter().flatten().count();
            assert_eq!(kept, length.saturating_sub(header) / one, "torn at {length}");
        }
    }

    #[test]
    fn a_record_with_a_flipped_bit_ends_its_journal() {
        let temp = tempfile::tempdir().unwrap();
        let journal = Journal::begin(temp.path(), &writer("1/1")).unwrap();
        (0..3).for_each(|replicate| journal.append(job(replicate), &record(true, "abc")).unwrap());
        let path = temp.path().join("1-of-1-0000.journal");
        let mut bytes = fs::read(&path).unwrap();
        let last = bytes.len() - 2;
        bytes[last] ^= 1;
        fs::write(&path, bytes).unwrap();
        let abc = Some("abc".to_owned());
        assert_eq!(payloads(temp.path(), 3), [abc.clone(), abc, None]);
    }

    #[test]
    fn every_process_has_a_file_of_its_own_and_a_record_that_is_done_counts_before_one_that_failed() {
        let temp = tempfile::tempdir().unwrap();
        let write = |replicate, done, text: &str| {
            let journal = Journal::begin(temp.path(), &writer("2/7")).unwrap();
            journal.append(job(replicate), &record(done, text)).unwrap();
        };
        write(0, false, "first failure");
        write(0, false, "second failure");
        write(1, true, "done");
        write(1, false, "failed later");
        let texts = ["second failure", "done"].map(|text| Some(text.to_owned()));
        assert_eq!(payloads(temp.path(), 2), texts);
        let index = Index::read(temp.path(), &study(1, 0..2)).unwrap();
        assert_eq!(index.counts(), (1, 1));
        assert_eq!(index.files().len(), 4);
        assert_eq!(index.files()[0].writer, writer("2/7"));
    }

    #[test]
    fn who_writes_is_alive_until_the_process_lets_go() {
        let temp = tempfile::tempdir().unwrap();
        let journal = Journal::begin(temp.path(), &writer("1/1")).unwrap();
        let alive = || each(temp.path(), |_, _, _, _| {}).unwrap()[0].alive;
        assert_eq!(alive(), Some(true));
        drop(journal);
        assert_eq!(alive(), Some(false));
    }
}
