//! The shelf: kinds of actions and the keys of an action, as forms are made of them. All of it comes from the format
//! that the checker and `qantar explain` read.

use serde_json::{Value, json};

use crate::document::form::{Field, Format, Kind, Omitted};
use crate::models::country::kinds::{ActionKind, KINDS, Theme, theme};
use crate::sim::policy::Lever;

/// Kinds and keys; nothing where a format has no actions.
pub fn shelf(format: &'static Format) -> Value {
    let section = |name: &str| format.root().field(name).and_then(|field| format.within(field));
    let Some(action) = section("action") else {
        return json!({ "kinds": [], "fields": [], "levers": [] });
    };
    if action.field("kind").is_none() {
        return json!({ "kinds": [], "fields": [], "levers": [] });
    }
    json!({
        "kinds": KINDS.iter().map(kind).collect::<Vec<_>>(),
        "fields": action.fields.iter().map(field).collect::<Vec<_>>(),
        "levers": Lever::ALL.iter().map(|&one| lever(one, "", false)).collect::<Vec<_>>(),
    })
}

fn kind(kind: &ActionKind) -> Value {
    json!({
        "name": kind.name,
        "meaning": kind.meaning,
        "credibility": kind.credibility,
        "duration": kind.duration,
        "hours": kind.hours.map(|(from, to)| [from, to]),
        "sort": sort(kind.name),
        "own": kind.own.iter().map(|own| lever(own.lever, own.key, own.promised)).collect::<Vec<_>>(),
    })
}

/// The number of the lane in which actions of a kind stand.
pub fn sort(kind: &str) -> usize {
    match theme(kind) {
        Theme::Livelihood => 0,
        Theme::Concession => 1,
        Theme::Words => 2,
        Theme::Network => 3,
        Theme::Police => 4,
        Theme::Troops => 5,
    }
}

fn lever(lever: Lever, key: &str, promised: bool) -> Value {
    let (low, high) = lever.range();
    json!({
        "key": if key.is_empty() { lever.name() } else { key },
        "lever": lever.name(),
        "promised": promised,
        "unit": lever.unit(),
        "low": low,
        "high": high,
        "meaning": lever.meaning(),
    })
}

fn field(field: &Field) -> Value {
    let range = match field.kind {
        Kind::Number(low, high) => Some((low, high)),
        Kind::Whole(low, high) => Some((low as f64, high as f64)),
        _ => None,
    };
    let default = match field.omitted {
        Omitted::Required => "required".to_owned(),
        Omitted::Unless(other) => format!("required, unless `{other}` is there"),
        Omitted::Value(text) | Omitted::Words(text) => text.to_owned(),
        Omitted::Number(value) => value.to_string(),
    };
    let (form, choices) = match field.kind {
        Kind::Text | Kind::Duration | Kind::Zone | Kind::Id => ("text", Vec::new()),
        Kind::Flag => ("flag", Vec::new()),
        Kind::Number(..) | Kind::Whole(..) => ("number", Vec::new()),
        Kind::Choice(choice) => ("choice", choice.words()),
        Kind::When | Kind::Time => ("when", Vec::new()),
        Kind::References(to) => (to.name, Vec::new()),
        // Written as in a scenario.
        _ => ("toml", Vec::new()),
    };
    json!({
        "key": field.key,
        "form": form,
        "choices": choices,
        "expected": field.expected(),
        "unit": field.unit,
        "low": range.map(|range| range.0),
        "high": range.map(|range| range.1),
        "default": default,
        "meaning": field.meaning,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models;

    #[test]
    fn the_shelf_has_every_kind_with_the_ranges_of_the_checker() {
        let shelf = shelf(models::FAMILIES[0].format());
        assert_eq!(shelf["kinds"].as_array().unwrap().len(), KINDS.len());
        let rollback = shelf["kinds"]
            .as_array()
            .unwrap()
            .iter()
            .find(|kind| kind["name"] == "price_rollback")
            .unwrap();
        assert_eq!(rollback["own"][0]["key"], "price");
        let fields = shelf["fields"].as_array().unwrap();
        let credibility = fields.iter().find(|field| field["key"] == "credibility").unwrap();
        assert_eq!((&credibility["low"], &credibility["high"]), (&json!(0.0), &json!(1.0)));
        assert_eq!(super::shelf(models::FAMILIES[1].format())["kinds"], json!([]));
    }
}
