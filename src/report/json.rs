//! The document that `--format json` prints.

use serde::Serialize;

use super::{Run, caution, is_country};
use crate::analysis::course::Course;
use crate::analysis::spread::Spread;
use crate::analysis::totals::catalogue;
use crate::metric::Metric;
use crate::table::Table;

/// A run in one document.
#[derive(Clone, Debug, Serialize)]
pub struct Document<'r> {
    /// The form of this document, `qantar-run/1`.
    pub format: &'static str,
    /// Name of the scenario.
    pub scenario: &'r str,
    /// Its title.
    pub title: &'r str,
    /// Seed of the dice.
    pub seed: u64,
    /// Number of the first replicate.
    pub first_replicate: u32,
    /// How many replicates.
    pub replicates: usize,
    /// The totals over the replicates.
    pub totals: Vec<TotalOver>,
    /// The outcomes that the scenario names, over the replicates.
    pub outcomes: Vec<OutcomeOver<'r>>,
    /// The hour with the most people out in the first replicate; `null` if nobody was, or if it is not of a country.
    pub peak: Option<Peak<'r>>,
    /// The events of the first replicate, in the order of time.
    pub events: Vec<Happened<'r>>,
    /// How far the numbers can be trusted, in words.
    pub caution: &'static str,
    /// Where the results lie.
    pub folder: &'r str,
}

/// A total over the replicates.
#[derive(Clone, Debug, Serialize)]
pub struct TotalOver {
    /// Its name.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// `median`, and the 5 % and 95 % quantiles `low` and `high`; of a single replicate, all three its value.
    #[serde(flatten)]
    pub spread: Spread,
}

/// An outcome over the replicates.
#[derive(Clone, Debug, Serialize)]
pub struct OutcomeOver<'r> {
    /// The name that the scenario gives it.
    pub name: &'r str,
    /// How many replicates have it.
    pub replicates: usize,
    /// `median`, and the 5 % and 95 % quantiles `low` and `high`, over those; not there if none has it.
    #[serde(flatten)]
    pub spread: Option<Spread>,
}

/// The hour with the most people out.
#[derive(Clone, Debug, Serialize)]
pub struct Peak<'r> {
    /// The tick, from 0.
    pub tick: usize,
    /// Local time at its start, ISO 8601.
    pub time: &'r str,
    /// People out.
    pub participants: f64,
}

/// An event; the fields are the columns of `events.csv`.
#[derive(Clone, Debug, Serialize)]
pub struct Happened<'r> {
    /// The tick, from 0.
    pub tick: i64,
    /// Local time at its start, ISO 8601; empty where ticks have no date.
    pub time: &'r str,
    /// Where; `all` is the whole country.
    pub region: &'r str,
    /// What.
    pub event: &'r str,
    /// The id of the site, action or contingent; empty where there is none.
    pub subject: &'r str,
    /// How many.
    pub number: f64,
    /// Of what.
    pub counts: &'r str,
}

impl<'r> Document<'r> {
    /// The document of a run.
    ///
    /// # Panics
    /// If a table lacks a column of `series.csv` or `events.csv`, or there are no totals.
    pub fn of(run: &Run<'r>) -> Document<'r> {
        let course = Course::of(run.series);
        let over = |i: usize| Spread::of(&run.totals.iter().map(|totals| totals[i]).collect::<Vec<_>>());
        Document {
            format: "qantar-run/1",
            scenario: run.scenario,
            title: run.title,
            seed: run.seed,
            first_replicate: run.first_replicate,
            replicates: run.totals.len(),
            totals: catalogue(run.series)
                .iter()
                .enumerate()
                .map(|(i, total)| TotalOver {
                    name: total.name,
                    unit: total.unit,
                    spread: over(i),
                })
                .collect(),
            outcomes: run
                .outcomes
                .iter()
                .map(|(name, values)| outcome(name, values))
                .collect(),
            peak: is_country(run.series)
                .then(|| course.peak(Metric::Participants))
                .flatten()
                .map(|(tick, participants)| Peak {
                    tick,
                    time: course.time(tick),
                    participants,
                }),
            events: (0..run.events.rows()).map(|row| happened(run.events, row)).collect(),
            caution: caution(run.totals.len()),
            folder: run.folder,
        }
    }
}

fn outcome<'r>(name: &'r str, values: &[f64]) -> OutcomeOver<'r> {
    let had: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    OutcomeOver {
        name,
        replicates: had.len(),
        spread: (!had.is_empty()).then(|| Spread::of(&had)),
    }
}

fn happened(events: &Table, row: usize) -> Happened<'_> {
    let column = |name| {
        events
            .column(name)
            .unwrap_or_else(|| panic!("events have a column `{name}`"))
    };
    Happened {
        tick: column("tick").number(row) as i64,
        time: column("time").text(row),
        region: column("region").text(row),
        event: column("event").text(row),
        subject: column("subject").text(row),
        number: column("number").number(row),
        counts: column("counts").text(row),
    }
}
