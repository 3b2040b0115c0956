//! People out and violent over time, as a plot for the terminal: a line and, below it, a filled shape, so that the
//! two can be told apart without colour.

use std::sync::Arc;

use kuva::backend::terminal::TerminalBackend;
use kuva::plot::LinePlot;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::render_multiple;
use kuva::render::theme::Theme;

use super::format;
use crate::analysis::course::Course;
use crate::metric::Metric;

const COLUMNS: usize = 80;
const ROWS: usize = 16;
/// Pixels of the scene per character. With fine pixels every line is drawn in Braille dots; with coarse ones its
/// flat pieces would become box characters and stand off the rest.
const CELL: (f64, f64) = (80.0, 160.0);

/// The plot, 80 columns wide, or one line where nobody was out. Without colour it is plain UTF-8.
pub fn people_over_time(course: &Course, color: bool) -> String {
    let out = course.values(Metric::Participants);
    let highest = out.iter().copied().fold(0.0, f64::max);
    let Some(start) = (!course.is_empty() && highest > 0.0)
        .then(|| format::civil(course.time(0)))
        .flatten()
    else {
        return "  Nobody was out.\n".to_owned();
    };
    let midnight = start.date().to_datetime(jiff::civil::Time::midnight());
    let days = |tick: usize| {
        let since = format::civil(course.time(tick)).map(|time| time.duration_since(midnight).as_secs_f64());
        since.unwrap_or_default() / 86_400.0
    };
    let points = |values: Vec<f64>| {
        values
            .into_iter()
            .enumerate()
            .map(|(tick, value)| (days(tick), value))
            .collect()
    };
    let (x_step, x_max) = day_scale(days(course.len() - 1));
    let axis = Axis {
        step: x_step,
        max: x_max,
        label_width: if x_step < 1.0 { 7.0 } else { 4.0 },
        label: Arc::new(move |day| {
            let time = midnight + jiff::SignedDuration::from_secs((day * 86_400.0).round() as i64);
            let form = if x_step < 1.0 { "%-d %b %H:%M" } else { "%-d %b" };
            time.strftime(form).to_string()
        }),
    };
    let drawn = draw(points(out), points(course.values(Metric::Violent)), axis, color);
    "  people out (line), of them violent (filled)\n".to_owned() + &drawn
}

/// Two numbers of each tick: one as a line and one as a filled shape. Empty where both are nothing throughout.
pub fn over_ticks(line: &[f64], filled: &[f64], color: bool) -> String {
    if line.iter().chain(filled).all(|&value| value == 0.0) {
        return String::new();
    }
    let points = |values: &[f64]| {
        values
            .iter()
            .enumerate()
            .map(|(tick, &value)| (tick as f64, value))
            .collect()
    };
    let (step, max) = scale((line.len() - 1) as f64);
    let axis = Axis {
        step,
        max,
        label_width: 4.0,
        label: Arc::new(format::number),
    };
    draw(points(line), points(filled), axis, color)
}

/// The axis of time.
struct Axis {
    step: f64,
    max: f64,
    /// Room for its last label, in characters.
    label_width: f64,
    label: Arc<dyn Fn(f64) -> String + Send + Sync>,
}

fn draw(line: Vec<(f64, f64)>, filled: Vec<(f64, f64)>, axis: Axis, color: bool) -> String {
    let highest = line.iter().chain(&filled).map(|&(_, value)| value).fold(0.0, f64::max);
    let plots = vec![
        Plot::Line(LinePlot::new().with_data(line).with_color("#4682b4")),
        Plot::Line(
            LinePlot::new()
                .with_data(filled)
                .with_color("#c0392b")
                .with_fill()
                .with_fill_opacity(1.0),
        ),
    ];
    let (y_step, y_max) = scale(highest);
    let layout = Layout::auto_from_plots(&plots)
        .with_width(COLUMNS as f64 * CELL.0)
        .with_height(ROWS as f64 * CELL.1)
        .with_term_rows(ROWS as u32)
        .with_theme(readable_on_any_background())
        .with_show_grid(false)
        .with_tick_length(0.0)
        .with_force_margins(11.0 * CELL.0, axis.label_width * CELL.0)
        .with_force_margins_y(0.5 * CELL.1, 2.0 * CELL.1)
        .with_x_axis_min(0.0)
        .with_x_axis_max(axis.max)
        .with_x_tick_step(axis.step)
        .with_x_tick_format(TickFormat::Custom(axis.label))
        .with_y_axis_min(0.0)
        .with_y_axis_max(y_max)
        .with_y_tick_step(y_step)
        .with_y_tick_format(TickFormat::Custom(Arc::new(|people| match people {
            // The label of zero would run into the first date.
            0.0 => String::new(),
            _ => format::number(people),
        })));
    let drawn = TerminalBackend::new(COLUMNS, ROWS).render_scene(&render_multiple(plots, layout));
    let drawn = if color { drawn } else { without_colour(&drawn) };
    let empty = |line: &&str| without_colour(line).trim().is_empty();
    let lines = drawn.lines().map(str::trim_end).filter(|line| !empty(line));
    lines.fold(String::new(), |text, line| text + line + "\n")
}

/// A step of 1, 2 or 5 times a power of ten that divides the axis into three to six parts, and the axis' end.
fn scale(highest: f64) -> (f64, f64) {
    let power = 10f64.powf((highest / 6.0).log10().floor()).max(1.0);
    let step = [1.0, 2.0, 5.0, 10.0].map(|times| times * power);
    let step = step.into_iter().find(|step| highest / step <= 6.0).unwrap_or(power);
    (step, (highest / step).ceil() * step)
}

/// Half days for up to two days, then whole days, at most eight labels.
fn day_scale(last: f64) -> (f64, f64) {
    let step = if last <= 2.0 { 0.5 } else { (last / 8.0).ceil() };
    (step, (last / step).ceil().max(1.0) * step)
}

fn readable_on_any_background() -> Theme {
    let grey = || "#888888".to_owned();
    Theme {
        axis_color: grey(),
        tick_color: grey(),
        text_color: grey(),
        ..Theme::light()
    }
}

/// Drop the ANSI sequences that set colours.
fn without_colour(text: &str) -> String {
    let mut pieces = text.split('\x1b');
    let first = pieces.next().unwrap_or_default().to_owned();
    // Each piece begins with the rest of a sequence, which ends in an `m`.
    pieces.fold(first, |plain, piece| {
        plain + piece.split_once('m').map_or("", |(_, rest)| rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::series;

    #[test]
    fn a_plot_fits_80_columns_has_dates_and_people_and_no_escapes() {
        let table = series(264);
        let plot = people_over_time(&Course::of(&table), false);
        assert!(plot.lines().all(|line| line.chars().count() <= 80), "{plot}");
        assert!(!plot.contains('\x1b'));
        for label in ["2 Jan", "4 Jan", "10,000", "50,000"] {
            assert!(plot.contains(label), "{label} is missing:\n{plot}");
        }
        assert!(plot.lines().count() >= 12, "{plot}");
        assert!(people_over_time(&Course::of(&table), true).contains('\x1b'));
    }

    #[test]
    fn scales_have_round_steps() {
        assert_eq!(scale(52_000.0), (10_000.0, 60_000.0));
        assert_eq!(scale(7.0), (2.0, 8.0));
        assert_eq!(scale(1.0), (1.0, 1.0));
        assert_eq!(day_scale(10.96), (2.0, 12.0));
        assert_eq!(day_scale(1.96), (0.5, 2.0));
    }

    #[test]
    fn a_country_at_home_has_no_plot() {
        let mut columns = series(48).into_columns();
        for (name, column) in &mut columns {
            if name == "participants" {
                *column = crate::table::Column::Int(vec![0; column.len()]);
            }
        }
        let table = crate::table::Table::new(columns);
        assert_eq!(people_over_time(&Course::of(&table), false), "  Nobody was out.\n");
    }
}
