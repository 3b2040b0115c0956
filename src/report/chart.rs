//! Numbers over time as a plot for the terminal: a line and, below it, a filled shape, so that the two can be told apart
//! without colour.

use std::sync::Arc;

use jiff::civil::{DateTime, Time};
use kuva::backend::terminal::TerminalBackend;
use kuva::plot::LinePlot;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::render_multiple;
use kuva::render::theme::Theme;

use super::format;

const COLUMNS: usize = 80;
/// Pixels of the scene per character. With fine pixels every line is drawn in Braille dots; with coarse ones its
/// flat pieces would become box characters and stand off the rest.
const CELL: (f64, f64) = (80.0, 160.0);

/// The ticks of a plot as days since the midnight before the first, or as their numbers where they are no dates.
pub struct Days {
    days: Vec<f64>,
    midnight: Option<DateTime>,
}

impl Days {
    /// The ticks that start at these times, ISO 8601, all of them empty where ticks are no dates; `None` if there are
    /// none.
    pub fn of(times: &[&str]) -> Option<Days> {
        if times.first()?.is_empty() {
            return Some(Days {
                days: (0..times.len()).map(|tick| tick as f64).collect(),
                midnight: None,
            });
        }
        let midnight = format::civil(times.first()?)?.date().to_datetime(Time::midnight());
        let day = |time: &&str| {
            let since = format::civil(time)?.duration_since(midnight);
            Some(since.as_secs_f64() / 86_400.0)
        };
        Some(Days {
            days: times.iter().map(day).collect::<Option<_>>()?,
            midnight: Some(midnight),
        })
    }

    /// Values at their ticks.
    pub fn points(&self, values: &[f64]) -> Vec<(f64, f64)> {
        self.days.iter().copied().zip(values.iter().copied()).collect()
    }

    /// Their axis: steps that are round, and dates.
    pub fn axis(&self) -> Axis {
        let last = self.days.last().copied().unwrap_or_default();
        let Some(midnight) = self.midnight else {
            let (step, max) = scale(last.max(1.0));
            return Axis {
                step,
                max,
                label_width: 4.0,
                label: Arc::new(format::number),
            };
        };
        let (step, max) = day_scale(last);
        Axis {
            step,
            max,
            label_width: if step < 1.0 { 7.0 } else { 4.0 },
            label: Arc::new(move |day| {
                let time = midnight + jiff::SignedDuration::from_secs((day * 86_400.0).round() as i64);
                let form = if step < 1.0 { "%-d %b %H:%M" } else { "%-d %b" };
                time.strftime(form).to_string()
            }),
        }
    }
}

/// Two numbers of each tick: one as a line and one as a filled shape. Empty where both are nothing throughout.
pub fn over_ticks(line: &[f64], filled: &[f64], color: bool) -> String {
    let highest = line.iter().chain(filled).copied().fold(0.0, f64::max);
    if highest == 0.0 {
        return String::new();
    }
    let days = Days {
        days: (0..line.len()).map(|tick| tick as f64).collect(),
        midnight: None,
    };
    let plots = line_and_shape(days.points(line), days.points(filled));
    terminal(plots, &days.axis(), highest, 16, color)
}

/// One as a line, and one as a filled shape.
pub fn line_and_shape(line: Vec<(f64, f64)>, shape: Vec<(f64, f64)>) -> Vec<Plot> {
    let shape = LinePlot::new().with_data(shape).with_color("#c0392b");
    vec![
        Plot::Line(LinePlot::new().with_data(line).with_color("#4682b4")),
        Plot::Line(shape.with_fill().with_fill_opacity(1.0)),
    ]
}

/// The axis of time.
pub struct Axis {
    step: f64,
    max: f64,
    /// Room for its last label, in characters.
    label_width: f64,
    label: Arc<dyn Fn(f64) -> String + Send + Sync>,
}

impl Axis {
    /// This axis in a plot whose values go from zero to the highest.
    pub(super) fn lay(&self, layout: Layout, highest: f64) -> Layout {
        let (y_step, y_max) = scale(highest);
        layout
            .with_x_axis_min(0.0)
            .with_x_axis_max(self.max)
            .with_x_tick_step(self.step)
            .with_x_tick_format(TickFormat::Custom(self.label.clone()))
            .with_y_axis_min(0.0)
            .with_y_axis_max(y_max)
            .with_y_tick_step(y_step)
            .with_y_tick_format(TickFormat::Custom(Arc::new(|value| match value {
                // The label of zero would run into the first date.
                0.0 => String::new(),
                _ => format::number(value),
            })))
    }
}

/// A plot over time of so many rows.
pub fn terminal(plots: Vec<Plot>, axis: &Axis, highest: f64, rows: usize, color: bool) -> String {
    let layout = Layout::auto_from_plots(&plots)
        .with_width(COLUMNS as f64 * CELL.0)
        .with_height(rows as f64 * CELL.1)
        .with_term_rows(rows as u32)
        .with_theme(readable_on_any_background())
        .with_show_grid(false)
        .with_tick_length(0.0)
        .with_force_margins(11.0 * CELL.0, axis.label_width * CELL.0)
        .with_force_margins_y(0.5 * CELL.1, 2.0 * CELL.1);
    let layout = axis.lay(layout, highest);
    let drawn = TerminalBackend::new(COLUMNS, rows).render_scene(&render_multiple(plots, layout));
    let drawn = if color { drawn } else { without_colour(&drawn) };
    let empty = |line: &&str| without_colour(line).trim().is_empty();
    let lines = drawn.lines().map(str::trim_end).filter(|line| !empty(line));
    lines.fold(String::new(), |text, line| text + line + "\n")
}

/// A step of 1, 2 or 5 times a power of ten that divides the axis into three to six parts, and the axis' end.
pub(super) fn scale(highest: f64) -> (f64, f64) {
    let power = libm::pow(10.0, libm::floor(libm::log10(highest / 6.0)));
    // People come in ones; a share does not.
    let power = if highest > 1.0 { power.max(1.0) } else { power };
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

    #[test]
    fn scales_have_round_steps() {
        assert_eq!(scale(52_000.0), (10_000.0, 60_000.0));
        assert_eq!(scale(7.0), (2.0, 8.0));
        assert_eq!(scale(2.0), (1.0, 2.0));
        assert!(scale(0.5).0 < 0.2, "shares have steps, too");
        assert_eq!(day_scale(10.96), (2.0, 12.0));
        assert_eq!(day_scale(1.96), (0.5, 2.0));
    }
}
