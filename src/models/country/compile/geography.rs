//! How far regions are from each other, and how much the crowd in one is seen in another.

use crate::sim::model::Region;

use crate::document::check::Names;
use crate::document::form::To;
use crate::document::problem::{Place, Problem};
use crate::document::tree::{Node, Table};
use crate::document::view::View;

/// Mean radius of the Earth in km.
const EARTH: f64 = 6371.0088;

/// What a model knows of the space between its regions, each a square table of regions by regions.
pub struct Geography {
    /// See [`crate::sim::model::Model::ties`].
    pub ties: Vec<f64>,
    /// See [`crate::sim::model::Model::distances`].
    pub distances: Vec<f64>,
}

/// How ties follow from distance and size.
#[derive(Clone, Copy)]
struct Law {
    distance: f64,
    decay: f64,
    size: f64,
}

impl Law {
    fn tie(self, km: f64, population: u32, largest: u32) -> f64 {
        let near = 1.0 / (1.0 + libm::pow(km / self.distance, self.decay));
        near * libm::pow(f64::from(population) / f64::from(largest), self.size)
    }
}

impl Geography {
    /// That of a document.
    pub fn of(root: &View<'_>, regions: &[Region], names: &Names<'_>, problems: &mut Vec<Problem>) -> Geography {
        let n = regions.len();
        let (empty, nowhere) = (Table::default(), Place::new(0, 0..0));
        let ties = root.given("ties").and_then(Node::table).unwrap_or(&empty);
        let ties = root.section("ties", ties, &nowhere);
        let law = Law {
            distance: ties.number("distance"),
            decay: ties.number("decay"),
            size: ties.number("size"),
        };
        let positions: Vec<_> = root
            .inner_entries("region")
            .map(|region| position(&region, n, problems))
            .collect();
        let largest = regions.iter().map(|region| region.population).max().unwrap_or(1);
        let mut geography = Geography {
            ties: vec![1.0; n * n],
            distances: vec![0.0; n * n],
        };
        for (to, here) in positions.iter().enumerate() {
            for (from, there) in positions.iter().enumerate().filter(|(from, _)| *from != to) {
                let km = haversine(*here, *there);
                geography.distances[to * n + from] = km;
                geography.ties[to * n + from] = law.tie(km, regions[from].population, largest);
            }
        }
        geography.override_ties(root, n, names, problems);
        geography
    }

    fn override_ties(&mut self, root: &View<'_>, n: usize, names: &Names<'_>, problems: &mut Vec<Problem>) {
        let mut set_by: Vec<Option<String>> = vec![None; n * n];
        for tie in root.inner_entries("tie") {
            let ends = (
                tie.reference("from", To::Region, names),
                tie.reference("to", To::Region, names),
            );
            let (Some(from), Some(to)) = ends else { continue };
            if from == to {
                let problem = Problem::at(tie.place("to"), "a tie leads from one region to another");
                problems.push(problem.label("the same region as `from`"));
                continue;
            }
            let both = tie.flag_given("both").unwrap_or(true);
            for at in [to * n + from].into_iter().chain(both.then_some(from * n + to)) {
                if let Some(other) = &set_by[at] {
                    let message = format!("the tie `{other}` sets the same two regions already");
                    let help = "`both = false` makes a tie hold one way only";
                    problems.push(
                        Problem::at(tie.home, message)
                            .label("a second strength for one tie")
                            .help(help),
                    );
                    break;
                }
                set_by[at] = Some(tie.text("id"));
                self.ties[at] = tie.number("strength");
            }
        }
    }
}

/// Whether positions are written longitude first, as in GeoJSON: then it is their first number that fits the clock of
/// the country, of which an hour is fifteen degrees, and by far. Civil time is nowhere more than some 35 degrees off.
pub fn tell_swapped(root: &View<'_>, hours_ahead: f64, problems: &mut Vec<Problem>) {
    let meridian = 15.0 * hours_ahead;
    let written = root
        .inner_entries("region")
        .filter_map(|region| region.given("position"));
    let positions: Vec<&Node> = written.filter(|node| node.list().len() == 2).collect();
    let on_the_globe = |node: &&Node| degrees(node).0.abs() <= 90.0 && degrees(node).1.abs() <= 180.0;
    let Some(first) = positions.first().filter(|_| hours_ahead != 0.0) else {
        return;
    };
    if !positions.iter().all(on_the_globe) {
        return;
    }
    let off = |get: fn((f64, f64)) -> f64| {
        let sum: f64 = positions.iter().map(|node| (get(degrees(node)) - meridian).abs()).sum();
        sum / positions.len() as f64
    };
    let (by_first, by_second) = (off(|position| position.0), off(|position| position.1));
    if by_second > 35.0 && by_first < by_second - 10.0 {
        let problem = Problem::at(&first.place, "positions look swapped: longitude first");
        let help = "a position is latitude and then longitude; GeoJSON has them the other way round";
        let label = format!("clocks here fit a longitude of {meridian:.0}");
        problems.push(problem.label(label).help(help).warning());
    }
}

/// Latitude and longitude in degrees; a single region may leave them out.
fn position(region: &View<'_>, regions: usize, problems: &mut Vec<Problem>) -> (f64, f64) {
    let Some(node) = region.given("position") else {
        if regions > 1 {
            let problem = Problem::at(region.home, "`region.position` is missing").label("this has no `position`");
            let help = "add `position`: latitude and longitude in degrees, such as [43.2, 76.9]";
            let why = "a single region may leave it out; between several, distances and ties follow from it";
            problems.push(problem.help(help).help(why));
        }
        return (0.0, 0.0);
    };
    degrees(node)
}

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
fn haversine(a: (f64, f64), b: (f64, f64)) -> f64 {
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

    #[test]
    fn a_tie_halves_at_its_distance_and_shrinks_with_the_size_of_the_place_that_is_seen() {
        let law = Law {
            distance: 300.0,
            decay: 1.5,
            size: 0.5,
        };
        assert_eq!(law.tie(300.0, 100, 100), 0.5);
        assert_eq!(law.tie(0.0, 25, 100), 0.5);
        assert!(law.tie(3000.0, 100, 100) < 0.04);
    }
}
