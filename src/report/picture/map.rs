//! A country as areas and spots in the levels of a scale; where no outlines are known, as tiles that stand as the
//! regions lie to each other. Areas keep their proportion (Lambert's azimuthal projection), since a map of shares is
//! read by area.

use super::{Anchor, At, Ink, Picture, Shape};
use crate::outline::{Degrees, Form, Outlines};

/// The country on paper: a form for each region, in the order in which they were given, from (0, 0) to (1, height).
#[derive(Clone, Debug, PartialEq)]
pub struct Ground {
    forms: Vec<Drawn>,
    /// Towns, each with its radius as a share of that of the largest; none where regions are tiles.
    towns: Vec<(At, f64)>,
    height: f64,
}

#[derive(Clone, Debug, PartialEq)]
enum Drawn {
    Area(Vec<Vec<At>>),
    Spot(At),
    Tile(At, f64, String),
}

/// A town: its latitude and longitude, and its residents.
pub type Town = ((f64, f64), f64);

/// A region or a town, as it is told by a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Its level.
    pub level: usize,
    /// What it says when asked.
    pub about: String,
    /// The part of the page that is about it; empty on a map that leads nowhere.
    pub link: String,
    /// Its level in each hour, a digit for each; may be empty.
    pub hours: String,
}

impl Ground {
    /// That of regions with these ids and positions, latitude and longitude, and of towns in them; of outlines if each
    /// region has one.
    pub fn of(outlines: Option<&Outlines>, regions: &[(String, (f64, f64))], towns: &[Town]) -> Ground {
        let forms: Option<Vec<&Form>> =
            outlines.and_then(|outlines| regions.iter().map(|(id, _)| outlines.of(id)).collect());
        match forms {
            Some(forms) if !forms.is_empty() => Ground::of_forms(&forms, towns),
            _ => Ground::of_tiles(regions),
        }
    }

    fn of_forms(forms: &[&Form], towns: &[Town]) -> Ground {
        let all = || {
            forms.iter().flat_map(|form| match form {
                Form::Area(rings) => rings.iter().flatten().copied().collect::<Vec<_>>(),
                Form::Spot(at) => vec![*at],
            })
        };
        let ends = |get: fn(Degrees) -> f64| {
            let values = all().map(get);
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            })
        };
        let ((west, east), (south, north)) = (ends(|at| at.0), ends(|at| at.1));
        let middle = ((west + east) / 2.0, (south + north) / 2.0);
        let points: Vec<At> = all().map(|at| project(at, middle)).collect();
        let end = |pick: fn(f64, f64) -> f64, get: fn(&At) -> f64, from: f64| points.iter().map(get).fold(from, pick);
        let (left, right) = (
            end(f64::min, |at| at.0, f64::INFINITY),
            end(f64::max, |at| at.0, f64::NEG_INFINITY),
        );
        let (top, bottom) = (
            end(f64::min, |at| at.1, f64::INFINITY),
            end(f64::max, |at| at.1, f64::NEG_INFINITY),
        );
        let scale = 1.0 / (right - left).max(1e-9);
        let put = |at: &Degrees| {
            let (x, y) = project(*at, middle);
            ((x - left) * scale, (y - top) * scale)
        };
        let drawn = |form: &&Form| match form {
            Form::Area(rings) => Drawn::Area(rings.iter().map(|ring| ring.iter().map(put).collect()).collect()),
            Form::Spot(at) => Drawn::Spot(put(at)),
        };
        let largest = towns.iter().map(|town| town.1).fold(1.0, f64::max);
        let town =
            |&((latitude, longitude), residents): &Town| (put(&(longitude, latitude)), libm::sqrt(residents / largest));
        Ground {
            forms: forms.iter().map(drawn).collect(),
            towns: towns.iter().map(town).collect(),
            height: ((bottom - top) * scale).max(0.1),
        }
    }

    /// Columns from west to east with as many regions each, and in each from north to south.
    fn of_tiles(regions: &[(String, (f64, f64))]) -> Ground {
        let number = regions.len().max(1);
        let columns = (number as f64 * 1.5).sqrt().ceil() as usize;
        let rows = number.div_ceil(columns);
        let mut order: Vec<usize> = (0..regions.len()).collect();
        order.sort_by(|&a, &b| regions[a].1.1.total_cmp(&regions[b].1.1).then(a.cmp(&b)));
        let side = 1.0 / columns as f64;
        let mut forms = vec![Drawn::Spot((0.0, 0.0)); regions.len()];
        for (column, within) in order.chunks(rows).enumerate() {
            let mut within = within.to_vec();
            within.sort_by(|&a, &b| regions[b].1.0.total_cmp(&regions[a].1.0).then(a.cmp(&b)));
            for (row, region) in within.into_iter().enumerate() {
                let at = (column as f64 * side, row as f64 * side);
                let letters = regions[region].0.chars().take(9).collect();
                forms[region] = Drawn::Tile(at, side * 0.94, letters);
            }
        }
        Ground {
            forms,
            towns: Vec::new(),
            height: rows as f64 * side,
        }
    }

    /// Whether it shows towns.
    pub fn has_towns(&self) -> bool {
        !self.towns.is_empty()
    }

    /// The country with each region in its level, and with its towns as circles, as far as they are told.
    pub fn picture(&self, title: &str, told: &[Told], towns: &[Option<Told>], width: f64) -> Picture {
        let margin = 8.0;
        let scale = width - 2.0 * margin;
        let mut picture = Picture::new(width, self.height * scale + 2.0 * margin, title);
        // On a small map points lie on a grid, by which neighbours still share their border: half the bytes, and no eye tells.
        let grid = if width < 400.0 { 2.0 } else { 10.0 };
        let on_grid = |value: f64| (value * grid).round() / grid;
        let put = |&(x, y): &At| (on_grid(margin + x * scale), on_grid(margin + y * scale));
        let spot = (width / 36.0).clamp(4.0, 13.0);
        let circle = |at: &At, radius: f64, told: &Told| Shape::Circle {
            at: put(at),
            radius,
            ink: Ink::Level(told.level),
            about: told.about.clone(),
        };
        let pairs = || self.forms.iter().zip(told);
        let (areas, spots): (Vec<_>, Vec<_>) = pairs().partition(|(form, _)| !matches!(form, Drawn::Spot(_)));
        // A city lies upon the region around it.
        for (form, told) in areas.into_iter().chain(spots) {
            let ink = Ink::Level(told.level);
            let about = told.about.clone();
            let shapes = match form {
                Drawn::Area(rings) => vec![Shape::Path {
                    parts: rings.iter().map(|ring| ring.iter().map(put).collect()).collect(),
                    closed: true,
                    ink,
                    about,
                }],
                Drawn::Spot(at) => vec![circle(at, spot, told)],
                Drawn::Tile(at, side, letters) => tile(put(at), side * scale, letters, ink, about),
            };
            picture.shapes.extend(led(told, shapes));
        }
        // The largest first, so that a small one beside it can be seen.
        let mut circles: Vec<(&(At, f64), &Told)> = self
            .towns
            .iter()
            .zip(towns)
            .filter_map(|(town, told)| Some((town, told.as_ref()?)))
            .collect();
        circles.sort_by(|a, b| b.0.1.total_cmp(&a.0.1));
        for ((at, share), told) in circles {
            let radius = (spot * share).max(spot / 4.0);
            picture.shapes.extend(led(told, vec![circle(at, radius, told)]));
        }
        picture
    }
}

/// Shapes that lead to where more is told, if that is said.
fn led(told: &Told, shapes: Vec<Shape>) -> Vec<Shape> {
    match told.link.is_empty() {
        true => shapes,
        false => vec![Shape::Link {
            to: told.link.clone(),
            about: told.about.clone(),
            data: told.hours.clone(),
            shapes,
        }],
    }
}

/// A square, with the beginning of its name below it where there is room.
fn tile((x, y): At, side: f64, letters: &str, ink: Ink, about: String) -> Vec<Shape> {
    let named = side > 50.0;
    let height = if named { side - 15.0 } else { side };
    let corners = vec![(x, y), (x + side, y), (x + side, y + height), (x, y + height)];
    let mut shapes = vec![Shape::Path {
        parts: vec![corners],
        closed: true,
        ink,
        about,
    }];
    if named {
        shapes.push(Shape::Text {
            at: (x, y + side - 3.0),
            size: 11.0,
            anchor: Anchor::Start,
            ink: Ink::Quiet,
            text: letters.to_owned(),
        });
    }
    shapes
}

/// Lambert's azimuthal equal-area projection about a middle; the second number grows to the south.
fn project((longitude, latitude): Degrees, (middle, parallel): Degrees) -> At {
    let (lambda, phi, centre) = (
        (longitude - middle).to_radians(),
        latitude.to_radians(),
        parallel.to_radians(),
    );
    let (sin, cos) = (libm::sin, libm::cos);
    let k = libm::sqrt(2.0 / (1.0 + sin(centre) * sin(phi) + cos(centre) * cos(phi) * cos(lambda)).max(1e-9));
    (
        k * cos(phi) * sin(lambda),
        -k * (cos(centre) * sin(phi) - sin(centre) * cos(phi) * cos(lambda)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(number: usize) -> Vec<Told> {
        let one = |level| Told {
            level,
            about: format!("region {level}"),
            link: String::new(),
            hours: String::new(),
        };
        (0..number).map(one).collect()
    }

    #[test]
    fn regions_without_outlines_are_tiles_that_stand_as_the_regions_lie() {
        let region = |id: &str, latitude, longitude| (id.to_owned(), (latitude, longitude));
        let west = [region("north", 50.0, 60.0), region("south", 40.0, 60.0)];
        let others = [(45.0, 70.0), (46.0, 71.0), (45.0, 80.0), (41.0, 81.0)];
        let others = others.map(|(latitude, longitude)| region("other", latitude, longitude));
        let Ground { forms, .. } = Ground::of(None, &[&west[..], &others[..]].concat(), &[]);
        let at = |number: usize| match &forms[number] {
            Drawn::Tile(at, _, _) => *at,
            other => panic!("{other:?}"),
        };
        assert_eq!((at(0).0, at(1).0), (0.0, 0.0));
        assert!(at(0).1 < at(1).1 && at(4).0 > at(2).0 && at(3).1 < at(2).1);
    }

    #[test]
    fn a_square_of_a_degree_at_the_middle_keeps_its_form_and_cities_and_towns_lie_upon_it() {
        let ring = vec![(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5), (-0.5, -0.5)];
        let outlines = Outlines {
            regions: vec![
                ("town".to_owned(), Form::Spot((0.0, 0.0))),
                ("land".to_owned(), Form::Area(vec![ring])),
            ],
        };
        let regions = [("town".to_owned(), (0.0, 0.0)), ("land".to_owned(), (0.0, 0.0))];
        let towns = [((0.25, 0.25), 40_000.0), ((-0.25, 0.0), 10_000.0)];
        let ground = Ground::of(Some(&outlines), &regions, &towns);
        assert!((ground.height - 1.0).abs() < 1e-3);
        let picture = ground.picture("two", &told(2), &[told(1).pop(), None], 100.0);
        assert!(matches!(picture.shapes[0], Shape::Path { .. }) && matches!(picture.shapes[1], Shape::Circle { .. }));
        // Of two towns one is told: it lies to the north-east, and the other has half its radius.
        let Shape::Circle { at, .. } = &picture.shapes[2] else {
            panic!("{:?}", picture.shapes)
        };
        assert_eq!(picture.shapes.len(), 3);
        assert!(at.0 > 60.0 && at.1 < 40.0, "{at:?}");
        assert!((ground.towns[1].1 - 0.5).abs() < 1e-9);
    }
}
