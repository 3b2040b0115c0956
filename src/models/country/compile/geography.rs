//! How far places are from each other, and how much the crowd in one is seen in another.

use crate::sim::model::Region;

use super::super::words::{TO_AREA, TO_REGION};
use super::earth::{degrees, haversine};
use super::places::Places;
use crate::document::check::Names;
use crate::document::problem::{Place, Problem};
use crate::document::tree::{Node, Table};
use crate::document::view::View;

/// What a model knows of the space between its places, each a square table of places by places.
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
    fn near(self, km: f64) -> f64 {
        1.0 / (1.0 + libm::pow(km / self.distance, self.decay))
    }

    fn tie(self, km: f64, population: u32, largest: u32) -> f64 {
        self.near(km) * libm::pow(f64::from(population) / f64::from(largest), self.size)
    }
}

impl Geography {
    /// That of a document.
    ///
    /// The size that counts is that of regions, and within one none: so that a region which is divided shows and sees as
    /// much as before, but for where in it a crowd is.
    pub fn of(
        root: &View<'_>,
        regions: &[Region],
        places: &Places,
        names: &Names<'_>,
        problems: &mut Vec<Problem>,
    ) -> Geography {
        let n = places.all.len();
        let (empty, nowhere) = (Table::default(), Place::new(0, 0..0));
        let ties = root.given("ties").and_then(Node::table).unwrap_or(&empty);
        let ties = root.section("ties", ties, &nowhere);
        let law = Law {
            distance: ties.number("distance"),
            decay: ties.number("decay"),
            size: ties.number("size"),
        };
        if names.count(TO_REGION) > 1 {
            root.inner_entries("region")
                .for_each(|region| tell_missing(&region, problems));
        }
        let largest = regions.iter().map(|region| region.population).max().unwrap_or(1);
        let region = |place: usize| places.all[place].region;
        let mut geography = Geography {
            ties: vec![1.0; n * n],
            distances: vec![0.0; n * n],
        };
        for (to, here) in places.positions.iter().enumerate() {
            for (from, there) in places.positions.iter().enumerate().filter(|(from, _)| *from != to) {
                let km = haversine(*here, *there);
                geography.distances[to * n + from] = km;
                geography.ties[to * n + from] = match region(from) == region(to) {
                    true => law.near(km),
                    false => law.tie(km, regions[region(from)].population, largest),
                };
            }
        }
        geography.override_ties(root, places, names, problems);
        geography
    }

    fn override_ties(&mut self, root: &View<'_>, places: &Places, names: &Names<'_>, problems: &mut Vec<Problem>) {
        let n = places.all.len();
        let of = |area: usize| -> Vec<usize> {
            match area.checked_sub(names.count(TO_REGION)) {
                Some(place) => vec![places.written(place)],
                None => places.of_region(area).collect(),
            }
        };
        let mut set_by: Vec<Option<String>> = vec![None; n * n];
        for tie in root.inner_entries("tie") {
            let ends = (
                tie.reference("from", TO_AREA, names),
                tie.reference("to", TO_AREA, names),
            );
            let (Some(from), Some(to)) = ends else { continue };
            if from == to {
                let problem = Problem::at(tie.place("to"), "a tie leads from one region to another");
                problems.push(problem.label("the same region as `from`"));
                continue;
            }
            let both = tie.flag_given("both").unwrap_or(true);
            let pairs = of(to)
                .into_iter()
                .flat_map(|to| of(from).into_iter().map(move |from| (to, from)));
            let pairs = pairs.filter(|(to, from)| to != from);
            for at in pairs.flat_map(|(to, from)| [to * n + from].into_iter().chain(both.then_some(from * n + to))) {
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
    let entries = root.inner_entries("region").chain(root.inner_entries("place"));
    let written = entries.filter_map(|entry| entry.given("position"));
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

/// A region among several needs a position.
fn tell_missing(region: &View<'_>, problems: &mut Vec<Problem>) {
    if region.given("position").is_none() {
        let problem = Problem::at(region.home, "`region.position` is missing").label("this has no `position`");
        let help = "add `position`: latitude and longitude in degrees, such as [43.2, 76.9]";
        let why = "a single region may leave it out; between several, distances and ties follow from it";
        problems.push(problem.help(help).help(why));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
