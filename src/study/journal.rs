//! Journals: what is done of a study of many runs, appended to few files, one for each process and not one for each
//! run. A process that is killed at any moment leaves whole records and at most one torn one at the end of its own
//! file, which is left out: every record has its length and a checksum.
//!
//! ```text
//! qantar-journal/1 {"shard":"2/7","started":1700000000}
//! 5d41402a 42 + 17          checksum, number of the job, done or failed, bytes that follow
//! ok,,12.0,3.0,0.25
//! ```

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::error::{Error, at};

/// The form of the files.
const FORMAT: &str = "qantar-journal/1";

/// Who writes a journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Writer {
    /// Its part of the jobs, such as `2/7`.
    pub shard: String,
    /// When it began, in seconds since 1970.
    pub started: u64,
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
    pub fn begin(folder: &Path, kind: &str, writer: &Writer) -> Result<Journal, Error> {
        let label = writer.shard.replace('/', "-of-");
        let mut number = 0;
        loop {
            let path = folder.join(format!("{label}-{number:04}.{kind}"));
            match OpenOptions::new().append(true).create_new(true).open(&path) {
                Ok(mut file) => {
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
    pub fn append(&self, job: u64, done: bool, payload: &[u8]) -> Result<(), Error> {
        let record = record(job, done, payload);
        let mut file = self.file.lock().expect("no thread panics while writing");
        // One call for the whole record: threads and the end of the process cannot get between its parts.
        file.write_all(&record).map_err(at(&self.path))
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

fn record(job: u64, done: bool, payload: &[u8]) -> Vec<u8> {
    let head = head(job, done, payload.len());
    let mut record = format!("{:08x} {head}", checksum(&head, payload)).into_bytes();
    record.extend_from_slice(payload);
    record.push(b'\n');
    record
}

fn head(job: u64, done: bool, bytes: usize) -> String {
    format!("{job} {} {bytes}\n", if done { '+' } else { '-' })
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
}

/// The place of a job of which there is no record.
const NOTHING: u64 = u64::MAX;
/// Set in the place of a job that failed.
const FAILED: u64 = 1 << 63;
/// Bits of an offset; a journal has less than 16 TB and a folder less than half a million of them.
const OFFSET: u32 = 44;

impl Index {
    /// Read the journals of one kind in a folder, for so many jobs. Where several records of a job are found, one
    /// that is done counts before one that failed, and else the last.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn read(folder: &Path, kind: &str, jobs: u64) -> Result<Index, Error> {
        let mut index = Index {
            files: Vec::new(),
            places: vec![NOTHING; jobs as usize],
        };
        for path in journals(folder, kind)? {
            index.file(&path).map_err(at(&path))?;
        }
        Ok(index)
    }

    fn file(&mut self, path: &Path) -> io::Result<()> {
        let file = File::open(path)?;
        let last = file.metadata()?.modified()?;
        let mut reader = BufReader::with_capacity(1 << 16, file);
        let mut line = String::new();
        let mut offset = reader.read_line(&mut line)? as u64;
        let about = line.strip_prefix(FORMAT).filter(|_| line.ends_with('\n'));
        let Some(writer) = about.and_then(|text| serde_json::from_str(text).ok()) else {
            return Ok(());
        };
        let mut seen = Seen {
            path: path.to_owned(),
            writer,
            records: 0,
            last,
        };
        let number = self.files.len() as u64;
        let mut payload = Vec::new();
        while let Some((job, done, bytes)) = next(&mut reader, &mut payload)? {
            seen.records += 1;
            if let Some(place) = self.places.get_mut(job as usize)
                && (done || *place & FAILED != 0)
            {
                *place = number << OFFSET | offset | if done { 0 } else { FAILED };
            }
            offset += bytes;
        }
        self.files.push(seen);
        Ok(())
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
    /// What a job has given; `None` if there is no record of it.
    ///
    /// # Errors
    /// If it cannot be read again as it was.
    pub fn of(&mut self, job: u64) -> Result<Option<Vec<u8>>, Error> {
        let place = self.index.places[job as usize];
        if place == NOTHING {
            return Ok(None);
        }
        let place = place & !FAILED;
        let (number, offset) = (place >> OFFSET, place & ((1 << OFFSET) - 1));
        let path = &self.index.files[number as usize].path;
        let mut read = || {
            if self.open.as_ref().is_none_or(|(open, _)| *open != number) {
                self.open = Some((number, BufReader::new(File::open(path)?)));
            }
            let (_, reader) = self.open.as_mut().expect("it has just been opened");
            reader.seek(SeekFrom::Start(offset))?;
            let mut payload = Vec::new();
            match next(reader, &mut payload)? {
                Some((found, ..)) if found == job => Ok(Some(payload)),
                _ => Err(io::Error::new(io::ErrorKind::InvalidData, "a record has changed")),
            }
        };
        read().map_err(at(path))
    }
}

/// The journals of one kind in a folder, in the order of their names.
pub fn journals(folder: &Path, kind: &str) -> Result<Vec<PathBuf>, Error> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let path = entry.map_err(at(folder))?.path();
        if path.extension().is_some_and(|ending| ending == kind) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// The next whole record: number of the job, done or failed, and bytes of the record. `None` at the end and at the
/// first record that is torn.
fn next(reader: &mut impl BufRead, payload: &mut Vec<u8>) -> io::Result<Option<(u64, bool, u64)>> {
    let mut line = Vec::new();
    reader.by_ref().take(80).read_until(b'\n', &mut line)?;
    let Some((sum, job, done, bytes)) = std::str::from_utf8(&line).ok().and_then(parse_head) else {
        return Ok(None);
    };
    payload.clear();
    let read = reader.by_ref().take(bytes as u64 + 1).read_to_end(payload)?;
    if read != bytes + 1 || payload.pop() != Some(b'\n') || checksum(&head(job, done, bytes), payload) != sum {
        return Ok(None);
    }
    Ok(Some((job, done, (line.len() + read) as u64)))
}

fn parse_head(line: &str) -> Option<(u32, u64, bool, usize)> {
    let mut parts = line.strip_suffix('\n')?.split(' ');
    let sum = u32::from_str_radix(parts.next()?, 16).ok()?;
    let job = parts.next()?.parse().ok()?;
    let done = match parts.next()? {
        "+" => true,
        "-" => false,
        _ => return None,
    };
    Some((sum, job, done, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer(shard: &str) -> Writer {
        Writer {
            shard: shard.to_owned(),
            started: 1,
        }
    }

    fn payloads(folder: &Path, jobs: u64) -> Vec<Option<String>> {
        let index = Index::read(folder, "runs", jobs).unwrap();
        let mut reader = index.reader();
        (0..jobs)
            .map(|job| reader.of(job).unwrap().map(|bytes| String::from_utf8(bytes).unwrap()))
            .collect()
    }

    #[test]
    fn wherever_a_journal_is_torn_the_whole_records_before_are_kept_and_nothing_else() {
        let temp = tempfile::tempdir().unwrap();
        let journal = Journal::begin(temp.path(), "runs", &writer("1/1")).unwrap();
        for job in 0..3 {
            journal
                .append(job, true, format!("row {job}\nof text").as_bytes())
                .unwrap();
        }
        let path = temp.path().join("1-of-1-0000.runs");
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
        let journal = Journal::begin(temp.path(), "runs", &writer("1/1")).unwrap();
        (0..3).for_each(|job| journal.append(job, true, b"abc").unwrap());
        let path = temp.path().join("1-of-1-0000.runs");
        let mut bytes = fs::read(&path).unwrap();
        let last = bytes.len() - 2;
        bytes[last] ^= 1;
        fs::write(&path, bytes).unwrap();
        assert_eq!(
            payloads(temp.path(), 3),
            [Some("abc".to_owned()), Some("abc".to_owned()), None]
        );
    }

    #[test]
    fn every_process_has_a_file_of_its_own_and_a_record_that_is_done_counts_before_one_that_failed() {
        let temp = tempfile::tempdir().unwrap();
        let write = |job, done, text: &str| {
            let journal = Journal::begin(temp.path(), "runs", &writer("2/7")).unwrap();
            journal.append(job, done, text.as_bytes()).unwrap();
        };
        write(0, false, "first failure");
        write(0, false, "second failure");
        write(1, true, "done");
        write(1, false, "failed later");
        let texts = ["second failure", "done"].map(|text| Some(text.to_owned()));
        assert_eq!(payloads(temp.path(), 2), texts);
        let index = Index::read(temp.path(), "runs", 2).unwrap();
        assert_eq!(index.counts(), (1, 1));
        assert_eq!(index.files().len(), 4);
        assert_eq!(index.files()[0].writer, writer("2/7"));
    }
}
