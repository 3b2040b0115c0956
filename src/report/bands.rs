//! Arms over time, as plots: on the terminal one below the other, where colour may be missing; in files one over the
//! other, in colours that can be told apart by everyone (Okabe and Ito 2008).

use kuva::backend::png::PngBackend;
use kuva::backend::svg::SvgBackend;
use kuva::plot::LinePlot;
use kuva::plot::legend::LegendPosition;
use kuva::render::layout::Layout;
use kuva::render::plots::Plot;
use kuva::render::render::{Scene, render_multiple};
use kuva::render::theme::Theme;

use super::chart::{Days, terminal};
use crate::analysis::bands::Band;
use crate::analysis::spread::Spread;
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
        let line = |get: fn(&Spread) -> f64| {
            let values: Vec<f64> = band.ticks.iter().map(get).collect();
            LinePlot::new()
                .with_data(days.points(&values))
                .with_color(COLORS[number % COLORS.len()])
        };
        let median = line(|spread| spread.median).with_fill().with_fill_opacity(1.0);
        let plots = [line(|spread| spread.low), line(|spread| spread.high), median];
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

/// The plot as SVG and as PNG; `None` where there is nothing to plot.
pub fn files(title: &str, metric: &Description, bands: &[Band], times: &[&str]) -> Option<(String, Vec<u8>)> {
    let highest = highest(bands);
    let days = Days::of(times).filter(|_| highest > 0.0)?;
    let mut plots = Vec::new();
    for (number, band) in bands.iter().enumerate() {
        let of = |get: fn(&Spread) -> f64| -> Vec<f64> { band.ticks.iter().map(get).collect() };
        let median = LinePlot::new()
            .with_data(days.points(&of(|spread| spread.median)))
            .with_color(COLORS[number % COLORS.len()])
            // It takes the colour that the line has by then.
            .with_band(of(|spread| spread.low), of(|spread| spread.high))
            .with_stroke_width(2.0)
            .with_legend(&band.arm);
        plots.push(Plot::Line(median));
    }
    let layout = Layout::auto_from_plots(&plots)
        .with_width(900.0)
        .with_height(480.0)
        .with_theme(Theme::light())
        .with_title(title)
        .with_y_label(format!("{} ({})", metric.name, metric.unit))
        .with_x_label("median, and 5 % to 95 % of the replicates")
        .with_legend_position(LegendPosition::OutsideRightTop);
    let scene: Scene = render_multiple(plots, days.axis().lay(layout, highest));
    let png = PngBackend::new().render_scene(&scene).unwrap_or_default();
    Some((numbered_anew(&SvgBackend::default().render_scene(&scene)), png))
}

/// The areas that clip a drawing are numbered through all drawings of a process; here from 0, so that the same plot
/// is the same bytes.
fn numbered_anew(svg: &str) -> String {
    const AREA: &str = "kuva-clip-";
    let mut pieces = svg.split(AREA);
    let mut text = pieces.next().unwrap_or_default().to_owned();
    let mut known = Vec::new();
    for piece in pieces {
        let rest = piece.trim_start_matches(|c: char| c.is_ascii_digit());
        let number = &piece[..piece.len() - rest.len()];
        let place = known.iter().position(|other| *other == number).unwrap_or_else(|| {
            known.push(number);
            known.len() - 1
        });
        text += &format!("{AREA}{place}{rest}");
    }
    text
}

fn highest(bands: &[Band]) -> f64 {
    let all = bands.iter().flat_map(|band| &band.ticks);
    all.map(|spread| spread.high).fold(0.0, f64::max)
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
                Spread {
                    median,
                    low: median * 0.8,
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
        let times: Vec<&str> = times.iter().map(String::as_str).collect();
        let (svg, png) = files("Two arms", &Metric::Participants.description(), &bands, &times).unwrap();
        assert!(svg.starts_with("<svg") || svg.starts_with("<?xml"), "{}", &svg[..60]);
        for part in ["baseline", "early", "Two arms", "participants (people)"] {
            assert!(svg.contains(part), "{part} is missing");
        }
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        assert_eq!(
            files("Two arms", &Metric::Participants.description(), &bands, &times),
            Some((svg, png))
        );
    }

    #[test]
    fn what_is_zero_throughout_has_no_plot() {
        let (bands, times) = bands(0.0);
        let times: Vec<&str> = times.iter().map(String::as_str).collect();
        assert!(text(&Metric::Violent.description(), &bands, &times, false).contains("violent is zero throughout"));
        assert_eq!(files("None", &Metric::Violent.description(), &bands, &times), None);
    }
}
