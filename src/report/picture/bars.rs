//! Shares as bars with their intervals: what depends on what.

use super::scale::Scale;
use super::{Ink, Picture};

/// A bar from zero, with an interval on it, by a common scale.
pub fn bar(title: &str, value: f64, interval: Option<(f64, f64)>, highest: f64) -> Picture {
    let (width, height) = (220.0, 20.0);
    let mut picture = Picture::new(width, height, title);
    let scale = Scale {
        values: (0.0, highest.max(1e-9)),
        paper: (1.0, width - 4.0),
    };
    picture.line(vec![(1.0, 0.0), (1.0, height)], Ink::Axis);
    picture.rect(
        (1.0, 4.0),
        ((scale.at(value) - 1.0).max(0.5), height - 8.0),
        Ink::Narrow(0),
        "",
    );
    let x = scale.at(value);
    picture.line(vec![(x, 3.0), (x, height - 3.0)], Ink::Zero);
    if let Some((low, high)) = interval {
        picture.line(
            vec![(scale.at(low), height / 2.0), (scale.at(high), height / 2.0)],
            Ink::Zero,
        );
    }
    picture
}
