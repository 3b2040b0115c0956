//! What is kept of the jobs of a plan until their folder is whole: a journal for each of their tables, to which every
//! process appends. A job that is in all of them is done, whatever kills the process next. Journals are not synced: a
//! power cut can take the last records, which are then torn or not there, and are run again.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::error::Error;
use super::journal::{Index, Journal, Payloads, Writer};
use super::plan::{Keeps, Plan};

/// The table of one row per tick and region.
pub(super) const SERIES: &str = "series";
/// The table of one row per event.
pub(super) const EVENTS: &str = "events";
/// The table of one row per job.
pub(super) const OUTCOMES: &str = "outcomes";

/// The tables that a plan keeps of each job.
pub(super) fn tables(plan: &Plan) -> Vec<&'static str> {
    let rows: &[&str] = match plan.identity.keeps {
        Keeps::Rows => &[EVENTS, SERIES],
        Keeps::Outcomes => &[],
    };
    let outcomes = (!plan.identity.outcomes.is_empty()).then_some(OUTCOMES);
    rows.iter().copied().chain(outcomes).collect()
}

/// What is kept, as it was when it was read.
pub(super) struct Parts {
    jobs: u64,
    tables: Vec<(&'static str, Index)>,
}

impl Parts {
    /// Read the journals in a folder, of the jobs of a plan.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn read(folder: &Path, plan: &Plan) -> Result<Parts, Error> {
        let jobs = plan.jobs().count() as u64;
        let index = |table| Ok((table, Index::read(folder, table, jobs)?));
        let tables = tables(plan).into_iter().map(index).collect::<Result<_, Error>>()?;
        Ok(Parts { jobs, tables })
    }

    /// Whether the journals in a folder hold anything of any plan.
    pub fn any(folder: &Path) -> bool {
        let holds = |table: &str| {
            let index = Index::read(folder, table, 0);
            index.is_ok_and(|index| index.files().iter().any(|file| file.records > 0))
        };
        [SERIES, OUTCOMES].into_iter().any(holds)
    }

    /// Whether a job is done; jobs are numbered in the order of the plan.
    pub fn is_done(&self, job: u64) -> bool {
        self.tables.iter().all(|(_, index)| index.of(job) == Some(true))
    }

    /// How many jobs are done.
    pub fn done(&self) -> u32 {
        (0..self.jobs).filter(|&job| self.is_done(job)).count() as u32
    }

    /// A reader of one of the tables.
    ///
    /// # Panics
    /// If the plan does not keep it.
    pub fn reader(&self, table: &str) -> Payloads<'_> {
        let index = self.tables.iter().find(|(name, _)| *name == table);
        index.expect("a table that the plan keeps").1.reader()
    }
}

/// The journals of this process.
pub(super) struct Keeper {
    journals: Vec<(&'static str, Journal)>,
}

impl Keeper {
    /// Begin a journal for each table that a plan keeps.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn begin(folder: &Path, plan: &Plan) -> Result<Keeper, Error> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let writer = Writer {
            shard: "1/1".to_owned(),
            started: since.map_or(0, |since| since.as_secs()),
        };
        let begin = |table| Ok((table, Journal::begin(folder, table, &writer)?));
        let journals = tables(plan).into_iter().map(begin).collect::<Result<_, Error>>()?;
        Ok(Keeper { journals })
    }

    /// Keep the texts of a job, by table: it is done when this returns. Any thread may.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn keep(&self, job: u64, text: impl Fn(&'static str) -> Vec<u8>) -> Result<(), Error> {
        self.journals
            .iter()
            .try_for_each(|(table, journal)| journal.append(job, true, &text(table)))
    }
}
