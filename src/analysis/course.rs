//! One replicate over time, for the whole country or a region of it.

use super::replicate::{COUNTRY, column};
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
        Course::of_region(series, COUNTRY)
    }

    /// The rows of a region.
    ///
    /// # Panics
    /// As [`Course::of`].
    pub fn of_region(series: &'t Table, id: &str) -> Course<'t> {
        let region = column(series, "region");
        let rows = (0..series.rows()).filter(|&row| region.text(row) == id).collect();
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
    pub fn values(&self, metric: &str) -> Vec<f64> {
        let column = column(self.series, metric);
        self.rows.iter().map(|&row| column.number(row)).collect()
    }

    /// The largest value of a metric and the first tick that has it; `None` if it is never above zero.
    ///
    /// # Panics
    /// If the series lacks it.
    pub fn peak(&self, metric: &str) -> Option<(usize, f64)> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;

    #[test]
    fn a_peak_is_its_first_tick_nobody_out_is_none_and_days_end_at_midnight() {
        let texts = |values: [&str; 3]| Column::Text(values.map(str::to_owned).to_vec());
        let hours = [
            "2022-01-05T22:00:00+06:00",
            "2022-01-05T23:00:00+06:00",
            "2022-01-06T00:00:00+06:00",
        ];
        let series = Table::new(vec![
            ("time", texts(hours)),
            ("region", texts([COUNTRY; 3])),
            ("out", Column::Float(vec![10.0, 30.0, 30.0])),
            ("violent", Column::Float(vec![0.0; 3])),
        ]);
        let course = Course::of(&series);
        assert_eq!(course.peak("out"), Some((1, 30.0)));
        assert_eq!(course.peak("violent"), None);
        assert_eq!(course.day_ends(), [1, 2]);
    }
}
