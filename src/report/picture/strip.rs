//! Small pictures that stand in the rows of a table, whose cells say the same in numbers.

use super::scale::{Scale, Timeline};
use super::{Ink, Picture};

const HEIGHT: f64 = 22.0;

/// A line over time, to its own height; of more values than can be told apart, the highest of each few.
pub fn spark(title: &str, values: &[f64], ink: usize) -> Picture {
    let (width, height) = (132.0, 26.0);
    let each = values.len().div_ceil(100).max(1);
    let highest = |few: &[f64]| few.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let values: Vec<f64> = values.chunks(each).map(highest).collect();
    let mut picture = Picture::new(width, height, title);
    let across = Scale {
        values: (0.0, (values.len().max(2) - 1) as f64),
        paper: (1.0, width - 1.0),
    };
    let up = Scale {
        values: (0.0, values.iter().copied().fold(1e-9, f64::max)),
        paper: (height - 2.0, 3.0),
    };
    picture.line(vec![(0.0, height - 2.0), (width, height - 2.0)], Ink::Grid);
    let points = values.iter().enumerate();
    picture.line(
        points
            .map(|(tick, value)| (across.at(tick as f64), up.at(*value)))
            .collect(),
        Ink::Line(ink),
    );
    picture
}

/// A difference with its interval, beside zero.
pub fn difference(title: &str, value: f64, interval: (f64, f64), scale: &Scale) -> Picture {
    let mut picture = Picture::new(scale.paper.1, HEIGHT, title);
    let middle = HEIGHT / 2.0;
    let zero = scale.at(0.0);
    picture.line(vec![(zero, 1.0), (zero, HEIGHT - 1.0)], Ink::Zero);
    let clear = interval.0 > 0.0 || interval.1 < 0.0;
    let (low, high) = (scale.at(interval.0), scale.at(interval.1));
    picture.rect((low, middle - 1.5), ((high - low).max(1.0), 3.0), Ink::Mark(0), "");
    let ink = if clear { Ink::Mark(0) } else { Ink::Open };
    picture.circle((scale.at(value), middle), 4.5, ink, "");
    picture
}

/// When something happened in each run: a dot for each, one above the other.
pub fn dots(title: &str, ticks: &[Option<usize>], timeline: &Timeline, width: f64) -> Picture {
    let across = timeline.scale((4.0, width - 4.0));
    let mut picture = Picture::new(width, 30.0, title);
    for (from, _, _) in &timeline.days {
        let x = across.at(*from);
        picture.line(vec![(x, 0.0), (x, 30.0)], Ink::Grid);
    }
    picture.line(vec![(0.0, 29.0), (width, 29.0)], Ink::Grid);
    let columns = ((width - 8.0) / 4.0) as usize + 1;
    let mut heights = vec![0_usize; columns];
    let mut places: Vec<usize> = ticks
        .iter()
        .flatten()
        .filter_map(|tick| timeline.ticks.get(*tick))
        .map(|tick| (((across.at(*tick) - 4.0) / 4.0).round() as usize).min(columns - 1))
        .collect();
    places.sort_unstable();
    for place in &places {
        heights[*place] += 1;
    }
    // Where many happen at once, they stand closer.
    let tallest = heights.iter().copied().max().unwrap_or(1).max(1) as f64;
    let step = (24.0 / tallest).min(4.0);
    let mut stacked = vec![0_usize; columns];
    for place in places {
        let y = 26.0 - stacked[place] as f64 * step;
        stacked[place] += 1;
        picture.circle((4.0 + place as f64 * 4.0, y), 1.9, Ink::Mark(0), "");
    }
    picture
}

/// A range that is accepted, as a bar, and where the median and nine in ten of the runs lie.
pub fn against(title: &str, accept: (f64, f64), observed: Option<f64>, spread: Option<(f64, f64, f64)>) -> Picture {
    let width = 220.0;
    let mut picture = Picture::new(width, HEIGHT, title);
    let ends = [accept.0, accept.1].into_iter().chain(observed);
    let ends = ends.chain(spread.into_iter().flat_map(|(low, _, high)| [low, high]));
    let finite: Vec<f64> = ends.filter(|value| value.is_finite() && value.abs() < 1e14).collect();
    let low = finite.iter().copied().fold(f64::INFINITY, f64::min);
    let high = finite.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let room = ((high - low) * 0.06).max(1e-9);
    let scale = Scale {
        values: (low - room, high + room),
        paper: (2.0, width - 2.0),
    };
    let (from, to) = (scale.at(accept.0), scale.at(accept.1));
    picture.rect((from, 3.0), ((to - from).max(2.0), HEIGHT - 6.0), Ink::Accepted, "");
    if let Some((low, median, high)) = spread {
        let (low, high) = (scale.at(low), scale.at(high));
        picture.rect(
            (low, HEIGHT / 2.0 - 1.5),
            ((high - low).max(1.0), 3.0),
            Ink::Mark(0),
            "",
        );
        picture.circle((scale.at(median), HEIGHT / 2.0), 4.0, Ink::Mark(0), "");
    }
    if let Some(observed) = observed {
        picture.mark(1, (scale.at(observed), HEIGHT / 2.0), 4.5, Ink::Record, "");
    }
    picture
}
