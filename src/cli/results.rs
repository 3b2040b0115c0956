//! What the report needs of a folder of results, read one replicate at a time.

use std::fs::File;
use std::path::Path;

use anyhow::Context;
use qantar::analysis::ensemble::Member;
use qantar::analysis::replicate::Replicate;
use qantar::analysis::totals;
use qantar::metric::Metric;
use qantar::scenario::outcomes::Named;
use qantar::study::manifest::Manifest;
use qantar::study::rows::{events_schema, series_schema};
use qantar::table::{Kind, Table, csv};

/// The totals of every replicate, and the tables of the first.
pub struct Results {
    /// One for each replicate, in their order.
    pub totals: Vec<Vec<f64>>,
    /// What the scenario names, with its value in each of them.
    pub outcomes: Vec<(String, Vec<f64>)>,
    /// What the course over all of them is made of; empty if there is but one, or the model has no people.
    pub members: Vec<Member>,
    /// The series of the first replicate.
    pub series: Table,
    /// Its events.
    pub events: Table,
}

/// The numbers that are told of one replicate.
#[derive(Clone)]
pub struct Numbers {
    totals: Vec<f64>,
    outcomes: Vec<f64>,
    member: Option<Member>,
}

impl Numbers {
    /// Of its series and its events.
    pub fn of(series: &Table, events: &Table, named: &[Named]) -> Numbers {
        // Only a country has regions to open, and only a country names outcomes.
        let replicate = (!named.is_empty()).then(|| Replicate::of(series, events));
        let people = series.column(Metric::Participants.name()).is_some();
        Numbers {
            member: people.then(|| Member::of(series, events)),
            totals: totals::of(series, events),
            outcomes: replicate.map_or_else(Vec::new, |replicate| {
                named.iter().map(|named| named.outcome.of(&replicate)).collect()
            }),
        }
    }
}

impl Results {
    /// Read a folder of results: of all replicates where their numbers are not known yet, else of the first.
    pub fn read(folder: &Path, named: &[Named], known: Option<Vec<Numbers>>) -> anyhow::Result<Results> {
        let model = Manifest::read(folder)?.model;
        let (series_schema, events_schema) = (series_schema(model), events_schema());
        let mut all_events = groups(folder, "events.csv", &events_schema)?.peekable();
        let (mut all, mut first) = (Vec::new(), None);
        let wanted = if known.is_some() { 1 } else { usize::MAX };
        for series in groups(folder, "series.csv", &series_schema)?.take(wanted) {
            let series = series?;
            // A replicate in which nothing happens has no rows of events.
            let same = |events: &anyhow::Result<Table>| {
                events
                    .as_ref()
                    .map_or(true, |events| replicate(events) == replicate(&series))
            };
            let events = all_events
                .next_if(same)
                .unwrap_or_else(|| Ok(Table::empty(&events_schema)))?;
            if known.is_none() {
                all.push(Numbers::of(&series, &events, named));
            }
            first.get_or_insert((series, events));
        }
        let (series, events) = first.with_context(|| format!("{} has no rows", folder.display()))?;
        let numbers = known.unwrap_or(all);
        let outcome = |(i, named): (usize, &Named)| {
            let values = numbers.iter().map(|numbers| numbers.outcomes[i]).collect();
            (named.name.clone(), values)
        };
        Ok(Results {
            outcomes: named.iter().enumerate().map(outcome).collect(),
            members: match &numbers[..] {
                [_] => Vec::new(),
                many => many.iter().filter_map(|numbers| numbers.member.clone()).collect(),
            },
            totals: numbers.into_iter().map(|numbers| numbers.totals).collect(),
            series,
            events,
        })
    }
}

fn groups<'s>(
    folder: &Path,
    name: &str,
    schema: &'s [(&'s str, Kind)],
) -> anyhow::Result<impl Iterator<Item = anyhow::Result<Table>> + use<'s>> {
    let path = folder.join(name);
    let failed = move || format!("cannot read {}", path.display());
    let file = File::open(folder.join(name)).with_context(&failed)?;
    let tables = csv::groups(file, schema, "replicate").with_context(&failed)?;
    Ok(tables.map(move |table| table.with_context(&failed)))
}

fn replicate(table: &Table) -> Option<f64> {
    table.column("replicate").map(|column| column.number(0))
}
