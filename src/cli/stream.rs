//! `qantar sweep BASE --design -`: points come in as JSON lines, and runs go out as JSON lines as they finish, so that
//! another program decides what is tried next.

use std::io::{self, BufRead, Write};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, bail};
use qantar::study::{Job, Progress, Study, single, single_threaded};
use serde_json::{Map, Value};

use super::failure::DIFFERS;
use super::signals::Signals;

/// A run that is asked for.
struct Asked {
    /// The number of its line.
    row: u64,
    /// What the line says, as it is.
    line: Map<String, Value>,
    assignments: Vec<String>,
    job: Job,
}

/// Run every replicate of every arm at each point that comes in, until no more come.
pub fn execute(study: &Study, carry: &[String], threads: usize) -> anyhow::Result<ExitCode> {
    let signals = Signals::set()?;
    let progress = Progress::stopped_by(&signals.stop);
    // Hardly more are read than are run, so that who asks is not answered late.
    let (asked, open) = sync_channel::<Asked>(threads);
    let open = Mutex::new(open);
    let failed = Mutex::new(false);
    let read = thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| single_threaded(|| work(study, &open, &progress, &failed)));
        }
        let read = (|| -> anyhow::Result<()> {
            for (row, line) in io::stdin().lock().lines().enumerate() {
                let line = line.context("cannot read stdin")?;
                if line.trim().is_empty() {
                    continue;
                }
                let asked_by = |job| -> anyhow::Result<Asked> {
                    let told = || format!("line {} of stdin", row + 1);
                    let line: Map<String, Value> = serde_json::from_str(&line).with_context(|| {
                        format!(
                            "{} is not a JSON object of keys and values, such as {{\"key\": 0.5}}",
                            told()
                        )
                    })?;
                    Ok(Asked {
                        row: row as u64,
                        assignments: assignments(&line, carry).with_context(told)?,
                        line,
                        job,
                    })
                };
                for number in 0..study.jobs() {
                    if asked.send(asked_by(study.job(number))?).is_err() {
                        return Ok(());
                    }
                }
            }
            Ok(())
        })();
        drop(asked);
        read
    });
    if signals.came() {
        return Ok(signals.exit_code());
    }
    read?;
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        true => Ok(DIFFERS.into()),
        false => Ok(ExitCode::SUCCESS),
    }
}

fn work(study: &Study, open: &Mutex<Receiver<Asked>>, progress: &Progress, failed: &Mutex<bool>) {
    loop {
        let next = open.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(asked) = next else { return };
        let Some(outcomes) = single(study, asked.job, &asked.assignments, progress) else {
            return;
        };
        if outcomes.is_err() {
            *failed.lock().unwrap_or_else(PoisonError::into_inner) = true;
        }
        let line = told(study, &asked, outcomes).to_string() + "\n";
        let mut out = io::stdout().lock();
        // Who asked has gone away: there is nobody to run for.
        if out.write_all(line.as_bytes()).and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}

/// A line that comes in, as assignments; columns that are only passed on are left out.
fn assignments(line: &Map<String, Value>, carry: &[String]) -> anyhow::Result<Vec<String>> {
    let keys = line.iter().filter(|(key, _)| !carry.contains(key));
    let written = |(key, value): (&String, &Value)| {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) | Value::Array(_) => value.to_string(),
            _ => bail!("`{key}` is {value}; a value is a number, true, false, text or a list"),
        };
        Ok(key
            .split('+')
            .map(|key| format!("{}={text}", key.trim()))
            .collect::<Vec<_>>())
    };
    let all: anyhow::Result<Vec<Vec<String>>> = keys.map(written).collect();
    Ok(all?.concat())
}

/// A run, as a line: its row, its replicate, all that the line said, its outcomes, and why it failed.
fn told(study: &Study, asked: &Asked, outcomes: Result<Vec<f64>, String>) -> Value {
    let mut told = Map::new();
    told.insert("row".to_owned(), asked.row.into());
    if study.arms.len() > 1 {
        told.insert("arm".to_owned(), study.arm(asked.job).identity.name.clone().into());
    }
    told.insert("replicate".to_owned(), asked.job.replicate.into());
    told.extend(asked.line.clone());
    let (status, values, reason) = match outcomes {
        Ok(values) => ("ok", values, None),
        Err(reason) => ("failed", Vec::new(), Some(reason)),
    };
    told.insert("status".to_owned(), status.into());
    for (place, outcome) in study.identity.outcomes.iter().enumerate() {
        // What is missing is null.
        told.insert(outcome.name.clone(), values.get(place).copied().into());
    }
    told.extend(reason.map(|reason| ("reason".to_owned(), reason.into())));
    told.into()
}
