//! The way of every study: a folder, the runs that are not done, tables, what the command makes of them, and what is told.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::Ordering::Relaxed;

use anyhow::Context;
use qantar::study::rows::read_outcomes;
use qantar::study::{
    self, Error, Folder, How, Job, Named, Opened, Progress, Stages, Status, Study, execute, execute_stages, publish,
};
use qantar::table::{Column, Table};
use serde::Serialize;
use serde_json::Value;
use tempfile::TempDir;

use super::arguments::Running;
use super::failure::DIFFERS;
use super::output::{Format, data, json, message};
use super::progress;
use super::report;
use super::signals::Signals;

/// What a command makes of its study.
pub trait Finish {
    /// Further files, from the folder in which the tables are put together.
    fn files(&self, _study: &Study, _folder: &Path) -> anyhow::Result<Vec<Named>> {
        Ok(Vec::new())
    }

    /// Tell what came of it, from the whole folder.
    fn tell(&self, study: &Study, folder: &Path, shown: &Shown) -> anyhow::Result<ExitCode>;

    /// Where its points follow from what earlier ones have given.
    fn stages(&self) -> Option<Box<dyn Stages + '_>> {
        None
    }
}

/// How results are told.
pub struct Shown {
    /// In which form.
    pub format: Format,
    /// Where the results are, for readers; nothing if they are not kept.
    pub folder: String,
    /// Without hints.
    pub quiet: bool,
}

impl Shown {
    /// Tell a document as JSON, with the outcomes of every run under `runs`.
    pub fn json(&self, document: &impl Serialize, study: &Study, folder: &Path) -> anyhow::Result<()> {
        let mut document = serde_json::to_value(document)?;
        if let Some(document) = document.as_object_mut() {
            document.insert("runs".to_owned(), runs(&read_outcomes(study, folder)?));
        }
        Ok(json(&document)?)
    }

    /// Say that the results can be shown, and made again.
    pub fn then_reproduce(&self) {
        self.then_show(&[&format!("qantar reproduce {}", self.folder)]);
    }

    /// Say that the results can be shown, and what else can be done next.
    pub fn then_show(&self, more: &[&str]) {
        if !self.quiet && !self.folder.is_empty() {
            let show = format!("next: qantar report {} --open", self.folder);
            let more = more.iter().map(|command| format!("\n      {command}"));
            message(&more.fold(show, |all, command| all + &command));
        }
    }
}

/// A table of outcomes, row by row; what is missing is null.
pub fn runs(table: &Table) -> Value {
    let cell = |column: &Column, row: usize| match column {
        Column::Int(values) => Value::from(values[row]),
        Column::Float(values) => Value::from(values[row]),
        Column::Text(values) => Value::from(values[row].as_str()),
    };
    let row = |row: usize| -> Value {
        let cells = table.columns().iter();
        cells
            .map(|(name, column)| (name.clone(), cell(column, row)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    (0..table.rows()).map(row).collect()
}

/// What became of a study.
pub enum Done {
    /// Its folder is whole; one that is not kept is gone with this.
    Whole(PathBuf, Option<TempDir>),
    /// A part of it is done, or it was stopped.
    Part(ExitCode),
}

/// Do all of it, and tell what came of it.
pub fn perform(mut study: Study, name: &str, finish: &dyn Finish, running: &Running) -> anyhow::Result<ExitCode> {
    let signals = Signals::set()?;
    match complete(&mut study, &running.out(name), finish, running, &signals)? {
        Done::Part(code) => Ok(code),
        Done::Whole(folder, temporary) => {
            let shown = Shown {
                format: running.format,
                folder: match temporary {
                    Some(_) => String::new(),
                    None => folder.display().to_string(),
                },
                quiet: running.quiet,
            };
            let code = finish.tell(&study, &folder, &shown)?;
            if running.report {
                report::of_results(&folder, running.quiet)?;
            }
            Ok(code)
        }
    }
}

/// Run what is not done, and make the folder whole.
pub fn complete(
    study: &mut Study,
    out: &Path,
    finish: &dyn Finish,
    running: &Running,
    signals: &Signals,
) -> anyhow::Result<Done> {
    let temporary = running.no_out.then(tempfile::tempdir).transpose();
    let temporary = temporary.context("cannot make a temporary folder")?;
    let kept = temporary
        .as_ref()
        .map_or(out.to_owned(), |temporary| temporary.path().join("results"));
    let settings = running.settings();
    let how = How {
        force: running.force,
        shared: running.shard.is_some(),
        retry_failed: running.retry_failed,
    };
    let folder = match Folder::open(study, &kept, how)? {
        Opened::Begun(folder) => folder,
        Opened::Whole => {
            running.say(&format!("{} is whole already; nothing to run", out.display()));
            return Ok(Done::Whole(kept, temporary));
        }
    };
    let status = Status::read(study, &folder)?;
    let done = status.done + if running.retry_failed { 0 } else { status.failed };
    if done > 0 {
        let (of, partial) = (status.of, folder.partial().display());
        running.say(&format!("resuming: {done} of {of} runs are done in {partial}"));
    }
    silence_caught_panics();
    let progress = Progress::stopped_by(&signals.stop);
    let view = progress::View::of(study);
    let work = || -> Result<(), Error> {
        match finish.stages() {
            Some(mut stages) => execute_stages(study, &folder, settings, &progress, &mut *stages)?,
            None => execute(study, &folder, settings, &progress)?,
        }
        if settings.shard.of > 1 {
            return Ok(());
        }
        let files = |partial: &Path| finish.files(study, partial).map_err(io::Error::other);
        publish(study, &folder, settings.threads, &progress, &files)
    };
    match progress::shown(&view, &progress, running.quiet, work) {
        Ok(()) => {}
        Err(error) if signals.came() => {
            let stopped = matches!(error, Error::Interrupted { .. } | Error::Io { .. });
            anyhow::ensure!(stopped, error);
            match error {
                Error::Interrupted { .. } => message(&error.to_string()),
                _ => message("interrupted; all runs are kept, and the same command puts the tables together"),
            }
            return Ok(Done::Part(signals.exit_code()));
        }
        Err(error) => return Err(error.into()),
    }
    if settings.shard.of == 1 {
        return Ok(Done::Whole(kept, temporary));
    }
    let (shard, runs) = (settings.shard, progress.finished.load(Relaxed));
    running.say(&format!(
        "shard {shard} is done, {runs} runs; when all are: qantar merge {}",
        out.display()
    ));
    Ok(Done::Part(match progress.failed.load(Relaxed) {
        0 => ExitCode::SUCCESS,
        _ => DIFFERS.into(),
    }))
}

/// Run one job and tell how long all of them would take; nothing is kept.
pub fn estimate(study: &Study, job: Job, name: &str, running: &Running, most: u64) -> anyhow::Result<ExitCode> {
    let signals = Signals::set()?;
    silence_caught_panics();
    let progress = Progress::stopped_by(&signals.stop);
    let Some(probe) = study::probe(study, job, &progress) else {
        return Ok(signals.exit_code());
    };
    let shard = running.settings().shard;
    let runs = (0..most).filter(|&place| shard.has(place)).count() as u64;
    let threads = running.settings().threads;
    let seconds = probe.seconds * runs as f64 / threads as f64;
    // Journal and table; Parquet is about a third of the text.
    let bytes = probe.bytes as f64 * most as f64 * 2.4;
    data(&format!(
        "{}\none run took {:.3} s on one thread; {runs} take about {} on {threads}\nabout {} on the disk, in {}\n",
        shape(study, most),
        probe.seconds,
        progress::duration(seconds),
        progress::size(bytes),
        running.out(name).display(),
    ))?;
    match probe.failed {
        Some(reason) => {
            message(&format!("that run failed: {reason}"));
            Ok(DIFFERS.into())
        }
        None => Ok(ExitCode::SUCCESS),
    }
}

/// How large a study is, in a line.
pub fn shape(study: &Study, runs: u64) -> String {
    let identity = &study.identity;
    let arms = match study.arms.len() {
        1 => String::new(),
        arms => format!("{arms} arms, "),
    };
    let replicates = match identity.replicates {
        1 => "1 replicate".to_owned(),
        replicates if identity.design.is_some() => {
            format!("{replicates} replicates with the same dice at every point")
        }
        replicates => format!("{replicates} replicates"),
    };
    let points = identity.design.as_ref().map(|design| {
        let (name, keys) = (design.method.name(), design.parameters.len());
        format!("{name} of {} points in {keys} keys, ", design.len())
    });
    format!("{}{arms}{replicates}: {runs} runs", points.unwrap_or_default())
}

/// A panic of a run is told in its record, and not in the middle of the progress.
fn silence_caught_panics() {
    let others = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().name() != Some(study::THREAD) {
            others(info);
        }
    }));
}
