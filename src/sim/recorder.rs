//! The observer that keeps a run as tables: one row per tick and region, one row per event, and if it is asked to, what
//! decided in each tick and region.

use std::ops::ControlFlow;

use super::event::Event;
use super::why::Moment;
use super::{Observer, Simulation};
use crate::metric::Readings;
use crate::table::{Column, Table};

/// The name of the whole in the column `region`.
pub const COUNTRY: &str = "all";

/// Keeps readings and events as columns.
pub struct Recorder<'m> {
    model: &'m dyn Simulation,
    names: Vec<&'m str>,
    ticks: Vec<i64>,
    regions: Vec<String>,
    values: Vec<Vec<f64>>,
    events: Vec<Event>,
    /// What decided, tick after tick and region after region; `None` if it is not asked.
    why: Option<Vec<Vec<f64>>>,
}

/// What was kept of a run.
pub struct Tables {
    /// `tick`, `region`, one column per metric; the country's row comes last in each tick.
    pub series: Table,
    /// `tick`, `region`, `event`, `subject`, `number`, `counts`.
    pub events: Table,
    /// `tick`, `region`, and what decided there ([`Simulation::reasons`]); without rows if that was not asked.
    pub why: Table,
}

impl<'m> Recorder<'m> {
    /// An empty recorder for runs of this model, which also keeps why, if it shall.
    pub fn new(model: &'m dyn Simulation, why: bool) -> Recorder<'m> {
        let names = model.regions();
        let rows = (names.len() + 1) * model.ticks() as usize;
        let metrics = model.metrics();
        Recorder {
            model,
            names,
            ticks: Vec::with_capacity(rows),
            regions: Vec::with_capacity(rows),
            values: metrics.iter().map(|_| Vec::with_capacity(rows)).collect(),
            events: Vec::new(),
            why: why.then(Vec::new),
        }
    }

    fn region_name(&self, region: Option<usize>) -> String {
        region.map_or(COUNTRY, |g| self.names[g]).to_owned()
    }

    /// What decided, as a table.
    fn why_table(&self) -> Table {
        let rows = self.why.as_deref().unwrap_or_default();
        let regions = self.names.len().max(1);
        let tick = |(row, _): (usize, &Vec<f64>)| (row / regions) as i64;
        let name = |(row, _): (usize, &Vec<f64>)| self.names[row % regions].to_owned();
        let mut columns = vec![
            ("tick", Column::Int(rows.iter().enumerate().map(tick).collect())),
            ("region", Column::Text(rows.iter().enumerate().map(name).collect())),
        ];
        for (place, column) in self.model.reasons().iter().enumerate() {
            columns.push((column, Column::Float(rows.iter().map(|row| row[place]).collect())));
        }
        Table::new(columns)
    }

    /// What was kept.
    pub fn into_tables(self) -> Tables {
        let why = self.why_table();
        let names = |event: &Event| self.region_name(event.region);
        let events = Table::new(vec![
            (
                "tick",
                Column::Int(self.events.iter().map(|e| i64::from(e.tick)).collect()),
            ),
            ("region", Column::Text(self.events.iter().map(names).collect())),
            (
                "event",
                Column::Text(self.events.iter().map(|e| e.what.name().to_owned()).collect()),
            ),
            (
                "subject",
                Column::Text(
                    self.events
                        .iter()
                        .map(|e| self.model.subject(e.what).to_owned())
                        .collect(),
                ),
            ),
            ("number", Column::Float(self.events.iter().map(|e| e.number).collect())),
            (
                "counts",
                Column::Text(self.events.iter().map(|e| e.what.number().to_owned()).collect()),
            ),
        ]);
        let mut series = vec![
            ("tick", Column::Int(self.ticks)),
            ("region", Column::Text(self.regions)),
        ];
        for (metric, values) in self.model.metrics().iter().zip(self.values) {
            let column = match metric.whole {
                true => Column::Int(values.into_iter().map(|value| value as i64).collect()),
                false => Column::Float(values),
            };
            series.push((metric.name, column));
        }
        Tables {
            series: Table::new(series),
            events,
            why,
        }
    }
}

impl Observer for Recorder<'_> {
    fn tick(&mut self, readings: &Readings, events: &[Event]) -> ControlFlow<()> {
        for region in (0..readings.regions()).map(Some).chain([None]) {
            self.ticks.push(i64::from(readings.tick));
            self.regions.push(self.region_name(region));
            for (&value, column) in readings.row(region).iter().zip(&mut self.values) {
                column.push(value);
            }
        }
        self.events.extend_from_slice(events);
        ControlFlow::Continue(())
    }

    fn asks_why(&self) -> bool {
        self.why.is_some()
    }

    fn why(&mut self, moments: &[Moment]) {
        if let Some(why) = &mut self.why {
            why.extend(moments.iter().map(Moment::values));
        }
    }
}
