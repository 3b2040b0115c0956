//! A document as TOML 1.0 text: first the plain keys, then the tables, then the lists of entries, each entry with
//! its inner tables written inline.

use super::tree::{Node, Table, Value};

/// The text of a document.
pub fn to_toml(root: &Table) -> String {
    let mut text = String::new();
    for entry in &root.entries {
        if !matches!(entry.node.value, Value::Table(_)) && !is_entries(&entry.node) {
            line(&mut text, &entry.key, &entry.node);
        }
    }
    for entry in &root.entries {
        if let Value::Table(table) = &entry.node.value {
            section(&mut text, &quoted(&entry.key), table);
        }
    }
    for entry in &root.entries {
        if is_entries(&entry.node) {
            for table in entry.node.list().iter().filter_map(Node::table) {
                text += &format!("\n[[{}]]\n", quoted(&entry.key));
                table
                    .entries
                    .iter()
                    .for_each(|entry| line(&mut text, &entry.key, &entry.node));
            }
        }
    }
    text
}

fn is_entries(node: &Node) -> bool {
    !node.list().is_empty() && node.list().iter().all(|node| node.table().is_some())
}

fn section(text: &mut String, path: &str, table: &Table) {
    let (tables, plain): (Vec<_>, Vec<_>) = table
        .entries
        .iter()
        .partition(|e| matches!(e.node.value, Value::Table(_)));
    if !plain.is_empty() || tables.is_empty() {
        *text += &format!("\n[{path}]\n");
        plain.iter().for_each(|entry| line(text, &entry.key, &entry.node));
    }
    for entry in tables {
        if let Value::Table(table) = &entry.node.value {
            section(text, &format!("{path}.{}", quoted(&entry.key)), table);
        }
    }
}

fn line(text: &mut String, key: &str, node: &Node) {
    *text += &format!("{} = {}\n", quoted(key), inline(node));
}

/// A key, in quotes only where it needs them.
fn quoted(key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { key.to_string() } else { text(key) }
}

/// A value on one line.
pub fn inline(node: &Node) -> String {
    match &node.value {
        Value::Text(value) => text(value),
        Value::Whole(value) => value.to_string(),
        Value::Number(value) => toml::Value::Float(*value).to_string(),
        Value::Flag(value) => value.to_string(),
        Value::Time(value) => value.to_string(),
        Value::List(list) => format!("[{}]", list.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Table(table) if table.entries.is_empty() => "{}".to_string(),
        Value::Table(table) => {
            let pair = |entry: &super::tree::Entry| format!("{} = {}", quoted(&entry.key), inline(&entry.node));
            format!(
                "{{ {} }}",
                table.entries.iter().map(pair).collect::<Vec<_>>().join(", ")
            )
        }
    }
}

/// Text in quotes, on one line whatever it holds.
fn text(value: &str) -> String {
    let mut quoted = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted += "\\n",
            '\t' => quoted += "\\t",
            c if c.is_control() => quoted += &format!("\\u{:04X}", c as u32),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::super::tree::parse;
    use super::*;

    #[test]
    fn what_is_written_reads_back_the_same() {
        let text = "title = \"a \\\"b\\\" \\\\ \\n \\u0001 ы\"\nstart = 2022-01-01T00:00:00\nodd = [1.5, -3, true, 1e300]\n\n\
            [rules.turnout]\nbase_cost = 1.0\n\n[[action]]\nid = \"x\"\nwhen = { all = [{ after = \"y\" }, 2022-01-02] }\n\
            levers = {}\n\"odd key\" = 1\n";
        let written = to_toml(&parse(0, text).0);
        assert_eq!(to_toml(&parse(0, &written).0), written);
        assert_eq!(parse(0, &written).1, []);
        assert!(written.contains("\"odd key\" = 1\n"), "{written}");
    }
}
