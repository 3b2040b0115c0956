//! How a trait is spread over people.

use crate::document::tree::{Node, Table};
use crate::document::view::View;
use crate::sim::model::Distribution;

/// The distribution at a key, or its default.
pub fn distribution(view: &View<'_>, key: &str) -> Distribution {
    let given = view.given(key).and_then(|node| read(node.table()?));
    let default = || read(view.default(key)?.table()?);
    let even = Distribution::Uniform { low: 0.0, high: 1.0 };
    given.or_else(default).unwrap_or(even)
}

fn read(table: &Table) -> Option<Distribution> {
    let number = |key| table.get(key).and_then(Node::number);
    Some(match table.text("distribution")? {
        "uniform" => Distribution::Uniform {
            low: number("low")?,
            high: number("high")?,
        },
        "normal" => Distribution::Normal {
            mean: number("mean")?,
            sd: number("sd")?,
        },
        "beta" => Distribution::Beta {
            alpha: number("alpha")?,
            beta: number("beta")?,
        },
        _ => return None,
    })
}
