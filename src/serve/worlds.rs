//! Worlds that have been run: of an arm, replicate by replicate, what pages tell of each. They lie in a file for each
//! arm, a line for each world, so that pupils with the same idea share them and a server that was killed runs none twice.
//! A line counts when it is whole; what was torn is run again.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::analysis::replicate::Replicate;
use crate::analysis::score::{Observation, Record};
use crate::metric::Readings;
use crate::sim::event::Event;
use crate::sim::recorder::Recorder;
use crate::sim::{Observer, Simulation};
use crate::study::rows::with_times;
use crate::study::{Job, Study};
use crate::table::{Column, Table};

/// What is kept of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct World {
    /// Its replicate.
    pub replicate: u32,
    /// The outcomes of the study; `None` where it has none.
    pub outcomes: Vec<Option<f64>>,
    /// The numbers that the record of the scenario is held against; `None` where it has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<Option<f64>>,
    /// Of the first metric, and of those who are violent where they are counted: the whole, tick by tick.
    pub lines: Vec<Vec<f32>>,
    /// A checksum of all that was measured, tick by tick: where two worlds of the same dice part.
    pub trace: Vec<u32>,
    /// What was done in it: tick, region, event, subject.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<(u32, String, String, String)>,
}

/// The metrics whose lines are kept.
pub fn drawn(study: &Study) -> Vec<&'static str> {
    let metrics = study.family().metrics();
    let violent = metrics
        .iter()
        .skip(1)
        .map(|metric| metric.name)
        .find(|name| *name == "violent");
    std::iter::once(metrics[0].name).chain(violent).collect()
}

/// Run a job; `watch` is told every tick and may stop it, and then there is `None`.
///
/// # Errors
/// Why it failed.
pub fn run(
    study: &Study,
    record: Option<&Record>,
    job: Job,
    watch: &mut dyn FnMut(&Readings, &[Event]) -> ControlFlow<()>,
) -> Result<Option<World>, String> {
    let attempt = || {
        if study.worlds.is_none() {
            let arm = study.arm(job);
            return Ok(simulate((study, record), &*arm.model, job, watch));
        }
        let (model, _) = study.model(job).map_err(|problems| problems.to_string())?;
        Ok(simulate((study, record), &*model, job, watch))
    };
    // A run that breaks off is told; nothing that it touched outlives it.
    catch_unwind(AssertUnwindSafe(attempt))
        .unwrap_or_else(|_| Err("qantar broke off in this run; please report it".to_owned()))
}

struct Watching<'w, 'm> {
    recorder: Recorder<'m>,
    trace: Vec<u32>,
    lines: Vec<(usize, Vec<f32>)>,
    watch: &'w mut dyn FnMut(&Readings, &[Event]) -> ControlFlow<()>,
}

impl Observer for Watching<'_, '_> {
    fn tick(&mut self, readings: &Readings, events: &[Event]) -> ControlFlow<()> {
        self.recorder.tick(readings, events)?;
        let mut sum = crc32fast::Hasher::new();
        for area in (0..readings.areas()).map(Some).chain([None]) {
            readings
                .row(area)
                .iter()
                .for_each(|value| sum.update(&value.to_le_bytes()));
        }
        self.trace.push(sum.finalize());
        for (place, line) in &mut self.lines {
            line.push(readings.row(None)[*place] as f32);
        }
        (self.watch)(readings, events)
    }
}

fn simulate(
    (study, record): (&Study, Option<&Record>),
    model: &dyn Simulation,
    job: Job,
    watch: &mut dyn FnMut(&Readings, &[Event]) -> ControlFlow<()>,
) -> Option<World> {
    let place = |name: &&str| model.metrics().iter().position(|metric| metric.name == *name);
    let mut watching = Watching {
        recorder: Recorder::new(model, !model.places().is_empty()),
        trace: Vec::new(),
        lines: drawn(study)
            .iter()
            .filter_map(place)
            .map(|place| (place, Vec::new()))
            .collect(),
        watch,
    };
    if model.run(&study.dice(job), &mut watching).is_break() {
        return None;
    }
    let recorded = watching.recorder.into_tables();
    let [series, events] = [recorded.series, recorded.events].map(|table| with_times(&study.calendar, table));
    let places = recorded.places.map(|table| with_times(&study.calendar, table));
    let replicate = Replicate::of(&series, &events).with_places(places.as_ref());
    let finite = |value: f64| value.is_finite().then_some(value);
    let outcomes = study.summed_up().into_iter().map(|named| named.outcome.of(&replicate));
    let held = observed(record).map(|observation| observation.outcome.of(&replicate));
    Some(World {
        held: held.map(finite).collect(),
        replicate: job.replicate,
        outcomes: outcomes.map(finite).collect(),
        lines: watching.lines.into_iter().map(|(_, line)| line).collect(),
        trace: watching.trace,
        events: listed(&events),
    })
}

/// The observations that a world is held against: numbers of the scenario as it is.
pub fn observed(record: Option<&Record>) -> impl Iterator<Item = &Observation> {
    let all = record.into_iter().flat_map(|record| &record.observations);
    all.filter(|one| one.variant.is_none() && one.value.is_some())
}

/// What pages show below a curve: what was said, announced and took effect.
const DONE: [&str; 3] = ["action_announced", "action_in_effect", "statement"];

fn listed(events: &Table) -> Vec<(u32, String, String, String)> {
    let text = |name: &str, row: usize| events.column(name).map_or("", |column| column.text(row)).to_owned();
    let tick = |row: usize| events.column("tick").map_or(0, |column| column.number(row) as u32);
    (0..events.rows())
        .filter(|&row| DONE.contains(&text("event", row).as_str()))
        .map(|row| (tick(row), text("region", row), text("event", row), text("subject", row)))
        .collect()
}

impl World {
    /// Its lines as a series of the whole, with the times of its ticks.
    pub fn series(&self, study: &Study, times: &[String]) -> Table {
        let ticks = self.lines.first().map_or(0, Vec::len).min(times.len());
        let mut columns = vec![
            ("time".to_owned(), Column::Text(times[..ticks].to_vec())),
            ("region".to_owned(), Column::Text(vec!["all".to_owned(); ticks])),
        ];
        for (name, line) in drawn(study).iter().zip(&self.lines) {
            let values = line[..ticks].iter().map(|&value| f64::from(value)).collect();
            columns.push(((*name).to_owned(), Column::Float(values)));
        }
        Table::new(columns)
    }

    /// What was done in it, as a table.
    pub fn happened(&self) -> Table {
        let text = |get: fn(&(u32, String, String, String)) -> &String| {
            Column::Text(self.events.iter().map(|event| get(event).clone()).collect())
        };
        Table::new(vec![
            (
                "tick",
                Column::Int(self.events.iter().map(|event| i64::from(event.0)).collect()),
            ),
            ("region", text(|event| &event.1)),
            ("event", text(|event| &event.2)),
            ("subject", text(|event| &event.3)),
        ])
    }
}

/// The worlds of an arm.
#[derive(Debug)]
pub struct Worlds {
    /// By replicate.
    pub of: BTreeMap<u32, Arc<World>>,
    /// Why the arm cannot be run, if it cannot.
    pub failed: Option<String>,
    file: PathBuf,
}

impl Worlds {
    /// None yet, to be kept in this file.
    pub fn none(file: &Path) -> Worlds {
        Worlds {
            of: BTreeMap::new(),
            failed: None,
            file: file.to_owned(),
        }
    }

    /// What a file holds, if it is there.
    ///
    /// # Errors
    /// If it is there and cannot be read.
    pub fn read(file: &Path) -> io::Result<Worlds> {
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let whole = text.lines().filter_map(|line| serde_json::from_str::<World>(line).ok());
        Ok(Worlds {
            of: whole.map(|world| (world.replicate, Arc::new(world))).collect(),
            ..Worlds::none(file)
        })
    }

    /// Keep a world.
    ///
    /// # Errors
    /// If the file cannot be written; it is kept in memory all the same.
    pub fn keep(&mut self, world: World) -> io::Result<()> {
        // What a kill has torn ends here, so that it does not tear this one.
        let line = format!("\n{}\n", serde_json::to_string(&world)?);
        self.of.insert(world.replicate, Arc::new(world));
        let mut file = OpenOptions::new().append(true).create(true).open(&self.file)?;
        file.write_all(line.as_bytes())
    }
}

/// The file of the worlds of an arm: what decides them is its whole scenario, the seed, the plausible worlds, what the record
/// asks of them and the version.
pub fn file(folder: &Path, study: &Study, record: Option<&Record>, arm: usize) -> PathBuf {
    let mut sum = Sha256::new();
    let scenario = study.arms[arm].text.clone().unwrap_or_default();
    let mut part = |text: &str| {
        sum.update((text.len() as u64).to_le_bytes());
        sum.update(text.as_bytes());
    };
    part(env!("CARGO_PKG_VERSION"));
    part(option_env!("QANTAR_COMMIT").unwrap_or_default());
    part(&study.identity.seed.to_string());
    part(&scenario);
    // Outcomes are those of the baseline.
    study.summed_up().iter().for_each(|named| part(&named.text));
    observed(record).for_each(|one| part(&one.outcome.to_string()));
    study.given.iter().for_each(|(_, text)| part(text));
    // What an arm says itself wins over its world, so which keys it says decides too.
    study.arms[arm].identity.overrides.iter().for_each(|text| part(text));
    let digest = sum.finalize();
    let name: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    folder.join(format!("{name}.jsonl"))
}
