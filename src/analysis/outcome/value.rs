//! The value of an outcome in one replicate.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{By, Compare, Node, OverEvents, OverTime, Scope, Sign, Window, Word, matches};
use crate::analysis::replicate::{COUNTRY, Event, Replicate};
use crate::metric::Metric;

/// The value of a node, in one region alone if one is given.
pub(super) fn of(node: &Node, replicate: &Replicate<'_>, alone: Option<usize>) -> f64 {
    match node {
        Node::Number(number) => *number,
        Node::Minus(node) => -of(node, replicate, alone),
        Node::Binary(left, sign, right) => {
            let (left, right) = (of(left, replicate, alone), of(right, replicate, alone));
            match sign {
                Sign::Plus => left + right,
                Sign::Minus => left - right,
                Sign::Times => left * right,
                Sign::Over => left / right,
            }
        }
        Node::Metric {
            over,
            metric,
            compare,
            level,
            scope,
            ..
        } => metric_over(*over, *metric, (*compare, *level), scope, replicate, alone),
        Node::Events {
            over,
            names,
            subjects,
            by,
            scope,
            ..
        } => events_over(*over, names, subjects, *by, scope, replicate, alone),
        Node::Regions {
            of: inner,
            compare,
            level,
            regions,
        } => {
            let asked = |&region: &usize| is_among(regions, replicate.id(region));
            let holds = |&region: &usize| compare.holds(of(inner, replicate, Some(region)), *level);
            replicate.regions().filter(asked).filter(holds).count() as f64
        }
    }
}

fn metric_over(
    over: OverTime,
    metric: Metric,
    (compare, level): (Compare, f64),
    scope: &Scope,
    replicate: &Replicate<'_>,
    alone: Option<usize>,
) -> f64 {
    let mut ticks = window(scope, replicate);
    let Some(regions) = places(scope, replicate, alone) else {
        return f64::NAN;
    };
    if ticks.is_empty() {
        return f64::NAN;
    }
    let values = replicate.values(metric);
    let value = |tick| regions.iter().map(|&region| values(tick, region)).sum::<f64>();
    let hours = |tick: Option<usize>| tick.map_or(f64::NAN, |tick| hours_since(tick, scope, replicate));
    let length = ticks.len() as f64;
    match over {
        OverTime::Peak => ticks.map(value).fold(f64::NEG_INFINITY, f64::max),
        OverTime::Lowest => ticks.map(value).fold(f64::INFINITY, f64::min),
        OverTime::Mean => ticks.map(value).sum::<f64>() / length,
        OverTime::Sum => ticks.map(value).sum::<f64>() * replicate.tick_hours(),
        OverTime::Last => value(ticks.end - 1),
        OverTime::TimeAbove => ticks.filter(|&tick| value(tick) > level).count() as f64 * replicate.tick_hours(),
        OverTime::First => hours(ticks.find(|&tick| compare.holds(value(tick), level))),
        OverTime::TimeOfPeak => {
            let (mut highest, mut at) = (0.0, None);
            for tick in ticks {
                if value(tick) > highest {
                    (highest, at) = (value(tick), Some(tick));
                }
            }
            hours(at)
        }
    }
}

fn events_over(
    over: OverEvents,
    names: &[Word],
    subjects: &[Word],
    by: By,
    scope: &Scope,
    replicate: &Replicate<'_>,
    alone: Option<usize>,
) -> f64 {
    let ticks = window(scope, replicate);
    if ticks.is_empty() {
        return f64::NAN;
    }
    let there = |region: &str| match alone {
        Some(alone) => region == replicate.id(alone),
        None => is_among(&scope.regions, region),
    };
    let asked = |event: &Event<'_>| {
        ticks.contains(&event.tick)
            && names.iter().any(|name| name.text == event.event)
            && there(event.region)
            && (subjects.is_empty() || subjects.iter().any(|pattern| matches(&pattern.text, event.subject)))
    };
    let events = replicate.events();
    let mut such = events.iter().filter(asked);
    let hours = |event: Option<Event<'_>>| event.map_or(f64::NAN, |event| hours_since(event.tick, scope, replicate));
    match (over, by) {
        (OverEvents::Count, _) => such.count() as f64,
        (OverEvents::First, _) => hours(such.next()),
        (OverEvents::Last, _) => hours(such.last()),
        (OverEvents::Distinct, By::Subject) => such.map(|event| event.subject).collect::<BTreeSet<_>>().len() as f64,
        (OverEvents::Distinct, By::Region) => such.map(|event| event.region).collect::<BTreeSet<_>>().len() as f64,
        (OverEvents::Distinct, By::Pattern) => {
            let such: Vec<Event<'_>> = such.collect();
            let seen = |pattern: &&Word| such.iter().any(|event| matches(&pattern.text, event.subject));
            subjects.iter().filter(seen).count() as f64
        }
    }
}

/// Whether a region is asked for; without a list all are.
fn is_among(regions: &[Word], id: &str) -> bool {
    regions.is_empty() || regions.iter().any(|word| word.text == id || word.text == COUNTRY)
}

/// The regions whose values are summed; `None` if one is not in the replicate.
fn places(scope: &Scope, replicate: &Replicate<'_>, alone: Option<usize>) -> Option<Vec<usize>> {
    match (alone, &scope.regions[..]) {
        (Some(alone), _) => Some(vec![alone]),
        (None, []) => Some(vec![replicate.region(COUNTRY)?]),
        (None, words) => words.iter().map(|word| replicate.region(&word.text)).collect(),
    }
}

fn window(scope: &Scope, replicate: &Replicate<'_>) -> Range<usize> {
    if let Window::Time(time) = scope.window {
        return replicate.tick_at(time);
    }
    let (from, to) = scope.window.bounds();
    replicate.ticks_between(from, to)
}

/// Hours from the start of the run, or of `since`, to a tick.
fn hours_since(tick: usize, scope: &Scope, replicate: &Replicate<'_>) -> f64 {
    let since = scope.since.map_or(0.0, |since| replicate.hours(since));
    tick as f64 * replicate.tick_hours() - since
}
