//! What the report needs of a folder of results, read one replicate at a time.

use std::fs::File;
use std::path::Path;

use anyhow::Context;
use qantar::analysis::named::{Named, values};
use qantar::report::Valued;
use qantar::study::Plan;
use qantar::study::rows::{events_schema, series_schema};
use qantar::table::{Kind, Table, csv};

/// The numbers of every replicate, and the tables of the first.
pub struct Results {
    /// The totals.
    pub totals: Vec<Valued>,
    /// What the scenario names.
    pub outcomes: Vec<Valued>,
    /// The series of the first replicate.
    pub series: Table,
    /// Its events.
    pub events: Table,
}

/// The numbers that are told of the runs of a plan: its totals, and then what its scenario names.
pub fn told(plan: &Plan) -> Vec<Named> {
    [plan.family.named_totals(), plan.named.clone()].concat()
}

impl Results {
    /// Read a folder of results: of all replicates where their numbers are not known yet, else of the first.
    pub fn read(folder: &Path, plan: &Plan, known: Option<Vec<Vec<f64>>>) -> anyhow::Result<Results> {
        let named = told(plan);
        let (series_schema, events_schema) = (series_schema(plan.family.metrics()), events_schema());
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
                all.push(values(&named, &series, &events));
            }
            first.get_or_insert((series, events));
        }
        let (series, events) = first.with_context(|| format!("{} has no rows", folder.display()))?;
        let numbers = known.unwrap_or(all);
        let valued = |(i, named): (usize, Named)| Valued {
            named,
            values: numbers.iter().map(|numbers| numbers[i]).collect(),
        };
        let mut totals: Vec<Valued> = named.into_iter().enumerate().map(valued).collect();
        let outcomes = totals.split_off(totals.len() - plan.named.len());
        Ok(Results {
            totals,
            outcomes,
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
