//! The course of events over many replicates: what most of them have, when, and how far they differ.

use super::course::{called, verb};
use crate::analysis::course::Course;
use crate::analysis::ensemble::{First, Member, firsts};
use crate::analysis::names::Names;
use crate::report::format::{hour, wrapped};

/// What fewer than this share of the replicates have is not told.
const SHARE: f64 = 0.5;
/// Lines that a reader wants; what fewer replicates have is left out first.
const LINES: usize = 45;

/// Dated lines in order of the median hour.
pub fn lines(members: &[Member], course: &Course, names: &Names) -> String {
    let mut told: Vec<(First, &'static str)> = firsts(members, SHARE)
        .into_iter()
        .filter_map(|first| Some((verb(&first.what.event)?, first)).map(|(verb, first)| (first, verb)))
        .collect();
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
        "" => names.region(&first.what.region),
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
