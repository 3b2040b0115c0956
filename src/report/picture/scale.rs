//! Where numbers and moments lie on the paper.

use super::super::chart;
use super::super::format;
use super::{Anchor, Ink, Picture};

/// Numbers along a line of the paper.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// The lowest and the highest number.
    pub values: (f64, f64),
    /// Where they lie.
    pub paper: (f64, f64),
}

impl Scale {
    /// Where a number lies; one beyond the ends lies at the end.
    pub fn at(&self, value: f64) -> f64 {
        let (low, high) = self.values;
        let share = if high > low {
            ((value - low) / (high - low)).clamp(0.0, 1.0)
        } else {
            0.5
        };
        self.paper.0 + share * (self.paper.1 - self.paper.0)
    }

    /// From zero to a round number that is at least the highest, with the round numbers between.
    pub fn from_zero(highest: f64, paper: (f64, f64)) -> (Scale, Vec<f64>) {
        let (step, max) = if highest > 0.0 {
            chart::scale(highest)
        } else {
            (1.0, 1.0)
        };
        let steps = (0..)
            .map(|number| f64::from(number) * step)
            .take_while(|value| *value <= max * 1.0001);
        (
            Scale {
                values: (0.0, max),
                paper,
            },
            steps.collect(),
        )
    }

    /// Around zero and all of these, with a little room.
    pub fn around_zero(values: impl IntoIterator<Item = f64>, paper: (f64, f64)) -> Scale {
        let (low, high) = values
            .into_iter()
            .filter(|value| value.is_finite())
            .fold((0.0_f64, 0.0_f64), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        let room = ((high - low) * 0.05).max(1e-9);
        Scale {
            values: (low - room, high + room),
            paper,
        }
    }
}

/// Ticks along a line of the paper.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// Where each tick begins: hours since the midnight before the first; ticks where they have no date.
    pub ticks: Vec<f64>,
    /// The end of the last.
    pub end: f64,
    /// The days, each from and to, with what it is called; none where ticks have no date.
    pub days: Vec<(f64, f64, String)>,
    /// The hours of darkness, from and to.
    pub nights: Vec<(f64, f64)>,
}

impl Timeline {
    /// Of ticks that begin at these local times, ISO 8601, where the sun rises and sets so many minutes after midnight.
    pub fn of(times: &[String], daylight: Option<(f64, f64)>) -> Timeline {
        let undated = || Timeline {
            ticks: (0..times.len()).map(|tick| tick as f64).collect(),
            end: times.len() as f64,
            days: Vec::new(),
            nights: Vec::new(),
        };
        let Some(first) = times.first().and_then(|time| format::civil(time)) else {
            return undated();
        };
        let midnight = first.date().to_datetime(jiff::civil::Time::midnight());
        let hours = |time: &String| Some(format::civil(time)?.duration_since(midnight).as_secs_f64() / 3600.0);
        let Some(ticks) = times.iter().map(hours).collect::<Option<Vec<f64>>>() else {
            return undated();
        };
        let step = if ticks.len() > 1 { ticks[1] - ticks[0] } else { 1.0 };
        let end = ticks.last().copied().unwrap_or(0.0) + step;
        let days: Vec<(f64, f64, String)> = (0..)
            .map(|day| f64::from(day) * 24.0)
            .take_while(|from| *from < end)
            .map(|from| {
                let date = midnight + jiff::SignedDuration::from_hours(from as i64);
                (from, (from + 24.0).min(end), date.strftime("%-d %b").to_string())
            })
            .collect();
        let mut nights = Vec::new();
        if let Some((rise, set)) = daylight
            .map(|(rise, set)| (rise / 60.0, set / 60.0))
            .filter(|(rise, set)| rise < set)
        {
            for (from, _, _) in &days {
                nights.push((*from, (from + rise).min(end)));
                nights.push(((from + set).min(end), (from + 24.0).min(end)));
            }
        }
        Timeline {
            ticks,
            end,
            days,
            nights,
        }
    }

    /// Where its moments lie between these places; it begins with the first tick.
    pub fn scale(&self, paper: (f64, f64)) -> Scale {
        Scale {
            values: (self.ticks.first().copied().unwrap_or(0.0), self.end),
            paper,
        }
    }

    /// Draw nights, days and what they are called: from a top to a bottom, the words below.
    pub fn draw(&self, picture: &mut Picture, scale: &Scale, top: f64, bottom: f64) {
        for &(from, to) in &self.nights {
            let (from, to) = (scale.at(from), scale.at(to));
            if to > from {
                picture.rect((from, top), (to - from, bottom - top), Ink::Night, "");
            }
        }
        if self.days.is_empty() {
            let steps = Scale::from_zero(self.end, scale.paper).1;
            for step in steps.into_iter().filter(|step| *step <= self.end) {
                let x = scale.at(step);
                picture.line(vec![(x, top), (x, bottom)], Ink::Grid);
                let anchor = if x > scale.paper.1 - 20.0 {
                    Anchor::End
                } else {
                    Anchor::Middle
                };
                picture.text((x, bottom + 16.0), 12.0, anchor, Ink::Quiet, format::number(step));
            }
            return;
        }
        let each = (self.days.len() as f64 * 52.0 / (scale.paper.1 - scale.paper.0))
            .ceil()
            .max(1.0) as usize;
        for (number, (from, to, name)) in self.days.iter().enumerate() {
            let (from, to) = (scale.at(*from), scale.at(*to));
            picture.line(vec![(from, top), (from, bottom + 4.0)], Ink::Grid);
            if number % each == 0 && to - from > 20.0 {
                picture.text(
                    ((from + to) / 2.0, bottom + 16.0),
                    12.0,
                    Anchor::Middle,
                    Ink::Quiet,
                    name.clone(),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_nights_follow_from_the_times_of_the_ticks() {
        let times: Vec<String> = (0..48)
            .map(|tick| format!("2022-01-{:02}T{:02}:00:00+06:00", 5 + tick / 24, tick % 24))
            .collect();
        let timeline = Timeline::of(&times, Some((8.0 * 60.0, 17.0 * 60.0)));
        assert_eq!(timeline.end, 48.0);
        assert_eq!(timeline.days[1], (24.0, 48.0, "6 Jan".to_owned()));
        assert_eq!(timeline.nights[..2], [(0.0, 8.0), (17.0, 24.0)]);
        assert_eq!(timeline.scale((100.0, 580.0)).at(12.0), 220.0);
    }

    #[test]
    fn ticks_without_dates_are_counted() {
        let timeline = Timeline::of(&vec![String::new(); 3], Some((1.0, 2.0)));
        assert_eq!(
            (timeline.ticks, timeline.end, timeline.days.len()),
            (vec![0.0, 1.0, 2.0], 3.0, 0)
        );
    }
}
