//! The unit of an outcome, from the units of the metrics in it.

use super::{By, Node, OverEvents, OverTime, Part, Sign};
use crate::metric::Description;

/// A share, a ratio, a number: what has no unit.
const NONE: &str = "1";

/// The unit of a part of an outcome; `None` where there is none that can be named, such as people plus hours.
pub(super) fn of(node: &Node, metrics: &[Description]) -> Option<String> {
    Some(match node {
        Node::Number(_) => NONE.to_owned(),
        Node::Minus(node) => of(node, metrics)?,
        Node::Binary(left, sign, right) => binary(of(left, metrics)?, *sign, of(right, metrics)?)?,
        Node::Metric { over, metric, part, .. } => {
            let unit = metrics.iter().find(|known| known.name == metric.text)?.unit;
            match (over, part) {
                (OverTime::Episodes, Part::Count) => "episodes".to_owned(),
                (OverTime::TimeAbove | OverTime::First | OverTime::TimeOfPeak, _) => "hours".to_owned(),
                (OverTime::Episodes, Part::Length | Part::Wait) => "hours".to_owned(),
                (OverTime::Sum | OverTime::Episodes, _) => format!("{unit} x hours"),
                _ => unit.to_owned(),
            }
        }
        Node::Events { over, by, .. } => match (over, by) {
            (OverEvents::Count, _) => "events",
            (OverEvents::First | OverEvents::Last, _) => "hours",
            (OverEvents::Distinct, By::Region) => "regions",
            (OverEvents::Distinct, By::Place) => "places",
            (OverEvents::Distinct, By::Subject | By::Pattern) => "subjects",
        }
        .to_owned(),
        Node::Regions { function, .. } => (*function).to_owned(),
    })
}

fn binary(left: String, sign: Sign, right: String) -> Option<String> {
    match sign {
        Sign::Plus | Sign::Minus => match (left == right, left == NONE, right == NONE) {
            (true, _, _) | (_, _, true) => Some(left),
            (_, true, _) => Some(right),
            _ => None,
        },
        Sign::Times if left == NONE => Some(right),
        Sign::Times | Sign::Over if right == NONE => Some(left),
        Sign::Over if left == right => Some(NONE.to_owned()),
        Sign::Times | Sign::Over => None,
    }
}
