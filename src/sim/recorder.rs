//! The observer that keeps a run as tables: one row per tick and region, one row per event, and where that is asked for
//! one row per tick and place, and what decided in each tick and region.

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
    /// Ids of the regions.
    regions: Vec<&'m str>,
    /// Ids of the places that are measured apart, each with its region.
    places: Vec<(&'m str, usize)>,
    /// By region, then the country.
    series: Rows,
    /// By place, if they are asked for.
    by_place: Option<Rows>,
    /// What decided, tick after tick and region after region, if that is asked for.
    why: Option<Vec<Vec<f64>>>,
    events: Vec<Event>,
}

/// Rows of readings: the tick, and the values by metric.
struct Rows {
    ticks: Vec<i64>,
    values: Vec<Vec<f64>>,
}

/// What was kept of a run.
pub struct Recorded {
    /// Columns `tick`, `region`, and one for each metric; the country's row comes last in each tick.
    pub series: Table,
    /// Columns `tick`, `region`, `place` if any region is divided, `event`, `subject`, `number` and `counts`.
    pub events: Table,
    /// Columns `tick`, `region`, `place`, and one for each metric, if places were asked for.
    pub places: Option<Table>,
    /// Columns `tick`, `region`, and what decided there ([`Simulation::reasons`]), if that was asked for.
    pub why: Option<Table>,
}

impl<'m> Recorder<'m> {
    /// An empty recorder for runs of this model; `places` asks for the readings of each place as well.
    pub fn new(model: &'m dyn Simulation, places: bool) -> Recorder<'m> {
        let (regions, of) = (model.regions(), model.places());
        let rows = |areas: usize| Rows {
            ticks: Vec::with_capacity(areas * model.ticks() as usize),
            values: (0..model.metrics().len())
                .map(|_| Vec::with_capacity(areas * model.ticks() as usize))
                .collect(),
        };
        Recorder {
            model,
            series: rows(regions.len() + 1),
            by_place: (places && !of.is_empty()).then(|| rows(of.len())),
            regions,
            places: of,
            why: None,
            events: Vec::new(),
        }
    }

    /// It keeps what decided as well, if it shall.
    pub fn with_why(self, why: bool) -> Recorder<'m> {
        Recorder {
            why: why.then(Vec::new),
            ..self
        }
    }

    /// The region and the place that an area is; the whole country is all of both.
    fn names(&self, area: Option<usize>) -> [&'m str; 2] {
        match area.map(|area| (area, area.checked_sub(self.regions.len()))) {
            None => [COUNTRY, ""],
            Some((_, Some(place))) => [self.regions[self.places[place].1], self.places[place].0],
            Some((region, None)) => [self.regions[region], ""],
        }
    }

    /// What was kept.
    pub fn into_tables(self) -> Recorded {
        let text = |of: &dyn Fn(&Event) -> String| Column::Text(self.events.iter().map(of).collect());
        let mut events = vec![
            (
                "tick",
                Column::Int(self.events.iter().map(|e| i64::from(e.tick)).collect()),
            ),
            ("region", text(&|e| self.names(e.area)[0].to_owned())),
            ("event", text(&|e| e.what.name().to_owned())),
            ("subject", text(&|e| self.model.subject(e.what).to_owned())),
            ("number", Column::Float(self.events.iter().map(|e| e.number).collect())),
            ("counts", text(&|e| e.what.number().to_owned())),
        ];
        if !self.places.is_empty() {
            events.insert(2, ("place", text(&|e| self.names(e.area)[1].to_owned())));
        }
        let events = Table::new(events);
        let ids = |ids: &[&str], ticks: usize| {
            let cycle = ids.iter().cycle().take(ids.len() * ticks);
            Column::Text(cycle.map(|&id| id.to_owned()).collect())
        };
        let why = self.why.map(|rows| {
            let ticks = rows.len() / self.regions.len().max(1);
            let numbers = (0..ticks as i64).flat_map(|tick| self.regions.iter().map(move |_| tick));
            let mut columns = vec![
                ("tick", Column::Int(numbers.collect())),
                ("region", ids(&self.regions, ticks)),
            ];
            for (number, name) in self.model.reasons().iter().enumerate() {
                columns.push((name, Column::Float(rows.iter().map(|row| row[number]).collect())));
            }
            Table::new(columns)
        });
        let regions = [&self.regions[..], &[COUNTRY]].concat();
        let ticks = self.series.ticks.len() / regions.len();
        let series = vec![("region", ids(&regions, ticks))];
        let by_place = self.by_place.map(|rows| {
            let (places, of): (Vec<&str>, Vec<&str>) = self
                .places
                .iter()
                .map(|&(id, region)| (id, self.regions[region]))
                .unzip();
            rows.into_table(
                self.model,
                vec![("region", ids(&of, ticks)), ("place", ids(&places, ticks))],
            )
        });
        Recorded {
            series: self.series.into_table(self.model, series),
            events,
            places: by_place,
            why,
        }
    }
}

impl Rows {
    fn keep(&mut self, readings: &Readings, areas: impl Iterator<Item = Option<usize>>) {
        for area in areas {
            self.ticks.push(i64::from(readings.tick));
            for (&value, column) in readings.row(area).iter().zip(&mut self.values) {
                column.push(value);
            }
        }
    }

    fn into_table(self, model: &dyn Simulation, ids: Vec<(&'static str, Column)>) -> Table {
        let mut columns = vec![("tick", Column::Int(self.ticks))];
        columns.extend(ids);
        for (metric, values) in model.metrics().iter().zip(self.values) {
            let column = match metric.whole {
                true => Column::Int(values.into_iter().map(|value| value as i64).collect()),
                false => Column::Float(values),
            };
            columns.push((metric.name, column));
        }
        Table::new(columns)
    }
}

impl Observer for Recorder<'_> {
    fn tick(&mut self, readings: &Readings, events: &[Event]) -> ControlFlow<()> {
        let regions = self.regions.len();
        self.series.keep(readings, (0..regions).map(Some).chain([None]));
        if let Some(rows) = &mut self.by_place {
            rows.keep(readings, (regions..readings.areas()).map(Some));
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
