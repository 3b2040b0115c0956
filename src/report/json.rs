//! The document that `--format json` prints.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Run, Valued, caution};
use crate::analysis::course::Course;
use crate::analysis::spread::Spread;
use crate::analysis::unmet::Unmet;
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
    pub totals: Vec<TotalOver<'r>>,
    /// The outcomes that the scenario names, over the replicates.
    pub outcomes: Vec<OutcomeOver<'r>>,
    /// The tick with the most active in the first replicate: `tick` and `time`, and their number under the name of the
    /// metric, such as `participants`; `null` if nobody was.
    pub peak: Option<Map<String, Value>>,
    /// The events of the first replicate, in the order of time.
    pub events: Vec<Happened<'r>>,
    /// What never happened in one replicate or more, with how near that came in each of them.
    pub never: Vec<&'r Unmet>,
    /// How far the numbers can be trusted, in words.
    pub caution: &'static str,
    /// Where the results lie.
    pub folder: &'r str,
}

/// A total over the replicates.
#[derive(Clone, Debug, Serialize)]
pub struct TotalOver<'r> {
    /// Its name.
    pub name: &'r str,
    /// Its unit.
    pub unit: &'r str,
    /// `median`, and the 5 % and 95 % quantiles `low` and `high`; of a single replicate, all three its value.
    #[serde(flatten)]
    pub spread: Spread,
}

/// An outcome over the replicates.
#[derive(Clone, Debug, Serialize)]
pub struct OutcomeOver<'r> {
    /// The name that the scenario gives it.
    pub name: &'r str,
    /// Its unit; empty where it has none that can be named.
    pub unit: &'r str,
    /// How many replicates have it.
    pub replicates: usize,
    /// `median`, and the 5 % and 95 % quantiles `low` and `high`, over those; not there if none has it.
    #[serde(flatten)]
    pub spread: Option<Spread>,
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
        Document {
            format: "qantar-run/1",
            scenario: run.scenario,
            title: run.title,
            seed: run.seed,
            first_replicate: run.first_replicate,
            replicates: run.replicates(),
            totals: run.totals.iter().map(total).collect(),
            outcomes: run.outcomes.iter().map(outcome).collect(),
            peak: course.peak(run.active.name).map(|(tick, number)| {
                [
                    ("tick".to_owned(), json!(tick)),
                    ("time".to_owned(), json!(course.time(tick))),
                    (run.active.name.to_owned(), json!(number)),
                ]
                .into_iter()
                .collect()
            }),
            events: (0..run.events.rows()).map(|row| happened(run.events, row)).collect(),
            never: run.unmet.iter().filter(|one| one.runs > 0).collect(),
            caution: caution(run.replicates()),
            folder: run.folder,
        }
    }
}

fn total(Valued { named, values }: &Valued) -> TotalOver<'_> {
    TotalOver {
        name: &named.name,
        unit: &named.unit,
        spread: Spread::of(values),
    }
}

fn outcome(Valued { named, values }: &Valued) -> OutcomeOver<'_> {
    let had: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    OutcomeOver {
        name: &named.name,
        unit: &named.unit,
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
