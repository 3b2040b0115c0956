//! What the replicates of a calibration have given, line by line, as it comes in.
//!
//! A line is `generation,trial,replicate,values...`, written in one go and synced. After a crash the last line may be
//! torn; it is cut off, and its replicate runs again.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::super::error::{Error, at};

/// Which replicate of which trial: generation, index in it, replicate.
pub type Key = (u32, u32, u32);

/// The journal of a calibration.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    inner: Mutex<(File, BTreeMap<Key, Vec<f64>>)>,
}

impl Journal {
    /// Open it, with what is in it; each line has so many values.
    pub fn open(path: &Path, values: usize) -> Result<Journal, Error> {
        let open = || {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(path)?;
            let mut text = Vec::new();
            file.read_to_end(&mut text)?;
            let (known, good) = whole_lines(&String::from_utf8_lossy(&text), values);
            file.set_len(good as u64)?;
            file.seek(SeekFrom::End(0))?;
            Ok((file, known))
        };
        Ok(Journal {
            path: path.to_owned(),
            inner: Mutex::new(open().map_err(at(path))?),
        })
    }

    /// What a replicate has given, if it has run.
    pub fn get(&self, key: Key) -> Option<Vec<f64>> {
        self.inner.lock().expect("no thread has panicked").1.get(&key).cloned()
    }

    /// How many replicates are in it.
    pub fn len(&self) -> usize {
        self.inner.lock().expect("no thread has panicked").1.len()
    }

    /// Keep what a replicate has given; it is on the disk when this returns.
    pub fn keep(&self, key: Key, values: Vec<f64>) -> Result<(), Error> {
        let mut line = format!("{},{},{}", key.0, key.1, key.2);
        for value in &values {
            let _ = write!(line, ",{value:?}");
        }
        line.push('\n');
        let mut inner = self.inner.lock().expect("no thread has panicked");
        let append = |file: &mut File| {
            file.write_all(line.as_bytes())?;
            file.sync_data()
        };
        append(&mut inner.0).map_err(at(&self.path))?;
        inner.1.insert(key, values);
        Ok(())
    }
}

/// The lines up to the first that is not whole, and the number of bytes up to there.
fn whole_lines(text: &str, values: usize) -> (BTreeMap<Key, Vec<f64>>, usize) {
    let (mut known, mut good) = (BTreeMap::new(), 0);
    for line in text.split_inclusive('\n') {
        let Some((key, row)) = line.strip_suffix('\n').and_then(|line| entry(line, values)) else {
            break;
        };
        known.insert(key, row);
        good += line.len();
    }
    (known, good)
}

fn entry(line: &str, values: usize) -> Option<(Key, Vec<f64>)> {
    let mut cells = line.split(',');
    let mut number = || cells.next()?.parse::<u32>().ok();
    let key = (number()?, number()?, number()?);
    let row: Vec<f64> = cells.map(|cell| cell.parse().ok()).collect::<Option<_>>()?;
    (row.len() == values).then_some((key, row))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_torn_line_is_cut_off_and_everything_before_it_is_kept_to_the_last_bit() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("journal.csv");
        let journal = Journal::open(&path, 2).unwrap();
        journal.keep((0, 1, 2), vec![0.1 + 0.2, f64::NAN]).unwrap();
        journal.keep((0, 1, 3), vec![1e300, f64::NEG_INFINITY]).unwrap();
        let whole = fs::read(&path).unwrap();
        for torn in ["0,2,0,1.0", "0,2,0,1.0,2", "0,2,0,1.0\n", "0,2,\0\0\0\n"] {
            fs::write(&path, [&whole[..], torn.as_bytes()].concat()).unwrap();
            let journal = Journal::open(&path, 2).unwrap();
            assert_eq!(journal.len(), 2, "{torn}");
            assert_eq!(journal.get((0, 1, 2)).unwrap()[0].to_bits(), (0.1f64 + 0.2).to_bits());
            assert_eq!(fs::read(&path).unwrap(), whole);
        }
    }
}
