//! A document as written: a tree whose every key and value remembers its place, so that what is found wrong much
//! later can still be shown where it stands.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

use super::problem::{Place, Problem};

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What is written.
    pub value: Value,
    /// Where.
    pub place: Place,
}

/// What can be written in a scenario.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number with a fraction, or too large for a whole one.
    Number(f64),
    /// True or false.
    Flag(bool),
    /// A date, a time, or both.
    Time(Datetime),
    /// A list, also of `[[entries]]`.
    List(Vec<Node>),
    /// A table.
    Table(Table),
}

/// Keys and values in the order in which they are written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The entries; no key comes twice.
    pub entries: Vec<Entry>,
    /// Whether it is written `{ like = "this" }`.
    pub inline: bool,
    /// Where it was removed, if it was; such an entry is dropped once all is laid together.
    pub removed: Option<Place>,
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub at: Place,
    /// Its value.
    pub node: Node,
}

impl Node {
    /// The words for what is written, as in "found a list".
    pub fn found(&self) -> &'static str {
        match self.value {
            Value::Text(_) => "text",
            Value::Whole(_) => "a whole number",
            Value::Number(_) => "a number with a fraction",
            Value::Flag(_) => "true or false",
            Value::Time(_) => "a date or time",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }

    /// Let it stand at a place, with all that is in it.
    fn move_to(&mut self, place: &Place) {
        self.place = place.clone();
        match &mut self.value {
            Value::List(list) => list.iter_mut().for_each(|node| node.move_to(place)),
            Value::Table(table) => table.entries.iter_mut().for_each(|entry| {
                entry.at = place.clone();
                entry.node.move_to(place);
            }),
            _ => {}
        }
    }

    /// The text, if it is text.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one, whole or not.
    pub fn number(&self) -> Option<f64> {
        match self.value {
            Value::Whole(value) => Some(value as f64),
            Value::Number(value) => Some(value),
            _ => None,
        }
    }

    /// The table, if it is one.
    pub fn table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The elements, if it is a list; else none.
    pub fn list(&self) -> &[Node] {
        match &self.value {
            Value::List(list) => list,
            _ => &[],
        }
    }
}

impl Table {
    /// Let its keys stand at one place and its values at another.
    pub fn move_to(&mut self, key: &Place, value: &Place) {
        for entry in &mut self.entries {
            entry.at = key.clone();
            match &mut entry.node {
                Node {
                    value: Value::Table(inner),
                    place,
                } if !inner.inline => {
                    *place = key.clone();
                    inner.move_to(key, value);
                }
                node => node.move_to(value),
            }
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| &entry.node)
    }

    /// The value of a key if it is text.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Node::text)
    }

    /// The tables in a list of `[[entries]]`; anything else among them is left out.
    pub fn tables<'t>(&'t self, key: &str) -> impl Iterator<Item = (&'t Table, &'t Place)> + use<'t> {
        let list = self.get(key).map(Node::list).unwrap_or_default();
        list.iter().filter_map(|node| Some((node.table()?, &node.place)))
    }

    /// Take an entry out.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let index = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(index))
    }

    /// The entry of a key, made with an empty value of this shape if there is none.
    pub fn entry(&mut self, key: &str, at: &Place, empty: impl FnOnce() -> Node) -> &mut Entry {
        let index = self.entries.iter().position(|entry| entry.key == key);
        let index = index.unwrap_or_else(|| {
            self.entries.push(Entry {
                key: key.to_string(),
                at: at.clone(),
                node: empty(),
            });
            self.entries.len() - 1
        });
        &mut self.entries[index]
    }
}

/// Read TOML: what could be made out of it, and every mistake of syntax.
pub fn parse(source: usize, text: &str) -> (Table, Vec<Problem>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let reader = Reader { source, text };
    let mut problems: Vec<_> = errors.iter().map(|error| reader.problem(error)).collect();
    problems.sort();
    // Of several on a line, the later ones mostly follow from the first.
    let line = |problem: &Problem| {
        problem
            .place
            .as_ref()
            .map(|place| text[..place.start].matches('\n').count())
    };
    problems.dedup_by_key(|problem| line(problem));
    (reader.table(table.get_ref(), false), problems)
}

/// Read a single TOML value that stands, whole, at this place.
pub fn parse_value(text: &str, place: &Place) -> Option<Node> {
    let value = DeValue::parse(text).ok()?;
    let mut node = Reader { source: 0, text }.node(&value);
    node.move_to(place);
    Some(node)
}

struct Reader<'a> {
    source: usize,
    text: &'a str,
}

impl Reader<'_> {
    fn place(&self, span: Range<usize>) -> Place {
        Place::new(self.source, span)
    }

    fn problem(&self, error: &toml::de::Error) -> Problem {
        // An error at the end of the text has no span; the caret then stands behind the last character.
        let end = self.text.trim_end().len();
        let span = error.span().unwrap_or(end..end);
        let span = span.start.min(self.text.len())..span.end.min(self.text.len());
        let no_value = span.is_empty() && self.text[..span.start].trim_end_matches(' ').ends_with('=');
        let label = if no_value {
            "a value is missing here"
        } else {
            error.message()
        };
        Problem::at(&self.place(span), "this is not TOML").label(label)
    }

    fn table(&self, table: &DeTable<'_>, inline: bool) -> Table {
        let entry = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| Entry {
            key: AsRef::<str>::as_ref(key.get_ref()).to_string(),
            at: self.place(key.span()),
            node: self.node(value),
        };
        Table {
            entries: table.iter().map(entry).collect(),
            inline,
            removed: None,
        }
    }

    fn node(&self, node: &Spanned<DeValue<'_>>) -> Node {
        let value = match node.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(digits) => match i64::from_str_radix(digits.as_str(), digits.radix()) {
                Ok(value) => Value::Whole(value),
                Err(_) => Value::Number(digits.as_str().parse().unwrap_or(f64::INFINITY)),
            },
            DeValue::Float(digits) => Value::Number(digits.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(flag) => Value::Flag(*flag),
            DeValue::Datetime(time) => Value::Time(*time),
            DeValue::Array(list) => Value::List(list.iter().map(|node| self.node(node)).collect()),
            DeValue::Table(table) => {
                let inline = self.text[node.span()].starts_with('{');
                Value::Table(self.table(table, inline))
            }
        };
        Node {
            value,
            place: self.place(node.span()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_and_value_remembers_where_it_stands() {
        let text = "a.b = 1.5\n[[region]]\nid = \"x\"\n";
        let (table, problems) = parse(0, text);
        assert!(problems.is_empty());
        let b = &table.get("a").unwrap().table().unwrap().entries[0];
        assert_eq!(
            (&text[b.at.start..b.at.end], &text[b.node.place.start..b.node.place.end]),
            ("b", "1.5")
        );
        let (region, header) = table.tables("region").next().unwrap();
        assert_eq!(&text[header.start..header.end], "[[region]]");
        assert_eq!(region.text("id"), Some("x"));
    }

    #[test]
    fn every_mistake_of_syntax_is_found_at_once_and_each_once() {
        let text = "a = \nb = 1\nc = = 2\nb = 3\n";
        let (_, problems) = parse(0, text);
        let at: Vec<_> = problems.iter().map(|p| p.place.as_ref().unwrap().start).collect();
        assert_eq!(at, [4, 15, 19], "{problems:?}");
    }

    #[test]
    fn a_number_too_large_for_a_whole_one_is_still_a_number() {
        let (table, problems) = parse(0, "a = 99999999999999999999");
        assert!(problems.is_empty());
        assert_eq!(table.get("a").unwrap().number(), Some(1e20));
    }
}
