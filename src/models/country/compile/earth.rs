//! Positions on the globe: how far apart they are, and when it is light there.

use crate::document::tree::Node;

/// Mean radius of the Earth in km.
const EARTH: f64 = 6371.0088;

/// The two numbers of a position.
pub fn degrees(position: &Node) -> (f64, f64) {
    match position.list() {
        [latitude, longitude] => (latitude.number().unwrap_or(0.0), longitude.number().unwrap_or(0.0)),
        _ => (0.0, 0.0),
    }
}

/// Sunrise and sunset on this date at a place of a clock that is so many hours ahead of UTC, minutes after midnight.
/// Declination by Cooper (1969); without refraction and the equation of time, so right to about a quarter of an hour.
pub fn daylight(position: (f64, f64), day_of_year: i16, ahead_of_utc: f64) -> (f64, f64) {
    let turned = std::f64::consts::TAU * (284.0 + f64::from(day_of_year)) / 365.0;
    let declination = 23.45_f64.to_radians() * libm::sin(turned);
    let cosine = -libm::tan(position.0.to_radians()) * libm::tan(declination);
    let half_day = libm::acos(cosine.clamp(-1.0, 1.0)) / std::f64::consts::PI * 720.0;
    let noon = 60.0 * (12.0 - position.1 / 15.0 + ahead_of_utc);
    (
        (noon - half_day).rem_euclid(1440.0),
        (noon + half_day).rem_euclid(1440.0),
    )
}

/// Distance along the surface of the Earth in km between two points of latitude and longitude in degrees.
pub fn haversine(a: (f64, f64), b: (f64, f64)) -> f64 {
    let half = |degrees: f64| libm::sin(degrees.to_radians() / 2.0);
    let (north, east) = (half(b.0 - a.0), half(b.1 - a.1));
    let cosines = libm::cos(a.0.to_radians()) * libm::cos(b.0.to_radians());
    2.0 * EARTH * libm::asin(libm::sqrt(north * north + cosines * east * east).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn almaty_and_astana_are_about_970_km_apart_both_ways() {
        let (almaty, astana) = ((43.24, 76.89), (51.17, 71.43));
        let km = haversine(almaty, astana);
        assert!((960.0..980.0).contains(&km), "{km}");
        assert_eq!(km, haversine(astana, almaty));
        assert_eq!(haversine(almaty, almaty), 0.0);
        assert!(
            (haversine((90.0, 0.0), (-90.0, 0.0)) - 20015.1).abs() < 0.1,
            "half of a meridian circle"
        );
    }

    #[test]
    fn the_sun_sets_in_almaty_at_half_past_five_in_early_january_and_hardly_sets_in_a_northern_june() {
        let almaty = daylight((43.24, 76.89), 4, 6.0);
        assert!(
            (almaty.0 - 505.0).abs() < 15.0 && (almaty.1 - 1049.0).abs() < 15.0,
            "{almaty:?}"
        );
        let (rise, set) = daylight((65.0, 0.0), 172, 0.0);
        assert!((rise - 86.0).abs() < 5.0 && (set - 1354.0).abs() < 5.0, "{rise} {set}");
        assert_eq!(daylight((0.0, 90.0), 4, 6.0), (360.0, 1080.0));
    }
}
