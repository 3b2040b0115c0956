//! One number against another, a dot for each case: the effect in each world against the parameter that decides it.

use super::bands::LEFT;
use super::scale::Scale;
use super::{Anchor, At, Ink, Picture};
use crate::report::chart;
use crate::report::format::number;

/// The picture: the first number of each point to the right, the second up, with a line at zero and one at a split.
pub fn picture(title: &str, along: &str, points: &[At], split: f64, (width, height): (f64, f64)) -> Picture {
    let mut picture = Picture::new(width, height, title);
    let (top, bottom, right) = (12.0, height - 42.0, width - 12.0);
    let ends = |get: fn(&At) -> f64| {
        points
            .iter()
            .map(get)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            })
    };
    let (low, high) = ends(|point| point.0);
    let room = ((high - low) * 0.04).max(1e-9);
    let across = Scale {
        values: (low - room, high + room),
        paper: (LEFT, right),
    };
    let (least, most) = ends(|point| point.1);
    let step = chart::scale(least.abs().max(most.abs()).max(1e-9)).0;
    let from = (least.min(0.0) / step).floor() as i64;
    let to = (most.max(0.0) / step).ceil() as i64;
    let up = Scale {
        values: (from as f64 * step, (to as f64 * step).max(from as f64 * step + step)),
        paper: (bottom, top),
    };
    for mark in from..=to {
        let y = up.at(mark as f64 * step);
        picture.line(
            vec![(LEFT, y), (right, y)],
            if mark == 0 { Ink::Zero } else { Ink::Grid },
        );
        picture.text(
            (LEFT - 8.0, y + 4.0),
            12.0,
            Anchor::End,
            Ink::Quiet,
            number(mark as f64 * step),
        );
    }
    if split > low && split < high {
        picture.line(vec![(across.at(split), top), (across.at(split), bottom)], Ink::Line(5));
    }
    for &(value, effect) in points {
        picture.circle(
            (across.at(value), up.at(effect)),
            3.0,
            if effect > 0.0 { Ink::Mark(0) } else { Ink::Open },
            "",
        );
    }
    picture.line(vec![(LEFT, bottom), (right, bottom)], Ink::Axis);
    for (value, anchor) in [(low, Anchor::Start), (high, Anchor::End)] {
        picture.text(
            (across.at(value), bottom + 16.0),
            12.0,
            anchor,
            Ink::Quiet,
            number(value),
        );
    }
    picture.text(
        ((LEFT + right) / 2.0, bottom + 32.0),
        12.0,
        Anchor::Middle,
        Ink::Text,
        along,
    );
    picture
}

#[cfg(test)]
mod tests {
    use super::super::Shape;
    use super::*;

    #[test]
    fn every_world_is_a_dot_and_those_above_zero_are_full() {
        let drawn = picture(
            "worlds",
            "belief_weight",
            &[(0.0, -2.0), (1.0, 2.0), (0.5, 1.0)],
            0.3,
            (400.0, 240.0),
        );
        let dots: Vec<_> = drawn
            .shapes
            .iter()
            .filter_map(|shape| match shape {
                Shape::Circle { at, ink, .. } => Some((*at, *ink)),
                _ => None,
            })
            .collect();
        assert_eq!(
            dots.iter().map(|dot| dot.1).collect::<Vec<_>>(),
            [Ink::Open, Ink::Mark(0), Ink::Mark(0)]
        );
        assert!(dots[0].0.0 < dots[2].0.0 && dots[2].0.0 < dots[1].0.0, "to the right");
        assert!(dots[0].0.1 > dots[2].0.1 && dots[2].0.1 > dots[1].0.1, "up");
    }
}
