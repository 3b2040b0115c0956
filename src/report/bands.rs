//! Arms over time, as plots: on the terminal one below the other, where colour may be missing; in files one over the
//! other, as on a page.

use kuva::plot::LinePlot;
use kuva::render::plots::Plot;

use super::chart::{Days, terminal};
use super::picture::Picture;
use super::picture::bands::{Line, picture};
use super::picture::scale::Timeline;
use crate::analysis::bands::Band;
use crate::analysis::spread::Five;
use crate::metric::Description;

/// Arms that are drawn on the terminal; more would push what matters out of sight.
const ON_TERMINAL: usize = 4;

const COLORS: [&str; 7] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000",
];

/// A metric over time in each arm, 80 columns wide. Without colour it is plain UTF-8.
pub fn text(metric: &Description, bands: &[Band], times: &[&str], color: bool) -> String {
    let highest = highest(bands);
    let Some(days) = Days::of(times).filter(|_| highest > 0.0) else {
        return format!("  There is nothing to plot: {} is zero throughout.\n", metric.name);
    };
    let mut text = format!("  {}: median (filled), 5 % and 95 % (lines)\n", metric.name);
    for (number, band) in bands.iter().take(ON_TERMINAL).enumerate() {
        let line = |get: fn(&Five) -> f64| {
            let values: Vec<f64> = band.ticks.iter().map(get).collect();
            LinePlot::new()
                .with_data(days.points(&values))
                .with_color(COLORS[number % COLORS.len()])
        };
        let median = line(|five| five.median).with_fill().with_fill_opacity(1.0);
        let plots = [line(|five| five.low), line(|five| five.high), median];
        text += &format!("  {}\n", band.arm);
        text += &terminal(
            plots.into_iter().map(Plot::Line).collect(),
            &days.axis(),
            highest,
            11,
            color,
        );
    }
    if bands.len() > ON_TERMINAL {
        text += &format!(
            "  and {} more arms in the files of the plot\n",
            bands.len() - ON_TERMINAL
        );
    }
    text
}

/// A metric over time in some arms, each with the number of its ink: the drawing of the page, for a figure. With the first
/// arm stands what is drawn, and in what unit.
pub fn figure(
    title: &str,
    metric: &Description,
    arms: &[(usize, &str, &[Five])],
    timeline: &Timeline,
    size: (f64, f64),
) -> Picture {
    let what = format!("{} ({})", metric.name, metric.unit);
    let name = |(number, (_, arm, _)): (usize, &(usize, &str, &[Five]))| match (number, arms.len()) {
        (_, 1) => what.clone(),
        (0, _) => format!("{what}: {arm}"),
        _ => (*arm).to_owned(),
    };
    let names: Vec<String> = arms.iter().enumerate().map(name).collect();
    let lines: Vec<Line> = arms
        .iter()
        .zip(&names)
        .map(|(&(ink, _, ticks), name)| Line { name, ticks, ink })
        .collect();
    picture(title, &lines, &[], timeline, size)
}

/// The width of the plot that a folder holds, in millimetres, and its size in units of a drawing.
const WIDTH: f64 = 200.0;
const PAPER: (f64, f64) = (880.0, 400.0);

/// The plot as SVG and as PNG; `None` where there is nothing to plot.
pub fn files(
    title: &str,
    metric: &Description,
    bands: &[Band],
    times: &[String],
    daylight: Option<(f64, f64)>,
) -> Option<(String, Vec<u8>)> {
    if times.is_empty() || highest(bands) <= 0.0 {
        return None;
    }
    let arms: Vec<(usize, &str, &[Five])> = bands
        .iter()
        .enumerate()
        .map(|(ink, band)| (ink, band.arm.as_str(), &band.ticks[..]))
        .collect();
    let title = format!("{title}: {}", metric.name);
    let drawn = figure(&title, metric, &arms, &Timeline::of(times, daylight), PAPER);
    let png = drawn.png(WIDTH).unwrap_or_default();
    Some((drawn.document(WIDTH), png))
}

fn highest(bands: &[Band]) -> f64 {
    let all = bands.iter().flat_map(|band| &band.ticks);
    all.map(|five| five.high).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Metric;

    fn bands(height: f64) -> (Vec<Band>, Vec<String>) {
        let times = (0..72).map(|tick| format!("2022-01-{:02}T{:02}:00:00+06:00", 2 + tick / 24, tick % 24));
        let ticks = |factor: f64| {
            let spread = |tick: i32| {
                let median = height * factor * f64::from(tick * (71 - tick));
                Five {
                    low: median * 0.8,
                    lower: median * 0.9,
                    median,
                    upper: median * 1.1,
                    high: median * 1.3,
                }
            };
            (0..72).map(spread).collect()
        };
        let arm = |name: &str, factor| Band {
            arm: name.to_owned(),
            ticks: ticks(factor),
        };
        (vec![arm("baseline", 1.0), arm("early", 0.5)], times.collect())
    }

    #[test]
    fn every_arm_has_a_plot_that_fits_80_columns() {
        let (bands, times) = bands(10.0);
        let times: Vec<&str> = times.iter().map(String::as_str).collect();
        let text = text(&Metric::Participants.description(), &bands, &times, false);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        for part in ["baseline", "early", "3 Jan", "10,000", "median (filled)"] {
            assert!(text.contains(part), "{part} is missing:\n{text}");
        }
    }

    #[test]
    fn the_files_are_an_svg_with_the_names_of_the_arms_and_a_png() {
        let (bands, times) = bands(10.0);
        let metric = Metric::Participants.description();
        let (svg, png) = files("Two arms", &metric, &bands, &times, None).unwrap();
        assert!(svg.starts_with("<svg"), "{}", &svg[..60]);
        for part in ["baseline", "early", "Two arms", "participants (people)"] {
            assert!(svg.contains(part), "{part} is missing");
        }
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        assert_eq!(files("Two arms", &metric, &bands, &times, None), Some((svg, png)));
    }

    #[test]
    fn what_is_zero_throughout_has_no_plot() {
        let (bands, times) = bands(0.0);
        let names: Vec<&str> = times.iter().map(String::as_str).collect();
        assert!(text(&Metric::Violent.description(), &bands, &names, false).contains("violent is zero throughout"));
        assert_eq!(
            files("None", &Metric::Violent.description(), &bands, &times, None),
            None
        );
    }
}
