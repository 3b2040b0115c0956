//! Dates and durations between two others, in whole minutes.

use jiff::ToSpan;
use jiff::civil::DateTime;

/// The moment or duration at a place from 0 to 1 between two; `from` itself where they are neither.
pub fn between(from: &str, to: &str, place: f64) -> String {
    if let (Some(from), Some(to)) = (date(from), date(to)) {
        let minutes = from.duration_until(to).as_mins() as f64;
        let at = from.saturating_add((libm::round(place * minutes) as i64).minutes());
        return at.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    }
    match (minutes(from), minutes(to)) {
        (Some(low), Some(high)) => format!("{}m", libm::round(low + place * (high - low)) as i64),
        _ => from.to_owned(),
    }
}

/// Whether a text is a date and time, or a duration with its unit.
pub fn is_one(text: &str) -> bool {
    date(text).is_some() || minutes(text).is_some()
}

/// Whether the second is later or longer than the first, and of its kind.
pub fn rising(from: &str, to: &str) -> bool {
    match (date(from), date(to)) {
        (Some(from), Some(to)) => from < to,
        _ => minutes(from).zip(minutes(to)).is_some_and(|(from, to)| from < to),
    }
}

fn date(text: &str) -> Option<DateTime> {
    text.parse().ok().filter(|_| text.contains('-'))
}

/// A number with `m`, `h` or `d`.
fn minutes(text: &str) -> Option<f64> {
    let unit = match text.chars().last()? {
        'm' => 1.0,
        'h' => 60.0,
        'd' => 1440.0,
        _ => return None,
    };
    let number: f64 = text[..text.len() - 1].parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_between_dates_is_a_date_and_one_between_durations_a_duration() {
        let dates = |place| between("2030-03-04T20:00:00", "2030-03-06T20:00:00", place);
        assert_eq!(dates(0.0), "2030-03-04T20:00:00");
        assert_eq!(dates(0.5), "2030-03-05T20:00:00");
        assert_eq!(dates(1.0), "2030-03-06T20:00:00");
        assert_eq!(between("0h", "2d", 0.5), "1440m");
        assert!(rising("12h", "1d") && !rising("1d", "24h") && !rising("1d", "2030-03-04T20:00:00"));
        assert!(is_one("2030-03-04T20:00:00") && is_one("12h") && !is_one("0.5"));
    }
}
