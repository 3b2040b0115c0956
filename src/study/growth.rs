//! A study that is taken up with more replicates, arms or points: what a smaller one has done of it, found again by the
//! names of the arms and the values of the points, whether it is in journals or in the tables of a whole folder.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use csv::{Reader, StringRecord, WriterBuilder};

use super::error::{Error, at};
use super::journal::{self, Journal, Record, Writer};
use super::place::PARTS;
use super::plan::{DESIGN, Job, Study};
use super::rows;
use super::shard::Shard;

/// What a folder has of a study that grew from its own.
#[derive(Debug)]
pub struct Growth {
    folder: PathBuf,
    old: Study,
    /// The place of each old arm and of each old point in the new study.
    arms: Vec<u32>,
    points: Vec<u32>,
}

impl Growth {
    /// If the study of a folder is the same as this one, or a part of it.
    pub fn of(folder: &Path, study: &Study) -> Option<Growth> {
        let old = Study::load(folder).ok()?;
        let same = old.identity.but_for_size() == study.identity.but_for_size();
        if !same || old.identity.replicates > study.identity.replicates || old.in_stages() != study.in_stages() {
            return None;
        }
        let texts: BTreeMap<String, String> = study.texts().into_iter().collect();
        let kept = |(name, text): &(String, String)| name == DESIGN || texts.get(name) == Some(text);
        if !old.texts().iter().all(kept) {
            return None;
        }
        let place = |arm: &super::arm::Arm| {
            let found = study.arms.iter().position(|new| new.identity == arm.identity)?;
            u32::try_from(found).ok()
        };
        Some(Growth {
            arms: old.arms.iter().map(place).collect::<Option<_>>()?,
            points: points(&old, study)?,
            folder: folder.to_owned(),
            old,
        })
    }

    /// Write what is done into a journal among these parts.
    ///
    /// # Errors
    /// If a file cannot be read or written.
    pub fn take_over(&self, parts: &Path) -> Result<(), Error> {
        let writer = Writer {
            started: 0,
            ..Writer::now(Shard::WHOLE)
        };
        let journal = Journal::begin(parts, &writer)?;
        let take = |job: Job, record: &Record| match record.done {
            true => journal.append(
                Job {
                    arm: self.arms[job.arm as usize],
                    point: self.points[job.point as usize],
                    ..job
                },
                record,
            ),
            false => Ok(()),
        };
        let old = self.folder.join(PARTS);
        match old.is_dir() {
            true => {
                let mut taken = Ok(());
                journal::each(&old, |_, _, job, record| {
                    if taken.is_ok() && self.old.number(job).is_some() {
                        taken = take(job, record);
                    }
                })?;
                taken?;
            }
            false => self.tables(take)?,
        }
        journal.sync()
    }

    /// Every job in the tables of a whole folder.
    fn tables(&self, mut with: impl FnMut(Job, &Record) -> Result<(), Error>) -> Result<(), Error> {
        let open = |name: &str| Lines::open(&self.old, &self.folder.join(name));
        let mut outcomes = open(rows::outcomes_file(&self.old))?;
        let keeps = self.old.identity.keeps;
        let mut events = keeps.events.then(|| open("events.csv")).transpose()?;
        let mut series = keeps.series.then(|| open("series.csv")).transpose()?;
        let mut why = keeps.why.then(|| open("explain.csv")).transpose()?;
        let mut places = keeps.places.then(|| open("places.csv")).transpose()?;
        while let Some(job) = outcomes.job() {
            let lines = |table: &mut Option<Lines<'_>>| table.as_mut().map_or(Ok(Vec::new()), |table| table.take(job));
            let (mut record, mut status) = (Record::default(), None);
            record.parts = [
                Vec::new(),
                lines(&mut events)?,
                lines(&mut series)?,
                lines(&mut why)?,
                lines(&mut places)?,
            ];
            record.parts[0] = outcomes.outcomes(&mut status)?;
            record.done = status.is_none_or(|status| status == "ok");
            with(job, &record)?;
        }
        Ok(())
    }
}

/// The place of each point among those of a larger study, by its values; `None` if one is not among them.
fn points(old: &Study, new: &Study) -> Option<Vec<u32>> {
    let keys = |study: &Study| {
        let keys = study.points.parameters().iter();
        keys.map(|parameter| parameter.key.clone()).collect::<Vec<_>>()
    };
    if keys(old) != keys(new) {
        return None;
    }
    let (few, many) = (old.points.len(), new.points.len());
    let same = |point: u32| old.points.values(point) == new.points.values(point);
    if few <= many && (0..few).all(same) {
        return Some((0..few).collect());
    }
    let places: BTreeMap<Vec<String>, u32> = (0..many).map(|point| (new.points.values(point), point)).collect();
    let place = |point| places.get(&old.points.values(point)).copied();
    (0..few).map(place).collect()
}

/// The lines of a table of a whole folder, in which those of one job stand together.
struct Lines<'s> {
    study: &'s Study,
    path: PathBuf,
    reader: Reader<File>,
    /// Places of the columns `point`, `replicate` and `arm`.
    keys: [Option<usize>; 3],
    next: Option<StringRecord>,
}

impl Lines<'_> {
    fn open<'s>(study: &'s Study, path: &Path) -> Result<Lines<'s>, Error> {
        let file = File::open(path).map_err(at(path))?;
        let mut reader = Reader::from_reader(file);
        let header = reader.headers().map_err(io::Error::from).map_err(at(path))?;
        let keys = ["point", "replicate", "arm"].map(|name| header.iter().position(|column| column == name));
        let mut lines = Lines {
            study,
            path: path.to_owned(),
            reader,
            keys,
            next: None,
        };
        lines.advance()?;
        Ok(lines)
    }

    /// Go on, and give the line that was next.
    fn advance(&mut self) -> Result<Option<StringRecord>, Error> {
        let mut record = StringRecord::new();
        let more = self.reader.read_record(&mut record).map_err(io::Error::from);
        let more = more.map_err(at(&self.path))?;
        Ok(std::mem::replace(&mut self.next, more.then_some(record)))
    }

    /// The job of the next line.
    fn job(&self) -> Option<Job> {
        let record = self.next.as_ref()?;
        let [point, replicate, arm] = self.keys.map(|place| record.get(place?));
        let number = |text: Option<&str>| text.map_or(Some(0), |text| text.parse().ok());
        let named = |name: &str| self.study.arms.iter().position(|arm| arm.identity.name == name);
        Some(Job {
            point: number(point)?,
            replicate: number(replicate)?,
            arm: arm.map_or(Some(0), named)? as u32,
        })
    }

    /// The lines of a job, without the columns that tell it from others; none if others are next.
    fn take(&mut self, job: Job) -> Result<Vec<u8>, Error> {
        let mut lines = Vec::new();
        while self.job() == Some(job)
            && let Some(record) = self.advance()?
        {
            line(record.iter().skip(rows::KEYS), &mut lines);
        }
        Ok(lines)
    }

    /// The next line of a table of outcomes, as a record has it.
    fn outcomes(&mut self, status: &mut Option<String>) -> Result<Vec<u8>, Error> {
        let record = self.advance()?.unwrap_or_default();
        let outcomes = self.study.identity.outcomes.len();
        let mut bytes = Vec::new();
        if self.study.identity.design.is_none() {
            let values = record.iter().skip(record.len().saturating_sub(outcomes));
            line(["ok"].into_iter().chain(values).chain([""]), &mut bytes);
            return Ok(bytes);
        }
        // Status is the last of the keys; outcomes and reason are the last columns.
        let place = 3 + usize::from(self.keys[2].is_some());
        *status = record.get(place).map(str::to_owned);
        let rest = record.iter().skip(record.len().saturating_sub(outcomes + 1));
        line(status.as_deref().into_iter().chain(rest), &mut bytes);
        Ok(bytes)
    }
}

fn line<'f>(fields: impl Iterator<Item = &'f str>, bytes: &mut Vec<u8>) {
    let mut writer = WriterBuilder::new().has_headers(false).from_writer(bytes);
    writer.write_record(fields).expect("memory takes what is written to it");
}
