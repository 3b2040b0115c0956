//! The rows of `series.csv`, `events.csv` and `outcomes.csv`: what the recorder kept, with what tells one job's rows
//! from another's.

use std::collections::BTreeMap;

use super::plan::{Job, Plan};
use crate::metric::Description;
use crate::scenario::calendar::Calendar;
use crate::table::{Column, Kind, Table};

/// The columns of `series.csv` of models of a kind. One row per replicate, arm, tick and region; region `all` is the
/// whole and comes last in each tick. `time` is local time at the start of the tick; empty where ticks have no date.
pub fn series_schema(metrics: &'static [Description]) -> Vec<(&'static str, Kind)> {
    let kind = |metric: &Description| match metric.whole {
        true => Kind::Int,
        false => Kind::Float,
    };
    let metrics = metrics.iter().map(|metric| (metric.name, kind(metric)));
    KEYS.into_iter().chain(metrics).collect()
}

/// The columns of `events.csv`. One row per event; `counts` is the unit of `number`.
pub fn events_schema() -> Vec<(&'static str, Kind)> {
    let rest = [
        ("event", Kind::Text),
        ("subject", Kind::Text),
        ("number", Kind::Float),
        ("counts", Kind::Text),
    ];
    KEYS.into_iter().chain(rest).collect()
}

const KEYS: [(&str, Kind); 7] = [
    ("arm", Kind::Text),
    ("point", Kind::Int),
    ("replicate", Kind::Int),
    ("seed", Kind::Int),
    ("tick", Kind::Int),
    ("time", Kind::Text),
    ("region", Kind::Text),
];

/// The columns of `outcomes.csv`. One row per replicate and arm; the outcomes are those that the plan names.
pub fn outcomes_schema(outcomes: &[String]) -> Vec<(&str, Kind)> {
    let keys = [KEYS[0], KEYS[2], KEYS[3]];
    keys.into_iter()
        .chain(outcomes.iter().map(|outcome| (outcome.as_str(), Kind::Float)))
        .collect()
}

/// The row of `outcomes.csv` of one job.
pub(super) fn outcomes(plan: &Plan, job: Job, values: &[f64]) -> Table {
    let keys = [
        Column::Text(vec![plan.arm(job).identity.name.clone()]),
        Column::Int(vec![i64::from(job.replicate)]),
        Column::Int(vec![plan.identity.seed as i64]),
    ];
    let values = values.iter().map(|&value| Column::Float(vec![value]));
    let names = outcomes_schema(&plan.identity.outcomes)
        .into_iter()
        .map(|(name, _)| name);
    Table::new(names.zip(keys.into_iter().chain(values)).collect())
}

/// One of the recorder's tables, which begins with `tick` and `region`, with the job's columns before it.
pub(super) fn of_job(plan: &Plan, job: Job, table: Table) -> Table {
    let rows = table.rows();
    let text = |value: &str| Column::Text(vec![value.to_owned(); rows]);
    let whole = |value: i64| Column::Int(vec![value; rows]);
    let mut columns = vec![
        ("arm".to_owned(), text(&plan.arm(job).identity.name)),
        ("point".to_owned(), whole(0)),
        ("replicate".to_owned(), whole(i64::from(job.replicate))),
        ("seed".to_owned(), whole(plan.identity.seed as i64)),
    ];
    for (name, column) in table.into_columns() {
        let times = match (&column, name.as_str()) {
            (Column::Int(ticks), "tick") => Some(times(&plan.calendar, ticks)),
            _ => None,
        };
        columns.push((name, column));
        columns.extend(times.map(|times| ("time".to_owned(), times)));
    }
    Table::new(columns)
}

/// One of the recorder's tables, with the local times of its ticks: what an outcome is worked out of.
pub(super) fn with_times(calendar: &Calendar, table: Table) -> Table {
    let times = table.column("tick").map(|column| match column {
        Column::Int(ticks) => times(calendar, ticks),
        _ => unreachable!("ticks are whole numbers"),
    });
    let mut columns = table.into_columns();
    columns.splice(1..1, times.map(|times| ("time".to_owned(), times)));
    Table::new(columns)
}

/// Dates are costly to write, and every tick has as many rows as there are regions.
fn times(calendar: &Calendar, ticks: &[i64]) -> Column {
    let mut known = BTreeMap::new();
    let mut time = |&tick: &i64| known.entry(tick).or_insert_with(|| calendar.iso(tick as u32)).clone();
    Column::Text(ticks.iter().map(&mut time).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::sim::recorder::Recorder;

    #[test]
    fn the_recorders_tables_become_the_columns_of_the_files() {
        let scenario = Scenario::from_text("towns", crate::study::tests::SCENARIO).unwrap();
        let plan = Plan::new(&scenario, Vec::new(), 9, 0..4).unwrap();
        let model = plan.arms[0].model.as_ref();
        let mut recorder = Recorder::new(model);
        let _ = model.run(&plan.dice(3), &mut recorder);
        let (series, events) = recorder.into_tables();
        let job = Job { arm: 0, replicate: 3 };
        let series = of_job(&plan, job, series);
        let shape = |table: &Table| -> Vec<(String, Kind)> {
            table
                .columns()
                .iter()
                .map(|(name, column)| (name.clone(), column.kind()))
                .collect()
        };
        let owned = |schema: Vec<(&str, Kind)>| -> Vec<(String, Kind)> {
            schema.into_iter().map(|(name, kind)| (name.to_owned(), kind)).collect()
        };
        assert_eq!(
            shape(&series),
            owned(series_schema(crate::metric::Metric::DESCRIPTIONS))
        );
        assert_eq!(shape(&of_job(&plan, job, events)), owned(events_schema()));
        assert_eq!(series.column("replicate").unwrap().number(0), 3.0);
        assert_eq!(series.column("seed").unwrap().number(0), 9.0);
        assert_eq!(series.column("time").unwrap().text(0), plan.calendar.iso(0));
    }
}
