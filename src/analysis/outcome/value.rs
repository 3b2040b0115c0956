//! The value of an outcome in one replicate.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{By, Compare, Never, Node, OverEvents, OverTime, PLACES, Part, Scope, Sign, Window, Word, matches};
use crate::analysis::episodes::{episodes, waits};
use crate::analysis::replicate::{COUNTRY, Event, Replicate, Rows};

/// A region or a place that is taken alone, by its index among all.
#[derive(Clone, Copy)]
pub(super) enum Alone {
    Region(usize),
    Place(usize),
}

/// The value of a node, in one region or place alone if one is given.
pub(super) fn of(node: &Node, replicate: &Replicate<'_>, alone: Option<Alone>) -> f64 {
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
            part,
            scope,
            ..
        } => {
            let held = (*compare, of(level, replicate, alone));
            metric_over(*over, *part, &metric.text, held, scope, replicate, alone)
        }
        Node::Events {
            over,
            names,
            subjects,
            by,
            scope,
            ..
        } => events_over(*over, names, subjects, *by, scope, replicate, alone),
        Node::Regions {
            function,
            of: inner,
            compare,
            level,
            regions,
            ..
        } => {
            let asked = |&region: &usize| is_among(regions, replicate.id(region));
            let value = |node: &Node, alone| of(node, replicate, Some(alone));
            let holds = |&alone: &Alone| compare.holds(value(inner, alone), value(level, alone));
            if *function == PLACES {
                let places = replicate.places().map(|places| 0..places.len());
                return places.map_or(f64::NAN, |all| all.map(Alone::Place).filter(holds).count() as f64);
            }
            replicate
                .regions()
                .filter(asked)
                .map(Alone::Region)
                .filter(holds)
                .count() as f64
        }
    }
}

fn metric_over(
    over: OverTime,
    part: Part,
    metric: &str,
    (compare, level): (Compare, f64),
    scope: &Scope,
    replicate: &Replicate<'_>,
    alone: Option<Alone>,
) -> f64 {
    let mut ticks = window(scope, replicate);
    let Some((rows, summed)) = whose(scope, replicate, alone) else {
        return f64::NAN;
    };
    if ticks.is_empty() {
        return f64::NAN;
    }
    let values = rows.values(metric);
    let value = |tick| summed.iter().map(|&at| values(tick, at)).sum::<f64>();
    let end = ticks.end;
    let hours = |tick| moment(tick, end, scope, replicate);
    let length = ticks.len() as f64;
    match over {
        OverTime::Peak => ticks.map(value).fold(f64::NEG_INFINITY, f64::max),
        OverTime::Lowest => ticks.map(value).fold(f64::INFINITY, f64::min),
        OverTime::Mean => ticks.map(value).sum::<f64>() / length,
        OverTime::Sum => ticks.map(value).sum::<f64>() * replicate.tick_hours(),
        OverTime::Start => value(ticks.start),
        OverTime::Last => value(ticks.end - 1),
        OverTime::Episodes => {
            let values: Vec<f64> = ticks.map(value).collect();
            part_of(
                part,
                &values,
                |value| compare.holds(value, level),
                replicate.tick_hours(),
            )
        }
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
    alone: Option<Alone>,
) -> f64 {
    let ticks = window(scope, replicate);
    if ticks.is_empty() {
        return f64::NAN;
    }
    let there = |event: &Event<'_>| match alone {
        Some(Alone::Region(region)) => event.region == replicate.id(region),
        Some(Alone::Place(place)) => replicate.places().is_some_and(|places| places.id(place) == event.at()),
        None if scope.places.is_empty() => is_among(&scope.regions, event.region),
        None => scope.places.iter().any(|word| word.text == event.at()),
    };
    let asked = |event: &Event<'_>| {
        ticks.contains(&event.tick)
            && names.iter().any(|name| name.text == event.event)
            && there(event)
            && (subjects.is_empty() || subjects.iter().any(|pattern| matches(&pattern.text, event.subject)))
    };
    let events = replicate.events();
    let mut such = events.iter().filter(asked);
    let hours = |event: Option<Event<'_>>| moment(event.map(|event| event.tick), ticks.end, scope, replicate);
    match (over, by) {
        (OverEvents::Count, _) => such.count() as f64,
        (OverEvents::First, _) => hours(such.next()),
        (OverEvents::Last, _) => hours(such.last()),
        (OverEvents::Distinct, By::Subject) => such.map(|event| event.subject).collect::<BTreeSet<_>>().len() as f64,
        (OverEvents::Distinct, By::Region) => such.map(|event| event.region).collect::<BTreeSet<_>>().len() as f64,
        (OverEvents::Distinct, By::Place) => such.map(|event| event.at()).collect::<BTreeSet<_>>().len() as f64,
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

/// The regions or places whose values are summed; `None` if one is not in the replicate.
fn whose<'r, 't>(
    scope: &Scope,
    replicate: &'r Replicate<'t>,
    alone: Option<Alone>,
) -> Option<(&'r Rows<'t>, Vec<usize>)> {
    let found = |rows: &'r Rows<'t>, words: &[Word]| {
        let all: Option<Vec<usize>> = words.iter().map(|word| rows.find(&word.text)).collect();
        all.map(|all| (rows, all))
    };
    let series = replicate.series();
    match (alone, &scope.regions[..], &scope.places[..]) {
        (Some(Alone::Region(region)), ..) => Some((series, vec![region])),
        (Some(Alone::Place(place)), ..) => Some((replicate.places()?, vec![place])),
        (None, [], []) => Some((series, vec![series.find(COUNTRY)?])),
        (None, regions, []) => found(series, regions),
        (None, _, places) => found(replicate.places()?, places),
    }
}

fn window(scope: &Scope, replicate: &Replicate<'_>) -> Range<usize> {
    if let Window::Time(time) = scope.window {
        return replicate.tick_at(time);
    }
    let (from, to) = scope.window.bounds();
    replicate.ticks_between(from, to)
}

/// What is asked of the episodes in which a condition holds.
fn part_of(part: Part, values: &[f64], holds: impl Fn(f64) -> bool, tick_hours: f64) -> f64 {
    let found = episodes(values, holds);
    let mean = |all: Vec<f64>| match all.len() {
        0 => 0.0,
        many => all.iter().sum::<f64>() / many as f64,
    };
    match part {
        Part::Count => found.len() as f64,
        Part::Size => mean(found.iter().map(|one| one.size * tick_hours).collect()),
        Part::Length => mean(found.iter().map(|one| one.ticks.len() as f64 * tick_hours).collect()),
        Part::Wait => mean(waits(&found).map(|wait| wait as f64 * tick_hours).collect()),
    }
}

/// Hours to a tick; of one that is not there, what stands for it.
fn moment(tick: Option<usize>, end: usize, scope: &Scope, replicate: &Replicate<'_>) -> f64 {
    match (tick, scope.never) {
        (Some(tick), _) => hours_since(tick, scope, replicate),
        (None, Some(Never::End)) => hours_since(end, scope, replicate),
        (None, Some(Never::Number(number))) => number,
        (None, None) => f64::NAN,
    }
}

/// Hours from the start of the run, or of `since`, to a tick.
fn hours_since(tick: usize, scope: &Scope, replicate: &Replicate<'_>) -> f64 {
    let since = scope.since.map_or(0.0, |since| replicate.hours(since));
    tick as f64 * replicate.tick_hours() - since
}
