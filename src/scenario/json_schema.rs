//! The JSON schema (draft 2020-12) of the scenario format, for editors; made from the reference.

use serde_json::{Map, Value, json};

use crate::document::form::{Field, Format, Kind, Omitted, Section};
use crate::document::tree::{self, Node};
use crate::models;
use crate::models::country::kinds::KINDS;

/// The schema of scenarios, of all families.
pub fn json_schema() -> Value {
    let mut schema = head("scenario, version 1");
    let mut families = models::all();
    let first = families.next().expect("there is a family").format();
    let mut defs = definitions(first);
    let mut rest = Value::Object(object(first.root()));
    // From the last to the first: if it is of this model, then by its format, else as follows.
    for family in families.collect::<Vec<_>>().into_iter().rev() {
        let format = family.format();
        let root = Value::Object(object(format.root()));
        defs.insert(format.root().name.clone(), root);
        defs.extend(definitions(format));
        rest = json!({
            "if": { "properties": { "model": { "const": family.name() } }, "required": ["model"] },
            "then": { "$ref": format!("#/$defs/{}", format.root().name) },
            "else": rest,
        });
    }
    schema.extend(rest.as_object().cloned().unwrap_or_default());
    schema.insert("$defs".to_string(), Value::Object(defs));
    Value::Object(schema)
}

/// The schema of one format, such as that of records.
pub fn of(format: &Format) -> Value {
    let mut schema = head(&format!("{}, version 1", format.noun));
    schema.extend(object(format.root()));
    schema.insert("$defs".to_string(), Value::Object(definitions(format)));
    Value::Object(schema)
}

fn head(title: &str) -> Map<String, Value> {
    let mut head = Map::new();
    head.insert(
        "$schema".to_string(),
        json!("https://json-schema.org/draft/2020-12/schema"),
    );
    head.insert("title".to_string(), json!(format!("qantar {title}")));
    head
}

/// The sections of a format but that of the document itself.
fn definitions(format: &Format) -> Map<String, Value> {
    let of = |section: &Section| (section.name.clone(), Value::Object(object(section)));
    format.sections[1..].iter().map(of).collect()
}

fn object(section: &Section) -> Map<String, Value> {
    let mut properties: Map<String, Value> = section
        .fields
        .iter()
        .map(|field| (field.key.to_string(), property(field)))
        .collect();
    if section.name == "action" || section.name == "shock" {
        properties.extend(own_parameters());
    }
    let mut required: Vec<&str> = section
        .fields
        .iter()
        .filter(|field| field.omitted == Omitted::Required)
        .map(|field| field.key)
        .collect();
    // An overlay says only what differs, so a file need not hold everything; an entry is always named.
    match section.name.as_str() {
        "" | "epstein" | "record" => required.retain(|key| *key == "schema_version"),
        _ if section.field("id").is_some() => {
            required.retain(|key| *key == "id");
            let meaning = "In an overlay: drop this entry.";
            properties.insert(
                "remove".to_string(),
                json!({ "type": "boolean", "description": meaning }),
            );
        }
        _ => {}
    }
    let mut object = Map::new();
    object.insert("type".to_string(), json!("object"));
    object.insert("description".to_string(), json!(section.about));
    object.insert("properties".to_string(), Value::Object(properties));
    object.insert("required".to_string(), json!(required));
    object.insert("additionalProperties".to_string(), json!(false));
    object
}

/// Parameters of the kinds; which kind has which is told in words.
fn own_parameters() -> Map<String, Value> {
    let mut properties = Map::new();
    for key in KINDS.iter().flat_map(|kind| kind.own.iter().map(|own| own.key)) {
        let kinds: Vec<_> = KINDS
            .iter()
            .filter(|kind| kind.own.iter().any(|own| own.key == key))
            .collect();
        let names: Vec<_> = kinds.iter().map(|kind| kind.name).collect();
        let meaning = format!("Parameter of the kinds: {}.", names.join(", "));
        properties.insert(key.to_string(), json!({ "type": "number", "description": meaning }));
    }
    properties
}

fn property(field: &Field) -> Value {
    let mut property = shape(field);
    let unit = if field.unit.is_empty() {
        String::new()
    } else {
        format!(" Unit: {}.", field.unit)
    };
    let omitted = match field.omitted {
        Omitted::Words(words) => format!(" If left out: {words}."),
        _ => String::new(),
    };
    property.insert(
        "description".to_string(),
        json!(format!("{}{unit}{omitted}", field.meaning)),
    );
    let default = match field.omitted {
        Omitted::Number(value) => Some(json!(value)),
        _ => field.default_node().map(|node| plain(&node)),
    };
    if let Some(default) = default {
        property.insert("default".to_string(), default);
    }
    Value::Object(property)
}

fn shape(field: &Field) -> Map<String, Value> {
    let reference = |name: &str| json!({ "$ref": format!("#/$defs/{name}") });
    let shape = match field.kind {
        // TOML dates reach a JSON schema as text.
        Kind::Text | Kind::Zone | Kind::Duration | Kind::Time | Kind::Reference(_) | Kind::Outcome(_) => {
            json!({ "type": "string" })
        }
        Kind::Id => json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]+$" }),
        Kind::Model => {
            json!({ "type": "string", "enum": models::all().map(|family| family.name()).collect::<Vec<_>>() })
        }
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Whole(low, high) => json!({ "type": "integer", "minimum": low, "maximum": high }),
        Kind::Number(low, high) => json!({ "type": "number", "minimum": low, "maximum": high }),
        Kind::Range | Kind::Position => {
            json!({ "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2 })
        }
        Kind::Hours => json!({
            "type": "array", "items": { "type": "integer", "minimum": 0, "maximum": 23 }, "minItems": 2, "maxItems": 2,
        }),
        Kind::Choice(choice) => json!({ "type": "string", "enum": choice.words() }),
        Kind::Texts | Kind::References(_) => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::When => json!({ "anyOf": [{ "type": "string" }, reference("when")] }),
        Kind::Whens => json!({ "type": "array", "items": { "anyOf": [{ "type": "string" }, reference("when")] } }),
        Kind::Outcomes(_) => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        Kind::Varied(_) => json!({ "type": "object" }),
        Kind::Table(name) => reference(name),
        Kind::Part(section, part) => reference(&format!("{section}.{part}")),
        Kind::Entries(name) => json!({ "type": "array", "items": reference(name) }),
    };
    match shape {
        Value::Object(shape) => shape,
        _ => Map::new(),
    }
}

fn plain(node: &Node) -> Value {
    use tree::Value as Written;
    match &node.value {
        Written::Text(text) => json!(text),
        Written::Whole(value) => json!(value),
        Written::Number(value) => json!(value),
        Written::Flag(flag) => json!(flag),
        Written::Time(time) => json!(time.to_string()),
        Written::List(list) => list.iter().map(plain).collect(),
        Written::Table(table) => table
            .entries
            .iter()
            .map(|entry| (entry.key.clone(), plain(&entry.node)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{record, search};

    #[test]
    fn every_reference_in_the_schema_leads_to_a_definition() {
        for schema in [json_schema(), of(&record::FORMAT), of(&search::FORMAT)] {
            let text = schema.to_string();
            for part in text.split("\"#/$defs/").skip(1) {
                let name = part.split('"').next().unwrap();
                assert!(schema["$defs"].get(name).is_some(), "{name}");
            }
        }
    }

    #[test]
    fn the_schema_says_the_range_and_the_default_of_the_reference() {
        let schema = json_schema();
        let urban = &schema["$defs"]["region"]["properties"]["urban"];
        assert_eq!((&urban["maximum"], &urban["default"]), (&json!(1.0), &json!(0.6)));
        let kinds = &schema["$defs"]["action"]["properties"]["kind"]["enum"];
        assert_eq!(kinds.as_array().unwrap().len(), KINDS.len());
    }
}
