//! Typed reading of a table that has been checked: what is written, or else the default of the reference. A value
//! that the check refused reads as its default, so that the rest of a scenario can still be judged.

use super::calendar;
use super::check::Names;
use super::form::{Field, Format, Kind, Omitted, Section, To};
use super::problem::Place;
use super::tree::{Node, Table, Value};

/// A table of a section.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The format of the document.
    pub format: &'static Format,
    /// What may stand in the table.
    pub section: &'static Section,
    /// What does.
    pub table: &'a Table,
    /// Where it stands.
    pub home: &'a Place,
}

impl<'a> View<'a> {
    /// A document itself.
    pub fn of(format: &'static Format, table: &'a Table) -> View<'a> {
        static HOME: Place = Place {
            source: 0,
            start: 0,
            end: 0,
        };
        View {
            format,
            section: format.root(),
            table,
            home: &HOME,
        }
    }

    /// A table of one of the sections of the format.
    pub fn section(&self, name: &str, table: &'a Table, home: &'a Place) -> View<'a> {
        View {
            section: self.format.section(name),
            table,
            home,
            ..*self
        }
    }

    fn field(&self, key: &str) -> &'static Field {
        self.section
            .field(key)
            .expect("only keys of the reference are read; the tests read every section")
    }

    /// The default of a key, if it could be written.
    pub fn default(&self, key: &str) -> Option<Node> {
        self.field(key).default_node()
    }

    /// What is written at a key.
    pub fn given(&self, key: &str) -> Option<&'a Node> {
        self.table.get(key)
    }

    /// Where a key has its value, or else where the table stands.
    pub fn place(&self, key: &str) -> &'a Place {
        self.given(key).map_or(self.home, |node| &node.place)
    }

    /// Text, empty where there is none.
    pub fn text(&self, key: &str) -> String {
        let default = || self.default(key)?.text().map(str::to_string);
        self.given(key)
            .and_then(|node| node.text().map(str::to_string))
            .or_else(default)
            .unwrap_or_default()
    }

    /// A number if it is written and in range.
    pub fn number_given(&self, key: &str) -> Option<f64> {
        let (low, high) = match self.field(key).kind {
            Kind::Whole(low, high) => (low as f64, high as f64),
            Kind::Number(low, high) => (low, high),
            _ => return None,
        };
        self.given(key)?.number().filter(|value| (low..=high).contains(value))
    }

    /// A number, or its default.
    pub fn number(&self, key: &str) -> f64 {
        let field = self.field(key);
        let default = || match (field.omitted, field.kind) {
            (Omitted::Number(value), _) => Some(value),
            (Omitted::Value(_), _) => field.default_node()?.number(),
            (_, Kind::Number(low, _)) => Some(low),
            (_, Kind::Whole(low, _)) => Some(low as f64),
            _ => None,
        };
        self.number_given(key).or_else(default).unwrap_or_default()
    }

    /// A whole number that the reference keeps within 32 bits.
    pub fn whole(&self, key: &str) -> u32 {
        self.number(key) as u32
    }

    /// True or false if it is written.
    pub fn flag_given(&self, key: &str) -> Option<bool> {
        match self.given(key)?.value {
            Value::Flag(flag) => Some(flag),
            _ => None,
        }
    }

    /// Minutes of a duration, if it is written or has a default.
    pub fn minutes(&self, key: &str) -> Option<f64> {
        let default = self.default(key);
        calendar::minutes(self.given(key).or(default.as_ref())?.text()?).ok()
    }

    /// What a key refers to.
    pub fn reference(&self, key: &str, to: To, names: &Names<'_>) -> Option<usize> {
        names.index(to, self.given(key)?.text()?)
    }

    /// All that a list refers to, with where it does.
    pub fn references(&self, key: &str, to: To, names: &Names<'_>) -> Vec<(usize, &'a Place)> {
        let list = self.given(key).map(Node::list).unwrap_or_default();
        list.iter()
            .filter_map(|node| Some((names.index(to, node.text()?)?, &node.place)))
            .collect()
    }

    /// The table at a key, empty if there is none.
    pub fn inner(&self, key: &str) -> Option<View<'a>> {
        let node = self.given(key)?;
        Some(View {
            format: self.format,
            section: self.format.within(self.field(key))?,
            table: node.table()?,
            home: &node.place,
        })
    }

    /// The entries in a list at a key.
    pub fn inner_entries(&self, key: &str) -> impl Iterator<Item = View<'a>> + use<'a> {
        let format = self.format;
        let section = format.within(self.field(key));
        self.table.tables(key).filter_map(move |(table, home)| {
            Some(View {
                format,
                section: section?,
                table,
                home: table.get("id").map_or(home, |id| &id.place),
            })
        })
    }
}
