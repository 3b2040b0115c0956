//! A text after a change in a form: what the form changed is changed, and all else stays as it was written, with its order
//! and its comments.

use serde::Deserialize;
use serde_json::{Map, Value as Json};
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// What is to be saved of a branch.
#[derive(Deserialize)]
pub struct Save {
    /// How often it had been saved when the page read it.
    pub version: u64,
    /// Its new name, if it gets one.
    pub name: Option<String>,
    text: Option<String>,
    document: Option<Json>,
}

impl Save {
    /// The text that it is to have: as written, or that of before, changed by a form.
    pub fn written(&self, before: &str) -> Option<String> {
        let form = || Some(changed(before, self.document.as_ref()?));
        self.text.clone().or_else(form)
    }
}

/// A text, changed to what a page's form holds: the document that [`document`](super::overlay::document) made of it, with
/// what was changed since. A text that cannot be read is written anew.
pub fn changed(text: &str, wanted: &Json) -> String {
    let mut document = text.parse::<DocumentMut>().unwrap_or_default();
    if let Json::Object(wanted) = wanted {
        lay(document.as_table_mut(), wanted);
    }
    document.to_string()
}

/// Give a table these keys and no others.
fn lay(table: &mut dyn TableLike, wanted: &Map<String, Json>) {
    let known: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
    for key in known.iter().filter(|key| !wanted.contains_key(*key)) {
        table.remove(key);
    }
    for (key, wanted) in wanted {
        match (table.get_mut(key), wanted) {
            (Some(item), wanted) if is(item, wanted) => {}
            (Some(Item::ArrayOfTables(entries)), Json::Array(wanted)) if entries_of(wanted).is_some() => {
                lay_entries(entries, &entries_of(wanted).unwrap_or_default());
            }
            (Some(item), Json::Object(wanted)) if item.is_table_like() && !is_time(wanted) => {
                if let Some(inner) = item.as_table_like_mut() {
                    lay(inner, wanted);
                }
            }
            (Some(Item::Value(old)), wanted) => {
                let mut new = value(wanted);
                *new.decor_mut() = old.decor().clone();
                *old = new;
            }
            (_, Json::Array(list)) if entries_of(list).is_some() => {
                let mut entries = ArrayOfTables::new();
                lay_entries(&mut entries, &entries_of(list).unwrap_or_default());
                table.insert(key, Item::ArrayOfTables(entries));
            }
            (_, wanted) => {
                table.insert(key, Item::Value(value(wanted)));
            }
        }
    }
}

/// Give a list of entries these and no others, each known by its id; those that are new stand last.
fn lay_entries(entries: &mut ArrayOfTables, wanted: &[&Map<String, Json>]) {
    let id_of = |table: &Table| table.get("id").and_then(Item::as_str).map(str::to_owned);
    let is_wanted = |id: Option<&str>| wanted.iter().any(|one| one.get("id").and_then(Json::as_str) == id);
    entries.retain(|entry| is_wanted(id_of(entry).as_deref()));
    for wanted in wanted {
        let id = wanted.get("id").and_then(Json::as_str);
        let known = entries.iter().position(|entry| id_of(entry).as_deref() == id);
        match known.and_then(|place| entries.get_mut(place)) {
            Some(entry) => lay(entry, wanted),
            None => {
                let mut entry = Table::new();
                entry.decor_mut().set_prefix("\n");
                lay(&mut entry, wanted);
                entries.push(entry);
            }
        }
    }
}

/// The entries of a list that is one of `[[entries]]`.
fn entries_of(list: &[Json]) -> Option<Vec<&Map<String, Json>>> {
    let entry = |one: &'_ Json| one.as_object().filter(|one| !is_time(one)).map(|_| ());
    let all = !list.is_empty() && list.iter().all(|one| entry(one).is_some());
    all.then(|| list.iter().filter_map(Json::as_object).collect())
}

fn is_time(object: &Map<String, Json>) -> bool {
    object.contains_key("$time") || object.contains_key("$raw")
}

/// Whether an item holds this already.
fn is(item: &Item, wanted: &Json) -> bool {
    match (item, wanted) {
        (Item::Value(value), wanted) => is_value(value, wanted),
        (Item::Table(table), Json::Object(wanted)) => is_table(table, wanted),
        (Item::ArrayOfTables(entries), Json::Array(wanted)) => {
            let pairs = || entries.iter().zip(wanted);
            entries.len() == wanted.len()
                && pairs().all(|(entry, wanted)| wanted.as_object().is_some_and(|wanted| is_table(entry, wanted)))
        }
        _ => false,
    }
}

fn is_table(table: &dyn TableLike, wanted: &Map<String, Json>) -> bool {
    let same = |(key, item): (&str, &Item)| wanted.get(key).is_some_and(|wanted| is(item, wanted));
    table.len() == wanted.len() && table.iter().all(same)
}

fn is_value(value: &Value, wanted: &Json) -> bool {
    match (value, wanted) {
        (Value::String(text), Json::String(wanted)) => text.value() == wanted,
        (Value::Integer(number), Json::Number(wanted)) => wanted.as_f64() == Some(*number.value() as f64),
        (Value::Float(number), Json::Number(wanted)) => wanted.as_f64() == Some(*number.value()),
        (Value::Boolean(flag), Json::Bool(wanted)) => flag.value() == wanted,
        (Value::Datetime(time), Json::Object(wanted)) => {
            wanted.get("$time").and_then(Json::as_str) == Some(time.value().to_string().as_str())
        }
        (Value::Array(list), Json::Array(wanted)) => {
            list.len() == wanted.len() && list.iter().zip(wanted).all(|(value, wanted)| is_value(value, wanted))
        }
        (Value::InlineTable(table), Json::Object(wanted)) => is_table(table, wanted),
        _ => false,
    }
}

/// A value as it is written anew. What somebody typed in a field that takes TOML is that, or, if it is none, the text of it,
/// so that the checker says what is wrong with it at its place.
fn value(wanted: &Json) -> Value {
    match wanted {
        Json::Null => "".into(),
        Json::Bool(flag) => (*flag).into(),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => number.as_f64().unwrap_or_default().into(),
        },
        Json::String(text) => text.as_str().into(),
        Json::Array(list) => Value::Array(list.iter().map(value).collect::<Array>()),
        Json::Object(table) => {
            let written = ["$time", "$raw"].into_iter().find_map(|key| table.get(key)?.as_str());
            match written {
                Some(text) => text.trim().parse().unwrap_or_else(|_| text.into()),
                None => Value::InlineTable(
                    table
                        .iter()
                        .map(|(key, inner)| (key.as_str(), value(inner)))
                        .collect::<InlineTable>(),
                ),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::tree;

    const WRITTEN: &str = r#"# My idea, of Tuesday.
schema_version = 1
extends = "tutorial.toml"       # the small country

# The price cut,
# which comes too late.
[[action]]
id = "rollback"
lag = "2d"                      # two days
when = 2030-03-06T09:00:00

[rules.turnout]
base_cost = 0.7                 # dearer
"#;

    fn document(text: &str) -> Json {
        super::super::overlay::document(&tree::parse(0, text).0)
    }

    #[test]
    fn what_a_form_does_not_change_stays_as_it_was_written() {
        let same = document(WRITTEN);
        assert_eq!(changed(WRITTEN, &same), WRITTEN);
        let mut form = same;
        form["action"][0]["lag"] = json!("3d");
        form["action"][0]["credibility"] = json!(0.5);
        form["action"].as_array_mut().unwrap().push(json!({
            "id": "talks", "kind": "negotiation", "when": { "$time": "2030-03-07T09:00:00" }, "regions": ["vellmar"],
        }));
        let text = changed(WRITTEN, &form);
        let wanted = WRITTEN
            .replace("lag = \"2d\"                      # two days", "lag = \"3d\"                      # two days")
            .replace(
                "when = 2030-03-06T09:00:00\n",
                "when = 2030-03-06T09:00:00\ncredibility = 0.5\n\n[[action]]\nid = \"talks\"\nkind = \"negotiation\"\nwhen = 2030-03-07T09:00:00\nregions = [\"vellmar\"]\n",
            );
        assert_eq!(text, wanted);
        assert_eq!(document(&text), form);
    }

    #[test]
    fn what_is_taken_back_goes_and_what_was_typed_wrong_is_text_that_the_checker_can_judge() {
        let mut form = document(WRITTEN);
        form.as_object_mut().unwrap().remove("action");
        form["rules"]["turnout"]["base_cost"] = json!({ "$raw": "[1, 2" });
        let text = changed(WRITTEN, &form);
        assert!(
            !text.contains("rollback") && text.contains("base_cost = \"[1, 2\""),
            "{text}"
        );
        assert!(text.contains("# the small country"), "{text}");
        form["rules"]["turnout"]["base_cost"] = json!({ "$raw": "{ mean = 1 }" });
        assert!(changed(WRITTEN, &form).contains("base_cost = { mean = 1 }"));
        let anew = changed(
            "not = TOML [[",
            &json!({ "schema_version": 1, "action": [{ "id": "a", "never": true }] }),
        );
        assert_eq!(anew, "schema_version = 1\n\n[[action]]\nid = \"a\"\nnever = true\n");
    }
}
