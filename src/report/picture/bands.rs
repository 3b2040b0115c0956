//! A number over time in one arm or several: the median, and the ranges of one run in two and of nine in ten.

use super::scale::{Scale, Timeline};
use super::{Anchor, Ink, Picture};
use crate::analysis::spread::Five;
use crate::report::format::number;

/// What is drawn over time.
pub struct Line<'b> {
    /// What it is called.
    pub name: &'b str,
    /// Its quantiles, tick by tick.
    pub ticks: &'b [Five],
    /// The number of its ink.
    pub ink: usize,
}

/// Something that was observed.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Its tick.
    pub tick: usize,
    /// The value, and the range that is accepted.
    pub value: f64,
    /// The lowest and the highest that are accepted.
    pub accept: (f64, f64),
    /// What it is, and who says so.
    pub about: String,
}

/// Where a plot lies on the paper.
pub const LEFT: f64 = 64.0;
/// How far it is from the right.
pub const RIGHT: f64 = 12.0;

/// The picture, with a key above it.
pub fn picture(
    title: &str,
    lines: &[Line],
    points: &[Point],
    timeline: &Timeline,
    (width, height): (f64, f64),
) -> Picture {
    let mut picture = Picture::new(width, height, title);
    let (top, bottom) = (34.0, height - 24.0);
    let across = timeline.scale((LEFT, width - RIGHT));
    let highest = lines.iter().flat_map(|line| line.ticks.iter().map(|five| five.high));
    let observed = points
        .iter()
        .map(|point| point.value.max(point.accept.1.min(point.value * 2.0)));
    let (up, steps) = Scale::from_zero(highest.chain(observed).fold(0.0, f64::max), (bottom, top));
    timeline.draw(&mut picture, &across, top, bottom);
    for step in steps {
        let y = up.at(step);
        picture.line(
            vec![(LEFT, y), (width - RIGHT, y)],
            if step == 0.0 { Ink::Axis } else { Ink::Grid },
        );
        picture.text((LEFT - 8.0, y + 4.0), 12.0, Anchor::End, Ink::Quiet, number(step));
    }
    let several = lines
        .iter()
        .any(|line| line.ticks.iter().any(|five| five.high > five.low));
    for line in lines {
        let along = |get: fn(&Five) -> f64| -> Vec<(f64, f64)> {
            let ticks = timeline.ticks.iter().zip(line.ticks);
            ticks.map(|(tick, five)| (across.at(*tick), up.at(get(five)))).collect()
        };
        if several {
            let between = |low: fn(&Five) -> f64, high: fn(&Five) -> f64| -> Vec<(f64, f64)> {
                along(low).into_iter().chain(along(high).into_iter().rev()).collect()
            };
            picture.area(between(|five| five.low, |five| five.high), Ink::Wide(line.ink), "");
            picture.area(between(|five| five.lower, |five| five.upper), Ink::Narrow(line.ink), "");
        }
    }
    for line in lines {
        let ticks = timeline.ticks.iter().zip(line.ticks);
        let median = ticks.map(|(tick, five)| (across.at(*tick), up.at(five.median)));
        picture.line(median.collect(), Ink::Line(line.ink));
    }
    for point in points {
        let Some(tick) = timeline.ticks.get(point.tick) else {
            continue;
        };
        let x = across.at(*tick);
        picture.line(vec![(x, up.at(point.accept.0)), (x, up.at(point.accept.1))], Ink::Zero);
        picture.mark(1, (x, up.at(point.value)), 4.5, Ink::Record, point.about.clone());
    }
    key(&mut picture, lines, several, !points.is_empty());
    picture
}

/// What the lines are, above the plot.
fn key(picture: &mut Picture, lines: &[Line], several: bool, observed: bool) {
    let (mut x, y) = (LEFT, 16.0);
    for line in lines {
        picture.line(vec![(x, y - 4.0), (x + 24.0, y - 4.0)], Ink::Line(line.ink));
        picture.text((x + 30.0, y), 12.5, Anchor::Start, Ink::Text, line.name);
        x += 30.0 + wide(line.name) + 20.0;
    }
    // A small picture leaves it to the large one to say what is shaded.
    if several && picture.width > 600.0 {
        let words = "shaded: half, and nine in ten of the runs";
        picture.rect((x, y - 10.0), (24.0, 12.0), Ink::Wide(0), "");
        picture.rect((x, y - 7.5), (24.0, 7.0), Ink::Narrow(0), "");
        picture.text((x + 30.0, y), 12.5, Anchor::Start, Ink::Quiet, words);
        x += 30.0 + wide(words) + 20.0;
    }
    if observed {
        picture.mark(1, (x + 6.0, y - 4.0), 4.5, Ink::Record, "");
        picture.text(
            (x + 18.0, y),
            12.5,
            Anchor::Start,
            Ink::Quiet,
            "observed, with its range",
        );
    }
}

/// About how wide a text is.
pub fn wide(text: &str) -> f64 {
    text.chars().count() as f64 * 6.9
}
