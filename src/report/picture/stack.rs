//! What a sum is made of over time: bars of its parts, those above zero one on the other upwards, those below zero
//! downwards, and the sum itself as a line.

use super::bands::{LEFT, RIGHT, wide};
use super::scale::{Scale, Timeline};
use super::{Anchor, Ink, Picture};
use crate::report::chart;

/// A part.
pub struct Part<'p> {
    /// What it is called.
    pub name: &'p str,
    /// How much it is in each bar.
    pub bars: Vec<f64>,
}

/// The picture, with a key above it; each bar is of so many ticks.
pub fn picture(
    title: &str,
    parts: &[Part],
    sum: (&str, &[f64]),
    timeline: &Timeline,
    ticks: usize,
    (width, height): (f64, f64),
) -> Picture {
    let mut picture = Picture::new(width, height, title);
    let top = key(&mut picture, parts, sum.0);
    let bottom = height - 24.0;
    let across = timeline.scale((LEFT, width - RIGHT));
    let bars = sum.1.len();
    let total = |bar: usize, up: bool| -> f64 {
        let parts = parts.iter().map(|part| part.bars[bar]);
        parts.filter(|value| (*value > 0.0) == up).sum()
    };
    let most = |up: bool| (0..bars).map(|bar| total(bar, up).abs()).fold(0.0, f64::max);
    let (highest, lowest) = (most(true), most(false));
    let step = chart::scale(highest.max(lowest).max(1e-6)).0;
    let ends = [lowest, highest].map(|end| (end / step).ceil().max(1.0) * step);
    let up = Scale {
        values: (-ends[0], ends[1]),
        paper: (bottom, top),
    };
    timeline.draw(&mut picture, &across, top, bottom);
    for number in -((ends[0] / step).round() as i32)..=(ends[1] / step).round() as i32 {
        let value = f64::from(number) * step;
        let y = up.at(value);
        picture.line(vec![(LEFT, y), (width - RIGHT, y)], Ink::Grid);
        picture.text((LEFT - 8.0, y + 4.0), 12.0, Anchor::End, Ink::Quiet, signed(value));
    }
    let edge = |bar: usize| timeline.ticks.get(bar * ticks).map_or(timeline.end, |tick| *tick);
    let sides: Vec<(f64, f64)> = (0..bars)
        .map(|bar| (across.at(edge(bar)), across.at(edge(bar + 1))))
        .collect();
    let mut reached = vec![[0.0, 0.0]; bars];
    for (number, part) in parts.iter().enumerate() {
        let mut boxes = Vec::new();
        for (bar, &value) in part.bars.iter().enumerate() {
            let from = &mut reached[bar][usize::from(value > 0.0)];
            let to = *from + value;
            let ((left, right), (y, end)) = (sides[bar], (up.at(*from), up.at(to)));
            if (y - end).abs() >= 0.1 {
                boxes.push(vec![(left, y), (right, y), (right, end), (left, end)]);
            }
            *from = to;
        }
        if !boxes.is_empty() {
            picture.areas(boxes, Ink::Part(number), part.name);
        }
    }
    let middle = |(bar, &value): (usize, &f64)| ((sides[bar].0 + sides[bar].1) / 2.0, up.at(value));
    picture.line(vec![(LEFT, up.at(0.0)), (width - RIGHT, up.at(0.0))], Ink::Zero);
    picture.line(sum.1.iter().enumerate().map(middle).collect(), Ink::Sum);
    picture
}

/// A number with its sign.
fn signed(value: f64) -> String {
    match format!("{value:+.2}").trim_end_matches('0').trim_end_matches('.') {
        "+0" | "-0" => "0".to_owned(),
        text => text.to_owned(),
    }
}

/// What the parts are, in as many rows as it takes, and where the plot begins below.
fn key(picture: &mut Picture, parts: &[Part], sum: &str) -> f64 {
    let (from, end) = (4.0, picture.width);
    let (mut x, mut y) = (from, 16.0);
    let drawn = |part: &Part| part.bars.iter().any(|value| *value != 0.0);
    let entries = parts.iter().enumerate().filter(|(_, part)| drawn(part));
    let entries = entries.map(|(number, part)| (Some(number), part.name));
    for (number, name) in entries.chain([(None, sum)]) {
        let room = 22.0 + wide(name) + 12.0;
        if x > from && x + room > end + 12.0 {
            (x, y) = (from, y + 17.0);
        }
        match number {
            Some(number) => picture.rect((x, y - 10.0), (16.0, 12.0), Ink::Part(number), ""),
            None => picture.line(vec![(x, y - 4.0), (x + 16.0, y - 4.0)], Ink::Sum),
        }
        picture.text((x + 22.0, y), 12.0, Anchor::Start, Ink::Text, name);
        x += room;
    }
    y + 14.0
}

#[cfg(test)]
mod tests {
    use super::super::Shape;
    use super::*;

    #[test]
    fn parts_above_zero_stand_on_each_other_and_those_below_hang() {
        let part = |name, bars: &[f64]| Part {
            name,
            bars: bars.to_vec(),
        };
        let parts = [
            part("price", &[1.0, 1.0]),
            part("crowd", &[0.0, 0.5]),
            part("fear", &[-2.0, -0.5]),
        ];
        let timeline = Timeline::of(&vec![String::new(); 4], None);
        let drawn = picture("why", &parts, ("together", &[-1.0, 1.0]), &timeline, 2, (400.0, 300.0));
        let boxes = |number: usize| {
            let found = drawn.shapes.iter().rev().find_map(|shape| match shape {
                Shape::Path { parts, ink, about, .. } if *ink == Ink::Part(number) && !about.is_empty() => {
                    Some(parts.clone())
                }
                _ => None,
            });
            found.expect("a part is drawn")
        };
        assert_eq!((boxes(0).len(), boxes(1).len(), boxes(2).len()), (2, 1, 2));
        // The crowd of the second bar stands on its price, and both bars of the price on zero, on which fear hangs.
        assert_eq!(boxes(1)[0][0], boxes(0)[1][3]);
        assert_eq!(boxes(0)[0][0].1, boxes(2)[0][0].1);
        let (price, fear) = (&boxes(0)[0], &boxes(2)[0]);
        let height = |corners: &[(f64, f64)]| corners[0].1 - corners[2].1;
        assert!((height(fear) + 2.0 * height(price)).abs() < 1e-9);
    }
}
