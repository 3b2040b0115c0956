//! One replicate over time, for the whole country.

use super::replicate::{COUNTRY, column};
use crate::metric::Metric;
use crate::table::Table;

/// The country's rows of one replicate's series, in the order of time.
pub struct Course<'t> {
    series: &'t Table,
    rows: Vec<usize>,
}

impl<'t> Course<'t> {
    /// The country's rows of a series, which is of one replicate.
    ///
    /// # Panics
    /// If the series lacks the columns `time` and `region`.
    pub fn of(series: &'t Table) -> Course<'t> {
        let region = column(series, "region");
        let rows = (0..series.rows()).filter(|&row| region.text(row) == COUNTRY).collect();
        Course { series, rows }
    }

    /// Number of ticks.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has no ticks.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Local date and hour at the start of a tick, ISO 8601.
    ///
    /// # Panics
    /// If there is no such tick.
    pub fn time(&self, tick: usize) -> &'t str {
        column(self.series, "time").text(self.rows[tick])
    }

    /// A metric, one value per tick.
    ///
    /// # Panics
    /// If the series lacks it.
    pub fn values(&self, metric: Metric) -> Vec<f64> {
        self.column(metric.name())
    }

    /// A column of numbers, one value per tick.
    ///
    /// # Panics
    /// If the series lacks it.
    pub fn column(&self, name: &str) -> Vec<f64> {
        let column = column(self.series, name);
        self.rows.iter().map(|&row| column.number(row)).collect()
    }

    /// A metric at the end; zero if there are no ticks.
    ///
    /// # Panics
    /// If the series lacks it.
    pub fn last(&self, metric: Metric) -> f64 {
        self.rows
            .last()
            .map_or(0.0, |&row| column(self.series, metric.name()).number(row))
    }

    /// The largest value of a metric and the first tick that has it; `None` if it is never above zero.
    ///
    /// # Panics
    /// If the series lacks it.
    pub fn peak(&self, metric: Metric) -> Option<(usize, f64)> {
        let mut peak = None;
        for (tick, value) in self.values(metric).into_iter().enumerate() {
            if value > peak.map_or(0.0, |(_, highest)| highest) {
                peak = Some((tick, value));
            }
        }
        peak
    }

    /// The last tick of each local day; of the last day too, even if it is not over.
    pub fn day_ends(&self) -> Vec<usize> {
        let date = |tick: usize| self.time(tick).get(..10);
        let ends = |&tick: &usize| tick + 1 == self.len() || date(tick) != date(tick + 1);
        (0..self.len()).filter(ends).collect()
    }
}
