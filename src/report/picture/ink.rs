//! Inks: how things look, by light, in the dark and on paper. One table, from which a page's style and a figure's
//! colours are both made. What a colour says, a dash, a shape or a word says as well; map levels go from light to
//! dark, so they are read in grey, too. Contrasts against the paper are at least 4.5 for text and 3 for lines.

use std::fmt::Write;

/// What something is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Text.
    Text,
    /// Text that steps back.
    Quiet,
    /// The line of an axis.
    Axis,
    /// A line that helps to read.
    Grid,
    /// The hours of darkness.
    Night,
    /// The line of no difference.
    Zero,
    /// The line of a sum.
    Sum,
    /// What was observed.
    Record,
    /// The range that is accepted.
    Accepted,
    /// The line of an arm, by its number.
    Line(usize),
    /// The range of nine in ten of an arm.
    Wide(usize),
    /// The range of one in two of an arm.
    Narrow(usize),
    /// A mark or bar of an arm.
    Mark(usize),
    /// A level on a map, from 0.
    Level(usize),
    /// A part of a whole that is stacked, from 0.
    Part(usize),
    /// The line of what is not certain.
    Open,
}

/// How many arms have a colour of their own; a further one takes the first again, with another dash.
pub const SERIES: usize = 6;
/// How many levels a map has.
pub const LEVELS: usize = 6;

/// How many parts of a stack have a colour of their own.
pub const PARTS: usize = 8;

/// A colour by light, and in the dark.
type Tone = (&'static str, &'static str);

/// How an ink looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// What an area is filled with.
    pub fill: Option<Tone>,
    /// What a line is drawn with.
    pub stroke: Option<Tone>,
    /// Width of the line.
    pub width: f64,
    /// Lengths of dashes and gaps; none for a whole line.
    pub dash: &'static str,
    /// How much of what lies below is covered, 0 to 1.
    pub opacity: f64,
}

const SERIES_TONES: [Tone; SERIES] = [
    ("#1d4f88", "#8ab6e8"),
    ("#9a5400", "#e5ac62"),
    ("#00694f", "#6fc9ab"),
    ("#74408f", "#c9a2e0"),
    ("#5c6200", "#c3c865"),
    ("#4a4a4a", "#c4c4c4"),
];
const DASHES: [&str; SERIES] = ["", "7 3", "2 3", "9 3 2 3", "4 2", "1 3"];
const LEVEL_TONES: [Tone; LEVELS] = [
    ("#f1f0eb", "#2c3036"),
    ("#d3dfec", "#33465c"),
    ("#a6c1dd", "#44668c"),
    ("#6f9bc6", "#6690bd"),
    ("#3d70a3", "#94bae0"),
    ("#16426f", "#d2e5f8"),
];

/// Of neighbours one is light and one dark, so that they are told apart in grey, too.
const PART_TONES: [Tone; PARTS] = [
    ("#1d4f88", "#8ab6e8"),
    ("#9cc0e4", "#2f5f96"),
    ("#00694f", "#7fd6b8"),
    ("#a5d3c3", "#1f7a61"),
    ("#74408f", "#d0abe6"),
    ("#e6c391", "#8a5310"),
    ("#8a4b00", "#e5ac62"),
    ("#c9ce7c", "#5c6200"),
];

impl Ink {
    /// Its class in a page.
    pub fn class(self) -> String {
        match self {
            Ink::Text => "t".to_owned(),
            Ink::Quiet => "q".to_owned(),
            Ink::Axis => "a".to_owned(),
            Ink::Grid => "g".to_owned(),
            Ink::Night => "n".to_owned(),
            Ink::Zero => "z".to_owned(),
            Ink::Sum => "s".to_owned(),
            Ink::Record => "r".to_owned(),
            Ink::Accepted => "ac".to_owned(),
            Ink::Open => "o".to_owned(),
            Ink::Line(number) => format!("l{}", number % SERIES),
            Ink::Wide(number) => format!("w{}", number % SERIES),
            Ink::Narrow(number) => format!("h{}", number % SERIES),
            Ink::Mark(number) => format!("m{}", number % SERIES),
            Ink::Level(level) => format!("v{}", level.min(LEVELS - 1)),
            Ink::Part(number) => format!("p{}", number % PARTS),
        }
    }

    /// How it looks.
    pub fn style(self) -> Style {
        let fill = |tone| Style {
            fill: Some(tone),
            stroke: None,
            width: 0.0,
            dash: "",
            opacity: 1.0,
        };
        let stroke = |tone, width| Style {
            fill: None,
            stroke: Some(tone),
            width,
            dash: "",
            opacity: 1.0,
        };
        let series = |number: usize| SERIES_TONES[number % SERIES];
        match self {
            Ink::Text => fill(("#1b1e23", "#e9e7e2")),
            Ink::Quiet => fill(("#575c64", "#a9adb3")),
            Ink::Axis => stroke(("#575c64", "#a9adb3"), 1.0),
            Ink::Grid => stroke(("#dddcd6", "#3a3f46"), 1.0),
            Ink::Night => Style {
                opacity: 0.55,
                ..fill(("#e6e6ea", "#0d0f12"))
            },
            Ink::Zero => stroke(("#1b1e23", "#e9e7e2"), 1.2),
            Ink::Sum => stroke(("#1b1e23", "#ffffff"), 2.0),
            Ink::Record => Style {
                stroke: Some(("#1b1e23", "#e9e7e2")),
                width: 1.6,
                ..fill(("#ffffff", "#16181b"))
            },
            Ink::Accepted => fill(("#d9d7cf", "#4a4e55")),
            Ink::Open => Style {
                stroke: Some(("#575c64", "#a9adb3")),
                width: 1.4,
                ..fill(("#ffffff", "#16181b"))
            },
            Ink::Line(number) => Style {
                dash: DASHES[number % SERIES],
                ..stroke(series(number), 2.0)
            },
            Ink::Wide(number) => Style {
                opacity: 0.16,
                ..fill(series(number))
            },
            Ink::Narrow(number) => Style {
                opacity: 0.26,
                ..fill(series(number))
            },
            Ink::Mark(number) => fill(series(number)),
            Ink::Level(level) => Style {
                stroke: Some(("#7b8088", "#878c93")),
                width: 0.7,
                ..fill(LEVEL_TONES[level.min(LEVELS - 1)])
            },
            Ink::Part(number) => Style {
                stroke: Some(("#ffffff", "#16181b")),
                width: 0.5,
                ..fill(PART_TONES[number % PARTS])
            },
        }
    }

    fn all() -> Vec<Ink> {
        let plain = [
            Ink::Text,
            Ink::Quiet,
            Ink::Axis,
            Ink::Grid,
            Ink::Night,
            Ink::Zero,
            Ink::Sum,
            Ink::Record,
            Ink::Accepted,
            Ink::Open,
        ];
        let series = (0..SERIES).flat_map(|n| [Ink::Line(n), Ink::Wide(n), Ink::Narrow(n), Ink::Mark(n)]);
        plain
            .into_iter()
            .chain(series)
            .chain((0..LEVELS).map(Ink::Level))
            .chain((0..PARTS).map(Ink::Part))
            .collect()
    }
}

/// The rules of all inks as they look by light, or in the dark.
pub fn rules(dark: bool) -> String {
    let mut css = String::new();
    let tone = |(light, night): Tone| if dark { night } else { light };
    for ink in Ink::all() {
        let Style {
            fill,
            stroke,
            width,
            dash,
            opacity,
        } = ink.style();
        let _ = write!(css, "svg .{}{{fill:{}", ink.class(), fill.map_or("none", tone));
        if let Some(stroke) = stroke {
            let _ = write!(css, ";stroke:{}", tone(stroke));
        }
        if !dark {
            if stroke.is_some() {
                let _ = write!(css, ";stroke-width:{width}");
            }
            if !dash.is_empty() {
                let _ = write!(css, ";stroke-dasharray:{dash}");
            }
            if opacity < 1.0 {
                let _ = write!(css, ";fill-opacity:{opacity}");
            }
        }
        css += "}";
    }
    css
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance by the Web Content Accessibility Guidelines 2.2.
    fn luminance(color: &str) -> f64 {
        let part = |at: usize| {
            let value = f64::from(u8::from_str_radix(&color[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    const PAPER: Tone = ("#ffffff", "#16181b");

    #[test]
    fn text_and_lines_stand_out_from_the_paper_by_light_and_in_the_dark() {
        for (paper, pick) in [(PAPER.0, 0), (PAPER.1, 1)] {
            let tone = |tone: Tone| if pick == 0 { tone.0 } else { tone.1 };
            for ink in [Ink::Text, Ink::Quiet] {
                assert!(contrast(tone(ink.style().fill.unwrap()), paper) >= 4.5, "{ink:?}");
            }
            for (number, series) in SERIES_TONES.into_iter().enumerate() {
                assert!(contrast(tone(series), paper) >= 4.5, "series {number} on {paper}");
            }
        }
    }

    #[test]
    fn neighbours_in_a_stack_are_told_apart_in_grey() {
        for pair in PART_TONES.windows(2) {
            for pick in [|tone: Tone| tone.0, |tone: Tone| tone.1] {
                assert!(contrast(pick(pair[0]), pick(pair[1])) >= 1.8, "{pair:?}");
            }
        }
    }

    #[test]
    fn levels_of_a_map_are_told_apart_in_grey() {
        for pair in LEVEL_TONES.windows(2) {
            assert!(luminance(pair[0].0) > luminance(pair[1].0) + 0.02);
            assert!(luminance(pair[0].1) < luminance(pair[1].1));
        }
    }
}
