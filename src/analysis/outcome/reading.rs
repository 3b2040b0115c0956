//! Outcomes that are nothing but a metric at one moment: they have a place on a curve over time.

use jiff::civil::DateTime;

use super::{Node, Outcome, OverTime, Window};
use crate::analysis::replicate::COUNTRY;

/// A metric of the whole at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The name of the metric.
    pub metric: String,
    moment: Window,
}

impl Outcome {
    /// The reading that it is; `None` if it is of a region or place, or more than one reading.
    pub fn reading(&self) -> Option<Reading> {
        match &self.0 {
            Node::Metric {
                over: OverTime::Last,
                metric,
                scope,
                ..
            } if scope.places.is_empty() && scope.regions.iter().all(|region| region.text == COUNTRY) => {
                Some(Reading {
                    metric: metric.text.clone(),
                    moment: scope.window,
                })
            }
            _ => None,
        }
    }
}

impl Reading {
    /// Its tick among those that begin at these local times, ISO 8601; `None` if they do not cover it.
    pub fn tick(&self, times: &[String]) -> Option<usize> {
        let time = |tick: &usize| times[*tick].get(..19)?.parse::<DateTime>().ok();
        let at = |tick: &usize| {
            let (start, next) = (time(tick), time(&(tick + 1).min(times.len() - 1)));
            match self.moment {
                Window::Date(date) => start.is_some_and(|start| start.date() == date),
                Window::Time(moment) => {
                    start.is_some_and(|start| start <= moment) && next.is_some_and(|next| moment < next)
                }
                Window::Span(_, to) => start.is_some_and(|start| to.is_none_or(|to| start < to)),
            }
        };
        (0..times.len()).rev().find(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_metric_at_a_moment_has_a_tick() {
        let times: Vec<String> = (0..48)
            .map(|tick| format!("2022-01-{:02}T{:02}:00:00+06:00", 5 + tick / 24, tick % 24))
            .collect();
        let tick = |text: &str| Outcome::parse(text).unwrap().reading()?.tick(&times);
        assert_eq!(tick("day(participants_today, date=2022-01-05)"), Some(23));
        assert_eq!(tick("at(detained_total, time=2022-01-06T00:00)"), Some(24));
        assert_eq!(tick("last(damage)"), Some(47));
        for other in [
            "peak(participants)",
            "day(violent, date=2022-01-09)",
            "day(violent, region=almaty, date=2022-01-05)",
            "1 - last(damage)",
        ] {
            assert_eq!(tick(other), None, "{other}");
        }
    }
}
