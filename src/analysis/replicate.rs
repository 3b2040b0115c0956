//! The tables of one replicate, opened once for many questions: which row is of which tick and region.

use std::collections::BTreeSet;
use std::ops::Range;

use jiff::civil::DateTime;

use crate::table::{Column, Table};

/// The region of the country's rows in a series.
pub const COUNTRY: &str = "all";

/// The series and the events of one replicate.
pub struct Replicate<'t> {
    series: Rows<'t>,
    places: Option<Rows<'t>>,
    events: Events<'t>,
    start: Option<DateTime>,
    tick_minutes: f64,
}

/// A table of one row per tick and region, or per tick and place.
pub struct Rows<'t> {
    table: &'t Table,
    /// Those of each tick, in the order of the rows.
    ids: Vec<&'t str>,
}

impl<'t> Rows<'t> {
    /// Those of a table whose column of this name tells of whom each row is.
    ///
    /// # Panics
    /// If there is no such column, or if not every tick has the same ids in the same order.
    fn of(table: &'t Table, name: &str) -> Rows<'t> {
        let column = column(table, name);
        let all = (0..table.rows()).map(|row| column.text(row));
        let repeats = all
            .clone()
            .skip(1)
            .position(|id| id == column.text(0))
            .map_or(table.rows(), |at| at + 1);
        let ids: Vec<&str> = all.clone().take(repeats).collect();
        let same = all.zip(ids.iter().cycle()).all(|(id, &expected)| id == expected);
        assert!(
            same && (ids.is_empty() || table.rows().is_multiple_of(ids.len())),
            "every tick of a series has the same {name}s"
        );
        Rows { table, ids }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The id of one of them.
    ///
    /// # Panics
    /// If there is no such index.
    pub fn id(&self, at: usize) -> &'t str {
        self.ids[at]
    }

    /// The index of a region or place, or of the whole country by its name [`COUNTRY`].
    pub fn find(&self, id: &str) -> Option<usize> {
        self.ids.iter().position(|name| *name == id)
    }

    /// The values of a metric, by tick and index.
    ///
    /// # Panics
    /// If the table lacks the metric; and, when it is asked, if there is no such tick or index.
    pub fn values(&self, metric: &str) -> impl Fn(usize, usize) -> f64 + use<'t> {
        let (column, stride) = (column(self.table, metric), self.ids.len());
        move |tick, at| column.number(tick * stride + at)
    }
}

impl<'t> Replicate<'t> {
    /// Open the tables of one replicate.
    ///
    /// # Panics
    /// If a table lacks a column of `series.csv` or `events.csv`, or if not every tick of the series has the same
    /// regions in the same order.
    pub fn of(series: &'t Table, events: &'t Table) -> Replicate<'t> {
        let (rows, time) = (Rows::of(series, "region"), column(series, "time"));
        // All ticks are equally long and keep one offset, so two moments tell all others.
        let local = |tick: usize| -> Option<DateTime> {
            let row = tick * rows.ids.len();
            (row < series.rows())
                .then(|| time.text(row).get(..19)?.parse().ok())
                .flatten()
        };
        let (start, second) = (local(0), local(1));
        let tick_minutes = match (start, second) {
            (Some(start), Some(second)) => second.duration_since(start).as_secs_f64() / 60.0,
            _ => 60.0,
        };
        Replicate {
            series: rows,
            places: None,
            events: Events::of(events),
            start,
            tick_minutes,
        }
    }

    /// With the table of its places, if there is one.
    ///
    /// # Panics
    /// If it lacks the column `place`, or if not every tick has the same places in the same order.
    #[must_use]
    pub fn with_places(self, places: Option<&'t Table>) -> Replicate<'t> {
        Replicate {
            places: places.map(|table| Rows::of(table, "place")),
            ..self
        }
    }

    /// Number of ticks.
    pub fn ticks(&self) -> usize {
        self.series.table.rows().checked_div(self.series.ids.len()).unwrap_or(0)
    }

    /// Length of a tick in hours; an hour where there is but one tick.
    pub fn tick_hours(&self) -> f64 {
        self.tick_minutes / 60.0
    }

    /// Its rows by region and, last, of the country.
    pub fn series(&self) -> &Rows<'t> {
        &self.series
    }

    /// Its rows by place, if it has them.
    pub fn places(&self) -> Option<&Rows<'t>> {
        self.places.as_ref()
    }

    /// The regions, as indices for the values of its series; the country is not among them.
    pub fn regions(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.series.ids.len()).filter(|&region| self.series.ids[region] != COUNTRY)
    }

    /// The id of a region.
    ///
    /// # Panics
    /// If there is no such region.
    pub fn id(&self, region: usize) -> &'t str {
        self.series.ids[region]
    }

    /// Hours from the start to a local time; negative before the start, not a number where there are no ticks.
    pub fn hours(&self, time: DateTime) -> f64 {
        let since = |start| time.duration_since(start).as_secs_f64() / 3600.0;
        self.start.map_or(f64::NAN, since)
    }

    /// The ticks that start at or after one local time and before another.
    pub fn ticks_between(&self, from: Option<DateTime>, to: Option<DateTime>) -> Range<usize> {
        let ticks = self.ticks();
        let first_from = |time| {
            let ticks_since = self.hours(time) / self.tick_hours();
            // A cast of what is negative, or not a number, is zero.
            (libm::ceil(ticks_since) as usize).min(ticks)
        };
        let start = from.map_or(0, first_from);
        start..to.map_or(ticks, first_from).max(start)
    }

    /// The tick in which a local time lies, as a range; an empty one if it is not covered.
    pub fn tick_at(&self, time: DateTime) -> Range<usize> {
        let tick = libm::floor(self.hours(time) / self.tick_hours());
        match tick >= 0.0 && tick < self.ticks() as f64 {
            true => tick as usize..tick as usize + 1,
            false => 0..0,
        }
    }

    /// Its events.
    pub fn events(&self) -> &Events<'t> {
        &self.events
    }
}

/// The columns of events that questions are about.
pub struct Events<'t> {
    tick: &'t Column,
    region: &'t Column,
    /// Where no region is divided, there is none.
    place: Option<&'t Column>,
    event: &'t Column,
    subject: &'t Column,
}

/// One event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event<'t> {
    /// The tick, from 0.
    pub tick: usize,
    /// Where; [`COUNTRY`] if everywhere.
    pub region: &'t str,
    /// The place of the region in which it is; empty where it is in no one place, or where no region is divided.
    pub place: &'t str,
    /// What.
    pub event: &'t str,
    /// The id of the site, action or contingent; empty where there is none.
    pub subject: &'t str,
}

impl<'t> Event<'t> {
    /// The id of the place in which it is, or else of the region.
    pub fn at(&self) -> &'t str {
        if self.place.is_empty() { self.region } else { self.place }
    }
}

impl<'t> Events<'t> {
    /// The events of a table.
    ///
    /// # Panics
    /// If the table lacks a column of `events.csv`.
    pub fn of(events: &'t Table) -> Events<'t> {
        let [tick, region, event, subject] = ["tick", "region", "event", "subject"].map(|name| column(events, name));
        Events {
            tick,
            region,
            place: events.column("place"),
            event,
            subject,
        }
    }

    /// Every event, in the order of time.
    pub fn iter(&self) -> impl Iterator<Item = Event<'t>> + '_ {
        (0..self.event.len()).map(|row| Event {
            tick: self.tick.number(row) as usize,
            region: self.region.text(row),
            place: self.place.map_or("", |place| place.text(row)),
            event: self.event.text(row),
            subject: self.subject.text(row),
        })
    }

    /// In how many regions this happened.
    pub fn regions_with(&self, what: &str) -> usize {
        let there = self.iter().filter(|event| event.event == what);
        there.map(|event| event.region).collect::<BTreeSet<_>>().len()
    }
}

/// A column that every table of its kind has.
///
/// # Panics
/// If it has not.
pub(super) fn column<'t>(table: &'t Table, name: &str) -> &'t Column {
    table
        .column(name)
        .unwrap_or_else(|| panic!("the table has a column `{name}`"))
}
