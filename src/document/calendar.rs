//! Ticks and local time. A scenario has one clock: it starts at a local time of a zone and keeps the offset that
//! holds there at the start, so that all ticks are equally long and an hour of the day is what the engine takes it for.

use jiff::civil::{self, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, SpanRelativeTo, ToSpan, Unit};
use toml::value::Datetime;

/// The local times of ticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Local time at which tick 0 starts.
    pub start: DateTime,
    /// IANA name of the zone.
    pub zone: String,
    /// Length of a tick in minutes.
    pub tick_minutes: u32,
    offset: Offset,
    dated: bool,
}

impl Calendar {
    /// The clock that starts at this local time. Says why if the zone is unknown or has no such time.
    pub fn new(start: DateTime, zone: &str, tick_minutes: u32) -> Result<Calendar, String> {
        let found = TimeZone::get(zone).map_err(|_| format!("there is no time zone `{zone}`"))?;
        let ambiguous = found.to_ambiguous_zoned(start);
        if matches!(ambiguous.offset(), jiff::tz::AmbiguousOffset::Gap { .. }) {
            return Err(format!("clocks in {zone} jump over this time"));
        }
        let zoned = ambiguous.compatible().map_err(|error| error.to_string())?;
        Ok(Calendar {
            start,
            zone: zone.to_string(),
            tick_minutes,
            offset: zoned.offset(),
            dated: true,
        })
    }

    /// A clock for a scenario whose own is wrong, so that the rest of it can still be judged.
    pub fn fallback() -> Calendar {
        Calendar {
            start: DateTime::constant(2000, 1, 1, 0, 0, 0, 0),
            zone: "UTC".to_string(),
            tick_minutes: 60,
            offset: Offset::UTC,
            dated: true,
        }
    }

    /// The clock of a model whose ticks are no dates.
    pub fn undated() -> Calendar {
        Calendar {
            dated: false,
            ..Calendar::fallback()
        }
    }

    /// Whether ticks are dates at all.
    pub fn is_dated(&self) -> bool {
        self.dated
    }

    /// Local time at the start of a tick.
    pub fn local(&self, tick: u32) -> DateTime {
        let minutes = i64::from(tick) * i64::from(self.tick_minutes);
        self.start.saturating_add(minutes.minutes())
    }

    /// The start of a tick in full, as in `2022-01-05T16:00:00+06:00`; empty where ticks have no date.
    pub fn iso(&self, tick: u32) -> String {
        if !self.dated {
            return String::new();
        }
        let seconds = self.offset.seconds();
        let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
        let local = self.local(tick).strftime("%Y-%m-%dT%H:%M:%S");
        format!("{local}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// The start of a tick for people, as in `5 Jan 16:00`; where ticks have no date, as in `tick 7`.
    pub fn short(&self, tick: u32) -> String {
        if !self.dated {
            return format!("tick {tick}");
        }
        self.local(tick).strftime("%-d %b %H:%M").to_string()
    }

    /// Hours that this clock is ahead of universal time.
    pub fn hours_ahead_of_utc(&self) -> f64 {
        f64::from(self.offset.seconds()) / 3600.0
    }

    /// Hours from the start of the run to the start of a tick.
    pub fn hours_after_start(&self, tick: u32) -> f64 {
        f64::from(tick) * f64::from(self.tick_minutes) / 60.0
    }

    /// The tick that contains a local time; `None` before the start.
    pub fn tick_of(&self, time: DateTime) -> Option<u32> {
        let minutes = time.duration_since(self.start).as_secs().div_euclid(60);
        let late = time.duration_since(self.start).is_negative();
        if late {
            None
        } else {
            u32::try_from(minutes / i64::from(self.tick_minutes)).ok()
        }
    }

    /// Ticks that last at least so many minutes.
    pub fn ticks_for(&self, minutes: f64) -> u32 {
        // A hair less, so that a whole number of ticks written as a fraction of hours stays what it is.
        libm::ceil(minutes / f64::from(self.tick_minutes) - 1e-9).max(0.0) as u32
    }
}

/// A TOML date, with a time or at midnight, as a local time; `None` for a time of day alone or with an offset.
pub fn civil(time: &Datetime) -> Option<DateTime> {
    let (date, time) = (time.date.filter(|_| time.offset.is_none())?, time.time);
    let day = civil::Date::new(date.year as i16, date.month as i8, date.day as i8).ok()?;
    let Some(time) = time else {
        return Some(day.at(0, 0, 0, 0));
    };
    let nanosecond = time.nanosecond.unwrap_or(0) as i32;
    civil::Time::new(
        time.hour as i8,
        time.minute as i8,
        time.second.unwrap_or(0) as i8,
        nanosecond,
    )
    .ok()
    .map(|time| day.to_datetime(time))
}

/// Minutes in a duration in words such as "30m", "6h", "2d 4h" or "180 days"; a day is 24 hours. Says what is wrong.
pub fn minutes(text: &str) -> Result<f64, String> {
    let span: Span = text.parse().map_err(|_| "not a duration".to_string())?;
    if span.get_years() != 0 || span.get_months() != 0 {
        return Err("months and years are not equally long; count in days".to_string());
    }
    let minutes = span
        .total((Unit::Minute, SpanRelativeTo::days_are_24_hours()))
        .map_err(|e| e.to_string())?;
    if minutes < 0.0 {
        Err("a duration cannot be negative".to_string())
    } else {
        Ok(minutes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn almaty(tick_minutes: u32) -> Calendar {
        Calendar::new(civil::date(2022, 1, 1).at(0, 0, 0, 0), "Asia/Almaty", tick_minutes).unwrap()
    }

    #[test]
    fn a_tick_is_a_local_time_with_the_offset_of_its_zone() {
        let calendar = almaty(60);
        assert_eq!(calendar.iso(4 * 24 + 16), "2022-01-05T16:00:00+06:00");
        assert_eq!(calendar.short(4 * 24 + 16), "5 Jan 16:00");
        assert_eq!(almaty(30).hours_after_start(5), 2.5);
    }

    #[test]
    fn a_time_belongs_to_the_tick_that_contains_it() {
        let calendar = almaty(60);
        let at = |hour, minute| calendar.tick_of(civil::date(2022, 1, 2).at(hour, minute, 0, 0));
        assert_eq!((at(0, 0), at(0, 59), at(1, 0)), (Some(24), Some(24), Some(25)));
        assert_eq!(calendar.tick_of(civil::date(2021, 12, 31).at(23, 59, 59, 0)), None);
    }

    #[test]
    fn a_length_of_time_is_rounded_up_to_ticks() {
        let calendar = almaty(60);
        let ticks = |text| calendar.ticks_for(minutes(text).unwrap());
        assert_eq!(
            (
                ticks("0h"),
                ticks("30m"),
                ticks("6h"),
                ticks("2d 4h"),
                ticks("180 days")
            ),
            (0, 1, 6, 52, 4320)
        );
        assert_eq!(almaty(6).ticks_for(0.1 * 60.0), 1);
    }

    #[test]
    fn a_duration_without_a_fixed_length_or_below_nothing_is_refused() {
        for text in ["2 months", "1y", "-3h", "soon", "6"] {
            assert!(minutes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_time_that_clocks_jump_over_is_no_start() {
        let start = civil::date(2022, 3, 27).at(2, 30, 0, 0);
        assert!(
            Calendar::new(start, "Europe/Berlin", 60)
                .unwrap_err()
                .contains("jump over")
        );
    }

    #[test]
    fn the_clock_keeps_the_offset_of_the_start_through_a_change_to_summer_time() {
        let start = civil::date(2022, 3, 27).at(0, 0, 0, 0);
        let calendar = Calendar::new(start, "Europe/Berlin", 60).unwrap();
        assert_eq!(calendar.iso(6), "2022-03-27T06:00:00+01:00");
    }
}
