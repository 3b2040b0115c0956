//! An outcome against what a scenario knows: every name and date that it does not.

use super::{Known, Mistake, Node, PLACES, Window, Word, matches, parse};
use crate::analysis::replicate::COUNTRY;
use crate::metric::Across;
use crate::suggest::suggest;

/// Every mistake in a part of an outcome.
pub(super) fn node(node: &Node, known: &Known, mistakes: &mut Vec<Mistake>) {
    let inner = |node: &Node, mistakes: &mut Vec<Mistake>| self::node(node, known, mistakes);
    let scope = match node {
        Node::Number(_) => return,
        Node::Minus(node) => return inner(node, mistakes),
        Node::Binary(left, _, right) => {
            inner(left, mistakes);
            return inner(right, mistakes);
        }
        Node::Regions {
            function,
            of,
            level,
            regions,
            at,
            ..
        } => {
            if *function == PLACES && known.places.is_empty() {
                mistakes.push(Mistake {
                    span: at.0.clone(),
                    message: "there are no places to count".to_owned(),
                    help: "no region of this scenario is divided into places; `regions` counts regions".to_owned(),
                });
            }
            words(regions, "region", "regions", &known.regions, region, mistakes);
            inner(of, mistakes);
            return inner(level, mistakes);
        }
        Node::Metric {
            metric, level, scope, ..
        } => {
            measured(metric, [&scope.regions, &scope.places], known, mistakes);
            inner(level, mistakes);
            scope
        }
        Node::Events {
            names, subjects, scope, ..
        } => {
            words(
                names,
                "event",
                "events",
                &known.events,
                |word, name| word == name,
                mistakes,
            );
            words(subjects, "site or action", "ids", &known.subjects, matches, mistakes);
            scope
        }
    };
    words(&scope.regions, "region", "regions", &known.regions, region, mistakes);
    match (known.places.is_empty(), scope.places.first()) {
        (true, Some(place)) => mistakes.push(Mistake {
            span: place.at.0.clone(),
            message: format!("there is no place `{}`", place.text),
            help: "no region of this scenario is divided into places; `region=` takes a region".to_owned(),
        }),
        _ => words(
            &scope.places,
            "place",
            "places",
            &known.places,
            |word, name| word == name,
            mistakes,
        ),
    }
    let dated = scope.window != Window::Span(None, None) || scope.since.is_some();
    if known.undated && dated {
        mistakes.push(Mistake {
            span: scope.at.0.clone(),
            message: "the ticks of this model are no dates".to_owned(),
            help: "leave out `from`, `to`, `date`, `time` and `since`".to_owned(),
        });
    } else if let Some(run) = &known.times {
        let (from, to) = scope.window.bounds();
        let outside = from.is_some_and(|from| from >= run.end) || to.is_some_and(|to| to <= run.start);
        if outside {
            mistakes.push(Mistake {
                span: scope.at.0.clone(),
                message: "a run does not cover this time".to_owned(),
                help: format!("it goes from {} to {}", parse::time(run.start), parse::time(run.end)),
            });
        }
    }
}

/// A metric that there is, and of a mean over people at most one region or place: the mean of two would need their sizes, which
/// a series does not have.
fn measured(metric: &Word, of: [&[Word]; 2], known: &Known, mistakes: &mut Vec<Mistake>) {
    let names = known.metrics.iter().map(|metric| metric.name);
    let Some(found) = known.metrics.iter().find(|known| known.name == metric.text) else {
        mistakes.push(Mistake {
            span: metric.at.0.clone(),
            message: format!("there is no metric `{}`", metric.text),
            help: suggest(&metric.text, "metrics", names),
        });
        return;
    };
    for (words, key) in of.into_iter().zip(["region", "place"]) {
        if let (Across::Mean, [_, second, ..]) = (found.across, words) {
            mistakes.push(Mistake {
                span: second.at.0.clone(),
                message: format!("`{}` is a mean over people, so it is read in one {key}", metric.text),
                help: format!("or in the whole country, without `{key}`"),
            });
        }
    }
}

fn region(word: &str, name: &str) -> bool {
    word == name || word == COUNTRY
}

fn words(
    words: &[Word],
    what: &str,
    plural: &str,
    all: &[String],
    like: fn(&str, &str) -> bool,
    mistakes: &mut Vec<Mistake>,
) {
    for word in words
        .iter()
        .filter(|word| !all.iter().any(|name| like(&word.text, name)))
    {
        mistakes.push(Mistake {
            span: word.at.0.clone(),
            message: format!("there is no {what} `{}`", word.text),
            help: suggest(&word.text, plural, all.iter().map(String::as_str)),
        });
    }
}
