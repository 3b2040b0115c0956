//! The JSON schema (draft 2020-12) of the scenario format, for editors; made from the reference.

use serde_json::{Map, Value, json};

use super::form::{Field, Kind, Omitted, Section};
use super::kinds::KINDS;
use super::schema::{section, sections};
use super::tree::{self, Node};

/// The schema.
pub fn json_schema() -> Value {
    let root = sections()
        .iter()
        .find(|section| section.name.is_empty())
        .map(object)
        .unwrap_or_default();
    let defs: Map<String, Value> = sections()
        .iter()
        .filter(|section| !section.name.is_empty() && !section.is_of_record())
        .map(|section| (section.name.clone(), Value::Object(object(section))))
        .collect();
    let mut schema = Map::new();
    schema.insert(
        "$schema".to_string(),
        json!("https://json-schema.org/draft/2020-12/schema"),
    );
    schema.insert("title".to_string(), json!("qantar scenario, version 1"));
    schema.insert(
        "if".to_string(),
        json!({ "properties": { "model": { "const": "epstein" } }, "required": ["model"] }),
    );
    schema.insert("then".to_string(), json!({ "$ref": "#/$defs/epstein" }));
    schema.insert("else".to_string(), Value::Object(root));
    schema.insert("$defs".to_string(), Value::Object(defs));
    Value::Object(schema)
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
        "" | "epstein" => required.retain(|key| *key == "schema_version"),
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
        Kind::Text | Kind::Zone | Kind::Duration | Kind::Time | Kind::Reference(_) | Kind::Outcome => {
            json!({ "type": "string" })
        }
        Kind::Id => json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]+$" }),
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
        Kind::Outcomes => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        Kind::Table(name) => reference(name),
        Kind::Rules(group) => reference(&section(&format!("rules.{group}")).name),
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

    #[test]
    fn every_reference_in_the_schema_leads_to_a_definition() {
        let schema = json_schema();
        let text = schema.to_string();
        for part in text.split("\"#/$defs/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(schema["$defs"].get(name).is_some(), "{name}");
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
