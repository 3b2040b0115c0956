//! The course of events over many replicates: what most of them have, when, and how far they differ.

use super::course::{called, verb};
use crate::analysis::course::Course;
use crate::analysis::happenings::Happening;
use crate::analysis::names::Names;
use crate::analysis::overview::Arm;
use crate::analysis::spread::Spread;
use crate::report::format::{hour, wrapped};

/// What fewer than this share of the replicates have is not told.
const SHARE: f64 = 0.5;
/// Lines that a reader wants; what fewer replicates have is left out first.
const LINES: usize = 45;

/// Something that happened in most of the replicates.
struct First<'h> {
    what: &'h Happening,
    /// In which share of them.
    share: f64,
    /// Its first tick, over these.
    tick: Spread,
}

/// Dated lines in order of the median hour.
pub fn lines(all: &Arm, course: &Course, names: &Names) -> String {
    let share = |what: &Happening| what.runs() as f64 / all.runs as f64;
    let mut told: Vec<(First, &'static str)> = all
        .happenings
        .iter()
        .filter(|what| share(what) >= SHARE)
        .filter_map(|what| {
            let (share, tick) = (share(what), what.spread());
            Some((First { what, share, tick }, verb(&what.event)?))
        })
        .collect();
    told.sort_by(|(a, _), (b, _)| a.tick.median.total_cmp(&b.tick.median));
    told.sort_by(|(a, _), (b, _)| b.share.total_cmp(&a.share));
    told.truncate(LINES);
    told.sort_by(|(a, _), (b, _)| a.tick.median.total_cmp(&b.tick.median));
    told.iter()
        .map(|(first, verb)| line(first, verb, course, names))
        .collect()
}

fn line(first: &First, verb: &str, course: &Course, names: &Names) -> String {
    let at = |tick: f64| hour(course.time((tick as usize).min(course.len() - 1)));
    let subject = match first.what.subject.as_str() {
        "" => names.region(first.what.at()),
        subject => called(names, subject),
    };
    let spread = match first.tick.low as usize == first.tick.high as usize {
        true => String::new(),
        false => format!("; {} to {}", at(first.tick.low), at(first.tick.high)),
    };
    let share = format!(" (in {:.0} %{spread})", 100.0 * first.share);
    wrapped(
        &format!("  {:<15}", at(first.tick.median)),
        &format!("{verb}: {subject}{share}"),
    )
}
