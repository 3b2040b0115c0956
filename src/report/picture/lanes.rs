//! What was done when: a lane for each kind of deed, below the curve and by its clock.

use super::bands::{LEFT, RIGHT};
use super::scale::Timeline;
use super::{Anchor, Ink, Picture};

/// A deed.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed {
    /// Its lane.
    pub lane: usize,
    /// Its tick.
    pub tick: usize,
    /// How its mark looks.
    pub form: Form,
    /// What it was, and when.
    pub about: String,
}

/// How a mark looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Full.
    Full,
    /// Full, with a cross over it.
    Crossed,
    /// An outline.
    Open,
}

const HEIGHT: f64 = 22.0;
/// How far two marks are apart.
const ROOM: f64 = 9.0;

/// The picture: as wide as a plot, with its lanes' names in the margin above each, so that no mark hides behind one.
pub fn picture(title: &str, lanes: &[&str], deeds: &[Deed], timeline: &Timeline, width: f64) -> Picture {
    let across = timeline.scale((LEFT, width - RIGHT));
    let row = HEIGHT + 12.0;
    let mut picture = Picture::new(width, lanes.len() as f64 * row + 22.0, title);
    let bottom = picture.height - 20.0;
    timeline.draw(&mut picture, &across, 0.0, bottom);
    for (number, name) in lanes.iter().enumerate() {
        let top = number as f64 * row;
        picture.line(vec![(LEFT, top + row), (width - RIGHT, top + row)], Ink::Grid);
        picture.text((LEFT + 4.0, top + 12.0), 11.5, Anchor::Start, Ink::Text, *name);
        let mut taken: Vec<(f64, f64)> = Vec::new();
        for deed in deeds.iter().filter(|deed| deed.lane == number) {
            let Some(tick) = timeline.ticks.get(deed.tick) else {
                continue;
            };
            let x = across.at(*tick);
            // Marks of one hour stand one below the other, as far as there is room.
            let free = |y: &f64| {
                taken
                    .iter()
                    .all(|(other, at)| (other - x).abs() >= ROOM || (at - y).abs() >= 1.0)
            };
            let levels = [0.0, 9.0].map(|down| top + 19.0 + down);
            let y = levels.into_iter().find(free).unwrap_or(levels[0]);
            taken.push((x, y));
            let ink = match deed.form {
                Form::Open => Ink::Open,
                Form::Full | Form::Crossed => Ink::Mark(number),
            };
            picture.mark(number, (x, y), 4.0, ink, deed.about.clone());
            if deed.form == Form::Crossed {
                for rise in [-5.0, 5.0] {
                    picture.line(vec![(x - 5.0, y - rise), (x + 5.0, y + rise)], Ink::Zero);
                }
            }
        }
    }
    picture
}
